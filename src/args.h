/*-------------------------------------------------------------------------
 *
 * args.h
 *	  What every function that changes something asks of its arguments
 *	  before it looks at them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_ARGS_H
#define KW_ARGS_H

#include "compat.h"

/*
 * Refuse NULL arguments (22004).  One name for each argument of the function,
 * in order; NULL as a name says that the argument may be NULL.
 */
#define KW_ARGS_NOT_NULL(...) \
	kw_args_not_null(fcinfo, (const char *const[]) {__VA_ARGS__}, \
					 lengthof(((const char *const[]) {__VA_ARGS__})))

extern void kw_args_not_null(FunctionCallInfo fcinfo, const char *const *names, int n);
pg_noreturn extern void kw_null_argument(const char *name);

/* the elements of an array argument: one dimension at most, none NULL */
extern Datum *kw_array_arg(FunctionCallInfo fcinfo, int argno, const char *name, int *n);

/* the same where they stand, of a type of 8 bytes or uuid */
extern const void *kw_fixed_array_arg(FunctionCallInfo fcinfo, int argno, const char *name, int *n);

/* arrays that belong together have one length */
extern void kw_same_lengths(int a, int b, int c, int d);

#endif							/* KW_ARGS_H */
