/*-------------------------------------------------------------------------
 *
 * wallet_amount.c
 *	  The base type wallet_amount: text and binary form, casts, arithmetic.
 *
 * An amount is an int64 number of fen.  Comparison, hashing and sorting are
 * therefore exactly those of bigint, and the install script takes them from
 * the server itself (LANGUAGE internal, as contrib/isn does).  What differs
 * from bigint is here: two decimals in and out, never rounding, and errors
 * that name our type.  The aggregates are in wallet_amount_agg.c.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include <ctype.h>

#include "common/int.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "wallet_amount.h"

#define AMOUNT_DECIMALS		2

typedef enum AmountSyntax
{
	AMOUNT_OK,
	AMOUNT_MALFORMED,
	AMOUNT_OVERFLOW
} AmountSyntax;


/*
 * Append one decimal digit to a number accumulated below zero, where the
 * range is one wider than above.  Returns false on overflow.
 */
static bool
append_digit(int64 *negated, int digit)
{
	return !pg_mul_s64_overflow(*negated, 10, negated) &&
		!pg_sub_s64_overflow(*negated, digit, negated);
}

/*
 * Read the text form: an optional sign, digits, and optionally a point with
 * one or two digits; white space around it is ignored, as for all numbers.
 *
 * Syntax is judged to the end before range, so that rubbish is reported as
 * rubbish however long it is.
 */
static AmountSyntax
amount_from_str(const char *str, WalletAmount *amount)
{
	bool		negative = false;
	bool		fits = true;
	int64		negated = 0;
	int			decimals = 0;

	while (isspace((unsigned char) *str))
		str++;

	if (*str == '-' || *str == '+')
		negative = (*str++ == '-');

	if (!isdigit((unsigned char) *str))
		return AMOUNT_MALFORMED;
	for (; isdigit((unsigned char) *str); str++)
		fits = fits && append_digit(&negated, *str - '0');

	if (*str == '.')
	{
		str++;
		for (; isdigit((unsigned char) *str); str++)
		{
			if (++decimals > AMOUNT_DECIMALS)
				return AMOUNT_MALFORMED;
			fits = fits && append_digit(&negated, *str - '0');
		}
		if (decimals == 0)
			return AMOUNT_MALFORMED;
	}

	while (isspace((unsigned char) *str))
		str++;
	if (*str != '\0')
		return AMOUNT_MALFORMED;

	for (; decimals < AMOUNT_DECIMALS; decimals++)
		fits = fits && append_digit(&negated, 0);

	if (!negative)
		fits = fits && !pg_sub_s64_overflow(0, negated, &negated);

	*amount = negated;
	return fits ? AMOUNT_OK : AMOUNT_OVERFLOW;
}

/*
 * Judge a text form for input and for the cast from numeric alike.  Returns
 * false after a soft error.
 */
static bool
parse_amount(const char *str, WalletAmount *amount, Node *escontext)
{
	switch (amount_from_str(str, amount))
	{
		case AMOUNT_OK:
			break;
		case AMOUNT_MALFORMED:
			ereturn(escontext, false,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input syntax for type %s: \"%s\"",
							"wallet_amount", str),
					 errdetail("An amount is written in digits with at most two decimals; it is never rounded.")));
		case AMOUNT_OVERFLOW:
			ereturn(escontext, false,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("value \"%s\" is out of range for type %s",
							str, "wallet_amount")));
	}
	return true;
}

/*
 * Print an amount into a buffer of KW_AMOUNT_BUFSIZE.  Returns the length.
 */
int
kw_amount_print(WalletAmount amount, char *buf)
{
	uint64		fen = (uint64) amount;
	char	   *p = buf;

	if (amount < 0)
	{
		fen = 0 - fen;			/* unsigned: right for the least amount too */
		*p++ = '-';
	}
	p += pg_ulltoa_n(fen / KW_FEN_PER_YUAN, p);
	*p++ = '.';
	*p++ = '0' + fen / 10 % 10;
	*p++ = '0' + fen % 10;
	*p = '\0';
	return p - buf;
}

/*
 * Print an amount into palloc'd memory, as messages want it.
 */
char *
kw_amount_text(WalletAmount amount)
{
	char	   *buf = palloc(KW_AMOUNT_BUFSIZE);

	kw_amount_print(amount, buf);
	return buf;
}

/*
 * Report a result that does not fit.
 */
void
kw_amount_out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s out of range", "wallet_amount")));
}

/*
 * Add two amounts.
 */
WalletAmount
kw_amount_add(WalletAmount a, WalletAmount b)
{
	WalletAmount result;

	if (unlikely(pg_add_s64_overflow(a, b, &result)))
		kw_amount_out_of_range();
	return result;
}

/*
 * Subtract b from a.
 */
WalletAmount
kw_amount_sub(WalletAmount a, WalletAmount b)
{
	WalletAmount result;

	if (unlikely(pg_sub_s64_overflow(a, b, &result)))
		kw_amount_out_of_range();
	return result;
}

/*
 * Multiply an amount, or the size of its unit, by a whole number.
 */
static WalletAmount
amount_mul(WalletAmount amount, int64 factor)
{
	WalletAmount result;

	if (unlikely(pg_mul_s64_overflow(amount, factor, &result)))
		kw_amount_out_of_range();
	return result;
}


