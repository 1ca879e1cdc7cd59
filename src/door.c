/*-------------------------------------------------------------------------
 *
 * door.c
 *	  The way into every public function, and the doors to those written in
 *	  SQL.
 *
 * A function written in SQL or plpgsql cannot ask who called it once it is
 * SECURITY DEFINER: by then the current user is its owner.  So the public
 * function is a door in C, which sees its caller, asks duty.c, and then runs
 * the function of the same name with "_unchecked" behind it as the ledger's
 * owner.  That one is not SECURITY DEFINER: whoever calls it directly acts
 * with no rights but his own.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/htup_details.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "audit.h"
#include "catalog.h"
#include "door.h"

#define UNCHECKED	"_unchecked"

/*
 * Run a public function, if the caller may, and keep the trail (audit.c).
 */
Datum
kw_door(FunctionCallInfo fcinfo, KwFunctionId function, PGFunction body)
{
	MemoryContext context = CurrentMemoryContext;
	volatile int by = KW_BY_NOBODY;
	KwCaller	caller;
	Datum		result;

	kw_audit_prepare(fcinfo, function, &caller);
	PG_TRY();
	{
		by = kw_require_duty(fcinfo, function);
		result = body(fcinfo);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		kw_audit_refusal(fcinfo, function, &caller, by, geterrcode());
		PG_RE_THROW();
	}
	PG_END_TRY();
	kw_audit_call(fcinfo, function, &caller, by);
	return result;
}

/*
 * Find the function behind a door: the same schema and arguments.
 */
static FmgrInfo *
function_behind(FmgrInfo *door)
{
	FmgrInfo   *behind = door->fn_extra;

	if (behind == NULL)
	{
		Oid		   *types;
		int			n;
		char	   *name = get_func_name(door->fn_oid);
		char	   *schema = get_namespace_name(get_func_namespace(door->fn_oid));
		Oid			oid;

		if (name == NULL || schema == NULL)
			elog(ERROR, "cache lookup failed for function %u", door->fn_oid);
		(void) get_func_signature(door->fn_oid, &types, &n);
		oid = LookupFuncName(list_make2(makeString(schema),
										makeString(psprintf("%s" UNCHECKED, name))),
							 n, types, false);
		behind = MemoryContextAlloc(door->fn_mcxt, sizeof(FmgrInfo));
		fmgr_info_cxt(oid, behind, door->fn_mcxt);
		door->fn_extra = behind;
	}
	return behind;
}

/*
 * Run the function behind a door as somebody else.  An error puts the user
 * back, too: the (sub)transaction's abort does.
 */
static Datum
run_as(Oid user, FunctionCallInfo fcinfo)
{
	LOCAL_FCINFO(call, FUNC_MAX_ARGS);
	FmgrInfo   *behind = function_behind(fcinfo->flinfo);
	Oid			caller;
	int			sec_context;
	Datum		result;

	/* the whole set at once: between two rows the user would be another */
	if (behind->fn_retset && fcinfo->resultinfo != NULL && IsA(fcinfo->resultinfo, ReturnSetInfo))
		((ReturnSetInfo *) fcinfo->resultinfo)->allowedModes |= SFRM_Materialize_Preferred;

	InitFunctionCallInfoData(*call, behind, fcinfo->nargs, fcinfo->fncollation, fcinfo->context,
							 fcinfo->resultinfo);
	memcpy(call->args, fcinfo->args, fcinfo->nargs * sizeof(NullableDatum));

	GetUserIdAndSecContext(&caller, &sec_context);
	SetUserIdAndSecContext(user, sec_context | SECURITY_LOCAL_USERID_CHANGE);
	result = FunctionCallInvoke(call);
	SetUserIdAndSecContext(caller, sec_context);
	fcinfo->isnull = call->isnull;
	return result;
}

/*
 * Run the function behind a door as the ledger's owner.
 */
Datum
kw_run_unchecked(PG_FUNCTION_ARGS)
{
	return run_as(kw_ledger_owner(), fcinfo);
}

/*
 * Change a role's duties: as the ledger's owner, whose tables they stand in,
 * and then the privileges that follow as the owner of the extension's schema,
 * who alone can grant what is in it.  Nothing of the ledger's owner's runs as
 * the latter, who is a superuser most often.
 */
static Datum
change_duties(PG_FUNCTION_ARGS)
{
	Oid			types[2] = {NAMEOID, TEXTARRAYOID};
	Oid			schema = get_func_namespace(fcinfo->flinfo->fn_oid);
	Datum		duties = run_as(kw_ledger_owner(), fcinfo);
	HeapTuple	tuple;
	Oid			installer;
	Oid			apply;
	Oid			caller;
	int			sec_context;

	/* NULL: there is no such role any more */
	if (fcinfo->isnull)
	{
		fcinfo->isnull = false;
		PG_RETURN_VOID();
	}
	tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for schema %u", schema);
	installer = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	ReleaseSysCache(tuple);
	apply = LookupFuncName(list_make2(makeString(get_namespace_name(schema)), makeString("apply_duties")),
						   2, types, false);

	GetUserIdAndSecContext(&caller, &sec_context);
	SetUserIdAndSecContext(installer, sec_context | SECURITY_LOCAL_USERID_CHANGE);
	(void) OidFunctionCall2(apply, PG_GETARG_DATUM(0), duties);
	SetUserIdAndSecContext(caller, sec_context);
	PG_RETURN_VOID();
}

/*
 * Lookups and checks
 */
KW_PUBLIC_SQL(wallet)
KW_PUBLIC_SQL(quotas)
KW_PUBLIC_SQL(history)
KW_PUBLIC_SQL(balance_as_of)
KW_PUBLIC_SQL(person_record)
KW_PUBLIC_SQL(double_entry)
KW_PUBLIC_SQL(verify_wallets)
KW_PUBLIC_SQL(verify_relations)
KW_PUBLIC_SQL(verify_holds)
KW_PUBLIC_SQL(verify_spendings)
KW_PUBLIC_SQL(verify_facts)
KW_PUBLIC_SQL(verify_clearing)
KW_PUBLIC_SQL(verify_notices)
KW_PUBLIC_SQL(verify_prepayment)
KW_PUBLIC_SQL(verify_ledger)

/*
 * Clearing
 */
KW_PUBLIC_SQL(late_lines)
KW_PUBLIC_SQL(net_positions)
KW_PUBLIC_SQL(province_table)
KW_PUBLIC_SQL(notices)
KW_PUBLIC_SQL(notice_lines)
KW_PUBLIC_SQL(reconcile)
KW_PUBLIC_SQL(statistics)
KW_PUBLIC_SQL(unsigned_provinces)
KW_PUBLIC_SQL(prepayment_status)
KW_PUBLIC_SQL(prepayment_forecast)
KW_PUBLIC_SQL(export_seals)
KW_PUBLIC_SQL(verify_exported_seals)

/*
 * Separation of duties
 */
KW_PUBLIC_SQL(approve_proposal)
KW_PUBLIC_SQL(refuse_proposal)
KW_PUBLIC_SQL(proposals)

/*
 * Keeping it running
 */
KW_PUBLIC_SQL(ensure_partitions)
KW_PUBLIC_SQL(archive_month)
KW_PUBLIC_SQL(set_audit)
KW_PUBLIC_SQL(audit_trail)
KW_DOOR(kw_grant_role, KW_FN_grant_role, change_duties)
KW_DOOR(kw_revoke_role, KW_FN_revoke_role, change_duties)
