/*-------------------------------------------------------------------------
 *
 * relation.c
 *	  Makes and ends relations by the will of the parties or the agency:
 *	  request, accept, refuse, withdraw, establish, dissolve.
 *
 * Making one shares both persons' rows, so that no event acts on them before
 * commit; everything here locks both wallets, then the relation, then reads
 * the clock and judges what a later statement found.  A request that has
 * expired is over, whether the sweep has come by or not.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "commands/sequence.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "args.h"
#include "catalog.h"
#include "clock.h"
#include "door.h"
#include "errors.h"
#include "plans.h"
#include "relation_state.h"
#include "rules.h"

/* below this age only the guardian acts (EDGE-18) */
#define GUARDED_AGE		14

typedef enum Side
{
	SIDE_NONE,
	SIDE_CONTRIBUTOR,
	SIDE_RECIPIENT
} Side;

/* a relation that exists, locked, and the case of its parties */
typedef struct KnownRelation
{
	int64		relation_id;
	char		state;			/* expired too where only the sweep is missing */
	KinshipRelation kinship;
	Side		requested_by;	/* SIDE_NONE: made without a request */
	TimestampTz expires;		/* the request */
	KwCase		c;
} KnownRelation;

static const char *
side_name(Side side)
{
	return side == SIDE_CONTRIBUTOR ? "contributor" : "recipient";
}

/*
 * Consent
 */

static bool
is_guarded(const KwParty *party, DateADT day)
{
	return kw_full_years(party->birth, day) < GUARDED_AGE;
}

/*
 * Tell whether a person may act for a party: the party itself unless under
 * 14, and the guardian.
 */
static bool
may_act_for(const KwParty *party, int64 by_person, DateADT day)
{
	if (by_person == party->person_id)
		return !is_guarded(party, day);
	return party->guardian != 0 && by_person == party->guardian;
}

/*
 * Tell for which side a person acts.  A parent who is both the contributor
 * and the recipient's guardian is the contributor.
 */
static Side
side_of(const KwCase *c, int64 by_person)
{
	bool		contributor = may_act_for(&c->contributor, by_person, c->day);
	bool		recipient = may_act_for(&c->recipient, by_person, c->day);

	if (contributor && recipient)
		return by_person == c->recipient.person_id ? SIDE_RECIPIENT : SIDE_CONTRIBUTOR;
	return contributor ? SIDE_CONTRIBUTOR : (recipient ? SIDE_RECIPIENT : SIDE_NONE);
}

/*
 * Refuse (KW022) what somebody does who is no party, or is under 14.
 */
static Side
require_side(const KwCase *c, int64 by_person)
{
	Side		side = side_of(c, by_person);

	if (side != SIDE_NONE)
		return side;
	if (by_person == c->contributor.person_id || by_person == c->recipient.person_id)
		ereport(ERROR,
				(errcode(ERRCODE_KW_NO_CONSENT),
				 errmsg("acting person needs a guardian to act"),
				 errdetail("Person %lld is under %d years old (EDGE-18).",
						   (long long) by_person, GUARDED_AGE)));
	ereport(ERROR,
			(errcode(ERRCODE_KW_NO_CONSENT),
			 errmsg("acting person is not a party to the relation"),
			 errdetail("Person %lld is neither the contributor nor the recipient, nor a guardian of one of them (REL-01).",
					   (long long) by_person)));
	return SIDE_NONE;
}

/*
 * Refuse (KW022) a step on a request by anybody but the given side.
 */
static void
require_acts_for(const KwCase *c, Side side, int64 by_person)
{
	Side		acting = require_side(c, by_person);

	if (side == SIDE_NONE || acting == side ||
		may_act_for(side == SIDE_CONTRIBUTOR ? &c->contributor : &c->recipient, by_person, c->day))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_KW_NO_CONSENT),
			 errmsg("this step is the other side's"),
			 errdetail("It is the %s's, and person %lld does not act for that side (EDGE-19).",
					   side_name(side), (long long) by_person)));
}

