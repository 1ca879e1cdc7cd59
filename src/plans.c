/*-------------------------------------------------------------------------
 *
 * plans.c
 *	  Runs the SQL texts of plans_text.h by kept plans.
 *
 * Owns one SPIPlanPtr for each text, for the backend's life.  A plan is
 * prepared at its first use and stored only when SPI_keepplan succeeded; the
 * plan cache itself follows DDL, but not to the parameters' types: those of
 * an extension that was dropped and created again are others, and the plan
 * is prepared anew.  A failed preparation leaves NULL.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "catalog.h"
#include "plans.h"

#define KW_PLAN(name, signature, text) {#name, signature, text},
static const struct PlanText
{
	const char *name;
	const char *signature;
	const char *text;
}			plan_texts[] =
{
#include "plans_text.h"
};
#undef KW_PLAN

static SPIPlanPtr plans[KW_N_PLANS];
static Oid	plans_amount_type[KW_N_PLANS];	/* tells which extension's types */

/*
 * Give the type of a signature's letter.
 */
static Oid
letter_type(char letter)
{
	switch (letter)
	{
		case 'b':
			return INT8OID;
		case 'i':
			return INT4OID;
		case 's':
			return INT2OID;
		case 'B':
			return BOOLOID;
		case 't':
			return TEXTOID;
		case 'n':
			return NAMEOID;
		case 'c':
			return CHAROID;
		case 'd':
			return DATEOID;
		case 'z':
			return TIMESTAMPTZOID;
		case 'v':
			return INTERVALOID;
		case 'u':
			return UUIDOID;
		case 'o':
			return OIDOID;
		case 'T':
			return TIDARRAYOID;
		case 'j':
			return JSONBOID;
		case 'L':
			return INT8ARRAYOID;
		case 'x':
			return BYTEAOID;
		case 'X':
			return BYTEAARRAYOID;
		case 'a':
			return kw_type_oid(KW_TYPE_WALLET_AMOUNT);
		case 'r':
			return kw_type_oid(KW_TYPE_REGION_CODE);
		case 'R':
			return get_array_type(kw_type_oid(KW_TYPE_REGION_CODE));
		case 'k':
			return kw_type_oid(KW_TYPE_KINSHIP_RELATION);
		case 'p':
			return kw_type_oid(KW_TYPE_CITIZEN_ID);
	}
	elog(ERROR, "unknown type letter \"%c\" in a plan's signature", letter);
	return InvalidOid;
}

static SPIPlanPtr
get_plan(KwPlan plan)
{
	const struct PlanText *text = &plan_texts[plan];
	Oid			types[KW_SPI_MAX_ARGS];
	Oid			amount_type = kw_type_oid(KW_TYPE_WALLET_AMOUNT);
	int			n = strlen(text->signature);
	SPIPlanPtr	prepared;

	if (plans[plan] != NULL && plans_amount_type[plan] == amount_type)
		return plans[plan];

	Assert(n <= KW_SPI_MAX_ARGS);
	for (int i = 0; i < n; i++)
		types[i] = letter_type(text->signature[i]);
	prepared = SPI_prepare(text->text, n, types);
	if (prepared == NULL)
		elog(ERROR, "could not prepare %s: %s", text->name, SPI_result_code_string(SPI_result));
	if (SPI_keepplan(prepared) != 0)
		elog(ERROR, "could not keep %s", text->name);
	if (plans[plan] != NULL)
		SPI_freeplan(plans[plan]);
	plans[plan] = prepared;
	plans_amount_type[plan] = amount_type;
	return prepared;
}

/*
 * Connect to SPI and become the ledger's owner.
 */
void
kw_spi_begin(KwSpi *spi)
{
	Oid			owner = kw_ledger_owner();

	SPI_connect();
	GetUserIdAndSecContext(&spi->user, &spi->sec_context);
	SetUserIdAndSecContext(owner, spi->sec_context | SECURITY_LOCAL_USERID_CHANGE);
}

/*
 * Undo kw_spi_begin().
 */
