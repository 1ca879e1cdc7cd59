/*-------------------------------------------------------------------------
 *
 * seal_verify.c
 *	  Computes every seal again and says what differs.
 *
 * Takes nothing from the tables of seals on trust: each digest is computed
 * from the facts, each link of the chain from what it says, and what is
 * stored is compared with both.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "catalog_tables.h"
#include "clearing_month.h"
#include "clock.h"
#include "door.h"
#include "plans.h"
#include "seal_scan.h"
#include "wallet_amount.h"

/* columns of verify_seals() */
enum
{
	V_MONTH, V_FACT, V_SUBJECT, V_PROBLEM, V_COLUMNS
};

typedef struct Verification
{
	ReturnSetInfo *rsinfo;
	KwHasher   *hasher;
	KwFactSeal *found;			/* computed from the rows */
	KwFactSeal *sealed;			/* as stored */
} Verification;

static void report(Verification *v, DateADT month, const char *fact, const char *subject,
				   const char *problem,...) pg_attribute_printf(5, 6);

static void
report(Verification *v, DateADT month, const char *fact, const char *subject, const char *problem,...)
{
	Datum		values[V_COLUMNS];
	bool		nulls[V_COLUMNS] = {0};
	StringInfoData text;

	initStringInfo(&text);
	for (;;)
	{
		va_list		ap;
		int			needed;

		va_start(ap, problem);
		needed = appendStringInfoVA(&text, problem, ap);
		va_end(ap);
		if (needed == 0)
			break;
		enlargeStringInfo(&text, needed);
	}
	values[V_MONTH] = DateADTGetDatum(month);
	nulls[V_FACT] = fact == NULL;
	values[V_FACT] = fact == NULL ? (Datum) 0 : CStringGetTextDatum(fact);
	values[V_SUBJECT] = CStringGetTextDatum(subject);
	values[V_PROBLEM] = CStringGetTextDatum(text.data);
	tuplestore_putvalues(v->rsinfo->setResult, v->rsinfo->setDesc, values, nulls);
}

/*
 * Read a digest; false if what is stored is none.
 */
static bool
read_digest(uint64 row, int column, KwDigest *digest)
{
	bool		isnull;
	Datum		value = kw_spi_datum(row, column, &isnull);
	bytea	   *bytes = isnull ? NULL : DatumGetByteaPP(value);

	memset(digest, 0, sizeof(KwDigest));
	if (isnull || VARSIZE_ANY_EXHDR(bytes) != sizeof(KwDigest))
		return false;
	memcpy(digest, VARDATA_ANY(bytes), sizeof(KwDigest));
	return true;
}

static char *
seal_name(const KwSeal *seal)
{
	if (seal->kind == 'd')
		return psprintf("seal " INT64_FORMAT " of day %s", seal->seal_no, kw_day_text(seal->through));
	return psprintf("seal " INT64_FORMAT, seal->seal_no);
}

/*
 * Read all seals, in the order of the chain.
 */
static KwSeal *
load_seals(int *n)
{
	KwSeal	   *seals;

	*n = (int) kw_spi_latest(KW_PLAN_SEALS);
	seals = palloc_extended(Max(*n, 1) * sizeof(KwSeal), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < *n; i++)
	{
		KwSeal	   *seal = &seals[i];

		seal->seal_no = kw_spi_int64(i, 1);
		seal->kind = kw_spi_char(i, 2);
		seal->month = kw_spi_int32(i, 3);
		seal->through = kw_spi_int32(i, 4);
		seal->sealed_at = kw_spi_int64(i, 5);
		seal->sealed_by = kw_spi_text(i, 6);
		(void) read_digest(i, 7, &seal->previous);
		(void) read_digest(i, 8, &seal->seal);
	}
	return seals;
}

/*
 * Follow the chain from the seal before.
 */
