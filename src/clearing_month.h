/*-------------------------------------------------------------------------
 *
 * clearing_month.h
 *	  A month on its way through clearing: its row, its lock, its log.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_CLEARING_MONTH_H
#define KW_CLEARING_MONTH_H

#include "compat.h"

#include "utils/date.h"
#include "utils/timestamp.h"

#include "region_code.h"

/* in the order in which a month goes through them */
typedef enum KwMonthState
{
	KW_MONTH_OPEN,				/* no row: postings go on */
	KW_MONTH_CUT_OFF,
	KW_MONTH_SPLIT,
	KW_MONTH_CONFIRMED,
	KW_MONTH_NOTICED,
	KW_MONTH_PAID,
	KW_MONTH_CLOSED
} KwMonthState;

typedef struct KwClearingMonth
{
	DateADT		month;
	KwMonthState state;
	int			signatures;		/* provinces that signed: from the first on its lines are fixed */
	int64		unpaid;			/* notices to be paid */
	int64		unconfirmed;	/* notices whose receipt is to be confirmed */
} KwClearingMonth;

extern const char *kw_month_state_name(KwMonthState state);

/* arguments and messages */
extern DateADT kw_month_arg(Datum value);
extern RegionCode kw_province_arg(Datum value);
extern char *kw_month_text(DateADT month);
extern void kw_prevent_unless_writable(const char *function);

/* between kw_spi_begin() and kw_spi_end() */
extern void kw_lock_clearing_month(DateADT month, KwClearingMonth *result);
extern bool kw_read_clearing_month(uint64 row, KwClearingMonth *result);
extern void kw_set_month_state(DateADT month, KwMonthState state);
extern void kw_log_step(DateADT month, const char *step, RegionCode province,
						const char *detail, TimestampTz at);
extern Datum kw_login_name(void);

pg_noreturn extern void kw_refuse_signed(const KwClearingMonth *month);
pg_noreturn extern void kw_refuse_order(const KwClearingMonth *month, KwMonthState wanted,
										const char *call);

#endif							/* KW_CLEARING_MONTH_H */
