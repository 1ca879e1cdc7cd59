/*-------------------------------------------------------------------------
 *
 * clearing_scan.c
 *	  Sums a month's draws by pair of clearing parties.
 *
 * One pass over the leaf.  heapam prepares a page at a time, with its own
 * rules of visibility, pruning and serializable conflicts; the columns are
 * then read at fixed offsets and added into a square of sums: nothing is
 * deformed, hashed or sorted.  A leaf whose columns do not lie at fixed
 * offsets, or that is no heap, goes through slots, with the same result.
 * A large leaf is read together with background workers
 * (clearing_parallel.c), who call kw_clearing_read_pages() as well.
 *
 * Owns the memory of a KwClearing, in the context that was current when it
 * was created.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "common/int.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "catalog.h"
#include "clearing_parallel.h"
#include "clearing_scan.h"
#include "wallet_amount.h"

/* at most this often, in milliseconds, a long scan says how far it is */
#define NOTICE_INTERVAL	5000
#define PAGES_PER_LOOK	1024

#define COUNTS_FOR_REGIONS		0x01
#define COUNTS_FOR_PROVINCES	0x02

/* payer and payee are one region: nothing is cleared (EDGE-73) */
#define SCOPE_LOCAL		'l'

/* tuples to ask for in advance */
#define PREFETCH_DISTANCE	32

/*
 * Make an empty square with room for so many parties.
 */
KwClearing *
kw_clearing_create(int n_parties)
{
	KwClearing *c = palloc0(sizeof(KwClearing));

	c->context = CurrentMemoryContext;
	c->capacity = Max(n_parties, 1);
	c->party_of = palloc0(KW_REGION_SPAN * sizeof(uint16));
	c->party = palloc(c->capacity * sizeof(RegionCode));
	c->sums = palloc_extended((Size) c->capacity * c->capacity * sizeof(KwPairSums),
							  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	return c;
}

/*
 * Double the room.  The rows of the square move apart.
 */
static void
enlarge(KwClearing *c)
{
	int			capacity = c->capacity * 2;
	KwPairSums *sums;

	/* numbers are stored plus one */
	if (capacity >= PG_UINT16_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many regions to clear"),
				 errdetail("More than %d regions have draws in one month.", c->capacity)));
	sums = MemoryContextAllocExtended(c->context, (Size) capacity * capacity * sizeof(KwPairSums),
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < c->n_parties; i++)
		memcpy(&sums[(Size) i * capacity], kw_clearing_sums(c, i, 0),
			   c->n_parties * sizeof(KwPairSums));
	pfree(c->sums);
	c->sums = sums;
	c->party = repalloc(c->party, capacity * sizeof(RegionCode));
	c->capacity = capacity;
}

static inline uint16 *
party_entry(KwClearing *c, RegionCode region)
{
	if (unlikely(region < KW_FIRST_REGION || region >= KW_FIRST_REGION + KW_REGION_SPAN))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("invalid region code %d in a draw", region)));
	return &c->party_of[region - KW_FIRST_REGION];
}

static uint16
new_party(KwClearing *c, RegionCode party)
{
	if (c->n_parties == c->capacity)
		enlarge(c);
	c->party[c->n_parties++] = party;
	return c->n_parties;
}

/*
 * Say who clears for a region.  A party stands for itself: what a region was
 * recoded into is followed to its end by the caller.
 */
void
kw_clearing_add_region(KwClearing *c, RegionCode region, RegionCode party)
{
	uint16	   *entry = party_entry(c, party);

	if (*entry == 0)
		*entry = new_party(c, party);
	*party_entry(c, region) = *entry;
}

/*
 * Give a region's party.  A region that nobody announced is its own party:
 * a line is never lost.
 */
static inline int
party_number(KwClearing *c, RegionCode region)
{
	uint16	   *entry = party_entry(c, region);

	if (unlikely(*entry == 0))
		*entry = new_party(c, region);
	return *entry - 1;
}

/*
 * Add one draw or restore.
 */
static inline void
add_draw(KwClearing *c, int payer, int payee, WalletAmount amount, char kind, int counts)
{
	KwPairSums *sums = kw_clearing_sums(c, payer, payee);
	int64	   *total;

	if (likely(kind == 'd'))
		total = &sums->gross;
	else if (likely(kind == 'r'))
		total = &sums->reversed;
	else
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("invalid kind \"%c\" of a draw", kind)));
	if (unlikely(pg_add_s64_overflow(*total, amount, total)))
		kw_amount_out_of_range();
	sums->items++;
	sums->person_times += (counts & COUNTS_FOR_REGIONS) != 0;
	sums->province_times += (counts & COUNTS_FOR_PROVINCES) != 0;
}

