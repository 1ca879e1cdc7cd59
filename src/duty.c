/*-------------------------------------------------------------------------
 *
 * duty.c
 *	  Who may do what: duties, their scopes, and the check of a call.
 *
 * Owns one memory context under CacheMemoryContext: the duties of the few
 * users that called last, each with its scopes.
 *
 * Filled by a user's first call after an invalidation, with the latest
 * snapshot, from kinwallet_data.role_duty; for a superuser or the ledger's
 * owner without reading it.  Emptied by relcache invalidation of that table,
 * which its row trigger sends, and by any change of roles or memberships.
 * The callbacks only advance a generation.  An entry is counted once it is
 * complete: a failed fill leaves none, and the next call tries again.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "acting.h"
#include "catalog.h"
#include "duty.h"
#include "plans.h"

typedef struct Function
{
	const char *name;
	KwSubject	subject;
	int			argument;
	const char *cells;			/* one for each duty */
} Function;

#define KW_FN(function, subject, argument, cells) \
	[KW_FN_##function] = {#function, subject, argument, cells},
static const Function functions[KW_N_FUNCTIONS] = {
#include "duty_table.h"
};
#undef KW_FN

#define KW_FN(function, subject, argument, cells) \
	StaticAssertDecl(sizeof(cells) == KW_N_DUTIES + 1, "a cell for each duty");
#include "duty_table.h"
#undef KW_FN

static const char *const duty_names[KW_N_DUTIES] = {
	[KW_DUTY_PARTICIPANT_APP] = "participant_app",
	[KW_DUTY_AGENCY] = "agency",
	[KW_DUTY_AGENCY_REVIEWER] = "agency_reviewer",
	[KW_DUTY_PROVIDER_APP] = "provider_app",
	[KW_DUTY_PROVINCE_CLEARING] = "province_clearing",
	[KW_DUTY_NATIONAL_CLEARING] = "national_clearing",
	[KW_DUTY_FINANCE] = "finance",
	[KW_DUTY_AUDITOR] = "auditor",
	[KW_DUTY_ADMINISTRATOR] = "administrator",
};

/* one row of role_duty: a place, 0 for the nation; or a provider */
typedef struct Grant
{
	KwDuty		duty;
	RegionCode	place;
	char	   *provider;		/* NULL: a place */
} Grant;

typedef struct Holder
{
	Oid			user;
	Oid			owner;			/* the ledger's when this was filled; InvalidOid: a superuser */
	bool		all;			/* superuser or owner */
	int			n;
	Grant	   *grants;
} Holder;

#define MAX_HOLDERS	8

static uint64 generation = 1;	/* advanced by the invalidation callbacks */
static uint64 filled = 0;		/* the generation of everything below */
static MemoryContext duty_context = NULL;
static Oid	role_duty_oid = InvalidOid;
static int	n_holders = 0;
static Holder holders[MAX_HOLDERS];

static void
invalidate(Datum arg, Oid relid)
{
	(void) arg;
	if (relid == InvalidOid || relid == role_duty_oid)
		generation++;
}

static void
invalidate_roles(Datum arg, int cacheid, uint32 hashvalue)
{
	(void) arg;
	(void) cacheid;
	(void) hashvalue;
	generation++;
}

/*
 * Register the callbacks.  Called once, by _PG_init.
 */
void
kw_duty_init(void)
{
	CacheRegisterRelcacheCallback(invalidate, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, invalidate_roles, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, invalidate_roles, (Datum) 0);
}

const char *
kw_duty_name(KwDuty duty)
{
	return duty_names[duty];
}

const char *
kw_function_name(KwFunctionId function)
{
	return functions[function].name;
}

/*
 * The cache
 */

/*
 * Read one row.  False: it gives the user nothing.
 */
static bool
read_grant(HeapTuple tuple, TupleDesc desc, const AttrNumber *column, Oid user, Grant *grant)
{
	bool		isnull[3];
	Datum		role = heap_getattr(tuple, column[0], desc, &isnull[0]);
	Datum		duty = heap_getattr(tuple, column[1], desc, &isnull[1]);
	Datum		scope = heap_getattr(tuple, column[2], desc, &isnull[2]);
	char	   *word;
	Oid			role_oid;

	if (isnull[0] || isnull[1] || isnull[2])
		return false;
	role_oid = get_role_oid(NameStr(*DatumGetName(role)), true);
	if (!OidIsValid(role_oid) || !has_privs_of_role(user, role_oid))
		return false;

	word = TextDatumGetCString(duty);
	for (grant->duty = 0; grant->duty < KW_N_DUTIES; grant->duty++)
		if (strcmp(word, duty_names[grant->duty]) == 0)
			break;
	if (grant->duty == KW_N_DUTIES)
		return false;

	word = TextDatumGetCString(scope);
	grant->place = 0;
	grant->provider = NULL;
	if (word[0] == 'H' || word[0] == 'P')
		grant->provider = word;
	else if (strcmp(word, "nation") != 0)
		grant->place = pg_strtoint32(word);
	return true;
}

/*
 * Read the duties of a user, in the current memory context.
 */
static void
read_grants(Holder *holder)
{
	static const char *const names[] = {"role", "duty", "scope"};
	AttrNumber	column[lengthof(names)];
	Relation	rel;
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;
	int			allocated = 4;

	role_duty_oid = get_relname_relid("role_duty", get_namespace_oid("kinwallet_data", false));
	if (!OidIsValid(role_duty_oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation \"kinwallet_data.role_duty\" does not exist"),
				 errdetail("It is part of the ledger.")));
	rel = table_open(role_duty_oid, AccessShareLock);
	for (int c = 0; c < (int) lengthof(names); c++)
	{
		column[c] = get_attnum(role_duty_oid, names[c]);
		if (column[c] == InvalidAttrNumber)
			elog(ERROR, "table \"role_duty\" has no column \"%s\"", names[c]);
	}
	holder->n = 0;
	holder->grants = palloc(allocated * sizeof(Grant));
	/* in parallel mode no other snapshot can be taken */
	snapshot = RegisterSnapshot(IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot());
	scan = systable_beginscan(rel, InvalidOid, false, snapshot, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		if (holder->n == allocated)
		{
			allocated *= 2;
			holder->grants = repalloc(holder->grants, allocated * sizeof(Grant));
		}
		if (read_grant(tuple, RelationGetDescr(rel), column, holder->user, &holder->grants[holder->n]))
			holder->n++;
	}
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
}

