/*-------------------------------------------------------------------------
 *
 * clearing_month.c
 *	  The life of a month in clearing: open, cut off, split, confirmed,
 *	  noticed, paid, closed.
 *
 * Owns the rows of clearing_month, but for cut_off()'s INSERT, and the log of
 * steps.  Each step begins with kw_lock_clearing_month(): the row FOR UPDATE,
 * so that two steps of one month follow each other.  A step changes that row
 * whenever it changes what a later step looks at; under REPEATABLE READ the
 * later one then fails with 40001 instead of deciding by an old snapshot.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "args.h"
#include "catalog.h"
#include "clearing_month.h"
#include "clock.h"
#include "door.h"
#include "errors.h"
#include "plans.h"
#include "store.h"

static const char *const state_names[] = {
	[KW_MONTH_OPEN] = "open",
	[KW_MONTH_CUT_OFF] = "cut_off",
	[KW_MONTH_SPLIT] = "split",
	[KW_MONTH_CONFIRMED] = "confirmed",
	[KW_MONTH_NOTICED] = "noticed",
	[KW_MONTH_PAID] = "paid",
	[KW_MONTH_CLOSED] = "closed",
};

const char *
kw_month_state_name(KwMonthState state)
{
	return state_names[state];
}

static KwMonthState
state_of_name(const char *name)
{
	for (int i = 0; i < (int) lengthof(state_names); i++)
		if (strcmp(name, state_names[i]) == 0)
			return i;
	elog(ERROR, "unknown state \"%s\" of a month", name);
	return KW_MONTH_OPEN;
}

/*
 * Name a month in a message, as 2026-01.
 */
char *
kw_month_text(DateADT month)
{
	char	   *text = kw_day_text(month);

	text[strlen(text) - strlen("-01")] = '\0';
	return text;
}

/*
 * Take the argument "month", which is the month's first day.
 */
DateADT
kw_month_arg(Datum value)
{
	DateADT		month = DatumGetDateADT(value);

	if (DATE_NOT_FINITE(month) || kw_first_of_month(month) != month)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("month must be given by its first day"),
				 DATE_NOT_FINITE(month) ? 0 :
				 errhint("Use %s.", kw_day_text(kw_first_of_month(month)))));
	return month;
}

/*
 * Take the argument "province", one of the clearing provinces.
 */
RegionCode
kw_province_arg(Datum value)
{
	RegionCode	province = DatumGetRegionCode(value);

	if (kw_region_province(province) != province)
		ereport(ERROR,
				(errcode(ERRCODE_KW_NOT_FOUND),
				 errmsg("region %06d is not a province", province),
				 errhint("Its province is %06d.", kw_region_province(province))));
	return province;
}

void
kw_prevent_unless_writable(const char *function)
{
	PreventCommandIfReadOnly(function);
	PreventCommandIfParallelMode(function);
	PreventCommandDuringRecovery(function);
}

/*
 * Read one row of what the month plans select.  False for a month that is
 * open.
 */
bool
kw_read_clearing_month(uint64 row, KwClearingMonth *result)
{
	result->month = kw_spi_int32(row, 1);
	result->state = state_of_name(kw_spi_text(row, 2));
	result->signatures = kw_spi_int32(row, 3);
	result->unpaid = kw_spi_int64(row, 4);
	result->unconfirmed = kw_spi_int64(row, 5);
	return result->state != KW_MONTH_OPEN;
}

/*
 * Lock a month.  One that has no row is open, and stays it until this
 * transaction ends only if the caller sees to that.
 */
void
kw_lock_clearing_month(DateADT month, KwClearingMonth *result)
{
	KwMonth		info;

	if (kw_spi(KW_PLAN_LOCK_MONTH, DateADTGetDatum(month)) > 0)
	{
		(void) kw_read_clearing_month(0, result);
		return;
	}

	/* cut off, but after this transaction's snapshot? */
	kw_month_info(month, &info);
	if (info.closed && IsolationUsesXactSnapshot())
		kw_serialization_failure();
	memset(result, 0, sizeof(KwClearingMonth));
	result->month = month;
	result->state = KW_MONTH_OPEN;
}

void
kw_set_month_state(DateADT month, KwMonthState state)
{
	kw_spi(KW_PLAN_SET_MONTH_STATE, DateADTGetDatum(month),
		   CStringGetTextDatum(kw_month_state_name(state)));
}

/*
 * Name who logged in: not the role that is acting, which a user can change.
 */
Datum
kw_login_name(void)
{
	Name		name = palloc0(NAMEDATALEN);

	namestrcpy(name, GetUserNameFromId(GetSessionUserId(), false));
	return NameGetDatum(name);
}

/*
 * Write down a step, and who did it: the login and the role that it acted as
 * (kw_spi_begin() replaces neither).  province 0 and detail NULL for none.
 */
