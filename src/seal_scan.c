/*-------------------------------------------------------------------------
 *
 * seal_scan.c
 *	  Digests the rows of a fact partition, leaf by leaf.
 *
 * Rows come as the heap has them, go through a sort by id, and leave it into
 * the running SHA-256 of their leaf: one final step a leaf, none a row.  What
 * is hashed of a row are kinwallet's columns, in kinwallet's order, in a form
 * that knows nothing of alignment, byte order, TOAST or what else the table
 * has: a restored, clustered or upgraded ledger gives the same digests.
 *
 * Owns the memory of a scan, in a context of its own: the sort's SORT_MEMORY,
 * beyond which it goes to disk, and a context and a buffer for each leaf.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_operator_d.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/tuplesort.h"
#include "utils/uuid.h"

#include "catalog_tables.h"
#include "clock.h"
#include "seal_scan.h"

#define SORT_MEMORY		32768	/* kB */
#define LEAF_BUFFER		2048
#define TAG_LEAF		'L'

/* what the sort carries */
enum
{
	SORT_ID, SORT_LEAF, SORT_ROW, SORT_COLUMNS
};

/* whose a fact is, and what it is worth: one amount, or the sum of two */
typedef struct FactSpec
{
	int			id;
	int			person;
	int			at;
	int			amount;
	int			amount2;		/* or -1 */
} FactSpec;

static const FactSpec fact_specs[KW_N_TABLES] = {
	[KW_ACCOUNT_ENTRY] = {E_ENTRY_ID, E_PERSON_ID, E_AT, E_AMOUNT, -1},
	[KW_TRANSFER] = {T_TRANSFER_ID, T_CONTRIBUTOR, T_AT, T_AMOUNT, -1},
	[KW_SPENDING] = {S_SPENDING_ID, S_RECIPIENT, S_AT, S_OWN_ACCOUNT, S_MUTUAL_AID},
	[KW_DRAW] = {D_DRAW_ID, D_CONTRIBUTOR, D_AT, D_AMOUNT, -1},
	[KW_REFUND] = {F_REFUND_ID, F_RECIPIENT, F_AT, F_AMOUNT, -1},
	[KW_RETURN] = {RT_RETURN_ID, RT_CONTRIBUTOR, RT_AT, RT_AMOUNT, -1},
};

/* a leaf that has rows */
typedef struct LeafHash
{
	KwHasher   *hasher;
	int			used;
	char		buffer[LEAF_BUFFER];
} LeafHash;

typedef struct SealScan
{
	KwTable		fact;
	DateADT		month;
	DateADT		through;
	bool		whole_month;
	TimestampTz before;			/* else: facts from here on are not covered */
	AttrNumber	attnum[KW_MAX_COLUMNS];
	char	   *row;			/* a bytea with the row at hand */
	Size		length;			/* of its data */
	Size		capacity;
	LeafHash   *hash[KW_SEAL_LEAVES];
	KwFactSeal *result;
} SealScan;

/*
 * Find our columns by name; a message if one is not as it was made.
 */
static const char *
find_columns(SealScan *s, Relation rel)
{
	const KwTableSpec *spec = &kw_table_specs[s->fact];
	TupleDesc	desc = RelationGetDescr(rel);

	for (int c = 0; c < spec->n_columns; c++)
	{
		int64		type = spec->columns[c].type;
		Oid			wanted = type < 0 ? kw_type_oid(kw_own_type(type)) : (Oid) type;

		s->attnum[c] = InvalidAttrNumber;
		for (int i = 0; i < desc->natts; i++)
		{
			Form_pg_attribute att = TupleDescAttr(desc, i);

			if (!att->attisdropped && att->atttypid == wanted &&
				strcmp(NameStr(att->attname), spec->columns[c].name) == 0)
				s->attnum[c] = att->attnum;
		}
		if (s->attnum[c] == InvalidAttrNumber)
			return psprintf("column \"%s\" is missing or of another type", spec->columns[c].name);
	}
	return NULL;
}

/*
 * Give room for more bytes at the end of the row.
 */
static inline char *
extend_row(SealScan *s, Size more)
{
	char	   *end;

	if (unlikely(s->length + more > s->capacity))
	{
		s->capacity = Max(s->capacity * 2, s->length + more);
		s->row = repalloc(s->row, VARHDRSZ + s->capacity);
	}
	end = s->row + VARHDRSZ + s->length;
	s->length += more;
	return end;
}

static inline void
put_number(SealScan *s, char tag, uint64 value, int bytes)
{
	char	   *p = extend_row(s, 1 + bytes);
	uint64		big = pg_hton64(value);

	p[0] = tag;
	memcpy(p + 1, (char *) &big + sizeof(big) - bytes, bytes);
}

/*
 * Append a text: tag, length, UTF-8.
 */
