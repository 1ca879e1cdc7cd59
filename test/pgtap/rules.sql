-- The rules that no other test has in its name: what is shipped, what is not there, what follows from the model.
BEGIN;
SELECT plan(41);
\ir include/spending.sql

-- what is shipped
SELECT results_eq(
	$$SELECT scope, valid, cross_province FROM kinwallet_data.policy ORDER BY valid, scope$$,
	$$VALUES (0, '(,2026-01-09)'::daterange, false), (640000, '[2025-07-15,)', true), (0, '[2026-01-09,)', true)$$,
	'POL-02, C6: the nationwide regime begins on 2026-01-09, in Ningxia on 2025-07-15');
SELECT results_eq(
	$$SELECT opened_on, count(*), count(*) FILTER (WHERE province::text = '640000') FROM kinwallet_data.region GROUP BY 1 ORDER BY 1$$,
	$$VALUES ('2025-07-15'::date, 5::bigint, 5::bigint), ('2026-01-09', 333, 0)$$,
	'C6: the opening days of the regions');

-- provinces
SELECT is(pg_temp.attempt($$SELECT 'made' FROM pg_temp.relate(1, 2, 'parent')$$), 'made', 'POL-04, ACT-06: from one province to another');
SELECT is(pg_temp.attempt($$SELECT 'made' FROM pg_temp.relate(4, 2, 'parent')$$), 'made', 'ACT-06: within a province');
SELECT is(pg_temp.attempt($$SELECT 'made' FROM pg_temp.relate(5, 2, 'parent')$$), 'made', 'ACT-06: within a region');
SELECT pg_temp.relate(3, 6, 'sibling');
UPDATE kinwallet_data.policy SET cross_province = false WHERE scope = 0 AND valid @> '2026-01-10'::date;
SELECT is(pg_temp.attempt($$SELECT pg_temp.relate(3, 2, 'parent')$$), 'KW014 EDGE-30', 'POL-04: not where the policy keeps aid within provinces');
UPDATE kinwallet_data.policy SET cross_province = true WHERE scope = 0 AND valid @> '2026-01-10'::date;

-- one model of transfer and quota
SELECT pg_temp.give(1, 2, '300'), pg_temp.give(4, 2, '100'), pg_temp.give(3, 6, '20');
SELECT is(pg_temp.quota(1, 2), '300.00/0.00/0.00/0.00', 'C3: a transfer is quota of the relation');
SELECT is(pg_temp.own(1), '4700.00', 'QUO-01, C3: and has left the account');
SELECT is(pg_temp.buy(1, '4700.01', 'H64020000008'), 'KW009 EDGE-42', 'QUO-01: the contributor cannot spend the quota');
SELECT is(received_available::text, '400.00', 'WAL-04: the balance can be asked for') FROM kinwallet.wallet(2);
SELECT is(pg_temp.attempt(format('SELECT %L || count(*) FROM kinwallet.transfer_application(%L, 1, %L, %L, %L, %L, %L)',
	'made ', pg_temp.r('wal-04'), 'p2', pg_temp.citizen('1955-03-08', 2)::text, '370100', '10.00', 'v')), 'made 1',
	'WAL-04: a transfer can be applied for');

-- the limit counts what goes out
SELECT pg_temp.relate(6, 1, 'sibling');
SELECT is(pg_temp.attempt($$SELECT string_agg(left(pg_temp.give(6, 1, '1')::text, 0), '') FROM generate_series(1, 3)$$), 'done', 'C8: three transfers to a person');
SELECT is(transfers_left_today, 1, 'C8: are not counted to that person''s own') FROM kinwallet.wallet(1);
SELECT is(transfers_left_today, 0, 'C8: but to the other''s') FROM kinwallet.wallet(6);

-- what a spending takes as given
SELECT is(pg_temp.buy(6, '110'), '97.00 13.00 0.00', 'USE-07, USE-13: of the burden that insurance leaves, own account and mutual aid');
SELECT is(pg_temp.buy(6, '10', partial => true), '0.00 7.00 3.00', 'USE-13: burden = own account + mutual aid + cash');
SELECT is_empty(
	$$SELECT p.proname FROM pg_proc AS p, unnest(p.proargnames[1:p.pronargs]) AS name
		WHERE p.pronamespace = 'kinwallet'::regnamespace AND name ~ 'fund|pool|ratio|reimburse'$$,
	'USE-05, USE-06, EDGE-53: no function takes a fund or a ratio');
SELECT set_eq(
	$$SELECT debit, credit FROM kinwallet.double_entry('2026-01-01')$$,
	$$VALUES ('outside', 'individual_account'), ('individual_account', 'quota'), ('individual_account', 'payable'), ('quota', 'payable')$$,
	'USE-05, EDGE-53: money comes from individual accounts alone');
SELECT is_empty(
	$$SELECT p.proname FROM pg_proc AS p, unnest(p.proargnames[1:p.pronargs], p.proargtypes::oid[]) AS arg(name, type)
		WHERE p.pronamespace = 'kinwallet'::regnamespace AND p.provolatile = 'v'
			AND (arg.type = 'timestamptz'::regtype OR arg.type = 'date'::regtype AND arg.name NOT IN ('since', 'through', 'month', 'effective_on', 'paid_on', 'received_on'))
			-- seals what is there
			AND p.proname <> 'seal_day'$$,
	'EDGE-94: no call that writes takes a time');

