-- Premiums of resident medical and long-term care insurance, each by its rule.
BEGIN;
SELECT plan(105);
\ir include/spending.sql
SELECT kinwallet.ensure_partitions('2027-05-01');

-- 9 is a newborn of 2026-01-05 with an open wallet
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential, guardian)
VALUES (9, pg_temp.citizen('2026-01-05', 9), 'p9', '370100', 'resident', 'c9', 1);
SELECT kinwallet.open_wallet(9);
SELECT pg_temp.relate(1, 2, 'parent') AS r1 \gset
SELECT pg_temp.at('2026-01-10 10:01');
SELECT pg_temp.relate(3, 2, 'parent') AS r3 \gset
SELECT pg_temp.relate(1, 9, 'child'), pg_temp.relate(4, 6, 'sibling');
SELECT pg_temp.give(1, 2, '300'), pg_temp.give(3, 2, '400'), pg_temp.give(4, 6, '200');
SELECT pg_temp.give(1, 9, '1000');
INSERT INTO kinwallet_data.premium_standard (region, kind, cover_year, amount, valid, enabled) VALUES
	('370100', 'resident_medical', 2025, '380', NULL, true),
	('370100', 'resident_medical', 2026, '400', NULL, true),
	('370100', 'resident_medical', 2027, '400', NULL, true),
	('370100', 'resident_medical', 2028, '400', NULL, true),
	('370100', 'long_term_care', 2026, '100', '[2026-02-01,2026-03-01)', true),
	('370100', 'long_term_care', 2027, '120', NULL, false),
	('370100', 'long_term_care', 2028, '120', 'empty', true),
	('640200', 'long_term_care', 2027, '120', NULL, true);

-- "own mutual cash" of a payment, or its refusal
CREATE FUNCTION pg_temp.pay(recipient bigint, kind text, year int, amount text, reason text DEFAULT NULL, request uuid DEFAULT NULL)
RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.attempt(format('SELECT concat_ws('' '', own_account, mutual_aid, cash_due) FROM kinwallet.pay_premium(%L, %s, %L, %s, %L, %L)',
		coalesce(request, kinwallet.new_request_id()), recipient, kind, year, amount, reason))
$$;

-- the window
SELECT pg_temp.at('2026-08-31 23:59:59.999999');
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), 'KW011 EDGE-54', 'EDGE-54: before 1 September');
SELECT pg_temp.at('2026-09-01 00:00');
SAVEPOINT september;
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), '0.00 400.00 0.00', 'EDGE-54, USE-03: on 1 September for the next year');
SELECT is(pg_temp.quota(1, 2) || ' ' || pg_temp.quota(3, 2), '0.00/0.00/300.00/0.00 300.00/0.00/100.00/0.00', 'EDGE-41: in the order of quotas');
SELECT results_eq($$ SELECT s.kind::text, s.use::text, s.provider, s.cover_year::int, s.personal_burden::text, s.payee_region::text, s.reason, d.payer_region::text, d.payee_region::text, d.scope::text, d.use::text
		FROM kinwallet_data.spending AS s JOIN kinwallet_data.draw AS d USING (spending_id) ORDER BY draw_id $$,
	$$ VALUES ('p', 'r', NULL::text, 2027, '400.00', '370100', NULL::text, '640200', '370100', 'c', 'r'), ('p', 'r', NULL, 2027, '400.00', '370100', NULL, '320500', '370100', 'c', 'r') $$,
	'EDGE-51: no provider; the payee is the recipient''s region');
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), 'KW011 EDGE-54', 'EDGE-54: once a year');
SELECT is(pg_temp.pay(2, 'resident_medical', 2028, '400'), 'KW011 EDGE-54', 'EDGE-54: not yet for the year after');
SELECT * FROM pg_temp.nothing_lost('paid');
ROLLBACK TO september;
SELECT pg_temp.at('2026-12-31 23:59:59.999999');
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), '0.00 400.00 0.00', 'EDGE-54: to the end of December');
ROLLBACK TO september;
SELECT pg_temp.at('2027-01-01 00:00');
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), 'KW011 EDGE-54', 'EDGE-54: not in the cover year');
ROLLBACK TO september;
INSERT INTO kinwallet_data.policy (scope, valid, premium_window) VALUES (370100, '[2026-01-01,)', '[1001,1031]');
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), 'KW011 EDGE-54', 'EDGE-54: the policy''s window begins in October');
SELECT pg_temp.at('2026-10-01 00:00');
SAVEPOINT october;
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), '0.00 400.00 0.00', 'EDGE-54: its first day');
ROLLBACK TO october;
SELECT pg_temp.at('2026-10-31 23:59');
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), '0.00 400.00 0.00', 'EDGE-54: its last day');
ROLLBACK TO october;
SELECT pg_temp.at('2026-11-01 00:00');
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), 'KW011 EDGE-54', 'EDGE-54: and not after it');
UPDATE kinwallet_data.policy SET premium_window = 'empty' WHERE scope = 370100;
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), 'KW011 EDGE-54', 'EDGE-54: an empty window is never');
UPDATE kinwallet_data.policy SET premium_window = '(,)' WHERE scope = 370100;
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), '0.00 400.00 0.00', 'EDGE-54: one without bounds is the whole year before');
ROLLBACK TO september;

