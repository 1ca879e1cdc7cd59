/*-------------------------------------------------------------------------
 *
 * acting.c
 *	  act_for(): the person for whom the current transaction acts, and the
 *	  tokens that prove it.
 *
 * Owns a list in TopTransactionContext, the newest binding first.  A binding
 * belongs to the user who made it and to the subtransaction it was made in:
 * ROLLBACK TO brings back the one before it, as with SET LOCAL, and the end of
 * the transaction, however it ends, clears all.  Parallel workers have none.
 *
 * A token is "<expiry>.<digest>": seconds since 1970 and 64 hexadecimal
 * digits, HMAC-SHA-256 with the site's secret over "kinwallet <person>
 * <expiry>".
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "access/xact.h"
#include "common/hmac.h"
#include "common/sha2.h"
#include "datatype/timestamp.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "acting.h"
#include "args.h"
#include "clock.h"
#include "door.h"
#include "errors.h"
#include "plans.h"

/* EDGE-18: below the first the guardian acts, from the second on nobody does */
#define GUARDED_AGE		14
#define ADULT_AGE		18

#define DIGEST_TEXT		(2 * PG_SHA256_DIGEST_LENGTH)

typedef struct Binding
{
	KwActing	acting;
	Oid			user;
	int			level;			/* of the subtransaction */
	struct Binding *before;
} Binding;

static Binding *bindings = NULL;

static void
at_transaction_end(XactEvent event, void *arg)
{
	(void) arg;
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PARALLEL_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			break;				/* deferred triggers may still act */
		default:
			bindings = NULL;	/* the memory goes with the transaction */
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
		while (bindings != NULL && bindings->level >= level)
			bindings = bindings->before;
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		for (Binding *b = bindings; b != NULL && b->level >= level; b = b->before)
			b->level = level - 1;
}

/*
 * Register the callbacks.  Called once, by _PG_init.
 */
void
kw_acting_init(void)
{
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
}

/*
 * Tell for whom the current user acts.  What another user bound, before SET
 * ROLE or outside of a SECURITY DEFINER function, is not his.
 */
bool
kw_acting(KwActing *acting)
{
	if (bindings == NULL || bindings->user != GetUserId())
		return false;
	*acting = bindings->acting;
	return true;
}

/*
 * Tokens
 */

static void
write_digest(const uint8 *secret, size_t length, int64 person_id, int64 expiry, char *text)
{
	char	   *message = psprintf("kinwallet " INT64_FORMAT " " INT64_FORMAT, person_id, expiry);
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	pg_hmac_ctx *hmac = pg_hmac_create(PG_SHA256);

	if (hmac == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	if (pg_hmac_init(hmac, secret, length) < 0 ||
		pg_hmac_update(hmac, (const uint8 *) message, strlen(message)) < 0 ||
		pg_hmac_final(hmac, digest, sizeof(digest)) < 0)
	{
		char	   *reason = pstrdup(pg_hmac_error(hmac));

		pg_hmac_free(hmac);
		elog(ERROR, "could not compute the digest of a token: %s", reason);
	}
	pg_hmac_free(hmac);
	hex_encode((const char *) digest, sizeof(digest), text);
	text[DIGEST_TEXT] = '\0';
}

/*
 * Compare in a time that does not depend on where the first difference is.
 */
static bool
digests_equal(const char *a, const char *b)
{
	uint8		difference = 0;

	for (int i = 0; i < DIGEST_TEXT; i++)
		difference |= (uint8) a[i] ^ (uint8) b[i];
	return difference == 0;
}

/*
 * Take a token apart.  NULL: it is not one.
 */
static const char *
parse_token(const char *token, int64 *expiry)
{
	size_t		digits = strspn(token, "0123456789");

	/* at most 12 digits, so that it fits */
	if (digits == 0 || digits > 12 || token[digits] != '.' || strlen(token) != digits + 1 + DIGEST_TEXT)
		return NULL;
	*expiry = strtoll(token, NULL, 10);
	return token + digits + 1;
}

static int64
unix_seconds(TimestampTz at)
{
	return at / USECS_PER_SEC + (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;
}

static bytea *
read_secret(uint64 row)
{
	bool		isnull;
	Datum		secret = kw_spi_datum(row, 1, &isnull);

	if (isnull)
		elog(ERROR, "a secret is NULL");
	return DatumGetByteaPP(secret);
}

static void
refuse_token(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for function act_for"),
			 errdetail("The token is missing, is over, or does not fit the person (ROLE-05)."),
			 errhint("The service that logged the person in makes it: see kinwallet.make_token().")));
}

/*
 * Refuse whom no token proves, where the site has set a secret.  Where it has
 * not, a token proves nothing and is refused, too.
 */
