/*-------------------------------------------------------------------------
 *
 * seal.c
 *	  Seals months and days.
 *
 * Owns tables seal, seal_fact and seal_leaf.  A seal is taken of what nobody
 * can add to any more.  Of a month: under the locks of cut_off(), which every
 * posting into the month has left behind or will be refused after.  Of a day:
 * when all transactions that ran after its end have ended, since a posting's
 * time is read inside its transaction.
 *
 * Table seal, SHARE ROW EXCLUSIVE, is locked after the leaves and keeps the
 * chain in one piece: who has it reads the newest seal, whatever the
 * transaction's snapshot.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "args.h"
#include "catalog_tables.h"
#include "clearing_month.h"
#include "clock.h"
#include "door.h"
#include "errors.h"
#include "plans.h"
#include "seal.h"
#include "seal_scan.h"

static Datum
digest_datum(const KwDigest *digest)
{
	bytea	   *result = palloc(VARHDRSZ + sizeof(KwDigest));

	SET_VARSIZE(result, VARHDRSZ + sizeof(KwDigest));
	memcpy(VARDATA(result), digest, sizeof(KwDigest));
	return PointerGetDatum(result);
}

static Datum
int8_array(Datum *elements, int n)
{
	return PointerGetDatum(construct_array(elements, n, INT8OID, sizeof(int64),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * Write the leaves that have rows.
 */
static void
insert_leaves(int64 seal_no, const char *fact, const KwFactSeal *sealed)
{
	Datum	   *column[4];
	int			n = 0;

	for (int c = 0; c < 4; c++)
		column[c] = palloc(KW_SEAL_LEAVES * sizeof(Datum));
	for (int i = 0; i < KW_SEAL_LEAVES; i++)
	{
		const KwSealLeaf *leaf = &sealed->leaf[i];

		if (leaf->rows == 0)
			continue;
		column[0][n] = Int64GetDatum(i);
		column[1][n] = Int64GetDatum(leaf->rows);
		column[2][n] = Int64GetDatum(leaf->fen);
		column[3][n] = digest_datum(&leaf->digest);
		n++;
	}
	if (n > 0)
		kw_spi(KW_PLAN_INSERT_SEAL_LEAVES, Int64GetDatum(seal_no), CStringGetTextDatum(fact),
			   int8_array(column[0], n), int8_array(column[1], n), int8_array(column[2], n),
			   PointerGetDatum(construct_array(column[3], n, BYTEAOID, -1, false, TYPALIGN_INT)));
	for (int c = 0; c < 4; c++)
		pfree(column[c]);
}

/*
 * Digest the facts of a month through a day, chain them to the newest seal,
 * and write the seal down.
 */
static void
take_seal(char kind, const KwMonth *month, DateADT through, TimestampTz at)
{
	KwFactSeal *sealed = palloc(KW_N_FACTS * sizeof(KwFactSeal));
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	Datum		login = kw_login_name();
	KwHasher   *h;
	KwSeal		seal;

	memset(&seal, 0, sizeof(seal));
	seal.kind = kind;
	seal.month = month->month;
	seal.through = through;
	seal.sealed_at = at;
	seal.sealed_by = NameStr(*DatumGetName(login));
	for (int f = 0; f < KW_N_FACTS; f++)
	{
		const char *problem = kw_seal_scan(KW_FIRST_FACT + f, month->leaf[f], month->month, through,
										   kind == 'm', snapshot, &sealed[f]);

		if (problem != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("cannot seal table \"%s\" of month %s: %s",
							kw_table_specs[KW_FIRST_FACT + f].name, kw_month_text(month->month), problem)));
		seal.fact[f] = sealed[f].digest;
	}
	UnregisterSnapshot(snapshot);

	kw_spi(KW_PLAN_LOCK_SEALS);
	seal.seal_no = 1;
	if (kw_spi_latest(KW_PLAN_NEWEST_SEAL) > 0)
	{
		bool		isnull;
		bytea	   *newest = DatumGetByteaPP(kw_spi_datum(0, 2, &isnull));

		seal.seal_no = kw_spi_int64(0, 1) + 1;
		memcpy(&seal.previous, VARDATA_ANY(newest), Min(VARSIZE_ANY_EXHDR(newest), sizeof(KwDigest)));
	}
	h = kw_hasher_create();
	kw_digest_seal(h, &seal, &seal.seal);
	kw_hasher_free(h);

	kw_spi(KW_PLAN_INSERT_SEAL, Int64GetDatum(seal.seal_no), CharGetDatum(seal.kind),
		   DateADTGetDatum(seal.month), DateADTGetDatum(seal.through), TimestampTzGetDatum(seal.sealed_at),
		   login, digest_datum(&seal.previous), digest_datum(&seal.seal));
	for (int f = 0; f < KW_N_FACTS; f++)
	{
		const char *fact = kw_table_specs[KW_FIRST_FACT + f].name;

		kw_spi(KW_PLAN_INSERT_SEAL_FACT, Int64GetDatum(seal.seal_no), CStringGetTextDatum(fact),
			   Int64GetDatum(sealed[f].rows), Int64GetDatum(sealed[f].fen), digest_datum(&sealed[f].digest));
		insert_leaves(seal.seal_no, fact, &sealed[f]);
	}
	pfree(sealed);
}

