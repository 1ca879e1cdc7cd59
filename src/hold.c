/*-------------------------------------------------------------------------
 *
 * hold.c
 *	  Purchases in two steps: a hold reserves received quota for a provider,
 *	  a capture pays from it, once, and frees the rest.
 *
 * hold() locks the recipient's wallet, then the relations that it reserves
 * from.  Capture and cancellation lock the contributors' wallets as well,
 * since what they free may have to go there (EDGE-45).
 *
 * Wallets and relations are written directly, holds by SQL.  No row is
 * written both ways.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "args.h"
#include "clock.h"
#include "door.h"
#include "errors.h"
#include "hold_state.h"
#include "plans.h"
#include "purchase.h"
#include "relation_state.h"
#include "transfer.h"

/* the longest that a hold may be asked for: a year, whatever its length */
#define MAX_EXPIRES_DAYS	366

/* the arguments of hold() */
typedef struct HoldRequest
{
	const pg_uuid_t *request_id;
	const char *provider;
	char		use;
	WalletAmount amount;
	Interval   *expires;		/* NULL: the policy's */
} HoldRequest;

/*
 * Refuse an expiry that is no time, or no reasonable one.
 */
static void
check_expires(const Interval *expires)
{
	Interval	none = {0};
	Interval	longest = {0};

	longest.day = MAX_EXPIRES_DAYS;
	if (!DatumGetBool(DirectFunctionCall2(interval_gt, IntervalPGetDatum(expires), IntervalPGetDatum(&none))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("expiry of a hold must be positive")));
	if (DatumGetBool(DirectFunctionCall2(interval_gt, IntervalPGetDatum(expires), IntervalPGetDatum(&longest))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("expiry of a hold is too far away"),
				 errdetail("A hold lasts %d days at most.", MAX_EXPIRES_DAYS)));
}

/*
 * Give the moment from which on the hold is over.
 */
static TimestampTz
expires_at(TimestampTz at, const Interval *expires)
{
	TimestampTz end = kw_add_interval(at, expires);

	/* months and days of opposite signs */
	if (end <= at)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("expiry of a hold must be positive")));
	return end;
}

/*
 * Has this hold been made already?  Gives its id, or 0.
 */
static int64
find_hold_request(KwWallet *wallet, const HoldRequest *request)
{
	KwSpi		spi;
	int64		id;
	Datum		expires;
	bool		isnull;

	if (kw_request_is_newer(wallet, request->request_id))
		return 0;
	kw_spi_begin(&spi);
	if (kw_spi(KW_PLAN_HOLD_REQUEST, Int64GetDatum(wallet->person_id),
			   UUIDPGetDatum(request->request_id)) == 0)
	{
		kw_spi_end(&spi);
		return 0;
	}
	id = kw_spi_int64(0, 1);
	expires = kw_spi_datum(0, 5, &isnull);
	if (strcmp(kw_spi_text(0, 2), request->provider) != 0 ||
		kw_spi_char(0, 3) != request->use || kw_spi_int64(0, 4) != request->amount ||
		isnull != (request->expires == NULL) ||
		(!isnull && !DatumGetBool(DirectFunctionCall2(interval_eq, expires, IntervalPGetDatum(request->expires)))))
		kw_refuse_request_id("hold");
	kw_spi_end(&spi);
	return id;
}

/*
 * Write the hold and what it reserves from each relation.
 */
