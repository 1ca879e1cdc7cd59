/*-------------------------------------------------------------------------
 *
 * store.h
 *	  The hot rows: find, lock, update, append, without the executor.
 *
 * A posting is one call of a function that moves money.  It
 *	1. begins (kw_posting_begin), which opens wallet and relation;
 *	2. locks wallets in ascending order, then locks or changes relations in
 *	   ascending order;
 *	3. reads the clock, which fixes the month (kw_posting_clock);
 *	4. looks for its request id, judges, updates, appends facts;
 *	5. ends (kw_posting_end).
 *
 * Every lock function returns the row's newest version, which the posting's
 * snapshot sees.  Under READ COMMITTED it waits and reads again; under
 * REPEATABLE READ and SERIALIZABLE a row that changed since the transaction's
 * snapshot is an error 40001.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_STORE_H
#define KW_STORE_H

#include "compat.h"

#include "access/htup.h"
#include "executor/tuptable.h"
#include "utils/date.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "catalog.h"
#include "policy.h"

typedef struct KwPosting KwPosting;

/* a locked row; the fields above the line may be changed and written back */
typedef struct KwWallet
{
	RegionCode	region;
	char		status;
	char		insured;
	char		scheme;
	DateADT		transfer_day;
	WalletAmount available;
	int32		request_mark;
	int16		transfers;
	/* ------------ */
	int64		person_id;
	int32		stored_mark;	/* of the request ids that a look-up finds, if they were accepted */
	TupleTableSlot *slot;		/* holds the row; NULL: kept is it */
	HeapTuple	kept;
} KwWallet;

typedef struct KwRelation
{
	WalletAmount held;
	WalletAmount returned;
	WalletAmount remaining;
	WalletAmount spent;
	/* ------------ */
	int64		relation_id;
	int64		contributor;
	int64		recipient;
	TimestampTz active_since;
	RegionCode	contributor_region;
	RegionCode	recipient_region;
	KinshipRelation kinship;
	char		state;
	int16		causes;
	ItemPointerData tid;
	TupleTableSlot *slot;		/* holds the row; NULL: kept is it */
	HeapTuple	kept;			/* NULL, too: only what stands here was kept */
} KwRelation;

/* an ordered pair of persons */
typedef struct KwPair
{
	int64		contributor;
	int64		recipient;
} KwPair;

/* a person's request id */
typedef struct KwRequestKey
{
	int64		person;
	const pg_uuid_t *request_id;
	int			position;		/* in what the caller was given */
} KwRequestKey;

/* differences to a relation's quota */
typedef struct KwQuotaChange
{
	WalletAmount held;
	WalletAmount returned;
	WalletAmount remaining;
	WalletAmount spent;
} KwQuotaChange;

/*
 * A fact or other row as Datums, by the column enums of catalog.h.  What is by
 * reference is valid until the next look-up into the same table or leaf.
 */
typedef struct KwRow
{
	Datum		value[KW_MAX_COLUMNS];
	bool		isnull[KW_MAX_COLUMNS];
	TupleTableSlot *slot;
} KwRow;

extern KwPosting *kw_posting_begin(const char *function);
extern void kw_posting_end(KwPosting *p);
extern MemoryContext kw_posting_context(KwPosting *p);
/*
 * Declare that the posting will lock many rows and append many facts: it
 * keeps no buffer pins, and facts wait for each other.  kw_find_request()
 * does not find those that wait; kw_flush() inserts them.
 */
extern void kw_posting_bulk(KwPosting *p);
extern void kw_flush(KwPosting *p);

