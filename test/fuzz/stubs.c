/*-------------------------------------------------------------------------
 *
 * stubs.c
 *	  As much of a PostgreSQL server as the types need: memory, errors,
 *	  messages, numbers and dates.
 *
 * Memory comes from malloc() in exactly the size asked for, so that
 * AddressSanitizer sees a byte too far, and is freed after each input.  An
 * error is a long jump to fuzz_call; its message is formatted as the server
 * would, so that bad arguments of a format are seen too.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <setjmp.h>

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

int			fuzz_sqlstate;
char		fuzz_message[8192];

static jmp_buf *on_error;
static void *allocated[4096];
static int	n_allocated;


/*
 * Report a property that does not hold; libFuzzer saves the input.
 */
void
fuzz_failed(const char *condition, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	if (fuzz_sqlstate != 0)
		fprintf(stderr, "last error: %s %s\n", unpack_sql_state(fuzz_sqlstate), fuzz_message);
	abort();
}

void
fuzz_reset(void)
{
	while (n_allocated > 0)
		free(allocated[--n_allocated]);
	fuzz_sqlstate = 0;
	fuzz_message[0] = '\0';
}

bool
fuzz_call2(PGFunction function, Datum arg1, Datum arg2, Datum *result)
{
	LOCAL_FCINFO(fcinfo, 2);
	jmp_buf		here;

	InitFunctionCallInfoData(*fcinfo, NULL, 2, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = arg1;
	fcinfo->args[0].isnull = false;
	fcinfo->args[1].value = arg2;
	fcinfo->args[1].isnull = false;

	fuzz_sqlstate = 0;
	fuzz_message[0] = '\0';
	on_error = &here;
	if (setjmp(here) != 0)
	{
		on_error = NULL;
		/* our own bugs have no code, and a refusal says what it is about */
		fuzz_check(fuzz_sqlstate != ERRCODE_INTERNAL_ERROR);
		fuzz_check(fuzz_message[0] != '\0');
		return false;
	}
	*result = function(fcinfo);
	on_error = NULL;
	fuzz_check(!fcinfo->isnull);
	return true;
}

bool
fuzz_call1(PGFunction function, Datum arg, Datum *result)
{
	return fuzz_call2(function, arg, (Datum) 0, result);
}

Datum
fuzz_get1(PGFunction function, Datum arg)
{
	Datum		result = 0;
	bool		succeeded = fuzz_call1(function, arg, &result);

	fuzz_check(succeeded);
	return result;
}

/*
 * Print a value by its output function.
 */
char *
fuzz_text(PGFunction output, Datum value)
{
	return DatumGetCString(fuzz_get1(output, value));
}

/*
 * Call a function of a value that returns text.
 */
char *
fuzz_value_text(PGFunction function, Datum value)
{
	return text_to_cstring(DatumGetTextPP(fuzz_get1(function, value)));
}

/*
 * Make a C string of the input, up to its first NUL.
 */
char *
fuzz_cstring(const uint8 *data, size_t size)
{
	size_t		length = strnlen((const char *) data, size);
	char	   *str = palloc(length + 1);

	memcpy(str, data, length);
	str[length] = '\0';
	return str;
}

/*
 * Receive a value.  Bytes that are left over are the server's to refuse.
 */
bool
fuzz_receive(PGFunction receive, const void *bytes, int size, Datum *result)
{
	StringInfoData buf;

	buf.data = palloc(size);
	memcpy(buf.data, bytes, size);
	buf.len = buf.maxlen = size;
	buf.cursor = 0;
	return fuzz_call1(receive, PointerGetDatum(&buf), result) && buf.cursor == size;
}

/*
 * Check that a value is sent as these bytes.
 */
void
fuzz_check_send(PGFunction send, Datum value, const void *bytes, int size)
{
	bytea	   *sent = DatumGetByteaPP(fuzz_get1(send, value));

	fuzz_check(VARSIZE_ANY_EXHDR(sent) == (Size) size);
	fuzz_check(memcmp(VARDATA_ANY(sent), bytes, size) == 0);
}


/*
 * Memory.
 */

void *
palloc(Size size)
{
	fuzz_check(n_allocated < (int) lengthof(allocated));
	allocated[n_allocated] = malloc(size == 0 ? 1 : size);
	fuzz_check(allocated[n_allocated] != NULL);
	return allocated[n_allocated++];
}

char *
pstrdup(const char *in)
{
	return strcpy(palloc(strlen(in) + 1), in);
}

struct varlena *
pg_detoast_datum_packed(struct varlena *datum)
{
	return datum;
}

text *
cstring_to_text(const char *s)
{
	text	   *result = palloc(VARHDRSZ + strlen(s));

	SET_VARSIZE(result, VARHDRSZ + strlen(s));
	memcpy(VARDATA(result), s, strlen(s));
	return result;
}

char *
text_to_cstring(const text *t)
{
	int			length = VARSIZE_ANY_EXHDR(t);
	char	   *result = palloc(length + 1);

	memcpy(result, VARDATA_ANY(t), length);
	result[length] = '\0';
	return result;
}

/*
 * Errors.
 */

bool
errstart(int elevel, const char *domain)
{
	fuzz_check(on_error != NULL && elevel == ERROR);
	fuzz_sqlstate = ERRCODE_INTERNAL_ERROR;
	return true;
}

bool
errstart_cold(int elevel, const char *domain)
{
	return errstart(elevel, domain);
}

void
errfinish(const char *filename, int lineno, const char *funcname)
{
	longjmp(*on_error, 1);
}

/* the soft errors of PostgreSQL 16: without a context they are errors */
struct Node;
extern bool errsave_start(struct Node *context, const char *domain);
extern void errsave_finish(struct Node *context, const char *filename, int lineno, const char *funcname);

bool
errsave_start(struct Node *context, const char *domain)
{
	return errstart(ERROR, domain);
}

void
errsave_finish(struct Node *context, const char *filename, int lineno, const char *funcname)
{
	errfinish(filename, lineno, funcname);
}

int
errcode(int sqlerrcode)
{
	fuzz_sqlstate = sqlerrcode;
	return 0;
}

static void __attribute__((format(printf, 1, 0)))
append_message(const char *fmt, va_list args)
{
	size_t		used = strlen(fuzz_message);

	vsnprintf(fuzz_message + used, sizeof(fuzz_message) - used, fmt, args);
}

#define APPEND_MESSAGE(fmt) \
	do { \
		va_list		args; \
		va_start(args, fmt); \
		append_message(fmt, args); \
		va_end(args); \
		return 0; \
	} while (0)

int
errmsg(const char *fmt,...)
{
	APPEND_MESSAGE(fmt);
}

int
errmsg_internal(const char *fmt,...)
{
	APPEND_MESSAGE(fmt);
}

int
errdetail(const char *fmt,...)
{
	APPEND_MESSAGE(fmt);
}

int
errdetail_internal(const char *fmt,...)
{
	APPEND_MESSAGE(fmt);
}

int
errhint(const char *fmt,...)
{
	APPEND_MESSAGE(fmt);
}

char *
unpack_sql_state(int sql_state)
{
	static char buf[6];
	int			i;

	for (i = 0; i < 5; i++)
	{
		buf[i] = PGUNSIXBIT(sql_state);
		sql_state >>= 6;
	}
	return buf;
}

/*
 * Messages.
 */

void
enlargeStringInfo(StringInfo str, int needed)
{
	char	   *data;

	if (str->len + needed < str->maxlen)
		return;
	data = palloc(str->len + needed + 1);
	memcpy(data, str->data, str->len);
	str->data = data;
	str->maxlen = str->len + needed + 1;
}

void
pq_begintypsend(StringInfo buf)
{
	buf->data = palloc(VARHDRSZ);
	memset(buf->data, 0, VARHDRSZ);
	buf->len = buf->maxlen = VARHDRSZ;
	buf->cursor = 0;
}

bytea *
pq_endtypsend(StringInfo buf)
{
	SET_VARSIZE(buf->data, buf->len);
	return (bytea *) buf->data;
}

static uint64
get_bytes(StringInfo msg, int n)
{
	uint64		result = 0;

	if (n > msg->len - msg->cursor)
		ereport(ERROR,
				(errcode(ERRCODE_PROTOCOL_VIOLATION),
				 errmsg("insufficient data left in message")));
	while (n-- > 0)
		result = result << 8 | (uint8) msg->data[msg->cursor++];
	return result;
}

int
pq_getmsgbyte(StringInfo msg)
{
	return (int) get_bytes(msg, 1);
}

unsigned int
pq_getmsgint(StringInfo msg, int b)
{
	return (unsigned int) get_bytes(msg, b);
}

int64
pq_getmsgint64(StringInfo msg)
{
	return (int64) get_bytes(msg, 8);
}

/*
 * Numbers, letters, dates.  The encoding is UTF-8.
 */

int
pg_ltoa(int32 value, char *a)
{
	return sprintf(a, "%d", value);
}

int
pg_lltoa(int64 value, char *a)
{
	return sprintf(a, INT64_FORMAT, value);
}

int
pg_ulltoa_n(uint64 value, char *a)
{
	char		buf[32];
	int			length = sprintf(buf, UINT64_FORMAT, value);

	memcpy(a, buf, length);		/* without a terminator */
	return length;
}

unsigned char
pg_toupper(unsigned char ch)
{
	return ch >= 'a' && ch <= 'z' ? ch - 'a' + 'A' : ch;
}

char *
pg_server_to_any(const char *s, int len, int encoding)
{
	fuzz_check(encoding == PG_UTF8 && strlen(s) == (size_t) len);
	return unconstify(char *, s);
}

char *
pg_any_to_server(const char *s, int len, int encoding)
{
	return pg_server_to_any(s, len, encoding);
}

const int	day_tab[2][13] =
{
	{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0},
	{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0}
};

/*
 * Compute the Julian date by the server's formula, which takes months that
 * there are not: a damaged value has them.
 */
int
date2j(int y, int m, int d)
{
	int			century;

	y += m > 2 ? 4800 : 4799;
	m += m > 2 ? 1 : 13;
	century = y / 100;
	return y * 365 - 32167 + y / 4 - century + century / 4 + 7834 * m / 256 + d;
}

/* 2026-03-01 00:30 in Shanghai, where it is not yet March in Greenwich */
TimestampTz
GetCurrentTimestamp(void)
{
	return (TimestampTz) (date2j(2026, 2, 28) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY + 16 * USECS_PER_HOUR + USECS_PER_HOUR / 2;
}

/*
 * Not reached: numerics have a parser of the server's own.
 */

#define NOT_REACHED(declaration) \
declaration \
{ \
	abort(); \
}

NOT_REACHED(Datum DirectFunctionCall1Coll(PGFunction func, Oid collation, Datum arg1))
NOT_REACHED(Datum numeric_out(PG_FUNCTION_ARGS))
NOT_REACHED(Datum numeric_trim_scale(PG_FUNCTION_ARGS))
NOT_REACHED(Numeric int64_div_fast_to_numeric(int64 val1, int log10val2))
