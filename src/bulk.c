/*-------------------------------------------------------------------------
 *
 * bulk.c
 *	  The items of a bulk call in the order in which rows are locked.
 *
 * Owns nothing; what it makes is in the caller's memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "bulk.h"
#include "clock.h"

static inline int
compare_items(const KwBulkItem *x, const KwBulkItem *y)
{
	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	if (x->other != y->other)
		return x->other < y->other ? -1 : 1;
	return x->position - y->position;
}

#define ST_SORT sort_items
#define ST_ELEMENT_TYPE KwBulkItem
#define ST_COMPARE(a, b) compare_items(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#define ST_DECLARE
#include "lib/sort_template.h"

static inline int
compare_requests(const KwRequestKey *x, const KwRequestKey *y)
{
	int			c;

	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	c = memcmp(x->request_id, y->request_id, UUID_LEN);
	return c != 0 ? c : x->position - y->position;
}

#define ST_SORT sort_requests
#define ST_ELEMENT_TYPE KwRequestKey
#define ST_COMPARE(a, b) compare_requests(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#define ST_DECLARE
#include "lib/sort_template.h"

/*
 * Sort the request ids and mark the items whose id an earlier item of the same
 * person has.
 */
static void
sort_request_ids(KwBulk *bulk)
{
	KwRequestKey *keys = palloc(Max(bulk->n_items, 1) * sizeof(KwRequestKey));

	/* nearly in order already */
	for (int i = 0; i < bulk->n_items; i++)
	{
		keys[i].person = bulk->sorted[i].person;
		keys[i].request_id = &bulk->request_ids[bulk->sorted[i].position];
		keys[i].position = bulk->sorted[i].position;
	}
	sort_requests(keys, bulk->n_items);
	bulk->repeated = palloc0(Max(bulk->n_items, 1) * sizeof(bool));
	for (int i = 1; i < bulk->n_items; i++)
		bulk->repeated[keys[i].position] = keys[i].person == keys[i - 1].person &&
			memcmp(keys[i].request_id, keys[i - 1].request_id, UUID_LEN) == 0;
	bulk->requests = keys;
}

/*
 * Find the items whose request id may have been accepted before this call.
 * The wallets are those of the persons, as they were locked.
 */
void
kw_bulk_find_requests(KwBulk *bulk, KwPosting *p, KwTable fact, const KwWallet *wallets)
{
	KwRequestKey *old = palloc(Max(bulk->n_items, 1) * sizeof(KwRequestKey));
	bool	   *maybe = palloc(Max(bulk->n_items, 1) * sizeof(bool));
	int			n = 0;

	for (int i = 0; i < bulk->n_items; i++)
	{
		const KwRequestKey *request = &bulk->requests[i];
		int32		second;

		if (!kw_request_second(request->request_id, &second) ||
			second <= wallets[bulk->person_of[request->position]].stored_mark)
			old[n++] = *request;
	}
	kw_find_sorted_requests(p, fact, n, old, maybe);
	bulk->stored = palloc0(Max(bulk->n_items, 1) * sizeof(bool));
	for (int i = 0; i < n; i++)
		bulk->stored[old[i].position] = maybe[i];
	pfree(old);
	pfree(maybe);
}

/*
 * Look for an item's request id, as kw_find_request() does, among what was
 * stored before and what earlier items have posted.
 */
bool
kw_bulk_find_request(const KwBulk *bulk, KwPosting *p, KwTable fact, KwWallet *wallet,
					 int item, KwRow *row)
{
	const pg_uuid_t *request_id = &bulk->request_ids[item];

	if (bulk->repeated[item])
		kw_flush_requests(p, wallet);
	else if (!bulk->stored[item])
	{
		(void) kw_request_is_newer(wallet, request_id);
		return false;
	}
	return kw_find_request(p, fact, wallet, request_id, '\0', row);
}

/*
 * Put the items of a bulk call in order.
 */
void
kw_bulk_prepare(KwBulk *bulk, int n, const pg_uuid_t *request_ids, const int64 *persons,
				const int64 *others)
{
	bulk->n_items = n;
	bulk->request_ids = request_ids;
	bulk->sorted = palloc(Max(n, 1) * sizeof(KwBulkItem));
	for (int i = 0; i < n; i++)
	{
		bulk->sorted[i].person = persons[i];
		bulk->sorted[i].other = others != NULL ? others[i] : 0;
		bulk->sorted[i].position = i;
	}
	sort_items(bulk->sorted, n);

	bulk->n_persons = 0;
	bulk->persons = palloc(Max(n, 1) * sizeof(int64));
	bulk->person_of = palloc(Max(n, 1) * sizeof(int));
	for (int i = 0; i < n; i++)
	{
		const KwBulkItem *item = &bulk->sorted[i];

		if (i == 0 || item[-1].person != item->person)
			bulk->persons[bulk->n_persons++] = item->person;
		bulk->person_of[item->position] = bulk->n_persons - 1;
	}
	sort_request_ids(bulk);
}
