-- Persons, wallets, what ends relations: who acts on whose money, and how much of it goes where.
BEGIN;
SELECT no_plan();
SET LOCAL kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();

-- a valid identity number: region, birth date, sequence, and the check character they give
CREATE FUNCTION pg_temp.citizen(seventeen text) RETURNS kinwallet.citizen_id LANGUAGE sql AS $$
	SELECT (seventeen || substr('10X98765432', 1 + sum(substr(seventeen, i::int, 1)::int * w)::int % 11, 1))::kinwallet.citizen_id
	FROM unnest('{7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2}'::int[]) WITH ORDINALITY AS u(w, i)
$$;
-- what became of the relations, in order of contributor and recipient
CREATE FUNCTION pg_temp.relations() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s->%s %s%s remaining %s held %s returned %s', contributor, recipient, state,
		CASE WHEN causes <> 0 THEN ' ' || causes ELSE '' END, remaining, held, returned)
	FROM kinwallet_data.relation ORDER BY contributor, recipient, relation_id
$$;
CREATE FUNCTION pg_temp.available(person bigint) RETURNS text LANGUAGE sql AS $$
	SELECT available::text FROM kinwallet_data.wallet WHERE person_id = person
$$;
-- money is where it was credited, and the counters count: no row
CREATE FUNCTION pg_temp.broken() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('wallet %s counts %s open relations, not %s', person_id, open_relations, n)
	FROM kinwallet_data.wallet w, LATERAL (SELECT count(*) AS n FROM kinwallet_data.relation
		WHERE w.person_id IN (contributor, recipient) AND state IN ('r', 'a', 's')) AS o
	WHERE open_relations <> n
	UNION ALL
	SELECT format('person %s has %s of %s', w.person_id, kinwallet.fen(w.available) + q.fen, e.fen)
	FROM kinwallet_data.wallet w,
		LATERAL (SELECT coalesce(sum(kinwallet.fen(remaining) + kinwallet.fen(held) + kinwallet.fen(spent)), 0) AS fen
			FROM kinwallet_data.relation WHERE contributor = w.person_id) AS q,
		LATERAL (SELECT coalesce(sum(kinwallet.fen(amount)), 0) AS fen
			FROM kinwallet_data.account_entry WHERE person_id = w.person_id) AS e
	WHERE kinwallet.fen(w.available) + q.fen <> e.fen
	UNION ALL
	SELECT format('relation %s returned %s, facts say %s', relation_id, kinwallet.fen(returned), f.fen)
	FROM kinwallet_data.relation r, LATERAL (SELECT coalesce(sum(kinwallet.fen(amount)), 0) AS fen
		FROM kinwallet_data.return_ WHERE relation_id = r.relation_id) AS f
	WHERE kinwallet.fen(returned) <> f.fen
$$;
-- five people with wallets, three of them with 1000.00: 1->2 100, 1->3 200, 3->2 30, 2->1 asked for
CREATE FUNCTION pg_temp.cast_of_five() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
	SELECT i, pg_temp.citizen('64029919800312' || lpad(i::text, 3, '0')), 'N' || i, region::kinwallet.region_code, scheme, 'code' || i
	FROM (VALUES (1, '640200', 'employee'), (2, '370100', 'employee'), (3, '320500', 'employee'),
		(4, '370100', 'resident'), (5, '640200', 'employee')) AS v(i, region, scheme);
	PERFORM kinwallet.open_wallet(i) FROM generate_series(1, 5) AS i;
	PERFORM kinwallet.credit_account(kinwallet.new_request_id(), i, '1000') FROM generate_series(1, 3) AS i;
	PERFORM kinwallet.establish_relation(1, 2, 'sibling'), kinwallet.establish_relation(1, 3, 'sibling'),
		kinwallet.establish_relation(3, 2, 'sibling'), kinwallet.request_relation(2, 1, 'sibling', 2);
	PERFORM kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '100'),
		kinwallet.transfer(kinwallet.new_request_id(), 1, 3, '200'),
		kinwallet.transfer(kinwallet.new_request_id(), 3, 2, '30');
END
$$;
-- reserve an amount of one relation's quota, as hold() does
CREATE FUNCTION pg_temp.make_hold(id bigint, from_person bigint, to_person bigint, amount kinwallet.wallet_amount, until timestamptz)
RETURNS void LANGUAGE sql AS $$
	INSERT INTO kinwallet_data.hold (hold_id, recipient, request_id, provider, use, amount, at, expires_at)
	VALUES (id, to_person, kinwallet.new_request_id(), 'H37010000001', 'm', amount, kinwallet.business_time(), until);
	INSERT INTO kinwallet_data.hold_part
	SELECT id, 1, relation_id, amount FROM kinwallet_data.relation
	WHERE contributor = from_person AND recipient = to_person AND state = 'a';
	UPDATE kinwallet_data.relation SET held = held OPERATOR(kinwallet.+) amount, remaining = remaining OPERATOR(kinwallet.-) amount
	WHERE contributor = from_person AND recipient = to_person AND state = 'a';
$$;
SET LOCAL search_path = public, kinwallet;

SAVEPOINT empty;