static void
check_token(int64 person_id, const char *token)
{
	uint64		n = kw_spi_latest(KW_PLAN_TOKEN_SECRETS);
	const char *digest;
	int64		expiry;
	bool		good = false;

	if (n == 0 && token == NULL)
		return;
	if (n == 0 || token == NULL)
		refuse_token();
	digest = parse_token(token, &expiry);
	if (digest == NULL || expiry <= unix_seconds(kw_now()))
		refuse_token();
	for (uint64 row = 0; row < n; row++)
	{
		bytea	   *secret = read_secret(row);
		char		expected[DIGEST_TEXT + 1];

		write_digest((const uint8 *) VARDATA_ANY(secret), VARSIZE_ANY_EXHDR(secret),
					 person_id, expiry, expected);
		good |= digests_equal(digest, expected);
	}
	if (!good)
		refuse_token();
}

/*
 * make_token(person_id bigint, valid_for interval) -> text
 */
KW_PUBLIC(make_token)
{
	int64		person_id;
	int64		expiry;
	bytea	   *secret;
	char		digest[DIGEST_TEXT + 1];
	KwSpi		spi;

	KW_ARGS_NOT_NULL("person_id", "valid_for");
	person_id = PG_GETARG_INT64(0);
	expiry = unix_seconds(kw_add_interval(kw_now(), PG_GETARG_INTERVAL_P(1)));
	if (expiry <= unix_seconds(kw_now()) || expiry >= INT64CONST(1000000000000))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a token must be valid for some time")));

	kw_spi_begin(&spi);
	if (kw_spi_latest(KW_PLAN_TOKEN_SECRETS) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the site has set no secret for tokens"),
				 errhint("Insert one into kinwallet_data.token_secret.")));
	secret = read_secret(0);
	write_digest((const uint8 *) VARDATA_ANY(secret), VARSIZE_ANY_EXHDR(secret), person_id, expiry, digest);
	kw_spi_end(&spi);
	PG_RETURN_TEXT_P(cstring_to_text(psprintf(INT64_FORMAT ".%s", expiry, digest)));
}

/*
 * Binding
 */

/*
 * Find a person: the region, whether old enough to act alone, and whether
 * somebody may act instead.
 */
static bool
find_person(int64 person_id, int64 operated_by, RegionCode *region, bool *agreed)
{
	int			age;

	if (kw_spi_latest(KW_PLAN_FIND_WARD, Int64GetDatum(person_id)) == 0)
		return false;
	*region = kw_spi_int32(0, 1);
	age = kw_full_years(kw_spi_int32(0, 2), kw_day_of(kw_now()));
	if (operated_by == 0)
		*agreed = age >= GUARDED_AGE;
	else
		*agreed = age < ADULT_AGE && !kw_spi_isnull(0, 3) && kw_spi_int64(0, 3) == operated_by;
	return true;
}

/*
 * act_for(person_id bigint, token text, operated_by bigint)
 */
KW_PUBLIC(act_for)
{
	int64		person_id;
	int64		operated_by;
	char	   *token;
	Binding    *binding;
	RegionCode	region;
	bool		found;
	bool		agreed;
	KwSpi		spi;

	KW_ARGS_NOT_NULL("person_id", NULL, NULL);
	person_id = PG_GETARG_INT64(0);
	token = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	operated_by = PG_ARGISNULL(2) ? 0 : PG_GETARG_INT64(2);

	kw_spi_begin(&spi);
	/* who logged in proves it: the guardian, where one acts */
	check_token(operated_by != 0 ? operated_by : person_id, token);
	found = find_person(person_id, operated_by, &region, &agreed);
	kw_spi_end(&spi);
	/* unknown or elsewhere: said alike */
	if (!found || !kw_has_duty(KW_DUTY_PARTICIPANT_APP, region))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for function act_for"),
				 errdetail("There is no such person within the scope of duty participant_app (ROLE-01).")));
	if (!agreed)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for function act_for"),
				 operated_by == 0 ?
				 errdetail("For a person under %d the guardian acts (EDGE-18).", GUARDED_AGE) :
				 errdetail("Nobody acts for a person but the guardian, and only until %d (EDGE-18).", ADULT_AGE)));

	binding = MemoryContextAlloc(TopTransactionContext, sizeof(Binding));
	binding->acting.person = person_id;
	binding->acting.operated_by = operated_by;
	binding->acting.region = region;
	binding->user = GetUserId();
	binding->level = GetCurrentTransactionNestLevel();
	binding->before = bindings;
	bindings = binding;
	PG_RETURN_VOID();
}

/*
 * acting_person() -> bigint: NULL for nobody, and when the duty that made the
 * binding was taken away: row security asks
 */
PG_FUNCTION_INFO_V1(kw_acting_person);
Datum
kw_acting_person(PG_FUNCTION_ARGS)
{
	KwActing	acting;

	if (!kw_acting(&acting) || !kw_has_duty(KW_DUTY_PARTICIPANT_APP, acting.region))
		PG_RETURN_NULL();
	PG_RETURN_INT64(acting.person);
}

/*
 * acting_operator() -> bigint: the guardian; NULL where the person acts
 */
PG_FUNCTION_INFO_V1(kw_acting_operator);
Datum
kw_acting_operator(PG_FUNCTION_ARGS)
{
	KwActing	acting;

	if (!kw_acting(&acting) || acting.operated_by == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(acting.operated_by);
}
