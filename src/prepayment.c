/*-------------------------------------------------------------------------
 *
 * prepayment.c
 *	  The float that a payer's province lends a payee's (rules.md 2.2): fixed
 *	  for a year by the fourth quarter before it or by hand, raised in an
 *	  emergency by two persons, and watched month by month.
 *
 * kinwallet_data.prepayment_event has every change and never changes itself;
 * kinwallet_data.prepayment is what the newest ones say.  Who writes them, or
 * decides on a request, holds ShareRowExclusiveLock on prepayment to commit
 * and reads with the latest snapshot after taking it, so that what it judges
 * is what it changes.  Order: rows of clearing_month, then this table.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "utils/builtins.h"

#include "args.h"
#include "calendar.h"
#include "clearing_month.h"
#include "clock.h"
#include "door.h"
#include "errors.h"
#include "notice.h"
#include "plans.h"
#include "prepayment.h"
#include "region_code.h"
#include "wallet_amount.h"

/* the years that have a calendar here */
#define FIRST_YEAR		2000
#define LAST_YEAR		2199

/* months of a quarter */
#define QUARTER		3

/* working days in which an agency files a payment, and finance makes it */
#define DAYS_TO_FILE	5
#define DAYS_TO_PAY		10

/* an ordered pair of provinces */
typedef struct Pair
{
	RegionCode	payer;
	RegionCode	payee;
} Pair;

/* one change of a pair's prepayment */
typedef struct Change
{
	int			year;
	Pair		pair;
	const char *kind;			/* rule, manual or increase */
	DateADT		since;			/* the first month measured against it */
	WalletAmount before;
	WalletAmount after;
	const WalletAmount *quarter;	/* of the rule, else NULL */
	int64		request_id;		/* of an increase, else 0 */
} Change;

/*
 * Arguments
 */
static int
year_arg(Datum value)
{
	int			year = DatumGetInt32(value);

	if (year < FIRST_YEAR || year > LAST_YEAR)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("year must be from %d to %d", FIRST_YEAR, LAST_YEAR)));
	return year;
}

static Pair
pair_arg(Datum payer, Datum payee)
{
	Pair		pair = {kw_province_arg(payer), kw_province_arg(payee)};

	if (pair.payer == pair.payee)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("payer and payee must be two provinces"),
				 errdetail("A province lends itself nothing (PP-01).")));
	return pair;
}

static char *
pair_text(Pair pair)
{
	return psprintf("%06d -> %06d", pair.payer, pair.payee);
}

/*
 * Refuse a month that is not split.
 */
static void
require_split(DateADT month)
{
	if (kw_spi_latest(KW_PLAN_MONTH_STATE, DateADTGetDatum(month)) > 0 &&
		strcmp(kw_spi_text(0, 1), "cut_off") != 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_KW_CLEARING_ORDER),
			 errmsg("month %s is not split", kw_month_text(month)),
			 errhint("Call kinwallet.split() first.")));
}

/*
 * Deliver what a split month's usage has reached: a row for each level, and
 * a notification with it.  A row that is there already was delivered.
 */
void
kw_prepayment_alarms(DateADT month)
{
	kw_spi(KW_PLAN_RAISE_ALARMS, DateADTGetDatum(month), TimestampTzGetDatum(kw_now()));
}

/*
 * Lock what a change of a year's prepayments touches: first the year's months,
 * since a split that is under way delivers their alarms; then everybody else
 * who changes prepayments.
 */
static void
lock_year(int year)
{
	kw_spi(KW_PLAN_SHARE_MONTHS, DateADTGetDatum(kw_first_day_of_year(year)),
		   DateADTGetDatum(kw_first_day_of_year(year + 1)));
	kw_spi(KW_PLAN_LOCK_PREPAYMENT);
}

/*
 * Look at the split months of a year again, after its prepayments changed.
 */
static void
alarms_of_year(int year)
{
	uint64		n = kw_spi_latest(KW_PLAN_SPLIT_MONTHS, DateADTGetDatum(kw_first_day_of_year(year)),
								  DateADTGetDatum(kw_first_day_of_year(year + 1)));
	DateADT    *months = palloc(Max(n, 1) * sizeof(DateADT));

	for (uint64 i = 0; i < n; i++)
		months[i] = kw_spi_int32(i, 1);
	for (uint64 i = 0; i < n; i++)
		kw_prepayment_alarms(months[i]);
	pfree(months);
}

