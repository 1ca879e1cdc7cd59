/*-------------------------------------------------------------------------
 *
 * clock.h
 *	  Business time, which is Asia/Shanghai, and the ids that carry it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_CLOCK_H
#define KW_CLOCK_H

#include "compat.h"

#include "utils/date.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/*
 * An id of a fact or relation: node, month, sequence.  Months count from
 * January 2000.
 */
#define KW_ID_SEQUENCE_BITS	42
#define KW_ID_MONTH_BITS	11

extern void kw_define_clock(void);

extern TimestampTz kw_now(void);
extern DateADT kw_day_of(TimestampTz at);
extern DateADT kw_first_of_month(DateADT day);
extern DateADT kw_add_months(DateADT month, int n);
extern int	kw_year_of(DateADT day);
extern DateADT kw_first_day_of_year(int year);
extern DateADT kw_month_day(int year, int month_day);
extern TimestampTz kw_start_of_day(DateADT day);
extern TimestampTz kw_add_interval(TimestampTz at, const Interval *interval);
extern char *kw_day_text(DateADT day);
extern int	kw_full_years(DateADT birth, DateADT day);

extern int64 kw_make_id(int node, DateADT month, int64 sequence);
extern DateADT kw_month_of_id(int64 id);
extern bool kw_request_second(const pg_uuid_t *request_id, int32 *second);

#endif							/* KW_CLOCK_H */
