/*-------------------------------------------------------------------------
 *
 * late_line.c
 *	  Withholds disputed lines, clears them later, and deducts what an audit
 *	  found (LR-03, LR-04, EDGE-76).
 *
 * Owns tables clearing_withheld and clearing_deduction.  A line is one draw.
 * clear_in of a withheld line is the month whose split clears it; while that
 * is the line's own month, nothing is late.  What both tables do to a month
 * is clearing_corrections(), which split() adds to the sums of the draws: so
 * a rerun gives the same, and draws and corrections together are the pairs.
 *
 * Who changes these tables, and split(), take kw_lock_late_lines() first and
 * then the rows of the months ascending.  A change of a line sends the months
 * it touches, if they are split, back to cut_off, without tables: they are
 * out of date.  A month with a signature refuses (KW012).
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/xact.h"
#include "utils/builtins.h"

#include "alarm.h"
#include "args.h"
#include "clearing_month.h"
#include "clock.h"
#include "door.h"
#include "errors.h"
#include "late_line.h"
#include "plans.h"
#include "store.h"

/* a withheld line is cleared at most so many months later (LR-03) */
#define MAX_DELAY		2

/* more months than this are never looked at at once */
#define MAX_MONTHS		600

#define LINE_WITHHELD	"withheld"
#define LINE_RELEASED	"released"
#define LINE_DEDUCTED	"deducted"

typedef struct Line
{
	int64		draw_id;
	DateADT		month;
	int64		spending_id;
	char		kind;
	char		scope;
	WalletAmount amount;
	RegionCode	payer;
	RegionCode	payee;
	int16		counts;

	/* what clearing_withheld says, if anything */
	char	   *state;			/* NULL: no row */
	DateADT		clear_in;
} Line;

/* the months from a line's own on, locked */
typedef struct Months
{
	int			n;
	KwClearingMonth month[MAX_MONTHS];
} Months;

/*
 * Let nobody else change late lines, or split a month, until commit.
 */
void
kw_lock_late_lines(void)
{
	kw_spi(KW_PLAN_LOCK_LATE_LINES);
}

/*
 * Find a line and what is known of it.  The latest snapshot, for all reads of
 * this file: under the lock, it sees all there is.
 */
static void
find_line(int64 draw_id, Line *line)
{
	line->draw_id = draw_id;
	line->month = kw_month_of_id(draw_id);
	if (kw_spi_latest(KW_PLAN_LINE, DateADTGetDatum(line->month), Int64GetDatum(draw_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_NOT_FOUND),
				 errmsg("draw " INT64_FORMAT " does not exist", draw_id)));
	line->spending_id = kw_spi_int64(0, 1);
	line->kind = kw_spi_char(0, 2);
	line->scope = kw_spi_char(0, 3);
	line->amount = kw_spi_int64(0, 4);
	line->payer = kw_spi_int32(0, 5);
	line->payee = kw_spi_int32(0, 6);
	line->counts = kw_spi_int16(0, 7);

	line->state = NULL;
	line->clear_in = line->month;
	if (kw_spi_latest(KW_PLAN_WITHHELD, Int64GetDatum(draw_id)) > 0)
	{
		line->state = kw_spi_text(0, 1);
		line->clear_in = kw_spi_int32(0, 2);
	}
}

/*
 * Refuse what no split ever takes (EDGE-73).
 */
static void
check_cleared(const Line *line)
{
	if (line->scope == 'l')
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("draw " INT64_FORMAT " is not cleared", line->draw_id),
				 errdetail("Payer and payee are region %06d (EDGE-73).", line->payer)));
}

/*
 * Lock the months from a month on that are cut off.
 */
