/*-------------------------------------------------------------------------
 *
 * kinship_relation.h
 *	  What the recipient of mutual aid is to the contributor.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_KINSHIP_RELATION_H
#define KW_KINSHIP_RELATION_H

#include "compat.h"

typedef uint8 KinshipRelation;

/*
 * The stored codes, which are also the binary form and the sort order.  They
 * are on disk: never renumber one, never reuse one.
 */
enum
{
	KINSHIP_SPOUSE = 1,
	KINSHIP_PARENT = 2,
	KINSHIP_CHILD = 3,
	KINSHIP_SIBLING = 4,
	KINSHIP_GRANDPARENT = 5,
	KINSHIP_PATERNAL_GRANDPARENT = 6,
	KINSHIP_MATERNAL_GRANDPARENT = 7,
	KINSHIP_GRANDCHILD = 8,
	KINSHIP_PATERNAL_GRANDCHILD = 9,
	KINSHIP_MATERNAL_GRANDCHILD = 10
};

#define DatumGetKinshipRelation(X)	((KinshipRelation) DatumGetUInt8(X))
#define KinshipRelationGetDatum(X)	UInt8GetDatum(X)
#define PG_GETARG_KINSHIP_RELATION(n)	DatumGetKinshipRelation(PG_GETARG_DATUM(n))
#define PG_RETURN_KINSHIP_RELATION(x)	return KinshipRelationGetDatum(x)

extern KinshipRelation kw_kinship_inverse(KinshipRelation kinship);
extern KinshipRelation kw_kinship_class(KinshipRelation kinship);
extern bool kw_kinship_is_immediate(KinshipRelation kinship);
extern const char *kw_kinship_label(KinshipRelation kinship);

#endif							/* KW_KINSHIP_RELATION_H */
