/*
 * The invariants of facts among themselves, and of clearing.
 */

CREATE FUNCTION kinwallet.verify_spendings_unchecked()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $verify_spendings$
	WITH drawn AS (
		SELECT spending_id, sum(kinwallet.fen(amount)) AS fen,
			count(*) FILTER (WHERE counts & 1 <> 0) AS region_counts,
			count(DISTINCT payer_region) AS regions,
			count(*) FILTER (WHERE counts & 2 <> 0) AS province_counts,
			count(DISTINCT kinwallet.province(payer_region)) AS provinces
		FROM kinwallet_data.draw
		WHERE kind = 'd'
		GROUP BY spending_id
	), restored AS (
		SELECT spending_id, sum(kinwallet.fen(amount)) AS fen, sum(counts) AS counts
		FROM kinwallet_data.draw
		WHERE kind = 'r'
		GROUP BY spending_id
	), refunds AS (
		SELECT spending_id,
			coalesce(sum(kinwallet.fen(amount)) FILTER (WHERE kind = 'm'), 0) AS mutual_aid,
			coalesce(sum(kinwallet.fen(amount)) FILTER (WHERE kind = 'o'), 0) AS own_account,
			min(recipient) AS recipient
		FROM kinwallet_data.refund
		GROUP BY spending_id
	), restores AS (
		SELECT restores AS draw_id, sum(kinwallet.fen(amount)) AS fen
		FROM kinwallet_data.draw
		WHERE kind = 'r'
		GROUP BY restores
	)
	SELECT 'spending.mutual_aid', 'spending ' || coalesce(s.spending_id, d.spending_id),
		kinwallet.yuan(coalesce(d.fen, 0)), coalesce(s.mutual_aid::text, 'no spending')
	FROM kinwallet_data.spending AS s
	FULL JOIN drawn AS d ON d.spending_id = s.spending_id
	WHERE kinwallet.fen(s.mutual_aid) IS DISTINCT FROM coalesce(d.fen, 0)
	UNION ALL
	SELECT 'refunded.' || part.name, 'spending ' || coalesce(r.spending_id, f.spending_id),
		kinwallet.yuan(coalesce(part.expected, 0)), coalesce(part.found::text, 'no row')
	FROM kinwallet_data.refunded AS r
	FULL JOIN refunds AS f ON f.spending_id = r.spending_id
	CROSS JOIN LATERAL (VALUES
		('mutual_aid', f.mutual_aid, r.mutual_aid),
		('own_account', f.own_account, r.own_account)
	) AS part(name, expected, found)
	WHERE coalesce(kinwallet.fen(part.found), 0) <> coalesce(part.expected, 0)
	UNION ALL
	SELECT 'refund.' || part.name, 'spending ' || f.spending_id,
		coalesce('at most ' || part.paid::text, 'a spending'), kinwallet.yuan(part.refunded)
	FROM refunds AS f
	LEFT JOIN kinwallet_data.spending AS s ON s.spending_id = f.spending_id AND s.recipient = f.recipient
	CROSS JOIN LATERAL (VALUES
		('mutual_aid', s.mutual_aid, f.mutual_aid),
		('own_account', s.own_account, f.own_account)
	) AS part(name, paid, refunded)
	WHERE part.refunded > coalesce(kinwallet.fen(part.paid), -1)
	UNION ALL
	SELECT 'refund.restored', 'spending ' || coalesce(f.spending_id, r.spending_id),
		kinwallet.yuan(coalesce(f.mutual_aid, 0)), kinwallet.yuan(coalesce(r.fen, 0))
	FROM refunds AS f
	FULL JOIN restored AS r ON r.spending_id = f.spending_id
	WHERE coalesce(f.mutual_aid, 0) <> coalesce(r.fen, 0)
	UNION ALL
	SELECT 'draw.restored', 'draw ' || r.draw_id,
		coalesce('at most ' || d.amount::text, 'a draw'), kinwallet.yuan(r.fen)
	FROM restores AS r
	LEFT JOIN kinwallet_data.draw AS d ON d.draw_id = r.draw_id AND d.kind = 'd'
	WHERE r.fen > coalesce(kinwallet.fen(d.amount), -1)
	UNION ALL
	-- a restore repeats its draw: the same money, the other way
	SELECT 'draw.restores', 'draw ' || r.draw_id, 'as draw ' || r.restores, 'different'
	FROM kinwallet_data.draw AS r
	JOIN kinwallet_data.draw AS d ON d.draw_id = r.restores
	WHERE r.kind = 'r' AND (r.spending_id, r.relation_id, r.contributor, r.recipient, r.payer_region::text, r.payee_region::text,
			r.recipient_region::text, r.scope, r.use)
		IS DISTINCT FROM (d.spending_id, d.relation_id, d.contributor, d.recipient, d.payer_region::text, d.payee_region::text,
			d.recipient_region::text, d.scope, d.use)
	UNION ALL
	SELECT 'draw.spending', 'draw ' || d.draw_id, 'as spending ' || d.spending_id, 'different'
	FROM kinwallet_data.draw AS d
	JOIN kinwallet_data.spending AS s ON s.spending_id = d.spending_id
	WHERE d.kind = 'd' AND (d.recipient, d.at, d.month, d.recipient_region::text, d.payee_region::text, d.use, d.place = 'h')
		IS DISTINCT FROM (s.recipient, s.at, s.month, s.recipient_region::text, s.payee_region::text, s.use, s.hold_id <> 0)
	UNION ALL
	-- EDGE-22: the regions are those of the relation, whoever has moved since; but a
	-- hold outlives the relation (EDGE-45), and its recipient may be insured elsewhere
	SELECT 'draw.relation', 'draw ' || d.draw_id, 'as relation ' || d.relation_id, 'different'
	FROM kinwallet_data.draw AS d
	LEFT JOIN kinwallet_data.relation AS r ON r.relation_id = d.relation_id
	WHERE (d.contributor, d.recipient, d.payer_region::text) IS DISTINCT FROM (r.contributor, r.recipient, r.contributor_region::text)
		OR (d.kind = 'd' AND d.place = 'q' AND d.recipient_region OPERATOR(kinwallet.<>) r.recipient_region)
	UNION ALL
	SELECT 'draw.scope', 'draw ' || d.draw_id, scope.expected, d.scope::text
	FROM kinwallet_data.draw AS d
	CROSS JOIN LATERAL (SELECT CASE
		WHEN d.payer_region OPERATOR(kinwallet.=) d.payee_region THEN 'l'
		WHEN kinwallet.province(d.payer_region) OPERATOR(kinwallet.=) kinwallet.province(d.payee_region) THEN 'i'
		ELSE 'c' END) AS scope(expected)
	WHERE d.scope::text <> scope.expected
	UNION ALL
	SELECT 'draw.kind', 'draw ' || d.draw_id, 'd from q or h; r of a draw, to q, a or s',
		d.kind::text || ' ' || d.place::text || ' ' || d.restores
	FROM kinwallet_data.draw AS d
	WHERE NOT (d.kind = 'd' AND d.place IN ('q', 'h') AND d.restores = 0
		OR d.kind = 'r' AND d.place IN ('q', 'a', 's') AND d.restores <> 0)
	UNION ALL
	-- a person-time is counted once for each pair
	SELECT 'draw.counts', 'spending ' || d.spending_id, d.regions || ' regions, ' || d.provinces || ' provinces',
		d.region_counts || ' and ' || d.province_counts
	FROM drawn AS d
	WHERE d.region_counts <> d.regions OR d.province_counts <> d.provinces
	UNION ALL
	SELECT 'draw.counts', 'spending ' || r.spending_id, 'none of its restores', r.counts::text
	FROM restored AS r
	WHERE r.counts <> 0
	UNION ALL
	SELECT 'premium_paid', 'person ' || coalesce(p.person_id, s.recipient) || ', ' || coalesce(p.kind, s.use)::text || ' '
		|| coalesce(p.cover_year, s.cover_year),
		coalesce('spending ' || s.spending_id, 'none'), coalesce('spending ' || p.spending_id, 'none')
	FROM kinwallet_data.premium_paid AS p
	FULL JOIN (
		SELECT paid.*
		FROM kinwallet_data.spending AS paid
		LEFT JOIN refunds AS f ON f.spending_id = paid.spending_id
		WHERE paid.kind = 'p' AND kinwallet.fen(paid.mutual_aid) + kinwallet.fen(paid.own_account)
			> coalesce(f.mutual_aid + f.own_account, 0)
	) AS s ON s.recipient = p.person_id AND s.use = p.kind AND s.cover_year = p.cover_year
	WHERE p.spending_id IS DISTINCT FROM s.spending_id