/*
 * The part that talks to fmgr: unpack, call, return.
 */

PG_FUNCTION_INFO_V1(wallet_amount_in);
PG_FUNCTION_INFO_V1(wallet_amount_out);
PG_FUNCTION_INFO_V1(wallet_amount_recv);
PG_FUNCTION_INFO_V1(wallet_amount_send);
PG_FUNCTION_INFO_V1(wallet_amount_from_numeric);
PG_FUNCTION_INFO_V1(wallet_amount_to_numeric);
PG_FUNCTION_INFO_V1(wallet_amount_from_int4);
PG_FUNCTION_INFO_V1(wallet_amount_from_int8);
PG_FUNCTION_INFO_V1(wallet_amount_from_fen);
PG_FUNCTION_INFO_V1(wallet_amount_fen);
PG_FUNCTION_INFO_V1(wallet_amount_add);
PG_FUNCTION_INFO_V1(wallet_amount_sub);
PG_FUNCTION_INFO_V1(wallet_amount_neg);
PG_FUNCTION_INFO_V1(wallet_amount_abs);
PG_FUNCTION_INFO_V1(wallet_amount_mul_int8);
PG_FUNCTION_INFO_V1(int8_mul_wallet_amount);

Datum
wallet_amount_in(PG_FUNCTION_ARGS)
{
	WalletAmount amount;

	if (!parse_amount(PG_GETARG_CSTRING(0), &amount, fcinfo->context))
		PG_RETURN_NULL();
	PG_RETURN_WALLET_AMOUNT(amount);
}

Datum
wallet_amount_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(kw_amount_text(PG_GETARG_WALLET_AMOUNT(0)));
}

Datum
wallet_amount_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);

	/* nothing to validate: every int64 is an amount */
	PG_RETURN_WALLET_AMOUNT(pq_getmsgint64(buf));
}

Datum
wallet_amount_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint64(&buf, PG_GETARG_WALLET_AMOUNT(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * Go through the text form, so that one validator judges decimals, range,
 * NaN and infinity.  Trailing zeros lose nothing and are dropped before.
 */
Datum
wallet_amount_from_numeric(PG_FUNCTION_ARGS)
{
	Datum		trimmed = DirectFunctionCall1(numeric_trim_scale, PG_GETARG_DATUM(0));
	char	   *str = DatumGetCString(DirectFunctionCall1(numeric_out, trimmed));
	WalletAmount amount;

	if (!parse_amount(str, &amount, fcinfo->context))
		PG_RETURN_NULL();
	PG_RETURN_WALLET_AMOUNT(amount);
}

Datum
wallet_amount_to_numeric(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(int64_div_fast_to_numeric(PG_GETARG_WALLET_AMOUNT(0),
												AMOUNT_DECIMALS));
}

Datum
wallet_amount_from_int4(PG_FUNCTION_ARGS)
{
	PG_RETURN_WALLET_AMOUNT(amount_mul(KW_FEN_PER_YUAN, PG_GETARG_INT32(0)));
}

Datum
wallet_amount_from_int8(PG_FUNCTION_ARGS)
{
	PG_RETURN_WALLET_AMOUNT(amount_mul(KW_FEN_PER_YUAN, PG_GETARG_INT64(0)));
}

Datum
wallet_amount_from_fen(PG_FUNCTION_ARGS)
{
	PG_RETURN_WALLET_AMOUNT(PG_GETARG_INT64(0));
}

Datum
wallet_amount_fen(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_WALLET_AMOUNT(0));
}

Datum
wallet_amount_add(PG_FUNCTION_ARGS)
{
	PG_RETURN_WALLET_AMOUNT(kw_amount_add(PG_GETARG_WALLET_AMOUNT(0),
										  PG_GETARG_WALLET_AMOUNT(1)));
}

Datum
wallet_amount_sub(PG_FUNCTION_ARGS)
{
	PG_RETURN_WALLET_AMOUNT(kw_amount_sub(PG_GETARG_WALLET_AMOUNT(0),
										  PG_GETARG_WALLET_AMOUNT(1)));
}

Datum
wallet_amount_neg(PG_FUNCTION_ARGS)
{
	PG_RETURN_WALLET_AMOUNT(kw_amount_sub(0, PG_GETARG_WALLET_AMOUNT(0)));
}

Datum
wallet_amount_abs(PG_FUNCTION_ARGS)
{
	WalletAmount amount = PG_GETARG_WALLET_AMOUNT(0);

	PG_RETURN_WALLET_AMOUNT(amount < 0 ? kw_amount_sub(0, amount) : amount);
}

Datum
wallet_amount_mul_int8(PG_FUNCTION_ARGS)
{
	PG_RETURN_WALLET_AMOUNT(amount_mul(PG_GETARG_WALLET_AMOUNT(0),
									   PG_GETARG_INT64(1)));
}

Datum
int8_mul_wallet_amount(PG_FUNCTION_ARGS)
{
	PG_RETURN_WALLET_AMOUNT(amount_mul(PG_GETARG_WALLET_AMOUNT(1),
									   PG_GETARG_INT64(0)));
}
