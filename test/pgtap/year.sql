-- A year of clearing, generated from a seed: 2027, with the quarter before it that its prepayments rest on.
-- Facts come day by day, and with them each month is cut off, split, signed, noticed, paid and closed by its calendar.
BEGIN;
SELECT no_plan();
SET LOCAL kinwallet.clock = '2026-10-01 07:00+08';
SET LOCAL TimeZone = 'Asia/Shanghai';
SELECT kinwallet.create_ledger('2026-10-01');
SELECT kinwallet.ensure_partitions('2028-03-31');
SET LOCAL client_min_messages = warning;
-- plans over many empty partitions look costly, and are not
SET LOCAL jit = off;
SET LOCAL search_path = public, kinwallet;
SELECT setseed(0.2027);

/*
 * 24 contributors, 24 recipients, 14 regions of 9 provinces; and 101, who contributes to 102, both in provinces of their
 * own, whose figures are plain numbers
 */
CREATE TEMP TABLE place AS
SELECT n, region FROM unnest('{640100,640200,370100,370200,320100,320500,310000,110000,650100,660000,510100,510700,440100,440300}'::region_code[])
	WITH ORDINALITY AS p(region, n);
INSERT INTO kinwallet_data.provider (provider, kind, region)
SELECT 'H' || region || '00001', 'medical_institution', region FROM place UNION ALL VALUES ('H46010000001', 'medical_institution', '460100'::region_code);
CREATE FUNCTION pg_temp.citizen(birth date, seq bigint) RETURNS kinwallet.citizen_id LANGUAGE sql AS $$
	SELECT (body || substr('10X98765432', 1 + (SELECT sum(substr(body, i, 1)::int * (2 ^ (18 - i))::int)::int % 11
		FROM generate_series(1, 17) AS i), 1))::kinwallet.citizen_id
	FROM (SELECT '640299' || to_char(birth, 'YYYYMMDD') || to_char(seq, 'FM000')) AS t (body)
$$;
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
SELECT id, pg_temp.citizen(date '1970-01-01' + id::int * 100, id), 'p' || id, region, scheme, 'c' || id
FROM (SELECT id, (SELECT region FROM place WHERE n = 1 + (id * 5) % 14), CASE WHEN id <= 24 THEN 'employee' ELSE 'resident' END
		FROM generate_series(1, 48) AS id
	UNION ALL VALUES (101, '540100'::region_code, 'employee'), (102, '460100', 'resident')) AS p(id, region, scheme);
SELECT open_wallet(person_id) FROM kinwallet_data.person ORDER BY person_id;
SELECT credit_account(request_id_of('credit 101'), 101, '5000.00');
SELECT establish_relation(101, 102, 'spouse');
SELECT transfer(request_id_of('transfer 101'), 101, 102, '2000.00');
CREATE TEMP TABLE hand (month date, amount wallet_amount);
INSERT INTO hand VALUES ('2026-10-01', '100.00'), ('2026-11-01', '150.00'), ('2026-12-01', '180.01'), ('2027-01-01', '50.00'), ('2027-02-01', '205.00'),
	('2027-03-01', '50.00'), ('2027-04-01', '260.00'), ('2027-07-01', '50.00'), ('2027-08-01', '50.00'), ('2027-09-01', '50.00'), ('2027-10-01', '300.00');

/*
 * Facts
 */
-- every call, with "done" or the rule's SQLSTATE that refused it; another error ends the test
CREATE TEMP TABLE tally (month date, what text, result text);
CREATE FUNCTION pg_temp.act(what text, query text, VARIADIC arguments text[]) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	result text := 'done';
BEGIN
	BEGIN
		EXECUTE format(query, VARIADIC arguments);
	EXCEPTION WHEN OTHERS THEN
		IF SQLSTATE NOT LIKE 'KW0%' THEN
			RAISE;
		END IF;
		result := SQLSTATE;
	END;
	INSERT INTO tally VALUES (date_trunc('month', business_date()), act.what, result);
	RETURN result = 'done';
END
$$;
CREATE FUNCTION pg_temp.at(day date, moment text) RETURNS void LANGUAGE sql AS
	$$ SELECT set_config('kinwallet.clock', day || ' ' || moment || '+08', true) $$;
CREATE FUNCTION pg_temp.dice(n bigint) RETURNS bigint LANGUAGE sql VOLATILE AS
	$$ SELECT floor(random() * n)::bigint $$;
CREATE FUNCTION pg_temp.relate() RETURNS void LANGUAGE sql AS $$
	SELECT pg_temp.act('relate', 'SELECT kinwallet.establish_relation(%s, %s, ''sibling'')', (1 + pg_temp.dice(24))::text, (25 + pg_temp.dice(24))::text)
$$;
SELECT pg_temp.relate() FROM generate_series(1, 80);

