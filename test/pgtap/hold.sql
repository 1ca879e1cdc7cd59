-- Holds and captures, each by its rule.
BEGIN;
SELECT plan(120);
\ir include/spending.sql

SELECT pg_temp.relate(1, 2, 'parent') AS r1 \gset
SELECT pg_temp.at('2026-01-10 10:01');
SELECT pg_temp.relate(3, 2, 'parent') AS r3 \gset
SELECT pg_temp.relate(4, 6, 'sibling') AS r46 \gset
SELECT pg_temp.give(1, 2, '100'), pg_temp.give(3, 2, '200');

-- what a hold reserves
SELECT pg_temp.hold(2, '150') AS h \gset
SELECT is(pg_temp.quota(1, 2) || ' ' || pg_temp.quota(3, 2), '0.00/100.00/0.00/0.00 150.00/50.00/0.00/0.00', 'EDGE-44: reserved in the order of EDGE-41');
SELECT results_eq(format('SELECT position::int, relation_id, amount::text FROM kinwallet_data.hold_part WHERE hold_id = %s ORDER BY 1', :h),
	format('VALUES (1, %s::bigint, %L), (2, %s, %L)', :r1, '100.00', :r3, '50.00'), 'EDGE-44: the parts');
SELECT results_eq(format('SELECT state::text, expires, at = kinwallet.business_time(), expires_at - at FROM kinwallet_data.hold WHERE hold_id = %s', :h),
	$$ VALUES ('o', NULL::interval, true, interval '24:00') $$, 'EDGE-44: expires as the policy says');
SELECT is(kinwallet.id_month(:h), '2026-01-01', 'a hold''s id carries its month');
SELECT results_eq('SELECT received_available::text, received_held::text FROM kinwallet.wallet(2)', $$ VALUES ('150.00', '150.00') $$, 'held money is neither free nor spent');
SELECT is(pg_temp.buy(2, '150.01'), 'KW009 EDGE-42', 'EDGE-44: what is held is not spent otherwise');
SELECT is(pg_temp.attempt('SELECT pg_temp.hold(2, ''150.01'')'), 'KW009 EDGE-44', 'EDGE-44: nor held twice');
SELECT pg_temp.hold(2, '150', '1 second') AS h2 \gset
SELECT is(pg_temp.attempt('SELECT pg_temp.hold(2, ''0.01'')'), 'KW009 EDGE-44', 'EDGE-44: nothing is left');
SELECT * FROM pg_temp.nothing_lost('held');

-- refusals of hold()
SELECT is(pg_temp.attempt(format('SELECT kinwallet.hold(pg_temp.r(), %s)', args)), expected, 'hold: ' || why)
FROM (VALUES ('99, ''H37010000001'', ''medical'', ''1''', 'KW017 ACT-02', 'no such person'),
	('-1, ''x'', ''y'', ''-1''', 'KW017 ACT-02', 'no such person before all else'),
	('7, ''x'', ''y'', ''-1''', 'KW001 WAL-02', 'no wallet'),
	('2, ''x'', ''y'', ''0''', 'KW006 EDGE-56', 'zero'),
	('2, ''x'', ''y'', ''-0.01''', 'KW006 EDGE-56', 'negative'),
	('2, ''x'', ''y'', ''100000''', 'KW010 EDGE-51', 'unknown provider'),
	('2, ''H37010000004'', ''medical'', ''1''', 'KW010 USE-08', 'takes no account payment'),
	('2, ''P37010000002'', ''medical'', ''1''', 'KW010 USE-02', 'wrong kind'),
	('2, ''H37010000001'', ''y'', ''100000''', 'KW011 USE-11', 'unknown use'),
	('2, ''H37010000001'', ''resident_medical'', ''1''', 'KW011 USE-11', 'a premium is no use'),
	('2, ''H37010000001'', ''medical'', ''92233720368547758.07''', 'KW009 EDGE-44', 'too much'),
	('6, ''H37010000001'', ''medical'', ''1''', 'KW009 EDGE-44', 'own account money is not held'),
	('2, ''H37010000001'', ''medical'', ''1'', ''0''', '22023', 'no time at all'),
	('2, ''H37010000001'', ''medical'', ''1'', ''-1 day''', '22023', 'negative time'),
	('2, ''H37010000001'', ''medical'', ''1'', ''1 mon -31 days''', '22023', 'months against days'),
	('2, ''H37010000001'', ''medical'', ''1'', ''367 days''', '22023', 'absurd time'),
	('2, ''H37010000001'', ''medical'', ''1'', ''178000000 years''', '22023', 'the longest interval there is')) AS t (args, expected, why);
