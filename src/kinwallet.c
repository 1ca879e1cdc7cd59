/*-------------------------------------------------------------------------
 *
 * kinwallet.c
 *	  The module itself: magic block, settings, version.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
}
