/*-------------------------------------------------------------------------
 *
 * wallet.c
 *	  Opens, closes, freezes and unfreezes wallets.
 *
 * A wallet row comes to be when its person first opens a wallet or is first
 * credited.  Opening shares the person; the others claim the person, and so
 * can act on all open relations.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "args.h"
#include "clock.h"
#include "door.h"
#include "errors.h"
#include "plans.h"
#include "policy.h"
#include "region_code.h"
#include "relation_state.h"
#include "rules.h"
#include "wallet.h"

void
kw_no_such_person(int64 person_id)
{
	ereport(ERROR,
			(errcode(ERRCODE_KW_NOT_FOUND),
			 errmsg("person " INT64_FORMAT " does not exist", person_id)));
}

/* what opening a wallet looks at in a person's row */
typedef struct Owner
{
	char		insured;
	bool		has_credential;
} Owner;

/*
 * Share a person, and make the wallet row, pending at first, if there is
 * none.
 */
static void
ensure_wallet(int64 person_id, Owner *owner)
{
	if (kw_spi(KW_PLAN_WALLET_OWNER, Int64GetDatum(person_id)) == 0)
		kw_no_such_person(person_id);
	owner->insured = kw_spi_char(0, 1);
	owner->has_credential = kw_spi_bool(0, 2);
	kw_spi(KW_PLAN_CREATE_WALLETS, kw_id_array(&person_id, 1));
}

static const char *
status_name(char status)
{
	switch (status)
	{
		case KW_WALLET_PENDING:
			return "pending";
		case KW_WALLET_OPEN:
			return "open";
		case KW_WALLET_FROZEN:
			return "frozen";
		case KW_WALLET_CLOSED:
			return "closed";
	}
	return "unknown";
}

/*
 * Lock a person's wallet and give its status, KW_WALLET_NONE without one.
 */
static char
lock_status(int64 person_id)
{
	if (kw_spi(KW_PLAN_WALLET_STATUS, Int64GetDatum(person_id)) == 0)
		return KW_WALLET_NONE;
	return kw_spi_char(0, 1);
}

/*
 * Refuse a step for which the wallet is not in the right state.
 */
static void
refuse_status(int64 person_id, char status, const char *step, const char *rule, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_KW_RELATION_STATE),
			 errmsg("wallet of person " INT64_FORMAT " cannot be %s", person_id, step),
			 status == KW_WALLET_NONE ?
			 errdetail("The person has no wallet (%s).", rule) :
			 errdetail("The wallet is %s (%s).", status_name(status), rule),
			 hint != NULL ? errhint("%s", hint) : 0));
}

static void
set_status(int64 person_id, char status, TimestampTz at, const char *event, const char *reason)
{
	Datum		args[4];
	bool		nulls[4] = {false, false, false, reason == NULL};

	kw_spi(KW_PLAN_SET_WALLET_STATUS, Int64GetDatum(person_id), CharGetDatum(status));
	args[0] = Int64GetDatum(person_id);
	args[1] = TimestampTzGetDatum(at);
	args[2] = CStringGetTextDatum(event);
	args[3] = reason != NULL ? CStringGetTextDatum(reason) : (Datum) 0;
	kw_spi_run(KW_PLAN_WALLET_EVENT, args, nulls);
}

/*
 * open_wallet(person_id, place, mobile): WAL-03
 */
KW_PUBLIC(open_wallet)
{
	int64		person_id;
	Datum		profile[4];
	bool		nulls[4] = {false, PG_ARGISNULL(1), PG_ARGISNULL(2), false};
	Owner		owner;
	char		status;
	TimestampTz at;
	DateADT		opened_on;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("person_id", NULL, NULL);
	PreventCommandIfReadOnly("kinwallet.open_wallet()");
	person_id = PG_GETARG_INT64(0);
	if (!nulls[1] && !kw_region_opened_on(PG_GETARG_REGION_CODE(1), &opened_on))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("region %d does not exist", PG_GETARG_REGION_CODE(1))));

	kw_spi_begin(&spi);
	ensure_wallet(person_id, &owner);
	status = lock_status(person_id);
	if (status != KW_WALLET_PENDING && status != KW_WALLET_CLOSED)
		refuse_status(person_id, status, "opened", "WAL-05", NULL);
	if (!owner.has_credential)
		ereport(ERROR,
				(errcode(ERRCODE_KW_WALLET_NOT_OPEN),
				 errmsg("person " INT64_FORMAT " has no medical-insurance code", person_id),
				 errdetail("A wallet is linked to it (WAL-01)."),
				 errhint("Set the person's credential first.")));
	/* opening arranges no aid yet: a paused person may (ACT-05) */
	if (owner.insured == KW_INSURED_TERMINATED || owner.insured == KW_INSURED_DECEASED)
		ereport(ERROR,
				(errcode(ERRCODE_KW_NOT_NORMALLY_INSURED),
				 errmsg("person " INT64_FORMAT " is not insured", person_id),
				 errdetail("The insured status is %s (ACT-05).",
						   owner.insured == KW_INSURED_DECEASED ? "deceased" : "terminated")));

	at = kw_now();
	set_status(person_id, KW_WALLET_OPEN, at, "opened", NULL);
	profile[0] = Int64GetDatum(person_id);
	profile[1] = PG_GETARG_DATUM(1);
	profile[2] = PG_GETARG_DATUM(2);
	profile[3] = TimestampTzGetDatum(at);
	kw_spi_run(KW_PLAN_WALLET_PROFILE, profile, nulls);
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}

