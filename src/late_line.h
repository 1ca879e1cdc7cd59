/*-------------------------------------------------------------------------
 *
 * late_line.h
 *	  Lines that are not cleared as the month's draws have it: withheld,
 *	  cleared in a later month, deducted.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_LATE_LINE_H
#define KW_LATE_LINE_H

#include "compat.h"

#include "utils/date.h"

#include "clearing_scan.h"

/* both between kw_spi_begin() and kw_spi_end() */
extern void kw_lock_late_lines(void);
extern void kw_correct_clearing(KwClearing *c, DateADT month);

#endif							/* KW_LATE_LINE_H */
