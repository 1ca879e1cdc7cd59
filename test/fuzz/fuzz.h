/*-------------------------------------------------------------------------
 *
 * fuzz.h
 *	  What the harnesses of this directory have in common: calls of a type's
 *	  functions outside of the server, and checks of what they give.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_FUZZ_H
#define KW_FUZZ_H

#include "compat.h"

#include "lib/stringinfo.h"
#include "port/pg_bswap.h"

/* the C library's, not those of libpgport */
#undef vsnprintf
#undef sprintf
#undef fprintf

/* what the last refused call said */
extern int	fuzz_sqlstate;
extern char fuzz_message[8192];

/* call a function; false when it raised an error */
extern bool fuzz_call1(PGFunction function, Datum arg, Datum *result);
extern bool fuzz_call2(PGFunction function, Datum arg1, Datum arg2, Datum *result);

/* the same for what must not fail */
extern Datum fuzz_get1(PGFunction function, Datum arg);
extern char *fuzz_text(PGFunction output, Datum value);
extern char *fuzz_value_text(PGFunction function, Datum value);

/* text to C string of its exact length, bytes to a message and back */
extern char *fuzz_cstring(const uint8 *data, size_t size);
extern bool fuzz_receive(PGFunction receive, const void *bytes, int size, Datum *result);
extern void fuzz_check_send(PGFunction send, Datum value, const void *bytes, int size);

/* free what palloc gave */
extern void fuzz_reset(void);

#define fuzz_check(condition) \
	((condition) ? (void) 0 : fuzz_failed(#condition, __FILE__, __LINE__))
pg_noreturn extern void fuzz_failed(const char *condition, const char *file, int line);

#endif							/* KW_FUZZ_H */
