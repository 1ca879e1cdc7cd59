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
		" CASE WHEN pg_catalog.isempty(premium_window) THEN 9999 ELSE pg_catalog.lower(premium_window) END,"
		" CASE WHEN pg_catalog.isempty(premium_window) THEN 0"
		" ELSE pg_catalog.upper(premium_window) OPERATOR(pg_catalog.-) 1 END,"
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
KW_PLAN(KW_PLAN_SHARE_ALL_PERSONS, "L",
		"SELECT person_id FROM kinwallet_data.person WHERE person_id OPERATOR(pg_catalog.=) ANY ($1)"
		" ORDER BY person_id FOR SHARE")
KW_PLAN(KW_PLAN_CREATE_WALLETS, "L",
		"INSERT INTO kinwallet_data.wallet (person_id, region, insured, scheme)"
		" SELECT person_id, region, pg_catalog.\"left\"(status, 1)::\"char\","
		" (CASE WHEN scheme OPERATOR(pg_catalog.<>) 'employee' THEN 'r' WHEN individual_account THEN 'e' ELSE 'p' END)::\"char\""
		" FROM kinwallet_data.person WHERE person_id OPERATOR(pg_catalog.=) ANY ($1)"
		" ORDER BY person_id ON CONFLICT (person_id) DO NOTHING")
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
/*
 * "Open", in words from which the planner cannot infer the predicate of the
 * partial index on (contributor, recipient): looking for a recipient and
 * without statistics, it would read all of that index each time.
 */
#define NOT_ENDED(r) \
	r ".state OPERATOR(pg_catalog.<>) ALL ('{d,n,w,x}'::pg_catalog.\"char\"[])"

KW_PLAN(KW_PLAN_OPEN_RELATIONS, "L",
		"SELECT r.relation_id, r.contributor, r.recipient FROM pg_catalog.unnest($1) AS p (id)"
		" JOIN kinwallet_data.relation r ON r.contributor OPERATOR(pg_catalog.=) p.id WHERE " NOT_ENDED("r")
		" UNION ALL SELECT r.relation_id, r.contributor, r.recipient FROM pg_catalog.unnest($1) AS p (id)"
		" JOIN kinwallet_data.relation r ON r.recipient OPERATOR(pg_catalog.=) p.id WHERE " NOT_ENDED("r"))
KW_PLAN(KW_PLAN_LOCK_OPEN_RELATIONS, "L",
		"SELECT relation_id, contributor, recipient, state, causes FROM kinwallet_data.relation"
		" WHERE relation_id OPERATOR(pg_catalog.=) ANY ($1) AND " OPEN_RELATION
		" ORDER BY relation_id FOR NO KEY UPDATE")
KW_PLAN(KW_PLAN_LOCK_RELATIONS, "L",
		"SELECT relation_id FROM kinwallet_data.relation"
		" WHERE relation_id OPERATOR(pg_catalog.=) ANY ($1)"
		" ORDER BY relation_id FOR NO KEY UPDATE")
