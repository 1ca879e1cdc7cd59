/*-------------------------------------------------------------------------
 *
 * spend_rules.c
 *	  The table of rules for spendings, holds, captures and premiums.
 *
 * The table's order is the order in which violations are reported: KW017,
 * KW001, KW002, KW006, KW010, KW011, KW009.  See rules.c for the manner.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "clock.h"
#include "errors.h"
#include "purchase.h"

#define NEWBORN_REASON	"newborn"
#define NEWBORN_DAYS		90

static bool
known_holds(const KwCase *c)
{
	return c->recipient.known;
}

static void
known_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, c->recipient.known ? "Person %lld exists" : "There is no person %lld",
					 (long long) c->recipient.person_id);
}

static const char *
wallet_status_name(char status)
{
	switch (status)
	{
		case KW_WALLET_OPEN:
			return "open";
		case KW_WALLET_FROZEN:
			return "frozen";
		case KW_WALLET_CLOSED:
			return "closed";
		case KW_WALLET_PENDING:
			return "pending";
	}
	return "not there";
}

static bool
wallet_holds(const KwCase *c)
{
	return c->recipient.wallet == KW_WALLET_OPEN;
}

static void
wallet_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The wallet of person %lld is %s",
					 (long long) c->recipient.person_id, wallet_status_name(c->recipient.wallet));
}

/* the own account pays also while paused or terminated (EDGE-24) */
static bool
alive_holds(const KwCase *c)
{
	return c->recipient.insured != KW_INSURED_DECEASED;
}

static void
alive_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "Person %lld is %s",
					 (long long) c->recipient.person_id,
					 alive_holds(c) ? "not deceased" : "deceased");
}

/* a hold takes received quota, which a paused person cannot use */
static bool
insured_holds(const KwCase *c)
{
	return c->recipient.insured == KW_INSURED_NORMAL;
}

/* a premium is paid for an insured person; a paused one has the own account */
static bool
in_scheme_holds(const KwCase *c)
{
	return c->recipient.insured == KW_INSURED_NORMAL || c->recipient.insured == KW_INSURED_PAUSED;
}

static void
insured_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The insured status of person %lld is %s",
					 (long long) c->recipient.person_id,
					 c->recipient.insured == KW_INSURED_NORMAL ? "normal" :
					 c->recipient.insured == KW_INSURED_PAUSED ? "paused" :
					 c->recipient.insured == KW_INSURED_TERMINATED ? "terminated" : "deceased");
}

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
provider_known_holds(const KwCase *c)
{
	return c->has_provider;
}

static void
provider_known_describe(const KwCase *c, StringInfo detail)
{
	if (c->has_provider)
		appendStringInfo(detail, "Provider %s is a designated provider of region %06d",
						 c->provider.code, c->provider.region);
	else
		appendStringInfoString(detail, "There is no provider of this code");
}

static bool
provider_valid_holds(const KwCase *c)
{
	return c->provider.from <= c->day && c->day < c->provider.until;
}

static void
provider_valid_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "Provider %s is %s on %s", c->provider.code,
					 provider_valid_holds(c) ? "designated" : "not designated", kw_day_text(c->day));
}

static bool
provider_accepts_holds(const KwCase *c)
{
	return c->provider.accepts_wallet;
}

static void
provider_accepts_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "Provider %s %s payment from accounts and wallets", c->provider.code,
					 c->provider.accepts_wallet ? "takes" : "does not take");
}

static bool
is_use_of_provider(char use)
{
	return use == KW_USE_MEDICAL || use == KW_USE_DRUG ||
		use == KW_USE_DEVICE || use == KW_USE_CONSUMABLE;
}

/*
 * Medical cost at institutions; drugs, devices and consumables at pharmacies.
 * What no provider sells is the next rule's.
 */
static bool
provider_kind_holds(const KwCase *c)
{
	return !is_use_of_provider(c->use) ||
		(c->provider.code[0] == 'H') == (c->use == KW_USE_MEDICAL);
}

static void
provider_kind_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "Provider %s is a %s, the use is %s", c->provider.code,
					 c->provider.code[0] == 'H' ? "medical institution" : "retail pharmacy",
					 kw_use_name(c->use));
}

static bool
provider_place_holds(const KwCase *c)
{
	switch (c->recipient.policy.provider_region_rule)
	{
		case KW_PLACE_INSURED_REGION:
			return c->provider.region == c->recipient.region;
		case KW_PLACE_USE_REGION:
			return c->provider.region == c->place;
		default:
			return true;
	}
}

