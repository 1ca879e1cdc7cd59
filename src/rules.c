/*-------------------------------------------------------------------------
 *
 * rules.c
 *	  The table of rules for transfers and for making relations.
 *
 * The table's order is the order in which violations are reported: KW018,
 * KW017, KW001, KW002, KW003, KW004 or KW015, KW005, KW014, KW006, KW007,
 * KW008.  A check looks at its case and at nothing else.  A description
 * states the facts in words that fit whether the rule holds or not, so that
 * explain_transfer() and a refusal's DETAIL say the same.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "clock.h"
#include "errors.h"
#include "rules.h"

#define MIN_CONTRIBUTOR_AGE		16

/*
 * Who they are
 */

static bool
not_to_self_holds(const KwCase *c)
{
	return c->contributor.person_id != c->recipient.person_id;
}

static void
not_to_self_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The contributor is person %lld, the recipient is person %lld",
					 (long long) c->contributor.person_id, (long long) c->recipient.person_id);
}

static void
describe_known(const KwParty *party, StringInfo detail)
{
	appendStringInfo(detail, party->known ? "Person %lld exists" : "There is no person %lld",
					 (long long) party->person_id);
}

static bool
contributor_known_holds(const KwCase *c)
{
	return c->contributor.known;
}

static void
contributor_known_describe(const KwCase *c, StringInfo detail)
{
	describe_known(&c->contributor, detail);
}

static bool
recipient_known_holds(const KwCase *c)
{
	return c->recipient.known;
}

static void
recipient_known_describe(const KwCase *c, StringInfo detail)
{
	describe_known(&c->recipient, detail);
}

/*
 * Wallets and insured status.  A suspended relation says by its causes what
 * posting has not looked up: that a party is paused or frozen.
 */

static char
wallet_status(const KwParty *party, bool frozen)
{
	return frozen && party->wallet == KW_WALLET_OPEN ? KW_WALLET_FROZEN : party->wallet;
}

static void
describe_wallet(const char *who, char status, StringInfo detail)
{
	switch (status)
	{
		case KW_WALLET_NONE:
			appendStringInfo(detail, "The %s has no wallet", who);
			break;
		case KW_WALLET_PENDING:
			appendStringInfo(detail, "The %s's wallet has not been opened yet", who);
			break;
		case KW_WALLET_OPEN:
			appendStringInfo(detail, "The %s's wallet is open", who);
			break;
		case KW_WALLET_FROZEN:
			appendStringInfo(detail, "The %s's wallet is frozen", who);
			break;
		case KW_WALLET_CLOSED:
			appendStringInfo(detail, "The %s's wallet is closed", who);
			break;
		default:
			elog(ERROR, "unknown wallet status \"%c\"", status);
	}
}

static char
contributor_wallet(const KwCase *c)
{
	return wallet_status(&c->contributor, (c->causes & KW_CAUSE_CONTRIBUTOR_FROZEN) != 0);
}

static char
recipient_wallet(const KwCase *c)
{
	return wallet_status(&c->recipient, (c->causes & KW_CAUSE_RECIPIENT_FROZEN) != 0);
}

static bool
contributor_wallet_holds(const KwCase *c)
{
	return contributor_wallet(c) == KW_WALLET_OPEN;
}

static void
contributor_wallet_describe(const KwCase *c, StringInfo detail)
{
	describe_wallet("contributor", contributor_wallet(c), detail);
}

static bool
recipient_wallet_holds(const KwCase *c)
{
	return recipient_wallet(c) == KW_WALLET_OPEN;
}

static void
recipient_wallet_describe(const KwCase *c, StringInfo detail)
{
	describe_wallet("recipient", recipient_wallet(c), detail);
}

static char
insured_status(const KwParty *party, bool paused)
{
	return paused && party->insured == KW_INSURED_NORMAL ? KW_INSURED_PAUSED : party->insured;
}

static void
describe_insured(const char *who, char status, StringInfo detail)
{
	const char *name = NULL;

	switch (status)
	{
		case KW_INSURED_NORMAL:
			name = "normal";
			break;
		case KW_INSURED_PAUSED:
			name = "paused";
			break;
		case KW_INSURED_TERMINATED:
			name = "terminated";
			break;
		case KW_INSURED_DECEASED:
			name = "deceased";
			break;
		default:
			elog(ERROR, "unknown insured status \"%c\"", status);
	}
	appendStringInfo(detail, "The %s's insured status is %s", who, name);
}

