/*-------------------------------------------------------------------------
 *
 * store_find.c
 *	  Finds rows by the whole key of a unique btree.
 *
 * An index scan prepares for keys of any operator, either direction and a
 * page full of matches.  Here the key is whole and has one entry at most, but
 * for old versions of the row that nobody has cleaned yet: one descent and a
 * binary search in the leaf answer it, and for sorted keys one descent answers
 * all those on the same leaf.  What is not that plain is left to an index scan,
 * which also marks the entries that it finds dead.
 *
 * Locks: the leaf SHARE while it is searched.  Its pin stays until the row has
 * been fetched where the snapshot is not an MVCC one; an MVCC snapshot sees
 * nothing that VACUUM and reuse could put into an entry's place (see core's
 * nbtree/README).  Predicate locks are those of an index scan: the leaf's page.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/genam.h"
#include "access/nbtree.h"
#include "access/relscan.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "pgstat.h"
#include "storage/predicate.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "store_impl.h"

static RegProcedure
equality(Oid type)
{
	switch (type)
	{
		case INT8OID:
			return F_INT8EQ;
		case UUIDOID:
			return F_UUID_EQ;
		case CHAROID:
			return F_CHAREQ;
	}
	elog(ERROR, "no equality for type %u", type);
	return InvalidOid;
}

/*
 * Begin an index scan for the first columns of a key.
 */
IndexScanDesc
kw_begin_scan(KwOpen *open, KwIndex i, int nkeys, const Datum *keys, Snapshot snapshot)
{
	Relation	index = kw_open_index(open, i);
	ScanKeyData scankeys[lengthof(((KwKey *) NULL)->column)];
	IndexScanDesc scan;

	for (int k = 0; k < nkeys; k++)
		ScanKeyInit(&scankeys[k], k + 1, BTEqualStrategyNumber,
					equality(index->rd_opcintype[k]), keys[k]);
	scan = kw_index_beginscan(open->rel, index, snapshot, nkeys, 0);
	index_rescan(scan, scankeys, nkeys, NULL, 0);
	return scan;
}

/*
 * Find one row by an index scan; the slot keeps its pin.
 */
static bool
scan_for_row(KwOpen *open, KwIndex i, int nkeys, const Datum *keys, Snapshot snapshot,
			 TupleTableSlot *slot)
{
	IndexScanDesc scan = kw_begin_scan(open, i, nkeys, keys, snapshot);
	bool		found = index_getnext_slot(scan, ForwardScanDirection, slot);

	index_endscan(scan);
	return found;
}

/*
 * Give the key to search with, made once in a posting for each index.
 */
static BTScanInsert
search_key(KwPosting *p, KwOpen *open, KwIndex i)
{
	if (open->search_key[i] == NULL)
	{
		Relation	index = kw_open_index(open, i);
		MemoryContext old = MemoryContextSwitchTo(p->cxt);
		BTScanInsert key = _bt_mkscankey(index, NULL);

		MemoryContextSwitchTo(old);
		_bt_metaversion(index, &key->heapkeyspace, &key->allequalimage);
		key->anynullkeys = false;
		key->keysz = IndexRelationGetNumberOfKeyAttributes(index);
		for (int k = 0; k < key->keysz; k++)
			key->scankeys[k].sk_flags &= ~SK_ISNULL;
		open->search_key[i] = key;
	}
	return open->search_key[i];
}

/*
 * Is the index in ascending order?  A site may have made one of its own that
 * is not.
 */
static bool
is_ascending(Relation index)
{
	for (int k = 0; k < IndexRelationGetNumberOfKeyAttributes(index); k++)
		if (index->rd_indoption[k] & INDOPTION_DESC)
			return false;
	return true;
}

/*
 * Look for the key on a leaf which it belongs to, from an offset on, and
 * advance that to where it stands or would.
 */
