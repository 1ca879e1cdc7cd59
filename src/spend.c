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
#include "clock.h"
#include "errors.h"
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
 * Fix the parts of a purchase under all locks.  The first reading plans which
 * relations to lock; when the day turns meanwhile, another policy may want
 * another plan.
 */
static TimestampTz
plan_purchase(KwPosting *p, KwCase *c, const KwWallet *wallet, KwPurchase *purchase,
			  const char *provider, const char *use)
{
	TimestampTz at = kw_posting_clock(p);

	for (;;)
	{
		DateADT		day = kw_day_of(at);
		const KwRule *violated;
		int			n;

		kw_spend_case(c, wallet, purchase->recipient, provider, use, purchase->personal_burden, at);
		c->allow_partial = purchase->allow_partial;
		n = kw_read_quotas(p, purchase->recipient, &purchase->draws, &c->received);
		violated = kw_judge(c, KW_RULES_SPEND);
		if (violated != NULL)
			kw_refuse(violated, c);
		kw_split_burden(&c->recipient.policy, purchase->personal_burden, c->available, c->received,
						&purchase->own_account, &purchase->mutual_aid);
		purchase->n_draws = kw_share_out(purchase->draws, n, purchase->mutual_aid);
		kw_lock_draws(p, purchase->draws, purchase->n_draws);
		/* what remains can have grown meanwhile: the order decides again */
		(void) kw_share_out(purchase->draws, purchase->n_draws, purchase->mutual_aid);
		at = kw_posting_clock(p);
		if (kw_day_of(at) == day)
			return at;
	}
}

/*
 * spend(request_id, recipient, provider, use, personal_burden, allow_partial)
 *		-> (spending_id, own_account, mutual_aid, cash_due)
 */
PG_FUNCTION_INFO_V1(kw_spend);
Datum
kw_spend(PG_FUNCTION_ARGS)
{
	pg_uuid_t  *request_id;
	int64		recipient;
	char	   *provider;
	char	   *use;
	KwPosting  *p;
	KwWallet	wallet;
	KwPurchase	purchase = {0};
	KwCase		c;
	KwRow		stored;
	TimestampTz at;
	bool		has_wallet;
	int64		id;

	KW_ARGS_NOT_NULL("request_id", "recipient", "provider", "use", "personal_burden", "allow_partial");
	request_id = PG_GETARG_UUID_P(0);
	recipient = PG_GETARG_INT64(1);
	provider = text_to_cstring(PG_GETARG_TEXT_PP(2));
	use = text_to_cstring(PG_GETARG_TEXT_PP(3));
	purchase.kind = KW_SPENDING_SPEND;
	purchase.recipient = recipient;
	purchase.personal_burden = PG_GETARG_WALLET_AMOUNT(4);
	purchase.allow_partial = PG_GETARG_BOOL(5);
	purchase.use = kw_use_code(use);
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

	at = plan_purchase(p, &c, has_wallet ? &wallet : NULL, &purchase, provider, use);
	purchase.payee_region = c.provider.region;
	purchase.recipient_region = wallet.region;
	purchase.policy_id = c.recipient.policy.policy_id;

	wallet.available -= purchase.own_account;
	kw_update_wallet(p, &wallet);
	for (int i = 0; i < purchase.n_draws; i++)
	{
		KwDraw	   *draw = &purchase.draws[i];

		if (draw->amount == 0)
			continue;
		draw->relation.remaining -= draw->amount;
		draw->relation.spent = kw_amount_add(draw->relation.spent, draw->amount);
		kw_update_relation(p, &draw->relation);
	}
	id = kw_append_purchase(p, &purchase, request_id, at);
	kw_posting_end(p);
	return kw_purchase_result(id, purchase.own_account, purchase.mutual_aid,
							  purchase.personal_burden - purchase.own_account - purchase.mutual_aid);
}
