/*-------------------------------------------------------------------------
 *
 * audit.c
 *	  The trail of who called what: a row for a call, a log line for a
 *	  refusal.
 *
 * A call that succeeds gets its row in its own transaction: it is there if
 * and only if what it tells has happened.  A refusal takes its transaction
 * along, so it goes into the server log, where its caller cannot reach: one
 * line of JSON.  So does a call where no row can be written: in a read-only
 * transaction, on a standby, in parallel mode, in a month without
 * partitions.  And so does a look-up whose (sub)transaction is rolled back:
 * what was read has been read.  Until then its line waits in
 * TopTransactionContext.
 *
 * Neither says more than amounts, days, codes and ids: a text is shown only
 * where its argument's name is on a list, and an array by its length.
 *
 * A refusal is written while its error is on the way, before anything has
 * been cleaned up: locks of any kind may be held, and no catalog may be
 * read.  What it needs to know is therefore learnt before the call.
 *
 * Owns one memory context under CacheMemoryContext: what is known of the
 * arguments of the functions called, for the backend's life; and the
 * settings of table audit_setting, filled by the first call after an
 * invalidation with the latest snapshot.  A failed fill leaves them unfilled,
 * and the next call tries again.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "common/ip.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "acting.h"
#include "audit.h"
#include "catalog.h"
#include "clock.h"
#include "kinship_relation.h"
#include "plans.h"
#include "region_code.h"
#include "wallet_amount.h"

#define N_CALLERS		(KW_BY_NOBODY + 1)

/* texts that name a thing of the rules and no person; all others are left out */
static const char *const shown_texts[] = {
	"provider", "use", "kind", "duty", "scope", "level", "status", "scheme", "event_id", "function"
};

/* how an argument is shown */
typedef enum Shown
{
	SHOW_NOT,
	SHOW_BIGINT,
	SHOW_INTEGER,
	SHOW_BOOLEAN,
	SHOW_DAY,
	SHOW_UUID,
	SHOW_AMOUNT,
	SHOW_REGION,
	SHOW_KINSHIP,
	SHOW_NAME,
	SHOW_TEXT,
	SHOW_LENGTH
} Shown;

typedef struct Argument
{
	char	   *name;
	Shown		shown;
} Argument;

/* a function as it was created: overloads have one each */
typedef struct Known
{
	struct Known *next;
	Oid			oid;
	bool		reads;			/* changes nothing */
	int			nargs;
	Argument   *args;
} Known;

/* the line of a look-up whose row may be rolled back */
typedef struct Waiting
{
	struct Waiting *before;
	int			level;			/* of the subtransaction */
	char	   *line;
} Waiting;

/* who reads more in one transaction gets the further lines at once */
#define MAX_WAITING	1000

static MemoryContext audit_context = NULL;
static Known *known[KW_N_FUNCTIONS];

static bool settings_valid = false;
static Oid	setting_oid = InvalidOid;
static bool audit_calls[N_CALLERS][KW_N_FUNCTIONS];
static bool audit_refusals[N_CALLERS][KW_N_FUNCTIONS];

static Waiting *waiting = NULL;	/* the newest first */
static int	n_waiting = 0;

/* the name of the user who called last */
static Oid	user_oid = InvalidOid;
static NameData user_name;

static void
invalidate(Datum arg, Oid relid)
{
	(void) arg;
	if (relid == InvalidOid || relid == setting_oid)
		settings_valid = false;
}

static void
invalidate_user(Datum arg, int cacheid, uint32 hashvalue)
{
	(void) arg;
	(void) cacheid;
	(void) hashvalue;
	user_oid = InvalidOid;
}

static void
send_line(const char *line)
{
	ereport(LOG_SERVER_ONLY,
			(errmsg_internal("kinwallet audit: %s", line),
			 errhidestmt(true),
			 errhidecontext(true)));
}

/*
 * Send the lines of the subtransactions from a level on: newest first, since
 * an abort is no time to sort them.
 */
