/*
 * Reconciliation: what the payer's side, the payee's side or the centre holds
 * of a month against what is held here, line by line (rules.md 2.3).
 */

/*
 * The lines that cross a province's border, as each side knows them: one for
 * each posting, on the payer's side one for each of its provinces.
 *
 * A restore does not name its refund.  Both carry the spending and the
 * moment, and a refund takes its id after those of its restores.
 */
CREATE FUNCTION kinwallet.clearing_lines(month date, side text)
	RETURNS TABLE (request_id uuid, kind text, province kinwallet.region_code, day date, fen bigint)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $clearing_lines$
	WITH draw AS (
		SELECT d.draw_id, d.spending_id, d.kind, d.at, d.scope = 'c' AS crosses, kinwallet.fen(d.amount) AS fen,
			CASE clearing_lines.side WHEN 'payer' THEN kinwallet.province(d.payer_region)
				WHEN 'payee' THEN kinwallet.province(d.payee_region) END AS province
		FROM kinwallet_data.draw AS d
		WHERE d.month = clearing_lines.month
	), restore AS (
		SELECT w.refund_of_draw, w.province, w.crosses, w.fen
		FROM (
			SELECT u.draw_id, u.province, u.crosses, u.fen,
				min(u.refund_id) OVER (PARTITION BY u.spending_id, u.at ORDER BY u.id DESC) AS refund_of_draw
			FROM (
				SELECT d.spending_id, d.at, d.draw_id AS id, d.draw_id, NULL::bigint AS refund_id, d.province, d.crosses, d.fen
				FROM draw AS d
				WHERE d.kind = 'r'
				UNION ALL
				SELECT f.spending_id, f.at, f.refund_id, NULL, f.refund_id, NULL, NULL, NULL
				FROM kinwallet_data.refund AS f
				WHERE f.month = clearing_lines.month AND f.kind = 'm'
			) AS u
		) AS w
		WHERE w.draw_id IS NOT NULL
	)
	SELECT s.request_id, CASE s.kind WHEN 's' THEN 'spend' WHEN 'c' THEN 'capture' ELSE 'premium' END,
		l.province, kinwallet.business_date(s.at), l.fen
	FROM (
		SELECT d.spending_id, d.province, sum(d.fen)::bigint
		FROM draw AS d
		WHERE d.kind = 'd' AND d.crosses
		GROUP BY d.spending_id, d.province
	) AS l(spending_id, province, fen)
	JOIN kinwallet_data.spending AS s ON s.month = clearing_lines.month AND s.spending_id = l.spending_id
	UNION ALL
	SELECT f.request_id, 'refund', l.province, kinwallet.business_date(f.at), l.fen
	FROM (
		SELECT r.refund_of_draw, r.province, sum(r.fen)::bigint
		FROM restore AS r
		WHERE r.crosses
		GROUP BY r.refund_of_draw, r.province
	) AS l(refund_id, province, fen)
	JOIN kinwallet_data.refund AS f ON f.month = clearing_lines.month AND f.refund_id = l.refund_id
$clearing_lines$;
COMMENT ON FUNCTION kinwallet.clearing_lines(date, text) IS
	'the cross-province lines of a month as side payer, payee or centre holds them; serves reconcile()';

/*
 * Compare.  Both sides go into one aggregate by what names a line.  The list
 * was filled a moment ago and nobody knows its size, nor the month's: so the
 * plan is made anew each time, and has no loop that looks lines up one by one.
 * No row means that the lists agree: so NULL is an error here.
 */
CREATE FUNCTION kinwallet.compare_lines(month date, day date, side text, province kinwallet.region_code, lines jsonb)
	RETURNS TABLE (request_id uuid, problem text, here kinwallet.wallet_amount, there kinwallet.wallet_amount,
		kind text, line_province kinwallet.region_code)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET jit = off
