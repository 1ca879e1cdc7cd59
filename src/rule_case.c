/*-------------------------------------------------------------------------
 *
 * rule_case.c
 *	  The cases that rules judge: loading one from the tables, judging it,
 *	  refusing what does not hold.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "citizen_id.h"
#include "clock.h"
#include "plans.h"
#include "relation_state.h"
#include "rules.h"

/*
 * Tell whether the case knows what the rule looks at.
 */
bool
kw_rule_applies(const KwRule *rule, const KwCase *c)
{
	if ((rule->needs & KW_NEEDS_CONTRIBUTOR) && !c->contributor.known)
		return false;
	if ((rule->needs & KW_NEEDS_RECIPIENT) && !c->recipient.known)
		return false;
	if ((rule->needs & KW_NEEDS_KINSHIP) && c->kinship == 0)
		return false;
	if ((rule->needs & KW_NEEDS_LOADED) && !c->loaded)
		return false;
	if ((rule->needs & KW_NEEDS_PROVIDER) && !c->has_provider)
		return false;
	if ((rule->needs & KW_NEEDS_USE) && c->use == '\0')
		return false;
	if ((rule->needs & KW_NEEDS_STANDARD) && !c->has_standard)
		return false;
	return true;
}

static const KwRule *
judge_table(const KwRule *rules, int n, const KwCase *c, uint32 set)
{
	for (int i = 0; i < n; i++)
	{
		const KwRule *rule = &rules[i];

		if ((rule->sets & set) && kw_rule_applies(rule, c) && !rule->holds(c))
			return rule;
	}
	return NULL;
}

const KwRule *
kw_judge(const KwCase *c, uint32 set)
{
	if (set & (KW_RULES_SPEND | KW_RULES_HOLD | KW_RULES_CAPTURE | KW_RULES_PREMIUM))
		return judge_table(kw_spend_rules, kw_n_spend_rules, c, set);
	return judge_table(kw_rules, kw_n_rules, c, set);
}

/*
 * Say why a rule cannot be judged.
 */
static const char *
not_judged(const KwRule *rule, const KwCase *c)
{
	if (((rule->needs & KW_NEEDS_CONTRIBUTOR) && !c->contributor.known) ||
		((rule->needs & KW_NEEDS_RECIPIENT) && !c->recipient.known))
		return "Not judged: a party is not known";
	if ((rule->needs & KW_NEEDS_PROVIDER) && !c->has_provider)
		return "Not judged: the provider is not known";
	if ((rule->needs & KW_NEEDS_USE) && c->use == '\0')
		return "Not judged: the use is not known";
	if ((rule->needs & KW_NEEDS_STANDARD) && !c->has_standard)
		return "Not judged: there is no standard";
	return "Not judged: without a relation there is no kinship";
}

/*
 * Print a rule's DETAIL, which ends with its ID.
 */
char *
kw_rule_detail(const KwRule *rule, const KwCase *c)
{
	StringInfoData detail;

	initStringInfo(&detail);
	if (kw_rule_applies(rule, c))
		rule->describe(c, &detail);
	else
		appendStringInfoString(&detail, not_judged(rule, c));
	appendStringInfo(&detail, " (%s).", rule->id);
	return detail.data;
}

static void
refuse(const KwRule *rule, const KwCase *c, const char *prefix)
{
	ereport(ERROR,
			(errcode(rule->sqlstate),
			 errmsg("%s", rule->message),
			 errdetail("%s%s", prefix, kw_rule_detail(rule, c)),
			 rule->hint != NULL ? errhint("%s", rule->hint) : 0));
}

/*
 * Refuse what the rule forbids.
 */
void
kw_refuse(const KwRule *rule, const KwCase *c)
{
	refuse(rule, c, "");
	pg_unreachable();
}

/*
 * Refuse one item of a batch, and with it the batch.
 */
void
kw_refuse_item(const KwRule *rule, const KwCase *c, int ordinal)
{
	refuse(rule, c, psprintf("Item %d: ", ordinal));
	pg_unreachable();
}

const char *
kw_relation_state_name(char state)
{
	switch (state)
	{
		case KW_RELATION_REQUESTED:
			return "requested";
		case KW_RELATION_ACTIVE:
			return "active";
		case KW_RELATION_SUSPENDED:
			return "suspended";
		case KW_RELATION_DISSOLVED:
			return "dissolved";
		case KW_RELATION_REFUSED:
			return "refused";
		case KW_RELATION_WITHDRAWN:
			return "withdrawn";
		case KW_RELATION_EXPIRED:
			return "expired";
	}
	elog(ERROR, "unknown relation state \"%c\"", state);
	return NULL;
}

/*
 * Give the moment from which on a request is over: the policy of the day of
 * the request decides.
 */
TimestampTz
kw_request_expires(RegionCode contributor_region, TimestampTz requested_at)
{
	KwPolicy	policy;

	kw_policy(contributor_region, kw_day_of(requested_at), &policy);
	return kw_add_interval(requested_at, &policy.request_expiry);
}

/*
 * Fill what a party owes to its region: opening day and policy of the day.
 */
