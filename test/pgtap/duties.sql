-- Who may do what: the matrix of rules.md, section 5, written here once more and tried cell by cell.
BEGIN;
SELECT plan(10);
\ir include/spending.sql

-- 5 and 2 are of region 370100; what the calls need
SELECT kinwallet.establish_relation(5, 2, 'parent') AS relation \gset
SELECT kinwallet.transfer(kinwallet.new_request_id(), 5, 2, '200') \g /dev/null
SELECT kinwallet.establish_relation(1, 2, 'parent') AS far_relation \gset
SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '500') \g /dev/null
SELECT kinwallet.hold(kinwallet.new_request_id(), 2, 'H37010000001', 'medical', '10', '90 days') AS hold \gset
SELECT spending_id AS spending FROM kinwallet.spend(kinwallet.new_request_id(), 2, 'H37010000001', 'medical', '400') \gset
SELECT draw_id AS draw FROM kinwallet_data.draw ORDER BY draw_id LIMIT 1 \gset
SELECT pg_temp.at('2026-02-01 10:00');
SELECT kinwallet.cut_off('2026-01-01'), kinwallet.split('2026-01-01');
SELECT kinwallet.confirm_month('2026-01-01', p) FROM unnest('{370000,640000}'::kinwallet.region_code[]) AS p;
SELECT kinwallet.issue_notices('2026-01-01');
SELECT notice_id AS notice FROM kinwallet.notices('2026-01-01', '370000') LIMIT 1 \gset
SELECT kinwallet.propose('freeze', '{"person_id": 2}', 'test') AS proposal \gset
INSERT INTO kinwallet_data.prepayment_request (month, payer, payee, used, prepayment, raise_to, requested_at, requested_by)
VALUES ('2026-01-01', '640000', '370000', '90', '100', '200', kinwallet.business_time(), 'somebody') RETURNING request_id AS increase \gset

-- by other users than this session's: see acting.sql for those who decide on their own
UPDATE kinwallet_data.proposal SET proposed_by = 'somebody';
UPDATE kinwallet_data.clearing_month SET split_by = 'somebody';

/*
 * Section 5.  own: as the bound person; a scope: where it covers whom the call concerns; any: whatever the scope
 */
CREATE TEMP TABLE duty (duty text, scope_in text, scope_out text);
INSERT INTO duty VALUES
	('participant_app', 'nation', '440000'),
	('agency', '370100', '440100'),
	('agency_reviewer', '370100', '440100'),
	('provider_app', 'H37010000001', 'H11010000003'),
	('province_clearing', '370000', '440000'),
	('national_clearing', 'nation', NULL),
	('finance', '370000', '440000'),
	('auditor', 'nation', '440000'),
	('administrator', 'nation', NULL);
CREATE TEMP TABLE section_5 (line text, participant_app text, agency text, agency_reviewer text, provider_app text,
	province_clearing text, national_clearing text, finance text, auditor text, administrator text);
