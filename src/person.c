/*-------------------------------------------------------------------------
 *
 * person.c
 *	  What a person's row must be, and what its change does to the person's
 *	  relations and wallet.
 *
 * Persons are written by plain INSERT and UPDATE.  person_guard() checks the
 * row; on INSERT it has no effect, so that a restore passes.
 * person_changed() acts once for all rows of an UPDATE, so that its locks
 * are taken in order; the UPDATE itself has claimed the persons.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "args.h"
#include "catalog.h"
#include "citizen_id.h"
#include "clock.h"
#include "door.h"
#include "errors.h"
#include "plans.h"
#include "policy.h"
#include "relation_state.h"
#include "rules.h"
#include "triggers.h"
#include "wallet.h"

/* certificate kind of a foreigner's permanent residence card (rules.md 3.6) */
#define CERTIFICATE_FOREIGN "07"

/*
 * Read a column of a tuple by name; false for NULL, which the table's own
 * constraints refuse where they must.
 */
static bool
read_column(const TriggerData *trigdata, HeapTuple tuple, const char *name, Datum *value)
{
	bool		isnull;

	*value = heap_getattr(tuple, kw_trigger_column(trigdata, name),
						  RelationGetDescr(trigdata->tg_relation), &isnull);
	return !isnull;
}

static char *
read_text(const TriggerData *trigdata, HeapTuple tuple, const char *name)
{
	Datum		value;

	return read_column(trigdata, tuple, name, &value) ? TextDatumGetCString(value) : pstrdup("");
}

/*
 * Numbers that begin with 9 are those of foreigners' cards, and nobody
 * else's.
 */
static void
check_certificate(const TriggerData *trigdata, HeapTuple tuple)
{
	Datum		citizen_id;
	char	   *certificate = read_text(trigdata, tuple, "certificate");
	bool		foreign = strcmp(certificate, CERTIFICATE_FOREIGN) == 0;

	if (!read_column(trigdata, tuple, "citizen_id", &citizen_id))
		return;
	if (kw_citizen_id_is_foreign(DatumGetCitizenId(citizen_id)) != foreign)
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("identity number and certificate kind do not match"),
				 errdetail("Numbers that begin with 9 belong to certificate kind %s, and no others do.",
						   CERTIFICATE_FOREIGN)));
}

static void
check_unchanged(const TriggerData *trigdata, const char *name)
{
	Datum		before;
	Datum		after;

	if (read_column(trigdata, trigdata->tg_trigtuple, name, &before) &&
		(!read_column(trigdata, trigdata->tg_newtuple, name, &after) ||
		 DatumGetInt64(before) != DatumGetInt64(after)))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("column \"%s\" of a person cannot be changed", name),
				 errdetail("Facts and relations were made for it.")));
}

/*
 * Check an UPDATE; give the row, with status_since set where the status
 * changed.
 */
static HeapTuple
guard_update(const TriggerData *trigdata)
{
	HeapTuple	tuple = trigdata->tg_newtuple;
	char	   *before = read_text(trigdata, trigdata->tg_trigtuple, "status");
	char	   *after = read_text(trigdata, tuple, "status");
	int			column;
	Datum		today;
	bool		isnull = false;

	check_unchanged(trigdata, "person_id");
	check_unchanged(trigdata, "citizen_id");
	if (strcmp(before, after) == 0)
		return tuple;
	if (strcmp(before, "deceased") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("status \"deceased\" is final"),
				 errdetail("The relations of the person were dissolved (EDGE-26, EDGE-27).")));
	/* a retroactive event acts from now on (EDGE-28) */
	column = kw_trigger_column(trigdata, "status_since");
	today = DateADTGetDatum(kw_day_of(kw_now()));
	return heap_modify_tuple_by_cols(tuple, RelationGetDescr(trigdata->tg_relation), 1,
									 &column, &today, &isnull);
}

/*
 * Refuse to delete a person who took part (EDGE-97).  The row is locked by
 * now; the latest snapshot sees every wallet made before that.
 */
static void
guard_delete(const TriggerData *trigdata)
{
	Datum		person_id;
	KwSpi		spi;

	if (!read_column(trigdata, trigdata->tg_trigtuple, "person_id", &person_id))
		return;
	kw_spi_begin(&spi);
	if (kw_spi_latest(KW_PLAN_PERSON_IN_USE, person_id) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("person " INT64_FORMAT " cannot be deleted", DatumGetInt64(person_id)),
				 errdetail("The person has an account or relations, which are kept (EDGE-97).")));
	kw_spi_end(&spi);
}