static void
put_text(SealScan *s, Datum value)
{
	text	   *stored = DatumGetTextPP(value);
	char	   *utf8 = pg_server_to_any(VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored), PG_UTF8);
	Size		length = utf8 == VARDATA_ANY(stored) ? VARSIZE_ANY_EXHDR(stored) : strlen(utf8);

	put_number(s, 't', length, 4);
	memcpy(extend_row(s, length), utf8, length);
	if (utf8 != VARDATA_ANY(stored))
		pfree(utf8);
	if ((Pointer) stored != DatumGetPointer(value))
		pfree(stored);
}

/*
 * Append a value in its type's form.  The tag says the type; "-" is NULL.
 */
static void
put_value(SealScan *s, int64 type, Datum value, bool isnull)
{
	if (isnull)
	{
		*extend_row(s, 1) = '-';
		return;
	}
	switch (type)
	{
		case INT8OID:
			put_number(s, 'b', DatumGetInt64(value), 8);
			break;
		case INT4OID:
			put_number(s, 'i', DatumGetInt32(value), 4);
			break;
		case INT2OID:
			put_number(s, 's', DatumGetInt16(value), 2);
			break;
		case DATEOID:
			put_number(s, 'd', DatumGetDateADT(value), 4);
			break;
		case TIMESTAMPTZOID:
			put_number(s, 'z', DatumGetTimestampTz(value), 8);
			break;
		case CHAROID:
			put_number(s, 'c', (uint8) DatumGetChar(value), 1);
			break;
		case BOOLOID:
			put_number(s, 'B', DatumGetBool(value), 1);
			break;
		case UUIDOID:
			*extend_row(s, 1) = 'u';
			memcpy(extend_row(s, UUID_LEN), DatumGetUUIDP(value)->data, UUID_LEN);
			break;
		case TEXTOID:
			put_text(s, value);
			break;
		case kw_own_type(KW_TYPE_WALLET_AMOUNT):
			put_number(s, 'a', DatumGetInt64(value), 8);
			break;
		case kw_own_type(KW_TYPE_REGION_CODE):
			put_number(s, 'r', DatumGetInt32(value), 4);
			break;
		default:
			elog(ERROR, "no canonical form of type " INT64_FORMAT, type);
	}
}

/*
 * Read one column of ours.
 */
static inline Datum
get_column(SealScan *s, TupleTableSlot *slot, int column, bool *isnull)
{
	return slot_getattr(slot, s->attnum[column], isnull);
}