CREATE FUNCTION pg_temp.facts(day date, n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	request text;
	throw float8;
	-- as of the morning: what a transaction updates often it reads slowly
	relations kinwallet_data.relation[] := array(SELECT o FROM kinwallet_data.relation AS o WHERE state = 'a' AND contributor < 100 ORDER BY relation_id);
	of_spendings bigint := (SELECT count(*) FROM kinwallet_data.spending WHERE recipient < 100);
	r kinwallet_data.relation;
	s record;
	h bigint;
BEGIN
	FOR i IN 1 .. n LOOP
		PERFORM pg_temp.at(day, format('%s:%s', 8 + i / 2, i % 2 * 30));
		request := kinwallet.request_id_of(day || ' ' || i);
		throw := random();
		r := relations[1 + pg_temp.dice(cardinality(relations))];
		IF throw < 0.35 THEN
			PERFORM pg_temp.act('transfer', 'SELECT kinwallet.transfer(%L, %s, %s, %L)', request, r.contributor::text, r.recipient::text,
				(1 + pg_temp.dice(60000) / 100.0)::numeric(12, 2)::text);
		ELSIF throw < 0.75 THEN
			PERFORM pg_temp.act('spend', 'SELECT kinwallet.spend(%L, %s, ''H%s00001'', ''medical'', %L, %L)', request, r.recipient::text,
				(SELECT region FROM place OFFSET pg_temp.dice(14) LIMIT 1)::text, (1 + pg_temp.dice(50000) / 100.0)::numeric(12, 2)::text, (random() < 0.7)::text);
		ELSIF throw < 0.87 THEN
			SELECT spending_id, fen(mutual_aid) AS fen INTO s FROM kinwallet_data.spending WHERE recipient < 100
			ORDER BY spending_id OFFSET pg_temp.dice(of_spendings) LIMIT 1;
			IF FOUND THEN
				PERFORM pg_temp.act('refund', 'SELECT kinwallet.refund(%L, %s, %L)', request, s.spending_id::text, from_fen(1 + pg_temp.dice(s.fen))::text);
			END IF;
		ELSIF throw < 0.91 THEN
			PERFORM pg_temp.act('hold', 'SELECT kinwallet.hold(%L, %s, %L, ''medical'', %L, ''3 days'')', request, r.recipient::text,
				'H37010000001', (1 + pg_temp.dice(10000) / 100.0)::numeric(12, 2)::text);
		ELSIF throw < 0.95 THEN
			SELECT max(hold_id) INTO h FROM kinwallet_data.hold WHERE state = 'o';
			IF h IS NOT NULL THEN
				PERFORM pg_temp.act('capture', 'SELECT kinwallet.capture(%L, %s, ''0.99'')', request, h::text);
			END IF;
		ELSIF throw < 0.97 THEN
			PERFORM pg_temp.act('dissolve', 'SELECT kinwallet.dissolve_relation(%s, %s)', r.relation_id::text, r.contributor::text);
		ELSE
			PERFORM pg_temp.relate();
		END IF;
	END LOOP;
	PERFORM sweep();
END
$$;
-- what happens once a month, whatever the dice say
CREATE FUNCTION pg_temp.monthly_facts(day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	first date := date_trunc('month', day);
BEGIN
	PERFORM pg_temp.at(day, '07:00');
	IF day = first THEN
		PERFORM credit_account(request_id_of(day || ' credit ' || p), p, '2000.00') FROM generate_series(1, 24) AS p;
	ELSIF day = first + 1 THEN
		PERFORM pg_temp.act('capture over the month''s end', 'SELECT kinwallet.capture(%L, %s, ''0.50'')', request_id_of(day || ' capture')::text, hold_id::text)
		FROM (SELECT hold_id FROM kinwallet_data.hold WHERE state = 'o' AND expires = '10 days' ORDER BY hold_id OFFSET 0) AS h;
	ELSIF day = first + 11 THEN
		PERFORM spend(request_id_of(day || ' hand'), 102, 'H46010000001', 'medical', h.amount) FROM hand AS h WHERE h.month = first;
		IF first = '2027-12-01' THEN
			PERFORM refund(request_id_of('hand refund'), spending_id, '20.00') FROM kinwallet_data.spending AS s
			WHERE s.recipient = 102 AND s.month = '2027-10-01';
		END IF;
	ELSIF day = first + 14 THEN
		-- two persons move, and with them end their relations; new ones follow
		PERFORM pg_temp.act('move', 'SELECT kinwallet.insurance_event(%L, %s, %L, %L)', day || ' ' || person_id, person_id::text, day::text, region::text)
		FROM (SELECT p.person_id, (SELECT region FROM place WHERE place.region <> p.region ORDER BY n OFFSET pg_temp.dice(13) LIMIT 1) AS region
			FROM kinwallet_data.person AS p JOIN (VALUES (1 + pg_temp.dice(24)), (25 + pg_temp.dice(24))) AS v(id) ON v.id = p.person_id
			ORDER BY p.person_id OFFSET 0) AS m;
		PERFORM pg_temp.relate() FROM generate_series(1, 8);
	ELSIF day = first + interval '1 month' - interval '1 day' THEN
		-- whose holds are to outlive the month: the three with the most quota
		PERFORM pg_temp.act('hold over the month''s end', 'SELECT kinwallet.hold(%L, %s, ''H44010000001'', ''medical'', ''0.75'', ''10 days'')',
			request_id_of(day || ' hold ' || recipient)::text, recipient::text)
		FROM (SELECT recipient FROM kinwallet_data.relation WHERE state = 'a' AND contributor < 100
			GROUP BY recipient ORDER BY sum(fen(remaining)) DESC, recipient LIMIT 3) AS q;
	END IF;
END
$$;

/*
 * Clearing
 */
CREATE TEMP TABLE disputed (month date, n bigint, draw_id bigint);
CREATE TEMP TABLE signed (month date, digest text);
CREATE TEMP TABLE first_split (LIKE kinwallet_data.clearing_pair);
CREATE FUNCTION pg_temp.digest(month date) RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(p::text, ',' ORDER BY level, payer, payee)) FROM kinwallet_data.clearing_pair AS p WHERE p.month = digest.month
$$;
CREATE FUNCTION pg_temp.state(month date) RETURNS text LANGUAGE sql AS
	$$ SELECT state FROM kinwallet_data.clearing_month AS m WHERE m.month = state.month $$;
CREATE FUNCTION pg_temp.faults() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', check_name, subject, expected, found) FROM kinwallet.verify_ledger()
	UNION ALL SELECT concat_ws(' ', check_name, subject, expected, found) FROM kinwallet.verify_notices()
	UNION ALL SELECT concat_ws(' ', check_name, subject, expected, found) FROM kinwallet.verify_prepayment()
$$;
-- pairs of regions that are not their draws, less what was withheld, more what came late, with what was deducted
CREATE FUNCTION pg_temp.region_faults(month date) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s %s: %s', payer, payee, sums) FROM (
		SELECT payer, payee, array[sum(gross), sum(reversed), sum(items)] AS sums FROM (
			SELECT payer_region, payee_region, CASE kind WHEN 'd' THEN fen(amount) ELSE 0 END, CASE kind WHEN 'd' THEN 0 ELSE fen(amount) END, 1
			FROM kinwallet_data.draw AS d WHERE d.month = region_faults.month AND payer_region <> payee_region
				AND NOT EXISTS (SELECT FROM kinwallet_data.clearing_withheld AS w WHERE w.draw_id = d.draw_id AND w.clear_in > w.month)
			UNION ALL
			SELECT payer_region, payee_region, CASE kind WHEN 'd' THEN fen(amount) ELSE 0 END, CASE kind WHEN 'd' THEN 0 ELSE fen(amount) END, 1
			FROM kinwallet_data.clearing_withheld AS w WHERE w.clear_in = region_faults.month AND w.month < w.clear_in
			UNION ALL
			SELECT payer_region, payee_region, 0, fen(amount), 1 FROM kinwallet_data.clearing_deduction AS x WHERE x.month = region_faults.month
			UNION ALL
			-- deducted first, and then refunded beyond what was left
			SELECT payer_region, payee_region, 0, before - after, 1 FROM (
				SELECT d.payer_region, d.payee_region, greatest(sum(fen(r.amount)) FILTER (WHERE r.month < region_faults.month), 0) AS refunded,
					sum(fen(r.amount)) AS refunded_now, fen(d.amount) AS line,
					(SELECT sum(fen(x.amount)) FROM kinwallet_data.clearing_deduction AS x WHERE x.draw_id = d.draw_id AND x.month <= region_faults.month) AS deducted
				FROM kinwallet_data.draw AS d JOIN kinwallet_data.draw AS r ON r.restores = d.draw_id AND r.month <= region_faults.month
				WHERE d.draw_id IN (SELECT draw_id FROM kinwallet_data.clearing_deduction)
				GROUP BY d.draw_id, d.month, d.payer_region, d.payee_region, d.amount) AS l,
				LATERAL (SELECT greatest(refunded + deducted - line, 0), greatest(refunded_now + deducted - line, 0)) AS o(before, after)
			WHERE before <> after
			UNION ALL
			SELECT payer, payee, -fen(gross), -fen(reversed), -items FROM kinwallet_data.clearing_pair AS p
			WHERE p.month = region_faults.month AND level = 'region'
		) AS a(payer, payee, gross, reversed, items)
		GROUP BY payer, payee) AS b
	WHERE sums <> '{0,0,0}'
