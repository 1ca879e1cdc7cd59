/*-------------------------------------------------------------------------
 *
 * calendar.c
 *	  Counts working days, and says by when the steps of a month's clearing
 *	  are due (rules.md 2.3).
 *
 * A working day is Monday to Friday unless table holiday says otherwise.
 * What the table does not cover follows the plain week.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "calendar.h"
#include "clearing_month.h"
#include "clock.h"
#include "door.h"
#include "plans.h"

/* so many days of table holiday are read at once */
#define WINDOW_DAYS		64

/* fixed days of the following month; they do not move with days off */
#define RECONCILE_DAY	20
#define SPLIT_DAY		21
#define CONFIRM_DAY		25

/* working days after the step before */
#define FILE_DAYS		5
#define PAY_DAYS		10
#define FEEDBACK_DAYS	5

static const char *const step_names[KW_N_STEPS] = {
	[KW_STEP_RECONCILE] = "reconcile",
	[KW_STEP_SPLIT] = "split",
	[KW_STEP_CONFIRM] = "confirm",
	[KW_STEP_NOTICE] = "notice",
	[KW_STEP_FILE] = "file",
	[KW_STEP_PAY] = "pay",
	[KW_STEP_FEEDBACK] = "feedback",
};

/*
 * Fill the window: which of its days, first .. first + WINDOW_DAYS - 1, are
 * worked.
 */
static void
load_window(DateADT first, bool worked[WINDOW_DAYS])
{
	uint64		n;

	for (int i = 0; i < WINDOW_DAYS; i++)
	{
		int			weekday = j2day(first + i + POSTGRES_EPOCH_JDATE);

		worked[i] = weekday != 0 && weekday != 6;
	}
	n = kw_spi_latest(KW_PLAN_HOLIDAYS, DateADTGetDatum(first), Int32GetDatum(WINDOW_DAYS));
	for (uint64 row = 0; row < n; row++)
		worked[kw_spi_int32(row, 1) - first] = kw_spi_bool(row, 2);
}

/*
 * Give the n-th working day after a day.
 */
DateADT
kw_add_working_days(DateADT day, int n)
{
	bool		worked[WINDOW_DAYS];
	int			at = WINDOW_DAYS;
	DateADT		first = day + 1;

	Assert(n > 0);
	load_window(first, worked);
	for (at = 0; ; at++)
	{
		if (at == WINDOW_DAYS)
		{
			/* a site may have declared anything a day off */
			CHECK_FOR_INTERRUPTS();
			first += WINDOW_DAYS;
			if (!IS_VALID_DATE(first + WINDOW_DAYS))
				ereport(ERROR,
						(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						 errmsg("date out of range")));
			load_window(first, worked);
			at = 0;
		}
		if (worked[at] && --n == 0)
			return first + at;
	}
}

/*
 * Say by when the steps of a month's clearing are due.
 */
void
kw_clearing_calendar(DateADT month, DateADT due[KW_N_STEPS])
{
	DateADT		next;

	/* ids know months from 2000 on; the end leaves room to count */
	if (kw_year_of(month) < 2000 || kw_year_of(month) > 9999)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("month %s is out of range", kw_month_text(month))));
	next = kw_add_months(month, 1);
	due[KW_STEP_RECONCILE] = next + RECONCILE_DAY - 1;
	due[KW_STEP_SPLIT] = next + SPLIT_DAY - 1;
	due[KW_STEP_CONFIRM] = next + CONFIRM_DAY - 1;
	due[KW_STEP_NOTICE] = kw_add_months(month, 2) - 1;
	due[KW_STEP_FILE] = kw_add_working_days(due[KW_STEP_NOTICE], FILE_DAYS);
	due[KW_STEP_PAY] = kw_add_working_days(due[KW_STEP_FILE], PAY_DAYS);
	due[KW_STEP_FEEDBACK] = kw_add_working_days(due[KW_STEP_PAY], FEEDBACK_DAYS);
}

/*
 * clearing_calendar(month date) -> setof (step text, due_on date)
 */
KW_PUBLIC_AS(kw_sql_clearing_calendar, clearing_calendar)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	DateADT		due[KW_N_STEPS];
	DateADT		month;
	KwSpi		spi;

	month = kw_month_arg(PG_GETARG_DATUM(0));
	InitMaterializedSRF(fcinfo, 0);

	kw_spi_begin(&spi);
	kw_clearing_calendar(month, due);
	kw_spi_end(&spi);
	for (int step = 0; step < KW_N_STEPS; step++)
	{
		Datum		values[2] = {CStringGetTextDatum(step_names[step]), DateADTGetDatum(due[step])};
		bool		nulls[2] = {false, false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * add_working_days(day date, n integer) -> date
 */
KW_PUBLIC_AS(kw_sql_add_working_days, add_working_days)
{
	DateADT		day;
	int			n;
	DateADT		result;
	KwSpi		spi;

	day = PG_GETARG_DATEADT(0);
	n = PG_GETARG_INT32(1);
	if (DATE_NOT_FINITE(day) || n < 1 || n > 1000)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("working days are counted from a finite day, 1 to 1000 of them")));
	if (!IS_VALID_DATE(day + 1 + WINDOW_DAYS))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("date out of range")));
	kw_spi_begin(&spi);
	result = kw_add_working_days(day, n);
	kw_spi_end(&spi);
	PG_RETURN_DATEADT(result);
}
