-- The rules of making and ending relations, each by its ID, and explain_transfer() against transfer().
BEGIN;
SELECT plan(175);
SET LOCAL kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();

-- a citizen id for a birth date
CREATE FUNCTION pg_temp.citizen(birth date, seq bigint) RETURNS kinwallet.citizen_id
LANGUAGE sql AS $$
	SELECT (body || substr('10X98765432', 1 + (SELECT sum(substr(body, i, 1)::int * (2 ^ (18 - i))::int)::int % 11
		FROM generate_series(1, 17) AS i), 1))::kinwallet.citizen_id
	FROM (SELECT '640299' || to_char(birth, 'YYYYMMDD') || to_char(seq, 'FM000')) AS t (body)
$$;

CREATE FUNCTION pg_temp.person(id bigint, birth date, region text, scheme text DEFAULT 'employee', guardian bigint DEFAULT NULL)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, guardian, credential)
	VALUES (id, pg_temp.citizen(birth, id), 'p' || id, region::kinwallet.region_code, scheme, guardian, 'c' || id);
	PERFORM kinwallet.open_wallet(id);
END
$$;

-- what a statement is refused with, "SQLSTATE rule", or what it gives
CREATE FUNCTION pg_temp.attempt(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	message text;
	detail text;
BEGIN
	EXECUTE query INTO result;
	RETURN coalesce(nullif(result, ''), 'done');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', SQLSTATE, substring(detail FROM '\(([A-Z]+-[0-9]+)\)\.$'));
END
$$;

CREATE FUNCTION pg_temp.state(relation bigint) RETURNS text LANGUAGE sql AS
	$$ SELECT state::text FROM kinwallet_data.relation WHERE relation_id = $1 $$;
CREATE FUNCTION pg_temp.make(contributor bigint, recipient bigint, kinship text) RETURNS bigint LANGUAGE sql AS
	$$ SELECT kinwallet.establish_relation(contributor, recipient, kinship::kinwallet.kinship_relation) $$;
CREATE FUNCTION pg_temp.try(contributor bigint, recipient bigint, kinship text) RETURNS text LANGUAGE sql AS
	$$ SELECT CASE WHEN r ~ '^[0-9]{10,}$' THEN 'made' ELSE r END
		FROM pg_temp.attempt(format('SELECT pg_temp.make(%s, %s, %L)', contributor, recipient, kinship)) AS r $$;
-- ends whatever is open between two persons
CREATE FUNCTION pg_temp.clear(a bigint, b bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM kinwallet.dissolve_relation(relation_id, NULL, 'agency') FROM kinwallet_data.relation
	WHERE state IN ('a', 's') AND least(contributor, recipient) = least(a, b) AND greatest(contributor, recipient) = greatest(a, b);
END
$$;
CREATE FUNCTION pg_temp.counters_hold() RETURNS boolean LANGUAGE sql AS $$
	SELECT bool_and(open_relations = (SELECT count(*) FROM kinwallet_data.relation
		WHERE state IN ('r', 'a', 's') AND w.person_id IN (contributor, recipient)))
	FROM kinwallet_data.wallet w
$$;

-- 1 and 2 spouses across provinces, 3 their child of 11, 4 parent of 1, 5 sibling of 1, 6 in the same region as 1
SELECT pg_temp.person(1, '1980-05-01', '640200');
SELECT pg_temp.person(2, '1982-03-08', '370100');
SELECT pg_temp.person(3, '2014-09-01', '370100', 'resident', 2);
SELECT pg_temp.person(4, '1955-01-15', '640100', 'resident');
SELECT pg_temp.person(5, '1984-07-20', '320500');
SELECT pg_temp.person(6, '1985-06-06', '640200');
SELECT pg_temp.person(7, '2010-02-03', '640200');
SELECT kinwallet.credit_account(kinwallet.new_request_id(), id, '5000.00') FROM generate_series(1, 2) AS id;

/*
 * REL-01, EDGE-19: both sides
 */
CREATE TEMP TABLE r AS SELECT kinwallet.request_relation(1, 2, 'spouse', 1) AS id;
SELECT is(pg_temp.state(id), 'r', 'REL-07: a request is requested') FROM r;
SELECT is(active_since, 'infinity', 'REL-07: a request was never active') FROM kinwallet_data.relation, r WHERE relation_id = id;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.accept_relation(%s, 1)', id)), 'KW022 EDGE-19', 'EDGE-19: who asked cannot accept') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.refuse_relation(%s, 1)', id)), 'KW022 EDGE-19', 'EDGE-19: who asked cannot refuse') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.withdraw_relation(%s, 2)', id)), 'KW022 EDGE-19', 'EDGE-19: who was asked cannot withdraw') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.accept_relation(%s, 6)', id)), 'KW022 REL-01', 'REL-01: a stranger cannot accept') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.dissolve_relation(%s, 1)', id)), 'KW016 REL-07', 'REL-07: a request cannot be dissolved') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, %L)', '1')), 'KW004 REL-01', 'REL-01: no transfer on a mere request');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.accept_relation(%s, 2)', id)), 'done', 'REL-01: the other side accepts') FROM r;
SELECT is(pg_temp.state(id), 'a', 'REL-07: an accepted relation is active') FROM r;
SELECT is(active_since, '2026-02-01 10:00+08', 'REL-07: active since it was accepted') FROM kinwallet_data.relation, r WHERE relation_id = id;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.accept_relation(%s, 2)', id)), 'KW016 REL-07', 'REL-07: accepted once') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.accept_relation(%s, 1)', id)), 'KW022 EDGE-19', 'KW022 is reported before KW016') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.refuse_relation(%s, 2)', id)), 'KW016 REL-07', 'REL-07: an active relation cannot be refused') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.withdraw_relation(%s, 1)', id)), 'KW016 REL-07', 'REL-07: an active relation cannot be withdrawn') FROM r;
SELECT results_eq($$SELECT kind, by_person, reason FROM kinwallet_data.relation_event, r WHERE relation_id = id ORDER BY event_id$$,
	$$VALUES ('requested', 1::bigint, 'contributor'), ('accepted', 2, NULL)$$, 'REL-07: who did what is recorded');
