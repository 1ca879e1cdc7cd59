/*-------------------------------------------------------------------------
 *
 * plans_text.h
 *	  The SQL texts: KW_PLAN(name, signature, text), read twice by plans.h
 *	  and plans.c.  No include guard.
 *
 * Fully qualified, down to the operators: a caller's search_path must not
 * decide what they mean.  Values come as parameters only.
 *
 *-------------------------------------------------------------------------
 */

/*
 * Reference data (policy.c)
 */
KW_PLAN(KW_PLAN_POLICIES, "",
		"SELECT policy_id, scope, pg_catalog.lower(valid), pg_catalog.upper(valid), cross_province,"
		" ARRAY(SELECT k::pg_catalog.text FROM pg_catalog.unnest(kinship) AS k),"
		" kinwallet.fen(transfer_min), kinwallet.fen(transfer_max), kinwallet.fen(reserve), transfers_per_day,"
		" provider_region_rule, own_account_first, uses,"
		" pg_catalog.lower(premium_window), pg_catalog.upper(premium_window) OPERATOR(pg_catalog.-) 1,"
		" relation_cap, request_expiry, hold_expiry, pause_days, pause_is_change"
		" FROM kinwallet_data.policy")
KW_PLAN(KW_PLAN_REGIONS, "",
		"SELECT region, opened_on FROM kinwallet_data.region")
KW_PLAN(KW_PLAN_PROVIDER, "t",
		"SELECT region, accepts_wallet, pg_catalog.lower(valid), pg_catalog.upper(valid),"
		" pg_catalog.isempty(valid)"
		" FROM kinwallet_data.provider WHERE provider OPERATOR(pg_catalog.=) $1")

/*
 * Clearing
 */
KW_PLAN(KW_PLAN_LEDGER_SINCE, "",
		"SELECT since FROM kinwallet_data.ledger")
KW_PLAN(KW_PLAN_MONTH_STATE, "d",
		"SELECT state FROM kinwallet_data.clearing_month WHERE month OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_LOCK_MONTH, "d",
		"SELECT state FROM kinwallet_data.clearing_month WHERE month OPERATOR(pg_catalog.=) $1 FOR UPDATE")
KW_PLAN(KW_PLAN_INSERT_MONTH, "dzn",
		"INSERT INTO kinwallet_data.clearing_month (month, cut_off_at, cut_off_by) VALUES ($1, $2, $3)")
KW_PLAN(KW_PLAN_MONTH_WAS_SPLIT, "dzn",
		"UPDATE kinwallet_data.clearing_month SET state = 'split', split_at = $2, split_by = $3"
		" WHERE month OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_SUCCESSORS, "",
		"SELECT region, successor FROM kinwallet_data.region")
KW_PLAN(KW_PLAN_DELETE_PAIRS, "d",
		"DELETE FROM kinwallet_data.clearing_pair WHERE month OPERATOR(pg_catalog.=) $1")
/* one payer's rows; money in fen: what an array of built-in type carries */
KW_PLAN(KW_PLAN_INSERT_PAIRS, "dtrRLLLL",
		"INSERT INTO kinwallet_data.clearing_pair"
		" (month, level, payer, payee, scope, person_times, items, gross, reversed, due, adjustment)"
		" SELECT $1, $2, $3, p.payee,"
		" CASE WHEN kinwallet.province($3) OPERATOR(kinwallet.=) kinwallet.province(p.payee)"
		" THEN 'i' ELSE 'c' END::pg_catalog.\"char\","
		" p.person_times, p.items, kinwallet.from_fen(p.gross), kinwallet.from_fen(p.reversed),"
		" kinwallet.from_fen(GREATEST(p.gross OPERATOR(pg_catalog.-) p.reversed, 0)),"
		" kinwallet.from_fen(GREATEST(p.reversed OPERATOR(pg_catalog.-) p.gross, 0))"
		" FROM ROWS FROM (pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6),"
		" pg_catalog.unnest($7), pg_catalog.unnest($8)) AS p(payee, person_times, items, gross, reversed)")
KW_PLAN(KW_PLAN_PAIRS, "dtB",
		"SELECT payer, payee, person_times, items, gross, reversed, due, adjustment"
		" FROM kinwallet_data.clearing_pair"
		" WHERE month OPERATOR(pg_catalog.=) $1 AND level OPERATOR(pg_catalog.=) $2"
		" AND (NOT $3 OR scope OPERATOR(pg_catalog.=) 'i')"
		" ORDER BY payer, payee")