INSERT INTO section_5 VALUES
	('open / close own wallet',        'own', 'region',   '-',      '-',        '-',        '-',      '-',        '-',   '-'),
	('request / accept / dissolve',    'own', 'region',   '-',      '-',        '-',        '-',      '-',        '-',   '-'),
	('at a counter',                   '-',   'region',   '-',      '-',        '-',        '-',      '-',        '-',   '-'),
	('transfer',                       'own', '-',        '-',      '-',        '-',        '-',      '-',        '-',   '-'),
	('query balance, records',         'own', 'region',   'region', '-',        '-',        '-',      '-',        'all', '-'),
	('hold / capture / cancel / refund', '-', '-',        '-',      'provider', '-',        '-',      '-',        '-',   '-'),
	('premium payment',                'own', 'region',   '-',      '-',        '-',        '-',      '-',        '-',   '-'),
	('record insurance event',         '-',   'region',   '-',      '-',        '-',        '-',      '-',        '-',   '-'),
	('freeze / unfreeze',              '-',   '-',        '-',      '-',        '-',        '-',      '-',        '-',   '-'),
	('propose',                        '-',   'region',   '-',      '-',        '-',        '-',      '-',        'all', '-'),
	('approve',                        '-',   '-',        'region', '-',        '-',        '-',      '-',        '-',   '-'),
	('refuse or withdraw',             '-',   'region',   'region', '-',        '-',        '-',      '-',        '-',   '-'),
	('list proposals',                 '-',   'region',   'region', '-',        '-',        '-',      '-',        'all', '-'),
	('cut off, split',                 '-',   '-',        '-',      '-',        '-',        'nation', '-',        '-',   '-'),
	('seals',                          '-',   '-',        '-',      '-',        '-',        'nation', '-',        'all', '-'),
	('seals as a witness',             '-',   '-',        '-',      '-',        'any',      'any',    'any',      'any', '-'),
	('national tables',                '-',   '-',        '-',      '-',        '-',        'nation', '-',        'all', '-'),
	('audit log',                      '-',   '-',        '-',      '-',        '-',        '-',      '-',        'all', '-'),
	('checks of the whole ledger',     '-',   '-',        '-',      '-',        '-',        '-',      '-',        'all', '-'),
	('sign province table',            '-',   '-',        '-',      '-',        'province', '-',      '-',        '-',   '-'),
	('province tables',                '-',   '-',        '-',      '-',        'province', 'nation', 'province', 'all', '-'),
	('reconcile',                      '-',   '-',        '-',      '-',        'province', 'nation', '-',        'all', '-'),
	('notices of a region',            '-',   'region',   'region', '-',        'province', 'nation', 'province', 'all', '-'),
	('notices of a province',          '-',   '-',        '-',      '-',        'province', 'nation', 'province', 'all', '-'),
	('calendar',                       '-',   'any',      'any',    '-',        'any',      'any',    'any',      'any', '-'),
	('who has not signed',             '-',   '-',        '-',      '-',        'any',      'any',    'any',      'any', '-'),
	('issue notices',                  '-',   '-',        '-',      '-',        '-',        'nation', '-',        '-',   '-'),
	('record payment / receipt',       '-',   '-',        '-',      '-',        'province', '-',      'province', '-',   '-'),
	('fix prepayment',                 '-',   '-',        '-',      '-',        '-',        'nation', '-',        '-',   '-'),
	('request increase',               '-',   '-',        '-',      '-',        'province', '-',      '-',        '-',   '-'),
	('refuse or withdraw increase',    '-',   '-',        '-',      '-',        'province', 'nation', '-',        '-',   '-'),
	('act for a person',               'nation', '-',     '-',      '-',        '-',        '-',      '-',        '-',   '-'),
	('keep it running',                '-',   '-',        '-',      '-',        '-',        '-',      '-',        '-',   'nation');