static int64
write_hold(KwPosting *p, const KwPurchase *purchase, const HoldRequest *request, TimestampTz at)
{
	const Interval *expires = request->expires != NULL ? request->expires : &purchase->hold_expiry;
	int64		id = kw_next_id(p);
	int64	   *relations = palloc(purchase->n_draws * sizeof(int64));
	int64	   *amounts = palloc(purchase->n_draws * sizeof(int64));
	int			n = 0;
	Datum		args[9];
	bool		nulls[9] = {false};
	KwSpi		spi;

	for (int i = 0; i < purchase->n_draws; i++)
	{
		if (purchase->draws[i].amount == 0)
			continue;
		relations[n] = purchase->draws[i].relation.relation_id;
		amounts[n++] = purchase->draws[i].amount;
	}
	args[0] = Int64GetDatum(id);
	args[1] = Int64GetDatum(purchase->recipient);
	args[2] = UUIDPGetDatum(request->request_id);
	args[3] = CStringGetTextDatum(request->provider);
	args[4] = CharGetDatum(request->use);
	args[5] = WalletAmountGetDatum(request->amount);
	args[6] = IntervalPGetDatum(request->expires);
	nulls[6] = (request->expires == NULL);
	args[7] = TimestampTzGetDatum(at);
	args[8] = TimestampTzGetDatum(expires_at(at, expires));

	kw_spi_begin(&spi);
	kw_spi_run(KW_PLAN_INSERT_HOLD, args, nulls);
	kw_spi(KW_PLAN_INSERT_HOLD_PARTS, Int64GetDatum(id), kw_id_array(relations, n), kw_id_array(amounts, n));
	kw_spi_end(&spi);
	return id;
}

static int64
make_hold(KwPosting *p, int64 recipient, const HoldRequest *request)
{
	KwPurchase	purchase = {0};
	KwWallet	wallet;
	bool		has_wallet = kw_lock_wallet(p, recipient, &wallet);
	TimestampTz at;

	if (has_wallet)
	{
		int64		id = find_hold_request(&wallet, request);

		if (id != 0)
			return id;
	}
	purchase.recipient = recipient;
	purchase.provider = request->provider;
	purchase.use = request->use;
	purchase.personal_burden = request->amount;
	at = kw_plan_purchase(p, &purchase, has_wallet ? &wallet : NULL, KW_RULES_HOLD);

	/* for its mark of request ids */
	kw_update_wallet(p, &wallet);
	for (int i = 0; i < purchase.n_draws; i++)
	{
		KwDraw	   *draw = &purchase.draws[i];

		if (draw->amount == 0)
			continue;
		draw->relation.remaining -= draw->amount;
		draw->relation.held = kw_amount_add(draw->relation.held, draw->amount);
		kw_update_relation(p, &draw->relation);
	}
	return write_hold(p, &purchase, request, at);
}

/*
 * hold(request_id, recipient, provider, use, amount, expires) -> bigint
 */
KW_PUBLIC(hold)
{
	HoldRequest request;
	KwPosting  *p;
	int64		id;

	KW_ARGS_NOT_NULL("request_id", "recipient", "provider", "use", "amount", NULL);
	request.request_id = PG_GETARG_UUID_P(0);
	request.provider = text_to_cstring(PG_GETARG_TEXT_PP(2));
	request.use = kw_use_code(text_to_cstring(PG_GETARG_TEXT_PP(3)));
	request.amount = PG_GETARG_WALLET_AMOUNT(4);
	request.expires = PG_ARGISNULL(5) ? NULL : PG_GETARG_INTERVAL_P(5);
	if (request.expires != NULL)
		check_expires(request.expires);

	p = kw_posting_begin("kinwallet.hold()");
	id = make_hold(p, PG_GETARG_INT64(1), &request);
	kw_posting_end(p);
	PG_RETURN_INT64(id);
}

/*
 * Read a hold, or refuse one that does not exist.
 */
static void
find_hold(int64 hold_id, KwHold *hold)
{
	MemoryContext caller = CurrentMemoryContext;
	KwSpi		spi;

	kw_spi_begin(&spi);
	if (!kw_read_hold(hold_id, hold, caller))
		ereport(ERROR,
				(errcode(ERRCODE_KW_NOT_FOUND),
				 errmsg("hold does not exist"),
				 errdetail("There is no hold " INT64_FORMAT " (EDGE-44).", hold_id)));
	kw_spi_end(&spi);
}

/*
 * Refuse a step on a hold that has ended, or whose time is over, whether a
 * sweep has come by or not.
 */