SELECT is(pg_temp.attempt(format('SELECT kinwallet.hold(%s)', args)), '22004', 'hold: NULL: ' || args)
FROM unnest(ARRAY['NULL, 2, ''H37010000001'', ''medical'', ''1''', 'pg_temp.r(), NULL, ''H37010000001'', ''medical'', ''1''',
	'pg_temp.r(), 2, NULL, ''medical'', ''1''', 'pg_temp.r(), 2, ''H37010000001'', NULL, ''1''', 'pg_temp.r(), 2, ''H37010000001'', ''medical'', NULL']) AS args;
SELECT pg_temp.give(4, 6, '100');
SAVEPOINT status;
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 6;
SELECT is(pg_temp.attempt('SELECT pg_temp.hold(6, ''1'')'), 'KW002 EDGE-24', 'EDGE-24: no hold while paused');
ROLLBACK TO status;
SELECT kinwallet.freeze_wallet(6, 'test');
SELECT is(pg_temp.attempt('SELECT pg_temp.hold(6, ''1'')'), 'KW001 WAL-02', 'EDGE-24: no hold while frozen');
ROLLBACK TO status;
SELECT kinwallet.freeze_wallet(4, 'test');
SELECT is(pg_temp.attempt('SELECT pg_temp.hold(6, ''1'')'), 'KW009 EDGE-44', 'EDGE-43: suspended quota is not held');
ROLLBACK TO status;
-- on 31 January "1 mon -30 days" is longer than nothing, and yet leads back
SELECT pg_temp.at('2026-01-31 10:00');
SELECT is(pg_temp.attempt('SELECT pg_temp.hold(6, ''1'', ''1 mon -29 days'')'), '22023', 'an expiry must lie ahead');
ROLLBACK TO status;

-- capture
SELECT is(pg_temp.capture(:h, a), 'KW006 ' || rule, rule || ': capture ' || a)
FROM (VALUES ('0', 'EDGE-56'), ('-0.01', 'EDGE-56'), ('150.01', 'EDGE-44'), ('92233720368547758.07', 'EDGE-44')) AS t (a, rule);
SELECT is(pg_temp.capture(id, '1'), 'KW017 EDGE-44', format('there is no hold %s', id))
FROM unnest(ARRAY[0, -1, 99, :h + 1000000, 9223372036854775807, -9223372036854775808]::bigint[]) AS id;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.cancel_hold(%s)', id)), 'KW017 EDGE-44', format('no hold %s to cancel', id))
FROM unnest(ARRAY[0, -1, 9223372036854775807, -9223372036854775808]::bigint[]) AS id;
SELECT is(pg_temp.attempt(q), '22004', 'NULL: ' || q) FROM unnest(ARRAY['SELECT kinwallet.capture(NULL, 1, ''1'')',
	'SELECT kinwallet.capture(pg_temp.r(), NULL, ''1'')', 'SELECT kinwallet.capture(pg_temp.r(), 1, NULL)', 'SELECT kinwallet.cancel_hold(NULL)']) AS q;
