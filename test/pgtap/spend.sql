-- Spending: what it may pay, where, from which money in which order, each by its rule.
BEGIN;
SELECT plan(127);
\ir include/spending.sql

-- relations of 2, made in the order 3, 1, 4, 5; that of 5 requested first of all and accepted last
SELECT kinwallet.request_relation(5, 2, 'grandparent', 5) AS r5 \gset
SELECT pg_temp.at('2026-01-10 10:01');
SELECT pg_temp.relate(3, 2, 'parent') AS r3 \gset
SELECT pg_temp.at('2026-01-10 10:02');
SELECT pg_temp.relate(1, 2, 'parent') AS r1 \gset
SELECT pg_temp.at('2026-01-10 10:03');
SELECT pg_temp.relate(4, 2, 'parent') AS r4 \gset
SELECT pg_temp.at('2026-01-10 10:04');
SELECT kinwallet.accept_relation(:r5, 2);
SELECT pg_temp.relate(1, 6, 'spouse') AS r16 \gset
SELECT pg_temp.give(1, 2, '100'), pg_temp.give(3, 2, '200'), pg_temp.give(4, 2, '50'), pg_temp.give(5, 2, '70'), pg_temp.give(1, 6, '300');

-- uses
SELECT is(pg_temp.buy(2, '1'), '0.00 1.00 0.00', 'USE-01: medical cost at a medical institution');
SELECT is(pg_temp.buy(2, '1', 'P37010000002', u), '0.00 1.00 0.00', 'USE-02: ' || u || ' at a pharmacy')
FROM unnest('{drug,device,consumable}'::text[]) AS u;
SELECT is(pg_temp.buy(2, '1', 'H37010000001', u), 'KW010 USE-02', 'USE-02: no ' || u || ' at a medical institution')
FROM unnest('{drug,device,consumable}'::text[]) AS u;
SELECT is(pg_temp.buy(2, '1', 'P37010000002', 'medical'), 'KW010 USE-02', 'USE-02: no medical cost at a pharmacy');
SELECT is(pg_temp.buy(2, '1', p, u), 'KW011 USE-11', 'USE-11: ' || quote_literal(u) || ' is no use, at ' || p)
FROM unnest('{fitness,cash,Medical,"","medical ",public_health}'::text[]) AS u, unnest('{H37010000001,P37010000002}'::text[]) AS p;
SELECT is(pg_temp.buy(2, '1', p, u), 'KW011 USE-11', 'USE-03, USE-04: the premium of ' || u || ' is not for providers, at ' || p)
FROM unnest('{resident_medical,long_term_care}'::text[]) AS u, unnest('{H37010000001,P37010000002}'::text[]) AS p;

-- providers
SELECT is(pg_temp.buy(2, '1', p), 'KW010 EDGE-51', 'EDGE-51: ' || why)
FROM (VALUES ('H99999999999', 'unknown'), ('', 'empty code'), ('H3701000000', 'code too short'), ('H370100000011', 'code too long'),
	('h37010000001', 'lower case'), ('H37010000005', 'ended today'), ('H37010000006', 'begins tomorrow'),
	('H37010000007', 'never valid')) AS t (p, why);
SELECT is(pg_temp.buy(2, '1', 'H37010000004'), 'KW010 USE-08', 'USE-08: takes no account payment');
SELECT is(pg_temp.buy(2, '1', 'H11010000003'), '0.00 1.00 0.00', 'USE-09, USE-10: anywhere in the country by default');
SELECT pg_temp.at('2026-01-11 00:00');
SELECT is(pg_temp.buy(2, '1', 'H37010000006'), '0.00 1.00 0.00', 'EDGE-51: valid from midnight on');
SELECT pg_temp.at('2026-01-11 10:00');
UPDATE kinwallet_data.provider SET accepts_wallet = false WHERE provider = 'H11010000003';
SELECT is(pg_temp.buy(2, '1', 'H11010000003'), 'KW010 USE-08', 'EDGE-51: a provider''s change is seen at once');
UPDATE kinwallet_data.provider SET accepts_wallet = true WHERE provider = 'H11010000003';

