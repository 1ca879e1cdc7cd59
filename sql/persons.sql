-- Persons and wallets as a user sees them: results, messages, details, hints.
\set ON_ERROR_ROLLBACK on
BEGIN;
-- another test's ledger may be there: it comes back with the rollback
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS kinwallet_data CASCADE;
RESET client_min_messages;
SET LOCAL search_path = public, kinwallet;
SET LOCAL TimeZone = 'Asia/Shanghai';
SET LOCAL DateStyle = ISO;
SET LOCAL kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential, status) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'code1', 'normal'),
	(2, '370199195206060054', 'B', '370100', 'resident', 'code2', 'normal'),
	(3, '640299198207052026', 'C', '640200', 'employee', 'code3', 'normal'),
	(4, '64029919900101001X', 'D', '640200', 'employee', NULL, 'normal'),
	(5, '320599195501010044', 'E', '320500', 'employee', 'code5', 'terminated');

-- opening
SELECT kinwallet.open_wallet(1, '640100', '13900000000'), kinwallet.open_wallet(2), kinwallet.open_wallet(3);
SELECT kinwallet.open_wallet(1);
SELECT kinwallet.open_wallet(4);
SELECT kinwallet.open_wallet(5);
SELECT kinwallet.open_wallet(6);
SELECT kinwallet.open_wallet(NULL);
SELECT kinwallet.open_wallet(1, '659900');
SELECT * FROM kinwallet_data.wallet ORDER BY person_id;
SELECT * FROM kinwallet_data.wallet_profile ORDER BY person_id;

-- money and relations
SELECT kinwallet.credit_account(kinwallet.new_request_id(), 1, '1000');
SELECT kinwallet.establish_relation(1, 2, 'parent') IS NOT NULL AS "1->2", kinwallet.establish_relation(1, 3, 'spouse') IS NOT NULL AS "1->3";
SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '300') IS NOT NULL AS "1->2", kinwallet.transfer(kinwallet.new_request_id(), 1, 3, '200') IS NOT NULL AS "1->3";

-- a pause and a freeze suspend, a move dissolves
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 1;
SELECT kinwallet.freeze_wallet(2, 'inquiry');
SELECT contributor, recipient, state, causes, remaining, returned FROM kinwallet_data.relation ORDER BY recipient;
UPDATE kinwallet_data.person SET status = 'normal' WHERE person_id = 1;
SELECT kinwallet.insurance_event('2026-02-01/17', 3, '2026-01-20', region => '640100');
SELECT kinwallet.insurance_event('2026-02-01/17', 3, '2026-01-20', region => '640100');
SELECT kinwallet.insurance_event('2026-02-01/17', 3, '2026-01-21', region => '640100');
SELECT contributor, recipient, state, causes, remaining, returned FROM kinwallet_data.relation ORDER BY recipient;
SELECT r.recipient, e.at, e.kind, e.by_person, e.reason, e.causes, e.returned
FROM kinwallet_data.relation_event e JOIN kinwallet_data.relation r USING (relation_id) ORDER BY e.event_id;
SELECT person_id, region, open_relations, status, insured, scheme, available FROM kinwallet_data.wallet ORDER BY person_id;

-- events that cannot be
SELECT kinwallet.insurance_event('x', 3, '2026-02-02', status => 'paused');
SELECT kinwallet.insurance_event('x', 3, '2026-02-01');
SELECT kinwallet.insurance_event('', 3, '2026-02-01', status => 'paused');
SELECT kinwallet.insurance_event('x', 3, '2026-02-01', status => 'dead');
SELECT kinwallet.insurance_event('x', 3, '2026-02-01', scheme => 'civil');
SELECT kinwallet.insurance_event('x', 3, '2026-02-01', region => '659900');
SELECT kinwallet.insurance_event('x', 9, '2026-02-01', status => 'paused');

-- closing, freezing
SELECT kinwallet.freeze_wallet(2, '');
SELECT kinwallet.freeze_wallet(2, 'again');
SELECT kinwallet.close_wallet(2);
SELECT kinwallet.close_wallet(4);
SELECT kinwallet.unfreeze_wallet(2, 'inquiry closed');
SELECT kinwallet.unfreeze_wallet(2, 'again');
INSERT INTO kinwallet_data.hold (hold_id, recipient, request_id, provider, use, amount, at, expires_at)
VALUES (1, 2, kinwallet.new_request_id(), 'H37010000001', 'm', '100', kinwallet.business_time(), '2026-02-02 10:00+08');
INSERT INTO kinwallet_data.hold_part SELECT 1, 1, relation_id, '100' FROM kinwallet_data.relation WHERE recipient = 2;
UPDATE kinwallet_data.relation SET held = '100', remaining = '200' WHERE recipient = 2;
SELECT kinwallet.close_wallet(1);
SELECT kinwallet.close_wallet(2);
SET LOCAL kinwallet.clock = '2026-02-02 10:00+08';
SELECT * FROM kinwallet.sweep();
SELECT kinwallet.close_wallet(2);
SELECT contributor, recipient, state, held, remaining, returned FROM kinwallet_data.relation ORDER BY recipient;
SELECT person_id, at, kind, reason FROM kinwallet_data.wallet_event ORDER BY event_id;

-- the person's row
UPDATE kinwallet_data.person SET certificate = '07' WHERE person_id = 1;
UPDATE kinwallet_data.person SET person_id = 7 WHERE person_id = 1;
UPDATE kinwallet_data.person SET citizen_id = '64029919900101001X' WHERE person_id = 1;
DELETE FROM kinwallet_data.person WHERE person_id = 1;
DELETE FROM kinwallet_data.person WHERE person_id = 4;
UPDATE kinwallet_data.person SET status = 'deceased' WHERE person_id = 1 RETURNING status, status_since;
UPDATE kinwallet_data.person SET status = 'normal' WHERE person_id = 1;

-- regions
INSERT INTO kinwallet_data.region (region, name) VALUES ('649900', 'own level') RETURNING region, province, opened_on;
INSERT INTO kinwallet_data.region (region, name, province) VALUES ('649901', 'own level', '630000');
UPDATE kinwallet_data.region SET region = '649901' WHERE region = '649900';

UPDATE kinwallet_data.region SET successor = '640100' WHERE region = '649900';

-- facts and state are not to be written by hand
UPDATE kinwallet_data.return_ SET amount = '1';
TRUNCATE kinwallet_data.relation_event;
CREATE ROLE regress_kinwallet_clerk;
GRANT USAGE ON SCHEMA kinwallet_data TO regress_kinwallet_clerk;
GRANT ALL ON ALL TABLES IN SCHEMA kinwallet_data TO regress_kinwallet_clerk;
SET LOCAL ROLE regress_kinwallet_clerk;
UPDATE kinwallet_data.wallet SET available = '1000000';
ROLLBACK;
