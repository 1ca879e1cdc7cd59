-- Three-way reconciliation (rules.md 2.3): what is missing here, missing there, differs, or is there twice.
\set original :DBNAME
\set SHOW_CONTEXT never
CREATE DATABASE regress_kinwallet_reconcile TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_reconcile
CREATE EXTENSION kinwallet;
SET kinwallet.clock = '2026-01-10 10:00+08';
SELECT kinwallet.create_ledger();

-- the worked example: A in Ningxia, C in Jiangsu, B in Shandong; and D in Shandong, another region
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'a'), (2, '370199195206060054', 'B', '370100', 'resident', 'b'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c'), (4, '640299198207052026', 'D', '370200', 'employee', 'd');
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES
	('H37010000001', 'medical_institution', '370100'), ('P64010000001', 'pharmacy', '640100');
SELECT kinwallet.open_wallet(i) FROM generate_series(1, 4) AS i;
SELECT kinwallet.credit_account(kinwallet.request_id_of('credit' || i), i, '5000.00') FROM unnest('{1,3,4}'::bigint[]) AS i;
SELECT kinwallet.establish_relation(1, 2, 'parent') IS NOT NULL AND kinwallet.establish_relation(3, 2, 'sibling') IS NOT NULL
	AND kinwallet.establish_relation(4, 2, 'sibling') IS NOT NULL;
SELECT count(kinwallet.transfer(kinwallet.request_id_of('t' || n), c, 2, amount::kinwallet.wallet_amount))
FROM (VALUES (1, 1, '2000.00'), (2, 1, '500.00'), (3, 3, '300.00'), (4, 4, '1000.00')) AS t(n, c, amount);

-- two days of postings: 2600 from A and C; two refunds at one moment; one within the province
SET kinwallet.clock = '2026-01-25 10:00+08';
SELECT mutual_aid FROM kinwallet.spend(kinwallet.request_id_of('s1'), 2, 'H37010000001', 'medical', '2600.00');
SET kinwallet.clock = '2026-01-28 00:00+08';
SELECT spending_id AS s1 FROM kinwallet_data.spending \gset
SELECT kinwallet.refund(kinwallet.request_id_of('r1'), :s1, '150.00') IS NOT NULL;
SELECT kinwallet.refund(kinwallet.request_id_of('r2'), :s1, '500.00') IS NOT NULL;
SELECT mutual_aid FROM kinwallet.spend(kinwallet.request_id_of('s2'), 2, 'P64010000001', 'drug', '40.00');
SELECT mutual_aid FROM kinwallet.spend(kinwallet.request_id_of('s3'), 2, 'H37010000001', 'medical', '1700.00');
SELECT contributor, payer_region, payee_region, kind, scope, amount FROM kinwallet_data.draw ORDER BY draw_id;

-- names instead of ids
CREATE VIEW names AS SELECT kinwallet.request_id_of(n) AS request_id, n AS name
	FROM unnest('{s1,s2,s3,r1,r2,x1,x2}'::text[]) AS n;
CREATE FUNCTION compare(day date, side text, province kinwallet.region_code DEFAULT NULL)
	RETURNS TABLE (name text, problem text, here kinwallet.wallet_amount, there kinwallet.wallet_amount, kind text, province kinwallet.region_code)
	LANGUAGE sql AS $$
	SELECT n.name, r.problem, r.here, r.there, r.kind, r.line_province
	FROM kinwallet.reconcile('2026-01-01', compare.day, compare.side, compare.province) AS r
	LEFT JOIN names AS n ON n.request_id = r.request_id ORDER BY n.name, r.line_province, r.problem
$$;

-- nothing delivered: everything is missing there, each side as it knows it
SELECT * FROM compare(NULL, 'centre');
SELECT * FROM compare(NULL, 'payer');
SELECT * FROM compare(NULL, 'payee');

-- lists that agree, by COPY
CREATE FUNCTION line(side text, province text, day int, name text, kind text, amount text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO kinwallet_data.foreign_line (side, province, month, day, request_id, kind, amount)
	VALUES (side, province::kinwallet.region_code, '2026-01-01', make_date(2026, 1, day), kinwallet.request_id_of(name), kind, amount::kinwallet.wallet_amount)
$$;
\copy kinwallet_data.foreign_line (side, province, month, day, request_id, kind, amount) FROM stdin
payee	370000	2026-01-01	2026-01-25	fcf0bc3b-0000-5000-8000-000000000001	spend	1.00
\.
SELECT problem, here, there, kind, line_province FROM kinwallet.reconcile('2026-01-01', '2026-01-25', 'payee', '370000') WHERE problem = 'missing_here';
TRUNCATE kinwallet_data.foreign_line;
SELECT count(line(side, province, day, name, kind, amount))
FROM (VALUES ('centre', NULL, 25, 's1', 'spend', '2600.00'), ('centre', NULL, 28, 'r1', 'refund', '150.00'),
	('centre', NULL, 28, 'r2', 'refund', '500.00'), ('centre', NULL, 28, 's2', 'spend', '40.00'), ('centre', NULL, 28, 's3', 'spend', '770.00'),
	('payer', '640000', 25, 's1', 'spend', '2500.00'), ('payer', '320000', 25, 's1', 'spend', '100.00'),
	('payer', '320000', 28, 'r1', 'refund', '100.00'), ('payer', '640000', 28, 'r1', 'refund', '50.00'),
	('payer', '640000', 28, 'r2', 'refund', '500.00')) AS t(side, province, day, name, kind, amount);
SELECT * FROM compare(NULL, 'centre');
SELECT * FROM compare('2026-01-25', 'payer');
SELECT * FROM compare('2026-01-28', 'payer', '640000');
SELECT * FROM compare(NULL, 'payer', '370000');

-- each problem, and two at once
SELECT line('payer', '640000', 28, 'x1', 'spend', '9.99');
SELECT line('payer', '640000', 28, 'x2', 'spend', '1.00');
SELECT line('payer', '640000', 28, 'x2', 'spend', '1.00');
SELECT line('payer', '640000', 28, 'r2', 'refund', '500.00');
SELECT line('payer', '640000', 25, 'r2', 'spend', '500.00');
UPDATE kinwallet_data.foreign_line SET amount = '2499.99' WHERE side = 'payer' AND province::text = '640000' AND kind = 'spend' AND day = '2026-01-25' AND amount::text = '2500.00';
DELETE FROM kinwallet_data.foreign_line WHERE side = 'payer' AND province::text = '320000' AND kind = 'spend';
SELECT * FROM compare(NULL, 'payer', '640000');
SELECT * FROM compare('2026-01-25', 'payer');

-- a list as jsonb; the third argument decides
SELECT n.name, r.problem, r.here, r.there, r.kind
FROM kinwallet.reconcile('2026-01-01', '2026-01-28', jsonb_build_array(
	jsonb_build_object('request_id', kinwallet.request_id_of('r1'), 'kind', 'refund', 'amount', 150),
	jsonb_build_object('request_id', kinwallet.request_id_of('s2'), 'kind', 'spend', 'amount', '40.01'),
	jsonb_build_object('request_id', kinwallet.request_id_of('r2'), 'kind', 'refund', 'amount', 500.0),
	jsonb_build_object('request_id', kinwallet.request_id_of('r2'), 'kind', 'refund', 'amount', '500.00'))) AS r
JOIN names AS n USING (request_id) ORDER BY 1, 2;
SELECT n.name, r.problem, r.here, r.there, r.kind, r.line_province
FROM kinwallet.reconcile('2026-01-01', NULL, jsonb_build_array(
	jsonb_build_object('request_id', kinwallet.request_id_of('s1'), 'kind', 'spend', 'amount', '100.00'),
	jsonb_build_object('request_id', kinwallet.request_id_of('s1'), 'kind', 'spend', 'amount', '2500.00', 'province', '640000')),
	'320000', 'payer') AS r
JOIN names AS n USING (request_id) ORDER BY 1, 2;
SELECT count(*) FROM kinwallet.reconcile('2026-01-01', NULL, '[]'::jsonb);
SELECT count(*) FROM kinwallet.reconcile('2026-03-01');

-- arguments
SELECT kinwallet.reconcile(NULL);
SELECT kinwallet.reconcile('2026-01-02');
SELECT kinwallet.reconcile('2026-01-01', NULL, NULL::text);
SELECT kinwallet.reconcile('2026-01-01', NULL, 'bank');
SELECT kinwallet.reconcile('2026-01-01', '2026-02-01');
SELECT kinwallet.reconcile('2026-01-01', '2025-12-31');
SELECT kinwallet.reconcile('2026-01-01', NULL, 'payer', '640200');
SELECT kinwallet.reconcile('2026-01-01', NULL, 'centre', '640000');
SELECT kinwallet.reconcile('2026-01-01', NULL, NULL::jsonb);
SELECT kinwallet.reconcile('2026-01-01', NULL, '{}'::jsonb);
SELECT kinwallet.reconcile('2026-01-01', NULL, '[{"kind":"spend","amount":1}]'::jsonb);
SELECT kinwallet.reconcile('2026-01-01', NULL, '[{"request_id":"fcf0bc3b-0000-5000-8000-000000000001","kind":"spend","amount":1}, {"request_id":"fcf0bc3b-0000-5000-8000-000000000001","kind":"gift","amount":1}]'::jsonb);
SELECT kinwallet.reconcile('2026-01-01', NULL, '[{"request_id":"fcf0bc3b-0000-5000-8000-000000000001","kind":"spend","amount":1}]'::jsonb, NULL, 'payee');
SELECT kinwallet.reconcile('2026-01-01', NULL, '[{"request_id":"fcf0bc3b-0000-5000-8000-000000000001","kind":"spend","amount":1.001}]'::jsonb);
SELECT line('centre', '640000', 1, 'x', 'spend', '1.00');
SELECT line('payer', NULL, 1, 'x', 'spend', '1.00');
SELECT line('payer', '640200', 1, 'x', 'spend', '1.00');
SELECT line('payer', '640000', 1, 'x', 'gift', '1.00');
INSERT INTO kinwallet_data.foreign_line VALUES ('centre', NULL, '2026-01-01', '2026-02-01', kinwallet.request_id_of('x'), 'spend', '1.00');

-- a duty is all it takes
CREATE ROLE regress_kinwallet_reconcile;
GRANT USAGE ON SCHEMA kinwallet TO regress_kinwallet_reconcile;
SET ROLE regress_kinwallet_reconcile;
SELECT count(*) FROM kinwallet.reconcile('2026-01-01');
RESET ROLE;
SELECT kinwallet.grant_role('regress_kinwallet_reconcile', 'national_clearing', 'nation');
SET ROLE regress_kinwallet_reconcile;
SELECT count(*) FROM kinwallet.reconcile('2026-01-01');
RESET ROLE;

\c :original
DROP DATABASE regress_kinwallet_reconcile;
DROP ROLE regress_kinwallet_reconcile;
