/*-------------------------------------------------------------------------
 *
 * clearing_parallel.h
 *	  A month's draws summed by several processes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_CLEARING_PARALLEL_H
#define KW_CLEARING_PARALLEL_H

#include "compat.h"

#include "utils/rel.h"

#include "clearing_scan.h"

extern bool kw_clearing_scan_parallel(KwClearing *c, Relation rel, const KwDrawOffsets *offsets,
									  Snapshot snapshot);

#endif							/* KW_CLEARING_PARALLEL_H */
