/*-------------------------------------------------------------------------
 *
 * citizen_id.c
 *	  The base type citizen_id: GB 11643 identity numbers in an int64.
 *
 * 18 characters: six of address, eight of birth date, three of sequence (odd
 * for a male) and a check character by ISO 7064 MOD 11-2.  The first 17 are
 * digits and are stored; the last is computed.  Comparison and hashing are
 * those of bigint (LANGUAGE internal).
 *
 * An identity number is personal data: no message here repeats one.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "citizen_id.h"

#define ID_LENGTH		18
#define ID_DIGITS		17

/* the characters that a mask covers */
#define ID_MASKED_FROM	6
#define ID_MASKED		8

/* what stands behind the fields of the stored number */
#define ID_PER_PREFIX	INT64CONST(1000000000000000)
#define ID_PER_DATE		INT64CONST(1000)

/* China has kept UTC+8 without summer time since 1992 */
#define SHANGHAI_OFFSET	(8 * USECS_PER_HOUR)

typedef struct CivilDate
{
	int			year;
	int			month;
	int			day;
} CivilDate;


/*
 * Compute the check character.
 */
static char
check_character(CitizenId id)
{
	static const uint8 weights[ID_DIGITS] =
	{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	uint64		digits = (uint64) id;
	int			sum = 0;
	int			i;

	for (i = ID_DIGITS - 1; i >= 0; i--)
	{
		sum += weights[i] * (int) (digits % 10);
		digits /= 10;
	}
	return "10X98765432"[sum % 11];
}

/*
 * Take the birth date apart.
 */
static CivilDate
get_civil_date(CitizenId id)
{
	int			yyyymmdd = (int) (id / ID_PER_DATE % 100000000);
	CivilDate	date;

	date.year = yyyymmdd / 10000;
	date.month = yyyymmdd / 100 % 100;
	date.day = yyyymmdd % 100;
	return date;
}

/*
 * Tell whether a date is in the (Gregorian) calendar.
 */
static bool
date_exists(CivilDate date)
{
	return date.year >= 1 &&
		date.month >= 1 && date.month <= MONTHS_PER_YEAR &&
		date.day >= 1 &&
		date.day <= day_tab[isleap(date.year)][date.month - 1];
}

/*
 * Count the days from 2000-01-01.
 */
static DateADT
date_to_adt(CivilDate date)
{
	return date2j(date.year, date.month, date.day) - POSTGRES_EPOCH_JDATE;
}

/*
 * Return today in Asia/Shanghai, by the system clock: whatever the session's
 * TimeZone, and whatever the age of the transaction.
 */
static DateADT
today_in_shanghai(void)
{
	return (DateADT) ((GetCurrentTimestamp() + SHANGHAI_OFFSET) / USECS_PER_DAY);
}

/*
 * Tell whether the first two digits of an identity number are assigned.
 *
 * This is not the list of region_code: people come from provinces that do
 * not clear (71, 81 to 83), or from abroad (9x, permanent-residence card);
 * and nobody was ever registered at the Xinjiang Corps (66), which is no
 * division of GB/T 2260.
 */
static bool
prefix_is_assigned(int prefix)
{
	switch (prefix / 10)
	{
		case 1:
			return prefix >= 11 && prefix <= 15;
		case 2:
			return prefix >= 21 && prefix <= 23;
		case 3:
			return prefix >= 31 && prefix <= 37;
		case 4:
			return prefix >= 41 && prefix <= 46;
		case 5:
			return prefix <= 54;
		case 6:
			return prefix >= 61 && prefix <= 65;
		case 7:
			return prefix == 71;
		case 8:
			return prefix >= 81 && prefix <= 83;
		case 9:
			return true;
		default:
			return false;
	}
}

/*
 * Judge 17 digits.  Returns NULL, or what is wrong as a sentence.
 */
static const char *
citizen_id_problem(int64 id)
{
	CivilDate	birth = get_civil_date(id);

	/* a number of any other length fails here too: its prefix is not 11..99 */
	if (!prefix_is_assigned((int) (id / ID_PER_PREFIX)))
		return gettext_noop("The first two digits are not assigned (GB 11643).");
	if (!date_exists(birth))
		return gettext_noop("The birth date is not in the calendar (GB 11643).");
	if (date_to_adt(birth) > today_in_shanghai())
		return gettext_noop("The birth date is in the future (GB 11643).");
	return NULL;
}

/*
 * Judge and read the text form.  Returns NULL, or what is wrong as a sentence.
 */
static const char *
citizen_id_from_str(const char *str, CitizenId *id)
{
	int			i;

	if (strlen(str) != ID_LENGTH)
		return gettext_noop("An identity number has 18 characters (GB 11643).");

	*id = 0;
	for (i = 0; i < ID_DIGITS; i++)
	{
		if (str[i] < '0' || str[i] > '9')
			return gettext_noop("An identity number begins with 17 digits (GB 11643).");
		*id = *id * 10 + (str[i] - '0');
	}
	if (pg_toupper((unsigned char) str[ID_DIGITS]) != check_character(*id))
		return gettext_noop("The check character is wrong (GB 11643).");

	return citizen_id_problem(*id);
}

/*
 * Print a number with its check character into palloc'd memory.
 */
static char *
citizen_id_to_str(CitizenId id)
{
	/* room for any int64: a damaged value must not do more damage */
	char	   *str = palloc(MAXINT8LEN + 2);
	int			length = pg_lltoa(id, str);

	str[length] = check_character(id);
	str[length + 1] = '\0';
	return str;
}

/*
 * Print a number with its birth date and year covered by stars.
 */
char *
kw_citizen_id_mask(CitizenId id)
{
	char	   *str = citizen_id_to_str(id);
	int			length = strlen(str);

	/* a damaged value may be shorter: leave it its terminator */
	if (length > ID_MASKED_FROM)
		memset(str + ID_MASKED_FROM, '*', Min(ID_MASKED, length - ID_MASKED_FROM));
	return str;
}

/*
 * Return the birth date.
 */
DateADT
kw_citizen_id_birth_date(CitizenId id)
{
	return date_to_adt(get_civil_date(id));
}

/*
 * Tell the sex: the last digit of the sequence is odd for a male.
 */
bool
kw_citizen_id_is_male(CitizenId id)
{
	return id % 2 == 1;
}

/*
 * Tell whether the number is that of a foreigner's permanent-residence card.
 */
bool
kw_citizen_id_is_foreign(CitizenId id)
{
	return id / ID_PER_PREFIX >= 90;
}


/*
 * The part that talks to fmgr: unpack, call, return.
 */

PG_FUNCTION_INFO_V1(citizen_id_in);
PG_FUNCTION_INFO_V1(citizen_id_out);
PG_FUNCTION_INFO_V1(citizen_id_recv);
PG_FUNCTION_INFO_V1(citizen_id_send);
PG_FUNCTION_INFO_V1(citizen_id_mask);
PG_FUNCTION_INFO_V1(citizen_id_birth_date);
PG_FUNCTION_INFO_V1(citizen_id_sex);

Datum
citizen_id_in(PG_FUNCTION_ARGS)
{
	CitizenId	id;
	const char *problem = citizen_id_from_str(PG_GETARG_CSTRING(0), &id);

	if (problem != NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "citizen_id"),
				 errdetail_internal("%s", _(problem))));
	PG_RETURN_CITIZEN_ID(id);
}

Datum
citizen_id_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(citizen_id_to_str(PG_GETARG_CITIZEN_ID(0)));
}

Datum
citizen_id_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int64		id = pq_getmsgint64(buf);
	const char *problem = citizen_id_problem(id);

	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type %s", "citizen_id"),
				 errdetail_internal("%s", _(problem))));
	PG_RETURN_CITIZEN_ID(id);
}

Datum
citizen_id_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint64(&buf, PG_GETARG_CITIZEN_ID(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
citizen_id_mask(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(kw_citizen_id_mask(PG_GETARG_CITIZEN_ID(0))));
}

Datum
citizen_id_birth_date(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATEADT(kw_citizen_id_birth_date(PG_GETARG_CITIZEN_ID(0)));
}

Datum
citizen_id_sex(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(kw_citizen_id_is_male(PG_GETARG_CITIZEN_ID(0)) ?
									 "male" : "female"));
}