$$;
-- pairs of provinces that are not the sums of their regions
CREATE FUNCTION pg_temp.province_faults(month date) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s %s: %s', payer, payee, sums) FROM (
		SELECT province(payer) AS payer, province(payee) AS payee,
			array[sum(side * fen(gross)), sum(side * fen(reversed)), sum(side * items), sum(side * (fen(due) - fen(adjustment)))] AS sums
		FROM kinwallet_data.clearing_pair AS p, LATERAL (SELECT CASE level WHEN 'region' THEN 1 ELSE -1 END AS side) AS l
		WHERE p.month = province_faults.month AND province(payer) <> province(payee)
		GROUP BY 1, 2) AS a
	WHERE sums <> '{0,0,0,0}'
$$;
-- "months forecast" of 101's province, or its difference
CREATE FUNCTION pg_temp.forecast(year int) RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', months, forecast, difference) FROM kinwallet.prepayment_forecast(year) WHERE payer = '540000' AND payee = '460000' $$;

-- the split of a month: lines are withheld before and after it, one of last month is deducted from
CREATE FUNCTION pg_temp.split(month date) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	name text := to_char(month, 'YYYY-MM: ');
BEGIN
	INSERT INTO disputed SELECT split.month, row_number() OVER (), draw_id FROM (
		SELECT d.draw_id FROM kinwallet_data.draw AS d WHERE d.month = split.month AND kind = 'd' AND scope IN ('c', 'i') AND contributor < 100
			AND NOT EXISTS (SELECT FROM kinwallet_data.draw AS r WHERE r.restores = d.draw_id)
		ORDER BY d.draw_id % 7, d.draw_id LIMIT 5) AS o;
	PERFORM kinwallet.withhold_line(draw_id, 'no invoice') FROM disputed AS d WHERE d.month = split.month AND n IN (1, 3, 4);
	PERFORM kinwallet.split(split.month);
	PERFORM kinwallet.withhold_line(draw_id, 'no invoice') FROM disputed AS d WHERE d.month = split.month AND n = 2;
	IF FOUND THEN
		RETURN NEXT is(pg_temp.state(split.month), 'cut_off', name || 'LR-03: a line is withheld after the split: split it again');
	END IF;
	PERFORM kinwallet.release_line(draw_id) FROM disputed AS d WHERE d.month = split.month AND n = 1;
	-- the fifth of the month before stands in signed tables
	PERFORM kinwallet.record_deduction(split.month, d.draw_id, from_fen((fen(amount) + 1) / 2), 'audit')
	FROM disputed AS d JOIN kinwallet_data.draw AS w ON w.draw_id = d.draw_id AND w.month = d.month
	WHERE d.month = split.month - interval '1 month' AND n = 5
		AND NOT EXISTS (SELECT FROM kinwallet_data.draw AS r WHERE r.restores = d.draw_id);
	PERFORM kinwallet.split(split.month);
	TRUNCATE first_split;
	INSERT INTO first_split SELECT * FROM kinwallet_data.clearing_pair AS p WHERE p.month = split.month;
	PERFORM kinwallet.split(split.month);
	RETURN NEXT set_eq(format('SELECT p::text FROM kinwallet_data.clearing_pair AS p WHERE month = %L', split.month),
		'SELECT p::text FROM first_split AS p', name || 'EDGE-75: a rerun gives the same rows');
	RETURN NEXT is_empty(format('SELECT pg_temp.region_faults(%L)', split.month), name || 'CLR-02, LR-03, LR-04: draws and corrections sum up to the pairs');
	RETURN NEXT is_empty(format('SELECT pg_temp.province_faults(%L)', split.month), name || 'CLR-04: regions sum up to provinces');
