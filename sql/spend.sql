-- Spending: spend(), explain_spend(), and what they say when they refuse.
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
SELECT own_account, mutual_aid, cash_due FROM kinwallet.spend(kinwallet.request_id_of('s1'), 2, 'H37010000001', 'medical', '350.50');
TABLE quotas;
SELECT kind, use, provider, personal_burden, own_account, mutual_aid, recipient_region, payee_region, hold_id, cover_year, allow_partial, reason, month
FROM kinwallet_data.spending;
SELECT position, contributor, amount, kind, place, payer_region, payee_region, recipient_region, scope, use, counts, month FROM kinwallet_data.draw ORDER BY draw_id;
-- a retry, and another request with its id
SELECT own_account, mutual_aid, cash_due FROM kinwallet.spend(kinwallet.request_id_of('s1'), 2, 'H37010000001', 'medical', '350.50');
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('s1'), 2, 'H37010000001', 'medical', '350.51');
-- in part; then nothing is left
SELECT own_account, mutual_aid, cash_due FROM kinwallet.spend(kinwallet.request_id_of('s2'), 2, 'P37010000002', 'drug', '200', true);
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('s3'), 2, 'P37010000002', 'drug', '200', true);
-- the own account
SELECT own_account, mutual_aid, cash_due FROM kinwallet.spend(kinwallet.request_id_of('s1'), 4, 'P37010000002', 'device', '0.01');
TABLE quotas;
TABLE accounts;

-- refusals, in the order in which they are reported
SELECT * FROM kinwallet.spend(NULL, 2, 'H37010000001', 'medical', '1');
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('x'), 5, 'x', 'y', '-1');
SELECT kinwallet.freeze_wallet(2, 'test');
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('x'), 2, 'x', 'y', '-1');
SELECT kinwallet.unfreeze_wallet(2, 'test');
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('x'), 2, 'x', 'y', '0');
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('x'), 2, 'x', 'y', '1');
SET kinwallet.clock = '2026-02-01 00:00';
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('x'), 2, 'P37010000002', 'y', '1');
UPDATE kinwallet_data.provider SET accepts_wallet = false WHERE provider = 'H37010000001';
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('x'), 2, 'H37010000001', 'drug', '1');
UPDATE kinwallet_data.provider SET accepts_wallet = true WHERE provider = 'H37010000001';
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('x'), 2, 'H37010000001', 'drug', '1');
INSERT INTO kinwallet_data.policy (policy_id, scope, valid, provider_region_rule, uses) VALUES (100, 370000, '[2026-02-01,)', 'use_region', '{drug}');
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('x'), 2, 'H37010000001', 'medical', '1');
UPDATE kinwallet_data.policy SET provider_region_rule = 'insured_region' WHERE policy_id = 100;
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('x'), 2, 'H37010000001', 'fitness', '1');
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('x'), 2, 'H37010000001', 'medical', '1');
UPDATE kinwallet_data.policy SET uses = '{medical}' WHERE policy_id = 100;
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('x'), 2, 'H37010000001', 'medical', '1');
UPDATE kinwallet_data.person SET status = 'deceased' WHERE person_id = 2;
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('x'), 2, 'x', 'y', '-1');
-- not in a read-only transaction
BEGIN READ ONLY;
SELECT * FROM kinwallet.spend(kinwallet.request_id_of('x'), 4, 'H37010000001', 'medical', '1');
ROLLBACK;

SELECT * FROM kinwallet.explain_spend(4, 'H37010000001', 'medical', '999.99');
SELECT * FROM kinwallet.explain_spend(2, 'P37010000002', 'medical', '0') WHERE NOT ok;
SELECT * FROM kinwallet.explain_spend(5, 'x', 'y', '-1');
SELECT * FROM kinwallet.explain_spend(4, NULL, 'medical', '1');
SELECT * FROM kinwallet.verify_ledger();
RESET kinwallet.clock;
SET client_min_messages = warning;
DROP VIEW quotas, accounts;
DROP SCHEMA kinwallet_data CASCADE;
