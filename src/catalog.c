/*-------------------------------------------------------------------------
 *
 * catalog.c
 *	  Knows our relations: OIDs, column numbers, indexes, leaves of a month.
 *
 * Owns one cache per backend, all in static memory.
 *
 * Filled by the first use after an invalidation.  Emptied by relcache
 * invalidation of any relation that stands in it; that includes
 * clearing_month, whose row trigger sends one, so that a month's state is
 * never older than the caller's newest relation lock.  The callback only
 * advances a generation; entries of an older generation are not used.  A
 * fill that fails, or that is overtaken by an invalidation, leaves the cache
 * in its old generation, and the next use fills it again.
 *
 * Everything is handed out as a copy: a nested call may refill the cache.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/tupmacs.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "parser/parse_func.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "storage/sinval.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "catalog.h"
#include "catalog_tables.h"
#include "version.h"

#define KW_SCHEMA		"kinwallet"
#define KW_DATA_SCHEMA	"kinwallet_data"

#define MAX_MONTHS	4
#define MAX_LEAVES	(MAX_MONTHS * KW_N_FACTS)

static uint64 generation = 1;	/* advanced by the invalidation callback */
static uint64 filled = 0;		/* the generation of everything below */
static Oid	type_oids[KW_N_TYPES];
static Oid	guard_oids[3];		/* fact_guard, state_guard, signed_guard */
static Oid	ledger_oid;
static Oid	clearing_month_oid;
static Oid	clearing_month_pkey;
static Oid	fact_sequence;
static Oid	relation_sequence;
static Oid	ledger_owner;
static int	ledger_node;
static KwTableInfo tables[KW_N_TABLES]; /* of a fact: the parent */
static int	n_months = 0;
static KwMonth months[MAX_MONTHS];
static int	n_leaves = 0;
static KwTableInfo leaves[MAX_LEAVES];

static bool
is_ours(Oid relid)
{
	if (relid == ledger_oid || relid == clearing_month_oid)
		return true;
	for (int t = 0; t < KW_N_TABLES; t++)
	{
		if (relid == tables[t].relid)
			return true;
		for (int i = 0; i < KW_N_INDEXES; i++)
			if (relid == tables[t].index[i])
				return true;
	}
	for (int l = 0; l < n_leaves; l++)
	{
		if (relid == leaves[l].relid)
			return true;
		for (int i = 0; i < KW_N_INDEXES; i++)
			if (relid == leaves[l].index[i])
				return true;
	}
	for (int m = 0; m < n_months; m++)
		for (int f = 0; f < KW_N_FACTS; f++)
			if (relid == months[m].leaf[f])
				return true;
	return false;
}

/*
 * The relcache callback: only marks, frees nothing, may run at any time.
 */
static void
invalidate(Datum arg, Oid relid)
{
	(void) arg;
	if (relid == InvalidOid || is_ours(relid))
		generation++;
}

/* a dropped and re-created extension has other types and functions */
static void
invalidate_all(Datum arg, int cacheid, uint32 hashvalue)
{
	(void) arg;
	(void) cacheid;
	(void) hashvalue;
	generation++;
}

/*
 * Register the callbacks.  Called once, by _PG_init.
 */
void
kw_catalog_init(void)
{
	CacheRegisterRelcacheCallback(invalidate, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, invalidate_all, (Datum) 0);
}

static void
no_ledger(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("there is no ledger in this database"),
			 errhint("Call kinwallet.create_ledger() first.")));
}

static Oid
data_relation(Oid namespace, const char *name)
{
	Oid			relid = get_relname_relid(name, namespace);

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation \"%s.%s\" does not exist", KW_DATA_SCHEMA, name),
				 errdetail("It is part of the ledger.")));
	return relid;
}

static Oid
column_type(int64 type)
{
	return type < 0 ? type_oids[-1 - type] : (Oid) type;
}

/*
 * Find our columns by name.  A missing or retyped one is an error here, not
 * an out-of-bounds access later.
 */
