-- Premiums: pay_premium(), and what it says when it refuses.
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

INSERT INTO kinwallet_data.premium_standard (region, kind, cover_year, amount, valid, enabled) VALUES
	('370100', 'resident_medical', 2026, '400', NULL, true),
	('370100', 'resident_medical', 2027, '400', NULL, true),
	('370100', 'long_term_care', 2026, '50', '(,2026-02-01)', true),
	('370100', 'long_term_care', 2027, '60', 'empty', true);
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p1'), 5, 'x', 2027, '-1');
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p1'), 2, 'x', 2027, '-1');
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p1'), 2, 'x', 2027, '400');
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p1'), 2, 'medical', 2027, '400');
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p1'), 4, 'resident_medical', 2027, '400');
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p1'), 2, 'resident_medical', 2028, '400');
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p1'), 2, 'resident_medical', 2027, '380');
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p1'), 2, 'resident_medical', 2027, '400');
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p1'), 2, 'resident_medical', 2027, '400', 'because');
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p1'), 2, 'resident_medical', 2027, '400', 'newborn');
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p1'), 2, 'long_term_care', 2027, '60');
SELECT * FROM kinwallet.pay_premium(NULL, 2, 'resident_medical', 2027, '400');
-- a standard's own days, the own account, an accepted reason
SELECT own_account, mutual_aid, cash_due FROM kinwallet.pay_premium(kinwallet.request_id_of('p1'), 2, 'long_term_care', 2026, '50');
SELECT own_account, mutual_aid, cash_due FROM kinwallet.pay_premium(kinwallet.request_id_of('p1'), 4, 'long_term_care', 2026, '50');
SELECT own_account, mutual_aid, cash_due FROM kinwallet.pay_premium(kinwallet.request_id_of('p2'), 2, 'resident_medical', 2026, '400', 'released');
SELECT recipient, kind, use, provider, cover_year, personal_burden, own_account, mutual_aid, recipient_region, payee_region, reason
FROM kinwallet_data.spending ORDER BY spending_id;
SELECT contributor, amount, payer_region, payee_region, scope, use, place, counts FROM kinwallet_data.draw ORDER BY draw_id;
SELECT person_id, kind, cover_year FROM kinwallet_data.premium_paid ORDER BY 1, 2, 3;
TABLE quotas;
-- a retry, and another request with its id; once a year
SELECT own_account, mutual_aid, cash_due FROM kinwallet.pay_premium(kinwallet.request_id_of('p2'), 2, 'resident_medical', 2026, '400', 'released');
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p2'), 2, 'resident_medical', 2026, '400');
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p3'), 2, 'resident_medical', 2026, '400', 'released');
-- in its window; too little money
SET kinwallet.clock = '2026-09-01 00:00';
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p3'), 2, 'resident_medical', 2027, '400');
SELECT kinwallet.transfer(kinwallet.request_id_of('3'), 1, 2, '400') > 0 AS made;
SELECT spending_id AS p3 FROM kinwallet.pay_premium(kinwallet.request_id_of('p3'), 2, 'resident_medical', 2027, '400') \gset
SELECT kinwallet.refund(kinwallet.request_id_of('f1'), :p3, '400') > 0 AS refunded;
SELECT spending_id AS p4 FROM kinwallet.pay_premium(kinwallet.request_id_of('p4'), 2, 'resident_medical', 2027, '400') \gset
SET kinwallet.clock = '2027-01-01 00:00';
SELECT kinwallet.refund(kinwallet.request_id_of('f2'), :p4, '400');
UPDATE kinwallet_data.person SET status = 'terminated' WHERE person_id = 2;
SELECT * FROM kinwallet.pay_premium(kinwallet.request_id_of('p5'), 2, 'x', 2027, '-1');
SELECT * FROM kinwallet.verify_ledger();
RESET kinwallet.clock;
SET client_min_messages = warning;
DROP VIEW quotas, accounts;
DROP SCHEMA kinwallet_data CASCADE;