static void
send_waiting(int level)
{
	while (waiting != NULL && waiting->level >= level)
	{
		/* first, so that none is sent twice if sending fails */
		const char *line = waiting->line;

		waiting = waiting->before;
		n_waiting--;
		send_line(line);
	}
}

static void
at_transaction_end(XactEvent event, void *arg)
{
	(void) arg;
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PARALLEL_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			break;
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
		case XACT_EVENT_PREPARE:	/* nobody will be there to tell of its rollback */
			send_waiting(0);
			break;
		default:
			waiting = NULL;		/* the memory goes with the transaction */
			n_waiting = 0;
	}
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	int			level = GetCurrentTransactionNestLevel();

	(void) mine;
	(void) parent;
	(void) arg;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		send_waiting(level);
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		for (Waiting *w = waiting; w != NULL && w->level >= level; w = w->before)
			w->level = level - 1;
}

/*
 * Register the callbacks.  Called once, by _PG_init.
 */
void
kw_audit_init(void)
{
	CacheRegisterRelcacheCallback(invalidate, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, invalidate_user, (Datum) 0);
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
}

/*
 * What is known before a call
 */

static Shown
how_shown(Oid type, const char *name)
{
	switch (type)
	{
		case INT8OID:
			return SHOW_BIGINT;
		case INT4OID:
			return SHOW_INTEGER;
		case BOOLOID:
			return SHOW_BOOLEAN;
		case DATEOID:
			return SHOW_DAY;
		case UUIDOID:
			return SHOW_UUID;
		case NAMEOID:
			return SHOW_NAME;
		case TEXTOID:
			for (int i = 0; i < (int) lengthof(shown_texts); i++)
				if (strcmp(name, shown_texts[i]) == 0)
					return SHOW_TEXT;
			return SHOW_NOT;
	}
	if (type == kw_type_oid(KW_TYPE_WALLET_AMOUNT))
		return SHOW_AMOUNT;
	if (type == kw_type_oid(KW_TYPE_REGION_CODE))
		return SHOW_REGION;
	if (type == kw_type_oid(KW_TYPE_KINSHIP_RELATION))
		return SHOW_KINSHIP;
	return OidIsValid(get_element_type(type)) ? SHOW_LENGTH : SHOW_NOT;
}

static const Known *
find_known(Oid oid, KwFunctionId function)
{
	const Known *k = known[function];

	while (k != NULL && k->oid != oid)
		k = k->next;
	return k;
}

static void
learn(Oid oid, KwFunctionId function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(oid));
	MemoryContext previous;
	Oid		   *types;
	char	  **names;
	char	   *modes;
	int			n;
	Known	   *k;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", oid);
	if (audit_context == NULL)
		audit_context = AllocSetContextCreate(CacheMemoryContext, "kinwallet audit", ALLOCSET_SMALL_SIZES);
	previous = MemoryContextSwitchTo(audit_context);
	n = get_func_arg_info(tuple, &types, &names, &modes);
	k = palloc(sizeof(Known));
	k->oid = oid;
	k->reads = ((Form_pg_proc) GETSTRUCT(tuple))->provolatile != PROVOLATILE_VOLATILE;
	k->nargs = 0;
	k->args = palloc(Max(n, 1) * sizeof(Argument));
	for (int i = 0; i < n; i++)
	{
		if (modes != NULL && modes[i] != FUNC_PARAM_IN && modes[i] != FUNC_PARAM_INOUT)
			continue;
		k->args[k->nargs].name = names != NULL ? names[i] : "";
		k->args[k->nargs].shown = how_shown(types[i], k->args[k->nargs].name);
		k->nargs++;
	}
	k->next = known[function];
	known[function] = k;
	MemoryContextSwitchTo(previous);
	ReleaseSysCache(tuple);
}

static const char *
by_name(int by)
{
	return by == KW_BY_OWNER ? "owner" : by == KW_BY_NOBODY ? "nobody" : kw_duty_name((KwDuty) by);
}