static void
find_columns(Relation rel, const KwTableSpec *spec, AttrNumber *attnum)
{
	TupleDesc	desc = RelationGetDescr(rel);

	for (int c = 0; c < spec->n_columns; c++)
	{
		attnum[c] = InvalidAttrNumber;
		for (int a = 0; a < desc->natts; a++)
		{
			Form_pg_attribute att = TupleDescAttr(desc, a);

			if (!att->attisdropped &&
				strcmp(NameStr(att->attname), spec->columns[c].name) == 0 &&
				att->atttypid == column_type(spec->columns[c].type))
				attnum[c] = att->attnum;
		}
		if (attnum[c] == InvalidAttrNumber)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("table \"%s\" has no column \"%s\" of the type that kinwallet needs",
							RelationGetRelationName(rel), spec->columns[c].name),
					 errdetail("Columns of the ledger's tables must not be renamed, dropped or retyped.")));
	}
}

/*
 * Is the index partial by "state IN (...)" with these states, or not partial
 * where they are NULL?
 */
static bool
predicate_matches(Relation index, const char *states, AttrNumber state)
{
	List	   *predicate = RelationGetIndexPredicate(index);
	ScalarArrayOpExpr *op;
	Node	   *column;
	Node	   *array;
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	if (predicate == NIL || states == NULL)
		return predicate == NIL && states == NULL;
	if (list_length(predicate) != 1 || !IsA(linitial(predicate), ScalarArrayOpExpr))
		return false;
	op = linitial_node(ScalarArrayOpExpr, predicate);
	column = linitial(op->args);
	array = lsecond(op->args);
	if (!op->useOr || get_opcode(op->opno) != F_CHAREQ ||
		!IsA(column, Var) || ((Var *) column)->varattno != state ||
		!IsA(array, Const) || ((Const *) array)->constisnull)
		return false;
	deconstruct_array(DatumGetArrayTypeP(((Const *) array)->constvalue), CHAROID,
					  1, true, TYPALIGN_CHAR, &elements, &nulls, &n);
	if (n != (int) strlen(states))
		return false;
	for (int i = 0; i < n; i++)
		if (nulls[i] || strchr(states, DatumGetChar(elements[i])) == NULL)
			return false;
	return true;
}

static bool
index_matches(Relation index, const KwIndexSpec *spec, const AttrNumber *attnum)
{
	Form_pg_index form = index->rd_index;
	int			n = 0;

	if (!form->indisvalid || !form->indisready || form->indisunique != spec->unique ||
		index->rd_rel->relam != BTREE_AM_OID || !predicate_matches(index, spec->states, attnum[R_STATE]))
		return false;
	while (n < KW_MAX_KEY_COLUMNS && spec->columns[n] >= 0)
		n++;
	if (form->indnkeyatts != n || form->indnatts != n)
		return false;
	for (int i = 0; i < n; i++)
		if (form->indkey.values[i] != attnum[spec->columns[i]])
			return false;
	return true;
}

/*
 * Find the indexes that look-ups need, by their columns.
 */
static int
find_indexes(Relation rel, const KwTableSpec *spec, KwTableInfo *info)
{
	List	   *list = RelationGetIndexList(rel);
	ListCell   *lc;
	int			n = list_length(list);

	foreach(lc, list)
	{
		Oid			oid = lfirst_oid(lc);
		Relation	index = relation_open(oid, AccessShareLock);

		for (int i = 0; i < KW_N_INDEXES; i++)
			if (spec->index[i].used && !OidIsValid(info->index[i]) &&
				index_matches(index, &spec->index[i], info->attnum))
				info->index[i] = oid;
		relation_close(index, AccessShareLock);
	}
	list_free(list);

	for (int i = 0; i < KW_N_INDEXES; i++)
		if (spec->index[i].used && !OidIsValid(info->index[i]))
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("table \"%s\" lacks an index that kinwallet needs",
							RelationGetRelationName(rel)),
					 errdetail("It is one on column \"%s\".",
							   spec->columns[spec->index[i].columns[0]].name)));
	return n;
}