PG_FUNCTION_INFO_V1(kw_person_guard);
Datum
kw_person_guard(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = kw_trigger_data(fcinfo, "person_guard");
	HeapTuple	tuple = trigdata->tg_trigtuple;

	kw_require_row_trigger(trigdata, "person_guard");
	if (TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
		guard_delete(trigdata);
	else
	{
		if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
			tuple = guard_update(trigdata);
		check_certificate(trigdata, tuple);
	}
	return PointerGetDatum(tuple);
}

/* a person whose copies in the wallet are out of date */
typedef struct ChangedPerson
{
	RegionCode	region;
	char		insured;
	char		scheme;
	bool		has_wallet;
} ChangedPerson;

/*
 * Decide what a change does to a person's relations: EDGE-22 to EDGE-27.
 * old_* are the wallet's copies.
 */
static void
decide(const ChangedPerson *p, RegionCode old_region, char old_insured, char old_scheme,
	   KwRelationChange *change)
{
	bool		paused = p->insured == KW_INSURED_PAUSED && old_insured != KW_INSURED_PAUSED;
	/* who gains an individual account has the same insurance as before */
	bool		gained_account = p->scheme == KW_SCHEME_EMPLOYEE && old_scheme == KW_SCHEME_POOLED_ONLY;

	if (p->insured == KW_INSURED_DECEASED && old_insured != KW_INSURED_DECEASED)
		change->dissolve = "death";
	else if (p->region != old_region || (p->scheme != old_scheme && !gained_account) ||
			 (p->insured == KW_INSURED_TERMINATED && old_insured != KW_INSURED_TERMINATED))
		change->dissolve = "insurance_change";
	else if (paused)
	{
		KwPolicy	policy;

		kw_policy(p->region, kw_day_of(kw_now()), &policy);
		if (policy.pause_is_change)
			change->dissolve = "insurance_change";
		else
		{
			change->contributor_set = KW_CAUSE_CONTRIBUTOR_PAUSED;
			change->recipient_set = KW_CAUSE_RECIPIENT_PAUSED;
		}
	}
	else if (p->insured == KW_INSURED_NORMAL)
	{
		change->contributor_clear = KW_CAUSE_CONTRIBUTOR_PAUSED;
		change->recipient_clear = KW_CAUSE_RECIPIENT_PAUSED;
	}
}

/*
 * Act on everybody whom the statement changed.  Quotas go back before a
 * wallet's region changes (EDGE-22).
 */
static void
act_on_changes(void)
{
	int			n = (int) kw_spi(KW_PLAN_CHANGED_PERSONS);
	ChangedPerson *persons = palloc(Max(n, 1) * sizeof(ChangedPerson));
	KwRelationChange *changes = palloc0(Max(n, 1) * sizeof(KwRelationChange));
	int64	   *ids = palloc(Max(n, 1) * sizeof(int64));

	if (n == 0)
		return;
	/* a nested fill of the policy cache leaves our result alone */
	for (int i = 0; i < n; i++)
	{
		ids[i] = changes[i].person_id = kw_spi_int64(i, 1);
		persons[i].region = kw_spi_int32(i, 2);
		persons[i].insured = kw_spi_char(i, 3);
		persons[i].scheme = kw_spi_char(i, 4);
		persons[i].has_wallet = !kw_spi_isnull(i, 5);
		if (persons[i].has_wallet)
			decide(&persons[i], kw_spi_int32(i, 5), kw_spi_char(i, 6), kw_spi_char(i, 7), &changes[i]);
	}

	kw_lock_relations_of(ids, n);
	kw_change_relations(changes, n, kw_now());
	for (int i = 0; i < n; i++)
		if (persons[i].has_wallet)
			kw_spi(KW_PLAN_COPY_TO_WALLET, Int64GetDatum(ids[i]), RegionCodeGetDatum(persons[i].region),
				   CharGetDatum(persons[i].insured), CharGetDatum(persons[i].scheme));
}

PG_FUNCTION_INFO_V1(kw_person_changed);
Datum
kw_person_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = kw_trigger_data(fcinfo, "person_changed");
	KwSpi		spi;
	int			rc;

	kw_require_after_statement_trigger(trigdata, "person_changed");
	if (!TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ||
		trigdata->tg_oldtable == NULL || trigdata->tg_newtable == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired for UPDATE with both transition tables", "person_changed")));
	/* on a table of somebody's own it would act on everybody's relations */
	if (RelationGetRelid(trigdata->tg_relation) != kw_person_table())
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired by kinwallet_data.person", "person_changed")));
	kw_spi_begin(&spi);
	rc = SPI_register_trigger_data(trigdata);
	if (rc != SPI_OK_TD_REGISTER)
		elog(ERROR, "could not register transition tables: %s", SPI_result_code_string(rc));
	act_on_changes();
	kw_spi_end(&spi);
	return PointerGetDatum(NULL);
}

static void
check_value(FunctionCallInfo fcinfo, int argno, const char *name, const char *const *allowed)
{
	char	   *value;

	if (PG_ARGISNULL(argno))
		return;
	value = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	for (; *allowed != NULL; allowed++)
		if (strcmp(value, *allowed) == 0)
			return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown %s \"%s\"", name, value)));
}

