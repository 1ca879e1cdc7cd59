/*
 * Clearing after the split: signatures, late lines, notices, payments.
 */

-- The tables.  Called by create_ledger().
CREATE FUNCTION kinwallet.create_clearing_tables() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $create_clearing_tables$
DECLARE
	tab text;
BEGIN
	-- Who did what to a month, and when.  by is who logged in, role what the login acted as.
	CREATE TABLE kinwallet_data.clearing_step (
		step_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		month date NOT NULL CONSTRAINT clearing_step_first_day CHECK (extract(day FROM month) = 1),
		step text NOT NULL CONSTRAINT clearing_step_step CHECK (step IN
			('cut_off', 'split', 'lines_changed', 'withhold', 'release', 'settle', 'deduct', 'cancel_deduction',
			 'sign', 'confirmed', 'noticed', 'paid', 'closed')),
		-- who signed
		province kinwallet.region_code,
		detail text,
		at timestamptz NOT NULL,
		by name NOT NULL,
		role name NOT NULL,
		CONSTRAINT clearing_step_province CHECK ((step = 'sign') = (province IS NOT NULL))
	);
	CREATE INDEX clearing_step_month ON kinwallet_data.clearing_step (month, step_id);
	CREATE UNIQUE INDEX clearing_step_signature ON kinwallet_data.clearing_step (month, province) WHERE step = 'sign';

	-- A disputed line (LR-03), with a copy of what clearing reads of its draw.
	CREATE TABLE kinwallet_data.clearing_withheld (
		draw_id bigint PRIMARY KEY,
		month date NOT NULL,
		kind "char" NOT NULL,
		scope "char" NOT NULL CONSTRAINT clearing_withheld_scope CHECK (scope IN ('i', 'c')),
		amount kinwallet.wallet_amount NOT NULL,
		payer_region kinwallet.region_code NOT NULL,
		payee_region kinwallet.region_code NOT NULL,
		counts smallint NOT NULL,
		-- the month whose split clears it: its own as long as nothing is late
		clear_in date NOT NULL CONSTRAINT clearing_withheld_clear_in CHECK (clear_in >= month),
		state text NOT NULL DEFAULT 'withheld'
			CONSTRAINT clearing_withheld_state CHECK (state IN ('withheld', 'released', 'deducted')),
		reason text NOT NULL,
		withheld_at timestamptz NOT NULL,
		withheld_by name NOT NULL,
		settled_at timestamptz,
		settled_by name,
		CONSTRAINT clearing_withheld_settled CHECK ((state = 'withheld') = (settled_at IS NULL)
			AND (settled_at IS NULL) = (settled_by IS NULL))
	);
	CREATE INDEX clearing_withheld_clear_in ON kinwallet_data.clearing_withheld (clear_in);

	-- What an audit took back from a line: a reversal of that month (LR-04).
	CREATE TABLE kinwallet_data.clearing_deduction (
		deduction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		month date NOT NULL CONSTRAINT clearing_deduction_first_day CHECK (extract(day FROM month) = 1),
		draw_id bigint NOT NULL,
		spending_id bigint NOT NULL,
		scope "char" NOT NULL CONSTRAINT clearing_deduction_scope CHECK (scope IN ('i', 'c')),
		line_amount kinwallet.wallet_amount NOT NULL,
		-- negative: takes back the deduction that it cancels
		amount kinwallet.wallet_amount NOT NULL,
		payer_region kinwallet.region_code NOT NULL,
		payee_region kinwallet.region_code NOT NULL,
		reason text NOT NULL,
		at timestamptz NOT NULL,
		by name NOT NULL,
		cancels bigint CONSTRAINT clearing_deduction_cancelled_once UNIQUE,
		CONSTRAINT clearing_deduction_amount CHECK (
			CASE WHEN cancels IS NULL THEN kinwallet.fen(amount) > 0 ELSE kinwallet.fen(amount) < 0 END)
	);
	CREATE INDEX clearing_deduction_month ON kinwallet_data.clearing_deduction (month);
	CREATE INDEX clearing_deduction_draw ON kinwallet_data.clearing_deduction (draw_id);

	-- Each once (EDGE-76).
	CREATE TABLE kinwallet_data.clearing_alarm (
		alarm_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		kind text NOT NULL CONSTRAINT clearing_alarm_kind CHECK (kind ~ '^[a-z_]+$'),
		subject text NOT NULL,
		detail text NOT NULL,
		at timestamptz NOT NULL,
		CONSTRAINT clearing_alarm_once UNIQUE (kind, subject)
	);

	CREATE SEQUENCE kinwallet_data.notice_id AS bigint NO CYCLE;
	CREATE TABLE kinwallet_data.clearing_notice (
		notice_id bigint PRIMARY KEY,
		-- the other side's notice of the same payment
		partner bigint NOT NULL CONSTRAINT clearing_notice_partner UNIQUE,
		number text NOT NULL CONSTRAINT clearing_notice_number UNIQUE,
		month date NOT NULL,
		-- payment: the month's due; adjustment: what a negative pair gives back (LR-02)
		kind text NOT NULL CONSTRAINT clearing_notice_kind CHECK (kind IN
			('payment', 'receipt', 'adjustment', 'emergency', 'prepayment')),
		side text NOT NULL CONSTRAINT clearing_notice_side CHECK (side IN ('pay', 'receive')),
		-- between provinces; between a province and its own region; between regions of one province
		level text NOT NULL CONSTRAINT clearing_notice_level CHECK (level IN ('province', 'region', 'intra_province')),
		addressee kinwallet.region_code NOT NULL,
		counterparty kinwallet.region_code NOT NULL,
		amount kinwallet.wallet_amount NOT NULL CONSTRAINT clearing_notice_amount CHECK (kinwallet.fen(amount) > 0),
		due_on date NOT NULL,
		-- its payment is awaited for the month's state
		counts boolean NOT NULL,
		issued_at timestamptz NOT NULL,
		issued_by name NOT NULL,
		-- overdue follows from due_on and the day: see notices()
		status text NOT NULL DEFAULT 'issued' CONSTRAINT clearing_notice_status CHECK (status IN ('issued', 'paid')),
		paid kinwallet.wallet_amount NOT NULL DEFAULT '0'
			CONSTRAINT clearing_notice_paid CHECK (kinwallet.fen(paid) BETWEEN 0 AND kinwallet.fen(amount)),
		-- the day of the last instalment
		paid_on date,
		-- on the receiving side
		received_on date,
		received_at timestamptz,
		received_by name,
		CONSTRAINT clearing_notice_parties CHECK (addressee::text <> counterparty::text),
		CONSTRAINT clearing_notice_kind_side CHECK ((kind <> 'payment' OR side = 'pay') AND (kind <> 'receipt' OR side = 'receive')),
		CONSTRAINT clearing_notice_in_full CHECK ((status = 'paid') = (kinwallet.fen(paid) = kinwallet.fen(amount))
			AND (status = 'paid') = (paid_on IS NOT NULL)),
		CONSTRAINT clearing_notice_received CHECK (received_on IS NULL OR (side = 'receive' AND status = 'paid'))
	);
	CREATE INDEX clearing_notice_month ON kinwallet_data.clearing_notice (month, notice_id);
	CREATE INDEX clearing_notice_unpaid ON kinwallet_data.clearing_notice (due_on) WHERE status = 'issued';

	CREATE TABLE kinwallet_data.clearing_payment (
		payment_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		notice_id bigint NOT NULL REFERENCES kinwallet_data.clearing_notice,
		amount kinwallet.wallet_amount NOT NULL CONSTRAINT clearing_payment_amount CHECK (kinwallet.fen(amount) > 0),
		paid_on date NOT NULL,
		reference text NOT NULL,
		at timestamptz NOT NULL,
		by name NOT NULL,
		CONSTRAINT clearing_payment_once UNIQUE (notice_id, reference)
	);

	-- like attach_guards(): state is written by kinwallet's functions alone, facts never change
	FOREACH tab IN ARRAY '{clearing_step,clearing_withheld,clearing_deduction,clearing_alarm,clearing_notice,clearing_payment}'::text[] LOOP
		EXECUTE format('CREATE TRIGGER %I BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON kinwallet_data.%I '
			'FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.state_guard()', tab || '_guard', tab);
		EXECUTE format('ALTER TABLE kinwallet_data.%I ENABLE ALWAYS TRIGGER %I', tab, tab || '_guard');
	END LOOP;
	FOREACH tab IN ARRAY '{clearing_step,clearing_deduction,clearing_alarm,clearing_payment}'::text[] LOOP
		PERFORM kinwallet.attach_fact_guard(tab);
	END LOOP;

	/*
	 * EDGE-75: from the first signature on the pairs of a month are as fixed
	 * as a fact.  By statement: split() replaces a hundred thousand rows.
	 */
	CREATE TRIGGER clearing_pair_update AFTER UPDATE ON kinwallet_data.clearing_pair
		REFERENCING OLD TABLE AS old_pair
		FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.signed_guard();
	CREATE TRIGGER clearing_pair_delete AFTER DELETE ON kinwallet_data.clearing_pair
		REFERENCING OLD TABLE AS old_pair
		FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.signed_guard();
	CREATE TRIGGER clearing_pair_truncate BEFORE TRUNCATE ON kinwallet_data.clearing_pair
		FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.signed_guard();
	FOREACH tab IN ARRAY '{clearing_pair_update,clearing_pair_delete,clearing_pair_truncate}'::text[] LOOP
		EXECUTE format('ALTER TABLE kinwallet_data.clearing_pair ENABLE ALWAYS TRIGGER %I', tab);
	END LOOP;
