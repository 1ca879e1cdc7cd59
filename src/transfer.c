/*-------------------------------------------------------------------------
 *
 * transfer.c
 *	  Transfers: the one path by which own money becomes quota.
 *
 * Locks the contributor's wallet, changes the relation, then opens the month's
 * leaf (see store.c).  An active relation implies everything that changes
 * slowly on both sides (doc/design.md), so that a transfer that is accepted
 * looks at these two rows only.  One that may be refused loads the whole case
 * and reports the first violated rule of the table.
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
#include "transfer.h"

const char *const kw_request_id_message = "request id was already used with other arguments";

/*
 * Refuse a request id that stands for something else.
 */
void
kw_refuse_request_id(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_KW_REQUEST_ID_REUSED),
			 errmsg("%s", kw_request_id_message),
			 errdetail("A %s of this person has this request id and other arguments (EDGE-90).", what),
			 errhint("Use a new request id for a new request.")));
}

/*
 * Count the transfers that the wallet made on the day of the posting.
 */
static int
transfers_of_day(KwPosting *p, const KwWallet *wallet, DateADT day)
{
	if (day > wallet->transfer_day)
		return 0;
	if (day == wallet->transfer_day)
		return wallet->transfers;
	return kw_count_transfers(p, wallet->person_id, day);
}

/*
 * Fill the case from the two locked rows.  What is not in them is what an
 * active relation implies.
 */
static void
fill_from_rows(KwCase *c, const KwWallet *wallet, const KwRelation *relation)
{
	c->contributor.person_id = wallet->person_id;
	c->contributor.known = true;
	c->contributor.wallet = wallet->status;
	c->contributor.insured = wallet->insured;
	c->contributor.scheme = wallet->scheme;
	kw_party_region(&c->contributor, wallet->region, c->day);

	c->recipient.person_id = relation->recipient;
	c->recipient.known = true;
	c->recipient.wallet = KW_WALLET_OPEN;
	c->recipient.insured = KW_INSURED_NORMAL;
	c->recipient.scheme = KW_SCHEME_RESIDENT;
	kw_party_region(&c->recipient, relation->recipient_region, c->day);

	c->relation_id = relation->relation_id;
	c->relation_state = relation->state;
	c->causes = relation->causes;
	c->kinship = relation->kinship;
}

/*
 * Judge a transfer.  wallet and relation are the locked rows, or NULL where
 * there is none.  Returns the rule that refuses it, or NULL.
 */
const KwRule *
kw_judge_transfer(KwPosting *p, KwCase *c, const KwWallet *wallet, const KwRelation *relation,
				  int64 contributor, int64 recipient, WalletAmount amount, TimestampTz at)
{
	const KwRule *violated;
	KwSpi		spi;

	memset(c, 0, sizeof(KwCase));
	c->at = at;
	c->day = kw_day_of(at);
	c->amount = amount;
	if (wallet != NULL)
	{
		c->available = wallet->available;
		c->transfers_today = transfers_of_day(p, wallet, c->day);
	}

	if (wallet != NULL && relation != NULL && relation->state == KW_RELATION_ACTIVE)
	{
		fill_from_rows(c, wallet, relation);
		if (kw_judge(c, KW_RULES_TRANSFER) == NULL)
			return NULL;
	}

	/* it will be refused: look at everything, so that the first rule is named */
	kw_spi_begin(&spi);
	kw_case_load(c, contributor, recipient, at);
	kw_spi_end(&spi);
	c->amount = amount;
	if (wallet != NULL)
	{
		/* a batch may have changed them in memory */
		c->available = wallet->available;
		c->transfers_today = transfers_of_day(p, wallet, c->day);
	}
	violated = kw_judge(c, KW_RULES_TRANSFER);

	/*
	 * Nothing forbids it any more when a policy changed between the two looks:
	 * the newer one counts.  A wallet that was not there cannot be locked now.
	 */
	if (violated == NULL && (wallet == NULL || relation == NULL))
		kw_serialization_failure();
	return violated;
}

/*
 * Take the amount from the contributor's account, and count the transfer.
 */
void
kw_take_transfer(const KwCase *c, KwWallet *wallet)
{
	wallet->available -= c->amount;
	if (c->day > wallet->transfer_day)
	{
		wallet->transfer_day = c->day;
		wallet->transfers = 1;
	}
	else if (c->day == wallet->transfer_day)
		wallet->transfers++;
}

/*
 * Append the fact; gives its id.
 */
int64
kw_append_transfer(KwPosting *p, const KwCase *c, const pg_uuid_t *request_id)
{
	int64		id = kw_next_id(p);
	Datum		values[T_COLUMNS] = {
		[T_TRANSFER_ID] = Int64GetDatum(id),
		[T_RELATION_ID] = Int64GetDatum(c->relation_id),
		[T_CONTRIBUTOR] = Int64GetDatum(c->contributor.person_id),
		[T_AMOUNT] = WalletAmountGetDatum(c->amount),
		[T_AT] = TimestampTzGetDatum(c->at),
		[T_REQUEST_ID] = UUIDPGetDatum(request_id),
		[T_POLICY_ID] = Int32GetDatum(c->contributor.policy.policy_id),
		[T_MONTH] = DateADTGetDatum(kw_posting_month(p))
	};

	kw_append(p, KW_TRANSFER, values, NULL);
	return id;
}