SELECT is(pg_temp.attempt('SELECT kinwallet.request_relation(1, 6, ''sibling'', 4)'), 'KW022 REL-01', 'EDGE-19: a third person cannot ask');
SELECT is(pg_temp.attempt('SELECT kinwallet.accept_relation(17, 4)'), 'KW017 REL-07', 'an unknown relation is not found');

/*
 * REL-05, EDGE-11: both directions
 */
SELECT is(pg_temp.try(2, 1, 'sibling'), 'KW015 EDGE-11', 'EDGE-11: the other direction must say the inverse');
SELECT is(pg_temp.try(2, 1, 'spouse'), 'made', 'REL-05: relations may be mutual; EDGE-14: with the same spouse');
SELECT is(pg_temp.try(1, 6, 'sibling'), 'made', 'REL-04: one person, several relations');
SELECT is(pg_temp.try(1, 4, 'parent'), 'made', 'REL-04: and more');
SELECT is(pg_temp.try(4, 1, 'child'), 'KW003 ACT-01', 'EDGE-11: the other direction needs an individual account');
SELECT is(pg_temp.try(6, 1, 'sibling'), 'made', 'EDGE-11: sibling is its own inverse');
SELECT pg_temp.clear(1, 6);
-- classes, not sides of the family: 7 is 16 on 2026-02-03
SET LOCAL kinwallet.clock = '2026-02-03 00:00+08';
SELECT pg_temp.person(8, '1950-01-01', '640200');
SELECT is(pg_temp.try(8, 7, 'grandchild'), 'made', 'EDGE-11: grandchild one way');
SELECT is(pg_temp.try(7, 8, 'parent'), 'KW015 EDGE-11', 'EDGE-11: parent is not the inverse of grandchild');
SELECT is(pg_temp.try(7, 8, 'maternal_grandparent'), 'made', 'EDGE-11: the side of the family may be named');
SELECT pg_temp.clear(7, 8);

/*
 * EDGE-10, EDGE-12, EDGE-13
 */