SAVEPOINT policies;
INSERT INTO kinwallet_data.policy (scope, valid, provider_region_rule) VALUES (370100, '[2026-01-01,)', 'insured_region');
SELECT is(pg_temp.buy(2, '1', 'H11010000003'), 'KW010 USE-09', 'USE-09: insured_region refuses another place');
SELECT is(pg_temp.buy(2, '1', 'H37010000001'), '0.00 1.00 0.00', 'USE-09: insured_region takes the insured place');
UPDATE kinwallet_data.policy SET provider_region_rule = 'use_region' WHERE scope = 370100;
SELECT is(pg_temp.buy(2, '1', 'H37010000001'), '0.00 1.00 0.00', 'USE-09: use_region takes the wallet''s place of use');
UPDATE kinwallet_data.wallet_profile SET place = '110000' WHERE person_id = 2;
SELECT is(pg_temp.buy(2, '1', 'H37010000001'), 'KW010 USE-09', 'USE-09: use_region refuses the insured place');
SELECT is(pg_temp.buy(2, '1', 'H11010000003'), '0.00 1.00 0.00', 'USE-09: use_region takes another place of use');
UPDATE kinwallet_data.wallet_profile SET place = NULL WHERE person_id = 2;
SELECT is(pg_temp.buy(2, '1', 'H11010000003'), 'KW010 USE-09', 'USE-09: use_region without a place of use refuses');
UPDATE kinwallet_data.policy SET provider_region_rule = 'any', uses = '{drug}' WHERE scope = 370100;
SELECT is(pg_temp.buy(2, '1'), 'KW011 C1', 'C1: a use that the policy switches off');
SELECT is(pg_temp.buy(2, '1', 'P37010000002', 'drug'), '0.00 1.00 0.00', 'C1: a use that it leaves on');
ROLLBACK TO policies;

-- who
SELECT is(pg_temp.buy(id, '1'), 'KW017 ACT-02', format('ACT-02: there is no person %s', id))
FROM unnest('{0,-1,99,9223372036854775807,-9223372036854775808}'::bigint[]) AS id;
SELECT is(pg_temp.buy(7, '1'), 'KW001 WAL-02', 'WAL-02: no wallet');
SELECT is(pg_temp.buy(8, '1'), 'KW009 EDGE-42', 'EDGE-42: no money at all');
SAVEPOINT status;
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 6;
SELECT is(pg_temp.buy(6, '40'), '40.00 0.00 0.00', 'EDGE-24: a paused person spends the own account');
SELECT is(pg_temp.buy(6, '70'), 'KW009 EDGE-42', 'EDGE-43: and no received quota');
SELECT is(pg_temp.buy(6, '70', partial => true), '60.00 0.00 10.00', 'EDGE-43: not in part either');
UPDATE kinwallet_data.person SET status = 'normal' WHERE person_id = 6;
SELECT is(pg_temp.buy(6, '70'), '0.00 70.00 0.00', 'EDGE-24: insured again, the quota is there again');
UPDATE kinwallet_data.person SET status = 'deceased' WHERE person_id = 6;
SELECT is(pg_temp.buy(6, '1'), 'KW002 EDGE-24', 'EDGE-27: nothing after death');
ROLLBACK TO status;
UPDATE kinwallet_data.person SET status = 'terminated' WHERE person_id = 6;
SELECT is(pg_temp.buy(6, '40'), '40.00 0.00 0.00', 'EDGE-24: a terminated person spends the own account');
ROLLBACK TO status;
SELECT kinwallet.freeze_wallet(6, 'test');
SELECT is(pg_temp.buy(6, '1'), 'KW001 WAL-02', 'WAL-02: frozen');
SELECT kinwallet.unfreeze_wallet(6, 'test');
SELECT kinwallet.close_wallet(6);
SELECT is(pg_temp.buy(6, '1'), 'KW001 WAL-02', 'WAL-02: closed');
ROLLBACK TO status;

