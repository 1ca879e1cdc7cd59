/*-------------------------------------------------------------------------
 *
 * store_impl.h
 *	  What store.c and store_write.c share, and nobody else includes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_STORE_IMPL_H
#define KW_STORE_IMPL_H

#include "compat.h"

#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "storage/lockdefs.h"
#include "utils/relcache.h"

#include "catalog.h"
#include "store.h"

/* facts x (this month for writing, the previous ones and a fact's own for reading) */
#define KW_MAX_OPEN_LEAVES	(KW_N_FACTS * 4)

/* facts of a bulk posting that are inserted together: about 2 MiB of slots */
#define KW_MAX_WAITING		8192

/* an open table or leaf */
typedef struct KwOpen
{
	Relation	rel;
	KwTableInfo info;
	LOCKMODE	lockmode;
	Relation	index[KW_N_INDEXES];	/* NULL: not opened yet */
	TupleTableSlot *scratch;	/* for look-ups that are copied at once */
	TupleTableSlot *fresh;		/* for rows on their way into the table */
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
	bool		triggers_begun;
};

extern Relation kw_open_index(KwOpen *open, KwIndex i);
extern TupleTableSlot *kw_make_slot(KwPosting *p, KwOpen *open, bool virtual);
extern void kw_fetch_relation(KwPosting *p, KwRelation *relation);
extern KwOpen *kw_writable_leaf(KwPosting *p, KwTable fact);
extern void kw_write_end(KwPosting *p);

#endif							/* KW_STORE_IMPL_H */
