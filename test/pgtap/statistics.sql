-- The notice's own figures (POL-06, POL-07), reconciliation and report (CLR-05, rules.md 2.3), by posting what the worked example posts.
BEGIN;
SELECT plan(19);
SET LOCAL kinwallet.clock = '2026-01-10 10:00+08';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'a'), (2, '370199195206060054', 'B', '370100', 'resident', 'b'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c');
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
SELECT kinwallet.open_wallet(i) FROM generate_series(1, 3) AS i;
SELECT kinwallet.credit_account(kinwallet.request_id_of('credit' || i), i, '5000.00') FROM unnest('{1,3}'::bigint[]) AS i;
SELECT kinwallet.establish_relation(i, 2, 'sibling') FROM unnest('{1,3}'::bigint[]) AS i;
SELECT kinwallet.transfer(kinwallet.request_id_of('t1'), 1, 2, '2000.00'), kinwallet.transfer(kinwallet.request_id_of('t2'), 1, 2, '500.00'),
	kinwallet.transfer(kinwallet.request_id_of('t3'), 3, 2, '300.00');
SET LOCAL kinwallet.clock = '2026-01-25 10:00+08';
SELECT kinwallet.spend(kinwallet.request_id_of('s1'), 2, 'H37010000001', 'medical', '2600.00');
SET LOCAL kinwallet.clock = '2026-01-28 10:00+08';
SELECT kinwallet.refund(kinwallet.request_id_of('r1'), spending_id, '650.00') FROM kinwallet_data.spending;
SET LOCAL kinwallet.clock = '2026-02-10 10:00+08';
SELECT kinwallet.refund(kinwallet.request_id_of('r2'), spending_id, '1950.00') FROM kinwallet_data.spending;

CREATE FUNCTION pg_temp.total(since date, until date, province text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', person_times, amount, gross, reversed, cross_province, open_regions)
	FROM kinwallet.statistics(since, until, province::kinwallet.region_code) WHERE period IS NULL
$$;
SELECT is(pg_temp.total('2026-01-01', '2026-02-01'), '1 1950.00 2600.00 650.00 1950.00 338', 'POL-06: one person-time, paid by two provinces');
SELECT is(pg_temp.total('2026-01-01', '2026-03-01'), '1 0.00 2600.00 2600.00 0.00 338', 'POL-06: refunds count in their own month');
SELECT is(pg_temp.total('2026-02-01', '2026-03-01'), '0 -1950.00 0.00 1950.00 -1950.00 338', 'POL-06, LR-01: a month of refunds');
SELECT is(pg_temp.total('2026-01-26', '2026-01-29'), '0 -650.00 0.00 650.00 -650.00 338', 'POL-06: any days');
SELECT is(pg_temp.total('2026-01-01', '2026-02-01', '320000'), '1 0.00 100.00 100.00 0.00 13', 'POL-06: a province, by its own contributors');
SELECT is(pg_temp.total('2025-07-01', '2025-07-16'), '0 0.00 0.00 0.00 0.00 5', 'POL-07, POL-08: open regions are counted: Ningxia''s first');
SELECT is(pg_temp.total('2025-07-01', '2025-07-15'), '0 0.00 0.00 0.00 0.00 0', 'POL-08: none on the day before');
UPDATE kinwallet_data.region SET successor = '640100' WHERE region::text = '640200';
SELECT is(pg_temp.total('2026-01-01', '2026-02-01'), '1 1950.00 2600.00 650.00 1950.00 337', 'POL-07, EDGE-78: a merged region is none');
UPDATE kinwallet_data.region SET successor = NULL;
SELECT is((SELECT sum(kinwallet.fen(amount)) FROM kinwallet.statistics('2026-01-01', '2026-03-01') WHERE period IS NOT NULL), 0::numeric,
	'POL-06: the rows add up to the total');
SELECT results_eq('SELECT period, payer_province::text, use, person_times FROM kinwallet.statistics(''2026-01-01'', ''2026-02-01'') WHERE period IS NOT NULL',
	$$VALUES ('2026-01-01'::date, '320000', 'medical', 1::bigint), ('2026-01-01', '640000', 'medical', 1)$$, 'POL-06: by month, province and use');

-- the three sides of one purchase
CREATE FUNCTION pg_temp.lines(side text, VARIADIC line text[]) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(concat_ws(' ', r.problem, r.here, r.there, r.line_province), ', ' ORDER BY r.kind, r.line_province), 'agreed')
	FROM kinwallet.reconcile('2026-01-01', NULL, (
		SELECT jsonb_agg(jsonb_build_object('request_id', kinwallet.request_id_of(p[1]), 'kind', p[2], 'amount', p[3], 'province', p[4]))
		FROM unnest(line) AS l, string_to_array(l, ' ') AS p), NULL, side) AS r
$$;
SELECT is(pg_temp.lines('centre', 's1 spend 2600.00', 'r1 refund 650.00'), 'agreed', '2.3: the centre holds the whole posting');
SELECT is(pg_temp.lines('payee', 's1 spend 2600.00 370000', 'r1 refund 650.00 370000'), 'agreed', '2.3: so does the care side');
SELECT is(pg_temp.lines('payer', 's1 spend 2500.00 640000', 's1 spend 100.00 320000', 'r1 refund 550.00 640000', 'r1 refund 100.00 320000'), 'agreed',
	'2.3: each insured side its own part');
SELECT is(pg_temp.lines('payer', 's1 spend 2500.00 640000', 's1 spend 100.00 640000', 'r1 refund 550.01 640000', 'r1 refund 100.00 320000'),
	'differing_amount 550.00 550.01 640000, missing_there 100.00 320000, duplicate_there 2500.00 2600.00 640000', '2.3: what differs, is missing, is there twice');
SELECT is(pg_temp.lines('payee', 's1 capture 2600.00 370000', 'r1 refund 650.00 370000'),
	'missing_here 2600.00 370000, missing_there 2600.00 370000', '2.3: another kind is another line');

-- the report has the month's figures
SELECT kinwallet.cut_off('2026-01-01'), kinwallet.split('2026-01-01');
SELECT kinwallet.set_initial_prepayment(2026, '640000', '370000', '2500.00');
SELECT matches(kinwallet.clearing_report('2026-01-01'), 'data-payer="640000" data-payee="370000">.*>2,500\.00<.*>550\.00<.*>1,950\.00<', 'CLR-02: worked example 5 in the report');
SELECT matches(kinwallet.clearing_report('2026-01-01'), '>78\.0%<.*黄色预警.*>1,950\.00 / 2,500\.00<', 'CLR-05: usage of the prepayment');
SELECT matches(kinwallet.clearing_report('2026-01-01', '640000'), 'data-region="640200">.*石嘴山市.*>1,950\.00<', 'CLR-04: a province''s region');
SELECT is(kinwallet.clearing_report('2026-01-01'), kinwallet.clearing_report('2026-01-01'), 'the same page twice');
SELECT * FROM finish();
ROLLBACK;