-- amounts
SELECT is(pg_temp.buy(2, a), 'KW006 EDGE-56', 'EDGE-56: ' || a) FROM unnest('{0,-0.01,-92233720368547758.08}'::text[]) AS a;
SELECT is(pg_temp.buy(2, '92233720368547758.07'), 'KW009 EDGE-42', 'EDGE-42: the largest amount there is');
SELECT is(pg_temp.buy(2, '0.001'), '22P02', 'EDGE-04: no rounding');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.spend(%s)', args)), '22004', 'NULL: ' || args)
FROM unnest(ARRAY[
	'NULL, 2, ''H37010000001'', ''medical'', ''1''', 'pg_temp.r(), NULL, ''H37010000001'', ''medical'', ''1''',
	'pg_temp.r(), 2, NULL, ''medical'', ''1''', 'pg_temp.r(), 2, ''H37010000001'', NULL, ''1''',
	'pg_temp.r(), 2, ''H37010000001'', ''medical'', NULL', 'pg_temp.r(), 2, ''H37010000001'', ''medical'', ''1'', NULL']) AS args;

-- the order in which violated rules are reported
SELECT is(pg_temp.buy(99, '-1', 'x', 'y'), 'KW017 ACT-02', 'order: KW017 before all else');
SELECT is(pg_temp.buy(7, '-1', 'x', 'y'), 'KW001 WAL-02', 'order: KW001 before KW006');
SELECT is(pg_temp.buy(2, '-1', 'x', 'y'), 'KW006 EDGE-56', 'order: KW006 before KW010');
SELECT is(pg_temp.buy(2, '10000', 'x', 'y'), 'KW010 EDGE-51', 'order: KW010 before KW011');
SELECT is(pg_temp.buy(2, '10000', 'H37010000001', 'y'), 'KW011 USE-11', 'order: KW011 before KW009');

-- the order of the money: quotas of 2 in the order 3 (194.00 by now), 1, 4, 5
SELECT is(pg_temp.quota(3, 2), '194.00/0.00/6.00/0.00', 'EDGE-41: the relation active first pays first');
SELECT is(pg_temp.buy(2, '300'), '0.00 300.00 0.00', 'EDGE-41: over three relations');
SELECT results_eq(
	$$ SELECT position::int, contributor, amount::text, place::text, payer_region::text, payee_region::text, scope::text, counts::int
		FROM kinwallet_data.draw WHERE spending_id = pg_temp.last_spending(2) ORDER BY draw_id $$,
	$$ VALUES (1, 3::bigint, '194.00', 'q', '320500', '370100', 'c', 3), (2, 1, '100.00', 'q', '640200', '370100', 'c', 3),
		(3, 4, '6.00', 'q', '370200', '370100', 'i', 3) $$,
	'EDGE-41, EDGE-73: one draw for each relation, in the order in which they became active, with payer, payee and scope');
SELECT is(pg_temp.buy(2, '114.01'), 'KW009 EDGE-42', 'EDGE-42: a fen too much');
SELECT is(pg_temp.buy(2, '120', partial => true), '0.00 114.00 6.00', 'EDGE-42: in part, the rest in cash');
SELECT results_eq(
	$$ SELECT contributor, amount::text, scope::text, counts::int FROM kinwallet_data.draw WHERE spending_id = pg_temp.last_spending(2) ORDER BY position $$,
	$$ VALUES (4::bigint, '44.00', 'i', 3), (5, '70.00', 'l', 1) $$,
	'EDGE-41: accepted last pays last, though requested first; EDGE-73: the province counts one person-time');
SELECT is(pg_temp.buy(2, '120', partial => true), 'KW009 EDGE-42', 'EDGE-42: nothing left at all is too little in part, too');
SELECT * FROM pg_temp.nothing_lost('EDGE-41');

-- own account first, and the other way round
SELECT is(pg_temp.buy(6, '60'), '60.00 0.00 0.00', 'EDGE-41: the own account first');
SELECT is(pg_temp.buy(6, '60'), '40.00 20.00 0.00', 'EDGE-41: then the quota');
SELECT is(pg_temp.buy(6, '60'), '0.00 60.00 0.00', 'EDGE-41: the quota alone');
SELECT kinwallet.credit_account(pg_temp.r(), 6, '100');
INSERT INTO kinwallet_data.policy (scope, valid, own_account_first) VALUES (370100, '[2026-01-12,)', false);
SELECT is(pg_temp.buy(6, '10'), '10.00 0.00 0.00', 'EDGE-41: the policy of the day');
SELECT pg_temp.at('2026-01-12 00:00');
SELECT is(pg_temp.buy(6, '200'), '0.00 200.00 0.00', 'EDGE-41: quota first by policy');
SELECT is(pg_temp.buy(6, '50'), '30.00 20.00 0.00', 'EDGE-41: then the own account');
SELECT is(pg_temp.buy(6, '61'), 'KW009 EDGE-42', 'EDGE-42: both together are too little');
SELECT is(pg_temp.buy(6, '61', partial => true), '60.00 0.00 1.00', 'EDGE-42: all there is');
SELECT is(pg_temp.quota(1, 6) || ' ' || pg_temp.own(6), '0.00/0.00/300.00/0.00 0.00', 'EDGE-52: exactly all of it');
SELECT * FROM pg_temp.nothing_lost('own account');

