/*-------------------------------------------------------------------------
 *
 * proposal.c
 *	  propose(): the first half of what takes two persons (ROLE-02).
 *
 * Owns table proposal together with the functions of 71_proposals.sql, which
 * decide.  What is proposed is done by the approval and judged then.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "args.h"
#include "clearing_month.h"
#include "clock.h"
#include "door.h"
#include "errors.h"
#include "plans.h"

extern Datum kw_new_request_id(PG_FUNCTION_ARGS);

/* as many regions as a proposal can belong to */
#define MAX_PLACES	2

/*
 * May the caller propose such a thing for a place?  An auditor only has money
 * stopped.
 */
static bool
may_propose(const char *kind, RegionCode place)
{
	return kw_has_duty(KW_DUTY_AGENCY, place) ||
		((strcmp(kind, "freeze") == 0 || strcmp(kind, "unfreeze") == 0) &&
		 kw_has_duty(KW_DUTY_AUDITOR, place));
}

/*
 * propose(kind text, arguments jsonb, reason text) -> bigint
 */
KW_PUBLIC(propose)
{
	char	   *kind;
	RegionCode	places[MAX_PLACES];
	int			n;
	int			chosen = 0;
	int64		proposal_id;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("kind", "arguments", "reason");
	kind = text_to_cstring(PG_GETARG_TEXT_PP(0));
	kw_prevent_unless_writable("propose()");

	kw_spi_begin(&spi);
	n = (int) Min(kw_spi(KW_PLAN_PROPOSAL_PLACES, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)), MAX_PLACES);
	for (int i = 0; i < n; i++)
		places[i] = kw_spi_int32(i, 1);
	kw_spi_end(&spi);

	/* as the caller again */
	while (chosen < n && !may_propose(kind, places[chosen]))
		chosen++;
	if (n == 0 && kw_passes_all())
		ereport(ERROR,
				(errcode(ERRCODE_KW_NOT_FOUND),
				 errmsg("what is proposed concerns nothing that exists")));
	if (chosen == n)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for function propose"),
				 errdetail("There is no such thing within the scope of the current user's duties (ROLE-01).")));

	kw_spi_begin(&spi);
	kw_spi_one(KW_PLAN_INSERT_PROPOSAL, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1),
			   DirectFunctionCall1(kw_new_request_id, (Datum) 0), RegionCodeGetDatum(places[chosen]),
			   PG_GETARG_DATUM(2), kw_login_name(), TimestampTzGetDatum(kw_now()));
	proposal_id = kw_spi_int64(0, 1);
	kw_spi_end(&spi);
	PG_RETURN_INT64(proposal_id);
}
