/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  The only file that asks for PG_VERSION_NUM: what differs between the
 *	  supported PostgreSQL versions (15 and later), so that the rest of the
 *	  code is written once, in the words of the newest.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_COMPAT_H
#define KW_COMPAT_H

#include "postgres.h"
#include "fmgr.h"

/* Soft errors came with 16: before, an invalid literal can only throw. */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#else
#define ereturn(context, dummy_value, ...) \
	do { \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)
#endif

#endif							/* KW_COMPAT_H */
