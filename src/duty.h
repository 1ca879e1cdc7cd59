/*-------------------------------------------------------------------------
 *
 * duty.h
 *	  Who may do what: duties, their scopes, and the check of a call.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_DUTY_H
#define KW_DUTY_H

#include "compat.h"

#include "region_code.h"

/* in the order of the columns of duty_table.h */
typedef enum KwDuty
{
	KW_DUTY_PARTICIPANT_APP,
	KW_DUTY_AGENCY,
	KW_DUTY_AGENCY_REVIEWER,
	KW_DUTY_PROVIDER_APP,
	KW_DUTY_PROVINCE_CLEARING,
	KW_DUTY_NATIONAL_CLEARING,
	KW_DUTY_FINANCE,
	KW_DUTY_AUDITOR,
	KW_DUTY_ADMINISTRATOR,
	KW_N_DUTIES
} KwDuty;

/* whom a call concerns */
typedef enum KwSubject
{
	KW_SUBJECT_NOTHING,			/* any scope will do */
	KW_SUBJECT_NATION,
	KW_SUBJECT_PERSON,
	KW_SUBJECT_PERSONS,			/* an array: every one of them */
	KW_SUBJECT_ACTOR,			/* a person who acts, maybe as a guardian */
	KW_SUBJECT_PAIR,			/* two persons: one of them */
	KW_SUBJECT_PAIRS,			/* two arrays: one of every pair */
	KW_SUBJECT_RELATION,		/* relation and who acts: a party, or its guardian */
	KW_SUBJECT_PROVIDER,
	KW_SUBJECT_HOLD,
	KW_SUBJECT_SPENDING,
	KW_SUBJECT_PLACE,			/* a region or province; NULL is the nation */
	KW_SUBJECT_NOTICE,			/* its addressee */
	KW_SUBJECT_INCREASE,		/* the province that asks for it */
	KW_SUBJECT_PROPOSAL
} KwSubject;

#define KW_FN(function, subject, argument, cells) KW_FN_##function,
typedef enum KwFunctionId
{
#include "duty_table.h"
	KW_N_FUNCTIONS
} KwFunctionId;
#undef KW_FN

extern void kw_duty_init(void);
extern const char *kw_function_name(KwFunctionId function);
extern const char *kw_duty_name(KwDuty duty);

/*
 * Refuse (42501) a call that no duty of the current user covers; give the
 * duty that does, KW_N_DUTIES for a superuser and the ledger's owner.
 */
extern KwDuty kw_require_duty(FunctionCallInfo fcinfo, KwFunctionId function);

/* is the current user a superuser, or the ledger's owner? */
extern bool kw_passes_all(void);
/* has the current user the duty for a place? */
extern bool kw_has_duty(KwDuty duty, RegionCode place);

#endif							/* KW_DUTY_H */
