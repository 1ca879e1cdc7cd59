/*-------------------------------------------------------------------------
 *
 * spend_case.c
 *	  The cases of spendings and premiums: what their rules look at.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "utils/builtins.h"

#include "citizen_id.h"
#include "clock.h"
#include "plans.h"
#include "purchase.h"

/*
 * Fill the case of a spending from the recipient's wallet row, NULL where
 * there is none.  What active relations leave is the caller's to fill.
 */
void
kw_spend_case(KwCase *c, const KwWallet *wallet, int64 recipient, const char *provider,
			  char use, WalletAmount amount, TimestampTz at)
{
	KwSpi		spi;

	memset(c, 0, sizeof(KwCase));
	c->at = at;
	c->day = kw_day_of(at);
	c->amount = amount;
	c->use = use;
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

/*
 * Give the days on which a premium may be paid: the standard's own, or the
 * policy's months of the year before the cover year (EDGE-54).
 */
static void
premium_window(KwCase *c, int column)
{
	const KwPolicy *policy = &c->recipient.policy;

	if (kw_spi_isnull(0, column))
	{
		c->window_from = kw_month_day(c->cover_year - 1, policy->premium_from);
		c->window_until = kw_month_day(c->cover_year - 1, policy->premium_through + 1);
		return;
	}
	/* an empty range is never */
	if (kw_spi_bool(0, column))
		return;
	c->window_from = kw_spi_isnull(0, column + 1) ? DATEVAL_NOBEGIN : kw_spi_int32(0, column + 1);
	c->window_until = kw_spi_isnull(0, column + 2) ? DATEVAL_NOEND : kw_spi_int32(0, column + 2);
}

/*
 * Fill what a premium's rules look at beyond a spending's.
 */
void
kw_premium_case(KwCase *c, int cover_year, const char *reason)
{
	KwSpi		spi;
	bool		isnull;

	c->cover_year = cover_year;
	c->reason = reason;
	if (!c->recipient.known || c->use == '\0')
		return;

	kw_spi_begin(&spi);
	kw_spi_one(KW_PLAN_PREMIUM, Int64GetDatum(c->recipient.person_id),
			   RegionCodeGetDatum(c->recipient.region), CStringGetTextDatum(kw_use_name(c->use)),
			   Int32GetDatum(cover_year), CharGetDatum(c->use));
	c->recipient.birth = kw_citizen_id_birth_date(DatumGetCitizenId(kw_spi_datum(0, 1, &isnull)));
	c->already_paid = kw_spi_bool(0, 2);
	c->has_standard = !kw_spi_isnull(0, 3);
	if (c->has_standard)
	{
		c->standard = kw_spi_int64(0, 3);
		premium_window(c, 4);
	}
	kw_spi_end(&spi);
}