SELECT is(pg_temp.capture(:h, '120', pg_temp.r('c')), '0.00 120.00 0.00', 'EDGE-44: a part of it is captured');
SELECT is(pg_temp.quota(1, 2) || ' ' || pg_temp.quota(3, 2), '0.00/0.00/100.00/0.00 30.00/150.00/20.00/0.00', 'EDGE-44: the rest is free');
SELECT results_eq(
	$$ SELECT s.kind::text, s.personal_burden::text, s.own_account::text, s.hold_id, d.contributor, d.amount::text, d.place::text, d.position::int, d.payee_region::text
		FROM kinwallet_data.spending AS s JOIN kinwallet_data.draw AS d USING (spending_id) WHERE spending_id = pg_temp.last_spending(2) ORDER BY draw_id $$,
	format($$ VALUES ('c', '120.00', '0.00', %s::bigint, 1::bigint, '100.00', 'h', 1, '370100'), ('c', '120.00', '0.00', %s, 3, '20.00', 'h', 2, '370100') $$, :h, :h),
	'EDGE-44: the facts of a capture');
SELECT is(pg_temp.capture(:h, '30'), 'KW016 EDGE-44', 'EDGE-44: once');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.cancel_hold(%s)', :h)), 'KW016 EDGE-44', 'EDGE-44: what is captured is not cancelled');
SELECT is(pg_temp.capture(:h, '-1'), 'KW016 EDGE-44', 'order: KW016 before KW006');
SELECT * FROM pg_temp.nothing_lost('captured');

-- request ids of captures
SELECT pg_temp.ledger() AS before \gset
SELECT is(pg_temp.capture(:h, '120', pg_temp.r('c')), '0.00 120.00 0.00', 'EDGE-90: a repeated capture gives the stored row');
SELECT is(pg_temp.capture(:h, '119', pg_temp.r('c')), 'KW013 EDGE-90', 'EDGE-90: another amount');
SELECT is(pg_temp.capture(:h2, '120', pg_temp.r('c')), 'KW013 EDGE-90', 'EDGE-90: another hold');
SELECT is(pg_temp.ledger(), :'before', 'EDGE-90: repeated and refused captures change nothing');

-- expiry: h2 until 10:01:01
SAVEPOINT expiry;
SELECT pg_temp.at('2026-01-10 10:01:00.999999');
SELECT is(pg_temp.capture(:h2, '150'), '0.00 150.00 0.00', 'EDGE-44: captured a microsecond before its time is over');
ROLLBACK TO expiry;
SELECT pg_temp.at('2026-01-10 10:01:01');
SELECT is(pg_temp.capture(:h2, '150'), 'KW016 EDGE-44', 'EDGE-44: not at exactly that time, without a sweep');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.cancel_hold(%s)', :h2)), 'KW016 EDGE-44', 'EDGE-44: nor cancelled then');
SELECT results_eq($$ SELECT n FROM kinwallet.sweep() WHERE what = 'holds_expired' $$, 'VALUES (1::bigint)', 'EDGE-44: the sweep ends it');
SELECT is(pg_temp.quota(3, 2), '180.00/0.00/20.00/0.00', 'EDGE-44: and frees its money');
SELECT is(pg_temp.capture(:h2, '150'), 'KW016 EDGE-44', 'EDGE-44: nor after the sweep');
SELECT * FROM pg_temp.nothing_lost('expired');
SELECT pg_temp.hold(2, '10', '30 days') AS h3 \gset
SELECT kinwallet.cancel_hold(:h3);
SELECT is(pg_temp.quota(3, 2), '180.00/0.00/20.00/0.00', 'cancelled: all of it is free');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.cancel_hold(%s)', :h3)), 'KW016 EDGE-44', 'not cancelled twice');
SELECT is(pg_temp.capture(:h3, '1'), 'KW016 EDGE-44', 'nor captured after it');
SELECT results_eq(format('SELECT state::text, ended_at FROM kinwallet_data.hold WHERE hold_id = %s', :h3), 'VALUES (''n'', kinwallet.business_time())', 'when it ended');