-- suspended relations
SELECT pg_temp.give(1, 2, '100'), pg_temp.give(3, 2, '100');
SELECT kinwallet.freeze_wallet(3, 'test');
SELECT is(pg_temp.buy(2, '150'), 'KW009 EDGE-42', 'EDGE-43: suspended quota does not count');
SELECT is(pg_temp.buy(2, '60'), '0.00 60.00 0.00', 'EDGE-43: and is skipped');
SELECT is(pg_temp.quota(3, 2) || ' ' || pg_temp.quota(1, 2), '100.00/0.00/200.00/0.00 40.00/0.00/160.00/0.00', 'EDGE-43: the next one paid');
SELECT kinwallet.unfreeze_wallet(3, 'test');
SELECT is(pg_temp.buy(2, '120'), '0.00 120.00 0.00', 'EDGE-24: active again');
SELECT is(pg_temp.quota(3, 2), '0.00/0.00/300.00/0.00', 'EDGE-41: in its old place');
SELECT kinwallet.dissolve_relation(:r1, 2);
SELECT is(pg_temp.buy(2, '1'), 'KW009 EDGE-42', 'REL-06: nothing after dissolution');
SELECT * FROM pg_temp.nothing_lost('EDGE-43');

-- request ids
SELECT pg_temp.give(3, 2, '100');
SELECT spending_id AS first FROM kinwallet.spend(pg_temp.r('s'), 2, 'H37010000001', 'medical', '120', true) \gset
SELECT pg_temp.ledger() AS before \gset
SELECT is((SELECT s::text FROM kinwallet.spend(pg_temp.r('s'), 2, 'H37010000001', 'medical', '120', true) AS s),
	format('(%s,0.00,100.00,20.00)', :first), 'EDGE-90: a repeated call gives the stored row');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.spend(pg_temp.r(''s''), 2, %s)', args)), 'KW013 EDGE-90', 'EDGE-90: other arguments: ' || args)
