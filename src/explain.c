/*-------------------------------------------------------------------------
 *
 * explain.c
 *	  Shows how a transfer or a spending would be judged: every rule, in the
 *	  order in which posting judges, from the table that posting uses.
 *
 * Reads under the current snapshot, takes no row locks and changes nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "common/int.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "args.h"
#include "clock.h"
#include "door.h"
#include "plans.h"
#include "purchase.h"

#define EXPLAIN_COLUMNS		5

/*
 * Put the verdicts of a set of rules on a case into the result.
 */
static void
explain_case(FunctionCallInfo fcinfo, const KwCase *c, const KwRule *rules, int n, uint32 set)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			step = 0;

	for (int i = 0; i < n; i++)
	{
		const KwRule *rule = &rules[i];
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
KW_PUBLIC(explain_transfer)
{
	KwSpi		spi;
	KwCase		c;

	KW_ARGS_NOT_NULL("contributor", "recipient", "amount");
	InitMaterializedSRF(fcinfo, 0);

	kw_spi_begin(&spi);
	kw_case_load(&c, PG_GETARG_INT64(0), PG_GETARG_INT64(1), kw_now());
	c.amount = PG_GETARG_WALLET_AMOUNT(2);
	explain_case(fcinfo, &c, kw_rules, kw_n_rules, KW_RULES_TRANSFER);
	kw_spi_end(&spi);
	return (Datum) 0;
}

/*
 * Load the case of a purchase as it would be judged now.
 */
static void
load_purchase(KwCase *c, int64 recipient, text *provider, text *use, WalletAmount amount)
{
	KwWallet	wallet = {0};
	WalletAmount received = 0;
	bool		has_wallet = kw_spi(KW_PLAN_SPENDER, Int64GetDatum(recipient)) > 0;

	if (has_wallet)
	{
		wallet.person_id = recipient;
		wallet.region = kw_spi_int32(0, 1);
		wallet.status = kw_spi_char(0, 2);
		wallet.insured = kw_spi_char(0, 3);
		wallet.scheme = kw_spi_char(0, 4);
		wallet.available = kw_spi_int64(0, 5);
		received = kw_spi_isnull(0, 6) ? 0 : kw_spi_int64(0, 6);
	}
	kw_spend_case(c, has_wallet ? &wallet : NULL, recipient, text_to_cstring(provider),
				  kw_use_code(text_to_cstring(use)), amount, kw_now());
	c->received = received;
}

/*
 * explain_spend(recipient, provider, use, amount)
 */
KW_PUBLIC(explain_spend)
{
	KwSpi		spi;
	KwCase		c;

	KW_ARGS_NOT_NULL("recipient", "provider", "use", "amount");
	InitMaterializedSRF(fcinfo, 0);

	kw_spi_begin(&spi);
	load_purchase(&c, PG_GETARG_INT64(0), PG_GETARG_TEXT_PP(1), PG_GETARG_TEXT_PP(2),
				  PG_GETARG_WALLET_AMOUNT(3));
	explain_case(fcinfo, &c, kw_spend_rules, kw_n_spend_rules, KW_RULES_SPEND);
	kw_spi_end(&spi);
	return (Datum) 0;
}

/*
 * amount_payable(recipient, provider, use) -> wallet_amount: the most that a
 * purchase could take now, 0 where a rule forbids any.  A provider learns
 * this and nothing else (ROLE-04): not why, nor whose money it is.
 */
KW_PUBLIC(amount_payable)
{
	KwSpi		spi;
	KwCase		c;
	WalletAmount payable = 0;

	KW_ARGS_NOT_NULL("recipient", "provider", "use");

	kw_spi_begin(&spi);
	load_purchase(&c, PG_GETARG_INT64(0), PG_GETARG_TEXT_PP(1), PG_GETARG_TEXT_PP(2), 1);
	if (kw_judge(&c, KW_RULES_SPEND) == NULL &&
		pg_add_s64_overflow(c.available, c.received, &payable))
		payable = PG_INT64_MAX;
	kw_spi_end(&spi);
	PG_RETURN_WALLET_AMOUNT(payable);
}
