-- A ledger whose last month has :draws draws over all pairs of regions, and
-- is cut off.  Only the clearing reads it.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
CREATE EXTENSION kinwallet;
SELECT kinwallet.create_ledger((kinwallet.business_date() - interval '1 month')::date);
CREATE TEMP TABLE place AS
SELECT row_number() OVER () - 1 AS n, region FROM kinwallet_data.region;
SELECT (date_trunc('month', kinwallet.business_date()::timestamp) - interval '1 month')::date AS month \gset
INSERT INTO kinwallet_data.draw (draw_id, spending_id, relation_id, restores, contributor, recipient, amount, at,
	payer_region, payee_region, recipient_region, month, position, kind, scope, use, place, counts)
SELECT ((extract(year FROM date :'month')::bigint - 2000) * 12 + extract(month FROM date :'month')::bigint - 1) << 42 | i,
	((extract(year FROM date :'month')::bigint - 2000) * 12 + extract(month FROM date :'month')::bigint - 1) << 42 | i,
	1, 0, 1, 2, kinwallet.from_fen(1 + i % 100000), :'month'::timestamp AT TIME ZONE 'Asia/Shanghai',
	a.region, b.region, b.region, :'month', 1, 'd',
	(CASE WHEN a.region OPERATOR(kinwallet.=) b.region THEN 'l'
		WHEN kinwallet.province(a.region) OPERATOR(kinwallet.=) kinwallet.province(b.region) THEN 'i' ELSE 'c' END)::"char",
	'm', 'q', 3
FROM generate_series(1, :draws) AS i
JOIN place AS a ON a.n = (i::bigint * 7919) % 338
JOIN place AS b ON b.n = (i::bigint * 104729 / 338) % 338;
VACUUM ANALYZE;
SELECT kinwallet.cut_off(:'month');
CHECKPOINT;
