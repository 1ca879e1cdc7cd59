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


/*
 * Persons, wallets, ending relations (relation_state.c)
 *
 * ORDER BY with a row lock: rows are locked as the sort hands them out, and
 * the columns sorted by never change.
 */
#define OPEN_RELATION \
	"state OPERATOR(pg_catalog.=) ANY ('{r,a,s}'::pg_catalog.\"char\"[])"
#define OF_PERSONS \
	"(contributor OPERATOR(pg_catalog.=) ANY ($1) OR recipient OPERATOR(pg_catalog.=) ANY ($1))"

KW_PLAN(KW_PLAN_SHARE_PERSONS, "bb",
		"SELECT person_id FROM kinwallet_data.person"
		" WHERE person_id OPERATOR(pg_catalog.=) $1 OR person_id OPERATOR(pg_catalog.=) $2"
		" ORDER BY person_id FOR SHARE")
KW_PLAN(KW_PLAN_CLAIM_PERSON, "b",
		"SELECT person_id FROM kinwallet_data.person"
		" WHERE person_id OPERATOR(pg_catalog.=) $1 FOR NO KEY UPDATE")
KW_PLAN(KW_PLAN_TRY_CLAIM_PERSON, "b",
		"SELECT person_id FROM kinwallet_data.person"
		" WHERE person_id OPERATOR(pg_catalog.=) $1 FOR NO KEY UPDATE SKIP LOCKED")
KW_PLAN(KW_PLAN_LOCK_WALLETS, "L",
		"SELECT person_id FROM kinwallet_data.wallet"
		" WHERE person_id OPERATOR(pg_catalog.=) ANY ($1)"
		" ORDER BY person_id FOR NO KEY UPDATE")
KW_PLAN(KW_PLAN_TRY_LOCK_WALLETS, "L",
		"SELECT person_id FROM kinwallet_data.wallet"
		" WHERE person_id OPERATOR(pg_catalog.=) ANY ($1)"
		" ORDER BY person_id FOR NO KEY UPDATE SKIP LOCKED")
KW_PLAN(KW_PLAN_COUNT_WALLETS, "L",
		"SELECT pg_catalog.count(*) FROM kinwallet_data.wallet"
		" WHERE person_id OPERATOR(pg_catalog.=) ANY ($1)")
KW_PLAN(KW_PLAN_OPEN_PARTIES, "L",
		"SELECT contributor, recipient FROM kinwallet_data.relation"
		" WHERE " OF_PERSONS " AND " OPEN_RELATION)
KW_PLAN(KW_PLAN_COUNT_OPEN_RELATIONS, "L",
		"SELECT pg_catalog.count(*) FROM kinwallet_data.relation"
		" WHERE " OF_PERSONS " AND " OPEN_RELATION)
KW_PLAN(KW_PLAN_LOCK_OPEN_RELATIONS, "L",
		"SELECT relation_id, contributor, recipient, state, causes FROM kinwallet_data.relation"
		" WHERE " OF_PERSONS " AND " OPEN_RELATION
		" ORDER BY relation_id FOR NO KEY UPDATE")
KW_PLAN(KW_PLAN_TRY_LOCK_OPEN_RELATIONS, "L",
		"SELECT relation_id FROM kinwallet_data.relation"
		" WHERE " OF_PERSONS " AND " OPEN_RELATION
		" ORDER BY relation_id FOR NO KEY UPDATE SKIP LOCKED")
KW_PLAN(KW_PLAN_LOCK_RELATION, "b",
		"SELECT contributor, recipient, contributor_region, remaining FROM kinwallet_data.relation"
		" WHERE relation_id OPERATOR(pg_catalog.=) $1 AND " OPEN_RELATION
		" FOR NO KEY UPDATE")
KW_PLAN(KW_PLAN_END_RELATION, "bc",
		"UPDATE kinwallet_data.relation SET state = $2, causes = 0,"
		" returned = returned OPERATOR(kinwallet.+) remaining, remaining = '0'::kinwallet.wallet_amount"
		" WHERE relation_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_SET_CAUSES, "bsc",
		"UPDATE kinwallet_data.relation SET causes = $2, state = $3"
		" WHERE relation_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_WALLETS_AFTER_END, "bba",
		"UPDATE kinwallet_data.wallet SET open_relations = open_relations OPERATOR(pg_catalog.-) 1,"
		" available = CASE WHEN person_id OPERATOR(pg_catalog.=) $1"
		" THEN available OPERATOR(kinwallet.+) $3 ELSE available END"
		" WHERE person_id OPERATOR(pg_catalog.=) $1 OR person_id OPERATOR(pg_catalog.=) $2")
KW_PLAN(KW_PLAN_INSERT_RETURN, "bbbazrdc",
		"INSERT INTO kinwallet_data.return_"
		" (return_id, relation_id, contributor, amount, at, contributor_region, month, kind)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
KW_PLAN(KW_PLAN_RELATION_EVENT, "bztbtsa",
		"INSERT INTO kinwallet_data.relation_event (relation_id, at, kind, by_person, reason, causes, returned)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7)")

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
