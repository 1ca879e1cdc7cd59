-- Notices and their payment: the worked example through to the paid notices of both months.
BEGIN;
SELECT no_plan();
SET LOCAL kinwallet.clock = '2026-01-09 08:00';
SELECT kinwallet.create_ledger();

CREATE FUNCTION pg_temp.notice(number text) RETURNS bigint LANGUAGE sql AS
	$$ SELECT notice_id FROM kinwallet_data.clearing_notice AS n WHERE n.number = notice.number $$;
CREATE FUNCTION pg_temp.status(number text) RETURNS text LANGUAGE sql AS
	$$ SELECT status FROM kinwallet.notices() AS n WHERE n.number = status.number $$;
CREATE FUNCTION pg_temp.state(month date) RETURNS text LANGUAGE sql AS
	$$ SELECT state FROM kinwallet_data.clearing_month AS m WHERE m.month = state.month $$;
CREATE FUNCTION pg_temp.sign_all(month date) RETURNS bigint LANGUAGE sql AS
	$$ SELECT count(kinwallet.confirm_month(sign_all.month, p)) FROM (SELECT p FROM kinwallet.unsigned_provinces(sign_all.month) AS p ORDER BY p OFFSET 0) AS o $$;
-- what the notices of a month and their lines disagree about
CREATE FUNCTION pg_temp.line_faults(month date) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT n.number FROM kinwallet.notices(line_faults.month) AS n
	WHERE n.kind IN ('payment', 'receipt', 'adjustment')
		AND n.amount::text IS DISTINCT FROM (SELECT kinwallet.sum(l.amount) FROM kinwallet.notice_lines(n.notice_id) AS l)::text
$$;
CREATE FUNCTION pg_temp.faults() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', check_name, subject, expected, found) FROM kinwallet.verify_ledger()
	UNION ALL SELECT concat_ws(' ', check_name, subject, expected, found) FROM kinwallet.verify_notices()
$$;
SET LOCAL search_path = public, kinwallet;

