-- After the split: signatures, notices, payments, late lines, as a clearing officer sees them.
-- Rules CP-02, CP-03, CP-07, CP-08, LR-01..05, PP-10, EDGE-75..80.
\set original :DBNAME
\set SHOW_CONTEXT never
CREATE DATABASE regress_kinwallet_notices TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_notices
CREATE EXTENSION kinwallet;
SET TimeZone = 'Asia/Shanghai';
SET DateStyle = 'ISO';
SET kinwallet.clock = '2026-01-20 10:00';
SELECT kinwallet.create_ledger();

-- the draws of the worked example, and two lines more
CREATE FUNCTION id(month date, n int) RETURNS bigint LANGUAGE sql AS
	$$ SELECT ((extract(year FROM month)::int - 2000) * 12 + extract(month FROM month)::int - 1)::bigint << 42 | n $$;
INSERT INTO kinwallet_data.draw (draw_id, spending_id, relation_id, restores, contributor, recipient, amount, at,
	payer_region, payee_region, recipient_region, month, position, kind, scope, use, place, counts)
SELECT id(month, n), id(month, n), 1, 0, 1, 2, amount, month + interval '10 days', payer, payee, payee, month, 1, kind, scope, 'm', 'q',
	CASE kind WHEN 'd' THEN 3 ELSE 0 END
FROM (VALUES
	(date '2026-01-01', 1, 'd'::"char", 'c'::"char", '2500.00'::kinwallet.wallet_amount, '640200'::kinwallet.region_code, '370100'::kinwallet.region_code),
	('2026-01-01', 2, 'd', 'c', '100.00', '320500', '370100'),
	('2026-01-01', 3, 'r', 'c', '100.00', '320500', '370100'),
	('2026-01-01', 4, 'r', 'c', '550.00', '640200', '370100'),
	('2026-01-01', 5, 'd', 'i', '12.00', '640100', '640200'),
	('2026-01-01', 6, 'd', 'c', '80.00', '640100', '370200'),
	('2026-02-01', 1, 'r', 'c', '1950.00', '640200', '370100')
) AS v(month, n, kind, scope, amount, payer, payee);

-- the calendar
SELECT * FROM kinwallet.clearing_calendar('2026-01-01');
SELECT kinwallet.clearing_calendar('2026-01-15');
SELECT kinwallet.add_working_days('2026-02-14', 3);
SELECT kinwallet.add_working_days('2026-02-14', 0);

-- steps before their turn
SELECT kinwallet.confirm_month('2026-01-01', '640000');
SELECT kinwallet.issue_notices('2026-01-01');
SELECT kinwallet.close_month('2026-01-01');
SELECT * FROM kinwallet.province_table('2026-01-01', '640000');
SET kinwallet.clock = '2026-02-21 09:00';
SELECT kinwallet.cut_off('2026-01-01');
SELECT kinwallet.confirm_month('2026-01-01', '640000');
SELECT kinwallet.split('2026-01-01');

-- a line in dispute
SELECT kinwallet.withhold_line(id('2026-01-01', 6), '');
SELECT kinwallet.withhold_line(id('2026-01-01', 7), 'no such line');
SELECT kinwallet.withhold_line(id('2026-01-01', 6), 'hospital and agency disagree');
SELECT kinwallet.withhold_line(id('2026-01-01', 6), 'again');
SELECT state FROM kinwallet_data.clearing_month;
SELECT kinwallet.confirm_month('2026-01-01', '640000');
SELECT kinwallet.split('2026-01-01');
SELECT line_month, what, payer, payee, gross, reversed, reason FROM kinwallet.late_lines('2026-01-01');

-- the tables
SELECT * FROM kinwallet.clearing_pairs('2026-01-01', 'province');
SELECT * FROM kinwallet.province_table('2026-01-01', '640000');
SELECT * FROM kinwallet.province_table('2026-01-01', '370000');
SELECT * FROM kinwallet.province_table('2026-01-01', '640200');
SELECT * FROM kinwallet.net_positions('2026-01-01');