static void
require_open(const KwHold *hold, TimestampTz at)
{
	const char *state = NULL;

	switch (hold->state)
	{
		case KW_HOLD_OPEN:
			if (at >= hold->expires_at)
				state = "expired";
			break;
		case KW_HOLD_CAPTURED:
			state = "captured";
			break;
		case KW_HOLD_CANCELLED:
			state = "cancelled";
			break;
		case KW_HOLD_EXPIRED:
			state = "expired";
			break;
		default:
			elog(ERROR, "unknown hold state \"%c\"", hold->state);
	}
	if (state != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("hold is not open"),
				 errdetail("Hold " INT64_FORMAT " is %s (EDGE-44).", hold->hold_id, state)));
}

/*
 * Judge a capture under all locks.  The purchase was judged when the hold was
 * made, and stays valid whatever happened to the recipient or the relations
 * since (EDGE-45); the provider is judged again.
 */
static void
judge_capture(const KwHold *hold, KwPurchase *purchase, const KwWallet *wallet, TimestampTz at)
{
	KwCase		c;
	const KwRule *violated;

	require_open(hold, at);
	if (purchase->personal_burden <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_AMOUNT_OUT_OF_RANGE),
				 errmsg("amount must be positive"),
				 errdetail("The capture is %s yuan (EDGE-56).", kw_amount_text(purchase->personal_burden))));
	if (purchase->personal_burden > hold->amount)
		ereport(ERROR,
				(errcode(ERRCODE_KW_AMOUNT_OUT_OF_RANGE),
				 errmsg("capture exceeds the hold"),
				 errdetail("The capture is %s yuan, the hold is %s yuan (EDGE-44).",
						   kw_amount_text(purchase->personal_burden), kw_amount_text(hold->amount))));
	kw_spend_case(&c, wallet, hold->recipient, hold->provider, hold->use, purchase->personal_burden, at);
	violated = kw_judge(&c, KW_RULES_CAPTURE);
	if (violated != NULL)
		kw_refuse(violated, &c);
	purchase->payee_region = c.provider.region;
	purchase->recipient_region = wallet->region;
	purchase->policy_id = c.recipient.policy.policy_id;
}

/*
 * Lock the relations of the hold's parts as draws, and read the hold's state
 * under the locks.
 */
static void
lock_hold(KwPosting *p, KwHold *hold, KwPurchase *purchase)
{
	KwSpi		spi;

	purchase->n_draws = hold->n_parts;
	purchase->draws = palloc0(hold->n_parts * sizeof(KwDraw));
	for (int i = 0; i < hold->n_parts; i++)
		if (!kw_read_relation(p, hold->parts[i].relation_id, &purchase->draws[i].relation))
			elog(ERROR, "relation " INT64_FORMAT " disappeared", hold->parts[i].relation_id);
	kw_lock_draws(p, purchase->draws, purchase->n_draws);

	kw_spi_begin(&spi);
	kw_read_hold_state(hold);
	kw_spi_end(&spi);
}

/*
 * Free what a part reserved and the capture does not take.
 */
static void
free_rest(KwPosting *p, KwRelation *relation, WalletAmount amount, KwParties *parties, TimestampTz at)
{
	KwWallet   *contributor;
	Datum		values[RT_COLUMNS];

	if (kw_relation_is_open(relation))
	{
		relation->remaining = kw_amount_add(relation->remaining, amount);
		return;
	}
	relation->returned = kw_amount_add(relation->returned, amount);
	contributor = kw_party_wallet(parties, relation->contributor, true);
	contributor->available = kw_amount_add(contributor->available, amount);

	values[RT_RETURN_ID] = Int64GetDatum(kw_next_id(p));
	values[RT_RELATION_ID] = Int64GetDatum(relation->relation_id);
	values[RT_CONTRIBUTOR] = Int64GetDatum(relation->contributor);
	values[RT_AMOUNT] = WalletAmountGetDatum(amount);
	values[RT_AT] = TimestampTzGetDatum(at);
	values[RT_CONTRIBUTOR_REGION] = RegionCodeGetDatum(relation->contributor_region);
	values[RT_MONTH] = DateADTGetDatum(kw_posting_month(p));
	values[RT_KIND] = CharGetDatum(KW_RETURN_HOLD);
	kw_append(p, KW_RETURN, values, NULL);
}

/*
 * Share the captured amount out in drawing order, and write what changes.
 */
