/*-------------------------------------------------------------------------
 *
 * alarm.h
 *	  Alarms of clearing: each delivered once, as a row of clearing_alarm and
 *	  as a notification on channel kinwallet_alarm.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_ALARM_H
#define KW_ALARM_H

#include "compat.h"

#include "utils/timestamp.h"

/*
 * Raise an alarm; returns false when this kind and subject were raised
 * before.  Both between kw_spi_begin() and kw_spi_end().
 */
extern bool kw_raise_alarm(const char *kind, const char *subject, const char *detail, TimestampTz at);
extern int64 kw_raise_late_alarms(TimestampTz at);

#endif							/* KW_ALARM_H */
