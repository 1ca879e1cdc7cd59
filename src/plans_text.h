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
 * Rules and relations (rule_case.c, relation.c)
 */
#define PARTY_COLUMNS(p, w) \
	p ".person_id, " p ".region, " p ".scheme, " p ".status, " p ".individual_account," \
	" " p ".citizen_id, " p ".guardian, " p ".auto_accept, " w ".status"
#define OPEN_RELATION_OF(r) \
	r ".state OPERATOR(pg_catalog.=) ANY ('{r,a,s}'::pg_catalog.\"char\"[])"
#define OTHER_SPOUSE_OF(person, partner) \
	"EXISTS (SELECT FROM kinwallet_data.relation s" \
	" WHERE s.contributor OPERATOR(pg_catalog.=) " person " AND s.recipient OPERATOR(pg_catalog.<>) " partner \
	" AND s.kinship OPERATOR(kinwallet.=) 'spouse'::kinwallet.kinship_relation AND " OPEN_RELATION_OF("s") ")" \
	" OR EXISTS (SELECT FROM kinwallet_data.relation s" \
	" WHERE s.recipient OPERATOR(pg_catalog.=) " person " AND s.contributor OPERATOR(pg_catalog.<>) " partner \
	" AND s.kinship OPERATOR(kinwallet.=) 'spouse'::kinwallet.kinship_relation AND " OPEN_RELATION_OF("s") ")"

/* one row always: what does not exist is NULL */
KW_PLAN(KW_PLAN_CASE, "bb",
		"SELECT " PARTY_COLUMNS("c", "cw") ", " PARTY_COLUMNS("r", "rw") ","
		" cw.available, cw.transfer_day, cw.transfers,"
		" o.relation_id, o.state, o.causes, o.kinship, v.kinship,"
		" " OTHER_SPOUSE_OF("$1", "$2") ", " OTHER_SPOUSE_OF("$2", "$1") ","
		" (SELECT pg_catalog.count(*) FROM kinwallet_data.relation n"
		" WHERE n.contributor OPERATOR(pg_catalog.=) $1 AND " OPEN_RELATION_OF("n") ")"
		" FROM (SELECT) AS one"
		" LEFT JOIN kinwallet_data.person c ON c.person_id OPERATOR(pg_catalog.=) $1"
		" LEFT JOIN kinwallet_data.wallet cw ON cw.person_id OPERATOR(pg_catalog.=) $1"
		" LEFT JOIN kinwallet_data.person r ON r.person_id OPERATOR(pg_catalog.=) $2"
		" LEFT JOIN kinwallet_data.wallet rw ON rw.person_id OPERATOR(pg_catalog.=) $2"
		" LEFT JOIN kinwallet_data.relation o ON o.contributor OPERATOR(pg_catalog.=) $1"
		" AND o.recipient OPERATOR(pg_catalog.=) $2 AND " OPEN_RELATION_OF("o")
		" LEFT JOIN kinwallet_data.relation v ON v.contributor OPERATOR(pg_catalog.=) $2"
		" AND v.recipient OPERATOR(pg_catalog.=) $1 AND " OPEN_RELATION_OF("v"))
KW_PLAN(KW_PLAN_COUNT_TRANSFERS, "bdzz",
		"SELECT pg_catalog.count(*) FROM kinwallet_data.transfer"
		" WHERE contributor OPERATOR(pg_catalog.=) $1 AND month OPERATOR(pg_catalog.=) $2"
		" AND at OPERATOR(pg_catalog.>=) $3 AND at OPERATOR(pg_catalog.<) $4")
KW_PLAN(KW_PLAN_RELATION_PARTIES, "b",
		"SELECT contributor, recipient FROM kinwallet_data.relation"
		" WHERE relation_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_RELATION_STATE, "b",
		"SELECT state, kinship, contributor_region FROM kinwallet_data.relation"
		" WHERE relation_id OPERATOR(pg_catalog.=) $1")
/* the reason of a request's event is the side that asked */
KW_PLAN(KW_PLAN_RELATION_REQUEST, "b",
		"SELECT at, reason FROM kinwallet_data.relation_event"
		" WHERE relation_id OPERATOR(pg_catalog.=) $1"
		" AND kind OPERATOR(pg_catalog.=) 'requested'::pg_catalog.text")
KW_PLAN(KW_PLAN_INSERT_RELATION, "bbbzrrkc",
		"INSERT INTO kinwallet_data.relation"
		" (relation_id, contributor, recipient, active_since, contributor_region, recipient_region, kinship, state)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
KW_PLAN(KW_PLAN_WALLETS_AFTER_MAKE, "bb",
		"UPDATE kinwallet_data.wallet SET open_relations = open_relations OPERATOR(pg_catalog.+) 1"
		" WHERE person_id OPERATOR(pg_catalog.=) $1 OR person_id OPERATOR(pg_catalog.=) $2")
KW_PLAN(KW_PLAN_ACTIVATE_RELATION, "bz",
		"UPDATE kinwallet_data.relation SET state = 'a', active_since = $2"
		" WHERE relation_id OPERATOR(pg_catalog.=) $1")
