/*-------------------------------------------------------------------------
 *
 * clearing_parallel.c
 *	  Sums a month's draws by several processes.
 *
 * The leader and its workers take pages of one shared table scan, each into a
 * square of sums of its own (clearing_scan.c); what a worker's square holds
 * comes to the leader through shared memory.  How many workers there are
 * follows the settings that CREATE INDEX follows: max_parallel_maintenance_workers,
 * min_parallel_table_scan_size, the partition's parallel_workers; and
 * parallel_leader_participation.  Should none start, the leader reads all.
 *
 * Nobody writes while workers run: parallel mode refuses it.  The parallel
 * context belongs to the (sub)transaction; an error anywhere ends the workers.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/parallel.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "utils/dsa.h"

#include "clearing_parallel.h"
#include "clearing_scan.h"

/* the squares of all processes, and what they leave, stay below this together */
#define SPLIT_MEMORY	((Size) 56 * 1024 * 1024)

/* what lies in shared memory */
#define KEY_SHARED		UINT64CONST(1)
#define KEY_RESULTS		UINT64CONST(2)
#define KEY_SCAN		UINT64CONST(3)
#define KEY_AREA		UINT64CONST(4)

/* a region and who clears for it */
typedef struct RegionParty
{
	RegionCode	region;
	RegionCode	party;
} RegionParty;

/* what the workers are told */
typedef struct Shared
{
	Oid			leaf;
	KwDrawOffsets offsets;
	int			reporter;		/* ParallelWorkerNumber of who says how far the scan is */
	int			n_regions;
	RegionParty regions[FLEXIBLE_ARRAY_MEMBER];
} Shared;

/* what one party owes another, by the draws that one worker has read */
typedef struct PairFound
{
	RegionCode	payer;
	RegionCode	payee;
	KwPairSums	sums;
} PairFound;

/* what a worker leaves behind */
typedef struct Result
{
	int64		n;
	dsa_pointer pairs;			/* n PairFound, if any */
} Result;

extern PGDLLEXPORT void kw_clearing_worker(dsm_segment *seg, shm_toc *toc);

/*
 * Count the workers to ask for, as the planner does for a table's pages:
 * one from min_parallel_table_scan_size on, one more with every threefold.
 */
static int
workers_wanted(Relation rel, int n_parties)
{
	BlockNumber pages = RelationGetNumberOfBlocks(rel);
	Size		squares = (Size) n_parties * n_parties * (sizeof(KwPairSums) + sizeof(PairFound));
	Size		per_process = squares + KW_REGION_SPAN * sizeof(uint16);
	int			by_pages = 0;
	int			by_memory = (int) (SPLIT_MEMORY / per_process) - 1;

	if (max_parallel_maintenance_workers == 0 || pages == 0 || IsInParallelMode())
		return 0;
	for (uint64 step = Max(min_parallel_table_scan_size, 1); pages >= step; step *= 3)
		by_pages++;
	if (min_parallel_table_scan_size == 0)
		by_pages = Max(by_pages, 1);
	by_pages = RelationGetParallelWorkers(rel, by_pages);
	return Max(Min(Min(by_pages, max_parallel_maintenance_workers), by_memory), 0);
}

/*
 * List the regions that were announced; gives their number.  NULL counts.
 */
static int
list_regions(const KwClearing *c, RegionParty *regions)
{
	int			n = 0;

	for (int i = 0; i < KW_REGION_SPAN; i++)
	{
		if (c->party_of[i] == 0)
			continue;
		if (regions != NULL)
		{
			regions[n].region = KW_FIRST_REGION + i;
			regions[n].party = c->party[c->party_of[i] - 1];
		}
		n++;
	}
	return n;
}

/*
 * Reserve and fill the memory that leader and workers share.
 */
static Shared *
make_shared(ParallelContext *pcxt, const KwClearing *c, Relation rel, const KwDrawOffsets *offsets,
			Snapshot snapshot)
{
	int			n_regions = list_regions(c, NULL);
	Size		shared_size = add_size(offsetof(Shared, regions), mul_size(n_regions, sizeof(RegionParty)));
	Size		results_size = mul_size(pcxt->nworkers, sizeof(Result));
	Size		scan_size = table_parallelscan_estimate(rel, snapshot);
	Shared	   *shared;
	Result	   *results;
	ParallelTableScanDesc scan;

	shm_toc_estimate_chunk(&pcxt->estimator, shared_size);
	shm_toc_estimate_chunk(&pcxt->estimator, results_size);
	shm_toc_estimate_chunk(&pcxt->estimator, scan_size);
	shm_toc_estimate_chunk(&pcxt->estimator, dsa_minimum_size());
	shm_toc_estimate_keys(&pcxt->estimator, 4);
	InitializeParallelDSM(pcxt);

	shared = shm_toc_allocate(pcxt->toc, shared_size);
	shared->leaf = RelationGetRelid(rel);
	shared->offsets = *offsets;
	shared->reporter = -1;
	shared->n_regions = list_regions(c, shared->regions);
	shm_toc_insert(pcxt->toc, KEY_SHARED, shared);

	results = shm_toc_allocate(pcxt->toc, results_size);
	memset(results, 0, results_size);
	shm_toc_insert(pcxt->toc, KEY_RESULTS, results);

	scan = shm_toc_allocate(pcxt->toc, scan_size);
	table_parallelscan_initialize(rel, scan, snapshot);
	shm_toc_insert(pcxt->toc, KEY_SCAN, scan);
	return shared;
}