static void
verify_link(Verification *v, const KwSeal *seal, const KwSeal *before)
{
	static const KwDigest none;
	int64		number = before == NULL ? 1 : before->seal_no + 1;
	KwDigest	digest;

	if (seal->seal_no != number)
		report(v, seal->month, NULL, seal_name(seal),
			   "seal " INT64_FORMAT " is missing before it", seal->seal_no - 1);
	else if (!kw_digest_is(&seal->previous, before == NULL ? &none : &before->seal))
		report(v, seal->month, NULL, seal_name(seal),
			   "it was not chained to the seal that is before it now");
	kw_digest_seal(v->hasher, seal, &digest);
	if (!kw_digest_is(&digest, &seal->seal))
		report(v, seal->month, NULL, seal_name(seal), "the seal is not the digest of what it says");
}

/*
 * Read what was stored of one table of a seal, with its leaves or without.
 */
static bool
load_fact(const KwSeal *seal, const char *fact, bool leaves, KwFactSeal *sealed)
{
	uint64		n;

	memset(sealed, 0, sizeof(KwFactSeal));
	if (kw_spi_latest(KW_PLAN_SEAL_FACT, Int64GetDatum(seal->seal_no), CStringGetTextDatum(fact)) == 0)
		return false;
	sealed->rows = kw_spi_int64(0, 1);
	sealed->fen = kw_spi_int64(0, 2);
	(void) read_digest(0, 3, &sealed->digest);
	if (!leaves)
		return true;
	n = kw_spi_latest(KW_PLAN_SEAL_LEAVES, Int64GetDatum(seal->seal_no), CStringGetTextDatum(fact));
	for (uint64 row = 0; row < n; row++)
	{
		int			number = kw_spi_int16(row, 1);
		KwSealLeaf *leaf;

		if (number < 0 || number >= KW_SEAL_LEAVES)
			continue;
		leaf = &sealed->leaf[number];
		leaf->rows = kw_spi_int64(row, 2);
		leaf->fen = kw_spi_int64(row, 3);
		(void) read_digest(row, 4, &leaf->digest);
	}
	return true;
}

/*
 * Compare the leaves, once it is known whether the facts are as sealed.
 */
static void
compare_leaves(Verification *v, const KwSeal *seal, const char *fact, bool as_sealed)
{
	bool		reported = false;

	for (int i = 0; i < KW_SEAL_LEAVES; i++)
	{
		const KwSealLeaf *found = &v->found->leaf[i];
		const KwSealLeaf *sealed = &v->sealed->leaf[i];
		char	   *subject;

		if (found->rows == sealed->rows && found->fen == sealed->fen &&
			kw_digest_is(&found->digest, &sealed->digest))
			continue;
		reported = true;
		subject = psprintf("%spersons of leaf %d", seal->kind == 'd' ?
						   psprintf("%s, ", seal_name(seal)) : "", i);
		if (as_sealed)
			report(v, seal->month, fact, subject, "the facts are as sealed, but the stored leaf was altered");
		else if (found->rows != sealed->rows)
			report(v, seal->month, fact, subject,
				   "the facts differ: " INT64_FORMAT " rows were sealed, " INT64_FORMAT " are there",
				   sealed->rows, found->rows);
		else if (found->fen != sealed->fen)
			report(v, seal->month, fact, subject,
				   "the facts differ: %s yuan were sealed, %s yuan are there",
				   kw_amount_text(sealed->fen), kw_amount_text(found->fen));
		else
			report(v, seal->month, fact, subject,
				   "the facts differ: as many rows and as much money, with other contents");
	}
	if (!as_sealed && !reported)
		report(v, seal->month, fact, seal_name(seal), "the facts are as the leaves say, but the stored digest was altered");
}

/*
 * Find a fact's leaf of a month, or what archive_month() made of it.  False:
 * the month was archived and its archive is not here.
 */
static bool
find_leaf(const KwSeal *seal, const char *fact, Oid *leaf)
{
	if (OidIsValid(*leaf) ||
		kw_spi_latest(KW_PLAN_ARCHIVED_LEAF, CStringGetTextDatum(fact), DateADTGetDatum(seal->month)) == 0)
		return true;
	*leaf = DatumGetObjectId(kw_spi_datum(0, 1, &(bool) {false}));
	return OidIsValid(*leaf);
}

