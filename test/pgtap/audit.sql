-- The audit trail: what is written down, of whom, and what is not.  Refusals are in the server log: test/tap/audit.pl.
BEGIN;
SELECT no_plan();
\ir include/spending.sql

UPDATE kinwallet_data.policy SET transfers_per_day = 10;

-- what the trail has since the last look
CREATE TEMP TABLE seen AS SELECT max(audit_id) AS id FROM kinwallet_data.audit;
CREATE FUNCTION pg_temp.trail() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before bigint := (SELECT id FROM seen);
BEGIN
	UPDATE seen SET id = (SELECT max(audit_id) FROM kinwallet_data.audit);
	RETURN coalesce(string_agg(concat_ws(' ', function, duty, nullif(role, current_user), acting_person, operated_by, arguments), E'\n' ORDER BY audit_id), '')
	FROM kinwallet_data.audit WHERE audit_id > before;
END
$$;

-- duties and persons: 20 is the ward of 1
CREATE ROLE regress_kinwallet_app;
CREATE ROLE regress_kinwallet_officer;
CREATE ROLE regress_kinwallet_auditor;
CREATE ROLE regress_kinwallet_admin;
SELECT kinwallet.grant_role('regress_kinwallet_app', 'participant_app', 'nation');
SELECT kinwallet.grant_role('regress_kinwallet_officer', 'agency', '370100');
SELECT kinwallet.grant_role('regress_kinwallet_auditor', 'auditor', 'nation');
SELECT kinwallet.grant_role('regress_kinwallet_admin', 'administrator', 'nation');
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential, guardian)
VALUES (20, pg_temp.citizen('2015-01-01', 20), 'ward', '640200', 'resident', 'c20', 1);
GRANT USAGE ON SCHEMA kinwallet TO PUBLIC;

-- the owner
SELECT is(pg_temp.trail(), (SELECT string_agg(format('grant_role owner {"role": "regress_kinwallet_%s", "duty": "%s", "scope": "%s"}', r, d, s), E'\n')
	FROM (VALUES ('app', 'participant_app', 'nation'), ('officer', 'agency', '370100'), ('auditor', 'auditor', 'nation'), ('admin', 'administrator', 'nation')) AS v (r, d, s)),
	'ROLE-02: duties that are granted');
SELECT kinwallet.open_wallet(7, '370100', '13912345678');
SELECT is(pg_temp.trail(), 'open_wallet owner {"person_id": 7, "place": "370100"}',
	'EDGE-96: ids and codes, no mobile number');
SELECT kinwallet.freeze_wallet(7, 'Mr Wang reported theft');
SELECT is(pg_temp.trail(), 'freeze_wallet owner {"person_id": 7}', 'EDGE-96: no free text');
SELECT pg_temp.relate(1, 2, 'parent') AS r1 \gset
SELECT kinwallet.transfer('00000000-0000-4000-8000-0123456789ab', 1, 2, '100.50') AS t1 \gset
SELECT is(pg_temp.trail(), 'establish_relation owner {"contributor": 1, "recipient": 2, "kinship": "parent"}
transfer owner {"request_id": "00000000-0000-4000-8000-0123456789ab", "contributor": 1, "recipient": 2, "amount": "100.50"}',
	'an owner''s posting, too');
SELECT ok(at = kinwallet.business_time() AND month = '2026-01-01' AND transaction = pg_current_xact_id() AND pid = pg_backend_pid()
	AND session_role = session_user AND application = current_setting('application_name') AND client = '[local]', 'who, when, where from')
FROM kinwallet_data.audit ORDER BY audit_id DESC LIMIT 1;
SELECT kinwallet.credit_accounts(ARRAY[gen_random_uuid(), gen_random_uuid()], '{1,3}', '{1,1}');
SELECT is(pg_temp.trail(), 'credit_accounts owner {"request_ids": "2 elements", "person_ids": "2 elements", "amounts": "2 elements"}',
	'arrays by their length');
SELECT count(*) FROM kinwallet.wallet(1);
SELECT is(pg_temp.trail(), '', 'an owner''s look-up is not written down');
SAVEPOINT undone;
SELECT kinwallet.close_wallet(8);
ROLLBACK TO undone;
SELECT is(pg_temp.trail(), '', 'what was rolled back has not happened');
SELECT throws_ok($$SELECT kinwallet.close_wallet(99)$$, 'KW017', NULL, 'what is refused');
SELECT is(pg_temp.trail(), '', 'is no row');

-- participants
SET LOCAL ROLE regress_kinwallet_app;
SELECT kinwallet.act_for(1);
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1') > 0;
SELECT count(*) FROM kinwallet.history(1);
RESET ROLE;
SELECT is(pg_temp.trail(), '', 'a participant''s transfer is a fact with a request id, and no row more');
SET LOCAL ROLE regress_kinwallet_app;
SELECT kinwallet.act_for(20, operated_by => 1);
SELECT kinwallet.open_wallet(20);
RESET ROLE;
SELECT is(substring(pg_temp.trail() FROM 'open.*'), 'open_wallet participant_app regress_kinwallet_app 20 1 {"person_id": 20, "place": null}', 'ROLE-01: who acts for another is written down');
SELECT kinwallet.set_audit('participant_app', 'transfer', true, true);
SET LOCAL ROLE regress_kinwallet_app;
SELECT kinwallet.act_for(1);
SELECT kinwallet.transfer('00000000-0000-4000-8000-0123456789ac', 1, 2, '1') > 0;
RESET ROLE;
SELECT is(pg_temp.trail(), 'set_audit owner {"duty": "participant_app", "function": "transfer", "calls": true, "refusals": true}
act_for participant_app regress_kinwallet_app 20 1 {"person_id": 1, "operated_by": null}
transfer participant_app regress_kinwallet_app 1 {"request_id": "00000000-0000-4000-8000-0123456789ac", "contributor": 1, "recipient": 2, "amount": "1.00"}',
	'switched on by duty and function');