/* a column that only a tampered table has NULL counts as 0 */
static inline int64
get_int64(SealScan *s, TupleTableSlot *slot, int column)
{
	bool		isnull;
	Datum		value = get_column(s, slot, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/*
 * Bring a row into its canonical form.
 */
static void
write_row(SealScan *s, TupleTableSlot *slot)
{
	const KwTableSpec *spec = &kw_table_specs[s->fact];
	uint32		length;

	s->length = 0;
	(void) extend_row(s, sizeof(length));
	for (int c = 0; c < spec->n_columns; c++)
	{
		bool		isnull;
		Datum		value = get_column(s, slot, c, &isnull);

		put_value(s, spec->columns[c].type, value, isnull);
	}
	length = pg_hton32((uint32) (s->length - sizeof(length)));
	memcpy(s->row + VARHDRSZ, &length, sizeof(length));
	SET_VARSIZE(s->row, VARHDRSZ + s->length);
}

/*
 * Read the partition into the sort, and count.
 */
static void
read_rows(SealScan *s, Relation rel, Snapshot snapshot, Tuplesortstate *sort, TupleTableSlot *out)
{
	const FactSpec *spec = &fact_specs[s->fact];
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	TupleTableSlot *slot = table_slot_create(rel, NULL);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		int			leaf;
		uint64		fen;

		CHECK_FOR_INTERRUPTS();
		if (!s->whole_month && get_int64(s, slot, spec->at) >= s->before)
			continue;
		leaf = kw_seal_leaf_of(get_int64(s, slot, spec->person));
		fen = get_int64(s, slot, spec->amount);
		if (spec->amount2 >= 0)
			fen += (uint64) get_int64(s, slot, spec->amount2);
		s->result->rows++;
		s->result->fen += fen;
		s->result->leaf[leaf].rows++;
		s->result->leaf[leaf].fen += fen;

		write_row(s, slot);
		ExecClearTuple(out);
		out->tts_values[SORT_ID] = Int64GetDatum(get_int64(s, slot, spec->id));
		out->tts_values[SORT_LEAF] = Int32GetDatum(leaf);
		out->tts_values[SORT_ROW] = PointerGetDatum(s->row);
		ExecStoreVirtualTuple(out);
		tuplesort_puttupleslot(sort, out);
	}
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
}

static void
flush_leaf(LeafHash *hash)
{
	kw_hash_bytes(hash->hasher, hash->buffer, hash->used);
	hash->used = 0;
}

/*
 * Begin a leaf: it says what it is a leaf of.
 */
static LeafHash *
begin_leaf(SealScan *s, int leaf)
{
	LeafHash   *hash = palloc(sizeof(LeafHash));

	hash->used = 0;
	hash->hasher = kw_hasher_create();
	kw_hash_begin(hash->hasher, TAG_LEAF);
	kw_hash_uint8(hash->hasher, KW_SEAL_FORMAT);
	kw_hash_text(hash->hasher, kw_table_specs[s->fact].name);
	kw_hash_uint32(hash->hasher, s->month);
	kw_hash_uint32(hash->hasher, s->through);
	kw_hash_uint16(hash->hasher, leaf);
	s->hash[leaf] = hash;
	return hash;
}

/*
 * Hash the sorted rows, each into its leaf.
 */
static void
hash_rows(SealScan *s, Tuplesortstate *sort, TupleTableSlot *in)
{
	while (tuplesort_gettupleslot(sort, true, false, in, NULL))
	{
		bool		isnull;
		int			leaf = DatumGetInt32(slot_getattr(in, SORT_LEAF + 1, &isnull));
		struct varlena *row = (struct varlena *) DatumGetPointer(slot_getattr(in, SORT_ROW + 1, &isnull));
		int			length = VARSIZE_ANY_EXHDR(row);
		LeafHash   *hash = s->hash[leaf];

		CHECK_FOR_INTERRUPTS();
		if (hash == NULL)
			hash = begin_leaf(s, leaf);
		if (hash->used + length > LEAF_BUFFER)
			flush_leaf(hash);
		if (length > LEAF_BUFFER)
			kw_hash_bytes(hash->hasher, VARDATA_ANY(row), length);
		else
		{
			memcpy(hash->buffer + hash->used, VARDATA_ANY(row), length);
			hash->used += length;
		}
	}
	for (int i = 0; i < KW_SEAL_LEAVES; i++)
		if (s->hash[i] != NULL)
		{
			flush_leaf(s->hash[i]);
			kw_hash_end(s->hash[i]->hasher, &s->result->leaf[i].digest);
			kw_hasher_free(s->hash[i]->hasher);
		}
}

/*
 * Digest what a registered snapshot sees of a partition: all of it, or the
 * facts of the month through a day.  NULL, or what is wrong with the table.
 */
const char *
kw_seal_scan(KwTable fact, Oid partition, DateADT month, DateADT through,
			 bool whole_month, Snapshot snapshot, KwFactSeal *result)
{
	AttrNumber	keys[] = {SORT_ID + 1, SORT_ROW + 1};
	Oid			operators[] = {Int8LessOperator, ByteaLessOperator};
	Oid			collations[] = {InvalidOid, InvalidOid};
	bool		nulls_first[] = {false, false};
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context = AllocSetContextCreate(caller, "kinwallet seal", ALLOCSET_DEFAULT_SIZES);
	Relation	rel = try_relation_open(partition, AccessShareLock);
	const char *problem = NULL;
	SealScan	s;

	memset(result, 0, sizeof(KwFactSeal));
	memset(&s, 0, sizeof(s));
	s.fact = fact;
	s.month = month;
	s.through = through;
	s.whole_month = whole_month;
	s.before = kw_start_of_day(through + 1);
	s.result = result;

	if (rel == NULL)
		problem = "the partition is missing";
	else if (rel->rd_rel->relkind != RELKIND_RELATION)
		problem = "the partition is no table";
	else
		problem = find_columns(&s, rel);
	if (problem == NULL)
	{
		TupleDesc	desc;
		TupleTableSlot *slot;
		TupleTableSlot *sorted;
		Tuplesortstate *sort;
		KwHasher   *h;

		MemoryContextSwitchTo(context);
		desc = CreateTemplateTupleDesc(SORT_COLUMNS);
		TupleDescInitEntry(desc, SORT_ID + 1, "id", INT8OID, -1, 0);
		TupleDescInitEntry(desc, SORT_LEAF + 1, "leaf", INT4OID, -1, 0);
		TupleDescInitEntry(desc, SORT_ROW + 1, "row", BYTEAOID, -1, 0);
		slot = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
		memset(slot->tts_isnull, false, SORT_COLUMNS);
		sorted = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
		s.capacity = 512;
		s.row = palloc(VARHDRSZ + s.capacity);
		sort = tuplesort_begin_heap(desc, lengthof(keys), keys, operators, collations, nulls_first,
									SORT_MEMORY, NULL, TUPLESORT_NONE);
		read_rows(&s, rel, snapshot, sort, slot);
		tuplesort_performsort(sort);
		hash_rows(&s, sort, sorted);
		ExecDropSingleTupleTableSlot(sorted);
		ExecDropSingleTupleTableSlot(slot);
		tuplesort_end(sort);
		h = kw_hasher_create();
		kw_digest_fact(h, fact, month, through, result->rows, result->fen, result->leaf, &result->digest);
		kw_hasher_free(h);
		MemoryContextSwitchTo(caller);
	}
	if (rel != NULL)
		relation_close(rel, AccessShareLock);
	MemoryContextDelete(context);
	return problem;
}