void
kw_log_step(DateADT month, const char *step, RegionCode province, const char *detail, TimestampTz at)
{
	Name		role = palloc0(NAMEDATALEN);
	Datum		args[7];
	bool		nulls[7] = {false};

	namestrcpy(role, GetUserNameFromId(GetOuterUserId(), false));
	args[0] = DateADTGetDatum(month);
	args[1] = CStringGetTextDatum(step);
	args[2] = RegionCodeGetDatum(province);
	nulls[2] = province == 0;
	args[3] = detail == NULL ? (Datum) 0 : CStringGetTextDatum(detail);
	nulls[3] = detail == NULL;
	args[4] = TimestampTzGetDatum(at);
	args[5] = kw_login_name();
	args[6] = NameGetDatum(role);
	kw_spi_run(KW_PLAN_LOG_STEP, args, nulls);
}

/*
 * Refuse to change a month that a province has signed.
 */
void
kw_refuse_signed(const KwClearingMonth *month)
{
	ereport(ERROR,
			(errcode(ERRCODE_KW_MONTH_CLOSED),
			 errmsg("month %s is signed", kw_month_text(month->month)),
			 errdetail("Its clearing is in state \"%s\" (EDGE-75, LR-01).",
					   kw_month_state_name(month->state))));
}

/*
 * Refuse a step that does not follow on the state that the month is in.  call
 * is what would bring it there.
 */
void
kw_refuse_order(const KwClearingMonth *month, KwMonthState wanted, const char *call)
{
	static const char *const words[] = {"open", "cut off", "split", "confirmed", "noticed", "paid", "closed"};

	if (month->state > wanted)
		ereport(ERROR,
				(errcode(ERRCODE_KW_CLEARING_ORDER),
				 errmsg("month %s is %s already", kw_month_text(month->month), words[month->state])));
	ereport(ERROR,
			(errcode(ERRCODE_KW_CLEARING_ORDER),
			 errmsg("month %s is not %s", kw_month_text(month->month), words[wanted]),
			 errdetail("Its clearing is in state \"%s\".", kw_month_state_name(month->state)),
			 errhint("Call %s first.", call)));
}

/*
 * confirm_month(month date, province region_code): a province signs its
 * table.  The last one that has lines makes the month confirmed.
 */
KW_PUBLIC(confirm_month)
{
	DateADT		day;
	RegionCode	province;
	KwClearingMonth month;
	TimestampTz at;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("month", "province");
	day = kw_month_arg(PG_GETARG_DATUM(0));
	province = kw_province_arg(PG_GETARG_DATUM(1));
	kw_prevent_unless_writable("confirm_month()");

	kw_spi_begin(&spi);
	kw_lock_clearing_month(day, &month);
	if (month.state < KW_MONTH_SPLIT)
		kw_refuse_order(&month, KW_MONTH_SPLIT, "kinwallet.split()");
	if (kw_spi(KW_PLAN_SIGNATURE, DateADTGetDatum(day), RegionCodeGetDatum(province)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("province %06d has signed month %s already", province, kw_month_text(day))));
	if (month.state > KW_MONTH_SPLIT)
		kw_refuse_signed(&month);

	at = kw_now();
	kw_log_step(day, "sign", province, NULL, at);
	kw_spi(KW_PLAN_ADD_SIGNATURE, DateADTGetDatum(day));
	kw_spi_one(KW_PLAN_UNSIGNED_PROVINCES, DateADTGetDatum(day));
	if (kw_spi_int64(0, 1) == 0)
	{
		kw_set_month_state(day, KW_MONTH_CONFIRMED);
		kw_log_step(day, "confirmed", 0, NULL, at);
	}
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}

/*
 * close_month(month date): end the clearing of a month of which everything
 * is paid and received.
 */
KW_PUBLIC(close_month)
{
	DateADT		day;
	KwClearingMonth month;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("month");
	day = kw_month_arg(PG_GETARG_DATUM(0));
	kw_prevent_unless_writable("close_month()");

	kw_spi_begin(&spi);
	kw_lock_clearing_month(day, &month);
	if (month.state != KW_MONTH_PAID)
		kw_refuse_order(&month, KW_MONTH_PAID, "kinwallet.record_payment()");
	if (month.unconfirmed > 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_CLEARING_ORDER),
				 errmsg("month %s cannot be closed before every receipt is confirmed",
						kw_month_text(day)),
				 errdetail("Receipts of " INT64_FORMAT " notices are not confirmed (PP-09).",
						   month.unconfirmed),
				 errhint("The payee's finance calls kinwallet.confirm_receipt().")));
	kw_set_month_state(day, KW_MONTH_CLOSED);
	kw_log_step(day, "closed", 0, NULL, kw_now());
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}