$verify_spendings$;
COMMENT ON FUNCTION kinwallet.verify_spendings_unchecked() IS 'verify_spendings() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.verify_spendings()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
	AS 'MODULE_PATHNAME', 'kw_verify_spendings' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.verify_spendings() IS 'the checks of verify_ledger() on spendings, draws and refunds';

CREATE FUNCTION kinwallet.verify_facts_unchecked()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $verify_facts$
	WITH per_day AS (
		SELECT t.contributor, kinwallet.business_date(t.at) AS day, count(*) AS n, max(p.transfers_per_day) AS at_most
		FROM kinwallet_data.transfer AS t
		LEFT JOIN kinwallet_data.policy AS p ON p.policy_id = t.policy_id
		GROUP BY 1, 2
	), accepted AS (
		-- what two months hold can be one request accepted twice
		SELECT fact, person_id, request_id, array_agg(month ORDER BY month) AS months
		FROM (
			SELECT 'account_entry', person_id, request_id, month FROM kinwallet_data.account_entry
			UNION ALL
			SELECT 'transfer', contributor, request_id, month FROM kinwallet_data.transfer
			UNION ALL
			SELECT 'spending ' || kind::text, recipient, request_id, month FROM kinwallet_data.spending
			UNION ALL
			SELECT 'refund ' || kind::text, recipient, request_id, month FROM kinwallet_data.refund
		) AS request(fact, person_id, request_id, month)
		GROUP BY fact, person_id, request_id
		HAVING count(*) > 1
	)
	SELECT f.fact || '.month', f.fact || ' ' || f.fact_id, 'id and time of ' || to_char(f.month, 'YYYY-MM'),
		'id of ' || to_char(kinwallet.id_month(f.fact_id), 'YYYY-MM') || ', day ' || kinwallet.business_date(f.at)
	FROM (
		SELECT 'account_entry', entry_id, month, at FROM kinwallet_data.account_entry
		UNION ALL
		SELECT 'transfer', transfer_id, month, at FROM kinwallet_data.transfer
		UNION ALL
		SELECT 'spending', spending_id, month, at FROM kinwallet_data.spending
		UNION ALL
		SELECT 'draw', draw_id, month, at FROM kinwallet_data.draw
		UNION ALL
		SELECT 'refund', refund_id, month, at FROM kinwallet_data.refund
		UNION ALL
		SELECT 'return_', return_id, month, at FROM kinwallet_data.return_
	) AS f(fact, fact_id, month, at)
	WHERE kinwallet.id_month(f.fact_id) <> f.month
		OR kinwallet.business_date(f.at) < f.month OR kinwallet.business_date(f.at) >= f.month + interval '1 month'
	UNION ALL
	SELECT a.fact || '.request_id', 'person ' || a.person_id || ', request ' || a.request_id,
		'once in two months', to_char(pair.earlier, 'YYYY-MM') || ' and ' || to_char(pair.later, 'YYYY-MM')
	FROM accepted AS a
	CROSS JOIN LATERAL (
		SELECT month, lead(month) OVER (ORDER BY month) FROM unnest(a.months) AS m(month)) AS pair(earlier, later)
	WHERE pair.later <= pair.earlier + interval '1 month'
	UNION ALL
	SELECT 'transfer.relation', 'transfer ' || t.transfer_id,
		coalesce('contributor ' || r.contributor, 'a relation'), 'contributor ' || t.contributor
	FROM kinwallet_data.transfer AS t
	LEFT JOIN kinwallet_data.relation AS r ON r.relation_id = t.relation_id
	-- not that it was active by then: the clock may have gone back in between
	WHERE r.contributor IS DISTINCT FROM t.contributor
	UNION ALL
	-- invariant 4; the policy is that of the contributor's region
	SELECT 'transfer.policy', 'transfer ' || t.transfer_id,
		coalesce('valid on ' || kinwallet.business_date(t.at) || ' in ' || r.contributor_region::text, 'a relation'),
		coalesce('policy ' || t.policy_id || ' of ' || p.scope || ' ' || p.valid::text, 'no policy ' || t.policy_id)
	FROM kinwallet_data.transfer AS t
	LEFT JOIN kinwallet_data.relation AS r ON r.relation_id = t.relation_id
	LEFT JOIN kinwallet_data.policy AS p ON p.policy_id = t.policy_id
	WHERE (p.valid @> kinwallet.business_date(t.at)
		AND p.scope IN (0, r.contributor_region::text::integer, kinwallet.province(r.contributor_region)::text::integer)) IS NOT TRUE
	UNION ALL
	SELECT 'transfer.amount', 'transfer ' || t.transfer_id, p.transfer_min::text || ' to ' || p.transfer_max::text, t.amount::text
	FROM kinwallet_data.transfer AS t
	JOIN kinwallet_data.policy AS p ON p.policy_id = t.policy_id
	WHERE kinwallet.fen(t.amount) NOT BETWEEN kinwallet.fen(p.transfer_min) AND kinwallet.fen(p.transfer_max)
	UNION ALL
	SELECT 'transfer.per_day', 'person ' || d.contributor || ', ' || d.day, 'at most ' || d.at_most, d.n::text
	FROM per_day AS d
	WHERE d.n > d.at_most
	UNION ALL
	SELECT 'return_.relation', 'return_ ' || b.return_id, 'as relation ' || b.relation_id, 'different'
	FROM kinwallet_data.return_ AS b
	LEFT JOIN kinwallet_data.relation AS r ON r.relation_id = b.relation_id
	WHERE (b.contributor, b.contributor_region::text) IS DISTINCT FROM (r.contributor, r.contributor_region::text)
