/*-------------------------------------------------------------------------
 *
 * refund.c
 *	  Refunds of purchases: the mutual-aid part to where it came from, the
 *	  own part to the own account.
 *
 * The mutual-aid part is restored in the reverse order of the draws, over
 * all refunds of the spending together (EDGE-46, EDGE-47): what was refunded
 * before tells where the next one begins.  A draw whose relation is open goes
 * back into its quota.  One whose relation has ended goes to the
 * contributor's account, wherever it is now, or to the suspense account of
 * the old region when there is none any more (EDGE-48).
 *
 * Locks the wallets of the recipient and of all contributors of the draws,
 * ascending, though an open relation does not need its contributor's: only
 * with it is it known that the relation stays open.  Then the row of what was
 * refunded, which the recipient's wallet guards; then the relations.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "utils/builtins.h"

#include "args.h"
#include "clock.h"
#include "door.h"
#include "errors.h"
#include "plans.h"
#include "purchase.h"
#include "transfer.h"

#define KW_REFUND_MUTUAL	'm'
#define KW_REFUND_OWN		'o'

/* one draw of the spending, and what this refund restores of it */
typedef struct Restore
{
	const KwRow *draw;
	WalletAmount amount;
	char		place;
	KwRelation	relation;
} Restore;

typedef struct Refund
{
	KwPosting  *posting;
	KwRow		spending;
	int64		spending_id;
	int64		recipient;
	KwParties	parties;
	bool		has_refunded;
	KwRow		refunded;
	WalletAmount refunded_mutual;
	WalletAmount refunded_own;
	int			n_restores;
	Restore    *restores;		/* in drawing order */
	TimestampTz at;
} Refund;

static void
find_spending(Refund *r, int64 spending_id)
{
	r->spending_id = spending_id;
	if (!kw_find_spending(r->posting, spending_id, &r->spending))
		ereport(ERROR,
				(errcode(ERRCODE_KW_NOT_FOUND),
				 errmsg("spending does not exist"),
				 errdetail("There is no spending " INT64_FORMAT " (EDGE-46).", spending_id)));
	r->recipient = DatumGetInt64(r->spending.value[S_RECIPIENT]);
}

/*
 * Lock the recipient's wallet and, for the mutual-aid part, those of the
 * contributors; then what was refunded before.
 */
static void
lock_parties(Refund *r, bool contributors)
{
	KwRow	   *rows;
	int			n = contributors ? kw_find_draws(r->posting, r->spending_id, &rows) : 0;
	int64	   *ids = palloc((n + 1) * sizeof(int64));
	int			n_ids = 0;

	r->restores = palloc0(Max(n, 1) * sizeof(Restore));
	ids[n_ids++] = r->recipient;
	for (int i = 0; i < n; i++)
	{
		if (DatumGetChar(rows[i].value[D_KIND]) != KW_DRAW_DRAW)
			continue;
		r->restores[r->n_restores++].draw = &rows[i];
		ids[n_ids++] = DatumGetInt64(rows[i].value[D_CONTRIBUTOR]);
	}
	kw_lock_parties(r->posting, &r->parties, ids, n_ids);

	r->has_refunded = kw_lock_refunded(r->posting, r->spending_id, &r->refunded);
	if (r->has_refunded)
	{
		r->refunded_mutual = DatumGetInt64(r->refunded.value[RD_MUTUAL_AID]);
		r->refunded_own = DatumGetInt64(r->refunded.value[RD_OWN_ACCOUNT]);
	}
}

/*
 * Has this refund been made already?  Gives its id, or 0.
 */
static int64
find_retry(Refund *r, const pg_uuid_t *request_id, WalletAmount amount, char kind)
{
	KwRow		stored;

	if (!kw_find_request(r->posting, KW_REFUND, kw_party_wallet(&r->parties, r->recipient, false),
						 request_id, kind, &stored))
		return 0;
	if (DatumGetInt64(stored.value[F_SPENDING_ID]) != r->spending_id ||
		DatumGetInt64(stored.value[F_AMOUNT]) != amount)
		kw_refuse_request_id("refund");
	return DatumGetInt64(stored.value[F_REFUND_ID]);
}

/*
 * Judge a refund of one of the two parts.
 */
