/*-------------------------------------------------------------------------
 *
 * bulk.h
 *	  The items of a bulk call in the order in which rows are locked.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_BULK_H
#define KW_BULK_H

#include "compat.h"

#include "utils/uuid.h"

#include "store.h"

/* an item; of credits there is no other person */
typedef struct KwBulkItem
{
	int64		person;			/* the acting one */
	int64		other;
	int			position;		/* in the input */
} KwBulkItem;

typedef struct KwBulk
{
	int			n_items;
	const pg_uuid_t *request_ids;	/* as in the input */
	KwBulkItem *sorted;			/* by person, other, position */
	int			n_persons;
	int64	   *persons;		/* sorted, distinct */
	KwRequestKey *requests;		/* sorted by person, id, position */
	/* of each item of the input */
	int		   *person_of;		/* where its person stands in persons[] */
	bool	   *repeated;		/* an earlier item of the person has its request id */
	bool	   *stored;			/* it may have been accepted before this call */
} KwBulk;

extern void kw_bulk_prepare(KwBulk *bulk, int n, const pg_uuid_t *request_ids,
							const int64 *persons, const int64 *others /* or NULL */ );
extern void kw_bulk_find_requests(KwBulk *bulk, KwPosting *p, KwTable fact, const KwWallet *wallets);
extern bool kw_bulk_find_request(const KwBulk *bulk, KwPosting *p, KwTable fact, KwWallet *wallet,
								 int item, KwRow *row);

#endif							/* KW_BULK_H */
