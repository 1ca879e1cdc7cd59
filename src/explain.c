/*-------------------------------------------------------------------------
 *
 * explain.c
 *	  Shows how a transfer would be judged: every rule, in the order in which
 *	  posting judges, from the table that posting uses.
 *
 * Reads under the current snapshot, takes no row locks and changes nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "args.h"
#include "clock.h"
#include "plans.h"
#include "rules.h"

#define EXPLAIN_COLUMNS		5

/*
 * Put the verdicts of a set of rules on a case into the result.
 */
static void
explain_case(ReturnSetInfo *rsinfo, const KwCase *c, uint32 set)
{
	int			step = 0;

	for (int i = 0; i < kw_n_rules; i++)
	{
		const KwRule *rule = &kw_rules[i];
		Datum		values[EXPLAIN_COLUMNS];
		bool		nulls[EXPLAIN_COLUMNS] = {false};

		if ((rule->sets & set) == 0)
			continue;
		values[0] = Int32GetDatum(++step);
		values[1] = CStringGetTextDatum(rule->id);
		nulls[2] = !kw_rule_applies(rule, c);
		values[2] = nulls[2] ? (Datum) 0 : BoolGetDatum(rule->holds(c));
		values[3] = CStringGetTextDatum(kw_rule_detail(rule, c));
		values[4] = CStringGetTextDatum(rule->source);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

/*
 * explain_transfer(contributor, recipient, amount)
 */
PG_FUNCTION_INFO_V1(kw_explain_transfer);
Datum
kw_explain_transfer(PG_FUNCTION_ARGS)
{
	KwSpi		spi;
	KwCase		c;

	KW_ARGS_NOT_NULL("contributor", "recipient", "amount");
	InitMaterializedSRF(fcinfo, 0);

	kw_spi_begin(&spi);
	kw_case_load(&c, PG_GETARG_INT64(0), PG_GETARG_INT64(1), kw_now());
	c.amount = PG_GETARG_WALLET_AMOUNT(2);
	explain_case((ReturnSetInfo *) fcinfo->resultinfo, &c, KW_RULES_TRANSFER);
	kw_spi_end(&spi);
	return (Datum) 0;
}
