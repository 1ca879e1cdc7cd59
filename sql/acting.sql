-- act_for(): for whom a transaction acts, how long, and who proves it.
\set SHOW_CONTEXT never
\set original :DBNAME
CREATE DATABASE regress_kinwallet_acting TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_acting
SET client_min_messages = warning;
CREATE EXTENSION kinwallet;
SET kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, guardian, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', NULL, 'c1'),
	(2, '370199195206060054', 'B', '370100', 'resident', NULL, 'c2'),
	-- 10 years old, and 16
	(3, '640299201503121019', 'C', '640200', 'resident', 1, 'c3'),
	(4, '640299201003121012', 'D', '640200', 'resident', 1, 'c4'),
	-- grown up, with a guardian still written
	(5, '640299200003121018', 'E', '640200', 'resident', 1, 'c5');
SELECT count(kinwallet.open_wallet(person_id)) FROM kinwallet_data.person;
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '1000.00');
SELECT kinwallet.establish_relation(1, 2, 'parent') AS relation, kinwallet.establish_relation(1, 3, 'child') AS ward_relation \gset
CREATE ROLE regress_kinwallet_app;
CREATE ROLE regress_kinwallet_other_app;
CREATE ROLE regress_kinwallet_web;
CREATE ROLE regress_kinwallet_region_app;
SELECT kinwallet.grant_role('regress_kinwallet_app', 'participant_app', 'nation'), kinwallet.grant_role('regress_kinwallet_other_app', 'participant_app', 'nation'),
	kinwallet.grant_role('regress_kinwallet_region_app', 'participant_app', '370000');

-- ROLE-01: nobody is bound at first, and only participant_app binds
SET ROLE regress_kinwallet_web;
SELECT kinwallet.acting_person();
SELECT kinwallet.act_for(1);
SET ROLE regress_kinwallet_app;
SELECT kinwallet.acting_person();
SELECT own_available FROM kinwallet.wallet(1);

-- until the transaction ends, by commit, by rollback, by an error
BEGIN;
SELECT kinwallet.act_for(1);
SELECT kinwallet.acting_person(), kinwallet.acting_operator();
SELECT own_available FROM kinwallet.wallet(1);
SELECT own_available FROM kinwallet.wallet(2);
ROLLBACK;
SELECT kinwallet.acting_person();
BEGIN;
SELECT kinwallet.act_for(1);
SELECT kinwallet.transfer(kinwallet.request_id_of('t1'), 1, 2, '10.00') > 0;
COMMIT;
SELECT kinwallet.acting_person();
SELECT kinwallet.transfer(kinwallet.request_id_of('t2'), 1, 2, '10.00') > 0;
SELECT kinwallet.act_for(1), kinwallet.acting_person(), 1 / 0;
SELECT kinwallet.acting_person();
-- one statement is a transaction
SELECT kinwallet.act_for(1), kinwallet.acting_person();
SELECT kinwallet.acting_person();

-- as contributor only, and as who acts only
BEGIN;
SELECT kinwallet.act_for(2);
SAVEPOINT s;
SELECT kinwallet.transfer(kinwallet.request_id_of('t3'), 1, 2, '10.00');
ROLLBACK TO s;
SELECT kinwallet.dissolve_relation(:relation, 1);
ROLLBACK TO s;
-- not 2's relation
SELECT kinwallet.dissolve_relation(:ward_relation, 2);
ROLLBACK TO s;
SELECT kinwallet.dissolve_relation(:relation, NULL, 'agency');
ROLLBACK TO s;
SELECT kinwallet.request_relation(1, 2, 'parent', 1);
ROLLBACK TO s;
SELECT kinwallet.dissolve_relation(:relation, 2);
ROLLBACK;

-- savepoints: as SET LOCAL.  ROLLBACK TO brings back who was bound, RELEASE keeps
BEGIN;
SELECT kinwallet.act_for(1);
SAVEPOINT a;
SELECT kinwallet.act_for(2);
SAVEPOINT b;
SELECT kinwallet.act_for(5);
RELEASE SAVEPOINT b;
SELECT kinwallet.acting_person();
ROLLBACK TO SAVEPOINT a;
SELECT kinwallet.acting_person();
SAVEPOINT c;
SELECT kinwallet.act_for(2);
RELEASE SAVEPOINT c;
SELECT kinwallet.acting_person();
ROLLBACK TO SAVEPOINT a;
SELECT kinwallet.acting_person();
COMMIT;
SELECT kinwallet.acting_person();