static void
provider_place_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "Provider %s is of region %06d; ", c->provider.code, c->provider.region);
	switch (c->recipient.policy.provider_region_rule)
	{
		case KW_PLACE_INSURED_REGION:
			appendStringInfo(detail, "policy %d wants the insured region %06d",
							 c->recipient.policy.policy_id, c->recipient.region);
			break;
		case KW_PLACE_USE_REGION:
			appendStringInfo(detail, "policy %d wants the wallet's place of use, which is ",
							 c->recipient.policy.policy_id);
			if (c->place != 0)
				appendStringInfo(detail, "%06d", c->place);
			else
				appendStringInfoString(detail, "not set");
			break;
		default:
			appendStringInfo(detail, "policy %d lets any region in", c->recipient.policy.policy_id);
	}
}

static bool
use_known_holds(const KwCase *c)
{
	return is_use_of_provider(c->use);
}

static void
use_known_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The use is %s; it must be medical, drug, device or consumable",
					 c->use != '\0' ? kw_use_name(c->use) : "unknown");
}

static bool
use_allowed_holds(const KwCase *c)
{
	return (c->recipient.policy.uses & kw_use_bit(c->use)) != 0;
}

static void
use_allowed_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "Policy %d %s use %s", c->recipient.policy.policy_id,
					 use_allowed_holds(c) ? "allows" : "does not allow", kw_use_name(c->use));
}

/*
 * Premiums
 */

static bool
premium_known_holds(const KwCase *c)
{
	return c->use == KW_USE_RESIDENT_MEDICAL || c->use == KW_USE_LONG_TERM_CARE;
}

static void
premium_known_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The kind is %s; it must be resident_medical or long_term_care",
					 c->use != '\0' ? kw_use_name(c->use) : "unknown");
}

/* who is insured as an employee is not insured as a resident for the same year */
static bool
premium_scheme_holds(const KwCase *c)
{
	return c->use != KW_USE_RESIDENT_MEDICAL || c->recipient.scheme == KW_SCHEME_RESIDENT;
}

static void
premium_scheme_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The recipient is insured under the %s scheme, the premium is that of %s",
					 c->recipient.scheme == KW_SCHEME_RESIDENT ? "resident" : "employee",
					 kw_use_name(c->use));
}

static bool
standard_holds(const KwCase *c)
{
	return c->has_standard;
}

static void
standard_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "Region %06d asks for %s premium of %s for %d", c->recipient.region,
					 c->has_standard ? "a" : "no", kw_use_name(c->use), c->cover_year);
}

static bool
premium_amount_holds(const KwCase *c)
{
	return c->amount == c->standard;
}

static void
premium_amount_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The amount is %s yuan, region %06d asks for %s yuan",
					 kw_amount_text(c->amount), c->recipient.region, kw_amount_text(c->standard));
}

/* what lets a person pay outside the window (EDGE-54) */
static const char *const premium_reasons[] = {
	NEWBORN_REASON, "released", "graduated", "demobilised", "moved"
};

static bool
reason_holds(const KwCase *c)
{
	if (c->reason == NULL)
		return true;
	for (int i = 0; i < (int) lengthof(premium_reasons); i++)
		if (strcmp(premium_reasons[i], c->reason) == 0)
			return true;
	return false;
}

static void
reason_describe(const KwCase *c, StringInfo detail)
{
	if (c->reason == NULL)
		appendStringInfoString(detail, "No reason is given");
	else
		appendStringInfo(detail, "The reason is %s", reason_holds(c) ? c->reason : "unknown");
	appendStringInfoString(detail, "; known are");
	for (int i = 0; i < (int) lengthof(premium_reasons); i++)
		appendStringInfo(detail, "%s %s", i > 0 ? "," : "", premium_reasons[i]);
}

static bool
is_newborn(const KwCase *c)
{
	return c->reason != NULL && strcmp(c->reason, NEWBORN_REASON) == 0;
}

/*
 * Inside the window, or for a reason.  A reason opens the present year and
 * the next one; to the newborn, the year of birth, too.
 */
