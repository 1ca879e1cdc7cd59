/*-------------------------------------------------------------------------
 *
 * purchase.c
 *	  Draws quotas and writes the facts of a purchase.
 *
 * A purchase holds the recipient's wallet lock.  Making, ending, suspending
 * or holding an incoming relation needs that lock, too, or the relation's:
 * so while it is held the set of active incoming relations stands still, and
 * what remains in them can only grow, by transfers and refunds.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "clock.h"
#include "purchase.h"
#include "relation_state.h"

/*
 * Order draws as EDGE-41 wants: as the relations became active, then by id.
 */
static int
compare_draws(const void *a, const void *b)
{
	const KwRelation *x = &((const KwDraw *) a)->relation;
	const KwRelation *y = &((const KwDraw *) b)->relation;

	if (x->active_since != y->active_since)
		return x->active_since < y->active_since ? -1 : 1;
	return x->relation_id < y->relation_id ? -1 : (x->relation_id > y->relation_id ? 1 : 0);
}

static int
compare_draws_by_id(const void *a, const void *b)
{
	int64		x = (*(KwDraw *const *) a)->relation.relation_id;
	int64		y = (*(KwDraw *const *) b)->relation.relation_id;

	return x < y ? -1 : (x > y ? 1 : 0);
}

/*
 * Read what the recipient may draw from.  Empty relations are left out: that
 * a transfer may fill one meanwhile only means that it comes after us.
 */
static int
read_quotas(KwPosting *p, int64 recipient, KwDraw **draws, WalletAmount *total)
{
	KwRelation *relations;
	int			n = kw_read_incoming(p, recipient, KW_RELATION_ACTIVE, &relations);
	int			kept = 0;

	*draws = MemoryContextAllocZero(kw_posting_context(p), Max(n, 1) * sizeof(KwDraw));
	*total = 0;
	for (int i = 0; i < n; i++)
	{
		if (relations[i].remaining == 0)
			continue;
		(*draws)[kept++].relation = relations[i];
		*total = kw_amount_add(*total, relations[i].remaining);
	}
	qsort(*draws, kept, sizeof(KwDraw), compare_draws);
	return kept;
}

/*
 * Share an amount out in drawing order; gives how many draws it reaches.
 */
static int
share_out(KwDraw *draws, int n, WalletAmount amount)
{
	int			used = 0;

	for (int i = 0; i < n; i++)
	{
		draws[i].amount = Min(amount, draws[i].relation.remaining);
		amount -= draws[i].amount;
		if (draws[i].amount > 0)
			used = i + 1;
	}
	if (amount > 0)
		elog(ERROR, "quotas do not cover the amount shared out");
	return used;
}

static KwDraw **
draws_by_id(KwPosting *p, KwDraw *draws, int n)
{
	KwDraw	  **by_id = MemoryContextAlloc(kw_posting_context(p), Max(n, 1) * sizeof(KwDraw *));

	for (int i = 0; i < n; i++)
		by_id[i] = &draws[i];
	qsort(by_id, n, sizeof(KwDraw *), compare_draws_by_id);
	return by_id;
}

/*
 * Lock the relations of the first n draws by ascending id, and load their
 * newest versions.
 */
void
kw_lock_draws(KwPosting *p, KwDraw *draws, int n)
{
	KwDraw	  **by_id = draws_by_id(p, draws, n);

	for (int i = 0; i < n; i++)
		kw_lock_read_relation(p, &by_id[i]->relation);
}

/*
 * Split a burden into the part of the own account and that of the quotas.
 */
static void
split_burden(const KwPolicy *policy, WalletAmount burden, WalletAmount available,
			 WalletAmount received, WalletAmount *own, WalletAmount *mutual)
{
	if (policy->own_account_first)
	{
		*own = Min(burden, available);
		*mutual = Min(burden - *own, received);
	}
	else
	{
		*mutual = Min(burden, received);
		*own = Min(burden - *mutual, available);
	}
}