/*
 * Order the payment of a change (PP-10): the payer tops up, or the payee
 * returns.  An increase is filed with finance and paid within the working
 * days of PP-08; the yearly adjustment is due by the end of February (PP-03),
 * or within as many working days when it is fixed too late for that.  Gives
 * the id of the notice to who pays.
 */
static int64
issue_prepayment_notice(const Change *change, TimestampTz at)
{
	bool		increase = change->request_id != 0;
	bool		tops_up = change->after > change->before;
	DateADT		due_on = kw_add_working_days(kw_add_working_days(kw_day_of(at), DAYS_TO_FILE), DAYS_TO_PAY);

	if (!increase)
		due_on = Max(due_on, kw_add_months(kw_first_day_of_year(change->year), 2) - 1);
	return kw_issue_notice(increase ? "emergency" : "prepayment", change->since,
						   tops_up ? change->pair.payer : change->pair.payee,
						   tops_up ? change->pair.payee : change->pair.payer,
						   tops_up ? kw_amount_sub(change->after, change->before) :
						   kw_amount_sub(change->before, change->after),
						   due_on, at);
}

/*
 * Write a change: the state, and the event that says how it came about.
 */
static void
write_change(const Change *change)
{
	bool		by_rule = change->quarter != NULL;
	bool		increase = change->request_id != 0;
	TimestampTz at = kw_now();
	int64		notice_id = change->after != change->before ? issue_prepayment_notice(change, at) : 0;
	Datum		year = Int32GetDatum(change->year);
	Datum		payer = RegionCodeGetDatum(change->pair.payer);
	Datum		payee = RegionCodeGetDatum(change->pair.payee);

	{
		Datum		values[] = {
			year, payer, payee, CStringGetTextDatum(increase ? "carried" : change->kind),
			WalletAmountGetDatum(change->after),
			WalletAmountGetDatum(by_rule ? change->quarter[0] : 0),
			WalletAmountGetDatum(by_rule ? change->quarter[1] : 0),
			WalletAmountGetDatum(by_rule ? change->quarter[2] : 0)
		};
		bool		nulls[] = {false, false, false, false, false, !by_rule, !by_rule, !by_rule};

		kw_spi_run(KW_PLAN_STORE_PREPAYMENT, values, nulls);
	}
	{
		Datum		values[] = {
			year, payer, payee, CStringGetTextDatum(change->kind), DateADTGetDatum(change->since),
			WalletAmountGetDatum(change->before), WalletAmountGetDatum(change->after),
			Int64GetDatum(change->request_id), Int64GetDatum(notice_id),
			TimestampTzGetDatum(at), kw_login_name()
		};
		bool		nulls[] = {false, false, false, false, false, false, false, !increase, notice_id == 0, false, false};

		kw_spi_run(KW_PLAN_PREPAYMENT_EVENT, values, nulls);
	}
}

/*
 * Apply the rule of PP-02: 2 * sum / 3 to the fen, halves up.  The remainder
 * of a third is never a half.
 */
static WalletAmount
prepayment_of_quarter(const WalletAmount *quarter)
{
	WalletAmount sum = kw_amount_add(kw_amount_add(quarter[0], quarter[1]), quarter[2]);

	/* 0, 2/3 and 4/3 fen beside the whole thirds: rounded 0, 1 and 1 */
	return sum / QUARTER * 2 + (sum % QUARTER != 0 ? 1 : 0);
}

/*
 * set_prepayment(year int) -> bigint: fix a year by the quarter before it.
 */
