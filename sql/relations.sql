-- Relations: request, accept, refuse, withdraw, establish, dissolve; explain_transfer.
SET kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();

-- a citizen id for a birth date: region code 640299, a sequence number, the check character
CREATE FUNCTION make_citizen_id(birth date, seq int) RETURNS kinwallet.citizen_id
LANGUAGE sql AS $$
	SELECT (body || substr('10X98765432', 1 + (SELECT sum(substr(body, i, 1)::int * (2 ^ (18 - i))::int)::int % 11
		FROM generate_series(1, 17) AS i), 1))::kinwallet.citizen_id
	FROM (SELECT '640299' || to_char(birth, 'YYYYMMDD') || to_char(seq, 'FM000')) AS t (body)
$$;

-- 1 and 2 are spouses in two provinces, 3 a child of eleven, 4 a parent of 1, 5 a sibling of 1; 6 to 9 are others
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, status, guardian, individual_account, credential)
SELECT id, make_citizen_id(birth, id), 'p' || id, region::kinwallet.region_code, scheme, status, guardian, individual_account, 'c' || id
FROM (VALUES
	(1, date '1980-05-01', '640200', 'employee', 'normal', NULL::bigint, true),
	(2, '1982-03-08', '370100', 'employee', 'normal', NULL, true),
	(3, '2014-09-01', '370100', 'resident', 'normal', 2, true),
	(4, '1955-01-15', '640100', 'resident', 'normal', NULL, true),
	(5, '1984-07-20', '320500', 'employee', 'normal', NULL, false),
	(6, '2010-02-03', '640200', 'employee', 'normal', NULL, true),
	(7, '1979-12-31', '370100', 'employee', 'normal', NULL, true),
	(8, '1978-11-11', '640200', 'employee', 'normal', NULL, true),
	(9, '1990-10-10', '640200', 'employee', 'normal', NULL, true)
) AS t (id, birth, region, scheme, status, guardian, individual_account);
-- 1 has money, 7 is paused, 8 has no wallet, 9 is frozen
SELECT kinwallet.open_wallet(person_id) FROM kinwallet_data.person WHERE person_id <> 8 ORDER BY person_id;
SELECT kinwallet.credit_account(kinwallet.new_request_id(), 1, '5000.00');
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 7;
SELECT kinwallet.freeze_wallet(9, 'test');

CREATE VIEW relations AS
SELECT relation_id - (SELECT min(relation_id) FROM kinwallet_data.relation) + 1 AS no, contributor, recipient, kinship, state, causes,
	kinwallet.business_date(active_since) AS active_since, contributor_region, recipient_region, remaining, returned
FROM kinwallet_data.relation ORDER BY relation_id;
CREATE VIEW events AS
SELECT relation_id - (SELECT min(relation_id) FROM kinwallet_data.relation) + 1 AS no,
	kinwallet.business_date(at) AS on, kind, by_person, reason, returned
FROM kinwallet_data.relation_event ORDER BY event_id;
CREATE VIEW counters AS
SELECT person_id, open_relations FROM kinwallet_data.wallet WHERE open_relations > 0 ORDER BY person_id;

-- request and accept
SELECT kinwallet.request_relation(1, 2, 'spouse', 1) AS r1 \gset
SELECT kinwallet.id_node(:r1), kinwallet.id_month(:r1);
SELECT * FROM relations;
SELECT * FROM counters;
SELECT kinwallet.accept_relation(:r1, 1);
SELECT kinwallet.accept_relation(:r1, 4);
SET kinwallet.clock = '2026-02-02 10:00+08';
SELECT kinwallet.accept_relation(:r1, 2);
SELECT kinwallet.accept_relation(:r1, 2);
SELECT * FROM relations;
SELECT * FROM events;
SELECT * FROM counters;

-- the rules, in the order in which they are reported
SELECT kinwallet.request_relation(NULL, 1, 'child', 1);
SELECT kinwallet.request_relation(1, NULL, 'child', 1);
SELECT kinwallet.request_relation(1, 2, NULL, 1);
SELECT kinwallet.request_relation(1, 2, 'child', NULL);
SELECT kinwallet.request_relation(99, 99, 'child', 1);
SELECT kinwallet.request_relation(99, 1, 'child', 4);
SELECT kinwallet.request_relation(1, 98, 'child', 4);
SELECT kinwallet.request_relation(8, 9, 'child', 4);
SELECT kinwallet.establish_relation(8, 7, 'sibling');
SELECT kinwallet.establish_relation(1, 8, 'sibling');
SELECT kinwallet.establish_relation(1, 9, 'sibling');
SELECT kinwallet.establish_relation(7, 1, 'sibling');
SELECT kinwallet.establish_relation(1, 7, 'sibling');
SELECT kinwallet.establish_relation(4, 1, 'child');
SELECT kinwallet.establish_relation(5, 1, 'sibling');
SELECT kinwallet.establish_relation(6, 1, 'parent');
SELECT kinwallet.establish_relation(1, 2, 'sibling');
SELECT kinwallet.establish_relation(2, 1, 'sibling');
SELECT kinwallet.establish_relation(5, 2, 'spouse');
UPDATE kinwallet_data.person SET individual_account = true WHERE person_id = 5;
SELECT kinwallet.establish_relation(5, 2, 'spouse');
SELECT kinwallet.establish_relation(1, 5, 'spouse');
SELECT kinwallet.establish_relation(1, 4, 'child');
SELECT kinwallet.establish_relation(1, 3, 'grandparent');
SELECT kinwallet.establish_relation(1, 4, '28');

