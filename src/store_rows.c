/*-------------------------------------------------------------------------
 *
 * store_rows.c
 *	  Finds and locks the hot rows, and looks up facts.
 *
 * Row locks: FOR NO KEY UPDATE, in the order that the callers keep.  What is
 * read without a lock is read with a snapshot newer than the locks held.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/genam.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "clock.h"
#include "store.h"
#include "store_impl.h"

/*
 * Take a snapshot newer than all locks held.
 */
static void
renew_snapshot(KwPosting *p)
{
	PopActiveSnapshot();
	PushActiveSnapshot(GetTransactionSnapshot());
	p->waited = false;
}

/*
 * See what was committed while a lock was waited for.  That there was
 * something to wait for does not always show: who suspends a relation locks
 * its parties' wallets and leaves them as they are.
 */
static void
see_past_locks(KwPosting *p)
{
	if (p->waited)
		renew_snapshot(p);
}

/*
 * Lock the row in the slot.  True: it is the version that the snapshot saw.
 * False: it changed; the lock may have gone to a newer version, and the
 * caller looks again under a new snapshot.
 */
static bool
lock_found(KwPosting *p, KwOpen *open, TupleTableSlot *slot)
{
	ItemPointerData tid = slot->tts_tid;
	TM_FailureData tmfd;
	TM_Result	result;

	result = table_tuple_lock(open->rel, &tid, GetActiveSnapshot(), slot, p->cid,
							  LockTupleNoKeyExclusive, LockWaitBlock,
							  IsolationUsesXactSnapshot() ? 0 : TUPLE_LOCK_FLAG_FIND_LAST_VERSION,
							  &tmfd);
	switch (result)
	{
		case TM_Ok:
			if (!tmfd.traversed)
				return true;
			break;
		case TM_Updated:
		case TM_Deleted:
			break;
		case TM_SelfModified:
			ereport(ERROR,
					(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
					 errmsg("row of table \"%s\" was already modified by the current command",
							RelationGetRelationName(open->rel)),
					 errhint("Call %s from a statement of its own.", p->function)));
			break;
		default:
			elog(ERROR, "unexpected result %d of locking a row of \"%s\"",
				 (int) result, RelationGetRelationName(open->rel));
	}
	if (IsolationUsesXactSnapshot())
		kw_serialization_failure();
	ExecClearTuple(slot);
	return false;
}

/*
 * Find a row and lock its newest version.
 */
static bool
find_and_lock(KwPosting *p, KwOpen *open, KwIndex i, const KwKey *key, TupleTableSlot *slot)
{
	for (;;)
	{
		if (!kw_find_row(p, open, i, key, GetActiveSnapshot(), slot))
			return false;
		if (lock_found(p, open, slot))
		{
			p->waited = true;
			/* a batch would pin thousands of buffers */
			if (p->bulk)
				ExecMaterializeSlot(slot);
			return true;
		}
		renew_snapshot(p);
	}
}

static Datum
column(const KwOpen *open, TupleTableSlot *slot, int c)
{
	return slot->tts_values[open->info.attnum[c] - 1];
}

static void
load_wallet(const KwOpen *open, TupleTableSlot *slot, KwWallet *w)
{
	slot_getallattrs(slot);
	w->slot = slot;
	w->kept = NULL;
	w->person_id = DatumGetInt64(column(open, slot, W_PERSON_ID));
	w->region = DatumGetInt32(column(open, slot, W_REGION));
	w->status = DatumGetChar(column(open, slot, W_STATUS));
	w->insured = DatumGetChar(column(open, slot, W_INSURED));
	w->scheme = DatumGetChar(column(open, slot, W_SCHEME));
	w->transfer_day = DatumGetDateADT(column(open, slot, W_TRANSFER_DAY));
	w->available = DatumGetInt64(column(open, slot, W_AVAILABLE));
	w->request_mark = w->stored_mark = DatumGetInt32(column(open, slot, W_REQUEST_MARK));
	w->transfers = DatumGetInt16(column(open, slot, W_TRANSFERS));
}