END
$$;

CREATE FUNCTION pg_temp.sign(month date) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	name text := to_char(month, 'YYYY-MM: ');
BEGIN
	PERFORM kinwallet.confirm_month(sign.month, p) FROM (SELECT p FROM kinwallet.unsigned_provinces(sign.month) AS p ORDER BY p OFFSET 0) AS o;
	RETURN NEXT is(pg_temp.state(sign.month), 'confirmed', name || 'all provinces have signed');
	INSERT INTO signed VALUES (sign.month, pg_temp.digest(sign.month));
END
$$;

CREATE FUNCTION pg_temp.issue(month date) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	name text := to_char(month, 'YYYY-MM: ');
BEGIN
	RETURN NEXT cmp_ok(kinwallet.issue_notices(issue.month), '>', 0::bigint, name || 'PP-10: notices are issued');
	RETURN NEXT results_eq(format($q$SELECT sum(fen(amount)) FILTER (WHERE side = 'pay' AND kind = 'payment'), sum(fen(amount)) FILTER (WHERE kind = 'receipt'),
			sum(fen(amount)) FILTER (WHERE side = 'pay' AND kind = 'adjustment'), sum(fen(amount)) FILTER (WHERE side = 'receive' AND kind = 'adjustment')
			FROM notices(%1$L) WHERE level = 'province' AND kind IN ('payment', 'receipt', 'adjustment')$q$, issue.month),
		format($q$SELECT sum(fen(due)), sum(fen(due)), nullif(sum(fen(adjustment)), 0), nullif(sum(fen(adjustment)), 0) FROM clearing_pairs(%L, 'province')$q$, issue.month),
		name || 'CP-07, LR-02: payable is receivable, and both are the national table''s');
	RETURN NEXT is_empty(format($q$SELECT n.number FROM notices(%1$L) AS n LEFT JOIN notices(%1$L) AS p ON p.number = n.partner
			WHERE p.amount IS DISTINCT FROM n.amount OR p.due_on <> n.due_on OR p.side = n.side$q$, issue.month), name || 'PP-10: each notice has its partner');
	RETURN NEXT results_eq(format('SELECT step FROM clearing_calendar(%L) ORDER BY due_on, step', issue.month),
		$q$VALUES ('reconcile'), ('split'), ('confirm'), ('notice'), ('file'), ('pay'), ('feedback')$q$, name || 'CLR-03: no step is due before the one it follows');