/*
 * Add a change to a pair's sums that comes from elsewhere than its draws.
 */
void
kw_clearing_add(KwClearing *c, RegionCode payer, RegionCode payee, const KwPairSums *change)
{
	int			from = party_number(c, payer);
	int			to = party_number(c, payee);
	KwPairSums *sums = kw_clearing_sums(c, from, to);

	sums->gross = kw_amount_add(sums->gross, change->gross);
	sums->reversed = kw_amount_add(sums->reversed, change->reversed);
	sums->items += change->items;
	sums->person_times += change->person_times;
	sums->province_times += change->province_times;
}

/*
 * Find the columns' offsets; false if they have none.  An offset is fixed if
 * every column up to it is NOT NULL, of fixed width and stored in each tuple;
 * what a site appended behind does not matter.
 */
static bool
fixed_offsets(Relation rel, const KwTableInfo *info, KwDrawOffsets *offsets)
{
	static const struct
	{
		int			column;
		Size		target;
	}			wanted[] = {
		{D_AMOUNT, offsetof(KwDrawOffsets, amount)},
		{D_PAYER_REGION, offsetof(KwDrawOffsets, payer)},
		{D_PAYEE_REGION, offsetof(KwDrawOffsets, payee)},
		{D_KIND, offsetof(KwDrawOffsets, kind)},
		{D_SCOPE, offsetof(KwDrawOffsets, scope)},
		{D_COUNTS, offsetof(KwDrawOffsets, counts)},
	};
	TupleDesc	desc = RelationGetDescr(rel);
	uint32		offset = 0;
	int			found = 0;

	if (rel->rd_tableam != GetHeapamTableAmRoutine())
		return false;
	for (int i = 0; i < desc->natts && found < (int) lengthof(wanted); i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped || att->atthasmissing || !att->attnotnull || att->attlen <= 0)
			return false;
		offset = att_align_nominal(offset, att->attalign);
		for (int j = 0; j < (int) lengthof(wanted); j++)
		{
			if (info->attnum[wanted[j].column] != att->attnum)
				continue;
			*(uint32 *) ((char *) offsets + wanted[j].target) = offset;
			offsets->last = offset;
			found++;
		}
		offset += att->attlen;
	}
	return found == (int) lengthof(wanted);
}

/*
 * Tell how far a long scan is.  Of a shared scan the pages count that were
 * handed out, to whomever.
 */
static void
report_progress(TableScanDesc scan, BlockNumber done, TimestampTz *last)
{
	TimestampTz now = GetCurrentTimestamp();
	BlockNumber total = ((HeapScanDesc) scan)->rs_nblocks;

	if (!TimestampDifferenceExceeds(*last, now, NOTICE_INTERVAL))
		return;
	*last = now;
	if (scan->rs_parallel != NULL)
		done = Min(total, pg_atomic_read_u64(&((ParallelBlockTableScanDesc) scan->rs_parallel)->phs_nallocated));
	ereport(NOTICE,
			(errmsg("split: read %u of %u pages of \"%s\"",
					done, total, RelationGetRelationName(scan->rs_rd))));
}

/* a page's draws on their way into the square */
typedef struct PageDraws
{
	int			n;
	WalletAmount amount[MaxHeapTuplesPerPage];
	uint16		payer[MaxHeapTuplesPerPage];	/* parties' numbers */
	uint16		payee[MaxHeapTuplesPerPage];
	char		kind[MaxHeapTuplesPerPage];
	uint8		counts[MaxHeapTuplesPerPage];
} PageDraws;

static inline HeapTupleHeader
visible_tuple(HeapScanDesc heap, Page page, int i)
{
	return (HeapTupleHeader) PageGetItem(page, PageGetItemId(page, heap->rs_vistuples[i]));
}

/*
 * Take the columns out of a page's tuples.  The time goes into waiting for
 * memory, so the tuples further on are asked for in advance, and the cells of
 * the square as soon as they are known.
 */