static char
contributor_insured(const KwCase *c)
{
	return insured_status(&c->contributor, (c->causes & KW_CAUSE_CONTRIBUTOR_PAUSED) != 0);
}

static char
recipient_insured(const KwCase *c)
{
	return insured_status(&c->recipient, (c->causes & KW_CAUSE_RECIPIENT_PAUSED) != 0);
}

static bool
contributor_insured_holds(const KwCase *c)
{
	return contributor_insured(c) == KW_INSURED_NORMAL;
}

static void
contributor_insured_describe(const KwCase *c, StringInfo detail)
{
	describe_insured("contributor", contributor_insured(c), detail);
}

static bool
recipient_insured_holds(const KwCase *c)
{
	return recipient_insured(c) == KW_INSURED_NORMAL;
}

static void
recipient_insured_describe(const KwCase *c, StringInfo detail)
{
	describe_insured("recipient", recipient_insured(c), detail);
}

/*
 * Who may contribute
 */

static bool
scheme_holds(const KwCase *c)
{
	return c->contributor.scheme != KW_SCHEME_RESIDENT;
}

static void
scheme_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The contributor is insured under the %s scheme",
					 scheme_holds(c) ? "employee" : "resident");
}

static bool
account_holds(const KwCase *c)
{
	return c->contributor.scheme == KW_SCHEME_EMPLOYEE;
}

static void
account_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The contributor has %s individual account",
					 account_holds(c) ? "an" : "no");
}

static bool
age_holds(const KwCase *c)
{
	return kw_full_years(c->contributor.birth, c->day) >= MIN_CONTRIBUTOR_AGE;
}

static void
age_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The contributor is %s %d years old on %s",
					 age_holds(c) ? "at least" : "under",
					 MIN_CONTRIBUTOR_AGE, kw_day_text(c->day));
}

/*
 * The relation to transfer by
 */

static bool
relation_active_holds(const KwCase *c)
{
	return c->relation_state == KW_RELATION_ACTIVE;
}

static void
relation_active_describe(const KwCase *c, StringInfo detail)
{
	static const struct
	{
		int			cause;
		const char *text;
	}			causes[] =
	{
		{KW_CAUSE_CONTRIBUTOR_PAUSED, "contributor paused"},
		{KW_CAUSE_RECIPIENT_PAUSED, "recipient paused"},
		{KW_CAUSE_CONTRIBUTOR_FROZEN, "contributor's wallet frozen"},
		{KW_CAUSE_RECIPIENT_FROZEN, "recipient's wallet frozen"},
	};
	const char *separator = ": ";

	if (c->relation_state == KW_RELATION_NONE)
	{
		appendStringInfoString(detail, "The contributor has no open relation to the recipient");
		return;
	}
	appendStringInfo(detail, "Relation %lld is %s", (long long) c->relation_id,
					 kw_relation_state_name(c->relation_state));
	for (int i = 0; i < (int) lengthof(causes); i++)
	{
		if ((c->causes & causes[i].cause) == 0)
			continue;
		appendStringInfo(detail, "%s%s", separator, causes[i].text);
		separator = ", ";
	}
}

/*
 * The relation to make
 */

static bool
pair_free_holds(const KwCase *c)
{
	return c->relation_state == KW_RELATION_NONE;
}

static void
pair_free_describe(const KwCase *c, StringInfo detail)
{
	relation_active_describe(c, detail);
}

static bool
reverse_kinship_holds(const KwCase *c)
{
	return c->reverse_kinship == 0 ||
		kw_kinship_class(c->reverse_kinship) == kw_kinship_class(kw_kinship_inverse(c->kinship));
}

static void
reverse_kinship_describe(const KwCase *c, StringInfo detail)
{
	if (c->reverse_kinship == 0)
		appendStringInfoString(detail, "There is no open relation in the other direction");
	else
		appendStringInfo(detail, "The relation in the other direction says %s, this one would say %s",
						 kw_kinship_label(c->reverse_kinship), kw_kinship_label(c->kinship));
}