static Side
other_side(Side side)
{
	if (side == SIDE_NONE)
		return SIDE_NONE;
	return side == SIDE_CONTRIBUTOR ? SIDE_RECIPIENT : SIDE_CONTRIBUTOR;
}

/*
 * Finding a relation
 */

/*
 * Read who asked for a relation and until when the request stands.  Returns
 * false for a relation that was made without a request.
 */
static bool
read_request(int64 relation_id, RegionCode contributor_region, Side *side, TimestampTz *expires)
{
	TimestampTz requested_at;
	bool		isnull;

	if (kw_spi(KW_PLAN_RELATION_REQUEST, Int64GetDatum(relation_id)) == 0)
		return false;
	requested_at = DatumGetTimestampTz(kw_spi_datum(0, 1, &isnull));
	*side = strcmp(kw_spi_text(0, 2), side_name(SIDE_RECIPIENT)) == 0 ? SIDE_RECIPIENT : SIDE_CONTRIBUTOR;
	*expires = kw_request_expires(contributor_region, requested_at);
	return true;
}

/*
 * Lock a relation and load its case.  Its parties never change, so they can
 * be read before anything is locked.
 */
static void
lock_relation(int64 relation_id, bool share_persons, KnownRelation *r)
{
	int64		parties[2];
	RegionCode	contributor_region;
	bool		isnull;

	if (kw_spi(KW_PLAN_RELATION_PARTIES, Int64GetDatum(relation_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_KW_NOT_FOUND),
				 errmsg("relation does not exist"),
				 errdetail("There is no relation %lld (REL-07).", (long long) relation_id)));
	parties[0] = kw_spi_int64(0, 1);
	parties[1] = kw_spi_int64(0, 2);

	if (share_persons)
		kw_share_persons(parties[0], parties[1]);
	kw_lock_wallets(parties, 2);
	kw_spi(KW_PLAN_LOCK_RELATION, Int64GetDatum(relation_id));
	kw_case_load(&r->c, parties[0], parties[1], kw_now());

	kw_spi_one(KW_PLAN_RELATION_STATE, Int64GetDatum(relation_id));
	r->relation_id = relation_id;
	r->state = kw_spi_char(0, 1);
	r->kinship = DatumGetKinshipRelation(kw_spi_datum(0, 2, &isnull));
	contributor_region = DatumGetRegionCode(kw_spi_datum(0, 3, &isnull));
	if (!read_request(relation_id, contributor_region, &r->requested_by, &r->expires))
		r->requested_by = SIDE_NONE;
	else if (r->state == KW_RELATION_REQUESTED && r->c.at >= r->expires)
		r->state = KW_RELATION_EXPIRED;
}

/*
 * Refuse (KW016) a step that the relation's state does not allow.
 */
static void
refuse_state(const KnownRelation *r, const char *message, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_KW_RELATION_STATE),
			 errmsg("%s", message),
			 errdetail("Relation %lld is %s (REL-07).", (long long) r->relation_id,
					   kw_relation_state_name(r->state)),
			 hint != NULL ? errhint("%s", hint) : 0));
}

/*
 * Refuse to act on a request that is none, or none any more.
 */
static void
require_requested(const KnownRelation *r)
{
	/* an event that dissolves relations ends requests as expired, too */
	if (r->state == KW_RELATION_EXPIRED && r->c.at >= r->expires)
		ereport(ERROR,
				(errcode(ERRCODE_KW_RELATION_STATE),
				 errmsg("request has expired"),
				 errdetail("Request %lld expired on %s (EDGE-19).",
						   (long long) r->relation_id, kw_day_text(kw_day_of(r->expires))),
				 errhint("Make a new request.")));
	if (r->state != KW_RELATION_REQUESTED)
		refuse_state(r, "relation is not a pending request", NULL);
}

/*
 * Making one
 */

/*
 * Take the locks of making a relation between two persons.
 */
static void
lock_parties(int64 contributor, int64 recipient)
{
	int64		parties[2] = {contributor, recipient};

	kw_share_persons(contributor, recipient);
	kw_lock_wallets(parties, 2);
}

/*
 * Load the case of a relation to make, whose parties are locked.  A request
 * of the pair that has expired must not stand in the way: it ends now.
 */
