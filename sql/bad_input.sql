-- Every function with bad arguments: an error or nothing, and the ledger as it was.
\set SHOW_CONTEXT never
\set original :DBNAME
CREATE DATABASE regress_kinwallet_bad_input TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_bad_input
CREATE EXTENSION kinwallet;
SET client_min_messages = warning;
SET kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'c1'),
	(2, '370199195206060054', 'B', '370100', 'resident', 'c2'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c3');
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
SELECT kinwallet.open_wallet(1), kinwallet.open_wallet(2), kinwallet.open_wallet(3);
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '1000.00');
SELECT kinwallet.establish_relation(1, 2, 'parent') > 0, kinwallet.request_relation(1, 3, 'parent', 1) > 0;
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '500.00') > 0;
SELECT spending_id > 0 FROM kinwallet.spend(gen_random_uuid(), 2, 'H37010000001', 'medical', '100.00');

-- Every row of every table, in one figure.
CREATE FUNCTION digest() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	tab regclass;
	n numeric;
	total numeric := 0;
BEGIN
	FOR tab IN SELECT oid FROM pg_class WHERE relnamespace = 'kinwallet_data'::regnamespace AND relkind = 'r' AND relname !~ '^audit' LOOP
		EXECUTE format('SELECT coalesce(sum(hashtextextended(tableoid || t::text, 1)::numeric), 0) FROM %s t', tab) INTO n;
		total := total + n;
	END LOOP;
	RETURN total || ' in ' || (SELECT count(*) FROM pg_class WHERE relnamespace = 'kinwallet_data'::regnamespace);
END
$$;
SELECT digest() AS before \gset

/*
 * All-NULL arguments, whole and with the defaults left out: what is VOLATILE
 * and takes arguments refuses NULL where it is not the default (22004); what
 * only computes gives NULL.
 */
