/*-------------------------------------------------------------------------
 *
 * acting.h
 *	  The person for whom the current transaction acts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_ACTING_H
#define KW_ACTING_H

#include "compat.h"

#include "region_code.h"

typedef struct KwActing
{
	int64		person;
	int64		operated_by;	/* the guardian who acts; 0: the person */
	RegionCode	region;			/* where the person was when bound */
} KwActing;

extern void kw_acting_init(void);
/* for whom does the current user act?  False: for nobody */
extern bool kw_acting(KwActing *acting);

#endif							/* KW_ACTING_H */