-- request ids of holds
SELECT kinwallet.hold(pg_temp.r('h'), 2, 'H37010000001', 'medical', '10', '24:00') AS first \gset
SELECT pg_temp.ledger() AS before \gset
SELECT is(kinwallet.hold(pg_temp.r('h'), 2, 'H37010000001', 'medical', '10', '1 day'), :first, 'EDGE-90: a repeated hold gives the stored id');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.hold(pg_temp.r(''h''), 2, %s)', args)), 'KW013 EDGE-90', 'EDGE-90: other arguments: ' || args)
FROM unnest(ARRAY['''H37010000001'', ''medical'', ''10''', '''H37010000001'', ''medical'', ''10'', ''25:00''', '''H37010000001'', ''medical'', ''11'', ''24:00''',
	'''H37010000001'', ''drug'', ''10'', ''24:00''', '''H11010000003'', ''medical'', ''10'', ''24:00''', '''x'', ''y'', ''-1'', ''24:00''']) AS args;
SELECT is(pg_temp.ledger(), :'before', 'EDGE-90: repeated and refused holds change nothing');
SELECT request_id AS v7_id, kinwallet.hold(request_id, 2, 'H37010000001', 'medical', '1') AS v7 FROM (SELECT pg_temp.r() AS request_id OFFSET 0) AS i \gset
SELECT is(kinwallet.hold(:'v7_id', 2, 'H37010000001', 'medical', '1'), :v7, 'EDGE-90: an id of version 7, too');
SELECT kinwallet.cancel_hold(:v7);
SELECT is(kinwallet.hold(:'v7_id', 2, 'H37010000001', 'medical', '1'), :v7, 'EDGE-90: the stored id even after the hold''s end');
SELECT is(pg_temp.buy(2, '1', request => pg_temp.r('h')), '0.00 1.00 0.00', 'EDGE-90: each function has its own ids');
SELECT kinwallet.cancel_hold(:first);

-- two relations, one dissolved meanwhile
SELECT pg_temp.give(1, 2, '100');
SELECT pg_temp.hold(2, '160', '30 days') AS h4 \gset
SELECT is(pg_temp.quota(1, 2) || ' ' || pg_temp.quota(3, 2), '0.00/100.00/100.00/0.00 119.00/60.00/21.00/0.00', 'EDGE-45: held from both');
SELECT is(kinwallet.dissolve_relation(:r3, 3)::text, '119.00', 'EDGE-45: the free remainder returns at once');
SELECT is(pg_temp.quota(3, 2) || ' ' || pg_temp.own(3), '0.00/60.00/21.00/119.00 4919.00', 'EDGE-45: what is held stays');
SELECT * FROM pg_temp.nothing_lost('EDGE-45: held after dissolution');
SAVEPOINT dissolved;
SELECT is(pg_temp.capture(:h4, '130'), '0.00 130.00 0.00', 'EDGE-45: captured after dissolution');
SELECT is(pg_temp.quota(3, 2) || ' ' || pg_temp.own(3), '0.00/0.00/51.00/149.00 4949.00', 'EDGE-45: the rest goes to the contributor''s account');
SELECT results_eq($$ SELECT amount::text, kind::text, contributor_region::text FROM kinwallet_data.return_ ORDER BY return_id $$,
	$$ VALUES ('119.00', 'd', '320500'), ('30.00', 'h', '320500') $$, 'EDGE-45: as a fact of its own');