static void
read_page(KwClearing *c, HeapScanDesc heap, const KwDrawOffsets *offsets, PageDraws *draws)
{
	Page		page = BufferGetPage(heap->rs_cbuf);
	int			n = heap->rs_ntuples;

	draws->n = 0;
	for (int i = -PREFETCH_DISTANCE; i < n; i++)
	{
		HeapTupleHeader tuple;
		const char *data;
		int			d = draws->n;

		if (i + PREFETCH_DISTANCE < n)
		{
			tuple = visible_tuple(heap, page, i + PREFETCH_DISTANCE);
			kw_prefetch(tuple);
			kw_prefetch((char *) tuple + SizeofHeapTupleHeader + offsets->last);
		}
		if (i < 0)
			continue;
		tuple = visible_tuple(heap, page, i);
		data = (const char *) tuple + tuple->t_hoff;
		if (data[offsets->scope] == SCOPE_LOCAL)
			continue;
		draws->payer[d] = party_number(c, *(const int32 *) (data + offsets->payer));
		draws->payee[d] = party_number(c, *(const int32 *) (data + offsets->payee));
		kw_prefetch(kw_clearing_sums(c, draws->payer[d], draws->payee[d]));
		draws->amount[d] = *(const int64 *) (data + offsets->amount);
		draws->kind[d] = data[offsets->kind];
		draws->counts[d] = *(const int16 *) (data + offsets->counts);
		draws->n++;
	}
}

/*
 * Give the next page to read, InvalidBlockNumber behind the last one.  Those
 * who share a scan get chunks of pages that shrink towards its end.
 */
static BlockNumber
next_page(TableScanDesc scan, BlockNumber done)
{
	HeapScanDesc heap = (HeapScanDesc) scan;

	if (scan->rs_parallel == NULL)
		return done < heap->rs_nblocks ? done : InvalidBlockNumber;
	if (done == 0)
		table_block_parallelscan_startblock_init(scan->rs_rd, heap->rs_parallelworkerdata,
												 (ParallelBlockTableScanDesc) scan->rs_parallel);
	return table_block_parallelscan_nextpage(scan->rs_rd, heap->rs_parallelworkerdata,
											 (ParallelBlockTableScanDesc) scan->rs_parallel);
}

/*
 * Read the pages of a scan, or our share of them, each as heapam prepares it
 * for a sequential scan: what is visible is in rs_vistuples, the buffer is
 * pinned and no longer locked.  Ends the scan.
 */
void
kw_clearing_read_pages(KwClearing *c, TableScanDesc scan, const KwDrawOffsets *offsets, bool report)
{
	HeapScanDesc heap = (HeapScanDesc) scan;
	TimestampTz last = GetCurrentTimestamp();
	BlockNumber done = 0;
	BlockNumber block;
	PageDraws	draws;

	while ((block = next_page(scan, done)) != InvalidBlockNumber)
	{
		CHECK_FOR_INTERRUPTS();
		kw_heap_getpage(scan, block);
		read_page(c, heap, offsets, &draws);
		for (int i = 0; i < draws.n; i++)
			add_draw(c, draws.payer[i], draws.payee[i], draws.amount[i], draws.kind[i], draws.counts[i]);
		pgstat_count_index_tuples(scan->rs_rd, heap->rs_ntuples);
		if (++done % PAGES_PER_LOOK == 0 && report)
			report_progress(scan, done, &last);
	}
	table_endscan(scan);
}

static Datum
get_column(TupleTableSlot *slot, const KwTableInfo *info, int column)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, info->attnum[column], &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("column %d of a draw is null", info->attnum[column])));
	return value;
}

/*
 * Read any leaf at all.
 */
static void
scan_slots(KwClearing *c, Relation rel, const KwTableInfo *info, Snapshot snapshot)
{
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	TupleTableSlot *slot = table_slot_create(rel, NULL);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		int			payer;
		int			payee;

		CHECK_FOR_INTERRUPTS();
		if (DatumGetChar(get_column(slot, info, D_SCOPE)) == SCOPE_LOCAL)
			continue;
		payer = party_number(c, DatumGetRegionCode(get_column(slot, info, D_PAYER_REGION)));
		payee = party_number(c, DatumGetRegionCode(get_column(slot, info, D_PAYEE_REGION)));
		add_draw(c, payer, payee, DatumGetWalletAmount(get_column(slot, info, D_AMOUNT)),
				 DatumGetChar(get_column(slot, info, D_KIND)),
				 DatumGetInt16(get_column(slot, info, D_COUNTS)));
	}
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
}

/*
 * Add all draws of a leaf that a registered snapshot sees.
 */
void
kw_clearing_scan(KwClearing *c, Oid leaf, Snapshot snapshot)
{
	Relation	rel = table_open(leaf, AccessShareLock);
	KwTableInfo info;
	KwDrawOffsets offsets;

	kw_leaf_info(KW_DRAW, leaf, &info);
	if (!fixed_offsets(rel, &info, &offsets))
		scan_slots(c, rel, &info, snapshot);
	else if (!kw_clearing_scan_parallel(c, rel, &offsets, snapshot))
		kw_clearing_read_pages(c, table_beginscan_strat(rel, snapshot, 0, NULL, true, false), &offsets, true);
	table_close(rel, AccessShareLock);
}
