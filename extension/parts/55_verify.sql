/*
 * The invariants of the ledger.  State is compared with what the facts give,
 * column by column; facts are compared with each other.  Each function reads
 * every table it needs once and joins aggregates by hash: no look-ups by row.
 * Sums are numeric and cannot overflow, whatever the tables hold.
 */

-- Fen as it is printed, like a wallet_amount but without its range.
CREATE FUNCTION kinwallet.yuan(fen numeric) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $yuan$
	SELECT round(yuan.fen / 100, 2)::text
$yuan$;
COMMENT ON FUNCTION kinwallet.yuan(numeric) IS 'print a sum of fen; serves verify_ledger()';

CREATE FUNCTION kinwallet.verify_wallets_unchecked()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $verify_wallets$
	WITH account AS (
		SELECT person_id, sum(fen) AS fen
		FROM (
			SELECT person_id, kinwallet.fen(amount) FROM kinwallet_data.account_entry
			UNION ALL
			SELECT contributor, -kinwallet.fen(amount) FROM kinwallet_data.transfer
			UNION ALL
			SELECT recipient, -kinwallet.fen(own_account) FROM kinwallet_data.spending
			UNION ALL
			SELECT recipient, kinwallet.fen(amount) FROM kinwallet_data.refund WHERE kind = 'o'
			UNION ALL
			SELECT contributor, kinwallet.fen(amount) FROM kinwallet_data.return_
			UNION ALL
			SELECT contributor, kinwallet.fen(amount) FROM kinwallet_data.draw WHERE kind = 'r' AND place = 'a'
		) AS fact(person_id, fen)
		GROUP BY person_id
	), last_transfers AS (
		SELECT DISTINCT ON (contributor) contributor, day, n
		FROM (
			SELECT contributor, kinwallet.business_date(at), count(*)
			FROM kinwallet_data.transfer
			GROUP BY 1, 2
		) AS per_day(contributor, day, n)
		ORDER BY contributor, day DESC
	), open_relations AS (
		SELECT person_id, count(*) AS n
		FROM (
			SELECT contributor FROM kinwallet_data.relation WHERE state IN ('r', 'a', 's')
			UNION ALL
			SELECT recipient FROM kinwallet_data.relation WHERE state IN ('r', 'a', 's')
		) AS party(person_id)
		GROUP BY person_id
	), last_event AS (
		SELECT DISTINCT ON (person_id) person_id, kind
		FROM kinwallet_data.wallet_event
		ORDER BY person_id, event_id DESC
	), last_opening AS (
		SELECT DISTINCT ON (person_id) person_id, at
		FROM kinwallet_data.wallet_event
		WHERE kind = 'opened'
		ORDER BY person_id, event_id DESC
	), newest_request AS (
		-- of the version-7 ids alone, as kw_request_second() reads them
		SELECT person_id, max(ms / 1000) AS second
		FROM (
			SELECT person_id, ('x' || substr(id, 1, 8) || substr(id, 10, 4))::bit(48)::bigint
			FROM (
				SELECT person_id, request_id::text FROM kinwallet_data.account_entry
				UNION ALL
				SELECT contributor, request_id::text FROM kinwallet_data.transfer
				UNION ALL
				SELECT recipient, request_id::text FROM kinwallet_data.spending
				UNION ALL
				SELECT recipient, request_id::text FROM kinwallet_data.refund
				UNION ALL
				SELECT recipient, request_id::text FROM kinwallet_data.hold
			) AS request(person_id, id)
			WHERE substr(id, 15, 1) = '7'
		) AS stamped(person_id, ms)
		WHERE ms / 1000 < 2147483647
		GROUP BY person_id
	), suspended AS (
		SELECT contributor AS person_id, payer_region AS region, sum(kinwallet.fen(amount)) AS fen
		FROM kinwallet_data.draw
		WHERE kind = 'r' AND place = 's'
		GROUP BY contributor, payer_region
	), conserved AS (
		SELECT person_id, sum(credited) AS credited, sum(present) AS present
		FROM (
			SELECT person_id, kinwallet.fen(amount), 0 FROM kinwallet_data.account_entry
			UNION ALL
			SELECT person_id, 0, kinwallet.fen(available) FROM kinwallet_data.wallet
			UNION ALL
			SELECT recipient, 0, kinwallet.fen(own_account) FROM kinwallet_data.spending
			UNION ALL
			SELECT recipient, 0, -kinwallet.fen(amount) FROM kinwallet_data.refund WHERE kind = 'o'
			UNION ALL
			SELECT contributor, 0, kinwallet.fen(remaining) + kinwallet.fen(held) + kinwallet.fen(spent) FROM kinwallet_data.relation
			UNION ALL
			SELECT person_id, 0, kinwallet.fen(amount) FROM kinwallet_data.suspense
		) AS side(person_id, credited, present)
		GROUP BY person_id
	)
	SELECT 'wallet.available', 'person ' || coalesce(w.person_id, a.person_id),
		kinwallet.yuan(coalesce(a.fen, 0)), coalesce(w.available::text, 'no wallet')
	FROM kinwallet_data.wallet AS w
	FULL JOIN account AS a ON a.person_id = w.person_id
	WHERE w.person_id IS NULL OR kinwallet.fen(w.available) <> coalesce(a.fen, 0)
	UNION ALL
	SELECT 'wallet.transfers', 'person ' || w.person_id,
		coalesce(l.n || ' on ' || l.day, '0'), w.transfers || ' on ' || w.transfer_day
	FROM kinwallet_data.wallet AS w
	LEFT JOIN last_transfers AS l ON l.contributor = w.person_id
	WHERE CASE WHEN l.n IS NULL THEN w.transfers <> 0 ELSE l.n <> w.transfers OR l.day <> w.transfer_day END
	UNION ALL
	SELECT 'wallet.open_relations', 'person ' || coalesce(w.person_id, o.person_id),
		coalesce(o.n, 0)::text, coalesce(w.open_relations::text, 'no wallet')
	FROM kinwallet_data.wallet AS w
	FULL JOIN open_relations AS o ON o.person_id = w.person_id
	WHERE w.open_relations IS DISTINCT FROM coalesce(o.n, 0)
	UNION ALL
	SELECT 'wallet.' || copy.name, 'person ' || w.person_id, coalesce(copy.expected, 'no person'), copy.found
	FROM kinwallet_data.wallet AS w
	LEFT JOIN kinwallet_data.person AS p ON p.person_id = w.person_id
	CROSS JOIN LATERAL (VALUES
		('region', p.region::text, w.region::text),
		('insured', left(p.status, 1), w.insured::text),
		('scheme', CASE WHEN p.scheme = 'employee' AND NOT p.individual_account THEN 'p' ELSE left(p.scheme, 1) END, w.scheme::text)
	) AS copy(name, expected, found)
	WHERE copy.expected IS DISTINCT FROM copy.found
	UNION ALL
	SELECT 'wallet.status', 'person ' || w.person_id, status.expected, w.status::text
	FROM kinwallet_data.wallet AS w
	LEFT JOIN last_event AS e ON e.person_id = w.person_id
	CROSS JOIN LATERAL (SELECT CASE e.kind WHEN 'opened' THEN 'o' WHEN 'unfrozen' THEN 'o' WHEN 'frozen' THEN 'f'
		WHEN 'closed' THEN 'c' ELSE 'p' END) AS status(expected)
	WHERE status.expected <> w.status::text
	UNION ALL
	SELECT 'wallet_profile.opened_at', 'person ' || coalesce(o.person_id, f.person_id),
		coalesce(o.at::text, 'none'), coalesce(f.opened_at::text, 'none')
	FROM last_opening AS o
	FULL JOIN kinwallet_data.wallet_profile AS f ON f.person_id = o.person_id
	WHERE f.opened_at IS DISTINCT FROM o.at
	UNION ALL
	SELECT 'wallet.request_mark', 'person ' || w.person_id, 'at least ' || r.second, w.request_mark::text
	FROM kinwallet_data.wallet AS w
	JOIN newest_request AS r ON r.person_id = w.person_id
	WHERE w.request_mark < r.second
	UNION ALL
	SELECT 'suspense.amount', 'person ' || coalesce(s.person_id, d.person_id) || ', region ' || coalesce(s.region, d.region)::text,
		kinwallet.yuan(coalesce(d.fen, 0)), coalesce(s.amount::text, 'no row')
	FROM kinwallet_data.suspense AS s
	FULL JOIN suspended AS d ON d.person_id = s.person_id AND d.region OPERATOR(kinwallet.=) s.region
	WHERE coalesce(kinwallet.fen(s.amount), 0) <> coalesce(d.fen, 0)
	UNION ALL
	SELECT 'person.conservation', 'person ' || c.person_id, kinwallet.yuan(c.credited), kinwallet.yuan(c.present)
	FROM conserved AS c
	WHERE c.credited <> c.present
