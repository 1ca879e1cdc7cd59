/*-------------------------------------------------------------------------
 *
 * hold_state.h
 *	  What ends a hold: capture, cancellation, expiry.
 *
 * All of these run inside kw_spi_begin()/kw_spi_end().
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_HOLD_STATE_H
#define KW_HOLD_STATE_H

#include "compat.h"

#include "utils/palloc.h"
#include "utils/timestamp.h"

#include "region_code.h"
#include "wallet_amount.h"

/* hold.state */
#define KW_HOLD_OPEN		'o'
#define KW_HOLD_CAPTURED	'c'
#define KW_HOLD_CANCELLED	'n'
#define KW_HOLD_EXPIRED		'x'

typedef struct KwHoldPart
{
	int64		relation_id;
	int64		contributor;
	RegionCode	contributor_region;
	WalletAmount amount;
} KwHoldPart;

/* a hold; everything but the state never changes */
typedef struct KwHold
{
	int64		hold_id;
	int64		recipient;
	char		state;
	char		use;
	char	   *provider;
	WalletAmount amount;
	TimestampTz expires_at;
	int			n_parts;
	KwHoldPart *parts;			/* in drawing order */
} KwHold;

/* read a hold without lock, into the context given; false: there is none */
extern bool kw_read_hold(int64 hold_id, KwHold *hold, MemoryContext cxt);
/* read the state again, under the locks */
extern void kw_read_hold_state(KwHold *hold);

/*
 * Lock the wallets of the recipient and of the contributors, then the
 * relations, and read the state again: nobody else ends the hold now.
 */
extern void kw_lock_hold(KwHold *hold);
/* the same without waiting; false: another transaction has one of the rows */
extern bool kw_try_lock_hold(KwHold *hold);

/* write the new state of a locked, open hold; what it held is the caller's to move */
extern void kw_close_hold(const KwHold *hold, char new_state, TimestampTz at);

/*
 * End a locked, open hold without capture: what it held goes back to the
 * relations' remaining or, where a relation has ended, to its contributor's
 * account (EDGE-45).
 */
extern void kw_end_hold(const KwHold *hold, char new_state, TimestampTz at);

#endif							/* KW_HOLD_STATE_H */
