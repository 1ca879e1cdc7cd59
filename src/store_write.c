/*-------------------------------------------------------------------------
 *
 * store_write.c
 *	  Writes the hot rows: lean where a table is plain, the executor's way
 *	  (store_executor.c) where a site has attached something of its own to it.
 *
 * Owns, in a bulk posting, the facts that wait to be inserted together.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/genam.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "store.h"
#include "store_impl.h"

/*
 * Give the slot of rows on their way into a table: once they are in, nothing
 * refers to it.
 */
static TupleTableSlot *
fresh_slot(KwPosting *p, KwOpen *open)
{
	if (open->fresh == NULL)
		open->fresh = kw_make_slot(p, open, &TTSOpsVirtual);
	return ExecClearTuple(open->fresh);
}

/*
 * Put a row that a bulk posting has kept back into a slot.
 */
static TupleTableSlot *
kept_slot(KwPosting *p, KwOpen *open, HeapTuple kept)
{
	if (open->kept == NULL)
		open->kept = kw_make_slot(p, open, &TTSOpsHeapTuple);
	return ExecStoreHeapTuple(kept, open->kept, false);
}

/*
 * Make a row's new version by writing columns of ours over a copy of the old
 * one.  False: this row's are not all at their fixed places.
 */
static bool
patch_row(KwPosting *p, KwOpen *open, TupleTableSlot *slot, int n, const int *columns,
		  const Datum *values)
{
	TupleDesc	desc = slot->tts_tupleDescriptor;
	MemoryContext old;
	HeapTuple	tuple;
	char	   *data;

	if (!open->info.fixed)
		return false;
	if (open->patched == NULL)
		open->patched = kw_make_slot(p, open, &TTSOpsHeapTuple);
	ExecClearTuple(open->patched);

	old = MemoryContextSwitchTo(p->cxt);
	tuple = ExecCopySlotHeapTuple(slot);
	MemoryContextSwitchTo(old);
	ExecStoreHeapTuple(tuple, open->patched, true);
	/* NULLs cannot be, but a column added later can be missing */
	if (HeapTupleHasNulls(tuple) || HeapTupleHeaderGetNatts(tuple->t_data) < desc->natts)
		return false;
	data = (char *) tuple->t_data + tuple->t_data->t_hoff;
	for (int i = 0; i < n; i++)
	{
		char	   *place = data + open->info.offset[columns[i]];

		store_att_byval(place, values[i], TupleDescAttr(desc, open->info.attnum[columns[i]] - 1)->attlen);
	}
	return true;
}

/*
 * Update a plain table.  Its columns are ours, so are its constraints, which
 * the callers keep; an index entry is needed only where the update is not HOT.
 */
static TM_Result
update_lean(KwPosting *p, KwOpen *open, TupleTableSlot *old, TupleTableSlot *fresh,
			int n, const int *columns)
{
	LockTupleMode lockmode;
	TM_FailureData tmfd;
	KwUpdateIndexes update_indexes;
	TM_Result	tm;

	tm = table_tuple_update(open->rel, &old->tts_tid, fresh, p->cid, GetActiveSnapshot(),
							InvalidSnapshot, true, &tmfd, &lockmode, &update_indexes);
	if (tm == TM_Ok && kw_update_needs_indexes(update_indexes))
	{
		kw_executor_index_entries(p, open, fresh, n, columns,
								  kw_update_only_summarizing(update_indexes));
	}
	return tm;
}

/*
 * Write a row's new version: the old one's columns, those of ours replaced.
 */
static TM_Result
update_row(KwPosting *p, KwOpen *open, TupleTableSlot *slot, int n, const int *columns,
		   const Datum *values)
{
	int			natts = RelationGetDescr(open->rel)->natts;
	TupleTableSlot *fresh;

	CheckCmdReplicaIdentity(open->rel, CMD_UPDATE);
	if (open->info.plain && patch_row(p, open, slot, n, columns, values))
		return update_lean(p, open, slot, open->patched, n, columns);

	fresh = fresh_slot(p, open);
	slot_getallattrs(slot);
	memcpy(fresh->tts_values, slot->tts_values, natts * sizeof(Datum));
	memcpy(fresh->tts_isnull, slot->tts_isnull, natts * sizeof(bool));
	for (int i = 0; i < n; i++)
		fresh->tts_values[open->info.attnum[columns[i]] - 1] = values[i];
	ExecStoreVirtualTuple(fresh);
	if (open->info.plain)
		return update_lean(p, open, slot, fresh, n, columns);
	kw_executor_update(p, open, slot, fresh, n, columns);
	return TM_Ok;
}

/*
 * Write a wallet back.  Once in a posting: the slot still holds the version
 * that was locked.
 */