void
kw_spi_end(const KwSpi *spi)
{
	SetUserIdAndSecContext(spi->user, spi->sec_context);
	SPI_finish();
}

static uint64
execute(KwPlan plan, const Datum *args, const char *null_chars, bool read_only)
{
	SPIPlanPtr	prepared = get_plan(plan);
	SPITupleTable *last = SPI_tuptable;
	int			rc = SPI_execute_plan(prepared, unconstify(Datum *, args), null_chars, read_only, 0);

	/* only the arguments may have pointed into it; a bulk call must not pile them up */
	if (last != NULL)
		SPI_freetuptable(last);
	if (rc < 0)
		elog(ERROR, "%s failed: %s", plan_texts[plan].name, SPI_result_code_string(rc));
	return SPI_processed;
}

/*
 * Run a plan.  Each run sees what was committed, or done by this
 * transaction, before it (under READ COMMITTED; else the transaction's
 * snapshot).
 */
uint64
kw_spi_run(KwPlan plan, const Datum *args, const bool *nulls)
{
	const char *signature = plan_texts[plan].signature;
	char		null_chars[KW_SPI_MAX_ARGS + 1];
	int			n = strlen(signature);

	for (int i = 0; i < n; i++)
		null_chars[i] = (nulls != NULL && nulls[i]) ? 'n' : ' ';
	null_chars[n] = '\0';
	return execute(plan, args, null_chars, false);
}

static uint64
run_va(KwPlan plan, va_list ap, bool read_only)
{
	Datum		args[KW_SPI_MAX_ARGS];
	int			n = strlen(plan_texts[plan].signature);

	for (int i = 0; i < n; i++)
		args[i] = va_arg(ap, Datum);
	return execute(plan, args, NULL, read_only);
}

uint64
kw_spi(KwPlan plan,...)
{
	va_list		ap;
	uint64		n;

	va_start(ap, plan);
	n = run_va(plan, ap, false);
	va_end(ap);
	return n;
}

void
kw_spi_one(KwPlan plan,...)
{
	va_list		ap;
	uint64		n;

	va_start(ap, plan);
	n = run_va(plan, ap, false);
	va_end(ap);
	if (n == 0)
		elog(ERROR, "%s found no row", plan_texts[plan].name);
}

/*
 * Run a query with the latest snapshot: what fills a cache must not be older
 * than the invalidation that emptied it, which a transaction's own snapshot
 * can be.
 */
uint64
kw_spi_latest(KwPlan plan,...)
{
	va_list		ap;
	uint64		n;

	PushActiveSnapshot(GetLatestSnapshot());
	va_start(ap, plan);
	n = run_va(plan, ap, true);
	va_end(ap);
	PopActiveSnapshot();
	return n;
}

/*
 * Readers of the last result.
 */
Datum
kw_spi_datum(uint64 row, int column, bool *isnull)
{
	Assert(row < SPI_tuptable->numvals);
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, isnull);
}

static Datum
datum_not_null(uint64 row, int column)
{
	bool		isnull;
	Datum		value = kw_spi_datum(row, column, &isnull);

	if (isnull)
		elog(ERROR, "unexpected NULL in column %d", column);
	return value;
}

bool
kw_spi_isnull(uint64 row, int column)
{
	bool		isnull;

	(void) kw_spi_datum(row, column, &isnull);
	return isnull;
}

int64
kw_spi_int64(uint64 row, int column)
{
	return DatumGetInt64(datum_not_null(row, column));
}

int32
kw_spi_int32(uint64 row, int column)
{
	return DatumGetInt32(datum_not_null(row, column));
}

int16
kw_spi_int16(uint64 row, int column)
{
	return DatumGetInt16(datum_not_null(row, column));
}

bool
kw_spi_bool(uint64 row, int column)
{
	return DatumGetBool(datum_not_null(row, column));
}

char
kw_spi_char(uint64 row, int column)
{
	return DatumGetChar(datum_not_null(row, column));
}

char *
kw_spi_text(uint64 row, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}
