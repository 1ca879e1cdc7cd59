/*-------------------------------------------------------------------------
 *
 * wallet.h
 *	  What the functions on persons and wallets share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_WALLET_H
#define KW_WALLET_H

#include "compat.h"

/* raise KW017 */
pg_noreturn extern void kw_no_such_person(int64 person_id);

#endif							/* KW_WALLET_H */