-- reasons outside the window
SELECT pg_temp.at('2026-03-10 10:00');
SAVEPOINT reasons;
SELECT is(pg_temp.pay(2, 'resident_medical', 2026, '400'), 'KW011 EDGE-54', 'EDGE-54: outside the window without a reason');
SELECT is(pg_temp.pay(2, 'resident_medical', 2026, '400', r), 'KW011 EDGE-54', 'EDGE-54: unknown reason ' || quote_literal(r))
FROM unnest('{"",x,Newborn,"newborn "}'::text[]) AS r;
SELECT is(pg_temp.pay(2, 'resident_medical', 2026, '400', 'newborn'), 'KW011 EDGE-54', 'EDGE-54: no newborn');
SELECT is(pg_temp.pay(2, 'resident_medical', 2025, '380', 'moved'), 'KW011 EDGE-54', 'EDGE-54: no reason opens a year that is over');
SELECT is(pg_temp.pay(2, 'resident_medical', 2028, '400', 'moved'), 'KW011 EDGE-54', 'EDGE-54: nor one that is far away');
SELECT is(pg_temp.pay(2, 'resident_medical', 2026, '400', 'released'), '0.00 400.00 0.00', 'EDGE-54: released');
SELECT is((SELECT reason FROM kinwallet_data.spending), 'released', 'EDGE-54: the reason is kept');
ROLLBACK TO reasons;
SELECT is(pg_temp.pay(2, 'resident_medical', 2026, '400', 'graduated'), '0.00 400.00 0.00', 'EDGE-54: graduated');
ROLLBACK TO reasons;
SELECT is(pg_temp.pay(2, 'resident_medical', 2026, '400', 'demobilised'), '0.00 400.00 0.00', 'EDGE-54: demobilised');
ROLLBACK TO reasons;
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400', 'moved'), '0.00 400.00 0.00', 'EDGE-54: moved, for the next year');
ROLLBACK TO reasons;
SELECT is(pg_temp.pay(9, 'resident_medical', 2026, '400', 'newborn'), '0.00 400.00 0.00', 'EDGE-54: a newborn');
ROLLBACK TO reasons;
SELECT is(pg_temp.pay(9, 'resident_medical', 2025, '380', 'newborn'), 'KW011 EDGE-54', 'EDGE-54: not for a year before the birth');
SELECT pg_temp.at('2026-04-05 23:59:59');
SELECT is(pg_temp.pay(9, 'resident_medical', 2026, '400', 'newborn'), '0.00 400.00 0.00', 'EDGE-54: on the 90th day');
ROLLBACK TO reasons;
SELECT pg_temp.at('2026-04-06 00:00');
SELECT is(pg_temp.pay(9, 'resident_medical', 2026, '400', 'newborn'), 'KW011 EDGE-54', 'EDGE-54: on the 91st day');
SELECT is(pg_temp.pay(9, 'resident_medical', 2026, '400', 'moved'), '0.00 400.00 0.00', 'EDGE-54: for another reason');
ROLLBACK TO september;
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400', 'x'), 'KW011 EDGE-54', 'EDGE-54: an unknown reason inside the window');
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400', 'newborn'), '0.00 400.00 0.00', 'EDGE-54: inside the window no reason is needed');
ROLLBACK TO september;