SELECT * FROM pg_temp.nothing_lost('EDGE-45: captured');
ROLLBACK TO dissolved;
SELECT is(pg_temp.capture(:h4, '50'), '0.00 50.00 0.00', 'EDGE-45: captured from the first relation alone');
SELECT is(pg_temp.quota(1, 2) || ' ' || pg_temp.quota(3, 2) || ' ' || pg_temp.own(3), '50.00/0.00/150.00/0.00 0.00/0.00/21.00/179.00 4979.00', 'EDGE-45: quota and account');
ROLLBACK TO dissolved;
SELECT kinwallet.cancel_hold(:h4);
SELECT is(pg_temp.quota(1, 2) || ' ' || pg_temp.quota(3, 2) || ' ' || pg_temp.own(3), '100.00/0.00/100.00/0.00 0.00/0.00/21.00/179.00 4979.00', 'EDGE-45: cancelled');
SELECT * FROM pg_temp.nothing_lost('EDGE-45: cancelled');
ROLLBACK TO dissolved;
-- what happens to the parties does not undo what is held; a new policy does not, either
UPDATE kinwallet_data.person SET region = '640100' WHERE person_id = 1;
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 2;
SELECT kinwallet.freeze_wallet(2, 'test');
INSERT INTO kinwallet_data.policy (scope, valid, uses, provider_region_rule) VALUES (370100, '[2026-01-01,)', '{drug}', 'use_region');
UPDATE kinwallet_data.wallet_profile SET place = NULL WHERE person_id = 2;
SELECT is(pg_temp.capture(:h4, '160'), '0.00 160.00 0.00', 'EDGE-45: valid whatever happened since');
SELECT results_eq('SELECT contributor, payer_region::text FROM kinwallet_data.draw WHERE spending_id = pg_temp.last_spending(2) ORDER BY position',
	$$ VALUES (1::bigint, '640200'), (3, '320500') $$, 'EDGE-22: the payer is the old region');
ROLLBACK TO dissolved;
UPDATE kinwallet_data.person SET status = 'deceased' WHERE person_id = 2;
SELECT is(pg_temp.capture(:h4, '160'), '0.00 160.00 0.00', 'EDGE-45: paid, too, when the recipient has died');
SELECT * FROM pg_temp.nothing_lost('EDGE-45: death');
ROLLBACK TO dissolved;
UPDATE kinwallet_data.provider SET accepts_wallet = false WHERE provider = 'H37010000001';
SELECT is(pg_temp.capture(:h4, '160'), 'KW010 USE-08', 'EDGE-51: the provider is judged again');
UPDATE kinwallet_data.provider SET accepts_wallet = true, valid = '(,2026-01-10)' WHERE provider = 'H37010000001';
SELECT is(pg_temp.capture(:h4, '160'), 'KW010 EDGE-51', 'EDGE-51: on the day of the capture');
ROLLBACK TO dissolved;
SELECT is(pg_temp.attempt('SELECT kinwallet.close_wallet(2)'), 'KW016 EDGE-58', 'EDGE-58: no closing with an open hold');
SELECT is(pg_temp.attempt('SELECT kinwallet.close_wallet(3)'), 'KW016 EDGE-58', 'EDGE-58: nor the contributor''s');

-- a month later
SELECT pg_temp.at('2026-02-01 00:00');
SELECT is(pg_temp.capture(:h, '120', pg_temp.r('c')), '0.00 120.00 0.00', 'EDGE-90: known in the next month');
SELECT kinwallet.cut_off('2026-01-01');
SELECT is(pg_temp.capture(:h4, '160'), '0.00 160.00 0.00', 'EDGE-70: captured in the month after its hold, which is cut off');
SELECT results_eq('SELECT DISTINCT month FROM kinwallet_data.draw WHERE spending_id = pg_temp.last_spending(2)', $$ VALUES (date '2026-02-01') $$, 'EDGE-70: the month of the capture');
SELECT is(pg_temp.back(pg_temp.last_spending(2), '70'), 'done', 'EDGE-47: a capture is refunded as a spending is');
SELECT is(pg_temp.quota(1, 2) || ' ' || pg_temp.quota(3, 2) || ' ' || pg_temp.own(3), '10.00/0.00/190.00/0.00 0.00/0.00/21.00/179.00 4979.00', 'EDGE-47, EDGE-48: last relation first');
SELECT * FROM pg_temp.nothing_lost('all');

SELECT * FROM finish();
ROLLBACK;