/*
 * Has the site made triggers on the table?  With an event asked for, only
 * those that fire once for a statement of it count: a parent's row triggers
 * are its leaves'.
 */
static bool
has_own_triggers(Relation rel, int16 event)
{
	TriggerDesc *desc = rel->trigdesc;

	for (int i = 0; desc != NULL && i < desc->numtriggers; i++)
	{
		Trigger    *trigger = &desc->triggers[i];

		if (trigger->tgfoid == guard_oids[0] || trigger->tgfoid == guard_oids[1] ||
			trigger->tgfoid == guard_oids[2])
			continue;
		if (event == 0 || (TRIGGER_FOR_ROW(trigger->tgtype) == 0 && (trigger->tgtype & event) != 0))
			return true;
	}
	return false;
}

/*
 * Is the table as create_ledger() and ensure_partitions() made it?
 */
static bool
is_plain(Relation rel, const KwTableSpec *spec, int n_indexes)
{
	TupleDesc	desc = RelationGetDescr(rel);
	TupleConstr *constr = desc->constr;
	int			n_checks = 0;

	if (desc->natts != spec->n_columns || n_indexes != spec->n_indexes)
		return false;
	for (int a = 0; a < desc->natts; a++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, a);

		if (att->attisdropped || att->attgenerated)
			return false;
		/* of a fact's columns those of type text may be NULL, unless the site forbids it */
		if (att->attnotnull && att->atttypid == TEXTOID && spec != &kw_table_specs[KW_CLEARING_PAIR])
			return false;
	}
	for (const char *s = spec->checks; *s; s++)
		if (*s == ' ')
			n_checks++;
	n_checks--;
	if (constr == NULL || constr->num_check != n_checks)
		return false;
	for (int i = 0; i < constr->num_check; i++)
	{
		char	   *name = psprintf(" %s ", constr->check[i].ccname);

		if (strstr(spec->checks, name) == NULL)
			return false;
		pfree(name);
	}
	return !has_own_triggers(rel, 0);
}

/*
 * Find where our columns stand in a row of a plain table; false: not always
 * at the same place.
 */
static bool
find_offsets(TupleDesc desc, KwTableInfo *info)
{
	int			offset = 0;

	for (int a = 0; a < desc->natts; a++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, a);

		if (att->attlen <= 0 || !att->attbyval)
			return false;
		offset = att_align_nominal(offset, att->attalign);
		for (int c = 0; c < desc->natts; c++)
			if (info->attnum[c] == att->attnum)
				info->offset[c] = offset;
		offset += att->attlen;
	}
	return true;
}

/*
 * Look at a table.  What has the name of one of ours, or stands among our
 * partitions, but is of another kind is an error here.
 */
static void
fill_table(KwTable t, Oid relid, char relkind, KwTableInfo *info)
{
	const KwTableSpec *spec = &kw_table_specs[t];
	Relation	rel = relation_open(relid, AccessShareLock);

	if (rel->rd_rel->relkind != relkind)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("kinwallet cannot use relation \"%s\"", RelationGetRelationName(rel)),
				 errdetail_relkind_not_supported(rel->rd_rel->relkind)));
	memset(info, 0, sizeof(KwTableInfo));
	info->table = t;
	info->relid = relid;
	find_columns(rel, spec, info->attnum);
	if (relkind == RELKIND_PARTITIONED_TABLE)
		info->plain = !has_own_triggers(rel, TRIGGER_TYPE_INSERT);
	else
	{
		int			n = find_indexes(rel, spec, info);

		info->plain = is_plain(rel, spec, n) && (!kw_is_fact(t) || tables[t].plain);
		info->fixed = info->plain && find_offsets(RelationGetDescr(rel), info);
	}
	relation_close(rel, AccessShareLock);
}

static Oid
guard_function(const char *name)
{
	return LookupFuncName(list_make2(makeString(KW_SCHEMA), makeString(pstrdup(name))),
						  0, NULL, false);
}