SET work_mem = '128MB'
AS $compare_lines$
DECLARE
	foreign_lines text;
	bad bigint;
BEGIN
	IF month IS NULL OR side IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = format('argument "%s" must not be null',
			CASE WHEN month IS NULL THEN 'month' ELSE 'side' END);
	ELSIF NOT isfinite(month) OR extract(day FROM month) <> 1 THEN
		RAISE invalid_parameter_value USING MESSAGE = 'month must be given by its first day';
	ELSIF day < month OR day >= month + interval '1 month' THEN
		RAISE invalid_parameter_value USING MESSAGE = format('day %s is not in month %s', to_char(day, 'YYYY-MM-DD'), to_char(month, 'YYYY-MM'));
	ELSIF side NOT IN ('payer', 'payee', 'centre') THEN
		RAISE invalid_parameter_value USING MESSAGE = format('unknown side "%s"', side),
			HINT = 'Sides are "payer", "payee" and "centre".';
	ELSIF side = 'centre' AND province IS NOT NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = 'the centre holds the lines of all provinces',
			HINT = 'Leave the province out.';
	END IF;
	IF province IS NOT NULL THEN
		PERFORM kinwallet.known_province(province);
	END IF;
	PERFORM kinwallet.unarchived(month);

	IF jsonb_typeof(lines) <> 'array' THEN
		RAISE invalid_parameter_value USING MESSAGE = 'lines must be an array of objects';
	END IF;

	IF lines IS NULL THEN
		foreign_lines := 'SELECT f.request_id, f.kind, f.province, kinwallet.fen(f.amount)
			FROM kinwallet_data.foreign_line AS f
			WHERE f.month = $1 AND f.side = $3 AND ($2 IS NULL OR f.day = $2)
				AND ($4 IS NULL OR f.province OPERATOR(kinwallet.=) $4)';
	ELSE
		SELECT min(l.n) INTO bad
		FROM ROWS FROM (jsonb_to_recordset(lines) AS (request_id uuid, kind text, amount kinwallet.wallet_amount,
			province kinwallet.region_code)) WITH ORDINALITY AS l(request_id, kind, amount, province, n)
		WHERE l.request_id IS NULL OR l.amount IS NULL
			OR l.kind IS NULL OR l.kind NOT IN ('spend', 'capture', 'premium', 'refund')
			OR side <> 'centre' AND coalesce(l.province, compare_lines.province) IS NULL;
		IF bad IS NOT NULL THEN
			RAISE invalid_parameter_value USING MESSAGE = format('line %s is not complete', bad),
				DETAIL = 'A line has a request_id, an amount, a kind (spend, capture, premium or refund) and, unless it is the centre''s, a province.';
		END IF;
		foreign_lines := 'SELECT f.request_id, f.kind, CASE WHEN $3 <> ''centre'' THEN coalesce(f.province, $4) END, kinwallet.fen(f.amount)
			FROM jsonb_to_recordset($5) AS f(request_id uuid, kind text, amount kinwallet.wallet_amount, province kinwallet.region_code)
			WHERE $4 IS NULL OR coalesce(f.province, $4) OPERATOR(kinwallet.=) $4';
	END IF;

	RETURN QUERY EXECUTE format('
		SELECT l.request_id, p.problem,
			CASE WHEN l.n_here > 0 THEN kinwallet.from_fen(l.here::bigint) END,
			CASE WHEN l.n_there > 0 THEN kinwallet.from_fen(l.there::bigint) END,
			l.kind, l.province
		FROM (
			SELECT u.request_id, u.kind, u.province, count(u.here) AS n_here, count(u.there) AS n_there,
				coalesce(sum(u.here), 0) AS here, coalesce(sum(u.there), 0) AS there
			FROM (
				SELECT h.request_id, h.kind, h.province, h.fen, NULL::bigint
				FROM kinwallet.clearing_lines($1, $3) AS h
				WHERE ($2 IS NULL OR h.day = $2) AND ($4 IS NULL OR h.province OPERATOR(kinwallet.=) $4)
				UNION ALL
				SELECT f.request_id, f.kind, f.province, NULL, f.fen
				FROM (%s) AS f(request_id, kind, province, fen)
			) AS u(request_id, kind, province, here, there)
			GROUP BY u.request_id, u.kind, u.province
			HAVING count(u.here) <> count(u.there) OR sum(u.here) <> sum(u.there)
		) AS l
		CROSS JOIN LATERAL (VALUES
			(''missing_here'', l.n_here = 0),
			(''missing_there'', l.n_there < l.n_here),
			(''duplicate_there'', l.n_there > greatest(l.n_here, 1)),
			(''differing_amount'', l.n_there = l.n_here)
		) AS p(problem, found)
		WHERE p.found
		ORDER BY l.request_id, l.kind, l.province, p.problem', foreign_lines)
	USING month, day, side, province, lines;
END
$compare_lines$;
COMMENT ON FUNCTION kinwallet.compare_lines(date, date, text, kinwallet.region_code, jsonb) IS
	'compare a list with the lines held here; lines NULL: with kinwallet_data.foreign_line; serves reconcile()';

CREATE FUNCTION kinwallet.reconcile_unchecked(month date, day date DEFAULT NULL, side text DEFAULT 'centre',
	province kinwallet.region_code DEFAULT NULL)
	RETURNS TABLE (request_id uuid, problem text, here kinwallet.wallet_amount, there kinwallet.wallet_amount,
		kind text, line_province kinwallet.region_code)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $reconcile$
	SELECT * FROM kinwallet.compare_lines(reconcile_unchecked.month, reconcile_unchecked.day,
		reconcile_unchecked.side, reconcile_unchecked.province, NULL)
$reconcile$;
COMMENT ON FUNCTION kinwallet.reconcile_unchecked(date, date, text, kinwallet.region_code) IS 'reconcile() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.reconcile(month date, day date DEFAULT NULL, side text DEFAULT 'centre',
	province kinwallet.region_code DEFAULT NULL)
	RETURNS TABLE (request_id uuid, problem text, here kinwallet.wallet_amount, there kinwallet.wallet_amount,
		kind text, line_province kinwallet.region_code)
	AS 'MODULE_PATHNAME', 'kw_reconcile' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.reconcile(date, date, text, kinwallet.region_code) IS
	'compare a month, or a day of it, with what kinwallet_data.foreign_line has of the payer''s or the payee''s side, or of the centre';

