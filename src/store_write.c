/*-------------------------------------------------------------------------
 *
 * store_write.c
 *	  Writes the hot rows: lean where a table is plain, the executor's way
 *	  where a site has attached something of its own to it.
 *
 * The executor's way keeps the site's columns, defaults, indexes,
 * constraints and triggers working, those on the parent of a leaf included.
 * What it cannot keep it refuses: triggers with transition tables, and BEFORE
 * triggers that swallow a row or change a column of ours.  It acts as the
 * ledger's owner, as plans.c does, and so do the site's triggers.
 *
 * Owns, in the posting, one EState with a ResultRelInfo for each table that
 * needs it; kw_write_end() closes them.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "replication/logicalrelation.h"
#include "rewrite/rewriteHandler.h"
#include "utils/datum.h"
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
		open->fresh = kw_make_slot(p, open, true);
	return ExecClearTuple(open->fresh);
}

/* who called, while the executor's way acts as the ledger's owner */
typedef struct KwCaller
{
	Oid			user;
	int			sec_context;
} KwCaller;

/*
 * Become the ledger's owner.  An error restores the caller by itself.
 */
static void
become_owner(KwCaller *caller)
{
	Oid			owner = kw_ledger_owner();

	GetUserIdAndSecContext(&caller->user, &caller->sec_context);
	SetUserIdAndSecContext(owner, caller->sec_context | SECURITY_LOCAL_USERID_CHANGE);
}

static void
become_caller(const KwCaller *caller)
{
	SetUserIdAndSecContext(caller->user, caller->sec_context);
}

/*
 * Make what the executor needs to know of a table.  columns are those that an
 * update sets: triggers "UPDATE OF column" and the row lock's mode ask.
 */
static ResultRelInfo *
result_of(KwPosting *p, KwOpen *open, int n, const int *columns)
{
	MemoryContext old;
	RangeTblEntry *rte;

	if (open->result != NULL)
	{
		/* a wait may have taken away the one that it was made with */
		p->estate->es_snapshot = GetActiveSnapshot();
		return open->result;
	}

	old = MemoryContextSwitchTo(p->cxt);
	if (p->estate == NULL)
	{
		p->estate = CreateExecutorState();
		p->estate->es_output_cid = p->cid;
	}
	p->estate->es_snapshot = GetActiveSnapshot();

	rte = makeNode(RangeTblEntry);
	rte->rtekind = RTE_RELATION;
	rte->relid = RelationGetRelid(open->rel);
	rte->relkind = open->rel->rd_rel->relkind;
	rte->rellockmode = RowExclusiveLock;
	for (int i = 0; i < n; i++)
		rte->updatedCols = bms_add_member(rte->updatedCols,
										  open->info.attnum[columns[i]] - FirstLowInvalidHeapAttributeNumber);
	p->rtes = lappend(p->rtes, rte);
	ExecInitRangeTable(p->estate, p->rtes);

	open->result = makeNode(ResultRelInfo);
	InitResultRelInfo(open->result, open->rel, list_length(p->rtes), NULL, 0);
	if (open->rel->rd_rel->relkind == RELKIND_RELATION)
		ExecOpenIndices(open->result, false);
	/* where the queue of AFTER triggers looks for it */
	p->estate->es_opened_result_relations = lappend(p->estate->es_opened_result_relations,
													open->result);
	MemoryContextSwitchTo(old);
	return open->result;
}

/*
 * Refuse what cannot be kept, and open the queue of AFTER triggers: a plain
 * SELECT of our function runs without one.
 */
static void
prepare_triggers(KwPosting *p, KwOpen *open, CmdType operation)
{
	TriggerDesc *desc = open->rel->trigdesc;

	if (desc == NULL)
		return;
	if (operation == CMD_INSERT ? desc->trig_insert_new_table :
		(desc->trig_update_new_table || desc->trig_update_old_table))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("table \"%s\" has a trigger with transition tables",
						RelationGetRelationName(open->rel)),
				 errdetail("%s writes single rows and cannot feed it.", p->function),
				 errhint("Use a trigger FOR EACH ROW without transition tables.")));
	if (!p->triggers_begun)
	{
		AfterTriggerBeginQuery();
		p->triggers_begun = true;
	}
}

static void
swallowed(KwOpen *open)
{
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("a BEFORE trigger of table \"%s\" suppressed a row that a posting needs",
					RelationGetRelationName(open->rel))));
}