static void
set_one(bool (*settings)[KW_N_FUNCTIONS], const char *duty, const char *function, bool value)
{
	for (int d = 0; d < N_CALLERS; d++)
	{
		if (strcmp(duty, "*") != 0 &&
			strcmp(duty, by_name(d)) != 0)
			continue;
		for (int f = 0; f < KW_N_FUNCTIONS; f++)
			if (strcmp(function, "*") == 0 || strcmp(function, kw_function_name((KwFunctionId) f)) == 0)
				settings[d][f] = value;
	}
}

/*
 * Read the settings, the widest first.  Without a ledger, nothing is audited.
 */
static void
read_settings(void)
{
	Oid			schema = get_namespace_oid("kinwallet_data", true);
	KwSpi		spi;
	uint64		n;

	/* in parallel mode no query can be run: write all of it down this time */
	memset(audit_calls, IsInParallelMode(), sizeof(audit_calls));
	memset(audit_refusals, IsInParallelMode(), sizeof(audit_refusals));
	if (IsInParallelMode())
		return;
	setting_oid = OidIsValid(schema) ? get_relname_relid("audit_setting", schema) : InvalidOid;
	if (!OidIsValid(setting_oid))
		return;

	/* what comes meanwhile makes them invalid again */
	settings_valid = true;
	PG_TRY();
	{
		kw_spi_begin(&spi);
		n = kw_spi_latest(KW_PLAN_AUDIT_SETTINGS);
		for (uint64 i = 0; i < n; i++)
		{
			set_one(audit_calls, kw_spi_text(i, 1), kw_spi_text(i, 2), kw_spi_bool(i, 3));
			set_one(audit_refusals, kw_spi_text(i, 1), kw_spi_text(i, 2), kw_spi_bool(i, 4));
		}
		kw_spi_end(&spi);
	}
	PG_CATCH();
	{
		settings_valid = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
}

void
kw_audit_prepare(FunctionCallInfo fcinfo, KwFunctionId function, KwCaller *caller)
{
	Oid			user = GetUserId();

	if (!settings_valid)
		read_settings();
	if (user_oid != user)
	{
		namestrcpy(&user_name, GetUserNameFromId(user, false));
		user_oid = user;
	}
	/* our catalog is not read in parallel mode: then a line is without arguments */
	if (find_known(fcinfo->flinfo->fn_oid, function) == NULL && !IsInParallelMode())
		learn(fcinfo->flinfo->fn_oid, function);
	caller->role = user_name;
	caller->acts = kw_acting(&caller->acting);
	if (!caller->acts)
		caller->acting.operated_by = 0;
}

/*
 * What is written.  Nothing here reads a catalog or a table.
 */

static void
append_uuid(StringInfo json, const pg_uuid_t *uuid)
{
	appendStringInfoChar(json, '"');
	for (int i = 0; i < UUID_LEN; i++)
		appendStringInfo(json, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid->data[i]);
	appendStringInfoChar(json, '"');
}

static void
append_day(StringInfo json, DateADT day)
{
	if (DATE_NOT_FINITE(day))
		appendStringInfo(json, "\"%sinfinity\"", DATE_IS_NOBEGIN(day) ? "-" : "");
	else
		appendStringInfo(json, "\"%s\"", kw_day_text(day));
}

/*
 * Append a text that needs no reading from elsewhere; anything longer than a
 * name is none of those that are shown.
 */
static void
append_text(StringInfo json, Datum value)
{
	struct varlena *text = (struct varlena *) DatumGetPointer(value);

	if (VARATT_IS_EXTERNAL(text) || VARATT_IS_COMPRESSED(text) || VARSIZE_ANY_EXHDR(text) > NAMEDATALEN)
		appendStringInfoString(json, "\"...\"");
	else
		escape_json(json, pnstrdup(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text)));
}

static void
append_length(StringInfo json, Datum value)
{
	struct varlena *array = (struct varlena *) DatumGetPointer(value);

	if (VARATT_IS_EXTENDED(array))
		appendStringInfoString(json, "\"...\"");
	else
		appendStringInfo(json, "\"%d elements\"",
						 ArrayGetNItems(ARR_NDIM((ArrayType *) array), ARR_DIMS((ArrayType *) array)));
}

