-- split() reads pages by itself: on any content it gives what GROUP BY gives.
\set original :DBNAME
CREATE DATABASE regress_kinwallet_clearing_scan TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_clearing_scan
CREATE EXTENSION kinwallet;
SET kinwallet.clock = '2026-02-10 10:00+08';
SELECT kinwallet.create_ledger();

-- random draws of January among some regions, one of them in no table
SELECT setseed(0.2026);
CREATE SEQUENCE seq;
CREATE TABLE place AS
SELECT row_number() OVER (ORDER BY region USING OPERATOR(kinwallet.<)) AS n, region
FROM kinwallet_data.region
WHERE region::text ~ '^(64|37|31|65)' OR region::text IN ('660000', '110000');
INSERT INTO place VALUES (0, '370299');
CREATE PROCEDURE add_draws(n int) LANGUAGE sql AS $$
	INSERT INTO kinwallet_data.draw (draw_id, spending_id, relation_id, restores, contributor, recipient, amount, at,
		payer_region, payee_region, recipient_region, month, position, kind, scope, use, place, counts)
	SELECT id, id, 1, 0, 1, 2, kinwallet.from_fen(1 + floor(random() ^ 4 * 1e9)::bigint), '2026-01-15 12:00+08',
		payer.region, payee.region, payee.region, '2026-01-01', 1,
		CASE WHEN r < 0.2 THEN 'r' ELSE 'd' END,
		CASE WHEN payer.region OPERATOR(kinwallet.=) payee.region THEN 'l'
			WHEN kinwallet.province(payer.region) OPERATOR(kinwallet.=) kinwallet.province(payee.region) THEN 'i' ELSE 'c' END,
		'm', 'q', CASE WHEN r < 0.2 THEN 0 ELSE floor(random() * 4) END
	FROM (SELECT ((26 * 12)::bigint << 42) | nextval('seq') AS id, random() AS r,
			floor(random() ^ 2 * (SELECT count(*) FROM place))::int AS a,
			floor(random() ^ 2 * (SELECT count(*) FROM place))::int AS b
		FROM generate_series(1, n)) AS t
	JOIN place AS payer ON payer.n = a
	JOIN place AS payee ON payee.n = b
$$;

-- the same by SQL, written without a look at clearing_scan.c
CREATE VIEW by_sql AS
SELECT 'region' AS level, payer_region AS payer, payee_region AS payee,
	count(*) FILTER (WHERE counts IN (1, 3)) AS person_times, count(*) AS items,
	kinwallet.sum(CASE kind WHEN 'd' THEN amount ELSE '0' END) AS gross,
	kinwallet.sum(CASE kind WHEN 'r' THEN amount ELSE '0' END) AS reversed
FROM kinwallet_data.draw
WHERE month = '2026-01-01' AND payer_region OPERATOR(kinwallet.<>) payee_region
GROUP BY payer_region, payee_region
UNION ALL
SELECT 'province', kinwallet.province(payer_region), kinwallet.province(payee_region),
	count(*) FILTER (WHERE counts IN (2, 3)), count(*),
	kinwallet.sum(CASE kind WHEN 'd' THEN amount ELSE '0' END),
	kinwallet.sum(CASE kind WHEN 'r' THEN amount ELSE '0' END)
FROM kinwallet_data.draw
WHERE month = '2026-01-01' AND left(payer_region::text, 2) <> left(payee_region::text, 2)
GROUP BY kinwallet.province(payer_region), kinwallet.province(payee_region);

CREATE VIEW by_split AS
SELECT level, payer, payee, person_times, items, gross, reversed
FROM kinwallet_data.clearing_pair WHERE month = '2026-01-01';

-- pairs compared, and those that only one side has or that differ
CREATE VIEW comparison AS
SELECT count(*) > 500 AS enough_pairs,
	count(*) FILTER (WHERE ROW(a.person_times, a.items, kinwallet.fen(a.gross), kinwallet.fen(a.reversed))
		IS DISTINCT FROM ROW(b.person_times, b.items, kinwallet.fen(b.gross), kinwallet.fen(b.reversed))) AS different
FROM by_sql AS a
FULL JOIN by_split AS b ON a.level = b.level AND a.payer OPERATOR(kinwallet.=) b.payer AND a.payee OPERATOR(kinwallet.=) b.payee;

CALL add_draws(5000);
SELECT kinwallet.cut_off('2026-01-01');

-- freshly written pages without hint bits
SELECT kinwallet.split('2026-01-01');
SELECT * FROM comparison;

-- a comparison that can fail
UPDATE kinwallet_data.clearing_pair SET items = items + 1 WHERE level = 'region' AND payer::text = '640100' AND payee::text = '370100';
SELECT * FROM comparison;

-- aborted draws, before any hint and after
BEGIN;
CALL add_draws(3000);
ROLLBACK;
SELECT kinwallet.split('2026-01-01');
SELECT * FROM comparison;
BEGIN;
CALL add_draws(1000);
SAVEPOINT s;
CALL add_draws(1000);
ROLLBACK TO s;
CALL add_draws(1000);
-- its own, uncommitted draws as well
SELECT kinwallet.split('2026-01-01');
SELECT * FROM comparison;
COMMIT;
SELECT * FROM comparison;

-- deleted draws
ALTER TABLE kinwallet_data.draw DISABLE TRIGGER fact_guard;
ALTER TABLE kinwallet_data.draw_2026_01 DISABLE TRIGGER fact_guard;
DELETE FROM kinwallet_data.draw WHERE draw_id % 7 = 0;
SELECT kinwallet.split('2026-01-01');
SELECT * FROM comparison;

