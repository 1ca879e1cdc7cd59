/*-------------------------------------------------------------------------
 *
 * triggers.c
 *	  Guards of the ledger's tables, and the word that reference data
 *	  changed.
 *
 * Owns nothing.  All of these look at the row or the statement at hand and
 * at nothing else, so that a restore in any order passes.  create_ledger()
 * attaches them; those of state and facts are ENABLE ALWAYS.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "errors.h"
#include "region_code.h"
#include "triggers.h"

static void
protocol_violation(const char *function, const char *how)
{
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("function \"%s\" must be fired %s", function, how)));
}

/*
 * Check that a function was called as a trigger; give the call's data.
 */
TriggerData *
kw_trigger_data(FunctionCallInfo fcinfo, const char *function)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager", function)));
	return (TriggerData *) fcinfo->context;
}

/*
 * Check that a trigger is a row trigger of the given time.
 */
void
kw_require_row_trigger(const TriggerData *trigdata, const char *function)
{
	if (!TRIGGER_FIRED_BEFORE(trigdata->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigdata->tg_event))
		protocol_violation(function, "BEFORE ROW");
}

void
kw_require_after_statement_trigger(const TriggerData *trigdata, const char *function)
{
	if (!TRIGGER_FIRED_AFTER(trigdata->tg_event) || !TRIGGER_FIRED_FOR_STATEMENT(trigdata->tg_event))
		protocol_violation(function, "AFTER STATEMENT");
}

/*
 * Find a column of the trigger's table by name.
 */
int
kw_trigger_column(const TriggerData *trigdata, const char *name)
{
	int			column = SPI_fnumber(RelationGetDescr(trigdata->tg_relation), name);

	if (column <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of relation \"%s\" does not exist",
						name, RelationGetRelationName(trigdata->tg_relation))));
	return column;
}

/*
 * reference_changed(): send every session an invalidation of the table, when
 * this transaction commits, and ourselves at once.
 */
PG_FUNCTION_INFO_V1(kw_reference_changed);
Datum
kw_reference_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = kw_trigger_data(fcinfo, "reference_changed");

	if (!TRIGGER_FIRED_AFTER(trigdata->tg_event))
		protocol_violation("reference_changed", "AFTER");
	CacheInvalidateRelcache(trigdata->tg_relation);
	return PointerGetDatum(NULL);
}

/*
 * region_guard(): fill a region's province, and keep its code for ever
 * (EDGE-78: old facts carry it).
 */
PG_FUNCTION_INFO_V1(kw_region_guard);
Datum
kw_region_guard(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = kw_trigger_data(fcinfo, "region_guard");
	bool		update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);
	HeapTuple	tuple;
	int			region_column;
	int			province_column;
	Datum		region;
	Datum		province;
	bool		isnull;

	kw_require_row_trigger(trigdata, "region_guard");
	if (!update && !TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		protocol_violation("region_guard", "for INSERT or UPDATE");

	tuple = update ? trigdata->tg_newtuple : trigdata->tg_trigtuple;
	region_column = kw_trigger_column(trigdata, "region");
	province_column = kw_trigger_column(trigdata, "province");
	region = heap_getattr(tuple, region_column, desc, &isnull);
	if (isnull)
		return PointerGetDatum(tuple);	/* the NOT NULL constraint says so */

	if (update)
	{
		Datum		old = heap_getattr(trigdata->tg_trigtuple, region_column, desc, &isnull);

		if (isnull || DatumGetRegionCode(old) != DatumGetRegionCode(region))
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("the code of a region cannot be changed"),
					 errdetail("Facts carry the code %d (EDGE-78).", DatumGetRegionCode(old)),
					 errhint("Add a region with the new code and name it as the old one's successor.")));
	}

	province = heap_getattr(tuple, province_column, desc, &isnull);
	if (isnull)
	{
		province = RegionCodeGetDatum(kw_region_province(DatumGetRegionCode(region)));
		isnull = false;
		tuple = heap_modify_tuple_by_cols(tuple, desc, 1, &province_column, &province, &isnull);
	}
	else if (DatumGetRegionCode(province) != kw_region_province(DatumGetRegionCode(region)))
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("region %d does not belong to province %d",
						DatumGetRegionCode(region), DatumGetRegionCode(province)),
				 errdetail("Its province is %d, by its first two digits.",
						   kw_region_province(DatumGetRegionCode(region))),
				 errhint("Leave the province out and it is filled in.")));
	return PointerGetDatum(tuple);
}

/*
 * state_guard(): only the owner of the ledger's tables writes them.  All our
 * functions do it as the owner; a privilege granted on a table is no leave to
 * write around them.
 */
PG_FUNCTION_INFO_V1(kw_state_guard);
Datum
kw_state_guard(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = kw_trigger_data(fcinfo, "state_guard");
	Relation	rel = trigdata->tg_relation;

	if (!TRIGGER_FIRED_BEFORE(trigdata->tg_event) || !TRIGGER_FIRED_FOR_STATEMENT(trigdata->tg_event))
		protocol_violation("state_guard", "BEFORE STATEMENT");
	/* true for superusers as well */
	if (!kw_relation_ownercheck(RelationGetRelid(rel), GetUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("table \"%s\" is written by kinwallet's functions only",
						RelationGetRelationName(rel)),
				 errhint("Call the function of schema kinwallet that does what you want.")));
	return PointerGetDatum(NULL);
}

/*
 * fact_guard(): facts are never changed, not by superusers either (EDGE-92).
 */
PG_FUNCTION_INFO_V1(kw_fact_guard);
Datum
kw_fact_guard(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = kw_trigger_data(fcinfo, "fact_guard");

	if (!TRIGGER_FIRED_BEFORE(trigdata->tg_event))
		protocol_violation("fact_guard", "BEFORE");
	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		protocol_violation("fact_guard", "for UPDATE, DELETE or TRUNCATE");
	ereport(ERROR,
			(errcode(ERRCODE_KW_APPEND_ONLY),
			 errmsg("table \"%s\" is append-only", RelationGetRelationName(trigdata->tg_relation)),
			 errdetail("A fact, once written, is neither changed nor removed (EDGE-92, EDGE-97)."),
			 errhint("A correction is a new fact: a refund, or the end of a relation.")));
	return PointerGetDatum(NULL);
}