static bool
window_holds(const KwCase *c)
{
	int			year = kw_year_of(c->day);

	if (c->window_from <= c->day && c->day < c->window_until)
		return true;
	if (c->reason == NULL || c->cover_year > year + 1)
		return false;
	if (is_newborn(c))
		return c->recipient.birth <= c->day && c->day - c->recipient.birth <= NEWBORN_DAYS &&
			c->cover_year >= kw_year_of(c->recipient.birth);
	return c->cover_year >= year;
}

static void
window_describe(const KwCase *c, StringInfo detail)
{
	if (c->window_from >= c->window_until)
		appendStringInfo(detail, "The premium of %d has no days on which it is paid", c->cover_year);
	else
	{
		appendStringInfo(detail, "The premium of %d is paid", c->cover_year);
		if (!DATE_IS_NOBEGIN(c->window_from))
			appendStringInfo(detail, " from %s", kw_day_text(c->window_from));
		if (!DATE_IS_NOEND(c->window_until))
			appendStringInfo(detail, " through %s", kw_day_text(c->window_until - 1));
	}
	appendStringInfo(detail, "; today is %s", kw_day_text(c->day));
	if (is_newborn(c))
		appendStringInfo(detail, ", the person is %d days old of at most %d",
						 c->day - c->recipient.birth, NEWBORN_DAYS);
}

static bool
not_paid_holds(const KwCase *c)
{
	return !c->already_paid;
}

static void
not_paid_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "The premium of %s for %d is %s", kw_use_name(c->use), c->cover_year,
					 c->already_paid ? "paid" : "not paid yet");
}

/*
 * Money
 */

/* nothing at all to draw is too little for a partial payment, too (EDGE-42) */
static bool
covered_holds(const KwCase *c)
{
	if (c->allow_partial)
		return c->available > 0 || c->received > 0;
	/* without overflow: received covers what the account leaves */
	return c->available >= c->amount || c->received >= c->amount - c->available;
}

static void
covered_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "%s yuan are asked for; the own account has %s yuan, active relations leave %s yuan",
					 kw_amount_text(c->amount), kw_amount_text(c->available),
					 kw_amount_text(c->received));
}

static bool
quota_covers_holds(const KwCase *c)
{
	return c->received >= c->amount;
}

static void
quota_covers_describe(const KwCase *c, StringInfo detail)
{
	appendStringInfo(detail, "%s yuan are asked for; active relations leave %s yuan",
					 kw_amount_text(c->amount), kw_amount_text(c->received));
}

/* purchases as they are judged, or granted in advance */
#define BOTH	(KW_RULES_SPEND | KW_RULES_HOLD)
/* a purchase granted by a hold is not judged again, the provider is */
#define PROVIDER	(BOTH | KW_RULES_CAPTURE)
/* whoever pays at all */
#define ALL		(BOTH | KW_RULES_PREMIUM)