-- prepared statements ask each time
PREPARE look AS SELECT own_available FROM kinwallet.wallet(1);
BEGIN;
SELECT kinwallet.act_for(1);
EXECUTE look;
COMMIT;
EXECUTE look;
DEALLOCATE look;

-- another role's binding is not mine
BEGIN;
SELECT kinwallet.act_for(1);
SET LOCAL ROLE regress_kinwallet_other_app;
SELECT kinwallet.acting_person();
SAVEPOINT s;
SELECT own_available FROM kinwallet.wallet(1);
ROLLBACK TO s;
SET LOCAL ROLE regress_kinwallet_app;
SELECT own_available FROM kinwallet.wallet(1);
COMMIT;

-- a wrapper of the application's role acts with its duty, and its caller has none of it afterwards
RESET ROLE;
GRANT CREATE ON SCHEMA public TO regress_kinwallet_app;
SET ROLE regress_kinwallet_app;
CREATE FUNCTION my_money(person bigint) RETURNS kinwallet.wallet_amount LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM kinwallet.act_for(person);
	RETURN (kinwallet.wallet(person)).own_available;
END
$$;
SET ROLE regress_kinwallet_web;
BEGIN;
SELECT my_money(1);
SELECT kinwallet.acting_person();
SELECT own_available FROM kinwallet.wallet(1);
ROLLBACK;
-- a member of the role has its duties, by inheritance
RESET ROLE;
GRANT regress_kinwallet_app TO regress_kinwallet_web;
SET ROLE regress_kinwallet_web;
SELECT kinwallet.act_for(1), (kinwallet.wallet(1)).own_available;
RESET ROLE;
REVOKE regress_kinwallet_app FROM regress_kinwallet_web;
SET ROLE regress_kinwallet_web;
SELECT kinwallet.act_for(1);
RESET ROLE;

-- parallel workers have no binding, so nothing that asks runs in one
SET ROLE regress_kinwallet_app;
BEGIN;
SELECT name AS parallel FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query') \gset
SET LOCAL :parallel = on;
SELECT kinwallet.act_for(1);
SELECT kinwallet.acting_person(), (SELECT own_available FROM kinwallet.wallet(1));
COMMIT;

-- scope: who is elsewhere is refused as who does not exist
SET ROLE regress_kinwallet_region_app;
SELECT kinwallet.act_for(2), kinwallet.acting_person();
SELECT kinwallet.act_for(1);
SELECT kinwallet.act_for(99);
SELECT kinwallet.act_for(NULL);

-- EDGE-18: the guardian for a ward, until 18; under 14 nobody else
SET ROLE regress_kinwallet_app;
SELECT kinwallet.act_for(3);
SELECT kinwallet.act_for(3, NULL, 2);
SELECT kinwallet.act_for(3, NULL, 1), kinwallet.acting_person(), kinwallet.acting_operator();
SELECT kinwallet.act_for(4), kinwallet.acting_person(), kinwallet.acting_operator();
SELECT kinwallet.act_for(4, operated_by => 1), kinwallet.acting_person(), kinwallet.acting_operator();
SELECT kinwallet.act_for(5, operated_by => 1);
-- the ward's wallet, and the ward's relations as the guardian
SELECT kinwallet.act_for(3, operated_by => 1), (kinwallet.wallet(3)).status;
SELECT kinwallet.act_for(3, operated_by => 1), (kinwallet.wallet(1)).status;
BEGIN;
SELECT kinwallet.act_for(3, operated_by => 1);
SELECT kinwallet.dissolve_relation(:ward_relation, 1);
ROLLBACK;

