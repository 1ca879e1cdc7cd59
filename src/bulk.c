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

typedef struct RequestKey
{
	int64		person;
	const pg_uuid_t *request_id;
	int			position;
} RequestKey;

static int
compare_keys(const void *a, const void *b)
{
	const RequestKey *x = a;
	const RequestKey *y = b;
	int			c;

	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	c = memcmp(x->request_id, y->request_id, UUID_LEN);
	return c != 0 ? c : x->position - y->position;
}

/*
 * Mark the items whose request id an earlier item of the same person has.
 * Only persons of several items are looked at.
 */
static void
find_repeated(KwBulk *bulk, const pg_uuid_t *request_ids)
{
	RequestKey *keys = palloc(Max(bulk->n_items, 1) * sizeof(RequestKey));
	int			n = 0;

	for (int i = 0; i < bulk->n_items; i++)
	{
		const KwBulkItem *item = &bulk->sorted[i];

		if ((i == 0 || item[-1].person != item->person) &&
			(i + 1 == bulk->n_items || item[1].person != item->person))
			continue;
		keys[n].person = item->person;
		keys[n].request_id = &request_ids[item->position];
		keys[n++].position = item->position;
	}
	qsort(keys, n, sizeof(RequestKey), compare_keys);
	for (int i = 1; i < n; i++)
		bulk->repeated[keys[i].position] = keys[i].person == keys[i - 1].person &&
			memcmp(keys[i].request_id, keys[i - 1].request_id, UUID_LEN) == 0;
	pfree(keys);
}

/*
 * Put the items of a bulk call in order.
 */
void
kw_bulk_prepare(KwBulk *bulk, int n, const pg_uuid_t *request_ids, const int64 *persons,
				const int64 *others)
{
	bulk->n_items = n;
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
	bulk->repeated = palloc0(Max(n, 1) * sizeof(bool));
	find_repeated(bulk, request_ids);
}