/*
 * Add what the workers found to the leader's square.
 */
static void
add_results(KwClearing *c, ParallelContext *pcxt, dsa_area *area)
{
	const Result *results = shm_toc_lookup(pcxt->toc, KEY_RESULTS, false);

	for (int i = 0; i < pcxt->nworkers_launched; i++)
	{
		const PairFound *pairs;

		if (results[i].n == 0)
			continue;
		pairs = dsa_get_address(area, results[i].pairs);
		for (int64 j = 0; j < results[i].n; j++)
			kw_clearing_add(c, pairs[j].payer, pairs[j].payee, &pairs[j].sums);
	}
}

/*
 * Add all draws of a leaf that a registered snapshot sees, with the help of
 * workers; false, and nothing is done, if there is none to ask for.
 */
bool
kw_clearing_scan_parallel(KwClearing *c, Relation rel, const KwDrawOffsets *offsets, Snapshot snapshot)
{
	int			n_workers = workers_wanted(rel, c->n_parties);
	ParallelContext *pcxt;
	Shared	   *shared;
	dsa_area   *area = NULL;
	bool		leader_reads;

	if (n_workers == 0)
		return false;

	EnterParallelMode();
	pcxt = CreateParallelContext("$libdir/kinwallet", "kw_clearing_worker", n_workers);
	shared = make_shared(pcxt, c, rel, offsets, snapshot);
	/* without a segment there are no workers, and nothing to bring */
	if (pcxt->seg != NULL)
	{
		void	   *place = shm_toc_allocate(pcxt->toc, dsa_minimum_size());

		area = dsa_create_in_place(place, dsa_minimum_size(), LWTRANCHE_PARALLEL_QUERY_DSA, pcxt->seg);
		shm_toc_insert(pcxt->toc, KEY_AREA, place);
	}
	if (!parallel_leader_participation)
		shared->reporter = 0;
	LaunchParallelWorkers(pcxt);
	ereport(DEBUG1,
			(errmsg_internal("split: %d of %d parallel workers for \"%s\"",
							 pcxt->nworkers_launched, n_workers, RelationGetRelationName(rel))));

	leader_reads = parallel_leader_participation || pcxt->nworkers_launched == 0;
	if (leader_reads)
		kw_clearing_read_pages(c, table_beginscan_parallel(rel, shm_toc_lookup(pcxt->toc, KEY_SCAN, false)),
							   offsets, true);
	WaitForParallelWorkersToFinish(pcxt);
	add_results(c, pcxt, area);

	if (area != NULL)
		dsa_detach(area);
	DestroyParallelContext(pcxt);
	ExitParallelMode();
	return true;
}

/*
 * Leave to the leader what a worker's square holds.
 */
static void
leave_result(const KwClearing *c, dsa_area *area, Result *result)
{
	PairFound  *pairs;
	int64		n = 0;

	for (int payer = 0; payer < c->n_parties; payer++)
		for (int payee = 0; payee < c->n_parties; payee++)
			n += (kw_clearing_sums(c, payer, payee)->items > 0);
	if (n == 0)
		return;
	result->pairs = dsa_allocate_extended(area, n * sizeof(PairFound), DSA_ALLOC_HUGE);
	pairs = dsa_get_address(area, result->pairs);
	for (int payer = 0; payer < c->n_parties; payer++)
		for (int payee = 0; payee < c->n_parties; payee++)
		{
			const KwPairSums *sums = kw_clearing_sums(c, payer, payee);
			PairFound  *pair;

			if (sums->items == 0)
				continue;
			pair = &pairs[result->n++];
			pair->payer = c->party[payer];
			pair->payee = c->party[payee];
			pair->sums = *sums;
		}
}

/*
 * Be a worker: read a share of the pages.
 */
void
kw_clearing_worker(dsm_segment *seg, shm_toc *toc)
{
	const Shared *shared = shm_toc_lookup(toc, KEY_SHARED, false);
	Result	   *results = shm_toc_lookup(toc, KEY_RESULTS, false);
	dsa_area   *area = dsa_attach_in_place(shm_toc_lookup(toc, KEY_AREA, false), seg);
	KwClearing *c = kw_clearing_create(shared->n_regions);
	Relation	rel;

	pgstat_report_activity(STATE_RUNNING, "kinwallet.split(): reads draws for another process");
	for (int i = 0; i < shared->n_regions; i++)
		kw_clearing_add_region(c, shared->regions[i].region, shared->regions[i].party);
	rel = table_open(shared->leaf, AccessShareLock);
	kw_clearing_read_pages(c, table_beginscan_parallel(rel, shm_toc_lookup(toc, KEY_SCAN, false)),
						   &shared->offsets, shared->reporter == ParallelWorkerNumber);
	table_close(rel, AccessShareLock);
	leave_result(c, area, &results[ParallelWorkerNumber]);
	dsa_detach(area);
}
