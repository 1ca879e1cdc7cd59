-- Clearing by rule: CLR-01..04, LR-01, LR-02, EDGE-70..78, invariants 5 and 6.
BEGIN;
SELECT plan(46);
SET LOCAL kinwallet.clock = '2026-01-09 08:00';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES
	('H37010000001', 'medical_institution', '370100'), ('H64010000001', 'medical_institution', '640100'),
	('H64020000001', 'medical_institution', '640200'), ('P66000000001', 'pharmacy', '660000');
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'a'),
	(2, '640299198207052026', 'B', '370100', 'resident', 'b'),
	(3, '650199197509090070', 'C', '650100', 'employee', 'c');
SELECT kinwallet.open_wallet(p) FROM generate_series(1, 3) AS p;
SELECT kinwallet.credit_account(kinwallet.new_request_id(), p, '9000.00') FROM (VALUES (1), (3)) AS v(p);
SELECT kinwallet.establish_relation(1, 2, 'spouse'), kinwallet.establish_relation(3, 2, 'sibling');
CREATE FUNCTION pg_temp.spend(provider text, use text, amount kinwallet.wallet_amount) RETURNS bigint LANGUAGE sql AS
	$$ SELECT spending_id FROM kinwallet.spend(kinwallet.new_request_id(), 2, provider, use, amount) $$;
CREATE FUNCTION pg_temp.pair(month date, level text, payer text, payee text) RETURNS text LANGUAGE sql AS $$
	SELECT format('%s/%s %s-%s %s %s', person_times, items, gross, reversed, due, adjustment)
	FROM kinwallet.clearing_pairs(month, level) AS p WHERE p.payer::text = pair.payer AND p.payee::text = pair.payee
$$;
CREATE FUNCTION pg_temp.clear(month date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('kinwallet.clock', (month + interval '1 month')::text, true);
	PERFORM kinwallet.cut_off(month);
	PERFORM kinwallet.split(month);
END
$$;

-- January
SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '1000.00'), kinwallet.transfer(kinwallet.new_request_id(), 3, 2, '1000.00');
SET LOCAL kinwallet.clock = '2026-01-31 23:59:59.999999';
CREATE TEMP TABLE bought AS SELECT
	pg_temp.spend('H37010000001', 'medical', '300.00') AS a, pg_temp.spend('H64010000001', 'medical', '50.00') AS b,
	pg_temp.spend('H64020000001', 'medical', '70.00') AS c, pg_temp.spend('H37010000001', 'medical', '630.00') AS d,
	pg_temp.spend('P66000000001', 'drug', '5.00') AS e;
SELECT kinwallet.refund(kinwallet.new_request_id(), a, '20.00') FROM bought;
-- one microsecond later
SET LOCAL kinwallet.clock = '2026-02-01 00:00:00';
SELECT pg_temp.spend('H37010000001', 'medical', '1.00');
SET LOCAL kinwallet.clock = '2026-01-31 23:59:59.999999';
SELECT throws_ok($$SELECT kinwallet.cut_off('2026-01-01')$$, 'KW021', NULL, 'CLR-02: a running month is not cut off');
SELECT throws_ok($$SELECT kinwallet.cut_off('2026-02-01')$$, 'KW021', NULL, 'CLR-02: nor a coming one');
SELECT throws_ok($$SELECT kinwallet.split('2026-01-01')$$, 'KW021', NULL, 'CLR-04: no split before the cut-off');
SELECT throws_ok($$SELECT * FROM kinwallet.clearing_pairs('2026-01-01', 'region')$$, 'KW021', NULL, 'CLR-04: no pairs before the split');
SELECT throws_ok($$SELECT kinwallet.cut_off('2025-12-01')$$, 'KW017', NULL, 'CLR-02: a month without partitions');
SELECT throws_ok($$SELECT kinwallet.split('2025-12-01')$$, 'KW017', NULL, 'CLR-04: a month without partitions');
SELECT throws_ok($$SELECT kinwallet.cut_off('2026-01-31')$$, '22023', NULL, 'CLR-02: a month is its first day');
SELECT throws_ok($$SELECT kinwallet.split(NULL)$$, '22004', NULL, 'CLR-04: a month is given');
SELECT throws_ok($$SELECT * FROM kinwallet.clearing_pairs('2026-01-01', 'nation')$$, '22023', NULL, 'CLR-04: three levels');
SELECT lives_ok($$SELECT pg_temp.clear('2026-01-01')$$, 'CLR-02: the month is over, it is cut off and split');
SELECT throws_ok($$SELECT kinwallet.cut_off('2026-01-01')$$, 'KW012', NULL, 'CLR-02: once');