/*
 * Give what the current user may do.  Valid until the next call.
 */
static const Holder *
current_holder(void)
{
	Oid			user = GetUserId();
	uint64		target;
	Holder		holder = {0};
	MemoryContext previous;

	/* a duty that another session has taken away is gone now */
	AcceptInvalidationMessages();
	if (filled != generation)
		n_holders = 0;
	for (int h = 0; h < n_holders; h++)
		if (holders[h].user == user &&
			(!OidIsValid(holders[h].owner) || holders[h].owner == kw_ledger_owner()))
			return &holders[h];

	if (duty_context == NULL)
		duty_context = AllocSetContextCreate(CacheMemoryContext, "kinwallet duties", ALLOCSET_SMALL_SIZES);
	if (n_holders == MAX_HOLDERS)
		n_holders = 0;
	if (n_holders == 0)
		MemoryContextReset(duty_context);
	target = generation;
	holder.user = user;
	if (superuser_arg(user))
		holder.all = true;
	else
	{
		holder.owner = kw_ledger_owner();
		holder.all = has_privs_of_role(user, holder.owner);
	}
	if (!holder.all)
	{
		previous = MemoryContextSwitchTo(duty_context);
		read_grants(&holder);
		MemoryContextSwitchTo(previous);
	}
	/* overtaken by an invalidation: good for this call, which it did not precede */
	filled = target;
	holders[n_holders] = holder;
	return &holders[n_holders++];
}

bool
kw_passes_all(void)
{
	return current_holder()->all;
}

/*
 * Does a place lie within a scope?  The nation is 0; a province contains what
 * begins with its two digits.
 */