static void
load_new(KwCase *c, int64 contributor, int64 recipient, KinshipRelation kinship, TimestampTz at)
{
	kw_case_load(c, contributor, recipient, at);
	if (c->relation_state == KW_RELATION_REQUESTED)
	{
		Side		side;
		TimestampTz expires;

		/* an open relation's region is the contributor's: a move ends it */
		if (read_request(c->relation_id, c->contributor.region, &side, &expires) && at >= expires)
		{
			kw_end_relation(c->relation_id, KW_RELATION_EXPIRED, "expired", NULL, 0, at);
			kw_case_load(c, contributor, recipient, at);
		}
	}
	c->kinship = kinship;
}

static void
judge(const KwCase *c, uint32 set, int ordinal)
{
	const KwRule *rule = kw_judge(c, set);

	if (rule == NULL)
		return;
	if (ordinal > 0)
		kw_refuse_item(rule, c, ordinal);
	kw_refuse(rule, c);
}

static int64
insert_relation(const KwCase *c, char state)
{
	int64		id = kw_make_id(kw_ledger_node(), kw_first_of_month(c->day),
								nextval_internal(kw_sequence_oid(true), false));

	kw_spi(KW_PLAN_INSERT_RELATION, Int64GetDatum(id),
		   Int64GetDatum(c->contributor.person_id), Int64GetDatum(c->recipient.person_id),
		   TimestampTzGetDatum(state == KW_RELATION_ACTIVE ? c->at : DT_NOEND),
		   RegionCodeGetDatum(c->contributor.region), RegionCodeGetDatum(c->recipient.region),
		   KinshipRelationGetDatum(c->kinship), CharGetDatum(state));
	if (kw_spi(KW_PLAN_WALLETS_AFTER_MAKE, Int64GetDatum(c->contributor.person_id),
			   Int64GetDatum(c->recipient.person_id)) != 2)
		elog(ERROR, "a wallet of relation " INT64_FORMAT " is missing", id);
	return id;
}

/*
 * Make a relation at a counter, where both are present.
 */
static int64
establish(int64 contributor, int64 recipient, KinshipRelation kinship, TimestampTz at, int ordinal)
{
	KwCase		c;
	int64		relation_id;

	load_new(&c, contributor, recipient, kinship, at);
	judge(&c, KW_RULES_RELATION, ordinal);
	relation_id = insert_relation(&c, KW_RELATION_ACTIVE);
	kw_log_relation(relation_id, at, "established", 0, NULL, 0, 0);
	return relation_id;
}

/*
 * request_relation(contributor, recipient, kinship, requested_by)
 */
KW_PUBLIC(request_relation)
{
	int64		contributor;
	int64		recipient;
	int64		requested_by;
	int64		relation_id;
	KwSpi		spi;
	KwCase		c;
	Side		side;
	bool		accepted;

	KW_ARGS_NOT_NULL("contributor", "recipient", "kinship", "requested_by");
	PreventCommandIfReadOnly("kinwallet.request_relation()");
	contributor = PG_GETARG_INT64(0);
	recipient = PG_GETARG_INT64(1);
	requested_by = PG_GETARG_INT64(3);

	kw_spi_begin(&spi);
	lock_parties(contributor, recipient);
	load_new(&c, contributor, recipient, PG_GETARG_KINSHIP_RELATION(2), kw_now());
	judge(&c, KW_RULES_PARTIES, 0);
	side = require_side(&c, requested_by);
	judge(&c, KW_RULES_RELATION, 0);

	/* C4: a recipient may have consented to all requests beforehand */
	accepted = side == SIDE_CONTRIBUTOR && c.recipient.auto_accept;
	relation_id = insert_relation(&c, accepted ? KW_RELATION_ACTIVE : KW_RELATION_REQUESTED);
	kw_log_relation(relation_id, c.at, "requested", requested_by, side_name(side), 0, 0);
	if (accepted)
		kw_log_relation(relation_id, c.at, "accepted", recipient, "auto_accept", 0, 0);
	kw_spi_end(&spi);
	PG_RETURN_INT64(relation_id);
}

