/*-------------------------------------------------------------------------
 *
 * args.c
 *	  Checks of arguments that functions of the SQL interface share.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "utils/array.h"
#include "utils/lsyscache.h"

#include "args.h"

/*
 * Refuse an argument that is NULL.
 */
void
kw_null_argument(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("argument \"%s\" must not be null", name)));
}

void
kw_args_not_null(FunctionCallInfo fcinfo, const char *const *names, int n)
{
	Assert(n == PG_NARGS());
	for (int i = 0; i < n; i++)
	{
		if (names[i] != NULL && PG_ARGISNULL(i))
			kw_null_argument(names[i]);
	}
}

static void
null_element(const char *name, int i)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("array \"%s\" must not contain nulls", name),
			 errdetail("Element %d is null.", i + 1)));
}

/*
 * Give the elements of an array argument, known not to be NULL itself, where
 * they stand: one after the other, since they are of fixed width and their
 * width is a multiple of their alignment.
 */
const void *
kw_fixed_array_arg(FunctionCallInfo fcinfo, int argno, const char *name, int *n)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argno);
	const bits8 *present = ARR_NULLBITMAP(array);

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("array \"%s\" must have one dimension", name)));
	*n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	for (int i = 0; present != NULL && i < *n; i++)
		if (!(present[i / 8] & (1 << (i % 8))))
			null_element(name, i);
	return ARR_DATA_PTR(array);
}

/*
 * Take an array argument, known not to be NULL itself, apart.
 */
Datum *
kw_array_arg(FunctionCallInfo fcinfo, int argno, const char *name, int *n)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argno);
	Oid			type = ARR_ELEMTYPE(array);
	int16		typlen;
	bool		typbyval;
	char		typalign;
	Datum	   *elements;
	bool	   *nulls;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("array \"%s\" must have one dimension", name)));
	get_typlenbyvalalign(type, &typlen, &typbyval, &typalign);
	deconstruct_array(array, type, typlen, typbyval, typalign, &elements, &nulls, n);
	for (int i = 0; i < *n; i++)
	{
		if (nulls[i])
			null_element(name, i);
	}
	return elements;
}

/*
 * Refuse arrays of different lengths; d is -1 where there are only three.
 */
void
kw_same_lengths(int a, int b, int c, int d)
{
	if (a != b || a != c || (a != d && d >= 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("arrays must have the same length"),
				 d < 0 ? errdetail("They have %d, %d and %d elements.", a, b, c) :
				 errdetail("They have %d, %d, %d and %d elements.", a, b, c, d)));
}