static bool
contains(RegionCode scope, RegionCode place)
{
	if (scope == 0 || scope == place)
		return true;
	return scope % 10000 == 0 && place != 0 && kw_region_province(place) == scope;
}

bool
kw_has_duty(KwDuty duty, RegionCode place)
{
	const Holder *holder = current_holder();

	if (holder->all)
		return true;
	for (int i = 0; i < holder->n; i++)
		if (holder->grants[i].duty == duty && holder->grants[i].provider == NULL &&
			contains(holder->grants[i].place, place))
			return true;
	return false;
}

/*
 * Whom a call concerns
 */

/* a row of those plans that say where a subject is: one of both places must be covered */
typedef struct Place
{
	RegionCode	place[2];		/* -1: none, or unknown */
	char	   *provider;		/* or NULL */
} Place;

typedef struct Places
{
	bool		known;
	int			n;
	Place	   *places;
} Places;

static RegionCode
read_place(uint64 row, int column)
{
	return kw_spi_isnull(row, column) ? -1 : kw_spi_int32(row, column);
}

/*
 * Find out where the subject of a call is.  One that does not exist is
 * nowhere, and so refused as one that lies elsewhere is.
 */
static void
find_places(FunctionCallInfo fcinfo, const Function *f, Places *places)
{
	static const KwPlan plans[] = {
		[KW_SUBJECT_PERSON] = KW_PLAN_PLACE_OF_PERSON,
		[KW_SUBJECT_ACTOR] = KW_PLAN_PLACE_OF_PERSON,
		[KW_SUBJECT_PERSONS] = KW_PLAN_PLACES_OF_PERSONS,
		[KW_SUBJECT_PAIR] = KW_PLAN_PLACES_OF_PAIR,
		[KW_SUBJECT_PAIRS] = KW_PLAN_PLACES_OF_PAIRS,
		[KW_SUBJECT_RELATION] = KW_PLAN_PLACES_OF_RELATION,
		[KW_SUBJECT_HOLD] = KW_PLAN_PROVIDER_OF_HOLD,
		[KW_SUBJECT_SPENDING] = KW_PLAN_PROVIDER_OF_SPENDING,
		[KW_SUBJECT_NOTICE] = KW_PLAN_PLACE_OF_NOTICE,
		[KW_SUBJECT_INCREASE] = KW_PLAN_PLACE_OF_INCREASE,
		[KW_SUBJECT_PROPOSAL] = KW_PLAN_PLACE_OF_PROPOSAL,
	};
	bool		two = f->subject == KW_SUBJECT_PAIR || f->subject == KW_SUBJECT_PAIRS || f->subject == KW_SUBJECT_RELATION;
	MemoryContext caller = CurrentMemoryContext;
	KwSpi		spi;

	places->known = true;
	places->n = 0;
	if (f->subject == KW_SUBJECT_NATION || f->subject == KW_SUBJECT_PLACE || f->subject == KW_SUBJECT_PROVIDER)
	{
		bool		isnull = f->subject != KW_SUBJECT_NATION && PG_ARGISNULL(f->argument);
		Place	   *place = palloc0(sizeof(Place));

		place->place[0] = place->place[1] = -1;
		if (f->subject == KW_SUBJECT_NATION)
			place->place[0] = 0;
		else if (f->subject == KW_SUBJECT_PLACE)
			place->place[0] = isnull ? 0 : DatumGetRegionCode(PG_GETARG_DATUM(f->argument));
		else if (!isnull)
			place->provider = text_to_cstring(PG_GETARG_TEXT_PP(f->argument));
		places->n = 1;
		places->places = place;
		return;
	}
	if (PG_ARGISNULL(f->argument) || (two && PG_ARGISNULL(f->argument + 1)))
		return;

	kw_spi_begin(&spi);
	places->n = (int) kw_spi_latest(plans[f->subject], PG_GETARG_DATUM(f->argument),
									two ? PG_GETARG_DATUM(f->argument + 1) : (Datum) 0);
	places->places = MemoryContextAlloc(caller, Max(places->n, 1) * sizeof(Place));
	for (int i = 0; i < places->n; i++)
	{
		char	   *provider = kw_spi_text(i, 3);

		places->places[i].place[0] = read_place(i, 1);
		places->places[i].place[1] = read_place(i, 2);
		places->places[i].provider = provider ? MemoryContextStrdup(caller, provider) : NULL;
	}
	kw_spi_end(&spi);
}

