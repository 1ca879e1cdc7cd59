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
#include "bulk.h"
#include "clock.h"
#include "door.h"
#include "errors.h"
#include "relation_state.h"
#include "transfer.h"

typedef struct Batch
{
	KwPosting  *posting;
	TimestampTz at;
	KwBulk		items;
	/* of each contributor */
	KwWallet   *wallets;
	bool	   *has_wallet;
	bool	   *touched;
	/* of each pair; without an open relation the row is not filled */
	int			n_pairs;
	KwPair	   *pairs;			/* sorted, distinct */
	KwRelation *relations;
	bool	   *is_open;
	WalletAmount *transferred;
	int		   *pair_of;		/* of each item */
} Batch;

/*
 * Lock the contributors' wallets.  One that the batch does not need in the
 * end is locked for nothing, which is harmless.
 */
static void
lock_wallets(Batch *batch)
{
	int			n = batch->items.n_persons;

	batch->wallets = palloc(Max(n, 1) * sizeof(KwWallet));
	batch->has_wallet = palloc(Max(n, 1) * sizeof(bool));
	batch->touched = palloc0(Max(n, 1) * sizeof(bool));
	kw_lock_sorted_wallets(batch->posting, n, batch->items.persons, batch->wallets, batch->has_wallet);
}

/*
 * Read the open relations of the pairs.  That none ends, comes to be or
 * changes its state is what the wallets' locks give.
 */
static void
read_relations(Batch *batch)
{
	int			n = batch->items.n_items;
	int			n_pairs = 0;

	batch->pairs = palloc(Max(n, 1) * sizeof(KwPair));
	batch->pair_of = palloc(Max(n, 1) * sizeof(int));
	for (int i = 0; i < n; i++)
	{
		const KwBulkItem *item = &batch->items.sorted[i];

		if (i == 0 || item[-1].person != item->person || item[-1].other != item->other)
		{
			batch->pairs[n_pairs].contributor = item->person;
			batch->pairs[n_pairs++].recipient = item->other;
		}
		batch->pair_of[item->position] = n_pairs - 1;
	}
	batch->n_pairs = n_pairs;
	batch->relations = palloc(Max(n_pairs, 1) * sizeof(KwRelation));
	batch->is_open = palloc(Max(n_pairs, 1) * sizeof(bool));
	batch->transferred = palloc0(Max(n_pairs, 1) * sizeof(WalletAmount));
	kw_read_sorted_relations(batch->posting, n_pairs, batch->pairs, batch->relations, batch->is_open);
}

typedef struct Change
{
	int64		relation_id;
	int			pair;
} Change;

static int
compare_changes(const Change *x, const Change *y)
{
	return x->relation_id < y->relation_id ? -1 : (x->relation_id > y->relation_id ? 1 : 0);
}

#define ST_SORT sort_changes
#define ST_ELEMENT_TYPE Change
#define ST_COMPARE(a, b) compare_changes(a, b)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

/*
 * Add to the quotas what was transferred, by ascending id.  Where this waits
 * past midnight, the items were judged by the wrong day: that is for the
 * caller's next try.
 */
static void
change_quotas(Batch *batch)
{
	Change	   *changes = palloc(Max(batch->n_pairs, 1) * sizeof(Change));
	int			n = 0;

	for (int i = 0; i < batch->n_pairs; i++)
		if (batch->transferred[i] > 0)
			changes[n++] = (Change) {batch->relations[i].relation_id, i};
	sort_changes(changes, n);
	for (int i = 0; i < n; i++)
	{
		KwQuotaChange change = {.remaining = batch->transferred[changes[i].pair]};

		CHECK_FOR_INTERRUPTS();
		(void) kw_change_quota(batch->posting, &batch->relations[changes[i].pair], &change);
	}
	pfree(changes);
	if (kw_day_of(kw_posting_clock(batch->posting)) != kw_day_of(batch->at))
		kw_serialization_failure();
}

/*
 * Judge and apply one item.  Gives the transfer's id, or 0 with the refusal.
 */