SELECT is(pg_temp.try(1, 1, 'sibling'), 'KW018 EDGE-10', 'EDGE-10: no relation to oneself');
SELECT is(pg_temp.try(99, 99, 'sibling'), 'KW018 EDGE-10', 'KW018 is reported before KW017');
SELECT is(pg_temp.try(99, 1, 'sibling'), 'KW017 TRF-03', 'an unknown contributor');
SELECT is(pg_temp.try(1, 99, 'sibling'), 'KW017 TRF-03', 'an unknown recipient');
SELECT is(pg_temp.attempt('SELECT kinwallet.request_relation(1, 99, ''child'', 4)'), 'KW017 TRF-03', 'KW017 is reported before KW022');
SELECT is(pg_temp.try(1, 2, 'spouse'), 'KW015 EDGE-12', 'EDGE-12: one open relation for a pair');
SELECT is(pg_temp.try(1, 2, 'child'), 'KW015 EDGE-12', 'EDGE-13: no second kinship for a pair');
UPDATE r SET id = kinwallet.request_relation(1, 6, 'sibling', 6);
SELECT is(pg_temp.try(1, 6, 'sibling'), 'KW015 EDGE-12', 'EDGE-12: a request counts as open');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.refuse_relation(%s, 1)', id)), 'done', 'REL-07: the other side refuses') FROM r;
SELECT is(pg_temp.state(id), 'n', 'REL-07: refused') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.accept_relation(%s, 1)', id)), 'KW016 REL-07', 'REL-07: refused is final') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.dissolve_relation(%s, 1)', id)), 'KW016 REL-07', 'REL-07: a refused request cannot be dissolved') FROM r;
UPDATE r SET id = kinwallet.request_relation(1, 6, 'sibling', 6);
SELECT is(pg_temp.attempt(format('SELECT kinwallet.withdraw_relation(%s, 6)', id)), 'done', 'REL-07: who asked withdraws') FROM r;
SELECT is(pg_temp.state(id), 'w', 'REL-07: withdrawn') FROM r;
SELECT isnt(pg_temp.make(1, 6, 'sibling'), id, 'EDGE-12: a new relation has a new id') FROM r;
SELECT pg_temp.clear(1, 6);
SELECT ok(pg_temp.counters_hold(), 'the wallets count the open relations');

/*
 * EDGE-14: one spouse
 */
SELECT is(pg_temp.try(1, 5, 'spouse'), 'KW015 EDGE-14', 'EDGE-14: the contributor has a spouse');
SELECT is(pg_temp.try(5, 1, 'spouse'), 'KW015 EDGE-14', 'EDGE-14: the recipient has a spouse');
SELECT pg_temp.clear(1, 2);
UPDATE r SET id = kinwallet.request_relation(2, 1, 'spouse', 2);
SELECT is(pg_temp.try(5, 1, 'spouse'), 'KW015 EDGE-14', 'EDGE-14: a request counts, in the other role too');
SELECT is(pg_temp.try(5, 2, 'spouse'), 'KW015 EDGE-14', 'EDGE-14: for both parties of it');
SELECT kinwallet.withdraw_relation(id, 2) FROM r;
SELECT is(pg_temp.try(5, 1, 'spouse'), 'made', 'EDGE-17: a new spouse after the old relations ended');
SELECT is(pg_temp.try(1, 2, 'sibling'), 'made', 'EDGE-14: says nothing of other kinships');
SELECT pg_temp.clear(5, 1);
SELECT pg_temp.clear(1, 2);

/*
 * EDGE-15, ACT-03, ACT-04: kinship
 */
SELECT is(pg_temp.try(1, 6, 'parent'), 'KW005 EDGE-15', 'EDGE-15: a parent is older');
SELECT is(pg_temp.try(6, 1, 'child'), 'KW005 EDGE-15', 'EDGE-15: a child is younger');
SELECT is(pg_temp.try(1, 6, 'paternal_grandparent'), 'KW005 EDGE-15', 'EDGE-15: a grandparent is older');
SELECT is(pg_temp.try(6, 1, 'maternal_grandchild'), 'KW005 EDGE-15', 'EDGE-15: a grandchild is younger');
SELECT pg_temp.person(9, '1985-06-06', '640200');
SELECT is(pg_temp.try(6, 9, 'parent'), 'KW005 EDGE-15', 'EDGE-15: a parent not of the same day');
SELECT is(pg_temp.try(6, 9, 'child'), 'KW005 EDGE-15', 'EDGE-15: nor a child');
SELECT is(pg_temp.try(6, 9, 'sibling'), 'made', 'EDGE-15: twins are siblings');
SELECT pg_temp.person(10, '1985-06-07', '640200');
SELECT is(pg_temp.try(6, 10, 'child'), 'made', 'EDGE-15: no minimum gap');
SET LOCAL kinwallet.clock = '2025-07-14 23:59:59.999999+08';
SELECT is(pg_temp.try(1, 6, 'sibling'), 'KW005 ACT-03', 'ACT-04: siblings were not eligible before');
SET LOCAL kinwallet.clock = '2025-07-15 00:00+08';
SELECT is(pg_temp.try(1, 6, 'sibling'), 'made', 'ACT-03: and are from the region''s day on');
SELECT pg_temp.clear(1, 6);