-- pages that are all visible, and some that are no more
VACUUM kinwallet_data.draw_2026_01;
SELECT kinwallet.split('2026-01-01');
SELECT * FROM comparison;
DELETE FROM kinwallet_data.draw WHERE draw_id % 97 = 0;
CALL add_draws(500);
SELECT kinwallet.split('2026-01-01');
SELECT * FROM comparison;
VACUUM FREEZE kinwallet_data.draw_2026_01;
SELECT kinwallet.split('2026-01-01');
SELECT * FROM comparison;

-- every isolation level
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT kinwallet.split('2026-01-01');
SELECT * FROM comparison;
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
CALL add_draws(10);
SELECT kinwallet.split('2026-01-01');
SELECT * FROM comparison;
ROLLBACK;
SELECT * FROM comparison;

-- a split writes nothing that is stored already as it should be
CREATE TABLE stored AS SELECT ctid AS place, level, payer, payee FROM kinwallet_data.clearing_pair;
CREATE VIEW written AS SELECT p.level, p.payer, p.payee, s.place IS NOT NULL AS known
FROM kinwallet_data.clearing_pair AS p
LEFT JOIN stored AS s ON s.level = p.level AND s.payer OPERATOR(kinwallet.=) p.payer AND s.payee OPERATOR(kinwallet.=) p.payee
WHERE s.place IS DISTINCT FROM p.ctid;
SELECT kinwallet.split('2026-01-01');
SELECT * FROM written;
-- a row that is wrong, one that is missing, one too many at each end and one of another month
UPDATE kinwallet_data.clearing_pair SET items = items + 1 WHERE level = 'region' AND payer::text = '640100' AND payee::text = '370100';
DELETE FROM kinwallet_data.clearing_pair WHERE level = 'province' AND payer::text = '640000' AND payee::text = '370000';
INSERT INTO kinwallet_data.clearing_pair
VALUES ('2026-01-01', 'province', '110000', '120000', 'c', 1, 1, '1.00', '0.00', '1.00', '0.00'),
	('2026-01-01', 'region', '659000', '659000', 'c', 1, 1, '1.00', '0.00', '1.00', '0.00'),
	('2026-02-01', 'region', '640100', '370100', 'c', 1, 1, '1.00', '0.00', '1.00', '0.00');
SELECT kinwallet.split('2026-01-01');
SELECT * FROM written ORDER BY level;
DELETE FROM kinwallet_data.clearing_pair WHERE month = '2026-02-01';
SELECT * FROM comparison;
DROP VIEW written;
DROP TABLE stored;

-- what a site attaches to the table of pairs keeps working
ALTER TABLE kinwallet_data.clearing_pair ADD COLUMN remark text DEFAULT 'of the site';
CREATE TABLE seen (payer kinwallet.region_code);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.seen VALUES (NEW.payer); RETURN NEW; END $$;
CREATE TRIGGER see AFTER INSERT ON kinwallet_data.clearing_pair FOR EACH ROW EXECUTE FUNCTION see();
CREATE INDEX pair_items ON kinwallet_data.clearing_pair (items);
DELETE FROM kinwallet_data.clearing_pair WHERE payer::text = '640100';
SELECT kinwallet.split('2026-01-01');
SELECT * FROM comparison;
SELECT count(*) > 0 AND count(*) = (SELECT count(*) FROM kinwallet_data.clearing_pair WHERE payer::text = '640100') AS seen,
	(SELECT bool_and(remark = 'of the site') FROM kinwallet_data.clearing_pair) AS remarked FROM seen;
ALTER TABLE kinwallet_data.clearing_pair DROP COLUMN remark;
DROP TRIGGER see ON kinwallet_data.clearing_pair;
DROP INDEX kinwallet_data.pair_items;
-- a column that is gone is not ours either
TRUNCATE kinwallet_data.clearing_pair;
SELECT kinwallet.split('2026-01-01');
SELECT * FROM comparison;

-- a column behind the others moves nothing, nor does a null in it
ALTER TABLE kinwallet_data.draw ADD COLUMN remark text;
CALL add_draws(100);
UPDATE kinwallet_data.draw SET remark = 'a remark' WHERE draw_id % 5 = 0;
SELECT kinwallet.split('2026-01-01');
SELECT * FROM comparison;
ALTER TABLE kinwallet_data.draw DROP COLUMN remark;
CALL add_draws(100);
SELECT kinwallet.split('2026-01-01');
SELECT * FROM comparison;

-- one before them that may be null: no fixed offsets
ALTER TABLE kinwallet_data.draw ALTER COLUMN relation_id DROP NOT NULL;
UPDATE kinwallet_data.draw SET relation_id = NULL WHERE draw_id % 3 = 0;
SELECT kinwallet.split('2026-01-01');
SELECT * FROM comparison;
-- but what is cleared is never null
ALTER TABLE kinwallet_data.draw ALTER COLUMN payee_region DROP NOT NULL;
UPDATE kinwallet_data.draw SET payee_region = NULL WHERE draw_id = (SELECT min(draw_id) FROM kinwallet_data.draw);
CREATE FUNCTION error_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN NULL;
EXCEPTION WHEN null_value_not_allowed THEN
	RETURN SQLERRM;
END $$;
SELECT error_of($$SELECT kinwallet.split('2026-01-01')$$);

\c :original
DROP DATABASE regress_kinwallet_clearing_scan;
