/*-------------------------------------------------------------------------
 *
 * clearing_pair.c
 *	  Writes a month's rows of clearing_pair.
 *
 * There are a hundred thousand of them.  What is stored already is compared
 * with what is to be stored, in the order of the key; what agrees stays as it
 * is, the rest is deleted and inserted anew.  New rows go into a plain table
 * many at a time, their index entries in key order; a table that a site has
 * attached something of its own to is written by SQL.
 *
 * The caller holds the month's row of clearing_month FOR UPDATE: nobody else
 * writes the month's pairs.  Owns the relation lock on clearing_pair (Row
 * Exclusive, kept to commit).
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "catalog.h"
#include "clearing_pair.h"
#include "plans.h"
#include "wallet_amount.h"

/* rows that are inserted together */
#define ROWS_AT_ONCE	1000

/* in the order of their names, which is the key's */
typedef enum PairLevel
{
	LEVEL_PROVINCE,
	LEVEL_REGION,
	N_LEVELS
} PairLevel;

static const char *const level_names[N_LEVELS] = {"province", "region"};

/* a row to be stored */
typedef struct PairRow
{
	PairLevel	level;
	RegionCode	payer;
	RegionCode	payee;
	bool		stored;			/* it is there already, as it should be */
	int64		person_times;
	int64		items;
	int64		gross;
	int64		reversed;
} PairRow;

typedef struct PairRows
{
	int			n;
	PairRow    *row;			/* ascending by level, payer, payee */
} PairRows;

/* clearing_pair, opened */
typedef struct PairTable
{
	Relation	rel;
	KwTableInfo info;
	Datum		level[N_LEVELS];	/* as text */
} PairTable;

static int
compare_parties(const void *a, const void *b, void *arg)
{
	const RegionCode *party = arg;

	/* six digits: the difference fits */
	return party[*(const int *) a] - party[*(const int *) b];
}

static void
add_row(PairRows *rows, PairLevel level, RegionCode payer, RegionCode payee,
		int64 person_times, const KwPairSums *sums)
{
	PairRow    *row = &rows->row[rows->n++];

	row->level = level;
	row->payer = payer;
	row->payee = payee;
	row->stored = false;
	row->person_times = person_times;
	row->items = sums->items;
	row->gross = sums->gross;
	row->reversed = sums->reversed;
}

static void
add_sums(KwPairSums *total, const KwPairSums *sums)
{
	total->gross = kw_amount_add(total->gross, sums->gross);
	total->reversed = kw_amount_add(total->reversed, sums->reversed);
	total->items += sums->items;
	total->province_times += sums->province_times;
}

/*
 * Make the rows: every pair of two parties that has lines, and the national
 * table, which sums up what crosses a province's border.  After a merger payer
 * and payee can be one party: it owes itself nothing.
 */
static void
make_rows(const KwClearing *c, PairRows *rows)
{
	KwPairSums (*nation)[KW_N_PROVINCES] = palloc0(KW_N_PROVINCES * sizeof(*nation));
	int		   *order = palloc(Max(c->n_parties, 1) * sizeof(int));
	int		   *province = palloc(Max(c->n_parties, 1) * sizeof(int));
	PairRows	regions = {0, NULL};
	Size		n = 0;

	for (int i = 0; i < c->n_parties; i++)
	{
		order[i] = i;
		province[i] = kw_province_index(c->party[i]);
		if (province[i] < 0)
			elog(ERROR, "region %06d is of no province", c->party[i]);
	}
	qsort_arg(order, c->n_parties, sizeof(int), compare_parties, c->party);

	for (int payer = 0; payer < c->n_parties; payer++)
		for (int payee = 0; payee < c->n_parties; payee++)
			n += (kw_clearing_sums(c, payer, payee)->items > 0);
	/* the national table comes first */
	n += KW_N_PROVINCES * KW_N_PROVINCES;
	rows->row = palloc_extended(n * sizeof(PairRow), MCXT_ALLOC_HUGE);
	regions.row = rows->row + KW_N_PROVINCES * KW_N_PROVINCES;

	for (int i = 0; i < c->n_parties; i++)
		for (int j = 0; j < c->n_parties; j++)
		{
			int			payer = order[i];
			int			payee = order[j];
			const KwPairSums *sums = kw_clearing_sums(c, payer, payee);

			if (payer == payee || sums->items == 0)
				continue;
			add_row(&regions, LEVEL_REGION, c->party[payer], c->party[payee], sums->person_times, sums);
			if (province[payer] != province[payee])
				add_sums(&nation[province[payer]][province[payee]], sums);
		}

	rows->n = 0;
	for (int from = 0; from < KW_N_PROVINCES; from++)
		for (int to = 0; to < KW_N_PROVINCES; to++)
			if (nation[from][to].items > 0)
				add_row(rows, LEVEL_PROVINCE, kw_province_prefix[from] * KW_REGION_PER_PROVINCE,
						kw_province_prefix[to] * KW_REGION_PER_PROVINCE,
						nation[from][to].province_times, &nation[from][to]);
	memmove(&rows->row[rows->n], regions.row, regions.n * sizeof(PairRow));
	rows->n += regions.n;
	pfree(province);
	pfree(order);
	pfree(nation);
}

