/*-------------------------------------------------------------------------
 *
 * batch.c
 *	  Many transfers in one call.
 *
 * Each item is judged by itself, in input order, as if it were a call of its
 * own.  All wallets are locked first, ascending, and all relations are changed
 * last, ascending, so that batches cannot deadlock whatever their order; each
 * wallet and each relation is written once.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "args.h"
#include "clock.h"
#include "door.h"
#include "errors.h"
#include "relation_state.h"
#include "transfer.h"

/* a pair of the batch */
typedef struct BatchRelation
{
	int64		contributor;
	int64		recipient;
	bool		is_open;		/* the pair has an open relation: row */
	WalletAmount transferred;
	KwRelation	row;
} BatchRelation;

typedef struct Batch
{
	KwPosting  *posting;
	TimestampTz at;
	int			n_contributors;
	int64	   *contributors;	/* sorted, distinct */
	KwWallet   *wallets;
	bool	   *has_wallet;
	bool	   *touched;
	int			n_relations;
	BatchRelation *relations;	/* sorted by pair, distinct */
} Batch;

static int
compare_pairs(const void *a, const void *b)
{
	const BatchRelation *x = a;
	const BatchRelation *y = b;

	if (x->contributor != y->contributor)
		return x->contributor < y->contributor ? -1 : 1;
	if (x->recipient != y->recipient)
		return x->recipient < y->recipient ? -1 : 1;
	return 0;
}

static int
compare_relation_ids(const void *a, const void *b)
{
	int64		x = (*(BatchRelation *const *) a)->row.relation_id;
	int64		y = (*(BatchRelation *const *) b)->row.relation_id;

	return x < y ? -1 : (x > y ? 1 : 0);
}

/*
 * Lock the contributors' wallets.  One that the batch does not need in the
 * end is locked for nothing, which is harmless.
 */
static void
lock_wallets(Batch *batch, const Datum *contributors, int n)
{
	batch->contributors = palloc(Max(n, 1) * sizeof(int64));
	for (int i = 0; i < n; i++)
		batch->contributors[i] = DatumGetInt64(contributors[i]);
	batch->n_contributors = n = kw_sort_ids(batch->contributors, n);
	batch->wallets = palloc(Max(n, 1) * sizeof(KwWallet));
	batch->has_wallet = palloc(Max(n, 1) * sizeof(bool));
	batch->touched = palloc0(Max(n, 1) * sizeof(bool));
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		batch->has_wallet[i] = kw_lock_wallet(batch->posting, batch->contributors[i],
											  &batch->wallets[i]);
	}
}

/*
 * Read the open relations of the pairs.  That none ends, comes to be or
 * changes its state is what the wallets' locks give.
 */
static void
read_relations(Batch *batch, const Datum *contributors, const Datum *recipients, int n)
{
	BatchRelation *relations = palloc0(Max(n, 1) * sizeof(BatchRelation));
	int			kept = 0;

	for (int i = 0; i < n; i++)
	{
		relations[i].contributor = DatumGetInt64(contributors[i]);
		relations[i].recipient = DatumGetInt64(recipients[i]);
	}
	qsort(relations, n, sizeof(BatchRelation), compare_pairs);
	for (int i = 0; i < n; i++)
		if (kept == 0 || compare_pairs(&relations[kept - 1], &relations[i]) != 0)
			relations[kept++] = relations[i];

	for (int i = 0; i < kept; i++)
	{
		CHECK_FOR_INTERRUPTS();
		relations[i].is_open = kw_read_open_relation(batch->posting, relations[i].contributor,
													 relations[i].recipient, &relations[i].row);
	}
	batch->relations = relations;
	batch->n_relations = kept;
}

/*
 * Add to the quotas what was transferred, by ascending id.  Where this waits
 * past midnight, the items were judged by the wrong day: that is for the
 * caller's next try.
 */
static void
change_quotas(Batch *batch)
{
	BatchRelation **by_id = palloc(Max(batch->n_relations, 1) * sizeof(BatchRelation *));
	int			n = 0;

	for (int i = 0; i < batch->n_relations; i++)
		if (batch->relations[i].transferred > 0)
			by_id[n++] = &batch->relations[i];
	qsort(by_id, n, sizeof(BatchRelation *), compare_relation_ids);
	for (int i = 0; i < n; i++)
	{
		KwQuotaChange change = {.remaining = by_id[i]->transferred};

		CHECK_FOR_INTERRUPTS();
		(void) kw_change_quota(batch->posting, &by_id[i]->row, &change);
	}
	pfree(by_id);
	if (kw_day_of(kw_posting_clock(batch->posting)) != kw_day_of(batch->at))
		kw_serialization_failure();
}

static BatchRelation *
find_pair(const Batch *batch, int64 contributor, int64 recipient)
{
	BatchRelation key = {.contributor = contributor,.recipient = recipient};

	return bsearch(&key, batch->relations, batch->n_relations, sizeof(BatchRelation), compare_pairs);
}

typedef struct ItemKey
{
	int64		contributor;
	const pg_uuid_t *request_id;
	int			item;
} ItemKey;

static int
compare_keys(const void *a, const void *b)
{
	const ItemKey *x = a;
	const ItemKey *y = b;
	int			c;

	if (x->contributor != y->contributor)
		return x->contributor < y->contributor ? -1 : 1;
	c = memcmp(x->request_id, y->request_id, UUID_LEN);
	return c != 0 ? c : x->item - y->item;
}