/*
 * Read the ledger's only row: give the node, and refuse another version.
 * Under the latest snapshot, as everything that fills a cache.
 */
static int
read_ledger(Oid relid)
{
	Relation	rel = table_open(relid, AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, snapshot, 0, NULL);
	AttrNumber	attnum[2] = {get_attnum(relid, "node"), get_attnum(relid, "version")};
	HeapTuple	tuple = systable_getnext(scan);
	bool		isnull[2] = {true, true};
	Datum		node = (Datum) 0;
	char	   *version = NULL;

	if (HeapTupleIsValid(tuple) && attnum[0] != InvalidAttrNumber && attnum[1] != InvalidAttrNumber)
	{
		Datum		value;

		node = heap_getattr(tuple, attnum[0], RelationGetDescr(rel), &isnull[0]);
		value = heap_getattr(tuple, attnum[1], RelationGetDescr(rel), &isnull[1]);
		if (!isnull[1])
			version = TextDatumGetCString(value);
	}
	if (isnull[0] || isnull[1])
		no_ledger();
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	kw_require_versions(version);
	return DatumGetInt16(node);
}

/*
 * Note what is known so far.  A caller that locks what it asks for notes it
 * before it asks, and compares after the lock.
 */
KwCatalogState
kw_catalog_state(void)
{
	KwCatalogState state = {generation, SharedInvalidMessageCounter};

	return state;
}

/*
 * Was the cache emptied since, with a reason?  debug_discard_caches empties
 * it at every turn, without a message: waiting for that to end is no use.
 */
bool
kw_catalog_changed(const KwCatalogState *since)
{
	return generation != since->generation && SharedInvalidMessageCounter != since->messages;
}

/*
 * Fill the cache where an invalidation emptied it.
 */
static void
fill(void)
{
	static const char *const type_names[KW_N_TYPES] = {
		[KW_TYPE_WALLET_AMOUNT] = "wallet_amount",
		[KW_TYPE_KINSHIP_RELATION] = "kinship_relation",
		[KW_TYPE_REGION_CODE] = "region_code",
		[KW_TYPE_CITIZEN_ID] = "citizen_id",
	};

	while (filled != generation)
	{
		KwCatalogState before = kw_catalog_state();
		Oid			own = get_namespace_oid(KW_SCHEMA, false);
		Oid			data = get_namespace_oid(KW_DATA_SCHEMA, true);
		Relation	rel;

		filled = 0;
		n_months = 0;
		n_leaves = 0;
		if (!OidIsValid(data))
			no_ledger();
		for (int i = 0; i < KW_N_TYPES; i++)
			type_oids[i] = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
										   CStringGetDatum(type_names[i]),
										   ObjectIdGetDatum(own));
		guard_oids[0] = guard_function("fact_guard");
		guard_oids[1] = guard_function("state_guard");
		guard_oids[2] = guard_function("signed_guard");
		ledger_oid = data_relation(data, "ledger");
		ledger_node = read_ledger(ledger_oid);
		fact_sequence = data_relation(data, "fact_id");
		relation_sequence = data_relation(data, "relation_id");
		clearing_month_oid = data_relation(data, "clearing_month");
		rel = table_open(clearing_month_oid, AccessShareLock);
		clearing_month_pkey = kw_RelationGetPrimaryKeyIndex(rel);
		table_close(rel, AccessShareLock);
		for (int t = 0; t < KW_N_TABLES; t++)
			fill_table(t, data_relation(data, kw_table_specs[t].name),
					   kw_is_fact(t) ? RELKIND_PARTITIONED_TABLE : RELKIND_RELATION, &tables[t]);
		rel = table_open(tables[KW_WALLET].relid, AccessShareLock);
		ledger_owner = rel->rd_rel->relowner;
		table_close(rel, AccessShareLock);
		/* an invalidation that came meanwhile found OIDs of before: go on */
		filled = kw_catalog_changed(&before) ? before.generation : generation;
	}
}