END
$$;

-- who pays how: n 1 is the first notice between provinces, which is late; 2 the second one, in instalments
CREATE FUNCTION pg_temp.payments(month date) RETURNS TABLE (notice_id bigint, number text, amount wallet_amount, due_on date, n bigint) LANGUAGE sql AS $$
	SELECT notice_id, number, amount, due_on, row_number() OVER (ORDER BY level = 'province' AND kind = 'payment' DESC, notice_id)
	FROM kinwallet_data.clearing_notice AS c WHERE c.month = payments.month AND side = 'pay' AND counts
$$;
CREATE FUNCTION pg_temp.pay(month date, day date) RETURNS void LANGUAGE sql AS $$
	SELECT CASE n WHEN 2 THEN record_instalment(notice_id, from_fen(greatest(fen(amount) / 3, 1)), pay.day, 'first') ELSE record_payment(notice_id, pay.day, 'all') END
	FROM pg_temp.payments(pay.month) WHERE n > 1 AND fen(amount) > 1;
	-- and notices of prepayment, which no month waits for
	SELECT record_payment(notice_id, pay.day, 'prepayment'), confirm_receipt(partner, pay.day)
	FROM kinwallet_data.clearing_notice WHERE side = 'pay' AND NOT counts AND status = 'issued'
$$;
CREATE FUNCTION pg_temp.close(month date, day date) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	name text := to_char(month, 'YYYY-MM: ');
	late record;
BEGIN
	SELECT * INTO late FROM pg_temp.payments(close.month) AS p WHERE p.n = 1;
	PERFORM kinwallet.record_payment(p.notice_id, day, 'rest') FROM pg_temp.payments(close.month) AS p
		JOIN kinwallet_data.clearing_notice AS c USING (notice_id) WHERE p.n > 1 AND c.status = 'issued';
	RETURN NEXT is(pg_temp.state(close.month), 'noticed', name || 'EDGE-80: one is not paid: nor is the month');
	PERFORM pg_temp.at(late.due_on, '23:59');
	RETURN NEXT is((SELECT status FROM notices(close.month) AS q WHERE q.number = late.number), 'issued', name || 'EDGE-79: on its due day it is not overdue');
	PERFORM pg_temp.at(late.due_on + 1, '00:00');
	RETURN NEXT is((SELECT string_agg(q.number, ' ') FROM notices(close.month) AS q WHERE status = 'overdue' AND side = 'pay'), late.number,
		name || 'EDGE-79: the day after it is');
	PERFORM pg_temp.at(day, '20:30');
	PERFORM kinwallet.record_payment(late.notice_id, day, 'late');
	RETURN NEXT is(pg_temp.state(close.month), 'paid', name || 'EDGE-80: all is paid');
	PERFORM kinwallet.confirm_receipt(c.notice_id, day) FROM kinwallet_data.clearing_notice AS c WHERE c.month = close.month AND side = 'receive' AND counts;
	PERFORM kinwallet.close_month(close.month);
	RETURN NEXT is(pg_temp.state(close.month), 'closed', name || 'PP-09: all is received, the month is closed');
END
$$;

