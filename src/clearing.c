/*-------------------------------------------------------------------------
 *
 * clearing.c
 *	  Closes months and splits what they cost among regions and provinces.
 *
 * cut_off() waits for the postings that are in flight in a month and lets
 * none in after them; split() sums the month's draws (clearing_scan.c) and
 * stores the sums as pairs (clearing_pair.c); clearing_pairs() shows those.
 *
 * cut_off() takes ShareRowExclusiveLock on the month's leaves, and keeps it to
 * commit.  A posting holds its leaf RowExclusive
 * and looks afterwards whether the month is open; the trigger of
 * clearing_month sends the news before the locks go.  split() holds the late
 * lines (late_line.c) and the month's row of clearing_month FOR UPDATE: splits
 * and signatures of one month follow each other.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "alarm.h"
#include "args.h"
#include "catalog.h"
#include "clearing_month.h"
#include "clearing_pair.h"
#include "clearing_scan.h"
#include "clock.h"
#include "door.h"
#include "errors.h"
#include "late_line.h"
#include "plans.h"
#include "prepayment.h"
#include "seal.h"
#include "wallet_amount.h"

/* columns of clearing_pairs() */
#define PAIR_COLUMNS	8

/*
 * Name the caller, whom kw_spi_begin() is about to replace by the ledger's
 * owner.
 */
static Datum
caller_name(void)
{
	Name		name = palloc0(NAMEDATALEN);

	namestrcpy(name, GetUserNameFromId(GetOuterUserId(), false));
	return NameGetDatum(name);
}

static void
refuse_no_partition(DateADT month)
{
	ereport(ERROR,
			(errcode(ERRCODE_KW_NOT_FOUND),
			 errmsg("month %s has no partitions", kw_month_text(month)),
			 errhint("kinwallet.ensure_partitions() makes missing partitions.")));
}

static void
refuse_cut_off_already(DateADT month)
{
	ereport(ERROR,
			(errcode(ERRCODE_KW_MONTH_CLOSED),
			 errmsg("month %s is cut off already", kw_month_text(month))));
}

/*
 * Lock all leaves.  None is held while one is waited for: a transaction with
 * several postings takes them in any order, and must not meet us half-way.
 * Newcomers may overtake; there are few in a month that is over.
 */
static void
lock_all_or_wait(const Oid *leaf)
{
	int			held = -1;		/* the one that was waited for */

	for (;;)
	{
		int			f = 0;

		while (f < KW_N_FACTS &&
			   (f == held || ConditionalLockRelationOid(leaf[f], ShareRowExclusiveLock)))
			f++;
		if (f == KW_N_FACTS)
			return;
		for (int g = 0; g < KW_N_FACTS; g++)
			if (g < f || g == held)
				UnlockRelationOid(leaf[g], ShareRowExclusiveLock);
		LockRelationOid(leaf[f], ShareRowExclusiveLock);
		held = f;
		CHECK_FOR_INTERRUPTS();
	}
}

/*
 * Lock the leaves of a month against posting.  When this returns, whoever
 * posted into the month has committed or aborted.
 */
static void
lock_leaves(DateADT month, KwMonth *info)
{
	KwMonth		seen;

	for (;;)
	{
		kw_month_info(month, &seen);
		for (int f = 0; f < KW_N_FACTS; f++)
			if (!OidIsValid(seen.leaf[f]))
				refuse_no_partition(month);
		lock_all_or_wait(seen.leaf);

		/* taking the locks read the invalidations: is it still these leaves? */
		kw_month_info(month, info);
		if (memcmp(seen.leaf, info->leaf, sizeof(seen.leaf)) == 0)
			return;
		for (int f = 0; f < KW_N_FACTS; f++)
			UnlockRelationOid(seen.leaf[f], ShareRowExclusiveLock);
	}
}

/*
 * Tell whether a leaf has a row that the latest snapshot sees.
 */
