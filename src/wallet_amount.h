/*-------------------------------------------------------------------------
 *
 * wallet_amount.h
 *	  Money: a count of fen in 64 bits, so that every sum is exact.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_WALLET_AMOUNT_H
#define KW_WALLET_AMOUNT_H

#include "compat.h"

/* fen (1/100 yuan); every int64 is a valid amount */
typedef int64 WalletAmount;

#define KW_FEN_PER_YUAN		100

/* sign, 17 digits, point, two decimals and terminator fit well */
#define KW_AMOUNT_BUFSIZE	32

#define DatumGetWalletAmount(X)		((WalletAmount) DatumGetInt64(X))
#define WalletAmountGetDatum(X)		Int64GetDatum((int64) (X))
#define PG_GETARG_WALLET_AMOUNT(n)	DatumGetWalletAmount(PG_GETARG_DATUM(n))
#define PG_RETURN_WALLET_AMOUNT(x)	return WalletAmountGetDatum(x)

extern int	kw_amount_print(WalletAmount amount, char *buf);
extern char *kw_amount_text(WalletAmount amount);

/* raise 22003 where the result does not fit */
extern WalletAmount kw_amount_add(WalletAmount a, WalletAmount b);
extern WalletAmount kw_amount_sub(WalletAmount a, WalletAmount b);
extern void kw_amount_out_of_range(void);

#endif							/* KW_WALLET_AMOUNT_H */
