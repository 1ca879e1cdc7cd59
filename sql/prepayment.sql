-- Prepayment: the yearly rule, by hand, usage, alarms, increase, forecast.  Rules PP-01..12, PRE-01.
\set original :DBNAME
\set SHOW_CONTEXT never
CREATE DATABASE regress_kinwallet_prepayment TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_prepayment
CREATE EXTENSION kinwallet;
SET kinwallet.clock = '2026-01-15 10:00+08';
SELECT kinwallet.create_ledger('2025-07-01');

-- a month with what each pair of provinces owes, cut off and split
CREATE SEQUENCE seq;
CREATE FUNCTION clear(month date, pairs text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	pair text[];
BEGIN
	FOREACH pair SLICE 1 IN ARRAY pairs LOOP
		INSERT INTO kinwallet_data.draw (draw_id, spending_id, relation_id, restores, contributor, recipient, amount, at,
			payer_region, payee_region, recipient_region, month, position, kind, scope, use, place, counts)
		VALUES (nextval('seq'), nextval('seq'), 1, 0, 1, 2, ltrim(pair[3], '-')::kinwallet.wallet_amount, clear.month + interval '10 days',
			pair[1]::kinwallet.region_code, pair[2]::kinwallet.region_code, pair[2]::kinwallet.region_code, clear.month, 1,
			CASE WHEN pair[3] LIKE '-%' THEN 'r' ELSE 'd' END, 'c', 'm', 'q', 3);
	END LOOP;
	PERFORM set_config('kinwallet.clock', (clear.month + interval '1 month 20 days')::text, false);
	PERFORM kinwallet.cut_off(clear.month);
	PERFORM kinwallet.split(clear.month);
END
$$;
CREATE VIEW events AS
	SELECT event_id AS id, year, payer, payee, kind, since, before, after, request_id AS request, notice_id AS notice,
		kinwallet.business_date(at) AS on, by = session_user AS by_me
	FROM kinwallet_data.prepayment_event ORDER BY event_id;
CREATE VIEW alarms AS
	SELECT month, scope, payer, payee, level, used, prepayment FROM kinwallet_data.prepayment_alarm
	ORDER BY month, payee, payer NULLS LAST, level;

-- arguments
SELECT kinwallet.set_prepayment(NULL);
SELECT kinwallet.set_prepayment(1999);
SELECT kinwallet.set_prepayment(2200);
SELECT kinwallet.set_initial_prepayment(NULL, '640000', '370000', '1.00');
SELECT kinwallet.set_initial_prepayment(2026, NULL, '370000', '1.00');
SELECT kinwallet.set_initial_prepayment(2026, '640000', NULL, '1.00');
SELECT kinwallet.set_initial_prepayment(2026, '640000', '370000', NULL);
SELECT kinwallet.set_initial_prepayment(0, '640000', '370000', '1.00');
SELECT kinwallet.set_initial_prepayment(2026, '640200', '370000', '1.00');
SELECT kinwallet.set_initial_prepayment(2026, '640000', '370100', '1.00');
SELECT kinwallet.set_initial_prepayment(2026, '640000', '640000', '1.00');
SELECT kinwallet.set_initial_prepayment(2026, '640000', '370000', '0.00');
SELECT kinwallet.set_initial_prepayment(2026, '640000', '370000', '-1.00');
SELECT kinwallet.prepayment_status(NULL);
SELECT kinwallet.prepayment_status('2026-01-02');
SELECT kinwallet.prepayment_status('-infinity');
SELECT kinwallet.prepayment_status('2025-10-01');
SELECT kinwallet.prepayment_forecast(NULL);
SELECT kinwallet.prepayment_forecast(2200);
SELECT kinwallet.prepayment_forecast(2026);
BEGIN READ ONLY;
SELECT kinwallet.set_prepayment(2026);
ROLLBACK;

-- PP-02: each of the three months must be split
SELECT kinwallet.set_prepayment(2026);
SELECT clear('2025-08-01', '{{640200,370100,100000.00}}');
SELECT clear('2025-09-01', '{{640200,370100,50000.01},{320500,370100,10.00}}');
-- PRE-01: before the fourth quarter, the months that there are: 2 * 150,000.01 / 2, 2 * 10 / 2
SELECT * FROM kinwallet.prepayment_forecast(2026);
SELECT clear('2025-10-01', '{{640200,370100,120000.00},{650100,660000,0.01},{110000,120000,-5.00},{440100,450100,0.01}}');
-- one month of the quarter: 2 * 120,000
SELECT * FROM kinwallet.prepayment_forecast(2026);
SELECT clear('2025-11-01', '{{640200,370100,150000.00},{440100,450100,0.01}}');
SELECT * FROM kinwallet.prepayment_forecast(2026);
SELECT kinwallet.split('2025-12-01');
-- the year before is not over, nor is December split
SELECT kinwallet.set_prepayment(2026);
SELECT clear('2025-12-01', '{{640200,370100,180000.00},{370100,640200,77.77}}');
SELECT kinwallet.prepayment_status('2025-12-01');
SELECT * FROM kinwallet.prepayment_forecast(2026);

-- worked example 7, and thirds of a fen: 2 * 0.01 / 3 is 0.01, 2 * 0.02 / 3 is 0.01; one pair by hand
SELECT kinwallet.set_initial_prepayment(2026, '370000', '640000', '40.00');
SELECT kinwallet.set_initial_prepayment(2026, '370000', '640000', '50.00');
SELECT kinwallet.set_initial_prepayment(2026, '370000', '640000', '50.00');
SELECT kinwallet.set_prepayment(2026);
SELECT * FROM kinwallet_data.prepayment ORDER BY year, payer, payee;
SELECT * FROM events;
-- fixed once; by hand neither, nor the year before
SELECT kinwallet.set_prepayment(2026);
SELECT kinwallet.set_initial_prepayment(2026, '640000', '370000', '1.00');
SELECT kinwallet.set_initial_prepayment(2025, '640000', '370000', '1.00');
SELECT kinwallet.set_prepayment(2025);
-- a pair that the quarter does not know
SELECT kinwallet.set_initial_prepayment(2026, '110000', '370000', '100000.00');
-- alarms are of months that were split, whatever was set when
SELECT * FROM alarms;

-- PP-06, PP-07: 70 and 90 per cent, by comparing integers; per pair and per payee
SELECT clear('2026-01-01', '{{640200,370100,209999.99},{110000,370100,10.00}}');
SELECT * FROM kinwallet.prepayment_status('2026-01-01');
SELECT clear('2026-02-01', '{{640200,370100,210000.00}}');
SELECT * FROM kinwallet.prepayment_status('2026-02-01') WHERE payee::text = '370000';
SELECT clear('2026-03-01', '{{640200,370100,269999.99},{110000,370100,10000.01},{650100,660000,0.01},{440100,450100,0.01},{370100,640200,45.00},{120000,110000,1.00},{120000,130100,-1.00}}');
SELECT * FROM kinwallet.prepayment_status('2026-03-01');
SELECT clear('2026-04-01', '{{640200,370100,270000.00},{110000,370100,90000.00}}');
SELECT * FROM kinwallet.prepayment_status('2026-04-01') WHERE payee::text = '370000';
SELECT * FROM alarms WHERE month >= '2026-01-01';
-- EDGE-75: a rerun delivers nothing twice
SELECT kinwallet.split('2026-04-01');
SELECT count(*), count(DISTINCT (month, scope, payer, payee, level)) FROM kinwallet_data.prepayment_alarm;

-- arguments of an increase
SELECT kinwallet.request_increase(NULL, '370000', '640000');
SELECT kinwallet.request_increase('2026-04-01', NULL, '640000');
SELECT kinwallet.request_increase('2026-04-01', '370000', NULL);
SELECT kinwallet.request_increase('2026-04-01', '370000', '640000', NULL);
SELECT kinwallet.request_increase('2026-04-02', '370000', '640000');
SELECT kinwallet.request_increase('2026-04-01', '370100', '640000');
SELECT kinwallet.request_increase('2026-04-01', '370000', '370000');
SELECT kinwallet.request_increase('2026-04-01', '370000', '640000', '0.00');
SELECT kinwallet.request_increase('2026-05-01', '370000', '640000');
SELECT kinwallet.approve_increase(NULL);
SELECT kinwallet.approve_increase(1);
SELECT kinwallet.refuse_increase(NULL, 'no');
SELECT kinwallet.refuse_increase(1, NULL);
SELECT kinwallet.refuse_increase(1, 'no');

-- PP-07: only when the payee's total is red, and only when it is an increase
SELECT kinwallet.request_increase('2026-03-01', '370000', '640000');
SELECT kinwallet.request_increase('2026-04-01', '370000', '120000');
SELECT kinwallet.request_increase('2026-04-01', '370000', '640000', '300000.00');
SELECT kinwallet.request_increase('2026-03-01', '450000', '440000');
-- PP-08: two different users, whatever role they take on
CREATE ROLE regress_kinwallet_care;
CREATE ROLE regress_kinwallet_national;
GRANT regress_kinwallet_national TO regress_kinwallet_care;
SET SESSION AUTHORIZATION regress_kinwallet_care;
SELECT kinwallet.request_increase('2026-04-01', '370000', '640000');
RESET SESSION AUTHORIZATION;
SELECT kinwallet.grant_role('regress_kinwallet_care', 'province_clearing', '370000'),
	kinwallet.grant_role('regress_kinwallet_national', 'national_clearing', 'nation');
SET SESSION AUTHORIZATION regress_kinwallet_care;
SELECT kinwallet.request_increase('2026-04-01', '370000', '640000') AS first \gset
SELECT kinwallet.request_increase('2026-04-01', '370000', '640000');
SELECT kinwallet.approve_increase(:first);
SET ROLE regress_kinwallet_national;
SELECT kinwallet.approve_increase(:first);
RESET ROLE;
SET SESSION AUTHORIZATION regress_kinwallet_national;
SELECT kinwallet.refuse_increase(:first, 'papers are missing');
SELECT kinwallet.approve_increase(:first);
SET SESSION AUTHORIZATION regress_kinwallet_care;
SELECT kinwallet.request_increase('2026-04-01', '370000', '640000') AS second \gset
SET SESSION AUTHORIZATION regress_kinwallet_national;
SELECT kinwallet.approve_increase(:second);
SELECT kinwallet.approve_increase(:second);
SELECT kinwallet.refuse_increase(:second, 'too late');
RESET SESSION AUTHORIZATION;
SELECT request_id, month, payer, payee, used, prepayment, raise_to, state, requested_by, decided_by, reason
FROM kinwallet_data.prepayment_request ORDER BY request_id;
SELECT * FROM events WHERE kind = 'increase';
-- the month is at 50 per cent now, the months before are what they were
SELECT * FROM kinwallet.prepayment_status('2026-04-01') WHERE payee::text = '370000';
SELECT * FROM kinwallet.prepayment_status('2026-03-01') WHERE payee::text = '370000';
SELECT kinwallet.request_increase('2026-04-01', '370000', '640000');
-- an amount of one's own, for a later month; then none for an earlier one
SELECT clear('2026-05-01', '{{640200,370100,600000.00}}');
SET SESSION AUTHORIZATION regress_kinwallet_care;
SELECT kinwallet.request_increase('2026-05-01', '370000', '640000', '540000.00');
SELECT kinwallet.request_increase('2026-05-01', '370000', '640000', '540000.01') AS third \gset
RESET SESSION AUTHORIZATION;
SELECT kinwallet.approve_increase(:third);
SELECT kinwallet.request_increase('2026-04-01', '370000', '640000');
-- it is still red: the pair may be raised once more
SELECT payer, payee, prepayment, used, alarm FROM kinwallet.prepayment_status('2026-05-01') WHERE payee::text = '370000';
-- the parameter: the pair alone decides
UPDATE kinwallet_data.prepayment_setting SET alarm_scope = 'pair';
SELECT kinwallet.request_increase('2026-04-01', '370000', '640000');
SELECT kinwallet.request_increase('2026-03-01', '640000', '370000') AS fourth \gset
SELECT kinwallet.refuse_increase(:fourth, 'withdrawn');
UPDATE kinwallet_data.prepayment_setting SET alarm_scope = 'national';
UPDATE kinwallet_data.prepayment_setting SET yellow_percent = 91;
INSERT INTO kinwallet_data.prepayment_setting DEFAULT VALUES;
UPDATE kinwallet_data.prepayment_setting SET alarm_scope = 'payee', yellow_percent = 50, red_percent = 101;
SELECT payer, payee, prepayment, used, alarm FROM kinwallet.prepayment_status('2026-05-01') WHERE payee::text = '370000';
UPDATE kinwallet_data.prepayment_setting SET yellow_percent = 70, red_percent = 90;

-- an increase before the year is fixed is carried; the rule replaces it: top-up and return
SELECT clear('2026-10-01', '{{640200,370100,100.00},{110000,370100,33.33}}');
SELECT clear('2026-11-01', '{{640200,370100,100.00},{110000,370100,33.33}}');
SELECT clear('2026-12-01', '{{640200,370100,100.01},{110000,370100,-33.33},{310000,320500,0.01}}');
SELECT clear('2027-01-01', '{{640200,370100,2000000.00}}');
SET SESSION AUTHORIZATION regress_kinwallet_care;
SELECT kinwallet.request_increase('2027-01-01', '370000', '640000') AS fifth \gset
RESET SESSION AUTHORIZATION;
SELECT kinwallet.approve_increase(:fifth);
SELECT kinwallet.set_initial_prepayment(2027, '640000', '370000', '1.00');
SELECT * FROM kinwallet_data.prepayment WHERE year = 2027;
SELECT payer, payee, forecast FROM kinwallet.prepayment_forecast(2027);
SELECT kinwallet.set_prepayment(2027);
SELECT * FROM kinwallet_data.prepayment WHERE year = 2027 ORDER BY payer, payee;
SELECT * FROM events WHERE year = 2027;
-- PP-10, PP-03, PP-08: each difference is a notice to who pays it, due by the end of February or in 5 and 10 working days
SELECT e.event_id AS event, n.number, n.kind, n.side, n.addressee, n.counterparty, n.amount, kinwallet.business_date(n.issued_at) AS issued_on, n.due_on, n.counts
FROM kinwallet_data.prepayment_event AS e JOIN kinwallet_data.clearing_notice AS n ON e.notice_id IN (n.notice_id, n.partner)
ORDER BY e.event_id, n.notice_id;
SELECT kinwallet.add_working_days(kinwallet.add_working_days('2027-02-21', 5), 10) AS due;
-- the last year's months keep what they were measured against
SELECT payer, payee, prepayment, used, alarm FROM kinwallet.prepayment_status('2026-12-01') WHERE payee::text = '370000';
SELECT payer, payee, prepayment, used, alarm FROM kinwallet.prepayment_status('2027-01-01');
SELECT kinwallet.request_increase('2026-05-01', '370000', '640000');

-- ROLE-03: nobody writes around the functions, and history stays
UPDATE kinwallet_data.prepayment_event SET after = '0.00';
DELETE FROM kinwallet_data.prepayment_alarm;
TRUNCATE kinwallet_data.prepayment_event;
REVOKE regress_kinwallet_national FROM regress_kinwallet_care;
GRANT USAGE ON SCHEMA kinwallet_data TO regress_kinwallet_care;
GRANT ALL ON ALL TABLES IN SCHEMA kinwallet_data TO regress_kinwallet_care;
SET SESSION AUTHORIZATION regress_kinwallet_care;
UPDATE kinwallet_data.prepayment SET amount = '0.00';
UPDATE kinwallet_data.prepayment_request SET state = 'approved';
INSERT INTO kinwallet_data.prepayment_alarm SELECT * FROM kinwallet_data.prepayment_alarm;
SELECT kinwallet.set_prepayment(2028);
SELECT kinwallet.prepayment_status('2026-05-01');
RESET SESSION AUTHORIZATION;

-- what is stored agrees with itself; and each check can fail
SELECT * FROM kinwallet.verify_prepayment();
SELECT * FROM kinwallet.verify_notices();
BEGIN;
ALTER TABLE kinwallet_data.prepayment_event DISABLE TRIGGER ALL;
UPDATE kinwallet_data.prepayment SET amount = '1.00' WHERE year = 2027 AND payer::text = '310000';
UPDATE kinwallet_data.prepayment SET december = '99.99' WHERE year = 2027 AND payer::text = '640000';
UPDATE kinwallet_data.prepayment SET source = 'carried', october = NULL, november = NULL, december = NULL WHERE year = 2027 AND payer::text = '110000';
UPDATE kinwallet_data.prepayment_event SET before = '1.00' WHERE event_id = 1;
DELETE FROM kinwallet_data.prepayment_event WHERE request_id = :third;
ALTER TABLE kinwallet_data.prepayment_request DROP CONSTRAINT prepayment_request_two_persons;
UPDATE kinwallet_data.prepayment_request SET decided_by = requested_by WHERE request_id = :second;
UPDATE kinwallet_data.clearing_notice SET amount = '1.00' WHERE notice_id = (SELECT notice_id FROM kinwallet_data.prepayment_event WHERE event_id = 7);
UPDATE kinwallet_data.prepayment_event SET notice_id = NULL WHERE event_id = 14;
SELECT * FROM kinwallet.verify_prepayment() ORDER BY 1, 2;
ROLLBACK;

\c :original
DROP DATABASE regress_kinwallet_prepayment;
DROP ROLE regress_kinwallet_care;
DROP ROLE regress_kinwallet_national;