static bool
leaf_has_facts(Oid leaf)
{
	Relation	rel = table_open(leaf, AccessShareLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	bool		found = table_scan_getnextslot(scan, ForwardScanDirection, slot);

	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * Refuse to leave an earlier month behind that has facts and is not cut off.
 * Nobody posts into an earlier month while a later one is over, except who
 * read the clock before; such a month can be cut off afterwards.
 */
static void
check_earlier_months(DateADT month)
{
	DateADT		since;

	kw_spi_latest(KW_PLAN_LEDGER_SINCE);
	since = kw_spi_int32(0, 1);
	for (DateADT earlier = since; earlier < month; earlier = kw_add_months(earlier, 1))
	{
		KwMonth		info;

		kw_month_info(earlier, &info);
		for (int f = 0; f < KW_N_FACTS && !info.closed; f++)
		{
			if (!OidIsValid(info.leaf[f]) || !leaf_has_facts(info.leaf[f]))
				continue;
			ereport(ERROR,
					(errcode(ERRCODE_KW_CLEARING_ORDER),
					 errmsg("month %s cannot be cut off before month %s",
							kw_month_text(month), kw_month_text(earlier)),
					 errdetail("Month %s has facts and is not cut off (CLR-02).",
							   kw_month_text(earlier))));
		}
	}
}

/*
 * cut_off(month date): close a month for posting.
 */
KW_PUBLIC(cut_off)
{
	DateADT		month;
	DateADT		over_on;
	KwMonth		info;
	Datum		caller;
	TimestampTz now;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("month");
	month = kw_month_arg(PG_GETARG_DATUM(0));
	kw_prevent_unless_writable("cut_off()");

	/* refuse early what would stall the postings of a running month */
	kw_month_info(month, &info);
	for (int f = 0; f < KW_N_FACTS; f++)
		if (!OidIsValid(info.leaf[f]))
			refuse_no_partition(month);
	if (info.closed)
		refuse_cut_off_already(month);
	over_on = kw_add_months(month, 1);
	if (kw_day_of(kw_now()) < over_on)
		ereport(ERROR,
				(errcode(ERRCODE_KW_CLEARING_ORDER),
				 errmsg("month %s is still running", kw_month_text(month)),
				 errdetail("It can be cut off from %s on, in Asia/Shanghai (EDGE-70).",
						   kw_day_text(over_on))));

	lock_leaves(month, &info);
	caller = caller_name();
	kw_spi_begin(&spi);
	/* not by the transaction's snapshot: who was faster has committed now */
	if (kw_spi_latest(KW_PLAN_MONTH_STATE, DateADTGetDatum(month)) > 0)
		refuse_cut_off_already(month);
	check_earlier_months(month);
	now = kw_now();
	kw_spi(KW_PLAN_INSERT_MONTH, DateADTGetDatum(month), TimestampTzGetDatum(now), caller);
	kw_log_step(month, "cut_off", 0, NULL, now);
	kw_seal_month(&info, now);
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}

/*
 * Lock the row of a month that is to be split.
 */
static void
lock_month(DateADT day)
{
	KwClearingMonth month;

	kw_lock_clearing_month(day, &month);
	if (month.signatures > 0 || month.state > KW_MONTH_SPLIT)
		kw_refuse_signed(&month);
	if (month.state == KW_MONTH_OPEN)
		kw_refuse_order(&month, KW_MONTH_CUT_OFF, "kinwallet.cut_off()");
}

/* a region and what it was recoded into, or itself */
typedef struct Successor
{
	RegionCode	region;
	RegionCode	successor;
} Successor;

static int
compare_successors(const void *a, const void *b)
{
	/* six digits: the difference fits */
	return ((const Successor *) a)->region - ((const Successor *) b)->region;
}

/*
 * Announce the regions to a square of sums: those without successor are the
 * parties; the others follow theirs to the end (EDGE-78).
 */
static KwClearing *
load_parties(void)
{
	int			n = (int) kw_spi_latest(KW_PLAN_SUCCESSORS);
	Successor  *regions = palloc(Max(n, 1) * sizeof(Successor));
	KwClearing *c;

	for (int i = 0; i < n; i++)
	{
		regions[i].region = kw_spi_int32(i, 1);
		regions[i].successor = kw_spi_isnull(i, 2) ? regions[i].region : kw_spi_int32(i, 2);
	}
	qsort(regions, n, sizeof(Successor), compare_successors);

	c = kw_clearing_create(n);
	for (int i = 0; i < n; i++)
	{
		const Successor *party = &regions[i];

		for (int hops = 0; party->successor != party->region; hops++)
		{
			Successor	key = {party->successor, 0};

			if (hops == n)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("successors of region %06d go round in a circle", regions[i].region),
						 errdetail("A region's successors must lead to a region without one (EDGE-78).")));
			party = bsearch(&key, regions, n, sizeof(Successor), compare_successors);
			if (party == NULL)
				elog(ERROR, "successor %06d is no region", key.region);
		}
		kw_clearing_add_region(c, regions[i].region, party->region);
	}
	pfree(regions);
	return c;
}

