-- rules.md, "Worked example (acceptance test)": the exact figures, once in Shanghai's and once in New York's TimeZone.
BEGIN;
SELECT plan(46);
SET LOCAL kinwallet.clock = '2026-01-10 09:00+08';
SELECT kinwallet.create_ledger();
SELECT kinwallet.ensure_partitions('2027-12-31');

-- a citizen id for a birth date
CREATE FUNCTION pg_temp.citizen(birth date, seq int) RETURNS kinwallet.citizen_id
LANGUAGE sql AS $$
	SELECT (body || substr('10X98765432', 1 + (SELECT sum(substr(body, i, 1)::int * (2 ^ (18 - i))::int)::int % 11
		FROM generate_series(1, 17) AS i), 1))::kinwallet.citizen_id
	FROM (SELECT '640299' || to_char(birth, 'YYYYMMDD') || to_char(seq, 'FM000')) AS t (body)
$$;
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');

CREATE FUNCTION pg_temp.at(year int, moment text) RETURNS void LANGUAGE sql AS
$$ SELECT set_config('kinwallet.clock', year || '-' || moment || '+08', true) $$;

CREATE FUNCTION pg_temp.own(person bigint) RETURNS text LANGUAGE sql AS
$$ SELECT own_available::text FROM kinwallet.wallet(person) $$;
CREATE FUNCTION pg_temp.received(person bigint) RETURNS text LANGUAGE sql AS
$$ SELECT received_available::text FROM kinwallet.wallet(person) $$;
CREATE FUNCTION pg_temp.quotas(person bigint) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(remaining::text, ' / ' ORDER BY relation_id) FROM kinwallet.quotas(person) $$;
CREATE FUNCTION pg_temp.pairs(month date, level text) RETURNS text LANGUAGE sql AS
$$ SELECT string_agg(format('%s -> %s: gross %s, reversed %s, due %s, adjustment %s',
		payer, payee, gross, reversed, due, adjustment), '; ' ORDER BY payer::text DESC)
	FROM kinwallet.clearing_pairs(month, level) $$;

CREATE FUNCTION pg_temp.example(a bigint, year int, zone text) RETURNS SETOF text LANGUAGE plpgsql AS $example$
DECLARE
	b bigint := a + 1;
	c bigint := a + 2;
	ab bigint;
	paid bigint;
	january date := make_date(year, 1, 1);
	february date := make_date(year, 2, 1);
