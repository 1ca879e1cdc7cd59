/*-------------------------------------------------------------------------
 *
 * plans.h
 *	  Every SQL text that kinwallet runs, and the only way to run one.
 *
 * kw_spi_begin() connects to SPI and acts as the owner of the ledger's
 * tables from then on, so that a caller needs EXECUTE on our functions and
 * nothing else.  kw_spi_end() undoes both.  An error undoes both, too: the
 * (sub)transaction's abort restores the user and closes SPI.
 *
 * The texts take their arguments by position; the letters of a plan's
 * signature say the types (see plans.c).  Results stay in SPI_tuptable until
 * the next kw_spi_*() call; what must live longer is copied by the reader.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_PLANS_H
#define KW_PLANS_H

#include "compat.h"

#include "utils/date.h"
#include "utils/timestamp.h"

#define KW_PLAN(name, signature, text) name,
typedef enum KwPlan
{
#include "plans_text.h"
	KW_N_PLANS
} KwPlan;
#undef KW_PLAN

#define KW_SPI_MAX_ARGS		16

/* what kw_spi_end() goes back to; lives on the caller's stack */
typedef struct KwSpi
{
	Oid			user;
	int			sec_context;
} KwSpi;

extern void kw_spi_begin(KwSpi *spi);
extern void kw_spi_end(const KwSpi *spi);

/* run with Datums, none NULL: as many as the signature has letters */
extern uint64 kw_spi(KwPlan plan,...);

/* run with Datums, nulls[i] true for NULL; nulls may be NULL */
extern uint64 kw_spi_run(KwPlan plan, const Datum *args, const bool *nulls);

/* run and insist on one row at least; elog otherwise */
extern void kw_spi_one(KwPlan plan,...);

/* read only, and with the latest snapshot instead of the transaction's: for caches */
extern uint64 kw_spi_latest(KwPlan plan,...);

/* columns count from 1, rows from 0 */
extern Datum kw_spi_datum(uint64 row, int column, bool *isnull);
extern bool kw_spi_isnull(uint64 row, int column);
extern int64 kw_spi_int64(uint64 row, int column);
extern int32 kw_spi_int32(uint64 row, int column);
extern int16 kw_spi_int16(uint64 row, int column);
extern bool kw_spi_bool(uint64 row, int column);
extern char kw_spi_char(uint64 row, int column);
extern char *kw_spi_text(uint64 row, int column);	/* NULL for NULL; lives until kw_spi_end() */

#endif							/* KW_PLANS_H */