-- limits that a province sets for itself
UPDATE kinwallet_data.policy SET relation_cap = 1, kinship = '{spouse,child}', cross_province = false WHERE scope = 640000;
SELECT kinwallet.establish_relation(1, 4, 'parent');
UPDATE kinwallet_data.policy SET relation_cap = 2 WHERE scope = 640000;
SELECT kinwallet.establish_relation(1, 4, 'parent');
SELECT kinwallet.establish_relation(1, 3, 'child');
SELECT kinwallet.establish_relation(2, 1, 'spouse');
UPDATE kinwallet_data.policy SET relation_cap = NULL, kinship = DEFAULT, cross_province = true WHERE scope = 640000;
SET kinwallet.clock = '2026-01-08 23:59:59+08';
SELECT kinwallet.establish_relation(1, 3, 'child');
SET kinwallet.clock = '2026-02-03 10:00+08';

-- both directions
SELECT kinwallet.establish_relation(2, 1, 'spouse') AS r2 \gset

-- consent: a guardian for who is under 14, and nobody else
SELECT kinwallet.request_relation(1, 3, 'child', 3);
SELECT kinwallet.request_relation(1, 3, 'child', 4);
SELECT kinwallet.request_relation(1, 3, 'child', 2) AS r3 \gset
SELECT kinwallet.accept_relation(:r3, 2);
SELECT kinwallet.accept_relation(:r3, 3);
SELECT kinwallet.refuse_relation(:r3, 2);
SELECT kinwallet.withdraw_relation(:r3, 1);
SELECT kinwallet.withdraw_relation(:r3, 2);
SELECT kinwallet.request_relation(2, 3, 'child', 2) AS r4 \gset
SELECT kinwallet.accept_relation(:r4, 2);

-- refuse; a request that has expired is over
SELECT kinwallet.request_relation(1, 4, 'parent', 1) AS r5 \gset
SELECT kinwallet.dissolve_relation(:r5, 1);
SELECT kinwallet.refuse_relation(:r5, 4);
SELECT kinwallet.request_relation(1, 4, 'parent', 4) AS r6 \gset
SET kinwallet.clock = '2026-02-10 10:00+08';
SELECT kinwallet.accept_relation(:r6, 1);
SELECT kinwallet.refuse_relation(:r6, 1);
SELECT kinwallet.withdraw_relation(:r6, 4);
SELECT kinwallet.dissolve_relation(:r6, 4);
SELECT kinwallet.establish_relation(1, 4, 'parent') AS r7 \gset
SELECT * FROM relations;
SELECT * FROM counters;

-- dissolve
SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '300.00') IS NOT NULL AS transferred;
SELECT kinwallet.dissolve_relation(:r1, NULL);
SELECT kinwallet.dissolve_relation(:r1, 1, NULL);
SELECT kinwallet.dissolve_relation(NULL, 1);
SELECT kinwallet.dissolve_relation(:r1, 1, 'divorce');
SELECT kinwallet.dissolve_relation(:r1, 1, 'agency');
SELECT kinwallet.dissolve_relation(:r1, 4);
SELECT kinwallet.dissolve_relation(:r1, 4, 'kinship_ended');
SELECT kinwallet.dissolve_relation(4711, 1);
SELECT kinwallet.dissolve_relation(:r1, 2);
SELECT kinwallet.dissolve_relation(:r1, 2);
SELECT kinwallet.dissolve_relation(:r2, 2);
SELECT kinwallet.dissolve_relation(:r4, NULL, 'agency');
SELECT kinwallet.dissolve_relation(:r7, NULL, 'kinship_ended');
SELECT available FROM kinwallet_data.wallet WHERE person_id = 1;
SELECT * FROM events WHERE kind <> 'established';
SELECT * FROM counters;

-- many at once, all or none
SELECT kinwallet.establish_relations('{1,2,1}', '{2,1}', '{spouse,spouse,parent}');
SELECT kinwallet.establish_relations('{1,NULL}', '{2,1}', '{spouse,spouse}');
SELECT kinwallet.establish_relations('{{1,2}}', '{2,1}', '{spouse,spouse}');
SELECT kinwallet.establish_relations(NULL, '{2,1}', '{spouse,spouse}');
SELECT kinwallet.establish_relations('{1,2,1,1}', '{2,1,4,4}', '{spouse,spouse,parent,parent}');
SELECT kinwallet.establish_relations('{2,1}', '{1,98}', '{spouse,parent}');
SELECT * FROM counters;
SELECT kinwallet.establish_relations('{}', '{}', '{}');
SELECT kinwallet.establish_relations('{2,1,1}', '{1,4,2}', '{spouse,parent,spouse}');
SELECT * FROM relations WHERE state = 'a';
SELECT * FROM counters;

-- explain_transfer: every rule
SELECT * FROM kinwallet.explain_transfer(1, 2, '2000.01');
SELECT step, rule, ok, detail FROM kinwallet.explain_transfer(1, 98, '0');
SELECT step, rule, ok, detail FROM kinwallet.explain_transfer(7, 9, '5') WHERE ok IS NOT true;
SELECT kinwallet.explain_transfer(NULL, 2, '1');
SELECT kinwallet.explain_transfer(1, NULL, '1');
SELECT kinwallet.explain_transfer(1, 2, NULL);

-- a search_path of somebody else's decides nothing
CREATE FUNCTION public.lies(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR public.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = public.lies);
\c -
SET kinwallet.clock = '2026-02-10 10:00+08';
SET search_path = public, pg_catalog;
SELECT count(*) FROM kinwallet.explain_transfer(1, 2, '1') WHERE ok;
SELECT kinwallet.dissolve_relation(relation_id, 1) FROM kinwallet_data.relation
WHERE state OPERATOR(pg_catalog.=) 'a' AND contributor OPERATOR(pg_catalog.=) 1 AND recipient OPERATOR(pg_catalog.=) 4;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA kinwallet_data CASCADE;
DROP FUNCTION make_citizen_id(date, int);
