-- The figures of the notice: person-times, amounts, open regions.  POL-06..08, by month, province and use.
\set original :DBNAME
\set SHOW_CONTEXT never
CREATE DATABASE regress_kinwallet_statistics TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_statistics
CREATE EXTENSION kinwallet;
SET kinwallet.clock = '2026-01-10 10:00+08';
SELECT kinwallet.create_ledger();

-- nothing yet: one row, and the regions that are open on the day before
SELECT * FROM kinwallet.statistics('2026-01-01', '2026-02-01');
SELECT until, s.open_regions FROM unnest('{2025-07-15,2025-07-16,2026-01-09,2026-01-10}'::date[]) AS until
CROSS JOIN LATERAL kinwallet.statistics(until, until) AS s;
SELECT s.open_regions FROM kinwallet.statistics('2026-01-01', '2026-02-01', '640000') AS s;
-- EDGE-78: what was merged is no region any more; what is closed is not open
UPDATE kinwallet_data.region SET successor = '640100' WHERE region::text = '640300';
UPDATE kinwallet_data.region SET opened_on = NULL WHERE region::text IN ('640400', '110000');
SELECT s.open_regions FROM kinwallet.statistics('2026-01-01', '2026-02-01') AS s;
SELECT s.open_regions FROM kinwallet.statistics('2026-01-01', '2026-02-01', '640000') AS s;

-- A and C pay for B's treatment, D of B's province in part; B and D buy drugs; a refund in the next month
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'a'), (2, '370199195206060054', 'B', '370100', 'resident', 'b'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c'), (4, '640299198207052026', 'D', '370200', 'employee', 'd'),
	(5, '64029919900101001X', 'E', '640100', 'employee', 'e');
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES
	('H37010000001', 'medical_institution', '370100'), ('P37010000001', 'pharmacy', '370100');
SELECT count(kinwallet.open_wallet(i)) FROM generate_series(1, 5) AS i;
SELECT count(kinwallet.credit_account(kinwallet.request_id_of('credit' || i), i, '5000.00')) FROM unnest('{1,3,4,5}'::bigint[]) AS i;
SELECT count(kinwallet.establish_relation(i, 2, 'sibling')) FROM unnest('{1,5,3,4}'::bigint[]) AS i;
SELECT count(kinwallet.transfer(kinwallet.request_id_of('t' || i), i, 2, '1000.00')) FROM unnest('{1,3,4,5}'::bigint[]) AS i;
SET kinwallet.clock = '2026-01-31 23:59:59.999999+08';
-- 1000 of A and 1000 of E, both Ningxia; 1000 of C, Jiangsu; 200 of D, Shandong itself
SELECT spending_id AS s1, mutual_aid FROM kinwallet.spend(kinwallet.request_id_of('s1'), 2, 'H37010000001', 'medical', '3200.00') \gset
SET kinwallet.clock = '2026-02-01 00:00+08';
SELECT mutual_aid FROM kinwallet.spend(kinwallet.request_id_of('s2'), 2, 'P37010000001', 'drug', '80.00');
SELECT mutual_aid FROM kinwallet.spend(kinwallet.request_id_of('s3'), 2, 'P37010000001', 'device', '20.00');
SELECT kinwallet.refund(kinwallet.request_id_of('r1'), :s1, '1200.00') IS NOT NULL;
SELECT * FROM kinwallet.statistics('2026-01-01', '2026-03-01');
-- Ningxia's two contributors are one person-time of Ningxia; the whole is one of the nation
SELECT * FROM kinwallet.statistics('2026-01-01', '2026-02-01');
-- until is not included; days within a month
SELECT * FROM kinwallet.statistics('2026-01-31', '2026-01-31');
SELECT person_times, amount FROM kinwallet.statistics('2026-01-31', '2026-02-01') WHERE period IS NULL;
SELECT person_times, amount FROM kinwallet.statistics('2026-02-01', '2026-02-02') WHERE period IS NULL;
SET TimeZone = 'America/New_York';
SELECT person_times, amount FROM kinwallet.statistics('2026-02-01', '2026-02-02') WHERE period IS NULL;
-- one province
SELECT * FROM kinwallet.statistics('2026-01-01', '2026-03-01', '370000');
SELECT * FROM kinwallet.statistics('2026-01-01', '2026-03-01', '110000');

-- arguments
SELECT kinwallet.statistics(NULL, '2026-02-01');
SELECT kinwallet.statistics('2026-01-01', NULL);
SELECT kinwallet.statistics('2026-02-01', '2026-01-01');
SELECT kinwallet.statistics('-infinity', '2026-01-01');
SELECT kinwallet.statistics('2026-01-01', 'infinity');
SELECT kinwallet.statistics('2026-01-01', '2026-02-01', '640200');

CREATE ROLE regress_kinwallet_statistics;
GRANT USAGE ON SCHEMA kinwallet TO regress_kinwallet_statistics;
SET ROLE regress_kinwallet_statistics;
SELECT kinwallet.statistics('2026-01-01', '2026-02-01');
RESET ROLE;
SELECT kinwallet.grant_role('regress_kinwallet_statistics', 'national_clearing', 'nation');
SET ROLE regress_kinwallet_statistics;
SELECT count(*) FROM kinwallet.statistics('2026-01-01', '2026-02-01');
RESET ROLE;

\c :original
DROP DATABASE regress_kinwallet_statistics;
DROP ROLE regress_kinwallet_statistics;