static Months *
lock_months(DateADT since)
{
	Months	   *months = palloc(sizeof(Months));

	for (;;)
	{
		uint64		n = kw_spi(KW_PLAN_LOCK_MONTHS, DateADTGetDatum(since));

		if (n > MAX_MONTHS)
			elog(ERROR, "too many months");
		months->n = n;
		for (int i = 0; i < months->n; i++)
			(void) kw_read_clearing_month(i, &months->month[i]);

		/* has one been cut off that the query did not see? */
		kw_spi_latest(KW_PLAN_COUNT_MONTHS, DateADTGetDatum(since));
		if (kw_spi_int64(0, 1) == (int64) n)
			return months;
		if (IsolationUsesXactSnapshot())
			kw_serialization_failure();
	}
}

static KwClearingMonth *
find_month(Months *months, DateADT month)
{
	for (int i = 0; i < months->n; i++)
		if (months->month[i].month == month)
			return &months->month[i];
	return NULL;
}

static bool
is_signed(Months *months, DateADT month)
{
	KwClearingMonth *m = find_month(months, month);

	return m != NULL && m->signatures > 0;
}

static void
refuse_if_signed(Months *months, DateADT month)
{
	if (is_signed(months, month))
		kw_refuse_signed(find_month(months, month));
}

/*
 * Give the first month, from a month on, whose lines are not fixed.
 */
static DateADT
first_unsigned(Months *months, DateADT month)
{
	while (is_signed(months, month))
		month = kw_add_months(month, 1);
	return month;
}

/*
 * Undo a month's split, which does not show its lines any more.
 */
static void
must_split_again(Months *months, DateADT month, const char *why, TimestampTz at)
{
	KwClearingMonth *m = find_month(months, month);

	if (m == NULL || m->state != KW_MONTH_SPLIT)
		return;
	kw_spi(KW_PLAN_DELETE_PAIRS, DateADTGetDatum(month));
	kw_set_month_state(month, KW_MONTH_CUT_OFF);
	m->state = KW_MONTH_CUT_OFF;
	kw_log_step(month, "lines_changed", 0, why, at);
}

/*
 * Take the argument "reason".
 */
static char *
reason_arg(Datum value)
{
	char	   *reason = TextDatumGetCString(value);

	if (reason[strspn(reason, " ")] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a reason must be given")));
	return reason;
}

static WalletAmount
deducted(int64 draw_id)
{
	kw_spi_latest(KW_PLAN_DEDUCTED, Int64GetDatum(draw_id));
	return kw_spi_int64(0, 1);
}

static char *
line_detail(const Line *line, const char *reason)
{
	return reason == NULL ? psprintf("draw " INT64_FORMAT, line->draw_id) :
		psprintf("draw " INT64_FORMAT ": %s", line->draw_id, reason);
}

/*
 * withhold_line(draw_id bigint, reason text): leave a line out of its month's
 * split.  Two months later it is cleared, unless it is released before.
 */
KW_PUBLIC(withhold_line)
{
	char	   *reason;
	char	   *detail;
	DateADT		latest;
	Line		line;
	Months	   *months;
	TimestampTz at;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("draw_id", "reason");
	reason = reason_arg(PG_GETARG_DATUM(1));
	kw_prevent_unless_writable("withhold_line()");

	kw_spi_begin(&spi);
	kw_lock_late_lines();
	find_line(PG_GETARG_INT64(0), &line);
	months = lock_months(line.month);
	refuse_if_signed(months, line.month);
	check_cleared(&line);
	if (line.state != NULL && line.clear_in != line.month)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("draw " INT64_FORMAT " is withheld already", line.draw_id)));
	if (deducted(line.draw_id) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("draw " INT64_FORMAT " cannot be withheld", line.draw_id),
				 errdetail("Something was deducted from it already (LR-04).")));

	at = kw_now();
	detail = line_detail(&line, reason);
	latest = kw_add_months(line.month, MAX_DELAY);
	line.clear_in = first_unsigned(months, latest);
	if (line.clear_in > latest)
		kw_raise_alarm("late_line", psprintf("draw " INT64_FORMAT, line.draw_id),
					   psprintf("cleared in %s (EDGE-76)", kw_month_text(line.clear_in)), at);
	if (line.state == NULL)
		kw_spi(KW_PLAN_INSERT_WITHHELD, Int64GetDatum(line.draw_id), DateADTGetDatum(line.month),
			   CharGetDatum(line.kind), CharGetDatum(line.scope), WalletAmountGetDatum(line.amount),
			   RegionCodeGetDatum(line.payer), RegionCodeGetDatum(line.payee),
			   Int16GetDatum(line.counts), DateADTGetDatum(line.clear_in),
			   CStringGetTextDatum(reason), TimestampTzGetDatum(at), kw_login_name());
	else if (kw_spi(KW_PLAN_WITHHOLD_AGAIN, Int64GetDatum(line.draw_id), DateADTGetDatum(line.clear_in),
					CStringGetTextDatum(reason), TimestampTzGetDatum(at), kw_login_name()) == 0)
		kw_serialization_failure();
	kw_log_step(line.month, "withhold", 0, detail, at);
	must_split_again(months, line.month, detail, at);
	must_split_again(months, line.clear_in, detail, at);
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}

