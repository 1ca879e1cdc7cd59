/*-------------------------------------------------------------------------
 *
 * clearing_pair.h
 *	  A month's rows of clearing_pair.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_CLEARING_PAIR_H
#define KW_CLEARING_PAIR_H

#include "compat.h"

#include "utils/date.h"

#include "clearing_scan.h"

/* between kw_spi_begin() and kw_spi_end(), with the month's row locked */
extern void kw_write_pairs(const KwClearing *c, DateADT month);

#endif							/* KW_CLEARING_PAIR_H */