/*
 * Fix the parts of a purchase under the recipient's lock.  A hold locks the
 * relations too, since it writes the rows as locked; the others change quotas
 * by differences.  Where it waits past midnight, another policy may want
 * another plan: that is for the caller's next try.
 */
TimestampTz
kw_plan_purchase(KwPosting *p, KwPurchase *purchase, const KwWallet *wallet, uint32 set)
{
	TimestampTz at = kw_posting_clock(p);
	KwCase		c;
	const KwRule *violated;
	int			n;

	kw_spend_case(&c, wallet, purchase->recipient, purchase->provider, purchase->use,
				  purchase->personal_burden, at);
	c.allow_partial = purchase->allow_partial;
	if (set == KW_RULES_PREMIUM)
		kw_premium_case(&c, purchase->cover_year, purchase->reason);
	n = read_quotas(p, purchase->recipient, &purchase->draws, &c.received);
	violated = kw_judge(&c, set);
	if (violated != NULL)
		kw_refuse(violated, &c);

	purchase->payee_region = c.has_provider ? c.provider.region : c.recipient.region;
	purchase->recipient_region = c.recipient.region;
	purchase->policy_id = c.recipient.policy.policy_id;
	purchase->hold_expiry = c.recipient.policy.hold_expiry;
	if (set == KW_RULES_HOLD)
		purchase->mutual_aid = purchase->personal_burden;
	else
		split_burden(&c.recipient.policy, purchase->personal_burden, c.available, c.received,
					 &purchase->own_account, &purchase->mutual_aid);
	purchase->n_draws = share_out(purchase->draws, n, purchase->mutual_aid);
	if (set != KW_RULES_HOLD)
		return at;
	kw_lock_draws(p, purchase->draws, purchase->n_draws);
	/* what remains can have grown meanwhile: the order decides again */
	(void) share_out(purchase->draws, purchase->n_draws, purchase->mutual_aid);
	if (kw_day_of(kw_posting_clock(p)) != kw_day_of(at))
		kw_serialization_failure();
	return at;
}

/*
 * Take a purchase from quotas, by ascending id, and from the own account.
 * Where it had to wait past midnight, another policy may want another plan:
 * that is for the caller's next try.
 */
void
kw_take_purchase(KwPosting *p, KwPurchase *purchase, KwWallet *wallet, TimestampTz at)
{
	KwDraw	  **by_id = draws_by_id(p, purchase->draws, purchase->n_draws);

	for (int i = 0; i < purchase->n_draws; i++)
	{
		KwDraw	   *draw = by_id[i];
		KwQuotaChange change = {.remaining = -draw->amount,.spent = draw->amount};

		if (draw->amount > 0)
			(void) kw_change_quota(p, &draw->relation, &change);
	}
	/* whether it waited or not: a wait for somebody that rolled back does not show */
	if (kw_day_of(kw_posting_clock(p)) != kw_day_of(at))
		kw_serialization_failure();
	wallet->available -= purchase->own_account;
	kw_update_wallet(p, wallet);
}

/*
 * Who clears a draw (EDGE-73).
 */
static char
scope_of(RegionCode payer, RegionCode payee)
{
	if (payer == payee)
		return KW_SCOPE_LOCAL;
	return kw_region_province(payer) == kw_region_province(payee) ?
		KW_SCOPE_INTRA_PROVINCE : KW_SCOPE_CROSS_PROVINCE;
}

/*
 * Tell for which levels a draw counts as a person-time: the first one of its
 * spending for the payer's region, and for the payer's province.
 */
static int
person_time_levels(const KwDraw *draws, int i)
{
	RegionCode	payer = draws[i].relation.contributor_region;
	int			counts = KW_COUNTS_REGION | KW_COUNTS_PROVINCE;

	for (int j = 0; j < i; j++)
	{
		RegionCode	other = draws[j].relation.contributor_region;

		if (draws[j].amount == 0)
			continue;
		if (other == payer)
			counts &= ~KW_COUNTS_REGION;
		if (kw_region_province(other) == kw_region_province(payer))
			counts &= ~KW_COUNTS_PROVINCE;
	}
	return counts;
}