/*
 * End a dispute: the line is cleared by the next split whose month nobody has
 * signed.  Returns the locked months.
 */
static Months *
settle_line(Line *line, int64 draw_id, const char *state, const char *step, const char *reason,
			TimestampTz *at)
{
	Months	   *months;
	DateADT		before;
	char	   *detail;

	kw_lock_late_lines();
	find_line(draw_id, line);
	months = lock_months(line->month);
	if (line->state == NULL || strcmp(line->state, LINE_WITHHELD) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("draw " INT64_FORMAT " is not withheld", line->draw_id)));
	/* its time is over: it has been cleared */
	refuse_if_signed(months, line->clear_in);

	*at = kw_now();
	detail = line_detail(line, reason);
	before = line->clear_in;
	line->clear_in = first_unsigned(months, line->month);
	Assert(line->clear_in <= before);
	if (kw_spi(KW_PLAN_SETTLE_WITHHELD, Int64GetDatum(line->draw_id), CStringGetTextDatum(state),
			   DateADTGetDatum(line->clear_in), TimestampTzGetDatum(*at), kw_login_name()) == 0)
		kw_serialization_failure();
	kw_log_step(line->month, step, 0, detail, *at);
	must_split_again(months, line->clear_in, detail, *at);
	must_split_again(months, before, detail, *at);
	return months;
}

/*
 * release_line(draw_id bigint): let a withheld line be cleared.
 */
KW_PUBLIC(release_line)
{
	Line		line;
	TimestampTz at;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("draw_id");
	kw_prevent_unless_writable("release_line()");
	kw_spi_begin(&spi);
	(void) settle_line(&line, PG_GETARG_INT64(0), LINE_RELEASED, "release", NULL, &at);
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}

/*
 * Write a deduction down, or one taken back: a negative amount, and the id of
 * what it cancels.  Returns its id.
 */
static int64
deduct(const Line *line, DateADT month, WalletAmount amount, int64 cancels, const char *reason,
	   Months *months, TimestampTz at)
{
	char	   *detail = line_detail(line, reason);
	int64		id;
	DateADT		q1_end;

	kw_spi_one(KW_PLAN_INSERT_DEDUCTION, DateADTGetDatum(month), Int64GetDatum(line->draw_id),
			   Int64GetDatum(line->spending_id), CharGetDatum(line->scope),
			   WalletAmountGetDatum(line->amount), WalletAmountGetDatum(amount),
			   RegionCodeGetDatum(line->payer), RegionCodeGetDatum(line->payee),
			   CStringGetTextDatum(reason), TimestampTzGetDatum(at), kw_login_name(),
			   Int64GetDatum(cancels));
	id = kw_spi_int64(0, 1);
	kw_log_step(month, amount > 0 ? "deduct" : "cancel_deduction", 0, detail, at);
	must_split_again(months, month, detail, at);

	/* LR-05: allowed, as this is the agency's correction, but not silently */
	q1_end = kw_add_months(kw_first_day_of_year(kw_year_of(line->month) + 1), 3) - 1;
	if (kw_day_of(at) > q1_end)
		kw_raise_alarm("year_end", psprintf("deduction " INT64_FORMAT, id),
					   psprintf("draw " INT64_FORMAT " of %s, after %s (LR-05, EDGE-76)",
								line->draw_id, kw_month_text(line->month), kw_day_text(q1_end)), at);
	return id;
}

