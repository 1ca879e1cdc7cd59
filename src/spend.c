/*-------------------------------------------------------------------------
 *
 * spend.c
 *	  One-step purchases: own account and received quotas pay a provider.
 *
 * Locks the recipient's wallet, then the relations that the purchase draws,
 * by ascending id (doc/design.md).
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "utils/builtins.h"

#include "args.h"
#include "door.h"
#include "purchase.h"
#include "transfer.h"

static bool
same_purchase(const KwRow *stored, const char *provider, char use, WalletAmount burden,
			  bool allow_partial)
{
	return DatumGetInt64(stored->value[S_PERSONAL_BURDEN]) == burden &&
		DatumGetChar(stored->value[S_USE]) == use &&
		DatumGetBool(stored->value[S_ALLOW_PARTIAL]) == allow_partial &&
		!stored->isnull[S_PROVIDER] &&
		strcmp(TextDatumGetCString(stored->value[S_PROVIDER]), provider) == 0;
}

/*
 * spend(request_id, recipient, provider, use, personal_burden, allow_partial)
 *		-> (spending_id, own_account, mutual_aid, cash_due)
 */
KW_PUBLIC(spend)
{
	pg_uuid_t  *request_id;
	int64		recipient;
	char	   *provider;
	KwPosting  *p;
	KwWallet	wallet;
	KwPurchase	purchase = {0};
	KwRow		stored;
	TimestampTz at;
	bool		has_wallet;
	int64		id;

	KW_ARGS_NOT_NULL("request_id", "recipient", "provider", "use", "personal_burden", "allow_partial");
	request_id = PG_GETARG_UUID_P(0);
	recipient = PG_GETARG_INT64(1);
	provider = text_to_cstring(PG_GETARG_TEXT_PP(2));
	purchase.kind = KW_SPENDING_SPEND;
	purchase.recipient = recipient;
	purchase.personal_burden = PG_GETARG_WALLET_AMOUNT(4);
	purchase.allow_partial = PG_GETARG_BOOL(5);
	purchase.use = kw_use_code(text_to_cstring(PG_GETARG_TEXT_PP(3)));
	purchase.provider = provider;

	p = kw_posting_begin("kinwallet.spend()");
	has_wallet = kw_lock_wallet(p, recipient, &wallet);
	(void) kw_posting_clock(p);
	if (has_wallet &&
		kw_find_request(p, KW_SPENDING, &wallet, request_id, KW_SPENDING_SPEND, &stored))
	{
		Datum		result;

		if (!same_purchase(&stored, provider, purchase.use, purchase.personal_burden,
						   purchase.allow_partial))
			kw_refuse_request_id("spending");
		result = kw_stored_purchase_result(&stored);
		kw_posting_end(p);
		return result;
	}

	at = kw_plan_purchase(p, &purchase, has_wallet ? &wallet : NULL, KW_RULES_SPEND);
	kw_take_purchase(p, &purchase, &wallet, at);
	id = kw_append_purchase(p, &purchase, request_id, at);
	kw_posting_end(p);
	return kw_purchase_result(id, purchase.own_account, purchase.mutual_aid,
							  purchase.personal_burden - purchase.own_account - purchase.mutual_aid);
}