static void
judge(Refund *r, WalletAmount amount, WalletAmount paid, WalletAmount refunded, const char *part)
{
	DateADT		day = kw_day_of(r->at);
	DateADT		spent_in = DatumGetDateADT(r->spending.value[S_MONTH]);
	DateADT		last_day;
	int			cover_year = DatumGetInt16(r->spending.value[S_COVER_YEAR]);

	if (amount <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_AMOUNT_OUT_OF_RANGE),
				 errmsg("amount must be positive"),
				 errdetail("The refund is %s yuan (EDGE-56).", kw_amount_text(amount))));
	if (DatumGetChar(r->spending.value[S_KIND]) == KW_SPENDING_PREMIUM &&
		day >= kw_first_day_of_year(cover_year))
		ereport(ERROR,
				(errcode(ERRCODE_KW_USE_NOT_ELIGIBLE),
				 errmsg("a premium cannot be refunded once its cover year has begun"),
				 errdetail("The premium covers %d (EDGE-54).", cover_year),
				 errhint("The agency decides on it.")));
	last_day = kw_first_day_of_year(kw_year_of(spent_in) + 1);
	last_day = kw_add_months(last_day, 3) - 1;
	if (day > last_day)
		ereport(ERROR,
				(errcode(ERRCODE_KW_MONTH_CLOSED),
				 errmsg("the time for refunds of this spending is over"),
				 errdetail("It could be refunded through %s (LR-05).", kw_day_text(last_day)),
				 errhint("The agency can make a correction.")));
	if (amount > paid - refunded)
		ereport(ERROR,
				(errcode(ERRCODE_KW_REFUND_EXCEEDS_SPENDING),
				 errmsg("refund exceeds what the %s paid", part),
				 errdetail("It paid %s yuan, %s yuan are refunded, %s yuan are asked for (EDGE-47).",
						   kw_amount_text(paid), kw_amount_text(refunded), kw_amount_text(amount))));
}

/*
 * Share the refund out over the draws: the last one first, after what
 * earlier refunds took.
 */
static void
plan_restores(Refund *r, WalletAmount amount)
{
	WalletAmount skip = r->refunded_mutual;

	for (int i = r->n_restores - 1; i >= 0; i--)
	{
		Restore    *restore = &r->restores[i];
		WalletAmount drawn = DatumGetInt64(restore->draw->value[D_AMOUNT]);
		WalletAmount skipped = Min(skip, drawn);

		skip -= skipped;
		restore->amount = Min(amount, drawn - skipped);
		amount -= restore->amount;
	}
	if (amount != 0)
		elog(ERROR, "draws of spending " INT64_FORMAT " do not cover its mutual aid", r->spending_id);
}

static int
compare_restores(const void *a, const void *b)
{
	int64		x = DatumGetInt64((*(Restore *const *) a)->draw->value[D_RELATION_ID]);
	int64		y = DatumGetInt64((*(Restore *const *) b)->draw->value[D_RELATION_ID]);

	return x < y ? -1 : (x > y ? 1 : 0);
}

static void
lock_restored_relations(Refund *r)
{
	Restore   **by_id = palloc(Max(r->n_restores, 1) * sizeof(Restore *));
	int			n = 0;

	for (int i = 0; i < r->n_restores; i++)
		if (r->restores[i].amount > 0)
			by_id[n++] = &r->restores[i];
	qsort(by_id, n, sizeof(Restore *), compare_restores);
	for (int i = 0; i < n; i++)
	{
		int64		id = DatumGetInt64(by_id[i]->draw->value[D_RELATION_ID]);

		if (!kw_lock_relation(r->posting, id, &by_id[i]->relation))
			elog(ERROR, "relation " INT64_FORMAT " disappeared", id);
	}
}

static bool
has_account(const KwWallet *wallet)
{
	return wallet->scheme == KW_SCHEME_EMPLOYEE && wallet->insured != KW_INSURED_DECEASED;
}

/*
 * Restore one draw: the money, and its clearing line in the open month.
 */
static void
restore_draw(Refund *r, Restore *restore)
{
	const Datum *draw = restore->draw->value;
	KwRelation *relation = &restore->relation;
	RegionCode	payer = DatumGetInt32(draw[D_PAYER_REGION]);
	Datum		values[D_COLUMNS];

	relation->spent -= restore->amount;
	if (kw_relation_is_open(relation))
	{
		restore->place = KW_PLACE_QUOTA;
		relation->remaining = kw_amount_add(relation->remaining, restore->amount);
	}
	else
	{
		KwWallet   *contributor = kw_party_wallet(&r->parties, relation->contributor, false);

		relation->returned = kw_amount_add(relation->returned, restore->amount);
		if (has_account(contributor))
		{
			restore->place = KW_PLACE_ACCOUNT;
			contributor = kw_party_wallet(&r->parties, relation->contributor, true);
			contributor->available = kw_amount_add(contributor->available, restore->amount);
		}
		else
			restore->place = KW_PLACE_SUSPENSE;
	}
	kw_update_relation(r->posting, relation);

	memcpy(values, draw, sizeof(values));
	values[D_DRAW_ID] = Int64GetDatum(kw_next_id(r->posting));
	values[D_RESTORES] = draw[D_DRAW_ID];
	values[D_AMOUNT] = WalletAmountGetDatum(restore->amount);
	values[D_AT] = TimestampTzGetDatum(r->at);
	values[D_MONTH] = DateADTGetDatum(kw_posting_month(r->posting));
	values[D_KIND] = CharGetDatum(KW_DRAW_RESTORE);
	values[D_PLACE] = CharGetDatum(restore->place);
	values[D_COUNTS] = Int16GetDatum(0);
	kw_append(r->posting, KW_DRAW, values, NULL);

	if (restore->place == KW_PLACE_SUSPENSE)
	{
		KwSpi		spi;

		kw_spi_begin(&spi);
		kw_spi(KW_PLAN_ADD_SUSPENSE, Int64GetDatum(relation->contributor),
			   RegionCodeGetDatum(payer), WalletAmountGetDatum(restore->amount));
		kw_spi_end(&spi);
	}
}

