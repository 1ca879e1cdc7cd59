/*-------------------------------------------------------------------------
 *
 * seal.h
 *	  Seals a month.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_SEAL_H
#define KW_SEAL_H

#include "compat.h"

#include "utils/timestamp.h"

#include "catalog.h"

/* between kw_spi_begin() and kw_spi_end(), under cut_off()'s locks */
extern void kw_seal_month(const KwMonth *month, TimestampTz at);

#endif							/* KW_SEAL_H */