/*
 * Remember a new row's columns of ours, before a BEFORE trigger sees it.
 */
static void
remember_ours(const KwOpen *open, TupleTableSlot *slot, NullableDatum *ours)
{
	for (int c = 0; c < kw_table_columns(open->info.table); c++)
	{
		ours[c].value = slot->tts_values[open->info.attnum[c] - 1];
		ours[c].isnull = slot->tts_isnull[open->info.attnum[c] - 1];
	}
}

/*
 * Refuse a BEFORE trigger that changed a column of ours: the facts would no
 * longer say what the state says.
 */
static void
require_ours(const KwOpen *open, TupleTableSlot *slot, const NullableDatum *ours)
{
	slot_getallattrs(slot);
	for (int c = 0; c < kw_table_columns(open->info.table); c++)
	{
		int			a = open->info.attnum[c] - 1;
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(open->rel), a);

		if (ours[c].isnull != slot->tts_isnull[a] ||
			(!ours[c].isnull &&
			 !datum_image_eq(ours[c].value, slot->tts_values[a], att->attbyval, att->attlen)))
			ereport(ERROR,
					(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
					 errmsg("a BEFORE trigger of table \"%s\" changed column \"%s\"",
							RelationGetRelationName(open->rel), NameStr(att->attname)),
					 errdetail("It may change columns that the site has added, and no others.")));
	}
}

/*
 * Judge the result of updating a row that we have locked.
 */
static void
require_updated(const KwOpen *open, TM_Result tm)
{
	if (tm == TM_SelfModified)
		ereport(ERROR,
				(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
				 errmsg("tuple to be updated was already modified by an operation triggered by the current command"),
				 errdetail("It is a row of table \"%s\".", RelationGetRelationName(open->rel)),
				 errhint("Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows.")));
	if (tm != TM_Ok)
		elog(ERROR, "unexpected result %d of updating a locked row of \"%s\"",
			 (int) tm, RelationGetRelationName(open->rel));
}

/*
 * Update by the executor's way.
 */
static void
update_executor(KwPosting *p, KwOpen *open, TupleTableSlot *old, TupleTableSlot *fresh,
				int n, const int *columns)
{
	ResultRelInfo *result = result_of(p, open, n, columns);
	EState	   *estate = p->estate;
	TriggerDesc *triggers = open->rel->trigdesc;
	LockTupleMode lockmode;
	TM_FailureData tmfd;
	KwUpdateIndexes update_indexes;
	List	   *recheck = NIL;
	TM_Result	tm;

	prepare_triggers(p, open, CMD_UPDATE);
	if (triggers && triggers->trig_update_before_statement)
		ExecBSUpdateTriggers(estate, result);
	if (triggers && triggers->trig_update_before_row)
	{
		NullableDatum ours[KW_MAX_COLUMNS];
		EPQState	epq;
		bool		go_on;

		remember_ours(open, fresh, ours);
		/* the row is locked: the trigger code never enters EvalPlanQual */
		EvalPlanQualInit(&epq, estate, NULL, NIL, -1);
		go_on = kw_ExecBRUpdateTriggers(estate, &epq, result, &old->tts_tid, fresh, &tmfd);
		EvalPlanQualEnd(&epq);
		if (!go_on)
			swallowed(open);
		require_ours(open, fresh, ours);
	}
	fresh->tts_tableOid = RelationGetRelid(open->rel);
	if (RelationGetDescr(open->rel)->constr)
	{
		if (RelationGetDescr(open->rel)->constr->has_generated_stored)
			ExecComputeStoredGenerated(result, estate, fresh, CMD_UPDATE);
		ExecConstraints(result, fresh, estate);
	}
	tm = table_tuple_update(open->rel, &old->tts_tid, fresh, p->cid, GetActiveSnapshot(),
							InvalidSnapshot, true, &tmfd, &lockmode, &update_indexes);
	require_updated(open, tm);
	if (result->ri_NumIndices > 0 && kw_update_needs_indexes(update_indexes))
		recheck = kw_ExecInsertIndexTuples(result, fresh, estate, true,
										   kw_update_only_summarizing(update_indexes));
	ExecARUpdateTriggers(estate, result, NULL, NULL, &old->tts_tid, NULL, fresh, recheck, NULL, false);
	if (triggers && triggers->trig_update_after_statement)
		ExecASUpdateTriggers(estate, result, NULL);
	ResetPerTupleExprContext(estate);
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
		ResultRelInfo *result = result_of(p, open, n, columns);

		(void) kw_ExecInsertIndexTuples(result, fresh, p->estate, true,
										kw_update_only_summarizing(update_indexes));
		ResetPerTupleExprContext(p->estate);
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
	TupleTableSlot *fresh = fresh_slot(p, open);
	int			natts = RelationGetDescr(open->rel)->natts;

	slot_getallattrs(slot);
	memcpy(fresh->tts_values, slot->tts_values, natts * sizeof(Datum));
	memcpy(fresh->tts_isnull, slot->tts_isnull, natts * sizeof(bool));
	for (int i = 0; i < n; i++)
		fresh->tts_values[open->info.attnum[columns[i]] - 1] = values[i];
	ExecStoreVirtualTuple(fresh);

	CheckCmdReplicaIdentity(open->rel, CMD_UPDATE);
	if (open->info.plain)
		return update_lean(p, open, slot, fresh, n, columns);
	else
	{
		KwCaller	caller;

		become_owner(&caller);
		update_executor(p, open, slot, fresh, n, columns);
		become_caller(&caller);
		return TM_Ok;
	}
}