static int64
write_capture(KwPosting *p, const KwHold *hold, KwPurchase *purchase, KwParties *parties,
			  const pg_uuid_t *request_id, TimestampTz at)
{
	WalletAmount rest = purchase->mutual_aid;
	KwSpi		spi;

	for (int i = 0; i < hold->n_parts; i++)
	{
		KwDraw	   *draw = &purchase->draws[i];
		WalletAmount reserved = hold->parts[i].amount;

		draw->amount = Min(rest, reserved);
		rest -= draw->amount;
		draw->relation.held -= reserved;
		draw->relation.spent = kw_amount_add(draw->relation.spent, draw->amount);
		if (draw->amount < reserved)
			free_rest(p, &draw->relation, reserved - draw->amount, parties, at);
		kw_update_relation(p, &draw->relation);
	}
	if (rest != 0)
		elog(ERROR, "parts of hold " INT64_FORMAT " do not cover it", hold->hold_id);
	/* the recipient's wallet carries the mark of the request id */
	(void) kw_party_wallet(parties, hold->recipient, true);
	kw_update_parties(p, parties);

	kw_spi_begin(&spi);
	kw_close_hold(hold, KW_HOLD_CAPTURED, at);
	kw_spi_end(&spi);
	return kw_append_purchase(p, purchase, request_id, at);
}

/*
 * capture(request_id, hold_id, amount)
 *		-> (spending_id, own_account, mutual_aid, cash_due)
 */
KW_PUBLIC(capture)
{
	pg_uuid_t  *request_id;
	WalletAmount amount;
	KwPosting  *p;
	KwHold		hold;
	KwParties	parties;
	KwPurchase	purchase = {0};
	KwRow		stored;
	TimestampTz at;
	int64	   *ids;
	int64		id;

	KW_ARGS_NOT_NULL("request_id", "hold_id", "amount");
	request_id = PG_GETARG_UUID_P(0);
	amount = PG_GETARG_WALLET_AMOUNT(2);

	p = kw_posting_begin("kinwallet.capture()");
	find_hold(PG_GETARG_INT64(1), &hold);
	ids = palloc((hold.n_parts + 1) * sizeof(int64));
	ids[0] = hold.recipient;
	for (int i = 0; i < hold.n_parts; i++)
		ids[i + 1] = hold.parts[i].contributor;
	kw_lock_parties(p, &parties, ids, hold.n_parts + 1);
	(void) kw_posting_clock(p);
	if (kw_find_request(p, KW_SPENDING, kw_party_wallet(&parties, hold.recipient, false),
						request_id, KW_SPENDING_CAPTURE, &stored))
	{
		Datum		result;

		if (DatumGetInt64(stored.value[S_HOLD_ID]) != hold.hold_id ||
			DatumGetInt64(stored.value[S_PERSONAL_BURDEN]) != amount)
			kw_refuse_request_id("capture");
		result = kw_stored_purchase_result(&stored);
		kw_posting_end(p);
		return result;
	}

	lock_hold(p, &hold, &purchase);
	at = kw_posting_clock(p);
	purchase.kind = KW_SPENDING_CAPTURE;
	purchase.use = hold.use;
	purchase.recipient = hold.recipient;
	purchase.provider = hold.provider;
	purchase.personal_burden = amount;
	purchase.mutual_aid = amount;
	purchase.hold_id = hold.hold_id;
	judge_capture(&hold, &purchase, kw_party_wallet(&parties, hold.recipient, false), at);
	id = write_capture(p, &hold, &purchase, &parties, request_id, at);
	kw_posting_end(p);
	return kw_purchase_result(id, 0, amount, 0);
}

/*
 * cancel_hold(hold_id): a hold that has ended is not cancelled again; one
 * whose time is over is the sweep's.
 */
KW_PUBLIC(cancel_hold)
{
	KwHold		hold;
	TimestampTz at;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("hold_id");
	PreventCommandIfReadOnly("kinwallet.cancel_hold()");
	find_hold(PG_GETARG_INT64(0), &hold);

	kw_spi_begin(&spi);
	kw_lock_hold(&hold);
	at = kw_now();
	require_open(&hold, at);
	kw_end_hold(&hold, KW_HOLD_CANCELLED, at);
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}
