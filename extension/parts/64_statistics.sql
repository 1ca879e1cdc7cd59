/*
 * The figures that the notice itself publishes (POL-06, POL-07).
 *
 * A row for each month, contributor's province and use, and one row over all
 * of them with NULL for each.  A spending that contributors of two provinces
 * paid is one person-time of either province, and one of the total.  A month
 * counts what was drawn in it and what was restored in it, whenever it had
 * been drawn.
 */
CREATE FUNCTION kinwallet.statistics_unchecked(since date, until date, province kinwallet.region_code DEFAULT NULL)
	RETURNS TABLE (period date, payer_province kinwallet.region_code, use text, person_times bigint,
		amount kinwallet.wallet_amount, gross kinwallet.wallet_amount, reversed kinwallet.wallet_amount,
		cross_province kinwallet.wallet_amount, open_regions bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $statistics$
BEGIN
	IF since IS NULL OR until IS NULL THEN
		RETURN;
	ELSIF NOT isfinite(since) OR NOT isfinite(until) OR since > until THEN
		RAISE invalid_parameter_value USING MESSAGE = 'until must not be before since, and both must be finite';
	END IF;
	IF province IS NOT NULL THEN
		PERFORM kinwallet.known_province(province);
	END IF;
	PERFORM kinwallet.unarchived(since);

	RETURN QUERY
	WITH draw AS (
		SELECT d.month, kinwallet.province(d.payer_region) AS payer, d.use, d.kind, d.scope, kinwallet.fen(d.amount) AS fen,
			d.kind = 'd' AND d.counts & 2 <> 0 AS first_of_province,
			d.kind = 'd' AND d.position = 1 AS first
		FROM kinwallet_data.draw AS d
		WHERE d.month >= date_trunc('month', since::timestamp)::date AND d.month < until
			AND d.at >= since::timestamp AT TIME ZONE 'Asia/Shanghai' AND d.at < until::timestamp AT TIME ZONE 'Asia/Shanghai'
			AND (statistics_unchecked.province IS NULL OR kinwallet.province(d.payer_region) OPERATOR(kinwallet.=) statistics_unchecked.province)
	), figure AS (
		SELECT d.month, d.payer, d.use, grouping(d.month) AS is_total,
			CASE WHEN grouping(d.month) = 1 AND statistics_unchecked.province IS NULL THEN count(*) FILTER (WHERE d.first)
				ELSE count(*) FILTER (WHERE d.first_of_province) END AS person_times,
			coalesce(sum(d.fen) FILTER (WHERE d.kind = 'd'), 0) AS gross,
			coalesce(sum(d.fen) FILTER (WHERE d.kind = 'r'), 0) AS reversed,
			coalesce(sum(CASE d.kind WHEN 'd' THEN d.fen ELSE -d.fen END) FILTER (WHERE d.scope = 'c'), 0) AS cross_province
		FROM draw AS d
		GROUP BY GROUPING SETS ((d.month, d.payer, d.use), ())
	), region AS (
		SELECT r.province AS payer, count(*) AS n
		FROM kinwallet_data.region AS r
		WHERE r.opened_on < until AND r.successor IS NULL
			AND (statistics_unchecked.province IS NULL OR r.province OPERATOR(kinwallet.=) statistics_unchecked.province)
		GROUP BY r.province
	)
	SELECT f.month, f.payer,
		CASE f.use WHEN 'm' THEN 'medical' WHEN 'd' THEN 'drug' WHEN 'e' THEN 'device' WHEN 'c' THEN 'consumable'
			WHEN 'r' THEN 'resident_medical' WHEN 'l' THEN 'long_term_care' END,
		f.person_times, kinwallet.from_fen((f.gross - f.reversed)::bigint), kinwallet.from_fen(f.gross::bigint),
		kinwallet.from_fen(f.reversed::bigint), kinwallet.from_fen(f.cross_province::bigint),
		coalesce(CASE WHEN f.is_total = 1 THEN (SELECT sum(r.n)::bigint FROM region AS r)
			ELSE (SELECT r.n FROM region AS r WHERE r.payer OPERATOR(kinwallet.=) f.payer) END, 0)
	FROM figure AS f
	ORDER BY f.is_total, f.month, f.payer, 3;
END
$statistics$;
COMMENT ON FUNCTION kinwallet.statistics_unchecked(date, date, kinwallet.region_code) IS 'statistics() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.statistics(since date, until date, province kinwallet.region_code DEFAULT NULL)
	RETURNS TABLE (period date, payer_province kinwallet.region_code, use text, person_times bigint,
		amount kinwallet.wallet_amount, gross kinwallet.wallet_amount, reversed kinwallet.wallet_amount,
		cross_province kinwallet.wallet_amount, open_regions bigint)
	AS 'MODULE_PATHNAME', 'kw_statistics' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.statistics(date, date, kinwallet.region_code) IS
	'person-times, amounts and open regions by month, contributor''s province and use, with a total, from since to before until';
