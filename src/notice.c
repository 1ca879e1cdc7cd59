/*-------------------------------------------------------------------------
 *
 * notice.c
 *	  Issues notices and records what becomes of them (PP-10, EDGE-79,
 *	  EDGE-80).
 *
 * Owns tables clearing_notice and clearing_payment.  Notices come in pairs:
 * what the payer is to pay (side "pay") and what the payee is to receive
 * (side "receive"), of one amount.  Both rows carry what was paid, so that
 * either side sees it; the receiving one carries the confirmed receipt.
 * "overdue" is not stored: it follows from the day (look-up notices()).
 *
 * The two notices are locked after the month's row, ascending.  Those that
 * count for their month move its counters, and the last one its state.
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

/* one notice, with what both of the pair share */
typedef struct Notice
{
	int64		id;
	int64		partner;
	DateADT		month;
	char	   *number;
	char	   *partner_number;
	bool		pays;			/* side "pay" */
	bool		counts;			/* for the state of its month */
	bool		paid;
	WalletAmount amount;
	WalletAmount paid_amount;
	DateADT		issued_on;
	DateADT		paid_on;		/* 0 while not paid */
	bool		received;
} Notice;

/*
 * issue_notices(month date) -> bigint: tell everybody what a confirmed month
 * has them pay and receive.
 */
KW_PUBLIC(issue_notices)
{
	DateADT		day;
	DateADT		due[KW_N_STEPS];
	KwClearingMonth month;
	TimestampTz at;
	int64		n;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("month");
	day = kw_month_arg(PG_GETARG_DATUM(0));
	kw_prevent_unless_writable("issue_notices()");

	kw_spi_begin(&spi);
	kw_lock_clearing_month(day, &month);
	if (month.state != KW_MONTH_CONFIRMED)
		kw_refuse_order(&month, KW_MONTH_CONFIRMED, "kinwallet.confirm_month()");
	at = kw_now();
	kw_clearing_calendar(day, due);
	n = kw_spi(KW_PLAN_ISSUE_NOTICES, DateADTGetDatum(day), TimestampTzGetDatum(at), kw_login_name(),
			   DateADTGetDatum(due[KW_STEP_FILE]), DateADTGetDatum(due[KW_STEP_PAY]),
			   DateADTGetDatum(due[KW_STEP_FEEDBACK]));
	kw_spi(KW_PLAN_EXPECT_PAYMENTS, DateADTGetDatum(day), Int64GetDatum(n / 2));
	kw_set_month_state(day, KW_MONTH_NOTICED);
	kw_log_step(day, "noticed", 0, psprintf(INT64_FORMAT " notices", n), at);
	if (n == 0)
	{
		/* nobody owes anything */
		kw_set_month_state(day, KW_MONTH_PAID);
		kw_log_step(day, "paid", 0, NULL, at);
	}
	kw_spi_end(&spi);
	PG_RETURN_INT64(n);
}

int64
kw_issue_notice(const char *kind, DateADT month, RegionCode payer, RegionCode payee,
				WalletAmount amount, DateADT due_on, TimestampTz at)
{
	kw_spi_one(KW_PLAN_ISSUE_NOTICE, CStringGetTextDatum(kind), DateADTGetDatum(month),
			   RegionCodeGetDatum(payer), RegionCodeGetDatum(payee), WalletAmountGetDatum(amount),
			   DateADTGetDatum(due_on), TimestampTzGetDatum(at), kw_login_name());
	return kw_spi_int64(0, 1);
}

/*
 * Lock a notice, its partner, and before both the month whose state they
 * count for.
 */
static void
lock_notice(int64 id, Notice *notice)
{
	/* what never changes tells what to lock */
	if (kw_spi(KW_PLAN_NOTICE, Int64GetDatum(id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_NOT_FOUND),
				 errmsg("notice " INT64_FORMAT " does not exist", id)));
	notice->id = id;
	notice->partner = kw_spi_int64(0, 1);
	notice->month = kw_spi_int32(0, 2);
	notice->counts = kw_spi_bool(0, 3);
	notice->pays = kw_spi_bool(0, 4);
	notice->number = kw_spi_text(0, 5);
	if (notice->counts)
	{
		KwClearingMonth month;

		kw_lock_clearing_month(notice->month, &month);
	}
	kw_spi(KW_PLAN_LOCK_NOTICES, Int64GetDatum(id), Int64GetDatum(notice->partner));

	kw_spi_one(KW_PLAN_NOTICE_STATE, Int64GetDatum(id));
	notice->paid = kw_spi_bool(0, 1);
	notice->amount = kw_spi_int64(0, 2);
	notice->paid_amount = kw_spi_int64(0, 3);
	notice->issued_on = kw_spi_int32(0, 4);
	notice->paid_on = kw_spi_isnull(0, 5) ? 0 : kw_spi_int32(0, 5);
	notice->received = kw_spi_bool(0, 6);
	notice->partner_number = kw_spi_text(0, 7);
}

/*
 * Check the day on which something is said to have happened.
 */
static void
check_day(DateADT day, DateADT earliest, DateADT today, const char *name)
{
	if (DATE_NOT_FINITE(day) || day < earliest || day > today)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is out of range", name),
				 errdetail("It can be %s to %s.", kw_day_text(earliest), kw_day_text(today))));
}

/*
 * Book a payment, of all that is left where amount is NULL.
 */