SELECT kinwallet.set_audit('participant_app', 'transfer', NULL, NULL);
SELECT pg_temp.trail();
SET LOCAL ROLE regress_kinwallet_app;
SELECT kinwallet.act_for(1);
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1') > 0;
RESET ROLE;
SELECT is(pg_temp.trail(), '', 'and off');

-- officers and auditors
SET LOCAL ROLE regress_kinwallet_officer;
SELECT count(*) FROM kinwallet.wallet(2);
SET LOCAL ROLE regress_kinwallet_auditor;
SELECT count(*) FROM kinwallet.history(1);
SELECT count(*) FROM kinwallet.clearing_calendar('2026-01-01');
SELECT count(*) FROM kinwallet.verify_ledger();
RESET ROLE;
SELECT is(pg_temp.trail(), 'wallet agency regress_kinwallet_officer {"person_id": 2}
history auditor regress_kinwallet_auditor {"person_id": 1}
clearing_calendar auditor regress_kinwallet_auditor {"month": "2026-01-01"}
verify_ledger auditor regress_kinwallet_auditor {}', 'ROLE-01: every read of an officer and of an auditor');
SET LOCAL ROLE regress_kinwallet_auditor;
SELECT is((SELECT string_agg(function, ' ' ORDER BY at) FROM kinwallet.audit_trail('2026-01-10', NULL, 'set_audit')), 'set_audit set_audit', 'audit_trail: of one function');
SELECT is_empty($$SELECT * FROM kinwallet.audit_trail('2026-01-11')$$, 'audit_trail: from a later day on');
SELECT is_empty($$SELECT * FROM kinwallet.audit_trail('2026-01-01', '2026-01-10')$$, 'audit_trail: before a day');
SELECT isnt_empty($$SELECT * FROM kinwallet.audit_trail('2026-01-01', '2026-01-11')$$, 'audit_trail: the day');
SELECT throws_ok($$SELECT * FROM kinwallet_data.audit$$, '42501', NULL, 'ROLE-03: the table itself is read by nobody');
SELECT throws_ok($$SELECT kinwallet.set_audit('auditor', '*', false, false)$$, '42501', NULL, 'ROLE-02: an auditor does not switch the trail off');
RESET ROLE;
SELECT is((SELECT string_agg(split_part(t, ' ', 1), ' ') FROM string_to_table(pg_temp.trail(), E'\n') AS t), 'audit_trail audit_trail audit_trail audit_trail', 'who reads the trail is in it');

-- the administrator
SET LOCAL ROLE regress_kinwallet_admin;
SELECT kinwallet.set_audit('*', '*', false, false);
SELECT kinwallet.set_audit('administrator', '*', false, false);
SELECT kinwallet.sweep();
SELECT throws_ok($$SELECT * FROM kinwallet.audit_trail('2026-01-01')$$, '42501', NULL, 'the administrator does not read the trail');
SELECT throws_ok($$UPDATE kinwallet_data.audit SET arguments = '{}'$$, '42501', NULL, 'ROLE-03: nor changes it');
RESET ROLE;
SELECT is(pg_temp.trail(), 'set_audit administrator regress_kinwallet_admin {"duty": "*", "function": "*", "calls": false, "refusals": false}
set_audit administrator regress_kinwallet_admin {"duty": "administrator", "function": "*", "calls": false, "refusals": false}',
	'who switches the trail off is in it, whatever the settings say');
SELECT throws_ok($$DELETE FROM kinwallet_data.audit$$, 'KW020', NULL, 'EDGE-92: not even the owner removes a row');
SELECT throws_ok($$UPDATE kinwallet_data.audit_2026_01 SET role = 'x'$$, 'KW020', NULL, 'EDGE-92: nor changes one');
SELECT throws_ok($$TRUNCATE kinwallet_data.audit_2026_01$$, 'KW020', NULL, 'EDGE-92: nor empties a month');

-- settings
SELECT throws_ok($$SELECT kinwallet.set_audit(NULL, '*', true, true)$$, '22004', NULL, 'set_audit without duty');
SELECT throws_ok($$SELECT kinwallet.set_audit('*', NULL, true, true)$$, '22004', NULL, 'set_audit without function');
SELECT throws_ok($$SELECT kinwallet.set_audit('*', '*', NULL, true)$$, '22004', NULL, 'set_audit with half a setting');
SELECT throws_ok($$SELECT kinwallet.set_audit('boss', '*', true, true)$$, '22023', NULL, 'set_audit of an unknown duty');
SELECT throws_ok($$SELECT kinwallet.set_audit('*', 'pg_sleep', true, true)$$, '22023', NULL, 'set_audit of an unknown function');
SELECT lives_ok($$SELECT kinwallet.set_audit('owner', f, true, true) FROM unnest('{*,freeze_wallet,unfreeze_wallet,transfer}'::text[]) AS f$$, 'set_audit of what nobody''s duty is');
SELECT is_empty($$SELECT * FROM kinwallet.audit_trail(NULL)$$, 'audit_trail without a moment: nothing');

-- a month without partitions
SELECT pg_temp.at('2031-01-01 10:00');
SELECT pg_temp.trail();
SELECT kinwallet.close_wallet(8);
SELECT is(pg_temp.trail(), '', 'a month without partitions: a line in the log, and the call goes on');
SELECT is((SELECT status FROM kinwallet_data.wallet WHERE person_id = 8)::text, 'c', 'it is done');
SELECT * FROM finish();
ROLLBACK;
