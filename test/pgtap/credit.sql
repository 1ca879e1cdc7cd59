-- The rules of credits, each by its ID.
BEGIN;
SELECT plan(26);
SET LOCAL kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, individual_account) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', true),
	(2, '370199195206060054', 'B', '370100', 'resident', true),
	(3, '320599195501010044', 'C', '320500', 'employee', false),
	(4, '650199197509090070', 'D', '650100', 'employee', true);
CREATE FUNCTION pg_temp.at(moment text) RETURNS void LANGUAGE sql AS
$$ SELECT set_config('kinwallet.clock', moment || '+08', true) $$;
CREATE FUNCTION pg_temp.credit(id text, person bigint, amount text) RETURNS text LANGUAGE sql AS
$$ SELECT kinwallet.credit_account(kinwallet.request_id_of(id), person, amount::kinwallet.wallet_amount)::text $$;
CREATE FUNCTION pg_temp.mark(person bigint) RETURNS timestamptz LANGUAGE sql AS
$$ SELECT to_timestamp(request_mark) FROM kinwallet_data.wallet WHERE person_id = person $$;

-- who
SELECT is(pg_temp.credit('a', 1, '100.00'), '100.00', 'ACT-01: a member of the employee scheme, before any wallet is opened');
SELECT is((SELECT status::text FROM kinwallet_data.wallet WHERE person_id = 1), 'p', 'WAL-03: the account waits for its wallet');
SELECT throws_ok($$ SELECT pg_temp.credit('a', 2, '100.00') $$, 'KW003', NULL, 'ACT-01: not a resident');
SELECT throws_ok($$ SELECT pg_temp.credit('a', 3, '100.00') $$, 'KW003', NULL, 'ACT-07: not one insured in the pool only');
SELECT throws_ok($$ SELECT pg_temp.credit('a', 9, '100.00') $$, 'KW017', NULL, 'ACT-01: nobody unknown');
SELECT is((SELECT array_agg(person_id ORDER BY 1) FROM kinwallet_data.wallet), '{1}', 'ACT-01: the refused ones got no account');
-- the region and the scheme are copied from the person
SELECT is((SELECT concat_ws(' ', region, scheme, insured) FROM kinwallet_data.wallet WHERE person_id = 1), '640200 e n', 'ACT-05: the account knows the person''s region, scheme and status');

-- amounts
SELECT throws_ok($$ SELECT pg_temp.credit('b', 1, '0.00') $$, 'KW006', NULL, 'EDGE-56: zero');
SELECT throws_ok($$ SELECT pg_temp.credit('b', 1, '-100.00') $$, 'KW006', NULL, 'EDGE-56: negative');
SELECT throws_ok($$ SELECT pg_temp.credit('b', 1, '92233720368547758.07') $$, '22003', NULL, 'EDGE-07: more than an account can hold');

-- request ids
SELECT is(pg_temp.credit('b', 1, '50.00'), '150.00', 'EDGE-90: an id that was refused before');
SELECT is(pg_temp.credit('a', 1, '100.00'), '100.00', 'EDGE-90: a retry gives the balance of then');
SELECT is(pg_temp.credit('a', 4, '1.00'), '1.00', 'EDGE-90: another person''s id is another');
SELECT throws_ok($$ SELECT pg_temp.credit('a', 1, '100.01') $$, 'KW013', NULL, 'EDGE-90: another amount');
SELECT throws_ok($$ SELECT kinwallet.credit_account(kinwallet.request_id_of('a'), 1, '100.00', 'memo') $$, 'KW013', NULL, 'EDGE-90: another memo');
SELECT pg_temp.at('2026-03-31 23:59:59.999999');
SELECT is(pg_temp.credit('a', 1, '100.00'), '100.00', 'EDGE-90: known to the end of the following month');
SELECT is((SELECT available::text FROM kinwallet_data.wallet WHERE person_id = 1), '150.00', 'EDGE-90: no retry changed the balance');
-- credits and transfers share the mark
SELECT kinwallet.credit_account('019c16ed-a900-7000-8000-000000000001', 1, '1.00');
SELECT is(pg_temp.mark(1), '2026-02-01 10:00+08', 'EDGE-90: a version-7 id raises the mark');
SELECT is(kinwallet.credit_accounts('{019c16ed-a900-7000-8000-000000000002,019c16ed-a900-7000-8000-000000000001}', '{1,1}', '{2.00,1.00}'), 1::bigint,
	'EDGE-90: of two ids of the marked second one is new');
SELECT is((SELECT available::text FROM kinwallet_data.wallet WHERE person_id = 1), '153.00', 'EDGE-90: and one is a retry');

-- in bulk
SELECT throws_ok($$ SELECT kinwallet.credit_accounts(ARRAY[gen_random_uuid(), gen_random_uuid()], '{1,2}', '{5.00,5.00}') $$, 'KW003', NULL, 'ACT-01: one refused, all refused');
SELECT is((SELECT available::text FROM kinwallet_data.wallet WHERE person_id = 1), '153.00', 'ACT-01: nobody was credited');
SELECT is(kinwallet.credit_accounts(array_agg(kinwallet.request_id_of('m' || n)), array_agg(CASE WHEN n % 2 = 0 THEN 1 ELSE 4 END::bigint), array_agg('0.01'::kinwallet.wallet_amount)), 100::bigint,
	'the number of credits') FROM generate_series(1, 100) AS n;
SELECT bag_eq('SELECT person_id, kinwallet.sum(amount)::text FROM kinwallet_data.account_entry GROUP BY 1',
	'SELECT person_id, available::text FROM kinwallet_data.wallet', 'EDGE-92: the balances are the sums of the credits');
SELECT is((SELECT max(kinwallet.fen(balance_after)) FROM kinwallet_data.account_entry WHERE person_id = 1), 15350::bigint, 'EDGE-90: each entry keeps its result');
SELECT is_empty('SELECT * FROM kinwallet.verify_ledger()', 'all invariants hold');
SELECT * FROM finish();
ROLLBACK;