/*
 * A premium that is refunded in full may be paid again.
 */
static void
release_premium(Refund *r, WalletAmount mutual, WalletAmount own)
{
	KwSpi		spi;

	if (DatumGetChar(r->spending.value[S_KIND]) != KW_SPENDING_PREMIUM ||
		mutual != DatumGetInt64(r->spending.value[S_MUTUAL_AID]) ||
		own != DatumGetInt64(r->spending.value[S_OWN_ACCOUNT]))
		return;
	kw_spi_begin(&spi);
	kw_spi(KW_PLAN_UNPAY_PREMIUM, Int64GetDatum(r->spending_id));
	kw_spi_end(&spi);
}

/*
 * Write what both kinds of refund write; gives the refund's id.
 */
static int64
write_refund(Refund *r, const pg_uuid_t *request_id, WalletAmount amount, char kind)
{
	int64		id = kw_next_id(r->posting);
	WalletAmount mutual = r->refunded_mutual + (kind == KW_REFUND_MUTUAL ? amount : 0);
	WalletAmount own = r->refunded_own + (kind == KW_REFUND_OWN ? amount : 0);
	Datum		values[F_COLUMNS] = {
		[F_REFUND_ID] = Int64GetDatum(id),
		[F_SPENDING_ID] = Int64GetDatum(r->spending_id),
		[F_RECIPIENT] = Int64GetDatum(r->recipient),
		[F_AMOUNT] = WalletAmountGetDatum(amount),
		[F_AT] = TimestampTzGetDatum(r->at),
		[F_REQUEST_ID] = UUIDPGetDatum(request_id),
		[F_MONTH] = DateADTGetDatum(kw_posting_month(r->posting)),
		[F_KIND] = CharGetDatum(kind)
	};

	/* the recipient's wallet carries the mark of the request id */
	(void) kw_party_wallet(&r->parties, r->recipient, true);
	kw_update_parties(r->posting, &r->parties);
	kw_write_refunded(r->posting, r->spending_id, r->has_refunded ? &r->refunded : NULL, mutual, own);
	kw_append(r->posting, KW_REFUND, values, NULL);
	release_premium(r, mutual, own);
	return id;
}

/*
 * refund(request_id, spending_id, amount) -> bigint
 */
KW_PUBLIC(refund)
{
	pg_uuid_t  *request_id;
	WalletAmount amount;
	Refund		r = {0};
	int64		id;

	KW_ARGS_NOT_NULL("request_id", "spending_id", "amount");
	request_id = PG_GETARG_UUID_P(0);
	amount = PG_GETARG_WALLET_AMOUNT(2);

	r.posting = kw_posting_begin("kinwallet.refund()");
	find_spending(&r, PG_GETARG_INT64(1));
	lock_parties(&r, true);
	r.at = kw_posting_clock(r.posting);
	id = find_retry(&r, request_id, amount, KW_REFUND_MUTUAL);
	if (id == 0)
	{
		judge(&r, amount, DatumGetInt64(r.spending.value[S_MUTUAL_AID]), r.refunded_mutual,
			  "mutual aid");
		plan_restores(&r, amount);
		lock_restored_relations(&r);
		/* judged by the day before midnight: that is for the caller's next try */
		if (kw_day_of(kw_posting_clock(r.posting)) != kw_day_of(r.at))
			kw_serialization_failure();
		for (int i = r.n_restores - 1; i >= 0; i--)
			if (r.restores[i].amount > 0)
				restore_draw(&r, &r.restores[i]);
		id = write_refund(&r, request_id, amount, KW_REFUND_MUTUAL);
	}
	kw_posting_end(r.posting);
	PG_RETURN_INT64(id);
}

/*
 * refund_own_account(request_id, spending_id, amount) -> bigint
 */
KW_PUBLIC(refund_own_account)
{
	pg_uuid_t  *request_id;
	WalletAmount amount;
	Refund		r = {0};
	int64		id;

	KW_ARGS_NOT_NULL("request_id", "spending_id", "amount");
	request_id = PG_GETARG_UUID_P(0);
	amount = PG_GETARG_WALLET_AMOUNT(2);

	r.posting = kw_posting_begin("kinwallet.refund_own_account()");
	find_spending(&r, PG_GETARG_INT64(1));
	lock_parties(&r, false);
	r.at = kw_posting_clock(r.posting);
	id = find_retry(&r, request_id, amount, KW_REFUND_OWN);
	if (id == 0)
	{
		KwWallet   *wallet = kw_party_wallet(&r.parties, r.recipient, true);

		judge(&r, amount, DatumGetInt64(r.spending.value[S_OWN_ACCOUNT]), r.refunded_own,
			  "own account");
		wallet->available = kw_amount_add(wallet->available, amount);
		id = write_refund(&r, request_id, amount, KW_REFUND_OWN);
	}
	kw_posting_end(r.posting);
	PG_RETURN_INT64(id);
}
