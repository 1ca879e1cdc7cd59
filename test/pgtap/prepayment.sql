-- Prepayment, each rule by its ID: the year's amount, usage and alarms, increase, forecast.
BEGIN;
SELECT plan(56);
SET LOCAL kinwallet.clock = '2026-01-15 10:00+08';
SELECT kinwallet.create_ledger('2025-07-01');

CREATE SEQUENCE pg_temp.seq;
-- what a pair of provinces owes in a month; "-" before the amount: a restore
CREATE FUNCTION pg_temp.owes(month date, payer text, payee text, amount text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO kinwallet_data.draw (draw_id, spending_id, relation_id, restores, contributor, recipient, amount, at,
		payer_region, payee_region, recipient_region, month, position, kind, scope, use, place, counts)
	VALUES (nextval('pg_temp.seq'), nextval('pg_temp.seq'), 1, 0, 1, 2, ltrim(amount, '-')::kinwallet.wallet_amount, month,
		payer::kinwallet.region_code, payee::kinwallet.region_code, payee::kinwallet.region_code, month, 1,
		CASE WHEN amount LIKE '-%' THEN 'r' ELSE 'd' END, 'c', 'm', 'q', 3)
$$;
CREATE FUNCTION pg_temp.split(month date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('kinwallet.clock', (month + interval '1 month 20 days')::text || '+08', true);
	PERFORM kinwallet.cut_off(month), kinwallet.split(month);
END
$$;
-- what a statement is refused with, "SQLSTATE rule", or what it gives
CREATE FUNCTION pg_temp.attempt(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	detail text;
BEGIN
	EXECUTE query INTO result;
	RETURN coalesce(nullif(result, ''), 'done');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', SQLSTATE, substring(detail FROM '\(([A-Z]+-[0-9]+)'));
END
$$;
-- "prepayment used alarm" of a pair, or of a payee with payer NULL
CREATE FUNCTION pg_temp.status(month date, payer text, payee text) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', s.prepayment, s.used, s.alarm) FROM kinwallet.prepayment_status(month) AS s
	WHERE s.payee::text = status.payee AND coalesce(s.payer::text, '') = coalesce(status.payer, '')
$$;
-- the alarm at so much used of 300,000.00: split, look, and take it back
CREATE FUNCTION pg_temp.alarm_at(used text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
BEGIN
	BEGIN
		PERFORM pg_temp.owes('2026-01-01', '640200', '370100', used);
		PERFORM pg_temp.split('2026-01-01');
		SELECT pg_temp.status('2026-01-01', '640000', '370000') || ', ' ||
			coalesce((SELECT string_agg(scope || ' ' || level, ' ' ORDER BY scope) FROM kinwallet_data.prepayment_alarm WHERE month = '2026-01-01'), 'no alarm')
		INTO found;
		RAISE SQLSTATE 'KWTST';
	EXCEPTION WHEN SQLSTATE 'KWTST' THEN
		NULL;
	END;
	RETURN found;
END
$$;
CREATE FUNCTION pg_temp.rule(october text, november text, december text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	found text;
BEGIN
	BEGIN
		PERFORM pg_temp.owes(m::date, '640200', '370100', amount) FROM (VALUES
			('2025-10-01', october), ('2025-11-01', november), ('2025-12-01', december)) AS v(m, amount) WHERE amount <> '0';
		PERFORM pg_temp.split(m::date) FROM unnest('{2025-10-01,2025-11-01,2025-12-01}'::date[]) AS m;
		PERFORM kinwallet.set_prepayment(2026);
		SELECT string_agg(amount::text, ' ') INTO found FROM kinwallet_data.prepayment;
		RAISE SQLSTATE 'KWTST';
	EXCEPTION WHEN SQLSTATE 'KWTST' THEN
		NULL;
	END;
	RETURN coalesce(found, 'none');
END
$$;

-- PP-02: exact, a third of a fen up or down
SELECT is(pg_temp.rule('120000.00', '150000.00', '180000.00'), '300000.00', 'PP-02: worked example 7');
SELECT is(pg_temp.rule('0.01', '0', '0'), '0.01', 'PP-02: 2 * 0.01 / 3 is 0.01');
SELECT is(pg_temp.rule('0.01', '0', '0.01'), '0.01', 'PP-02: 2 * 0.02 / 3 is 0.01');
SELECT is(pg_temp.rule('0.01', '0.01', '0.01'), '0.02', 'PP-02: 2 * 0.03 / 3 is 0.02');
SELECT is(pg_temp.rule('0', '0', '33333.35'), '22222.23', 'PP-02: 66,666.70 / 3 is 22,222.2333');
SELECT is(pg_temp.rule('100.00', '-50.00', '0.01'), '66.67', 'PP-02: a negative month counts nothing, as it pays nothing');
SELECT is(pg_temp.rule('30744573456182586.02', '30744573456182586.02', '30744573456182586.02'), '61489146912365172.04', 'PP-02: a third of all there can be');
SELECT is(pg_temp.attempt($$SELECT pg_temp.rule('92233720368547758.07', '0.01', '0')$$), '22003', 'PP-02: a quarter that fits no amount');
SELECT is(pg_temp.rule('0', '0', '0'), 'none', 'PP-02: a quarter without anything');
SELECT is(pg_temp.attempt('SELECT kinwallet.set_prepayment(2026)'), 'KW021', 'PP-02: October must be split');
SELECT pg_temp.owes(m::date, '640200', '370100', amount) FROM (VALUES
	('2025-09-01', '7.00'), ('2025-10-01', '120000.00'), ('2025-11-01', '150000.00'), ('2025-12-01', '180000.00')) AS v(m, amount);
SELECT pg_temp.split('2025-09-01');
SELECT is((SELECT months || ' ' || forecast FROM kinwallet.prepayment_forecast(2026)), '1 14.00', 'PRE-01: no quarter yet: twice the mean of the months before, 2 * 7 / 1');
SELECT pg_temp.split('2025-10-01');
SELECT is((SELECT months || ' ' || forecast FROM kinwallet.prepayment_forecast(2026)), '1 240000.00', 'PRE-01: by October alone, 2 * 120,000 / 1');
SELECT is(pg_temp.attempt('SELECT kinwallet.set_prepayment(2026)'), 'KW021', 'PP-02: November must be split');
SELECT pg_temp.split('2025-11-01');
SELECT is((SELECT months || ' ' || forecast FROM kinwallet.prepayment_forecast(2026)), '2 270000.00', 'PRE-01: by October and November, 2 * 270,000 / 2');
SELECT is(pg_temp.attempt('SELECT kinwallet.set_prepayment(2026)'), 'KW021', 'PP-02: December must be split');
SELECT pg_temp.split('2025-12-01');
SELECT is((SELECT months || ' ' || forecast || ' ' || difference FROM kinwallet.prepayment_forecast(2026)), '3 300000.00 300000.00', 'PRE-01: the whole quarter, 2 * 450,000 / 3');
SELECT is((SELECT string_agg(scope || ' ' || level, ' ' ORDER BY scope) FROM kinwallet_data.prepayment_alarm WHERE month = '2025-12-01'), 'pair red payee red', 'PP-07: something due, nothing prepaid: red');
SELECT is(kinwallet.set_prepayment(2026), 1::bigint, 'PP-03: one pair set');
SELECT is(pg_temp.attempt('SELECT kinwallet.set_prepayment(2026)'), 'KW016 PP-03', 'PP-03: once for a year');
SELECT is((SELECT concat_ws(' ', kind, side, addressee, counterparty, amount, due_on) FROM kinwallet_data.clearing_notice WHERE side = 'pay'),
	'prepayment pay 640000 370000 300000.00 2026-02-28', 'CP-01, PP-01, PP-03, PP-10: the insured province pays the care province, by the end of February');

-- PP-05 .. PP-07
SELECT is(pg_temp.alarm_at('0.01'), '300000.00 0.01 none, no alarm', 'PP-05: hardly used');
SELECT is(pg_temp.alarm_at('209999.99'), '300000.00 209999.99 none, no alarm', 'PP-06: a fen below 70 per cent');
SELECT is(pg_temp.alarm_at('210000.00'), '300000.00 210000.00 yellow, pair yellow payee yellow', 'PP-06: worked example 7, exactly 70 per cent');
SELECT is(pg_temp.alarm_at('269999.99'), '300000.00 269999.99 yellow, pair yellow payee yellow', 'PP-06: a fen below 90 per cent');
SELECT is(pg_temp.alarm_at('270000.00'), '300000.00 270000.00 red, pair red payee red', 'PP-07: worked example 7, exactly 90 per cent');
SELECT is(pg_temp.alarm_at('92233720368547758.07'), '300000.00 92233720368547758.07 red, pair red payee red', 'PP-07: no comparison overflows');
SELECT is(pg_temp.alarm_at('-1.00'), '300000.00 0.00 none, no alarm', 'PP-05: a negative month uses nothing');
SELECT pg_temp.owes('2026-01-01', '640200', '370100', '270000.00');
SELECT pg_temp.owes('2026-01-01', '110000', '370100', '1000.00');
SELECT kinwallet.set_initial_prepayment(2026, '110000', '370000', '10000.00');
SELECT pg_temp.split('2026-01-01');
SELECT is(pg_temp.status('2026-01-01', '640000', '370000'), '300000.00 270000.00 red', 'PP-07: the pair is red');
SELECT is(pg_temp.status('2026-01-01', NULL, '370000'), '310000.00 271000.00 yellow', 'PP-04: the payee may use all it holds: yellow');
SELECT is((SELECT ratio FROM kinwallet.prepayment_status('2026-01-01') WHERE payer::text = '640000'), 0.9, 'PP-05: the ratio');
SELECT is(pg_temp.attempt($$SELECT kinwallet.request_increase('2026-01-01', '370000', '640000')$$), 'KW016 PP-07', 'PP-07: by default the payee''s total decides');
SELECT kinwallet.split('2026-01-01');
SELECT is((SELECT count(*) FROM kinwallet_data.prepayment_alarm WHERE month = '2026-01-01'), 2::bigint, 'PP-06, PP-07: a rerun delivers nothing again');
SELECT pg_temp.owes('2026-01-01', '640200', '370100', '30000.00');
SELECT kinwallet.split('2026-01-01');
SELECT is((SELECT string_agg(concat_ws(' ', scope, payer, level, used), ', ' ORDER BY scope, level, payer) FROM kinwallet_data.prepayment_alarm WHERE month = '2026-01-01'),
	'pair 640000 red 270000.00, payee red 301000.00, payee yellow 271000.00', 'PP-07: more, and the total crosses red: one event more');
SELECT pg_temp.owes('2026-01-01', '640200', '370100', '-200000.00');
SELECT kinwallet.split('2026-01-01');
SELECT is((SELECT count(*) FROM kinwallet_data.prepayment_alarm WHERE month = '2026-01-01'), 3::bigint, 'PP-07: less, and nothing is taken back');
SELECT pg_temp.owes('2026-01-01', '640200', '370100', '200000.00');
SELECT kinwallet.split('2026-01-01');

-- PP-08
CREATE ROLE pgtap_kinwallet_care;
SELECT kinwallet.grant_role('pgtap_kinwallet_care', 'province_clearing', '370000'), kinwallet.grant_role('pgtap_kinwallet_care', 'national_clearing', 'nation');
SELECT is(pg_temp.attempt($$SELECT kinwallet.request_increase('2026-01-01', '370000', '110000')$$), 'KW016 PP-07', 'PP-07: twice 1,000 is no increase of 10,000');
SELECT is(pg_temp.attempt($$SELECT kinwallet.request_increase('2026-01-01', '370000', '650000')$$), 'KW016 PP-07', 'PP-07: nor is twice nothing');
SELECT is(pg_temp.attempt($$SELECT kinwallet.request_increase('2026-02-01', '370000', '640000')$$), 'KW021', 'PP-08: a month that is not split');
SELECT is(pg_temp.attempt($$SELECT kinwallet.request_increase('2026-01-01', '370100', '640000')$$), 'KW017', 'PP-08: no province');
SELECT is(pg_temp.attempt($$SELECT kinwallet.approve_increase(0)$$), 'KW017', 'PP-08: no such request');
SET SESSION AUTHORIZATION pgtap_kinwallet_care;
CREATE TEMP TABLE request AS SELECT kinwallet.request_increase('2026-01-01', '370000', '640000') AS id;
RESET SESSION AUTHORIZATION;
SELECT is(pg_temp.status('2026-01-01', '640000', '370000'), '300000.00 300000.00 red', 'PP-08: a request changes nothing');
SELECT is(pg_temp.attempt($$SELECT kinwallet.request_increase('2026-01-01', '370000', '640000')$$), 'KW016 PP-08', 'PP-08: one request at a time');
SET SESSION AUTHORIZATION pgtap_kinwallet_care;
DO $$
BEGIN
	PERFORM kinwallet.approve_increase((SELECT id FROM request));
EXCEPTION WHEN insufficient_privilege THEN
	UPDATE request SET id = id;
	PERFORM set_config('pgtap.refused', SQLERRM, false);
END
$$;
RESET SESSION AUTHORIZATION;
SELECT is(current_setting('pgtap.refused'), 'an increase must be approved by another user than the one who asked for it', 'PP-08, ROLE-02: not by the same user');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.approve_increase(%s)', id)), 'done', 'PP-08: by another one') FROM request;
SELECT is(pg_temp.status('2026-01-01', '640000', '370000'), '600000.00 300000.00 none', 'PP-08: twice what was used: 50 per cent');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.approve_increase(%s)', id)), 'KW016 PP-08', 'PP-08: once') FROM request;
SELECT is((SELECT concat_ws(' ', side, addressee, counterparty, amount, issued_at AT TIME ZONE 'Asia/Shanghai', due_on) FROM kinwallet_data.clearing_notice WHERE kind = 'emergency' AND side = 'pay'),
	'pay 640000 370000 300000.00 2026-02-21 00:00:00 ' || kinwallet.add_working_days(kinwallet.add_working_days('2026-02-21', 5), 10), 'PP-08, PP-10: a notice of the difference, 5 and 10 working days');
SELECT is((SELECT concat_ws(' ', requested_by, state, decided_by = session_user) FROM kinwallet_data.prepayment_request), 'pgtap_kinwallet_care approved t', 'PP-08: who did it is kept');

-- PP-03, PP-12: next year
SELECT pg_temp.owes(m::date, '640200', '370100', '0.02') FROM unnest('{2026-10-01,2026-11-01}'::date[]) AS m;
SELECT pg_temp.split(m::date) FROM unnest('{2026-10-01,2026-11-01,2026-12-01}'::date[]) AS m;
SELECT is((SELECT string_agg(concat_ws(' ', payer, forecast, prepayment, difference), ', ' ORDER BY payer) FROM kinwallet.prepayment_forecast(2027)),
	'110000 0.00 10000.00 -10000.00, 640000 0.03 600000.00 -599999.97', 'PRE-01: 2 * 0.04 / 3 is 0.03; what is too much goes back');
CREATE TEMP TABLE forecast AS SELECT payer, payee, forecast FROM kinwallet.prepayment_forecast(2027);
SELECT is(kinwallet.set_prepayment(2027), 2::bigint, 'PP-03: fixed anew');
SELECT results_eq('SELECT payer::text, payee::text, amount::text FROM kinwallet_data.prepayment WHERE year = 2027 ORDER BY payer',
	'SELECT payer::text, payee::text, forecast::text FROM forecast ORDER BY payer', 'PRE-01: the forecast by the whole quarter is what the rule sets');
SELECT is((SELECT string_agg(concat_ws(' ', addressee, counterparty, amount), ', ' ORDER BY counterparty) FROM kinwallet_data.clearing_notice WHERE kind = 'prepayment' AND side = 'pay' AND month = '2027-01-01'),
	'370000 110000 10000.00, 370000 640000 599999.97', 'PP-03: the care province returns the difference');
SELECT is(pg_temp.status('2026-01-01', '640000', '370000'), '600000.00 300000.00 none', 'PP-12: the year before keeps its float');
SELECT is(pg_temp.attempt($$SELECT kinwallet.set_initial_prepayment(2026, '640000', '370000', '1.00')$$), 'KW021 PP-03', 'PP-03: no year before a fixed one');
SELECT is((SELECT string_agg(concat_ws(' ', year, kind, before, after), ', ' ORDER BY event_id) FROM kinwallet_data.prepayment_event WHERE payer::text = '640000'),
	'2026 rule 0.00 300000.00, 2026 increase 300000.00 600000.00, 2027 rule 600000.00 0.03', 'PP-03, PP-08: all with history');
SELECT is(pg_temp.attempt('DELETE FROM kinwallet_data.prepayment_event'), 'KW020 EDGE-92', 'history stays');
SELECT is_empty('SELECT * FROM kinwallet.verify_prepayment() UNION ALL SELECT * FROM kinwallet.verify_notices()', 'what is stored agrees with itself');
SELECT * FROM finish();
ROLLBACK;