SELECT is(pg_temp.pair('2026-01-01', 'region', '640200', '370100'), '2/3 880.00-20.00 860.00 0.00', 'CLR-01, EDGE-71: costs of the month, gross and reversed');
SELECT is(pg_temp.pair('2026-01-01', 'province', '640000', '370000'), '2/3 880.00-20.00 860.00 0.00', 'CLR-04: the same between provinces');
SELECT is(pg_temp.pair('2026-01-01', 'region', '650100', '370100'), '1/1 50.00-0.00 50.00 0.00', 'EDGE-41: the second contributor of the same purchase');
SELECT is(pg_temp.pair('2026-01-01', 'intra_province', '640200', '640100'), '1/1 50.00-0.00 50.00 0.00', 'EDGE-73: another region of the province');
SELECT is(pg_temp.pair('2026-01-01', 'province', '640000', '640000'), NULL, 'EDGE-73: not in the national table');
SELECT is(pg_temp.pair('2026-01-01', 'region', '640200', '640200'), NULL, 'EDGE-73: the same region clears nothing');
SELECT is(pg_temp.pair('2026-01-01', 'province', '650000', '660000'), '1/1 5.00-0.00 5.00 0.00', 'EDGE-73: Xinjiang and the Corps are two provinces');
SELECT is(count(*), 3::bigint, 'EDGE-74: transfers are not cleared, nothing else is there') FROM kinwallet.clearing_pairs('2026-01-01', 'province');
SELECT results_eq($$SELECT payer::text, payee::text FROM kinwallet.clearing_pairs('2026-01-01', 'region')$$,
	$$VALUES ('640200', '370100'), ('640200', '640100'), ('650100', '370100'), ('650100', '660000')$$, 'pairs come in order of payer and payee');

-- EDGE-75
CREATE TEMP TABLE january AS SELECT * FROM kinwallet_data.clearing_pair;
SELECT lives_ok($$SELECT kinwallet.split('2026-01-01')$$, 'EDGE-75: a split can be repeated');
SELECT set_eq('SELECT p::text FROM kinwallet_data.clearing_pair AS p', 'SELECT j::text FROM january AS j', 'EDGE-75: with the same result');

-- February: refunds of January
SET LOCAL kinwallet.clock = '2026-02-10 12:00';
SELECT kinwallet.refund(kinwallet.new_request_id(), a, '200.00') FROM bought;
SELECT kinwallet.refund(kinwallet.new_request_id(), b, '30.00') FROM bought;
SELECT lives_ok($$SELECT pg_temp.clear('2026-02-01')$$, 'LR-01: the next month');
SELECT set_eq($$SELECT p::text FROM kinwallet_data.clearing_pair AS p WHERE month = '2026-01-01'$$, 'SELECT j::text FROM january AS j',
	'LR-01, EDGE-72: a reversal leaves the month of its purchase alone');
SELECT is(pg_temp.pair('2026-02-01', 'province', '640000', '370000'), '1/2 1.00-200.00 0.00 199.00', 'LR-02: payable 0, the rest is an adjustment');
SELECT is(pg_temp.pair('2026-02-01', 'intra_province', '640200', '640100'), '0/1 0.00-30.00 0.00 30.00', 'LR-02: within the province too');
SELECT is(pg_temp.pair('2026-02-01', 'region', '640200', '370100'), '1/2 1.00-200.00 0.00 199.00', 'EDGE-70: midnight in Shanghai divides the months');

SELECT is(count(*), 0::bigint, 'a ledger in order') FROM kinwallet.verify_ledger();

-- signed, as far as split() asks
UPDATE kinwallet_data.clearing_month SET state = 'confirmed' WHERE month = '2026-01-01';
SELECT throws_ok($$SELECT kinwallet.split('2026-01-01')$$, 'KW012', NULL, 'EDGE-75: a signed month is not split again');
SELECT is(pg_temp.pair('2026-01-01', 'province', '640000', '370000'), '2/3 880.00-20.00 860.00 0.00', 'EDGE-75: but shown');

-- March: any draws
SELECT setseed(0.5);
SET LOCAL kinwallet.clock = '2026-03-31 12:00';
INSERT INTO kinwallet_data.draw
SELECT ((26 * 12 + 2)::bigint << 42) | i, i, 1, 0, 1, 2, kinwallet.from_fen(1 + floor(random() * 1e6)::bigint), '2026-03-31 12:00',
	p, q, q, '2026-03-01', 1, CASE WHEN random() < 0.4 THEN 'r' ELSE 'd' END,
	CASE WHEN p OPERATOR(kinwallet.=) q THEN 'l' WHEN left(p::text, 2) = left(q::text, 2) THEN 'i' ELSE 'c' END, 'm', 'q', floor(random() * 4)
FROM (SELECT i, (ARRAY['640100','640200','320100','320200','320500','110000','660000','650100'])[1 + floor(random() * 8)]::kinwallet.region_code AS p,
		(ARRAY['640100','640300','320100','320200','370100','310000','660000','650200'])[1 + floor(random() * 8)]::kinwallet.region_code AS q
	FROM generate_series(1, 3000) AS i) AS t;
