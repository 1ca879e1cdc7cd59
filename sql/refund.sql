-- Refunds: refund(), refund_own_account(), and what they say when they refuse.
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

SELECT kinwallet.ensure_partitions('2027-04-30');
SELECT spending_id AS s FROM kinwallet.spend(kinwallet.request_id_of('s'), 2, 'H37010000001', 'medical', '400') \gset
SELECT spending_id AS own FROM kinwallet.spend(kinwallet.request_id_of('s'), 4, 'H37010000001', 'medical', '400') \gset
TABLE quotas;
-- in reverse order of the draws
SELECT kinwallet.refund(kinwallet.request_id_of('f1'), :s, '150') AS f1 \gset
TABLE quotas;
SELECT kinwallet.refund(kinwallet.request_id_of('f1'), :s, '150') = :f1 AS retried;
SELECT kinwallet.refund(kinwallet.request_id_of('f1'), :s, '151');
SELECT kinwallet.refund(kinwallet.request_id_of('f2'), :s, '250.01');
SELECT kinwallet.refund(kinwallet.request_id_of('f2'), :s, '0');
SELECT kinwallet.refund(kinwallet.request_id_of('f2'), 12345, '1');
SELECT kinwallet.refund(kinwallet.request_id_of('f2'), NULL, '1');
-- the own account's part
SELECT kinwallet.refund(kinwallet.request_id_of('f3'), :own, '1');
SELECT kinwallet.refund_own_account(kinwallet.request_id_of('f3'), :own, '150') > 0 AS refunded;
SELECT kinwallet.refund_own_account(kinwallet.request_id_of('f4'), :own, '250.01');
SELECT kinwallet.refund_own_account(kinwallet.request_id_of('f4'), :own, '-1');
SELECT kinwallet.refund_own_account(kinwallet.request_id_of('f4'), 12345, '1');
TABLE accounts;
-- after dissolution, to the account; without one, to suspense
SELECT kinwallet.dissolve_relation(relation_id, 2) FROM kinwallet_data.relation ORDER BY relation_id;
SET kinwallet.clock = '2026-02-01 10:00';
SELECT kinwallet.refund(kinwallet.request_id_of('f5'), :s, '50') > 0 AS refunded;
UPDATE kinwallet_data.person SET region = '110000' WHERE person_id = 1;
SELECT kinwallet.refund(kinwallet.request_id_of('f6'), :s, '50') > 0 AS refunded;
UPDATE kinwallet_data.person SET status = 'deceased' WHERE person_id = 1;
SELECT kinwallet.refund(kinwallet.request_id_of('f7'), :s, '50') > 0 AS refunded;
TABLE quotas;
TABLE accounts;
TABLE kinwallet_data.suspense;
SELECT month, contributor, amount, kind, place, payer_region, payee_region, scope, position, counts FROM kinwallet_data.draw ORDER BY draw_id;
SELECT month, recipient, amount, kind FROM kinwallet_data.refund ORDER BY refund_id;
SELECT mutual_aid, own_account FROM kinwallet_data.refunded ORDER BY spending_id;
-- too late
SET kinwallet.clock = '2027-04-01 00:00';
SELECT kinwallet.refund(kinwallet.request_id_of('f8'), :s, '1');
SELECT kinwallet.refund_own_account(kinwallet.request_id_of('f8'), :own, '1');
SELECT * FROM kinwallet.verify_ledger();
RESET kinwallet.clock;
SET client_min_messages = warning;
DROP VIEW quotas, accounts;
DROP SCHEMA kinwallet_data CASCADE;