KW_PUBLIC(set_prepayment)
{
	int			year;
	DateADT		january;
	DateADT		months[QUARTER];
	Change	   *changes;
	int			n_changes = 0;
	uint64		n;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("year");
	year = year_arg(PG_GETARG_DATUM(0));
	kw_prevent_unless_writable("set_prepayment()");
	january = kw_first_day_of_year(year);

	kw_spi_begin(&spi);
	lock_year(year);
	for (int i = 0; i < QUARTER; i++)
	{
		months[i] = kw_add_months(january, i - QUARTER);
		require_split(months[i]);
	}
	kw_spi_latest(KW_PLAN_PREPAYMENT_YEARS, Int32GetDatum(year));
	if (kw_spi_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("the prepayments of %d are fixed already", year),
				 errdetail("They are fixed once for a year (PP-03).")));
	if (!kw_spi_isnull(0, 2) && kw_spi_int32(0, 2) > year)
		ereport(ERROR,
				(errcode(ERRCODE_KW_CLEARING_ORDER),
				 errmsg("the prepayments of %d cannot be fixed after those of %d", year, kw_spi_int32(0, 2))));

	n = kw_spi_latest(KW_PLAN_QUARTER_PAIRS, DateADTGetDatum(months[0]), DateADTGetDatum(months[1]),
					  DateADTGetDatum(months[2]), DateADTGetDatum(kw_add_months(january, 11)));
	changes = palloc0(Max(n, 1) * sizeof(Change));
	for (uint64 row = 0; row < n; row++)
	{
		Change	   *change = &changes[n_changes];
		WalletAmount *quarter = palloc(sizeof(WalletAmount) * QUARTER);

		/* what was set by hand for this very year stays */
		if (kw_spi_bool(row, 7))
			continue;
		for (int i = 0; i < QUARTER; i++)
			quarter[i] = kw_spi_int64(row, 3 + i);
		change->year = year;
		change->pair.payer = kw_spi_int32(row, 1);
		change->pair.payee = kw_spi_int32(row, 2);
		change->kind = "rule";
		change->since = january;
		change->before = kw_spi_int64(row, 6);
		change->after = prepayment_of_quarter(quarter);
		change->quarter = quarter;
		if (change->before != 0 || change->after != 0)
			n_changes++;
	}
	for (int i = 0; i < n_changes; i++)
		write_change(&changes[i]);
	alarms_of_year(year);
	kw_spi_end(&spi);
	PG_RETURN_INT64(n_changes);
}

/*
 * What is known of a pair before a change.
 */
typedef struct PairState
{
	WalletAmount held;			/* in the month asked for */
	int			last_year;		/* of its newest event; 0: no event */
	bool		last_is_manual;
	DateADT		last_since;
} PairState;

static void
find_pair(Pair pair, DateADT month, PairState *state)
{
	kw_spi_latest(KW_PLAN_PREPAYMENT_PAIR, RegionCodeGetDatum(pair.payer),
				  RegionCodeGetDatum(pair.payee), DateADTGetDatum(month));
	memset(state, 0, sizeof(*state));
	state->held = kw_spi_int64(0, 1);
	if (kw_spi_isnull(0, 2))
		return;
	state->last_year = kw_spi_int32(0, 2);
	state->last_is_manual = strcmp(kw_spi_text(0, 3), "manual") == 0;
	state->last_since = kw_spi_int32(0, 4);
}

/*
 * Refuse to change a year when the pair has a later one.
 */
static void
refuse_earlier_year(int year, Pair pair, const PairState *state)
{
	if (state->last_year > year)
		ereport(ERROR,
				(errcode(ERRCODE_KW_CLEARING_ORDER),
				 errmsg("the prepayment of %d cannot be changed any more", year),
				 errdetail("That of %d is fixed for %s (PP-03).", state->last_year, pair_text(pair))));
}

/*
 * set_initial_prepayment(year, payer, payee, amount): fix a pair by hand.
 * Until something else builds on it, it can be put right by a second call.
 */
KW_PUBLIC(set_initial_prepayment)
{
	Change		change = {0};
	PairState	state;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("year", "payer", "payee", "amount");
	change.year = year_arg(PG_GETARG_DATUM(0));
	change.pair = pair_arg(PG_GETARG_DATUM(1), PG_GETARG_DATUM(2));
	change.after = PG_GETARG_WALLET_AMOUNT(3);
	change.kind = "manual";
	change.since = kw_first_day_of_year(change.year);
	kw_prevent_unless_writable("set_initial_prepayment()");
	if (change.after <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_AMOUNT_OUT_OF_RANGE),
				 errmsg("prepayment must be positive"),
				 errdetail("It is %s yuan (EDGE-56).", kw_amount_text(change.after))));

	kw_spi_begin(&spi);
	lock_year(change.year);
	find_pair(change.pair, kw_add_months(change.since, 11), &state);
	refuse_earlier_year(change.year, change.pair, &state);
	if (state.last_year == change.year && !state.last_is_manual)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("the prepayment of %d is fixed already for %s", change.year, pair_text(change.pair)),
				 errdetail("It is %s yuan, by the rule or by an increase (PP-03).", kw_amount_text(state.held))));
	change.before = state.held;
	if (state.last_year != change.year || change.before != change.after)
	{
		write_change(&change);
		alarms_of_year(change.year);
	}
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}

