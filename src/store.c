/*-------------------------------------------------------------------------
 *
 * store.c
 *	  A posting's frame: the tables and leaves it opens, its clock and ids.
 *
 * Owns, for the time of one posting, a memory context with all its slots,
 * the relations and indexes it opened (their locks stay to commit), and one
 * active snapshot.  Nothing survives the posting: whatever an error leaves
 * behind belongs to the resource owner and the caller's memory context.
 *
 * Relation locks: RowExclusive on wallet, relation and the month's leaves
 * that are written, with their indexes; AccessShare on leaves only read.
 *
 * How rows are found and locked is in store_rows.c, how they are written in
 * store_write.c.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "clock.h"
#include "errors.h"
#include "store.h"
#include "store_impl.h"

void
kw_serialization_failure(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access due to concurrent update"),
			 errhint("The transaction might succeed if retried.")));
}

/*
 * Make a slot that lives as long as the posting.
 */
TupleTableSlot *
kw_make_slot(KwPosting *p, KwOpen *open, const TupleTableSlotOps *ops)
{
	MemoryContext old = MemoryContextSwitchTo(p->cxt);
	TupleDesc	desc = RelationGetDescr(open->rel);
	TupleTableSlot *slot;

	/*
	 * A resource owner that remembers one descriptor thousands of times
	 * searches all of them to forget one: a copy is not counted.  The
	 * constraints hold what a column added with a default is in old rows.
	 */
	if (p->bulk)
	{
		if (open->desc == NULL)
			open->desc = CreateTupleDescCopyConstr(desc);
		desc = open->desc;
	}
	slot = MakeSingleTupleTableSlot(desc, ops);

	p->slots = lappend(p->slots, slot);
	MemoryContextSwitchTo(old);
	return slot;
}

/*
 * Open an index of a table when it is first needed, with the table's lock
 * mode.
 */
Relation
kw_open_index(KwOpen *open, KwIndex i)
{
	if (open->index[i] == NULL)
		open->index[i] = index_open(open->info.index[i], open->lockmode);
	return open->index[i];
}

/*
 * Open a state table.  What the cache said of it is checked against the
 * invalidations that taking the lock read.
 */
KwOpen *
kw_open_state(KwPosting *p, KwTable t)
{
	KwOpen	   *open = &p->state[t];

	if (open->rel != NULL)
		return open;
	for (;;)
	{
		KwCatalogState before = kw_catalog_state();

		kw_table_info(t, &open->info);
		open->rel = try_table_open(open->info.relid, RowExclusiveLock);
		if (open->rel != NULL && !kw_catalog_changed(&before))
			break;
		if (open->rel != NULL)
			table_close(open->rel, RowExclusiveLock);
		CHECK_FOR_INTERRUPTS();
	}
	open->lockmode = RowExclusiveLock;
	return open;
}

/*
 * Open a fact's leaf of a month.  NULL: there is none.  Afterwards *closed
 * is exact as of our lock: cut_off takes a conflicting one and sends an
 * invalidation before it goes.
 */
KwOpen *
kw_open_leaf(KwPosting *p, KwTable fact, DateADT month, bool write, bool *closed)
{
	LOCKMODE	lockmode = write ? RowExclusiveLock : AccessShareLock;
	KwOpen	   *open;

	for (int l = 0; l < p->n_leaves; l++)
		if (p->leaf[l].info.table == fact && p->leaf[l].month == month &&
			(p->leaf[l].writable || !write))
			return &p->leaf[l];

	if (p->n_leaves >= KW_MAX_OPEN_LEAVES)
		elog(ERROR, "too many leaves in one posting");
	open = &p->leaf[p->n_leaves];
	memset(open, 0, sizeof(KwOpen));
	for (;;)
	{
		KwCatalogState before = kw_catalog_state();
		KwMonth		info;
		Oid			relid;

		kw_month_info(month, &info);
		relid = info.leaf[fact - KW_FIRST_FACT];
		if (!OidIsValid(relid))
			return NULL;
		open->rel = try_table_open(relid, lockmode);
		if (open->rel != NULL && !kw_catalog_changed(&before))
		{
			kw_leaf_info(fact, relid, &open->info);
			if (!kw_catalog_changed(&before))
			{
				if (closed != NULL)
					*closed = info.closed;
				break;
			}
		}
		if (open->rel != NULL)
			table_close(open->rel, lockmode);
		CHECK_FOR_INTERRUPTS();
	}
	open->month = month;
	open->writable = write;
	open->lockmode = lockmode;
	p->n_leaves++;
	return open;
}

