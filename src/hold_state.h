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
	WalletAmount amount;
	TimestampTz expires_at;
	int			n_parts;
	KwHoldPart *parts;			/* in drawing order; lives until kw_spi_end() */
} KwHold;

/* read a hold without lock; false: there is none */
extern bool kw_read_hold(int64 hold_id, KwHold *hold);

/*
 * Lock the wallets of the recipient and of the contributors, then the
 * relations, and read the state again: nobody else ends the hold now.
 */
extern void kw_lock_hold(KwHold *hold);
/* the same without waiting; false: another transaction has one of the rows */
extern bool kw_try_lock_hold(KwHold *hold);

/*
 * End a locked, open hold.  released has an amount for each part, NULL means
 * all of it: it goes from held back to the relation's remaining or, when the
 * relation has ended, to the contributor's account (EDGE-45).  What is not
 * released stays in held, to be moved to spent by the caller.
 */
extern void kw_end_hold(const KwHold *hold, char new_state, const WalletAmount *released, TimestampTz at);

#endif							/* KW_HOLD_STATE_H */