-- signatures
BEGIN READ ONLY;
SELECT kinwallet.confirm_month('2026-01-01', '640000');
ROLLBACK;
SET kinwallet.clock = '2026-02-25 09:00';
SELECT kinwallet.confirm_month('2026-01-01', '640200');
SELECT kinwallet.confirm_month('2026-01-01', '640000');
SELECT kinwallet.confirm_month('2026-01-01', '640000');
SELECT kinwallet.split('2026-01-01');
UPDATE kinwallet_data.clearing_pair SET items = 0;
SELECT kinwallet.withhold_line(id('2026-01-01', 1), 'too late');
SELECT kinwallet.record_deduction('2026-01-01', id('2026-01-01', 1), '1.00', 'too late');
SELECT kinwallet.confirm_month('2026-01-01', '320000');
SELECT kinwallet.issue_notices('2026-01-01');
SELECT kinwallet.confirm_month('2026-01-01', '370000');
SELECT state, signatures FROM kinwallet_data.clearing_month;

-- notices
SET kinwallet.clock = '2026-02-28 09:00';
SELECT kinwallet.issue_notices('2026-01-01');
SELECT kinwallet.issue_notices('2026-01-01');
SELECT number, kind, level, addressee, counterparty, amount, due_on, status FROM kinwallet.notices('2026-01-01');
SELECT l.* FROM kinwallet.notices('2026-01-01') AS n, kinwallet.notice_lines(n.notice_id) AS l WHERE number = 'KW-202601-P-640000-370000';
SELECT kinwallet.notice_lines(99);

-- payments
SELECT kinwallet.record_payment(99, '2026-02-28', 'no such notice');
SELECT kinwallet.record_payment(2, '2026-02-28', 'not to be paid');
SELECT kinwallet.record_payment(1, '2026-03-01', 'tomorrow');
SELECT kinwallet.record_payment(1, '2026-02-28', '');
SET kinwallet.clock = '2026-03-18 09:00';
SELECT kinwallet.record_instalment(1, '0.00', '2026-03-18', 'nothing');
SELECT kinwallet.record_instalment(1, '1950.01', '2026-03-18', 'too much');
SELECT kinwallet.record_instalment(1, '1000.00', '2026-03-18', 'bank 1');
SELECT kinwallet.record_instalment(1, '1000.00', '2026-03-18', 'bank 1');
SELECT kinwallet.confirm_receipt(2, '2026-03-18');
SET kinwallet.clock = '2026-03-21 09:00';
SELECT number, amount, paid, status, paid_on FROM kinwallet.notices('2026-01-01', '640000');
SELECT kinwallet.record_payment(1, '2026-03-21', 'bank 2');
SELECT kinwallet.record_payment(1, '2026-03-21', 'bank 3');
SELECT kinwallet.confirm_receipt(1, '2026-03-21');
SELECT kinwallet.confirm_receipt(2, '2026-03-20');
SELECT kinwallet.confirm_receipt(2, '2026-03-21');
SELECT kinwallet.confirm_receipt(2, '2026-03-21');
SELECT number, amount, paid, status, paid_on, received_on FROM kinwallet.notices('2026-01-01', '370000');
SELECT amount, paid_on, reference, at FROM kinwallet_data.clearing_payment;
SELECT kinwallet.close_month('2026-01-01');
SELECT kinwallet.record_payment(notice_id, '2026-03-21', 'bank') FROM kinwallet.notices('2026-01-01') WHERE side = 'pay' AND status <> 'paid';
SELECT kinwallet.close_month('2026-01-01');
SELECT kinwallet.confirm_receipt(notice_id, '2026-03-21') FROM kinwallet.notices('2026-01-01') WHERE side = 'receive' AND received_on IS NULL;
SELECT kinwallet.close_month('2026-01-01');
SELECT kinwallet.close_month('2026-01-01');