/*
 * Open clearing_pair.  What the cache said of it is checked against the
 * invalidations that taking the lock read.
 */
static void
open_table(PairTable *table)
{
	for (;;)
	{
		KwCatalogState before = kw_catalog_state();

		kw_table_info(KW_CLEARING_PAIR, &table->info);
		table->rel = try_table_open(table->info.relid, RowExclusiveLock);
		if (table->rel != NULL && !kw_catalog_changed(&before))
			break;
		if (table->rel != NULL)
			table_close(table->rel, RowExclusiveLock);
		CHECK_FOR_INTERRUPTS();
	}
	for (int level = 0; level < N_LEVELS; level++)
		table->level[level] = CStringGetTextDatum(level_names[level]);
}

static Datum
stored_column(const PairTable *table, TupleTableSlot *slot, int column)
{
	int			a = table->info.attnum[column] - 1;

	if (slot->tts_isnull[a])
		elog(ERROR, "column %d of a pair is null", a + 1);
	return slot->tts_values[a];
}

/*
 * Give a row's columns, those included that follow from its sums.
 */
static void
row_values(const PairTable *table, DateADT month, const PairRow *row, Datum *values)
{
	bool		intra_province = kw_region_province(row->payer) == kw_region_province(row->payee);
	WalletAmount balance = kw_amount_sub(row->gross, row->reversed);

	values[P_MONTH] = DateADTGetDatum(month);
	values[P_LEVEL] = table->level[row->level];
	values[P_PAYER] = RegionCodeGetDatum(row->payer);
	values[P_PAYEE] = RegionCodeGetDatum(row->payee);
	values[P_SCOPE] = CharGetDatum(intra_province ? 'i' : 'c');
	values[P_PERSON_TIMES] = Int64GetDatum(row->person_times);
	values[P_ITEMS] = Int64GetDatum(row->items);
	values[P_GROSS] = WalletAmountGetDatum(row->gross);
	values[P_REVERSED] = WalletAmountGetDatum(row->reversed);
	values[P_DUE] = WalletAmountGetDatum(Max(balance, 0));
	values[P_ADJUSTMENT] = WalletAmountGetDatum(balance < 0 ? kw_amount_sub(0, balance) : 0);
}

/*
 * Tell whether the row of a key is stored as it should be, column by column.
 */
static bool
row_agrees(const PairTable *table, TupleTableSlot *slot, DateADT month, const PairRow *row)
{
	Datum		values[P_COLUMNS];

	row_values(table, month, row, values);
	/* the key agrees */
	for (int column = P_SCOPE; column < P_COLUMNS; column++)
		if (stored_column(table, slot, column) != values[column])
			return false;
	return true;
}

/*
 * Compare a stored row's key with that of a row to be stored.
 */