CREATE FUNCTION kinwallet.reconcile_unchecked(month date, day date, lines jsonb, province kinwallet.region_code DEFAULT NULL,
	side text DEFAULT 'centre')
	RETURNS TABLE (request_id uuid, problem text, here kinwallet.wallet_amount, there kinwallet.wallet_amount,
		kind text, line_province kinwallet.region_code)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $reconcile$
	SELECT * FROM kinwallet.compare_lines(reconcile_unchecked.month, reconcile_unchecked.day,
		reconcile_unchecked.side, reconcile_unchecked.province, coalesce(reconcile_unchecked.lines, 'null'))
$reconcile$;
COMMENT ON FUNCTION kinwallet.reconcile_unchecked(date, date, jsonb, kinwallet.region_code, text) IS 'reconcile() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.reconcile(month date, day date, lines jsonb, province kinwallet.region_code DEFAULT NULL,
	side text DEFAULT 'centre')
	RETURNS TABLE (request_id uuid, problem text, here kinwallet.wallet_amount, there kinwallet.wallet_amount,
		kind text, line_province kinwallet.region_code)
	AS 'MODULE_PATHNAME', 'kw_reconcile' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.reconcile(date, date, jsonb, kinwallet.region_code, text) IS
	'compare a month, or a day of it, with a list of lines: request_id, kind, amount and, unless it is the centre''s, province';