/*
 * The worked example of the rules
 */
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'a'),
	(2, '640299198207052026', 'B', '370100', 'resident', 'b'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c');
SELECT open_wallet(p) FROM generate_series(1, 3) AS p;
SELECT credit_account(new_request_id(), 1, '5000.00'), credit_account(new_request_id(), 3, '3000.00');
SELECT establish_relation(1, 2, 'spouse');
SET LOCAL kinwallet.clock = '2026-01-09 09:00';
SELECT establish_relation(3, 2, 'child');
SET LOCAL kinwallet.clock = '2026-01-10 09:00';
SELECT transfer(new_request_id(), 1, 2, '2000.00');
SET LOCAL kinwallet.clock = '2026-01-15 09:00';
SELECT transfer(new_request_id(), 3, 2, '300.00');
SET LOCAL kinwallet.clock = '2026-01-20 09:00';
SELECT transfer(new_request_id(), 1, 2, '500.00');
SET LOCAL kinwallet.clock = '2026-01-25 15:30';
SELECT spend(new_request_id(), 2, 'H37010000001', 'medical', '2600.00');
SET LOCAL kinwallet.clock = '2026-01-28 11:00';
SELECT refund(new_request_id(), spending_id, '650.00') FROM kinwallet_data.spending;
SET LOCAL kinwallet.clock = '2026-02-02 10:00';
SELECT dissolve_relation(relation_id, 1) FROM kinwallet_data.relation WHERE contributor = 1;
SET LOCAL kinwallet.clock = '2026-02-10 10:00';
SELECT refund(new_request_id(), spending_id, '1950.00') FROM kinwallet_data.spending;

SET LOCAL kinwallet.clock = '2026-02-21 08:00';
SELECT cut_off('2026-01-01'), split('2026-01-01');
SET LOCAL kinwallet.clock = '2026-02-25 08:00';
SELECT is(pg_temp.sign_all('2026-01-01'), 3::bigint, 'January: Ningxia, Jiangsu and Shandong sign');
SET LOCAL kinwallet.clock = '2026-02-28 08:00';
SELECT is(issue_notices('2026-01-01'), 6::bigint, 'PP-10: January has six notices, and none for the pair that owes 0.00');
SELECT is(pg_temp.state('2026-01-01'), 'noticed', 'January: noticed');
SELECT throws_ok($$SELECT issue_notices('2026-01-01')$$, 'KW021', 'month 2026-01 is noticed already', 'once');
SELECT results_eq($$SELECT format('%s %s %s %s>%s %s %s %s %s', number, kind, level, addressee, counterparty, amount, due_on, status, partner)
		FROM notices('2026-01-01')$$, $$VALUES
	('KW-202601-P-640000-370000 payment province 640000>370000 1950.00 2026-03-20 issued KW-202601-R-370000-640000'),
	('KW-202601-R-370000-640000 receipt province 370000>640000 1950.00 2026-03-20 issued KW-202601-P-640000-370000'),
	('KW-202601-P-370000-370100 payment region 370000>370100 1950.00 2026-03-27 issued KW-202601-R-370100-370000'),
	('KW-202601-R-370100-370000 receipt region 370100>370000 1950.00 2026-03-27 issued KW-202601-P-370000-370100'),
	('KW-202601-P-640200-640000 payment region 640200>640000 1950.00 2026-03-06 issued KW-202601-R-640000-640200'),
	('KW-202601-R-640000-640200 receipt region 640000>640200 1950.00 2026-03-06 issued KW-202601-P-640200-640000')$$,
	'PP-10, CP-03: paid up by the filing day, paid by the payment day, passed down by the feedback day');
SELECT is((SELECT count(*)::int FROM notices(party => '640000')), 2, 'notices of one party');
SELECT is((SELECT format('%s>%s %s %s %s-%s %s', payer, payee, person_times, items, gross, reversed, amount)
	FROM notice_lines(pg_temp.notice('KW-202601-P-640000-370000'))), '640200>370100 1 2 2500.00-550.00 1950.00', 'the lines of a notice');
SELECT is_empty($$SELECT pg_temp.line_faults('2026-01-01')$$, 'January: lines add up to their notices');
SELECT is_empty('SELECT pg_temp.faults()', 'January: noticed, and everything ties out');

/*
 * Paying: arguments and order
 */
SET LOCAL kinwallet.clock = '2026-03-05 08:00';
SELECT throws_ok($$SELECT record_payment(NULL, '2026-03-05', 'x')$$, '22004', NULL, 'record_payment without notice');
SELECT throws_ok($$SELECT record_payment(1, NULL, 'x')$$, '22004', NULL, 'record_payment without day');
SELECT throws_ok($$SELECT record_payment(1, '2026-03-05', NULL)$$, '22004', NULL, 'record_payment without reference');
SELECT throws_ok($$SELECT record_payment(0, '2026-03-05', 'x')$$, 'KW017', NULL, 'record_payment of an unknown notice');
SELECT throws_ok($$SELECT record_payment(-1, '2026-03-05', 'x')$$, 'KW017', NULL, 'record_payment of a negative id');
SELECT throws_ok($$SELECT record_payment(pg_temp.notice('KW-202601-P-640200-640000'), '2026-03-06', 'x')$$, '22023', NULL, 'record_payment of tomorrow');
SELECT throws_ok($$SELECT record_payment(pg_temp.notice('KW-202601-P-640200-640000'), '2026-02-27', 'x')$$, '22023', NULL, 'record_payment before the notice was issued');
SELECT throws_ok($$SELECT record_payment(pg_temp.notice('KW-202601-P-640200-640000'), 'infinity', 'x')$$, '22023', NULL, 'record_payment at the end of time');
SELECT throws_ok($$SELECT record_payment(pg_temp.notice('KW-202601-P-640200-640000'), '2026-03-05', ' ')$$, '22023', NULL, 'record_payment with a blank reference');
SELECT throws_ok($$SELECT record_payment(pg_temp.notice('KW-202601-R-640000-640200'), '2026-03-05', 'x')$$, 'KW016', NULL, 'record_payment of what is to be received');
SELECT throws_ok($$SELECT confirm_receipt(NULL, '2026-03-05')$$, '22004', NULL, 'confirm_receipt without notice');
SELECT throws_ok($$SELECT confirm_receipt(1, NULL)$$, '22004', NULL, 'confirm_receipt without day');
SELECT throws_ok($$SELECT confirm_receipt(0, '2026-03-05')$$, 'KW017', NULL, 'confirm_receipt of an unknown notice');
SELECT throws_ok($$SELECT confirm_receipt(pg_temp.notice('KW-202601-P-640200-640000'), '2026-03-05')$$, 'KW016', NULL, 'confirm_receipt of what is to be paid');
SELECT throws_ok($$SELECT confirm_receipt(pg_temp.notice('KW-202601-R-640000-640200'), '2026-03-05')$$, 'KW016', NULL, 'confirm_receipt of what is not paid');
SELECT throws_ok($$SELECT record_instalment(NULL, '1', '2026-03-05', 'x')$$, '22004', NULL, 'record_instalment without notice');
SELECT throws_ok($$SELECT record_instalment(1, NULL, '2026-03-05', 'x')$$, '22004', NULL, 'record_instalment without amount');
SELECT throws_ok($$SELECT record_instalment(1, '1', NULL, 'x')$$, '22004', NULL, 'record_instalment without day');
SELECT throws_ok($$SELECT record_instalment(1, '1', '2026-03-05', NULL)$$, '22004', NULL, 'record_instalment without reference');
SELECT throws_ok($$SELECT record_instalment(0, '1', '2026-03-05', 'x')$$, 'KW017', NULL, 'record_instalment of an unknown notice');
SELECT throws_ok($$SELECT record_instalment(pg_temp.notice('KW-202601-P-640200-640000'), '0', '2026-03-05', 'x')$$, 'KW006', NULL, 'EDGE-56: record_instalment of zero');
SELECT throws_ok($$SELECT record_instalment(pg_temp.notice('KW-202601-P-640200-640000'), '-5', '2026-03-05', 'x')$$, 'KW006', NULL, 'EDGE-56: record_instalment of less');
SELECT is_empty($$SELECT notice_lines(NULL)$$, 'notice_lines without notice: nothing');
SELECT throws_ok($$SELECT notice_lines(0)$$, 'KW017', NULL, 'notice_lines of an unknown notice');

/*
 * EDGE-79, EDGE-80: in time, in parts, late
 */
SELECT lives_ok($$SELECT record_payment(pg_temp.notice('KW-202601-P-640200-640000'), '2026-03-04', 'NX-1')$$, 'EDGE-80: Shizuishan pays up in full');
SELECT is((SELECT format('%s %s %s', status, paid, paid_on) FROM notices() WHERE number = 'KW-202601-P-640200-640000'), 'paid 1950.00 2026-03-04', 'EDGE-80: paid');
SELECT is(pg_temp.status('KW-202601-R-640000-640200'), 'paid', 'the receipt notice of the pair says so, too');
SELECT throws_ok($$SELECT record_payment(pg_temp.notice('KW-202601-P-640200-640000'), '2026-03-05', 'NX-2')$$, 'KW016', NULL, 'EDGE-80: not twice');
SELECT throws_ok($$SELECT record_instalment(pg_temp.notice('KW-202601-P-640200-640000'), '0.01', '2026-03-05', 'NX-2')$$, 'KW016', NULL, 'EDGE-80: nor a part more');
SELECT throws_ok($$SELECT confirm_receipt(pg_temp.notice('KW-202601-R-640000-640200'), '2026-03-03')$$, '22023', NULL, 'received before it was paid');
SELECT throws_ok($$SELECT confirm_receipt(pg_temp.notice('KW-202601-R-640000-640200'), '2026-03-06')$$, '22023', NULL, 'received tomorrow');
SELECT lives_ok($$SELECT confirm_receipt(pg_temp.notice('KW-202601-R-640000-640200'), '2026-03-05')$$, 'PP-09: Ningxia confirms the receipt');
SELECT throws_ok($$SELECT confirm_receipt(pg_temp.notice('KW-202601-R-640000-640200'), '2026-03-05')$$, 'KW016', NULL, 'PP-09: once');
SELECT is((SELECT received_on FROM notices() WHERE number = 'KW-202601-P-640200-640000'), '2026-03-05', 'PP-09: the payer sees it');

SELECT lives_ok($$SELECT record_instalment(pg_temp.notice('KW-202601-P-640000-370000'), '1000.00', '2026-03-05', 'F-1')$$, 'EDGE-80: an instalment');
SELECT throws_ok($$SELECT record_instalment(pg_temp.notice('KW-202601-P-640000-370000'), '1000.00', '2026-03-05', 'F-1')$$, 'KW016', NULL, 'EDGE-80: the same payment is not recorded twice');
SELECT throws_ok($$SELECT record_instalment(pg_temp.notice('KW-202601-P-640000-370000'), '950.01', '2026-03-05', 'F-2')$$, 'KW006', NULL, 'EDGE-80: one fen too much');
SELECT is((SELECT format('%s %s %s', status, paid, coalesce(paid_on::text, '-')) FROM notices() WHERE number = 'KW-202601-P-640000-370000'), 'issued 1000.00 -', 'EDGE-80: a part does not pay a notice');
SELECT throws_ok($$SELECT confirm_receipt(pg_temp.notice('KW-202601-R-370000-640000'), '2026-03-05')$$, 'KW016', NULL, 'EDGE-80: a part is no receipt');
SET LOCAL kinwallet.clock = '2026-03-20 23:59:59';
SELECT is(pg_temp.status('KW-202601-P-640000-370000'), 'issued', 'EDGE-79: not overdue on the last day');
SET LOCAL kinwallet.clock = '2026-03-21 00:00';
SELECT is(pg_temp.status('KW-202601-P-640000-370000'), 'overdue', 'EDGE-79: overdue the day after, in Asia/Shanghai');
SELECT is(pg_temp.status('KW-202601-R-370000-640000'), 'overdue', 'EDGE-79: for the payee as well');
SELECT is(pg_temp.status('KW-202601-P-370000-370100'), 'issued', 'EDGE-79: what is passed down is due later');
SELECT is(pg_temp.status('KW-202601-P-640200-640000'), 'paid', 'EDGE-79: what is paid is not overdue');
SET LOCAL kinwallet.clock = '2026-03-24 08:00';
SELECT lives_ok($$SELECT record_instalment(pg_temp.notice('KW-202601-P-640000-370000'), '949.99', '2026-03-24', 'F-2')$$, 'EDGE-80: a second instalment');
SELECT is(pg_temp.status('KW-202601-P-640000-370000'), 'overdue', 'EDGE-80: a fen is missing');
SELECT lives_ok($$SELECT record_payment(pg_temp.notice('KW-202601-P-640000-370000'), '2026-03-23', 'F-3')$$, 'EDGE-80: the rest, which arrived earlier');
SELECT is((SELECT format('%s %s %s', status, paid, paid_on) FROM notices() WHERE number = 'KW-202601-P-640000-370000'), 'paid 1950.00 2026-03-24', 'EDGE-80: paid with the last instalment');
SELECT is((SELECT string_agg(amount::text || ' ' || paid_on, ', ' ORDER BY payment_id) FROM kinwallet_data.clearing_payment
	WHERE notice_id = pg_temp.notice('KW-202601-P-640000-370000')), '1000.00 2026-03-05, 949.99 2026-03-24, 0.01 2026-03-23', 'EDGE-80: the instalments');
SELECT is(pg_temp.state('2026-01-01'), 'noticed', 'January is not paid while Jinan waits');
SELECT throws_ok($$SELECT close_month('2026-01-01')$$, 'KW021', 'month 2026-01 is not paid', 'nor can it be closed');
SELECT lives_ok($$SELECT record_payment(pg_temp.notice('KW-202601-P-370000-370100'), '2026-03-24', 'SD-1')$$, 'Shandong passes down');
SELECT is(pg_temp.state('2026-01-01'), 'paid', 'January is paid with its last notice');
SELECT throws_ok($$SELECT close_month('2026-01-01')$$, 'KW021', 'month 2026-01 cannot be closed before every receipt is confirmed', 'PP-09: two receipts are missing');
SELECT lives_ok($$SELECT confirm_receipt(pg_temp.notice(number), '2026-03-24') FROM unnest('{KW-202601-R-370000-640000,KW-202601-R-370100-370000}'::text[]) AS number$$, 'PP-09: both are confirmed');
SELECT lives_ok($$SELECT close_month('2026-01-01')$$, 'January is closed');
SELECT throws_ok($$SELECT confirm_receipt(pg_temp.notice('KW-202601-R-370000-640000'), '2026-03-24')$$, 'KW016', NULL, 'PP-09: a closed month stays as it is');
SELECT is_empty('SELECT pg_temp.faults()', 'January: closed, and everything ties out');
SELECT throws_ok($$UPDATE kinwallet_data.clearing_payment SET paid_on = '2026-03-01'$$, 'KW020', NULL, 'EDGE-92: payments are facts');

/*
 * February: the pair is negative (LR-02)
 */
SET LOCAL kinwallet.clock = '2026-03-31 08:00';
SELECT cut_off('2026-02-01'), split('2026-02-01');
SELECT is(pg_temp.sign_all('2026-02-01'), 2::bigint, 'February is signed');
SELECT is(issue_notices('2026-02-01'), 6::bigint, 'LR-02: February has six notices');
SELECT results_eq($$SELECT format('%s %s %s', number, kind, amount) FROM notices('2026-02-01') WHERE side = 'pay'$$, $$VALUES
	('KW-202602-AP-370000-640000 adjustment 1950.00'),
	('KW-202602-AP-370100-370000 adjustment 1950.00'),
	('KW-202602-AP-640000-640200 adjustment 1950.00')$$, 'LR-02: all of January goes back, in the opposite direction');
SELECT results_eq($$SELECT due_on FROM notices('2026-02-01') WHERE side = 'pay'$$,
	$$VALUES (date '2026-04-22'), ('2026-04-08'), ('2026-04-29')$$, 'LR-02: up, across and down in the order of the calendar');
SELECT is((SELECT format('%s>%s %s-%s %s', payer, payee, gross, reversed, amount)
	FROM notice_lines(pg_temp.notice('KW-202602-AR-640000-370000'))), '640200>370100 0.00-1950.00 1950.00', 'LR-02: the lines name the original pair');
SELECT is_empty($$SELECT pg_temp.line_faults('2026-02-01')$$, 'February: lines add up to their notices');
SELECT is((SELECT count(record_payment(notice_id, '2026-03-31', 'feb'))::int FROM notices('2026-02-01') WHERE side = 'pay'), 3, 'February is paid');
SELECT is((SELECT count(confirm_receipt(notice_id, '2026-03-31'))::int FROM notices('2026-02-01') WHERE side = 'receive'), 3, 'February is received');
SELECT lives_ok($$SELECT close_month('2026-02-01')$$, 'February is closed');
SELECT results_eq($$SELECT format('%s %s', month, state) FROM kinwallet_data.clearing_month ORDER BY month$$,
	$$VALUES ('2026-01-01 closed'), ('2026-02-01 closed')$$, 'both months of the worked example are paid and closed');
SELECT is_empty('SELECT pg_temp.faults()', 'February: closed, and everything ties out');
SELECT results_eq($$SELECT step FROM kinwallet_data.clearing_step WHERE month = '2026-02-01' ORDER BY step_id$$,
	$$VALUES ('cut_off'), ('split'), ('sign'), ('sign'), ('confirmed'), ('noticed'), ('paid'), ('closed')$$, 'the steps of February');

/*
 * A month of everything: provinces of one and of several regions, both
 * directions, negative pairs, the province itself as one of its regions
 */
CREATE FUNCTION pg_temp.add_draw(n int, kind "char", amount wallet_amount, payer region_code, payee region_code) RETURNS bigint LANGUAGE sql AS $$
	INSERT INTO kinwallet_data.draw (draw_id, spending_id, relation_id, restores, contributor, recipient, amount, at,
		payer_region, payee_region, recipient_region, month, position, kind, scope, use, place, counts)
	SELECT (26 * 12 + 2)::bigint << 42 | n, n, 1, 0, 1, 2, amount, '2026-03-10', payer, payee, payee, '2026-03-01', 1, kind,
		CASE WHEN payer OPERATOR(kinwallet.=) payee THEN 'l'
			WHEN kinwallet.province(payer) OPERATOR(kinwallet.=) kinwallet.province(payee) THEN 'i' ELSE 'c' END, 'm', 'q', 3
	RETURNING draw_id
$$;
SELECT setseed(0.35);
SELECT count(pg_temp.add_draw(n::int, (CASE WHEN r < 0.4 THEN 'r' ELSE 'd' END)::"char", from_fen(1 + (q * 1e6)::bigint), a.region, b.region))
FROM (SELECT n, random() AS r, random() AS q, (random() * 11)::int AS x, (random() * 11)::int AS y FROM generate_series(1, 400) AS n) AS d
JOIN unnest('{640100,640200,640300,370100,370200,110000,119900,310000,660000,650100,650200,540100}'::region_code[]) WITH ORDINALITY AS a(region, i) ON a.i = x + 1
JOIN unnest('{640100,640200,640300,370100,370200,110000,119900,310000,660000,650100,650200,540100}'::region_code[]) WITH ORDINALITY AS b(region, i) ON b.i = y + 1;
SET LOCAL kinwallet.clock = '2026-04-30 08:00';
SELECT cut_off('2026-03-01'), split('2026-03-01');
SELECT is(pg_temp.sign_all('2026-03-01'), 7::bigint, 'March: seven provinces sign');
SELECT is(issue_notices('2026-03-01'), (
	SELECT 2 * (count(*) FILTER (WHERE level = 'province' OR scope = 'i')
		+ count(DISTINCT (payer, adjustment > due)) FILTER (WHERE level = 'region' AND scope = 'c' AND payer <> province(payer))
		+ count(DISTINCT (payee, adjustment > due)) FILTER (WHERE level = 'region' AND scope = 'c' AND payee <> province(payee)))
	FROM kinwallet_data.clearing_pair
	WHERE month = '2026-03-01' AND due <> adjustment), 'PP-10: two for each pair, and for each region that pays up or is passed down');
CREATE FUNCTION pg_temp.clearing_faults() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', check_name, subject, expected, found) FROM kinwallet.verify_clearing()
	UNION ALL SELECT concat_ws(' ', check_name, subject, expected, found) FROM kinwallet.verify_notices()
$$;
SELECT is_empty('SELECT pg_temp.clearing_faults()', 'March: everything ties out');
SELECT is_empty($$SELECT pg_temp.line_faults('2026-03-01')$$, 'March: lines add up to their notices');
SELECT is((SELECT count(DISTINCT (kind, level, side))::int FROM notices('2026-03-01')), 12, 'March: each kind of notice on each level');
SELECT is_empty($$SELECT number FROM notices('2026-03-01') WHERE addressee = counterparty$$, 'nobody pays himself');
SELECT is((SELECT sum(amount) FROM notices('2026-03-01') WHERE level = 'province' AND kind = 'payment')::text,
	(SELECT sum(due) FROM clearing_pairs('2026-03-01', 'province'))::text, 'CP-07: gross, not netted');
SELECT is((SELECT sum(amount) FROM notices('2026-03-01') WHERE level = 'province' AND kind = 'receipt')::text,
	(SELECT sum(due) FROM clearing_pairs('2026-03-01', 'province'))::text, 'invariant 6: payable is receivable');
SELECT is((SELECT sum(net)::text FROM net_positions('2026-03-01')), '0.00', 'CP-07: net positions add up to nothing');
SELECT is_empty($$
	SELECT p.region FROM unnest('{640000,370000,650000}'::region_code[]) AS p(region)
	CROSS JOIN LATERAL (SELECT sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END) AS up FROM notices('2026-03-01')
		WHERE side = 'pay' AND level = 'region' AND (kind = 'payment' AND counterparty = p.region OR kind = 'adjustment' AND addressee = p.region)) AS regions
	CROSS JOIN LATERAL (SELECT sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END) AS out FROM notices('2026-03-01')
		WHERE side = 'pay' AND level = 'province' AND (kind = 'payment' AND addressee = p.region OR kind = 'adjustment' AND counterparty = p.region)) AS nation
	WHERE up <> out$$, 'CP-03: what regions pay up is what their province pays');

