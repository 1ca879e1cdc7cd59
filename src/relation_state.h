/*-------------------------------------------------------------------------
 *
 * relation_state.h
 *	  What ends, suspends and resumes relations, for everything that does:
 *	  a party, the agency, an insurance event, a wallet's freeze or closing,
 *	  the sweep.
 *
 * All of these run inside kw_spi_begin()/kw_spi_end().
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_RELATION_STATE_H
#define KW_RELATION_STATE_H

#include "compat.h"

#include "utils/timestamp.h"

#include "region_code.h"
#include "wallet_amount.h"

/* return_.kind */
#define KW_RETURN_DISSOLUTION	'd'
#define KW_RETURN_HOLD			'h'

/* what shall happen to all open relations of one person */
typedef struct KwRelationChange
{
	int64		person_id;
	const char *dissolve;		/* end them for this reason, or NULL: */
	int			contributor_set;	/* causes to add and to take away, */
	int			contributor_clear;	/* where the person is contributor */
	int			recipient_set;	/* and where the person is recipient */
	int			recipient_clear;
} KwRelationChange;

/* lock person rows FOR SHARE in ascending order: no event can act on them until commit */
extern void kw_share_persons(int64 a, int64 b);
/* lock one person row FOR NO KEY UPDATE: no relation of it can be made until commit */
extern bool kw_claim_person(int64 person_id);
/* lock wallet rows in ascending order; those that do not exist are skipped */
extern void kw_lock_wallets(int64 *person_ids, int n);
/* lock relation rows by id, ascending, whatever their state */
extern void kw_lock_relations(int64 *relation_ids, int n);
/* lock the wallets of claimed persons and of their partners, then their open relations, in order */
extern void kw_lock_relations_of(int64 *person_ids, int n);

/*
 * The same without waiting, for distinct ids of existing rows; false: another
 * transaction has one of them.  The last claims the person, too.
 */
extern bool kw_try_lock_wallets(int64 *person_ids, int n);
extern bool kw_try_lock_relations(int64 *relation_ids, int n);
extern bool kw_try_lock_relations_of(int64 person_id);

/*
 * End one relation, whose parties' wallets are locked: what remains returns
 * to the contributor's account; what a hold reserves stays until the hold
 * ends (EDGE-45).  Gives the returned amount.
 */
extern WalletAmount kw_end_relation(int64 relation_id, char new_state, const char *kind,
									const char *reason, int64 by_person /* 0: none */ ,
									TimestampTz at);

/*
 * Act on all open relations of claimed persons, in both directions: locks
 * all wallets concerned, then all relations, ascending.  A caller that wants
 * the time of its locks calls kw_lock_relations_of() before it reads the
 * clock.  The changes are sorted by person.  Each gives the number of
 * relations acted on.
 */
extern int	kw_change_relations(const KwRelationChange *changes, int n, TimestampTz at);
extern int	kw_dissolve_relations(int64 *person_ids, int n, const char *reason, TimestampTz at);
extern int	kw_suspend_relations(int64 person_id, int contributor_cause, int recipient_cause, TimestampTz at);
extern int	kw_resume_relations(int64 person_id, int contributor_cause, int recipient_cause, TimestampTz at);

/* what all writers of relations and quotas append */
extern void kw_log_relation(int64 relation_id, TimestampTz at, const char *kind,
							int64 by_person /* 0: none */ , const char *reason /* or NULL */ ,
							int causes, WalletAmount returned);
extern void kw_append_return(int64 relation_id, int64 contributor, WalletAmount amount,
							 TimestampTz at, RegionCode contributor_region, char kind);

/* a bigint[] for a plan's argument */
extern Datum kw_id_array(const int64 *ids, int n);
/* sort ascending, drop duplicates; gives the new number */
extern int	kw_sort_ids(int64 *ids, int n);

#endif							/* KW_RELATION_STATE_H */