/*
 * Opening (WAL-01 .. WAL-05)
 */
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential, status) VALUES
	(10, pg_temp.citizen('64029919800312010'), 'with code', '640200', 'employee', 'c10', 'normal'),
	(11, pg_temp.citizen('64029919800312011'), 'without', '640200', 'employee', NULL, 'normal'),
	(12, pg_temp.citizen('64029919800312012'), 'paused', '640200', 'employee', 'c12', 'paused'),
	(13, pg_temp.citizen('64029919800312013'), 'terminated', '640200', 'employee', 'c13', 'terminated'),
	(14, pg_temp.citizen('64029919800312014'), 'deceased', '640200', 'employee', 'c14', 'deceased'),
	(15, pg_temp.citizen('64029920240312015'), 'child', '370100', 'resident', 'c15', 'normal'),
	(16, pg_temp.citizen('64029919800312016'), 'pooled only', '640200', 'employee', 'c16', 'normal');
UPDATE kinwallet_data.person SET individual_account = false WHERE person_id = 16;
SELECT lives_ok('SELECT kinwallet.open_wallet(10, ''640100'', ''13900000000'')', 'WAL-03: opening');
SELECT results_eq(
	'SELECT w.status::text, w.insured::text, w.scheme::text, w.region::text, w.available::text, p.place::text, p.mobile, p.opened_at
	 FROM kinwallet_data.wallet w JOIN kinwallet_data.wallet_profile p USING (person_id) WHERE person_id = 10',
	$$VALUES ('o', 'n', 'e', '640200', '0.00', '640100', '13900000000', timestamptz '2026-02-01 10:00+08')$$,
	'WAL-03: open, with place of use, mobile number and time; copies of the person');
SELECT throws_ok('SELECT kinwallet.open_wallet(10)', 'KW016', NULL, 'WAL-05: a second opening');
SELECT throws_ok('SELECT kinwallet.open_wallet(11)', 'KW001', NULL, 'WAL-01: without a credential');
SELECT is_empty('SELECT 1 FROM kinwallet_data.wallet WHERE person_id = 11', 'WAL-01: no wallet row is left behind');
SELECT lives_ok('SELECT kinwallet.open_wallet(12)', 'ACT-05: a paused person may open');
SELECT throws_ok('SELECT kinwallet.open_wallet(13)', 'KW002', NULL, 'ACT-05: a terminated person may not');
SELECT throws_ok('SELECT kinwallet.open_wallet(14)', 'KW002', NULL, 'ACT-05: a dead person may not');
SELECT lives_ok('SELECT kinwallet.open_wallet(15)', 'EDGE-18: a newborn may have a wallet');
SELECT lives_ok('SELECT kinwallet.open_wallet(16)', 'ACT-07: pooled only may have a wallet');
SELECT results_eq('SELECT person_id, insured::text, scheme::text FROM kinwallet_data.wallet WHERE person_id > 10 ORDER BY 1',
	$$VALUES (12::bigint, 'p', 'e'), (15, 'n', 'r'), (16, 'n', 'p')$$, 'the copies of status and scheme');
SELECT throws_ok('SELECT kinwallet.open_wallet(999)', 'KW017', NULL, 'no such person');
SELECT throws_ok('SELECT kinwallet.open_wallet(NULL)', '22004', NULL, 'a person is required');
SELECT throws_ok('SELECT kinwallet.open_wallet(15, ''659900'')', '22023', NULL, 'the place must be a region of ours');
SELECT throws_ok('SELECT kinwallet.close_wallet(11)', 'KW016', NULL, 'closing where there is no wallet');
SELECT throws_ok('SELECT kinwallet.close_wallet(999)', 'KW017', NULL, 'closing: no such person');
SELECT throws_ok('SELECT kinwallet.freeze_wallet(10, '' '')', '22023', NULL, 'a freeze needs a reason');
SELECT throws_ok('SELECT kinwallet.freeze_wallet(10, NULL)', '22004', NULL, 'a freeze needs a reason that is not null');
SELECT throws_ok('SELECT kinwallet.freeze_wallet(11, ''x'')', 'KW016', NULL, 'nothing to freeze');
SELECT throws_ok('SELECT kinwallet.unfreeze_wallet(10, ''x'')', 'KW016', NULL, 'nothing to unfreeze');
SELECT lives_ok('SELECT kinwallet.freeze_wallet(10, ''audit'')', 'freezing');
SELECT throws_ok('SELECT kinwallet.freeze_wallet(10, ''audit'')', 'KW016', NULL, 'frozen already');
SELECT throws_ok('SELECT kinwallet.open_wallet(10)', 'KW016', NULL, 'opening does not lift a freeze');
SELECT throws_ok('SELECT kinwallet.close_wallet(10)', 'KW016', NULL, 'closing does not either');
SELECT lives_ok('SELECT kinwallet.unfreeze_wallet(10, ''audit over''), kinwallet.close_wallet(10)', 'unfreezing, closing');
SELECT throws_ok('SELECT kinwallet.close_wallet(10)', 'KW016', NULL, 'closed already');
SET LOCAL kinwallet.clock = '2026-02-03 10:00+08';
SELECT lives_ok('SELECT kinwallet.open_wallet(10, NULL, ''13911111111'')', 'WAL-05: a closed wallet opens again');
SELECT results_eq('SELECT place::text, mobile, opened_at FROM kinwallet_data.wallet_profile WHERE person_id = 10',
	$$VALUES ('640100', '13911111111', timestamptz '2026-02-03 10:00+08')$$, 'what is not given again is kept');
SELECT results_eq('SELECT kind, reason FROM kinwallet_data.wallet_event WHERE person_id = 10 ORDER BY event_id',
	$$VALUES ('opened', NULL), ('frozen', 'audit'), ('unfrozen', 'audit over'), ('closed', NULL), ('opened', NULL)$$,
	'WAL-03: the wallet''s history');
ROLLBACK TO empty;