$verify_facts$;
COMMENT ON FUNCTION kinwallet.verify_facts_unchecked() IS 'verify_facts() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.verify_facts()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
	AS 'MODULE_PATHNAME', 'kw_verify_facts' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.verify_facts() IS 'the checks of verify_ledger() on credits, transfers, returns and all facts'' ids';

/*
 * The tables of pairs and the draws, both brought to today's parties: a
 * signed table keeps the parties of its day (EDGE-78).  Its provinces can be
 * compared with its own regions only.
 */
CREATE FUNCTION kinwallet.verify_clearing_unchecked()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $verify_clearing$
	WITH RECURSIVE step AS (
		SELECT region, region AS party, successor, 0 AS hops
		FROM kinwallet_data.region
		UNION ALL
		SELECT s.region, r.region, r.successor, s.hops + 1
		FROM step AS s
		JOIN kinwallet_data.region AS r ON r.region OPERATOR(kinwallet.=) s.successor
		WHERE s.hops < 1000
	), party AS (
		SELECT region, party FROM step WHERE successor IS NULL
	), split_month AS (
		SELECT month, state <> 'split' AS signed FROM kinwallet_data.clearing_month WHERE state <> 'cut_off'
	), drawn AS (
		SELECT month, payer_region, payee_region, count(*) AS items,
			count(*) FILTER (WHERE counts & 1 <> 0) AS region_times,
			count(*) FILTER (WHERE counts & 2 <> 0) AS province_times,
			coalesce(sum(kinwallet.fen(amount)) FILTER (WHERE kind = 'd'), 0) AS gross,
			coalesce(sum(kinwallet.fen(amount)) FILTER (WHERE kind = 'r'), 0) AS reversed
		FROM kinwallet_data.draw
		WHERE scope <> 'l'
		GROUP BY month, payer_region, payee_region
		UNION ALL
		-- lines that were withheld, cleared late or deducted
		SELECT month, payer, payee, items, region_times, province_times, gross, reversed
		FROM kinwallet.clearing_corrections()
	), line AS (
		SELECT d.month, coalesce(a.party, d.payer_region) AS payer, coalesce(b.party, d.payee_region) AS payee,
			d.items, d.region_times, d.province_times, d.gross, d.reversed, m.signed
		FROM split_month AS m
		JOIN drawn AS d ON d.month = m.month
		LEFT JOIN party AS a ON a.region OPERATOR(kinwallet.=) d.payer_region
		LEFT JOIN party AS b ON b.region OPERATOR(kinwallet.=) d.payee_region
	), due AS (
		SELECT month, 'region' AS level, payer, payee,
			sum(region_times) AS person_times, sum(items) AS items, sum(gross) AS gross, sum(reversed) AS reversed
		FROM line
		WHERE payer OPERATOR(kinwallet.<>) payee
		GROUP BY month, payer, payee
		UNION ALL
		SELECT month, 'province', kinwallet.province(payer), kinwallet.province(payee),
			sum(province_times), sum(items), sum(gross), sum(reversed)
		FROM line
		WHERE NOT signed AND kinwallet.province(payer) OPERATOR(kinwallet.<>) kinwallet.province(payee)
		GROUP BY month, kinwallet.province(payer), kinwallet.province(payee)
	), stored AS (
		SELECT p.month, p.level, coalesce(a.party, p.payer) AS payer, coalesce(b.party, p.payee) AS payee,
			sum(p.person_times) AS person_times, sum(p.items) AS items,
			sum(kinwallet.fen(p.gross)) AS gross, sum(kinwallet.fen(p.reversed)) AS reversed
		FROM kinwallet_data.clearing_pair AS p
		JOIN split_month AS m ON m.month = p.month
		-- a municipality is its own province: the national table is not mapped
		LEFT JOIN party AS a ON p.level = 'region' AND a.region OPERATOR(kinwallet.=) p.payer
		LEFT JOIN party AS b ON p.level = 'region' AND b.region OPERATOR(kinwallet.=) p.payee
		WHERE NOT (p.level = 'province' AND m.signed) AND coalesce(a.party, p.payer) OPERATOR(kinwallet.<>) coalesce(b.party, p.payee)
		GROUP BY 1, 2, 3, 4
	), by_province AS (
		SELECT month, level, payer, payee, sum(items) AS items, sum(gross) AS gross, sum(reversed) AS reversed
		FROM (
			SELECT month, level, kinwallet.province(payer), kinwallet.province(payee), items, kinwallet.fen(gross), kinwallet.fen(reversed)
			FROM kinwallet_data.clearing_pair
			WHERE scope = 'c'
		) AS pair(month, level, payer, payee, items, gross, reversed)
		GROUP BY month, level, payer, payee
	)
	-- invariant 5
	SELECT 'clearing_pair.' || part.name, pair.month || ' ' || pair.level || ' ' || pair.payer::text || ' -> ' || pair.payee::text,
		part.expected, part.found
	FROM (
		SELECT coalesce(d.month, s.month) AS month, coalesce(d.level, s.level) AS level,
			coalesce(d.payer, s.payer) AS payer, coalesce(d.payee, s.payee) AS payee,
			coalesce(d.person_times, 0) AS due_times, coalesce(d.items, 0) AS due_items,
			coalesce(d.gross, 0) AS due_gross, coalesce(d.reversed, 0) AS due_reversed,
			coalesce(s.person_times, 0) AS times, coalesce(s.items, 0) AS items,
			coalesce(s.gross, 0) AS gross, coalesce(s.reversed, 0) AS reversed
		FROM due AS d
		FULL JOIN stored AS s ON s.month = d.month AND s.level = d.level
			AND s.payer OPERATOR(kinwallet.=) d.payer AND s.payee OPERATOR(kinwallet.=) d.payee
	) AS pair
	CROSS JOIN LATERAL (VALUES
		('person_times', pair.due_times::text, pair.times::text),
		('items', pair.due_items::text, pair.items::text),
		('gross', kinwallet.yuan(pair.due_gross), kinwallet.yuan(pair.gross)),
		('reversed', kinwallet.yuan(pair.due_reversed), kinwallet.yuan(pair.reversed))
	) AS part(name, expected, found)
	WHERE part.expected <> part.found
	UNION ALL
	-- invariant 6: each row by itself (LR-02), and the levels with each other
	SELECT 'clearing_pair.due', p.month || ' ' || p.level || ' ' || p.payer::text || ' -> ' || p.payee::text,
		kinwallet.yuan(kinwallet.fen(p.gross)::numeric - kinwallet.fen(p.reversed)),
		p.due::text || ' - ' || p.adjustment::text
	FROM kinwallet_data.clearing_pair AS p
	WHERE kinwallet.fen(p.due)::numeric - kinwallet.fen(p.adjustment) <> kinwallet.fen(p.gross)::numeric - kinwallet.fen(p.reversed)
		OR least(kinwallet.fen(p.due), kinwallet.fen(p.adjustment)) <> 0
	UNION ALL
	SELECT 'clearing_pair.levels', coalesce(r.month, n.month) || ' ' || coalesce(r.payer, n.payer)::text || ' -> ' || coalesce(r.payee, n.payee)::text,
		coalesce(r.items || ': ' || kinwallet.yuan(r.gross) || ' - ' || kinwallet.yuan(r.reversed), 'none'),
		coalesce(n.items || ': ' || kinwallet.yuan(n.gross) || ' - ' || kinwallet.yuan(n.reversed), 'none')
	FROM (SELECT * FROM by_province WHERE level = 'region') AS r
	FULL JOIN (SELECT * FROM by_province WHERE level = 'province') AS n
		ON n.month = r.month AND n.payer OPERATOR(kinwallet.=) r.payer AND n.payee OPERATOR(kinwallet.=) r.payee
	WHERE (r.items, r.gross, r.reversed) IS DISTINCT FROM (n.items, n.gross, n.reversed)
	UNION ALL
	-- pairs are those of a split month
	SELECT 'clearing_pair.month', 'month ' || p.month, 'split', coalesce(m.state, 'open')
	FROM (SELECT DISTINCT month FROM kinwallet_data.clearing_pair) AS p
	LEFT JOIN kinwallet_data.clearing_month AS m ON m.month = p.month
	WHERE m.state IS NULL OR m.state = 'cut_off'
	UNION ALL
	-- months are cut off in order
	SELECT 'clearing_month.order', 'month ' || f.month, 'cut off before ' || newest.month, 'facts and not cut off'
	FROM (SELECT max(month) FROM kinwallet_data.clearing_month) AS newest(month)
	JOIN (
		SELECT month FROM kinwallet_data.account_entry
		UNION SELECT month FROM kinwallet_data.transfer
		UNION SELECT month FROM kinwallet_data.spending
		UNION SELECT month FROM kinwallet_data.draw
		UNION SELECT month FROM kinwallet_data.refund
		UNION SELECT month FROM kinwallet_data.return_
	) AS f ON f.month < newest.month
	WHERE NOT EXISTS (SELECT FROM kinwallet_data.clearing_month AS m WHERE m.month = f.month)