-- the calls, each of somebody or something in 370100; own: who must be bound
CREATE TEMP TABLE call (line text, function text, own bigint, arguments text);
INSERT INTO call VALUES
	('open / close own wallet', 'open_wallet', 7, '7'),
	('open / close own wallet', 'close_wallet', 7, '7'),
	('request / accept / dissolve', 'request_relation', 5, $$5, 7, 'parent', 5$$),
	('request / accept / dissolve', 'accept_relation', 2, :'relation' || ', 2'),
	('request / accept / dissolve', 'refuse_relation', 2, :'relation' || ', 2'),
	('request / accept / dissolve', 'withdraw_relation', 5, :'relation' || ', 5'),
	('request / accept / dissolve', 'dissolve_relation', 2, :'relation' || ', 2'),
	('at a counter', 'establish_relation', 5, $$5, 8, 'parent'$$),
	('at a counter', 'establish_relations', 5, $$'{5}', '{8}', '{parent}'$$),
	('at a counter', 'credit_account', 5, $$gen_random_uuid(), 5, '1.00'$$),
	('at a counter', 'credit_accounts', 5, $$ARRAY[gen_random_uuid()], '{5,5}', '{1.00}'$$),
	('transfer', 'transfer', 5, $$gen_random_uuid(), 5, 2, '1.00'$$),
	('transfer', 'transfer_application', 5, $$gen_random_uuid(), 5, 'p2', '370199195206060054', '370100', '1.00', 'v'$$),
	('transfer', 'transfer_batch', 5, $$ARRAY[gen_random_uuid()], '{5}', '{2}', '{1.00}'$$),
	('query balance, records', 'wallet', 2, '2'),
	('query balance, records', 'quotas', 2, '2'),
	('query balance, records', 'history', 2, '2'),
	('query balance, records', 'balance_as_of', 2, $$2, 'infinity'$$),
	('query balance, records', 'person_record', 2, '2'),
	('query balance, records', 'explain_transfer', 5, $$5, 2, '1.00'$$),
	('query balance, records', 'explain_spend', 2, $$2, 'H37010000001', 'medical', '1.00'$$),
	('hold / capture / cancel / refund', 'spend', 2, $$gen_random_uuid(), 2, 'H37010000001', 'medical', '1.00'$$),
	('hold / capture / cancel / refund', 'hold', 2, $$gen_random_uuid(), 2, 'H37010000001', 'medical', '1.00'$$),
	('hold / capture / cancel / refund', 'capture', 2, format($$gen_random_uuid(), %s, '1.00'$$, :'hold')),
	('hold / capture / cancel / refund', 'cancel_hold', 2, :'hold'),
	('hold / capture / cancel / refund', 'refund', 2, format($$gen_random_uuid(), %s, '1.00'$$, :'spending')),
	('hold / capture / cancel / refund', 'refund_own_account', 2, format($$gen_random_uuid(), %s, '1.00'$$, :'spending')),
	('hold / capture / cancel / refund', 'amount_payable', 2, $$2, 'H37010000001', 'medical'$$),
	('premium payment', 'pay_premium', 2, $$gen_random_uuid(), 2, 'resident_medical', 2027, '1.00'$$),
	('record insurance event', 'insurance_event', 2, $$'e', 2, '2026-02-01', status => 'paused'$$),
	('freeze / unfreeze', 'freeze_wallet', 2, $$2, 'r'$$),
	('freeze / unfreeze', 'unfreeze_wallet', 2, $$2, 'r'$$),
	('propose', 'propose', 2, $$'freeze', '{"person_id": 2}', 'r'$$),
	('approve', 'approve_proposal', 2, :'proposal'),
	('refuse or withdraw', 'refuse_proposal', 2, :'proposal' || $$, 'r'$$),
	('list proposals', 'proposals', 2, $$'370100'$$),
	('cut off, split', 'cut_off', 2, $$'2026-02-01'$$),
	('cut off, split', 'split', 2, $$'2026-01-01'$$),
	('cut off, split', 'close_month', 2, $$'2026-01-01'$$),
	('cut off, split', 'withhold_line', 2, :'draw' || $$, 'r'$$),
	('cut off, split', 'release_line', 2, :'draw'),
	('cut off, split', 'deduct_line', 2, :'draw' || $$, 'r'$$),
	('cut off, split', 'record_deduction', 2, format($$'2026-02-01', %s, '1.00', 'r'$$, :'draw')),
	('cut off, split', 'cancel_deduction', 2, $$'2026-02-01', 1, 'r'$$),
	('cut off, split', 'seal_day', 2, $$'2026-01-31'$$),
	('seals', 'verify_seals', 2, ''),
	('seals as a witness', 'export_seals', 2, ''),
	('seals as a witness', 'verify_exported_seals', 2, $$'[]'$$),
	('cut off, split', 'raise_late_alarms', 2, ''),
	('national tables', 'clearing_pairs', 2, $$'2026-01-01', 'province'$$),
	('national tables', 'late_lines', 2, $$'2026-01-01'$$),
	('national tables', 'net_positions', 2, $$'2026-01-01'$$),
	('national tables', 'prepayment_status', 2, $$'2026-01-01'$$),
	('national tables', 'prepayment_forecast', 2, '2027'),
	('national tables', 'notices', 2, $$'2026-01-01'$$),
	('national tables', 'statistics', 2, $$'2026-01-01', '2026-02-01'$$),
	('national tables', 'clearing_report', 2, $$'2026-01-01'$$),
	('national tables', 'reconcile', 2, $$'2026-01-01'$$),
	('checks of the whole ledger', 'double_entry', 2, $$'2026-01-01'$$),
	('checks of the whole ledger', 'verify_wallets', 2, ''),
	('checks of the whole ledger', 'verify_relations', 2, ''),
	('checks of the whole ledger', 'verify_holds', 2, ''),
	('checks of the whole ledger', 'verify_spendings', 2, ''),
	('checks of the whole ledger', 'verify_facts', 2, ''),
	('checks of the whole ledger', 'verify_clearing', 2, ''),
	('checks of the whole ledger', 'verify_notices', 2, ''),
	('checks of the whole ledger', 'verify_prepayment', 2, ''),
	('checks of the whole ledger', 'verify_ledger', 2, ''),
	('sign province table', 'confirm_month', 2, $$'2026-01-01', '370000'$$),
	('province tables', 'province_table', 2, $$'2026-01-01', '370000'$$),
	('province tables', 'statistics', 2, $$'2026-01-01', '2026-02-01', '370000'$$),
	('province tables', 'clearing_report', 2, $$'2026-01-01', '370000'$$),
	('reconcile', 'reconcile', 2, $$'2026-01-01', NULL, 'centre', '370000'$$),
	('reconcile', 'reconcile', 2, $$'2026-01-01', NULL, '[]'::jsonb, '370000'$$),
	('notices of a region', 'notices', 2, $$'2026-01-01', '370100'$$),
	('notices of a province', 'notices', 2, $$'2026-01-01', '370000'$$),
	('notices of a province', 'notice_lines', 2, :'notice'),
	('calendar', 'clearing_calendar', 2, $$'2026-01-01'$$),
	('calendar', 'add_working_days', 2, $$'2026-01-01', 1$$),
	('who has not signed', 'unsigned_provinces', 2, $$'2026-01-01'$$),
	('issue notices', 'issue_notices', 2, $$'2026-01-01'$$),
	('record payment / receipt', 'record_payment', 2, :'notice' || $$, '2026-02-01', 'r'$$),
	('record payment / receipt', 'record_instalment', 2, :'notice' || $$, '1.00', '2026-02-01', 'r'$$),
	('record payment / receipt', 'confirm_receipt', 2, :'notice' || $$, '2026-02-01'$$),
	('fix prepayment', 'set_prepayment', 2, '2027'),
	('fix prepayment', 'set_initial_prepayment', 2, $$2026, '640000', '370000', '1.00'$$),
	('fix prepayment', 'approve_increase', 2, :'increase'),
	('request increase', 'request_increase', 2, $$'2026-01-01', '370000', '640000'$$),
	('request increase', 'request_increase', 2, $$'2026-01-01', '370000', '640000', '300.00'$$),
	('refuse or withdraw increase', 'refuse_increase', 2, :'increase' || $$, 'r'$$),
	('act for a person', 'act_for', 2, '2'),
	('keep it running', 'sweep', 2, ''),
	('keep it running', 'ensure_partitions', 2, $$'2026-03-01'$$),
	('keep it running', 'archive_month', 2, $$'2026-01-01'$$),
	('keep it running', 'grant_role', 2, $$'regress_duty_nobody', 'auditor', 'nation'$$),
	('keep it running', 'revoke_role', 2, $$'regress_duty_nobody', 'auditor', 'nation'$$),
	('keep it running', 'set_audit', 2, $$'*', 'transfer', true, true$$),
	('audit log', 'audit_trail', 2, $$'2026-01-01'$$),
	('keep it running', 'make_token', 2, '2');

