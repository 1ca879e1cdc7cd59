/*-------------------------------------------------------------------------
 *
 * clock.c
 *	  Business time (EDGE-01) and the ids that carry it.
 *
 * Business time is the server's clock, seen in Asia/Shanghai: UTC+8 without
 * daylight saving, so that a day is arithmetic and needs no zone table.  The
 * session's TimeZone has no effect anywhere in this file.
 *
 * Owns the setting kinwallet.clock, which replaces the clock for tests,
 * demonstrations and simulations; only a superuser may set it.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "common/cryptohash.h"
#include "common/sha1.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/guc.h"

#include "clock.h"

#define SHANGHAI_OFFSET		(8 * USECS_PER_HOUR)
#define MONTHS_BEFORE_IDS	(2000 * 12)

static char *clock_setting = NULL;

/* kinwallet.clock, parsed; valid while clock_is_set */
static TimestampTz clock_value = 0;
static bool clock_is_set = false;

typedef struct ClockExtra
{
	bool		is_set;
	TimestampTz value;
} ClockExtra;

/*
 * Split a text into fields and decode them, with a zone (tz) or, where tz is
 * NULL, insisting that there is none.  Decoding writes into the fields, so
 * each try splits anew.
 */
static bool
decode_moment(const char *text, struct pg_tm *tm, fsec_t *fsec, int *tz)
{
	char		workbuf[MAXDATELEN + MAXDATEFIELDS];
	char	   *field[MAXDATEFIELDS];
	int			ftype[MAXDATEFIELDS];
	int			nf;
	int			dtype;

	return ParseDateTime(text, workbuf, sizeof(workbuf), field, ftype, MAXDATEFIELDS, &nf) == 0 &&
		kw_DecodeDateTime(field, ftype, nf, &dtype, tm, fsec, tz) == 0 &&
		dtype == DTK_DATE;
}

/*
 * Parse a moment.  Without a zone it is meant in Asia/Shanghai, whatever the
 * session's TimeZone.  Returns false on bad syntax, without throwing: a
 * setting's check hook must not.
 */
static bool
parse_moment(const char *text, TimestampTz *result)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			tz = 0;

	if (decode_moment(text, &tm, &fsec, NULL))
		tz = -(int) (SHANGHAI_OFFSET / USECS_PER_SEC);
	else if (!decode_moment(text, &tm, &fsec, &tz))
		return false;
	return tm2timestamp(&tm, fsec, &tz, result) == 0;
}

/*
 * Write a moment in the one form that means the same whatever DateStyle and
 * timezone_abbreviations say.  It has no letter: a parallel worker that
 * restores the settings has no table of abbreviations yet, and would look up
 * a word (BC) in freed memory.  So there is no moment before our era.
 */
static bool
canonical_moment(TimestampTz at, char *buf)
{
	struct pg_tm tm;
	fsec_t		fsec;

	if (timestamp2tm(at + SHANGHAI_OFFSET, NULL, &tm, &fsec, NULL, NULL) != 0)
		return false;
	if (tm.tm_year < 1)
		return false;
	tm.tm_isdst = 0;
	EncodeDateTime(&tm, fsec, true, -(int) (SHANGHAI_OFFSET / USECS_PER_SEC), NULL, USE_ISO_DATES, buf);
	return true;
}

/*
 * The setting's check hook.  It replaces the text by the canonical form: a
 * parallel worker reads it again, before it has the leader's DateStyle.
 */
static bool
check_clock(char **newval, void **extra, GucSource source)
{
	ClockExtra	parsed = {false, 0};
	char		canonical[MAXDATELEN + 1];

	(void) source;
	if (*newval != NULL && **newval != '\0')
	{
		if (!parse_moment(*newval, &parsed.value) || !canonical_moment(parsed.value, canonical))
		{
			GUC_check_errdetail("It must be empty or a timestamp with time zone.");
			return false;
		}
		parsed.is_set = true;
		if (strcmp(*newval, canonical) != 0)
		{
			char	   *replaced = kw_guc_malloc(strlen(canonical) + 1);

			if (replaced == NULL)
				return false;
			strcpy(replaced, canonical);
			kw_guc_free(*newval);
			*newval = replaced;
		}
	}
	*extra = kw_guc_malloc(sizeof(ClockExtra));
	if (*extra == NULL)
		return false;
	memcpy(*extra, &parsed, sizeof(ClockExtra));
	return true;
}

static void
assign_clock(const char *newval, void *extra)
{
	ClockExtra *parsed = (ClockExtra *) extra;

	(void) newval;
	clock_is_set = parsed->is_set;
	clock_value = parsed->value;
}

/*
 * Define kinwallet.clock.  Called once, by _PG_init.
 */
