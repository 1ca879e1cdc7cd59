-- The life of a month in clearing, its tables on three levels, and lines that are late.
BEGIN;
SELECT no_plan();
SET LOCAL kinwallet.clock = '2026-01-20 10:00';
SELECT kinwallet.create_ledger();

CREATE FUNCTION pg_temp.id(month date, n int) RETURNS bigint LANGUAGE sql AS
	$$ SELECT ((extract(year FROM month)::int - 2000) * 12 + extract(month FROM month)::int - 1)::bigint << 42 | n $$;
-- one draw (d), or restore (r) of draw number restores; each is its own spending unless it restores
CREATE FUNCTION pg_temp.add_draw(month date, n int, kind "char", amount kinwallet.wallet_amount, payer kinwallet.region_code,
	payee kinwallet.region_code, restores bigint DEFAULT 0) RETURNS bigint LANGUAGE sql AS $$
	INSERT INTO kinwallet_data.draw (draw_id, spending_id, relation_id, restores, contributor, recipient, amount, at,
		payer_region, payee_region, recipient_region, month, position, kind, scope, use, place, counts)
	VALUES (pg_temp.id(month, n), CASE kind WHEN 'd' THEN pg_temp.id(month, n) ELSE restores END, 1, restores, 1, 2, amount, month + interval '10 days',
		payer, payee, payee, month, 1, kind,
		CASE WHEN payer OPERATOR(kinwallet.=) payee THEN 'l'
			WHEN kinwallet.province(payer) OPERATOR(kinwallet.=) kinwallet.province(payee) THEN 'i' ELSE 'c' END,
		'm', 'q', CASE kind WHEN 'd' THEN 3 ELSE 0 END)
	RETURNING draw_id
$$;
CREATE FUNCTION pg_temp.state(month date) RETURNS text LANGUAGE sql AS
	$$ SELECT state FROM kinwallet_data.clearing_month AS m WHERE m.month = state.month $$;