-- ROLE-05: a site that has set a secret asks for a token
SELECT kinwallet.act_for(1, '1.0000000000000000000000000000000000000000000000000000000000000000');
SELECT kinwallet.make_token(1);
TABLE kinwallet_data.token_secret;
RESET ROLE;
SELECT kinwallet.make_token(1);
INSERT INTO kinwallet_data.token_secret (secret) VALUES ('too short');
INSERT INTO kinwallet_data.token_secret (secret) VALUES (repeat('k', 32)::bytea);
SELECT kinwallet.make_token(1, '0 s');
SELECT kinwallet.make_token(1) AS token, kinwallet.make_token(1, '1 s') AS short, kinwallet.make_token(2) AS foreign \gset
-- what a login service of the site computes: HMAC-SHA-256 over "kinwallet <person> <expiry>"
SELECT :'token' = '1769911800.91a52caa82ed5191e2dea0be49bd9b702b344fbe0cd3372289338a16781122c3' AS same;
SET ROLE regress_kinwallet_app;
SELECT kinwallet.act_for(1);
SELECT kinwallet.act_for(1, ''), kinwallet.acting_person();
SELECT kinwallet.act_for(1, :'foreign');
SELECT kinwallet.act_for(1, :'token' || '0');
SELECT kinwallet.act_for(1, overlay(:'token' placing 'g' from length(:'token')));
SELECT kinwallet.act_for(1, regexp_replace(:'token', '^.', '2'));
SELECT kinwallet.act_for(1, :'token'), kinwallet.acting_person();
-- of a ward: the guardian's
SELECT kinwallet.act_for(3, :'token', 1), kinwallet.acting_person();
SELECT kinwallet.act_for(3, :'foreign', 1);
-- a new secret besides the old one; then without it
RESET ROLE;
INSERT INTO kinwallet_data.token_secret (secret) VALUES (repeat('n', 32)::bytea);
SELECT kinwallet.make_token(1) <> :'token' AS another;
SET ROLE regress_kinwallet_app;
SELECT kinwallet.act_for(1, :'token'), kinwallet.acting_person();
RESET ROLE;
DELETE FROM kinwallet_data.token_secret WHERE secret_id = (SELECT min(secret_id) FROM kinwallet_data.token_secret);
SET ROLE regress_kinwallet_app;
SELECT kinwallet.act_for(1, :'token');
-- at the second of its expiry it is over
RESET ROLE;
SELECT kinwallet.make_token(1, '1 s') AS short \gset
SET kinwallet.clock = '2026-02-01 10:00:00.999+08';
SELECT kinwallet.act_for(1, :'short'), kinwallet.acting_person();
SET kinwallet.clock = '2026-02-01 10:00:01+08';
SELECT kinwallet.act_for(1, :'short');

-- grant_role() and revoke_role(): EXECUTE comes and goes, what another duty needs stays
CREATE VIEW granted AS SELECT proname FROM pg_proc WHERE pronamespace = 'kinwallet'::regnamespace AND has_function_privilege('regress_kinwallet_web', oid, 'EXECUTE')
	AND NOT has_function_privilege('public', oid, 'EXECUTE');
SELECT kinwallet.grant_role('regress_kinwallet_web', 'finance', '640000'), kinwallet.grant_role('regress_kinwallet_web', 'province_clearing', '640000');
SELECT string_agg(DISTINCT proname, ' ' ORDER BY proname) FROM granted;
SELECT kinwallet.revoke_role('regress_kinwallet_web', 'province_clearing', '640000');
SELECT string_agg(DISTINCT proname, ' ' ORDER BY proname) FROM granted;
SELECT kinwallet.revoke_role('regress_kinwallet_web', 'finance', '640000');
SELECT string_agg(DISTINCT proname, ' ' ORDER BY proname) FROM granted;
SELECT kinwallet.revoke_role('regress_kinwallet_web', 'finance', '640000');
SELECT kinwallet.grant_role('regress_kinwallet_web', 'king', 'nation');
SELECT kinwallet.grant_role('regress_kinwallet_web', 'agency', '640000');
SELECT kinwallet.grant_role('regress_kinwallet_web', 'agency', 'H64020000008');
SELECT kinwallet.grant_role('regress_kinwallet_web', 'provider_app', 'H64020000008');
SELECT kinwallet.grant_role('regress_kinwallet_web', 'finance', 'nation');
SELECT kinwallet.grant_role('regress_kinwallet_web', 'participant_app', '990000');
SELECT kinwallet.grant_role('regress_kinwallet_gone', 'auditor', 'nation');
SELECT kinwallet.grant_role('regress_kinwallet_web', NULL, 'nation');
-- who may grant: an administrator, nobody else
SELECT kinwallet.grant_role('regress_kinwallet_web', 'administrator', 'nation');
SET ROLE regress_kinwallet_web;
SELECT kinwallet.grant_role('regress_kinwallet_web', 'auditor', '640000');
SELECT * FROM kinwallet.my_duties() ORDER BY duty;
TABLE kinwallet_data.role_duty;
INSERT INTO kinwallet_data.role_duty VALUES ('regress_kinwallet_web', 'auditor', 'nation', 'me', now());
SET ROLE regress_kinwallet_app;
SELECT kinwallet.grant_role('regress_kinwallet_app', 'auditor', 'nation');
RESET ROLE;
-- a role that has duties is not dropped by accident
\set VERBOSITY terse
DROP ROLE regress_kinwallet_web;

\c :original
DROP DATABASE regress_kinwallet_acting;
DROP ROLE regress_kinwallet_app, regress_kinwallet_other_app, regress_kinwallet_web, regress_kinwallet_region_app;