FROM unnest(ARRAY['''H37010000001'', ''medical'', ''119'', true', '''H37010000001'', ''medical'', ''120'', false',
	'''P37010000002'', ''medical'', ''120'', true', '''H37010000001'', ''drug'', ''120'', true', '''x'', ''y'', ''-1'', true']) AS args;
SELECT pg_temp.at('2026-02-28 23:59:59.999999');
SELECT is((SELECT spending_id FROM kinwallet.spend(pg_temp.r('s'), 2, 'H37010000001', 'medical', '120', true)), :first, 'EDGE-90: known in the next month');
SELECT is(pg_temp.ledger(), :'before', 'EDGE-90: repeated and refused calls change nothing');
SELECT is(pg_temp.buy(6, '1', request => pg_temp.r('s')), 'KW009 EDGE-42', 'EDGE-90: another person''s ids are others');
SELECT kinwallet.credit_account(pg_temp.r('s'), 6, '5');
SELECT is(pg_temp.buy(6, '1', request => pg_temp.r('s')), '1.00 0.00 0.00', 'EDGE-90: a refused call may be repeated with its id');
SELECT spending_id AS v7, request_id AS v7_id FROM (SELECT pg_temp.r() AS request_id) AS i,
	LATERAL kinwallet.spend(i.request_id, 6, 'H37010000001', 'medical', '1') \gset
SELECT is((SELECT spending_id FROM kinwallet.spend(:'v7_id', 6, 'H37010000001', 'medical', '1')), :v7, 'EDGE-90: an id of version 7, too');

-- explain_spend() reads the same table
SELECT results_eq($$ SELECT step, rule, ok FROM kinwallet.explain_spend(2, 'H37010000004', 'drug', '0') $$,
	$$ VALUES (1, 'ACT-02', true), (2, 'WAL-02', true), (3, 'EDGE-24', true), (4, 'EDGE-56', false), (5, 'EDGE-51', true),
		(6, 'EDGE-51', true), (7, 'USE-08', false), (8, 'USE-02', false), (9, 'USE-09', true), (10, 'USE-11', true), (11, 'C1', true),
		(12, 'EDGE-42', true) $$, 'explain_spend: every rule, none skipped');
SELECT results_eq(
	$$ SELECT pg_temp.buy(p, a::text, v, u) FROM unnest('{2,6,7,99}'::bigint[]) AS p, unnest('{-1,1,1000000}'::int[]) AS a,
		unnest('{H37010000001,H37010000004,x}'::text[]) AS v, unnest('{medical,drug,y}'::text[]) AS u
		WHERE pg_temp.buy(p, a::text, v, u) LIKE 'KW%' ORDER BY p, a, v, u $$,
	$$ SELECT (SELECT CASE rule WHEN 'ACT-02' THEN 'KW017' WHEN 'WAL-02' THEN 'KW001' WHEN 'EDGE-24' THEN 'KW002' WHEN 'EDGE-56' THEN 'KW006'
			WHEN 'USE-11' THEN 'KW011' WHEN 'C1' THEN 'KW011' WHEN 'EDGE-42' THEN 'KW009' ELSE 'KW010' END || ' ' || rule
			FROM kinwallet.explain_spend(p, v, u, a::text::kinwallet.wallet_amount) WHERE NOT ok ORDER BY step LIMIT 1)
		FROM unnest('{2,6,7,99}'::bigint[]) AS p, unnest('{-1,1,1000000}'::int[]) AS a,
		unnest('{H37010000001,H37010000004,x}'::text[]) AS v, unnest('{medical,drug,y}'::text[]) AS u
		WHERE EXISTS (SELECT FROM kinwallet.explain_spend(p, v, u, a::text::kinwallet.wallet_amount) WHERE NOT ok) ORDER BY p, a, v, u $$,
	'explain_spend: its first refusal is the one of spend()');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.explain_spend(%s)', args)), '22004', 'explain_spend: NULL: ' || args)
FROM unnest(ARRAY['NULL, ''x'', ''y'', ''1''', '1, NULL, ''y'', ''1''', '1, ''x'', NULL, ''1''', '1, ''x'', ''y'', NULL']) AS args;
-- amount_payable(): what spend() would take of a burden without end, and nothing is spent
CREATE FUNCTION pg_temp.most(p bigint, v text, u text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	paid text;
BEGIN
	SELECT (own_account OPERATOR(kinwallet.+) mutual_aid)::text INTO paid FROM kinwallet.spend(pg_temp.r(), p, v, u, '1000000000', true);
	RAISE EXCEPTION USING ERRCODE = 'P0002';
EXCEPTION WHEN OTHERS THEN
	RETURN coalesce(paid, '0.00');
END
$$;
SELECT results_eq(
	$$ SELECT p, v, u, kinwallet.amount_payable(p, v, u)::text FROM unnest('{1,2,5,6,7,8,99}'::bigint[]) AS p,
		unnest('{H37010000001,P37010000002,H37010000004,x}'::text[]) AS v, unnest('{medical,drug,y}'::text[]) AS u ORDER BY p, v, u $$,
	$$ SELECT p, v, u, pg_temp.most(p, v, u) FROM unnest('{1,2,5,6,7,8,99}'::bigint[]) AS p,
		unnest('{H37010000001,P37010000002,H37010000004,x}'::text[]) AS v, unnest('{medical,drug,y}'::text[]) AS u ORDER BY p, v, u $$,
	'ROLE-04: amount_payable() is what spend() would take');
SELECT isnt(kinwallet.amount_payable(1, 'H37010000001', 'medical')::text, '0.00', 'ROLE-04: and not nothing for everybody');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.amount_payable(%s)', args)), '22004', 'amount_payable: NULL: ' || args)
FROM unnest(ARRAY['NULL, ''x'', ''y''', '1, NULL, ''y''', '1, ''x'', NULL']) AS args;
SELECT * FROM pg_temp.nothing_lost('all');

SELECT * FROM finish();
ROLLBACK;