Oid
kw_type_oid(KwType type)
{
	fill();
	return type_oids[type];
}

Oid
kw_ledger_owner(void)
{
	fill();
	return ledger_owner;
}

/*
 * Give the OID of the table of persons.  Not cached: asked for once an event.
 */
Oid
kw_person_table(void)
{
	return data_relation(get_namespace_oid(KW_DATA_SCHEMA, false), "person");
}

int
kw_ledger_node(void)
{
	fill();
	return ledger_node;
}

Oid
kw_sequence_oid(bool relation)
{
	fill();
	return relation ? relation_sequence : fact_sequence;
}

int
kw_table_columns(KwTable table)
{
	return kw_table_specs[table].n_columns;
}

void
kw_table_info(KwTable table, KwTableInfo *info)
{
	fill();
	*info = tables[table];
}

/*
 * Describe a leaf, which the caller has locked.
 */
void
kw_leaf_info(KwTable fact, Oid relid, KwTableInfo *info)
{
	fill();
	for (int l = 0; l < n_leaves; l++)
		if (leaves[l].relid == relid)
		{
			*info = leaves[l];
			return;
		}

	fill_table(fact, relid, RELKIND_RELATION, info);
	if (n_leaves == MAX_LEAVES)
		n_leaves = 0;
	leaves[n_leaves++] = *info;
}

/*
 * Find a parent's leaf for a month.  A default partition is no answer: no
 * fact lands in a catch-all.
 */
static Oid
find_leaf(Oid parent_oid, DateADT month)
{
	Relation	parent = table_open(parent_oid, AccessShareLock);
	PartitionKey key = RelationGetPartitionKey(parent);
	PartitionDesc desc = RelationGetPartitionDesc(parent, true);
	Oid			result = InvalidOid;

	if (key->strategy != PARTITION_STRATEGY_RANGE || key->partnatts != 1 ||
		key->parttypid[0] != DATEOID)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("table \"%s\" is not partitioned by range of its column \"month\"",
						RelationGetRelationName(parent))));
	if (desc->nparts > 0)
	{
		Datum		value = DateADTGetDatum(month);
		bool		equal;
		int			bound = partition_range_datum_bsearch(key->partsupfunc, key->partcollation,
														  desc->boundinfo, 1, &value, &equal);
		int			part = desc->boundinfo->indexes[bound + 1];

		if (part >= 0 && desc->is_leaf[part])
			result = desc->oids[part];
	}
	table_close(parent, AccessShareLock);
	return result;
}

/*
 * Is there a row for the month in clearing_month?  Asked with the latest
 * snapshot: what the transaction's own may not see yet closes the month, too.
 */
static bool
month_is_closed(DateADT month)
{
	Relation	rel = table_open(clearing_month_oid, AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	AttrNumber	attnum = get_attnum(clearing_month_oid, "month");
	ScanKeyData key;
	SysScanDesc scan;
	bool		found;

	ScanKeyInit(&key, attnum, BTEqualStrategyNumber, F_DATE_EQ, DateADTGetDatum(month));
	scan = systable_beginscan(rel, clearing_month_pkey, true, snapshot, 1, &key);
	found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * Describe a month: its leaves, and whether it is closed.  Exact as of the
 * caller's last lock on one of the leaves, if nothing has changed since before
 * this call: reading can itself take in the message of a cut_off that its
 * snapshot missed.
 */
void
kw_month_info(DateADT month, KwMonth *result)
{
	uint64		target;

	fill();
	for (int m = 0; m < n_months; m++)
		if (months[m].month == month)
		{
			*result = months[m];
			return;
		}

	target = generation;
	result->month = month;
	for (int f = 0; f < KW_N_FACTS; f++)
		result->leaf[f] = find_leaf(tables[KW_FIRST_FACT + f].relid, month);
	result->closed = month_is_closed(month);
	if (generation != target)
		return;					/* overtaken: the caller's check says so */
	if (n_months == MAX_MONTHS)
		n_months = 0;
	months[n_months++] = *result;
}
