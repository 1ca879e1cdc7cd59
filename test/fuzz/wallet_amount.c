/*-------------------------------------------------------------------------
 *
 * wallet_amount.c
 *	  Fuzz the type wallet_amount: as text, as bytes, as operands.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include "wallet_amount.h"

extern Datum wallet_amount_in(PG_FUNCTION_ARGS);
extern Datum wallet_amount_out(PG_FUNCTION_ARGS);
extern Datum wallet_amount_recv(PG_FUNCTION_ARGS);
extern Datum wallet_amount_send(PG_FUNCTION_ARGS);
extern Datum wallet_amount_add(PG_FUNCTION_ARGS);
extern Datum wallet_amount_sub(PG_FUNCTION_ARGS);
extern Datum wallet_amount_neg(PG_FUNCTION_ARGS);
extern Datum wallet_amount_abs(PG_FUNCTION_ARGS);
extern Datum wallet_amount_mul_int8(PG_FUNCTION_ARGS);
extern Datum int8_mul_wallet_amount(PG_FUNCTION_ARGS);
extern Datum wallet_amount_from_int4(PG_FUNCTION_ARGS);
extern Datum wallet_amount_from_int8(PG_FUNCTION_ARGS);
extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

typedef __int128 wide;

/*
 * Say what the text means, by another way than the type's: strip, split at the
 * point, and compute without a limit until the value is out of all range.
 * Returns the SQLSTATE.
 */
static int
expect(const char *str, int64 *fen)
{
	static const char spaces[] = " \t\n\v\f\r";
	const char *end = str + strlen(str);
	const char *p;
	wide		value = 0;
	bool		negative;
	size_t		whole;
	size_t		decimals;

	while (end > str && strchr(spaces, end[-1]) != NULL)
		end--;
	str += strspn(str, spaces);
	if (str >= end)
		return ERRCODE_INVALID_TEXT_REPRESENTATION;
	negative = *str == '-';
	if (*str == '-' || *str == '+')
		str++;

	whole = strspn(str, "0123456789");
	decimals = 0;
	if (str[whole] == '.')
	{
		decimals = strspn(str + whole + 1, "0123456789");
		if (decimals != 1 && decimals != 2)
			return ERRCODE_INVALID_TEXT_REPRESENTATION;
		decimals++;				/* the point */
	}
	if (whole == 0 || str + whole + decimals != end)
		return ERRCODE_INVALID_TEXT_REPRESENTATION;

	for (p = str; p < end; p++)
	{
		if (*p != '.')
			value = value * 10 + (*p - '0');
		if (value > (wide) PG_INT64_MAX * 100)
			value = (wide) PG_INT64_MAX * 100;
	}
	value *= decimals == 0 ? 100 : decimals == 2 ? 10 : 1;
	if (negative)
		value = -value;
	if (value > PG_INT64_MAX || value < PG_INT64_MIN)
		return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
	*fen = (int64) value;
	return 0;
}

static void
check_canonical(const char *text)
{
	size_t		whole;

	if (*text == '-')
		text++;
	whole = strspn(text, "0123456789");
	fuzz_check(whole >= 1 && (whole == 1 || text[0] != '0'));
	fuzz_check(text[whole] == '.' && strspn(text + whole + 1, "0123456789") == 2 && text[whole + 3] == '\0');
}

/*
 * Check what there is to check of any amount.
 */
static void
check_amount(int64 fen)
{
	Datum		amount = Int64GetDatum(fen);
	char	   *text = fuzz_text(wallet_amount_out, amount);
	uint64		network = pg_hton64((uint64) fen);
	Datum		received;

	check_canonical(text);
	fuzz_check(strlen(text) < KW_AMOUNT_BUFSIZE);
	/* parse(format(x)) is x */
	fuzz_check(DatumGetInt64(fuzz_get1(wallet_amount_in, CStringGetDatum(text))) == fen);

	fuzz_check_send(wallet_amount_send, amount, &network, sizeof(network));
	if (!fuzz_receive(wallet_amount_recv, &network, sizeof(network), &received))
		fuzz_failed("every int64 is an amount", __FILE__, __LINE__);
	fuzz_check(DatumGetInt64(received) == fen);
}

/*
 * Check an operation against what it is without a limit.
 */
static void
check_result(bool succeeded, Datum result, wide expected)
{
	if (expected > PG_INT64_MAX || expected < PG_INT64_MIN)
	{
		fuzz_check(!succeeded);
		fuzz_check(fuzz_sqlstate == ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE);
		return;
	}
	fuzz_check(succeeded);
	fuzz_check(DatumGetInt64(result) == (int64) expected);
}

static void
check_arithmetic(int64 a, int64 b)
{
	Datum		x = Int64GetDatum(a);
	Datum		y = Int64GetDatum(b);
	Datum		result = 0;
	bool		succeeded;

	succeeded = fuzz_call2(wallet_amount_add, x, y, &result);
	check_result(succeeded, result, (wide) a + b);
	succeeded = fuzz_call2(wallet_amount_sub, x, y, &result);
	check_result(succeeded, result, (wide) a - b);
	succeeded = fuzz_call2(wallet_amount_mul_int8, x, y, &result);
	check_result(succeeded, result, (wide) a * b);
	succeeded = fuzz_call2(int8_mul_wallet_amount, x, y, &result);
	check_result(succeeded, result, (wide) a * b);
	succeeded = fuzz_call1(wallet_amount_neg, x, &result);
	check_result(succeeded, result, -(wide) a);
	succeeded = fuzz_call1(wallet_amount_abs, x, &result);
	check_result(succeeded, result, a < 0 ? -(wide) a : a);
	succeeded = fuzz_call1(wallet_amount_from_int8, x, &result);
	check_result(succeeded, result, (wide) a * 100);
	succeeded = fuzz_call1(wallet_amount_from_int4, Int32GetDatum((int32) a), &result);
	check_result(succeeded, result, (wide) (int32) a * 100);
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	char	   *str = fuzz_cstring(data, size);
	int64		expected_fen = 0;
	int			expected = expect(str, &expected_fen);
	Datum		amount;

	if (fuzz_call1(wallet_amount_in, CStringGetDatum(str), &amount))
	{
		fuzz_check(expected == 0);
		fuzz_check(DatumGetInt64(amount) == expected_fen);	/* never rounded */
		check_amount(expected_fen);
	}
	else
		fuzz_check(fuzz_sqlstate == expected);

	if (size < sizeof(uint64))
		fuzz_check(!fuzz_receive(wallet_amount_recv, data, size, &amount));
	else
	{
		uint64		network;
		int64		a;

		memcpy(&network, data, sizeof(network));
		a = (int64) pg_ntoh64(network);
		check_amount(a);
		/* the rest of the input, or a small factor */
		memcpy(&network, data + size - sizeof(network), sizeof(network));
		check_arithmetic(a, (int64) pg_ntoh64(network));
		check_arithmetic(a, (int8) data[size - 1]);
	}

	fuzz_reset();
	return 0;
}