/*
 * EDGE-30: across provinces
 */
SET LOCAL kinwallet.clock = '2026-01-08 23:59:59.999999+08';
SELECT is(pg_temp.try(1, 2, 'spouse'), 'KW014 EDGE-30', 'EDGE-30: the recipient''s region has not opened');
SELECT is(pg_temp.try(2, 1, 'spouse'), 'KW014 EDGE-30', 'EDGE-30: the contributor''s region has not opened');
SELECT is(pg_temp.try(1, 4, 'parent'), 'KW015 EDGE-12', 'KW015 is reported before KW014');
SELECT pg_temp.clear(1, 4);
SELECT is(pg_temp.try(1, 4, 'parent'), 'made', 'EDGE-30: within a province it does not matter');
SET LOCAL kinwallet.clock = '2026-01-09 00:00+08';
SELECT is(pg_temp.try(1, 2, 'spouse'), 'made', 'EDGE-30: open on the day');
SELECT pg_temp.clear(1, 2);
UPDATE kinwallet_data.region SET opened_on = NULL WHERE region::text = '370100';
SELECT is(pg_temp.try(1, 2, 'spouse'), 'KW014 EDGE-30', 'EDGE-30: the recipient''s region has no opening day');
SELECT is(pg_temp.try(2, 1, 'spouse'), 'KW014 EDGE-30', 'EDGE-30: the contributor''s region has no opening day');
UPDATE kinwallet_data.region SET opened_on = '2026-01-09' WHERE region::text = '370100';
UPDATE kinwallet_data.policy SET cross_province = false WHERE scope = 640000;
SELECT is(pg_temp.try(1, 2, 'spouse'), 'KW014 EDGE-30', 'EDGE-30: the contributor''s policy forbids it');
SELECT is(pg_temp.try(2, 1, 'spouse'), 'KW014 EDGE-30', 'EDGE-30: the recipient''s policy forbids it');
UPDATE kinwallet_data.policy SET cross_province = true WHERE scope = 640000;
SET LOCAL kinwallet.clock = '2026-02-02 23:59:59.999999+08';

/*
 * ACT-05, WAL-02, EDGE-18: who may take part
 */