/*
 * Insurance changes (EDGE-22 .. EDGE-29)
 */
SELECT pg_temp.cast_of_five();
SAVEPOINT start;
SELECT results_eq('SELECT pg_temp.relations()', $$VALUES
	('1->2 a remaining 100.00 held 0.00 returned 0.00'), ('1->3 a remaining 200.00 held 0.00 returned 0.00'),
	('2->1 r remaining 0.00 held 0.00 returned 0.00'), ('3->2 a remaining 30.00 held 0.00 returned 0.00')$$, 'where we start');
SELECT is_empty('SELECT pg_temp.broken()', 'where we start, all adds up');

UPDATE kinwallet_data.person SET region = '640100' WHERE person_id = 1;
SELECT results_eq('SELECT pg_temp.relations()', $$VALUES
	('1->2 d remaining 0.00 held 0.00 returned 100.00'), ('1->3 d remaining 0.00 held 0.00 returned 200.00'),
	('2->1 x remaining 0.00 held 0.00 returned 0.00'), ('3->2 a remaining 30.00 held 0.00 returned 0.00')$$,
	'EDGE-22: a move ends the relations of both directions and requests, and no others');
SELECT is(pg_temp.available(1), '1000.00', 'EDGE-22: the quotas went back');
SELECT results_eq('SELECT contributor, amount::text, contributor_region::text, month, kind::text, id_month(return_id) FROM kinwallet_data.return_ ORDER BY amount',
	$$VALUES (1::bigint, '100.00', '640200', date '2026-02-01', 'd', date '2026-02-01'), (1, '200.00', '640200', date '2026-02-01', 'd', date '2026-02-01')$$,
	'EDGE-22: before the move: the returns belong to the old region');
SELECT is((SELECT region::text FROM kinwallet_data.wallet WHERE person_id = 1), '640100', 'EDGE-22: the wallet moved');
SELECT results_eq('SELECT kind, reason, by_person, returned::text FROM kinwallet_data.relation_event WHERE kind IN (''dissolved'', ''expired'') ORDER BY event_id',
	$$VALUES ('dissolved', 'insurance_change', NULL::bigint, '100.00'), ('dissolved', 'insurance_change', NULL, '200.00'), ('expired', 'insurance_change', NULL, '0.00')$$,
	'REL-07: who, why, how much');
SELECT is_empty('SELECT pg_temp.broken()', 'EDGE-22: all adds up');
ROLLBACK TO start;

UPDATE kinwallet_data.person SET region = '610100' WHERE person_id IN (3, 1, 4);
SELECT results_eq('SELECT pg_temp.relations()', $$VALUES
	('1->2 d remaining 0.00 held 0.00 returned 100.00'), ('1->3 d remaining 0.00 held 0.00 returned 200.00'),
	('2->1 x remaining 0.00 held 0.00 returned 0.00'), ('3->2 d remaining 0.00 held 0.00 returned 30.00')$$,
	'EDGE-22: three movers in one statement, a relation between two of them ends once');
SELECT results_eq('SELECT person_id, region::text FROM kinwallet_data.wallet ORDER BY 1',
	$$VALUES (1::bigint, '610100'), (2, '370100'), (3, '610100'), (4, '610100'), (5, '640200')$$, 'EDGE-22: the wallets of all movers follow');
SELECT is_empty('SELECT pg_temp.broken()', 'EDGE-22: three movers, all adds up');
ROLLBACK TO start;

-- one statement, four fates
UPDATE kinwallet_data.person SET status = CASE person_id WHEN 1 THEN 'paused' WHEN 3 THEN 'deceased' ELSE status END,
	region = CASE person_id WHEN 5 THEN '640100' ELSE region END, name = name || '!';
SELECT results_eq('SELECT pg_temp.relations()', $$VALUES
	('1->2 s 1 remaining 100.00 held 0.00 returned 0.00'), ('1->3 d remaining 0.00 held 0.00 returned 200.00'),
	('2->1 r remaining 0.00 held 0.00 returned 0.00'), ('3->2 d remaining 0.00 held 0.00 returned 30.00')$$,
	'EDGE-22, EDGE-24, EDGE-26: a statement in which each row fares differently');
SELECT is_empty('SELECT pg_temp.broken()', 'four fates, all adds up');
ROLLBACK TO start;

UPDATE kinwallet_data.person SET scheme = 'resident' WHERE person_id = 3;
SELECT results_eq('SELECT pg_temp.relations()', $$VALUES
	('1->2 a remaining 100.00 held 0.00 returned 0.00'), ('1->3 d remaining 0.00 held 0.00 returned 200.00'),
	('2->1 r remaining 0.00 held 0.00 returned 0.00'), ('3->2 d remaining 0.00 held 0.00 returned 30.00')$$,
	'EDGE-23: a change of scheme ends the relations of both directions');
SELECT is((SELECT scheme::text FROM kinwallet_data.wallet WHERE person_id = 3), 'r', 'EDGE-23: the wallet knows');
SELECT throws_ok('SELECT kinwallet.establish_relation(3, 2, ''sibling'')', 'KW003', NULL, 'EDGE-23: no longer a contributor');
ROLLBACK TO start;
UPDATE kinwallet_data.person SET individual_account = false WHERE person_id = 3;
SELECT is((SELECT string_agg(state::text, '' ORDER BY contributor, recipient) FROM kinwallet_data.relation), 'adrd',
	'ACT-07: losing the individual account ends relations, too');