$verify_wallets$;
COMMENT ON FUNCTION kinwallet.verify_wallets_unchecked() IS 'verify_wallets() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.verify_wallets()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
	AS 'MODULE_PATHNAME', 'kw_verify_wallets' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.verify_wallets() IS 'the checks of verify_ledger() on wallets and suspense';

CREATE FUNCTION kinwallet.verify_relations_unchecked()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $verify_relations$
	WITH moved AS (
		SELECT relation_id, sum(transferred) AS transferred, sum(drawn) AS drawn, sum(restored) AS restored,
			sum(restored_elsewhere) AS restored_elsewhere, sum(gone_back) AS gone_back
		FROM (
			SELECT relation_id, kinwallet.fen(amount), 0, 0, 0, 0 FROM kinwallet_data.transfer
			UNION ALL
			SELECT relation_id, 0,
				CASE WHEN kind = 'd' THEN kinwallet.fen(amount) ELSE 0 END,
				CASE WHEN kind = 'r' THEN kinwallet.fen(amount) ELSE 0 END,
				CASE WHEN kind = 'r' AND place <> 'q' THEN kinwallet.fen(amount) ELSE 0 END, 0
			FROM kinwallet_data.draw
			UNION ALL
			SELECT relation_id, 0, 0, 0, 0, kinwallet.fen(amount) FROM kinwallet_data.return_
		) AS fact(relation_id, transferred, drawn, restored, restored_elsewhere, gone_back)
		GROUP BY relation_id
	), reserved AS (
		SELECT part.relation_id, sum(kinwallet.fen(part.amount)) AS held
		FROM kinwallet_data.hold_part AS part
		JOIN kinwallet_data.hold AS h ON h.hold_id = part.hold_id
		WHERE h.state = 'o'
		GROUP BY part.relation_id
	), derived AS (
		SELECT coalesce(m.relation_id, h.relation_id) AS relation_id,
			coalesce(m.transferred, 0) - coalesce(m.drawn, 0) + coalesce(m.restored, 0) - coalesce(m.restored_elsewhere, 0)
				- coalesce(m.gone_back, 0) - coalesce(h.held, 0) AS remaining,
			coalesce(h.held, 0) AS held,
			coalesce(m.drawn, 0) - coalesce(m.restored, 0) AS spent,
			coalesce(m.gone_back, 0) + coalesce(m.restored_elsewhere, 0) AS returned
		FROM moved AS m
		FULL JOIN reserved AS h ON h.relation_id = m.relation_id
	), last_event AS (
		SELECT DISTINCT ON (relation_id) relation_id, kind, causes
		FROM kinwallet_data.relation_event
		ORDER BY relation_id, event_id DESC
	), logged AS (
		SELECT relation_id, sum(kinwallet.fen(returned)) AS returned,
			min(at) FILTER (WHERE kind IN ('accepted', 'established')) AS active_since
		FROM kinwallet_data.relation_event
		GROUP BY relation_id
	), dissolved AS (
		SELECT relation_id, sum(kinwallet.fen(amount)) AS returned
		FROM kinwallet_data.return_ WHERE kind = 'd'
		GROUP BY relation_id
	)
	SELECT 'relation.' || quota.name, 'relation ' || coalesce(r.relation_id, d.relation_id),
		kinwallet.yuan(coalesce(quota.expected, 0)), coalesce(quota.found::text, 'no relation')
	FROM kinwallet_data.relation AS r
	FULL JOIN derived AS d ON d.relation_id = r.relation_id
	CROSS JOIN LATERAL (VALUES
		('remaining', d.remaining, r.remaining),
		('held', d.held, r.held),
		('spent', d.spent, r.spent),
		('returned', d.returned, r.returned)
	) AS quota(name, expected, found)
	WHERE kinwallet.fen(quota.found) IS DISTINCT FROM coalesce(quota.expected, 0)
	UNION ALL
	SELECT 'relation.state', 'relation ' || r.relation_id, coalesce(state.expected, 'an event'), r.state::text
	FROM kinwallet_data.relation AS r
	LEFT JOIN last_event AS e ON e.relation_id = r.relation_id
	CROSS JOIN LATERAL (SELECT CASE e.kind WHEN 'requested' THEN 'r' WHEN 'accepted' THEN 'a' WHEN 'established' THEN 'a'
		WHEN 'resumed' THEN 'a' WHEN 'suspended' THEN 's' WHEN 'dissolved' THEN 'd' WHEN 'refused' THEN 'n'
		WHEN 'withdrawn' THEN 'w' WHEN 'expired' THEN 'x' END) AS state(expected)
	WHERE r.state::text IS DISTINCT FROM state.expected
	UNION ALL
	SELECT 'relation.active_since', 'relation ' || r.relation_id, coalesce(l.active_since, 'infinity')::text, r.active_since::text
	FROM kinwallet_data.relation AS r
	LEFT JOIN logged AS l ON l.relation_id = r.relation_id
	WHERE r.active_since <> coalesce(l.active_since, 'infinity')
	UNION ALL
	-- what the log says and what the parties' present state asks for
	SELECT 'relation.causes', 'relation ' || r.relation_id, causes.expected::text, r.causes::text
	FROM kinwallet_data.relation AS r
	LEFT JOIN last_event AS e ON e.relation_id = r.relation_id
	LEFT JOIN kinwallet_data.wallet AS c ON c.person_id = r.contributor
	LEFT JOIN kinwallet_data.wallet AS b ON b.person_id = r.recipient
	CROSS JOIN LATERAL (VALUES
		(e.causes::integer),
		(CASE WHEN r.state IN ('a', 's') THEN
			CASE WHEN c.insured = 'p' THEN 1 ELSE 0 END + CASE WHEN b.insured = 'p' THEN 2 ELSE 0 END
			+ CASE WHEN c.status = 'f' THEN 4 ELSE 0 END + CASE WHEN b.status = 'f' THEN 8 ELSE 0 END
			ELSE 0 END)
	) AS causes(expected)
	WHERE r.causes <> causes.expected
	UNION ALL
	SELECT 'relation.' || party.role || '_' || rule.name, 'relation ' || r.relation_id, rule.expected, coalesce(rule.found, 'none')
	FROM kinwallet_data.relation AS r
	CROSS JOIN LATERAL (VALUES ('contributor', r.contributor, r.contributor_region), ('recipient', r.recipient, r.recipient_region))
		AS party(role, person_id, region)
	LEFT JOIN kinwallet_data.person AS p ON p.person_id = party.person_id
	LEFT JOIN kinwallet_data.wallet AS w ON w.person_id = party.person_id
	CROSS JOIN LATERAL (VALUES
		-- invariant 9: no open relation with who is dead, terminated or has moved
		('region', party.region::text, p.region::text, p.region::text = party.region::text),
		('status', 'normal or paused', p.status, p.status IN ('normal', 'paused')),
		('wallet', 'open or frozen', w.status::text, r.state = 'r' OR w.status IN ('o', 'f')),
		('scheme', 'employee with account', p.scheme,
			r.state = 'r' OR party.role = 'recipient' OR p.scheme = 'employee' AND p.individual_account)
	) AS rule(name, expected, found, holds)
	WHERE r.state IN ('r', 'a', 's') AND rule.holds IS NOT TRUE
	UNION ALL
	SELECT 'relation.ended_empty', 'relation ' || r.relation_id, '0.00', r.remaining::text
	FROM kinwallet_data.relation AS r
	WHERE r.state NOT IN ('a', 's') AND kinwallet.fen(r.remaining) <> 0
	UNION ALL
	SELECT 'relation_event.returned', 'relation ' || coalesce(l.relation_id, d.relation_id),
		kinwallet.yuan(coalesce(d.returned, 0)), kinwallet.yuan(coalesce(l.returned, 0))
	FROM logged AS l
	FULL JOIN dissolved AS d ON d.relation_id = l.relation_id
	WHERE coalesce(l.returned, 0) <> coalesce(d.returned, 0)