/*
 * Give what is left of a line: what neither refunds nor deductions took.
 */
static WalletAmount
rest_of_line(const Line *line)
{
	WalletAmount restored;

	kw_spi_latest(KW_PLAN_RESTORED, Int64GetDatum(line->spending_id), Int64GetDatum(line->draw_id),
				  DateADTGetDatum(line->month));
	restored = kw_spi_int64(0, 1);
	return line->amount - restored - deducted(line->draw_id);
}

static void
check_deductible(const Line *line)
{
	if (line->kind != 'd')
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("draw " INT64_FORMAT " is a reversal: nothing can be deducted from it",
						line->draw_id)));
	check_cleared(line);
}

/*
 * deduct_line(draw_id bigint, reason text) -> bigint: end the dispute on a
 * withheld line by deducting all of it.  It is cleared and deducted in one
 * month, so that nothing is missing from the tables and nothing is paid.
 */
KW_PUBLIC(deduct_line)
{
	char	   *reason;
	Line		line;
	Months	   *months;
	WalletAmount rest;
	TimestampTz at;
	int64		id;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("draw_id", "reason");
	reason = reason_arg(PG_GETARG_DATUM(1));
	kw_prevent_unless_writable("deduct_line()");
	kw_spi_begin(&spi);
	months = settle_line(&line, PG_GETARG_INT64(0), LINE_DEDUCTED, "settle", reason, &at);
	check_deductible(&line);
	rest = rest_of_line(&line);
	if (rest <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_AMOUNT_OUT_OF_RANGE),
				 errmsg("nothing is left to deduct from draw " INT64_FORMAT, line.draw_id),
				 errdetail("All of it was refunded (LR-04)."),
				 errhint("Release the line.")));
	id = deduct(&line, line.clear_in, rest, 0, reason, months, at);
	kw_spi_end(&spi);
	PG_RETURN_INT64(id);
}

/*
 * record_deduction(month date, draw_id bigint, amount wallet_amount,
 * reason text) -> bigint: deduct what an audit found from a line that is
 * cleared in that month or was in an earlier one.
 */
KW_PUBLIC(record_deduction)
{
	DateADT		month;
	WalletAmount amount;
	WalletAmount rest;
	char	   *reason;
	Line		line;
	Months	   *months;
	TimestampTz at;
	int64		id;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("month", "draw_id", "amount", "reason");
	month = kw_month_arg(PG_GETARG_DATUM(0));
	amount = PG_GETARG_WALLET_AMOUNT(2);
	reason = reason_arg(PG_GETARG_DATUM(3));
	kw_prevent_unless_writable("record_deduction()");

	kw_spi_begin(&spi);
	kw_lock_late_lines();
	find_line(PG_GETARG_INT64(1), &line);
	months = lock_months(line.month);
	refuse_if_signed(months, month);
	at = kw_now();
	if (month > kw_day_of(at) || month < line.month)
		ereport(ERROR,
				(errcode(ERRCODE_KW_CLEARING_ORDER),
				 errmsg("month %s cannot take a deduction from a line of month %s",
						kw_month_text(month), kw_month_text(line.month)),
				 errhint("Deduct in a month that has begun and is not signed (LR-01, LR-04).")));
	check_deductible(&line);
	if (line.clear_in > month)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("draw " INT64_FORMAT " is withheld", line.draw_id),
				 errdetail("It is cleared in month %s.", kw_month_text(line.clear_in)),
				 errhint("kinwallet.deduct_line() ends the dispute.")));
	rest = rest_of_line(&line);
	if (amount <= 0 || amount > rest)
		ereport(ERROR,
				(errcode(ERRCODE_KW_AMOUNT_OUT_OF_RANGE),
				 errmsg("deduction must be positive and not above the rest of the line"),
				 errdetail("Of %s yuan, %s yuan are left, %s yuan are to be deducted (LR-04).",
						   kw_amount_text(line.amount), kw_amount_text(Max(rest, 0)), kw_amount_text(amount))));
	id = deduct(&line, month, amount, 0, reason, months, at);
	kw_spi_end(&spi);
	PG_RETURN_INT64(id);
}

