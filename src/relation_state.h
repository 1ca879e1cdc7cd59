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

#include "wallet_amount.h"

/* lock person rows FOR SHARE in ascending order: no event can act on them until commit */
extern void kw_share_persons(int64 a, int64 b);
/* lock one person row FOR NO KEY UPDATE: no relation of it can be made until commit */
extern bool kw_claim_person(int64 person_id);
/* lock wallet rows in ascending order; those that do not exist are skipped */
extern void kw_lock_wallets(int64 *person_ids, int n);

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
 * all wallets concerned, then all relations, ascending.
 */
extern int	kw_dissolve_relations(int64 *person_ids, int n, const char *reason, TimestampTz at);
extern int	kw_suspend_relations(int64 person_id, int contributor_cause, int recipient_cause, TimestampTz at);
extern int	kw_resume_relations(int64 person_id, int contributor_cause, int recipient_cause, TimestampTz at);

#endif							/* KW_RELATION_STATE_H */
