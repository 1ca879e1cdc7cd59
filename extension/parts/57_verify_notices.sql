/*
 * The checks of what follows the split: months and their log, late lines,
 * notices, payments.  Read and joined as verify_ledger()'s others are.
 */
CREATE FUNCTION kinwallet.verify_notices_unchecked()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $verify_notices$
	WITH signature AS (
		SELECT month, count(*) AS n
		FROM kinwallet_data.clearing_step
		WHERE step = 'sign'
		GROUP BY month
	), counted AS (
		SELECT month, count(*) FILTER (WHERE side = 'pay' AND status <> 'paid') AS unpaid,
			count(*) FILTER (WHERE side = 'receive' AND received_on IS NULL) AS unconfirmed
		FROM kinwallet_data.clearing_notice
		WHERE counts
		GROUP BY month
	), issued AS (
		SELECT month, level, CASE kind WHEN 'adjustment' THEN kind ELSE 'payment' END AS kind,
			addressee AS payer, counterparty AS payee, amount
		FROM kinwallet_data.clearing_notice
		WHERE counts AND side = 'pay'
	), due AS (
		SELECT m.month, d.level, d.kind, d.payer, d.payee, d.amount
		FROM kinwallet_data.clearing_month AS m
		CROSS JOIN LATERAL kinwallet.payments_due(m.month) AS d
		WHERE m.state IN ('noticed', 'paid', 'closed')
	), booked AS (
		SELECT notice_id, sum(kinwallet.fen(amount)) AS fen, max(paid_on) AS paid_on
		FROM kinwallet_data.clearing_payment
		GROUP BY notice_id
	), level_sum AS (
		-- what a province's notices have it pay and receive for others, and what it and its regions exchange for that
		SELECT month, province, direction, sum(fen) FILTER (WHERE own) AS own, sum(fen) FILTER (WHERE NOT own) AS regions
		FROM (
			SELECT i.month, CASE flow.sign WHEN 1 THEN i.payer ELSE i.payee END, 'payable', true, flow.sign * kinwallet.fen(i.amount)
			FROM issued AS i
			CROSS JOIN LATERAL (VALUES (CASE i.kind WHEN 'payment' THEN 1 ELSE -1 END)) AS flow(sign)
			WHERE i.level = 'province'
			UNION ALL
			SELECT i.month, CASE flow.sign WHEN 1 THEN i.payee ELSE i.payer END, 'receivable', true, flow.sign * kinwallet.fen(i.amount)
			FROM issued AS i
			CROSS JOIN LATERAL (VALUES (CASE i.kind WHEN 'payment' THEN 1 ELSE -1 END)) AS flow(sign)
			WHERE i.level = 'province'
			UNION ALL
			SELECT i.month, kinwallet.province(i.payer),
				CASE WHEN (i.kind = 'payment') = (i.payee OPERATOR(kinwallet.=) kinwallet.province(i.payer)) THEN 'payable' ELSE 'receivable' END,
				false, CASE i.kind WHEN 'payment' THEN 1 ELSE -1 END * kinwallet.fen(i.amount)
			FROM issued AS i
			WHERE i.level = 'region'
			UNION ALL
			-- a region that is its province has no notice from itself
			SELECT p.month, party.region, party.direction, false, kinwallet.fen(p.due) - kinwallet.fen(p.adjustment)
			FROM kinwallet_data.clearing_pair AS p
			JOIN kinwallet_data.clearing_month AS m ON m.month = p.month AND m.state IN ('noticed', 'paid', 'closed')
			CROSS JOIN LATERAL (VALUES (p.payer, 'payable'), (p.payee, 'receivable')) AS party(region, direction)
			WHERE p.level = 'region' AND p.scope = 'c' AND party.region OPERATOR(kinwallet.=) kinwallet.province(party.region)
		) AS flow(month, province, direction, own, fen)
		GROUP BY month, province, direction
	)
	SELECT 'clearing_month.' || part.name, 'month ' || m.month, part.expected, part.found
	FROM kinwallet_data.clearing_month AS m
	LEFT JOIN signature AS s ON s.month = m.month
	LEFT JOIN counted AS c ON c.month = m.month
	CROSS JOIN LATERAL (VALUES
		('signatures', coalesce(s.n, 0)::text, m.signatures::text),
		('unpaid', coalesce(c.unpaid, 0)::text, m.unpaid::text),
		('unconfirmed', coalesce(c.unconfirmed, 0)::text, m.unconfirmed::text)
	) AS part(name, expected, found)
	WHERE part.expected <> part.found
	UNION ALL
	SELECT 'clearing_month.state', 'month ' || m.month, rule.expected, m.state
	FROM kinwallet_data.clearing_month AS m
	CROSS JOIN LATERAL (SELECT
		CASE
			WHEN m.state = 'cut_off' AND m.signatures > 0 THEN 'split, as it is signed'
			WHEN m.state = 'split' AND m.signatures > 0 AND NOT EXISTS (SELECT FROM kinwallet.unsigned_provinces(m.month))
				THEN 'confirmed, as everybody has signed'
			WHEN m.state NOT IN ('cut_off', 'split') AND EXISTS (SELECT FROM kinwallet.unsigned_provinces(m.month))
				THEN 'split, as not everybody has signed'
			WHEN m.state = 'noticed' AND m.unpaid = 0 THEN 'paid, as everything is paid'
			WHEN m.state IN ('paid', 'closed') AND m.unpaid > 0 THEN 'noticed, as not everything is paid'
			WHEN m.state = 'closed' AND m.unconfirmed > 0 THEN 'paid, as not everything is received'
		END) AS rule(expected)
	WHERE rule.expected IS NOT NULL
	UNION ALL
	-- PP-10, CP-07: the notices are the pairs
	SELECT 'clearing_notice.amount', coalesce(d.month, i.month) || ' ' || coalesce(d.level, i.level) || ' '
			|| coalesce(d.kind, i.kind) || ' ' || coalesce(d.payer, i.payer)::text || ' -> ' || coalesce(d.payee, i.payee)::text,
		coalesce(d.amount::text, 'none'), coalesce(i.amount::text, 'none')
	FROM due AS d
	FULL JOIN issued AS i ON i.month = d.month AND i.level = d.level AND i.kind = d.kind
		AND i.payer OPERATOR(kinwallet.=) d.payer AND i.payee OPERATOR(kinwallet.=) d.payee
	WHERE kinwallet.fen(d.amount) IS DISTINCT FROM kinwallet.fen(i.amount)
	UNION ALL
	SELECT 'clearing_notice.levels', l.month || ' ' || l.province::text || ' ' || l.direction,
		kinwallet.yuan(coalesce(l.own, 0)), kinwallet.yuan(coalesce(l.regions, 0))
	FROM level_sum AS l
	WHERE coalesce(l.own, 0) <> coalesce(l.regions, 0)
	UNION ALL
	SELECT 'clearing_notice.partner', n.number,
		n.counterparty::text || ' ' || n.addressee::text || ' ' || n.amount::text || ' ' || n.paid::text || ' ' || n.status,
		coalesce(p.addressee::text || ' ' || p.counterparty::text || ' ' || p.amount::text || ' ' || p.paid::text || ' ' || p.status, 'none')
	FROM kinwallet_data.clearing_notice AS n
	LEFT JOIN kinwallet_data.clearing_notice AS p ON p.notice_id = n.partner AND p.partner = n.notice_id AND p.side <> n.side
	WHERE (n.month, n.level, n.counterparty::text, n.addressee::text, kinwallet.fen(n.amount), kinwallet.fen(n.paid), n.status, n.paid_on, n.due_on, n.counts)
		IS DISTINCT FROM (p.month, p.level, p.addressee::text, p.counterparty::text, kinwallet.fen(p.amount), kinwallet.fen(p.paid), p.status, p.paid_on, p.due_on, p.counts)
	UNION ALL
	-- EDGE-80
	SELECT 'clearing_notice.paid', n.number,
		kinwallet.yuan(coalesce(b.fen, 0)) || CASE WHEN b.fen = kinwallet.fen(n.amount) THEN ' on ' || b.paid_on ELSE '' END,
		n.paid::text || coalesce(' on ' || n.paid_on, '')
	FROM kinwallet_data.clearing_notice AS n
	LEFT JOIN booked AS b ON b.notice_id = n.notice_id
	WHERE n.side = 'pay'
		AND (coalesce(b.fen, 0) <> kinwallet.fen(n.paid)
			OR CASE WHEN b.fen = kinwallet.fen(n.amount) THEN b.paid_on END IS DISTINCT FROM n.paid_on)
	UNION ALL
	SELECT 'clearing_payment.notice', 'payment ' || p.payment_id, 'a notice to pay', n.number
	FROM kinwallet_data.clearing_payment AS p
	JOIN kinwallet_data.clearing_notice AS n ON n.notice_id = p.notice_id AND n.side <> 'pay'
	UNION ALL
	-- LR-03, LR-04: a late line is a copy of its draw, and no more is deducted than it has
	SELECT 'clearing_withheld.draw', 'draw ' || w.draw_id,
		CASE WHEN d.draw_id IS NULL THEN 'none'
			ELSE format('%s %s %s %s %s %s', d.kind, d.scope, d.amount, d.payer_region, d.payee_region, d.counts) END,
		format('%s %s %s %s %s %s', w.kind, w.scope, w.amount, w.payer_region, w.payee_region, w.counts)
	FROM kinwallet_data.clearing_withheld AS w
	LEFT JOIN kinwallet_data.draw AS d ON d.draw_id = w.draw_id AND d.month = w.month
	WHERE (d.kind, d.scope, kinwallet.fen(d.amount), d.payer_region::text, d.payee_region::text, d.counts)
		IS DISTINCT FROM (w.kind, w.scope, kinwallet.fen(w.amount), w.payer_region::text, w.payee_region::text, w.counts)
	UNION ALL
	SELECT 'clearing_deduction.draw', 'draw ' || t.draw_id,
		CASE WHEN d.draw_id IS NULL THEN 'none'
			ELSE format('%s %s %s %s of %s %s, from 0.00 to that', d.kind, d.scope, d.payer_region, d.payee_region, d.spending_id, d.amount) END,
		format('d %s %s %s of %s %s, %s', t.scope, t.payer, t.payee, t.spending_id, t.line, kinwallet.yuan(t.fen))
	FROM (
		SELECT draw_id, scope, payer_region::text AS payer, payee_region::text AS payee, spending_id, line_amount::text AS line,
			sum(kinwallet.fen(amount)) AS fen, min(month) AS first
		FROM kinwallet_data.clearing_deduction
		GROUP BY 1, 2, 3, 4, 5, 6
	) AS t
	LEFT JOIN kinwallet_data.draw AS d ON d.draw_id = t.draw_id AND d.month = kinwallet.id_month(t.draw_id)
	WHERE d.kind IS DISTINCT FROM 'd' OR t.fen > kinwallet.fen(d.amount) OR t.fen < 0 OR t.first < d.month
		OR (d.scope, d.payer_region::text, d.payee_region::text, d.spending_id, d.amount::text)
			IS DISTINCT FROM (t.scope, t.payer, t.payee, t.spending_id, t.line)
	UNION ALL
	SELECT 'clearing_deduction.cancels', 'deduction ' || c.deduction_id,
		coalesce(format('draw %s, -%s, not before %s', d.draw_id, d.amount, d.month), 'none'),
		format('draw %s, %s, %s', c.draw_id, c.amount, c.month)
	FROM kinwallet_data.clearing_deduction AS c
	LEFT JOIN kinwallet_data.clearing_deduction AS d ON d.deduction_id = c.cancels AND d.cancels IS NULL
	WHERE c.cancels IS NOT NULL
		AND (d.deduction_id IS NULL OR d.draw_id <> c.draw_id OR d.month > c.month OR kinwallet.fen(d.amount) <> -kinwallet.fen(c.amount))
$verify_notices$;
COMMENT ON FUNCTION kinwallet.verify_notices_unchecked() IS 'verify_notices() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.verify_notices()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
	AS 'MODULE_PATHNAME', 'kw_verify_notices' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.verify_notices() IS 'the checks of verify_ledger() on signatures, late lines, notices and payments';