-- a notice of prepayment is paid like any other, and no month waits for it
INSERT INTO kinwallet_data.clearing_notice (notice_id, partner, number, month, kind, side, level, addressee, counterparty,
	amount, due_on, counts, issued_at, issued_by)
VALUES (100001, 100002, 'KW-202602-EP-640000-370000', '2026-02-01', 'emergency', 'pay', 'province', '640000', '370000', '10.00', '2026-05-01', false, business_time(), 'x'),
	(100002, 100001, 'KW-202602-ER-370000-640000', '2026-02-01', 'emergency', 'receive', 'province', '370000', '640000', '10.00', '2026-05-01', false, business_time(), 'x');
SELECT is(notice_number('2026-02-01', 'emergency', 'pay', 'province', '640000', '370000'), 'KW-202602-EP-640000-370000', 'PP-10: its number');
SELECT is_empty('SELECT notice_lines(100001)', 'PP-10: it has no lines');
SELECT lives_ok($$SELECT record_instalment(100001, '4.00', '2026-04-30', 'e1'), record_payment(100001, '2026-04-30', 'e2')$$, 'PP-10: it is paid');
SELECT lives_ok($$SELECT confirm_receipt(100002, '2026-04-30')$$, 'PP-10: and received');
SELECT is(pg_temp.state('2026-02-01'), 'closed', 'PP-10: its month is as it was');
SELECT is_empty('SELECT pg_temp.clearing_faults()', 'PP-10: and everything ties out');