static void
append_argument(StringInfo json, Shown shown, Datum value)
{
	switch (shown)
	{
		case SHOW_BIGINT:
			appendStringInfo(json, INT64_FORMAT, DatumGetInt64(value));
			break;
		case SHOW_INTEGER:
			appendStringInfo(json, "%d", DatumGetInt32(value));
			break;
		case SHOW_BOOLEAN:
			appendStringInfoString(json, DatumGetBool(value) ? "true" : "false");
			break;
		case SHOW_DAY:
			append_day(json, DatumGetDateADT(value));
			break;
		case SHOW_UUID:
			append_uuid(json, DatumGetUUIDP(value));
			break;
		case SHOW_AMOUNT:
			appendStringInfo(json, "\"%s\"", kw_amount_text(DatumGetWalletAmount(value)));
			break;
		case SHOW_REGION:
			appendStringInfo(json, "\"%06d\"", DatumGetRegionCode(value));
			break;
		case SHOW_KINSHIP:
			appendStringInfo(json, "\"%s\"", kw_kinship_label(DatumGetKinshipRelation(value)));
			break;
		case SHOW_NAME:
			escape_json(json, NameStr(*DatumGetName(value)));
			break;
		case SHOW_TEXT:
			append_text(json, value);
			break;
		case SHOW_LENGTH:
			append_length(json, value);
			break;
		case SHOW_NOT:
			break;
	}
}

static char *
arguments_json(FunctionCallInfo fcinfo, KwFunctionId function)
{
	const Known *k = find_known(fcinfo->flinfo->fn_oid, function);
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	for (int i = 0; k != NULL && i < Min(k->nargs, PG_NARGS()); i++)
	{
		if (k->args[i].shown == SHOW_NOT)
			continue;
		if (json.len > 1)
			appendStringInfoString(&json, ", ");
		escape_json(&json, k->args[i].name);
		appendStringInfoString(&json, ": ");
		if (PG_ARGISNULL(i))
			appendStringInfoString(&json, "null");
		else
			append_argument(&json, k->args[i].shown, PG_GETARG_DATUM(i));
	}
	appendStringInfoChar(&json, '}');
	return json.data;
}

static const char *
session_role(void)
{
	const char *name = GetConfigOption("session_authorization", true, false);

	return name != NULL ? name : "";
}

/*
 * Give the client's address, "[local]" for a Unix socket; it never changes.
 */
static const char *
client_address(void)
{
	static char address[NI_MAXHOST] = "";

	if (address[0] == '\0' && MyBEEntry != NULL)
	{
		SockAddr   *client = &MyBEEntry->st_clientaddr;

		if (client->addr.ss_family == AF_UNIX)
			strcpy(address, "[local]");
		else if (pg_getnameinfo_all(&client->addr, client->salen, address, sizeof(address), NULL, 0,
									NI_NUMERICHOST | NI_NUMERICSERV) != 0)
			address[0] = '\0';
	}
	return address;
}

/*
 * Make a line of the server log; arguments is JSON.
 */
static char *
make_line(const char *function, const KwCaller *caller, int by, const char *sqlstate, bool rolled_back,
		  const char *arguments)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfo(&json, "{\"at\": \"%s\", \"function\": \"%s\", \"sqlstate\": \"%s\",%s \"duty\": \"%s\", \"session_role\": ",
					 timestamptz_to_str(kw_now()), function, sqlstate,
					 rolled_back ? " \"rolled_back\": true," : "", by_name(by));
	escape_json(&json, session_role());
	appendStringInfoString(&json, ", \"role\": ");
	escape_json(&json, NameStr(caller->role));
	if (caller->acts)
		appendStringInfo(&json, ", \"acting_person\": " INT64_FORMAT ", \"operated_by\": " INT64_FORMAT,
						 caller->acting.person, caller->acting.operated_by);
	appendStringInfoString(&json, ", \"application\": ");
	escape_json(&json, application_name != NULL ? application_name : "");
	appendStringInfoString(&json, ", \"client\": ");
	escape_json(&json, client_address());
	appendStringInfo(&json, ", \"arguments\": %s}", arguments);
	return json.data;
}