-- what is asked for
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, a), 'KW011 EDGE-54', 'EDGE-54: not the standard: ' || a) FROM unnest('{399.99,400.01,0.01,92233720368547758.07}'::text[]) AS a;
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, a), 'KW006 EDGE-56', 'EDGE-56: ' || a) FROM unnest('{0,-400}'::text[]) AS a;
SELECT is(pg_temp.pay(2, 'resident_medical', y, '400'), 'KW011 EDGE-55', 'EDGE-54: no standard for ' || y) FROM unnest('{2029,0,-1,70000,2147483647,-2147483648}'::int[]) AS y;
SELECT is(pg_temp.pay(2, k, 2027, '400'), 'KW011 USE-03', 'USE-03, USE-04: ' || quote_literal(k) || ' is no premium') FROM unnest('{medical,drug,"",x}'::text[]) AS k;
SELECT is(pg_temp.pay(2, 'long_term_care', 2027, '120'), 'KW011 EDGE-55', 'EDGE-55: switched off');
SELECT is(pg_temp.pay(2, 'long_term_care', 2028, '120', 'moved'), 'KW011 EDGE-54', 'EDGE-55: on no day');
SELECT is(pg_temp.pay(2, 'long_term_care', 2026, '100'), 'KW011 EDGE-54', 'EDGE-55: a standard''s own window');
SELECT pg_temp.at('2026-02-28 23:59:59');
SELECT is(pg_temp.pay(2, 'long_term_care', 2026, '100'), '0.00 100.00 0.00', 'USE-04, EDGE-55: its last day');
SELECT is(pg_temp.pay(2, 'long_term_care', 2026, '100'), 'KW011 EDGE-54', 'EDGE-55: once a year');
SELECT is(pg_temp.pay(6, 'long_term_care', 2026, '100'), '100.00 0.00 0.00', 'EDGE-41: the own account first; an employee pays long-term care');
SELECT pg_temp.at('2026-09-01 00:00');
SELECT is(pg_temp.pay(6, 'resident_medical', 2027, '400'), 'KW011 EDGE-54', 'EDGE-54: an employee pays no resident premium');
SELECT * FROM pg_temp.nothing_lost('two kinds');
ROLLBACK TO september;
INSERT INTO kinwallet_data.policy (scope, valid, uses) VALUES (370100, '[2026-01-01,)', '{medical}');
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), 'KW011 C1', 'C1: switched off by policy');
ROLLBACK TO september;

-- who, and with what
SELECT is(pg_temp.pay(id, 'x', 2027, '-1'), 'KW017 ACT-02', format('there is no person %s', id)) FROM unnest('{0,-1,99,9223372036854775807}'::bigint[]) AS id;
SELECT is(pg_temp.pay(7, 'x', 2027, '-1'), 'KW001 WAL-02', 'WAL-02: no wallet');
SELECT is(pg_temp.pay(8, 'resident_medical', 2027, '400'), 'KW009 EDGE-54', 'EDGE-54: no money at all');
SELECT pg_temp.spend(2, '300.01');
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), 'KW009 EDGE-54', 'EDGE-54: a fen too little, and no split with cash');
SELECT is((SELECT count(*) FROM kinwallet_data.premium_paid), 0::bigint, 'EDGE-54: a refused payment leaves nothing');
ROLLBACK TO september;
SELECT kinwallet.credit_account(pg_temp.r(), 6, '500');
UPDATE kinwallet_data.person SET scheme = 'resident' WHERE person_id = 6;
SELECT is(pg_temp.pay(6, 'resident_medical', 2027, '400'), '400.00 0.00 0.00', 'EDGE-54: who has left the employee scheme pays as a resident');
ROLLBACK TO september;
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 2;
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), 'KW009 EDGE-54', 'EDGE-24: a paused person has no quota to pay with');
ROLLBACK TO september;
UPDATE kinwallet_data.person SET status = 'terminated' WHERE person_id = 2;
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), 'KW002 C7', 'C7: who is not insured pays no premium');
ROLLBACK TO september;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.pay_premium(%s)', args)), '22004', 'NULL: ' || args)
FROM unnest(ARRAY['NULL, 2, ''resident_medical'', 2027, ''400''', 'pg_temp.r(), NULL, ''resident_medical'', 2027, ''400''', 'pg_temp.r(), 2, NULL, 2027, ''400''',
	'pg_temp.r(), 2, ''resident_medical'', NULL, ''400''', 'pg_temp.r(), 2, ''resident_medical'', 2027, NULL']) AS args;