/*
 * Claim a person, lock what acts on all relations of that person locks, and
 * give the wallet's status.
 */
static char
claim_wallet(int64 person_id)
{
	if (!kw_claim_person(person_id))
		kw_no_such_person(person_id);
	kw_lock_relations_of(&person_id, 1);
	return lock_status(person_id);
}

/*
 * close_wallet(person_id): EDGE-58.  A frozen wallet stays frozen: closing it
 * and opening it again would lift the freeze.
 */
KW_PUBLIC(close_wallet)
{
	int64		person_id;
	char		status;
	int64		as_recipient;
	int64		as_contributor;
	TimestampTz at;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("person_id");
	PreventCommandIfReadOnly("kinwallet.close_wallet()");
	person_id = PG_GETARG_INT64(0);

	kw_spi_begin(&spi);
	status = claim_wallet(person_id);
	if (status != KW_WALLET_OPEN)
		refuse_status(person_id, status, "closed", "EDGE-58",
					  status == KW_WALLET_FROZEN ? "Unfreeze it first." : NULL);
	kw_spi_one(KW_PLAN_OPEN_HOLDS, Int64GetDatum(person_id));
	as_recipient = kw_spi_int64(0, 1);
	as_contributor = kw_spi_int64(0, 2);
	if (as_recipient + as_contributor > 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("wallet of person " INT64_FORMAT " cannot be closed", person_id),
				 errdetail("Open holds: " INT64_FORMAT " as recipient, " INT64_FORMAT
						   " on quotas that the person contributed (EDGE-58).",
						   as_recipient, as_contributor),
				 errhint("Capture or cancel the holds, or wait until they expire.")));

	at = kw_now();
	kw_dissolve_relations(&person_id, 1, "wallet_closed", at);
	set_status(person_id, KW_WALLET_CLOSED, at, "closed", NULL);
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}

/*
 * Freeze and unfreeze: the wallet, and all relations by their causes
 * (EDGE-24, EDGE-58).
 */
static void
switch_freeze(FunctionCallInfo fcinfo, bool freeze)
{
	int64		person_id;
	char	   *reason;
	char		status;
	TimestampTz at;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("person_id", "reason");
	PreventCommandIfReadOnly(freeze ? "kinwallet.freeze_wallet()" : "kinwallet.unfreeze_wallet()");
	person_id = PG_GETARG_INT64(0);
	reason = text_to_cstring(PG_GETARG_TEXT_PP(1));
	if (reason[strspn(reason, " \t\r\n")] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a reason is required")));

	kw_spi_begin(&spi);
	status = claim_wallet(person_id);
	if (status != (freeze ? KW_WALLET_OPEN : KW_WALLET_FROZEN))
		refuse_status(person_id, status, freeze ? "frozen" : "unfrozen", "EDGE-58", NULL);

	at = kw_now();
	if (freeze)
	{
		set_status(person_id, KW_WALLET_FROZEN, at, "frozen", reason);
		kw_suspend_relations(person_id, KW_CAUSE_CONTRIBUTOR_FROZEN, KW_CAUSE_RECIPIENT_FROZEN, at);
	}
	else
	{
		set_status(person_id, KW_WALLET_OPEN, at, "unfrozen", reason);
		kw_resume_relations(person_id, KW_CAUSE_CONTRIBUTOR_FROZEN, KW_CAUSE_RECIPIENT_FROZEN, at);
	}
	kw_spi_end(&spi);
}

KW_PUBLIC(freeze_wallet)
{
	switch_freeze(fcinfo, true);
	PG_RETURN_VOID();
}

KW_PUBLIC(unfreeze_wallet)
{
	switch_freeze(fcinfo, false);
	PG_RETURN_VOID();
}