static void
book_payment(int64 id, const WalletAmount *asked, DateADT paid_on, const char *reference)
{
	Notice		notice;
	WalletAmount rest;
	WalletAmount amount;
	TimestampTz at;

	lock_notice(id, &notice);
	at = kw_now();
	if (!notice.pays)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("notice %s is to be received, not paid", notice.number),
				 errhint("The payment is recorded on notice %s.", notice.partner_number)));
	if (notice.paid)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("notice %s is paid already", notice.number)));
	check_day(paid_on, notice.issued_on, kw_day_of(at), "paid_on");
	if (reference[strspn(reference, " ")] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the reference of the payment must be given")));
	if (kw_spi(KW_PLAN_PAYMENT, Int64GetDatum(id), CStringGetTextDatum(reference)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("payment \"%s\" of notice %s is recorded already", reference, notice.number)));
	rest = notice.amount - notice.paid_amount;
	amount = asked == NULL ? rest : *asked;
	if (amount <= 0 || amount > rest)
		ereport(ERROR,
				(errcode(ERRCODE_KW_AMOUNT_OUT_OF_RANGE),
				 errmsg("payment must be positive and not above what is left to pay"),
				 errdetail("Of %s yuan, %s yuan are left, %s yuan are said to be paid (EDGE-80).",
						   kw_amount_text(notice.amount), kw_amount_text(rest), kw_amount_text(amount))));

	kw_spi(KW_PLAN_INSERT_PAYMENT, Int64GetDatum(id), WalletAmountGetDatum(amount),
		   DateADTGetDatum(paid_on), CStringGetTextDatum(reference), TimestampTzGetDatum(at),
		   kw_login_name());
	kw_spi(KW_PLAN_ADD_PAYMENT, Int64GetDatum(id), Int64GetDatum(notice.partner),
		   WalletAmountGetDatum(amount));
	if (amount == rest && notice.counts)
	{
		kw_spi_one(KW_PLAN_COUNT_PAID, DateADTGetDatum(notice.month));
		if (kw_spi_int64(0, 1) == 0)
		{
			kw_set_month_state(notice.month, KW_MONTH_PAID);
			kw_log_step(notice.month, "paid", 0, NULL, at);
		}
	}
}

/*
 * Refuse (42501) whoever ran the month's split (ROLE-02): the login, whatever
 * role it acts as.  A superuser or the ledger's owner may do both.
 */
static void
refuse_splitter(int64 notice_id)
{
	bool		ran_split;
	KwSpi		spi;

	if (kw_passes_all())
		return;
	kw_spi_begin(&spi);
	ran_split = kw_spi(KW_PLAN_NOTICE_SPLIT_BY, Int64GetDatum(notice_id), kw_login_name()) > 0;
	kw_spi_end(&spi);
	if (ran_split)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("payments must be recorded by another user than the one who ran the split"),
				 errdetail("The current session's user split the month of the notice (ROLE-02).")));
}

/*
 * record_payment(notice_id bigint, paid_on date, reference text): the notice
 * was paid in full.
 */
KW_PUBLIC(record_payment)
{
	char	   *reference;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("notice_id", "paid_on", "reference");
	reference = TextDatumGetCString(PG_GETARG_DATUM(2));
	kw_prevent_unless_writable("record_payment()");
	refuse_splitter(PG_GETARG_INT64(0));
	kw_spi_begin(&spi);
	book_payment(PG_GETARG_INT64(0), NULL, PG_GETARG_DATEADT(1), reference);
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}

/*
 * record_instalment(notice_id bigint, amount wallet_amount, paid_on date,
 * reference text): a part was paid.  The notice is paid once all of it is.
 */
KW_PUBLIC(record_instalment)
{
	WalletAmount amount;
	char	   *reference;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("notice_id", "amount", "paid_on", "reference");
	amount = PG_GETARG_WALLET_AMOUNT(1);
	reference = TextDatumGetCString(PG_GETARG_DATUM(3));
	kw_prevent_unless_writable("record_instalment()");
	refuse_splitter(PG_GETARG_INT64(0));
	kw_spi_begin(&spi);
	book_payment(PG_GETARG_INT64(0), &amount, PG_GETARG_DATEADT(2), reference);
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}

/*
 * confirm_receipt(notice_id bigint, received_on date): the payee's finance
 * says that the money is there.
 */
KW_PUBLIC(confirm_receipt)
{
	Notice		notice;
	DateADT		received_on;
	TimestampTz at;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("notice_id", "received_on");
	received_on = PG_GETARG_DATEADT(1);
	kw_prevent_unless_writable("confirm_receipt()");

	kw_spi_begin(&spi);
	lock_notice(PG_GETARG_INT64(0), &notice);
	at = kw_now();
	if (notice.pays)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("notice %s is to be paid, not received", notice.number),
				 errhint("The receipt is confirmed on notice %s.", notice.partner_number)));
	if (!notice.paid)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("notice %s is not paid", notice.number),
				 errdetail("Of %s yuan, %s yuan are paid (EDGE-80).",
						   kw_amount_text(notice.amount), kw_amount_text(notice.paid_amount))));
	if (notice.received)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("the receipt of notice %s is confirmed already", notice.number)));
	check_day(received_on, notice.paid_on, kw_day_of(at), "received_on");

	kw_spi(KW_PLAN_CONFIRM_RECEIPT, Int64GetDatum(notice.id), DateADTGetDatum(received_on),
		   TimestampTzGetDatum(at), kw_login_name());
	if (notice.counts)
		kw_spi(KW_PLAN_COUNT_RECEIVED, DateADTGetDatum(notice.month));
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}
