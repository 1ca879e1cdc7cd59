/*-------------------------------------------------------------------------
 *
 * audit.h
 *	  The trail of calls and refusals.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_AUDIT_H
#define KW_AUDIT_H

#include "compat.h"

#include "acting.h"
#include "duty.h"

/* who calls, as it was when the call began */
typedef struct KwCaller
{
	NameData	role;
	bool		acts;			/* for a person */
	KwActing	acting;
} KwCaller;

/* who a call was allowed by, besides the duties */
#define KW_BY_OWNER		KW_N_DUTIES	/* being a superuser, or the ledger's owner */
#define KW_BY_NOBODY	(KW_N_DUTIES + 1)

extern void kw_audit_init(void);

/* learn, while catalogs may be read, what a refusal would have to say */
extern void kw_audit_prepare(FunctionCallInfo fcinfo, KwFunctionId function, KwCaller *caller);
/* the call has succeeded */
extern void kw_audit_call(FunctionCallInfo fcinfo, KwFunctionId function, const KwCaller *caller, int by);
/* a table was written without a function; arguments is JSON */
extern void kw_audit_change(const char *what, int by, const char *arguments);
/* the call was refused; reads no catalog */
extern void kw_audit_refusal(FunctionCallInfo fcinfo, KwFunctionId function, const KwCaller *caller, int by,
							 int sqlerrcode);

#endif							/* KW_AUDIT_H */