KW_PLAN(KW_PLAN_TRY_LOCK_RELATIONS, "L",
		"SELECT relation_id FROM kinwallet_data.relation"
		" WHERE relation_id OPERATOR(pg_catalog.=) ANY ($1)"
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
 * Holds ending (hold_state.c)
 */
KW_PLAN(KW_PLAN_HOLD, "b",
		"SELECT recipient, state, amount, expires_at, use, provider FROM kinwallet_data.hold"
		" WHERE hold_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_HOLD_PARTS, "b",
		"SELECT p.relation_id, p.amount, r.contributor, r.contributor_region"
		" FROM kinwallet_data.hold_part p"
		" JOIN kinwallet_data.relation r ON r.relation_id OPERATOR(pg_catalog.=) p.relation_id"
		" WHERE p.hold_id OPERATOR(pg_catalog.=) $1 ORDER BY p.position")
KW_PLAN(KW_PLAN_END_HOLD, "bcz",
		"UPDATE kinwallet_data.hold SET state = $2, ended_at = $3"
		" WHERE hold_id OPERATOR(pg_catalog.=) $1 AND state OPERATOR(pg_catalog.=) 'o'::pg_catalog.\"char\"")
KW_PLAN(KW_PLAN_RELEASE_HELD, "ba",
		"UPDATE kinwallet_data.relation SET held = held OPERATOR(kinwallet.-) $2,"
		" remaining = CASE WHEN " OPEN_RELATION " THEN remaining OPERATOR(kinwallet.+) $2 ELSE remaining END,"
		" returned = CASE WHEN " OPEN_RELATION " THEN returned ELSE returned OPERATOR(kinwallet.+) $2 END"
		" WHERE relation_id OPERATOR(pg_catalog.=) $1 RETURNING " OPEN_RELATION)
KW_PLAN(KW_PLAN_CREDIT_WALLET, "ba",
		"UPDATE kinwallet_data.wallet SET available = available OPERATOR(kinwallet.+) $2"
		" WHERE person_id OPERATOR(pg_catalog.=) $1")

/*
 * Persons (person.c): the codes of a person's row as the wallet copies them
 */
#define INSURED_CODE	"pg_catalog.substr(status, 1, 1)::pg_catalog.\"char\""
#define SCHEME_CODE \
	"CASE WHEN scheme OPERATOR(pg_catalog.=) 'resident' THEN 'r'" \
	" WHEN individual_account THEN 'e' ELSE 'p' END::pg_catalog.\"char\""

KW_PLAN(KW_PLAN_PERSON_IN_USE, "b",
		"SELECT 1 FROM kinwallet_data.wallet WHERE person_id OPERATOR(pg_catalog.=) $1"
		" UNION ALL SELECT 1 FROM kinwallet_data.relation"
		" WHERE contributor OPERATOR(pg_catalog.=) $1 OR recipient OPERATOR(pg_catalog.=) $1 LIMIT 1")
/* old_person and new_person are the trigger's transition tables */
KW_PLAN(KW_PLAN_CHANGED_PERSONS, "",
		"SELECT p.person_id, p.region, p.insured, p.scheme, w.region, w.insured, w.scheme"
		" FROM (SELECT person_id, region, " INSURED_CODE " AS insured, " SCHEME_CODE " AS scheme FROM new_person"
		" EXCEPT SELECT person_id, region, " INSURED_CODE ", " SCHEME_CODE " FROM old_person) AS p"
		" LEFT JOIN kinwallet_data.wallet w ON w.person_id OPERATOR(pg_catalog.=) p.person_id"
		" ORDER BY p.person_id")
KW_PLAN(KW_PLAN_COPY_TO_WALLET, "brcc",
		"UPDATE kinwallet_data.wallet SET region = $2, insured = $3, scheme = $4"
		" WHERE person_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_INSERT_EVENT, "tbdrttz",
		"INSERT INTO kinwallet_data.insurance_event"
		" (event_id, person_id, effective_on, region, scheme, status, processed_at)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING")
KW_PLAN(KW_PLAN_EVENT, "t",
		"SELECT person_id, effective_on, region, scheme, status FROM kinwallet_data.insurance_event"
		" WHERE event_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_APPLY_EVENT, "brtt",
		"UPDATE kinwallet_data.person SET region = COALESCE($2, region), scheme = COALESCE($3, scheme),"
		" status = COALESCE($4, status) WHERE person_id OPERATOR(pg_catalog.=) $1")

/*
 * Wallets (wallet.c)
 */
KW_PLAN(KW_PLAN_WALLET_OWNER, "b",
		"SELECT " INSURED_CODE ", credential IS NOT NULL"
		" FROM kinwallet_data.person WHERE person_id OPERATOR(pg_catalog.=) $1 FOR SHARE")
KW_PLAN(KW_PLAN_WALLET_STATUS, "b",
		"SELECT status FROM kinwallet_data.wallet WHERE person_id OPERATOR(pg_catalog.=) $1 FOR NO KEY UPDATE")
KW_PLAN(KW_PLAN_SET_WALLET_STATUS, "bc",
		"UPDATE kinwallet_data.wallet SET status = $2 WHERE person_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_WALLET_PROFILE, "brtz",
		"INSERT INTO kinwallet_data.wallet_profile AS p (person_id, place, mobile, opened_at)"
		" VALUES ($1, $2, $3, $4) ON CONFLICT (person_id) DO UPDATE"
		" SET place = COALESCE(EXCLUDED.place, p.place), mobile = COALESCE(EXCLUDED.mobile, p.mobile),"
		" opened_at = EXCLUDED.opened_at")
KW_PLAN(KW_PLAN_WALLET_EVENT, "bztt",
		"INSERT INTO kinwallet_data.wallet_event (person_id, at, kind, reason) VALUES ($1, $2, $3, $4)")
/* on its person as recipient, and on relations that the person contributed to */
KW_PLAN(KW_PLAN_OPEN_HOLDS, "b",
		"SELECT (SELECT pg_catalog.count(*) FROM kinwallet_data.hold"
		" WHERE recipient OPERATOR(pg_catalog.=) $1 AND state OPERATOR(pg_catalog.=) 'o'::pg_catalog.\"char\"),"
		" (SELECT pg_catalog.count(DISTINCT h.hold_id) FROM kinwallet_data.relation r"
		" JOIN kinwallet_data.hold_part p ON p.relation_id OPERATOR(pg_catalog.=) r.relation_id"
		" JOIN kinwallet_data.hold h ON h.hold_id OPERATOR(pg_catalog.=) p.hold_id"
		" WHERE r.contributor OPERATOR(pg_catalog.=) $1 AND kinwallet.fen(r.held) OPERATOR(pg_catalog.>) 0"
		" AND h.state OPERATOR(pg_catalog.=) 'o'::pg_catalog.\"char\")")

/*
 * What has run out (sweep.c)
 */
KW_PLAN(KW_PLAN_REQUESTS, "",
		"SELECT r.relation_id, r.contributor, r.recipient, r.contributor_region, e.at"
		" FROM kinwallet_data.relation r"
		" JOIN kinwallet_data.relation_event e ON e.relation_id OPERATOR(pg_catalog.=) r.relation_id"
		" AND e.kind OPERATOR(pg_catalog.=) 'requested'"
		" WHERE r.state OPERATOR(pg_catalog.=) 'r'::pg_catalog.\"char\" ORDER BY r.relation_id")
KW_PLAN(KW_PLAN_IS_REQUEST, "b",
		"SELECT 1 FROM kinwallet_data.relation"
		" WHERE relation_id OPERATOR(pg_catalog.=) $1 AND state OPERATOR(pg_catalog.=) 'r'::pg_catalog.\"char\"")
KW_PLAN(KW_PLAN_EXPIRED_HOLDS, "z",
		"SELECT hold_id FROM kinwallet_data.hold"
		" WHERE state OPERATOR(pg_catalog.=) 'o'::pg_catalog.\"char\" AND expires_at OPERATOR(pg_catalog.<=) $1"
		" ORDER BY expires_at, hold_id")
KW_PLAN(KW_PLAN_PAUSES, "",
		"SELECT p.person_id FROM kinwallet_data.person p WHERE p.status OPERATOR(pg_catalog.=) 'paused'"
		" AND (EXISTS (SELECT 1 FROM kinwallet_data.relation r"
		" WHERE r.contributor OPERATOR(pg_catalog.=) p.person_id AND " NOT_ENDED("r") ")"
		" OR EXISTS (SELECT 1 FROM kinwallet_data.relation r"
		" WHERE r.recipient OPERATOR(pg_catalog.=) p.person_id AND " NOT_ENDED("r") ")) ORDER BY p.person_id")
KW_PLAN(KW_PLAN_PAUSE, "b",
		"SELECT region, status_since FROM kinwallet_data.person"
		" WHERE person_id OPERATOR(pg_catalog.=) $1 AND status OPERATOR(pg_catalog.=) 'paused'")

/*
 * Rules and relations (rule_case.c, relation.c)
 */
#define PARTY_COLUMNS(p, w) \
	p ".person_id, " p ".region, " p ".scheme, " p ".status, " p ".individual_account," \
	" " p ".citizen_id, " p ".guardian, " p ".auto_accept, " w ".status"
#define OPEN_RELATION_OF(r) \
	r ".state OPERATOR(pg_catalog.=) ANY ('{r,a,s}'::pg_catalog.\"char\"[])"
#define NOT_OVER(r) \
	NOT_ENDED(r) " AND " r ".relation_id OPERATOR(pg_catalog.<>) ALL ($3)"
#define OTHER_SPOUSE_OF(person, partner) \
	"EXISTS (SELECT FROM kinwallet_data.relation s" \
	" WHERE s.contributor OPERATOR(pg_catalog.=) " person " AND s.recipient OPERATOR(pg_catalog.<>) " partner \
	" AND s.kinship OPERATOR(kinwallet.=) 'spouse'::kinwallet.kinship_relation AND " NOT_OVER("s") ")" \
	" OR EXISTS (SELECT FROM kinwallet_data.relation s" \
	" WHERE s.recipient OPERATOR(pg_catalog.=) " person " AND s.contributor OPERATOR(pg_catalog.<>) " partner \
	" AND s.kinship OPERATOR(kinwallet.=) 'spouse'::kinwallet.kinship_relation AND " NOT_OVER("s") ")"

/* of two persons; again in words that hide the partial index */
#define PENDING(r) \
	r ".state OPERATOR(pg_catalog.<>) ALL ('{a,s,d,n,w,x}'::pg_catalog.\"char\"[])"
KW_PLAN(KW_PLAN_REQUESTS_OF, "bb",
		"SELECT r.relation_id, r.contributor_region, e.at FROM kinwallet_data.relation r"
		" JOIN kinwallet_data.relation_event e ON e.relation_id OPERATOR(pg_catalog.=) r.relation_id"
		" AND e.kind OPERATOR(pg_catalog.=) 'requested'"
		" WHERE r.contributor OPERATOR(pg_catalog.=) ANY (ARRAY[$1, $2]) AND " PENDING("r")
		" UNION ALL SELECT r.relation_id, r.contributor_region, e.at FROM kinwallet_data.relation r"
		" JOIN kinwallet_data.relation_event e ON e.relation_id OPERATOR(pg_catalog.=) r.relation_id"
		" AND e.kind OPERATOR(pg_catalog.=) 'requested'"
		" WHERE r.recipient OPERATOR(pg_catalog.=) ANY (ARRAY[$1, $2]) AND " PENDING("r"))
/*
 * One row always: what does not exist is NULL.  $3 are requests that are over,
 * though no sweep has ended them: only the pair's own one is still given.
 */
KW_PLAN(KW_PLAN_CASE, "bbL",
		"SELECT " PARTY_COLUMNS("c", "cw") ", " PARTY_COLUMNS("r", "rw") ","
		" cw.available, cw.transfer_day, cw.transfers,"
		" o.relation_id, o.state, o.causes, o.kinship, v.kinship,"
		" " OTHER_SPOUSE_OF("$1", "$2") ", " OTHER_SPOUSE_OF("$2", "$1") ","
		" (SELECT pg_catalog.count(*) FROM kinwallet_data.relation n"
		" WHERE n.contributor OPERATOR(pg_catalog.=) $1 AND " NOT_OVER("n") ")"
		" FROM (SELECT) AS one"
		" LEFT JOIN kinwallet_data.person c ON c.person_id OPERATOR(pg_catalog.=) $1"
		" LEFT JOIN kinwallet_data.wallet cw ON cw.person_id OPERATOR(pg_catalog.=) $1"
		" LEFT JOIN kinwallet_data.person r ON r.person_id OPERATOR(pg_catalog.=) $2"
		" LEFT JOIN kinwallet_data.wallet rw ON rw.person_id OPERATOR(pg_catalog.=) $2"
		" LEFT JOIN kinwallet_data.relation o ON o.contributor OPERATOR(pg_catalog.=) $1"
		" AND o.recipient OPERATOR(pg_catalog.=) $2 AND " OPEN_RELATION_OF("o")
		" LEFT JOIN kinwallet_data.relation v ON v.contributor OPERATOR(pg_catalog.=) $2"
		" AND v.recipient OPERATOR(pg_catalog.=) $1 AND " OPEN_RELATION_OF("v")
		" AND v.relation_id OPERATOR(pg_catalog.<>) ALL ($3)")
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

/*
 * Clearing
 */
KW_PLAN(KW_PLAN_LEDGER_SINCE, "",
		"SELECT since FROM kinwallet_data.ledger")
KW_PLAN(KW_PLAN_MONTH_STATE, "d",
		"SELECT state FROM kinwallet_data.clearing_month WHERE month OPERATOR(pg_catalog.=) $1")
/* as kw_read_clearing_month() takes them */
#define MONTH_COLUMNS	"month, state, signatures, unpaid, unconfirmed"
KW_PLAN(KW_PLAN_LOCK_MONTH, "d",
		"SELECT " MONTH_COLUMNS " FROM kinwallet_data.clearing_month"
		" WHERE month OPERATOR(pg_catalog.=) $1 FOR UPDATE")
KW_PLAN(KW_PLAN_INSERT_MONTH, "dzn",
		"INSERT INTO kinwallet_data.clearing_month (month, cut_off_at, cut_off_by) VALUES ($1, $2, $3)")
KW_PLAN(KW_PLAN_MONTH_WAS_SPLIT, "dzn",
		"UPDATE kinwallet_data.clearing_month SET state = 'split', split_at = $2, split_by = $3"
		" WHERE month OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_SUCCESSORS, "",
		"SELECT region, successor FROM kinwallet_data.region")
KW_PLAN(KW_PLAN_DELETE_PAIRS, "d",
		"DELETE FROM kinwallet_data.clearing_pair WHERE month OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_DELETE_STALE_PAIRS, "T",
		"DELETE FROM kinwallet_data.clearing_pair WHERE ctid OPERATOR(pg_catalog.=) ANY ($1)")
/* one payer's rows, where the table is not plain; money in fen: what an array of built-in type carries */
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

/*
 * Spendings (spend_case.c, refund.c)
 */
KW_PLAN(KW_PLAN_PLACE_OF_USE, "b",
		"SELECT place FROM kinwallet_data.wallet_profile WHERE person_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_PERSON_REGION, "b",
		"SELECT region, status FROM kinwallet_data.person WHERE person_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_ADD_SUSPENSE, "bra",
		"INSERT INTO kinwallet_data.suspense AS s (person_id, region, amount) VALUES ($1, $2, $3)"
		" ON CONFLICT (person_id, region) DO UPDATE SET amount = s.amount OPERATOR(kinwallet.+) excluded.amount")
KW_PLAN(KW_PLAN_UNPAY_PREMIUM, "b",
		"DELETE FROM kinwallet_data.premium_paid WHERE spending_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_PREMIUM, "brtic",
		"SELECT p.citizen_id,"
		" EXISTS (SELECT FROM kinwallet_data.premium_paid d WHERE d.person_id OPERATOR(pg_catalog.=) $1"
		" AND d.kind OPERATOR(pg_catalog.=) $5 AND d.cover_year OPERATOR(pg_catalog.=) $4),"
		" s.amount, pg_catalog.isempty(s.valid), pg_catalog.lower(s.valid), pg_catalog.upper(s.valid)"
		" FROM kinwallet_data.person p"
		" LEFT JOIN kinwallet_data.premium_standard s ON s.region OPERATOR(kinwallet.=) $2"
		" AND s.kind OPERATOR(pg_catalog.=) $3 AND s.cover_year OPERATOR(pg_catalog.=) $4 AND s.enabled"
		" WHERE p.person_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_PAY_PREMIUM, "bcsb",
		"INSERT INTO kinwallet_data.premium_paid (person_id, kind, cover_year, spending_id)"
		" VALUES ($1, $2, $3, $4)")
KW_PLAN(KW_PLAN_SPENDER, "b",
		"SELECT w.region, w.status, w.insured, w.scheme, w.available,"
		" (SELECT kinwallet.sum(r.remaining) FROM kinwallet_data.relation r"
		" WHERE r.recipient OPERATOR(pg_catalog.=) $1"
		" AND r.state OPERATOR(pg_catalog.=) 'a'::pg_catalog.\"char\")"
		" FROM kinwallet_data.wallet w WHERE w.person_id OPERATOR(pg_catalog.=) $1")

/*
 * Holds (hold.c)
 */
KW_PLAN(KW_PLAN_HOLD_REQUEST, "bu",
		"SELECT hold_id, provider, use, amount, expires FROM kinwallet_data.hold"
		" WHERE recipient OPERATOR(pg_catalog.=) $1 AND request_id OPERATOR(pg_catalog.=) $2")
KW_PLAN(KW_PLAN_INSERT_HOLD, "bbutcavzz",
		"INSERT INTO kinwallet_data.hold"
		" (hold_id, recipient, request_id, provider, use, amount, expires, at, expires_at)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
KW_PLAN(KW_PLAN_INSERT_HOLD_PARTS, "bLL",
		"INSERT INTO kinwallet_data.hold_part (hold_id, position, relation_id, amount)"
		" SELECT $1, p.position, p.relation_id, kinwallet.from_fen(p.fen)"
		" FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3)) WITH ORDINALITY"
		" AS p(relation_id, fen, position)")

/*
 * Life of a month (clearing_month.c, calendar.c, alarm.c)
 */
KW_PLAN(KW_PLAN_SET_MONTH_STATE, "dt",
		"UPDATE kinwallet_data.clearing_month SET state = $2 WHERE month OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_LOG_STEP, "dtrtznn",
		"INSERT INTO kinwallet_data.clearing_step (month, step, province, detail, at, by, role)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7)")
KW_PLAN(KW_PLAN_SIGNATURE, "dr",
		"SELECT 1 FROM kinwallet_data.clearing_step"
		" WHERE month OPERATOR(pg_catalog.=) $1 AND province OPERATOR(kinwallet.=) $2"
		" AND step OPERATOR(pg_catalog.=) 'sign'")
KW_PLAN(KW_PLAN_ADD_SIGNATURE, "d",
		"UPDATE kinwallet_data.clearing_month SET signatures = signatures OPERATOR(pg_catalog.+) 1"
		" WHERE month OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_UNSIGNED_PROVINCES, "d",
		"SELECT pg_catalog.count(*) FROM kinwallet.unsigned_provinces($1)")
KW_PLAN(KW_PLAN_HOLIDAYS, "di",
		"SELECT day, is_workday FROM kinwallet_data.holiday"
		" WHERE day OPERATOR(pg_catalog.>=) $1"
		" AND day OPERATOR(pg_catalog.<) ($1 OPERATOR(pg_catalog.+) $2)")
KW_PLAN(KW_PLAN_INSERT_ALARM, "tttz",
		"INSERT INTO kinwallet_data.clearing_alarm (kind, subject, detail, at) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT (kind, subject) DO NOTHING")
KW_PLAN(KW_PLAN_LATE, "d",
		"SELECT kind, subject, detail FROM kinwallet.late_subjects($1)")

/*
 * Late lines (late_line.c)
 */
KW_PLAN(KW_PLAN_LOCK_LATE_LINES, "",
		"LOCK TABLE kinwallet_data.clearing_withheld IN SHARE ROW EXCLUSIVE MODE")
KW_PLAN(KW_PLAN_LINE, "db",
		"SELECT spending_id, kind, scope, amount, payer_region, payee_region, counts"
		" FROM kinwallet_data.draw"
		" WHERE month OPERATOR(pg_catalog.=) $1 AND draw_id OPERATOR(pg_catalog.=) $2")
KW_PLAN(KW_PLAN_WITHHELD, "b",
		"SELECT state, clear_in FROM kinwallet_data.clearing_withheld"
		" WHERE draw_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_LOCK_MONTHS, "d",
		"SELECT " MONTH_COLUMNS " FROM kinwallet_data.clearing_month"
		" WHERE month OPERATOR(pg_catalog.>=) $1 ORDER BY month FOR UPDATE")
KW_PLAN(KW_PLAN_COUNT_MONTHS, "d",
		"SELECT pg_catalog.count(*) FROM kinwallet_data.clearing_month"
		" WHERE month OPERATOR(pg_catalog.>=) $1")
KW_PLAN(KW_PLAN_INSERT_WITHHELD, "bdccarrsdtzn",
		"INSERT INTO kinwallet_data.clearing_withheld (draw_id, month, kind, scope, amount,"
		" payer_region, payee_region, counts, clear_in, reason, withheld_at, withheld_by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
KW_PLAN(KW_PLAN_WITHHOLD_AGAIN, "bdtzn",
		"UPDATE kinwallet_data.clearing_withheld SET state = 'withheld', clear_in = $2, reason = $3,"
		" withheld_at = $4, withheld_by = $5, settled_at = NULL, settled_by = NULL"
		" WHERE draw_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_SETTLE_WITHHELD, "btdzn",
		"UPDATE kinwallet_data.clearing_withheld SET state = $2, clear_in = $3, settled_at = $4, settled_by = $5"
		" WHERE draw_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_RESTORED, "bbd",
		"SELECT COALESCE(pg_catalog.sum(kinwallet.fen(amount)), 0)::pg_catalog.int8 FROM kinwallet_data.draw"
		" WHERE spending_id OPERATOR(pg_catalog.=) $1 AND restores OPERATOR(pg_catalog.=) $2"
		" AND month OPERATOR(pg_catalog.>=) $3")
KW_PLAN(KW_PLAN_DEDUCTED, "b",
		"SELECT COALESCE(pg_catalog.sum(kinwallet.fen(amount)), 0)::pg_catalog.int8"
		" FROM kinwallet_data.clearing_deduction WHERE draw_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_INSERT_DEDUCTION, "dbbcaarrtznb",
		"INSERT INTO kinwallet_data.clearing_deduction (month, draw_id, spending_id, scope, line_amount, amount,"
		" payer_region, payee_region, reason, at, by, cancels)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, CASE WHEN $12 OPERATOR(pg_catalog.>) 0 THEN $12 END) RETURNING deduction_id")
KW_PLAN(KW_PLAN_DEDUCTION, "b",
		"SELECT d.draw_id, d.month, d.amount, d.cancels IS NOT NULL, EXISTS (SELECT FROM kinwallet_data.clearing_deduction AS c"
		" WHERE c.cancels OPERATOR(pg_catalog.=) d.deduction_id)"
		" FROM kinwallet_data.clearing_deduction AS d WHERE d.deduction_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_CORRECTIONS, "d",
		"SELECT payer, payee, items, region_times, province_times, gross, reversed"
		" FROM kinwallet.clearing_corrections($1)")

/*
 * Notices (notice.c).  Of a pair the payer's has the smaller id.
 */
#define NOTICE_COLUMNS \
	"(notice_id, partner, number, month, kind, side, level, addressee, counterparty," \
	" amount, due_on, counts, issued_at, issued_by)"
#define NOTICE_SIDES \
	"(VALUES ('pay'::pg_catalog.text), ('receive')) AS s(side)"

/* month, at, by; due of what goes up, of what goes between provinces or regions, of what goes down */
KW_PLAN(KW_PLAN_ISSUE_NOTICES, "dznddd",
		"WITH payment AS MATERIALIZED ("
		"SELECT d.level, d.kind, d.payer, d.payee, d.amount,"
		" pg_catalog.nextval('kinwallet_data.notice_id'::pg_catalog.regclass) AS pay_id,"
		" pg_catalog.nextval('kinwallet_data.notice_id'::pg_catalog.regclass) AS receive_id"
		" FROM (SELECT * FROM kinwallet.payments_due($1)"
		" ORDER BY CASE WHEN level OPERATOR(pg_catalog.=) 'province' THEN 1"
		" WHEN level OPERATOR(pg_catalog.=) 'region' THEN 2 ELSE 3 END, payer, payee, kind DESC) AS d),"
		" notice AS (SELECT p.*, s.side,"
		" CASE WHEN p.kind OPERATOR(pg_catalog.=) 'payment' AND s.side OPERATOR(pg_catalog.=) 'receive'"
		" THEN 'receipt' ELSE p.kind END AS notice_kind,"
		" CASE WHEN s.side OPERATOR(pg_catalog.=) 'pay' THEN p.payer ELSE p.payee END AS addressee,"
		" CASE WHEN s.side OPERATOR(pg_catalog.=) 'pay' THEN p.payee ELSE p.payer END AS counterparty"
		" FROM payment AS p CROSS JOIN " NOTICE_SIDES ")"
		" INSERT INTO kinwallet_data.clearing_notice " NOTICE_COLUMNS
		" SELECT CASE WHEN side OPERATOR(pg_catalog.=) 'pay' THEN pay_id ELSE receive_id END,"
		" CASE WHEN side OPERATOR(pg_catalog.=) 'pay' THEN receive_id ELSE pay_id END,"
		" kinwallet.notice_number($1, kind, side, level, addressee, counterparty),"
		" $1, notice_kind, side, level, addressee, counterparty, amount,"
		" CASE WHEN level OPERATOR(pg_catalog.<>) 'region' THEN $5"
		" WHEN kinwallet.province(payer) OPERATOR(kinwallet.=) payee THEN $4 ELSE $6 END,"
		" true, $2, $3 FROM notice")
/* a number that is taken goes on with -2, -3; the payer's notice comes first */
KW_PLAN(KW_PLAN_ISSUE_NOTICE, "tdrradzn",
		"WITH id AS MATERIALIZED (SELECT"
		" pg_catalog.nextval('kinwallet_data.notice_id'::pg_catalog.regclass) AS pay_id,"
		" pg_catalog.nextval('kinwallet_data.notice_id'::pg_catalog.regclass) AS receive_id),"
		" notice AS (SELECT id.*, s.side,"
		" CASE WHEN s.side OPERATOR(pg_catalog.=) 'pay' THEN $3 ELSE $4 END AS addressee,"
		" CASE WHEN s.side OPERATOR(pg_catalog.=) 'pay' THEN $4 ELSE $3 END AS counterparty"
		" FROM id CROSS JOIN " NOTICE_SIDES "),"
		" earlier AS (SELECT pg_catalog.count(*) AS n FROM kinwallet_data.clearing_notice"
		" WHERE month OPERATOR(pg_catalog.=) $2 AND kind OPERATOR(pg_catalog.=) $1"
		" AND side OPERATOR(pg_catalog.=) 'pay' AND addressee OPERATOR(kinwallet.=) $3"
		" AND counterparty OPERATOR(kinwallet.=) $4),"
		" issued AS (INSERT INTO kinwallet_data.clearing_notice " NOTICE_COLUMNS
		" SELECT CASE WHEN side OPERATOR(pg_catalog.=) 'pay' THEN pay_id ELSE receive_id END,"
		" CASE WHEN side OPERATOR(pg_catalog.=) 'pay' THEN receive_id ELSE pay_id END,"
		" kinwallet.notice_number($2, $1, side, 'province', addressee, counterparty)"
		" OPERATOR(pg_catalog.||) CASE WHEN earlier.n OPERATOR(pg_catalog.>) 0"
		" THEN pg_catalog.concat('-', earlier.n OPERATOR(pg_catalog.+) 1) ELSE '' END,"
		" $2, $1, side, 'province', addressee, counterparty, $5, $6, false, $7, $8 FROM notice, earlier)"
		" SELECT pay_id FROM id")
KW_PLAN(KW_PLAN_EXPECT_PAYMENTS, "db",
		"UPDATE kinwallet_data.clearing_month SET unpaid = $2, unconfirmed = $2"
		" WHERE month OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_NOTICE, "b",
		"SELECT partner, month, counts, side OPERATOR(pg_catalog.=) 'pay', number"
		" FROM kinwallet_data.clearing_notice WHERE notice_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_LOCK_NOTICES, "bb",
		"SELECT 1 FROM kinwallet_data.clearing_notice"
		" WHERE notice_id OPERATOR(pg_catalog.=) $1 OR notice_id OPERATOR(pg_catalog.=) $2"
		" ORDER BY notice_id FOR UPDATE")
KW_PLAN(KW_PLAN_NOTICE_STATE, "b",
		"SELECT n.status OPERATOR(pg_catalog.=) 'paid', n.amount, n.paid, kinwallet.business_date(n.issued_at),"
		" n.paid_on, n.received_on IS NOT NULL, p.number"
		" FROM kinwallet_data.clearing_notice AS n"
		" JOIN kinwallet_data.clearing_notice AS p ON p.notice_id OPERATOR(pg_catalog.=) n.partner"
		" WHERE n.notice_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_PAYMENT, "bt",
		"SELECT 1 FROM kinwallet_data.clearing_payment"
		" WHERE notice_id OPERATOR(pg_catalog.=) $1 AND reference OPERATOR(pg_catalog.=) $2")
KW_PLAN(KW_PLAN_INSERT_PAYMENT, "badtzn",
		"INSERT INTO kinwallet_data.clearing_payment (notice_id, amount, paid_on, reference, at, by)"
		" VALUES ($1, $2, $3, $4, $5, $6)")
KW_PLAN(KW_PLAN_ADD_PAYMENT, "bba",
		"UPDATE kinwallet_data.clearing_notice SET paid = paid OPERATOR(kinwallet.+) $3,"
		" status = CASE WHEN paid OPERATOR(kinwallet.+) $3 OPERATOR(kinwallet.=) amount THEN 'paid' ELSE status END,"
		" paid_on = CASE WHEN paid OPERATOR(kinwallet.+) $3 OPERATOR(kinwallet.=) amount"
		" THEN (SELECT pg_catalog.max(p.paid_on) FROM kinwallet_data.clearing_payment AS p"
		" WHERE p.notice_id OPERATOR(pg_catalog.=) $1) END"
		" WHERE notice_id OPERATOR(pg_catalog.=) $1 OR notice_id OPERATOR(pg_catalog.=) $2")
KW_PLAN(KW_PLAN_CONFIRM_RECEIPT, "bdzn",
		"UPDATE kinwallet_data.clearing_notice SET received_on = $2, received_at = $3, received_by = $4"
		" WHERE notice_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_COUNT_PAID, "d",
		"UPDATE kinwallet_data.clearing_month SET unpaid = unpaid OPERATOR(pg_catalog.-) 1"
		" WHERE month OPERATOR(pg_catalog.=) $1 RETURNING unpaid")
KW_PLAN(KW_PLAN_COUNT_RECEIVED, "d",
		"UPDATE kinwallet_data.clearing_month SET unconfirmed = unconfirmed OPERATOR(pg_catalog.-) 1"
		" WHERE month OPERATOR(pg_catalog.=) $1")

/*
 * Prepayment (prepayment.c)
 */
/* whoever changes a prepayment or decides on an increase comes one at a time */
KW_PLAN(KW_PLAN_LOCK_PREPAYMENT, "",
		"LOCK TABLE kinwallet_data.prepayment IN SHARE ROW EXCLUSIVE MODE")
KW_PLAN(KW_PLAN_PREPAYMENT_YEARS, "i",
		"SELECT COALESCE(pg_catalog.bool_or(year OPERATOR(pg_catalog.=) $1"
		" AND source OPERATOR(pg_catalog.=) 'rule'), false), pg_catalog.max(year)"
		" FROM kinwallet_data.prepayment")
/* the months of the quarter, then the last month of the year to fix: who holds something goes in by it */
KW_PLAN(KW_PLAN_QUARTER_PAIRS, "dddd",
		"WITH used AS ("
		"SELECT payer, payee,"
		" pg_catalog.max(kinwallet.fen(due)) FILTER (WHERE month OPERATOR(pg_catalog.=) $1) AS october,"
		" pg_catalog.max(kinwallet.fen(due)) FILTER (WHERE month OPERATOR(pg_catalog.=) $2) AS november,"
		" pg_catalog.max(kinwallet.fen(due)) FILTER (WHERE month OPERATOR(pg_catalog.=) $3) AS december"
		" FROM kinwallet_data.clearing_pair WHERE level OPERATOR(pg_catalog.=) 'province'"
		" AND month OPERATOR(pg_catalog.=) ANY (ARRAY[$1, $2, $3]) GROUP BY payer, payee)"
		" SELECT COALESCE(u.payer, h.payer), COALESCE(u.payee, h.payee), COALESCE(u.october, 0),"
		" COALESCE(u.november, 0), COALESCE(u.december, 0), COALESCE(kinwallet.fen(h.amount), 0),"
		" COALESCE(p.source OPERATOR(pg_catalog.=) 'manual', false)"
		" FROM used AS u FULL JOIN kinwallet.prepayment_held($4) AS h"
		" ON h.payer OPERATOR(kinwallet.=) u.payer AND h.payee OPERATOR(kinwallet.=) u.payee"
		" LEFT JOIN kinwallet_data.prepayment AS p"
		" ON p.year OPERATOR(pg_catalog.=) EXTRACT(year FROM $4)::pg_catalog.int4"
		" AND p.payer OPERATOR(kinwallet.=) COALESCE(u.payer, h.payer)"
		" AND p.payee OPERATOR(kinwallet.=) COALESCE(u.payee, h.payee)"
		" ORDER BY 1, 2")
KW_PLAN(KW_PLAN_PREPAYMENT_PAIR, "rrd",
		"SELECT COALESCE((SELECT kinwallet.fen(h.amount) FROM kinwallet.prepayment_held($3) AS h"
		" WHERE h.payer OPERATOR(kinwallet.=) $1 AND h.payee OPERATOR(kinwallet.=) $2), 0),"
		" e.year, e.kind, e.since FROM (SELECT) AS one LEFT JOIN LATERAL ("
		"SELECT year, kind, since FROM kinwallet_data.prepayment_event"
		" WHERE payer OPERATOR(kinwallet.=) $1 AND payee OPERATOR(kinwallet.=) $2"
		" ORDER BY year DESC, event_id DESC LIMIT 1) AS e ON true")
KW_PLAN(KW_PLAN_STORE_PREPAYMENT, "irrtaaaa",
		"INSERT INTO kinwallet_data.prepayment AS p (year, payer, payee, source, amount, october, november, december)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (year, payer, payee) DO UPDATE"
		" SET source = CASE WHEN excluded.source OPERATOR(pg_catalog.=) 'carried' THEN p.source ELSE excluded.source END,"
		" amount = excluded.amount, october = COALESCE(excluded.october, p.october),"
		" november = COALESCE(excluded.november, p.november), december = COALESCE(excluded.december, p.december)")
KW_PLAN(KW_PLAN_PREPAYMENT_EVENT, "irrtdaabbzn",
		"INSERT INTO kinwallet_data.prepayment_event"
		" (year, payer, payee, kind, since, before, after, request_id, notice_id, at, by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
/* one row always: the pair's figures and whether the scope that decides is red */
KW_PLAN(KW_PLAN_INCREASE_CASE, "drr",
		"SELECT COALESCE(kinwallet.fen(p.prepayment), 0), COALESCE(kinwallet.fen(p.used), 0), s.alarm_scope,"
		" COALESCE(kinwallet.fen(t.prepayment), 0), COALESCE(kinwallet.fen(t.used), 0), COALESCE(t.alarm, 'none')"
		" FROM (SELECT COALESCE((SELECT alarm_scope FROM kinwallet_data.prepayment_setting), 'payee')) AS s(alarm_scope)"
		" LEFT JOIN kinwallet.prepayment_usage($1) AS p"
		" ON p.payer OPERATOR(kinwallet.=) $2 AND p.payee OPERATOR(kinwallet.=) $3"
		" LEFT JOIN kinwallet.prepayment_usage($1) AS t ON t.payee OPERATOR(kinwallet.=) $3"
		" AND CASE WHEN s.alarm_scope OPERATOR(pg_catalog.=) 'pair'"
		" THEN t.payer OPERATOR(kinwallet.=) $2 ELSE t.payer IS NULL END")
KW_PLAN(KW_PLAN_OPEN_REQUEST, "rr",
		"SELECT request_id FROM kinwallet_data.prepayment_request"
		" WHERE payer OPERATOR(kinwallet.=) $1 AND payee OPERATOR(kinwallet.=) $2"
		" AND state OPERATOR(pg_catalog.=) 'requested'")
KW_PLAN(KW_PLAN_INSERT_REQUEST, "drraaazn",
		"INSERT INTO kinwallet_data.prepayment_request"
		" (month, payer, payee, used, prepayment, raise_to, requested_at, requested_by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING request_id")
KW_PLAN(KW_PLAN_INCREASE_REQUEST, "b",
		"SELECT month, payer, payee, kinwallet.fen(raise_to), state, requested_by::pg_catalog.text"
		" FROM kinwallet_data.prepayment_request WHERE request_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_DECIDE_REQUEST, "btznt",
		"UPDATE kinwallet_data.prepayment_request SET state = $2, decided_at = $3, decided_by = $4, reason = $5"
		" WHERE request_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_SHARE_MONTHS, "dd",
		"SELECT month FROM kinwallet_data.clearing_month"
		" WHERE month OPERATOR(pg_catalog.>=) $1 AND month OPERATOR(pg_catalog.<) $2"
		" ORDER BY month FOR KEY SHARE")
KW_PLAN(KW_PLAN_SPLIT_MONTHS, "dd",
		"SELECT month FROM kinwallet_data.clearing_month WHERE state OPERATOR(pg_catalog.<>) 'cut_off'"
		" AND month OPERATOR(pg_catalog.>=) $1 AND month OPERATOR(pg_catalog.<) $2 ORDER BY month")
/* a month that was red once does not become yellow afterwards */
KW_PLAN(KW_PLAN_RAISE_ALARMS, "dz",
		"INSERT INTO kinwallet_data.prepayment_alarm AS a (month, scope, payer, payee, level, used, prepayment, at)"
		" SELECT $1, CASE WHEN u.payer IS NULL THEN 'payee' ELSE 'pair' END, u.payer, u.payee, u.alarm,"
		" u.used, u.prepayment, $2"
		" FROM kinwallet.prepayment_usage($1) AS u WHERE u.alarm OPERATOR(pg_catalog.<>) 'none'"
		" AND NOT EXISTS (SELECT FROM kinwallet_data.prepayment_alarm AS red"
		" WHERE red.month OPERATOR(pg_catalog.=) $1 AND red.payee OPERATOR(kinwallet.=) u.payee"
		" AND CASE WHEN u.payer IS NULL THEN red.payer IS NULL ELSE red.payer OPERATOR(kinwallet.=) u.payer END"
		" AND red.level OPERATOR(pg_catalog.=) 'red')"
		" ORDER BY u.payee, u.payer"
		" ON CONFLICT DO NOTHING"
		" RETURNING pg_catalog.pg_notify('kinwallet_alarm', pg_catalog.json_build_object('kind', 'prepayment',"
		" 'month', a.month, 'scope', a.scope, 'payer', a.payer, 'payee', a.payee, 'level', a.level,"
		" 'used', a.used::pg_catalog.text, 'prepayment', a.prepayment::pg_catalog.text)::pg_catalog.text)")

/*
 * The month's report (report.c)
 */
#define MINUTE_OF(at) \
	"pg_catalog.to_char(pg_catalog.timezone('Asia/Shanghai', " at "), 'YYYY-MM-DD HH24:MI')"
#define SUMS_OF_PAIRS \
	" pg_catalog.sum(person_times)::pg_catalog.int8, pg_catalog.sum(items)::pg_catalog.int8," \
	" pg_catalog.sum(kinwallet.fen(gross))::pg_catalog.int8, pg_catalog.sum(kinwallet.fen(reversed))::pg_catalog.int8," \
	" pg_catalog.sum(kinwallet.fen(due))::pg_catalog.int8, pg_catalog.sum(kinwallet.fen(adjustment))::pg_catalog.int8"

KW_PLAN(KW_PLAN_REPORT_MONTH, "d",
		"SELECT state, " MINUTE_OF("cut_off_at") ", cut_off_by::pg_catalog.text,"
		" " MINUTE_OF("split_at") ", split_by::pg_catalog.text,"
		" (SELECT pg_catalog.encode(s.seal, 'hex') FROM kinwallet_data.seal AS s"
		" WHERE s.month OPERATOR(pg_catalog.=) $1 AND s.kind OPERATOR(pg_catalog.=) 'm')"
		" FROM kinwallet_data.clearing_month WHERE month OPERATOR(pg_catalog.=) $1")
/* the present regions, and those that a pair of the month has */
KW_PLAN(KW_PLAN_REPORT_REGIONS, "dr",
		"SELECT COALESCE(p.region, r.region), r.name FROM (SELECT region, name FROM kinwallet_data.region"
		" WHERE province OPERATOR(kinwallet.=) $2) AS r FULL JOIN ("
		"SELECT payer AS region FROM kinwallet_data.clearing_pair WHERE month OPERATOR(pg_catalog.=) $1"
		" AND level OPERATOR(pg_catalog.=) 'region' AND kinwallet.province(payer) OPERATOR(kinwallet.=) $2"
		" UNION SELECT payee FROM kinwallet_data.clearing_pair WHERE month OPERATOR(pg_catalog.=) $1"
		" AND level OPERATOR(pg_catalog.=) 'region' AND kinwallet.province(payee) OPERATOR(kinwallet.=) $2"
		") AS p ON p.region OPERATOR(kinwallet.=) r.region"
		" WHERE p.region IS NOT NULL OR NOT EXISTS (SELECT FROM kinwallet_data.region AS m"
		" WHERE m.region OPERATOR(kinwallet.=) r.region AND m.successor IS NOT NULL)"
		" ORDER BY 1")
KW_PLAN(KW_PLAN_REPORT_FLOWS, "dr",
		"SELECT payer, kinwallet.province(payee), true," SUMS_OF_PAIRS
		" FROM kinwallet_data.clearing_pair WHERE month OPERATOR(pg_catalog.=) $1"
		" AND level OPERATOR(pg_catalog.=) 'region' AND kinwallet.province(payer) OPERATOR(kinwallet.=) $2"
		" GROUP BY 1, 2 UNION ALL"
		" SELECT payee, kinwallet.province(payer), false," SUMS_OF_PAIRS
		" FROM kinwallet_data.clearing_pair WHERE month OPERATOR(pg_catalog.=) $1"
		" AND level OPERATOR(pg_catalog.=) 'region' AND kinwallet.province(payee) OPERATOR(kinwallet.=) $2"
		" GROUP BY 1, 2")
KW_PLAN(KW_PLAN_REPORT_PREPAYMENT, "d",
		"SELECT payer, payee, kinwallet.fen(prepayment), kinwallet.fen(used), alarm"
		" FROM kinwallet.prepayment_usage($1) ORDER BY payee, payer")
KW_PLAN(KW_PLAN_REPORT_PERCENT, "",
		"SELECT COALESCE(pg_catalog.max(yellow_percent), 70), COALESCE(pg_catalog.max(red_percent), 90)"
		" FROM kinwallet_data.prepayment_setting")

/*
 * Seals
 */
KW_PLAN(KW_PLAN_LOCK_SEALS, "",
		"LOCK TABLE kinwallet_data.seal IN SHARE ROW EXCLUSIVE MODE")
KW_PLAN(KW_PLAN_NEWEST_SEAL, "",
		"SELECT seal_no, seal FROM kinwallet_data.seal ORDER BY seal_no DESC LIMIT 1")
KW_PLAN(KW_PLAN_DAY_SEAL, "d",
		"SELECT 1 FROM kinwallet_data.seal WHERE kind OPERATOR(pg_catalog.=) 'd'"
		" AND through OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_INSERT_SEAL, "bcddznxx",
		"INSERT INTO kinwallet_data.seal (seal_no, kind, month, through, sealed_at, sealed_by, previous, seal)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
KW_PLAN(KW_PLAN_INSERT_SEAL_FACT, "btbbx",
		"INSERT INTO kinwallet_data.seal_fact (seal_no, fact, n_rows, fen, digest) VALUES ($1, $2, $3, $4, $5)")
KW_PLAN(KW_PLAN_INSERT_SEAL_LEAVES, "btLLLX",
		"INSERT INTO kinwallet_data.seal_leaf (seal_no, fact, leaf, n_rows, fen, digest)"
		" SELECT $1, $2, l.leaf, l.n_rows, l.fen, l.digest"
		" FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5),"
		" pg_catalog.unnest($6)) AS l(leaf, n_rows, fen, digest)")
KW_PLAN(KW_PLAN_SEALS, "",
		"SELECT seal_no, kind, month, through, sealed_at, sealed_by::pg_catalog.text, previous, seal"
		" FROM kinwallet_data.seal ORDER BY seal_no")
KW_PLAN(KW_PLAN_SEAL_FACT, "bt",
		"SELECT n_rows, fen, digest FROM kinwallet_data.seal_fact"
		" WHERE seal_no OPERATOR(pg_catalog.=) $1 AND fact OPERATOR(pg_catalog.=) $2")
KW_PLAN(KW_PLAN_SEAL_LEAVES, "bt",
		"SELECT leaf, n_rows, fen, digest FROM kinwallet_data.seal_leaf"
		" WHERE seal_no OPERATOR(pg_catalog.=) $1 AND fact OPERATOR(pg_catalog.=) $2")
KW_PLAN(KW_PLAN_ARCHIVED_LEAF, "td",
		"SELECT COALESCE(pg_catalog.to_regclass('kinwallet_archive.' OPERATOR(pg_catalog.||) $1"
		" OPERATOR(pg_catalog.||) pg_catalog.to_char($2, '_YYYY_MM'))::pg_catalog.oid, 0::pg_catalog.oid)"
		" FROM kinwallet_data.ledger WHERE since OPERATOR(pg_catalog.>) $2")
KW_PLAN(KW_PLAN_UNSEALED, "",
		"SELECT month, fact, subject, problem FROM kinwallet.unsealed()")

/*
 * Who may do what (duty.c): where the subject of a call is.  Two places, one
 * of which must be covered, and a provider
 */
#define NO_PLACE	"NULL::kinwallet.region_code"
#define NO_PROVIDER	"NULL::pg_catalog.text"
#define REGION_OF(person) \
	"(SELECT p.region FROM kinwallet_data.person AS p WHERE p.person_id OPERATOR(pg_catalog.=) " person ")"

KW_PLAN(KW_PLAN_PLACE_OF_PERSON, "b",
		"SELECT " REGION_OF("$1") ", " NO_PLACE ", " NO_PROVIDER)
KW_PLAN(KW_PLAN_PLACES_OF_PAIR, "bb",
		"SELECT " REGION_OF("$1") ", " REGION_OF("$2") ", " NO_PROVIDER)
KW_PLAN(KW_PLAN_PLACES_OF_PERSONS, "L",
		"SELECT DISTINCT p.region, " NO_PLACE ", " NO_PROVIDER " FROM pg_catalog.unnest($1) AS u(id)"
		" LEFT JOIN kinwallet_data.person AS p ON p.person_id OPERATOR(pg_catalog.=) u.id")
KW_PLAN(KW_PLAN_PLACES_OF_PAIRS, "LL",
		"SELECT DISTINCT a.region, b.region, " NO_PROVIDER
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS u(a, b)"
		" LEFT JOIN kinwallet_data.person AS a ON a.person_id OPERATOR(pg_catalog.=) u.a"
		" LEFT JOIN kinwallet_data.person AS b ON b.person_id OPERATOR(pg_catalog.=) u.b")
/* of who acts, if a party or a party's guardian: not everybody's agency acts for both */
KW_PLAN(KW_PLAN_PLACES_OF_RELATION, "bb",
		"SELECT " REGION_OF("$2") ", " NO_PLACE ", " NO_PROVIDER
		" FROM kinwallet_data.relation AS r JOIN kinwallet_data.person AS p"
		" ON p.person_id OPERATOR(pg_catalog.=) r.contributor OR p.person_id OPERATOR(pg_catalog.=) r.recipient"
		" WHERE r.relation_id OPERATOR(pg_catalog.=) $1"
		" AND (p.person_id OPERATOR(pg_catalog.=) $2 OR p.guardian OPERATOR(pg_catalog.=) $2)")
KW_PLAN(KW_PLAN_IS_PARTY, "bb",
		"SELECT FROM kinwallet_data.relation AS r JOIN kinwallet_data.person AS p"
		" ON p.person_id OPERATOR(pg_catalog.=) r.contributor OR p.person_id OPERATOR(pg_catalog.=) r.recipient"
		" WHERE r.relation_id OPERATOR(pg_catalog.=) $1"
		" AND (p.person_id OPERATOR(pg_catalog.=) $2 OR p.guardian OPERATOR(pg_catalog.=) $2)")
KW_PLAN(KW_PLAN_PROVIDER_OF_HOLD, "b",
		"SELECT " NO_PLACE ", " NO_PLACE ", provider FROM kinwallet_data.hold"
		" WHERE hold_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_PROVIDER_OF_SPENDING, "b",
		"SELECT " NO_PLACE ", " NO_PLACE ", provider FROM kinwallet_data.spending"
		" WHERE spending_id OPERATOR(pg_catalog.=) $1"
		" AND month OPERATOR(pg_catalog.=) kinwallet.id_month($1)")
KW_PLAN(KW_PLAN_PLACE_OF_NOTICE, "b",
		"SELECT addressee, " NO_PLACE ", " NO_PROVIDER " FROM kinwallet_data.clearing_notice"
		" WHERE notice_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_PLACE_OF_INCREASE, "b",
		"SELECT payee, " NO_PLACE ", " NO_PROVIDER " FROM kinwallet_data.prepayment_request"
		" WHERE request_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_PLACE_OF_PROPOSAL, "b",
		"SELECT place, " NO_PLACE ", " NO_PROVIDER " FROM kinwallet_data.proposal"
		" WHERE proposal_id OPERATOR(pg_catalog.=) $1")

/*
 * Acting for a person (acting.c)
 */
KW_PLAN(KW_PLAN_FIND_WARD, "b",
		"SELECT region, kinwallet.birth_date(citizen_id), guardian FROM kinwallet_data.person"
		" WHERE person_id OPERATOR(pg_catalog.=) $1")
KW_PLAN(KW_PLAN_TOKEN_SECRETS, "",
		"SELECT secret FROM kinwallet_data.token_secret ORDER BY secret_id DESC")

/*
 * The audit trail (audit.c).  Settings for everybody come before those for a
 * duty, and those for everything before those for a function.
 */
KW_PLAN(KW_PLAN_AUDIT_SETTINGS, "",
		"SELECT duty, function, calls, refusals FROM kinwallet_data.audit_setting"
		" ORDER BY duty OPERATOR(pg_catalog.<>) '*'::pg_catalog.text,"
		" function OPERATOR(pg_catalog.<>) '*'::pg_catalog.text")
KW_PLAN(KW_PLAN_INSERT_AUDIT, "zdttttbbttit",
		"INSERT INTO kinwallet_data.audit (at, month, function, duty, session_role, role, acting_person,"
		" operated_by, application, client, pid, arguments)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::pg_catalog.json)")

/*
 * Separation of duties (proposal.c, notice.c)
 */
KW_PLAN(KW_PLAN_PROPOSAL_PLACES, "tj",
		"SELECT * FROM kinwallet.proposal_places($1, $2)")
KW_PLAN(KW_PLAN_INSERT_PROPOSAL, "tjurtnz",
		"INSERT INTO kinwallet_data.proposal (kind, arguments, request_id, place, reason, proposed_by, proposed_at)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING proposal_id")
KW_PLAN(KW_PLAN_NOTICE_SPLIT_BY, "bn",
		"SELECT FROM kinwallet_data.clearing_notice AS n JOIN kinwallet_data.clearing_month AS m"
		" ON m.month OPERATOR(pg_catalog.=) n.month"
		" WHERE n.notice_id OPERATOR(pg_catalog.=) $1 AND m.split_by OPERATOR(pg_catalog.=) $2")