/*
 * Mark the items whose request id an earlier item of the same person has:
 * what that one posted must be in the table before they are judged.
 */
bool *
kw_find_repeated(const Datum *persons, const Datum *request_ids, int n)
{
	ItemKey    *keys = palloc(Max(n, 1) * sizeof(ItemKey));
	bool	   *repeated = palloc0(Max(n, 1) * sizeof(bool));

	for (int i = 0; i < n; i++)
	{
		keys[i].contributor = DatumGetInt64(persons[i]);
		keys[i].request_id = DatumGetUUIDP(request_ids[i]);
		keys[i].item = i;
	}
	qsort(keys, n, sizeof(ItemKey), compare_keys);
	for (int i = 1; i < n; i++)
		repeated[keys[i].item] = keys[i].contributor == keys[i - 1].contributor &&
			memcmp(keys[i].request_id, keys[i - 1].request_id, UUID_LEN) == 0;
	pfree(keys);
	return repeated;
}

/*
 * Judge and apply one item.  Gives the transfer's id, or 0 with the refusal.
 */
static int64
post_item(Batch *batch, pg_uuid_t *request_id, int64 contributor, int64 recipient,
		  WalletAmount amount, int *sqlstate, const char **message)
{
	int			w = kw_position_of(contributor, batch->contributors, batch->n_contributors);
	KwWallet   *wallet = batch->has_wallet[w] ? &batch->wallets[w] : NULL;
	BatchRelation *relation = find_pair(batch, contributor, recipient);
	const KwRule *violated;
	KwCase		c;
	KwRow		stored;

	if (wallet != NULL &&
		kw_find_request(batch->posting, KW_TRANSFER, wallet, request_id, '\0', &stored))
	{
		if (kw_same_transfer(batch->posting, &stored, recipient, amount))
			return DatumGetInt64(stored.value[T_TRANSFER_ID]);
		*sqlstate = ERRCODE_KW_REQUEST_ID_REUSED;
		*message = kw_request_id_message;
		return 0;
	}
	violated = kw_judge_transfer(batch->posting, &c, wallet,
								 relation->is_open ? &relation->row : NULL,
								 contributor, recipient, amount, batch->at);
	if (violated != NULL)
	{
		*sqlstate = violated->sqlstate;
		*message = violated->message;
		return 0;
	}
	kw_take_transfer(&c, wallet);
	relation->transferred = kw_amount_add(relation->transferred, amount);
	batch->touched[w] = true;
	return kw_append_transfer(batch->posting, &c, request_id);
}

/*
 * transfer_batch(request_ids, contributors, recipients, amounts)
 *		-> setof (ordinal, request_id, transfer_id, sqlstate, message)
 */
KW_PUBLIC(transfer_batch)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum	   *request_ids,
			   *contributors,
			   *recipients,
			   *amounts;
	int			n,
				n_contributors,
				n_recipients,
				n_amounts;
	Batch		batch = {0};
	bool	   *repeated;

	KW_ARGS_NOT_NULL("request_ids", "contributors", "recipients", "amounts");
	request_ids = kw_array_arg(fcinfo, 0, "request_ids", &n);
	contributors = kw_array_arg(fcinfo, 1, "contributors", &n_contributors);
	recipients = kw_array_arg(fcinfo, 2, "recipients", &n_recipients);
	amounts = kw_array_arg(fcinfo, 3, "amounts", &n_amounts);
	kw_same_lengths(n, n_contributors, n_recipients, n_amounts);
	InitMaterializedSRF(fcinfo, 0);

	batch.posting = kw_posting_begin("kinwallet.transfer_batch()");
	kw_posting_bulk(batch.posting);
	lock_wallets(&batch, contributors, n);
	read_relations(&batch, contributors, recipients, n);
	batch.at = kw_posting_clock(batch.posting);

	repeated = kw_find_repeated(contributors, request_ids, n);
	for (int i = 0; i < n; i++)
	{
		int			sqlstate = 0;
		const char *message = NULL;
		int64		id;
		Datum		values[5];
		bool		nulls[5] = {false};

		CHECK_FOR_INTERRUPTS();
		if (repeated[i])
			kw_flush(batch.posting);
		id = post_item(&batch, DatumGetUUIDP(request_ids[i]), DatumGetInt64(contributors[i]),
					   DatumGetInt64(recipients[i]), DatumGetInt64(amounts[i]), &sqlstate, &message);
		values[0] = Int32GetDatum(i + 1);
		values[1] = request_ids[i];
		values[2] = Int64GetDatum(id);
		nulls[2] = (id == 0);
		values[3] = CStringGetTextDatum(unpack_sql_state(sqlstate));
		nulls[4] = (message == NULL);
		values[4] = nulls[4] ? (Datum) 0 : CStringGetTextDatum(message);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}

	change_quotas(&batch);
	/* a refused item leaves its mark raised in memory only: it stores nothing */
	for (int i = 0; i < batch.n_contributors; i++)
		if (batch.touched[i])
			kw_update_wallet(batch.posting, &batch.wallets[i]);
	kw_posting_end(batch.posting);
	return (Datum) 0;
}