-- PP-02 and PP-03 by hand, of all pairs
CREATE FUNCTION pg_temp.fix(year int) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	CREATE TEMP TABLE forecast AS SELECT * FROM kinwallet.prepayment_forecast(fix.year);
	CREATE TEMP TABLE by_hand AS
	SELECT payer, payee, coalesce(used, 0) AS used, coalesce(held, 0) AS held
	FROM (SELECT payer, payee, sum(fen(due)) AS used FROM kinwallet_data.clearing_pair
			WHERE level = 'province' AND month IN (make_date(fix.year - 1, 10, 1), make_date(fix.year - 1, 11, 1), make_date(fix.year - 1, 12, 1))
			GROUP BY payer, payee HAVING sum(fen(due)) > 0) AS q
		FULL JOIN (SELECT payer, payee, fen(amount) AS held FROM kinwallet_data.prepayment WHERE prepayment.year = fix.year - 1) AS h USING (payer, payee);
	RETURN NEXT is(kinwallet.set_prepayment(fix.year), (SELECT count(*) FROM by_hand WHERE round(2 * used / 3) > 0 OR held > 0), fix.year || ' PP-03: the year is fixed');
	RETURN NEXT set_eq(format('SELECT payer, payee, fen(amount)::numeric FROM kinwallet_data.prepayment WHERE year = %s', fix.year),
		'SELECT payer, payee, round(2 * used / 3) FROM by_hand WHERE round(2 * used / 3) > 0 OR held > 0', fix.year || ' PP-02: twice the monthly mean of the quarter');
	RETURN NEXT set_eq('SELECT payer, payee, fen(forecast)::numeric AS f, fen(difference)::numeric AS d FROM forecast WHERE fen(forecast) > 0 OR fen(difference) <> 0',
		'SELECT payer, payee, round(2 * used / 3) AS f, round(2 * used / 3) - held AS d FROM by_hand WHERE round(2 * used / 3) > 0 OR held > 0',
		fix.year || ' PRE-01: the forecast by the whole quarter is what the rule sets');
	RETURN NEXT set_eq(format($q$SELECT addressee AS a, counterparty AS b, fen(amount)::numeric FROM kinwallet_data.clearing_notice
			WHERE kind = 'prepayment' AND side = 'pay' AND month = %L$q$, make_date(fix.year, 1, 1)),
		$q$SELECT CASE WHEN d > 0 THEN payer ELSE payee END AS a, CASE WHEN d > 0 THEN payee ELSE payer END AS b, abs(d)
			FROM by_hand, LATERAL (SELECT round(2 * used / 3) - held AS d) AS x WHERE d <> 0$q$, fix.year || ' PP-03: top-ups and returns are noticed');
	DROP TABLE forecast, by_hand;
END
$$;

-- a month of days: facts of this month, tables of the last one, money of the one before that
CREATE FUNCTION pg_temp.live(month date) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	name text := to_char(month, 'YYYY-MM: ');
	last date := month - interval '1 month';
	before_last date := month - interval '2 months';
	day date;
BEGIN
	FOR day IN SELECT generate_series(month, month + interval '1 month' - interval '1 day', '1 day') LOOP
		IF month < '2028-01-01' THEN
			PERFORM pg_temp.monthly_facts(day);
			PERFORM pg_temp.facts(day, 12);
		END IF;
		PERFORM pg_temp.at(day, '20:00');
		IF last >= '2026-10-01' THEN
			CASE extract(day FROM day)
				WHEN 1 THEN PERFORM kinwallet.cut_off(last);
				WHEN 21 THEN RETURN QUERY SELECT pg_temp.split(last);
				WHEN 24 THEN RETURN QUERY SELECT pg_temp.sign(last);
				WHEN 27 THEN RETURN QUERY SELECT pg_temp.issue(last);
				ELSE
			END CASE;
		END IF;
		IF before_last >= '2026-10-01' THEN
			CASE extract(day FROM day)
				WHEN 10 THEN
					PERFORM kinwallet.release_line(draw_id) FROM disputed AS d WHERE d.month = before_last AND n = 2;
					PERFORM pg_temp.act('deduct line', 'SELECT kinwallet.deduct_line(%s, ''no invoice'')', draw_id::text) FROM disputed AS d WHERE d.month = before_last AND n = 4;
					PERFORM pg_temp.pay(before_last, day);
				WHEN 28 THEN RETURN QUERY SELECT pg_temp.close(before_last, day);
				ELSE
			END CASE;
		END IF;
		-- the pair with plain numbers
		CASE day
			WHEN '2026-11-22' THEN RETURN NEXT is(pg_temp.forecast(2027), '1 200.00 200.00', 'PRE-01: by October, 2 * 100.00');
			WHEN '2026-12-22' THEN RETURN NEXT is(pg_temp.forecast(2027), '2 250.00 250.00', 'PRE-01: by two months, 2 * 250.00 / 2');
			WHEN '2027-01-22' THEN RETURN NEXT is(pg_temp.forecast(2027), '3 286.67 286.67', 'PRE-01: by the quarter, 2 * 430.01 / 3');
			WHEN '2027-10-22' THEN RETURN NEXT is(pg_temp.forecast(2028), '3 100.00 -420.00', 'PRE-01: before the quarter, by July to September, 2 * 150.00 / 3');
			WHEN '2027-11-22' THEN RETURN NEXT is(pg_temp.forecast(2028), '1 600.00 80.00', 'PRE-01: by October, 2 * 300.00');
			WHEN '2027-12-22' THEN RETURN NEXT is(pg_temp.forecast(2028), '2 300.00 -220.00', 'PRE-01: a month without lines counts');
			WHEN '2028-01-22' THEN RETURN NEXT is(pg_temp.forecast(2028), '3 200.00 -320.00', 'PRE-01, LR-02: a negative month counts nothing');
			WHEN '2027-05-23' THEN
				SET SESSION AUTHORIZATION pgtap_kinwallet_year;
				PERFORM kinwallet.request_increase('2027-04-01', '460000', '540000');
				RESET SESSION AUTHORIZATION;
				PERFORM kinwallet.approve_increase(request_id) FROM kinwallet_data.prepayment_request;
			ELSE
		END CASE;
		IF day IN ('2027-01-28', '2028-01-28') THEN
			RETURN QUERY SELECT pg_temp.fix(extract(year FROM day)::int);
		END IF;
	END LOOP;
	RETURN NEXT is_empty('SELECT pg_temp.faults()', name || 'invariants 1 to 11: the ledger verifies');
	RETURN NEXT is_empty('SELECT month FROM signed WHERE digest <> pg_temp.digest(month)', name || 'LR-01: no signed month has changed');