CREATE ROLE regress_duty_nobody;
SELECT format('CREATE ROLE regress_duty_%s_%s', duty, w) FROM duty, unnest('{in,out}'::text[]) AS w \gexec
SELECT kinwallet.grant_role(format('regress_duty_%s_in', duty)::name, duty, scope_in) FROM duty \g /dev/null
SELECT kinwallet.grant_role(format('regress_duty_%s_out', duty)::name, duty, scope_out) FROM duty WHERE scope_out IS NOT NULL \g /dev/null

-- what the door says: 'passed', whatever comes after it, or 'refused'; nothing that was done stays
CREATE FUNCTION pg_temp.door(role name, bound bigint, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
BEGIN
	PERFORM set_config('role', role, true);
	IF bound IS NOT NULL THEN
		PERFORM kinwallet.act_for(bound);
	END IF;
	EXECUTE query;
	RAISE EXCEPTION USING ERRCODE = 'P0002';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
	RETURN CASE WHEN SQLSTATE = '42501' AND message ~ '^permission denied for function' THEN 'refused'
		WHEN SQLSTATE IN ('42501', '42883', '42601', '42725', '42703') THEN SQLSTATE || ' ' || message
		ELSE 'passed' END;
END
$$;

-- every cell: in scope and out of it; own cells also with nobody bound
CREATE TEMP TABLE cell AS
SELECT c.line, c.function, d.duty, w.place, format('SELECT kinwallet.%I(%s)', c.function, c.arguments) AS query,
	format('regress_duty_%s_%s', d.duty, CASE WHEN reach = 'own' OR w.place = 'in' THEN 'in' ELSE 'out' END)::name AS role,
	CASE WHEN d.duty = 'participant_app' AND c.function <> 'act_for' AND w.place <> 'unbound'
		THEN CASE WHEN w.place = 'in' THEN c.own ELSE 6 END END AS bound,
	CASE WHEN reach = '-' THEN 'refused' WHEN w.place = 'in' OR reach = 'any' THEN 'passed' ELSE 'refused' END AS expected
FROM call AS c
JOIN section_5 AS s ON s.line = c.line
CROSS JOIN duty AS d
CROSS JOIN LATERAL (SELECT to_jsonb(s)->>d.duty) AS m (reach)
CROSS JOIN unnest('{in,out,unbound}'::text[]) AS w (place)
WHERE CASE w.place WHEN 'in' THEN true WHEN 'out' THEN d.scope_out IS NOT NULL AND (d.duty <> 'participant_app' OR reach IN ('own', 'nation'))
	ELSE reach = 'own' END
UNION ALL
SELECT c.line, c.function, 'none', 'in', format('SELECT kinwallet.%I(%s)', c.function, c.arguments), 'regress_duty_nobody', NULL, 'refused'
FROM call AS c;

SELECT set_eq('SELECT DISTINCT function FROM call', 'SELECT DISTINCT function FROM kinwallet.duty_matrix() UNION VALUES (''freeze_wallet''), (''unfreeze_wallet'')',
	'ROLE-01: every function with a door is tried');
SELECT is((SELECT count(*) FROM call WHERE line NOT IN (SELECT line FROM section_5)), 0::bigint, 'every call has a line of the matrix');

ALTER TABLE cell ADD tried text;
UPDATE cell SET tried = pg_temp.door(role, bound, query);
SELECT is_empty($$SELECT function, duty, place, expected, tried, query FROM cell WHERE tried <> expected$$,
	format('ROLE-01: the matrix, %s cells tried with the privileges that grant_role() gives', (SELECT count(*) FROM cell)));

SELECT set_eq($$SELECT DISTINCT function FROM cell WHERE duty = 'provider_app' AND tried = 'passed'$$,
	'{spend,hold,capture,cancel_hold,refund,refund_own_account,amount_payable}'::text[], 'ROLE-04: a provider does its own business, and looks up what can be paid');

SELECT set_eq($$SELECT DISTINCT function FROM cell WHERE duty = 'finance' AND tried = 'passed'$$,
	$$SELECT function FROM unnest('{record_payment,record_instalment,confirm_receipt,province_table,notices,notice_lines,statistics,clearing_report,'
		'clearing_calendar,add_working_days,unsigned_provinces,export_seals,verify_exported_seals}'::text[]) AS function$$, 'ROLE-02: finance reads and books payments; it creates no lines');

-- the door alone: EXECUTE on everything changes nothing
SELECT format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA kinwallet TO %s', string_agg(DISTINCT role, ', ')) FROM cell \gexec
UPDATE cell SET tried = pg_temp.door(role, bound, query);
SELECT is_empty($$SELECT function, duty, place, expected, tried, query FROM cell WHERE tried <> expected$$,
	format('ROLE-01: the matrix, %s cells tried with EXECUTE on every function', (SELECT count(*) FROM cell)));

-- nothing tells a person, relation, hold ... that does not exist from one elsewhere
CREATE FUNCTION pg_temp.refusal(role name, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
BEGIN
	PERFORM set_config('role', role, true);
	EXECUTE query;
	RAISE EXCEPTION USING ERRCODE = 'P0002';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws('; ', SQLSTATE, message, detail);
END
$$;
CREATE TEMP TABLE unknown AS
SELECT c.function, c.query, c.role, regexp_replace(c.query, '\m(2|5|7|8|' || concat_ws('|', :'relation', :'hold', :'spending', :'notice', :'proposal', :'increase')
		|| ')\M', '987654321', 'g') AS other
FROM cell AS c
WHERE c.place = 'out' AND c.duty IN ('agency', 'agency_reviewer', 'province_clearing', 'finance') AND c.expected = 'refused'
	AND c.function !~ 'prepayment|ensure|calendar|add_working|request_increase';
SELECT cmp_ok((SELECT count(*) FROM unknown WHERE query <> other), '>', 100::bigint, 'calls about what does not exist');
SELECT is_empty($$SELECT query, other, pg_temp.refusal(role, query), pg_temp.refusal(role, other) FROM unknown
	WHERE query <> other AND pg_temp.refusal(role, query) <> pg_temp.refusal(role, other)$$,
	'ROLE-01: what does not exist is refused in the words for what lies elsewhere');
SELECT is(pg_temp.refusal('regress_duty_agency_out', 'SELECT kinwallet.wallet(2)'),
	'42501; permission denied for function wallet; The call is outside of the scope of what the current user has: agency for 440100 (ROLE-01).',
	'EDGE-96: a refusal says the duty and its scope, and nothing of the person');
-- one of many elsewhere is enough
SELECT is(pg_temp.door('regress_duty_agency_in', NULL, $$SELECT kinwallet.credit_accounts(ARRAY[gen_random_uuid(), gen_random_uuid()], '{5,1}', '{1.00,1.00}')$$)
		|| ' ' || pg_temp.door('regress_duty_agency_in', NULL, $$SELECT kinwallet.establish_relations('{5,1}', '{8,3}', '{parent,parent}')$$)
		|| ' ' || pg_temp.door('regress_duty_agency_in', NULL, $$SELECT kinwallet.establish_relations('{5,1}', '{8,8}', '{parent,parent}')$$),
	'refused refused passed', 'ROLE-01: of an array every element counts, of a pair one of both');

SELECT * FROM finish();
ROLLBACK;
