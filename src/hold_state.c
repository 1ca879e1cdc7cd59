/*-------------------------------------------------------------------------
 *
 * hold_state.c
 *	  Ends holds.
 *
 * A hold's recipient and parts are written once; its state changes under the
 * lock of the recipient's wallet.  The contributors' wallets are locked as
 * well, because what is released may have to go there.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "hold_state.h"
#include "plans.h"
#include "relation_state.h"

/*
 * Read what never changes, and the state as of now.
 */
bool
kw_read_hold(int64 hold_id, KwHold *hold, MemoryContext cxt)
{
	if (kw_spi(KW_PLAN_HOLD, Int64GetDatum(hold_id)) == 0)
		return false;
	hold->hold_id = hold_id;
	hold->recipient = kw_spi_int64(0, 1);
	hold->state = kw_spi_char(0, 2);
	hold->amount = kw_spi_int64(0, 3);
	hold->expires_at = kw_spi_int64(0, 4);
	hold->use = kw_spi_char(0, 5);
	hold->provider = MemoryContextStrdup(cxt, kw_spi_text(0, 6));

	hold->n_parts = (int) kw_spi(KW_PLAN_HOLD_PARTS, Int64GetDatum(hold_id));
	hold->parts = MemoryContextAlloc(cxt, Max(hold->n_parts, 1) * sizeof(KwHoldPart));
	for (int i = 0; i < hold->n_parts; i++)
	{
		hold->parts[i].relation_id = kw_spi_int64(i, 1);
		hold->parts[i].amount = kw_spi_int64(i, 2);
		hold->parts[i].contributor = kw_spi_int64(i, 3);
		hold->parts[i].contributor_region = kw_spi_int32(i, 4);
	}
	return true;
}

static int64 *
list_wallets(const KwHold *hold, int *n)
{
	int64	   *ids = palloc((hold->n_parts + 1) * sizeof(int64));

	ids[0] = hold->recipient;
	for (int i = 0; i < hold->n_parts; i++)
		ids[i + 1] = hold->parts[i].contributor;
	*n = kw_sort_ids(ids, hold->n_parts + 1);
	return ids;
}

static int64 *
list_relations(const KwHold *hold, int *n)
{
	int64	   *ids = palloc(Max(hold->n_parts, 1) * sizeof(int64));

	for (int i = 0; i < hold->n_parts; i++)
		ids[i] = hold->parts[i].relation_id;
	*n = kw_sort_ids(ids, hold->n_parts);
	return ids;
}

void
kw_read_hold_state(KwHold *hold)
{
	kw_spi_one(KW_PLAN_HOLD, Int64GetDatum(hold->hold_id));
	hold->state = kw_spi_char(0, 2);
}

void
kw_lock_hold(KwHold *hold)
{
	int64	   *ids;
	int			n;

	ids = list_wallets(hold, &n);
	kw_lock_wallets(ids, n);
	ids = list_relations(hold, &n);
	kw_lock_relations(ids, n);
	kw_read_hold_state(hold);
}

bool
kw_try_lock_hold(KwHold *hold)
{
	int64	   *ids;
	int			n;

	ids = list_wallets(hold, &n);
	if (!kw_try_lock_wallets(ids, n))
		return false;
	ids = list_relations(hold, &n);
	if (!kw_try_lock_relations(ids, n))
		return false;
	kw_read_hold_state(hold);
	return true;
}

/*
 * Give back what one part reserved.
 */
static void
release(const KwHoldPart *part, TimestampTz at)
{
	kw_spi_one(KW_PLAN_RELEASE_HELD, Int64GetDatum(part->relation_id),
			   WalletAmountGetDatum(part->amount));
	if (kw_spi_bool(0, 1))
		return;					/* the relation is open: it is quota again */
	if (kw_spi(KW_PLAN_CREDIT_WALLET, Int64GetDatum(part->contributor),
			   WalletAmountGetDatum(part->amount)) != 1)
		elog(ERROR, "the contributor of relation " INT64_FORMAT " has no wallet", part->relation_id);
	kw_append_return(part->relation_id, part->contributor, part->amount, at,
					 part->contributor_region, KW_RETURN_HOLD);
}

void
kw_close_hold(const KwHold *hold, char new_state, TimestampTz at)
{
	if (kw_spi(KW_PLAN_END_HOLD, Int64GetDatum(hold->hold_id), CharGetDatum(new_state),
			   TimestampTzGetDatum(at)) != 1)
		elog(ERROR, "hold " INT64_FORMAT " is not open", hold->hold_id);
}

void
kw_end_hold(const KwHold *hold, char new_state, TimestampTz at)
{
	kw_close_hold(hold, new_state, at);
	for (int i = 0; i < hold->n_parts; i++)
		release(&hold->parts[i], at);
}
