-- create_ledger(), ensure_partitions(), and DROP EXTENSION.
\set SHOW_CONTEXT never
\set original :DBNAME
CREATE DATABASE regress_kinwallet_partitions TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_partitions
CREATE EXTENSION kinwallet;
SET client_min_messages = warning;
SET kinwallet.clock = '2026-02-15 10:00+08';
-- before there is a ledger
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
SELECT kinwallet.sweep();
SELECT kinwallet.cut_off('2026-01-01');
SELECT kinwallet.ensure_partitions('2026-12-01');
SELECT kinwallet.create_ledger(NULL);
SELECT kinwallet.create_ledger('1999-12-31');
SELECT kinwallet.create_ledger('2070-01-01');
SELECT kinwallet.create_ledger('infinity');
SELECT kinwallet.create_ledger('-infinity');
SELECT nspname FROM pg_namespace WHERE nspname = 'kinwallet_data';
CREATE VIEW leaves AS SELECT inhparent::regclass AS fact, count(*), min(right(c.relname, 7)), max(right(c.relname, 7))
FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid WHERE relkind = 'r' GROUP BY 1 ORDER BY inhparent::regclass::text COLLATE "C";

-- whatever TimeZone and DateStyle, the months are those of the calendar
BEGIN;
SET LOCAL TimeZone = 'America/New_York';
SET LOCAL DateStyle = 'German';
SELECT kinwallet.create_ledger('2025-11-30');
SELECT * FROM leaves;
SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'draw_2025_11';
ROLLBACK;
BEGIN;
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SELECT kinwallet.create_ledger('2028-02-29');
SELECT * FROM leaves;
ROLLBACK;

SELECT kinwallet.create_ledger();
SELECT * FROM leaves;
SELECT node, since, version = (SELECT extversion FROM pg_extension WHERE extname = 'kinwallet') AS version, created_at = kinwallet.business_time() AS now FROM kinwallet_data.ledger;
-- a second one fails and changes nothing
CREATE FUNCTION digest() RETURNS numeric LANGUAGE sql AS $$
	SELECT sum(hashtextextended((oid, relname, relfilenode, relnatts, relhastriggers)::text, 0)::numeric) FROM pg_class WHERE relnamespace = 'kinwallet_data'::regnamespace
$$;
SELECT digest() \gset
SELECT kinwallet.create_ledger();
SELECT kinwallet.create_ledger('2020-01-01');
SELECT digest() = :digest AS unchanged;

-- more months, again, fewer, none
SELECT kinwallet.ensure_partitions('2027-03-31');
SELECT * FROM leaves WHERE fact = 'kinwallet_data.draw'::regclass;
SELECT digest() \gset
SELECT kinwallet.ensure_partitions('2027-03-01'), kinwallet.ensure_partitions('2026-02-01'), kinwallet.ensure_partitions('2000-01-01'), kinwallet.ensure_partitions('-infinity');
SELECT digest() = :digest AS unchanged;
SELECT kinwallet.ensure_partitions(NULL);
SELECT kinwallet.ensure_partitions('2126-02-01');
SELECT kinwallet.ensure_partitions('infinity');
SELECT digest() = :digest AS unchanged;
-- a gap is filled
DROP TABLE kinwallet_data.draw_2026_07;
SELECT kinwallet.ensure_partitions('2027-01-01');
SELECT * FROM leaves WHERE fact = 'kinwallet_data.draw'::regclass;
SELECT indexdef FROM pg_indexes WHERE tablename IN ('draw_2026_07', 'spending_2026_07', 'transfer_2026_07') ORDER BY indexname;
-- something of the name that is none
ALTER TABLE kinwallet_data.draw DETACH PARTITION kinwallet_data.draw_2026_07;
SELECT kinwallet.ensure_partitions('2027-01-01');
DROP TABLE kinwallet_data.draw_2026_07;
CREATE SEQUENCE kinwallet_data.draw_2026_07;
SELECT kinwallet.ensure_partitions('2027-01-01');
DROP SEQUENCE kinwallet_data.draw_2026_07;
SELECT kinwallet.ensure_partitions('2027-01-01');

-- postings before the first month and after the last one
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'c1'), (2, '640299198207052026', 'B', '640200', 'employee', 'c2');
SELECT kinwallet.open_wallet(1), kinwallet.open_wallet(2);
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '1000.00');
SELECT kinwallet.establish_relation(1, 2, 'spouse') AS relation \gset
SET kinwallet.clock = '2025-12-31 23:59:59.999999+08';
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '1.00');
SET kinwallet.clock = '2027-04-01 00:00+08';
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
SELECT * FROM kinwallet.transfer_batch(ARRAY[gen_random_uuid()], '{1}', '{2}', '{1.00}');
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '1.00');
SELECT kinwallet.ensure_partitions('2027-04-01');
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00') > 0;
SELECT tableoid::regclass FROM kinwallet_data.transfer;
-- and a retry finds what was posted there
SELECT kinwallet.transfer('11111111-1111-4111-8111-111111111111', 1, 2, '1.00') = kinwallet.transfer('11111111-1111-4111-8111-111111111111', 1, 2, '1.00') AS same;
SELECT * FROM kinwallet.verify_ledger();

-- the extension does not go while the ledger is there
\set VERBOSITY terse
DROP EXTENSION kinwallet;
\set VERBOSITY default
DROP SCHEMA kinwallet CASCADE;
SELECT count(*) FROM kinwallet_data.transfer;
SET client_min_messages = error;
DROP SCHEMA kinwallet_data CASCADE;
DROP VIEW leaves;
DROP EXTENSION kinwallet;
SELECT count(*) FROM pg_namespace WHERE nspname ~ 'kinwallet';
-- and comes again, in the same session, with other types and functions behind the same names
CREATE EXTENSION kinwallet;
SET client_min_messages = warning;
SET kinwallet.clock = '2026-02-15 10:00+08';
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'c1'), (2, '640299198207052026', 'B', '640200', 'employee', 'c2');
SELECT kinwallet.open_wallet(1), kinwallet.open_wallet(2);
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '1000.00');
SELECT kinwallet.establish_relation(1, 2, 'spouse') > 0;
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00') > 0;
SELECT * FROM kinwallet.verify_ledger();

\c :original
DROP DATABASE regress_kinwallet_partitions;