const KwRule kw_spend_rules[] = {
	{"ACT-02", "DOC-1", ALL, 0,
		ERRCODE_KW_NOT_FOUND, known_holds, known_describe,
	"recipient does not exist", NULL},
	{"WAL-02", "DOC-1", ALL, KW_NEEDS_RECIPIENT,
		ERRCODE_KW_WALLET_NOT_OPEN, wallet_holds, wallet_describe,
	"recipient's wallet is not open", NULL},
	{"EDGE-24", "DECISION", KW_RULES_SPEND, KW_NEEDS_RECIPIENT,
		ERRCODE_KW_NOT_NORMALLY_INSURED, alive_holds, alive_describe,
	"recipient is deceased", "A late bill is settled by the agency."},
	{"EDGE-24", "DECISION", KW_RULES_HOLD, KW_NEEDS_RECIPIENT,
		ERRCODE_KW_NOT_NORMALLY_INSURED, insured_holds, insured_describe,
	"recipient is not normally insured", NULL},
	{"C7", "DECISION", KW_RULES_PREMIUM, KW_NEEDS_RECIPIENT,
		ERRCODE_KW_NOT_NORMALLY_INSURED, in_scheme_holds, insured_describe,
	"recipient is not insured", NULL},
	{"EDGE-56", "DECISION", ALL, 0,
		ERRCODE_KW_AMOUNT_OUT_OF_RANGE, positive_holds, positive_describe,
	"amount must be positive", NULL},
	{"EDGE-51", "DECISION", PROVIDER, 0,
		ERRCODE_KW_PROVIDER_NOT_ELIGIBLE, provider_known_holds, provider_known_describe,
	"provider is not known", NULL},
	{"EDGE-51", "DECISION", PROVIDER, KW_NEEDS_PROVIDER,
		ERRCODE_KW_PROVIDER_NOT_ELIGIBLE, provider_valid_holds, provider_valid_describe,
	"provider is not designated on this day", NULL},
	{"USE-08", "DOC-0", PROVIDER, KW_NEEDS_PROVIDER,
		ERRCODE_KW_PROVIDER_NOT_ELIGIBLE, provider_accepts_holds, provider_accepts_describe,
	"provider does not take payment from wallets", NULL},
	{"USE-02", "DOC-1", BOTH, KW_NEEDS_PROVIDER | KW_NEEDS_USE,
		ERRCODE_KW_PROVIDER_NOT_ELIGIBLE, provider_kind_holds, provider_kind_describe,
	"provider is of the wrong kind for this use", NULL},
	{"USE-09", "DECISION", BOTH, KW_NEEDS_PROVIDER | KW_NEEDS_RECIPIENT,
		ERRCODE_KW_PROVIDER_NOT_ELIGIBLE, provider_place_holds, provider_place_describe,
	"provider is in the wrong place", NULL},
	{"USE-11", "KNOWN-H", BOTH, 0,
		ERRCODE_KW_USE_NOT_ELIGIBLE, use_known_holds, use_known_describe,
	"use is not eligible", NULL},
	{"USE-03", "DOC-1", KW_RULES_PREMIUM, 0,
		ERRCODE_KW_USE_NOT_ELIGIBLE, premium_known_holds, premium_known_describe,
	"kind of premium is not eligible", NULL},
	{"C1", "DECISION", ALL, KW_NEEDS_USE | KW_NEEDS_RECIPIENT,
		ERRCODE_KW_USE_NOT_ELIGIBLE, use_allowed_holds, use_allowed_describe,
	"use is switched off by policy", NULL},
	{"EDGE-54", "DECISION", KW_RULES_PREMIUM, KW_NEEDS_RECIPIENT | KW_NEEDS_USE,
		ERRCODE_KW_USE_NOT_ELIGIBLE, premium_scheme_holds, premium_scheme_describe,
	"premium is that of another scheme", NULL},
	{"EDGE-55", "DECISION", KW_RULES_PREMIUM, KW_NEEDS_RECIPIENT | KW_NEEDS_USE,
		ERRCODE_KW_USE_NOT_ELIGIBLE, standard_holds, standard_describe,
	"region asks for no such premium", NULL},
	{"EDGE-54", "DECISION", KW_RULES_PREMIUM, KW_NEEDS_STANDARD,
		ERRCODE_KW_USE_NOT_ELIGIBLE, premium_amount_holds, premium_amount_describe,
	"amount is not the region's premium", NULL},
	{"EDGE-54", "DECISION", KW_RULES_PREMIUM, 0,
		ERRCODE_KW_USE_NOT_ELIGIBLE, reason_holds, reason_describe,
	"reason is not known", NULL},
	{"EDGE-54", "DECISION", KW_RULES_PREMIUM, KW_NEEDS_STANDARD,
		ERRCODE_KW_USE_NOT_ELIGIBLE, window_holds, window_describe,
	"premium cannot be paid on this day", NULL},
	{"EDGE-54", "DECISION", KW_RULES_PREMIUM, KW_NEEDS_RECIPIENT | KW_NEEDS_USE,
		ERRCODE_KW_USE_NOT_ELIGIBLE, not_paid_holds, not_paid_describe,
	"premium is paid already", NULL},
	{"EDGE-42", "DECISION", KW_RULES_SPEND, KW_NEEDS_RECIPIENT,
		ERRCODE_KW_INSUFFICIENT_WALLET, covered_holds, covered_describe,
		"wallet does not cover the amount",
	"Ask for less, or allow a partial payment."},
	{"EDGE-54", "DECISION", KW_RULES_PREMIUM, KW_NEEDS_RECIPIENT,
		ERRCODE_KW_INSUFFICIENT_WALLET, covered_holds, covered_describe,
	"wallet does not cover the premium", "A premium is not split with cash."},
	{"EDGE-44", "DECISION", KW_RULES_HOLD, KW_NEEDS_RECIPIENT,
		ERRCODE_KW_INSUFFICIENT_WALLET, quota_covers_holds, quota_covers_describe,
		"received quota does not cover the amount",
	"A hold reserves received quota only, not own account money."},
};

const int	kw_n_spend_rules = lengthof(kw_spend_rules);
