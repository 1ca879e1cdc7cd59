/*-------------------------------------------------------------------------
 *
 * version.h
 *	  See version.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_VERSION_H
#define KW_VERSION_H

#include "compat.h"

extern void kw_require_versions(const char *ledger);

#endif							/* KW_VERSION_H */