-- February: all of the pair goes back; and a deduction
SELECT kinwallet.record_deduction('2026-02-01', id('2026-01-01', 1), '2500.01', 'more than the line');
SELECT kinwallet.record_deduction('2026-02-01', id('2026-01-01', 6), '1.00', 'withheld');
SELECT kinwallet.record_deduction('2026-02-01', id('2026-01-01', 3), '1.00', 'a reversal');
SELECT kinwallet.record_deduction('2026-04-01', id('2026-01-01', 2), '1.00', 'in a month to come');
SELECT kinwallet.record_deduction('2026-02-01', id('2026-01-01', 5), '2.00', 'not prescribed');
SELECT kinwallet.release_line(id('2026-01-01', 6));
SELECT kinwallet.release_line(id('2026-01-01', 6));
SELECT kinwallet.deduct_line(id('2026-01-01', 6), 'settled already');
SELECT kinwallet.cut_off('2026-02-01');
SELECT kinwallet.split('2026-02-01');
SELECT line_month, what, payer, payee, gross, reversed, reason FROM kinwallet.late_lines('2026-02-01');
SELECT * FROM kinwallet.clearing_pairs('2026-02-01', 'region');
SELECT kinwallet.confirm_month('2026-02-01', p) FROM unnest('{370000,640000}'::kinwallet.region_code[]) AS p;
SELECT kinwallet.issue_notices('2026-02-01');
SELECT number, kind, level, amount, due_on FROM kinwallet.notices('2026-02-01') WHERE side = 'pay';
SELECT n.number, l.payer, l.payee, l.gross, l.reversed, l.amount
FROM kinwallet.notices('2026-02-01') AS n, kinwallet.notice_lines(n.notice_id) AS l WHERE n.side = 'pay' ORDER BY n.notice_id, l.payer;
SELECT kinwallet.record_payment(notice_id, '2026-03-21', 'bank') FROM kinwallet.notices('2026-02-01') WHERE side = 'pay';
SELECT month, state, unpaid, unconfirmed FROM kinwallet_data.clearing_month ORDER BY month;

-- who did what
SELECT month, step, province, regexp_replace(detail, 'draw \d+', 'draw n') AS detail, at FROM kinwallet_data.clearing_step ORDER BY step_id;
SELECT count(*) AS by_me FROM kinwallet_data.clearing_step WHERE by = session_user AND role = current_user;
SELECT * FROM kinwallet.verify_clearing();
SELECT * FROM kinwallet.verify_notices();

-- a role with duties and nothing else; the caller's search_path does not matter
CREATE ROLE regress_kinwallet_notices;
SELECT kinwallet.grant_role('regress_kinwallet_notices', 'national_clearing', 'nation');
SELECT count(kinwallet.grant_role('regress_kinwallet_notices', 'finance', addressee::text))
FROM (SELECT DISTINCT kinwallet.province(addressee) AS addressee FROM kinwallet.notices('2026-02-01')) AS n;
SET ROLE regress_kinwallet_notices;
CREATE TEMP TABLE clearing_notice (notice_id bigint);
SET search_path = pg_temp, public;
SELECT count(kinwallet.confirm_receipt(notice_id, '2026-03-21')) FROM kinwallet.notices('2026-02-01') WHERE side = 'receive';
SELECT count(*) FROM kinwallet.province_table('2026-02-01', '640000');
SELECT kinwallet.close_month('2026-02-01');
SELECT kinwallet.confirm_month('2026-02-01', '640000');
RESET ROLE;
RESET search_path;
SELECT by = session_user AS by_login, role FROM kinwallet_data.clearing_step WHERE step = 'closed' AND month = '2026-02-01';

-- EDGE-76
SET kinwallet.clock = '2026-07-01 09:00';
SELECT kinwallet.raise_late_alarms();
INSERT INTO kinwallet_data.draw (draw_id, spending_id, relation_id, restores, contributor, recipient, amount, at,
	payer_region, payee_region, recipient_region, month, position, kind, scope, use, place, counts)
VALUES (id('2026-03-01', 1), 1, 1, 0, 1, 2, '1.00', '2026-03-10', '640100', '370100', '370100', '2026-03-01', 1, 'd', 'c', 'm', 'q', 3);
SELECT kinwallet.raise_late_alarms();
SELECT kinwallet.raise_late_alarms();
SELECT kind, subject, detail, at FROM kinwallet_data.clearing_alarm;

\c :original
DROP DATABASE regress_kinwallet_notices;
DROP ROLE regress_kinwallet_notices;
