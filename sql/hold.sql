-- Holds: hold(), capture(), cancel_hold(), and what they say when they refuse.
SET kinwallet.clock = '2026-01-10 10:00';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'a'),
	(2, '370199195206060054', 'B', '370100', 'resident', 'b'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c'),
	(4, '640299198207052026', 'D', '370100', 'employee', 'd');
INSERT INTO kinwallet_data.provider (provider, kind, region, valid) VALUES
	('H37010000001', 'medical_institution', '370100', '(,)'),
	('P37010000002', 'pharmacy', '370100', '(,2026-02-01)');
SELECT kinwallet.open_wallet(person_id) FROM kinwallet_data.person ORDER BY person_id;
SELECT kinwallet.credit_account(kinwallet.request_id_of('credit'), person_id, '1000') FROM kinwallet_data.person WHERE scheme = 'employee' ORDER BY person_id;
SELECT kinwallet.establish_relation(1, 2, 'parent') > 0 AS made;
SET kinwallet.clock = '2026-01-10 11:00';
SELECT kinwallet.establish_relation(3, 2, 'sibling') > 0 AS made;
SELECT kinwallet.transfer(kinwallet.request_id_of('1'), 1, 2, '300') > 0 AS made, kinwallet.transfer(kinwallet.request_id_of('2'), 3, 2, '200') > 0 AS made;
CREATE VIEW quotas AS
SELECT contributor, recipient, state, remaining, held, spent, returned FROM kinwallet_data.relation ORDER BY relation_id;
CREATE VIEW accounts AS SELECT person_id, available FROM kinwallet_data.wallet ORDER BY person_id;

SET kinwallet.clock = '2026-01-11 10:00';
SELECT kinwallet.hold(kinwallet.request_id_of('h1'), 2, 'H37010000001', 'medical', '350') AS h1 \gset
TABLE quotas;
SELECT recipient, provider, use, state, amount, expires, at, expires_at, ended_at FROM kinwallet_data.hold;
SELECT position, amount FROM kinwallet_data.hold_part ORDER BY position;
SELECT kinwallet.hold(kinwallet.request_id_of('h1'), 2, 'H37010000001', 'medical', '350') = :h1 AS retried;
SELECT kinwallet.hold(kinwallet.request_id_of('h1'), 2, 'H37010000001', 'medical', '350', '24:00');
-- one relation ends meanwhile
SELECT kinwallet.dissolve_relation(relation_id, 3) FROM kinwallet_data.relation WHERE contributor = 3;
TABLE quotas;
SELECT own_account, mutual_aid, cash_due FROM kinwallet.capture(kinwallet.request_id_of('c1'), :h1, '320');
TABLE quotas;
TABLE accounts;
SELECT kind, hold_id = :h1 AS of_hold, personal_burden, own_account, mutual_aid FROM kinwallet_data.spending;
SELECT position, contributor, amount, kind, place FROM kinwallet_data.draw ORDER BY draw_id;
SELECT contributor, amount, kind FROM kinwallet_data.return_ ORDER BY return_id;
SELECT own_account, mutual_aid, cash_due FROM kinwallet.capture(kinwallet.request_id_of('c1'), :h1, '320');
SELECT * FROM kinwallet.capture(kinwallet.request_id_of('c1'), :h1, '321');

-- refusals; ids of holds are not shown
SELECT kinwallet.transfer(kinwallet.request_id_of('3'), 1, 2, '100') > 0 AS made;
SELECT kinwallet.hold(kinwallet.request_id_of('h2'), 2, 'H37010000001', 'medical', '1', '0');
SELECT kinwallet.hold(kinwallet.request_id_of('h2'), 2, 'H37010000001', 'medical', '1', '2 years');
SELECT kinwallet.hold(kinwallet.request_id_of('h2'), 2, 'H37010000001', 'medical', '100.01');
SELECT kinwallet.hold(kinwallet.request_id_of('h2'), 4, 'H37010000001', 'medical', '1');
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 2;
SELECT kinwallet.hold(kinwallet.request_id_of('h2'), 2, 'H37010000001', 'medical', '1');
UPDATE kinwallet_data.person SET status = 'normal' WHERE person_id = 2;
SELECT kinwallet.hold(kinwallet.request_id_of('h2'), 2, 'H37010000001', 'medical', '100', '00:00:01') AS h2 \gset
SELECT * FROM kinwallet.capture(kinwallet.request_id_of('c2'), :h2, '100.01');
SELECT * FROM kinwallet.capture(kinwallet.request_id_of('c2'), :h2, '0');
SELECT * FROM kinwallet.capture(kinwallet.request_id_of('c2'), 12345, '1');
SELECT kinwallet.cancel_hold(12345);
UPDATE kinwallet_data.provider SET accepts_wallet = false WHERE provider = 'H37010000001';
SELECT * FROM kinwallet.capture(kinwallet.request_id_of('c2'), :h2, '100');
UPDATE kinwallet_data.provider SET accepts_wallet = true WHERE provider = 'H37010000001';
SET kinwallet.clock = '2026-01-11 10:00:01';
\set VERBOSITY terse
SELECT * FROM kinwallet.capture(kinwallet.request_id_of('c2'), :h2, '100');
SELECT kinwallet.cancel_hold(:h2);
\set VERBOSITY default
SELECT * FROM kinwallet.sweep();
TABLE quotas;

-- nobody may without a duty; who has one needs nothing else
CREATE ROLE regress_kinwallet_hold;
GRANT USAGE ON SCHEMA kinwallet TO regress_kinwallet_hold;
SET ROLE regress_kinwallet_hold;
SELECT kinwallet.hold(kinwallet.request_id_of('h3'), 2, 'H37010000001', 'medical', '100');
SELECT kinwallet.capture(kinwallet.request_id_of('c3'), 1, '100');
SELECT kinwallet.cancel_hold(1);
SELECT kinwallet.pay_premium(kinwallet.request_id_of('p'), 2, 'long_term_care', 2026, '100');
SELECT kinwallet.explain_spend(2, 'H37010000001', 'medical', '100');
RESET ROLE;
SELECT kinwallet.grant_role('regress_kinwallet_hold', 'provider_app', 'H37010000001'), kinwallet.grant_role('regress_kinwallet_hold', 'auditor', '370000');
SET ROLE regress_kinwallet_hold;
SELECT kinwallet.hold(kinwallet.request_id_of('h3'), 2, 'H37010000001', 'medical', '60') AS h3 \gset
SELECT own_account, mutual_aid, cash_due FROM kinwallet.capture(kinwallet.request_id_of('c3'), :h3, '50');
SELECT kinwallet.hold(kinwallet.request_id_of('h4'), 2, 'H37010000001', 'medical', '50') AS h4 \gset
SELECT kinwallet.cancel_hold(:h4);
SELECT bool_and(ok) FROM kinwallet.explain_spend(2, 'H37010000001', 'medical', '50');
SELECT count(*) FROM kinwallet_data.hold;
RESET ROLE;
TABLE quotas;
DROP OWNED BY regress_kinwallet_hold;
DROP ROLE regress_kinwallet_hold;
SELECT * FROM kinwallet.verify_ledger();
RESET kinwallet.clock;
SET client_min_messages = warning;
DROP VIEW quotas, accounts;
DROP SCHEMA kinwallet_data CASCADE;
