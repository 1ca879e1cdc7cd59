/*-------------------------------------------------------------------------
 *
 * triggers.h
 *	  What every trigger function checks first.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_TRIGGERS_H
#define KW_TRIGGERS_H

#include "compat.h"

#include "commands/trigger.h"

extern TriggerData *kw_trigger_data(FunctionCallInfo fcinfo, const char *function);
extern void kw_require_row_trigger(const TriggerData *trigdata, const char *function);
extern void kw_require_after_statement_trigger(const TriggerData *trigdata, const char *function);
extern int	kw_trigger_column(const TriggerData *trigdata, const char *name);

#endif							/* KW_TRIGGERS_H */
