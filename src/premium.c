/*-------------------------------------------------------------------------
 *
 * premium.c
 *	  Premiums of resident medical and long-term care insurance, paid from
 *	  the recipient's wallet to the recipient's region (EDGE-54, EDGE-55).
 *
 * Locks as spend() does.  What is paid stands in premium_paid, which the
 * recipient's wallet guards.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "utils/builtins.h"

#include "args.h"
#include "door.h"
#include "plans.h"
#include "purchase.h"
#include "transfer.h"

static bool
same_reason(const KwRow *stored, const char *reason)
{
	if (stored->isnull[S_REASON] || reason == NULL)
		return stored->isnull[S_REASON] && reason == NULL;
	return strcmp(TextDatumGetCString(stored->value[S_REASON]), reason) == 0;
}

static bool
same_premium(const KwRow *stored, const KwPurchase *purchase)
{
	return DatumGetInt64(stored->value[S_PERSONAL_BURDEN]) == purchase->personal_burden &&
		DatumGetChar(stored->value[S_USE]) == purchase->use &&
		DatumGetInt16(stored->value[S_COVER_YEAR]) == purchase->cover_year &&
		same_reason(stored, purchase->reason);
}

/*
 * Take a planned premium, and write down that it is paid.
 */
static int64
pay(KwPosting *p, KwPurchase *purchase, KwWallet *wallet, const pg_uuid_t *request_id, TimestampTz at)
{
	KwSpi		spi;
	int64		id;

	kw_take_purchase(p, purchase, wallet, at);
	id = kw_append_purchase(p, purchase, request_id, at);
	kw_spi_begin(&spi);
	kw_spi(KW_PLAN_PAY_PREMIUM, Int64GetDatum(purchase->recipient), CharGetDatum(purchase->use),
		   Int16GetDatum((int16) purchase->cover_year), Int64GetDatum(id));
	kw_spi_end(&spi);
	return id;
}

/*
 * pay_premium(request_id, recipient, kind, cover_year, amount, reason)
 *		-> (spending_id, own_account, mutual_aid, cash_due)
 */
KW_PUBLIC(pay_premium)
{
	pg_uuid_t  *request_id;
	KwPosting  *p;
	KwWallet	wallet;
	KwPurchase	purchase = {0};
	KwRow		stored;
	TimestampTz at;
	bool		has_wallet;
	int64		id;

	KW_ARGS_NOT_NULL("request_id", "recipient", "kind", "cover_year", "amount", NULL);
	request_id = PG_GETARG_UUID_P(0);
	purchase.kind = KW_SPENDING_PREMIUM;
	purchase.recipient = PG_GETARG_INT64(1);
	purchase.use = kw_use_code(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	purchase.cover_year = PG_GETARG_INT32(3);
	purchase.personal_burden = PG_GETARG_WALLET_AMOUNT(4);
	purchase.reason = PG_ARGISNULL(5) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(5));

	p = kw_posting_begin("kinwallet.pay_premium()");
	has_wallet = kw_lock_wallet(p, purchase.recipient, &wallet);
	(void) kw_posting_clock(p);
	if (has_wallet &&
		kw_find_request(p, KW_SPENDING, &wallet, request_id, KW_SPENDING_PREMIUM, &stored))
	{
		Datum		result;

		if (!same_premium(&stored, &purchase))
			kw_refuse_request_id("premium payment");
		result = kw_stored_purchase_result(&stored);
		kw_posting_end(p);
		return result;
	}

	at = kw_plan_purchase(p, &purchase, has_wallet ? &wallet : NULL, KW_RULES_PREMIUM);
	id = pay(p, &purchase, &wallet, request_id, at);
	kw_posting_end(p);
	return kw_purchase_result(id, purchase.own_account, purchase.mutual_aid, 0);
}
