/*-------------------------------------------------------------------------
 *
 * store_impl.h
 *	  What the store_*.c files share, and nobody else includes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_STORE_IMPL_H
#define KW_STORE_IMPL_H

#include "compat.h"

#include "access/nbtree.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "storage/lockdefs.h"
#include "utils/relcache.h"

#include "catalog.h"
#include "catalog_tables.h"
#include "store.h"

/* facts x (this month for writing, the previous ones and a fact's own for reading) */
#define KW_MAX_OPEN_LEAVES	(KW_N_FACTS * 4)

/* facts of a bulk posting that are inserted together: about 2 MiB of slots */
#define KW_MAX_WAITING		8192

/* keys looked up in one descent: the leaf stays locked for as long */
#define KW_MAX_LOOK_AHEAD	64

/* a whole key of one of our indexes */
typedef struct KwKey
{
	Datum		column[KW_MAX_KEY_COLUMNS];
} KwKey;

/* what an index says of a key */
typedef struct KwEntry
{
	enum
	{
		KW_ENTRY_NONE,
		KW_ENTRY_ONE,			/* the row, if it is visible, is at tid */
		KW_ENTRY_UNKNOWN		/* for an index scan to find out */
	}			kind;
	ItemPointerData tid;
} KwEntry;

/* an open table or leaf */
typedef struct KwOpen
{
	Relation	rel;
	KwTableInfo info;
	LOCKMODE	lockmode;
	Relation	index[KW_N_INDEXES];	/* NULL: not opened yet */
	BTScanInsert search_key[KW_N_INDEXES];
	IndexFetchTableData *fetch;
	TupleTableSlot *scratch;	/* for look-ups that are copied at once */
	TupleTableSlot *fresh;		/* for rows on their way into the table */
	TupleTableSlot *patched;	/* the same, for copies of rows */
	TupleTableSlot *kept;		/* for rows that a bulk posting has kept */
	TupleDesc	desc;			/* a bulk posting's copy */
	IndexInfo  *index_info[KW_N_INDEXES];
	/* leaves only */
	DateADT		month;
	bool		writable;
	int			n_waiting;		/* facts of a bulk posting, not inserted yet */
	TupleTableSlot **waiting;
	/* the executor's way: made when it is first needed */
	ResultRelInfo *result;
	ExprState **defaults;		/* of the site's own columns; NULL: none */
} KwOpen;

struct KwPosting
{
	MemoryContext cxt;
	const char *function;
	CommandId	cid;
	bool		bulk;
	bool		waited;			/* a lock was taken since the snapshot */
	TimestampTz at;
	DateADT		month;
	List	   *slots;			/* to drop at the end */
	KwOpen		state[KW_FIRST_FACT];
	int			n_leaves;
	KwOpen		leaf[KW_MAX_OPEN_LEAVES];
	/* the executor's way */
	KwOpen		parent[KW_N_FACTS]; /* those with statement triggers */
	EState	   *estate;
	List	   *rtes;			/* of RangeTblEntry, one for each ResultRelInfo */
	List	   *permissions;	/* of theirs, where the version has such nodes */
	bool		triggers_begun;
};

/* store.c */
extern KwOpen *kw_open_state(KwPosting *p, KwTable t);
extern KwOpen *kw_open_leaf(KwPosting *p, KwTable fact, DateADT month, bool write, bool *closed);
extern Relation kw_open_index(KwOpen *open, KwIndex i);
extern TupleTableSlot *kw_make_slot(KwPosting *p, KwOpen *open, const TupleTableSlotOps *ops);
extern KwOpen *kw_writable_leaf(KwPosting *p, KwTable fact);

/* store_find.c */
extern bool kw_find_row(KwPosting *p, KwOpen *open, KwIndex i, const KwKey *key, Snapshot snapshot,
						TupleTableSlot *slot);
extern int	kw_find_entries(KwPosting *p, KwOpen *open, KwIndex i, int n, const KwKey *keys,
							Snapshot snapshot, KwEntry *entries);
extern bool kw_fetch_row(KwOpen *open, KwIndex i, const KwKey *key, const KwEntry *entry,
						 Snapshot snapshot, TupleTableSlot *slot);
extern void kw_end_fetch(KwOpen *open);
extern IndexScanDesc kw_begin_scan(KwOpen *open, KwIndex i, int nkeys, const Datum *keys,
								   Snapshot snapshot);

/* store_rows.c */
extern void kw_fetch_relation(KwPosting *p, KwRelation *relation);

/* store_executor.c */
extern void kw_require_updated(const KwOpen *open, TM_Result tm);
extern void kw_executor_update(KwPosting *p, KwOpen *open, TupleTableSlot *old, TupleTableSlot *fresh,
							   int n, const int *columns);
extern void kw_executor_insert(KwPosting *p, KwOpen *open, TupleTableSlot *slot);
extern void kw_executor_index_entries(KwPosting *p, KwOpen *open, TupleTableSlot *fresh, int n,
									  const int *columns, bool only_summarizing);
extern void kw_executor_end(KwPosting *p);

#endif							/* KW_STORE_IMPL_H */