static int
compare_key(PairLevel level, RegionCode payer, RegionCode payee, const PairRow *row)
{
	if (level != row->level)
		return level < row->level ? -1 : 1;
	if (payer != row->payer)
		return payer < row->payer ? -1 : 1;
	return payee < row->payee ? -1 : (payee > row->payee ? 1 : 0);
}

static PairLevel
level_of(Datum name)
{
	text	   *level = DatumGetTextPP(name);

	for (int i = 0; i < N_LEVELS; i++)
		if (VARSIZE_ANY_EXHDR(level) == strlen(level_names[i]) &&
			memcmp(VARDATA_ANY(level), level_names[i], VARSIZE_ANY_EXHDR(level)) == 0)
			return i;
	elog(ERROR, "unknown level of a pair");
	return N_LEVELS;
}

/*
 * Find which rows are stored already, and delete the stored ones that are not
 * among them.
 */
static void
compare_stored(PairTable *table, DateADT month, PairRows *rows)
{
	Relation	index = index_open(table->info.index[KW_INDEX_KEY], AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	TupleTableSlot *slot = table_slot_create(table->rel, NULL);
	ArrayBuildState *stale = initArrayResult(TIDOID, CurrentMemoryContext, false);
	ScanKeyData key;
	IndexScanDesc scan;
	int			i = 0;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_DATE_EQ, DateADTGetDatum(month));
	scan = kw_index_beginscan(table->rel, index, snapshot, 1, 0);
	index_rescan(scan, &key, 1, NULL, 0);
	while (index_getnext_slot(scan, ForwardScanDirection, slot))
	{
		PairLevel	level;
		RegionCode	payer;
		RegionCode	payee;
		int			cmp = -1;

		CHECK_FOR_INTERRUPTS();
		slot_getallattrs(slot);
		level = level_of(stored_column(table, slot, P_LEVEL));
		payer = DatumGetRegionCode(stored_column(table, slot, P_PAYER));
		payee = DatumGetRegionCode(stored_column(table, slot, P_PAYEE));
		while (i < rows->n && (cmp = compare_key(level, payer, payee, &rows->row[i])) > 0)
			i++;
		if (i < rows->n && cmp == 0 && row_agrees(table, slot, month, &rows->row[i]))
			rows->row[i].stored = true;
		else
			accumArrayResult(stale, PointerGetDatum(&slot->tts_tid), false, TIDOID, CurrentMemoryContext);
	}
	index_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	index_close(index, NoLock);

	if (stale->nelems > 0)
		kw_spi(KW_PLAN_DELETE_STALE_PAIRS, makeArrayResult(stale, CurrentMemoryContext));
}

/*
 * Insert the rows in slots and their index entries, in a memory context for
 * that alone: the table forms a tuple of each row and leaves it behind.
 */