-- quota stays until it is used or the relation ends
SELECT pg_temp.at('2045-01-09 10:00');
SELECT kinwallet.ensure_partitions('2045-03-01');
SELECT * FROM kinwallet.sweep();
SELECT is(pg_temp.quota(1, 2), '310.00/0.00/0.00/0.00', 'QUO-04: quota does not expire');
SELECT is_empty(
	$$SELECT p.proname FROM pg_proc AS p
		WHERE p.pronamespace = 'kinwallet'::regnamespace AND p.provolatile = 'v' AND 'relation_id' = ANY (p.proargnames)
			AND ('amount' = ANY (p.proargnames) OR 'amounts' = ANY (p.proargnames))$$,
	'EDGE-59: no function takes a part of a quota back');
SELECT is(kinwallet.dissolve_relation(relation_id, 2)::text, '310.00', 'QUO-02: unused quota returns on dissolution')
FROM kinwallet_data.relation WHERE contributor = 1 AND recipient = 2;
SELECT is(pg_temp.own(1), '5000.00', 'QUO-02: to the contributor''s account');

-- the insurance relation changes
SELECT is(pg_temp.quota(4, 2), '100.00/0.00/0.00/0.00', 'REL-03: before a move');
UPDATE kinwallet_data.person SET region = '370200' WHERE person_id = 2;
SELECT is(pg_temp.quota(4, 2), '0.00/0.00/0.00/100.00', 'REL-03: a move dissolves');
SELECT results_eq(
	$$SELECT DISTINCT e.reason FROM kinwallet_data.relation_event AS e JOIN kinwallet_data.relation AS r USING (relation_id)
		WHERE e.kind = 'dissolved' AND r.contributor IN (4, 5)$$,
	$$VALUES ('insurance_change')$$, 'REL-03: as change of insurance');
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 3;
SELECT is(state, 'suspended', 'C5: a pause suspends') FROM kinwallet.quotas(3);
UPDATE kinwallet_data.person SET status = 'normal' WHERE person_id = 3;
SELECT is(state, 'active', 'C5: until it is over') FROM kinwallet.quotas(3);

-- an uncertain outcome
SELECT pg_temp.relate(1, 4, 'sibling');
SELECT kinwallet.transfer(pg_temp.r('uncertain'), 1, 4, '7') AS first \gset
SELECT pg_temp.ledger() AS ledger \gset
SELECT is(kinwallet.transfer(pg_temp.r('uncertain'), 1, 4, '7'), :first, 'EDGE-93: asked again by its request id, a call gives its result');
SELECT is(pg_temp.ledger(), :'ledger', 'EDGE-93: and does nothing');

-- pairs in both directions; thirds of a yuan
SELECT pg_temp.relate(4, 1, 'sibling');
SELECT pg_temp.give(4, 1, '100.01');
SELECT is(pg_temp.buy(4, '4899.99'), '4899.99 0.00 0.00', 'USE-07: own money first');
SELECT pg_temp.give(1, 4, '0.10');
SELECT is(pg_temp.buy(4, '3.34'), '0.00 3.34 0.00', 'EDGE-77: 3.34 to clear');
SELECT is(pg_temp.buy(4, '3.33'), '0.00 3.33 0.00', 'EDGE-77: 3.33 to clear');
SELECT is(pg_temp.buy(4, '0.44'), 'KW009 EDGE-42', 'USE-13: not more than there is');
SELECT is(pg_temp.buy(1, '5000', 'H64020000008'), '4992.90 7.10 0.00', 'EDGE-77: 7.10 to clear, the other way');
SELECT pg_temp.at('2045-02-01 00:00');
SELECT kinwallet.cut_off('2026-01-01'), kinwallet.cut_off('2045-01-01'), kinwallet.split('2045-01-01');
SELECT results_eq(
	$$SELECT payer::text, payee::text, due::text FROM kinwallet.clearing_pairs('2045-01-01', 'province')$$,
	$$VALUES ('370000', '640000', '7.10'), ('640000', '370000', '6.67')$$,
	'CP-07, CLR-03, EDGE-77: each pays what it owes, to the fen, nothing is netted');
SELECT results_eq(
	$$SELECT payer::text, payee::text, due::text FROM kinwallet.clearing_pairs('2045-01-01', 'region')$$,
	$$VALUES ('370100', '640200', '3.00'), ('370200', '640200', '4.10'), ('640200', '370100', '6.67')$$,
	'CP-02: by province, and below it by region');
SELECT is(
	(SELECT sum(kinwallet.fen(due)) FROM kinwallet.clearing_pairs('2045-01-01', 'province')),
	(SELECT sum(kinwallet.fen(amount)) FROM kinwallet_data.draw WHERE month = '2045-01-01'),
	'GOV-02: what provinces owe for the month is what quotas paid in it');
SELECT is_empty('SELECT * FROM kinwallet.verify_ledger()', 'GOV-02: business, fund and information are one: nothing differs');
SELECT * FROM pg_temp.nothing_lost('in the end');

SELECT * FROM finish();
ROLLBACK;