$verify_relations$;
COMMENT ON FUNCTION kinwallet.verify_relations_unchecked() IS 'verify_relations() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.verify_relations()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
	AS 'MODULE_PATHNAME', 'kw_verify_relations' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.verify_relations() IS 'the checks of verify_ledger() on relations';

CREATE FUNCTION kinwallet.verify_holds_unchecked()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $verify_holds$
	WITH parts AS (
		SELECT hold_id, sum(kinwallet.fen(amount)) AS fen
		FROM kinwallet_data.hold_part
		GROUP BY hold_id
	), captured AS (
		SELECT hold_id, count(*) AS n, min(recipient) AS recipient, sum(kinwallet.fen(mutual_aid)) AS mutual_aid
		FROM kinwallet_data.spending
		WHERE hold_id <> 0
		GROUP BY hold_id
	), part AS (
		SELECT hold_id, relation_id, sum(kinwallet.fen(amount)) AS fen
		FROM kinwallet_data.hold_part
		GROUP BY hold_id, relation_id
	), drawn AS (
		SELECT s.hold_id, d.relation_id, sum(kinwallet.fen(d.amount)) AS fen
		FROM kinwallet_data.spending AS s
		JOIN kinwallet_data.draw AS d ON d.spending_id = s.spending_id
		WHERE s.hold_id <> 0 AND d.kind = 'd'
		GROUP BY s.hold_id, d.relation_id
	)
	SELECT 'hold.amount', 'hold ' || h.hold_id, kinwallet.yuan(coalesce(p.fen, 0)), h.amount::text
	FROM kinwallet_data.hold AS h
	LEFT JOIN parts AS p ON p.hold_id = h.hold_id
	WHERE kinwallet.fen(h.amount) <> coalesce(p.fen, 0)
	UNION ALL
	SELECT 'hold.state', 'hold ' || coalesce(h.hold_id, c.hold_id),
		CASE WHEN c.n IS NULL THEN 'not captured' ELSE 'captured once' END,
		coalesce(h.state::text || ', captured ' || coalesce(c.n, 0) || ' times', 'no hold')
	FROM kinwallet_data.hold AS h
	FULL JOIN captured AS c ON c.hold_id = h.hold_id
	WHERE h.hold_id IS NULL OR (h.state = 'c') <> (c.n IS NOT NULL) OR c.n > 1
	UNION ALL
	SELECT 'hold.recipient', 'hold ' || h.hold_id, h.recipient::text, c.recipient::text
	FROM kinwallet_data.hold AS h
	JOIN captured AS c ON c.hold_id = h.hold_id
	WHERE c.recipient <> h.recipient
	UNION ALL
	SELECT 'hold.ended_at', 'hold ' || h.hold_id, CASE h.state WHEN 'o' THEN 'none' ELSE 'a time' END,
		coalesce(h.ended_at::text, 'none')
	FROM kinwallet_data.hold AS h
	WHERE (h.state = 'o') <> (h.ended_at IS NULL)
	UNION ALL
	SELECT 'hold.drawn', 'hold ' || d.hold_id || ', relation ' || d.relation_id,
		'at most ' || kinwallet.yuan(coalesce(p.fen, 0)), kinwallet.yuan(d.fen)
	FROM drawn AS d
	LEFT JOIN part AS p ON p.hold_id = d.hold_id AND p.relation_id = d.relation_id
	WHERE d.fen > coalesce(p.fen, 0)
$verify_holds$;
COMMENT ON FUNCTION kinwallet.verify_holds_unchecked() IS 'verify_holds() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.verify_holds()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
	AS 'MODULE_PATHNAME', 'kw_verify_holds' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.verify_holds() IS 'the checks of verify_ledger() on holds';
