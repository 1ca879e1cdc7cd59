/*-------------------------------------------------------------------------
 *
 * catalog_tables.c
 *	  The tables of direct access: columns, CHECK constraints, and the indexes
 *	  that look-ups go through.  create_ledger() and ensure_partitions() in the
 *	  install script make them; the two must agree.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "catalog/pg_type.h"

#include "catalog_tables.h"

#define AMOUNT			kw_own_type(KW_TYPE_WALLET_AMOUNT)
#define REGION			kw_own_type(KW_TYPE_REGION_CODE)
#define KINSHIP			kw_own_type(KW_TYPE_KINSHIP_RELATION)

static const KwColumnSpec wallet_columns[] = {
	{"person_id", INT8OID}, {"region", REGION}, {"open_relations", INT4OID},
	{"status", CHAROID}, {"insured", CHAROID}, {"scheme", CHAROID},
	{"transfer_day", DATEOID}, {"available", AMOUNT},
	{"request_mark", INT4OID}, {"transfers", INT2OID}
};
static const KwColumnSpec relation_columns[] = {
	{"relation_id", INT8OID}, {"contributor", INT8OID}, {"recipient", INT8OID},
	{"active_since", TIMESTAMPTZOID}, {"contributor_region", REGION},
	{"recipient_region", REGION}, {"kinship", KINSHIP}, {"state", CHAROID},
	{"causes", INT2OID}, {"held", AMOUNT}, {"returned", AMOUNT},
	{"remaining", AMOUNT}, {"spent", AMOUNT}
};
static const KwColumnSpec refunded_columns[] = {
	{"spending_id", INT8OID}, {"mutual_aid", AMOUNT}, {"own_account", AMOUNT}
};
static const KwColumnSpec clearing_pair_columns[] = {
	{"month", DATEOID}, {"level", TEXTOID}, {"payer", REGION}, {"payee", REGION},
	{"scope", CHAROID}, {"person_times", INT8OID}, {"items", INT8OID},
	{"gross", AMOUNT}, {"reversed", AMOUNT}, {"due", AMOUNT}, {"adjustment", AMOUNT}
};
static const KwColumnSpec account_entry_columns[] = {
	{"entry_id", INT8OID}, {"person_id", INT8OID}, {"amount", AMOUNT},
	{"at", TIMESTAMPTZOID}, {"request_id", UUIDOID}, {"region", REGION},
	{"month", DATEOID}, {"balance_after", AMOUNT}, {"memo", TEXTOID}
};
static const KwColumnSpec transfer_columns[] = {
	{"transfer_id", INT8OID}, {"relation_id", INT8OID}, {"contributor", INT8OID},
	{"amount", AMOUNT}, {"at", TIMESTAMPTZOID}, {"request_id", UUIDOID},
	{"policy_id", INT4OID}, {"month", DATEOID}
};
static const KwColumnSpec spending_columns[] = {
	{"spending_id", INT8OID}, {"recipient", INT8OID}, {"personal_burden", AMOUNT},
	{"own_account", AMOUNT}, {"mutual_aid", AMOUNT}, {"hold_id", INT8OID},
	{"at", TIMESTAMPTZOID}, {"request_id", UUIDOID}, {"policy_id", INT4OID},
	{"recipient_region", REGION}, {"payee_region", REGION}, {"month", DATEOID},
	{"cover_year", INT2OID}, {"kind", CHAROID}, {"use", CHAROID},
	{"allow_partial", BOOLOID}, {"provider", TEXTOID}, {"reason", TEXTOID}
};
static const KwColumnSpec draw_columns[] = {
	{"draw_id", INT8OID}, {"spending_id", INT8OID}, {"relation_id", INT8OID},
	{"restores", INT8OID}, {"contributor", INT8OID}, {"recipient", INT8OID},
	{"amount", AMOUNT}, {"at", TIMESTAMPTZOID}, {"payer_region", REGION},
	{"payee_region", REGION}, {"recipient_region", REGION}, {"month", DATEOID},
	{"position", INT2OID}, {"kind", CHAROID}, {"scope", CHAROID},
	{"use", CHAROID}, {"place", CHAROID}, {"counts", INT2OID}
};
static const KwColumnSpec refund_columns[] = {
	{"refund_id", INT8OID}, {"spending_id", INT8OID}, {"recipient", INT8OID},
	{"amount", AMOUNT}, {"at", TIMESTAMPTZOID}, {"request_id", UUIDOID},
	{"month", DATEOID}, {"kind", CHAROID}
};
static const KwColumnSpec return_columns[] = {
	{"return_id", INT8OID}, {"relation_id", INT8OID}, {"contributor", INT8OID},
	{"amount", AMOUNT}, {"at", TIMESTAMPTZOID}, {"contributor_region", REGION},
	{"month", DATEOID}, {"kind", CHAROID}
};

const KwTableSpec kw_table_specs[KW_N_TABLES] = {
	[KW_WALLET] = {
		"wallet", wallet_columns, W_COLUMNS, 1,
		" wallet_open_relations wallet_status wallet_insured wallet_scheme wallet_available wallet_transfers ",
		{[KW_INDEX_KEY] = {true, true, NULL, {W_PERSON_ID, -1}}}
	},
	[KW_RELATION] = {
		"relation", relation_columns, R_COLUMNS, 5,
		" relation_state relation_held relation_returned relation_remaining relation_spent relation_not_to_self relation_causes relation_ended_empty ",
		{
			[KW_INDEX_KEY] = {true, true, "ras", {R_CONTRIBUTOR, R_RECIPIENT, -1}},
			[KW_INDEX_ID] = {true, true, NULL, {R_RELATION_ID, -1}},
			[KW_INDEX_RECIPIENT] = {true, false, NULL, {R_RECIPIENT, R_STATE, -1}}
		}
	},
	[KW_REFUNDED] = {
		"refunded", refunded_columns, RD_COLUMNS, 1,
		" refunded_mutual_aid refunded_own_account ",
		{[KW_INDEX_KEY] = {true, true, NULL, {RD_SPENDING_ID, -1}}}
	},
	[KW_CLEARING_PAIR] = {
		"clearing_pair", clearing_pair_columns, P_COLUMNS, 1,
		" clearing_pair_level clearing_pair_scope clearing_pair_due clearing_pair_adjustment clearing_pair_sums ",
		{[KW_INDEX_KEY] = {true, true, NULL, {P_MONTH, P_LEVEL, P_PAYER, P_PAYEE}}}
	},
	[KW_ACCOUNT_ENTRY] = {
		"account_entry", account_entry_columns, E_COLUMNS, 1,
		" account_entry_amount ",
		{[KW_INDEX_KEY] = {true, true, NULL, {E_PERSON_ID, E_REQUEST_ID, -1}}}
	},
	[KW_TRANSFER] = {
		"transfer", transfer_columns, T_COLUMNS, 1,
		" transfer_amount ",
		{[KW_INDEX_KEY] = {true, true, NULL, {T_CONTRIBUTOR, T_REQUEST_ID, -1}}}
	},
	[KW_SPENDING] = {
		"spending", spending_columns, S_COLUMNS, 2,
		" spending_personal_burden spending_own_account spending_mutual_aid spending_parts ",
		{
			[KW_INDEX_KEY] = {true, true, NULL, {S_RECIPIENT, S_REQUEST_ID, S_KIND, -1}},
			[KW_INDEX_ID] = {true, true, NULL, {S_SPENDING_ID, -1}}
		}
	},
	[KW_DRAW] = {
		"draw", draw_columns, D_COLUMNS, 1,
		" draw_amount ",
		{[KW_INDEX_KEY] = {true, true, NULL, {D_SPENDING_ID, D_DRAW_ID, -1}}}
	},
	[KW_REFUND] = {
		"refund", refund_columns, F_COLUMNS, 1,
		" refund_amount ",
		{[KW_INDEX_KEY] = {true, true, NULL, {F_RECIPIENT, F_REQUEST_ID, F_KIND, -1}}}
	},
	[KW_RETURN] = {
		"return_", return_columns, RT_COLUMNS, 1,
		" return_amount ",
		{[KW_INDEX_KEY] = {true, true, NULL, {RT_RELATION_ID, RT_RETURN_ID, -1}}}
	},
};
