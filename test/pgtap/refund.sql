-- Refunds: how much, to where, how long, each by its rule.
BEGIN;
SELECT plan(125);
\ir include/spending.sql
SELECT kinwallet.ensure_partitions('2027-05-01');

SELECT pg_temp.relate(3, 2, 'parent') AS r3 \gset
SELECT pg_temp.at('2026-01-10 10:01');
SELECT pg_temp.relate(1, 2, 'parent') AS r1 \gset
SELECT pg_temp.at('2026-01-10 10:02');
SELECT pg_temp.relate(5, 2, 'grandparent') AS r5 \gset
SELECT pg_temp.relate(4, 6, 'sibling') AS r46 \gset
SELECT pg_temp.give(3, 2, '100'), pg_temp.give(1, 2, '200'), pg_temp.give(5, 2, '300'), pg_temp.give(4, 6, '500');
CREATE FUNCTION pg_temp.quotas() RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(remaining || '+' || spent, ' ' ORDER BY active_since, relation_id) FROM kinwallet_data.relation WHERE recipient = 2 $$;

-- full, partial, cumulative, in reverse order
SELECT pg_temp.spend(2, '450') AS s \gset
SELECT is(pg_temp.quotas(), '0.00+100.00 0.00+200.00 150.00+150.00', 'EDGE-41: three relations pay');
SAVEPOINT paid;
SELECT is(pg_temp.back(:s, '450'), 'done', 'EDGE-46: a full refund');
SELECT is(pg_temp.quotas(), '100.00+0.00 200.00+0.00 300.00+0.00', 'EDGE-46: restores exactly the draws');
SELECT results_eq(format($$ SELECT r.contributor, r.amount::text, r.place::text, r.counts::int, r.restores = d.draw_id, r.payer_region::text = d.payer_region::text,
		r.payee_region::text = d.payee_region::text, r.scope = d.scope, r.position = d.position, r.use = d.use
		FROM kinwallet_data.draw AS r JOIN kinwallet_data.draw AS d ON d.spending_id = r.spending_id AND d.contributor = r.contributor AND d.kind = 'd'
		WHERE r.spending_id = %s AND r.kind = 'r' ORDER BY r.draw_id $$, :s),
	$$ VALUES (5::bigint, '150.00', 'q', 0, true, true, true, true, true, true), (1, '200.00', 'q', 0, true, true, true, true, true, true),
		(3, '100.00', 'q', 0, true, true, true, true, true, true) $$, 'EDGE-71: own lines, each pointing at the draw it undoes');
SELECT is(pg_temp.back(:s, '0.01'), 'KW019 EDGE-47', 'EDGE-47: not a fen more');
SELECT * FROM pg_temp.nothing_lost('EDGE-46');
ROLLBACK TO paid;
SELECT is(pg_temp.back(:s, '0.01'), 'done', 'EDGE-47: one fen');
SELECT is(pg_temp.quotas(), '0.00+100.00 0.00+200.00 150.01+149.99', 'EDGE-47: the last relation first');
SELECT is(pg_temp.back(:s, '249.99'), 'done', 'EDGE-47: goes on where the first refund stopped');
SELECT is(pg_temp.quotas(), '0.00+100.00 100.00+100.00 300.00+0.00', 'EDGE-47: into the second last');
SELECT is(pg_temp.back(:s, '200.01'), 'KW019 EDGE-47', 'EDGE-47: cumulated, a fen too much');
SELECT is(pg_temp.back(:s, '92233720368547758.07'), 'KW019 EDGE-47', 'EDGE-47: the largest amount there is');
SELECT is(pg_temp.back(:s, '100'), 'done', 'EDGE-47: exactly to the end of the second');
SELECT is(pg_temp.back(:s, '100'), 'done', 'EDGE-47: exactly all');
SELECT is(pg_temp.quotas(), '100.00+0.00 200.00+0.00 300.00+0.00', 'EDGE-47: in parts as at once');
SELECT is(pg_temp.back(:s, '0.01'), 'KW019 EDGE-47', 'EDGE-47: nothing is left');
SELECT is((SELECT concat_ws(' ', mutual_aid, own_account) FROM kinwallet_data.refunded WHERE spending_id = :s), '450.00 0.00', 'what was refunded is kept');
SELECT * FROM pg_temp.nothing_lost('EDGE-47');
ROLLBACK TO paid;