SELECT lives_ok($$SELECT pg_temp.clear('2026-03-01')$$, 'CLR-02: any month');
CREATE TEMP VIEW total AS
SELECT l.level, sum(p.items) AS items, sum(kinwallet.fen(gross) - kinwallet.fen(reversed)) AS net, sum(kinwallet.fen(due) - kinwallet.fen(adjustment)) AS balance
FROM unnest('{province,region,intra_province}'::text[]) AS l(level), kinwallet.clearing_pairs('2026-03-01', l.level) AS p GROUP BY 1;
CREATE TEMP VIEW facts AS
SELECT scope, count(*) AS items, sum(CASE kind WHEN 'd' THEN 1 ELSE -1 END * kinwallet.fen(amount)) AS net
FROM kinwallet_data.draw WHERE month = '2026-03-01' GROUP BY 1;
SELECT is(t.items || ' ' || t.net, f.items || ' ' || f.net, 'invariant 5: cross-province lines') FROM total AS t, facts AS f WHERE t.level = 'province' AND f.scope = 'c';
SELECT is(t.items || ' ' || t.net, f.items || ' ' || f.net, 'invariant 5: intra-province lines') FROM total AS t, facts AS f WHERE t.level = 'intra_province' AND f.scope = 'i';
SELECT is(t.items, sum(f.items), 'invariant 5: all lines but the local ones') FROM total AS t, facts AS f WHERE t.level = 'region' AND f.scope <> 'l' GROUP BY t.items;
SELECT is(count(*) FILTER (WHERE balance <> net), 0::bigint, 'invariant 6: due - adjustment = gross - reversed') FROM total;
SELECT is_empty($$SELECT FROM kinwallet.clearing_pairs('2026-03-01', 'region') WHERE kinwallet.fen(due) < 0 OR kinwallet.fen(adjustment) < 0
	OR least(kinwallet.fen(due), kinwallet.fen(adjustment)) <> 0$$, 'LR-02: never both, never negative');
SELECT ok(count(*) > 0, 'LR-02: regions of one province pair point in both directions')
FROM (SELECT FROM kinwallet.clearing_pairs('2026-03-01', 'region') AS p GROUP BY kinwallet.province(payer), kinwallet.province(payee)
	HAVING count(*) FILTER (WHERE kinwallet.fen(due) > 0) > 0 AND count(*) FILTER (WHERE kinwallet.fen(adjustment) > 0) > 0) AS both_ways;
SELECT is_empty($$SELECT * FROM kinwallet.verify_clearing()$$, 'invariant 6: the levels agree');

-- EDGE-78
SELECT results_eq($$SELECT count(DISTINCT payer::text) FROM kinwallet.clearing_pairs('2026-03-01', 'region') WHERE payer::text ~ '^3202|^3205'$$, 'VALUES (2::bigint)', 'EDGE-78: two regions');
UPDATE kinwallet_data.region SET successor = '320500' WHERE region::text = '320200';
SELECT kinwallet.split('2026-03-01');
SELECT results_eq($$SELECT DISTINCT payer::text FROM kinwallet.clearing_pairs('2026-03-01', 'region') WHERE payer::text ~ '^3202|^3205'$$, $$VALUES ('320500')$$, 'EDGE-78: merged, one party');
SELECT is_empty($$SELECT * FROM kinwallet.verify_clearing()$$, 'EDGE-78: and nothing lost');
UPDATE kinwallet_data.region SET successor = '310000' WHERE region::text ~ '^32';
SELECT kinwallet.split('2026-03-01');
SELECT is(count(*), 0::bigint, 'EDGE-78: a party owes itself nothing') FROM kinwallet.clearing_pairs('2026-03-01', 'region') WHERE payer OPERATOR(kinwallet.=) payee;
SELECT is_empty($$SELECT * FROM kinwallet.clearing_pairs('2026-03-01', 'province') WHERE payer::text = '320000' OR payee::text = '320000'$$, 'EDGE-78: the present party''s province clears');
SELECT is_empty($$SELECT * FROM kinwallet.verify_clearing()$$, 'EDGE-78: and again nothing lost');

-- what is signed keeps the parties of its day, and is still verified
UPDATE kinwallet_data.clearing_month SET state = 'confirmed';
UPDATE kinwallet_data.region SET successor = '110000' WHERE region::text = '310000';
SELECT is_empty($$SELECT * FROM kinwallet.verify_clearing()$$, 'EDGE-78: a signed month after the next merger');
UPDATE kinwallet_data.clearing_pair SET items = items + 1 WHERE month = '2026-03-01' AND level = 'province';
SELECT isnt_empty($$SELECT * FROM kinwallet.verify_clearing()$$, 'EDGE-75: a signed month that was altered');

SELECT * FROM finish();
ROLLBACK;
