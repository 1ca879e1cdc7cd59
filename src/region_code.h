/*-------------------------------------------------------------------------
 *
 * region_code.h
 *	  Division codes of the insurance platform: which pooling region, and
 *	  which of the clearing provinces it belongs to.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_REGION_CODE_H
#define KW_REGION_CODE_H

#include "compat.h"

/* six digits as a number, e.g. 640200: province, prefecture, county */
typedef int32 RegionCode;

#define KW_REGION_PER_PROVINCE	10000

/* the 31 provinces of the mainland and the Xinjiang Corps */
#define KW_N_PROVINCES			32

#define DatumGetRegionCode(X)		((RegionCode) DatumGetInt32(X))
#define RegionCodeGetDatum(X)		Int32GetDatum(X)
#define PG_GETARG_REGION_CODE(n)	DatumGetRegionCode(PG_GETARG_DATUM(n))
#define PG_RETURN_REGION_CODE(x)	return RegionCodeGetDatum(x)

/* first two digits of the clearing provinces, ascending */
extern const uint8 kw_province_prefix[KW_N_PROVINCES];

extern bool kw_region_valid(int32 code);
extern int	kw_province_index(RegionCode region);

/*
 * Return the province of a region, as a region code itself.
 */
static inline RegionCode
kw_region_province(RegionCode region)
{
	return region / KW_REGION_PER_PROVINCE * KW_REGION_PER_PROVINCE;
}

#endif							/* KW_REGION_CODE_H */