ROLLBACK TO start;
UPDATE kinwallet_data.person SET individual_account = false WHERE person_id = 5;
SELECT kinwallet.establish_relation(1, 5, 'sibling');
UPDATE kinwallet_data.person SET individual_account = true WHERE person_id = 5;
SELECT is((SELECT state::text FROM kinwallet_data.relation WHERE recipient = 5), 'a', 'EDGE-29: gaining one ends nothing');
SELECT is((SELECT scheme::text FROM kinwallet_data.wallet WHERE person_id = 5), 'e', 'ACT-07: and the wallet knows');
ROLLBACK TO start;
UPDATE kinwallet_data.person SET individual_account = false WHERE person_id = 4;
SELECT is((SELECT scheme::text FROM kinwallet_data.wallet WHERE person_id = 4), 'r', 'of a resident it means nothing');

UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 2;
SELECT results_eq('SELECT pg_temp.relations()', $$VALUES
	('1->2 s 2 remaining 100.00 held 0.00 returned 0.00'), ('1->3 a remaining 200.00 held 0.00 returned 0.00'),
	('2->1 r remaining 0.00 held 0.00 returned 0.00'), ('3->2 s 2 remaining 30.00 held 0.00 returned 0.00')$$,
	'EDGE-24: a paused recipient: suspended, quota kept, request kept');
SELECT is((SELECT status_since FROM kinwallet_data.person WHERE person_id = 2), date '2026-02-01', 'EDGE-24: the day of the pause');
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 3;
SELECT kinwallet.freeze_wallet(2, 'audit'), kinwallet.freeze_wallet(1, 'audit');
SELECT results_eq('SELECT pg_temp.relations()', $$VALUES
	('1->2 s 14 remaining 100.00 held 0.00 returned 0.00'), ('1->3 s 6 remaining 200.00 held 0.00 returned 0.00'),
	('2->1 r remaining 0.00 held 0.00 returned 0.00'), ('3->2 s 11 remaining 30.00 held 0.00 returned 0.00')$$,
	'EDGE-24: causes add up');
UPDATE kinwallet_data.person SET status = 'normal' WHERE person_id IN (2, 3);
SELECT kinwallet.unfreeze_wallet(1, 'over');
SELECT results_eq('SELECT pg_temp.relations()', $$VALUES
	('1->2 s 8 remaining 100.00 held 0.00 returned 0.00'), ('1->3 a remaining 200.00 held 0.00 returned 0.00'),
	('2->1 r remaining 0.00 held 0.00 returned 0.00'), ('3->2 s 8 remaining 30.00 held 0.00 returned 0.00')$$,
	'EDGE-24: active again when the set of causes is empty, and not before');
SELECT throws_ok('SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, ''1'')', 'KW001', NULL, 'EDGE-24: a frozen recipient receives nothing');
SELECT lives_ok('SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 3, ''1'')', 'EDGE-24: the resumed relation works');
UPDATE kinwallet_data.person SET region = '320500' WHERE person_id = 2;
SELECT is((SELECT string_agg(state::text, '' ORDER BY contributor, recipient) FROM kinwallet_data.relation), 'daxd', 'EDGE-58: a frozen wallet''s relations end');
SELECT is(pg_temp.available(1), '799.00', 'EDGE-58: and return the money');
SELECT is_empty('SELECT pg_temp.broken()', 'EDGE-58: frozen, all adds up');
ROLLBACK TO start;

SELECT kinwallet.freeze_wallet(1, 'audit');
SELECT is(kinwallet.dissolve_relation(relation_id, 2)::text, '100.00', 'EDGE-58: a party dissolves while the other is frozen')
FROM kinwallet_data.relation WHERE contributor = 1 AND recipient = 2;
SELECT is(pg_temp.available(1), '800.00', 'EDGE-58: the frozen contributor''s account has it back');
ROLLBACK TO start;

UPDATE kinwallet_data.policy SET pause_is_change = true WHERE scope = 0;
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 3;
SELECT is((SELECT string_agg(state::text, '' ORDER BY contributor, recipient) FROM kinwallet_data.relation), 'adrd',
	'EDGE-24: a policy may treat a pause as a change');
ROLLBACK TO start;
UPDATE kinwallet_data.person SET status = 'terminated' WHERE person_id = 2;
SELECT is((SELECT string_agg(state::text, '' ORDER BY contributor, recipient) FROM kinwallet_data.relation), 'daxd', 'EDGE-25: termination');
SELECT is((SELECT insured::text FROM kinwallet_data.wallet WHERE person_id = 2), 't', 'EDGE-25: the wallet knows');
ROLLBACK TO start;
UPDATE kinwallet_data.person SET status = 'deceased' WHERE person_id = 1;
SELECT is(pg_temp.available(1), '1000.00', 'EDGE-26: death of the contributor: unused to the individual account');
SELECT is((SELECT string_agg(DISTINCT reason, '') FROM kinwallet_data.relation_event WHERE kind = 'dissolved'), 'death', 'EDGE-26: the reason');
ROLLBACK TO start;
UPDATE kinwallet_data.person SET status = 'deceased', region = '640100' WHERE person_id = 2;
SELECT is(pg_temp.available(1) || ' ' || pg_temp.available(3), '800.00 1000.00', 'EDGE-27: death of the recipient: unused to each contributor');
SELECT is((SELECT string_agg(DISTINCT reason, '') FROM kinwallet_data.relation_event WHERE kind = 'dissolved'), 'death', 'EDGE-27: death goes before a move');
SELECT throws_ok('UPDATE kinwallet_data.person SET status = ''normal'' WHERE person_id = 2', '55000', NULL, 'EDGE-27: death is final');
SELECT lives_ok('UPDATE kinwallet_data.person SET name = ''N'' WHERE person_id = 2', 'a dead person''s row may be corrected');
ROLLBACK TO start;