static void
load_relation(const KwOpen *open, TupleTableSlot *slot, KwRelation *r)
{
	slot_getallattrs(slot);
	r->slot = slot;
	r->kept = NULL;
	r->tid = slot->tts_tid;
	r->relation_id = DatumGetInt64(column(open, slot, R_RELATION_ID));
	r->contributor = DatumGetInt64(column(open, slot, R_CONTRIBUTOR));
	r->recipient = DatumGetInt64(column(open, slot, R_RECIPIENT));
	r->active_since = DatumGetTimestampTz(column(open, slot, R_ACTIVE_SINCE));
	r->contributor_region = DatumGetInt32(column(open, slot, R_CONTRIBUTOR_REGION));
	r->recipient_region = DatumGetInt32(column(open, slot, R_RECIPIENT_REGION));
	r->kinship = DatumGetKinshipRelation(column(open, slot, R_KINSHIP));
	r->state = DatumGetChar(column(open, slot, R_STATE));
	r->causes = DatumGetInt16(column(open, slot, R_CAUSES));
	r->held = DatumGetInt64(column(open, slot, R_HELD));
	r->returned = DatumGetInt64(column(open, slot, R_RETURNED));
	r->remaining = DatumGetInt64(column(open, slot, R_REMAINING));
	r->spent = DatumGetInt64(column(open, slot, R_SPENT));
}

/*
 * Give the slot of look-ups whose row is copied at once.
 */
static TupleTableSlot *
scratch_slot(KwPosting *p, KwOpen *open)
{
	if (open->scratch == NULL)
		open->scratch = kw_make_slot(p, open, table_slot_callbacks(open->rel));
	return open->scratch;
}

/*
 * Lock a person's wallet.  False: the person has none.
 */
bool
kw_lock_wallet(KwPosting *p, int64 person_id, KwWallet *wallet)
{
	KwOpen	   *open = kw_open_state(p, KW_WALLET);
	TupleTableSlot *slot = kw_make_slot(p, open, table_slot_callbacks(open->rel));
	KwKey		key = {{Int64GetDatum(person_id)}};

	if (!find_and_lock(p, open, KW_INDEX_KEY, &key, slot))
		return false;
	load_wallet(open, slot, wallet);
	return true;
}

/*
 * Keep a copy of the slot's row to the end of the posting.
 */
static HeapTuple
keep_row(KwPosting *p, TupleTableSlot *slot)
{
	MemoryContext old = MemoryContextSwitchTo(p->cxt);
	HeapTuple	copy = ExecCopySlotHeapTuple(slot);

	MemoryContextSwitchTo(old);
	return copy;
}

/*
 * Look which of many persons, who are in ascending order, have no wallet.
 * Gives their number.
 */
int
kw_find_missing_wallets(KwPosting *p, int n, const int64 *persons, int64 *missing)
{
	KwOpen	   *open = kw_open_state(p, KW_WALLET);
	TupleTableSlot *slot = scratch_slot(p, open);
	KwKey		keys[KW_MAX_LOOK_AHEAD];
	KwEntry		entries[KW_MAX_LOOK_AHEAD];
	int			n_missing = 0;

	for (int done = 0, known; done < n; done += known)
	{
		CHECK_FOR_INTERRUPTS();
		known = Min(n - done, KW_MAX_LOOK_AHEAD);
		for (int i = 0; i < known; i++)
			keys[i].column[0] = Int64GetDatum(persons[done + i]);
		known = kw_find_entries(p, open, KW_INDEX_KEY, known, keys, GetActiveSnapshot(), entries);
		for (int i = 0; i < known; i++)
			if (!kw_fetch_row(open, KW_INDEX_KEY, &keys[i], &entries[i], GetActiveSnapshot(), slot))
				missing[n_missing++] = persons[done + i];
	}
	ExecClearTuple(slot);
	kw_end_fetch(open);
	return n_missing;
}

/*
 * Lock the wallets of many persons, who are in ascending order.  found says
 * who has one.  A wallet that changed is looked for again under a new
 * snapshot, and so are those behind it: what the index said of them is old.
 */
void
kw_lock_sorted_wallets(KwPosting *p, int n, const int64 *persons, KwWallet *wallets, bool *found)
{
	KwOpen	   *open = kw_open_state(p, KW_WALLET);
	TupleTableSlot *slot = scratch_slot(p, open);
	KwKey		keys[KW_MAX_LOOK_AHEAD];
	KwEntry		entries[KW_MAX_LOOK_AHEAD];

	for (int done = 0, known; done < n;)
	{
		known = Min(n - done, KW_MAX_LOOK_AHEAD);
		for (int i = 0; i < known; i++)
			keys[i].column[0] = Int64GetDatum(persons[done + i]);
		known = kw_find_entries(p, open, KW_INDEX_KEY, known, keys, GetActiveSnapshot(), entries);
		for (int i = 0; i < known; i++, done++)
		{
			CHECK_FOR_INTERRUPTS();
			found[done] = kw_fetch_row(open, KW_INDEX_KEY, &keys[i], &entries[i], GetActiveSnapshot(), slot);
			if (!found[done])
			{
				memset(&wallets[done], 0, sizeof(KwWallet));
				continue;
			}
			if (!lock_found(p, open, slot))
			{
				renew_snapshot(p);
				break;
			}
			p->waited = true;
			load_wallet(open, slot, &wallets[done]);
			wallets[done].kept = keep_row(p, slot);
			wallets[done].slot = NULL;
		}
	}
	ExecClearTuple(slot);
	kw_end_fetch(open);
}