static bool
one_spouse_holds(const KwCase *c)
{
	return c->kinship != KINSHIP_SPOUSE ||
		!(c->contributor_has_other_spouse || c->recipient_has_other_spouse);
}

static void
one_spouse_describe(const KwCase *c, StringInfo detail)
{
	if (c->contributor_has_other_spouse && c->recipient_has_other_spouse)
		appendStringInfoString(detail, "Both have an open relation with another spouse");
	else if (c->contributor_has_other_spouse || c->recipient_has_other_spouse)
		appendStringInfo(detail, "The %s has an open relation with another spouse",
						 c->contributor_has_other_spouse ? "contributor" : "recipient");
	else
		appendStringInfoString(detail, "Neither has an open relation with another spouse");
}

static bool
cap_holds(const KwCase *c)
{
	int			cap = c->contributor.policy.relation_cap;

	return cap < 0 || c->contributor_relations < cap;
}

static void
cap_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The contributor has %d open relations", c->contributor_relations);
	if (c->contributor.policy.relation_cap < 0)
		appendStringInfoString(detail, ", and there is no cap");
	else
		appendStringInfo(detail, " of at most %d", c->contributor.policy.relation_cap);
}

static bool
kinship_holds(const KwCase *c)
{
	return kw_policy_allows_kinship(&c->contributor.policy, c->kinship);
}

static void
kinship_describe(const KwCase *c, StringInfo detail)
{
	const char *separator = "";

	appendStringInfo(detail, "The recipient is the contributor's %s; policy %d allows ",
					 kw_kinship_label(c->kinship), c->contributor.policy.policy_id);
	for (int k = KINSHIP_SPOUSE; k <= KINSHIP_MATERNAL_GRANDCHILD; k++)
	{
		if (!kw_policy_allows_kinship(&c->contributor.policy, (KinshipRelation) k))
			continue;
		appendStringInfo(detail, "%s%s", separator, kw_kinship_label((KinshipRelation) k));
		separator = ", ";
	}
	if (separator[0] == '\0')
		appendStringInfoString(detail, "none");
}

/*
 * Compare the births as the kinship wants them: no minimum gap.
 */
static bool
births_hold(const KwCase *c)
{
	switch (kw_kinship_class(c->kinship))
	{
		case KINSHIP_PARENT:
		case KINSHIP_GRANDPARENT:
			return c->recipient.birth < c->contributor.birth;
		case KINSHIP_CHILD:
		case KINSHIP_GRANDCHILD:
			return c->contributor.birth < c->recipient.birth;
		default:
			return true;
	}
}

static void
births_describe(const KwCase *c, StringInfo detail)
{
	const char *order = "not born before or after";

	if (c->recipient.birth != c->contributor.birth)
		order = c->recipient.birth < c->contributor.birth ? "born before" : "born after";
	appendStringInfo(detail, "The recipient, the contributor's %s, was %s the contributor",
					 kw_kinship_label(c->kinship), order);
}

/*
 * Across provinces.  Within one, the opening day does not matter.
 */

static bool
one_province(const KwCase *c)
{
	return kw_region_province(c->contributor.region) == kw_region_province(c->recipient.region);
}

static bool
cross_province_holds(const KwCase *c)
{
	return one_province(c) ||
		(c->contributor.opened && c->contributor.policy.cross_province &&
		 c->recipient.opened && c->recipient.policy.cross_province);
}

static void
describe_region(const KwParty *party, StringInfo detail)
{
	appendStringInfo(detail, "region %06d ", party->region);
	if (DATE_IS_NOEND(party->opened_on))
		appendStringInfoString(detail, "has no opening day");
	else
		appendStringInfo(detail, "opened on %s", kw_day_text(party->opened_on));
	appendStringInfo(detail, ", its policy %d %s aid across provinces",
					 party->policy.policy_id, party->policy.cross_province ? "allows" : "does not allow");
}

static void
cross_province_describe(const KwCase *c, StringInfo detail)
{
	if (one_province(c))
	{
		appendStringInfo(detail, "Both regions, %06d and %06d, are in one province",
						 c->contributor.region, c->recipient.region);
		return;
	}
	appendStringInfo(detail, "On %s: contributor's ", kw_day_text(c->day));
	describe_region(&c->contributor, detail);
	appendStringInfoString(detail, "; recipient's ");
	describe_region(&c->recipient, detail);
}