UPDATE kinwallet_data.person SET name = 'renamed', auto_accept = true, credential = 'new' || person_id, region = region, scheme = scheme, status = status;
SELECT is((SELECT string_agg(state::text, '' ORDER BY contributor, recipient) FROM kinwallet_data.relation), 'aara',
	'EDGE-29: what is no change of the insurance changes no relation');

SELECT ok(insurance_event('ev1', 1, '2026-01-15', status => 'paused'), 'EDGE-28: an event is processed');
SELECT results_eq('SELECT status, status_since FROM kinwallet_data.person WHERE person_id = 1', $$VALUES ('paused', date '2026-02-01')$$,
	'EDGE-28: a retroactive one acts from processing time');
SELECT is((SELECT string_agg(state::text, '' ORDER BY contributor, recipient) FROM kinwallet_data.relation), 'ssra', 'EDGE-28: with the effects of the UPDATE');
UPDATE kinwallet_data.person SET status = 'normal' WHERE person_id = 1;
SELECT ok(NOT insurance_event('ev1', 1, '2026-01-15', status => 'paused'), 'EDGE-28: the same again is known');
SELECT is((SELECT status FROM kinwallet_data.person WHERE person_id = 1), 'normal', 'EDGE-28: and changes nothing');
SELECT throws_ok($$SELECT insurance_event('ev1', 1, '2026-01-16', status => 'paused')$$, 'KW013', NULL, 'EDGE-28: another day');
SELECT throws_ok($$SELECT insurance_event('ev1', 2, '2026-01-15', status => 'paused')$$, 'KW013', NULL, 'EDGE-28: another person');
SELECT throws_ok($$SELECT insurance_event('ev1', 1, '2026-01-15', status => 'terminated')$$, 'KW013', NULL, 'EDGE-28: another status');
SELECT throws_ok($$SELECT insurance_event('ev1', 1, '2026-01-15', scheme => 'resident', status => 'paused')$$, 'KW013', NULL, 'EDGE-28: a scheme more');
SELECT throws_ok($$SELECT insurance_event('ev1', 1, '2026-01-15', region => '640200', status => 'paused')$$, 'KW013', NULL, 'EDGE-28: a region more');
SELECT throws_ok($$SELECT insurance_event('ev2', 1, '2026-02-02', status => 'paused')$$, '22023', NULL, 'an event of tomorrow');
SELECT lives_ok($$SELECT insurance_event('ev2', 1, '2026-02-01', '640100', 'resident', 'paused')$$, 'an event of today that changes everything');
SELECT results_eq('SELECT region::text, scheme, status FROM kinwallet_data.person WHERE person_id = 1', $$VALUES ('640100', 'resident', 'paused')$$, 'everything changed');
SELECT throws_ok($$SELECT insurance_event('ev3', 1, '2026-02-01')$$, '22023', NULL, 'an event of nothing');
SELECT throws_ok($$SELECT insurance_event('', 1, '2026-02-01', status => 'paused')$$, '22023', NULL, 'an event without id');
SELECT throws_ok($$SELECT insurance_event(NULL, 1, '2026-02-01', status => 'paused')$$, '22004', NULL, 'an event with id NULL');
SELECT throws_ok($$SELECT insurance_event('ev3', 1, 'infinity', status => 'paused')$$, '22023', NULL, 'an event at no time');
SELECT throws_ok($$SELECT insurance_event('ev3', 1, '2026-02-01', status => 'gone')$$, '22023', NULL, 'an unknown status');
SELECT throws_ok($$SELECT insurance_event('ev3', 1, '2026-02-01', scheme => 'none')$$, '22023', NULL, 'an unknown scheme');
SELECT throws_ok($$SELECT insurance_event('ev3', 1, '2026-02-01', region => '659900')$$, '22023', NULL, 'an unknown region');
SELECT throws_ok($$SELECT insurance_event('ev3', 999, '2026-02-01', status => 'paused')$$, 'KW017', NULL, 'an unknown person');
SELECT is((SELECT count(*) FROM kinwallet_data.insurance_event), 2::bigint, 'EDGE-90: a refused event is not kept');
ROLLBACK TO start;

/*
 * Closing (EDGE-58), purchases in flight (EDGE-45)
 */
SELECT kinwallet.close_wallet(1);
SELECT results_eq('SELECT pg_temp.relations()', $$VALUES
	('1->2 d remaining 0.00 held 0.00 returned 100.00'), ('1->3 d remaining 0.00 held 0.00 returned 200.00'),
	('2->1 x remaining 0.00 held 0.00 returned 0.00'), ('3->2 a remaining 30.00 held 0.00 returned 0.00')$$,
	'EDGE-58: closing ends all relations');
