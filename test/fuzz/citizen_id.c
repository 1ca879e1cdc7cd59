/*-------------------------------------------------------------------------
 *
 * citizen_id.c
 *	  Fuzz the type citizen_id: as text, as bytes, and as 17 digits to which
 *	  the right check character is added.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include "utils/datetime.h"

#include "citizen_id.h"

extern Datum citizen_id_in(PG_FUNCTION_ARGS);
extern Datum citizen_id_out(PG_FUNCTION_ARGS);
extern Datum citizen_id_recv(PG_FUNCTION_ARGS);
extern Datum citizen_id_send(PG_FUNCTION_ARGS);
extern Datum citizen_id_mask(PG_FUNCTION_ARGS);
extern Datum citizen_id_birth_date(PG_FUNCTION_ARGS);
extern Datum citizen_id_sex(PG_FUNCTION_ARGS);
extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* the day of stubs.c: 2026-03-01 */
#define THIS_DAY	20260301

/*
 * Compute the check character by the recursive method of ISO 7064, not by
 * the weights of the pure one.
 */
static char
expect_check(const char *digits)
{
	int			p = 0;
	int			i;

	for (i = 0; i < 17; i++)
		p = (p + digits[i] - '0') * 2 % 11;
	p = (12 - p) % 11;
	return p == 10 ? 'X' : '0' + p;
}

/*
 * Tell whether a text is an identity number.
 */
static bool
expect(const char *str)
{
	static const char prefixes[] = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83";
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	char		prefix[3];
	int			date;
	int			year;
	int			month;
	int			day;
	bool		leap;

	if (strlen(str) != 18 || strspn(str, "0123456789") < 17)
		return false;
	if (str[17] != expect_check(str) && !(str[17] == 'x' && expect_check(str) == 'X'))
		return false;
	memcpy(prefix, str, 2);
	prefix[2] = '\0';
	if (prefix[0] != '9' && strstr(prefixes, prefix) == NULL)
		return false;
	if (sscanf(str + 6, "%8d", &date) != 1)
		return false;
	year = date / 10000;
	month = date / 100 % 100;
	day = date % 100;
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return year >= 1 && month >= 1 && month <= 12 && day >= 1 &&
		day <= days[month - 1] + (leap && month == 2 ? 1 : 0) && date <= THIS_DAY;
}

/*
 * Count the days from 2000-01-01, year by year.
 */
static int
expect_days(int date)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int			year = date / 10000;
	int			month = date / 100 % 100;
	int			days = before[month - 1] + date % 100 - 1;
	int			y;

	if (month > 2 && isleap(year))
		days++;
	for (y = 2000; y < year; y++)
		days += isleap(y) ? 366 : 365;
	for (y = year; y < 2000; y++)
		days -= isleap(y) ? 366 : 365;
	return days;
}

static void
check_id(Datum id)
{
	char	   *text = fuzz_text(citizen_id_out, id);
	char	   *mask = fuzz_value_text(citizen_id_mask, id);
	char	   *sex = fuzz_value_text(citizen_id_sex, id);
	uint64		network = pg_hton64(DatumGetUInt64(id));
	int			date;

	fuzz_check(expect(text));
	fuzz_check(fuzz_get1(citizen_id_in, CStringGetDatum(text)) == id);
	fuzz_check_send(citizen_id_send, id, &network, sizeof(network));

	fuzz_check(strlen(mask) == 18 && strncmp(mask, text, 6) == 0 && strcmp(mask + 14, text + 14) == 0);
	fuzz_check(strncmp(mask + 6, "********", 8) == 0);
	fuzz_check(strcmp(sex, (text[16] - '0') % 2 == 1 ? "male" : "female") == 0);
	fuzz_check(kw_citizen_id_is_foreign(DatumGetInt64(id)) == (text[0] == '9'));
	fuzz_check(sscanf(text + 6, "%8d", &date) == 1);
	fuzz_check(DatumGetDateADT(fuzz_get1(citizen_id_birth_date, id)) == expect_days(date));
}

/*
 * Check that a refusal repeats nothing of a number: no digits but those of
 * the standard's name and of the lengths it speaks of.
 */
static void
check_discreet(void)
{
	const char *p;

	for (p = fuzz_message; *p; p += strcspn(p, "0123456789"))
	{
		size_t		digits = strspn(p, "0123456789");

		fuzz_check(digits == 0 || digits == 2 || strncmp(p, "11643", 5) == 0);
		p += digits;
	}
}

static void
check_text(char *str)
{
	Datum		id;

	if (fuzz_call1(citizen_id_in, CStringGetDatum(str), &id))
	{
		char	   *text = fuzz_text(citizen_id_out, id);

		fuzz_check(expect(str));
		fuzz_check(strncmp(text, str, 17) == 0 && pg_toupper((unsigned char) str[17]) == (unsigned char) text[17]);
		check_id(id);
	}
	else
	{
		fuzz_check(fuzz_sqlstate == ERRCODE_INVALID_TEXT_REPRESENTATION);
		fuzz_check(!expect(str));
		check_discreet();
	}
}

static void
check_bytes(uint64 number)
{
	uint64		network = pg_hton64(number);
	Datum		id;

	if (fuzz_receive(citizen_id_recv, &network, sizeof(network), &id))
	{
		fuzz_check(DatumGetUInt64(id) == number);
		check_id(id);
	}
	else
	{
		fuzz_check(fuzz_sqlstate == ERRCODE_INVALID_BINARY_REPRESENTATION);
		check_discreet();
	}

	/* whatever is on a damaged page, it is shown without more damage */
	(void) fuzz_text(citizen_id_out, UInt64GetDatum(number));
	(void) fuzz_value_text(citizen_id_mask, UInt64GetDatum(number));
	(void) fuzz_get1(citizen_id_sex, UInt64GetDatum(number));
	(void) fuzz_get1(citizen_id_birth_date, UInt64GetDatum(number));
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	Datum		id;

	check_text(fuzz_cstring(data, size));

	if (size < sizeof(uint64))
		fuzz_check(!fuzz_receive(citizen_id_recv, data, size, &id));
	else
	{
		uint64		network;

		memcpy(&network, data, sizeof(network));
		check_bytes(pg_ntoh64(network));
	}

	/* a number that gets past the check character */
	if (size >= 17)
	{
		char	   *str = palloc(19);
		uint64		number = 0;
		int			i;

		for (i = 0; i < 17; i++)
		{
			str[i] = '0' + data[i] % 10;
			number = number * 10 + data[i] % 10;
		}
		str[17] = expect_check(str);
		str[18] = '\0';
		check_text(str);
		check_bytes(number);
	}

	fuzz_reset();
	return 0;
}