SELECT is(pg_temp.try(7, 1, 'sibling'), 'KW003 EDGE-18', 'EDGE-18: a contributor of 15');
SET LOCAL kinwallet.clock = '2026-02-03 00:00+08';
SELECT is(pg_temp.try(7, 1, 'sibling'), 'made', 'EDGE-18: a contributor of 16 on the day');
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 5;
SELECT is(pg_temp.try(5, 6, 'sibling'), 'KW002 ACT-05', 'ACT-05: the contributor is paused');
SELECT is(pg_temp.try(6, 5, 'sibling'), 'KW002 ACT-05', 'ACT-05: the recipient is paused');
UPDATE kinwallet_data.person SET status = 'terminated' WHERE person_id = 5;
SELECT is(pg_temp.try(6, 5, 'sibling'), 'KW002 ACT-05', 'ACT-05: terminated');
UPDATE kinwallet_data.person SET status = 'normal' WHERE person_id = 5;
UPDATE kinwallet_data.person SET individual_account = false WHERE person_id = 6;
SELECT is(pg_temp.try(6, 5, 'sibling'), 'KW003 ACT-07', 'ACT-07: no individual account');
UPDATE kinwallet_data.person SET individual_account = true WHERE person_id = 6;
SELECT pg_temp.person(11, '1985-06-08', '640200');
SELECT kinwallet.close_wallet(11);
SELECT is(pg_temp.try(1, 11, 'sibling'), 'KW001 TRF-06', 'TRF-06: a closed wallet');
SELECT is(pg_temp.try(11, 1, 'sibling'), 'KW001 WAL-02', 'WAL-02: a closed wallet');
UPDATE r SET id = kinwallet.request_relation(6, 5, 'sibling', 6);
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 5;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.accept_relation(%s, 5)', id)), 'KW002 ACT-05', 'ACT-05: judged again at acceptance') FROM r;
UPDATE kinwallet_data.person SET status = 'normal' WHERE person_id = 5;
UPDATE kinwallet_data.policy SET relation_cap = 1 WHERE scope = 640000;
SELECT is(pg_temp.try(6, 1, 'sibling'), 'KW015 EDGE-20', 'EDGE-20: the cap counts requests');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.accept_relation(%s, 5)', id)), 'done', 'EDGE-20: a request is not in its own way') FROM r;
UPDATE kinwallet_data.policy SET relation_cap = 0 WHERE scope = 640000;
SELECT is(pg_temp.try(7, 8, 'grandparent'), 'KW015 EDGE-20', 'EDGE-20: the contributor''s region decides');
SELECT is(pg_temp.try(2, 1, 'spouse'), 'made', 'EDGE-20: and not the recipient''s');
SELECT pg_temp.clear(1, 2);
UPDATE kinwallet_data.policy SET relation_cap = NULL WHERE scope = 640000;

/*
 * EDGE-18: guardians
 */
SELECT is(pg_temp.attempt('SELECT kinwallet.request_relation(1, 3, ''child'', 3)'), 'KW022 EDGE-18', 'EDGE-18: who is under 14 cannot ask');
UPDATE r SET id = kinwallet.request_relation(1, 3, 'child', 2);
SELECT is(pg_temp.attempt(format('SELECT kinwallet.accept_relation(%s, 2)', id)), 'KW022 EDGE-19', 'EDGE-18: a guardian who asked for the ward cannot accept') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.accept_relation(%s, 1)', id)), 'done', 'EDGE-18: the contributor accepts what the guardian asked for') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.dissolve_relation(%s, 3)', id)), 'KW022 EDGE-18', 'EDGE-18: who is under 14 cannot dissolve') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.dissolve_relation(%s, 2)', id)), '0.00', 'EDGE-18: the guardian dissolves') FROM r;
SELECT is(reason, 'voluntary_recipient', 'EDGE-18: for the ward')
FROM kinwallet_data.relation_event, r WHERE relation_id = id AND kind = 'dissolved';
UPDATE r SET id = kinwallet.request_relation(2, 3, 'child', 2);
SELECT is(pg_temp.attempt(format('SELECT kinwallet.accept_relation(%s, 2)', id)), 'done', 'EDGE-18: a parent contributes and accepts for the ward') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.dissolve_relation(%s, 2)', id)), '0.00', 'EDGE-18: and dissolves') FROM r;
SELECT is(reason, 'voluntary_contributor', 'EDGE-18: as the contributor')
FROM kinwallet_data.relation_event, r WHERE relation_id = id AND kind = 'dissolved';
SET LOCAL kinwallet.clock = '2028-09-01 00:00+08';
SELECT matches(pg_temp.attempt('SELECT kinwallet.request_relation(1, 3, ''child'', 3)'), '^[0-9]{10,}$', 'EDGE-18: at 14 one asks oneself');
SET LOCAL kinwallet.clock = '2026-02-03 00:00+08';

/*
 * EDGE-19: expiry
 */
UPDATE r SET id = kinwallet.request_relation(1, 6, 'sibling', 1);
SET LOCAL kinwallet.clock = '2026-02-10 00:00+08';
SELECT is(pg_temp.attempt(format('SELECT kinwallet.accept_relation(%s, 6)', id)), 'KW016 EDGE-19', 'EDGE-19: over after exactly 7 days') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.withdraw_relation(%s, 1)', id)), 'KW016 EDGE-19', 'EDGE-19: nothing is left to withdraw') FROM r;
SELECT is(pg_temp.try(1, 6, 'sibling'), 'made', 'EDGE-19: an expired request is not in the way');
SELECT is(pg_temp.state(id), 'x', 'REL-07: expired') FROM r;
SELECT pg_temp.clear(1, 6);
SET LOCAL kinwallet.clock = '2026-02-03 00:00+08';
UPDATE r SET id = kinwallet.request_relation(1, 6, 'sibling', 1);
SET LOCAL kinwallet.clock = '2026-02-09 23:59:59.999999+08';
SELECT is(pg_temp.attempt(format('SELECT kinwallet.accept_relation(%s, 6)', id)), 'done', 'EDGE-19: in time') FROM r;
SELECT pg_temp.clear(1, 6);