SELECT is(pg_temp.available(1), '1000.00', 'EDGE-58: the individual account keeps its balance');
SELECT is((SELECT string_agg(DISTINCT reason, '') FROM kinwallet_data.relation_event WHERE kind = 'dissolved'), 'wallet_closed', 'EDGE-58: the reason');
SELECT throws_ok('SELECT kinwallet.establish_relation(1, 2, ''sibling'')', 'KW001', NULL, 'EDGE-58: a closed wallet contributes nothing');
SELECT is_empty('SELECT pg_temp.broken()', 'EDGE-58: closed, all adds up');
ROLLBACK TO start;
SELECT pg_temp.make_hold(7, 1, 2, '40', '2026-02-02 10:00+08'), pg_temp.make_hold(8, 3, 2, '10', '2026-02-03 10:00+08');
SELECT throws_ok('SELECT kinwallet.close_wallet(2)', 'KW016', NULL, 'EDGE-58: not with an open hold as recipient');
SELECT throws_ok('SELECT kinwallet.close_wallet(1)', 'KW016', NULL, 'EDGE-58: nor with one on the contributor''s quota');
SELECT lives_ok('SELECT kinwallet.close_wallet(4)', 'EDGE-58: other people''s holds are no matter');
UPDATE kinwallet_data.person SET region = '640100' WHERE person_id = 1;
SELECT results_eq('SELECT pg_temp.relations()', $$VALUES
	('1->2 d remaining 0.00 held 40.00 returned 60.00'), ('1->3 d remaining 0.00 held 0.00 returned 200.00'),
	('2->1 x remaining 0.00 held 0.00 returned 0.00'), ('3->2 a remaining 20.00 held 10.00 returned 0.00')$$,
	'EDGE-45: what a hold reserves outlives the relation');
SELECT is(pg_temp.available(1), '960.00', 'EDGE-45: the rest is back');
SELECT throws_ok('SELECT kinwallet.close_wallet(1)', 'KW016', NULL, 'EDGE-58: the hold on an ended relation counts as well');
SET LOCAL kinwallet.clock = '2026-02-02 09:59:59.999999+08';
SELECT results_eq('SELECT what, n FROM kinwallet.sweep()', $$VALUES ('requests_expired', 0::bigint), ('holds_expired', 0), ('pauses_dissolved', 0)$$, 'EDGE-44: a hold stands until its time');
SET LOCAL kinwallet.clock = '2026-02-02 10:00:00+08';
SELECT results_eq('SELECT what, n FROM kinwallet.sweep()', $$VALUES ('requests_expired', 0::bigint), ('holds_expired', 1), ('pauses_dissolved', 0)$$, 'EDGE-44: and not at its time');
SELECT is(pg_temp.available(1), '1000.00', 'EDGE-45: an expired hold on an ended relation goes to the account');
SELECT results_eq('SELECT contributor, amount::text, contributor_region::text FROM kinwallet_data.return_ WHERE kind = ''h''', $$VALUES (1::bigint, '40.00', '640200')$$, 'EDGE-45: with a fact of its own');
SET LOCAL kinwallet.clock = '2026-02-05 10:00:00+08';
SELECT results_eq('SELECT what, n FROM kinwallet.sweep()', $$VALUES ('requests_expired', 0::bigint), ('holds_expired', 1), ('pauses_dissolved', 0)$$, 'EDGE-44: the other hold');
SELECT results_eq('SELECT pg_temp.relations()', $$VALUES
	('1->2 d remaining 0.00 held 0.00 returned 100.00'), ('1->3 d remaining 0.00 held 0.00 returned 200.00'),
	('2->1 x remaining 0.00 held 0.00 returned 0.00'), ('3->2 a remaining 30.00 held 0.00 returned 0.00')$$,
	'EDGE-44: on an open relation it is quota again');
SELECT results_eq('SELECT state::text, ended_at FROM kinwallet_data.hold ORDER BY hold_id', $$VALUES ('x', timestamptz '2026-02-02 10:00+08'), ('x', '2026-02-05 10:00+08')$$, 'EDGE-44: both are over');
SELECT is_empty('SELECT pg_temp.broken()', 'EDGE-44: all adds up');
ROLLBACK TO start;

/*
 * The sweep: requests (EDGE-19) and pauses (EDGE-24)
 */
SET LOCAL TimeZone = 'America/New_York';
SET LOCAL kinwallet.clock = '2026-02-08 09:59:59.999999+08';
SELECT results_eq('SELECT n FROM kinwallet.sweep()', $$VALUES (0::bigint), (0), (0)$$, 'EDGE-19: a request stands for seven days');
SET LOCAL kinwallet.clock = '2026-02-08 10:00:00+08';
SELECT results_eq('SELECT n FROM kinwallet.sweep()', $$VALUES (1::bigint), (0), (0)$$, 'EDGE-19: and no longer');
SELECT results_eq('SELECT kind, reason FROM kinwallet_data.relation_event ORDER BY event_id DESC LIMIT 1', $$VALUES ('expired', NULL)$$, 'EDGE-19: expired');
SELECT is((SELECT string_agg(state::text, '' ORDER BY contributor, recipient) FROM kinwallet_data.relation), 'aaxa', 'EDGE-19: nothing else');
SELECT results_eq('SELECT n FROM kinwallet.sweep()', $$VALUES (0::bigint), (0), (0)$$, 'a second sweep finds nothing');
SELECT is_empty('SELECT pg_temp.broken()', 'EDGE-19: all adds up');
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 3;
SET LOCAL kinwallet.clock = '2026-05-08 23:59:59+08';
SELECT results_eq('SELECT n FROM kinwallet.sweep()', $$VALUES (0::bigint), (0), (0)$$, 'EDGE-24: 89 days are not 90');
SET LOCAL kinwallet.clock = '2026-05-09 00:00:00+08';
SELECT results_eq('SELECT n FROM kinwallet.sweep()', $$VALUES (0::bigint), (0), (2)$$, 'EDGE-24: after 90 days a pause ends both relations');
SELECT results_eq('SELECT amount::text, month FROM kinwallet_data.return_ ORDER BY kinwallet.fen(amount)', $$VALUES ('30.00', date '2026-05-01'), ('200.00', '2026-05-01')$$, 'EDGE-24: quotas back');
SELECT is((SELECT string_agg(state::text, '' ORDER BY contributor, recipient) FROM kinwallet_data.relation), 'adxd', 'EDGE-24: nothing else');
SELECT is_empty('SELECT pg_temp.broken()', 'EDGE-24: all adds up');
ROLLBACK TO start;
UPDATE kinwallet_data.policy SET pause_days = 3 WHERE scope = 640000;
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id IN (1, 3);
SET LOCAL kinwallet.clock = '2026-02-04 00:00:00+08';
SELECT results_eq('SELECT n FROM kinwallet.sweep()', $$VALUES (0::bigint), (0), (3)$$, 'EDGE-24: each person by the own region''s policy; the request ends with the relations');
SELECT is((SELECT string_agg(state::text, '' ORDER BY contributor, recipient) FROM kinwallet_data.relation), 'ddxs', 'EDGE-24: the other one stays suspended');
ROLLBACK TO start;

