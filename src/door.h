/*-------------------------------------------------------------------------
 *
 * door.h
 *	  The way into every public function.
 *
 * KW_PUBLIC(transfer) { ... } defines the C function kw_transfer and its
 * body.  The function is the door: it looks whether the caller may (duty.c)
 * and then runs the body.  KW_PUBLIC_SQL(wallet) is a door whose body is the
 * SQL function kinwallet.wallet_unchecked(), run as the ledger's owner.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_DOOR_H
#define KW_DOOR_H

#include "compat.h"

#include "duty.h"

#define KW_PUBLIC_AS(symbol, function) \
	static Datum function##_body(PG_FUNCTION_ARGS); \
	KW_DOOR(symbol, KW_FN_##function, function##_body) \
	static Datum function##_body(PG_FUNCTION_ARGS)

#define KW_PUBLIC(function)	KW_PUBLIC_AS(kw_##function, function)

#define KW_PUBLIC_SQL(function) \
	KW_DOOR(kw_##function, KW_FN_##function, kw_run_unchecked)

#define KW_DOOR(symbol, id, body) \
	PG_FUNCTION_INFO_V1(symbol); \
	Datum symbol(PG_FUNCTION_ARGS) { return kw_door(fcinfo, id, body); }

extern Datum kw_door(FunctionCallInfo fcinfo, KwFunctionId function, PGFunction body);
extern Datum kw_run_unchecked(PG_FUNCTION_ARGS);

#endif							/* KW_DOOR_H */
