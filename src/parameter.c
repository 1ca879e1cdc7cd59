/*-------------------------------------------------------------------------
 *
 * parameter.c
 *	  The trigger of the tables that duties write themselves: policies,
 *	  holidays, premium standards, regions (rules.md, section 5).
 *
 * Whose rows a duty may write is row security's matter.  This writes every
 * change into the audit trail, whoever made it; but for rows that the owner
 * adds, since a restore does that, and a restore must not have effects.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/htup_details.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"

#include "audit.h"
#include "duty.h"
#include "triggers.h"

static void
append_row(StringInfo json, const char *label, HeapTuple tuple, TupleDesc desc)
{
	Datum		row = heap_copy_tuple_as_datum(tuple, desc);

	appendStringInfo(json, "%s\"%s\": %s", json->len > 1 ? ", " : "", label,
					 text_to_cstring(DatumGetTextPP(DirectFunctionCall1(row_to_json, row))));
}

/*
 * Tell by which duty the current user writes a table.
 */
static int
written_by(const char *table)
{
	if (kw_passes_all())
		return KW_BY_OWNER;
	if (strcmp(table, "premium_standard") == 0)
		return KW_DUTY_AGENCY;
	if (kw_has_duty(KW_DUTY_NATIONAL_CLEARING, 0))
		return KW_DUTY_NATIONAL_CLEARING;
	/* who has none passed by BYPASSRLS, or by a policy of the site's */
	return strcmp(table, "policy") == 0 ? KW_DUTY_PROVINCE_CLEARING : KW_BY_NOBODY;
}

/*
 * parameter_changed(): AFTER ROW
 */
PG_FUNCTION_INFO_V1(kw_parameter_changed);
Datum
kw_parameter_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = kw_trigger_data(fcinfo, "parameter_changed");
	const char *table = RelationGetRelationName(trigdata->tg_relation);
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);
	bool		update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	bool		insert = TRIGGER_FIRED_BY_INSERT(trigdata->tg_event);
	StringInfoData json;

	if (!TRIGGER_FIRED_AFTER(trigdata->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired AFTER ROW", "parameter_changed")));
	if (insert && kw_passes_all())
		return PointerGetDatum(NULL);

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	if (!insert)
		append_row(&json, "old", trigdata->tg_trigtuple, desc);
	if (insert || update)
		append_row(&json, "new", update ? trigdata->tg_newtuple : trigdata->tg_trigtuple, desc);
	appendStringInfoChar(&json, '}');
	kw_audit_change(psprintf("%s %s", insert ? "INSERT" : update ? "UPDATE" : "DELETE", table),
					written_by(table), json.data);
	return PointerGetDatum(NULL);
}