CREATE FUNCTION answer(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM (SELECT %s) AS t (a) WHERE a IS NOT NULL', call) INTO n;
	RETURN CASE n WHEN 0 THEN 'nothing' ELSE n || ' rows' END;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;
CREATE VIEW callable AS
SELECT oid, proname, pronargs, provolatile,
	(SELECT string_agg('NULL::' || format_type(t, NULL), ', ' ORDER BY n) FROM unnest(proargtypes::oid[]) WITH ORDINALITY AS u(t, n)) AS nulls
FROM pg_proc
WHERE pronamespace = 'kinwallet'::regnamespace AND prokind = 'f'
	AND prorettype NOT IN ('trigger'::regtype) AND pronargs > 0 AND NOT 'internal'::regtype = ANY (proargtypes::oid[])
	AND NOT 'cstring'::regtype = ANY (proargtypes::oid[]);
SELECT count(*) > 20 AS many FROM callable WHERE provolatile = 'v';
-- those that may change something and do not refuse: one STRICT helper, which does nothing
SELECT proname, answer(format('kinwallet.%I(%s)', proname, nulls)) FROM callable
WHERE provolatile = 'v' AND answer(format('kinwallet.%I(%s)', proname, nulls)) <> '22004' ORDER BY proname COLLATE "C", pronargs;
-- those that look something up, or compute, and give something
SELECT proname, answer(format('kinwallet.%I(%s)', proname, nulls)) FROM callable
WHERE provolatile <> 'v' AND answer(format('kinwallet.%I(%s)', proname, nulls)) <> 'nothing' ORDER BY proname COLLATE "C", pronargs;
SELECT digest() = :'before' AS unchanged;

/*
 * Zero, negative, huge and unknown values.  Every combination for the
 * functions of one person or one id; the others by hand.
 */
CREATE FUNCTION answers(template text, VARIADIC vals text[]) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(DISTINCT answer(format(template, v)), ' ') FROM unnest(vals) AS v
$$;
\set ids '0, -1, 99, 4398046511103, 9223372036854775807, -9223372036854775808'
SELECT call, answers(call, VARIADIC string_to_array(:'ids', ', ')) FROM unnest(ARRAY[
	'kinwallet.open_wallet(%s)', 'kinwallet.close_wallet(%s)', 'kinwallet.freeze_wallet(%s, ''r'')', 'kinwallet.unfreeze_wallet(%s, ''r'')',
	'kinwallet.credit_account(gen_random_uuid(), %s, ''1.00'')', 'kinwallet.credit_accounts(ARRAY[gen_random_uuid()], ARRAY[%s]::bigint[], ''{1.00}'')',
	'kinwallet.request_relation(%s, 2, ''parent'', %1$s)', 'kinwallet.request_relation(1, %s, ''parent'', 1)', 'kinwallet.request_relation(3, 1, ''parent'', %s)',
	'kinwallet.accept_relation(%s, 1)', 'kinwallet.refuse_relation(%s, 1)', 'kinwallet.withdraw_relation(%s, 1)', 'kinwallet.dissolve_relation(%s, 1)',
	'kinwallet.establish_relation(%s, 2, ''parent'')', 'kinwallet.establish_relation(1, %s, ''parent'')',
	'kinwallet.establish_relations(ARRAY[%s]::bigint[], ''{2}'', ''{parent}'')',
	'kinwallet.insurance_event(''e'', %s, ''2026-02-01'', status => ''paused'')',
	'kinwallet.transfer(gen_random_uuid(), %s, 2, ''1.00'')', 'kinwallet.transfer(gen_random_uuid(), 1, %s, ''1.00'')',
	'kinwallet.transfer_application(gen_random_uuid(), %s, ''B'', ''370199195206060054'', ''370100'', ''1.00'', ''v'')',
	'kinwallet.spend(gen_random_uuid(), %s, ''H37010000001'', ''medical'', ''1.00'')',
	'kinwallet.refund(gen_random_uuid(), %s, ''1.00'')', 'kinwallet.refund_own_account(gen_random_uuid(), %s, ''1.00'')',
	'kinwallet.wallet(%s)', 'kinwallet.quotas(%s)', 'kinwallet.history(%s)', 'kinwallet.balance_as_of(%s, now())',
	'(kinwallet.explain_transfer(%s, 2, ''1.00'')).ok', '(kinwallet.explain_transfer(1, %s, ''1.00'')).ok',
	'kinwallet.withhold_line(%s, ''r'')', 'kinwallet.release_line(%s)', 'kinwallet.deduct_line(%s, ''r'')',
	'kinwallet.record_deduction(''2026-02-01'', %s, ''1.00'', ''r'')', 'kinwallet.cancel_deduction(''2026-02-01'', %s, ''r'')', 'kinwallet.record_payment(%s, ''2026-02-01'', ''r'')',
	'kinwallet.record_instalment(%s, ''1.00'', ''2026-02-01'', ''r'')', 'kinwallet.confirm_receipt(%s, ''2026-02-01'')',
	'kinwallet.notice_lines(%s)']) AS call;
SELECT sqlstate FROM unnest(ARRAY[0, -1, 99, 4398046511103, 9223372036854775807, -9223372036854775808]) AS id,
	kinwallet.transfer_batch(ARRAY[gen_random_uuid(), gen_random_uuid()], ARRAY[id, 1], ARRAY[2, id], '{1.00,1.00}') GROUP BY 1;
\set amounts '0.00, -0.01, -92233720368547758.08, 92233720368547758.07, 1e3, 0.001, NaN, infinity'
SELECT call, answers(call, VARIADIC string_to_array(:'amounts', ', ')) FROM unnest(ARRAY[
	'kinwallet.credit_account(gen_random_uuid(), 1, ''%s'')', 'kinwallet.transfer(gen_random_uuid(), 1, 2, ''%s'')',
	'kinwallet.transfer_application(gen_random_uuid(), 1, ''B'', ''370199195206060054'', ''370100'', ''%s'', ''v'')',
	'kinwallet.spend(gen_random_uuid(), 2, ''H37010000001'', ''medical'', ''%s'')',
	'kinwallet.refund(gen_random_uuid(), (SELECT spending_id FROM kinwallet_data.spending), ''%s'')',
	'kinwallet.refund_own_account(gen_random_uuid(), (SELECT spending_id FROM kinwallet_data.spending), ''%s'')',
	'kinwallet.record_deduction(''2026-02-01'', (SELECT draw_id FROM kinwallet_data.draw), ''%s'', ''r'')']) AS call;
SELECT answer($$ kinwallet.explain_transfer(1, 2, '92233720368547758.07') $$), answer($$ kinwallet.explain_transfer(1, 2, '-92233720368547758.08') $$);
\set dates '-infinity, infinity, 4714-11-24 BC, 5874897-12-31, 1999-12-01, 2026-02-01, 2026-01-15, 2170-09-01'
SELECT call, answers(call, VARIADIC string_to_array(:'dates', ', ')) FROM unnest(ARRAY[
	'kinwallet.cut_off(''%s'')', 'kinwallet.split(''%s'')', 'kinwallet.clearing_pairs(''%s'', ''province'')', 'kinwallet.clearing_pairs(''2026-02-01'', ''%s'')',
	'kinwallet.create_ledger(''%s'')', 'kinwallet.confirm_month(''%s'', ''640000'')', 'kinwallet.issue_notices(''%s'')',
	'kinwallet.close_month(''%s'')', 'kinwallet.clearing_calendar(''%s'')', 'kinwallet.add_working_days(''%s'', 1)',
	'kinwallet.province_table(''%s'', ''640000'')', 'kinwallet.net_positions(''%s'')', 'kinwallet.late_lines(''%s'')', 'kinwallet.notices(''%s'')',
	'kinwallet.record_deduction(''%s'', (SELECT draw_id FROM kinwallet_data.draw), ''1000.00'', ''r'')']) AS call;
SELECT call, answers(call, VARIADIC '{'''',x,省,"a''b",%,NUL}') FROM unnest(ARRAY[
	'kinwallet.spend(gen_random_uuid(), 2, %L, ''medical'', ''1.00'')', 'kinwallet.spend(gen_random_uuid(), 2, ''H37010000001'', %L, ''1.00'')',
	'kinwallet.dissolve_relation((SELECT min(relation_id) FROM kinwallet_data.relation), 1, %L)',
	'kinwallet.establish_relation(1, 2, %L)', 'kinwallet.insurance_event(''e'', 1, ''2026-02-01'', status => %L)',
	'kinwallet.insurance_event(''e'', 1, ''2026-02-01'', scheme => %L)', 'kinwallet.insurance_event(''e'', 1, ''2026-02-01'', region => %L)',
	'kinwallet.transfer_application(gen_random_uuid(), 1, %L, ''370199195206060054'', ''370100'', ''1.00'', ''v'')',
	'kinwallet.clearing_pairs(''2026-02-01'', %L)']) AS call;
SELECT digest() = :'before' AS unchanged;
SELECT * FROM kinwallet.verify_ledger();

\c :original
DROP DATABASE regress_kinwallet_bad_input;