/*
 * accept_relation(relation_id, accepted_by)
 */
KW_PUBLIC(accept_relation)
{
	int64		accepted_by;
	KwSpi		spi;
	KnownRelation r;

	KW_ARGS_NOT_NULL("relation_id", "accepted_by");
	PreventCommandIfReadOnly("kinwallet.accept_relation()");
	accepted_by = PG_GETARG_INT64(1);

	kw_spi_begin(&spi);
	lock_relation(PG_GETARG_INT64(0), true, &r);
	require_acts_for(&r.c, other_side(r.requested_by), accepted_by);
	require_requested(&r);

	/* everything may have changed since; the request itself is not in its way */
	r.c.kinship = r.kinship;
	r.c.relation_state = KW_RELATION_NONE;
	r.c.contributor_relations--;
	judge(&r.c, KW_RULES_RELATION, 0);

	kw_spi(KW_PLAN_ACTIVATE_RELATION, Int64GetDatum(r.relation_id), TimestampTzGetDatum(r.c.at));
	kw_log_relation(r.relation_id, r.c.at, "accepted", accepted_by, NULL, 0, 0);
	kw_spi_end(&spi);
	PG_RETURN_VOID();
}

/*
 * End a request: its own side withdraws it, the other side refuses it.
 */
static void
end_request(int64 relation_id, int64 by_person, bool withdraw)
{
	KwSpi		spi;
	KnownRelation r;

	kw_spi_begin(&spi);
	lock_relation(relation_id, false, &r);
	require_acts_for(&r.c, withdraw ? r.requested_by : other_side(r.requested_by), by_person);
	require_requested(&r);
	kw_end_relation(relation_id, withdraw ? KW_RELATION_WITHDRAWN : KW_RELATION_REFUSED,
					withdraw ? "withdrawn" : "refused", NULL, by_person, r.c.at);
	kw_spi_end(&spi);
}

/*
 * refuse_relation(relation_id, by)
 */
KW_PUBLIC(refuse_relation)
{
	KW_ARGS_NOT_NULL("relation_id", "by");
	PreventCommandIfReadOnly("kinwallet.refuse_relation()");
	end_request(PG_GETARG_INT64(0), PG_GETARG_INT64(1), false);
	PG_RETURN_VOID();
}

/*
 * withdraw_relation(relation_id, by)
 */
KW_PUBLIC(withdraw_relation)
{
	KW_ARGS_NOT_NULL("relation_id", "by");
	PreventCommandIfReadOnly("kinwallet.withdraw_relation()");
	end_request(PG_GETARG_INT64(0), PG_GETARG_INT64(1), true);
	PG_RETURN_VOID();
}

/*
 * establish_relation(contributor, recipient, kinship)
 */
KW_PUBLIC(establish_relation)
{
	int64		contributor;
	int64		recipient;
	int64		relation_id;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("contributor", "recipient", "kinship");
	PreventCommandIfReadOnly("kinwallet.establish_relation()");
	contributor = PG_GETARG_INT64(0);
	recipient = PG_GETARG_INT64(1);

	kw_spi_begin(&spi);
	lock_parties(contributor, recipient);
	relation_id = establish(contributor, recipient, PG_GETARG_KINSHIP_RELATION(2), kw_now(), 0);
	kw_spi_end(&spi);
	PG_RETURN_INT64(relation_id);
}

/*
 * establish_relations(contributors, recipients, kinships): all or nothing.
 * All rows are locked in order first; then the items are judged one by one,
 * each seeing those before it.
 */