/*
 * The person's row
 */
SELECT throws_ok($$INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme) VALUES (20, pg_temp.citizen('91029919800312020'), 'F', '640200', 'employee')$$,
	'23514', NULL, '3.1: a number with 9 needs certificate 07');
SELECT throws_ok($$INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, certificate) VALUES (20, pg_temp.citizen('64029919800312020'), 'F', '640200', 'employee', '07')$$,
	'23514', NULL, '3.1: certificate 07 needs a number with 9');
SELECT lives_ok($$INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, certificate) VALUES (20, pg_temp.citizen('91029919800312020'), 'F', '640200', 'employee', '07')$$, '3.1: both');
SELECT throws_ok($$UPDATE kinwallet_data.person SET certificate = '01' WHERE person_id = 20$$, '23514', NULL, '3.1: by UPDATE, too');
SELECT throws_ok('UPDATE kinwallet_data.person SET person_id = 21 WHERE person_id = 20', '55000', NULL, 'a person''s number is for ever');
SELECT throws_ok($$UPDATE kinwallet_data.person SET citizen_id = pg_temp.citizen('91029919800312021') WHERE person_id = 20$$, '55000', NULL, 'so is the identity number');
SELECT throws_ok('DELETE FROM kinwallet_data.person WHERE person_id = 4', '23503', NULL, 'EDGE-97: who has an account stays');
SELECT lives_ok('DELETE FROM kinwallet_data.person WHERE person_id = 20', 'who took no part may go');
SELECT lives_ok($$INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, status, status_since) VALUES
	(20, pg_temp.citizen('64029919800312020'), 'P', '640200', 'employee', 'paused', '2020-01-01'),
	(21, pg_temp.citizen('64029919800312021'), 'D', '640200', 'employee', 'deceased', '2031-01-01')$$, 'INSERT takes any state');
SELECT results_eq('SELECT status_since FROM kinwallet_data.person WHERE person_id > 5 ORDER BY person_id', $$VALUES (date '2020-01-01'), ('2031-01-01')$$, 'INSERT has no effect on the row');
SELECT is_empty('SELECT 1 FROM kinwallet_data.wallet WHERE person_id > 5', 'INSERT has no effect on wallets');
SELECT is((SELECT string_agg(state::text, '' ORDER BY contributor, recipient) FROM kinwallet_data.relation), 'aara', 'INSERT has no effect on relations');

/*
 * Regions
 */
INSERT INTO kinwallet_data.region (region, name) VALUES ('649900', 'own level');
SELECT is((SELECT province::text FROM kinwallet_data.region WHERE region = '649900'::kinwallet.region_code), '640000', 'a region''s province is filled in');
SELECT throws_ok($$INSERT INTO kinwallet_data.region (region, name, province) VALUES ('649901', 'x', '630000')$$, '23514', NULL, 'a wrong one is refused');
SELECT throws_ok($$UPDATE kinwallet_data.region SET province = '630000' WHERE name = 'own level'$$, '23514', NULL, 'by UPDATE, too');
SELECT throws_ok($$UPDATE kinwallet_data.region SET region = '649902' WHERE name = 'own level'$$, '55000', NULL, 'EDGE-78: a code stays');
SELECT lives_ok($$UPDATE kinwallet_data.region SET successor = '640100' WHERE name = 'own level'$$, 'EDGE-78: a successor is named instead');
ROLLBACK TO start;

/*
 * Guards
 */
SELECT throws_ok('UPDATE kinwallet_data.transfer SET amount = ''1''', 'KW020', NULL, 'EDGE-92: UPDATE of a fact, as superuser');
SELECT throws_ok('DELETE FROM kinwallet_data.transfer', 'KW020', NULL, 'EDGE-92: DELETE');
SELECT throws_ok('DELETE FROM kinwallet_data.transfer WHERE false', 'KW020', NULL, 'EDGE-92: DELETE of nothing');
SELECT throws_ok('TRUNCATE kinwallet_data.transfer', 'KW020', NULL, 'EDGE-92: TRUNCATE');
SELECT throws_ok('UPDATE kinwallet_data.transfer_2026_02 SET amount = ''1''', 'KW020', NULL, 'EDGE-92: UPDATE of a partition');
SELECT throws_ok('DELETE FROM kinwallet_data.transfer_2026_02', 'KW020', NULL, 'EDGE-92: DELETE from a partition');
SELECT throws_ok('TRUNCATE kinwallet_data.transfer_2026_02', 'KW020', NULL, 'EDGE-92: TRUNCATE of a partition');
SELECT throws_ok('TRUNCATE kinwallet_data.relation_event', 'KW020', NULL, 'EDGE-92: TRUNCATE of a history');
SELECT throws_ok('UPDATE kinwallet_data.relation_event SET reason = ''x''', 'KW020', NULL, 'EDGE-92: UPDATE of a history');
SET LOCAL session_replication_role = replica;
SELECT throws_ok('DELETE FROM kinwallet_data.transfer_2026_02', 'KW020', NULL, 'EDGE-92: the guard holds for replicated changes, too');
SET LOCAL session_replication_role = origin;