/* an increase, asked for or about to be approved */
typedef struct Increase
{
	DateADT		month;
	Pair		pair;
	WalletAmount prepayment;
	WalletAmount used;
	WalletAmount raise_to;		/* 0: twice what was used */
} Increase;

/*
 * Judge an increase by the figures of now; fill in what they are.
 */
static void
judge_increase(Increase *increase)
{
	PairState	state;
	WalletAmount total_prepayment;
	WalletAmount total_used;
	char	   *scope;
	char	   *alarm;

	require_split(increase->month);
	kw_spi_latest(KW_PLAN_INCREASE_CASE, DateADTGetDatum(increase->month),
				  RegionCodeGetDatum(increase->pair.payer), RegionCodeGetDatum(increase->pair.payee));
	increase->prepayment = kw_spi_int64(0, 1);
	increase->used = kw_spi_int64(0, 2);
	scope = kw_spi_text(0, 3);
	total_prepayment = kw_spi_int64(0, 4);
	total_used = kw_spi_int64(0, 5);
	alarm = kw_spi_text(0, 6);

	find_pair(increase->pair, increase->month, &state);
	refuse_earlier_year(kw_year_of(increase->month), increase->pair, &state);
	if (state.last_year != 0 && state.last_since > increase->month)
		ereport(ERROR,
				(errcode(ERRCODE_KW_CLEARING_ORDER),
				 errmsg("the prepayment of %s cannot be raised for month %s any more",
						pair_text(increase->pair), kw_month_text(increase->month)),
				 errdetail("It was raised from month %s on.", kw_month_text(state.last_since))));
	if (strcmp(alarm, "red") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("the prepayment has no red warning in month %s", kw_month_text(increase->month)),
				 errdetail("%s used %s of %s yuan (PP-07).",
						   strcmp(scope, "pair") == 0 ? "The pair" : "All payers together",
						   kw_amount_text(total_used), kw_amount_text(total_prepayment))));
	if (increase->raise_to == 0)
		increase->raise_to = kw_amount_add(increase->used, increase->used);
	if (increase->raise_to <= increase->prepayment)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("the prepayment would not increase"),
				 errdetail("It is %s yuan, the pair used %s yuan and it would become %s yuan (PP-07).",
						   kw_amount_text(increase->prepayment), kw_amount_text(increase->used),
						   kw_amount_text(increase->raise_to))));
}

/*
 * request_increase(month, payee, payer [, raise_to]) -> bigint
 */
KW_PUBLIC(request_increase)
{
	Increase	increase = {0};
	int64		request_id;
	KwSpi		spi;

	if (PG_NARGS() == 3)
		KW_ARGS_NOT_NULL("month", "payee", "payer");
	else
		KW_ARGS_NOT_NULL("month", "payee", "payer", "raise_to");
	increase.month = kw_month_arg(PG_GETARG_DATUM(0));
	increase.pair = pair_arg(PG_GETARG_DATUM(2), PG_GETARG_DATUM(1));
	kw_prevent_unless_writable("request_increase()");
	if (PG_NARGS() > 3)
	{
		increase.raise_to = PG_GETARG_WALLET_AMOUNT(3);
		if (increase.raise_to <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_KW_AMOUNT_OUT_OF_RANGE),
					 errmsg("prepayment must be positive"),
					 errdetail("It is %s yuan (EDGE-56).", kw_amount_text(increase.raise_to))));
	}

	kw_spi_begin(&spi);
	/* what the request's foreign key will lock, in the order of lock_year() */
	kw_spi(KW_PLAN_SHARE_MONTHS, DateADTGetDatum(increase.month),
		   DateADTGetDatum(kw_add_months(increase.month, 1)));
	kw_spi(KW_PLAN_LOCK_PREPAYMENT);
	judge_increase(&increase);
	if (kw_spi_latest(KW_PLAN_OPEN_REQUEST, RegionCodeGetDatum(increase.pair.payer),
					  RegionCodeGetDatum(increase.pair.payee)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("an increase is asked for already"),
				 errdetail("Request " INT64_FORMAT " for %s is not decided (PP-08).",
						   kw_spi_int64(0, 1), pair_text(increase.pair))));
	kw_spi_one(KW_PLAN_INSERT_REQUEST, DateADTGetDatum(increase.month),
			   RegionCodeGetDatum(increase.pair.payer), RegionCodeGetDatum(increase.pair.payee),
			   WalletAmountGetDatum(increase.used), WalletAmountGetDatum(increase.prepayment),
			   WalletAmountGetDatum(increase.raise_to), TimestampTzGetDatum(kw_now()), kw_login_name());
	request_id = kw_spi_int64(0, 1);
	kw_spi_end(&spi);
	PG_RETURN_INT64(request_id);
}