extern bool kw_lock_wallet(KwPosting *p, int64 person_id, KwWallet *wallet);
extern bool kw_lock_relation(KwPosting *p, int64 relation_id, KwRelation *relation);
/* lock a relation that was read, in this posting, without lock */
extern void kw_lock_read_relation(KwPosting *p, KwRelation *relation);
/* read without lock, with a snapshot newer than the locks held */
extern bool kw_read_open_relation(KwPosting *p, int64 contributor, int64 recipient, KwRelation *relation);
extern bool kw_read_relation(KwPosting *p, int64 relation_id, KwRelation *relation);
/* all relations of a recipient in a state, palloc'd in the posting's context */
extern int	kw_read_incoming(KwPosting *p, int64 recipient, char state, KwRelation **relations);
/* the same for many, in ascending order of persons or pairs; found says for which there is one */
extern int	kw_find_missing_wallets(KwPosting *p, int n, const int64 *persons, int64 *missing);
extern void kw_lock_sorted_wallets(KwPosting *p, int n, const int64 *persons, KwWallet *wallets, bool *found);
extern void kw_read_sorted_relations(KwPosting *p, int n, const KwPair *pairs, KwRelation *relations, bool *found);
extern void kw_update_wallet(KwPosting *p, KwWallet *wallet);
extern void kw_update_relation(KwPosting *p, KwRelation *relation);
/*
 * Change a relation that was read, not locked, by somebody who holds the
 * wallet lock of one of its parties: then its state cannot change, and other
 * changes of its quota only add up.  True: another change came first.  It can
 * have waited without that, for somebody that changed nothing in the end.
 */
extern bool kw_change_quota(KwPosting *p, KwRelation *relation, const KwQuotaChange *change);

/* refunded: at most one row a spending, under the lock of the recipient's wallet */
extern bool kw_lock_refunded(KwPosting *p, int64 spending_id, KwRow *row);
extern void kw_write_refunded(KwPosting *p, int64 spending_id, KwRow *row /* NULL: a new one */ ,
							  WalletAmount mutual_aid, WalletAmount own_account);

/* clock and month: after the row locks; a closed month is refused (KW012) by the first append */
extern TimestampTz kw_posting_clock(KwPosting *p);
extern DateADT kw_posting_month(KwPosting *p);

/*
 * Is the request id newer than any that was stored for the person?  The mark
 * is raised to it.  In a bulk posting, what waits is not stored: whoever
 * repeats a request id flushes first, and says so of the wallet.
 */
extern bool kw_request_is_newer(KwWallet *wallet, const pg_uuid_t *request_id);
extern void kw_flush_requests(KwPosting *p, KwWallet *wallet);

/*
 * Request ids: has the person a fact of this request id in this month or the
 * previous one (on the month's last day: or the next one)?  kind is '\0' for
 * tables without one.  The wallet is the acting person's, locked; its
 * request_mark spares the look-up of a newer id and is raised, to be written
 * back with the wallet.
 */
extern bool kw_find_request(KwPosting *p, KwTable fact, KwWallet *wallet,
							const pg_uuid_t *request_id, char kind, KwRow *row);
/*
 * Which of many request ids, ascending by person and id, can kw_find_request()
 * find?  Of those for which maybe says no, it finds none.
 */
extern void kw_find_sorted_requests(KwPosting *p, KwTable fact, int n, const KwRequestKey *requests,
									bool *maybe);

/* a contributor's transfers of a day, counted from the facts of the posting's month */
extern int	kw_count_transfers(KwPosting *p, int64 contributor, DateADT day);

/* facts by id, in the month that the id carries */
extern bool kw_find_spending(KwPosting *p, int64 spending_id, KwRow *row);
extern int	kw_find_draws(KwPosting *p, int64 spending_id, KwRow **rows);

extern int64 kw_next_id(KwPosting *p);
/* append a fact of the posting's month; values by the column enums; isnull may be NULL */
extern void kw_append(KwPosting *p, KwTable fact, const Datum *values, const bool *isnull);

/* for SPI callers: lock the month's leaves and refuse when it is closed or has none */
extern void kw_require_open_month(DateADT month);
/* raise "could not serialize access" */
pg_noreturn extern void kw_serialization_failure(void);

#endif							/* KW_STORE_H */