KW_PUBLIC(establish_relations)
{
	Datum	   *contributors;
	Datum	   *recipients;
	Datum	   *kinships;
	int			n_contributors;
	int			n_recipients;
	int			n_kinships;
	int64	   *persons;
	int			n_persons = 0;
	TimestampTz at;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("contributors", "recipients", "kinships");
	PreventCommandIfReadOnly("kinwallet.establish_relations()");
	contributors = kw_array_arg(fcinfo, 0, "contributors", &n_contributors);
	recipients = kw_array_arg(fcinfo, 1, "recipients", &n_recipients);
	kinships = kw_array_arg(fcinfo, 2, "kinships", &n_kinships);
	if (n_contributors != n_recipients || n_contributors != n_kinships)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("arrays must have the same length"),
				 errdetail("There are %d contributors, %d recipients and %d kinships.",
						   n_contributors, n_recipients, n_kinships)));

	kw_spi_begin(&spi);
	persons = palloc((Size) Max(n_contributors, 1) * 2 * sizeof(int64));
	for (int i = 0; i < n_contributors; i++)
	{
		persons[n_persons++] = DatumGetInt64(contributors[i]);
		persons[n_persons++] = DatumGetInt64(recipients[i]);
	}
	n_persons = kw_sort_ids(persons, n_persons);
	for (int i = 0; i < n_persons; i += 2)
		kw_share_persons(persons[i], persons[Min(i + 1, n_persons - 1)]);
	kw_lock_wallets(persons, n_persons);

	at = kw_now();
	for (int i = 0; i < n_contributors; i++)
	{
		CHECK_FOR_INTERRUPTS();
		establish(DatumGetInt64(contributors[i]), DatumGetInt64(recipients[i]),
				  DatumGetKinshipRelation(kinships[i]), at, i + 1);
	}
	kw_spi_end(&spi);
	PG_RETURN_INT64(n_contributors);
}

/*
 * Ending one
 */

/* why a relation may be dissolved by this function */
typedef enum DissolveReason
{
	DISSOLVE_VOLUNTARY,
	DISSOLVE_KINSHIP_ENDED,
	DISSOLVE_AGENCY
} DissolveReason;

static DissolveReason
parse_reason(const char *reason)
{
	if (strcmp(reason, "voluntary") == 0)
		return DISSOLVE_VOLUNTARY;
	if (strcmp(reason, "kinship_ended") == 0)
		return DISSOLVE_KINSHIP_ENDED;
	if (strcmp(reason, "agency") == 0)
		return DISSOLVE_AGENCY;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid reason \"%s\" to dissolve a relation", reason),
			 errhint("Valid reasons are voluntary, kinship_ended and agency.")));
	return DISSOLVE_VOLUNTARY;
}

/*
 * dissolve_relation(relation_id, by_person, reason): gives what returned to
 * the contributor's account.
 */
KW_PUBLIC(dissolve_relation)
{
	DissolveReason reason;
	const char *stored;
	int64		by_person;
	WalletAmount returned;
	KwSpi		spi;
	KnownRelation r;

	KW_ARGS_NOT_NULL("relation_id", NULL, "reason");
	PreventCommandIfReadOnly("kinwallet.dissolve_relation()");
	stored = text_to_cstring(PG_GETARG_TEXT_PP(2));
	reason = parse_reason(stored);
	if (reason == DISSOLVE_VOLUNTARY && PG_ARGISNULL(1))
		kw_null_argument("by_person");
	if (reason == DISSOLVE_AGENCY && !PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("reason \"agency\" is the agency's own"),
				 errhint("Leave by_person null, or give another reason.")));
	by_person = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT64(1);

	kw_spi_begin(&spi);
	lock_relation(PG_GETARG_INT64(0), false, &r);
	if (!PG_ARGISNULL(1))
	{
		Side		side = require_side(&r.c, by_person);

		if (reason == DISSOLVE_VOLUNTARY)
			stored = side == SIDE_CONTRIBUTOR ? "voluntary_contributor" : "voluntary_recipient";
	}
	if (r.state == KW_RELATION_REQUESTED)
		refuse_state(&r, "a request cannot be dissolved", "The side that made it can withdraw it, the other side can refuse it.");
	if (r.state != KW_RELATION_ACTIVE && r.state != KW_RELATION_SUSPENDED)
		refuse_state(&r, "relation is not open", NULL);
	returned = kw_end_relation(r.relation_id, KW_RELATION_DISSOLVED, "dissolved", stored,
							   by_person, r.c.at);
	kw_spi_end(&spi);
	PG_RETURN_WALLET_AMOUNT(returned);
}