static void
search_leaf(Relation index, BTScanInsert key, Page page, OffsetNumber *from, KwEntry *entry)
{
	BTPageOpaque opaque = (BTPageOpaque) PageGetSpecialPointer(page);
	OffsetNumber last = PageGetMaxOffsetNumber(page);
	OffsetNumber low = *from;
	OffsetNumber high = last + 1;
	IndexTuple	tuple;

	while (low < high)
	{
		OffsetNumber middle = low + (high - low) / 2;

		if (_bt_compare(index, key, page, middle) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	*from = low;

	/* can there be one, or another one, on the next leaf? */
	if (low >= last && !P_RIGHTMOST(opaque) && _bt_compare(index, key, page, P_HIKEY) == 0)
	{
		entry->kind = KW_ENTRY_UNKNOWN;
		return;
	}
	entry->kind = KW_ENTRY_NONE;
	if (low > last || _bt_compare(index, key, page, low) != 0)
		return;
	tuple = (IndexTuple) PageGetItem(page, PageGetItemId(page, low));
	if (ItemIdIsDead(PageGetItemId(page, low)) || BTreeTupleIsPosting(tuple) ||
		(low < last && _bt_compare(index, key, page, low + 1) == 0))
	{
		entry->kind = KW_ENTRY_UNKNOWN;
		return;
	}
	entry->kind = KW_ENTRY_ONE;
	entry->tid = tuple->t_tid;
}

/*
 * Look for ascending keys as far as they are on the first one's leaf.  Gives
 * how many that were, at least one, and the leaf, pinned, or InvalidBuffer.
 */
static int
find_entries(KwPosting *p, KwOpen *open, KwIndex i, int n, const KwKey *keys, Snapshot snapshot,
			 KwEntry *entries, Buffer *leaf)
{
	Relation	index = kw_open_index(open, i);
	BTScanInsert key = search_key(p, open, i);
	OffsetNumber from;
	Page		page;
	BTPageOpaque opaque;
	int			done = 0;

	for (int k = 0; k < key->keysz; k++)
		key->scankeys[k].sk_argument = keys[0].column[k];
	_bt_freestack(kw_bt_search(index, open->rel, key, leaf, BT_READ, snapshot));
	if (!BufferIsValid(*leaf))
	{
		/* an empty index; a scan under an MVCC snapshot locks it as a whole */
		for (; done < n; done++)
			entries[done].kind = IsMVCCSnapshot(snapshot) ? KW_ENTRY_UNKNOWN : KW_ENTRY_NONE;
		return n;
	}
	PredicateLockPage(index, BufferGetBlockNumber(*leaf), snapshot);
	pgstat_count_index_scan(index);

	page = BufferGetPage(*leaf);
	opaque = (BTPageOpaque) PageGetSpecialPointer(page);
	from = P_FIRSTDATAKEY(opaque);
	do
	{
		search_leaf(index, key, page, &from, &entries[done++]);
		if (done == n || !is_ascending(index))
			break;
		for (int k = 0; k < key->keysz; k++)
			key->scankeys[k].sk_argument = keys[done].column[k];
	} while (P_RIGHTMOST(opaque) || _bt_compare(index, key, page, P_HIKEY) <= 0);
	_bt_unlockbuf(index, *leaf);
	return done;
}

/*
 * Fetch the row that an entry points to.
 */
static bool
fetch_entry(KwOpen *open, KwIndex i, const KwEntry *entry, Snapshot snapshot,
			TupleTableSlot *slot)
{
	ItemPointerData tid = entry->tid;
	bool		call_again = false;

	if (open->fetch == NULL)
		open->fetch = table_index_fetch_begin(open->rel);
	if (!table_index_fetch_tuple(open->fetch, &tid, snapshot, slot, &call_again, NULL))
		return false;
	pgstat_count_index_tuples(open->index[i], 1);
	pgstat_count_heap_fetch(open->index[i]);
	return true;
}

/*
 * Let go of the page that a row was fetched from last.
 */
void
kw_end_fetch(KwOpen *open)
{
	if (open->fetch != NULL)
		table_index_fetch_reset(open->fetch);
}

/*
 * Find one row; the slot keeps its pin.
 */
bool
kw_find_row(KwPosting *p, KwOpen *open, KwIndex i, const KwKey *key, Snapshot snapshot,
			TupleTableSlot *slot)
{
	KwEntry		entry;
	Buffer		leaf;
	bool		found;

	(void) find_entries(p, open, i, 1, key, snapshot, &entry, &leaf);
	found = entry.kind == KW_ENTRY_ONE && fetch_entry(open, i, &entry, snapshot, slot);
	if (BufferIsValid(leaf))
		ReleaseBuffer(leaf);
	kw_end_fetch(open);
	if (found || entry.kind == KW_ENTRY_NONE)
		return found;
	return scan_for_row(open, i, open->search_key[i]->keysz, key->column, snapshot, slot);
}

/*
 * Find the index entries of ascending keys.  Gives how many keys that was good
 * for, at least one.  Where it is no MVCC snapshot, the entries tell only what
 * is not there.
 */
int
kw_find_entries(KwPosting *p, KwOpen *open, KwIndex i, int n, const KwKey *keys, Snapshot snapshot,
				KwEntry *entries)
{
	Buffer		leaf;
	int			done = find_entries(p, open, i, n, keys, snapshot, entries, &leaf);

	if (BufferIsValid(leaf))
		ReleaseBuffer(leaf);
	return done;
}

/*
 * Fetch the row of an entry that kw_find_entries() found under the same MVCC
 * snapshot.  The page's pin stays for the next one.
 */
bool
kw_fetch_row(KwOpen *open, KwIndex i, const KwKey *key, const KwEntry *entry, Snapshot snapshot,
			 TupleTableSlot *slot)
{
	Assert(IsMVCCSnapshot(snapshot));
	if (entry->kind == KW_ENTRY_NONE)
		return false;
	if (entry->kind == KW_ENTRY_ONE && fetch_entry(open, i, entry, snapshot, slot))
		return true;
	return scan_for_row(open, i, open->search_key[i]->keysz, key->column, snapshot, slot);
}