-- request ids
SELECT spending_id AS s FROM kinwallet.pay_premium(pg_temp.r('p'), 2, 'resident_medical', 2027, '400', 'moved') \gset
SELECT pg_temp.ledger() AS before \gset
SELECT is((SELECT p::text FROM kinwallet.pay_premium(pg_temp.r('p'), 2, 'resident_medical', 2027, '400', 'moved') AS p), format('(%s,0.00,400.00,0.00)', :s), 'EDGE-90: a repeated call gives the stored row');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.pay_premium(pg_temp.r(''p''), 2, %s)', args)), 'KW013 EDGE-90', 'EDGE-90: other arguments: ' || args)
FROM unnest(ARRAY['''resident_medical'', 2027, ''400''', '''resident_medical'', 2027, ''400'', ''released''', '''resident_medical'', 2027, ''401'', ''moved''',
	'''resident_medical'', 2026, ''400'', ''moved''', '''resident_medical'', 67563, ''400'', ''moved''', '''long_term_care'', 2027, ''400'', ''moved''', '''x'', 2027, ''400'', ''moved''']) AS args;
SELECT is(pg_temp.ledger(), :'before', 'EDGE-90: repeated and refused calls change nothing');

-- refunds
SELECT is(pg_temp.back(:s, '399.99'), 'done', 'EDGE-54: refunded in part before the cover year');
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), 'KW011 EDGE-54', 'EDGE-54: paid yet');
SELECT is(pg_temp.back(:s, '0.01'), 'done', 'EDGE-54: refunded in full');
SELECT is((SELECT p::text FROM kinwallet.pay_premium(pg_temp.r('p'), 2, 'resident_medical', 2027, '400', 'moved') AS p), format('(%s,0.00,400.00,0.00)', :s), 'EDGE-90: the stored row even after the refund');
SELECT is(pg_temp.pay(2, 'resident_medical', 2027, '400'), '0.00 400.00 0.00', 'EDGE-54: and may be paid again');
SELECT pg_temp.last_spending(2) AS s2 \gset
SELECT pg_temp.at('2026-12-31 23:59:59.999999');
SELECT is(pg_temp.back(:s2, '1'), 'done', 'EDGE-54: a refund in the last moment');
SELECT pg_temp.at('2027-01-01 00:00');
SELECT is(pg_temp.back(:s2, '1'), 'KW011 EDGE-54', 'EDGE-54: none once the cover year has begun');
SELECT is(pg_temp.back(:s2, '0'), 'KW006 EDGE-56', 'order: KW006 before KW011');
SELECT * FROM pg_temp.nothing_lost('refunded');
ROLLBACK TO september;

-- own account and quota: both must be back before it is paid again
UPDATE kinwallet_data.premium_standard SET enabled = true WHERE cover_year = 2027;
SELECT pg_temp.spend(6, '90');
SELECT is(pg_temp.pay(6, 'long_term_care', 2027, '120'), '10.00 110.00 0.00', 'EDGE-41: from both');
SELECT pg_temp.last_spending(6) AS s6 \gset
SELECT is(pg_temp.back(:s6, '110'), 'done', 'EDGE-54: the mutual aid is refunded');
SELECT is(pg_temp.pay(6, 'long_term_care', 2027, '120'), 'KW011 EDGE-54', 'EDGE-54: the own account paid its part yet');
SELECT is(pg_temp.back(:s6, '10', NULL, 'refund_own_account'), 'done', 'EDGE-54: that, too');
SELECT is(pg_temp.pay(6, 'long_term_care', 2027, '120'), '10.00 110.00 0.00', 'EDGE-54: and it may be paid again');
SELECT is((SELECT spending_id FROM kinwallet_data.premium_paid), pg_temp.last_spending(6), 'EDGE-54: by a spending of its own');
SELECT * FROM pg_temp.nothing_lost('all');

SELECT * FROM finish();
ROLLBACK;
