/*-------------------------------------------------------------------------
 *
 * policy.h
 *	  Reference data as the rules see it: policies, regions, providers.
 *
 * Look-ups cost no SQL and no catalog access while the cache is valid.  They
 * hand out copies: nothing here points into the cache, which a nested call
 * may refill.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_POLICY_H
#define KW_POLICY_H

#include "compat.h"

#include "utils/date.h"
#include "utils/timestamp.h"

#include "kinship_relation.h"
#include "region_code.h"
#include "wallet_amount.h"

/* what money may pay for; the codes are those of spending.use */
#define KW_USE_MEDICAL			'm'
#define KW_USE_DRUG				'd'
#define KW_USE_DEVICE			'e'
#define KW_USE_CONSUMABLE		'c'
#define KW_USE_RESIDENT_MEDICAL	'r'
#define KW_USE_LONG_TERM_CARE	'l'

/* provider_region_rule */
#define KW_PLACE_ANY			'a'
#define KW_PLACE_INSURED_REGION	'i'
#define KW_PLACE_USE_REGION		'u'

#define KW_PROVIDER_LEN			12

typedef struct KwPolicy
{
	int32		policy_id;
	int32		scope;			/* 0, a province or a region */
	DateADT		from;			/* valid on from <= day < until */
	DateADT		until;
	bool		cross_province;
	bool		own_account_first;
	bool		pause_is_change;
	char		provider_region_rule;
	uint32		kinships;		/* 1 << stored code */
	uint32		uses;			/* by kw_use_bit() */
	WalletAmount transfer_min;
	WalletAmount transfer_max;
	WalletAmount reserve;
	int32		transfers_per_day;
	int32		relation_cap;	/* -1: none */
	int32		pause_days;
	int32		premium_from;	/* month * 100 + day, both included */
	int32		premium_through;
	Interval	request_expiry;
	Interval	hold_expiry;
} KwPolicy;

typedef struct KwProvider
{
	char		code[KW_PROVIDER_LEN + 1];	/* the hash key */
	bool		exists;
	bool		accepts_wallet;
	RegionCode	region;
	DateADT		from;			/* valid on from <= day < until */
	DateADT		until;
} KwProvider;

extern void kw_policy_init(void);

extern void kw_policy(RegionCode region, DateADT day, KwPolicy *policy);
extern bool kw_policy_allows_kinship(const KwPolicy *policy, KinshipRelation kinship);
extern bool kw_region_opened_on(RegionCode region, DateADT *opened_on);
extern bool kw_provider(const char *code, KwProvider *provider);

extern char kw_use_code(const char *use);
extern const char *kw_use_name(char code);
extern uint32 kw_use_bit(char code);

#endif							/* KW_POLICY_H */