CREATE FUNCTION pg_temp.pairs(month date, level text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s>%s times %s items %s: %s - %s = %s, %s', payer, payee, person_times, items, gross, reversed, due, adjustment)
	FROM kinwallet.clearing_pairs(month, level)
$$;
CREATE FUNCTION pg_temp.sign_all(month date) RETURNS bigint LANGUAGE sql AS
	$$ SELECT count(kinwallet.confirm_month(sign_all.month, p)) FROM (SELECT p FROM kinwallet.unsigned_provinces(sign_all.month) AS p ORDER BY p OFFSET 0) AS o $$;
-- what the tables and the draws, and the levels among themselves, disagree about
CREATE FUNCTION pg_temp.faults() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', check_name, subject, expected, found) FROM kinwallet.verify_clearing()
	UNION ALL SELECT concat_ws(' ', check_name, subject, expected, found) FROM kinwallet.verify_notices()
$$;
SET LOCAL search_path = public, kinwallet;

SELECT pg_temp.add_draw('2026-01-01', 1, 'd', '100.00', '640200', '370100');
SELECT pg_temp.add_draw('2026-01-01', 2, 'd', '50.00', '640100', '370100');
SELECT pg_temp.add_draw('2026-01-01', 3, 'd', '7.00', '640100', '640200');
SELECT pg_temp.add_draw('2026-01-01', 4, 'd', '9.00', '640100', '640100');
SELECT pg_temp.add_draw('2026-01-01', 5, 'd', '1.01', '650100', '660000');
SELECT pg_temp.add_draw('2026-01-01', 6, 'd', '100.00', '320100', '310000');
SELECT pg_temp.add_draw('2026-01-01', 7, 'd', '5.00', '320200', '310000');
SELECT pg_temp.add_draw('2026-01-01', 8, 'r', '35.00', '320200', '310000', pg_temp.id('2025-12-01', 1));
SELECT pg_temp.add_draw('2026-01-01', 9, 'd', '20.00', '370200', '640200');

/*
 * Arguments
 */
SELECT throws_ok($$SELECT confirm_month(NULL, '640000')$$, '22004', NULL, 'confirm_month without month');
SELECT throws_ok($$SELECT confirm_month('2026-01-01', NULL)$$, '22004', NULL, 'confirm_month without province');
SELECT throws_ok($$SELECT confirm_month('2026-01-02', '640000')$$, '22023', NULL, 'confirm_month of a day');
SELECT throws_ok($$SELECT confirm_month('infinity', '640000')$$, '22023', NULL, 'confirm_month of infinity');
SELECT throws_ok($$SELECT confirm_month('2026-01-01', '640200')$$, 'KW017', NULL, 'confirm_month of a region: no province');
SELECT throws_ok($$SELECT close_month(NULL)$$, '22004', NULL, 'close_month without month');
SELECT throws_ok($$SELECT close_month('2026-01-31')$$, '22023', NULL, 'close_month of a day');
SELECT throws_ok($$SELECT issue_notices(NULL)$$, '22004', NULL, 'issue_notices without month');
SELECT throws_ok($$SELECT issue_notices('2026-01-31')$$, '22023', NULL, 'issue_notices of a day');
SELECT is_empty($$SELECT province_table(NULL, '640000')$$, 'province_table without month: nothing');
SELECT is_empty($$SELECT province_table('2026-01-01', NULL)$$, 'province_table without province: nothing');
SELECT throws_ok($$SELECT province_table('2026-01-01', '640200')$$, 'KW017', NULL, 'province_table of a region');
SELECT throws_ok($$SELECT province_table('2026-01-03', '640000')$$, '22023', NULL, 'province_table of a day');
SELECT is_empty($$SELECT net_positions(NULL)$$, 'net_positions without month: nothing');
SELECT is_empty($$SELECT late_lines(NULL)$$, 'late_lines without month: nothing');
SELECT throws_ok($$SELECT net_positions('infinity')$$, '22023', NULL, 'net_positions of infinity');

/*
 * open -> cut_off -> split: nothing before its turn
 */
SELECT throws_ok($$SELECT confirm_month('2026-01-01', '640000')$$, 'KW021', 'month 2026-01 is not split', 'a running month is not signed');
SELECT throws_ok($$SELECT issue_notices('2026-01-01')$$, 'KW021', 'month 2026-01 is not confirmed', 'a running month has no notices');
SELECT throws_ok($$SELECT close_month('2026-01-01')$$, 'KW021', 'month 2026-01 is not paid', 'a running month is not closed');
SELECT throws_ok($$SELECT province_table('2026-01-01', '640000')$$, 'KW021', NULL, 'a running month has no tables');
SET LOCAL kinwallet.clock = '2026-02-21 09:00';
SELECT cut_off('2026-01-01');
SELECT throws_ok($$SELECT confirm_month('2026-01-01', '640000')$$, 'KW021', 'month 2026-01 is not split', 'a month that is cut off is not signed');
SELECT throws_ok($$SELECT issue_notices('2026-01-01')$$, 'KW021', 'month 2026-01 is not confirmed', 'a month that is cut off has no notices');
SELECT throws_ok($$SELECT net_positions('2026-01-01')$$, 'KW021', NULL, 'a month that is cut off has no tables');
SET LOCAL kinwallet.clock = '2026-02-21 10:00';
SELECT split('2026-01-01');
SELECT is(pg_temp.state('2026-01-01'), 'split', 'CLR-04: split');
SELECT throws_ok($$SELECT issue_notices('2026-01-01')$$, 'KW021', 'month 2026-01 is not confirmed', 'a split month has no notices');

/*
 * Three levels
 */
SELECT results_eq($$SELECT pg_temp.pairs('2026-01-01', 'province')$$, $$VALUES
	('320000>310000 times 2 items 3: 105.00 - 35.00 = 70.00, 0.00'),
	('370000>640000 times 1 items 1: 20.00 - 0.00 = 20.00, 0.00'),
	('640000>370000 times 2 items 2: 150.00 - 0.00 = 150.00, 0.00'),
	('650000>660000 times 1 items 1: 1.01 - 0.00 = 1.01, 0.00')$$, 'CLR-04, EDGE-73: the national table');
SELECT results_eq($$SELECT pg_temp.pairs('2026-01-01', 'intra_province')$$,
	$$VALUES ('640100>640200 times 1 items 1: 7.00 - 0.00 = 7.00, 0.00')$$, 'EDGE-73: within the province');
SELECT results_eq($$SELECT format('%s %s %s %s: %s %s', direction, region, counterparty_province, counterparty, due, adjustment)
		FROM province_table('2026-01-01', '640000')$$, $$VALUES
	('payable 640100 370000 370100: 50.00 0.00'),
	('payable 640200 370000 370100: 100.00 0.00'),
	('receivable 640200 370000 370200: 20.00 0.00')$$, 'CP-03: Ningxia''s table, what is paid up and passed down');
SELECT results_eq($$SELECT format('%s %s %s: %s - %s = %s, %s', direction, region, counterparty, gross, reversed, due, adjustment)
		FROM province_table('2026-01-01', '320000')$$, $$VALUES
	('payable 320100 310000: 100.00 - 0.00 = 100.00, 0.00'),
	('payable 320200 310000: 5.00 - 35.00 = 0.00, 30.00')$$, 'LR-02: regions of +100 and -30 stand on their own, their provinces'' pair is 70');
SELECT is_empty($$
	SELECT p, t.direction FROM shipped_regions() AS r, LATERAL (SELECT province(r.region) AS p) AS own,
		LATERAL (SELECT direction, sum(due) - sum(adjustment) AS regions FROM province_table('2026-01-01', p) GROUP BY direction) AS t,
		LATERAL (SELECT sum(due) - sum(adjustment) AS national FROM clearing_pairs('2026-01-01', 'province') AS c
			WHERE CASE t.direction WHEN 'payable' THEN c.payer ELSE c.payee END = p) AS n
	WHERE regions <> national$$, 'invariant 6: each province''s table sums up to its part of the national table');
SELECT is((SELECT count(DISTINCT p)::int FROM shipped_regions() AS r, LATERAL (SELECT province(r.region) AS p) AS own,
	province_table('2026-01-01', p)), 6, 'six provinces have such a table, the 65th and the 66th apart');
SELECT results_eq($$SELECT format('%s pays %s gets %s: %s', province, payable, receivable, net) FROM net_positions('2026-01-01')$$, $$VALUES
	('310000 pays 0.00 gets 70.00: 70.00'), ('320000 pays 70.00 gets 0.00: -70.00'),
	('370000 pays 20.00 gets 150.00: 130.00'), ('640000 pays 150.00 gets 20.00: -130.00'),
	('650000 pays 1.01 gets 0.00: -1.01'), ('660000 pays 0.00 gets 1.01: 1.01')$$, 'CP-07: net positions, for information');
SELECT is_empty('SELECT pg_temp.faults()', 'invariants 5, 6: draws and tables agree');

/*
 * split -> confirmed, province by province
 */
CREATE TEMP TABLE first_split AS SELECT * FROM kinwallet_data.clearing_pair;
SET LOCAL kinwallet.clock = '2026-02-22 10:00';
SELECT split('2026-01-01');
SELECT set_eq('SELECT p::text FROM kinwallet_data.clearing_pair AS p', 'SELECT p::text FROM first_split AS p', 'EDGE-75: a rerun gives the same rows');
SELECT results_eq($$SELECT p::text FROM unsigned_provinces('2026-01-01') AS p ORDER BY p$$,
	$$VALUES ('310000'), ('320000'), ('370000'), ('640000'), ('650000'), ('660000')$$, 'who has to sign');
SET LOCAL kinwallet.clock = '2026-02-24 10:00';
SELECT lives_ok($$SELECT confirm_month('2026-01-01', '640000')$$, 'Ningxia signs');
SELECT is(pg_temp.state('2026-01-01'), 'split', 'one signature does not confirm a month');
SELECT throws_ok($$SELECT split('2026-01-01')$$, 'KW012', NULL, 'EDGE-75: from the first signature on no rerun');
SELECT throws_ok($$SELECT confirm_month('2026-01-01', '640000')$$, 'KW016', NULL, 'nobody signs twice');
SELECT throws_ok($$SELECT issue_notices('2026-01-01')$$, 'KW021', NULL, 'no notices before all have signed');
SELECT throws_ok($$SELECT withhold_line(pg_temp.id('2026-01-01', 1), 'late')$$, 'KW012', NULL, 'LR-03: a line of a signed month is not withheld');
SELECT throws_ok($$UPDATE kinwallet_data.clearing_pair SET items = 9 WHERE level = 'region'$$, 'KW012', NULL, 'EDGE-75: the pairs of a signed month stay');
SELECT throws_ok($$DELETE FROM kinwallet_data.clearing_pair$$, 'KW012', NULL, 'EDGE-75: they are not deleted');
SELECT throws_ok($$TRUNCATE kinwallet_data.clearing_pair$$, 'KW012', NULL, 'EDGE-75: nor truncated');
SELECT lives_ok($$SELECT confirm_month('2026-01-01', '540000')$$, 'a province without lines may sign');
SELECT lives_ok($$SELECT confirm_month('2026-01-01', p) FROM unnest('{310000,320000,370000,650000}'::region_code[]) AS p$$, 'four more sign');
SELECT is(pg_temp.state('2026-01-01'), 'split', 'all but the Corps have signed');
SELECT lives_ok($$SELECT confirm_month('2026-01-01', '660000')$$, 'the Corps signs');
SELECT is(pg_temp.state('2026-01-01'), 'confirmed', 'all have signed: confirmed');
SELECT throws_ok($$SELECT confirm_month('2026-01-01', '660000')$$, 'KW016', NULL, 'signed already, also when confirmed');
SELECT throws_ok($$SELECT confirm_month('2026-01-01', '110000')$$, 'KW012', NULL, 'a confirmed month takes no further signature');
SELECT throws_ok($$SELECT confirm_month('2026-01-01', '640200')$$, 'KW017', NULL, 'what does not exist is reported before the state');
SELECT throws_ok($$SELECT split('2026-01-01')$$, 'KW012', NULL, 'EDGE-75: a confirmed month is not split');
SELECT throws_ok($$SELECT cut_off('2026-01-01')$$, 'KW012', NULL, 'nor cut off');
SELECT throws_ok($$SELECT close_month('2026-01-01')$$, 'KW021', NULL, 'nor closed before it is paid');
SELECT results_eq($$SELECT format('%s %s %s', step, coalesce(province::text, '-'), at AT TIME ZONE 'Asia/Shanghai')
		FROM kinwallet_data.clearing_step ORDER BY step_id$$, $$VALUES
	('cut_off - 2026-02-21 09:00:00'), ('split - 2026-02-21 10:00:00'), ('split - 2026-02-22 10:00:00'),
	('sign 640000 2026-02-24 10:00:00'), ('sign 540000 2026-02-24 10:00:00'), ('sign 310000 2026-02-24 10:00:00'),
	('sign 320000 2026-02-24 10:00:00'), ('sign 370000 2026-02-24 10:00:00'), ('sign 650000 2026-02-24 10:00:00'),
	('sign 660000 2026-02-24 10:00:00'), ('confirmed - 2026-02-24 10:00:00')$$, 'each step is kept, in order');
SELECT is((SELECT count(*)::int FROM kinwallet_data.clearing_step WHERE by = session_user AND role = current_user), 11, 'and who did it');
SELECT throws_ok($$UPDATE kinwallet_data.clearing_step SET by = 'nobody'$$, 'KW020', NULL, 'EDGE-92: the log of steps is append-only');
SELECT is_empty('SELECT pg_temp.faults()', 'invariants 5, 6: a confirmed month');

/*
 * A month in which nobody spent anything: one signature confirms it
 */
SET LOCAL kinwallet.clock = '2026-03-22 10:00';
SELECT cut_off('2026-02-01'), split('2026-02-01');
SELECT is_empty($$SELECT unsigned_provinces('2026-02-01')$$, 'nobody has to sign an empty month');
SELECT throws_ok($$SELECT issue_notices('2026-02-01')$$, 'KW021', NULL, 'an empty month is to be signed all the same');
SELECT lives_ok($$SELECT confirm_month('2026-02-01', '110000')$$, 'somebody signs');
SELECT is(pg_temp.state('2026-02-01'), 'confirmed', 'an empty month is confirmed by any signature');
SELECT is(issue_notices('2026-02-01'), 0::bigint, 'it has no notices');
SELECT is(pg_temp.state('2026-02-01'), 'paid', 'nothing is to be paid');
SELECT lives_ok($$SELECT close_month('2026-02-01')$$, 'it can be closed');
SELECT throws_ok($$SELECT close_month('2026-02-01')$$, 'KW021', 'month 2026-02 is closed already', 'once');

/*
 * Withheld lines (LR-03, EDGE-76)
 */
SELECT pg_temp.add_draw('2026-03-01', 1, 'd', '100.00', '640200', '370100');
SELECT pg_temp.add_draw('2026-03-01', 2, 'd', '40.00', '640200', '370100');
SELECT pg_temp.add_draw('2026-03-01', 3, 'd', '60.00', '640100', '370200');
SELECT pg_temp.add_draw('2026-03-01', 4, 'd', '8.00', '640100', '640100');
SELECT pg_temp.add_draw('2026-03-01', 5, 'd', '11.00', '640100', '640200');
SELECT pg_temp.add_draw('2026-03-01', 6, 'r', '5.00', '640200', '370100', pg_temp.id('2026-03-01', 1));
SELECT pg_temp.add_draw('2026-04-01', 1, 'd', '3.00', '640200', '370100');

SELECT throws_ok($$SELECT withhold_line(NULL, 'x')$$, '22004', NULL, 'withhold_line without line');
SELECT throws_ok($$SELECT withhold_line(1, NULL)$$, '22004', NULL, 'withhold_line without reason');
SELECT throws_ok($$SELECT withhold_line(pg_temp.id('2026-03-01', 1), ' ')$$, '22023', NULL, 'withhold_line with a blank reason');
SELECT throws_ok($$SELECT withhold_line(1, 'x')$$, 'KW017', NULL, 'withhold_line of an unknown line');
SELECT throws_ok($$SELECT withhold_line(-1, 'x')$$, 'KW017', NULL, 'withhold_line of a negative id');
SELECT throws_ok($$SELECT withhold_line(pg_temp.id('2026-03-01', 4), 'x')$$, 'KW016', NULL, 'EDGE-73: a local line is not cleared, nor withheld');
SELECT throws_ok($$SELECT release_line(NULL)$$, '22004', NULL, 'release_line without line');
SELECT throws_ok($$SELECT release_line(1)$$, 'KW017', NULL, 'release_line of an unknown line');
SELECT throws_ok($$SELECT release_line(pg_temp.id('2026-03-01', 1))$$, 'KW016', NULL, 'release_line of a line that is not withheld');
SELECT throws_ok($$SELECT deduct_line(NULL, 'x')$$, '22004', NULL, 'deduct_line without line');
SELECT throws_ok($$SELECT deduct_line(1, NULL)$$, '22004', NULL, 'deduct_line without reason');
SELECT throws_ok($$SELECT deduct_line(1, '')$$, '22023', NULL, 'deduct_line with an empty reason');
SELECT throws_ok($$SELECT deduct_line(pg_temp.id('2026-03-01', 1), 'x')$$, 'KW016', NULL, 'deduct_line of a line that is not withheld');

-- in the running month already
SELECT lives_ok($$SELECT withhold_line(pg_temp.id('2026-03-01', 3), 'wrong person')$$, 'LR-03: a line of the running month can be withheld');
SELECT throws_ok($$SELECT withhold_line(pg_temp.id('2026-03-01', 3), 'again')$$, 'KW016', NULL, 'LR-03: but once');
SET LOCAL kinwallet.clock = '2026-04-21 10:00';
SELECT cut_off('2026-03-01'), split('2026-03-01');
SELECT results_eq($$SELECT pg_temp.pairs('2026-03-01', 'region')$$, $$VALUES
	('640100>640200 times 1 items 1: 11.00 - 0.00 = 11.00, 0.00'),
	('640200>370100 times 2 items 3: 140.00 - 5.00 = 135.00, 0.00')$$, 'LR-03: a withheld line is left out, the rest is not held up');
SELECT is_empty('SELECT pg_temp.faults()', 'invariant 5: draws less withheld lines are the table');
-- after the split: its table is out of date
SELECT lives_ok($$SELECT withhold_line(pg_temp.id('2026-03-01', 1), 'amount disputed')$$, 'LR-03: after the split, before a signature');
SELECT is(pg_temp.state('2026-03-01'), 'cut_off', 'the month is to be split again');
SELECT throws_ok($$SELECT confirm_month('2026-03-01', '640000')$$, 'KW021', NULL, 'the table that is out of date is not signed');
SELECT split('2026-03-01');
SELECT results_eq($$SELECT pg_temp.pairs('2026-03-01', 'province')$$, $$VALUES
	('640000>370000 times 1 items 2: 40.00 - 5.00 = 35.00, 0.00')$$, 'LR-03: both lines are left out');
-- released within its own month: nothing was late
SELECT lives_ok($$SELECT release_line(pg_temp.id('2026-03-01', 1))$$, 'LR-03: released before a signature');
SELECT is(pg_temp.state('2026-03-01'), 'cut_off', 'the month is to be split again');
SELECT split('2026-03-01');
SELECT results_eq($$SELECT pg_temp.pairs('2026-03-01', 'province')$$, $$VALUES
	('640000>370000 times 2 items 3: 140.00 - 5.00 = 135.00, 0.00')$$, 'LR-03: it is back');
SELECT lives_ok($$SELECT withhold_line(pg_temp.id('2026-03-01', 1), 'disputed after all')$$, 'LR-03: withheld once more');
SELECT lives_ok($$SELECT withhold_line(pg_temp.id('2026-03-01', 6), 'reversal of the same')$$, 'LR-03: a reversal can be withheld as well');
SELECT lives_ok($$SELECT withhold_line(pg_temp.id('2026-03-01', 5), 'within the province')$$, 'LR-03: so can a line within a province');
SELECT split('2026-03-01');
SELECT results_eq($$SELECT pg_temp.pairs('2026-03-01', 'region')$$, $$VALUES
	('640200>370100 times 1 items 1: 40.00 - 0.00 = 40.00, 0.00')$$, 'LR-03: a pair without a line has no row');
CREATE TEMP TABLE march AS SELECT * FROM kinwallet_data.clearing_pair WHERE month = '2026-03-01';
SELECT split('2026-03-01');
SELECT set_eq($$SELECT p::text FROM kinwallet_data.clearing_pair AS p WHERE month = '2026-03-01'$$, 'SELECT p::text FROM march AS p', 'EDGE-75: a rerun with withheld lines gives the same rows');
SELECT is(pg_temp.sign_all('2026-03-01'), 2::bigint, 'March is signed');
SELECT throws_ok($$SELECT withhold_line(pg_temp.id('2026-03-01', 2), 'x')$$, 'KW012', NULL, 'LR-03: too late to withhold');

SELECT results_eq($$SELECT format('%s %s %s>%s %s %s %s', draw_id - pg_temp.id('2026-03-01', 0), what, payer, payee, gross, reversed, reason) FROM late_lines('2026-03-01')$$, $$VALUES
	('1 withheld 640200>370100 -100.00 0.00 disputed after all'), ('3 withheld 640100>370200 -60.00 0.00 wrong person'),
	('5 withheld 640100>640200 -11.00 0.00 within the province'), ('6 withheld 640200>370100 0.00 -5.00 reversal of the same')$$, 'LR-03: what March is short of, and why');

-- April takes what is released before its signature, May the rest
SELECT lives_ok($$SELECT release_line(pg_temp.id('2026-03-01', 5))$$, 'LR-03: released after the signature');
SELECT is((SELECT clear_in FROM kinwallet_data.clearing_withheld WHERE draw_id = pg_temp.id('2026-03-01', 5)), '2026-04-01', 'EDGE-76: it is cleared in the next split');
SET LOCAL kinwallet.clock = '2026-05-21 10:00';
SELECT cut_off('2026-04-01'), split('2026-04-01');
SELECT results_eq($$SELECT pg_temp.pairs('2026-04-01', 'region')$$, $$VALUES
	('640100>640200 times 1 items 1: 11.00 - 0.00 = 11.00, 0.00'),
	('640200>370100 times 1 items 1: 3.00 - 0.00 = 3.00, 0.00')$$, 'EDGE-76: April has its own line and the one released');
SELECT lives_ok($$SELECT release_line(pg_temp.id('2026-03-01', 6))$$, 'LR-03: released while April is split');
SELECT is(pg_temp.state('2026-04-01'), 'cut_off', 'April is to be split again');
SELECT split('2026-04-01');
SELECT results_eq($$SELECT pg_temp.pairs('2026-04-01', 'province')$$, $$VALUES
	('640000>370000 times 1 items 2: 3.00 - 5.00 = 0.00, 2.00')$$, 'LR-02: a pair that went negative');
SELECT is_empty('SELECT pg_temp.faults()', 'invariant 5: draws with corrections are the tables, over three months');
SELECT ok(pg_temp.sign_all('2026-04-01') > 0, 'April is signed');
SET LOCAL kinwallet.clock = '2026-06-21 10:00';
SELECT cut_off('2026-05-01'), split('2026-05-01');
SELECT results_eq($$SELECT pg_temp.pairs('2026-05-01', 'region')$$, $$VALUES
	('640100>370200 times 1 items 1: 60.00 - 0.00 = 60.00, 0.00'),
	('640200>370100 times 1 items 1: 100.00 - 0.00 = 100.00, 0.00')$$, 'LR-03: two months later a withheld line is cleared, released or not');
SELECT is((SELECT sum(gross) - sum(reversed) FROM kinwallet_data.clearing_pair WHERE level = 'region' AND month >= '2026-03-01')::text,
	(SELECT sum(CASE kind WHEN 'd' THEN amount ELSE -amount END) FROM kinwallet_data.draw WHERE month >= '2026-03-01' AND scope <> 'l')::text,
	'invariant 5: over the months nothing is lost and nothing comes twice');
SELECT is((SELECT sum(person_times) FROM kinwallet_data.clearing_pair WHERE level = 'region' AND month >= '2026-03-01'),
	5::numeric, 'nor are person-times');
SELECT is_empty('SELECT pg_temp.faults()', 'invariant 5: draws with corrections are the tables, over four months');
SELECT ok(pg_temp.sign_all('2026-05-01') > 0, 'May is signed');
SELECT throws_ok($$SELECT release_line(pg_temp.id('2026-03-01', 1))$$, 'KW012', NULL, 'LR-03: a line that was cleared is not released');
SELECT throws_ok($$SELECT deduct_line(pg_temp.id('2026-03-01', 1), 'x')$$, 'KW012', NULL, 'LR-03: nor deducted as withheld');
SELECT is_empty('SELECT * FROM kinwallet_data.clearing_alarm', 'EDGE-76: nothing was later than allowed');

/*
 * Deductions (LR-04)
 */
SELECT throws_ok($$SELECT record_deduction(NULL, 1, '1', 'x')$$, '22004', NULL, 'record_deduction without month');
SELECT throws_ok($$SELECT record_deduction('2026-06-01', NULL, '1', 'x')$$, '22004', NULL, 'record_deduction without line');
SELECT throws_ok($$SELECT record_deduction('2026-06-01', 1, NULL, 'x')$$, '22004', NULL, 'record_deduction without amount');
SELECT throws_ok($$SELECT record_deduction('2026-06-01', 1, '1', NULL)$$, '22004', NULL, 'record_deduction without reason');
SELECT throws_ok($$SELECT record_deduction('2026-06-01', 1, '1', ' ')$$, '22023', NULL, 'record_deduction with a blank reason');
SELECT throws_ok($$SELECT record_deduction('2026-06-02', 1, '1', 'x')$$, '22023', NULL, 'record_deduction in a day');
SELECT throws_ok($$SELECT record_deduction('2026-06-01', 1, '1', 'x')$$, 'KW017', NULL, 'record_deduction of an unknown line');
SELECT throws_ok($$SELECT record_deduction('2026-05-01', pg_temp.id('2026-03-01', 1), '1', 'x')$$, 'KW012', NULL, 'LR-01: not in a signed month');
SELECT throws_ok($$SELECT record_deduction('2026-07-01', pg_temp.id('2026-03-01', 1), '1', 'x')$$, 'KW021', NULL, 'not in a month to come');
SELECT throws_ok($$SELECT record_deduction('2025-12-01', pg_temp.id('2026-03-01', 1), '1', 'x')$$, 'KW021', NULL, 'not before the line');
SELECT throws_ok($$SELECT record_deduction('2026-06-01', pg_temp.id('2026-03-01', 1), '0', 'x')$$, 'KW006', NULL, 'EDGE-56: not zero');
SELECT throws_ok($$SELECT record_deduction('2026-06-01', pg_temp.id('2026-03-01', 1), '-0.01', 'x')$$, 'KW006', NULL, 'EDGE-56: not negative');
SELECT throws_ok($$SELECT record_deduction('2026-06-01', pg_temp.id('2026-03-01', 1), '95.01', 'x')$$, 'KW006', NULL, 'LR-04: not more than the line less its refund');
SELECT throws_ok($$SELECT record_deduction('2026-06-01', pg_temp.id('2026-03-01', 6), '1', 'x')$$, 'KW016', NULL, 'LR-04: nothing from a reversal');
SELECT throws_ok($$SELECT record_deduction('2026-06-01', pg_temp.id('2026-03-01', 4), '1', 'x')$$, 'KW016', NULL, 'LR-04: nothing from a local line');
SELECT ok(record_deduction('2026-06-01', pg_temp.id('2026-03-01', 1), '90.00', 'not medical') > 0, 'LR-04: 90 of 100');
SELECT throws_ok($$SELECT record_deduction('2026-06-01', pg_temp.id('2026-03-01', 1), '5.01', 'x')$$, 'KW006', NULL, 'LR-04: 5.01 more are too much');
SELECT ok(record_deduction('2026-06-01', pg_temp.id('2026-03-01', 1), '5.00', 'nor that') > 0, 'LR-04: 5.00 are not');
SELECT throws_ok($$SELECT record_deduction('2026-06-01', pg_temp.id('2026-03-01', 1), '0.01', 'x')$$, 'KW006', NULL, 'LR-04: now nothing is left');
SELECT throws_ok($$DELETE FROM kinwallet_data.clearing_deduction$$, 'KW020', NULL, 'EDGE-92: deductions are facts');

-- a line that is withheld and then deducted: paid by nobody, missing nowhere
SELECT pg_temp.add_draw('2026-06-01', 1, 'd', '70.00', '110000', '120000');
SELECT pg_temp.add_draw('2026-06-01', 2, 'd', '30.00', '110000', '120000');
SELECT lives_ok($$SELECT withhold_line(pg_temp.id('2026-06-01', 1), 'audit')$$, 'LR-03: withheld for an audit');
SELECT throws_ok($$SELECT record_deduction('2026-06-01', pg_temp.id('2026-06-01', 1), '1', 'x')$$, 'KW016', NULL, 'LR-03: nothing is deducted from what is withheld');
SELECT ok(record_deduction('2026-06-01', pg_temp.id('2026-06-01', 2), '1.00', 'a part') > 0, 'LR-04: in the line''s own month');
SELECT throws_ok($$SELECT withhold_line(pg_temp.id('2026-06-01', 2), 'x')$$, 'KW016', NULL, 'LR-03: what was deducted from is not withheld');
SET LOCAL kinwallet.clock = '2026-07-21 10:00';
SELECT cut_off('2026-06-01'), split('2026-06-01');
SELECT results_eq($$SELECT pg_temp.pairs('2026-06-01', 'province')$$, $$VALUES
	('110000>120000 times 1 items 2: 30.00 - 1.00 = 29.00, 0.00'),
	('640000>370000 times 0 items 2: 0.00 - 95.00 = 0.00, 95.00')$$, 'LR-04, LR-02: a deduction is a reversal of its month');
SELECT ok(record_deduction('2026-06-01', pg_temp.id('2026-03-01', 3), '10.00', 'found late') > 0, 'LR-04: after the split, before a signature');
SELECT is(pg_temp.state('2026-06-01'), 'cut_off', 'the month is to be split again');
SELECT split('2026-06-01');
SELECT is((SELECT adjustment::text FROM clearing_pairs('2026-06-01', 'province') WHERE payer::text = '640000'), '105.00', 'LR-04: it is in');
SELECT is((SELECT string_agg(format('%s %s %s', line_month, what, reversed), ', ' ORDER BY draw_id, reversed) FROM late_lines('2026-06-01') WHERE what = 'deducted'),
	'2026-03-01 deducted 5.00, 2026-03-01 deducted 90.00, 2026-03-01 deducted 10.00, 2026-06-01 deducted 1.00', 'LR-04: June''s deductions');
SELECT ok(pg_temp.sign_all('2026-06-01') = 4, 'June is signed');
SELECT ok(deduct_line(pg_temp.id('2026-06-01', 1), 'no such treatment') > 0, 'LR-03: the dispute ends with a deduction');
SELECT throws_ok($$SELECT deduct_line(pg_temp.id('2026-06-01', 1), 'again')$$, 'KW016', NULL, 'LR-03: once');
SELECT throws_ok($$SELECT release_line(pg_temp.id('2026-06-01', 1))$$, 'KW016', NULL, 'LR-03: nothing is left to release');
SET LOCAL kinwallet.clock = '2026-08-21 10:00';
SELECT cut_off('2026-07-01'), split('2026-07-01');
SELECT results_eq($$SELECT pg_temp.pairs('2026-07-01', 'province')$$, $$VALUES
	('110000>120000 times 1 items 2: 70.00 - 70.00 = 0.00, 0.00')$$, 'LR-03: cleared and deducted in one month');
SELECT is_empty('SELECT pg_temp.faults()', 'invariant 5: draws with deductions are the tables');
SELECT ok(pg_temp.sign_all('2026-07-01') = 2, 'July is signed');

/*
 * What is late (EDGE-76)
 */
SELECT pg_temp.add_draw('2026-08-01', 1, 'd', '70.00', '110000', '120000');
SELECT pg_temp.add_draw('2026-11-01', 1, 'd', '1.00', '110000', '120000');
SET LOCAL kinwallet.clock = '2026-09-21 10:00';
SELECT withhold_line(pg_temp.id('2026-08-01', 1), 'forgotten');
SELECT cut_off('2026-08-01'), split('2026-08-01'), confirm_month('2026-08-01', '110000');
SET LOCAL kinwallet.clock = '2026-11-30 23:59:59';
SELECT is(raise_late_alarms(), 0::bigint, 'EDGE-76: two months and the one after are not late');
SET LOCAL kinwallet.clock = '2026-12-01 00:00';
SELECT is(raise_late_alarms(), 1::bigint, 'EDGE-76: a line that is later');
SELECT is(raise_late_alarms(), 0::bigint, 'EDGE-76: is told once');
SELECT results_eq($$SELECT kind, subject, detail FROM kinwallet_data.clearing_alarm$$,
	$$VALUES ('late_line', 'draw ' || pg_temp.id('2026-08-01', 1), 'not cleared by the end of 2026-11 (EDGE-76)')$$, 'EDGE-76: what the alarm says');
SET LOCAL kinwallet.clock = '2027-02-28 23:59:59';
SELECT is(raise_late_alarms(), 0::bigint, 'EDGE-76: a month with lines, the day before');
SET LOCAL kinwallet.clock = '2027-03-01 00:00';
SELECT is(raise_late_alarms(), 1::bigint, 'EDGE-76: a month that nobody cleared');
SELECT is((SELECT subject FROM kinwallet_data.clearing_alarm WHERE kind = 'late_month'), 'month 2026-11', 'EDGE-76: that one');
SET LOCAL kinwallet.clock = '2027-03-31 23:59:59';
SELECT is(raise_late_alarms(), 0::bigint, 'EDGE-76: the last day of the first quarter');
SET LOCAL kinwallet.clock = '2027-04-01 00:00';
SELECT is(raise_late_alarms(), 2::bigint, 'EDGE-76: year''s lines after 31 March, by line and by month');
SELECT results_eq($$SELECT subject FROM kinwallet_data.clearing_alarm WHERE kind = 'year_end' ORDER BY 1$$,
	$$VALUES ('draw ' || pg_temp.id('2026-08-01', 1)), ('month 2026-11')$$, 'EDGE-76: these');
-- split looks by itself; an agency's correction after the first quarter is possible, and told
SELECT ok(record_deduction('2026-09-01', pg_temp.id('2026-06-01', 2), '2.00', 'late audit') > 0, 'LR-05: an agency''s correction after the first quarter');
SELECT is((SELECT count(*)::int FROM kinwallet_data.clearing_alarm WHERE kind = 'year_end' AND subject LIKE 'deduction %'), 1, 'LR-05: with an alarm');
SELECT cut_off('2026-09-01'), split('2026-09-01');
SELECT is((SELECT count(*)::int FROM kinwallet_data.clearing_alarm), 5, 'split() finds no further ones');
SELECT throws_ok($$UPDATE kinwallet_data.clearing_alarm SET at = now()$$, 'KW020', NULL, 'EDGE-92: alarms are facts');
SELECT is_empty('SELECT pg_temp.faults()', 'invariants 5, 6: at the end');

/*
 * Deducted and refunded, and a deduction taken back (LR-04): never more is reversed than the line has
 */
CREATE TEMP TABLE deduction AS SELECT 0::bigint AS id LIMIT 0;
SELECT pg_temp.add_draw('2026-10-01', 1, 'd', '100.00', '640200', '370100');
INSERT INTO deduction SELECT record_deduction('2026-10-01', pg_temp.id('2026-10-01', 1), '30.00', 'audit');
SELECT cut_off('2026-10-01'), split('2026-10-01');
SELECT results_eq($$SELECT p FROM pg_temp.pairs('2026-10-01', 'province') AS p WHERE p LIKE '64%'$$, $$VALUES
	('640000>370000 times 1 items 2: 100.00 - 30.00 = 70.00, 0.00')$$, 'LR-04: 30 of 100 are deducted');
SELECT ok(pg_temp.sign_all('2026-10-01') = 4, 'October is signed');
SELECT pg_temp.add_draw('2026-11-01', 2, 'r', '80.00', '640200', '370100', pg_temp.id('2026-10-01', 1));
SELECT throws_ok($$SELECT record_deduction('2026-11-01', pg_temp.id('2026-10-01', 1), '0.01', 'x')$$, 'KW006', NULL, 'LR-04: a line refunded and deducted has nothing left');
SELECT cut_off('2026-11-01'), split('2026-11-01');
SELECT results_eq($$SELECT p FROM pg_temp.pairs('2026-11-01', 'province') AS p WHERE p LIKE '64%'$$, $$VALUES
	('640000>370000 times 0 items 2: 0.00 - 70.00 = 0.00, 70.00')$$, 'LR-04: of a refund of 80, 10 had been deducted already');
SELECT results_eq($$SELECT what, reversed::text, line_month FROM late_lines('2026-11-01')$$, $$VALUES
	('reinstated', '-10.00', '2026-10-01'::date)$$, 'LR-04: late_lines() says why');
SELECT is_empty('SELECT pg_temp.faults()', 'invariant 5: with a line refunded beyond what was left of it');

SELECT throws_ok($$SELECT cancel_deduction(NULL, 1, 'x')$$, '22004', NULL, 'cancel_deduction without month');
SELECT throws_ok($$SELECT cancel_deduction('2026-12-01', NULL, 'x')$$, '22004', NULL, 'cancel_deduction without deduction');
SELECT throws_ok($$SELECT cancel_deduction('2026-12-01', 1, NULL)$$, '22004', NULL, 'cancel_deduction without reason');
SELECT throws_ok($$SELECT cancel_deduction('2026-12-01', 1, ' ')$$, '22023', NULL, 'cancel_deduction with a blank reason');
SELECT throws_ok($$SELECT cancel_deduction('2026-12-31', 1, 'x')$$, '22023', NULL, 'cancel_deduction in a day');
SELECT throws_ok($$SELECT cancel_deduction('2026-12-01', 0, 'x')$$, 'KW017', NULL, 'cancel_deduction of an unknown one');
SELECT throws_ok($$SELECT cancel_deduction('2026-10-01', id, 'x') FROM deduction$$, 'KW012', NULL, 'LR-01: not in a signed month');
SELECT throws_ok($$SELECT cancel_deduction('2027-05-01', id, 'x') FROM deduction$$, 'KW021', NULL, 'not in a month to come');
SELECT pg_temp.add_draw('2026-12-01', 1, 'r', '20.00', '640200', '370100', pg_temp.id('2026-10-01', 1));
SELECT cut_off('2026-12-01'), split('2026-12-01');
SELECT results_eq($$SELECT pg_temp.pairs('2026-12-01', 'province')$$, $$VALUES
	('640000>370000 times 0 items 2: 0.00 - 0.00 = 0.00, 0.00')$$, 'LR-04: the rest of the refund had been deducted, too');
INSERT INTO deduction SELECT cancel_deduction('2026-12-01', id, 'appeal won') FROM deduction;
SELECT is(pg_temp.state('2026-12-01'), 'cut_off', 'the month is to be split again');
SELECT throws_ok($$SELECT cancel_deduction('2026-12-01', min(id), 'x') FROM deduction$$, 'KW016', NULL, 'LR-04: cancelled once');
SELECT throws_ok($$SELECT cancel_deduction('2026-12-01', max(id), 'x') FROM deduction$$, 'KW016', NULL, 'LR-04: a cancellation is not cancelled');
SELECT split('2026-12-01');
SELECT results_eq($$SELECT pg_temp.pairs('2026-12-01', 'province')$$, $$VALUES
	('640000>370000 times 0 items 3: 30.00 - 30.00 = 0.00, 0.00')$$, 'LR-04: owed again, and refunded');
SELECT is((SELECT sum(gross) - sum(reversed) FROM kinwallet_data.clearing_pair WHERE level = 'region' AND payer::text = '640200' AND month >= '2026-10-01')::text,
	'0.00', 'LR-04: over the months a line refunded in full is paid by nobody, and reversed once');
SELECT is_empty('SELECT pg_temp.faults()', 'invariant 5: with a deduction taken back');

-- only the functions write
CREATE ROLE regress_kinwallet_clerk;
GRANT USAGE ON SCHEMA kinwallet_data TO regress_kinwallet_clerk;
GRANT ALL ON ALL TABLES IN SCHEMA kinwallet_data TO regress_kinwallet_clerk;
SET LOCAL ROLE regress_kinwallet_clerk;
SELECT throws_ok($$UPDATE kinwallet_data.clearing_withheld SET state = 'withheld'$$, '42501', NULL, 'ROLE-03: late lines');
SELECT throws_ok($$INSERT INTO kinwallet_data.clearing_alarm DEFAULT VALUES$$, '42501', NULL, 'ROLE-03: alarms');
SELECT throws_ok($$UPDATE kinwallet_data.clearing_notice SET status = 'paid'$$, '42501', NULL, 'ROLE-03: notices');
SELECT throws_ok($$SELECT kinwallet.confirm_month('2026-09-01', '110000')$$, '42501', NULL, 'ROLE-03: nobody signs without a grant');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
