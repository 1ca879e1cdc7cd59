-- Clearing: cut_off, split, clearing_pairs.  Rules CLR-01..05, LR-01, LR-02, EDGE-70..78.
\set original :DBNAME
CREATE DATABASE regress_kinwallet_clearing TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_clearing
CREATE EXTENSION kinwallet;
SET kinwallet.clock = '2026-01-31 23:59:59.999999';
SELECT kinwallet.create_ledger();

-- one draw (d) or restore (r) of a spending
CREATE SEQUENCE seq;
CREATE FUNCTION add_draw(month date, spending int, kind "char", amount kinwallet.wallet_amount, payer kinwallet.region_code,
	payee kinwallet.region_code, counts int) RETURNS int LANGUAGE sql AS $$
	INSERT INTO kinwallet_data.draw (draw_id, spending_id, relation_id, restores, contributor, recipient, amount, at,
		payer_region, payee_region, recipient_region, month, position, kind, scope, use, place, counts)
	VALUES (((extract(year FROM month)::int - 2000) * 12 + extract(month FROM month)::int - 1)::bigint << 42 | nextval('seq'),
		spending, 1, 0, 1, 2, amount, month + interval '10 days', payer, payee, payee, month, 1, kind,
		CASE WHEN payer OPERATOR(kinwallet.=) payee THEN 'l'
			WHEN kinwallet.province(payer) OPERATOR(kinwallet.=) kinwallet.province(payee) THEN 'i' ELSE 'c' END,
		'm', 'q', counts)
	RETURNING 1
$$;
CREATE FUNCTION all_pairs(month date) RETURNS TABLE (level text, payer kinwallet.region_code, payee kinwallet.region_code,
	person_times bigint, items bigint, gross kinwallet.wallet_amount, reversed kinwallet.wallet_amount,
	due kinwallet.wallet_amount, adjustment kinwallet.wallet_amount) LANGUAGE sql AS $$
	SELECT l.level, p.* FROM unnest('{province,region,intra_province}'::text[]) WITH ORDINALITY AS l(level, n)
	CROSS JOIN LATERAL kinwallet.clearing_pairs(all_pairs.month, l.level) AS p
	ORDER BY l.n, p.payer, p.payee
$$;

-- January: the worked example of the rules
SELECT count(add_draw('2026-01-01', spending, kind::"char", amount::kinwallet.wallet_amount, payer::kinwallet.region_code,
	payee::kinwallet.region_code, counts))
FROM (VALUES
	(1, 'd', '2500.00', '640200', '370100', 3), (1, 'd', '100.00', '320500', '370100', 3),
	(1, 'r', '100.00', '320500', '370100', 0), (1, 'r', '550.00', '640200', '370100', 0),
	-- one spending on two contributors: of one region, and of two regions of one province
	(2, 'd', '10.00', '640100', '110000', 3), (2, 'd', '20.00', '640100', '110000', 0), (2, 'd', '5.00', '640300', '110000', 1),
	-- within a province, and within a region
	(3, 'd', '7.00', '640100', '640200', 3), (4, 'd', '9.00', '640100', '640100', 3),
	-- Xinjiang and the Corps are two provinces
	(5, 'd', '1.01', '650100', '660000', 3)
) AS t(spending, kind, amount, payer, payee, counts);

-- arguments
SELECT kinwallet.cut_off(NULL);
SELECT kinwallet.split(NULL);
SELECT kinwallet.clearing_pairs(NULL, 'region');
SELECT kinwallet.clearing_pairs('2026-01-01', NULL);
SELECT kinwallet.cut_off('2026-01-02');
SELECT kinwallet.split('2026-01-31');
SELECT kinwallet.clearing_pairs('infinity', 'region');
SELECT kinwallet.clearing_pairs('2026-01-01', 'city');

-- EDGE-70: the month ends at midnight in Asia/Shanghai, whatever the session's zone
SELECT kinwallet.cut_off('2026-01-01');
SELECT kinwallet.split('2026-01-01');
SET kinwallet.clock = '2026-02-01 00:00:00';
BEGIN READ ONLY;
SELECT kinwallet.cut_off('2026-01-01');
ROLLBACK;
BEGIN;
SELECT kinwallet.cut_off('2026-01-01');
-- not for nothing until it commits
ROLLBACK;
SELECT kinwallet.cut_off('2026-01-01');
SELECT kinwallet.cut_off('2026-01-01');
SELECT kinwallet.clearing_pairs('2026-01-01', 'province');
SELECT month, state, cut_off_at AT TIME ZONE 'Asia/Shanghai' AS cut_off_at, split_at FROM kinwallet_data.clearing_month;

-- CLR-04, EDGE-73: the national split and what remains within the province
SELECT kinwallet.split('2026-01-01');
SELECT * FROM all_pairs('2026-01-01');
SELECT state, split_at AT TIME ZONE 'Asia/Shanghai' AS split_at FROM kinwallet_data.clearing_month;

