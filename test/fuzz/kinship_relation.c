/*-------------------------------------------------------------------------
 *
 * kinship_relation.c
 *	  Fuzz the type kinship_relation: labels, Chinese terms and codes of
 *	  GB/T 4761 as text, and its byte.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include "utils/builtins.h"

#include "errors.h"
#include "kinship_relation.h"

extern Datum kinship_relation_in(PG_FUNCTION_ARGS);
extern Datum kinship_relation_out(PG_FUNCTION_ARGS);
extern Datum kinship_relation_recv(PG_FUNCTION_ARGS);
extern Datum kinship_relation_send(PG_FUNCTION_ARGS);
extern Datum kinship_relation_inverse(PG_FUNCTION_ARGS);
extern Datum kinship_relation_is_immediate(PG_FUNCTION_ARGS);
extern Datum kinship_relation_zh(PG_FUNCTION_ARGS);
extern Datum kinship_relation_gbt4761(PG_FUNCTION_ARGS);
extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

static void
check_kinship(Datum kinship)
{
	uint8		code = DatumGetUInt8(kinship);
	char	   *label = fuzz_text(kinship_relation_out, kinship);
	char	   *chinese = fuzz_value_text(kinship_relation_zh, kinship);
	Datum		inverse = fuzz_get1(kinship_relation_inverse, kinship);
	uint8		class = kw_kinship_class(code);

	fuzz_check(code >= 1 && code <= 10);
	fuzz_check(strspn(label, "abcdefghijklmnopqrstuvwxyz_") == strlen(label));
	fuzz_check(fuzz_get1(kinship_relation_in, CStringGetDatum(label)) == kinship);
	fuzz_check(fuzz_get1(kinship_relation_in, CStringGetDatum(chinese)) == kinship);
	fuzz_check_send(kinship_relation_send, kinship, &code, 1);

	/* the class survives inversion, which undoes itself */
	fuzz_check(fuzz_get1(kinship_relation_inverse, inverse) == kinship);
	fuzz_check(kw_kinship_class(class) == class);
	fuzz_check(kw_kinship_class(DatumGetUInt8(inverse)) == kw_kinship_inverse(class));
	fuzz_check(fuzz_get1(kinship_relation_is_immediate, kinship) == fuzz_get1(kinship_relation_is_immediate, inverse));
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	char	   *str = fuzz_cstring(data, size);
	Datum		kinship = 0;
	Datum		by_code = 0;
	bool		succeeded;
	int			sqlstate;

	succeeded = fuzz_call1(kinship_relation_in, CStringGetDatum(str), &kinship);
	sqlstate = fuzz_sqlstate;
	if (succeeded)
		check_kinship(kinship);
	else
		fuzz_check(sqlstate == ERRCODE_INVALID_TEXT_REPRESENTATION || sqlstate == ERRCODE_KW_KINSHIP_NOT_ELIGIBLE);

	/* the function for codes says the same of them, and nothing of words */
	if (fuzz_call1(kinship_relation_gbt4761, PointerGetDatum(cstring_to_text(str)), &by_code))
	{
		fuzz_check(strlen(str) == 2);
		fuzz_check(succeeded && by_code == kinship);
	}
	else if (fuzz_sqlstate == ERRCODE_KW_KINSHIP_NOT_ELIGIBLE)
		fuzz_check(!succeeded && sqlstate == ERRCODE_KW_KINSHIP_NOT_ELIGIBLE);
	else
	{
		fuzz_check(fuzz_sqlstate == ERRCODE_INVALID_TEXT_REPRESENTATION);
		fuzz_check(sqlstate != ERRCODE_KW_KINSHIP_NOT_ELIGIBLE);
	}

	if (size == 0)
		fuzz_check(!fuzz_receive(kinship_relation_recv, data, 0, &kinship));
	else if (fuzz_receive(kinship_relation_recv, data, 1, &kinship))
	{
		fuzz_check(DatumGetUInt8(kinship) == data[0]);
		check_kinship(kinship);
	}
	else
	{
		fuzz_check(fuzz_sqlstate == ERRCODE_INVALID_BINARY_REPRESENTATION);
		fuzz_check(data[0] == 0 || data[0] > 10);
	}

	fuzz_reset();
	return 0;
}