/*
 * Does the scope of a grant cover the subject of the call?
 */
static bool
covers(const Grant *grant, FunctionCallInfo fcinfo, const Function *f, Places *places)
{
	if (f->subject == KW_SUBJECT_NOTHING || (grant->place == 0 && grant->provider == NULL))
		return true;
	if (!places->known)
		find_places(fcinfo, f, places);
	for (int i = 0; i < places->n; i++)
	{
		const Place *p = &places->places[i];

		if (grant->provider != NULL
			? p->provider == NULL || strcmp(p->provider, grant->provider) != 0
			: !((p->place[0] >= 0 && contains(grant->place, p->place[0])) ||
				(p->place[1] >= 0 && contains(grant->place, p->place[1]))))
			return false;
	}
	return places->n > 0;
}

/*
 * Does the call concern the person that is bound, and nobody else?
 */
static bool
is_own(const KwActing *acting, FunctionCallInfo fcinfo, const Function *f)
{
	int64		actor;
	int			n;
	bool		found;
	KwSpi		spi;

	if (PG_ARGISNULL(f->argument))
		return false;
	switch (f->subject)
	{
		case KW_SUBJECT_PERSON:
			return PG_GETARG_INT64(f->argument) == acting->person;
		case KW_SUBJECT_ACTOR:
			actor = PG_GETARG_INT64(f->argument);
			return actor == acting->person || (actor == acting->operated_by && actor != 0);
		case KW_SUBJECT_PERSONS:
			{
				ArrayType  *array = PG_GETARG_ARRAYTYPE_P(f->argument);
				int64	   *person = (int64 *) ARR_DATA_PTR(array);

				if (ARR_HASNULL(array))
					return false;
				n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
				for (int i = 0; i < n; i++)
					if (person[i] != acting->person)
						return false;
				return true;
			}
		case KW_SUBJECT_RELATION:
			actor = PG_GETARG_INT64(f->argument + 1);
			if (actor == 0 || (actor != acting->person && actor != acting->operated_by))
				return false;
			kw_spi_begin(&spi);
			found = kw_spi_latest(KW_PLAN_IS_PARTY, PG_GETARG_DATUM(f->argument), Int64GetDatum(actor)) > 0;
			kw_spi_end(&spi);
			return found;
		default:
			elog(ERROR, "function %s has no subject that is a person's own", f->name);
	}
	return false;
}

/*
 * The check
 */

/*
 * Refuse a call.  Nothing of its arguments is said, and nothing that would
 * tell a subject that does not exist from one that lies elsewhere.
 */
static void
refuse(const Function *f, const Holder *holder, bool unbound)
{
	StringInfoData allowed;
	StringInfoData held;

	initStringInfo(&allowed);
	initStringInfo(&held);
	for (int d = 0; d < KW_N_DUTIES; d++)
		if (f->cells[d] != '-')
			appendStringInfo(&allowed, "%s%s", allowed.len > 0 ? ", " : "", duty_names[d]);
	for (int i = 0; i < holder->n; i++)
	{
		const Grant *grant = &holder->grants[i];

		if (f->cells[grant->duty] != 's')
			continue;
		appendStringInfo(&held, "%s%s for ", held.len > 0 ? ", " : "", duty_names[grant->duty]);
		if (grant->provider != NULL)
			appendStringInfoString(&held, grant->provider);
		else if (grant->place != 0)
			appendStringInfo(&held, "%06d", grant->place);
		else
			appendStringInfoString(&held, "the nation");
	}
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for function %s", f->name),
			 allowed.len == 0 ? errdetail("It is not called directly by any duty, but proposed by one and approved by another (ROLE-02).") :
			 held.len > 0 ? errdetail("The call is outside of the scope of what the current user has: %s (ROLE-01).", held.data) :
			 unbound ? errdetail("Duty participant_app acts for one person, and none is bound to this transaction (ROLE-01).") :
			 strchr(f->cells, 'o') == NULL ?
			 errdetail("It takes one of the duties: %s (ROLE-01).", allowed.data) :
			 errdetail("It takes one of the duties: %s; the first one for the bound person alone (ROLE-01).", allowed.data),
			 unbound && held.len == 0 ? errhint("Call kinwallet.act_for() first, in the same transaction.") : 0));
}

