/*-------------------------------------------------------------------------
 *
 * seal_scan.c
 *	  Digests the rows of a fact partition, leaf by leaf.
 *
 * What is hashed of a row are kinwallet's columns, in kinwallet's order, in a
 * form that knows nothing of alignment, byte order, TOAST or what else the
 * table has: a restored, clustered or upgraded ledger gives the same digests.
 * Rows go by id into the running SHA-256 of their leaf: one final step a leaf,
 * none a row.
 *
 * The heap has them nearly by id.  A window over the newest ids puts them in
 * order without comparing any: a row stands at its id modulo WINDOW until the
 * window has moved on.  Rows that come later than that, and long ones, are
 * late: a first scan, of ids alone, finds them and sorts them; the second one
 * merges them in.  Any order of the heap gives the same digests; one that is
 * far from the order of ids costs a sort.
 *
 * Owns the memory of a scan, in a context of its own: WINDOW rows of less than
 * LONG_TEXT and what is fixed, the sort's SORT_MEMORY, beyond which it goes to
 * disk, and a context and a buffer for each leaf.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/detoast.h"
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

#define SORT_MEMORY		16384	/* kB */
#define WINDOW			32768	/* a power of 2 */
#define LONG_TEXT		512
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

/* a row in the window; those of one id ascending by their bytes */
typedef struct WindowRow
{
	struct WindowRow *next;
	int			leaf;
	int			length;
	char		data[FLEXIBLE_ARRAY_MEMBER];
} WindowRow;

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
	bool		any;			/* is newest set? */
	int64		newest;			/* the greatest id of those in time */
	WindowRow **window;
	Tuplesortstate *late;
	TupleTableSlot *next_late;	/* empty: none is left */
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
 * Tell whether a row is not one for the window.  Both scans ask the same of
 * the same rows in the same order, and so get the same answers.
 */
