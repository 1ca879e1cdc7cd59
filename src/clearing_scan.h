/*-------------------------------------------------------------------------
 *
 * clearing_scan.h
 *	  The sums of one month's draws by pair of clearing parties.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_CLEARING_SCAN_H
#define KW_CLEARING_SCAN_H

#include "compat.h"

#include "access/relscan.h"
#include "utils/snapshot.h"

#include "region_code.h"

/* every region code lies in this range: see kw_province_prefix */
#define KW_FIRST_REGION	110000
#define KW_REGION_SPAN	560000

/* what one party owes another; money in fen */
typedef struct KwPairSums
{
	int64		gross;
	int64		reversed;
	int64		items;
	int64		person_times;	/* counted once for the pair of regions */
	int64		province_times; /* counted once for the pair of provinces */
} KwPairSums;

/*
 * A square of sums that grows with the parties met.  A region's party is the
 * region itself, or what it was merged or recoded into (EDGE-78).
 */
typedef struct KwClearing
{
	MemoryContext context;
	uint16	   *party_of;		/* by region: the party's number + 1; 0: not met */
	RegionCode *party;			/* by number */
	int			n_parties;
	int			capacity;
	KwPairSums *sums;			/* capacity x capacity, by payer and payee */
} KwClearing;

/* where a draw's columns lie in a tuple, from the end of its header */
typedef struct KwDrawOffsets
{
	uint32		amount;
	uint32		payer;
	uint32		payee;
	uint32		kind;
	uint32		scope;
	uint32		counts;
	uint32		last;			/* the greatest of them */
} KwDrawOffsets;

#define kw_clearing_sums(c, payer, payee) \
	(&(c)->sums[(Size) (payer) * (c)->capacity + (payee)])

extern KwClearing *kw_clearing_create(int n_parties);
extern void kw_clearing_add_region(KwClearing *c, RegionCode region, RegionCode party);
extern void kw_clearing_add(KwClearing *c, RegionCode payer, RegionCode payee, const KwPairSums *change);
extern void kw_clearing_read_pages(KwClearing *c, TableScanDesc scan, const KwDrawOffsets *offsets, bool report);
extern void kw_clearing_scan(KwClearing *c, Oid leaf, Snapshot snapshot);

#endif							/* KW_CLEARING_SCAN_H */
