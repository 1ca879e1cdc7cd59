/*-------------------------------------------------------------------------
 *
 * notice.h
 *	  Notices: who is to pay whom, and by when.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_NOTICE_H
#define KW_NOTICE_H

#include "compat.h"

#include "utils/date.h"
#include "utils/timestamp.h"

#include "region_code.h"
#include "wallet_amount.h"

/*
 * Issue one notice to a payer and its counterpart to the payee, outside of a
 * month's own clearing: kind is "emergency" (the increase of a prepayment) or
 * "prepayment" (its yearly amount or adjustment).  Returns the id of the
 * payer's notice.  The caller is between
 * kw_spi_begin() and kw_spi_end() and has locked what it decides by.  Such a
 * notice is paid like any other, and does not count for the state of the
 * month that it is numbered under.
 */
extern int64 kw_issue_notice(const char *kind, DateADT month, RegionCode payer, RegionCode payee,
							 WalletAmount amount, DateADT due_on, TimestampTz at);

#endif							/* KW_NOTICE_H */
