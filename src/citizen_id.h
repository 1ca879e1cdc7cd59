/*-------------------------------------------------------------------------
 *
 * citizen_id.h
 *	  Resident identity numbers of GB 11643.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_CITIZEN_ID_H
#define KW_CITIZEN_ID_H

#include "compat.h"

#include "utils/date.h"

/* the first 17 digits as a number; the check character follows from them */
typedef int64 CitizenId;

#define DatumGetCitizenId(X)		((CitizenId) DatumGetInt64(X))
#define CitizenIdGetDatum(X)		Int64GetDatum((int64) (X))
#define PG_GETARG_CITIZEN_ID(n)		DatumGetCitizenId(PG_GETARG_DATUM(n))
#define PG_RETURN_CITIZEN_ID(x)		return CitizenIdGetDatum(x)

extern char *kw_citizen_id_mask(CitizenId id);
extern DateADT kw_citizen_id_birth_date(CitizenId id);
extern bool kw_citizen_id_is_male(CitizenId id);

/* numbers of foreigners' permanent-residence cards begin with 9 */
extern bool kw_citizen_id_is_foreign(CitizenId id);

#endif							/* KW_CITIZEN_ID_H */