/*
 * split(month date): compute who owes whom for a month, from its draws.
 */
KW_PUBLIC(split)
{
	DateADT		month;
	KwMonth		info;
	KwClearing *c;
	Snapshot	snapshot;
	Datum		caller;
	TimestampTz now;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("month");
	month = kw_month_arg(PG_GETARG_DATUM(0));
	kw_prevent_unless_writable("split()");

	kw_month_info(month, &info);
	if (!OidIsValid(info.leaf[KW_DRAW - KW_FIRST_FACT]))
		refuse_no_partition(month);
	caller = caller_name();
	kw_spi_begin(&spi);
	kw_lock_late_lines();
	lock_month(month);
	c = load_parties();

	/* the month is closed: the latest snapshot sees all it will ever have */
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	kw_clearing_scan(c, info.leaf[KW_DRAW - KW_FIRST_FACT], snapshot);
	UnregisterSnapshot(snapshot);
	kw_correct_clearing(c, month);

	kw_write_pairs(c, month);
	now = kw_now();
	kw_spi(KW_PLAN_MONTH_WAS_SPLIT, DateADTGetDatum(month), TimestampTzGetDatum(now), caller);
	kw_log_step(month, "split", 0, NULL, now);
	kw_raise_late_alarms(now);
	kw_prepayment_alarms(month);
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}

/*
 * clearing_pairs(month date, level text) -> setof: show a split month.
 */
KW_PUBLIC(clearing_pairs)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	DateADT		month;
	char	   *level;
	bool		intra_province;
	uint64		n;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("month", "level");
	month = kw_month_arg(PG_GETARG_DATUM(0));
	level = text_to_cstring(PG_GETARG_TEXT_PP(1));
	intra_province = strcmp(level, "intra_province") == 0;
	if (intra_province)
		level = "region";
	else if (strcmp(level, "province") != 0 && strcmp(level, "region") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown clearing level \"%s\"", level),
				 errhint("Levels are \"province\", \"region\" and \"intra_province\".")));
	InitMaterializedSRF(fcinfo, 0);

	kw_spi_begin(&spi);
	if (kw_spi(KW_PLAN_MONTH_STATE, DateADTGetDatum(month)) == 0 ||
		strcmp(kw_spi_text(0, 1), "cut_off") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_CLEARING_ORDER),
				 errmsg("month %s is not split", kw_month_text(month)),
				 errhint("Call kinwallet.split() first.")));
	n = kw_spi(KW_PLAN_PAIRS, DateADTGetDatum(month), CStringGetTextDatum(level),
			   BoolGetDatum(intra_province));
	for (uint64 row = 0; row < n; row++)
	{
		Datum		values[PAIR_COLUMNS];
		bool		nulls[PAIR_COLUMNS];

		for (int i = 0; i < PAIR_COLUMNS; i++)
			values[i] = kw_spi_datum(row, i + 1, &nulls[i]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	kw_spi_end(&spi);
	return (Datum) 0;
}
