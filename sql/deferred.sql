-- A site's deferred trigger on a ledger's table fires at commit: before 18 as
-- the session's user, as of 18 as who was active when it was queued, the owner.
SET client_min_messages = warning;
SET kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'c1'),
	(2, '370199195206060054', 'B', '370100', 'resident', 'c2');
SELECT kinwallet.open_wallet(1), kinwallet.open_wallet(2);
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '100.00');
SELECT kinwallet.establish_relation(1, 2, 'parent') > 0;

CREATE TABLE fired (who text);
CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO fired VALUES (current_user); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER site AFTER INSERT ON kinwallet_data.transfer DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fire();
CREATE ROLE regress_kinwallet_deferred;
SELECT kinwallet.grant_role('regress_kinwallet_deferred', 'participant_app', 'nation');
SELECT CASE WHEN current_setting('server_version_num')::int < 180000 THEN 'regress_kinwallet_deferred' ELSE current_user END AS expected \gset

-- may the trigger write where its caller may not?
CREATE FUNCTION outcome() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM kinwallet.act_for(1);
	PERFORM kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
	SET CONSTRAINTS ALL IMMEDIATE;
	RETURN 'fired';
EXCEPTION WHEN insufficient_privilege THEN
	RETURN 'denied';
END
$$;
SET ROLE regress_kinwallet_deferred;
SELECT outcome() = CASE :'expected' WHEN current_user THEN 'denied' ELSE 'fired' END AS as_expected;
RESET ROLE;
DELETE FROM fired;
GRANT INSERT ON fired TO regress_kinwallet_deferred;
SET ROLE regress_kinwallet_deferred;
BEGIN;
SELECT kinwallet.act_for(1);
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00') > 0;
COMMIT;
RESET ROLE;
SELECT who = :'expected' AS as_expected FROM fired;
SELECT * FROM kinwallet.verify_ledger();

SET client_min_messages = error;
SELECT kinwallet.revoke_role('regress_kinwallet_deferred', 'participant_app', 'nation');
DROP SCHEMA kinwallet_data CASCADE;
DROP TABLE fired;
DROP FUNCTION fire, outcome;
DROP ROLE regress_kinwallet_deferred;