-- nor is it in the way of others, whether the sweep has come by or not
SET LOCAL kinwallet.clock = '2026-02-03 00:00+08';
SELECT pg_temp.person(12, '1984-01-01', '640200'), pg_temp.person(13, '1985-01-01', '640200'), pg_temp.person(14, '1986-01-01', '640200');
UPDATE r SET id = kinwallet.request_relation(12, 13, 'spouse', 13);
UPDATE kinwallet_data.policy SET relation_cap = 1 WHERE scope = 640000;
SET LOCAL kinwallet.clock = '2026-02-09 23:59:59.999999+08';
SELECT is(pg_temp.try(14, 13, 'spouse'), 'KW015 EDGE-14', 'EDGE-14: a request of marriage, to the recipient');
SELECT is(pg_temp.try(14, 12, 'spouse'), 'KW015 EDGE-14', 'EDGE-14: and to the contributor');
SELECT is(pg_temp.try(13, 12, 'sibling'), 'KW015 EDGE-11', 'EDGE-11: a request contradicts');
SELECT is(pg_temp.try(12, 14, 'sibling'), 'KW015 EDGE-20', 'EDGE-20: a request counts');
SET LOCAL kinwallet.clock = '2026-02-10 00:00+08';
SELECT is(pg_temp.try(14, 13, 'spouse'), 'made', 'EDGE-19: an expired request is no marriage of the recipient');
SELECT pg_temp.clear(13, 14);
SELECT is(pg_temp.try(14, 12, 'spouse'), 'made', 'EDGE-19: nor of the contributor');
SELECT pg_temp.clear(12, 14);
SELECT is(pg_temp.try(13, 12, 'sibling'), 'made', 'EDGE-19: nor does it contradict');
SELECT is(pg_temp.try(12, 14, 'sibling'), 'made', 'EDGE-19: nor does it count');
SELECT is(pg_temp.state(id), 'r', 'EDGE-19: although no sweep has ended it') FROM r;
SELECT is(n, 1::bigint, 'EDGE-19: it will') FROM kinwallet.sweep() WHERE what = 'requests_expired';
UPDATE kinwallet_data.policy SET relation_cap = NULL WHERE scope = 640000;
SET LOCAL kinwallet.clock = '2026-02-09 23:59:59.999999+08';

UPDATE r SET id = kinwallet.request_relation(1, 9, 'sibling', 1);
UPDATE kinwallet_data.person SET region = '640300' WHERE person_id = 9;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.accept_relation(%s, 9)', id)), 'KW016 REL-07', 'EDGE-22: a move ends a request') FROM r;
UPDATE kinwallet_data.person SET region = '640200' WHERE person_id = 9;

/*
 * C4: consent given beforehand
 */
UPDATE kinwallet_data.person SET auto_accept = true WHERE person_id = 6;
UPDATE r SET id = kinwallet.request_relation(1, 6, 'sibling', 1);
SELECT is(pg_temp.state(id), 'a', 'C4: active at once') FROM r;
SELECT results_eq($$SELECT kind, by_person, reason FROM kinwallet_data.relation_event, r WHERE relation_id = id ORDER BY event_id$$,
	$$VALUES ('requested', 1::bigint, 'contributor'), ('accepted', 6, 'auto_accept')$$, 'C4: recorded as such');
SELECT pg_temp.clear(1, 6);
UPDATE r SET id = kinwallet.request_relation(1, 6, 'sibling', 6);
SELECT is(pg_temp.state(id), 'r', 'C4: says nothing of what the recipient asks for') FROM r;
SELECT kinwallet.withdraw_relation(id, 6) FROM r;

/*
 * REL-02, REL-06, QUO-02: dissolution
 */