/*
 * Read the open relations of many ordered pairs, which are in ascending order,
 * as kw_read_open_relation() does.
 */
void
kw_read_sorted_relations(KwPosting *p, int n, const KwPair *pairs, KwRelation *relations, bool *found)
{
	KwOpen	   *open = kw_open_state(p, KW_RELATION);
	TupleTableSlot *slot = scratch_slot(p, open);
	KwKey		keys[KW_MAX_LOOK_AHEAD];
	KwEntry		entries[KW_MAX_LOOK_AHEAD];

	see_past_locks(p);
	for (int done = 0, known; done < n;)
	{
		known = Min(n - done, KW_MAX_LOOK_AHEAD);
		for (int i = 0; i < known; i++)
		{
			keys[i].column[0] = Int64GetDatum(pairs[done + i].contributor);
			keys[i].column[1] = Int64GetDatum(pairs[done + i].recipient);
		}
		known = kw_find_entries(p, open, KW_INDEX_KEY, known, keys, GetActiveSnapshot(), entries);
		for (int i = 0; i < known; i++, done++)
		{
			CHECK_FOR_INTERRUPTS();
			found[done] = kw_fetch_row(open, KW_INDEX_KEY, &keys[i], &entries[i], GetActiveSnapshot(), slot);
			if (!found[done])
				continue;
			load_relation(open, slot, &relations[done]);
			relations[done].kept = keep_row(p, slot);
			relations[done].slot = NULL;
		}
	}
	ExecClearTuple(slot);
	kw_end_fetch(open);
}

/*
 * Read the open relation of an ordered pair without locking it.  Whoever
 * holds a party's wallet lock knows that it neither ends nor comes to be.
 */
bool
kw_read_open_relation(KwPosting *p, int64 contributor, int64 recipient, KwRelation *relation)
{
	KwOpen	   *open = kw_open_state(p, KW_RELATION);
	TupleTableSlot *slot = scratch_slot(p, open);
	KwKey		key = {{Int64GetDatum(contributor), Int64GetDatum(recipient)}};

	see_past_locks(p);
	if (!kw_find_row(p, open, KW_INDEX_KEY, &key, GetActiveSnapshot(), slot))
		return false;
	load_relation(open, slot, relation);
	open->scratch = NULL;		/* the relation keeps it */
	return true;
}

bool
kw_lock_relation(KwPosting *p, int64 relation_id, KwRelation *relation)
{
	KwOpen	   *open = kw_open_state(p, KW_RELATION);
	TupleTableSlot *slot = kw_make_slot(p, open, table_slot_callbacks(open->rel));
	KwKey		key = {{Int64GetDatum(relation_id)}};

	if (!find_and_lock(p, open, KW_INDEX_ID, &key, slot))
		return false;
	load_relation(open, slot, relation);
	return true;
}

bool
kw_read_relation(KwPosting *p, int64 relation_id, KwRelation *relation)
{
	KwOpen	   *open = kw_open_state(p, KW_RELATION);
	TupleTableSlot *slot = scratch_slot(p, open);
	KwKey		key = {{Int64GetDatum(relation_id)}};
	bool		found;

	see_past_locks(p);
	found = kw_find_row(p, open, KW_INDEX_ID, &key, GetActiveSnapshot(), slot);

	if (found)
	{
		load_relation(open, slot, relation);
		relation->slot = NULL;
	}
	ExecClearTuple(slot);
	return found;
}

/*
 * Lock a relation that this posting has read.  It is still where it was
 * found, unless somebody changed it meanwhile; then it is looked for again.
 */
void
kw_lock_read_relation(KwPosting *p, KwRelation *relation)
{
	KwOpen	   *open = kw_open_state(p, KW_RELATION);
	TupleTableSlot *slot = kw_make_slot(p, open, table_slot_callbacks(open->rel));

	slot->tts_tid = relation->tid;
	if (!lock_found(p, open, slot))
	{
		KwKey		key = {{Int64GetDatum(relation->relation_id)}};

		renew_snapshot(p);
		if (!find_and_lock(p, open, KW_INDEX_ID, &key, slot))
			elog(ERROR, "relation " INT64_FORMAT " disappeared", relation->relation_id);
	}
	else if (p->bulk)
		ExecMaterializeSlot(slot);
	load_relation(open, slot, relation);
}