void
kw_update_wallet(KwPosting *p, KwWallet *w)
{
	static const int columns[] = {W_TRANSFER_DAY, W_AVAILABLE, W_REQUEST_MARK, W_TRANSFERS};
	KwOpen	   *open = &p->state[KW_WALLET];
	TupleTableSlot *slot = w->slot != NULL ? w->slot : kept_slot(p, open, w->kept);
	Datum		values[] = {
		DateADTGetDatum(w->transfer_day),
		WalletAmountGetDatum(w->available),
		Int32GetDatum(w->request_mark),
		Int16GetDatum(w->transfers)
	};

	if (w->available < 0 || w->transfers < 0)
		elog(ERROR, "wallet of person " INT64_FORMAT " would become negative", w->person_id);
	kw_require_updated(open, update_row(p, open, slot, lengthof(columns), columns, values));
}

/*
 * Write a relation's quota; says what came of it.
 */
static TM_Result
write_quota(KwPosting *p, KwRelation *r)
{
	static const int columns[] = {R_HELD, R_RETURNED, R_REMAINING, R_SPENT};
	Datum		values[] = {
		WalletAmountGetDatum(r->held),
		WalletAmountGetDatum(r->returned),
		WalletAmountGetDatum(r->remaining),
		WalletAmountGetDatum(r->spent)
	};

	if (r->held < 0 || r->returned < 0 || r->remaining < 0 || r->spent < 0)
		elog(ERROR, "quota of relation " INT64_FORMAT " would become negative", r->relation_id);
	return update_row(p, &p->state[KW_RELATION], r->slot, lengthof(columns), columns, values);
}

/*
 * Write a locked relation's quota back.  Once in a posting.
 */
void
kw_update_relation(KwPosting *p, KwRelation *r)
{
	kw_require_updated(&p->state[KW_RELATION], write_quota(p, r));
}

/*
 * Change a relation's quota by differences.  The update itself is the lock:
 * where somebody else's came first, the differences go to what that one left.
 * They are applied to the row as read and to nothing older, so no update is
 * lost.
 */
bool
kw_change_quota(KwPosting *p, KwRelation *relation, const KwQuotaChange *change)
{
	bool		waited = false;

	/* triggers want a locked row (see store_executor.c) */
	if (!p->state[KW_RELATION].info.plain)
		kw_lock_read_relation(p, relation);
	for (;;)
	{
		KwRelation	next = *relation;
		TM_Result	tm;

		next.held = kw_amount_add(next.held, change->held);
		next.returned = kw_amount_add(next.returned, change->returned);
		next.remaining = kw_amount_add(next.remaining, change->remaining);
		next.spent = kw_amount_add(next.spent, change->spent);
		if (next.slot == NULL && next.kept != NULL)
			next.slot = kept_slot(p, &p->state[KW_RELATION], next.kept);
		else if (next.slot == NULL)
			kw_fetch_relation(p, &next);
		tm = write_quota(p, &next);
		if (tm != TM_Updated)
		{
			kw_require_updated(&p->state[KW_RELATION], tm);
			*relation = next;
			return waited;
		}
		if (IsolationUsesXactSnapshot())
			kw_serialization_failure();
		waited = true;
		if (!kw_lock_relation(p, next.relation_id, &next) || next.state != relation->state)
			elog(ERROR, "relation " INT64_FORMAT " changed its state under a party's lock",
				 relation->relation_id);
		*relation = next;
	}
}

static IndexInfo *
make_index_info(KwPosting *p, Relation index)
{
	MemoryContext old = MemoryContextSwitchTo(p->cxt);
	IndexInfo  *info = BuildIndexInfo(index);

	MemoryContextSwitchTo(old);
	return info;
}

/*
 * Insert a row's entries into the indexes of a plain table, which are all
 * plain unique btrees.
 */
static void
insert_index_entries(KwPosting *p, KwOpen *open, TupleTableSlot *slot)
{
	for (int i = 0; i < KW_N_INDEXES; i++)
	{
		Relation	index;
		Datum		values[INDEX_MAX_KEYS];
		bool		isnull[INDEX_MAX_KEYS];

		if (!OidIsValid(open->info.index[i]))
			continue;
		index = kw_open_index(open, i);
		if (open->index_info[i] == NULL)
			open->index_info[i] = make_index_info(p, index);
		for (int k = 0; k < index->rd_index->indnkeyatts; k++)
		{
			values[k] = slot->tts_values[index->rd_index->indkey.values[k] - 1];
			isnull[k] = false;
		}
		index_insert(index, values, isnull, &slot->tts_tid, open->rel,
					 UNIQUE_CHECK_YES, false, open->index_info[i]);
	}
}

static void
insert_lean(KwPosting *p, KwOpen *open, TupleTableSlot *slot)
{
	ExecStoreVirtualTuple(slot);
	table_tuple_insert(open->rel, slot, p->cid, 0, NULL);
	insert_index_entries(p, open, slot);
}