static void
refuse_month(DateADT month, bool closed)
{
	char	   *day = kw_day_text(month);

	*strrchr(day, '-') = '\0';
	if (closed)
		ereport(ERROR,
				(errcode(ERRCODE_KW_MONTH_CLOSED),
				 errmsg("month %s is closed", day),
				 errdetail("It has been cut off for clearing: nothing can post into it (LR-01).")));
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("there is no partition for month %s", day),
			 errhint("Call kinwallet.ensure_partitions('%s-01').", day)));
}

/*
 * Begin a posting: what the executor's front end would check, the tables,
 * the command, the snapshot.
 */
KwPosting *
kw_posting_begin(const char *function)
{
	MemoryContext cxt;
	KwPosting  *p;

	PreventCommandIfReadOnly(function);
	PreventCommandIfParallelMode(function);
	AcceptInvalidationMessages();

	cxt = AllocSetContextCreate(CurrentMemoryContext, "kinwallet posting",
								ALLOCSET_DEFAULT_SIZES);
	p = MemoryContextAllocZero(cxt, sizeof(KwPosting));
	p->cxt = cxt;
	p->function = function;
	kw_open_state(p, KW_WALLET);
	kw_open_state(p, KW_RELATION);

	/* what this transaction did before, even in this statement, counts */
	CommandCounterIncrement();
	p->cid = GetCurrentCommandId(true);
	PushActiveSnapshot(GetTransactionSnapshot());
	return p;
}

/*
 * Declare that the posting locks many rows.
 */
void
kw_posting_bulk(KwPosting *p)
{
	p->bulk = true;
}

MemoryContext
kw_posting_context(KwPosting *p)
{
	return p->cxt;
}

static void
close_open(KwOpen *open)
{
	if (open->rel == NULL)
		return;
	for (int i = 0; i < KW_N_INDEXES; i++)
		if (open->index[i] != NULL)
			index_close(open->index[i], NoLock);
	if (open->fetch != NULL)
		table_index_fetch_end(open->fetch);
	table_close(open->rel, NoLock);
}

/*
 * End a posting: fire what is due, let go of everything but the locks.
 */
void
kw_posting_end(KwPosting *p)
{
	ListCell   *lc;

	kw_flush(p);
	kw_executor_end(p);
	CommandCounterIncrement();
	foreach(lc, p->slots)
		ExecDropSingleTupleTableSlot((TupleTableSlot *) lfirst(lc));
	PopActiveSnapshot();
	for (int t = 0; t < KW_FIRST_FACT; t++)
		close_open(&p->state[t]);
	for (int l = 0; l < p->n_leaves; l++)
		close_open(&p->leaf[l]);
	for (int f = 0; f < KW_N_FACTS; f++)
		close_open(&p->parent[f]);
	MemoryContextDelete(p->cxt);
}

/*
 * Read the clock and fix the month.  Whether the month is open is asked when
 * one of its leaves is opened for writing.
 */
TimestampTz
kw_posting_clock(KwPosting *p)
{
	p->at = kw_now();
	p->month = kw_first_of_month(kw_day_of(p->at));
	return p->at;
}

DateADT
kw_posting_month(KwPosting *p)
{
	return p->month;
}

/*
 * Open a fact's leaf of the posting's month for writing.
 */
KwOpen *
kw_writable_leaf(KwPosting *p, KwTable fact)
{
	bool		closed = false;
	KwOpen	   *open = kw_open_leaf(p, fact, p->month, true, &closed);

	if (open == NULL || closed)
		refuse_month(p->month, closed);
	return open;
}

/*
 * Draw the next id of a fact of the posting's month.
 */
int64
kw_next_id(KwPosting *p)
{
	return kw_make_id(kw_ledger_node(), p->month,
					  nextval_internal(kw_sequence_oid(false), false));
}

/*
 * Lock the leaves of a month against cut_off, for those who insert by SQL.
 */
void
kw_require_open_month(DateADT month)
{
	for (;;)
	{
		KwCatalogState before = kw_catalog_state();
		KwMonth		info;
		bool		missing = false;

		kw_month_info(month, &info);
		for (int f = 0; f < KW_N_FACTS; f++)
		{
			if (OidIsValid(info.leaf[f]))
				LockRelationOid(info.leaf[f], RowExclusiveLock);
			else
				missing = true;
		}
		if (kw_catalog_changed(&before))
			continue;
		if (missing || info.closed)
			refuse_month(month, info.closed);
		return;
	}
}