/*
 * The transfer's amount, count and money
 */

static bool
positive_holds(const KwCase *c)
{
	return c->amount > 0;
}

static void
positive_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The amount is %s yuan, it must be more than zero",
					 kw_amount_text(c->amount));
}

static bool
minimum_holds(const KwCase *c)
{
	return c->amount >= c->contributor.policy.transfer_min;
}

static void
minimum_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The amount is %s yuan, the least for one transfer is %s yuan",
					 kw_amount_text(c->amount), kw_amount_text(c->contributor.policy.transfer_min));
}

static bool
maximum_holds(const KwCase *c)
{
	return c->amount <= c->contributor.policy.transfer_max;
}

static void
maximum_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The amount is %s yuan, the most for one transfer is %s yuan",
					 kw_amount_text(c->amount), kw_amount_text(c->contributor.policy.transfer_max));
}

static bool
daily_limit_holds(const KwCase *c)
{
	return c->transfers_today < c->contributor.policy.transfers_per_day;
}

static void
daily_limit_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The contributor's wallet has made %d of at most %d transfers on %s",
					 c->transfers_today, c->contributor.policy.transfers_per_day, kw_day_text(c->day));
}

static bool
balance_holds(const KwCase *c)
{
	/* neither is negative, so the difference fits */
	return c->amount <= c->available - c->contributor.policy.reserve;
}

static void
balance_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The amount is %s yuan, the account has %s yuan",
					 kw_amount_text(c->amount), kw_amount_text(c->available));
	if (c->contributor.policy.reserve > 0)
		appendStringInfo(detail, ", of which %s yuan must stay",
						 kw_amount_text(c->contributor.policy.reserve));
}

#define BOTH_SETS	(KW_RULES_TRANSFER | KW_RULES_RELATION)
#define ALL_SETS	(BOTH_SETS | KW_RULES_PARTIES)