/*
 * Put a row's columns into a slot, those of the site NULL.
 */
static void
fill_slot(KwOpen *open, TupleTableSlot *slot, const Datum *values, const bool *isnull)
{
	int			natts = RelationGetDescr(open->rel)->natts;

	for (int a = 0; a < natts; a++)
	{
		slot->tts_values[a] = (Datum) 0;
		slot->tts_isnull[a] = true;
	}
	for (int c = 0; c < kw_table_columns(open->info.table); c++)
	{
		int			a = open->info.attnum[c] - 1;

		slot->tts_values[a] = values[c];
		slot->tts_isnull[a] = (isnull != NULL && isnull[c]);
	}
}

static void
insert_row(KwPosting *p, KwOpen *open, const Datum *values, const bool *isnull)
{
	TupleTableSlot *slot = fresh_slot(p, open);

	fill_slot(open, slot, values, isnull);
	if (open->info.plain)
		insert_lean(p, open, slot);
	else
		kw_executor_insert(p, open, slot);
}

/* a waiting row and the first column of its key, which tells most */
typedef struct Waiting
{
	int64		person;
	TupleTableSlot *slot;
} Waiting;

static inline int
compare_waiting(const Waiting *x, const Waiting *y)
{
	return x->person < y->person ? -1 : (x->person > y->person ? 1 : 0);
}

#define ST_SORT sort_waiting
#define ST_ELEMENT_TYPE Waiting
#define ST_COMPARE(a, b) compare_waiting(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#define ST_DECLARE
#include "lib/sort_template.h"

/*
 * Insert a leaf's waiting rows, in a memory context for that alone: the table
 * forms a tuple of each and leaves it behind.  Index entries come in the order
 * of the leaf's key, so that neighbours in the index follow one another.
 */
static void
flush_leaf(KwPosting *p, KwOpen *open)
{
	int			n = open->n_waiting;
	AttrNumber	person;
	Waiting    *sorted;
	MemoryContext cxt;
	MemoryContext old;

	open->n_waiting = 0;
	if (n == 0)
		return;
	cxt = AllocSetContextCreate(p->cxt, "kinwallet flush", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(cxt);
	table_multi_insert(open->rel, open->waiting, n, p->cid, 0, NULL);
	person = kw_open_index(open, KW_INDEX_KEY)->rd_index->indkey.values[0];
	sorted = palloc(n * sizeof(Waiting));
	for (int i = 0; i < n; i++)
	{
		sorted[i].slot = open->waiting[i];
		sorted[i].person = DatumGetInt64(sorted[i].slot->tts_values[person - 1]);
	}
	sort_waiting(sorted, n);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		insert_index_entries(p, open, sorted[i].slot);
		ExecClearTuple(sorted[i].slot);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(cxt);
}

/*
 * Insert the facts that wait: from here on look-ups find them.
 */
void
kw_flush(KwPosting *p)
{
	for (int l = 0; l < p->n_leaves; l++)
		flush_leaf(p, &p->leaf[l]);
}

/*
 * Append a fact to its leaf of the posting's month.  In a bulk posting it
 * waits for others; what its values point to must live until kw_flush().
 */
void
kw_append(KwPosting *p, KwTable fact, const Datum *values, const bool *isnull)
{
	KwOpen	   *open = kw_writable_leaf(p, fact);

	if (!p->bulk || !open->info.plain)
	{
		insert_row(p, open, values, isnull);
		return;
	}
	if (open->waiting == NULL)
		open->waiting = MemoryContextAllocZero(p->cxt, KW_MAX_WAITING * sizeof(TupleTableSlot *));
	if (open->waiting[open->n_waiting] == NULL)
		open->waiting[open->n_waiting] = kw_make_slot(p, open, &TTSOpsVirtual);
	fill_slot(open, open->waiting[open->n_waiting], values, isnull);
	ExecStoreVirtualTuple(open->waiting[open->n_waiting]);
	if (++open->n_waiting == KW_MAX_WAITING)
		flush_leaf(p, open);
}

/*
 * Write what was refunded of a spending.
 */
void
kw_write_refunded(KwPosting *p, int64 spending_id, KwRow *row, WalletAmount mutual_aid,
				  WalletAmount own_account)
{
	static const int columns[] = {RD_MUTUAL_AID, RD_OWN_ACCOUNT};
	Datum		values[RD_COLUMNS] = {
		Int64GetDatum(spending_id),
		WalletAmountGetDatum(mutual_aid),
		WalletAmountGetDatum(own_account)
	};

	if (row == NULL)
		insert_row(p, &p->state[KW_REFUNDED], values, NULL);
	else
		kw_require_updated(&p->state[KW_REFUNDED],
						   update_row(p, &p->state[KW_REFUNDED], row->slot, lengthof(columns), columns,
								   &values[RD_MUTUAL_AID]));
}
