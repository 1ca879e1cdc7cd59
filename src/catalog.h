/*-------------------------------------------------------------------------
 *
 * catalog.h
 *	  Our relations as the hot path needs them: OIDs, column numbers,
 *	  indexes, and the leaf partitions of a month.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KW_CATALOG_H
#define KW_CATALOG_H

#include "compat.h"

#include "access/attnum.h"
#include "utils/date.h"

typedef enum KwType
{
	KW_TYPE_WALLET_AMOUNT,
	KW_TYPE_KINSHIP_RELATION,
	KW_TYPE_REGION_CODE,
	KW_TYPE_CITIZEN_ID,
	KW_N_TYPES
} KwType;

/* the tables of direct access: state first, then the facts */
typedef enum KwTable
{
	KW_WALLET,
	KW_RELATION,
	KW_REFUNDED,
	KW_CLEARING_PAIR,
	KW_ACCOUNT_ENTRY,
	KW_TRANSFER,
	KW_SPENDING,
	KW_DRAW,
	KW_REFUND,
	KW_RETURN,
	KW_N_TABLES
} KwTable;

#define KW_FIRST_FACT	KW_ACCOUNT_ENTRY
#define KW_N_FACTS		(KW_N_TABLES - KW_FIRST_FACT)
#define kw_is_fact(t)	((t) >= KW_FIRST_FACT)

/* columns by name: the number in the table is in KwTableInfo.attnum[] */
enum
{
	W_PERSON_ID, W_REGION, W_OPEN_RELATIONS, W_STATUS, W_INSURED, W_SCHEME,
	W_TRANSFER_DAY, W_AVAILABLE, W_REQUEST_MARK, W_TRANSFERS, W_COLUMNS
};
enum
{
	R_RELATION_ID, R_CONTRIBUTOR, R_RECIPIENT, R_ACTIVE_SINCE,
	R_CONTRIBUTOR_REGION, R_RECIPIENT_REGION, R_KINSHIP, R_STATE, R_CAUSES,
	R_HELD, R_RETURNED, R_REMAINING, R_SPENT, R_COLUMNS
};
enum
{
	RD_SPENDING_ID, RD_MUTUAL_AID, RD_OWN_ACCOUNT, RD_COLUMNS
};
enum
{
	P_MONTH, P_LEVEL, P_PAYER, P_PAYEE, P_SCOPE, P_PERSON_TIMES, P_ITEMS,
	P_GROSS, P_REVERSED, P_DUE, P_ADJUSTMENT, P_COLUMNS
};
enum
{
	E_ENTRY_ID, E_PERSON_ID, E_AMOUNT, E_AT, E_REQUEST_ID, E_REGION, E_MONTH,
	E_BALANCE_AFTER, E_MEMO, E_COLUMNS
};
enum
{
	T_TRANSFER_ID, T_RELATION_ID, T_CONTRIBUTOR, T_AMOUNT, T_AT,
	T_REQUEST_ID, T_POLICY_ID, T_MONTH, T_COLUMNS
};
enum
{
	S_SPENDING_ID, S_RECIPIENT, S_PERSONAL_BURDEN, S_OWN_ACCOUNT,
	S_MUTUAL_AID, S_HOLD_ID, S_AT, S_REQUEST_ID, S_POLICY_ID,
	S_RECIPIENT_REGION, S_PAYEE_REGION, S_MONTH, S_COVER_YEAR, S_KIND, S_USE,
	S_ALLOW_PARTIAL, S_PROVIDER, S_REASON, S_COLUMNS
};
enum
{
	D_DRAW_ID, D_SPENDING_ID, D_RELATION_ID, D_RESTORES, D_CONTRIBUTOR,
	D_RECIPIENT, D_AMOUNT, D_AT, D_PAYER_REGION, D_PAYEE_REGION,
	D_RECIPIENT_REGION, D_MONTH, D_POSITION, D_KIND, D_SCOPE, D_USE, D_PLACE,
	D_COUNTS, D_COLUMNS
};
enum
{
	F_REFUND_ID, F_SPENDING_ID, F_RECIPIENT, F_AMOUNT, F_AT, F_REQUEST_ID,
	F_MONTH, F_KIND, F_COLUMNS
};
enum
{
	RT_RETURN_ID, RT_RELATION_ID, RT_CONTRIBUTOR, RT_AMOUNT, RT_AT,
	RT_CONTRIBUTOR_REGION, RT_MONTH, RT_KIND, RT_COLUMNS
};
#define KW_MAX_COLUMNS	18

/* the indexes that look-ups go through, found by their columns */
typedef enum KwIndex
{
	KW_INDEX_KEY,				/* wallet: person; relation: the open pair; refunded:
								 * spending; pair: primary key; facts: the
								 * leaf's unique key */
	KW_INDEX_ID,				/* relation and spending: their id */
	KW_INDEX_RECIPIENT,			/* relation: recipient, state */
	KW_N_INDEXES
} KwIndex;

/*
 * One table, or one leaf of a fact table.  plain says that nothing of the
 * site's is attached to it (columns, indexes, constraints, triggers), so
 * that the lean path may write it; otherwise the executor's way is taken.
 * For the parent of leaves it says that there is no trigger of the site's for
 * statements that insert; a leaf is plain only where its parent is.
 */
typedef struct KwTableInfo
{
	KwTable		table;
	Oid			relid;
	bool		plain;
	bool		fixed;			/* plain, and all columns have a fixed width: */
	int16		offset[KW_MAX_COLUMNS]; /* their places in a row without NULLs */
	AttrNumber	attnum[KW_MAX_COLUMNS];
	Oid			index[KW_N_INDEXES];
} KwTableInfo;

/* the leaves of one month */
typedef struct KwMonth
{
	DateADT		month;
	bool		closed;			/* cut off: nothing may post into it */
	Oid			leaf[KW_N_FACTS];	/* InvalidOid: no partition */
} KwMonth;

extern void kw_catalog_init(void);

extern Oid	kw_type_oid(KwType type);
extern Oid	kw_ledger_owner(void);
extern Oid	kw_person_table(void);
extern int	kw_ledger_node(void);
extern Oid	kw_sequence_oid(bool relation);
extern int	kw_table_columns(KwTable table);

/* copies, which a refill does not touch */
extern void kw_table_info(KwTable table, KwTableInfo *info);
extern void kw_leaf_info(KwTable fact, Oid relid, KwTableInfo *info);
extern void kw_month_info(DateADT month, KwMonth *result);

/* what a caller compares that locks what it was told; see kw_catalog_state() */
typedef struct KwCatalogState
{
	uint64		generation;
	uint64		messages;
} KwCatalogState;

extern KwCatalogState kw_catalog_state(void);
extern bool kw_catalog_changed(const KwCatalogState *since);

#endif							/* KW_CATALOG_H */