/*
 * Fetch the row of a relation that was read into a slot, to be written at
 * once.  It is the version that was read, even where a wait has renewed the
 * snapshot and there is a newer one: that is for the update to find out.  The
 * version is still there, since the calling statement's snapshot is older than
 * its successor.
 */
void
kw_fetch_relation(KwPosting *p, KwRelation *relation)
{
	KwOpen	   *open = kw_open_state(p, KW_RELATION);
	TupleTableSlot *slot = scratch_slot(p, open);

	if (!table_tuple_fetch_row_version(open->rel, &relation->tid, SnapshotAny, slot))
		elog(ERROR, "relation " INT64_FORMAT " disappeared", relation->relation_id);
	relation->slot = slot;
}

/*
 * Read a recipient's relations in one state, without locks.
 */
int
kw_read_incoming(KwPosting *p, int64 recipient, char state, KwRelation **relations)
{
	KwOpen	   *open = kw_open_state(p, KW_RELATION);
	TupleTableSlot *slot = scratch_slot(p, open);
	Datum		keys[2] = {Int64GetDatum(recipient), CharGetDatum(state)};
	IndexScanDesc scan;
	int			allocated = 4;
	int			n = 0;

	see_past_locks(p);
	scan = kw_begin_scan(open, KW_INDEX_RECIPIENT, 2, keys, GetActiveSnapshot());
	*relations = MemoryContextAlloc(p->cxt, allocated * sizeof(KwRelation));
	while (index_getnext_slot(scan, ForwardScanDirection, slot))
	{
		if (n == allocated)
			*relations = repalloc(*relations, (allocated *= 2) * sizeof(KwRelation));
		load_relation(open, slot, &(*relations)[n]);
		(*relations)[n++].slot = NULL;
	}
	index_endscan(scan);
	return n;
}

static void
load_row(const KwOpen *open, TupleTableSlot *slot, KwRow *row)
{
	slot_getallattrs(slot);
	row->slot = slot;
	for (int c = 0; c < kw_table_columns(open->info.table); c++)
	{
		int			a = open->info.attnum[c] - 1;

		row->value[c] = slot->tts_values[a];
		row->isnull[c] = slot->tts_isnull[a];
	}
}

/*
 * Lock what was refunded of a spending.  False: no row yet.
 */
bool
kw_lock_refunded(KwPosting *p, int64 spending_id, KwRow *row)
{
	KwOpen	   *open = kw_open_state(p, KW_REFUNDED);
	TupleTableSlot *slot = kw_make_slot(p, open, table_slot_callbacks(open->rel));
	KwKey		key = {{Int64GetDatum(spending_id)}};

	see_past_locks(p);
	if (!find_and_lock(p, open, KW_INDEX_KEY, &key, slot))
		return false;
	load_row(open, slot, row);
	return true;
}

/*
 * Compare a request id with the newest one that is stored, and raise the mark.
 */
bool
kw_request_is_newer(KwWallet *wallet, const pg_uuid_t *request_id)
{
	int32		second;

	if (!kw_request_second(request_id, &second))
		return false;
	wallet->request_mark = Max(wallet->request_mark, second);
	return second > wallet->stored_mark;
}

/*
 * Insert the facts that wait, so that the person's request ids are found.
 */
void
kw_flush_requests(KwPosting *p, KwWallet *wallet)
{
	kw_flush(p);
	wallet->stored_mark = wallet->request_mark;
}

/*
 * Say up to which month, counted from this one, request ids are looked for.
 */
static int
newest_month(KwPosting *p)
{
	return kw_first_of_month(kw_day_of(p->at) + 1) != p->month ? 1 : 0;
}

/*
 * Look for a request id in this month's leaf and the previous one's; on the
 * month's last day in the next one's, too, for a clock that went back past
 * its turn.
 *
 * SnapshotSelf: whoever inserts such a fact also writes the wallet row that
 * we hold, so nobody can be inserting one, and what is committed is found
 * whatever our snapshot; it takes no predicate locks, which in a nearly
 * empty leaf would cover everybody's rows.
 */
bool
kw_find_request(KwPosting *p, KwTable fact, KwWallet *wallet,
				const pg_uuid_t *request_id, char kind, KwRow *row)
{
	KwKey		key = {{Int64GetDatum(wallet->person_id), UUIDPGetDatum(request_id), CharGetDatum(kind)}};

	if (kw_request_is_newer(wallet, request_id))
		return false;
	for (int month = newest_month(p); month >= -1; month--)
	{
		KwOpen	   *open = kw_open_leaf(p, fact, kw_add_months(p->month, month), false, NULL);
		TupleTableSlot *slot;

		if (open == NULL)
			continue;
		/* the row is looked at before the next look-up into this leaf */
		slot = scratch_slot(p, open);
		if (kw_find_row(p, open, KW_INDEX_KEY, &key, SnapshotSelf, slot))
		{
			load_row(open, slot, row);
			return true;
		}
	}
	return false;
}

