/*-------------------------------------------------------------------------
 *
 * region_code.c
 *	  The base type region_code: six digits in an int32.
 *
 * The type knows the provinces that clear with each other and nothing else:
 * which of a province's codes exist changes over the years and is the matter
 * of the region table.  Comparison and hashing are those of integer
 * (LANGUAGE internal).
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "region_code.h"

#define REGION_DIGITS	6

const uint8 kw_province_prefix[KW_N_PROVINCES] = {
	11, 12, 13, 14, 15,			/* Beijing, Tianjin, Hebei, Shanxi, Inner
								 * Mongolia */
	21, 22, 23,					/* Liaoning, Jilin, Heilongjiang */
	31, 32, 33, 34, 35, 36, 37, /* Shanghai, Jiangsu, Zhejiang, Anhui, Fujian,
								 * Jiangxi, Shandong */
	41, 42, 43, 44, 45, 46,		/* Henan, Hubei, Hunan, Guangdong, Guangxi,
								 * Hainan */
	50, 51, 52, 53, 54,			/* Chongqing, Sichuan, Guizhou, Yunnan, Tibet */
	61, 62, 63, 64, 65,			/* Shaanxi, Gansu, Qinghai, Ningxia, Xinjiang */
	66							/* Xinjiang Production and Construction Corps,
								 * a province of the platform only */
};


/*
 * Return the position of a region's province among the clearing provinces,
 * 0 to KW_N_PROVINCES - 1, or -1 if it is none of them.
 */
int
kw_province_index(RegionCode region)
{
	int			prefix = region / KW_REGION_PER_PROVINCE;
	int			low = 0;
	int			high = KW_N_PROVINCES - 1;

	while (low <= high)
	{
		int			middle = (low + high) / 2;

		if (kw_province_prefix[middle] == prefix)
			return middle;
		if (kw_province_prefix[middle] < prefix)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return -1;
}

/*
 * Tell whether a number is a region code.  The prefixes have two digits, so
 * whatever has one of them has six.
 */
bool
kw_region_valid(int32 code)
{
	return kw_province_index(code) >= 0;
}

/*
 * Read the text form, exactly six digits.  Returns false if it is not that.
 */
static bool
region_from_str(const char *str, RegionCode *region)
{
	RegionCode	code = 0;

	if (strlen(str) != REGION_DIGITS ||
		strspn(str, "0123456789") != REGION_DIGITS)
		return false;
	for (; *str; str++)
		code = code * 10 + (*str - '0');
	*region = code;
	return true;
}


/*
 * The part that talks to fmgr: unpack, call, return.
 */

PG_FUNCTION_INFO_V1(region_code_in);
PG_FUNCTION_INFO_V1(region_code_out);
PG_FUNCTION_INFO_V1(region_code_recv);
PG_FUNCTION_INFO_V1(region_code_send);
PG_FUNCTION_INFO_V1(region_code_province);

Datum
region_code_in(PG_FUNCTION_ARGS)
{
	char	   *str = PG_GETARG_CSTRING(0);
	RegionCode	region;

	if (!region_from_str(str, &region))
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"",
						"region_code", str),
				 errdetail("A region code has %d digits.", REGION_DIGITS)));

	if (!kw_region_valid(region))
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input value for type %s: \"%s\"",
						"region_code", str),
				 errdetail("%02d is not the prefix of a clearing province.",
						   region / KW_REGION_PER_PROVINCE)));

	PG_RETURN_REGION_CODE(region);
}

Datum
region_code_out(PG_FUNCTION_ARGS)
{
	char	   *str = palloc(12);	/* as int4out */

	pg_ltoa(PG_GETARG_REGION_CODE(0), str);
	PG_RETURN_CSTRING(str);
}

Datum
region_code_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int32		code = (int32) pq_getmsgint(buf, sizeof(int32));

	if (!kw_region_valid(code))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type %s: %d",
						"region_code", code)));
	PG_RETURN_REGION_CODE(code);
}

Datum
region_code_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint32(&buf, PG_GETARG_REGION_CODE(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
region_code_province(PG_FUNCTION_ARGS)
{
	PG_RETURN_REGION_CODE(kw_region_province(PG_GETARG_REGION_CODE(0)));
}