static void
append_draws(KwPosting *p, const KwPurchase *purchase, int64 spending_id, TimestampTz at)
{
	int			position = 0;

	for (int i = 0; i < purchase->n_draws; i++)
	{
		const KwDraw *draw = &purchase->draws[i];
		const KwRelation *relation = &draw->relation;
		Datum		values[D_COLUMNS];

		if (draw->amount == 0)
			continue;
		values[D_DRAW_ID] = Int64GetDatum(kw_next_id(p));
		values[D_SPENDING_ID] = Int64GetDatum(spending_id);
		values[D_RELATION_ID] = Int64GetDatum(relation->relation_id);
		values[D_RESTORES] = Int64GetDatum(0);
		values[D_CONTRIBUTOR] = Int64GetDatum(relation->contributor);
		values[D_RECIPIENT] = Int64GetDatum(relation->recipient);
		values[D_AMOUNT] = WalletAmountGetDatum(draw->amount);
		values[D_AT] = TimestampTzGetDatum(at);
		values[D_PAYER_REGION] = RegionCodeGetDatum(relation->contributor_region);
		values[D_PAYEE_REGION] = RegionCodeGetDatum(purchase->payee_region);
		values[D_RECIPIENT_REGION] = RegionCodeGetDatum(purchase->recipient_region);
		values[D_MONTH] = DateADTGetDatum(kw_posting_month(p));
		values[D_POSITION] = Int16GetDatum(++position);
		values[D_KIND] = CharGetDatum(KW_DRAW_DRAW);
		values[D_SCOPE] = CharGetDatum(scope_of(relation->contributor_region, purchase->payee_region));
		values[D_USE] = CharGetDatum(purchase->use);
		values[D_PLACE] = CharGetDatum(purchase->hold_id != 0 ? KW_PLACE_HOLD : KW_PLACE_QUOTA);
		values[D_COUNTS] = Int16GetDatum(person_time_levels(purchase->draws, i));
		kw_append(p, KW_DRAW, values, NULL);
	}
}

/*
 * Write the spending and its draws; gives the spending's id.
 */
int64
kw_append_purchase(KwPosting *p, const KwPurchase *purchase, const pg_uuid_t *request_id,
				   TimestampTz at)
{
	int64		id = kw_next_id(p);
	Datum		values[S_COLUMNS];
	bool		isnull[S_COLUMNS] = {false};

	values[S_SPENDING_ID] = Int64GetDatum(id);
	values[S_RECIPIENT] = Int64GetDatum(purchase->recipient);
	values[S_PERSONAL_BURDEN] = WalletAmountGetDatum(purchase->personal_burden);
	values[S_OWN_ACCOUNT] = WalletAmountGetDatum(purchase->own_account);
	values[S_MUTUAL_AID] = WalletAmountGetDatum(purchase->mutual_aid);
	values[S_HOLD_ID] = Int64GetDatum(purchase->hold_id);
	values[S_AT] = TimestampTzGetDatum(at);
	values[S_REQUEST_ID] = UUIDPGetDatum(request_id);
	values[S_POLICY_ID] = Int32GetDatum(purchase->policy_id);
	values[S_RECIPIENT_REGION] = RegionCodeGetDatum(purchase->recipient_region);
	values[S_PAYEE_REGION] = RegionCodeGetDatum(purchase->payee_region);
	values[S_MONTH] = DateADTGetDatum(kw_posting_month(p));
	values[S_COVER_YEAR] = Int16GetDatum(purchase->cover_year);
	values[S_KIND] = CharGetDatum(purchase->kind);
	values[S_USE] = CharGetDatum(purchase->use);
	values[S_ALLOW_PARTIAL] = BoolGetDatum(purchase->allow_partial);
	isnull[S_PROVIDER] = (purchase->provider == NULL);
	values[S_PROVIDER] = isnull[S_PROVIDER] ? (Datum) 0 : CStringGetTextDatum(purchase->provider);
	isnull[S_REASON] = (purchase->reason == NULL);
	values[S_REASON] = isnull[S_REASON] ? (Datum) 0 : CStringGetTextDatum(purchase->reason);
	kw_append(p, KW_SPENDING, values, isnull);
	append_draws(p, purchase, id, at);
	return id;
}

