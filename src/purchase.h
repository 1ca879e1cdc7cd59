/*-------------------------------------------------------------------------
 *
 * purchase.h
 *	  What spend, capture and premium payment share: drawing quotas and
 *	  writing the facts of a purchase.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_PURCHASE_H
#define KW_PURCHASE_H

#include "compat.h"

#include "utils/uuid.h"

#include "rules.h"
#include "store.h"

/* spending.kind */
#define KW_SPENDING_SPEND	's'
#define KW_SPENDING_CAPTURE	'c'
#define KW_SPENDING_PREMIUM	'p'

/* draw.kind, draw.place */
#define KW_DRAW_DRAW		'd'
#define KW_DRAW_RESTORE		'r'
#define KW_PLACE_QUOTA		'q'
#define KW_PLACE_HOLD		'h'
#define KW_PLACE_ACCOUNT	'a'
#define KW_PLACE_SUSPENSE	's'

/* draw.scope (EDGE-73) */
#define KW_SCOPE_LOCAL			'l'
#define KW_SCOPE_INTRA_PROVINCE	'i'
#define KW_SCOPE_CROSS_PROVINCE	'c'

/* draw.counts */
#define KW_COUNTS_REGION	1
#define KW_COUNTS_PROVINCE	2

/* one relation of a purchase: how much of it is drawn */
typedef struct KwDraw
{
	KwRelation	relation;
	WalletAmount amount;
} KwDraw;

/* a purchase as it is written; what does not apply is zero or NULL */
typedef struct KwPurchase
{
	char		kind;
	char		use;
	int64		recipient;
	const char *provider;
	RegionCode	payee_region;
	RegionCode	recipient_region;
	int32		policy_id;
	WalletAmount personal_burden;
	WalletAmount own_account;
	WalletAmount mutual_aid;
	bool		allow_partial;
	int64		hold_id;
	int			cover_year;
	const char *reason;
	Interval	hold_expiry;	/* of the policy */
	int			n_draws;
	KwDraw	   *draws;			/* in drawing order */
} KwPurchase;

/*
 * Judge a purchase, plan it and lock what it draws.  The recipient's wallet is
 * locked, the purchase has what the caller asks for; a hold takes from quotas
 * only.  Refuses, or fills the parts, the draws, regions and policy; gives the
 * time of the purchase.
 */
extern TimestampTz kw_plan_purchase(KwPosting *p, KwPurchase *purchase,
									const KwWallet *wallet /* or NULL */ , uint32 set);
/* take the parts of a planned purchase from the wallet and the quotas, and write them back */
extern void kw_take_purchase(KwPosting *p, KwPurchase *purchase, KwWallet *wallet, TimestampTz at);

/* lock the first n draws' relations, by ascending id, and load their newest versions */
extern void kw_lock_draws(KwPosting *p, KwDraw *draws, int n);

/* write spending and draws */
extern int64 kw_append_purchase(KwPosting *p, const KwPurchase *purchase,
								const pg_uuid_t *request_id, TimestampTz at);

/* locked wallets of everybody whom a purchase or its refund concerns */
typedef struct KwParties
{
	int			n;
	int64	   *ids;			/* sorted, distinct */
	KwWallet   *wallets;
	bool	   *touched;
} KwParties;

/* lock the wallets, ascending; ids is sorted in place and kept */
extern void kw_lock_parties(KwPosting *p, KwParties *parties, int64 *ids, int n);
/* one of the wallets; touched ones are written back by kw_update_parties() */
extern KwWallet *kw_party_wallet(KwParties *parties, int64 person_id, bool touch);
extern void kw_update_parties(KwPosting *p, const KwParties *parties);
extern bool kw_relation_is_open(const KwRelation *relation);

/* the row that spend, capture and pay_premium return */
extern Datum kw_purchase_result(int64 spending_id, WalletAmount own_account,
								WalletAmount mutual_aid, WalletAmount cash_due);
extern Datum kw_stored_purchase_result(const KwRow *spending);

/* the case of a spending, a hold or a capture (spend_case.c) */
extern void kw_spend_case(KwCase *c, const KwWallet *wallet /* or NULL */ , int64 recipient,
						  const char *provider /* or NULL */ , char use /* or '\0' */ ,
						  WalletAmount amount, TimestampTz at);
/* what a premium's case has in addition */
extern void kw_premium_case(KwCase *c, int cover_year, const char *reason /* or NULL */ );

#endif							/* KW_PURCHASE_H */