static void
flush_slots(PairTable *table, Relation index, IndexInfo *index_info, TupleTableSlot **slots, int n)
{
	MemoryContext cxt = AllocSetContextCreate(CurrentMemoryContext, "kinwallet pairs",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cxt);

	table_multi_insert(table->rel, slots, n, GetCurrentCommandId(true), 0, NULL);
	for (int i = 0; i < n; i++)
	{
		Datum		values[INDEX_MAX_KEYS];
		bool		isnull[INDEX_MAX_KEYS];

		for (int k = 0; k < index->rd_index->indnkeyatts; k++)
		{
			values[k] = slots[i]->tts_values[index->rd_index->indkey.values[k] - 1];
			isnull[k] = false;
		}
		index_insert(index, values, isnull, &slots[i]->tts_tid, table->rel,
					 UNIQUE_CHECK_YES, false, index_info);
		ExecClearTuple(slots[i]);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(cxt);
}

/*
 * Insert the missing rows into a plain table: its columns are ours, so are
 * its constraints, which row_values() keeps.
 */
static void
insert_plain(PairTable *table, DateADT month, const PairRows *rows)
{
	Relation	index = index_open(table->info.index[KW_INDEX_KEY], RowExclusiveLock);
	IndexInfo  *index_info = BuildIndexInfo(index);
	/* a resource owner that remembers one descriptor a thousand times is slow: a copy is not counted */
	TupleDesc	desc = CreateTupleDescCopy(RelationGetDescr(table->rel));
	TupleTableSlot *slots[ROWS_AT_ONCE];
	int			n_slots = 0;
	int			n = 0;

	for (int i = 0; i < rows->n; i++)
	{
		TupleTableSlot *slot;
		Datum		values[P_COLUMNS];

		if (rows->row[i].stored)
			continue;
		if (n == ROWS_AT_ONCE)
		{
			CHECK_FOR_INTERRUPTS();
			flush_slots(table, index, index_info, slots, n);
			n = 0;
		}
		if (n == n_slots)
			slots[n_slots++] = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
		slot = slots[n++];
		row_values(table, month, &rows->row[i], values);
		for (int column = 0; column < P_COLUMNS; column++)
		{
			slot->tts_values[table->info.attnum[column] - 1] = values[column];
			slot->tts_isnull[table->info.attnum[column] - 1] = false;
		}
		ExecStoreVirtualTuple(slot);
	}
	if (n > 0)
		flush_slots(table, index, index_info, slots, n);
	for (int i = 0; i < n_slots; i++)
		ExecDropSingleTupleTableSlot(slots[i]);
	index_close(index, NoLock);
	/* what follows sees them */
	CommandCounterIncrement();
}

static Datum
int8_array(Datum *elements, int n)
{
	return PointerGetDatum(construct_array(elements, n, INT8OID, sizeof(int64),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * Insert by SQL the missing ones of n rows of one level and payer.
 */
static void
insert_payer(const PairTable *table, DateADT month, const PairRow *row, int n)
{
	Datum	   *payee = palloc(n * sizeof(Datum));
	Datum	   *person_times = palloc(n * sizeof(Datum));
	Datum	   *items = palloc(n * sizeof(Datum));
	Datum	   *gross = palloc(n * sizeof(Datum));
	Datum	   *reversed = palloc(n * sizeof(Datum));
	int			missing = 0;

	for (int i = 0; i < n; i++)
	{
		if (row[i].stored)
			continue;
		payee[missing] = RegionCodeGetDatum(row[i].payee);
		person_times[missing] = Int64GetDatum(row[i].person_times);
		items[missing] = Int64GetDatum(row[i].items);
		gross[missing] = Int64GetDatum(row[i].gross);
		reversed[missing] = Int64GetDatum(row[i].reversed);
		missing++;
	}
	if (missing > 0)
		kw_spi(KW_PLAN_INSERT_PAIRS, DateADTGetDatum(month), table->level[row->level],
			   RegionCodeGetDatum(row->payer),
			   PointerGetDatum(construct_array(payee, missing, kw_type_oid(KW_TYPE_REGION_CODE),
											   sizeof(RegionCode), true, TYPALIGN_INT)),
			   int8_array(person_times, missing), int8_array(items, missing),
			   int8_array(gross, missing), int8_array(reversed, missing));
}

/*
 * Insert the missing rows by SQL, so that what the site has attached to the
 * table keeps working.
 */
static void
insert_by_sql(const PairTable *table, DateADT month, const PairRows *rows)
{
	int			first = 0;

	for (int i = 1; i <= rows->n; i++)
	{
		if (i < rows->n && rows->row[i].level == rows->row[first].level &&
			rows->row[i].payer == rows->row[first].payer)
			continue;
		CHECK_FOR_INTERRUPTS();
		insert_payer(table, month, &rows->row[first], i - first);
		first = i;
	}
}

/*
 * Make the stored pairs of a month those that its sums say.
 */
void
kw_write_pairs(const KwClearing *c, DateADT month)
{
	PairTable	table;
	PairRows	rows;

	make_rows(c, &rows);
	open_table(&table);
	compare_stored(&table, month, &rows);
	if (table.info.plain)
		insert_plain(&table, month, &rows);
	else
		insert_by_sql(&table, month, &rows);
	table_close(table.rel, NoLock);
	pfree(rows.row);
}