const KwRule kw_rules[] = {
	{"EDGE-10", "DECISION", ALL_SETS, 0,
		ERRCODE_KW_RELATION_TO_SELF, not_to_self_holds, not_to_self_describe,
	"contributor and recipient are the same person", NULL},

	{"TRF-03", "DOC-0", ALL_SETS, 0,
		ERRCODE_KW_NOT_FOUND, contributor_known_holds, contributor_known_describe,
	"contributor does not exist", NULL},
	{"TRF-03", "DOC-0", ALL_SETS, 0,
		ERRCODE_KW_NOT_FOUND, recipient_known_holds, recipient_known_describe,
	"recipient does not exist", NULL},

	{"WAL-02", "DOC-1", BOTH_SETS, KW_NEEDS_CONTRIBUTOR,
		ERRCODE_KW_WALLET_NOT_OPEN, contributor_wallet_holds, contributor_wallet_describe,
	"contributor's wallet is not open", NULL},
	{"TRF-06", "DOC-1", BOTH_SETS, KW_NEEDS_RECIPIENT,
		ERRCODE_KW_WALLET_NOT_OPEN, recipient_wallet_holds, recipient_wallet_describe,
	"recipient's wallet is not open", NULL},

	{"ACT-05", "DOC-0", BOTH_SETS, KW_NEEDS_CONTRIBUTOR,
		ERRCODE_KW_NOT_NORMALLY_INSURED, contributor_insured_holds, contributor_insured_describe,
	"contributor is not normally insured", NULL},
	{"ACT-05", "DOC-0", BOTH_SETS, KW_NEEDS_RECIPIENT,
		ERRCODE_KW_NOT_NORMALLY_INSURED, recipient_insured_holds, recipient_insured_describe,
	"recipient is not normally insured", NULL},

	{"ACT-01", "DOC-1", BOTH_SETS, KW_NEEDS_CONTRIBUTOR,
		ERRCODE_KW_NOT_A_CONTRIBUTOR, scheme_holds, scheme_describe,
	"contributor is not insured under the employee scheme", NULL},
	{"ACT-07", "KNOWN-H", BOTH_SETS, KW_NEEDS_CONTRIBUTOR,
		ERRCODE_KW_NOT_A_CONTRIBUTOR, account_holds, account_describe,
	"contributor has no individual account", NULL},
	/* an active relation implies it, so posting need not know the birth */
	{"EDGE-18", "DECISION", BOTH_SETS, KW_NEEDS_CONTRIBUTOR | KW_NEEDS_LOADED,
		ERRCODE_KW_NOT_A_CONTRIBUTOR, age_holds, age_describe,
	"contributor is too young", NULL},

	{"REL-01", "DOC-1", KW_RULES_TRANSFER, KW_NEEDS_BOTH,
		ERRCODE_KW_NO_ACTIVE_RELATION, relation_active_holds, relation_active_describe,
		"no active relation from contributor to recipient",
	"A relation must be requested by one side and accepted by the other before money can be transferred."},

	{"EDGE-12", "DECISION", KW_RULES_RELATION, KW_NEEDS_BOTH,
		ERRCODE_KW_RELATION_EXISTS, pair_free_holds, pair_free_describe,
	"contributor has an open relation to the recipient already", NULL},
	{"EDGE-11", "DECISION", KW_RULES_RELATION, KW_NEEDS_BOTH | KW_NEEDS_KINSHIP,
		ERRCODE_KW_RELATION_EXISTS, reverse_kinship_holds, reverse_kinship_describe,
		"kinship contradicts the relation in the other direction",
	"To correct a kinship, dissolve the relation and make a new one."},
	{"EDGE-14", "DECISION", KW_RULES_RELATION, KW_NEEDS_BOTH | KW_NEEDS_KINSHIP,
		ERRCODE_KW_RELATION_EXISTS, one_spouse_holds, one_spouse_describe,
	"a person can have one spouse only", NULL},
	{"EDGE-20", "DECISION", KW_RULES_RELATION, KW_NEEDS_CONTRIBUTOR,
		ERRCODE_KW_RELATION_EXISTS, cap_holds, cap_describe,
	"contributor has too many open relations", NULL},

	{"ACT-03", "DOC-1", BOTH_SETS, KW_NEEDS_CONTRIBUTOR | KW_NEEDS_KINSHIP,
		ERRCODE_KW_KINSHIP_NOT_ELIGIBLE, kinship_holds, kinship_describe,
	"kinship is not eligible under the policy in force", NULL},
	{"EDGE-15", "DECISION", KW_RULES_RELATION, KW_NEEDS_BOTH | KW_NEEDS_KINSHIP | KW_NEEDS_LOADED,
		ERRCODE_KW_KINSHIP_NOT_ELIGIBLE, births_hold, births_describe,
		"kinship contradicts the dates of birth",
	"The kinship says what the recipient is to the contributor."},

	{"EDGE-30", "DECISION", BOTH_SETS, KW_NEEDS_BOTH,
		ERRCODE_KW_CROSS_PROVINCE_NOT_OPEN, cross_province_holds, cross_province_describe,
	"mutual aid across provinces is not open for both regions", NULL},

	{"EDGE-56", "DECISION", KW_RULES_TRANSFER, 0,
		ERRCODE_KW_AMOUNT_OUT_OF_RANGE, positive_holds, positive_describe,
	"amount must be positive", NULL},
	{"EDGE-04", "DECISION", KW_RULES_TRANSFER, KW_NEEDS_CONTRIBUTOR,
		ERRCODE_KW_AMOUNT_OUT_OF_RANGE, minimum_holds, minimum_describe,
	"amount is below the minimum of a transfer", NULL},
	{"TRF-05", "DOC-1", KW_RULES_TRANSFER, KW_NEEDS_CONTRIBUTOR,
		ERRCODE_KW_AMOUNT_OUT_OF_RANGE, maximum_holds, maximum_describe,
	"amount is above the maximum of a transfer", NULL},

	{"TRF-04", "DOC-1", KW_RULES_TRANSFER, KW_NEEDS_CONTRIBUTOR,
		ERRCODE_KW_DAILY_TRANSFER_LIMIT, daily_limit_holds, daily_limit_describe,
		"the day's transfers of the contributor's wallet are used up",
	"The next day begins at midnight in Asia/Shanghai."},

	{"TRF-09", "DOC-0", KW_RULES_TRANSFER, KW_NEEDS_CONTRIBUTOR,
		ERRCODE_KW_INSUFFICIENT_ACCOUNT, balance_holds, balance_describe,
	"insufficient balance of the contributor's individual account", NULL},
};

const int	kw_n_rules = lengthof(kw_rules);