void
kw_seal_month(const KwMonth *month, TimestampTz at)
{
	take_seal('m', month, kw_add_months(month->month, 1) - 1, at);
}

/*
 * Wait for every transaction of this database that runs now, prepared ones
 * included if they have written to one of the leaves.  We hold no lock that
 * one of them could wait for.
 */
static void
wait_for_others(const KwMonth *month)
{
	VirtualTransactionId *running;
	int			n;

	running = GetCurrentVirtualXIDs(InvalidTransactionId, false, false, PROC_IS_AUTOVACUUM | PROC_IN_VACUUM, &n);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		(void) VirtualXactLock(running[i], true);
	}
	for (int f = 0; f < KW_N_FACTS; f++)
	{
		LOCKTAG		tag;

		SET_LOCKTAG_RELATION(tag, MyDatabaseId, month->leaf[f]);
		WaitForLockers(tag, ShareLock, false);
	}
}

/*
 * seal_day(day date): seal the facts of an open month through a day that is
 * over.
 */
KW_PUBLIC(seal_day)
{
	DateADT		day;
	KwMonth		info;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("day");
	day = PG_GETARG_DATEADT(0);
	if (DATE_NOT_FINITE(day))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("day must be finite")));
	kw_prevent_unless_writable("seal_day()");
	kw_month_info(kw_first_of_month(day), &info);
	for (int f = 0; f < KW_N_FACTS; f++)
		if (!OidIsValid(info.leaf[f]))
			ereport(ERROR,
					(errcode(ERRCODE_KW_NOT_FOUND),
					 errmsg("month %s has no partitions", kw_month_text(info.month)),
					 errhint("kinwallet.ensure_partitions() makes missing partitions.")));
	if (kw_day_of(kw_now()) <= day)
		ereport(ERROR,
				(errcode(ERRCODE_KW_CLEARING_ORDER),
				 errmsg("day %s is still running", kw_day_text(day)),
				 errdetail("It can be sealed from %s on, in Asia/Shanghai (EDGE-92).", kw_day_text(day + 1))));
	/* what this transaction itself posted before is no later than now */
	wait_for_others(&info);

	kw_spi_begin(&spi);
	kw_spi(KW_PLAN_LOCK_SEALS);
	if (kw_spi_latest(KW_PLAN_DAY_SEAL, DateADTGetDatum(day)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_CLEARING_ORDER),
				 errmsg("day %s is sealed already", kw_day_text(day))));
	if (kw_spi_latest(KW_PLAN_MONTH_STATE, DateADTGetDatum(info.month)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_MONTH_CLOSED),
				 errmsg("month %s is cut off already", kw_month_text(info.month)),
				 errdetail("Its seal covers all its days (EDGE-92).")));
	take_seal('d', &info, day, kw_now());
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}
