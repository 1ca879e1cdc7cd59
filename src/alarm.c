/*-------------------------------------------------------------------------
 *
 * alarm.c
 *	  Raises alarms of clearing, and looks for what is late (EDGE-76).
 *
 * Owns table clearing_alarm.  Its key (kind, subject) makes an alarm unique,
 * whoever raises it at the same time; the notification goes with the row's
 * commit.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "commands/async.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "alarm.h"
#include "clearing_month.h"
#include "clock.h"
#include "door.h"
#include "plans.h"

#define ALARM_CHANNEL	"kinwallet_alarm"

bool
kw_raise_alarm(const char *kind, const char *subject, const char *detail, TimestampTz at)
{
	StringInfoData payload;

	if (kw_spi(KW_PLAN_INSERT_ALARM, CStringGetTextDatum(kind), CStringGetTextDatum(subject),
			   CStringGetTextDatum(detail), TimestampTzGetDatum(at)) == 0)
		return false;
	initStringInfo(&payload);
	appendStringInfoString(&payload, "{\"kind\" : ");
	escape_json(&payload, kind);
	appendStringInfoString(&payload, ", \"subject\" : ");
	escape_json(&payload, subject);
	appendStringInfoChar(&payload, '}');
	Async_Notify(ALARM_CHANNEL, payload.data);
	return true;
}

/*
 * Raise an alarm for each line and each month that is later than the rules
 * allow.  Returns how many there are that were not raised before.
 */
int64
kw_raise_late_alarms(TimestampTz at)
{
	uint64		n = kw_spi(KW_PLAN_LATE, DateADTGetDatum(kw_day_of(at)));
	char	 *(*late)[3] = palloc(Max(n, 1) * sizeof(*late));
	int64		raised = 0;

	for (uint64 i = 0; i < n; i++)
		for (int column = 0; column < 3; column++)
			late[i][column] = kw_spi_text(i, column + 1);
	for (uint64 i = 0; i < n; i++)
		raised += kw_raise_alarm(late[i][0], late[i][1], late[i][2], at);
	return raised;
}

/*
 * raise_late_alarms() -> bigint
 */
KW_PUBLIC_AS(kw_sql_raise_late_alarms, raise_late_alarms)
{
	int64		n;
	KwSpi		spi;

	(void) fcinfo;
	kw_prevent_unless_writable("raise_late_alarms()");
	kw_spi_begin(&spi);
	n = kw_raise_late_alarms(kw_now());
	kw_spi_end(&spi);
	PG_RETURN_INT64(n);
}
