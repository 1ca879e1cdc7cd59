/*-------------------------------------------------------------------------
 *
 * region_code.c
 *	  Fuzz the type region_code: as text and as bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include "region_code.h"

extern Datum region_code_in(PG_FUNCTION_ARGS);
extern Datum region_code_out(PG_FUNCTION_ARGS);
extern Datum region_code_recv(PG_FUNCTION_ARGS);
extern Datum region_code_send(PG_FUNCTION_ARGS);
extern Datum region_code_province(PG_FUNCTION_ARGS);
extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/*
 * Tell whether a number is a region code, by a list of its own.
 */
static bool
expect(int64 code)
{
	static const char provinces[] = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 66";
	char		prefix[4];

	if (code < 100000 || code > 999999)
		return false;
	sprintf(prefix, "%d", (int) (code / 10000));
	return strstr(provinces, prefix) != NULL;
}

static void
check_region(int32 code)
{
	Datum		region = Int32GetDatum(code);
	char	   *text = fuzz_text(region_code_out, region);
	Datum		province = fuzz_get1(region_code_province, region);
	uint32		network = pg_hton32((uint32) code);
	int			index = kw_province_index(code);

	fuzz_check(expect(code));
	fuzz_check(strlen(text) == 6 && atoi(text) == code);
	fuzz_check(DatumGetInt32(fuzz_get1(region_code_in, CStringGetDatum(text))) == code);
	fuzz_check_send(region_code_send, region, &network, sizeof(network));

	/* a province is a region, and its own province */
	fuzz_check(expect(DatumGetInt32(province)));
	fuzz_check(DatumGetInt32(province) / 10000 == code / 10000 && DatumGetInt32(province) % 10000 == 0);
	fuzz_check(fuzz_get1(region_code_province, province) == province);
	fuzz_check(index >= 0 && index < KW_N_PROVINCES && kw_province_prefix[index] == code / 10000);
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	char	   *str = fuzz_cstring(data, size);
	Datum		region;

	if (fuzz_call1(region_code_in, CStringGetDatum(str), &region))
	{
		/* only the canonical text is accepted */
		fuzz_check(strcmp(fuzz_text(region_code_out, region), str) == 0);
		check_region(DatumGetInt32(region));
	}
	else
	{
		fuzz_check(fuzz_sqlstate == ERRCODE_INVALID_TEXT_REPRESENTATION);
		fuzz_check(strlen(str) != 6 || strspn(str, "0123456789") != 6 || !expect(atoi(str)));
	}

	if (size >= sizeof(uint32))
	{
		uint32		network;

		memcpy(&network, data, sizeof(network));
		if (fuzz_receive(region_code_recv, &network, sizeof(network), &region))
		{
			fuzz_check(DatumGetInt32(region) == (int32) pg_ntoh32(network));
			check_region(DatumGetInt32(region));
		}
		else
		{
			fuzz_check(fuzz_sqlstate == ERRCODE_INVALID_BINARY_REPRESENTATION);
			fuzz_check(!expect((int32) pg_ntoh32(network)));
			fuzz_check(!kw_region_valid((int32) pg_ntoh32(network)));
		}

		/* a number near the codes, which bytes hardly ever are */
		if (kw_region_valid((int32) (pg_ntoh32(network) % 1000000)))
			check_region((int32) (pg_ntoh32(network) % 1000000));
	}
	else
	{
		fuzz_check(!fuzz_receive(region_code_recv, data, size, &region));
		fuzz_check(fuzz_sqlstate == ERRCODE_PROTOCOL_VIOLATION);
	}

	fuzz_reset();
	return 0;
}
