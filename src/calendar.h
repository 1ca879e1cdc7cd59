/*-------------------------------------------------------------------------
 *
 * calendar.h
 *	  Working days, and the days by which a month's clearing must be done.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_CALENDAR_H
#define KW_CALENDAR_H

#include "compat.h"

#include "utils/date.h"

typedef enum KwClearingStep
{
	KW_STEP_RECONCILE,			/* care side and providers agree */
	KW_STEP_SPLIT,				/* national tables */
	KW_STEP_CONFIRM,			/* provinces sign */
	KW_STEP_NOTICE,				/* notices are issued */
	KW_STEP_FILE,				/* the payer's agency files with finance */
	KW_STEP_PAY,				/* the payer's finance pays */
	KW_STEP_FEEDBACK,			/* finance reports back */
	KW_N_STEPS
} KwClearingStep;

/* both between kw_spi_begin() and kw_spi_end() */
extern DateADT kw_add_working_days(DateADT day, int n);
extern void kw_clearing_calendar(DateADT month, DateADT due[KW_N_STEPS]);

#endif							/* KW_CALENDAR_H */
