/*-------------------------------------------------------------------------
 *
 * prepayment.h
 *	  What the split of a month tells those who watch the prepayments.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_PREPAYMENT_H
#define KW_PREPAYMENT_H

#include "compat.h"

#include "utils/date.h"

/*
 * Deliver the alarms of a split month that were not delivered before.  To be
 * called between kw_spi_begin() and kw_spi_end(), by who holds the month's row.
 */
extern void kw_prepayment_alarms(DateADT month);

#endif							/* KW_PREPAYMENT_H */
