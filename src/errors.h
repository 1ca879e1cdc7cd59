/*-------------------------------------------------------------------------
 *
 * errors.h
 *	  The SQLSTATEs of class KW: one line for each refusal that kinwallet
 *	  knows, with its condition name.
 *
 * Class KW lies in the range that the SQL standard leaves to implementations
 * (I to Z).  A code never changes its meaning.  doc/reference.md documents
 * each one and sql/errors.sql provokes each one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_ERRORS_H
#define KW_ERRORS_H

#include "utils/elog.h"

/* either side has no open wallet (or it is frozen or closed) */
#define ERRCODE_KW_WALLET_NOT_OPEN			MAKE_SQLSTATE('K','W','0','0','1')
/* either side's insured status is not normal */
#define ERRCODE_KW_NOT_NORMALLY_INSURED		MAKE_SQLSTATE('K','W','0','0','2')
/* no individual account to contribute from, or under 16 */
#define ERRCODE_KW_NOT_A_CONTRIBUTOR		MAKE_SQLSTATE('K','W','0','0','3')
/* no active relation for the ordered pair */
#define ERRCODE_KW_NO_ACTIVE_RELATION		MAKE_SQLSTATE('K','W','0','0','4')
/* kinship outside the policy in force, or no close relative at all */
#define ERRCODE_KW_KINSHIP_NOT_ELIGIBLE		MAKE_SQLSTATE('K','W','0','0','5')
/* zero, negative, below the minimum or above the maximum */
#define ERRCODE_KW_AMOUNT_OUT_OF_RANGE		MAKE_SQLSTATE('K','W','0','0','6')
/* the wallet's transfers of the day are used up */
#define ERRCODE_KW_DAILY_TRANSFER_LIMIT		MAKE_SQLSTATE('K','W','0','0','7')
/* own available balance (less reserve) too small */
#define ERRCODE_KW_INSUFFICIENT_ACCOUNT		MAKE_SQLSTATE('K','W','0','0','8')
/* received quota (and own account) too small for the spending */
#define ERRCODE_KW_INSUFFICIENT_WALLET		MAKE_SQLSTATE('K','W','0','0','9')
/* unknown, closed, not account-paying, wrong kind or wrong place */
#define ERRCODE_KW_PROVIDER_NOT_ELIGIBLE	MAKE_SQLSTATE('K','W','0','1','0')
/* unknown use, switched off, or premium outside its rules */
#define ERRCODE_KW_USE_NOT_ELIGIBLE			MAKE_SQLSTATE('K','W','0','1','1')
/* posting into a cut-off month; splitting a signed one */
#define ERRCODE_KW_MONTH_CLOSED				MAKE_SQLSTATE('K','W','0','1','2')
/* same request id, other arguments */
#define ERRCODE_KW_REQUEST_ID_REUSED		MAKE_SQLSTATE('K','W','0','1','3')
/* regions differ in province and one side is not open for it */
#define ERRCODE_KW_CROSS_PROVINCE_NOT_OPEN	MAKE_SQLSTATE('K','W','0','1','4')
/* an open relation exists, contradicting kinship, second spouse, or the cap */
#define ERRCODE_KW_RELATION_EXISTS			MAKE_SQLSTATE('K','W','0','1','5')
/* the relation, hold or notice is not in a state that allows this step */
#define ERRCODE_KW_RELATION_STATE			MAKE_SQLSTATE('K','W','0','1','6')
/* no such person, relation, spending, hold or notice */
#define ERRCODE_KW_NOT_FOUND				MAKE_SQLSTATE('K','W','0','1','7')
/* contributor and recipient are the same person */
#define ERRCODE_KW_RELATION_TO_SELF			MAKE_SQLSTATE('K','W','0','1','8')
/* cumulative refund above what was paid */
#define ERRCODE_KW_REFUND_EXCEEDS_SPENDING	MAKE_SQLSTATE('K','W','0','1','9')
/* direct UPDATE, DELETE or TRUNCATE of a fact */
#define ERRCODE_KW_APPEND_ONLY				MAKE_SQLSTATE('K','W','0','2','0')
/* clearing step out of order, a running month, an earlier month still open */
#define ERRCODE_KW_CLEARING_ORDER			MAKE_SQLSTATE('K','W','0','2','1')
/* the acting person is not a party to the relation */
#define ERRCODE_KW_NO_CONSENT				MAKE_SQLSTATE('K','W','0','2','2')

#endif							/* KW_ERRORS_H */
