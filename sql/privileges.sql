-- Who may do what, before and after a site grants something.
\set SHOW_CONTEXT never
\set original :DBNAME
CREATE DATABASE regress_kinwallet_privileges TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_privileges
CREATE EXTENSION kinwallet;
SET client_min_messages = warning;
SET kinwallet.clock = '2026-02-01 10:00+08';
CREATE ROLE regress_kinwallet_nobody;
CREATE ROLE regress_kinwallet_app;
CREATE ROLE regress_kinwallet_owner;

-- what everybody may call: types and pure helpers.  A new name here needs a reason.
SELECT DISTINCT proname COLLATE "C" AS name FROM pg_proc
WHERE pronamespace = 'kinwallet'::regnamespace AND provolatile <> 'i' AND prokind = 'f' AND has_function_privilege('regress_kinwallet_nobody', oid, 'EXECUTE')
ORDER BY name;
SELECT count(*) FROM pg_proc WHERE pronamespace = 'kinwallet'::regnamespace AND prosecdef AND NOT 'search_path=pg_catalog, pg_temp' = ANY (proconfig);
SELECT has_schema_privilege('regress_kinwallet_nobody', 'kinwallet', 'USAGE') AS usage, has_schema_privilege('regress_kinwallet_nobody', 'kinwallet', 'CREATE') AS "create";

-- a ledger whose owner is no superuser
SELECT format('GRANT CREATE ON DATABASE %I TO regress_kinwallet_owner', current_database()) \gexec
SET ROLE regress_kinwallet_owner;
SELECT kinwallet.create_ledger();
RESET ROLE;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA kinwallet TO regress_kinwallet_owner;
SET ROLE regress_kinwallet_owner;
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'c1'),
	(2, '370199195206060054', 'B', '370100', 'resident', 'c2');
SELECT kinwallet.open_wallet(1), kinwallet.open_wallet(2);
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '1000.00');
SELECT kinwallet.establish_relation(1, 2, 'parent') > 0;
RESET ROLE;
-- partitions belong to the owner, whoever makes them
SELECT kinwallet.ensure_partitions('2027-06-01');
SELECT count(*) FROM pg_class WHERE relnamespace = 'kinwallet_data'::regnamespace AND relowner <> 'regress_kinwallet_owner'::regrole;

-- an unprivileged role has the types, and nothing else
GRANT CREATE ON SCHEMA public TO regress_kinwallet_nobody;
SET ROLE regress_kinwallet_nobody;
SELECT '1.00'::kinwallet.wallet_amount OPERATOR(kinwallet.+) '2.00', kinwallet.sum(a::kinwallet.wallet_amount) FROM unnest('{1.00,2.00}'::text[]) AS a;
SELECT '配偶'::kinwallet.kinship_relation, kinwallet.province('640200'), kinwallet.mask('640299198003121018');
SELECT substr(kinwallet.new_request_id()::text, 15, 1), kinwallet.business_date();
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
SELECT kinwallet.open_wallet(1);
SELECT * FROM kinwallet.wallet(1);
SELECT * FROM kinwallet.history(1);
SELECT kinwallet.create_ledger();
SELECT * FROM kinwallet.sweep();
SELECT * FROM kinwallet_data.person;
SELECT nextval('kinwallet_data.fact_id');
-- a table that looks like the person table is no way to the relations
CREATE TABLE person (LIKE pg_class);
CREATE TRIGGER t AFTER UPDATE ON person REFERENCING OLD TABLE AS old_person NEW TABLE AS new_person FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.person_changed();
DROP TABLE person;
RESET ROLE;

-- EXECUTE is not enough (ROLE-01)
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA kinwallet TO regress_kinwallet_app;
SET ROLE regress_kinwallet_app;
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
SELECT * FROM kinwallet.wallet(1);
-- nor does it open what stands behind the doors
\set VERBOSITY sqlstate
SELECT * FROM kinwallet.wallet_unchecked(1);
SELECT kinwallet.grant_role_unchecked('regress_kinwallet_app', 'administrator', 'nation');
\set VERBOSITY default
RESET ROLE;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA kinwallet FROM regress_kinwallet_app;

-- a duty is all it takes
SELECT kinwallet.grant_role('regress_kinwallet_app', 'participant_app', 'nation'), kinwallet.grant_role('regress_kinwallet_app', 'agency', '640200');
SET ROLE regress_kinwallet_app;
BEGIN;
SELECT kinwallet.act_for(1);
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00') > 0;
SELECT ordinal, sqlstate FROM kinwallet.transfer_batch(ARRAY[gen_random_uuid()], '{1}', '{2}', '{1.00}');
COMMIT;
SELECT kinwallet.act_for(1), kinwallet.transfer(gen_random_uuid(), 1, 2, '2000.01');
SELECT current_user;
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '1.00');
SELECT own_available FROM kinwallet.wallet(1);
SELECT * FROM kinwallet.history(2);
SELECT * FROM kinwallet_data.wallet;
RESET ROLE;