/*
 * Compute one table of a seal again.
 */
static void
verify_fact(Verification *v, KwSeal *seal, int f, KwMonth *month)
{
	KwTable		table = KW_FIRST_FACT + f;
	const char *fact = kw_table_specs[table].name;
	const char *problem = "the month has no partition";
	bool		as_sealed;

	if (!load_fact(seal, fact, month != NULL, v->sealed))
		report(v, seal->month, fact, seal_name(seal), "the stored digest is missing");
	seal->fact[f] = v->sealed->digest;
	if (month == NULL || !find_leaf(seal, fact, &month->leaf[f]))
		return;

	if (OidIsValid(month->leaf[f]))
	{
		Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());

		problem = kw_seal_scan(table, month->leaf[f], seal->month, seal->through,
							   seal->kind == 'm', snapshot, v->found);
		UnregisterSnapshot(snapshot);
	}
	if (problem != NULL)
	{
		report(v, seal->month, fact, seal_name(seal), "%s", problem);
		return;
	}
	as_sealed = kw_digest_is(&v->found->digest, &v->sealed->digest);
	compare_leaves(v, seal, fact, as_sealed);
	if (as_sealed && (v->found->rows != v->sealed->rows || v->found->fen != v->sealed->fen))
		report(v, seal->month, fact, seal_name(seal), "the facts are as sealed, but their stored count or sum was altered");
}

/*
 * Tell whether a seal's facts are to be read again: of a month's days the
 * last one that was sealed covers the others.
 */
static bool
covers(const KwSeal *seals, int n, int i)
{
	if (seals[i].kind == 'm')
		return true;
	for (int j = 0; j < n; j++)
		if (seals[j].kind == 'd' && seals[j].month == seals[i].month &&
			seals[j].through > seals[i].through)
			return false;
	return true;
}

/*
 * Pass on what the catalogs and the months say without any digest.
 */
static void
verify_months(Verification *v, DateADT since)
{
	uint64		n = kw_spi_latest(KW_PLAN_UNSEALED);

	for (uint64 row = 0; row < n; row++)
		if (kw_spi_int32(row, 1) >= since)
			report(v, kw_spi_int32(row, 1), kw_spi_text(row, 2), kw_spi_text(row, 3), "%s", kw_spi_text(row, 4));
}

/*
 * verify_seals(since date DEFAULT NULL) -> setof (month, fact, subject,
 * problem): no row means that nothing sealed was altered.
 */
KW_PUBLIC(verify_seals)
{
	DateADT		since = DATEVAL_NOBEGIN;
	Verification v;
	KwSeal	   *seals;
	MemoryContext link_context;
	int			n;
	KwSpi		spi;

	if (!PG_ARGISNULL(0))
	{
		since = PG_GETARG_DATEADT(0);
		if (DATE_NOT_FINITE(since))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("since must be finite")));
		since = kw_first_of_month(since);
	}
	InitMaterializedSRF(fcinfo, 0);
	kw_spi_begin(&spi);
	v.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	v.hasher = kw_hasher_create();
	v.found = palloc(sizeof(KwFactSeal));
	v.sealed = palloc(sizeof(KwFactSeal));
	seals = load_seals(&n);
	link_context = AllocSetContextCreate(CurrentMemoryContext, "kinwallet seal check", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < n; i++)
	{
		bool		facts = seals[i].month >= since && covers(seals, n, i);
		MemoryContext old = MemoryContextSwitchTo(link_context);
		KwMonth		month;

		CHECK_FOR_INTERRUPTS();
		if (facts)
			kw_month_info(seals[i].month, &month);
		for (int f = 0; f < KW_N_FACTS; f++)
			verify_fact(&v, &seals[i], f, facts ? &month : NULL);
		verify_link(&v, &seals[i], i == 0 ? NULL : &seals[i - 1]);
		MemoryContextSwitchTo(old);
		MemoryContextReset(link_context);
	}
	verify_months(&v, since);
	kw_hasher_free(v.hasher);
	kw_spi_end(&spi);
	return (Datum) 0;
}