$verify_clearing$;
COMMENT ON FUNCTION kinwallet.verify_clearing_unchecked() IS 'verify_clearing() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.verify_clearing()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
	AS 'MODULE_PATHNAME', 'kw_verify_clearing' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.verify_clearing() IS 'the checks of verify_ledger() on months and pairs';

CREATE FUNCTION kinwallet.verify_ledger_unchecked()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $verify_ledger$
BEGIN
	-- state without all its facts would be nothing but faults
	PERFORM kinwallet.unarchived('-infinity');
	RETURN QUERY
	SELECT * FROM kinwallet.verify_wallets()
	UNION ALL
	SELECT * FROM kinwallet.verify_relations()
	UNION ALL
	SELECT * FROM kinwallet.verify_holds()
	UNION ALL
	SELECT * FROM kinwallet.verify_spendings()
	UNION ALL
	SELECT * FROM kinwallet.verify_facts()
	UNION ALL
	SELECT * FROM kinwallet.verify_clearing()
	UNION ALL
	SELECT * FROM kinwallet.verify_notices()
	UNION ALL
	SELECT * FROM kinwallet.verify_prepayment();
END
$verify_ledger$;
COMMENT ON FUNCTION kinwallet.verify_ledger_unchecked() IS 'verify_ledger() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.verify_ledger()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
	AS 'MODULE_PATHNAME', 'kw_verify_ledger' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.verify_ledger() IS 'check every invariant of the ledger: no row, no fault';