BEGIN
	PERFORM set_config('TimeZone', zone, true);
	PERFORM pg_temp.at(year, '01-10 10:00');
	INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
		(a, pg_temp.citizen('1980-03-12', a::int), 'A', '640200', 'employee', 'c' || a),
		(b, pg_temp.citizen('1952-06-06', b::int), 'B', '370100', 'resident', 'c' || b),
		(c, pg_temp.citizen('1978-01-01', c::int), 'C', '320500', 'employee', 'c' || c);
	PERFORM kinwallet.open_wallet(p) FROM generate_series(a, c) AS p;
	PERFORM kinwallet.credit_account(kinwallet.new_request_id(), a, '5000.00');
	PERFORM kinwallet.credit_account(kinwallet.new_request_id(), c, '3000.00');
	ab := kinwallet.establish_relation(a, b, 'parent');
	PERFORM pg_temp.at(year, '01-10 11:00');
	PERFORM kinwallet.establish_relation(c, b, 'parent');

	-- 1
	PERFORM kinwallet.transfer(kinwallet.new_request_id(), a, b, '2000.00');
	PERFORM pg_temp.at(year, '01-15 10:00');
	PERFORM kinwallet.transfer(kinwallet.new_request_id(), c, b, '300.00');
	PERFORM pg_temp.at(year, '01-20 10:00');
	PERFORM kinwallet.transfer(kinwallet.new_request_id(), a, b, '500.00');
	RETURN NEXT is(pg_temp.own(a), '2500.00', zone || ' 1 TRF-08: A available');
	RETURN NEXT is(pg_temp.own(c), '2700.00', zone || ' 1 TRF-08: C available');
	RETURN NEXT is(pg_temp.received(b), '2800.00', zone || ' 1 TRF-07: B received');
	RETURN NEXT is(pg_temp.quotas(b), '2500.00 / 300.00', zone || ' 1 QUO-03: quotas of A and C');

	-- 2
	PERFORM pg_temp.at(year, '01-25 10:00');
	paid := (kinwallet.spend(kinwallet.new_request_id(), b, 'H37010000001', 'medical', '2600.00')).spending_id;
	RETURN NEXT is(pg_temp.quotas(b), '0.00 / 200.00', zone || ' 2 EDGE-41: quota A used up, of C 100.00 used');
	RETURN NEXT is(pg_temp.received(b), '200.00', zone || ' 2: B received');
	RETURN NEXT is((SELECT string_agg(amount::text, ' / ' ORDER BY position) FROM kinwallet_data.draw
		WHERE spending_id = paid AND kind = 'd'), '2500.00 / 100.00', zone || ' 2 EDGE-41: the draws');

	-- 3
	PERFORM pg_temp.at(year, '01-28 10:00');
	PERFORM kinwallet.refund(kinwallet.new_request_id(), paid, '650.00');
	RETURN NEXT is(pg_temp.quotas(b), '550.00 / 300.00', zone || ' 3 EDGE-47: quotas');
	RETURN NEXT is(pg_temp.received(b), '850.00', zone || ' 3: B received');

	-- 4
	PERFORM pg_temp.at(year, '02-02 10:00');
	RETURN NEXT is(kinwallet.dissolve_relation(ab, a)::text, '550.00', zone || ' 4 REL-06: returned');
	RETURN NEXT is(pg_temp.own(a), '3050.00', zone || ' 4 REL-06: A available');
	RETURN NEXT is(pg_temp.received(b), '300.00', zone || ' 4: B received');

	-- 5
	PERFORM kinwallet.cut_off(january);
	PERFORM kinwallet.split(january);
	RETURN NEXT is(pg_temp.pairs(january, 'province'),
		'640000 -> 370000: gross 2500.00, reversed 550.00, due 1950.00, adjustment 0.00; '
		'320000 -> 370000: gross 100.00, reversed 100.00, due 0.00, adjustment 0.00', zone || ' 5 CLR-02: January, provinces');
	RETURN NEXT is(pg_temp.pairs(january, 'region'),
		'640200 -> 370100: gross 2500.00, reversed 550.00, due 1950.00, adjustment 0.00; '
		'320500 -> 370100: gross 100.00, reversed 100.00, due 0.00, adjustment 0.00', zone || ' 5 CLR-04: January, regions');

	-- 6
	PERFORM pg_temp.at(year, '02-10 10:00');
	PERFORM kinwallet.refund(kinwallet.new_request_id(), paid, '1950.00');
	RETURN NEXT is(pg_temp.own(a), '5000.00', zone || ' 6 EDGE-48: to the account of A');
	RETURN NEXT is(pg_temp.received(b), '300.00', zone || ' 6 EDGE-48: not to B');
	PERFORM pg_temp.at(year, '03-01 00:00');
	PERFORM kinwallet.cut_off(february);
	PERFORM kinwallet.split(february);
	RETURN NEXT is(pg_temp.pairs(february, 'province'),
		'640000 -> 370000: gross 0.00, reversed 1950.00, due 0.00, adjustment 1950.00', zone || ' 6 LR-02: February');
	RETURN NEXT is(pg_temp.pairs(january, 'province'),
		'640000 -> 370000: gross 2500.00, reversed 550.00, due 1950.00, adjustment 0.00; '
		'320000 -> 370000: gross 100.00, reversed 100.00, due 0.00, adjustment 0.00', zone || ' 6 LR-01: January unchanged');

	-- 8
	ab := kinwallet.establish_relation(a, b, 'parent');
	PERFORM pg_temp.at(year, '03-01 23:59:59.999999');
	PERFORM kinwallet.transfer(kinwallet.new_request_id(), a, b, '0.01') FROM generate_series(1, 3);
	RETURN NEXT throws_ok(format('SELECT kinwallet.transfer(kinwallet.new_request_id(), %s, %s, ''0.01'')', a, b),
		'KW007', NULL, zone || ' 8 TRF-04: the fourth of the day');
	PERFORM pg_temp.at(year, '03-02 00:00:00');
	RETURN NEXT throws_ok(format('SELECT kinwallet.transfer(kinwallet.new_request_id(), %s, %s, ''2000.01'')', a, b),
		'KW006', NULL, zone || ' 8 TRF-05: 2000.01');
	RETURN NEXT lives_ok(format('SELECT kinwallet.transfer(kinwallet.new_request_id(), %s, %s, ''2000.00'')', a, b),
		zone || ' 8 EDGE-01: the next day begins at midnight');
	RETURN NEXT is(pg_temp.own(a), '2999.97', zone || ' 8: A available');
	RETURN NEXT is(pg_temp.received(b), '2300.03', zone || ' 8: B received');
END
$example$;

SELECT * FROM pg_temp.example(1, 2026, 'Asia/Shanghai');
SET LOCAL kinwallet.clock = '2026-04-01 00:00+08';
SELECT kinwallet.cut_off('2026-03-01');
SELECT * FROM pg_temp.example(11, 2027, 'America/New_York');
SELECT * FROM finish();
ROLLBACK;
