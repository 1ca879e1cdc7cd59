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
	KwBulkItem *sorted;			/* by person, other, position */
	int			n_persons;
	int64	   *persons;		/* sorted, distinct */
	/* of each item of the input */
	int		   *person_of;		/* where its person stands in persons[] */
	bool	   *repeated;		/* an earlier item of the person has its request id */
} KwBulk;

extern void kw_bulk_prepare(KwBulk *bulk, int n, const pg_uuid_t *request_ids,
							const int64 *persons, const int64 *others /* or NULL */ );

#endif							/* KW_BULK_H */
