-- A ledger whose last month has :draws draws over all pairs of regions, and
-- is cut off; so has each of :beside months before it, which are split, too.
-- Only the clearing reads it.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
CREATE EXTENSION kinwallet;
SELECT (date_trunc('month', kinwallet.business_date()::timestamp) - interval '1 month')::date AS month,
	(date_trunc('month', kinwallet.business_date()::timestamp) - (:beside + 1) * interval '1 month')::date AS since \gset
SELECT kinwallet.create_ledger(:'since');
CREATE TEMP TABLE place AS
SELECT row_number() OVER () - 1 AS n, region FROM kinwallet_data.region;
CREATE PROCEDURE pg_temp.fill(month date, draws int) LANGUAGE sql AS $$
INSERT INTO kinwallet_data.draw (draw_id, spending_id, relation_id, restores, contributor, recipient, amount, at,
	payer_region, payee_region, recipient_region, month, position, kind, scope, use, place, counts)
SELECT id.first | i, id.first | i, 1, 0, 1, 2, kinwallet.from_fen(1 + i % 100000), month::timestamp AT TIME ZONE 'Asia/Shanghai',
	a.region, b.region, b.region, month, 1, 'd',
	(CASE WHEN a.region OPERATOR(kinwallet.=) b.region THEN 'l'
		WHEN kinwallet.province(a.region) OPERATOR(kinwallet.=) kinwallet.province(b.region) THEN 'i' ELSE 'c' END)::"char",
	'm', 'q', 3
FROM (SELECT ((extract(year FROM month)::bigint - 2000) * 12 + extract(month FROM month)::bigint - 1) << 42) AS id(first),
	generate_series(1, draws) AS i
JOIN place AS a ON a.n = (i::bigint * 7919) % 338
JOIN place AS b ON b.n = (i::bigint * 104729 / 338) % 338
$$;
SELECT format('CALL pg_temp.fill(%L, %s)', (date :'since' + n * interval '1 month')::date, :draws)
FROM generate_series(0, :beside) AS n \gexec
VACUUM ANALYZE;
SELECT format('SELECT kinwallet.cut_off(%L)', (date :'since' + n * interval '1 month')::date)
FROM generate_series(0, :beside) AS n \gexec
SELECT format('SELECT kinwallet.split(%L)', (date :'since' + n * interval '1 month')::date)
FROM generate_series(0, :beside - 1) AS n \gexec
CHECKPOINT;
