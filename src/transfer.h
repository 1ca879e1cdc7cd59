/*-------------------------------------------------------------------------
 *
 * transfer.h
 *	  What a single transfer and a batch of them share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_TRANSFER_H
#define KW_TRANSFER_H

#include "compat.h"

#include "utils/uuid.h"

#include "rules.h"
#include "store.h"

extern const KwRule *kw_judge_transfer(KwPosting *p, KwCase *c, const KwWallet *wallet,
									   const KwRelation *relation, int64 contributor,
									   int64 recipient, WalletAmount amount, TimestampTz at);
extern void kw_take_transfer(const KwCase *c, KwWallet *wallet);
extern int64 kw_append_transfer(KwPosting *p, const KwCase *c, const pg_uuid_t *request_id);
extern bool kw_same_transfer(KwPosting *p, const KwRow *fact, int64 recipient, WalletAmount amount);

/* KW013 */
pg_noreturn extern void kw_refuse_request_id(const char *what);
extern const char *const kw_request_id_message;

#endif							/* KW_TRANSFER_H */