/*
 * Refuse (42501) a call that no duty of the current user covers.
 */
KwDuty
kw_require_duty(FunctionCallInfo fcinfo, KwFunctionId function)
{
	const Function *f = &functions[function];
	const Holder *holder = current_holder();
	Holder		copy;
	Places		places = {false, 0, NULL};
	KwActing	acting;
	bool		bound;
	bool		unbound = false;

	if (holder->all)
		return KW_N_DUTIES;

	bound = kw_acting(&acting);
	/* the agency acting by itself: proposed and approved, never called */
	if (f->subject == KW_SUBJECT_RELATION && PG_ARGISNULL(f->argument + 1))
		refuse(f, holder, false);
	for (int i = 0; i < holder->n; i++)
	{
		if (f->cells[holder->grants[i].duty] != 'o')
			continue;
		/* a binding lasts no longer than the duty that made it */
		if (!bound || !contains(holder->grants[i].place, acting.region))
			unbound = true;
		else if (f->subject != KW_SUBJECT_RELATION && is_own(&acting, fcinfo, f))
			return holder->grants[i].duty;
	}

	/* from here on queries run, and may empty the cache */
	copy = *holder;
	copy.grants = palloc(Max(copy.n, 1) * sizeof(Grant));
	memcpy(copy.grants, holder->grants, copy.n * sizeof(Grant));
	for (int i = 0; i < copy.n; i++)
		if (copy.grants[i].provider != NULL)
			copy.grants[i].provider = pstrdup(copy.grants[i].provider);
	for (int i = 0; i < copy.n; i++)
	{
		char		cell = f->cells[copy.grants[i].duty];

		if (cell == 's' && covers(&copy.grants[i], fcinfo, f, &places))
			return copy.grants[i].duty;
		if (cell == 'o' && bound && contains(copy.grants[i].place, acting.region) &&
			f->subject == KW_SUBJECT_RELATION && is_own(&acting, fcinfo, f))
			return copy.grants[i].duty;
	}
	refuse(f, &copy, unbound);
	return KW_N_DUTIES;			/* keep compiler quiet */
}

/*
 * duty_matrix() -> setof (function text, duty text, reach text)
 */
PG_FUNCTION_INFO_V1(kw_duty_matrix);
Datum
kw_duty_matrix(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int f = 0; f < KW_N_FUNCTIONS; f++)
		for (int d = 0; d < KW_N_DUTIES; d++)
		{
			char		cell = functions[f].cells[d];
			Datum		values[3];
			bool		nulls[3] = {false};

			if (cell == '-')
				continue;
			values[0] = CStringGetTextDatum(functions[f].name);
			values[1] = CStringGetTextDatum(duty_names[d]);
			values[2] = CStringGetTextDatum(cell == 'o' ? "own" : "scope");
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		}
	return (Datum) 0;
}

/*
 * my_duties() -> setof (duty text, scope text): of the current user; what
 * superusers and the ledger's owner pass without is not listed.
 */
PG_FUNCTION_INFO_V1(kw_my_duties);
Datum
kw_my_duties(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const Holder *holder = current_holder();

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < holder->n; i++)
	{
		const Grant *grant = &holder->grants[i];
		Datum		values[2];
		bool		nulls[2] = {false};

		values[0] = CStringGetTextDatum(duty_names[grant->duty]);
		if (grant->provider != NULL)
			values[1] = CStringGetTextDatum(grant->provider);
		else if (grant->place == 0)
			values[1] = CStringGetTextDatum("nation");
		else
			values[1] = CStringGetTextDatum(psprintf("%06d", grant->place));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