void
kw_define_clock(void)
{
	DefineCustomStringVariable("kinwallet.clock",
							   "Replaces the server's clock as business time.",
							   "For tests, demonstrations and simulations. Empty: the server's clock. Without a zone it is meant in Asia/Shanghai.",
							   &clock_setting, "",
							   PGC_SUSET, GUC_NOT_IN_SAMPLE,
							   check_clock, assign_clock, NULL);
}

/*
 * Read the clock.  To be called after the row locks are held.
 */
TimestampTz
kw_now(void)
{
	return clock_is_set ? clock_value : GetCurrentTimestamp();
}

/*
 * Give the day of a moment in Asia/Shanghai.
 */
DateADT
kw_day_of(TimestampTz at)
{
	int64		local = at + SHANGHAI_OFFSET;
	int64		day = local / USECS_PER_DAY;

	if (local % USECS_PER_DAY < 0)
		day--;
	return (DateADT) day;
}

/*
 * Give the moment at which a day begins in Asia/Shanghai.
 */
TimestampTz
kw_start_of_day(DateADT day)
{
	return (TimestampTz) day * USECS_PER_DAY - SHANGHAI_OFFSET;
}

/*
 * Add an interval to a moment as calendars and clocks in Asia/Shanghai count:
 * its days and months must not be those of the session's TimeZone.
 */
TimestampTz
kw_add_interval(TimestampTz at, const Interval *interval)
{
	Datum		local = TimestampGetDatum(at + SHANGHAI_OFFSET);

	local = DirectFunctionCall2(timestamp_pl_interval, local, IntervalPGetDatum(interval));
	return DatumGetTimestamp(local) - SHANGHAI_OFFSET;
}

static void
split_day(DateADT day, int *year, int *month, int *mday)
{
	j2date(day + POSTGRES_EPOCH_JDATE, year, month, mday);
}

static DateADT
make_day(int year, int month, int mday)
{
	return date2j(year, month, mday) - POSTGRES_EPOCH_JDATE;
}

DateADT
kw_first_of_month(DateADT day)
{
	int			year,
				month,
				mday;

	split_day(day, &year, &month, &mday);
	return day - (mday - 1);
}

/*
 * Add months to the first day of a month.
 */
DateADT
kw_add_months(DateADT month, int n)
{
	int			year,
				mon,
				mday,
				count;

	split_day(month, &year, &mon, &mday);
	count = year * 12 + (mon - 1) + n;
	return make_day(count / 12, count % 12 + 1, 1);
}

int
kw_year_of(DateADT day)
{
	int			year,
				month,
				mday;

	split_day(day, &year, &month, &mday);
	return year;
}

DateADT
kw_first_day_of_year(int year)
{
	return make_day(year, 1, 1);
}

/*
 * Give the first day of a year on which month * 100 + day is not less than
 * asked for; what no day of the year reaches is the next year's first.
 */
DateADT
kw_month_day(int year, int month_day)
{
	DateADT		first;

	if (month_day < 100)
		return make_day(year, 1, 1);
	if (month_day >= 1300)
		return make_day(year + 1, 1, 1);
	first = make_day(year, month_day / 100, 1);
	return Min(first + Max(month_day % 100, 1) - 1, kw_add_months(first, 1));
}

/*
 * Print a day as ISO 8601, whatever the session's DateStyle.
 */
char *
kw_day_text(DateADT day)
{
	int			year,
				month,
				mday;

	split_day(day, &year, &month, &mday);
	return psprintf("%04d-%02d-%02d", year, month, mday);
}

/*
 * Count the birthdays reached by a day: one born on 29 February has it on
 * 1 March in other years.
 */
int
kw_full_years(DateADT birth, DateADT day)
{
	int			by,
				bm,
				bd,
				y,
				m,
				d;

	split_day(birth, &by, &bm, &bd);
	split_day(day, &y, &m, &d);
	return y - by - (m < bm || (m == bm && d < bd) ? 1 : 0);
}

/*
 * Compose an id.
 */
int64
kw_make_id(int node, DateADT month, int64 sequence)
{
	int			year,
				mon,
				mday;

	split_day(month, &year, &mon, &mday);
	return ((int64) node << (KW_ID_MONTH_BITS + KW_ID_SEQUENCE_BITS)) |
		((int64) (year * 12 + (mon - 1) - MONTHS_BEFORE_IDS) << KW_ID_SEQUENCE_BITS) |
		sequence;
}

/*
 * Give the first day of the month that an id carries.  Any bigint has one:
 * what was not made by kw_make_id() simply matches nothing.
 */
DateADT
kw_month_of_id(int64 id)
{
	int			count = (int) ((id >> KW_ID_SEQUENCE_BITS) & ((1 << KW_ID_MONTH_BITS) - 1));

	return make_day(2000 + count / 12, count % 12 + 1, 1);
}

/*
 * Give the second (since the Unix epoch) at which a version-7 request id was
 * made; false for other versions, and for one that does not fit.
 */