/*
 * Ask the indexes which of many request ids are in none of the leaves that
 * kw_find_request() looks into.  What is in an index need not be in the table.
 */
void
kw_find_sorted_requests(KwPosting *p, KwTable fact, int n, const KwRequestKey *requests, bool *maybe)
{
	KwKey		keys[KW_MAX_LOOK_AHEAD];
	KwEntry		entries[KW_MAX_LOOK_AHEAD];

	memset(maybe, 0, n * sizeof(bool));
	for (int month = newest_month(p); month >= -1; month--)
	{
		KwOpen	   *open = kw_open_leaf(p, fact, kw_add_months(p->month, month), false, NULL);

		for (int done = 0, known; open != NULL && done < n; done += known)
		{
			CHECK_FOR_INTERRUPTS();
			known = Min(n - done, KW_MAX_LOOK_AHEAD);
			for (int i = 0; i < known; i++)
			{
				keys[i].column[0] = Int64GetDatum(requests[done + i].person);
				keys[i].column[1] = UUIDPGetDatum(requests[done + i].request_id);
			}
			known = kw_find_entries(p, open, KW_INDEX_KEY, known, keys, SnapshotSelf, entries);
			for (int i = 0; i < known; i++)
				maybe[done + i] |= entries[i].kind != KW_ENTRY_NONE;
		}
	}
}

/*
 * Count a contributor's transfers of one day.  For a clock that went back:
 * the wallet's counter knows only the newest day.  Those of a bulk posting
 * must not be waiting.
 */
int
kw_count_transfers(KwPosting *p, int64 contributor, DateADT day)
{
	KwOpen	   *open = kw_open_leaf(p, KW_TRANSFER, p->month, false, NULL);
	Datum		key = Int64GetDatum(contributor);
	TupleTableSlot *slot;
	IndexScanDesc scan;
	int			n = 0;

	if (open == NULL)
		return 0;
	kw_flush(p);
	slot = scratch_slot(p, open);
	scan = kw_begin_scan(open, KW_INDEX_KEY, 1, &key, SnapshotSelf);
	while (index_getnext_slot(scan, ForwardScanDirection, slot))
	{
		slot_getallattrs(slot);
		if (kw_day_of(DatumGetTimestampTz(column(open, slot, T_AT))) == day)
			n++;
	}
	index_endscan(scan);
	return n;
}

/*
 * Find a spending by its id.
 */
bool
kw_find_spending(KwPosting *p, int64 spending_id, KwRow *row)
{
	KwOpen	   *open = kw_open_leaf(p, KW_SPENDING, kw_month_of_id(spending_id), false, NULL);
	KwKey		key = {{Int64GetDatum(spending_id)}};
	TupleTableSlot *slot;

	if (open == NULL)
		return false;
	slot = kw_make_slot(p, open, table_slot_callbacks(open->rel));
	if (!kw_find_row(p, open, KW_INDEX_ID, &key, GetActiveSnapshot(), slot))
		return false;
	load_row(open, slot, row);
	return true;
}

/*
 * Find the draws of a spending in the month that its id carries: those that
 * paid it, and restores of the same month.  Ordered by id.
 */
int
kw_find_draws(KwPosting *p, int64 spending_id, KwRow **rows)
{
	KwOpen	   *open = kw_open_leaf(p, KW_DRAW, kw_month_of_id(spending_id), false, NULL);
	Datum		key = Int64GetDatum(spending_id);
	TupleTableSlot *slot;
	IndexScanDesc scan;
	int			allocated = 4;
	int			n = 0;

	*rows = MemoryContextAlloc(p->cxt, allocated * sizeof(KwRow));
	if (open == NULL)
		return 0;
	slot = kw_make_slot(p, open, table_slot_callbacks(open->rel));
	scan = kw_begin_scan(open, KW_INDEX_KEY, 1, &key, GetActiveSnapshot());
	while (index_getnext_slot(scan, ForwardScanDirection, slot))
	{
		if (n == allocated)
			*rows = repalloc(*rows, (allocated *= 2) * sizeof(KwRow));
		/* all columns are by value: the row outlives the slot's tuple */
		load_row(open, slot, &(*rows)[n++]);
	}
	index_endscan(scan);
	return n;
}
