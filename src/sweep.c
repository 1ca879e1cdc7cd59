/*-------------------------------------------------------------------------
 *
 * sweep.c
 *	  Ends what has run out: requests, holds, long pauses.
 *
 * Goes item by item, each under the usual locks in the usual order, but
 * never waits for a row: an item of which another transaction has a row is
 * left to the next sweep.  Locks add up over the items of one sweep in no
 * order, so waiting could be a deadlock; not waiting cannot.  Nothing relies
 * on a sweep: what has run out is refused without it.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "clock.h"
#include "door.h"
#include "hold_state.h"
#include "plans.h"
#include "policy.h"
#include "relation_state.h"
#include "rules.h"

/* a request, as listed without lock */
typedef struct Request
{
	int64		relation_id;
	int64		parties[2];
	RegionCode	contributor_region;
	TimestampTz requested_at;
} Request;

/*
 * Expire one request, if it still is one.
 */
static bool
expire_request(Request *r)
{
	int			n = kw_sort_ids(r->parties, 2);
	TimestampTz at;

	if (!kw_try_lock_wallets(r->parties, n) || !kw_try_lock_relations(&r->relation_id, 1) ||
		kw_spi(KW_PLAN_IS_REQUEST, Int64GetDatum(r->relation_id)) == 0)
		return false;
	at = kw_now();
	kw_end_relation(r->relation_id, KW_RELATION_EXPIRED, "expired", NULL, 0, at);
	return true;
}

static int64
expire_requests(void)
{
	uint64		rows = kw_spi(KW_PLAN_REQUESTS);
	Request    *requests = palloc(Max(rows, 1) * sizeof(Request));
	TimestampTz now = kw_now();
	int64		n = 0;

	for (uint64 i = 0; i < rows; i++)
	{
		requests[i].relation_id = kw_spi_int64(i, 1);
		requests[i].parties[0] = kw_spi_int64(i, 2);
		requests[i].parties[1] = kw_spi_int64(i, 3);
		requests[i].contributor_region = kw_spi_int32(i, 4);
		requests[i].requested_at = kw_spi_int64(i, 5);
	}
	for (uint64 i = 0; i < rows; i++)
		if (kw_request_expires(requests[i].contributor_region, requests[i].requested_at) <= now &&
			expire_request(&requests[i]))
			n++;
	return n;
}

/*
 * Expire one hold, if it is still open.  Its time does not change.
 */
static bool
expire_hold(int64 hold_id)
{
	KwHold		hold;

	if (!kw_read_hold(hold_id, &hold, CurrentMemoryContext) || !kw_try_lock_hold(&hold) || hold.state != KW_HOLD_OPEN)
		return false;
	kw_end_hold(&hold, KW_HOLD_EXPIRED, kw_now());
	return true;
}

static int64
expire_holds(void)
{
	uint64		rows = kw_spi(KW_PLAN_EXPIRED_HOLDS, TimestampTzGetDatum(kw_now()));
	int64	   *ids = palloc(Max(rows, 1) * sizeof(int64));
	int64		n = 0;

	for (uint64 i = 0; i < rows; i++)
		ids[i] = kw_spi_int64(i, 1);
	for (uint64 i = 0; i < rows; i++)
		if (expire_hold(ids[i]))
			n++;
	return n;
}

/*
 * Has the person been paused for as long as the region allows (EDGE-24)?
 */
static bool
paused_too_long(int64 person_id, DateADT today)
{
	RegionCode	region;
	DateADT		since;
	KwPolicy	policy;

	if (kw_spi(KW_PLAN_PAUSE, Int64GetDatum(person_id)) == 0)
		return false;
	region = kw_spi_int32(0, 1);
	since = kw_spi_int32(0, 2);
	kw_policy(region, today, &policy);
	return DATE_IS_NOBEGIN(since) || (int64) since + policy.pause_days <= today;
}

/*
 * Dissolve the relations of those paused for too long; gives the number of
 * relations and requests that ended.
 */
static int64
dissolve_pauses(void)
{
	uint64		rows = kw_spi(KW_PLAN_PAUSES);
	int64	   *ids = palloc(Max(rows, 1) * sizeof(int64));
	int64		n = 0;

	for (uint64 i = 0; i < rows; i++)
		ids[i] = kw_spi_int64(i, 1);
	for (uint64 i = 0; i < rows; i++)
	{
		DateADT		today = kw_day_of(kw_now());

		/* looked at before, to claim nobody in vain, and again after the claim */
		if (paused_too_long(ids[i], today) && kw_try_lock_relations_of(ids[i]) &&
			paused_too_long(ids[i], today))
			n += kw_dissolve_relations(&ids[i], 1, "insurance_change", kw_now());
	}
	return n;
}

KW_PUBLIC(sweep)
{
	static const struct
	{
		const char *what;
		int64		(*end) (void);
	}			steps[] =
	{
		{"requests_expired", expire_requests},
		{"holds_expired", expire_holds},
		{"pauses_dissolved", dissolve_pauses},
	};
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		n[lengthof(steps)];
	KwSpi		spi;

	PreventCommandIfReadOnly("kinwallet.sweep()");
	InitMaterializedSRF(fcinfo, 0);
	kw_spi_begin(&spi);
	for (int i = 0; i < (int) lengthof(steps); i++)
		n[i] = steps[i].end();
	kw_spi_end(&spi);

	for (int i = 0; i < (int) lengthof(steps); i++)
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};

		values[0] = CStringGetTextDatum(steps[i].what);
		values[1] = Int64GetDatum(n[i]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