void
kw_lock_parties(KwPosting *p, KwParties *parties, int64 *ids, int n)
{
	parties->ids = ids;
	parties->n = n = kw_sort_ids(ids, n);
	parties->wallets = palloc(n * sizeof(KwWallet));
	parties->touched = palloc0(n * sizeof(bool));
	for (int i = 0; i < n; i++)
		if (!kw_lock_wallet(p, ids[i], &parties->wallets[i]))
			elog(ERROR, "person " INT64_FORMAT " has no wallet", ids[i]);
}

KwWallet *
kw_party_wallet(KwParties *parties, int64 person_id, bool touch)
{
	for (int i = 0; i < parties->n; i++)
	{
		if (parties->ids[i] != person_id)
			continue;
		parties->touched[i] |= touch;
		return &parties->wallets[i];
	}
	elog(ERROR, "person " INT64_FORMAT " is not a party", person_id);
	return NULL;
}

void
kw_update_parties(KwPosting *p, const KwParties *parties)
{
	for (int i = 0; i < parties->n; i++)
		if (parties->touched[i])
			kw_update_wallet(p, &parties->wallets[i]);
}

bool
kw_relation_is_open(const KwRelation *relation)
{
	return relation->state == KW_RELATION_ACTIVE || relation->state == KW_RELATION_SUSPENDED;
}

/*
 * Form the row (spending_id, own_account, mutual_aid, cash_due).  Its
 * descriptor is made once and kept while the amount type keeps its OID.
 */
Datum
kw_purchase_result(int64 spending_id, WalletAmount own_account, WalletAmount mutual_aid,
				   WalletAmount cash_due)
{
	static TupleDesc desc = NULL;
	static Oid	amount_type = InvalidOid;
	Datum		values[4] = {
		Int64GetDatum(spending_id), WalletAmountGetDatum(own_account),
		WalletAmountGetDatum(mutual_aid), WalletAmountGetDatum(cash_due)
	};
	bool		isnull[4] = {false};

	if (amount_type != kw_type_oid(KW_TYPE_WALLET_AMOUNT))
	{
		Oid			type = kw_type_oid(KW_TYPE_WALLET_AMOUNT);
		MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
		TupleDesc	made = CreateTemplateTupleDesc(4);

		TupleDescInitEntry(made, 1, "spending_id", INT8OID, -1, 0);
		TupleDescInitEntry(made, 2, "own_account", type, -1, 0);
		TupleDescInitEntry(made, 3, "mutual_aid", type, -1, 0);
		TupleDescInitEntry(made, 4, "cash_due", type, -1, 0);
		desc = BlessTupleDesc(made);
		amount_type = type;
		MemoryContextSwitchTo(old);
	}
	return HeapTupleGetDatum(heap_form_tuple(desc, values, isnull));
}

/*
 * Form the row again from the fact, for a retry.
 */
Datum
kw_stored_purchase_result(const KwRow *spending)
{
	WalletAmount burden = DatumGetInt64(spending->value[S_PERSONAL_BURDEN]);
	WalletAmount own = DatumGetInt64(spending->value[S_OWN_ACCOUNT]);
	WalletAmount mutual = DatumGetInt64(spending->value[S_MUTUAL_AID]);

	return kw_purchase_result(DatumGetInt64(spending->value[S_SPENDING_ID]), own, mutual,
							  burden - own - mutual);
}