static int64
post_item(Batch *batch, int item, WalletAmount amount, int *sqlstate, const char **message)
{
	int			w = batch->items.person_of[item];
	int			r = batch->pair_of[item];
	const KwPair *pair = &batch->pairs[r];
	KwWallet   *wallet = batch->has_wallet[w] ? &batch->wallets[w] : NULL;
	const KwRule *violated;
	KwCase		c;
	KwRow		stored;

	if (wallet != NULL &&
		kw_bulk_find_request(&batch->items, batch->posting, KW_TRANSFER, wallet, item, &stored))
	{
		if (kw_same_transfer(batch->posting, &stored, pair->recipient, amount))
			return DatumGetInt64(stored.value[T_TRANSFER_ID]);
		*sqlstate = ERRCODE_KW_REQUEST_ID_REUSED;
		*message = kw_request_id_message;
		return 0;
	}
	violated = kw_judge_transfer(batch->posting, &c, wallet,
								 batch->is_open[r] ? &batch->relations[r] : NULL,
								 pair->contributor, pair->recipient, amount, batch->at);
	if (violated != NULL)
	{
		*sqlstate = violated->sqlstate;
		*message = violated->message;
		return 0;
	}
	kw_take_transfer(&c, wallet);
	batch->transferred[r] = kw_amount_add(batch->transferred[r], amount);
	batch->touched[w] = true;
	return kw_append_transfer(batch->posting, &c, &batch->items.request_ids[item]);
}

/*
 * Give the caller the result of one item.
 */
static void
put_result(ReturnSetInfo *rsinfo, int item, const pg_uuid_t *request_id, int64 id,
		   Datum posted, int sqlstate, const char *message)
{
	Datum		values[5] = {
		Int32GetDatum(item + 1),
		UUIDPGetDatum(request_id),
		Int64GetDatum(id),
		posted
	};
	bool		nulls[5] = {false, false, id == 0, false, message == NULL};

	if (sqlstate != 0)
		values[3] = CStringGetTextDatum(unpack_sql_state(sqlstate));
	if (message != NULL)
		values[4] = CStringGetTextDatum(message);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	if (sqlstate != 0)
		pfree(DatumGetPointer(values[3]));
	if (message != NULL)
		pfree(DatumGetPointer(values[4]));
}

/*
 * transfer_batch(request_ids, contributors, recipients, amounts)
 *		-> setof (ordinal, request_id, transfer_id, sqlstate, message)
 */
KW_PUBLIC(transfer_batch)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const pg_uuid_t *request_ids;
	const int64 *contributors;
	const int64 *recipients;
	const WalletAmount *amounts;
	int			n,
				n_contributors,
				n_recipients,
				n_amounts;
	Batch		batch = {0};
	Datum		posted;

	KW_ARGS_NOT_NULL("request_ids", "contributors", "recipients", "amounts");
	request_ids = kw_fixed_array_arg(fcinfo, 0, "request_ids", &n);
	contributors = kw_fixed_array_arg(fcinfo, 1, "contributors", &n_contributors);
	recipients = kw_fixed_array_arg(fcinfo, 2, "recipients", &n_recipients);
	amounts = kw_fixed_array_arg(fcinfo, 3, "amounts", &n_amounts);
	kw_same_lengths(n, n_contributors, n_recipients, n_amounts);
	InitMaterializedSRF(fcinfo, 0);
	posted = CStringGetTextDatum("00000");

	kw_bulk_prepare(&batch.items, n, request_ids, contributors, recipients);
	batch.posting = kw_posting_begin("kinwallet.transfer_batch()");
	kw_posting_bulk(batch.posting);
	lock_wallets(&batch);
	read_relations(&batch);
	batch.at = kw_posting_clock(batch.posting);
	kw_bulk_find_requests(&batch.items, batch.posting, KW_TRANSFER, batch.wallets);

	for (int i = 0; i < n; i++)
	{
		int			sqlstate = 0;
		const char *message = NULL;
		int64		id;

		CHECK_FOR_INTERRUPTS();
		id = post_item(&batch, i, amounts[i], &sqlstate, &message);
		put_result(rsinfo, i, &request_ids[i], id, posted, sqlstate, message);
	}

	change_quotas(&batch);
	/* a refused item leaves its mark raised in memory only: it stores nothing */
	for (int i = 0; i < batch.items.n_persons; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (batch.touched[i])
			kw_update_wallet(batch.posting, &batch.wallets[i]);
	}
	kw_posting_end(batch.posting);
	return (Datum) 0;
}