/*
 * Check the arguments of an event by themselves.
 */
static void
check_event(FunctionCallInfo fcinfo)
{
	static const char *const schemes[] = {"employee", "resident", NULL};
	static const char *const statuses[] = {"normal", "paused", "terminated", "deceased", NULL};
	DateADT		effective_on = PG_GETARG_DATEADT(2);
	DateADT		today = kw_day_of(kw_now());
	DateADT		opened_on;

	if (VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("event id must not be empty")));
	if (PG_ARGISNULL(3) && PG_ARGISNULL(4) && PG_ARGISNULL(5))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an insurance event must change something"),
				 errhint("Give at least one of region, scheme and status.")));
	check_value(fcinfo, 4, "scheme", schemes);
	check_value(fcinfo, 5, "status", statuses);
	if (!PG_ARGISNULL(3) && !kw_region_opened_on(PG_GETARG_REGION_CODE(3), &opened_on))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("region %d does not exist", PG_GETARG_REGION_CODE(3))));
	if (DATE_NOT_FINITE(effective_on) || effective_on > today)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an insurance event cannot take effect in the future"),
				 errdetail("Today is %s.", kw_day_text(today)),
				 errhint("Send it on the day on which it takes effect.")));
}

/*
 * Is the stored event the same as this call's arguments?
 */
static bool
event_matches(FunctionCallInfo fcinfo)
{
	kw_spi_one(KW_PLAN_EVENT, PG_GETARG_DATUM(0));
	if (kw_spi_int64(0, 1) != PG_GETARG_INT64(1) || kw_spi_int32(0, 2) != PG_GETARG_DATEADT(2))
		return false;
	if (kw_spi_isnull(0, 3) != PG_ARGISNULL(3) ||
		(!PG_ARGISNULL(3) && kw_spi_int32(0, 3) != PG_GETARG_REGION_CODE(3)))
		return false;
	for (int argno = 4; argno <= 5; argno++)
	{
		char	   *stored = kw_spi_text(0, argno);

		if ((stored == NULL) != PG_ARGISNULL(argno) ||
			(stored != NULL && strcmp(stored, text_to_cstring(PG_GETARG_TEXT_PP(argno))) != 0))
			return false;
	}
	return true;
}

/*
 * insurance_event(event_id, person_id, effective_on, region, scheme, status)
 * -> boolean: process an event once (EDGE-28).
 */
KW_PUBLIC(insurance_event)
{
	Datum		args[7];
	bool		nulls[7] = {false};
	Datum		change[4];
	bool		keep[4] = {false};
	bool		is_new;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("event_id", "person_id", "effective_on", NULL, NULL, NULL);
	PreventCommandIfReadOnly("kinwallet.insurance_event()");
	check_event(fcinfo);
	for (int i = 0; i < 6; i++)
	{
		args[i] = PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i);
	}
	args[6] = TimestampTzGetDatum(kw_now());
	change[0] = args[1];
	memcpy(&change[1], &args[3], 3 * sizeof(Datum));
	memcpy(&keep[1], &nulls[3], 3 * sizeof(bool));

	kw_spi_begin(&spi);
	/* waits for another call with this id, before it holds any other lock */
	is_new = kw_spi_run(KW_PLAN_INSERT_EVENT, args, nulls) > 0;
	if (is_new)
	{
		if (kw_spi_run(KW_PLAN_APPLY_EVENT, change, keep) == 0)
			kw_no_such_person(PG_GETARG_INT64(1));
	}
	else if (!event_matches(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_KW_REQUEST_ID_REUSED),
				 errmsg("event id was used for another event"),
				 errdetail("An event is processed once by its id (EDGE-28)."),
				 errhint("Repeat the call with the arguments of the first one, or use a new event id.")));
	kw_spi_end(&spi);
	PG_RETURN_BOOL(is_new);
}