-- the same where something of the owner's is attached: the triggers act as the owner
SET ROLE regress_kinwallet_owner;
CREATE TABLE kinwallet_data.log (at timestamptz DEFAULT now(), who name DEFAULT current_user);
CREATE FUNCTION kinwallet_data.log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO kinwallet_data.log DEFAULT VALUES; RETURN NULL; END $$;
CREATE TRIGGER log AFTER UPDATE ON kinwallet_data.wallet FOR EACH ROW EXECUTE FUNCTION kinwallet_data.log();
CREATE TRIGGER log AFTER INSERT ON kinwallet_data.transfer FOR EACH STATEMENT EXECUTE FUNCTION kinwallet_data.log();
SET ROLE regress_kinwallet_app;
BEGIN;
SELECT kinwallet.act_for(1);
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00') > 0;
COMMIT;
SELECT current_user;
RESET ROLE;
SELECT who FROM kinwallet_data.log;
-- what the owner attaches to the duties runs as the owner, though the privileges are granted by a superuser
SET ROLE regress_kinwallet_owner;
CREATE TRIGGER log AFTER INSERT OR DELETE ON kinwallet_data.role_duty FOR EACH ROW EXECUTE FUNCTION kinwallet_data.log();
RESET ROLE;
TRUNCATE kinwallet_data.log;
SELECT kinwallet.grant_role('regress_kinwallet_nobody', 'administrator', 'nation');
SET ROLE regress_kinwallet_nobody;
SELECT kinwallet.grant_role('regress_kinwallet_app', 'auditor', 'nation');
SELECT kinwallet.revoke_role('regress_kinwallet_app', 'auditor', 'nation');
-- an administrator makes partitions, and sees nothing of the business
SELECT kinwallet.ensure_partitions('2027-07-01');
SELECT * FROM kinwallet.wallet(1);
RESET ROLE;
SELECT kinwallet.revoke_role('regress_kinwallet_nobody', 'administrator', 'nation');
SELECT who FROM kinwallet_data.log;
SELECT count(*) FROM pg_class WHERE relnamespace = 'kinwallet_data'::regnamespace AND relowner <> 'regress_kinwallet_owner'::regrole;