UPDATE r SET id = pg_temp.make(1, 6, 'sibling');
SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 6, '700.00');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.dissolve_relation(%s, NULL)', id)), '22004', 'REL-02: voluntary is somebody''s will') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.dissolve_relation(%s, 4)', id)), 'KW022 REL-01', 'REL-02: a stranger''s will does not count') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.dissolve_relation(%s, 1, %L)', id, 'agency')), '22023', 'REL-07: a party is not the agency') FROM r;
SELECT is(pg_temp.attempt(format('SELECT kinwallet.dissolve_relation(%s, 1, %L)', id, 'death')), '22023', 'REL-07: reasons of events are not for callers') FROM r;
SELECT kinwallet.freeze_wallet(6, 'test');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.dissolve_relation(%s, 6)', id)), '700.00', 'REL-02: either side alone; EDGE-58: while suspended too') FROM r;
SELECT kinwallet.unfreeze_wallet(6, 'test');
SELECT is((SELECT available FROM kinwallet_data.wallet WHERE person_id = 1)::text, '5000.00', 'REL-06: the quota is back');
SELECT results_eq($$SELECT remaining::text, returned::text, state::text, causes::int FROM kinwallet_data.relation, r WHERE relation_id = id$$,
	$$VALUES ('0.00', '700.00', 'd', 0)$$, 'REL-06: and the relation is empty');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.dissolve_relation(%s, 6)', id)), 'KW016 REL-07', 'REL-07: dissolved is final') FROM r;
UPDATE r SET id = pg_temp.make(1, 6, 'sibling');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 6, %L)', '1')) ~ '^[0-9]+$', true, 'EDGE-12: a new relation takes transfers');
SELECT is((SELECT transfers FROM kinwallet_data.wallet WHERE person_id = 1)::int, 2, 'EDGE-21: a new relation does not reset the day''s count');
SELECT ok(pg_temp.counters_hold(), 'the wallets count the open relations');

/*
 * explain_transfer() and transfer() are two readings of one table: the first
 * rule that does not hold is the refusal, word for word.
 */