-- every check can fail
DO $$
DECLARE
	tab name;
BEGIN
	FOR tab IN SELECT tgrelid::regclass::name FROM pg_trigger WHERE tgname = 'fact_guard' AND tgrelid::regclass::text LIKE '%clearing%' LOOP
		EXECUTE format('ALTER TABLE %s DISABLE TRIGGER fact_guard', tab);
	END LOOP;
	ALTER TABLE kinwallet_data.clearing_pair DISABLE TRIGGER clearing_pair_update;
END
$$;
CREATE FUNCTION pg_temp.breaks(checks text, harm text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	reported text;
BEGIN
	BEGIN
		EXECUTE harm;
		SELECT string_agg(DISTINCT check_name, ' ' ORDER BY check_name) INTO reported FROM kinwallet.verify_notices();
		RAISE SQLSTATE 'KWTST';
	EXCEPTION WHEN SQLSTATE 'KWTST' THEN
		NULL;
	END;
	RETURN is(reported, checks, 'verify: ' || checks || ': ' || left(regexp_replace(harm, '\s+', ' ', 'g'), 60));
END
$$;
SELECT pg_temp.breaks('clearing_month.signatures', $$UPDATE kinwallet_data.clearing_month SET signatures = 9 WHERE month = '2026-01-01'$$);
SELECT pg_temp.breaks('clearing_month.state clearing_month.unpaid', $$UPDATE kinwallet_data.clearing_month SET unpaid = 0 WHERE month = '2026-03-01'$$);
SELECT pg_temp.breaks('clearing_month.unpaid', $$UPDATE kinwallet_data.clearing_month SET unpaid = unpaid - 1 WHERE month = '2026-03-01'$$);
SELECT pg_temp.breaks('clearing_month.unconfirmed', $$UPDATE kinwallet_data.clearing_month SET unconfirmed = 0 WHERE month = '2026-03-01'$$);
SELECT pg_temp.breaks('clearing_month.state', $$UPDATE kinwallet_data.clearing_month SET state = 'paid' WHERE month = '2026-03-01'$$);
SELECT pg_temp.breaks('clearing_month.signatures clearing_month.state', $$DELETE FROM kinwallet_data.clearing_step WHERE step = 'sign' AND month = '2026-02-01'$$);
SELECT pg_temp.breaks('clearing_month.state', $$UPDATE kinwallet_data.clearing_month SET state = 'noticed' WHERE month = '2026-02-01'$$);
SELECT pg_temp.breaks('clearing_notice.amount clearing_notice.levels', $$UPDATE kinwallet_data.clearing_pair SET gross = gross + '1.00', due = due + '1.00'
	WHERE month = '2026-01-01' AND level = 'province' AND payer::text = '640000';
	UPDATE kinwallet_data.clearing_notice SET amount = amount + '1.00', paid = paid + '1.00' WHERE number ~ '^KW-202601-[PR]-(64|37)0000-(64|37)0000$';
	UPDATE kinwallet_data.clearing_payment SET amount = amount + '1.00' WHERE reference = 'F-1';
	UPDATE kinwallet_data.clearing_notice SET amount = amount + '1.00', paid = paid + '1.00' WHERE number ~ '^KW-202601-[PR]-(640200-640000|640000-640200)$';
	UPDATE kinwallet_data.clearing_payment SET amount = amount + '1.00' WHERE reference = 'NX-1'$$);
SELECT pg_temp.breaks('clearing_notice.levels', $$UPDATE kinwallet_data.clearing_pair SET gross = gross + '1.00', due = due + '1.00'
	WHERE month = '2026-01-01' AND level = 'province' AND payer::text = '640000';
	UPDATE kinwallet_data.clearing_notice SET amount = amount + '1.00', paid = paid + '1.00' WHERE number ~ '^KW-202601-[PR]-(64|37)0000-(64|37)0000$';
	UPDATE kinwallet_data.clearing_payment SET amount = amount + '1.00' WHERE reference = 'F-1'$$);
SELECT pg_temp.breaks('clearing_notice.partner', $$UPDATE kinwallet_data.clearing_notice SET due_on = due_on + 1 WHERE number = 'KW-202601-R-370000-640000'$$);
SELECT pg_temp.breaks('clearing_notice.paid', $$UPDATE kinwallet_data.clearing_notice SET paid_on = paid_on + 1 WHERE number IN ('KW-202601-R-370000-640000', 'KW-202601-P-640000-370000')$$);
SELECT pg_temp.breaks('clearing_notice.paid', $$DELETE FROM kinwallet_data.clearing_payment WHERE reference = 'F-2'$$);
SELECT pg_temp.breaks('clearing_notice.paid clearing_payment.notice', $$UPDATE kinwallet_data.clearing_payment SET notice_id = pg_temp.notice('KW-202601-R-370000-640000') WHERE reference = 'F-2'$$);
SELECT pg_temp.breaks('clearing_withheld.draw', $$INSERT INTO kinwallet_data.clearing_withheld VALUES
	(1, '2026-03-01', 'd', 'c', '1.00', '640100', '370100', 3, '2026-04-01', 'withheld', 'x', now(), 'x')$$);
SELECT pg_temp.breaks('clearing_deduction.draw', $$INSERT INTO kinwallet_data.clearing_deduction (month, draw_id, spending_id, scope, line_amount, amount, payer_region, payee_region, reason, at, by)
	SELECT '2026-04-01', draw_id, spending_id, scope, amount, amount + '0.01', payer_region, payee_region, 'x', now(), 'x'
	FROM kinwallet_data.draw WHERE month = '2026-03-01' AND kind = 'd' AND scope = 'c' LIMIT 1$$);
SELECT pg_temp.breaks('clearing_deduction.draw', $$INSERT INTO kinwallet_data.clearing_deduction (month, draw_id, spending_id, scope, line_amount, amount, payer_region, payee_region, reason, at, by)
	SELECT '2026-04-01', draw_id, spending_id, scope, amount, '0.01', payee_region, payer_region, 'x', now(), 'x'
	FROM kinwallet_data.draw WHERE month = '2026-03-01' AND kind = 'd' AND scope = 'c' LIMIT 1$$);
SELECT is_empty('SELECT pg_temp.clearing_faults()', 'and all harm is undone');

SELECT * FROM finish();
ROLLBACK;