/*
 * Find a request that is not decided yet; gives the name of who made it.
 */
static char *
find_request(int64 request_id, Increase *increase)
{
	char	   *state;

	if (kw_spi_latest(KW_PLAN_INCREASE_REQUEST, Int64GetDatum(request_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_NOT_FOUND),
				 errmsg("request for an increase does not exist"),
				 errdetail("There is no request " INT64_FORMAT ".", request_id)));
	state = kw_spi_text(0, 5);
	if (strcmp(state, "requested") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("request for an increase is decided already"),
				 errdetail("Request " INT64_FORMAT " was %s (PP-08).", request_id, state)));
	increase->month = kw_spi_int32(0, 1);
	increase->pair.payer = kw_spi_int32(0, 2);
	increase->pair.payee = kw_spi_int32(0, 3);
	increase->raise_to = kw_spi_int64(0, 4);
	return kw_spi_text(0, 6);
}

static void
decide_request(int64 request_id, const char *state, Datum decided_by, text *reason)
{
	Datum		values[] = {
		Int64GetDatum(request_id), CStringGetTextDatum(state), TimestampTzGetDatum(kw_now()),
		decided_by, PointerGetDatum(reason)
	};
	bool		nulls[] = {false, false, false, false, reason == NULL};

	kw_spi_run(KW_PLAN_DECIDE_REQUEST, values, nulls);
}

/*
 * approve_increase(request_id bigint): by another user than who asked.
 */
KW_PUBLIC(approve_increase)
{
	Increase	increase = {0};
	Change		change = {0};
	char	   *requested_by;
	Datum		decided_by;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("request_id");
	kw_prevent_unless_writable("approve_increase()");

	kw_spi_begin(&spi);
	kw_spi(KW_PLAN_LOCK_PREPAYMENT);
	change.request_id = PG_GETARG_INT64(0);
	requested_by = find_request(change.request_id, &increase);
	decided_by = kw_login_name();
	if (strcmp(requested_by, NameStr(*DatumGetName(decided_by))) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("an increase must be approved by another user than the one who asked for it"),
				 errdetail("The care province asks, the national agency confirms (PP-08, ROLE-02).")));
	judge_increase(&increase);

	change.year = kw_year_of(increase.month);
	change.pair = increase.pair;
	change.kind = "increase";
	change.since = increase.month;
	change.before = increase.prepayment;
	change.after = increase.raise_to;
	write_change(&change);
	decide_request(change.request_id, "approved", decided_by, NULL);
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}

/*
 * refuse_increase(request_id bigint, reason text): or withdraw it, by who
 * asked.
 */
KW_PUBLIC(refuse_increase)
{
	Increase	increase = {0};
	KwSpi		spi;

	KW_ARGS_NOT_NULL("request_id", "reason");
	kw_prevent_unless_writable("refuse_increase()");

	kw_spi_begin(&spi);
	kw_spi(KW_PLAN_LOCK_PREPAYMENT);
	(void) find_request(PG_GETARG_INT64(0), &increase);
	decide_request(PG_GETARG_INT64(0), "refused", kw_login_name(), PG_GETARG_TEXT_PP(1));
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}