END
$$;
CREATE ROLE pgtap_kinwallet_year;
SELECT kinwallet.grant_role('pgtap_kinwallet_year', 'province_clearing', '460000');

SELECT t FROM generate_series(date '2026-10-01', '2028-02-01', interval '1 month') AS m, LATERAL pg_temp.live(m::date) AS t;

/*
 * The year as a whole
 */
SELECT results_eq($$SELECT month, state FROM kinwallet_data.clearing_month ORDER BY month$$,
	$$SELECT m::date, CASE WHEN m < '2028-01-01' THEN 'closed' ELSE 'noticed' END FROM generate_series(date '2026-10-01', '2028-01-01', interval '1 month') AS m$$,
	'CLR-03: the year is closed');
SELECT is_empty('SELECT pg_temp.faults()', 'invariants 1 to 11: the ledger verifies');
SELECT is_empty('SELECT month FROM signed WHERE digest <> pg_temp.digest(month)', 'LR-01: no signed month has changed');
-- the dice have thrown enough of everything
SELECT is_empty($$SELECT m FROM generate_series(date '2027-01-01', '2027-12-01', interval '1 month') AS m
		WHERE (SELECT count(*) FROM tally WHERE month = m AND result = 'done') < 200$$, 'each month has some hundreds of facts');
SELECT is_empty($$SELECT what, m FROM unnest('{transfer,spend,refund,hold over the month''s end,capture over the month''s end,move,relate}'::text[]) AS what,
		generate_series(date '2027-01-01', '2027-12-01', interval '1 month') AS m
		WHERE NOT EXISTS (SELECT FROM tally AS t WHERE t.what = what AND month = m AND result = 'done')$$, 'each month has every kind of them');
SELECT results_eq($$SELECT DISTINCT what FROM tally WHERE result = 'done' ORDER BY what$$,
	$$SELECT unnest('{capture,capture over the month''s end,deduct line,dissolve,hold,hold over the month''s end,move,refund,relate,spend,transfer}'::text[])$$, 'nothing is always refused');
SELECT is_empty($$SELECT DISTINCT what, result FROM tally WHERE result <> 'done' EXCEPT VALUES ('capture', 'KW006'), ('capture', 'KW016'), ('hold', 'KW009'),
	('refund', 'KW012'), ('refund', 'KW019'), ('relate', 'KW015'), ('spend', 'KW009'), ('transfer', 'KW004'), ('transfer', 'KW007'), ('transfer', 'KW008'),
	('dissolve', 'KW016')$$, 'refused is what rules forbid, and nothing else');
SELECT is((SELECT min(month) FROM tally WHERE what = 'refund' AND result = 'KW012'), '2027-04-01', 'LR-05: refunds of last year end on 31 March');
-- LR-01
SELECT is_empty($$SELECT draw_id FROM kinwallet_data.draw WHERE month <> date_trunc('month', at)$$, 'LR-01: a reversal stands in the month it happens');
SELECT cmp_ok((SELECT count(*) FROM kinwallet_data.draw AS r JOIN kinwallet_data.draw AS d ON d.draw_id = r.restores
	JOIN kinwallet_data.clearing_step AS s ON s.month = d.month AND s.step = 'confirmed' WHERE r.at > s.at AND r.scope <> 'l'), '>', 50::bigint, 'LR-01: many are of months that were signed');
SELECT is_empty($$SELECT d.draw_id FROM kinwallet_data.draw AS r JOIN kinwallet_data.draw AS d ON d.draw_id = r.restores
	WHERE (r.payer_region, r.payee_region, r.scope) IS DISTINCT FROM (d.payer_region, d.payee_region, d.scope)$$, 'CP-06: whoever has moved, a reversal goes back the way the money came');
SELECT cmp_ok((SELECT count(*) FROM kinwallet_data.clearing_pair WHERE adjustment > '0.00'), '>', 5::bigint, 'LR-02: there were negative pairs');
-- EDGE-70
SELECT is_empty($$SELECT h.hold_id FROM kinwallet_data.hold AS h JOIN kinwallet_data.spending AS s ON s.hold_id = h.hold_id
	WHERE h.expires = '10 days' AND s.month <> date_trunc('month', h.at) + interval '1 month'$$, 'EDGE-70: a hold over the month''s end is cleared in the month of its capture');