CREATE ROLE kinwallet_test_clerk;
GRANT USAGE ON SCHEMA kinwallet_data TO kinwallet_test_clerk;
GRANT ALL ON ALL TABLES IN SCHEMA kinwallet_data TO kinwallet_test_clerk;
SELECT kinwallet.grant_role('kinwallet_test_clerk', 'agency', region::text) FROM kinwallet_data.person WHERE person_id = 2;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pg_temp TO kinwallet_test_clerk;
-- a feed for the whole nation
ALTER ROLE kinwallet_test_clerk BYPASSRLS;
SET LOCAL ROLE kinwallet_test_clerk;
SELECT throws_ok('UPDATE kinwallet_data.wallet SET available = ''9999''', '42501', NULL, 'ROLE-03: whatever is granted, state is the functions''');
SELECT throws_ok('DELETE FROM kinwallet_data.relation', '42501', NULL, 'ROLE-03: DELETE of state');
SELECT throws_ok('TRUNCATE kinwallet_data.hold_part', '42501', NULL, 'ROLE-03: TRUNCATE of state');
SELECT throws_ok('INSERT INTO kinwallet_data.hold (hold_id) VALUES (1)', '42501', NULL, 'ROLE-03: INSERT of state');
SELECT throws_ok('INSERT INTO kinwallet_data.transfer SELECT * FROM kinwallet_data.transfer', '42501', NULL, 'ROLE-03: INSERT of a fact');
SELECT throws_ok('INSERT INTO kinwallet_data.transfer_2026_02 SELECT * FROM kinwallet_data.transfer', '42501', NULL, 'ROLE-03: INSERT into a partition');
SELECT throws_ok('UPDATE kinwallet_data.transfer SET amount = ''1''', 'KW020', NULL, 'EDGE-92: UPDATE of a fact by anybody');
SELECT lives_ok('UPDATE kinwallet_data.person SET region = ''640100'' WHERE person_id = 1', 'a clerk may move a person');
SELECT is((SELECT string_agg(state::text, '' ORDER BY contributor, recipient) FROM kinwallet_data.relation), 'ddxa', 'with all that follows');
SELECT lives_ok('SELECT kinwallet.close_wallet(2)', 'a clerk may call what is granted');
RESET ROLE;
REVOKE ALL ON ALL TABLES IN SCHEMA kinwallet_data FROM kinwallet_test_clerk;
GRANT SELECT, UPDATE (status), INSERT ON kinwallet_data.person TO kinwallet_test_clerk;
SET LOCAL ROLE kinwallet_test_clerk;
SELECT lives_ok('UPDATE kinwallet_data.person SET status = ''paused'' WHERE person_id = 1', 'a feed needs a privilege on the column it writes and on nothing else');
SELECT lives_ok('SELECT kinwallet.open_wallet(2)', 'a caller needs EXECUTE and nothing else');
SELECT is((SELECT current_user::text), 'kinwallet_test_clerk', 'and is the same role after as before');
RESET ROLE;

CREATE TABLE pg_temp.t (x int);
SELECT throws_ok('SELECT kinwallet.' || f || '()', '39P01', NULL, f || ' is a trigger function')
FROM unnest('{reference_changed,region_guard,person_guard,person_changed,state_guard,fact_guard}'::text[]) AS f;
CREATE FUNCTION pg_temp.attached(definition text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'CREATE TRIGGER wrong ' || definition || '()';
	INSERT INTO pg_temp.t VALUES (1);
END
$$;
SELECT throws_ok(format('SELECT pg_temp.attached(%L)', d), '39P01', NULL, d)
FROM unnest('{BEFORE INSERT ON pg_temp.t FOR EACH ROW EXECUTE FUNCTION kinwallet.reference_changed,
	AFTER INSERT ON pg_temp.t FOR EACH ROW EXECUTE FUNCTION kinwallet.region_guard,
	BEFORE INSERT ON pg_temp.t EXECUTE FUNCTION kinwallet.region_guard,
	AFTER INSERT ON pg_temp.t FOR EACH ROW EXECUTE FUNCTION kinwallet.person_guard,
	AFTER INSERT ON pg_temp.t FOR EACH ROW EXECUTE FUNCTION kinwallet.person_changed,
	AFTER INSERT ON pg_temp.t EXECUTE FUNCTION kinwallet.person_changed,
	AFTER INSERT ON pg_temp.t EXECUTE FUNCTION kinwallet.state_guard,
	BEFORE INSERT ON pg_temp.t FOR EACH ROW EXECUTE FUNCTION kinwallet.state_guard,
	AFTER INSERT ON pg_temp.t EXECUTE FUNCTION kinwallet.fact_guard,
	BEFORE INSERT ON pg_temp.t EXECUTE FUNCTION kinwallet.fact_guard}'::text[]) AS d;

SELECT * FROM finish();
ROLLBACK;
