-- What each duty may SELECT: which tables, which columns, which rows; and that nothing leaks around them.
BEGIN;
SELECT no_plan();
\ir include/spending.sql

CREATE FUNCTION pg_temp.role(duty text, scope text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	name text := 'regress_kinwallet_' || duty;
BEGIN
	EXECUTE format('CREATE ROLE %I', name);
	PERFORM kinwallet.grant_role(name, duty, scope);
END
$$;
SELECT pg_temp.role('participant_app', 'nation'), pg_temp.role('agency', '370100'), pg_temp.role('agency_reviewer', '640200'), pg_temp.role('provider_app', 'H37010000001'),
	pg_temp.role('province_clearing', '370000'), pg_temp.role('finance', '640000'), pg_temp.role('national_clearing', 'nation'), pg_temp.role('auditor', 'nation'),
	pg_temp.role('administrator', 'nation');
CREATE ROLE regress_kinwallet_nothing;
GRANT USAGE ON SCHEMA kinwallet, kinwallet_data TO regress_kinwallet_nothing;

-- money and facts: of 1 (640200) and 3 (320500) to 2 (370100), of 4 (370200) to 6 (370100)
SELECT pg_temp.relate(1, 2, 'parent'), pg_temp.relate(3, 2, 'parent'), pg_temp.relate(4, 6, 'sibling');
SELECT pg_temp.give(1, 2, '100'), pg_temp.give(3, 2, '200'), pg_temp.give(4, 6, '50');
SELECT relation_id AS relation FROM kinwallet_data.relation WHERE contributor = 1 \gset
SELECT pg_temp.hold(2, '10');
SELECT pg_temp.spend(2, '120') AS s2 \gset
SELECT pg_temp.spend(6, '20') AS s6 \gset
SELECT pg_temp.spend(2, '5', 'P37010000002', 'drug') AS p2 \gset
SELECT pg_temp.back(:s2, '30'), pg_temp.back(:p2, '1');
SELECT kinwallet.dissolve_relation(relation_id, 3) FROM kinwallet_data.relation WHERE contributor = 3;
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 8;
SELECT pg_temp.at('2026-02-21 10:00');
SELECT kinwallet.cut_off('2026-01-01'), kinwallet.split('2026-01-01');
SELECT count(kinwallet.confirm_month('2026-01-01', p)) FROM (SELECT p FROM kinwallet.unsigned_provinces('2026-01-01') AS p ORDER BY 1 OFFSET 0) AS o;
SELECT kinwallet.issue_notices('2026-01-01');

/*
 * Rows.  Of each table: what a role sees, and what it is to see by a condition that is written here and not there.
 */
CREATE FUNCTION pg_temp.seen(tab text, role text, person bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	key text := (SELECT attname FROM pg_attribute WHERE attrelid = ('kinwallet_data.' || tab)::regclass AND attnum = 1);
	result text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	IF person IS NOT NULL THEN
		PERFORM kinwallet.act_for(person);
	END IF;
	BEGIN
		EXECUTE format('SELECT count(*) || '' '' || coalesce(md5(string_agg(%I::text, '','' ORDER BY %1$I::text)), '''') FROM kinwallet_data.%I', key, tab) INTO result;
	EXCEPTION WHEN insufficient_privilege THEN
		result := 'no privilege';
	END;
	RESET ROLE;
	RETURN result;
END
$$;
CREATE FUNCTION pg_temp.there(tab text, condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	key text := (SELECT attname FROM pg_attribute WHERE attrelid = ('kinwallet_data.' || tab)::regclass AND attnum = 1);
	result text;
BEGIN
	IF condition IS NULL THEN
		RETURN 'no privilege';
	END IF;
	EXECUTE format('SELECT count(*) || '' '' || coalesce(md5(string_agg(%I::text, '','' ORDER BY %1$I::text)), '''') FROM kinwallet_data.%I AS t WHERE %s', key, tab, condition) INTO result;
	RETURN result;
END
$$;
-- columns: table; participant 1; participant 2; agency of 370100; reviewer of 640200; provider; province 370000; finance 640000; the centre; auditors
CREATE TEMP TABLE expected (tab text, p1 text, p2 text, agency text, reviewer text, provider text, province text, finance text, centre text, auditor text);
INSERT INTO expected VALUES
	('person', 'person_id = 1', 'person_id = 2', 'person_id IN (2, 5, 6, 7, 8)', 'person_id = 1', NULL, NULL, NULL, NULL, NULL),
	('wallet', 'person_id = 1', 'person_id = 2', 'person_id IN (2, 5, 6, 8)', 'person_id = 1', 'false', NULL, NULL, NULL, NULL),
	('wallet_profile', 'person_id = 1', 'person_id = 2', 'person_id IN (2, 5, 6, 8)', 'person_id = 1', NULL, NULL, NULL, NULL, NULL),
	('wallet_event', NULL, NULL, 'person_id IN (2, 5, 6, 8)', 'person_id = 1', NULL, NULL, NULL, NULL, NULL),
	('insurance_event', NULL, NULL, 'person_id IN (2, 5, 6, 7, 8)', 'person_id = 1', NULL, NULL, NULL, NULL, NULL),
	('relation', 'contributor = 1', 'recipient = 2', 'recipient IN (2, 6)', 'contributor = 1', NULL, NULL, NULL, NULL, NULL),
	('relation_event', 'relation_id = ANY (ARRAY(SELECT relation_id FROM kinwallet_data.relation WHERE contributor = 1))',
		'relation_id = ANY (ARRAY(SELECT relation_id FROM kinwallet_data.relation WHERE recipient = 2))', 'true',
		'relation_id = ANY (ARRAY(SELECT relation_id FROM kinwallet_data.relation WHERE contributor = 1))', NULL, NULL, NULL, NULL, NULL),
	('account_entry', 'person_id = 1', 'person_id = 2', 'person_id IN (5, 6)', 'person_id = 1', NULL, NULL, NULL, NULL, NULL),
	('transfer', 'contributor = 1', 'relation_id = ANY (ARRAY(SELECT relation_id FROM kinwallet_data.relation WHERE recipient = 2))', 'true', 'contributor = 1', NULL, NULL, NULL, NULL, NULL),
	('draw', 'contributor = 1', 'recipient = 2', 'true', 'contributor = 1', NULL, NULL, NULL, NULL, NULL),
	('return_', 'contributor = 1', 'relation_id = ANY (ARRAY(SELECT relation_id FROM kinwallet_data.relation WHERE recipient = 2))', 'true', 'contributor = 1', NULL, NULL, NULL, NULL, NULL),
	-- the contributor does not see what was bought
	('spending', 'recipient = 1', 'recipient = 2', 'recipient IN (2, 6)', 'recipient = 1', 'provider = ''H37010000001''', NULL, NULL, NULL, NULL),
	('refund', 'recipient = 1', 'recipient = 2', 'recipient IN (2, 6)', 'recipient = 1', format('spending_id IN (%s, %s)', :s2, :s6), NULL, NULL, NULL, NULL),
	('hold', 'recipient = 1', 'recipient = 2', 'recipient IN (2, 6)', 'recipient = 1', 'provider = ''H37010000001''', NULL, NULL, NULL, NULL),
	('hold_part', 'relation_id = ANY (ARRAY(SELECT relation_id FROM kinwallet_data.relation WHERE contributor = 1))', 'relation_id = ANY (ARRAY(SELECT relation_id FROM kinwallet_data.relation WHERE recipient = 2))', 'true',
		'relation_id = ANY (ARRAY(SELECT relation_id FROM kinwallet_data.relation WHERE contributor = 1))', NULL, NULL, NULL, NULL, NULL),
	('premium_paid', 'person_id = 1', 'person_id = 2', 'person_id IN (2, 6)', 'person_id = 1', NULL, NULL, NULL, NULL, NULL),
	('suspense', NULL, NULL, 'region::text = ''370100''', 'region::text = ''640200''', NULL, NULL, NULL, NULL, NULL),
	('clearing_pair', NULL, NULL, $$level = 'region' AND '370100' IN (payer::text, payee::text)$$, $$level = 'region' AND '640200' IN (payer::text, payee::text)$$, NULL,
		$$'37' IN (left(payer::text, 2), left(payee::text, 2))$$, $$'64' IN (left(payer::text, 2), left(payee::text, 2))$$, 'true', 'true'),
	('clearing_notice', NULL, NULL, NULL, NULL, NULL, $$left(addressee::text, 2) = '37'$$, $$left(addressee::text, 2) = '64'$$, 'true', 'true'),
	('clearing_month', NULL, NULL, NULL, NULL, NULL, 'true', 'true', 'true', 'true'),
	('clearing_step', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'true', 'true'),
	('clearing_withheld', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'true', 'true'),
	('prepayment_alarm', NULL, NULL, NULL, NULL, NULL, $$payer::text = '370000' OR payee::text = '370000'$$, $$payer::text = '640000' OR payee::text = '640000'$$, 'true', 'true'),
	('region', 'true', 'true', 'true', 'true', 'true', 'true', 'true', 'true', 'true'),
	('policy', 'true', 'true', 'true', 'true', 'true', 'true', 'true', 'true', 'true'),
	('role_duty', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('token_secret', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('proposal', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('audit', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('audit_setting', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TEMP TABLE cell AS
	SELECT tab, c.* FROM expected AS e, LATERAL (VALUES
		('participant_app', 1, p1), ('participant_app', 2, p2), ('agency', NULL, agency), ('agency_reviewer', NULL, reviewer), ('provider_app', NULL, provider),
		('province_clearing', NULL, province), ('finance', NULL, finance), ('national_clearing', NULL, centre), ('auditor', NULL, auditor)) AS c (duty, person, condition);
SELECT is(pg_temp.seen(tab, 'regress_kinwallet_' || duty, person), pg_temp.there(tab, condition),
	format('ROLE-01: %s of %s%s', tab, duty, ' ' || person)) FROM cell;
SELECT is(pg_temp.seen(tab, 'regress_kinwallet_nothing', NULL), 'no privilege', 'ROLE-01: ' || tab || ' of who has no duty') FROM expected;
SELECT is(pg_temp.seen(tab, 'regress_kinwallet_administrator', NULL), CASE WHEN tab IN ('region', 'policy') THEN pg_temp.there(tab, 'true') ELSE 'no privilege' END,
	'ROLE-01: ' || tab || ' of an administrator') FROM expected;
SELECT cmp_ok((SELECT count(*) FROM cell WHERE condition NOT IN ('true', 'false') AND pg_temp.there(tab, condition) !~ '^0 '
	AND split_part(pg_temp.there(tab, condition), ' ', 1)::int < (SELECT split_part(pg_temp.there(tab, 'true'), ' ', 1)::int)), '>', 30::bigint, 'where it says so there are rows, and others');
SELECT is_empty($$SELECT DISTINCT tab FROM kinwallet.readable_tables() WHERE tab NOT IN (SELECT e.tab FROM expected AS e)
	AND tab NOT IN ('provider', 'premium_standard', 'holiday', 'clearing_payment', 'clearing_deduction', 'clearing_alarm', 'prepayment', 'prepayment_event', 'prepayment_request', 'prepayment_setting')$$,
	'every table that somebody reads is tried');
SELECT is_empty($$SELECT relname FROM pg_class WHERE relnamespace = 'kinwallet_data'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND NOT relrowsecurity
	AND relname IN (SELECT tab FROM kinwallet.readable_tables())
	AND relname NOT IN ('region', 'policy', 'provider', 'premium_standard', 'holiday', 'clearing_month', 'prepayment_setting')$$, 'ROLE-01: row security is on wherever there is somebody''s row');

/*
 * Columns
 */
SELECT is((SELECT string_agg(a.attname, ' ' ORDER BY attnum) FROM pg_attribute AS a WHERE attrelid = 'kinwallet_data.person'::regclass AND attnum > 0
	AND has_column_privilege('regress_kinwallet_participant_app', attrelid, attnum, 'SELECT')), 'person_id name region scheme status guardian',
	'EDGE-96: neither number nor credential for an application');
SELECT is_empty($$SELECT r, c.oid::regclass FROM unnest('{agency,agency_reviewer,participant_app,provider_app,province_clearing,national_clearing,finance,auditor,administrator}'::text[]) AS r,
	pg_class AS c WHERE relnamespace = 'kinwallet_data'::regnamespace AND relkind IN ('r', 'p')
	AND has_any_column_privilege('regress_kinwallet_' || r, c.oid, 'INSERT, UPDATE, REFERENCES')
	AND (r, c.relname) NOT IN (SELECT duty, tab FROM kinwallet.writable_tables())$$, 'ROLE-03: nobody writes a table but parameters');
SELECT is_empty($$SELECT oid::regclass FROM (SELECT oid FROM pg_class WHERE relkind = 'S' AND relnamespace = 'kinwallet_data'::regnamespace OFFSET 0) AS s,
	unnest('{agency,agency_reviewer,participant_app,provider_app,province_clearing,national_clearing,finance,auditor,administrator}'::text[]) AS r
	WHERE has_sequence_privilege('regress_kinwallet_' || r, oid, 'USAGE, SELECT, UPDATE')$$, 'ROLE-03: nor draws from a sequence');
SELECT is_empty($$SELECT r, p.oid::regprocedure FROM pg_proc AS p,
	unnest('{agency,agency_reviewer,participant_app,provider_app,province_clearing,national_clearing,finance,auditor,administrator}'::text[]) AS r
	WHERE p.pronamespace = 'kinwallet'::regnamespace AND has_function_privilege('regress_kinwallet_' || r, p.oid, 'EXECUTE')
	AND NOT has_function_privilege('regress_kinwallet_nothing', p.oid, 'EXECUTE')
	AND (p.proname, r) NOT IN (SELECT function, duty FROM kinwallet.duty_matrix())$$, 'ROLE-01: a duty''s role has EXECUTE on what has a door for it, and on what everybody has');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc AS p WHERE p.pronamespace = 'kinwallet'::regnamespace AND p.prosecdef$$, 'no function is SECURITY DEFINER');
SELECT is_empty($$SELECT r, c.oid::regclass FROM unnest('{agency,agency_reviewer,participant_app,provider_app,province_clearing,national_clearing,finance,auditor,administrator}'::text[]) AS r,
	pg_class AS c WHERE relnamespace = 'kinwallet_data'::regnamespace AND relkind IN ('r', 'p')
	AND (has_table_privilege('regress_kinwallet_' || r, c.oid, 'DELETE, TRUNCATE, TRIGGER') OR relispartition AND has_any_column_privilege('regress_kinwallet_' || r, c.oid, 'SELECT'))$$,
	'ROLE-03: nor empties one, nor reads a partition past its parent''s policies');

SELECT is((SELECT concat_ws(' ', person_id, name, citizen_id, region, scheme, status) FROM kinwallet.person_record(1)), '1 p1 640299********0012 640200 employee normal',
	'EDGE-96: a record shows the number masked');
SELECT throws_ok('SELECT kinwallet.person_record(99)', 'KW017', NULL, 'no such record');
SET LOCAL ROLE regress_kinwallet_agency;
SELECT throws_ok('SELECT kinwallet.person_record(1)', '42501', NULL, 'ROLE-01: a record of another region');
SELECT is((kinwallet.person_record(2)).name, 'p2', 'ROLE-01: of the own');
RESET ROLE;

/*
 * Parameters: each duty tries each of them.  What passed is rolled back.
 */
CREATE FUNCTION pg_temp.writes(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	EXECUTE statement;
	GET DIAGNOSTICS n = ROW_COUNT;
	RAISE EXCEPTION USING ERRCODE = 'P0002';
EXCEPTION
	-- an overlap with another rule: it may be written
	WHEN no_data_found OR exclusion_violation THEN RETURN CASE n WHEN 0 THEN 'no row' ELSE 'written' END;
	WHEN insufficient_privilege THEN RETURN 'refused';
END
$$;
SELECT is(pg_temp.writes('regress_kinwallet_agency', format('SELECT kinwallet.dissolve_relation(%s, %s)', relation_id, who)), outcome,
	'ROLE-01: the agency of the recipient''s region ends a relation in the name of person ' || who)
FROM kinwallet_data.relation, (VALUES (1, 'refused'), (2, 'written'), (5, 'refused')) AS v (who, outcome) WHERE contributor = 1;
CREATE TEMP TABLE parameter (what text, duty text, statement text);
INSERT INTO parameter VALUES
	('a rule of the nation', 'national_clearing', $$INSERT INTO kinwallet_data.policy (scope, valid) VALUES (0, '[2027-01-01,)')$$),
	('the end of one', 'national_clearing', $$UPDATE kinwallet_data.policy SET valid = '[2026-01-09,2027-01-01)' WHERE scope = 0 AND upper_inf(valid)$$),
	('a rule of 370000', 'province_clearing', $$INSERT INTO kinwallet_data.policy (scope, valid) VALUES (370000, '[2026-03-01,)')$$),
	('a rule of 370100', 'province_clearing', $$INSERT INTO kinwallet_data.policy (scope, valid) VALUES (370100, '[2026-03-01,)')$$),
	('a rule of 640200', '-', $$INSERT INTO kinwallet_data.policy (scope, valid) VALUES (640200, '[2026-03-01,)')$$),
	('no rule', '-', 'DELETE FROM kinwallet_data.policy'),
	('a holiday', 'national_clearing', $$INSERT INTO kinwallet_data.holiday VALUES ('2029-10-01', false)$$),
	('a holiday that is over', '-', $$INSERT INTO kinwallet_data.holiday VALUES ('2019-10-01', false)$$),
	('the opening of a region', 'national_clearing', $$UPDATE kinwallet_data.region SET opened_on = '2026-05-01' WHERE region::text = '440100'$$),
	('its successor', 'national_clearing', $$UPDATE kinwallet_data.region SET successor = '440300' WHERE region::text = '440100'$$),
	('its name', '-', $$UPDATE kinwallet_data.region SET name = 'x'$$),
	('a new one', '-', $$INSERT INTO kinwallet_data.region VALUES ('449900', 'x')$$),
	('a premium of 370100', 'agency', $$INSERT INTO kinwallet_data.premium_standard VALUES ('370100', 'resident_medical', 2040, '400')$$),
	('a premium of 640200', '-', $$INSERT INTO kinwallet_data.premium_standard VALUES ('640200', 'resident_medical', 2040, '400')$$),
	('a provider', '-', 'UPDATE kinwallet_data.provider SET accepts_wallet = false'),
	('a duty', '-', $$INSERT INTO kinwallet_data.role_duty VALUES ('me', 'auditor', 'nation', 'me', now())$$),
	('a secret', '-', $$INSERT INTO kinwallet_data.token_secret (secret) VALUES (repeat('k', 32)::bytea)$$),
	('what is audited', '-', 'UPDATE kinwallet_data.audit_setting SET calls = false');
CREATE TEMP TABLE written AS SELECT p.*, d AS tried_by, pg_temp.writes('regress_kinwallet_' || d, statement) AS outcome FROM parameter AS p,
	unnest('{participant_app,agency,agency_reviewer,provider_app,province_clearing,national_clearing,finance,auditor,administrator,nothing}'::text[]) AS d;
SELECT is_empty($$SELECT what, tried_by, outcome FROM written WHERE (outcome = 'written') <> (duty = tried_by)$$,
	format('parameters, %s cells tried: each by the duty that keeps it, in its scope', (SELECT count(*) FROM written)));
SET LOCAL ROLE regress_kinwallet_province_clearing;
INSERT INTO kinwallet_data.policy (scope, valid, transfers_per_day) VALUES (370100, '[2026-03-01,2026-06-01)', 4);
SELECT throws_ok($$INSERT INTO kinwallet_data.policy (scope, valid) VALUES (370200, '[2026-02-21,)')$$, '42501', NULL, 'EDGE-94: no rule from today on');
SELECT throws_ok($$INSERT INTO kinwallet_data.policy (scope, valid) VALUES (370200, '(,)')$$, '42501', NULL, 'EDGE-94: nor one without a beginning');
SELECT lives_ok($$UPDATE kinwallet_data.policy SET transfers_per_day = 5 WHERE scope = 370100$$, 'a rule that has not begun is changed');
SELECT throws_ok($$UPDATE kinwallet_data.policy SET scope = 640200 WHERE scope = 370100$$, '42501', NULL, 'but not moved to another province');
SELECT throws_ok($$UPDATE kinwallet_data.policy SET valid = '[2026-02-01,)' WHERE scope = 370100$$, '42501', NULL, 'EDGE-94: nor into the past');
RESET ROLE;
SELECT pg_temp.at('2026-03-01 10:00');
SET LOCAL ROLE regress_kinwallet_province_clearing;
SELECT throws_ok($$UPDATE kinwallet_data.policy SET transfers_per_day = 6 WHERE scope = 370100$$, '42501', NULL, 'EDGE-94: once it is in force nothing of it changes');
SELECT throws_ok($$UPDATE kinwallet_data.policy SET valid = '[2026-02-28,2026-04-01)' WHERE scope = 370100$$, '42501', NULL, 'EDGE-94: its beginning stays');
SELECT throws_ok($$UPDATE kinwallet_data.policy SET valid = 'empty' WHERE scope = 370100$$, '42501', NULL, 'EDGE-94: it is not undone');
SELECT lives_ok($$UPDATE kinwallet_data.policy SET valid = '[2026-03-01,2026-03-02)' WHERE scope = 370100$$, 'it is ended tomorrow');
RESET ROLE;
SELECT is((SELECT string_agg(concat_ws(' ', function, duty, role, arguments->'old'->>'transfers_per_day', arguments->'new'->>'transfers_per_day', arguments->'new'->>'valid'), E'\n' ORDER BY audit_id)
	FROM kinwallet_data.audit WHERE function ~ 'policy' AND role = 'regress_kinwallet_province_clearing'),
	'INSERT policy province_clearing regress_kinwallet_province_clearing 4 [2026-03-01,2026-06-01)
UPDATE policy province_clearing regress_kinwallet_province_clearing 4 5 [2026-03-01,2026-06-01)
UPDATE policy province_clearing regress_kinwallet_province_clearing 5 5 [2026-03-01,2026-03-02)', 'each change is in the audit trail, before and after');
DELETE FROM kinwallet_data.policy WHERE scope = 370100;
SELECT is((SELECT concat_ws(' ', function, duty, arguments->'old'->>'scope', arguments->'new') FROM kinwallet_data.audit WHERE function ~ 'policy' ORDER BY audit_id DESC LIMIT 1),
	'DELETE policy owner 370100', 'the owner''s, too');
SELECT throws_ok($$INSERT INTO kinwallet_data.token_secret (secret) VALUES ('too short')$$, '23514', 'a secret for tokens takes an id and at least 32 bytes', 'a secret that is refused is not shown');
SELECT throws_ok($$INSERT INTO kinwallet_data.token_secret (secret_id, secret) VALUES (NULL, repeat('k', 32)::bytea)$$, '23514', NULL, 'nor one without an id');

-- an agency's feed
SELECT citizen_id AS number FROM kinwallet_data.person WHERE person_id = 1 \gset
GRANT INSERT, UPDATE, DELETE ON kinwallet_data.person TO regress_kinwallet_agency;
SET LOCAL ROLE regress_kinwallet_agency;
SELECT lives_ok($$INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
	VALUES (30, pg_temp.citizen('1990-01-01', 30), 'x', '370100', 'resident', 'c30')$$, 'ROLE-01: a feed writes persons of its region');
SELECT throws_ok($$INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
	VALUES (31, pg_temp.citizen('1990-01-01', 31), 'x', '640200', 'resident', 'c31')$$, '42501', NULL, 'ROLE-01: and of no other');
-- the number of somebody elsewhere is there already, which the feed is told; whose it is, it is not (the server hides the row)
CREATE FUNCTION pg_temp.detail(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE statement;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || detail;
END
$$;
SELECT is(pg_temp.detail(format($$INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
	VALUES (32, %L, 'x', '370100', 'resident', 'c32')$$, :'number')), '23505 ', 'EDGE-96: a number that exists elsewhere: no DETAIL');
SELECT is(pg_temp.detail($$INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
	VALUES (33, pg_temp.citizen('1990-01-01', 33), '', '370100', 'resident', 'c33')$$), '23514 ', 'EDGE-96: a row that is refused is not shown');
SELECT throws_ok($$COPY kinwallet_data.person (person_id) FROM '/dev/null'$$, '42501', NULL, 'a feed loads no file of the server');
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id IN (1, 30);
SELECT throws_ok($$UPDATE kinwallet_data.person SET region = '640200' WHERE person_id = 30$$, '42501', NULL, 'ROLE-01: a row is not moved out of sight');
SELECT ok(kinwallet.insurance_event('e30', 30, '2026-02-21', '640200'), 'ROLE-01: a person is, by an event');
DELETE FROM kinwallet_data.person;
RESET ROLE;
SELECT results_eq('SELECT status, region::text FROM kinwallet_data.person WHERE person_id IN (1, 30) ORDER BY person_id',
	$$VALUES ('normal', '640200'), ('paused', '640200')$$, 'ROLE-01: changes them, lets them move away, and removes nobody');
REVOKE INSERT, UPDATE, DELETE ON kinwallet_data.person FROM regress_kinwallet_agency;

/*
 * Around them
 */
CREATE ROLE regress_kinwallet_other_app;
SELECT kinwallet.grant_role('regress_kinwallet_other_app', 'participant_app', 'nation');
SET LOCAL ROLE regress_kinwallet_other_app;
SELECT is((SELECT count(*) FROM kinwallet_data.wallet), 0::bigint, 'ROLE-01: an application that acts for nobody sees nobody');
SELECT kinwallet.act_for(1);
CREATE FUNCTION pg_temp.peep(bigint) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE 'peeped at %', $1; RETURN true; END $$;
CREATE TEMP TABLE peeped (person bigint);
CREATE FUNCTION pg_temp.note(bigint) RETURNS boolean LANGUAGE sql VOLATILE COST 0.0000001 AS $$ INSERT INTO peeped VALUES ($1) RETURNING true $$;
SELECT is((SELECT count(*) FROM kinwallet_data.wallet WHERE pg_temp.note(person_id)), 1::bigint, 'a function with side effects in WHERE');
SELECT results_eq('SELECT person FROM peeped', 'VALUES (1::bigint)', 'is shown no other row');
SELECT lives_ok('SELECT 1 / (person_id - 2) FROM kinwallet_data.wallet', 'an error about a row that is not shown');
SELECT lives_ok('SELECT person_id FROM kinwallet_data.wallet WHERE 1 / (person_id - 2) < 100', 'nor in WHERE');
SELECT lives_ok('SELECT person_id FROM kinwallet_data.person WHERE length(repeat(name, (person_id = 2)::int * 2000000000)) >= 0', 'nor one about its size');
SELECT is((SELECT count(*) FROM pg_stats WHERE schemaname = 'kinwallet_data' AND tablename IN ('person', 'wallet', 'relation', 'account_entry')), 0::bigint, 'statistics say nothing of tables with row security');
SELECT throws_ok($$SELECT stavalues1 FROM pg_statistic$$, '42501', NULL, 'nor the catalog');
SELECT throws_ok($$INSERT INTO kinwallet_data.wallet (person_id) VALUES (2)$$, '42501', NULL, 'a unique violation is not provoked');
SELECT throws_ok($$SELECT citizen_id FROM kinwallet_data.person$$, '42501', NULL, 'EDGE-96: the number');
SELECT throws_ok($$SELECT person FROM kinwallet_data.person$$, '42501', NULL, 'EDGE-96: nor as a whole row');
SELECT throws_ok($$SELECT * FROM kinwallet_data.transfer_2026_01$$, '42501', NULL, 'a partition past its parent');
SET LOCAL row_security = off;
SELECT throws_ok($$SELECT * FROM kinwallet_data.wallet$$, '42501', NULL, 'row security is not switched off');
SET LOCAL row_security = on;
SELECT throws_ok($$SELECT secret FROM kinwallet_data.token_secret$$, '42501', NULL, 'secrets');
-- cursors: opened for one person, read for another or for nobody any more
DECLARE before_any CURSOR FOR SELECT person_id FROM kinwallet_data.wallet;
SELECT kinwallet.act_for(2);
SELECT results_eq('FETCH ALL FROM before_any', 'VALUES (2::bigint)', 'a cursor that nothing was read from shows the rows of whom its user acts for by then');
SELECT kinwallet.act_for(1);
CREATE TEMP VIEW wallets AS SELECT person_id FROM kinwallet_data.wallet;
SELECT results_eq('SELECT person_id FROM wallets', 'VALUES (1::bigint)', 'a view of one''s own');
SELECT throws_ok($$CREATE TRIGGER mine AFTER INSERT ON kinwallet_data.wallet FOR EACH ROW EXECUTE FUNCTION kinwallet.fact_guard()$$, '42501', NULL, 'a trigger on a table of the ledger');
SELECT throws_ok($$CREATE TRIGGER mine AFTER UPDATE ON peeped REFERENCING OLD TABLE AS old_person NEW TABLE AS new_person FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.person_changed()$$,
	'42501', NULL, 'a trigger function of the ledger''s on a table of one''s own');
PREPARE mine AS SELECT count(*) FROM kinwallet_data.wallet WHERE person_id IN (1, 2);
EXECUTE mine;
RESET ROLE;
SET LOCAL ROLE regress_kinwallet_agency;
SELECT is((SELECT string_agg(person_id::text, ' ' ORDER BY person_id) FROM kinwallet_data.wallet), '2 5 6 8', 'an officer does not inherit whom an application acted for');
SELECT is_empty($$SELECT * FROM kinwallet_data.wallet WHERE person_id = 1$$, 'nor sees who lives elsewhere by name');
RESET ROLE;
-- a binding lasts no longer than the duty that made it, whatever else the role has
CREATE ROLE regress_kinwallet_two;
SELECT kinwallet.grant_role('regress_kinwallet_two', 'participant_app', '640200'), kinwallet.grant_role('regress_kinwallet_two', 'participant_app', '370100');
SET LOCAL ROLE regress_kinwallet_two;
SELECT kinwallet.act_for(1);
SELECT is((SELECT count(*) FROM kinwallet.wallet(1)) + (SELECT count(*) FROM kinwallet_data.wallet), 2::bigint, 'bound by the one duty of two');
RESET ROLE;
SELECT kinwallet.revoke_role('regress_kinwallet_two', 'participant_app', '640200');
SET LOCAL ROLE regress_kinwallet_two;
SELECT throws_ok('SELECT * FROM kinwallet.wallet(1)', '42501', NULL, 'ROLE-01: which was taken away: the other one does not do for it');
SELECT throws_ok(format('SELECT kinwallet.dissolve_relation(%s, 1)', :relation), '42501', NULL, 'ROLE-01: nor for a relation');
SELECT is((SELECT count(*) FROM kinwallet_data.wallet), 0::bigint, 'ROLE-01: nor for row security');
SELECT ok(kinwallet.acting_person() IS NULL, 'acting_person: nobody');
RESET ROLE;
SELECT kinwallet.revoke_role('regress_kinwallet_agency', 'agency', '370100');
SELECT is(pg_temp.seen(tab, 'regress_kinwallet_agency', NULL), 'no privilege', 'ROLE-01: ' || tab || ' of who had a duty') FROM expected;
SELECT kinwallet.grant_role('regress_kinwallet_agency', 'agency', '640200');
SELECT is(pg_temp.seen('wallet', 'regress_kinwallet_agency', NULL), pg_temp.there('wallet', 'person_id = 1'), 'ROLE-01: and has it elsewhere');
SELECT * FROM finish();
ROLLBACK;