-- EDGE-75: again, with the same result
CREATE TABLE january AS SELECT * FROM kinwallet_data.clearing_pair;
SELECT kinwallet.split('2026-01-01');
SELECT count(*) AS stored, count(j) AS same
FROM kinwallet_data.clearing_pair AS p LEFT JOIN january AS j ON ROW(j.*)::text = ROW(p.*)::text;

-- LR-01, LR-02: February refunds what January paid.  Regions of +100 and -30 are one province pair of 70.
SELECT count(add_draw('2026-02-01', spending, kind::"char", amount::kinwallet.wallet_amount, payer::kinwallet.region_code,
	payee::kinwallet.region_code, counts))
FROM (VALUES
	(1, 'r', '1950.00', '640200', '370100', 0),
	(6, 'd', '100.00', '320100', '310000', 3), (7, 'r', '30.00', '320200', '310000', 0)
) AS t(spending, kind, amount, payer, payee, counts);
SET kinwallet.clock = '2026-04-05 10:00';
-- months go in order, and February has facts
SELECT kinwallet.cut_off('2026-03-01');
SELECT kinwallet.split('2026-02-01');
SELECT kinwallet.cut_off('2026-02-01');
SELECT kinwallet.split('2026-02-01');
SELECT * FROM all_pairs('2026-02-01');
SELECT count(*) AS unchanged FROM january AS j JOIN kinwallet_data.clearing_pair AS p ON ROW(j.*)::text = ROW(p.*)::text;

-- EDGE-78: the regions of a line stay, the present party pays
SELECT count(add_draw('2026-03-01', spending, kind::"char", amount::kinwallet.wallet_amount, payer::kinwallet.region_code,
	payee::kinwallet.region_code, counts))
FROM (VALUES
	(8, 'd', '10.00', '640300', '370100', 3), (9, 'd', '20.00', '640400', '370100', 3),
	(10, 'd', '30.00', '640300', '640400', 3), (11, 'd', '40.00', '640300', '640100', 3),
	-- a code that the table of regions does not have
	(12, 'd', '50.00', '229900', '370199', 3)
) AS t(spending, kind, amount, payer, payee, counts);
-- 640300 was merged into 640400, which became 640500
UPDATE kinwallet_data.region SET successor = '640400' WHERE region::text = '640300';
UPDATE kinwallet_data.region SET successor = '640500' WHERE region::text = '640400';
SELECT kinwallet.cut_off('2026-03-01');
SELECT kinwallet.split('2026-03-01');
SELECT * FROM all_pairs('2026-03-01');
SELECT count(*) AS lines_of_old_codes FROM kinwallet_data.draw WHERE month = '2026-03-01' AND payer_region::text IN ('640300', '640400');
SELECT * FROM kinwallet.verify_clearing();
UPDATE kinwallet_data.region SET successor = '640300' WHERE region::text = '640500';
SELECT kinwallet.split('2026-03-01');
UPDATE kinwallet_data.region SET successor = NULL;
SELECT kinwallet.split('2026-03-01');
SELECT * FROM all_pairs('2026-03-01');

-- EDGE-75: a signed month stays as it is
UPDATE kinwallet_data.clearing_month SET state = 'confirmed' WHERE month = '2026-01-01';
SELECT kinwallet.split('2026-01-01');
SELECT count(*) FROM kinwallet.clearing_pairs('2026-01-01', 'province');

-- EDGE-72: nothing posts into a month that is cut off
SET kinwallet.clock = '2026-03-31 12:00';
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme)
VALUES (1, '640299198003121018', 'A', '640200', 'employee');
SELECT kinwallet.credit_account(kinwallet.request_id_of('1'), 1, '100.00');
SET kinwallet.clock = '2026-04-05 10:00';
SELECT kinwallet.credit_account(kinwallet.request_id_of('1'), 1, '100.00');

-- a month without partitions; a sum that fits no amount
SELECT kinwallet.cut_off('2025-12-01');
SELECT kinwallet.split('2025-12-01');
SELECT add_draw('2026-04-01', 13, 'd', '92233720368547758.07', '640100', '370100', 3);
SELECT add_draw('2026-04-01', 14, 'd', '0.01', '640100', '370100', 3);
SET kinwallet.clock = '2026-05-01 10:00';
SELECT kinwallet.cut_off('2026-04-01');
SELECT kinwallet.split('2026-04-01');

-- the caller's search_path does not matter, nor are rights to the tables needed
CREATE ROLE regress_kinwallet_clearing;
SELECT kinwallet.grant_role('regress_kinwallet_clearing', 'national_clearing', 'nation');
SET ROLE regress_kinwallet_clearing;
SET search_path = public, pg_temp;
SELECT count(*) FROM kinwallet.clearing_pairs('2026-02-01', 'region');
SELECT kinwallet.split('2026-02-01');
RESET ROLE;
SELECT month, split_by FROM kinwallet_data.clearing_month WHERE month = '2026-02-01';

\c :original
DROP DATABASE regress_kinwallet_clearing;
DROP ROLE regress_kinwallet_clearing;
