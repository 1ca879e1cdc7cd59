/*-------------------------------------------------------------------------
 *
 * seal_scan.h
 *	  From the rows of a fact partition to the digests of its leaves.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_SEAL_SCAN_H
#define KW_SEAL_SCAN_H

#include "compat.h"

#include "utils/snapshot.h"

#include "seal_hash.h"

extern const char *kw_seal_scan(KwTable fact, Oid partition, DateADT month, DateADT through,
								bool whole_month, Snapshot snapshot, KwFactSeal *result);

#endif							/* KW_SEAL_SCAN_H */