bool
kw_request_second(const pg_uuid_t *request_id, int32 *second)
{
	const unsigned char *b = request_id->data;
	uint64		ms = 0;

	if ((b[6] & 0xf0) != 0x70)
		return false;
	for (int i = 0; i < 6; i++)
		ms = (ms << 8) | b[i];
	if (ms / 1000 >= PG_INT32_MAX)
		return false;
	*second = (int32) (ms / 1000);
	return true;
}

static void
set_uuid_version(pg_uuid_t *id, int version)
{
	id->data[6] = (id->data[6] & 0x0f) | (version << 4);
	id->data[8] = (id->data[8] & 0x3f) | 0x80;
}

PG_FUNCTION_INFO_V1(kw_business_time);
Datum
kw_business_time(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_TIMESTAMPTZ(kw_now());
}

PG_FUNCTION_INFO_V1(kw_business_date);
Datum
kw_business_date(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_DATEADT(kw_day_of(kw_now()));
}

PG_FUNCTION_INFO_V1(kw_business_date_of);
Datum
kw_business_date_of(PG_FUNCTION_ARGS)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(0);

	if (TIMESTAMP_IS_NOBEGIN(at))
		PG_RETURN_DATEADT(DATEVAL_NOBEGIN);
	if (TIMESTAMP_IS_NOEND(at))
		PG_RETURN_DATEADT(DATEVAL_NOEND);
	PG_RETURN_DATEADT(kw_day_of(at));
}

PG_FUNCTION_INFO_V1(kw_id_month);
Datum
kw_id_month(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATEADT(kw_month_of_id(PG_GETARG_INT64(0)));
}

PG_FUNCTION_INFO_V1(kw_id_node);
Datum
kw_id_node(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32((int32) ((uint64) PG_GETARG_INT64(0) >> (KW_ID_MONTH_BITS + KW_ID_SEQUENCE_BITS)));
}

/*
 * Hand out random bytes, fetched for many ids at once: a call of the
 * generator costs more than everything else in an id.
 */
static void
take_random(unsigned char *target, int n)
{
	static unsigned char pool[512];
	static int	left = 0;

	if (left < n)
	{
		left = 0;
		if (!pg_strong_random(pool, sizeof(pool)))
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("could not generate random values")));
		left = sizeof(pool);
	}
	left -= n;
	memcpy(target, pool + left, n);
}

/*
 * new_request_id() -> uuid: 48 bits of milliseconds, then randomness.  Ids
 * are made by the wall clock even where kinwallet.clock is set: they name
 * requests, not business moments.
 */
PG_FUNCTION_INFO_V1(kw_new_request_id);
Datum
kw_new_request_id(PG_FUNCTION_ARGS)
{
	pg_uuid_t  *id = palloc(sizeof(pg_uuid_t));
	uint64		ms = (GetCurrentTimestamp() +
					  (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY) / 1000;

	(void) fcinfo;
	take_random(id->data + 6, UUID_LEN - 6);
	for (int i = 5; i >= 0; i--, ms >>= 8)
		id->data[i] = (unsigned char) (ms & 0xff);
	set_uuid_version(id, 7);
	PG_RETURN_UUID_P(id);
}

/*
 * request_id_of(msgid text) -> uuid: version 5 (RFC 9562) under a name space
 * of our own, which is itself the version-5 uuid of "kinwallet" under the DNS
 * name space.
 */
PG_FUNCTION_INFO_V1(kw_request_id_of);
Datum
kw_request_id_of(PG_FUNCTION_ARGS)
{
	static const unsigned char name_space[UUID_LEN] = {
		0x16, 0x37, 0x3b, 0x30, 0x14, 0x2b, 0x53, 0x6f,
		0xa9, 0x94, 0xc7, 0x45, 0x08, 0x47, 0x10, 0x7a
	};
	text	   *msgid = PG_GETARG_TEXT_PP(0);
	pg_uuid_t  *id = palloc(sizeof(pg_uuid_t));
	uint8		digest[SHA1_DIGEST_LENGTH];
	pg_cryptohash_ctx *ctx = pg_cryptohash_create(PG_SHA1);

	if (VARSIZE_ANY_EXHDR(msgid) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("message id must not be empty")));
	if (ctx == NULL ||
		pg_cryptohash_init(ctx) < 0 ||
		pg_cryptohash_update(ctx, name_space, UUID_LEN) < 0 ||
		pg_cryptohash_update(ctx, (uint8 *) VARDATA_ANY(msgid), VARSIZE_ANY_EXHDR(msgid)) < 0 ||
		pg_cryptohash_final(ctx, digest, sizeof(digest)) < 0)
		elog(ERROR, "could not compute SHA1 hash");
	pg_cryptohash_free(ctx);
	memcpy(id->data, digest, UUID_LEN);
	set_uuid_version(id, 5);
	PG_RETURN_UUID_P(id);
}