void
kw_party_region(KwParty *party, RegionCode region, DateADT day)
{
	party->region = region;
	if (!kw_region_opened_on(region, &party->opened_on))
		party->opened_on = DATEVAL_NOEND;
	party->opened = party->opened_on <= day;
	kw_policy(region, day, &party->policy);
}

/*
 * Read a party's columns: person_id, region, scheme, status,
 * individual_account, citizen_id, guardian, auto_accept, wallet status.  The
 * policy comes later: filling its cache would replace the row.
 */
static void
read_party(KwParty *party, int column)
{
	bool		isnull;
	const char *scheme;

	party->known = !kw_spi_isnull(0, column);
	if (!party->known)
		return;
	party->region = DatumGetRegionCode(kw_spi_datum(0, column + 1, &isnull));
	scheme = kw_spi_text(0, column + 2);
	if (strcmp(scheme, "resident") == 0)
		party->scheme = KW_SCHEME_RESIDENT;
	else
		party->scheme = kw_spi_bool(0, column + 4) ? KW_SCHEME_EMPLOYEE : KW_SCHEME_POOLED_ONLY;
	/* normal, paused, terminated, deceased: the code is the first letter */
	party->insured = kw_spi_text(0, column + 3)[0];
	party->birth = kw_citizen_id_birth_date(DatumGetCitizenId(kw_spi_datum(0, column + 5, &isnull)));
	party->guardian = kw_spi_isnull(0, column + 6) ? 0 : kw_spi_int64(0, column + 6);
	party->auto_accept = kw_spi_bool(0, column + 7);
	party->wallet = kw_spi_isnull(0, column + 8) ? KW_WALLET_NONE : kw_spi_char(0, column + 8);
}

/*
 * Find two persons' requests that have expired, whether a sweep has come by
 * or not (EDGE-19), as an argument of KW_PLAN_CASE.
 */
static Datum
expired_requests(int64 contributor, int64 recipient, TimestampTz at)
{
	int			n = (int) kw_spi(KW_PLAN_REQUESTS_OF, Int64GetDatum(contributor), Int64GetDatum(recipient));
	int64	   *expired = palloc(Max(n, 1) * sizeof(int64));
	RegionCode *region = palloc(Max(n, 1) * sizeof(RegionCode));
	TimestampTz *requested_at = palloc(Max(n, 1) * sizeof(TimestampTz));
	int			kept = 0;

	/* filling the cache of policies replaces the rows */
	for (int i = 0; i < n; i++)
	{
		expired[i] = kw_spi_int64(i, 1);
		region[i] = kw_spi_int32(i, 2);
		requested_at[i] = kw_spi_int64(i, 3);
	}
	for (int i = 0; i < n; i++)
		if (kw_request_expires(region[i], requested_at[i]) <= at)
			expired[kept++] = expired[i];
	return kw_id_array(expired, kept);
}

/*
 * Load a case.
 */
void
kw_case_load(KwCase *c, int64 contributor, int64 recipient, TimestampTz at)
{
	DateADT		transfer_day = DATEVAL_NOBEGIN;
	Datum		kinship;
	bool		isnull;

	memset(c, 0, sizeof(KwCase));
	c->at = at;
	c->day = kw_day_of(at);
	c->loaded = true;
	c->contributor.person_id = contributor;
	c->recipient.person_id = recipient;

	kw_spi_one(KW_PLAN_CASE, Int64GetDatum(contributor), Int64GetDatum(recipient),
			   expired_requests(contributor, recipient, at));
	read_party(&c->contributor, 1);
	read_party(&c->recipient, 10);
	if (c->contributor.wallet != KW_WALLET_NONE)
	{
		c->available = DatumGetWalletAmount(kw_spi_datum(0, 19, &isnull));
		transfer_day = DatumGetDateADT(kw_spi_datum(0, 20, &isnull));
		if (transfer_day == c->day)
			c->transfers_today = kw_spi_int16(0, 21);
	}
	if (!kw_spi_isnull(0, 22))
	{
		c->relation_id = kw_spi_int64(0, 22);
		c->relation_state = kw_spi_char(0, 23);
		c->causes = kw_spi_int16(0, 24);
		c->kinship = DatumGetKinshipRelation(kw_spi_datum(0, 25, &isnull));
	}
	kinship = kw_spi_datum(0, 26, &isnull);
	if (!isnull)
		c->reverse_kinship = DatumGetKinshipRelation(kinship);
	c->contributor_has_other_spouse = kw_spi_bool(0, 27);
	c->recipient_has_other_spouse = kw_spi_bool(0, 28);
	c->contributor_relations = (int) kw_spi_int64(0, 29);

	/* the clock went back behind the wallet's counter: count the facts */
	if (transfer_day > c->day)
	{
		kw_spi_one(KW_PLAN_COUNT_TRANSFERS, Int64GetDatum(contributor),
				   DateADTGetDatum(kw_first_of_month(c->day)),
				   TimestampTzGetDatum(kw_start_of_day(c->day)),
				   TimestampTzGetDatum(kw_start_of_day(c->day + 1)));
		c->transfers_today = (int) kw_spi_int64(0, 1);
	}
	if (c->contributor.known)
		kw_party_region(&c->contributor, c->contributor.region, c->day);
	if (c->recipient.known)
		kw_party_region(&c->recipient, c->recipient.region, c->day);
}