CREATE FUNCTION pg_temp.refusal(contributor bigint, recipient bigint, amount text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	PERFORM kinwallet.transfer(kinwallet.new_request_id(), contributor, recipient, amount::kinwallet.wallet_amount);
	RAISE EXCEPTION SQLSTATE 'TEST0' USING DETAIL = 'posted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN detail;
END
$$;
CREATE FUNCTION pg_temp.explained(contributor bigint, recipient bigint, amount text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce((SELECT detail FROM kinwallet.explain_transfer(contributor, recipient, amount::kinwallet.wallet_amount)
		WHERE NOT ok ORDER BY step LIMIT 1), 'posted')
$$;
CREATE FUNCTION pg_temp.same(contributor bigint, recipient bigint, amount text, expected text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT is(pg_temp.explained(contributor, recipient, amount), pg_temp.refusal(contributor, recipient, amount),
		expected || ': explained as refused')
	UNION ALL
	SELECT matches(pg_temp.explained(contributor, recipient, amount), expected, expected || ': for this reason')
$$;
SELECT pg_temp.same(1, 6, '2000.00', '^posted$');
SELECT pg_temp.same(1, 1, '1', 'EDGE-10');
SELECT pg_temp.same(98, 6, '1', 'no person 98 .TRF-03');
SELECT pg_temp.same(1, 98, '1', 'no person 98 .TRF-03');
SELECT pg_temp.same(11, 6, '1', 'wallet is closed .WAL-02');
SELECT pg_temp.same(1, 11, '1', 'wallet is closed .TRF-06');
SELECT pg_temp.same(4, 1, '1', 'resident scheme .ACT-01');
SELECT pg_temp.same(6, 1, '1', 'no open relation .* .REL-01');
SELECT pg_temp.same(1, 6, '0', '0.00 yuan.*EDGE-56');
SELECT pg_temp.same(1, 6, '-1', '-1.00 yuan.*EDGE-56');
SELECT pg_temp.same(1, 6, '2000.01', '2000.01 yuan.* 2000.00 yuan .TRF-05');
UPDATE kinwallet_data.policy SET transfer_min = '10', reserve = '4000' WHERE scope = 640000;
SELECT pg_temp.same(1, 6, '9.99', '9.99 yuan.* 10.00 yuan .EDGE-04');
SELECT pg_temp.same(1, 6, '999.00', '^posted$');
SELECT pg_temp.same(1, 6, '999.01', '4999.00 yuan, of which 4000.00 yuan must stay .TRF-09');
UPDATE kinwallet_data.policy SET transfer_min = '0.01', reserve = '0' WHERE scope = 640000;
UPDATE kinwallet_data.policy SET kinship = '{spouse}' WHERE scope = 640000;
SELECT pg_temp.same(1, 6, '1', 'policy 3 allows spouse .ACT-03');
UPDATE kinwallet_data.policy SET kinship = DEFAULT WHERE scope = 640000;
SELECT pg_temp.make(1, 2, 'spouse');
UPDATE kinwallet_data.policy SET cross_province = false WHERE scope = 640000;
SELECT pg_temp.same(1, 2, '1', 'does not allow aid across provinces; .*EDGE-30');
UPDATE kinwallet_data.policy SET cross_province = true WHERE scope = 640000;
SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '1');
SELECT pg_temp.same(1, 6, '1', '3 of at most 3 transfers on 2026-02-09 .TRF-04');
-- behind the wallet's counter: what was made on the day counts
SET LOCAL kinwallet.clock = '2026-02-10 00:00+08';
SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '1');
SET LOCAL kinwallet.clock = '2026-02-09 12:00+08';
SELECT pg_temp.same(1, 6, '1', '3 of at most 3 transfers on 2026-02-09 .TRF-04');
SET LOCAL kinwallet.clock = '2026-02-08 12:00+08';
SELECT pg_temp.same(1, 6, '1', '^posted$');
SET LOCAL kinwallet.clock = '2026-02-10 12:00+08';
-- EDGE-24: a refused transfer names the cause
SELECT kinwallet.freeze_wallet(6, 'test');
SELECT pg_temp.same(1, 6, '1', 'recipient''s wallet is frozen .TRF-06');
SELECT kinwallet.unfreeze_wallet(6, 'test');
SELECT kinwallet.freeze_wallet(1, 'test');
SELECT pg_temp.same(1, 6, '1', 'contributor''s wallet is frozen .WAL-02');
SELECT kinwallet.unfreeze_wallet(1, 'test');
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 6;
SELECT pg_temp.same(1, 6, '1', 'recipient''s insured status is paused .ACT-05');
SELECT is(detail, format('Relation %s is suspended: recipient paused (REL-01).', id), 'EDGE-24: and explain names it with the relation')
FROM r, kinwallet.explain_transfer(1, 6, '1') WHERE rule = 'REL-01';
UPDATE kinwallet_data.person SET status = 'normal' WHERE person_id = 6;
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 1;
SELECT pg_temp.same(1, 6, '1', 'contributor''s insured status is paused .ACT-05');
UPDATE kinwallet_data.person SET status = 'normal' WHERE person_id = 1;
SELECT pg_temp.same(1, 6, '1', '^posted$');
SELECT is((SELECT array_agg(step ORDER BY step) FROM kinwallet.explain_transfer(1, 98, '0')),
	(SELECT array_agg(g) FROM generate_series(1, 18) AS g), 'none skipped, whatever is unknown');
SELECT results_eq($$SELECT rule FROM kinwallet.explain_transfer(1, 98, '1') WHERE ok IS NULL$$,
	$$VALUES ('TRF-06'), ('ACT-05'), ('REL-01'), ('ACT-03'), ('EDGE-30')$$, 'what an unknown recipient leaves open');

-- a caller needs a duty and nothing else
CREATE ROLE kinwallet_test_clerk;
SELECT kinwallet.grant_role('kinwallet_test_clerk', 'agency', region::text) FROM kinwallet_data.person WHERE person_id = 6;
SET LOCAL ROLE kinwallet_test_clerk;
SELECT isnt(kinwallet.establish_relation(6, 1, 'sibling'), NULL, 'a role without privileges on tables makes a relation');
SELECT is(count(*), 17::bigint, 'and explains') FROM kinwallet.explain_transfer(6, 1, '1') WHERE ok;
SELECT is(current_user, 'kinwallet_test_clerk', 'and is itself afterwards');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
