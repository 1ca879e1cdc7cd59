/*-------------------------------------------------------------------------
 *
 * rules.h
 *	  The rules of rules.md as one table, read by posting and by explain.
 *
 * A case holds everything that the rules look at.  Posting fills it from the
 * rows it has locked; kw_case_load() fills it from the tables.  Each rule is
 * one row of the table in rules.c: its ID, source, SQLSTATE, check and texts.
 * The order of the table is the order in which violations are reported.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_RULES_H
#define KW_RULES_H

#include "compat.h"

#include "lib/stringinfo.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "policy.h"

/* wallet.status, wallet.insured, wallet.scheme, relation.state */
#define KW_WALLET_NONE			'\0'
#define KW_WALLET_PENDING		'p'
#define KW_WALLET_OPEN			'o'
#define KW_WALLET_FROZEN		'f'
#define KW_WALLET_CLOSED		'c'

#define KW_INSURED_NORMAL		'n'
#define KW_INSURED_PAUSED		'p'
#define KW_INSURED_TERMINATED	't'
#define KW_INSURED_DECEASED		'd'

#define KW_SCHEME_EMPLOYEE		'e'
#define KW_SCHEME_POOLED_ONLY	'p'		/* employee without individual account */
#define KW_SCHEME_RESIDENT		'r'

#define KW_RELATION_NONE		'\0'
#define KW_RELATION_REQUESTED	'r'
#define KW_RELATION_ACTIVE		'a'
#define KW_RELATION_SUSPENDED	's'
#define KW_RELATION_DISSOLVED	'd'
#define KW_RELATION_REFUSED		'n'
#define KW_RELATION_WITHDRAWN	'w'
#define KW_RELATION_EXPIRED		'x'

/* relation.causes: why it is suspended */
#define KW_CAUSE_CONTRIBUTOR_PAUSED	1
#define KW_CAUSE_RECIPIENT_PAUSED	2
#define KW_CAUSE_CONTRIBUTOR_FROZEN	4
#define KW_CAUSE_RECIPIENT_FROZEN	8

/* one side of a case */
typedef struct KwParty
{
	int64		person_id;
	bool		known;			/* the person exists; else nothing below holds */
	char		wallet;
	char		insured;
	char		scheme;
	RegionCode	region;
	/* only where kw_case_load() filled them */
	DateADT		birth;
	int64		guardian;		/* 0: none */
	bool		auto_accept;	/* consents to every contributor's request (C4) */
	bool		opened;			/* the region's wallet function has opened (EDGE-30) */
	DateADT		opened_on;		/* DATEVAL_NOEND: not open */
	KwPolicy	policy;			/* of the region, on the day */
} KwParty;

typedef struct KwCase
{
	TimestampTz at;
	DateADT		day;
	bool		loaded;			/* by kw_case_load(): every field is filled */
	KwParty		contributor;
	KwParty		recipient;
	/* the open relation of the ordered pair */
	int64		relation_id;
	char		relation_state; /* KW_RELATION_NONE: there is none */
	int			causes;
	KinshipRelation kinship;	/* its kinship; making one: the kinship asked for */
	/* a transfer */
	WalletAmount amount;
	WalletAmount available;		/* the contributor's */
	int			transfers_today;
	/* making a relation */
	KinshipRelation reverse_kinship;	/* of the open recipient -> contributor relation, or 0 */
	bool		contributor_has_other_spouse;
	bool		recipient_has_other_spouse;
	int			contributor_relations;	/* open ones, as contributor */
	/* a spending, of the recipient; available is the recipient's then */
	char		use;			/* '\0': no such use */
	const char *provider_code;
	bool		has_provider;	/* the code is that of a provider */
	KwProvider	provider;
	RegionCode	place;			/* the wallet's place of use; 0: none */
	WalletAmount received;		/* what active relations leave to draw */
	bool		allow_partial;
	/* a premium, of the recipient; available and received as for a spending */
	int			cover_year;
	const char *reason;			/* why outside the window, or NULL */
	bool		has_standard;	/* the region asks for one of this kind and year */
	WalletAmount standard;
	DateADT		window_from;	/* it may be paid on from <= day < until */
	DateADT		window_until;
	bool		already_paid;
} KwCase;

/* what a case is judged for */
#define KW_RULES_TRANSFER	0x01
#define KW_RULES_RELATION	0x02
#define KW_RULES_PARTIES	0x04	/* who they are: comes before consent (KW022) */

#define KW_RULES_SPEND		0x08
#define KW_RULES_HOLD		0x10
#define KW_RULES_CAPTURE	0x20	/* of what a hold was granted for */
#define KW_RULES_PREMIUM	0x40

/* what a rule must know to be judged; where that is missing it is skipped */
#define KW_NEEDS_CONTRIBUTOR	0x01
#define KW_NEEDS_RECIPIENT		0x02
#define KW_NEEDS_BOTH			(KW_NEEDS_CONTRIBUTOR | KW_NEEDS_RECIPIENT)
#define KW_NEEDS_KINSHIP		0x04
#define KW_NEEDS_LOADED			0x08
#define KW_NEEDS_PROVIDER		0x10
#define KW_NEEDS_USE			0x20
#define KW_NEEDS_STANDARD		0x40

typedef struct KwRule
{
	const char *id;				/* as in rules.md */
	const char *source;			/* DOC-n, DECISION, ... */
	uint32		sets;			/* KW_RULES_... */
	uint32		needs;			/* KW_NEEDS_... */
	int			sqlstate;
	bool		(*holds) (const KwCase *c);
	/* say the figures in a sentence that fits both verdicts; no full stop */
	void		(*describe) (const KwCase *c, StringInfo detail);
	const char *message;		/* of a refusal */
	const char *hint;			/* or NULL */
} KwRule;

/* transfers and relations (rules.c); spendings, holds, premiums (spend_rules.c) */
extern const KwRule kw_rules[];
extern const int kw_n_rules;
extern const KwRule kw_spend_rules[];
extern const int kw_n_spend_rules;

/* can the rule be judged with what the case knows? */
extern bool kw_rule_applies(const KwRule *rule, const KwCase *c);

/* the first rule of the set that does not hold, or NULL */
extern const KwRule *kw_judge(const KwCase *c, uint32 set);

/*
 * Load a case from the tables, inside kw_spi_begin()/kw_spi_end().  kinship
 * is that of the pair's open relation, if any; the amount is the caller's.
 */
extern void kw_case_load(KwCase *c, int64 contributor, int64 recipient, TimestampTz at);

/* fill a party's region, opening day and policy from the cache */
extern void kw_party_region(KwParty *party, RegionCode region, DateADT day);

/* raise a refusal (of an item of a batch), or print the DETAIL of one */
pg_noreturn extern void kw_refuse(const KwRule *rule, const KwCase *c);
pg_noreturn extern void kw_refuse_item(const KwRule *rule, const KwCase *c, int ordinal);
extern char *kw_rule_detail(const KwRule *rule, const KwCase *c);

extern const char *kw_relation_state_name(char state);

/* when a request of that moment is over unless accepted (EDGE-19) */
extern TimestampTz kw_request_expires(RegionCode contributor_region, TimestampTz requested_at);

#endif							/* KW_RULES_H */