/*
 * cancel_deduction(month date, deduction_id bigint, reason text) -> bigint:
 * take a deduction back.  The line is owed again, in that month.
 */
KW_PUBLIC(cancel_deduction)
{
	int64		deduction_id;
	DateADT		month;
	DateADT		deducted_in;
	WalletAmount amount;
	bool		is_cancellation;
	bool		cancelled;
	char	   *reason;
	Line		line;
	Months	   *months;
	TimestampTz at;
	int64		id;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("month", "deduction_id", "reason");
	month = kw_month_arg(PG_GETARG_DATUM(0));
	deduction_id = PG_GETARG_INT64(1);
	reason = reason_arg(PG_GETARG_DATUM(2));
	kw_prevent_unless_writable("cancel_deduction()");

	kw_spi_begin(&spi);
	kw_lock_late_lines();
	if (kw_spi_latest(KW_PLAN_DEDUCTION, Int64GetDatum(deduction_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_NOT_FOUND),
				 errmsg("deduction " INT64_FORMAT " does not exist", deduction_id)));
	line.draw_id = kw_spi_int64(0, 1);
	deducted_in = kw_spi_int32(0, 2);
	amount = kw_spi_int64(0, 3);
	is_cancellation = kw_spi_bool(0, 4);
	cancelled = kw_spi_bool(0, 5);
	if (is_cancellation || cancelled)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("deduction " INT64_FORMAT " cannot be cancelled", deduction_id),
				 cancelled ? errdetail("It was cancelled already (LR-04).") :
				 errdetail("It is itself the cancellation of another (LR-04).")));

	find_line(line.draw_id, &line);
	months = lock_months(line.month);
	/* what was reinstated in a later month rests on this deduction (LR-01) */
	for (int i = 0; i < months->n; i++)
		if (months->month[i].month >= month && months->month[i].signatures > 0)
			kw_refuse_signed(&months->month[i]);
	at = kw_now();
	if (month > kw_day_of(at) || month < deducted_in)
		ereport(ERROR,
				(errcode(ERRCODE_KW_CLEARING_ORDER),
				 errmsg("month %s cannot take back a deduction of month %s",
						kw_month_text(month), kw_month_text(deducted_in)),
				 errhint("Cancel in a month that has begun, is not signed and has none signed after it (LR-01, LR-04).")));
	id = deduct(&line, month, -amount, deduction_id, reason, months, at);
	kw_spi_end(&spi);
	PG_RETURN_INT64(id);
}

/*
 * Add to a month's sums what late lines change in them.
 */
void
kw_correct_clearing(KwClearing *c, DateADT month)
{
	uint64		n = kw_spi_latest(KW_PLAN_CORRECTIONS, DateADTGetDatum(month));

	for (uint64 i = 0; i < n; i++)
	{
		KwPairSums	change;

		change.items = kw_spi_int64(i, 3);
		change.person_times = kw_spi_int64(i, 4);
		change.province_times = kw_spi_int64(i, 5);
		change.gross = kw_spi_int64(i, 6);
		change.reversed = kw_spi_int64(i, 7);
		kw_clearing_add(c, kw_spi_int32(i, 1), kw_spi_int32(i, 2), &change);
	}
}
