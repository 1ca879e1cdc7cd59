/*-------------------------------------------------------------------------
 *
 * wallet_amount_agg.c
 *	  sum and avg over wallet_amount.
 *
 * Both run on one state, a 128-bit sum of fen and a count, so the server
 * computes it once where a query asks for both.  The sum cannot overflow
 * before 2^64 rows; only the final total of sum must fit an amount.  Values
 * can be taken out again, which serves moving windows.
 *
 * The state lives in the aggregate's memory context and travels between
 * parallel workers as three big-endian words.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "wallet_amount.h"

/* the sum is high * 2^64 + low, in two's complement */
typedef struct AmountSum
{
	int64		high;
	uint64		low;
	int64		count;
} AmountSum;


/*
 * Add a 128-bit number of fen to the sum.  Unsigned arithmetic, because it
 * is defined to wrap.
 */
static inline void
sum_add(AmountSum *sum, int64 high, uint64 low)
{
	sum->low += low;
	sum->high = (int64) ((uint64) sum->high + (uint64) high + (sum->low < low));
}

/*
 * Add an amount, widened to 128 bits with its sign.
 */
static inline void
sum_add_amount(AmountSum *sum, WalletAmount amount)
{
	sum_add(sum, amount < 0 ? -1 : 0, (uint64) amount);
}

/*
 * Subtract an amount: add its complement and one.
 */
static inline void
sum_sub_amount(AmountSum *sum, WalletAmount amount)
{
	sum_add(sum, amount < 0 ? 0 : -1, ~(uint64) amount);
	sum_add(sum, 0, 1);
}

/*
 * Narrow the sum to an amount.
 */
static WalletAmount
sum_to_amount(const AmountSum *sum)
{
	WalletAmount amount = (int64) sum->low;

	if (sum->high != (amount < 0 ? -1 : 0))
		kw_amount_out_of_range();
	return amount;
}

/*
 * Convert the sum to a numeric of yuan with two decimals, whatever its size.
 */
static Datum
sum_to_numeric(const AmountSum *sum)
{
	Datum		two32 = NumericGetDatum(int64_to_numeric(INT64CONST(1) << 32));
	Datum		fen_in_yuan = NumericGetDatum(int64_div_fast_to_numeric(1, 2));
	Datum		result = NumericGetDatum(int64_to_numeric(sum->high));

	result = DirectFunctionCall2(numeric_mul, result, two32);
	result = DirectFunctionCall2(numeric_add, result,
								 NumericGetDatum(int64_to_numeric(sum->low >> 32)));
	result = DirectFunctionCall2(numeric_mul, result, two32);
	result = DirectFunctionCall2(numeric_add, result,
								 NumericGetDatum(int64_to_numeric(sum->low & PG_UINT32_MAX)));
	return DirectFunctionCall2(numeric_mul, result, fen_in_yuan);
}

/*
 * Return the aggregate's memory context; refuse to be called without one.
 */
static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "wallet_amount aggregate function called in non-aggregate context");
	return context;
}

/*
 * Return the state passed as argument n, made empty if there is none yet.
 */
static AmountSum *
get_state(FunctionCallInfo fcinfo, int n)
{
	MemoryContext context = aggregate_context(fcinfo);

	if (PG_ARGISNULL(n))
		return (AmountSum *) MemoryContextAllocZero(context, sizeof(AmountSum));
	return (AmountSum *) PG_GETARG_POINTER(n);
}


/*
 * The part that talks to fmgr.
 */

PG_FUNCTION_INFO_V1(wallet_amount_accum);
PG_FUNCTION_INFO_V1(wallet_amount_accum_inv);
PG_FUNCTION_INFO_V1(wallet_amount_combine);
PG_FUNCTION_INFO_V1(wallet_amount_serialize);
PG_FUNCTION_INFO_V1(wallet_amount_deserialize);
PG_FUNCTION_INFO_V1(wallet_amount_sum_final);
PG_FUNCTION_INFO_V1(wallet_amount_avg_final);

Datum
wallet_amount_accum(PG_FUNCTION_ARGS)
{
	AmountSum  *state = get_state(fcinfo, 0);

	if (!PG_ARGISNULL(1))
	{
		sum_add_amount(state, PG_GETARG_WALLET_AMOUNT(1));
		state->count++;
	}
	PG_RETURN_POINTER(state);
}

Datum
wallet_amount_accum_inv(PG_FUNCTION_ARGS)
{
	AmountSum  *state = get_state(fcinfo, 0);

	if (!PG_ARGISNULL(1))
	{
		sum_sub_amount(state, PG_GETARG_WALLET_AMOUNT(1));
		state->count--;
	}
	PG_RETURN_POINTER(state);
}

Datum
wallet_amount_combine(PG_FUNCTION_ARGS)
{
	AmountSum  *state = get_state(fcinfo, 0);

	if (!PG_ARGISNULL(1))
	{
		AmountSum  *other = (AmountSum *) PG_GETARG_POINTER(1);

		sum_add(state, other->high, other->low);
		state->count += other->count;
	}
	PG_RETURN_POINTER(state);
}

Datum
wallet_amount_serialize(PG_FUNCTION_ARGS)
{
	AmountSum  *state = get_state(fcinfo, 0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint64(&buf, state->high);
	pq_sendint64(&buf, state->low);
	pq_sendint64(&buf, state->count);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
wallet_amount_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	AmountSum  *state;
	StringInfoData buf;

	/* called from SQL it would read any bytes: insist on an aggregate */
	(void) aggregate_context(fcinfo);

	/* pq_getmsg wants a StringInfo of its own */
	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));

	state = (AmountSum *) palloc(sizeof(AmountSum));
	state->high = pq_getmsgint64(&buf);
	state->low = (uint64) pq_getmsgint64(&buf);
	state->count = pq_getmsgint64(&buf);
	pq_getmsgend(&buf);
	pfree(buf.data);
	PG_RETURN_POINTER(state);
}

Datum
wallet_amount_sum_final(PG_FUNCTION_ARGS)
{
	AmountSum  *state = get_state(fcinfo, 0);

	/* as for every sum, there is none of no rows */
	if (state->count == 0)
		PG_RETURN_NULL();
	PG_RETURN_WALLET_AMOUNT(sum_to_amount(state));
}

Datum
wallet_amount_avg_final(PG_FUNCTION_ARGS)
{
	AmountSum  *state = get_state(fcinfo, 0);

	if (state->count == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(DirectFunctionCall2(numeric_div, sum_to_numeric(state),
										NumericGetDatum(int64_to_numeric(state->count))));
}
