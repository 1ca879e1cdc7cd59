-- Facts are not changed by anybody, state by its owner alone.
\set SHOW_CONTEXT never
\set original :DBNAME
CREATE DATABASE regress_kinwallet_guards TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_guards
CREATE EXTENSION kinwallet;
SET client_min_messages = warning;
SET kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();
SELECT kinwallet.ensure_partitions('2027-06-01');
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'c1'),
	(2, '370199195206060054', 'B', '370100', 'resident', 'c2');
SELECT kinwallet.open_wallet(1), kinwallet.open_wallet(2);
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '1000.00');
-- a row in every table of facts
SELECT kinwallet.establish_relation(1, 2, 'parent') AS relation \gset
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '10.00') > 0;
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
SELECT kinwallet.refund(gen_random_uuid(), spending_id, '1.00') > 0 FROM kinwallet.spend(gen_random_uuid(), 2, 'H37010000001', 'medical', '5.00');
SELECT kinwallet.dissolve_relation(:relation, 1);
SELECT kinwallet.insurance_event('e1', 2, '2026-02-01', status => 'paused');
SELECT kinwallet.cut_off('2026-01-01');
SELECT kinwallet.record_deduction('2026-02-01', draw_id, '1.00', 'audit') > 0 FROM kinwallet_data.draw WHERE kind = 'd';
INSERT INTO kinwallet_data.clearing_alarm (kind, subject, detail, at) VALUES ('late_line', 'draw', 'late', '2026-02-01');
INSERT INTO kinwallet_data.clearing_notice (notice_id, partner, number, month, kind, side, level, addressee, counterparty, amount, due_on, counts, issued_at, issued_by) VALUES
	(1, 2, 'EP', '2026-01-01', 'emergency', 'pay', 'province', '640000', '370000', '1.00', '2026-02-10', false, '2026-02-01', 'x'),
	(2, 1, 'ER', '2026-01-01', 'emergency', 'receive', 'province', '370000', '640000', '1.00', '2026-02-10', false, '2026-02-01', 'x');
SELECT kinwallet.record_payment(1, '2026-02-01', 'bank');

-- How each table takes each statement: its SQLSTATE, or "allowed"; every attempt is taken back.
CREATE FUNCTION attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION 'take it back' USING ERRCODE = 'ZZ999';
EXCEPTION
	WHEN SQLSTATE 'ZZ999' THEN
		RETURN 'allowed';
	WHEN OTHERS THEN
		RETURN SQLSTATE;
END
$$;
-- of the leaves those of the month with rows, and of one without
CREATE FUNCTION attempts() RETURNS TABLE (tab text, "insert" text, "update" text, "delete" text, "truncate" text) LANGUAGE sql AS $$
	SELECT relname COLLATE "C",
		attempt(format('INSERT INTO kinwallet_data.%I SELECT * FROM kinwallet_data.%1$I LIMIT 0', relname)),
		attempt(format('UPDATE kinwallet_data.%I SET %I = %2$I', relname, attname)),
		attempt(format('DELETE FROM kinwallet_data.%I', relname)),
		attempt(format('TRUNCATE kinwallet_data.%I CASCADE', relname))
	FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum = 1
	WHERE relnamespace = 'kinwallet_data'::regnamespace AND relkind IN ('r', 'p') AND relname !~ '_(2026|2027)_(0[^2]|1.)$' AND relname !~ '[^r]_2027_02'
	ORDER BY 1
$$;

-- as the owner and superuser: KW020 on all facts, a statement that names the parent even where there is nothing to change
SELECT * FROM attempts();
UPDATE kinwallet_data.transfer SET amount = '2.00';
DELETE FROM kinwallet_data.transfer_2026_02;
TRUNCATE kinwallet_data.draw;
DELETE FROM kinwallet_data.wallet_event;
MERGE INTO kinwallet_data.transfer USING (VALUES (1)) AS v (n) ON false WHEN MATCHED THEN DELETE;
INSERT INTO kinwallet_data.transfer SELECT * FROM kinwallet_data.transfer ON CONFLICT DO NOTHING;
-- logical apply and session_replication_role do not switch them off
SET session_replication_role = replica;
SELECT tab, "update", "delete", "truncate" FROM attempts() WHERE "delete" = 'KW020';
RESET session_replication_role;

-- as a role to which everything has been granted
CREATE ROLE regress_kinwallet_clerk;
GRANT USAGE ON SCHEMA kinwallet_data TO regress_kinwallet_clerk;
GRANT ALL ON ALL TABLES IN SCHEMA kinwallet_data TO regress_kinwallet_clerk;
SET ROLE regress_kinwallet_clerk;
SELECT * FROM attempts();
UPDATE kinwallet_data.wallet SET available = '1000000.00' WHERE person_id = 1;
INSERT INTO kinwallet_data.transfer SELECT * FROM kinwallet_data.transfer;
INSERT INTO kinwallet_data.transfer_2026_02 SELECT * FROM kinwallet_data.transfer_2026_02;
COPY kinwallet_data.transfer_2026_02 FROM stdin;
\.
RESET ROLE;
-- which triggers there are, and that all of state and facts are ENABLE ALWAYS
SELECT count(*) AS tables, count(*) FILTER (WHERE tgenabled <> 'A') AS not_always, tgname, tgfoid::regproc
FROM pg_trigger WHERE tgfoid IN ('kinwallet.fact_guard'::regproc, 'kinwallet.state_guard'::regproc) AND tgrelid::regclass::text !~ '_\d{4}_\d\d$'
GROUP BY 3, 4 ORDER BY 3;
SELECT count(DISTINCT tgrelid) = (SELECT count(*) FROM pg_inherits) AS every_leaf, bool_and(tgenabled = 'A') AS always, tgname
FROM pg_trigger WHERE tgrelid IN (SELECT inhrelid FROM pg_inherits) GROUP BY tgname ORDER BY tgname;

-- not to be called, nor to be used for something else
SELECT kinwallet.fact_guard();
CREATE TABLE other (a int);
CREATE TRIGGER t AFTER UPDATE ON other FOR EACH ROW EXECUTE FUNCTION kinwallet.fact_guard();
CREATE TRIGGER u BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION kinwallet.fact_guard();
INSERT INTO other VALUES (1);
DROP TRIGGER u ON other;
INSERT INTO other VALUES (1);
UPDATE other SET a = 2;
DROP TRIGGER t ON other;
CREATE TRIGGER t BEFORE UPDATE ON other FOR EACH ROW EXECUTE FUNCTION kinwallet.state_guard();
UPDATE other SET a = 2;
DROP TRIGGER t ON other;
CREATE TRIGGER t AFTER UPDATE ON other FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.person_changed();
UPDATE other SET a = 2;
DROP TRIGGER t ON other;
CREATE TRIGGER t BEFORE UPDATE ON other FOR EACH ROW EXECUTE FUNCTION kinwallet.region_guard();
UPDATE other SET a = 2;
SELECT * FROM kinwallet.verify_ledger();

\c :original
DROP DATABASE regress_kinwallet_guards;
DROP ROLE regress_kinwallet_clerk;