static bool
can_write_row(DateADT month)
{
	KwMonth		info;

	if (XactReadOnly || RecoveryInProgress() || IsInParallelMode() || IsParallelWorker())
		return false;
	kw_month_info(month, &info);
	return OidIsValid(info.leaf[0]);
}

/*
 * What changes who may do what, or what is written down, is written down
 * whatever the settings say; and so is who acts for another.
 */
static bool
always_audited(KwFunctionId function)
{
	return function == KW_FN_grant_role || function == KW_FN_revoke_role || function == KW_FN_set_audit;
}

/*
 * Write down what has happened: by a row, or by a line where none can be
 * written.  False: it was a line.
 */
static bool
write_down(const char *function, const KwCaller *caller, int by, const char *arguments)
{
	TimestampTz at = kw_now();
	DateADT		month = kw_first_of_month(kw_day_of(at));
	Datum		args[12];
	bool		nulls[12] = {false};
	KwSpi		spi;

	if (!can_write_row(month))
	{
		send_line(make_line(function, caller, by, "00000", false, arguments));
		return false;
	}
	args[0] = TimestampTzGetDatum(at);
	args[1] = DateADTGetDatum(month);
	args[2] = CStringGetTextDatum(function);
	args[3] = CStringGetTextDatum(by_name(by));
	args[4] = CStringGetTextDatum(session_role());
	args[5] = CStringGetTextDatum(NameStr(caller->role));
	args[6] = Int64GetDatum(caller->acting.person);
	nulls[6] = !caller->acts;
	args[7] = Int64GetDatum(caller->acting.operated_by);
	nulls[7] = caller->acting.operated_by == 0;
	args[8] = CStringGetTextDatum(application_name != NULL ? application_name : "");
	args[9] = CStringGetTextDatum(client_address());
	args[10] = Int32GetDatum(MyProcPid);
	args[11] = CStringGetTextDatum(arguments);
	kw_spi_begin(&spi);
	kw_spi_run(KW_PLAN_INSERT_AUDIT, args, nulls);
	kw_spi_end(&spi);
	return true;
}

/*
 * Keep the line of a look-up until its row is committed.
 */
static void
wait_for_commit(const char *line)
{
	MemoryContext previous;
	Waiting    *w;

	if (n_waiting >= MAX_WAITING)
	{
		send_line(line);
		return;
	}
	previous = MemoryContextSwitchTo(TopTransactionContext);
	w = palloc(sizeof(Waiting));
	w->line = pstrdup(line);
	w->level = GetCurrentTransactionNestLevel();
	w->before = waiting;
	waiting = w;
	n_waiting++;
	MemoryContextSwitchTo(previous);
}

void
kw_audit_call(FunctionCallInfo fcinfo, KwFunctionId function, const KwCaller *caller, int by)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const Known *k = find_known(fcinfo->flinfo->fn_oid, function);
	const char *name = kw_function_name(function);
	char	   *arguments;

	if (!audit_calls[by][function] && !always_audited(function) && caller->acting.operated_by == 0)
		return;
	/* a set that is given row by row, and not at its end */
	if (fcinfo->flinfo->fn_retset && rsinfo != NULL && rsinfo->returnMode == SFRM_ValuePerCall &&
		rsinfo->isDone == ExprMultipleResult)
		return;

	arguments = arguments_json(fcinfo, function);
	if (write_down(name, caller, by, arguments) && k != NULL && k->reads)
		wait_for_commit(make_line(name, caller, by, "00000", true, arguments));
}

void
kw_audit_change(const char *what, int by, const char *arguments)
{
	KwCaller	caller = {.acts = false};

	namestrcpy(&caller.role, GetUserNameFromId(GetUserId(), false));
	(void) write_down(what, &caller, by, arguments);
}

void
kw_audit_refusal(FunctionCallInfo fcinfo, KwFunctionId function, const KwCaller *caller, int by,
				 int sqlerrcode)
{
	if (audit_refusals[by][function])
		send_line(make_line(kw_function_name(function), caller, by, unpack_sql_state(sqlerrcode), false,
							arguments_json(fcinfo, function)));
}
