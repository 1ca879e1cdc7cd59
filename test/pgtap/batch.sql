-- transfer_batch() does what transfer() does, item by item.
BEGIN;
SELECT plan(20);
SET LOCAL kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();
SET LOCAL search_path = public, kinwallet;

-- a citizen id for a birth date
CREATE FUNCTION pg_temp.citizen(birth date, seq bigint) RETURNS kinwallet.citizen_id
LANGUAGE sql AS $$
	SELECT (body || substr('10X98765432', 1 + (SELECT sum(substr(body, i, 1)::int * (2 ^ (18 - i))::int)::int % 11
		FROM generate_series(1, 17) AS i), 1))::kinwallet.citizen_id
	FROM (SELECT '640299' || to_char(birth, 'YYYYMMDD') || to_char(seq, 'FM000')) AS t (body)
$$;

/*
 * Two communities that are alike: persons 1 to 20, and 101 to 120.  The batch
 * goes to the one, single calls go to the other.
 */
CREATE FUNCTION pg_temp.community(base int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
	SELECT base + i, pg_temp.citizen('1980-01-01', base + i), 'p' || i,
		(CASE WHEN i % 4 = 0 THEN '370100' WHEN i % 4 = 1 THEN '640100' ELSE '640200' END)::kinwallet.region_code,
		CASE WHEN i % 5 = 0 THEN 'resident' ELSE 'employee' END, 'c' || base + i
	FROM generate_series(1, 20) AS i;
	-- 19 has no wallet, 18 an account without one
	PERFORM kinwallet.open_wallet(base + i) FROM generate_series(1, 17) AS i;
	PERFORM kinwallet.open_wallet(base + 20);
	PERFORM kinwallet.credit_account(gen_random_uuid(), base + i, (i * 500)::kinwallet.wallet_amount) FROM generate_series(1, 18) AS i WHERE i % 5 <> 0;
	-- a ring, its mutual pairs, and some across
	PERFORM kinwallet.establish_relation(base + i, base + i % 17 + 1, 'sibling') FROM generate_series(1, 17) AS i WHERE i % 5 <> 0;
	PERFORM kinwallet.establish_relation(base + i % 17 + 1, base + i, 'sibling') FROM generate_series(1, 17) AS i WHERE (i % 17 + 1) % 5 <> 0;
	PERFORM kinwallet.establish_relation(base + i, base + 20, 'sibling') FROM generate_series(1, 4) AS i;
	PERFORM kinwallet.request_relation(base + 6, base + 20, 'sibling', base + 6);
	UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = base + 13;
	PERFORM kinwallet.freeze_wallet(base + 11, 'test');
END
$$;
SELECT pg_temp.community(0);
SELECT pg_temp.community(100);

-- The set of items: seeded, so that it is the same in every run.
SELECT setseed(0.35);
CREATE TEMP TABLE item AS
SELECT n::int,
	-- two of five ids were used before, some of them twice
	CASE WHEN random() < 0.4 THEN greatest(1, n - floor(random() * 60)::int) ELSE n END AS request,
	-- a few contributors get most of it
	(1 + floor(21 * power(random(), 2)))::int AS contributor,
	0 AS recipient,
	CASE WHEN random() < 0.7 THEN round((random() * 700)::numeric, 2) WHEN random() < 0.3 THEN 0 WHEN random() < 0.3 THEN -5
		WHEN random() < 0.5 THEN 2000.01 ELSE 2000 END AS amount
FROM generate_series(1, 600) AS n;
UPDATE item SET recipient = CASE WHEN random() < 0.4 THEN contributor % 17 + 1 WHEN random() < 0.4 THEN (contributor + 15) % 17 + 1
	WHEN random() < 0.5 THEN 20 ELSE floor(random() * 22)::int END;
-- used by the same contributor: three of four are true retries, the others have another amount
UPDATE item SET contributor = f.contributor, recipient = f.recipient, amount = CASE WHEN item.n % 4 = 0 THEN item.amount ELSE f.amount END
FROM item f WHERE item.request <> item.n AND f.n = item.request;
-- ids of version 5, 7 and 7 of one second
CREATE FUNCTION pg_temp.id(request int) RETURNS uuid LANGUAGE sql AS $$
	SELECT CASE request % 3 WHEN 0 THEN kinwallet.request_id_of('r' || request)
		ELSE (lpad(to_hex(1769911200000 + CASE request % 3 WHEN 1 THEN request * 100 ELSE request % 1000 END), 12, '0') || '70008000' || lpad(to_hex(request), 12, '0'))::uuid END
$$;

CREATE FUNCTION pg_temp.one(request_id uuid, contributor bigint, recipient bigint, amount kinwallet.wallet_amount,
	OUT transfer_id bigint, OUT code text, OUT message text) LANGUAGE plpgsql AS $$
BEGIN
	transfer_id := kinwallet.transfer(request_id, contributor, recipient, amount);
	code := '00000';
EXCEPTION WHEN OTHERS THEN
	code := SQLSTATE;
	message := SQLERRM;
END
$$;

-- one day in one batch, the next day's in another, so that counters change over
CREATE TEMP TABLE batch_result (n int, request_id uuid, transfer_id bigint, sqlstate text, message text);
CREATE TEMP TABLE single_result (LIKE batch_result);
CREATE FUNCTION pg_temp.run(first int, last int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	i record;
BEGIN
	INSERT INTO batch_result SELECT first - 1 + ordinal, b.request_id, transfer_id, sqlstate, message
	FROM (SELECT array_agg(pg_temp.id(request) ORDER BY n) AS ids, array_agg(contributor::bigint ORDER BY n) AS contributors,
			array_agg(recipient::bigint ORDER BY n) AS recipients, array_agg(amount::kinwallet.wallet_amount ORDER BY n) AS amounts
		FROM item WHERE n BETWEEN first AND last) AS a,
		kinwallet.transfer_batch(ids, contributors, recipients, amounts) AS b;
	FOR i IN SELECT * FROM item WHERE n BETWEEN first AND last ORDER BY n LOOP
		INSERT INTO single_result SELECT i.n, pg_temp.id(i.request), o.*
		FROM pg_temp.one(pg_temp.id(i.request), 100 + i.contributor, 100 + i.recipient, i.amount::kinwallet.wallet_amount) AS o;
	END LOOP;
END
$$;
SELECT pg_temp.run(1, 250);
SET LOCAL kinwallet.clock = '2026-02-28 23:59:59.999999+08';
SELECT pg_temp.run(251, 400);
SET LOCAL kinwallet.clock = '2026-03-01 00:00+08';
SELECT pg_temp.run(401, 500);
SET LOCAL kinwallet.clock = '2026-02-28 12:00+08';
SELECT pg_temp.run(501, 600);

SELECT is(count(*), 600::bigint, 'as many results as items') FROM batch_result;
SELECT results_eq('SELECT n, request_id, sqlstate, message FROM batch_result ORDER BY n',
	'SELECT n, request_id, sqlstate, message FROM single_result ORDER BY n', 'item by item the same verdict');
SELECT is_empty('SELECT FROM batch_result WHERE (sqlstate = ''00000'') <> (transfer_id IS NOT NULL)', 'an id for each posted one');
SELECT is_empty('SELECT FROM batch_result WHERE (sqlstate = ''00000'') <> (message IS NULL)', 'a message for each other one');
-- retries give the first one's id, in both
SELECT results_eq('SELECT n, min(n) OVER (PARTITION BY transfer_id) FROM batch_result WHERE transfer_id IS NOT NULL ORDER BY n',
	'SELECT n, min(n) OVER (PARTITION BY transfer_id) FROM single_result WHERE transfer_id IS NOT NULL ORDER BY n', 'retries give the stored id');
SELECT results_eq('SELECT contributor, request_id, amount::text, at, policy_id, month FROM kinwallet_data.transfer WHERE contributor < 100 ORDER BY 1, 2',
	'SELECT contributor - 100, request_id, amount::text, at, policy_id, month FROM kinwallet_data.transfer WHERE contributor > 100 ORDER BY 1, 2', 'the same facts');
SELECT results_eq('SELECT person_id, available::text, transfer_day, transfers FROM kinwallet_data.wallet WHERE person_id < 100 ORDER BY 1',
	'SELECT person_id - 100, available::text, transfer_day, transfers FROM kinwallet_data.wallet WHERE person_id > 100 ORDER BY 1', 'the same accounts and counters');
SELECT results_eq('SELECT contributor, recipient, state, remaining::text FROM kinwallet_data.relation WHERE contributor < 100 ORDER BY 1, 2',
	'SELECT contributor - 100, recipient - 100, state, remaining::text FROM kinwallet_data.relation WHERE contributor > 100 ORDER BY 1, 2', 'the same quotas');
-- the set is worth something only if it has everything in it
SELECT results_eq('SELECT DISTINCT sqlstate COLLATE "C" FROM batch_result ORDER BY 1',
	'VALUES (''00000'' COLLATE "C"), (''KW001''), (''KW002''), (''KW003''), (''KW004''), (''KW006''), (''KW007''), (''KW008''), (''KW013''), (''KW017''), (''KW018'')',
	'refusals of every kind');
SELECT cmp_ok(count(*) - count(DISTINCT transfer_id), '>', 20::bigint, 'many retries') FROM batch_result WHERE transfer_id IS NOT NULL;
SELECT is_empty('SELECT contributor, kinwallet.business_date(at) FROM kinwallet_data.transfer GROUP BY 1, 2 HAVING count(*) > 3', 'TRF-04: never more than three a day');

-- Arguments
SELECT is_empty('SELECT * FROM kinwallet.transfer_batch(''{}'', ''{}'', ''{}'', ''{}'')', 'an empty batch');
SELECT throws_ok('SELECT * FROM kinwallet.transfer_batch(ARRAY[gen_random_uuid()], ''{1,2}'', ''{2}'', ''{1}'')', '22023', 'arrays must have the same length', 'unequal lengths');
SELECT throws_ok('SELECT * FROM kinwallet.transfer_batch(''{}'', ''{}'', ''{}'', ''{1}'')', '22023', 'arrays must have the same length', 'one element too many');
SELECT throws_ok('SELECT * FROM kinwallet.transfer_batch(ARRAY[gen_random_uuid(), NULL], ''{1,2}'', ''{2,1}'', ''{1,1}'')', '22004', 'array "request_ids" must not contain nulls', 'a NULL id');
SELECT throws_ok('SELECT * FROM kinwallet.transfer_batch(ARRAY[gen_random_uuid()], ''{1}'', ''{2}'', ''{NULL}'')', '22004', 'array "amounts" must not contain nulls', 'a NULL amount');
SELECT throws_ok('SELECT * FROM kinwallet.transfer_batch(ARRAY[gen_random_uuid()], NULL, ''{2}'', ''{1}'')', '22004', 'argument "contributors" must not be null', 'a NULL array');
SELECT throws_ok('SELECT * FROM kinwallet.transfer_batch(ARRAY[[gen_random_uuid()]], ''{1}'', ''{2}'', ''{1}'')', '22023', 'array "request_ids" must have one dimension', 'two dimensions');
SELECT is((SELECT array_agg(ordinal) FROM kinwallet.transfer_batch(('[5:6]={' || gen_random_uuid() || ',' || gen_random_uuid() || '}')::uuid[], '[0:1]={1,2}', '{2,1}', '{1,1}')),
	'{1,2}'::int[], 'ordinals count from one, whatever the arrays'' lower bounds');
SELECT is_empty('SELECT * FROM kinwallet.verify_ledger()', 'all invariants hold');
SELECT * FROM finish();
ROLLBACK;
