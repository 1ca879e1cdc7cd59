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
	int			n_draws;
	KwDraw	   *draws;			/* in drawing order */
} KwPurchase;

/* read the recipient's active relations that have something left, in drawing order */
extern int	kw_read_quotas(KwPosting *p, int64 recipient, KwDraw **draws, WalletAmount *total);
/* share an amount out in drawing order; gives how many draws take part */
extern int	kw_share_out(KwDraw *draws, int n, WalletAmount amount);
/* lock the first n draws' relations, by ascending id, and load their newest versions */
extern void kw_lock_draws(KwPosting *p, KwDraw *draws, int n);

/* write spending and draws; the relations' quotas are the caller's to write */
extern int64 kw_append_purchase(KwPosting *p, const KwPurchase *purchase,
								const pg_uuid_t *request_id, TimestampTz at);
extern char kw_scope(RegionCode payer, RegionCode payee);

/* own and mutual part of what a purchase takes, by the policy's order (EDGE-41) */
extern void kw_split_burden(const KwPolicy *policy, WalletAmount burden, WalletAmount available,
							WalletAmount received, WalletAmount *own, WalletAmount *mutual);

/* the row that spend, capture and pay_premium return */
extern Datum kw_purchase_result(int64 spending_id, WalletAmount own_account,
								WalletAmount mutual_aid, WalletAmount cash_due);
extern Datum kw_stored_purchase_result(const KwRow *spending);

/* the spending case (spend_rules.c) */
extern void kw_spend_case(KwCase *c, const KwWallet *wallet /* or NULL */ , int64 recipient,
						  const char *provider /* or NULL */ , const char *use,
						  WalletAmount amount, TimestampTz at);

#endif							/* KW_PURCHASE_H */
