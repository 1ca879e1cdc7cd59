-- Each SQLSTATE of class KW, once.  What they mean is in doc/reference.md; src/errors.h lists them.
\set original :DBNAME
CREATE DATABASE regress_kinwallet_errors TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_errors
CREATE EXTENSION kinwallet;
SET client_min_messages = warning;
SET kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'c1'),
	(2, '370199195206060054', 'B', '370100', 'resident', 'c2'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c3'),
	(4, '650199197509090070', 'D', '650100', 'employee', NULL),
	(5, '640299198207052026', 'E', '640200', 'employee', 'c5');
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
SELECT kinwallet.open_wallet(1), kinwallet.open_wallet(2), kinwallet.open_wallet(3), kinwallet.open_wallet(5);
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '10000.00');
SELECT kinwallet.establish_relation(1, 2, 'parent') AS r12, kinwallet.request_relation(1, 5, 'spouse', 1) AS r15 \gset
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 3;
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT kinwallet.request_id_of('id ' || n) $$;

\set VERBOSITY sqlstate
-- KW001 wallet_not_open
SELECT kinwallet.open_wallet(4);
SELECT kinwallet.transfer(id(1), 1, 4, '1.00');
-- KW002 not_normally_insured
SELECT kinwallet.transfer(id(1), 1, 3, '1.00');
-- KW003 not_a_contributor
SELECT kinwallet.transfer(id(1), 2, 1, '1.00');
SELECT kinwallet.credit_account(id(1), 2, '1.00');
-- KW004 no_active_relation
SELECT kinwallet.transfer(id(1), 1, 5, '1.00');
-- KW005 kinship_not_eligible
SELECT kinwallet.gbt4761('28');
SELECT kinwallet.establish_relation(5, 2, 'child');
-- KW006 amount_out_of_range
SELECT kinwallet.transfer(id(1), 1, 2, '2000.01');
SELECT kinwallet.credit_account(id(1), 1, '0.00');
-- KW007 daily_transfer_limit
SELECT kinwallet.transfer(id(10 + n), 1, 2, '1.00') > 0 AS posted FROM generate_series(1, 3) AS n;
SELECT kinwallet.transfer(id(1), 1, 2, '1.00');
SET kinwallet.clock = '2026-02-02 10:00+08';
-- KW008 insufficient_account
UPDATE kinwallet_data.policy SET transfer_max = '100000.00';
SELECT kinwallet.transfer(id(1), 1, 2, '9997.01');
-- KW009 insufficient_wallet
SELECT kinwallet.spend(id(1), 2, 'H37010000001', 'medical', '3.01');
-- KW010 provider_not_eligible
SELECT kinwallet.spend(id(1), 2, 'H37010000002', 'medical', '1.00');
-- KW011 use_not_eligible
SELECT kinwallet.spend(id(1), 2, 'H37010000001', 'sport', '1.00');
-- KW012 month_closed
SET kinwallet.clock = '2026-03-01 10:00+08';
SELECT kinwallet.cut_off('2026-02-01');
SET kinwallet.clock = '2026-02-28 10:00+08';
SELECT kinwallet.transfer(id(1), 1, 2, '1.00');
SET kinwallet.clock = '2026-03-01 10:00+08';
-- KW013 request_id_reused
SELECT kinwallet.transfer(id(11), 1, 2, '2.00');
-- KW014 cross_province_not_open
UPDATE kinwallet_data.region SET opened_on = NULL WHERE region OPERATOR(kinwallet.=) '370100';
SELECT kinwallet.transfer(id(1), 1, 2, '1.00');
UPDATE kinwallet_data.region SET opened_on = '2026-01-09' WHERE region OPERATOR(kinwallet.=) '370100';
-- KW015 relation_exists
SELECT kinwallet.establish_relation(1, 2, 'parent');
-- KW016 relation_state
SELECT kinwallet.accept_relation(:r12, 2);
-- KW017 not_found
SELECT kinwallet.transfer(id(1), 1, 99, '1.00');
SELECT kinwallet.dissolve_relation(1, 1);
-- KW018 relation_to_self
SELECT kinwallet.transfer(id(1), 1, 1, '1.00');
-- KW019 refund_exceeds_spending
SELECT spending_id FROM kinwallet.spend(id(1), 2, 'H37010000001', 'medical', '1.00') \gset
SELECT kinwallet.refund(id(1), :spending_id, '1.01');
-- KW020 append_only
DELETE FROM kinwallet_data.transfer;
-- KW021 clearing_order
SELECT kinwallet.cut_off('2026-03-01');
-- KW022 no_consent
SELECT kinwallet.accept_relation(:r15, 3);

-- not of class KW: arguments, types, states of the installation
SELECT kinwallet.transfer(NULL, 1, 2, '1.00');
SELECT kinwallet.transfer(id(1), 1, 2, '1.001');
SELECT kinwallet.transfer(id(1), 1, 2, '92233720368547758.08');
SELECT kinwallet.cut_off('2026-02-02');
SELECT kinwallet.create_ledger();
\set VERBOSITY default
SELECT * FROM kinwallet.verify_ledger() WHERE check_name <> 'transfer.policy';

\c :original
DROP DATABASE regress_kinwallet_errors;