static bool
is_late(SealScan *s, TupleTableSlot *slot, int64 id)
{
	const KwTableSpec *spec = &kw_table_specs[s->fact];
	Size		text_length = 0;

	if (s->any && id < s->newest && (uint64) s->newest - (uint64) id >= WINDOW)
		return true;
	for (int c = spec->n_columns - 1; c >= 0 && spec->columns[c].type == TEXTOID; c--)
	{
		bool		isnull;
		Datum		value = get_column(s, slot, c, &isnull);

		if (!isnull)
			text_length += toast_raw_datum_size(value);
	}
	return text_length >= LONG_TEXT;
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
 * Hash the next row of all, into its leaf.
 */
static void
hash_row(SealScan *s, int leaf, const char *data, int length)
{
	LeafHash   *hash = s->hash[leaf];

	if (hash == NULL)
		hash = begin_leaf(s, leaf);
	if (hash->used + length > LEAF_BUFFER)
		flush_leaf(hash);
	if (length > LEAF_BUFFER)
		kw_hash_bytes(hash->hasher, data, length);
	else
	{
		memcpy(hash->buffer + hash->used, data, length);
		hash->used += length;
	}
}

static void
finish_leaves(SealScan *s)
{
	for (int i = 0; i < KW_SEAL_LEAVES; i++)
		if (s->hash[i] != NULL)
		{
			flush_leaf(s->hash[i]);
			kw_hash_end(s->hash[i]->hasher, &s->result->leaf[i].digest);
			kw_hasher_free(s->hash[i]->hasher);
		}
}

static int
compare_bytes(const char *a, int a_length, const char *b, int b_length)
{
	int			cmp = memcmp(a, b, Min(a_length, b_length));

	return cmp != 0 ? cmp : a_length - b_length;
}

static void
next_late(SealScan *s)
{
	CHECK_FOR_INTERRUPTS();
	(void) tuplesort_gettupleslot(s->late, true, false, s->next_late, NULL);
}

/*
 * Hash the late rows that come before a row of the window, or all.
 */
static void
hash_late(SealScan *s, int64 id, const WindowRow *before)
{
	while (!TupIsNull(s->next_late))
	{
		bool		isnull;
		int64		late_id = DatumGetInt64(slot_getattr(s->next_late, SORT_ID + 1, &isnull));
		int			leaf = DatumGetInt32(slot_getattr(s->next_late, SORT_LEAF + 1, &isnull));
		struct varlena *row = (struct varlena *) DatumGetPointer(slot_getattr(s->next_late, SORT_ROW + 1, &isnull));
		const char *data = VARDATA_ANY(row);
		int			length = VARSIZE_ANY_EXHDR(row);

		if (before != NULL &&
			(late_id > id || (late_id == id &&
							  compare_bytes(data, length, before->data, before->length) >= 0)))
			return;
		hash_row(s, leaf, data, length);
		next_late(s);
	}
}

/*
 * Move the window on by a number of ids; the rows that leave it are hashed.
 */
static void
move_window(SealScan *s, uint64 ids)
{
	uint64		id = (uint64) s->newest - WINDOW;

	for (uint64 i = Min(ids, WINDOW); i > 0; i--)
	{
		WindowRow **place = &s->window[++id % WINDOW];

		while (*place != NULL)
		{
			WindowRow  *row = *place;

			hash_late(s, (int64) id, row);
			hash_row(s, row->leaf, row->data, row->length);
			*place = row->next;
			pfree(row);
		}
	}
}

/*
 * Put the row at hand into the window.
 */
static void
enter_window(SealScan *s, int64 id, int leaf)
{
	WindowRow **place = &s->window[(uint64) id % WINDOW];
	WindowRow  *row = palloc(offsetof(WindowRow, data) + s->length);

	row->leaf = leaf;
	row->length = s->length;
	memcpy(row->data, s->row + VARHDRSZ, s->length);
	while (*place != NULL &&
		   compare_bytes((*place)->data, (*place)->length, row->data, row->length) < 0)
		place = &(*place)->next;
	row->next = *place;
	*place = row;
}

/*
 * Scan the partition: first for the late rows, which go into the sort, then
 * for the others, which go through the window.
 */
static void
scan_rows(SealScan *s, Relation rel, Snapshot snapshot, bool late, TupleTableSlot *out)
{
	const FactSpec *spec = &fact_specs[s->fact];
	/* not where another scan is: twice in the same order */
	TableScanDesc scan = table_beginscan_strat(rel, snapshot, 0, NULL, true, false);
	TupleTableSlot *slot = table_slot_create(rel, NULL);

	s->any = false;
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		int64		id;
		int			leaf;
		bool		row_is_late;
		uint64		fen;

		CHECK_FOR_INTERRUPTS();
		if (!s->whole_month && get_int64(s, slot, spec->at) >= s->before)
			continue;
		id = get_int64(s, slot, spec->id);
		row_is_late = is_late(s, slot, id);
		if (!row_is_late && (!s->any || id > s->newest))
		{
			if (s->any && !late)
				move_window(s, (uint64) id - (uint64) s->newest);
			s->any = true;
			s->newest = id;
		}
		if (row_is_late != late)
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
		if (!late)
		{
			enter_window(s, id, leaf);
			continue;
		}
		ExecClearTuple(out);
		out->tts_values[SORT_ID] = Int64GetDatum(id);
		out->tts_values[SORT_LEAF] = Int32GetDatum(leaf);
		out->tts_values[SORT_ROW] = PointerGetDatum(s->row);
		ExecStoreVirtualTuple(out);
		tuplesort_puttupleslot(s->late, out);
	}
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
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
		KwHasher   *h;

		MemoryContextSwitchTo(context);
		desc = CreateTemplateTupleDesc(SORT_COLUMNS);
		TupleDescInitEntry(desc, SORT_ID + 1, "id", INT8OID, -1, 0);
		TupleDescInitEntry(desc, SORT_LEAF + 1, "leaf", INT4OID, -1, 0);
		TupleDescInitEntry(desc, SORT_ROW + 1, "row", BYTEAOID, -1, 0);
		slot = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
		memset(slot->tts_isnull, false, SORT_COLUMNS);
		s.next_late = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
		s.capacity = 512;
		s.row = palloc(VARHDRSZ + s.capacity);
		s.window = palloc0(WINDOW * sizeof(WindowRow *));
		s.late = tuplesort_begin_heap(desc, lengthof(keys), keys, operators, collations, nulls_first,
									  SORT_MEMORY, NULL, TUPLESORT_NONE);
		scan_rows(&s, rel, snapshot, true, slot);
		tuplesort_performsort(s.late);
		next_late(&s);
		scan_rows(&s, rel, snapshot, false, slot);
		move_window(&s, WINDOW);
		hash_late(&s, 0, NULL);
		finish_leaves(&s);
		ExecDropSingleTupleTableSlot(s.next_late);
		ExecDropSingleTupleTableSlot(slot);
		tuplesort_end(s.late);
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
