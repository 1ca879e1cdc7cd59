-- The calendar of clearing (rules.md 2.3) and working days.
BEGIN;
SELECT no_plan();
SELECT kinwallet.create_ledger();

CREATE FUNCTION pg_temp.row_of(month date) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(step || ' ' || to_char(due_on, 'MM-DD'), ' ' ORDER BY n) FROM kinwallet.clearing_calendar(month) WITH ORDINALITY AS c(step, due_on, n) $$;

-- the computed table of the rules, row by row
SELECT is(pg_temp.row_of('2026-01-01'),
	'reconcile 02-20 split 02-21 confirm 02-25 notice 02-28 file 03-06 pay 03-20 feedback 03-27', 'CP-02: calendar of 2026-01');
SELECT is(pg_temp.row_of('2026-02-01'),
	'reconcile 03-20 split 03-21 confirm 03-25 notice 03-31 file 04-08 pay 04-22 feedback 04-29', 'CP-02: calendar of 2026-02, over Qingming');
SELECT is(pg_temp.row_of('2026-03-01'),
	'reconcile 04-20 split 04-21 confirm 04-25 notice 04-30 file 05-11 pay 05-25 feedback 06-01', 'CP-02: calendar of 2026-03, over Labour Day and a worked Saturday');
SELECT is(pg_temp.row_of('2026-04-01'),
	'reconcile 05-20 split 05-21 confirm 05-25 notice 05-31 file 06-05 pay 06-22 feedback 06-29', 'CP-02: calendar of 2026-04, over the Dragon Boat Festival');
SELECT is(pg_temp.row_of('2026-08-01'),
	'reconcile 09-20 split 09-21 confirm 09-25 notice 09-30 file 10-13 pay 10-27 feedback 11-03', 'CP-02: calendar of 2026-08, over National Day');

-- beyond the table of holidays: the plain week
SELECT results_eq($$SELECT step, due_on FROM kinwallet.clearing_calendar('2029-11-01')$$,
	$$VALUES ('reconcile', date '2029-12-20'), ('split', '2029-12-21'), ('confirm', '2029-12-25'), ('notice', '2029-12-31'),
		('file', '2030-01-07'), ('pay', '2030-01-21'), ('feedback', '2030-01-28')$$, 'CP-02: beyond the table of holidays, weekends alone');
SELECT results_eq($$SELECT step, due_on FROM kinwallet.clearing_calendar('2029-12-01')$$,
	$$VALUES ('reconcile', date '2030-01-20'), ('split', '2030-01-21'), ('confirm', '2030-01-25'), ('notice', '2030-01-31'),
		('file', '2030-02-07'), ('pay', '2030-02-21'), ('feedback', '2030-02-28')$$, 'CP-02: December is cleared in the next year');
SELECT is((SELECT due_on FROM kinwallet.clearing_calendar('2028-01-01') WHERE step = 'notice'), '2028-02-29', 'CP-02: the end of a leap February');
-- the session's settings do not matter
SET LOCAL TimeZone = 'America/New_York';
SET LOCAL DateStyle = 'SQL, MDY';
SELECT is((SELECT due_on FROM kinwallet.clearing_calendar('2026-01-01') WHERE step = 'pay'), '2026-03-20', 'EDGE-01: whatever the TimeZone');
RESET DateStyle;

-- a change of the table counts at once
INSERT INTO kinwallet_data.holiday VALUES ('2026-03-02', false);
SELECT is(pg_temp.row_of('2026-01-01'),
	'reconcile 02-20 split 02-21 confirm 02-25 notice 02-28 file 03-09 pay 03-23 feedback 03-30', 'CP-02: a new day off moves what follows');
DELETE FROM kinwallet_data.holiday WHERE day = '2026-03-02';
-- a long time off: longer than what is read at once
INSERT INTO kinwallet_data.holiday SELECT d::date, false FROM generate_series(date '2030-01-01', date '2030-12-31', interval '1 day') AS d;
SELECT is((SELECT due_on FROM kinwallet.clearing_calendar('2029-11-01') WHERE step = 'file'), '2031-01-07', 'CP-02: a year off');

-- working days
SELECT is(kinwallet.add_working_days('2026-02-13', 1), '2026-02-14', 'PP-08: a worked Saturday is a working day');
SELECT is(kinwallet.add_working_days('2026-02-14', 1), '2026-02-24', 'PP-08: the Spring Festival is not');
SELECT is(kinwallet.add_working_days('2026-02-27', 1), '2026-02-28', 'PP-08: worked Saturday after the festival');
SELECT is(kinwallet.add_working_days('2026-03-06', 1), '2026-03-09', 'PP-08: a weekend is none');
SELECT is(kinwallet.add_working_days('2026-03-07', 3), '2026-03-11', 'PP-08: three, from a Saturday');
SELECT is(kinwallet.add_working_days('2026-03-09', 65), '2026-06-11', 'PP-08: over more than one reading of the table');

-- arguments
SELECT throws_ok($$SELECT kinwallet.clearing_calendar(NULL)$$, '22004', NULL, 'calendar of NULL');
SELECT throws_ok($$SELECT kinwallet.clearing_calendar('2026-01-02')$$, '22023', NULL, 'calendar of a day');
SELECT throws_ok($$SELECT kinwallet.clearing_calendar('infinity')$$, '22023', NULL, 'calendar of infinity');
SELECT throws_ok($$SELECT kinwallet.clearing_calendar('1999-12-01')$$, '22008', NULL, 'calendar before ids begin');
SELECT throws_ok($$SELECT kinwallet.clearing_calendar('0044-03-01 BC')$$, '22008', NULL, 'calendar before Christ');
SELECT throws_ok($$SELECT kinwallet.clearing_calendar('5874897-12-01')$$, '22008', NULL, 'calendar at the end of time');
SELECT throws_ok($$SELECT kinwallet.add_working_days(NULL, 1)$$, '22004', NULL, 'working days after NULL');
SELECT throws_ok($$SELECT kinwallet.add_working_days('2026-01-01', NULL)$$, '22004', NULL, 'NULL working days');
SELECT throws_ok($$SELECT kinwallet.add_working_days('2026-01-01', 0)$$, '22023', NULL, 'no working days');
SELECT throws_ok($$SELECT kinwallet.add_working_days('2026-01-01', -1)$$, '22023', NULL, 'negative working days');
SELECT throws_ok($$SELECT kinwallet.add_working_days('-infinity', 1)$$, '22023', NULL, 'working days after -infinity');
SELECT throws_ok($$SELECT kinwallet.add_working_days('5874897-12-01', 1)$$, '22008', NULL, 'working days at the end of time');

SELECT * FROM finish();
ROLLBACK;
