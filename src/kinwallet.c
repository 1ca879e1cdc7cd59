/*-------------------------------------------------------------------------
 *
 * kinwallet.c
 *	  The module itself: magic block, settings, version.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "utils/guc.h"

#include "acting.h"
#include "audit.h"
#include "catalog.h"
#include "clock.h"
#include "duty.h"
#include "policy.h"

PG_MODULE_MAGIC_EXT(.name = "kinwallet",.version = KW_VERSION);

void		_PG_init(void);

void
_PG_init(void)
{
	kw_define_clock();
	MarkGUCPrefixReserved("kinwallet");
	kw_catalog_init();
	kw_policy_init();
	kw_audit_init();
	kw_duty_init();
	kw_acting_init();
}
