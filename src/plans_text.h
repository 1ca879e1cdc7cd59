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
 * Transfers and credits (transfer.c, account.c)
 */
KW_PLAN(KW_PLAN_FIND_APPLICANT, "ptr",
		"SELECT person_id, name OPERATOR(pg_catalog.=) $2 AND region OPERATOR(kinwallet.=) $3"
		" FROM kinwallet_data.person WHERE citizen_id OPERATOR(kinwallet.=) $1")
KW_PLAN(KW_PLAN_SHARE_PERSON, "b",
		"SELECT true FROM kinwallet_data.person WHERE person_id OPERATOR(pg_catalog.=) $1 FOR SHARE")
KW_PLAN(KW_PLAN_CREATE_WALLET, "b",
		"INSERT INTO kinwallet_data.wallet (person_id, region, insured, scheme)"
		" SELECT person_id, region, pg_catalog.\"left\"(status, 1)::\"char\","
		" (CASE WHEN scheme OPERATOR(pg_catalog.<>) 'employee' THEN 'r' WHEN individual_account THEN 'e' ELSE 'p' END)::\"char\""
		" FROM kinwallet_data.person WHERE person_id OPERATOR(pg_catalog.=) $1"
		" ON CONFLICT (person_id) DO NOTHING")
KW_PLAN(KW_PLAN_MISSING_WALLETS, "L",
		"SELECT u.id FROM pg_catalog.unnest($1) AS u(id)"
		" WHERE NOT EXISTS (SELECT FROM kinwallet_data.wallet AS w WHERE w.person_id OPERATOR(pg_catalog.=) u.id)"
		" ORDER BY u.id")

