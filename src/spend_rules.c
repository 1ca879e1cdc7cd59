/*-------------------------------------------------------------------------
 *
 * spend_rules.c
 *	  The table of rules for spendings and holds, and their case.
 *
 * The table's order is the order in which violations are reported: KW017,
 * KW001, KW002, KW006, KW010, KW011, KW009.  See rules.c for the manner.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "clock.h"
#include "errors.h"
#include "plans.h"
#include "purchase.h"

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

/* medical cost at institutions; drugs, devices and consumables at pharmacies */
static bool
provider_kind_holds(const KwCase *c)
{
	return (c->provider.code[0] == 'H') == (c->use == KW_USE_MEDICAL);
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
			appendStringInfo(detail, "policy %d wants the wallet's place of use %06d",
							 c->recipient.policy.policy_id, c->place);
			break;
		default:
			appendStringInfo(detail, "policy %d lets any region in", c->recipient.policy.policy_id);
	}
}

static bool
use_known_holds(const KwCase *c)
{
	return c->use == KW_USE_MEDICAL || c->use == KW_USE_DRUG ||
		c->use == KW_USE_DEVICE || c->use == KW_USE_CONSUMABLE;
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

#define BOTH	(KW_RULES_SPEND | KW_RULES_HOLD)

const KwRule kw_spend_rules[] = {
	{"ACT-02", "DOC-1", BOTH, 0,
		ERRCODE_KW_NOT_FOUND, known_holds, known_describe,
	"recipient does not exist", NULL},
	{"WAL-02", "DOC-1", BOTH, KW_NEEDS_RECIPIENT,
		ERRCODE_KW_WALLET_NOT_OPEN, wallet_holds, wallet_describe,
	"recipient's wallet is not open", NULL},
	{"EDGE-24", "DECISION", KW_RULES_SPEND, KW_NEEDS_RECIPIENT,
		ERRCODE_KW_NOT_NORMALLY_INSURED, alive_holds, alive_describe,
	"recipient is deceased", "A late bill is settled by the agency."},
	{"EDGE-24", "DECISION", KW_RULES_HOLD, KW_NEEDS_RECIPIENT,
		ERRCODE_KW_NOT_NORMALLY_INSURED, insured_holds, insured_describe,
	"recipient is not normally insured", NULL},
	{"EDGE-56", "DECISION", BOTH, 0,
		ERRCODE_KW_AMOUNT_OUT_OF_RANGE, positive_holds, positive_describe,
	"amount must be positive", NULL},
	{"EDGE-51", "DECISION", BOTH, 0,
		ERRCODE_KW_PROVIDER_NOT_ELIGIBLE, provider_known_holds, provider_known_describe,
	"provider is not known", NULL},
	{"EDGE-51", "DECISION", BOTH, KW_NEEDS_PROVIDER,
		ERRCODE_KW_PROVIDER_NOT_ELIGIBLE, provider_valid_holds, provider_valid_describe,
	"provider is not designated on this day", NULL},
	{"USE-08", "DOC-0", BOTH, KW_NEEDS_PROVIDER,
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
	{"C1", "DECISION", BOTH, KW_NEEDS_USE | KW_NEEDS_RECIPIENT,
		ERRCODE_KW_USE_NOT_ELIGIBLE, use_allowed_holds, use_allowed_describe,
	"use is switched off by policy", NULL},
	{"EDGE-42", "DECISION", KW_RULES_SPEND, KW_NEEDS_RECIPIENT,
		ERRCODE_KW_INSUFFICIENT_WALLET, covered_holds, covered_describe,
		"wallet does not cover the amount",
	"Ask for less, or allow a partial payment."},
	{"EDGE-44", "DECISION", KW_RULES_HOLD, KW_NEEDS_RECIPIENT,
		ERRCODE_KW_INSUFFICIENT_WALLET, quota_covers_holds, quota_covers_describe,
		"received quota does not cover the amount",
	"A hold reserves received quota only, not own account money."},
};

const int	kw_n_spend_rules = lengthof(kw_spend_rules);

/*
 * Fill the case of a spending from the recipient's wallet row, NULL where
 * there is none.  What active relations leave is the caller's to fill.
 */
void
kw_spend_case(KwCase *c, const KwWallet *wallet, int64 recipient, const char *provider,
			  const char *use, WalletAmount amount, TimestampTz at)
{
	KwSpi		spi;

	memset(c, 0, sizeof(KwCase));
	c->at = at;
	c->day = kw_day_of(at);
	c->amount = amount;
	c->use_name = use;
	c->use = kw_use_code(use);
	c->recipient.person_id = recipient;
	if (wallet != NULL)
	{
		c->recipient.known = true;
		c->recipient.wallet = wallet->status;
		c->recipient.insured = wallet->insured;
		c->recipient.scheme = wallet->scheme;
		c->available = wallet->available;
		kw_party_region(&c->recipient, wallet->region, c->day);
		if (c->recipient.policy.provider_region_rule == KW_PLACE_USE_REGION)
		{
			kw_spi_begin(&spi);
			if (kw_spi(KW_PLAN_PLACE_OF_USE, Int64GetDatum(recipient)) > 0 && !kw_spi_isnull(0, 1))
				c->place = kw_spi_int32(0, 1);
			kw_spi_end(&spi);
		}
	}
	else
	{
		/* refused in any case: as unknown, or for the wallet that is not there */
		kw_spi_begin(&spi);
		c->recipient.known = kw_spi(KW_PLAN_PERSON_REGION, Int64GetDatum(recipient)) > 0;
		if (c->recipient.known)
		{
			RegionCode	region = kw_spi_int32(0, 1);

			/* normal, paused, terminated, deceased: the code is the first letter */
			c->recipient.insured = kw_spi_text(0, 2)[0];
			kw_party_region(&c->recipient, region, c->day);
		}
		kw_spi_end(&spi);
	}
	if (provider != NULL)
	{
		c->provider_code = provider;
		c->has_provider = kw_provider(provider, &c->provider);
	}
}
