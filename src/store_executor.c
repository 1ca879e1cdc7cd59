/*-------------------------------------------------------------------------
 *
 * store_executor.c
 *	  Writes rows of tables that a site has attached something of its own to,
 *	  as the executor would.
 *
 * This keeps the site's columns, defaults, indexes, constraints and triggers
 * working, those on the parent of a leaf included.  What it cannot keep it
 * refuses: triggers with transition tables, and BEFORE triggers that swallow a
 * row or change a column of ours.  It acts as the ledger's owner, as plans.c
 * does, and so do the site's triggers.
 *
 * Owns, in the posting, one EState with a ResultRelInfo for each table that
 * needs it; kw_executor_end() closes them.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_relation.h"
#include "rewrite/rewriteHandler.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "store.h"
#include "store_impl.h"

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
	Bitmapset  *updated = NULL;

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
		updated = bms_add_member(updated,
								 open->info.attnum[columns[i]] - FirstLowInvalidHeapAttributeNumber);
	kw_set_updated_columns(rte, &p->permissions, updated);
	p->rtes = lappend(p->rtes, rte);
	kw_ExecInitRangeTable(p->estate, p->rtes, p->permissions);

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
void
kw_require_updated(const KwOpen *open, TM_Result tm)
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
update_row(KwPosting *p, KwOpen *open, TupleTableSlot *old, TupleTableSlot *fresh,
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
		kw_EvalPlanQualInit(&epq, estate, NULL, NIL, -1);
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
	kw_require_updated(open, tm);
	if (result->ri_NumIndices > 0 && kw_update_needs_indexes(update_indexes))
		recheck = kw_ExecInsertIndexTuples(result, fresh, estate, true,
										   kw_update_only_summarizing(update_indexes));
	ExecARUpdateTriggers(estate, result, NULL, NULL, &old->tts_tid, NULL, fresh, recheck, NULL, false);
	if (triggers && triggers->trig_update_after_statement)
		ExecASUpdateTriggers(estate, result, NULL);
	ResetPerTupleExprContext(estate);
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
insert_row(KwPosting *p, KwOpen *open, TupleTableSlot *slot)
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

/*
 * Update a locked row.
 */
void
kw_executor_update(KwPosting *p, KwOpen *open, TupleTableSlot *old, TupleTableSlot *fresh,
				   int n, const int *columns)
{
	KwCaller	caller;

	become_owner(&caller);
	update_row(p, open, old, fresh, n, columns);
	become_caller(&caller);
}

/*
 * Insert a row.
 */
void
kw_executor_insert(KwPosting *p, KwOpen *open, TupleTableSlot *slot)
{
	KwCaller	caller;

	become_owner(&caller);
	insert_row(p, open, slot);
	become_caller(&caller);
}

/*
 * Make the index entries of a plain table's row whose update was not HOT.
 */
void
kw_executor_index_entries(KwPosting *p, KwOpen *open, TupleTableSlot *fresh, int n,
						  const int *columns, bool only_summarizing)
{
	ResultRelInfo *result = result_of(p, open, n, columns);

	(void) only_summarizing;	/* 15 knows no such indexes */
	(void) kw_ExecInsertIndexTuples(result, fresh, p->estate, true, only_summarizing);
	ResetPerTupleExprContext(p->estate);
}

/*
 * Fire the queued AFTER triggers and close what was opened.
 */
void
kw_executor_end(KwPosting *p)
{
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