/*
 * Write a wallet back.  Once in a posting: the slot still holds the version
 * that was locked.
 */
void
kw_update_wallet(KwPosting *p, KwWallet *w)
{
	static const int columns[] = {W_TRANSFER_DAY, W_AVAILABLE, W_REQUEST_MARK, W_TRANSFERS};
	Datum		values[] = {
		DateADTGetDatum(w->transfer_day),
		WalletAmountGetDatum(w->available),
		Int32GetDatum(w->request_mark),
		Int16GetDatum(w->transfers)
	};

	if (w->available < 0 || w->transfers < 0)
		elog(ERROR, "wallet of person " INT64_FORMAT " would become negative", w->person_id);
	require_updated(&p->state[KW_WALLET],
					update_row(p, &p->state[KW_WALLET], w->slot, lengthof(columns), columns, values));
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
	require_updated(&p->state[KW_RELATION], write_quota(p, r));
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

	/* triggers want a locked row (see update_executor) */
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
		if (next.slot == NULL)
			kw_fetch_relation(p, &next);
		tm = write_quota(p, &next);
		if (tm != TM_Updated)
		{
			require_updated(&p->state[KW_RELATION], tm);
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

/*
 * Prepare the defaults of the site's own columns, once for each table.
 */
static void
prepare_defaults(KwPosting *p, KwOpen *open)
{
	TupleDesc	desc = RelationGetDescr(open->rel);

	open->defaults = MemoryContextAllocZero(p->cxt, desc->natts * sizeof(ExprState *));
	for (int a = 0; a < desc->natts; a++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, a);
		bool		ours = att->attisdropped || att->attgenerated;
		Node	   *expr;

		for (int c = 0; c < kw_table_columns(open->info.table) && !ours; c++)
			ours = (open->info.attnum[c] == att->attnum);
		if (ours)
			continue;
		expr = build_column_default(open->rel, att->attnum);
		if (expr != NULL)
			open->defaults[a] = ExecPrepareExpr((Expr *) expr, p->estate);
	}
}

/*
 * Give the site's own columns of a new row their defaults.
 */
static void
fill_defaults(KwPosting *p, KwOpen *open, TupleTableSlot *slot)
{
	if (open->defaults == NULL)
		prepare_defaults(p, open);
	for (int a = 0; a < RelationGetDescr(open->rel)->natts; a++)
		if (open->defaults[a] != NULL)
			slot->tts_values[a] = ExecEvalExpr(open->defaults[a],
											   GetPerTupleExprContext(p->estate),
											   &slot->tts_isnull[a]);
}

/*
 * Open the parent of a leaf where it has statement triggers of the site's.
 */
static KwOpen *
parent_with_triggers(KwPosting *p, KwTable table)
{
	KwOpen	   *open;

	if (!kw_is_fact(table))
		return NULL;
	open = &p->parent[table - KW_FIRST_FACT];
	if (open->rel == NULL)
	{
		kw_table_info(table, &open->info);
		if (open->info.plain)
			return NULL;
		open->rel = table_open(open->info.relid, RowExclusiveLock);
	}
	prepare_triggers(p, open, CMD_INSERT);
	return open;
}

/*
 * Insert by the executor's way.
 */
static void
insert_executor(KwPosting *p, KwOpen *open, TupleTableSlot *slot)
{
	ResultRelInfo *result = result_of(p, open, 0, NULL);
	KwOpen	   *parent = parent_with_triggers(p, open->info.table);
	EState	   *estate = p->estate;
	TriggerDesc *triggers = open->rel->trigdesc;
	List	   *recheck = NIL;

	fill_defaults(p, open, slot);
	ExecStoreVirtualTuple(slot);
	slot->tts_tableOid = RelationGetRelid(open->rel);
	prepare_triggers(p, open, CMD_INSERT);
	if (parent != NULL)
		ExecBSInsertTriggers(estate, result_of(p, parent, 0, NULL));
	if (triggers && triggers->trig_insert_before_statement)
		ExecBSInsertTriggers(estate, result);
	if (triggers && triggers->trig_insert_before_row)
	{
		NullableDatum ours[KW_MAX_COLUMNS];

		remember_ours(open, slot, ours);
		if (!ExecBRInsertTriggers(estate, result, slot))
			swallowed(open);
		/* which includes the month: it stays in its partition */
		require_ours(open, slot, ours);
	}
	if (RelationGetDescr(open->rel)->constr)
	{
		if (RelationGetDescr(open->rel)->constr->has_generated_stored)
			ExecComputeStoredGenerated(result, estate, slot, CMD_INSERT);
		ExecConstraints(result, slot, estate);
	}
	table_tuple_insert(open->rel, slot, p->cid, 0, NULL);
	if (result->ri_NumIndices > 0)
		recheck = kw_ExecInsertIndexTuples(result, slot, estate, false, false);
	ExecARInsertTriggers(estate, result, slot, recheck, NULL);
	if (triggers && triggers->trig_insert_after_statement)
		ExecASInsertTriggers(estate, result, NULL);
	if (parent != NULL)
		ExecASInsertTriggers(estate, result_of(p, parent, 0, NULL), NULL);
	ResetPerTupleExprContext(estate);
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
	{
		KwCaller	caller;

		become_owner(&caller);
		insert_executor(p, open, slot);
		become_caller(&caller);
	}
}

/*
 * Order waiting rows by the leaf's key, so that neighbours in the index are
 * inserted one after the other.  Of the key's columns the person tells most.
 */
static int
compare_waiting(const void *a, const void *b, void *arg)
{
	AttrNumber	person = *(AttrNumber *) arg;
	int64		x = DatumGetInt64((*(TupleTableSlot *const *) a)->tts_values[person - 1]);
	int64		y = DatumGetInt64((*(TupleTableSlot *const *) b)->tts_values[person - 1]);

	return x < y ? -1 : (x > y ? 1 : 0);
}

/*
 * Insert a leaf's waiting rows, in a memory context for that alone: the table
 * forms a tuple of each and leaves it behind.
 */
static void
flush_leaf(KwPosting *p, KwOpen *open)
{
	int			n = open->n_waiting;
	MemoryContext cxt;
	MemoryContext old;

	open->n_waiting = 0;
	if (n == 0)
		return;
	cxt = AllocSetContextCreate(p->cxt, "kinwallet flush", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(cxt);
	table_multi_insert(open->rel, open->waiting, n, p->cid, 0, NULL);
	qsort_arg(open->waiting, n, sizeof(TupleTableSlot *), compare_waiting,
			  &kw_open_index(open, KW_INDEX_KEY)->rd_index->indkey.values[0]);
	for (int i = 0; i < n; i++)
	{
		insert_index_entries(p, open, open->waiting[i]);
		ExecClearTuple(open->waiting[i]);
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
		open->waiting[open->n_waiting] = kw_make_slot(p, open, true);
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
		require_updated(&p->state[KW_REFUNDED],
						update_row(p, &p->state[KW_REFUNDED], row->slot, lengthof(columns), columns,
								   &values[RD_MUTUAL_AID]));
}

/*
 * Fire the queued AFTER triggers and close what the executor's way opened.
 */
void
kw_write_end(KwPosting *p)
{
	kw_flush(p);
	if (p->estate == NULL)
		return;
	if (p->triggers_begun)
	{
		KwCaller	caller;

		become_owner(&caller);
		AfterTriggerEndQuery(p->estate);
		become_caller(&caller);
	}
	ExecCloseResultRelations(p->estate);
	ExecResetTupleTable(p->estate->es_tupleTable, false);
	FreeExecutorState(p->estate);
	p->estate = NULL;
}