/*
 * Does a stored transfer have these arguments?  The fact names the relation,
 * and a relation never changes its recipient.
 */
bool
kw_same_transfer(KwPosting *p, const KwRow *fact, int64 recipient, WalletAmount amount)
{
	KwRelation	relation;

	return DatumGetInt64(fact->value[T_AMOUNT]) == amount &&
		kw_read_relation(p, DatumGetInt64(fact->value[T_RELATION_ID]), &relation) &&
		relation.recipient == recipient;
}

static void
refuse_form(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_KW_NOT_FOUND),
			 errmsg("no person matches the form"),
			 errdetail("Name, identity number and insured region must all match one person's record (TRF-03)."),
			 errhint("Check the recipient's name, identity number and insured region.")));
}

static void
judge_or_refuse(KwPosting *p, KwCase *c, const KwWallet *wallet, const KwRelation *relation,
				int64 contributor, int64 recipient, WalletAmount amount, TimestampTz at)
{
	const KwRule *violated = kw_judge_transfer(p, c, wallet, relation, contributor, recipient,
											   amount, at);

	if (violated != NULL)
		kw_refuse(violated, c);
}

/*
 * Post one transfer.  form_matches is false when an application form does
 * not match the recipient's record: that is judged after the request id, as
 * everything else, since a retry must give the stored result.
 */
static int64
post_transfer(const pg_uuid_t *request_id, int64 contributor, int64 recipient,
			  WalletAmount amount, bool form_matches)
{
	KwPosting  *p = kw_posting_begin("kinwallet.transfer()");
	KwWallet	wallet;
	KwRelation	relation;
	KwCase		c;
	KwRow		stored;
	TimestampTz at;
	bool		has_wallet;
	bool		has_relation;
	KwQuotaChange change = {0};
	bool		waited;
	int64		id;

	has_wallet = kw_lock_wallet(p, contributor, &wallet);
	has_relation = has_wallet && kw_read_open_relation(p, contributor, recipient, &relation);
	at = kw_posting_clock(p);

	if (has_wallet && kw_find_request(p, KW_TRANSFER, &wallet, request_id, '\0', &stored))
	{
		if (!kw_same_transfer(p, &stored, recipient, amount))
			kw_refuse_request_id("transfer");
		id = DatumGetInt64(stored.value[T_TRANSFER_ID]);
		kw_posting_end(p);
		return id;
	}
	if (!form_matches)
		refuse_form();

	judge_or_refuse(p, &c, has_wallet ? &wallet : NULL, has_relation ? &relation : NULL,
					contributor, recipient, amount, at);
	change.remaining = amount;
	waited = kw_change_quota(p, &relation, &change);
	/* who waited for somebody that rolled back does not know it: the day may have turned */
	at = kw_posting_clock(p);
	if (waited || kw_day_of(at) != c.day)
		judge_or_refuse(p, &c, &wallet, &relation, contributor, recipient, amount, at);
	c.at = at;
	kw_take_transfer(&c, &wallet);
	kw_update_wallet(p, &wallet);
	id = kw_append_transfer(p, &c, request_id);
	kw_posting_end(p);
	return id;
}

/*
 * transfer(request_id, contributor, recipient, amount) -> bigint
 */
KW_PUBLIC(transfer)
{
	KW_ARGS_NOT_NULL("request_id", "contributor", "recipient", "amount");
	PG_RETURN_INT64(post_transfer(PG_GETARG_UUID_P(0), PG_GETARG_INT64(1), PG_GETARG_INT64(2),
								  PG_GETARG_WALLET_AMOUNT(3), true));
}

/*
 * transfer_application(request_id, contributor, recipient_name,
 *		recipient_citizen_id, recipient_region, amount, verification) -> bigint
 *
 * The form of TRF-02 and TRF-03.
 */
KW_PUBLIC(transfer_application)
{
	KwSpi		spi;
	int64		recipient = 0;
	bool		matches = false;

	KW_ARGS_NOT_NULL("request_id", "contributor", "recipient_name", "recipient_citizen_id",
					 "recipient_region", "amount", "verification");
	if (VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(6)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("identity verification is missing"),
				 errdetail("A transfer application carries the reference of a passed identity verification (TRF-02).")));

	kw_spi_begin(&spi);
	if (kw_spi(KW_PLAN_FIND_APPLICANT, PG_GETARG_DATUM(3), PG_GETARG_DATUM(2), PG_GETARG_DATUM(4)) > 0)
	{
		recipient = kw_spi_int64(0, 1);
		matches = kw_spi_bool(0, 2);
	}
	kw_spi_end(&spi);

	PG_RETURN_INT64(post_transfer(PG_GETARG_UUID_P(0), PG_GETARG_INT64(1), recipient,
								  PG_GETARG_WALLET_AMOUNT(5), matches));
}