END
$create_clearing_tables$;
COMMENT ON FUNCTION kinwallet.create_clearing_tables() IS
	'make the tables of signatures, late lines, notices and payments with their triggers; called by create_ledger()';

CREATE FUNCTION kinwallet.signed_guard() RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $signed_guard$
DECLARE
	signed date;
BEGIN
	IF TG_OP = 'TRUNCATE' THEN
		SELECT m.month INTO signed FROM kinwallet_data.clearing_month AS m WHERE m.signatures > 0 LIMIT 1;
	ELSE
		SELECT m.month INTO signed FROM old_pair AS p JOIN kinwallet_data.clearing_month AS m ON m.month = p.month
		WHERE m.signatures > 0 LIMIT 1;
	END IF;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'KW012', MESSAGE = format('month %s is signed', to_char(signed, 'YYYY-MM')),
			DETAIL = 'From the first signature on its pairs are fixed (EDGE-75, LR-01).';
	END IF;
	RETURN NULL;
END
$signed_guard$;
COMMENT ON FUNCTION kinwallet.signed_guard() IS 'trigger: keep the pairs of a signed month';

/*
 * Steps
 */
CREATE FUNCTION kinwallet.confirm_month(month date, province kinwallet.region_code) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_confirm_month' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.confirm_month(date, kinwallet.region_code) IS 'sign a province''s table of a split month, once';
CREATE FUNCTION kinwallet.issue_notices(month date) RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_issue_notices' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.issue_notices(date) IS 'issue the notices of a confirmed month; returns how many';
CREATE FUNCTION kinwallet.record_payment(notice_id bigint, paid_on date, reference text) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_record_payment' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.record_payment(bigint, date, text) IS 'record that all that was left of a notice was paid';
CREATE FUNCTION kinwallet.record_instalment(notice_id bigint, amount kinwallet.wallet_amount, paid_on date, reference text) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_record_instalment' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.record_instalment(bigint, kinwallet.wallet_amount, date, text) IS
	'record that a part of a notice was paid; it is paid when all of it is';