-- a hostile search_path decides nothing, though the functions act as the owner
CREATE SCHEMA hostile;
GRANT USAGE ON SCHEMA hostile TO regress_kinwallet_app;
CREATE FUNCTION hostile.boom() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'reached as %', current_user; END $$;
CREATE FUNCTION hostile.eq(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT hostile.boom(); SELECT true';
CREATE FUNCTION hostile.eq(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT hostile.boom(); SELECT true';
CREATE FUNCTION hostile.eq(date, date) RETURNS boolean LANGUAGE sql AS 'SELECT hostile.boom(); SELECT true';
CREATE FUNCTION hostile.eq("char", "char") RETURNS boolean LANGUAGE sql AS 'SELECT hostile.boom(); SELECT true';
CREATE FUNCTION hostile.eq(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT hostile.boom(); SELECT true';
CREATE FUNCTION hostile.eq(kinwallet.wallet_amount, kinwallet.wallet_amount) RETURNS boolean LANGUAGE sql AS 'SELECT hostile.boom(); SELECT true';
CREATE FUNCTION hostile.add(bigint, bigint) RETURNS bigint LANGUAGE sql AS 'SELECT hostile.boom(); SELECT 1::bigint';
CREATE FUNCTION hostile.add(date, int) RETURNS date LANGUAGE sql AS 'SELECT hostile.boom(); SELECT $1';
CREATE FUNCTION hostile.add(kinwallet.wallet_amount, kinwallet.wallet_amount) RETURNS kinwallet.wallet_amount LANGUAGE sql AS 'SELECT hostile.boom(); SELECT $1';
DO $$
DECLARE
	op text;
	arg text;
BEGIN
	FOREACH op IN ARRAY '{=,<>,<,>,<=,>=,-}'::text[] LOOP
		FOREACH arg IN ARRAY ARRAY['bigint', 'text', 'date', '"char"', 'uuid', 'kinwallet.wallet_amount'] LOOP
			EXECUTE format('CREATE OPERATOR hostile.%s (FUNCTION = hostile.eq, LEFTARG = %s, RIGHTARG = %2$s)', op, arg);
		END LOOP;
	END LOOP;
END
$$;
CREATE OPERATOR hostile.+ (FUNCTION = hostile.add, LEFTARG = bigint, RIGHTARG = bigint);
CREATE OPERATOR hostile.+ (FUNCTION = hostile.add, LEFTARG = date, RIGHTARG = int);
CREATE OPERATOR hostile.+ (FUNCTION = hostile.add, LEFTARG = kinwallet.wallet_amount, RIGHTARG = kinwallet.wallet_amount);
CREATE FUNCTION hostile.lower(text) RETURNS text LANGUAGE sql AS 'SELECT hostile.boom(); SELECT $1';
CREATE FUNCTION hostile.lower(daterange) RETURNS date LANGUAGE sql AS 'SELECT hostile.boom(); SELECT NULL::date';
CREATE FUNCTION hostile.upper(daterange) RETURNS date LANGUAGE sql AS 'SELECT hostile.boom(); SELECT NULL::date';
CREATE FUNCTION hostile.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT hostile.boom(); SELECT NULL::timestamptz';
CREATE FUNCTION hostile.unnest(bigint[]) RETURNS SETOF bigint LANGUAGE sql AS 'SELECT hostile.boom(); SELECT 1::bigint';
CREATE TABLE hostile.person (LIKE kinwallet_data.person);
CREATE TABLE hostile.wallet (LIKE kinwallet_data.wallet);
-- who has the privileges of the ledger's owner passes every door
GRANT regress_kinwallet_owner TO regress_kinwallet_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA kinwallet TO regress_kinwallet_app;
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(3, '320599195501010044', 'C', '320500', 'employee', 'c3'), (4, '650199197509090070', 'D', '650100', 'employee', 'c4');
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
GRANT UPDATE ON kinwallet_data.person TO regress_kinwallet_app;
-- once in a session whose plans are all to be made, by every function
CREATE FUNCTION everything(c bigint, month date) RETURNS SETOF text LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
	relation pg_catalog.int8;
	spent pg_catalog.int8;
BEGIN
	PERFORM kinwallet.open_wallet(c);
	PERFORM kinwallet.credit_account(pg_catalog.gen_random_uuid(), c, '100.00');
	PERFORM kinwallet.credit_accounts(ARRAY[pg_catalog.gen_random_uuid()], ARRAY[c], '{100.00}');
	relation := kinwallet.request_relation(c, 2, 'parent', c);
	PERFORM kinwallet.withdraw_relation(relation, c);
	relation := kinwallet.request_relation(c, 2, 'parent', 2);
	PERFORM kinwallet.refuse_relation(relation, c);
	relation := kinwallet.request_relation(c, 2, 'parent', c);
	PERFORM kinwallet.accept_relation(relation, 2);
	PERFORM kinwallet.transfer(pg_catalog.gen_random_uuid(), c, 2, '10.00');
	PERFORM kinwallet.transfer_application(pg_catalog.gen_random_uuid(), c, 'B', '370199195206060054', '370100', '10.00', 'v');
	PERFORM kinwallet.transfer_batch(ARRAY[pg_catalog.gen_random_uuid()], ARRAY[c], '{2}', '{10.00}');
	PERFORM kinwallet.explain_transfer(c, 2, '10.00');
	spent := (kinwallet.spend(pg_catalog.gen_random_uuid(), 2, 'H37010000001', 'medical', '5.00')).spending_id;
	PERFORM kinwallet.refund(pg_catalog.gen_random_uuid(), spent, '1.00');
	PERFORM kinwallet.freeze_wallet(c, 'r');
	PERFORM kinwallet.unfreeze_wallet(c, 'r');
	PERFORM kinwallet.wallet(c), kinwallet.quotas(c), kinwallet.history(c), kinwallet.balance_as_of(c, kinwallet.business_time());
	PERFORM kinwallet.insurance_event(pg_catalog.concat('e', c), c, month, status => 'paused');
	PERFORM kinwallet.sweep();
	PERFORM kinwallet.dissolve_relation(relation, c);
	PERFORM kinwallet.close_wallet(c);
	PERFORM kinwallet.verify_ledger();
	PERFORM kinwallet.cut_off(month);
	PERFORM kinwallet.split(month);
	PERFORM kinwallet.clearing_pairs(month, 'province');
	RETURN NEXT 'done';
END
$$;
\c -
SET kinwallet.clock = '2026-02-01 10:00+08';
SET ROLE regress_kinwallet_app;
SET search_path = hostile, pg_catalog, public;
SELECT public.everything(3, '2026-01-01');
RESET ROLE;
\c -
SET kinwallet.clock = '2026-03-01 11:00+08';
SET ROLE regress_kinwallet_app;
SET search_path = '';
SELECT public.everything(4, '2026-02-01');
RESET ROLE;
RESET search_path;
SELECT * FROM kinwallet.verify_ledger();
SET client_min_messages = warning;
DROP SCHEMA hostile CASCADE;

\c :original
DROP DATABASE regress_kinwallet_privileges;
DROP ROLE regress_kinwallet_nobody, regress_kinwallet_app, regress_kinwallet_owner;