-- LR-03
SELECT results_eq($$SELECT n, w.state, (extract(year FROM age(clear_in, w.month)) * 12 + extract(month FROM age(clear_in, w.month)))::int, count(*) > 10
		FROM disputed JOIN kinwallet_data.clearing_withheld AS w USING (draw_id) WHERE w.month BETWEEN '2027-01-01' AND '2027-11-01' AND (n <> 4 OR w.state = 'deducted')
		GROUP BY 1, 2, 3 ORDER BY 1, 2, 3$$,
	$$VALUES (1::bigint, 'released', 0, true), (2, 'released', 1, true), (3, 'withheld', 2, true), (4, 'deducted', 1, true)$$,
	'LR-03: a line released at once is cleared at once, one released later in the next month, one never settled in the second');
SELECT cmp_ok((SELECT count(*) FROM kinwallet_data.clearing_deduction WHERE reason = 'audit'), '>', 8::bigint, 'LR-04: audits have deducted');
SELECT cmp_ok((SELECT count(*) FROM clearing_corrections() WHERE what = 'reinstated'), '>', 1::bigint, 'LR-04: some lines were refunded after that');
SELECT is_empty($$SELECT deduction_id FROM kinwallet_data.clearing_deduction WHERE month <= id_month(draw_id)$$, 'LR-04: in a month after the line''s');
SELECT is_empty($$SELECT kind, subject FROM kinwallet_data.clearing_alarm$$, 'EDGE-76: nothing was late');
-- 101 and 102
SELECT results_eq($$SELECT to_char(m, 'YYYY-MM '), concat_ws(' ', s.prepayment, s.used, s.alarm) FROM generate_series(date '2027-01-01', '2027-12-01', interval '1 month') AS m,
		LATERAL prepayment_status(m::date) AS s WHERE s.payer = '540000' AND s.payee = '460000' ORDER BY 1$$, $$VALUES
	('2027-01 ', '286.67 50.00 none'), ('2027-02 ', '286.67 205.00 yellow'), ('2027-03 ', '286.67 50.00 none'), ('2027-04 ', '520.00 260.00 none'),
	('2027-05 ', '520.00 0.00 none'), ('2027-06 ', '520.00 0.00 none'), ('2027-07 ', '520.00 50.00 none'), ('2027-08 ', '520.00 50.00 none'),
	('2027-09 ', '520.00 50.00 none'), ('2027-10 ', '520.00 300.00 none'), ('2027-11 ', '520.00 0.00 none'), ('2027-12 ', '520.00 0.00 none')$$,
	'PP-05, PP-08: what the pair used of its prepayment, month by month');
SELECT results_eq($$SELECT month, scope, level, used::text FROM kinwallet_data.prepayment_alarm WHERE payee = '460000' ORDER BY month, scope$$, $$VALUES
	('2026-10-01'::date, 'pair', 'red', '100.00'), ('2026-10-01', 'payee', 'red', '100.00'), ('2026-11-01', 'pair', 'red', '150.00'), ('2026-11-01', 'payee', 'red', '150.00'),
	('2026-12-01', 'pair', 'red', '180.01'), ('2026-12-01', 'payee', 'red', '180.01'), ('2027-02-01', 'pair', 'yellow', '205.00'), ('2027-02-01', 'payee', 'yellow', '205.00'),
	('2027-04-01', 'pair', 'red', '260.00'), ('2027-04-01', 'payee', 'red', '260.00')$$, 'PP-06, PP-07: each alarm once, however often the month was split');
SELECT results_eq($$SELECT year, kind, before::text, after::text FROM kinwallet_data.prepayment_event WHERE payee = '460000' ORDER BY event_id$$,
	$$VALUES (2027, 'rule', '0.00', '286.67'), (2027, 'increase', '286.67', '520.00'), (2028, 'rule', '520.00', '200.00')$$, 'PP-02, PP-08: the pair''s prepayment');
SELECT results_eq($$SELECT number, amount::text FROM notices() WHERE kind IN ('adjustment', 'emergency', 'prepayment') AND side = 'pay' AND level = 'province'
		AND '460000'::region_code IN (addressee, counterparty) ORDER BY notice_id$$, $$VALUES ('KW-202701-YP-540000-460000', '286.67'), ('KW-202704-EP-540000-460000', '233.33'),
	('KW-202712-AP-460000-540000', '20.00'), ('KW-202801-YP-460000-540000', '320.00')$$, 'LR-02, PP-03, PP-08: what it is noticed of beside its months');
SELECT results_eq($$SELECT q.month, count(*) FROM kinwallet_data.clearing_payment AS p JOIN kinwallet_data.clearing_payment AS rest USING (notice_id)
		JOIN kinwallet_data.clearing_notice AS q USING (notice_id) WHERE p.reference = 'first' AND rest.reference = 'rest' AND q.status = 'paid' GROUP BY 1 ORDER BY 1$$,
	$$SELECT m::date, 1::bigint FROM generate_series(date '2026-10-01', '2027-12-01', interval '1 month') AS m$$, 'EDGE-80: each month one notice was paid by instalments');
SELECT is_empty($$SELECT number FROM notices() WHERE status <> 'paid' AND notice_month < '2028-01-01'$$, 'PP-09: all of the year is paid');
SELECT * FROM finish();
ROLLBACK;