CREATE FUNCTION kinwallet.confirm_receipt(notice_id bigint, received_on date) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_confirm_receipt' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.confirm_receipt(bigint, date) IS 'confirm, as the payee''s finance, that a notice''s money has come';
CREATE FUNCTION kinwallet.close_month(month date) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_close_month' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.close_month(date) IS 'end a month of which every notice is paid and every receipt confirmed';

/*
 * Late lines
 */
CREATE FUNCTION kinwallet.withhold_line(draw_id bigint, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_withhold_line' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.withhold_line(bigint, text) IS
	'leave a disputed line out of its month''s split; it is cleared two months later at the latest';
CREATE FUNCTION kinwallet.release_line(draw_id bigint) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_release_line' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.release_line(bigint) IS 'let the next split that is not signed clear a withheld line';
CREATE FUNCTION kinwallet.deduct_line(draw_id bigint, reason text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_deduct_line' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.deduct_line(bigint, text) IS
	'end the dispute on a withheld line by deducting it in the month that clears it; returns the deduction''s id';
CREATE FUNCTION kinwallet.record_deduction(month date, draw_id bigint, amount kinwallet.wallet_amount, reason text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_record_deduction' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.record_deduction(date, bigint, kinwallet.wallet_amount, text) IS
	'deduct, in a month that is not signed, what an audit found on a line of that month or an earlier one; returns an id';
CREATE FUNCTION kinwallet.cancel_deduction(month date, deduction_id bigint, reason text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_cancel_deduction' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.cancel_deduction(date, bigint, text) IS
	'take a deduction back, in a month that is not signed: the line is owed again; returns the id of the cancellation';
CREATE FUNCTION kinwallet.raise_late_alarms() RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_sql_raise_late_alarms' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.raise_late_alarms() IS
	'raise the alarms of lines and months that are later than the rules allow; returns how many are new';

/*
 * Days
 */
CREATE FUNCTION kinwallet.clearing_calendar(month date) RETURNS TABLE (step text, due_on date)
	AS 'MODULE_PATHNAME', 'kw_sql_clearing_calendar' LANGUAGE C STABLE STRICT PARALLEL UNSAFE ROWS 7;
COMMENT ON FUNCTION kinwallet.clearing_calendar(date) IS 'say by when each step of a month''s clearing is due';
CREATE FUNCTION kinwallet.add_working_days(day date, n integer) RETURNS date
	AS 'MODULE_PATHNAME', 'kw_sql_add_working_days' LANGUAGE C STABLE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.add_working_days(date, integer) IS 'give the n-th working day after a day, by table holiday';

/*
 * What late lines change in the sums of the draws: a withheld line leaves its
 * own month and enters the one that clears it, a deduction is a reversal.
 * split() adds these to what it reads; verify_ledger() adds them to what it
 * expects.  Money in fen.
 */
/*
 * A provider may refund what an audit had deducted already.  Both are
 * reversals of one line; what they take together beyond the line is
 * reinstated in the month of the restore that went beyond it, so that no
 * line is ever reversed by more than its amount.  It follows from the facts of
 * the months up to that one, so a rerun gives the same.
 */
CREATE FUNCTION kinwallet.reinstated_lines(of_month date)
	RETURNS TABLE (month date, draw_id bigint, payer kinwallet.region_code, payee kinwallet.region_code, fen bigint)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $reinstated_lines$
	WITH line AS (
		SELECT DISTINCT draw_id, spending_id, payer_region, payee_region, kinwallet.fen(line_amount) AS fen
		FROM kinwallet_data.clearing_deduction
	), change AS (
		SELECT d.draw_id, d.month, kinwallet.fen(d.amount) AS fen
		FROM kinwallet_data.clearing_deduction AS d
		UNION ALL
		SELECT l.draw_id, coalesce(w.clear_in, r.month), kinwallet.fen(r.amount)
		FROM line AS l
		JOIN kinwallet_data.draw AS r ON r.spending_id = l.spending_id AND r.restores = l.draw_id AND r.month >= kinwallet.id_month(l.draw_id)
		LEFT JOIN kinwallet_data.clearing_withheld AS w ON w.draw_id = r.draw_id
	), total AS (
		SELECT c.draw_id, c.month, sum(sum(c.fen)) OVER (PARTITION BY c.draw_id ORDER BY c.month) AS fen
		FROM change AS c
		WHERE reinstated_lines.of_month IS NULL OR c.month <= reinstated_lines.of_month
		GROUP BY c.draw_id, c.month
	), beyond AS (
		SELECT t.month, l.*, greatest(t.fen - l.fen, 0) AS beyond,
			lag(greatest(t.fen - l.fen, 0), 1, 0::numeric) OVER (PARTITION BY t.draw_id ORDER BY t.month) AS before
		FROM total AS t
		JOIN line AS l ON l.draw_id = t.draw_id
	)
	SELECT b.month, b.draw_id, b.payer_region, b.payee_region, (b.beyond - b.before)::bigint
	FROM beyond AS b
	WHERE b.beyond <> b.before AND (reinstated_lines.of_month IS NULL OR b.month = reinstated_lines.of_month)
$reinstated_lines$;
COMMENT ON FUNCTION kinwallet.reinstated_lines(date) IS
	'list what refunds and deductions together took beyond a line''s amount, in one month or all; serves clearing_corrections()';

CREATE FUNCTION kinwallet.clearing_corrections(of_month date DEFAULT NULL)
	RETURNS TABLE (month date, draw_id bigint, what text, payer kinwallet.region_code, payee kinwallet.region_code,
		items bigint, region_times bigint, province_times bigint, gross bigint, reversed bigint, reason text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $clearing_corrections$
	SELECT moved.month, w.draw_id, moved.what, w.payer_region, w.payee_region,
		moved.sign, moved.sign * (w.counts & 1), moved.sign * (w.counts >> 1 & 1),
		CASE w.kind WHEN 'd' THEN moved.sign * kinwallet.fen(w.amount) ELSE 0 END,
		CASE w.kind WHEN 'r' THEN moved.sign * kinwallet.fen(w.amount) ELSE 0 END, w.reason
	FROM kinwallet_data.clearing_withheld AS w
	CROSS JOIN LATERAL (VALUES ('withheld', w.month, -1::bigint), ('cleared', w.clear_in, 1)) AS moved(what, month, sign)
	WHERE w.clear_in <> w.month AND (clearing_corrections.of_month IS NULL OR moved.month = clearing_corrections.of_month)
	UNION ALL
	-- a deduction taken back is owed again
	SELECT d.month, d.draw_id, CASE WHEN d.cancels IS NULL THEN 'deducted' ELSE 'owed again' END, d.payer_region, d.payee_region, 1, 0, 0,
		greatest(-kinwallet.fen(d.amount), 0), greatest(kinwallet.fen(d.amount), 0), d.reason
	FROM kinwallet_data.clearing_deduction AS d
	WHERE clearing_corrections.of_month IS NULL OR d.month = clearing_corrections.of_month
	UNION ALL
	SELECT r.month, r.draw_id, 'reinstated', r.payer, r.payee, 1, 0, 0, 0, -r.fen, 'refunded and deducted'
	FROM kinwallet.reinstated_lines(clearing_corrections.of_month) AS r
$clearing_corrections$;
COMMENT ON FUNCTION kinwallet.clearing_corrections(date) IS
	'list how withheld, late and deducted lines change the sums of one month or of each; serves split() and verify_ledger()';

-- What a clearing officer asks about the lines that a month does not have as its draws do.
CREATE FUNCTION kinwallet.late_lines_unchecked(month date)
	RETURNS TABLE (draw_id bigint, line_month date, what text, payer kinwallet.region_code, payee kinwallet.region_code,
		gross kinwallet.wallet_amount, reversed kinwallet.wallet_amount, reason text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $late_lines$
	SELECT c.draw_id, kinwallet.id_month(c.draw_id), c.what, c.payer, c.payee,
		kinwallet.from_fen(c.gross), kinwallet.from_fen(c.reversed), c.reason
	FROM kinwallet.clearing_corrections(late_lines_unchecked.month) AS c
	ORDER BY c.draw_id, c.what
$late_lines$;
COMMENT ON FUNCTION kinwallet.late_lines_unchecked(date) IS 'late_lines() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.late_lines(month date)
	RETURNS TABLE (draw_id bigint, line_month date, what text, payer kinwallet.region_code, payee kinwallet.region_code,
		gross kinwallet.wallet_amount, reversed kinwallet.wallet_amount, reason text)
	AS 'MODULE_PATHNAME', 'kw_late_lines' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.late_lines(date) IS
	'list what a month''s tables have less or more than its draws: lines withheld from it, cleared late, deducted or reinstated in it';

-- EDGE-76: what is later on a day than it may be.  A month is late when nobody can sign it in time any more.
CREATE FUNCTION kinwallet.late_subjects(today date) RETURNS TABLE (kind text, subject text, detail text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $late_subjects$
	WITH open_line AS (
		SELECT w.draw_id, w.month
		FROM kinwallet_data.clearing_withheld AS w
		LEFT JOIN kinwallet_data.clearing_month AS m ON m.month = w.clear_in
		WHERE w.clear_in <> w.month AND coalesce(m.state, 'open') IN ('open', 'cut_off', 'split')
	), candidate AS MATERIALIZED (
		SELECT s::date AS month
		FROM kinwallet_data.ledger AS l
		-- no fact is later than ids can say, whatever the day
		CROSS JOIN LATERAL generate_series(l.since::timestamp,
			least((late_subjects.today - interval '3 months')::timestamp, timestamp '2170-08-01'), interval '1 month') AS s
		LEFT JOIN kinwallet_data.clearing_month AS m ON m.month = s::date
		WHERE coalesce(m.state, 'open') IN ('open', 'cut_off', 'split')
	), open_month AS (
		-- LIMIT: looks into one partition after the other, and no further than the first line
		SELECT c.month
		FROM candidate AS c
		CROSS JOIN LATERAL (SELECT FROM kinwallet_data.draw AS d WHERE d.month = c.month AND d.scope <> 'l' LIMIT 1) AS line
	), subject AS (
		SELECT 'draw ' || o.draw_id AS name, o.month, 'late_line' AS kind FROM open_line AS o
		UNION ALL
		SELECT 'month ' || to_char(o.month, 'YYYY-MM'), o.month, 'late_month' FROM open_month AS o
	)
	SELECT s.kind, s.name, format('not cleared by the end of %s (EDGE-76)', to_char(s.month + interval '3 months', 'YYYY-MM'))
	FROM subject AS s
	WHERE late_subjects.today >= s.month + interval '4 months'
	UNION ALL
	SELECT 'year_end', s.name, format('not cleared by %s (EDGE-76)', to_char(date_trunc('year', s.month::timestamp) + interval '15 months - 1 day', 'YYYY-MM-DD'))
	FROM subject AS s
	WHERE late_subjects.today >= date_trunc('year', s.month::timestamp) + interval '15 months'
	ORDER BY 1, 2
$late_subjects$;
COMMENT ON FUNCTION kinwallet.late_subjects(date) IS 'list what raise_late_alarms() raises on a day, raised already or not';

/*
 * Notices
 */
CREATE FUNCTION kinwallet.notice_number(month date, kind text, side text, level text,
	addressee kinwallet.region_code, counterparty kinwallet.region_code) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $notice_number$
	SELECT 'KW-' || to_char(notice_number.month, 'YYYYMM') || '-'
		|| CASE notice_number.level WHEN 'intra_province' THEN 'I' ELSE '' END
		|| CASE notice_number.kind WHEN 'adjustment' THEN 'A' WHEN 'emergency' THEN 'E' WHEN 'prepayment' THEN 'Y' ELSE '' END
		|| CASE notice_number.side WHEN 'pay' THEN 'P' ELSE 'R' END
		|| '-' || notice_number.addressee::text || '-' || notice_number.counterparty::text
$notice_number$;
COMMENT ON FUNCTION kinwallet.notice_number(date, text, text, text, kinwallet.region_code, kinwallet.region_code) IS
	'make a notice''s number, but for the suffix of a repeated one';

/*
 * Who pays whom for a month.  Between provinces as the national table has
 * it.  A region pays up, over its province, what its pairs with regions of
 * other provinces owe, and is passed down what they are owed; a pair that
 * went negative goes the other way, on its own (LR-02).  Nothing is netted
 * (CP-07).  A region that is its province needs no notice from itself.
 */
CREATE FUNCTION kinwallet.payments_due(month date)
	RETURNS TABLE (level text, kind text, payer kinwallet.region_code, payee kinwallet.region_code, amount kinwallet.wallet_amount)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $payments_due$
	WITH pair AS (
		SELECT p.level, p.scope, p.payer, p.payee, kinwallet.province(p.payer) AS payer_province,
			kinwallet.province(p.payee) AS payee_province, flow.kind, flow.amount
		FROM kinwallet_data.clearing_pair AS p
		CROSS JOIN LATERAL (VALUES ('payment', p.due), ('adjustment', p.adjustment)) AS flow(kind, amount)
		WHERE p.month = payments_due.month AND kinwallet.fen(flow.amount) > 0
	), flow AS (
		SELECT 'province' AS level, p.kind, p.payer, p.payee, p.amount
		FROM pair AS p
		WHERE p.level = 'province'
		UNION ALL
		SELECT 'region', p.kind, p.payer, p.payer_province, kinwallet.sum(p.amount)
		FROM pair AS p
		WHERE p.level = 'region' AND p.scope = 'c' AND p.payer OPERATOR(kinwallet.<>) p.payer_province
		GROUP BY p.kind, p.payer, p.payer_province
		UNION ALL
		SELECT 'region', p.kind, p.payee_province, p.payee, kinwallet.sum(p.amount)
		FROM pair AS p
		WHERE p.level = 'region' AND p.scope = 'c' AND p.payee OPERATOR(kinwallet.<>) p.payee_province
		GROUP BY p.kind, p.payee_province, p.payee
		UNION ALL
		SELECT 'intra_province', p.kind, p.payer, p.payee, p.amount
		FROM pair AS p
		WHERE p.level = 'region' AND p.scope = 'i'
	)
	-- an adjustment goes against the direction of its pair
	SELECT f.level, f.kind, CASE f.kind WHEN 'payment' THEN f.payer ELSE f.payee END,
		CASE f.kind WHEN 'payment' THEN f.payee ELSE f.payer END, f.amount
	FROM flow AS f
$payments_due$;
COMMENT ON FUNCTION kinwallet.payments_due(date) IS 'list what the pairs of a month have everybody pay; serves issue_notices() and verify_notices()';

-- Refuse a month that has no tables of pairs.
CREATE FUNCTION kinwallet.split_month(month date) RETURNS date
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $split_month$
BEGIN
	IF NOT isfinite(split_month.month) OR extract(day FROM split_month.month) <> 1 THEN
		RAISE invalid_parameter_value USING MESSAGE = 'month must be given by its first day';
	ELSIF NOT EXISTS (SELECT FROM kinwallet_data.clearing_month AS m WHERE m.month = split_month.month AND m.state <> 'cut_off') THEN
		RAISE EXCEPTION USING ERRCODE = 'KW021', MESSAGE = format('month %s is not split', to_char(split_month.month, 'YYYY-MM')),
			HINT = 'Call kinwallet.split() first.';
	END IF;
	RETURN split_month.month;
END
$split_month$;
COMMENT ON FUNCTION kinwallet.split_month(date) IS 'give back a month, or refuse one that is not split (KW021)';

CREATE FUNCTION kinwallet.known_province(province kinwallet.region_code) RETURNS kinwallet.region_code
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $known_province$
BEGIN
	IF kinwallet.province(known_province.province) OPERATOR(kinwallet.<>) known_province.province THEN
		RAISE EXCEPTION USING ERRCODE = 'KW017', MESSAGE = format('region %s is not a province', known_province.province),
			HINT = format('Its province is %s.', kinwallet.province(known_province.province));
	END IF;
	RETURN known_province.province;
END
$known_province$;
COMMENT ON FUNCTION kinwallet.known_province(kinwallet.region_code) IS 'give back a province, or refuse what is none (KW017)';

-- What a province's regions pay up (payable), and what they are passed down (receivable).
CREATE FUNCTION kinwallet.province_table_unchecked(month date, province kinwallet.region_code)
	RETURNS TABLE (direction text, region kinwallet.region_code, counterparty_province kinwallet.region_code,
		counterparty kinwallet.region_code, person_times bigint, items bigint, gross kinwallet.wallet_amount,
		reversed kinwallet.wallet_amount, due kinwallet.wallet_amount, adjustment kinwallet.wallet_amount)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $province_table$
	SELECT t.direction, t.region, kinwallet.province(t.counterparty), t.counterparty,
		t.person_times, t.items, t.gross, t.reversed, t.due, t.adjustment
	FROM kinwallet.known_province(province_table_unchecked.province) AS own(province)
	-- after the province, so that what does not exist is reported first
	CROSS JOIN LATERAL kinwallet.split_month(CASE WHEN own.province IS NOT NULL THEN province_table_unchecked.month END) AS of(month)
	CROSS JOIN LATERAL (
		SELECT 'payable' AS direction, p.payer AS region, p.payee AS counterparty,
			p.person_times, p.items, p.gross, p.reversed, p.due, p.adjustment
		FROM kinwallet_data.clearing_pair AS p
		WHERE p.month = of.month AND p.level = 'region' AND p.scope = 'c'
			AND kinwallet.province(p.payer) OPERATOR(kinwallet.=) own.province
		UNION ALL
		SELECT 'receivable', p.payee, p.payer, p.person_times, p.items, p.gross, p.reversed, p.due, p.adjustment
		FROM kinwallet_data.clearing_pair AS p
		WHERE p.month = of.month AND p.level = 'region' AND p.scope = 'c'
			AND kinwallet.province(p.payee) OPERATOR(kinwallet.=) own.province
	) AS t
	ORDER BY t.direction, t.region, t.counterparty
$province_table$;
COMMENT ON FUNCTION kinwallet.province_table_unchecked(date, kinwallet.region_code) IS 'province_table() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.province_table(month date, province kinwallet.region_code)
	RETURNS TABLE (direction text, region kinwallet.region_code, counterparty_province kinwallet.region_code,
		counterparty kinwallet.region_code, person_times bigint, items bigint, gross kinwallet.wallet_amount,
		reversed kinwallet.wallet_amount, due kinwallet.wallet_amount, adjustment kinwallet.wallet_amount)
	AS 'MODULE_PATHNAME', 'kw_province_table' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.province_table(date, kinwallet.region_code) IS
	'list a province''s own table, region by region: what is paid up and what is passed down for other provinces';

-- CP-07: for information.  Payables are paid gross; nothing is ever netted.
CREATE FUNCTION kinwallet.net_positions_unchecked(month date)
	RETURNS TABLE (province kinwallet.region_code, payable kinwallet.wallet_amount, receivable kinwallet.wallet_amount,
		net kinwallet.wallet_amount)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $net_positions$
	SELECT side.province, kinwallet.sum(side.payable), kinwallet.sum(side.receivable),
		kinwallet.sum(side.receivable) OPERATOR(kinwallet.-) kinwallet.sum(side.payable)
	FROM kinwallet.split_month(net_positions_unchecked.month) AS of(month)
	JOIN kinwallet_data.clearing_pair AS p ON p.month = of.month AND p.level = 'province'
	CROSS JOIN LATERAL (VALUES (p.payer, p.due, p.adjustment), (p.payee, p.adjustment, p.due))
		AS side(province, payable, receivable)
	GROUP BY side.province
	ORDER BY side.province
$net_positions$;
COMMENT ON FUNCTION kinwallet.net_positions_unchecked(date) IS 'net_positions() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.net_positions(month date)
	RETURNS TABLE (province kinwallet.region_code, payable kinwallet.wallet_amount, receivable kinwallet.wallet_amount,
		net kinwallet.wallet_amount)
	AS 'MODULE_PATHNAME', 'kw_net_positions' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.net_positions(date) IS
	'say what each province pays and receives for a month, and the difference: information only, nothing is netted';

-- Without a month those of all months; without a party everybody's.
CREATE FUNCTION kinwallet.notices_unchecked(month date DEFAULT NULL, party kinwallet.region_code DEFAULT NULL)
	RETURNS TABLE (notice_id bigint, number text, notice_month date, kind text, side text, level text,
		addressee kinwallet.region_code, counterparty kinwallet.region_code, amount kinwallet.wallet_amount,
		issued_on date, due_on date, status text, paid kinwallet.wallet_amount, paid_on date, received_on date, partner text,
		seal text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $notices$
	SELECT n.notice_id, n.number, n.month, n.kind, n.side, n.level, n.addressee, n.counterparty, n.amount,
		kinwallet.business_date(n.issued_at), n.due_on,
		CASE WHEN n.status = 'issued' AND today.day > n.due_on THEN 'overdue' ELSE n.status END,
		n.paid, n.paid_on, coalesce(n.received_on, p.received_on), p.number,
		encode(s.seal, 'hex')
	FROM kinwallet_data.clearing_notice AS n
	JOIN kinwallet_data.clearing_notice AS p ON p.notice_id = n.partner
	LEFT JOIN kinwallet_data.seal AS s ON s.month = n.month AND s.kind = 'm'
	CROSS JOIN kinwallet.business_date() AS today(day)
	WHERE (notices_unchecked.month IS NULL OR n.month = notices_unchecked.month)
		AND (notices_unchecked.party IS NULL OR n.addressee OPERATOR(kinwallet.=) notices_unchecked.party)
	ORDER BY n.month, n.notice_id
$notices$;
COMMENT ON FUNCTION kinwallet.notices_unchecked(date, kinwallet.region_code) IS 'notices() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.notices(month date DEFAULT NULL, party kinwallet.region_code DEFAULT NULL)
	RETURNS TABLE (notice_id bigint, number text, notice_month date, kind text, side text, level text,
		addressee kinwallet.region_code, counterparty kinwallet.region_code, amount kinwallet.wallet_amount,
		issued_on date, due_on date, status text, paid kinwallet.wallet_amount, paid_on date, received_on date, partner text,
		seal text)
	AS 'MODULE_PATHNAME', 'kw_notices' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.notices(date, kinwallet.region_code) IS
	'list notices with their status today: issued, overdue or paid (EDGE-79), and the seal of their month (EDGE-92)';

/*
 * The lines of a notice are the pairs of regions that it is about: they do
 * not change any more.  amount adds up to the notice's; between provinces it
 * is negative for a pair of regions that goes against the notice (LR-02).
 */
CREATE FUNCTION kinwallet.notice_lines_unchecked(notice_id bigint)
	RETURNS TABLE (payer kinwallet.region_code, payee kinwallet.region_code, person_times bigint, items bigint,
		gross kinwallet.wallet_amount, reversed kinwallet.wallet_amount, amount kinwallet.wallet_amount)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $notice_lines$
#variable_conflict use_column
DECLARE
	notice kinwallet_data.clearing_notice;
	pays kinwallet.region_code;
	gets kinwallet.region_code;
BEGIN
	SELECT * INTO notice FROM kinwallet_data.clearing_notice AS n WHERE n.notice_id = notice_lines_unchecked.notice_id;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'KW017', MESSAGE = format('notice %s does not exist', notice_lines_unchecked.notice_id);
	ELSIF NOT notice.counts THEN
		-- of a prepayment: one sum
		RETURN;
	END IF;
	-- in the direction of the pairs, which an adjustment goes against
	IF (notice.side = 'pay') = (notice.kind <> 'adjustment') THEN
		pays := notice.addressee;
		gets := notice.counterparty;
	ELSE
		pays := notice.counterparty;
		gets := notice.addressee;
	END IF;
	RETURN QUERY
	SELECT p.payer, p.payee, p.person_times, p.items, p.gross, p.reversed,
		CASE WHEN notice.level <> 'province' AND notice.kind = 'adjustment' THEN p.adjustment
			WHEN notice.level <> 'province' THEN p.due
			WHEN notice.kind = 'adjustment' THEN p.adjustment OPERATOR(kinwallet.-) p.due
			ELSE p.due OPERATOR(kinwallet.-) p.adjustment END
	FROM kinwallet_data.clearing_pair AS p
	WHERE p.month = notice.month AND p.level = 'region'
		AND p.scope = CASE notice.level WHEN 'intra_province' THEN 'i'::"char" ELSE 'c' END
		AND CASE notice.level
			WHEN 'province' THEN kinwallet.province(p.payer) OPERATOR(kinwallet.=) pays
				AND kinwallet.province(p.payee) OPERATOR(kinwallet.=) gets
			-- between a region and its province: one of the two is the region, and stands in the pair
			WHEN 'region' THEN (p.payer OPERATOR(kinwallet.=) pays AND kinwallet.province(pays) OPERATOR(kinwallet.=) gets
					AND pays OPERATOR(kinwallet.<>) gets)
				OR (p.payee OPERATOR(kinwallet.=) gets AND kinwallet.province(gets) OPERATOR(kinwallet.=) pays
					AND pays OPERATOR(kinwallet.<>) gets)
			ELSE p.payer OPERATOR(kinwallet.=) pays AND p.payee OPERATOR(kinwallet.=) gets END
		AND (notice.level = 'province'
			OR kinwallet.fen(CASE notice.kind WHEN 'adjustment' THEN p.adjustment ELSE p.due END) > 0)
	ORDER BY p.payer, p.payee;
END
$notice_lines$;
COMMENT ON FUNCTION kinwallet.notice_lines_unchecked(bigint) IS 'notice_lines() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.notice_lines(notice_id bigint)
	RETURNS TABLE (payer kinwallet.region_code, payee kinwallet.region_code, person_times bigint, items bigint,
		gross kinwallet.wallet_amount, reversed kinwallet.wallet_amount, amount kinwallet.wallet_amount)
	AS 'MODULE_PATHNAME', 'kw_notice_lines' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.notice_lines(bigint) IS 'list the pairs of regions that make up a notice';

-- The provinces that have lines in a month's tables, national or their own, and have not signed.
CREATE FUNCTION kinwallet.unsigned_provinces_unchecked(month date) RETURNS SETOF kinwallet.region_code
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $unsigned_provinces$
	SELECT DISTINCT party.province
	FROM kinwallet_data.clearing_pair AS p
	CROSS JOIN LATERAL (VALUES (kinwallet.province(p.payer)), (kinwallet.province(p.payee))) AS party(province)
	WHERE p.month = unsigned_provinces_unchecked.month AND (p.level = 'province' OR p.scope = 'i')
		AND NOT EXISTS (SELECT FROM kinwallet_data.clearing_step AS s
			WHERE s.month = p.month AND s.step = 'sign' AND s.province OPERATOR(kinwallet.=) party.province)
$unsigned_provinces$;
COMMENT ON FUNCTION kinwallet.unsigned_provinces_unchecked(date) IS 'unsigned_provinces() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.unsigned_provinces(month date) RETURNS SETOF kinwallet.region_code
	AS 'MODULE_PATHNAME', 'kw_unsigned_provinces' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.unsigned_provinces(date) IS 'list the provinces whose signature a split month still needs';