-- arguments
SELECT is(pg_temp.back(:s, a, NULL, f), 'KW006 EDGE-56', format('EDGE-56: %s(%s)', f, a))
FROM unnest('{0,-0.01,-92233720368547758.08}'::text[]) AS a, unnest('{refund,refund_own_account}'::text[]) AS f;
SELECT is(pg_temp.back(id, '-1', NULL, f), 'KW017 EDGE-46', format('%s: there is no spending %s', f, id))
FROM unnest(ARRAY[0, -1, 99, :s + 1000000, :s # (1::bigint << 60), (:s # (3::bigint << 42)), 9223372036854775807, -9223372036854775808]::bigint[]) AS id,
	unnest('{refund,refund_own_account}'::text[]) AS f;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.%s(%s)', f, args)), '22004', format('NULL: %s(%s)', f, args))
FROM unnest('{refund,refund_own_account}'::text[]) AS f, unnest('{"NULL, 1, ''1''","pg_temp.r(), NULL, ''1''","pg_temp.r(), 1, NULL"}'::text[]) AS args;
SELECT is(pg_temp.back(:s, '0.01', NULL, 'refund_own_account'), 'KW019 EDGE-47', 'EDGE-50: the own account paid nothing of this one');
SELECT * FROM pg_temp.nothing_lost('refused');

-- own account, mutual aid and cash apart
SELECT spending_id AS s6 FROM kinwallet.spend(pg_temp.r(), 6, 'H37010000001', 'medical', '700', true) \gset
SELECT is(pg_temp.own(6) || ' ' || pg_temp.quota(4, 6), '0.00 0.00/0.00/500.00/0.00', 'EDGE-50: 100 own, 500 mutual aid, 100 cash');
SELECT is(pg_temp.back(:s6, '500.01'), 'KW019 EDGE-47', 'EDGE-50: cash is nobody''s here');
SELECT is(pg_temp.back(:s6, '100.01', NULL, 'refund_own_account'), 'KW019 EDGE-47', 'EDGE-50: nor is mutual aid the own account''s');
SELECT is(pg_temp.back(:s6, '30', pg_temp.r('b'), 'refund_own_account'), 'done', 'EDGE-50: a part of the own account''s');
SELECT is(pg_temp.back(:s6, '70.01', NULL, 'refund_own_account'), 'KW019 EDGE-47', 'EDGE-47: cumulated, a fen too much');
SELECT is(pg_temp.back(:s6, '200', pg_temp.r('b')), 'done', 'EDGE-90: each function has its own ids');
SELECT is(pg_temp.own(6) || ' ' || pg_temp.quota(4, 6), '30.00 200.00/0.00/300.00/0.00', 'EDGE-50: each to its own place');
SELECT is((SELECT concat_ws(' ', mutual_aid, own_account) FROM kinwallet_data.refunded WHERE spending_id = :s6), '200.00 30.00', 'EDGE-50: counted apart');
SELECT is(pg_temp.back(:s6, '70', NULL, 'refund_own_account'), 'done', 'EDGE-47: exactly the rest of the own account');
SELECT * FROM pg_temp.nothing_lost('EDGE-50');

-- request ids
SELECT kinwallet.refund(pg_temp.r('f'), :s, '10') AS first \gset
SELECT pg_temp.ledger() AS before \gset
SELECT is(kinwallet.refund(pg_temp.r('f'), :s, '10'), :first, 'EDGE-90: a repeated refund gives the stored id');
SELECT is(pg_temp.back(:s, '11', pg_temp.r('f')), 'KW013 EDGE-90', 'EDGE-90: another amount');
SELECT is(pg_temp.back(:s, '-1', pg_temp.r('f')), 'KW013 EDGE-90', 'EDGE-90: the id is looked at first');
SELECT is(pg_temp.back(:s6, '71', pg_temp.r('b'), 'refund_own_account'), 'KW013 EDGE-90', 'EDGE-90: another amount of the own account');
SELECT pg_temp.at('2026-01-10 12:00');
SELECT is(pg_temp.ledger(), :'before', 'EDGE-90: repeated and refused calls change nothing');
SELECT pg_temp.spend(2, '1') AS other \gset
SELECT is(pg_temp.back(:other, '1', pg_temp.r('f')), 'KW013 EDGE-90', 'EDGE-90: another spending of the same person');
SELECT is(pg_temp.back(:s6, '1', pg_temp.r('f')), 'done', 'EDGE-90: another person''s id is another');
SELECT is(pg_temp.back(:s, '440.01', pg_temp.r('g')), 'KW019 EDGE-47', 'EDGE-90: a refused call');
SELECT is(pg_temp.back(:s, '40', pg_temp.r('g')), 'done', 'EDGE-90: its id is free');
SELECT request_id AS v7_id, kinwallet.refund(request_id, :s, '1') AS v7 FROM (SELECT pg_temp.r() AS request_id OFFSET 0) AS i \gset
SELECT is(kinwallet.refund(:'v7_id', :s, '1'), :v7, 'EDGE-90: an id of version 7, too');
SAVEPOINT later;
SELECT pg_temp.at('2026-02-28 23:59:59');
SELECT is(kinwallet.refund(pg_temp.r('f'), :s, '10'), :first, 'EDGE-90: known to the end of the next month');
ROLLBACK TO later;

-- suspended and ended relations
SAVEPOINT open;
SELECT kinwallet.freeze_wallet(5, 'test');
SELECT is(pg_temp.back(:s, '1'), 'done', 'EDGE-49: a refund to a suspended relation');
SELECT is((SELECT concat_ws(' ', state, remaining, spent) FROM kinwallet_data.relation WHERE relation_id = :r5), 's 201.00 99.00', 'EDGE-49: goes to its quota');
SELECT * FROM pg_temp.nothing_lost('EDGE-49');
ROLLBACK TO open;

SELECT kinwallet.dissolve_relation(:r5, 5);
SELECT pg_temp.own(5) AS own5 \gset
SELECT pg_temp.at('2026-01-11 10:00');
SELECT pg_temp.relate(5, 2, 'grandparent') AS r5_new \gset
SELECT is(pg_temp.back(:s, '60'), 'done', 'EDGE-48: a refund after dissolution');
SELECT is(pg_temp.own(5)::numeric - :'own5'::numeric, 60.00, 'EDGE-48: goes to the contributor''s account');
SELECT results_eq(format('SELECT relation_id = %s, remaining::text, spent::text, returned::text FROM kinwallet_data.relation WHERE contributor = 5 ORDER BY relation_id', :r5_new),
	$$ VALUES (false, '0.00', '40.00', '260.00'), (true, '0.00', '0.00', '0.00') $$, 'EDGE-48: not to a new relation');
SELECT is(pg_temp.quotas(), '0.00+100.00 0.00+200.00 0.00+40.00 0.00+0.00', 'EDGE-48: nor to the recipient');
SELECT * FROM pg_temp.nothing_lost('EDGE-48: dissolved');
SAVEPOINT dissolved;
SELECT is(pg_temp.back(:s, '339'), 'done', 'EDGE-48: one ended, two open');
SELECT is(pg_temp.quotas(), '100.00+0.00 200.00+0.00 0.00+1.00 0.00+0.00', 'EDGE-48: each to its place');
ROLLBACK TO dissolved;

UPDATE kinwallet_data.person SET region = '110000' WHERE person_id = 5;
SELECT is(pg_temp.back(:s, '10'), 'done', 'EDGE-48: the contributor has moved');
SELECT is((SELECT concat_ws(' ', place, payer_region, payee_region, scope) FROM kinwallet_data.draw ORDER BY draw_id DESC LIMIT 1), 'a 370100 370100 l',
	'EDGE-48: to the account, the line keeps its regions');
SELECT is(pg_temp.own(5)::numeric - :'own5'::numeric, 70.00, 'EDGE-48: wherever the account is now');
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 5;
SELECT is(pg_temp.back(:s, '5'), 'done', 'EDGE-48: a paused contributor');
SELECT is(pg_temp.own(5)::numeric - :'own5'::numeric, 75.00, 'EDGE-48: has the account yet');
SELECT * FROM pg_temp.nothing_lost('EDGE-48: moved');
ROLLBACK TO dissolved;

-- without an account, to suspense
SELECT pg_temp.at('2026-01-12 10:00');
UPDATE kinwallet_data.person SET scheme = 'resident', region = '110000' WHERE person_id = 5;
SELECT is(pg_temp.back(:s, '15'), 'done', 'EDGE-48: the contributor has left the scheme, and moved');
SELECT is(pg_temp.back(:s, '5'), 'done', 'EDGE-48: once more');
SELECT results_eq('SELECT person_id, region::text, amount::text FROM kinwallet_data.suspense', $$ VALUES (5::bigint, '370100', '20.00') $$, 'EDGE-48: to suspense of the old region');
SELECT is(pg_temp.own(5)::numeric - :'own5'::numeric, 60.00, 'EDGE-48: not to the account');
SELECT is((SELECT concat_ws(' ', place, payer_region) FROM kinwallet_data.draw ORDER BY draw_id DESC LIMIT 1), 's 370100', 'EDGE-48: and the line says so');
SELECT * FROM pg_temp.nothing_lost('EDGE-48: left');
ROLLBACK TO dissolved;
UPDATE kinwallet_data.person SET individual_account = false WHERE person_id = 5;
SELECT is(pg_temp.back(:s, '15'), 'done', 'ACT-07: the contributor has no individual account any more');
SELECT is((SELECT amount::text FROM kinwallet_data.suspense), '15.00', 'ACT-07: to suspense');
ROLLBACK TO dissolved;
UPDATE kinwallet_data.person SET status = 'deceased' WHERE person_id = 1;
SELECT is(pg_temp.back(:s, '339'), 'done', 'EDGE-48: a contributor has died');
SELECT results_eq('SELECT person_id, region::text, amount::text FROM kinwallet_data.suspense', $$ VALUES (1::bigint, '640200', '200.00') $$, 'EDGE-48: that part to suspense');
SELECT is(pg_temp.quota(3, 2) || ' ' || pg_temp.quota(1, 2), '100.00/0.00/0.00/0.00 0.00/0.00/0.00/200.00', 'EDGE-48: the others to their places');
SELECT * FROM pg_temp.nothing_lost('EDGE-48: death');
ROLLBACK TO dissolved;
UPDATE kinwallet_data.person SET status = 'deceased' WHERE person_id = 2;
SELECT is(pg_temp.back(:s, '339'), 'done', 'EDGE-27: the recipient has died');
SELECT is((SELECT concat_ws(' ', sum(kinwallet.fen(returned)), sum(kinwallet.fen(remaining)), sum(kinwallet.fen(spent))) FROM kinwallet_data.relation WHERE recipient = 2),
	'59900 0 100', 'EDGE-27: all of it to the contributors');
SELECT is(pg_temp.back(:s6, '1', NULL, 'refund_own_account'), 'KW019 EDGE-47', 'another''s spending is another');
SELECT * FROM pg_temp.nothing_lost('EDGE-27');
ROLLBACK TO dissolved;
SELECT kinwallet.close_wallet(2);
SELECT is(pg_temp.back(:s, '1'), 'done', 'EDGE-58: a closed wallet''s purchases are refunded, too');
ROLLBACK TO dissolved;

-- into the next month, and the next year
SELECT pg_temp.at('2026-02-03 10:00');
SELECT kinwallet.cut_off('2026-01-01');
SELECT kinwallet.split('2026-01-01');
SELECT is(pg_temp.back(:s, '250'), 'done', 'EDGE-72: a refund of a month that is cut off');
SELECT results_eq($$ SELECT month, contributor, amount::text FROM kinwallet_data.draw WHERE kind = 'r' AND month > '2026-01-01' ORDER BY draw_id $$,
	$$ VALUES (date '2026-02-01', 5::bigint, '39.00'), ('2026-02-01', 1, '200.00'), ('2026-02-01', 3, '11.00') $$, 'LR-01: its lines are of the open month');
SELECT pg_temp.at('2026-03-01 10:00');
SELECT kinwallet.cut_off('2026-02-01');
SELECT kinwallet.split('2026-02-01');
SELECT results_eq($$ SELECT payer::text, payee::text, gross::text, reversed::text, due::text, adjustment::text FROM kinwallet.clearing_pairs('2026-02-01', 'province') $$,
	$$ VALUES ('320000', '370000', '0.00', '11.00', '0.00', '11.00'), ('640000', '370000', '0.00', '200.00', '0.00', '200.00') $$,
	'LR-02: a negative pair is an adjustment');
SELECT pg_temp.at('2026-02-15 10:00');
SELECT is(pg_temp.back(:s, '1'), 'KW012 LR-01', 'KW012: not into a month that is cut off');
SELECT pg_temp.at('2027-03-31 23:59:59.999999');
SELECT is(pg_temp.back(:s, '1'), 'done', 'LR-05: to the end of the first quarter of the next year');
SELECT pg_temp.at('2027-04-01 00:00');
SELECT is(pg_temp.back(:s, '1'), 'KW012 LR-05', 'LR-05: not any later');
SELECT is(pg_temp.back(:s, '1000'), 'KW012 LR-05', 'LR-05: before KW019');
SELECT is(pg_temp.back(:s, '-1'), 'KW006 EDGE-56', 'LR-05: after KW006');
SELECT * FROM pg_temp.nothing_lost('all');
ROLLBACK TO paid;

-- invariant 8: buying x and refunding y leaves what buying x - y leaves
CREATE FUNCTION pg_temp.after(x numeric, y1 numeric, y2 numeric) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	spending bigint;
BEGIN
	spending := pg_temp.spend(2, x::text);
	IF y1 > 0 THEN PERFORM kinwallet.refund(pg_temp.r(), spending, y1::text::kinwallet.wallet_amount); END IF;
	IF y2 > 0 THEN PERFORM kinwallet.refund(pg_temp.r(), spending, y2::text::kinwallet.wallet_amount); END IF;
	RAISE 'undo' USING DETAIL = pg_temp.quotas();
EXCEPTION WHEN raise_exception THEN
	GET STACKED DIAGNOSTICS result = PG_EXCEPTION_DETAIL;
	RETURN result;
END
$$;
SELECT is(pg_temp.back(:s, '450'), 'done', 'the purchase is undone');
SELECT is_empty(
	$$ SELECT x, y1, y2 FROM unnest('{0.03,99.99,100,100.01,299.99,300,300.01,450,599.98,600}'::numeric[]) AS x,
		unnest('{0.01,0.5,99.99,100,100.01,199.99,200,299.99,300,599.98}'::numeric[]) AS y1, unnest('{0,0.01,100,200.01}'::numeric[]) AS y2
		WHERE y1 + y2 < x AND pg_temp.after(x, y1, y2) IS DISTINCT FROM pg_temp.after(x - y1 - y2, 0, 0) $$,
	'invariant 8: buy x, refund y = buy x - y');
SELECT is(pg_temp.quotas(), '100.00+0.00 200.00+0.00 300.00+0.00', 'invariant 8: everything was undone');

SELECT * FROM finish();
ROLLBACK;
