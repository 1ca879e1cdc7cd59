/*
 * Prepayment (rules.md 2.2), and what reconciliation, statistics and the monthly
 * report share with it: the tables.
 */

-- The tables.  Called by create_ledger().
CREATE FUNCTION kinwallet.create_prepayment_tables() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $create_prepayment_tables$
DECLARE
	tab text;
BEGIN
	-- One row, maintained by the site: when a month's usage warns, and whom.
	CREATE TABLE kinwallet_data.prepayment_setting (
		singleton boolean PRIMARY KEY DEFAULT true CONSTRAINT prepayment_setting_one_row CHECK (singleton),
		-- whose red warning allows an increase: the payee's total (PP-04), or the pair's own
		alarm_scope text NOT NULL DEFAULT 'payee'
			CONSTRAINT prepayment_setting_alarm_scope CHECK (alarm_scope IN ('payee', 'pair')),
		yellow_percent integer NOT NULL DEFAULT 70,
		red_percent integer NOT NULL DEFAULT 90,
		CONSTRAINT prepayment_setting_percent CHECK (0 < yellow_percent AND yellow_percent <= red_percent)
	);
	INSERT INTO kinwallet_data.prepayment_setting DEFAULT VALUES;

	-- What a payer's province has lent a payee's in a year.  All of it follows from prepayment_event.
	CREATE TABLE kinwallet_data.prepayment (
		year integer NOT NULL,
		payer kinwallet.region_code NOT NULL,
		payee kinwallet.region_code NOT NULL,
		-- rule: the year was fixed by PP-02; manual: by hand; carried: an increase before the year was fixed
		source text NOT NULL CONSTRAINT prepayment_source CHECK (source IN ('rule', 'manual', 'carried')),
		amount kinwallet.wallet_amount NOT NULL CONSTRAINT prepayment_amount CHECK (kinwallet.fen(amount) >= 0),
		-- the fourth quarter that the rule took the mean of
		october kinwallet.wallet_amount,
		november kinwallet.wallet_amount,
		december kinwallet.wallet_amount,
		PRIMARY KEY (year, payer, payee),
		CONSTRAINT prepayment_parties CHECK (payer::text LIKE '__0000' AND payee::text LIKE '__0000' AND payer::text <> payee::text),
		CONSTRAINT prepayment_quarter CHECK (CASE WHEN source = 'rule' THEN num_nonnulls(october, november, december) = 3
			ELSE num_nonnulls(october, november, december) = 0 END)
	);

	-- Every change of an amount; after minus before is what is topped up, or returned (PP-03).
	CREATE TABLE kinwallet_data.prepayment_event (
		event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		year integer NOT NULL,
		payer kinwallet.region_code NOT NULL,
		payee kinwallet.region_code NOT NULL,
		kind text NOT NULL CONSTRAINT prepayment_event_kind CHECK (kind IN ('rule', 'manual', 'increase')),
		-- the first month that is measured against the new amount
		since date NOT NULL,
		before kinwallet.wallet_amount NOT NULL,
		after kinwallet.wallet_amount NOT NULL,
		-- of an increase: the request that was approved
		request_id bigint,
		-- the notice that orders the payment (PP-10); NULL: there is no difference to pay
		notice_id bigint,
		at timestamptz NOT NULL,
		by name NOT NULL,
		CONSTRAINT prepayment_event_since CHECK (extract(year FROM since) = year AND extract(day FROM since) = 1),
		CONSTRAINT prepayment_event_request CHECK ((kind = 'increase') = (request_id IS NOT NULL))
	);
	CREATE INDEX prepayment_event_pair ON kinwallet_data.prepayment_event (payer, payee, year, event_id);

	CREATE TABLE kinwallet_data.prepayment_request (
		request_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		month date NOT NULL REFERENCES kinwallet_data.clearing_month,
		payer kinwallet.region_code NOT NULL,
		payee kinwallet.region_code NOT NULL,
		-- the pair's figures when it was asked for
		used kinwallet.wallet_amount NOT NULL,
		prepayment kinwallet.wallet_amount NOT NULL,
		raise_to kinwallet.wallet_amount NOT NULL,
		state text NOT NULL DEFAULT 'requested'
			CONSTRAINT prepayment_request_state CHECK (state IN ('requested', 'approved', 'refused')),
		requested_at timestamptz NOT NULL,
		requested_by name NOT NULL,
		decided_at timestamptz,
		decided_by name,
		reason text,
		CONSTRAINT prepayment_request_raises CHECK (kinwallet.fen(raise_to) > kinwallet.fen(prepayment)),
		CONSTRAINT prepayment_request_decided CHECK ((state = 'requested') = (decided_at IS NULL)
			AND (state = 'requested') = (decided_by IS NULL)),
		CONSTRAINT prepayment_request_two_persons CHECK (state <> 'approved' OR decided_by <> requested_by)
	);
	CREATE UNIQUE INDEX prepayment_request_open ON kinwallet_data.prepayment_request (payer, payee) WHERE state = 'requested';

	-- A month's usage reached a level: one row, for ever, and one NOTIFY (PP-06, PP-07).
	CREATE TABLE kinwallet_data.prepayment_alarm (
		month date NOT NULL REFERENCES kinwallet_data.clearing_month,
		scope text NOT NULL CONSTRAINT prepayment_alarm_scope CHECK (scope IN ('payee', 'pair')),
		-- NULL: the payee's total
		payer kinwallet.region_code,
		payee kinwallet.region_code NOT NULL,
		level text NOT NULL CONSTRAINT prepayment_alarm_level CHECK (level IN ('yellow', 'red')),
		used kinwallet.wallet_amount NOT NULL,
		prepayment kinwallet.wallet_amount NOT NULL,
		at timestamptz NOT NULL,
		CONSTRAINT prepayment_alarm_payer CHECK ((scope = 'pair') = (payer IS NOT NULL))
	);
	CREATE UNIQUE INDEX prepayment_alarm_pair ON kinwallet_data.prepayment_alarm (month, payee, payer, level) WHERE payer IS NOT NULL;
	CREATE UNIQUE INDEX prepayment_alarm_payee ON kinwallet_data.prepayment_alarm (month, payee, level) WHERE payer IS NULL;

	/*
	 * What the others hold of a month: filled by COPY, compared by
	 * reconcile().  Can be delivered again, so it is not logged.
	 */
	CREATE UNLOGGED TABLE kinwallet_data.foreign_line (
		side text NOT NULL CONSTRAINT foreign_line_side CHECK (side IN ('payer', 'payee', 'centre')),
		-- who holds it: the payer's or the payee's province; NULL: the centre
		province kinwallet.region_code CONSTRAINT foreign_line_province CHECK (province::text LIKE '__0000'),
		month date NOT NULL CONSTRAINT foreign_line_month CHECK (extract(day FROM month) = 1),
		-- of the posting, in Asia/Shanghai
		day date NOT NULL,
		request_id uuid NOT NULL,
		kind text NOT NULL CONSTRAINT foreign_line_kind CHECK (kind IN ('spend', 'capture', 'premium', 'refund')),
		amount kinwallet.wallet_amount NOT NULL,
		CONSTRAINT foreign_line_holder CHECK ((side = 'centre') = (province IS NULL)),
		CONSTRAINT foreign_line_day CHECK (day >= month AND day < month + interval '1 month')
	);

	-- like attach_guards(): state is written by kinwallet's functions alone, facts never change
	FOREACH tab IN ARRAY '{prepayment,prepayment_event,prepayment_request,prepayment_alarm}'::text[] LOOP
		EXECUTE format('CREATE TRIGGER %I BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON kinwallet_data.%I '
			'FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.state_guard()', tab || '_guard', tab);
		EXECUTE format('ALTER TABLE kinwallet_data.%I ENABLE ALWAYS TRIGGER %I', tab, tab || '_guard');
	END LOOP;
	FOREACH tab IN ARRAY '{prepayment_event,prepayment_alarm}'::text[] LOOP
		PERFORM kinwallet.attach_fact_guard(tab);
	END LOOP;
END
$create_prepayment_tables$;
COMMENT ON FUNCTION kinwallet.create_prepayment_tables() IS
	'make the tables of prepayment and reconciliation with their triggers; called by create_ledger()';

/*
 * Prepayment
 */
CREATE FUNCTION kinwallet.set_prepayment(year integer) RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_set_prepayment' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.set_prepayment(integer) IS
	'fix a year''s prepayments: twice the monthly mean of the fourth quarter before, per ordered pair of provinces';
CREATE FUNCTION kinwallet.set_initial_prepayment(year integer, payer kinwallet.region_code, payee kinwallet.region_code,
	amount kinwallet.wallet_amount) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_set_initial_prepayment' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.set_initial_prepayment(integer, kinwallet.region_code, kinwallet.region_code, kinwallet.wallet_amount) IS
	'fix one pair''s prepayment of a year by hand, where no fourth quarter gives it';
CREATE FUNCTION kinwallet.request_increase(month date, payee kinwallet.region_code, payer kinwallet.region_code) RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_request_increase' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.request_increase(date, kinwallet.region_code, kinwallet.region_code) IS
	'ask for the emergency increase of a pair''s prepayment to twice what the month used';
CREATE FUNCTION kinwallet.request_increase(month date, payee kinwallet.region_code, payer kinwallet.region_code,
	raise_to kinwallet.wallet_amount) RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_request_increase' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.request_increase(date, kinwallet.region_code, kinwallet.region_code, kinwallet.wallet_amount) IS
	'ask for the emergency increase of a pair''s prepayment to an amount';
CREATE FUNCTION kinwallet.approve_increase(request_id bigint) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_approve_increase' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.approve_increase(bigint) IS 'confirm a requested increase: by another user than who asked';
CREATE FUNCTION kinwallet.refuse_increase(request_id bigint, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_refuse_increase' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.refuse_increase(bigint, text) IS 'refuse or withdraw a requested increase';

-- What each pair holds in a month: the newest change that the month is measured against.
CREATE FUNCTION kinwallet.prepayment_held(month date)
	RETURNS TABLE (payer kinwallet.region_code, payee kinwallet.region_code, amount kinwallet.wallet_amount)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $prepayment_held$
	SELECT DISTINCT ON (e.payer, e.payee) e.payer, e.payee, e.after
	FROM kinwallet_data.prepayment_event AS e
	WHERE e.since <= prepayment_held.month
	ORDER BY e.payer, e.payee, e.year DESC, e.event_id DESC
$prepayment_held$;
COMMENT ON FUNCTION kinwallet.prepayment_held(date) IS 'the prepayments that a month is measured against; serves prepayment_usage()';

/*
 * The comparison of PP-06 and PP-07: exact, and without division.  With
 * nothing used there is no alarm; with something used and nothing prepaid it
 * is red by the same inequality.
 */
CREATE FUNCTION kinwallet.prepayment_usage(month date)
	RETURNS TABLE (payer kinwallet.region_code, payee kinwallet.region_code,
		prepayment kinwallet.wallet_amount, used kinwallet.wallet_amount, alarm text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $prepayment_usage$
	WITH pair AS (
		SELECT coalesce(h.payer, u.payer) AS payer, coalesce(h.payee, u.payee) AS payee,
			coalesce(kinwallet.fen(h.amount), 0) AS prepayment, coalesce(kinwallet.fen(u.due), 0) AS used
		FROM kinwallet.prepayment_held(prepayment_usage.month) AS h
		FULL JOIN (
			SELECT p.payer, p.payee, p.due
			FROM kinwallet_data.clearing_pair AS p
			WHERE p.month = prepayment_usage.month AND p.level = 'province'
		) AS u ON u.payer OPERATOR(kinwallet.=) h.payer AND u.payee OPERATOR(kinwallet.=) h.payee
	), usage AS (
		SELECT payer, payee, sum(prepayment) AS prepayment, sum(used) AS used
		FROM pair
		GROUP BY GROUPING SETS ((payer, payee), (payee))
	)
	SELECT u.payer, u.payee, kinwallet.from_fen(u.prepayment::bigint), kinwallet.from_fen(u.used::bigint),
		CASE WHEN u.used = 0 THEN 'none'
			WHEN 100 * u.used >= coalesce(s.red_percent, 90) * u.prepayment THEN 'red'
			WHEN 100 * u.used >= coalesce(s.yellow_percent, 70) * u.prepayment THEN 'yellow'
			ELSE 'none' END
	FROM usage AS u
	LEFT JOIN kinwallet_data.prepayment_setting AS s ON s.singleton
$prepayment_usage$;
COMMENT ON FUNCTION kinwallet.prepayment_usage(date) IS
	'each pair''s prepayment and what the month used of it, and each payee''s total; serves prepayment_status() and the alarms';

CREATE FUNCTION kinwallet.prepayment_status_unchecked(month date)
	RETURNS TABLE (payer kinwallet.region_code, payee kinwallet.region_code,
		prepayment kinwallet.wallet_amount, used kinwallet.wallet_amount, ratio numeric, alarm text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $prepayment_status$
	SELECT u.payer, u.payee, u.prepayment, u.used,
		kinwallet.fen(u.used)::numeric / nullif(kinwallet.fen(u.prepayment), 0), u.alarm
	FROM kinwallet.split_month(prepayment_status_unchecked.month) AS split(month)
	CROSS JOIN LATERAL kinwallet.prepayment_usage(split.month) AS u
	ORDER BY u.payee, u.payer NULLS LAST
$prepayment_status$;
COMMENT ON FUNCTION kinwallet.prepayment_status_unchecked(date) IS 'prepayment_status() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.prepayment_status(month date)
	RETURNS TABLE (payer kinwallet.region_code, payee kinwallet.region_code,
		prepayment kinwallet.wallet_amount, used kinwallet.wallet_amount, ratio numeric, alarm text)
	AS 'MODULE_PATHNAME', 'kw_prepayment_status' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.prepayment_status(date) IS
	'list the usage of prepayments in a split month, per pair and, with payer NULL, per payee: none, yellow or red';

/*
 * PRE-01.  The months that the forecast rests on are those of the fourth
 * quarter before the year that are split; before there is one, the last
 * three months before that quarter that are split, or fewer.
 */
CREATE FUNCTION kinwallet.forecast_months(year integer) RETURNS SETOF date
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $forecast_months$
DECLARE
	quarter date;
BEGIN
	IF year NOT BETWEEN 2000 AND 2199 THEN
		RAISE invalid_parameter_value USING MESSAGE = 'year must be from 2000 to 2199';
	END IF;
	quarter := make_date(year - 1, 10, 1);
	RETURN QUERY
		SELECT m.month FROM kinwallet_data.clearing_month AS m
		WHERE m.month >= quarter AND m.month < make_date(year, 1, 1) AND m.state <> 'cut_off';
	IF NOT FOUND THEN
		RETURN QUERY
			SELECT m.month FROM kinwallet_data.clearing_month AS m
			WHERE m.month < quarter AND m.state <> 'cut_off'
			ORDER BY m.month DESC LIMIT 3;
	END IF;
	IF NOT FOUND THEN
		RAISE SQLSTATE 'KW021' USING MESSAGE = format('no month before %s is split', year),
			HINT = 'Call kinwallet.split() first.';
	END IF;
END
$forecast_months$;
COMMENT ON FUNCTION kinwallet.forecast_months(integer) IS 'the months that prepayment_forecast() rests on';

CREATE FUNCTION kinwallet.prepayment_forecast_unchecked(year integer)
	RETURNS TABLE (payer kinwallet.region_code, payee kinwallet.region_code, months integer, used kinwallet.wallet_amount,
		forecast kinwallet.wallet_amount, prepayment kinwallet.wallet_amount, difference kinwallet.wallet_amount)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $prepayment_forecast$
	WITH basis AS MATERIALIZED (
		SELECT month FROM kinwallet.forecast_months(prepayment_forecast_unchecked.year) AS b(month)
	), used AS (
		SELECT p.payer, p.payee, sum(kinwallet.fen(p.due)) AS fen
		FROM basis AS b
		JOIN kinwallet_data.clearing_pair AS p ON p.month = b.month AND p.level = 'province'
		GROUP BY p.payer, p.payee
	), pair AS (
		SELECT coalesce(u.payer, h.payer) AS payer, coalesce(u.payee, h.payee) AS payee,
			(SELECT count(*) FROM basis) AS n, coalesce(u.fen, 0) AS used, coalesce(kinwallet.fen(h.amount), 0) AS held
		FROM used AS u
		FULL JOIN kinwallet.prepayment_held(make_date(prepayment_forecast_unchecked.year - 1, 12, 1)) AS h
			ON h.payer OPERATOR(kinwallet.=) u.payer AND h.payee OPERATOR(kinwallet.=) u.payee
	)
	-- 2 * used / n, a half rounded up, in integers
	SELECT p.payer, p.payee, p.n::integer, kinwallet.from_fen(p.used::bigint), kinwallet.from_fen(f.fen::bigint),
		kinwallet.from_fen(p.held), kinwallet.from_fen((f.fen - p.held)::bigint)
	FROM pair AS p
	CROSS JOIN LATERAL (SELECT div(4 * p.used + p.n, 2 * p.n)) AS f(fen)
	WHERE f.fen <> 0 OR p.held <> 0
	ORDER BY p.payer, p.payee
$prepayment_forecast$;
COMMENT ON FUNCTION kinwallet.prepayment_forecast_unchecked(integer) IS 'prepayment_forecast() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.prepayment_forecast(year integer)
	RETURNS TABLE (payer kinwallet.region_code, payee kinwallet.region_code, months integer, used kinwallet.wallet_amount,
		forecast kinwallet.wallet_amount, prepayment kinwallet.wallet_amount, difference kinwallet.wallet_amount)
	AS 'MODULE_PATHNAME', 'kw_prepayment_forecast' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.prepayment_forecast(integer) IS
	'what set_prepayment(year) would set if the months split so far were the whole fourth quarter before it';

CREATE FUNCTION kinwallet.verify_prepayment_unchecked()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $verify_prepayment$
	WITH event AS (
		SELECT e.*, kinwallet.fen(e.after) AS fen,
			lag(kinwallet.fen(e.after), 1, 0::bigint) OVER history AS held,
			row_number() OVER newest AS age,
			first_value(e.kind) OVER newest AS last_kind
		FROM kinwallet_data.prepayment_event AS e
		WINDOW history AS (PARTITION BY e.payer, e.payee ORDER BY e.year, e.event_id),
			newest AS (PARTITION BY e.payer, e.payee, e.year ORDER BY e.event_id DESC)
	), fixed AS (
		-- what fixed the year: its newest event that is no increase
		SELECT DISTINCT ON (year, payer, payee) year, payer, payee, kind, fen
		FROM event
		WHERE kind <> 'increase'
		ORDER BY year, payer, payee, event_id DESC
	)
	-- each event starts from what the one before it left
	SELECT 'prepayment_event.before', 'event ' || e.event_id, kinwallet.yuan(e.held), e.before::text
	FROM event AS e
	WHERE kinwallet.fen(e.before) <> e.held
	UNION ALL
	-- the state is what the newest event says
	SELECT 'prepayment.amount', concat_ws(' ', coalesce(p.year, e.year), coalesce(p.payer, e.payer), '->', coalesce(p.payee, e.payee)),
		coalesce(e.after::text, 'none'), coalesce(p.amount::text, 'none')
	FROM kinwallet_data.prepayment AS p
	FULL JOIN (SELECT * FROM event WHERE age = 1) AS e
		ON e.year = p.year AND e.payer OPERATOR(kinwallet.=) p.payer AND e.payee OPERATOR(kinwallet.=) p.payee
	WHERE kinwallet.fen(p.amount) IS DISTINCT FROM e.fen
	UNION ALL
	SELECT 'prepayment.source', concat_ws(' ', p.year, p.payer, '->', p.payee), coalesce(f.kind, 'carried'), p.source
	FROM kinwallet_data.prepayment AS p
	LEFT JOIN fixed AS f ON f.year = p.year AND f.payer OPERATOR(kinwallet.=) p.payer AND f.payee OPERATOR(kinwallet.=) p.payee
	WHERE p.source <> coalesce(f.kind, 'carried')
	UNION ALL
	-- PP-02: the year's amount by the rule, from the quarter that it was taken of
	SELECT 'prepayment.rule', concat_ws(' ', p.year, p.payer, '->', p.payee), kinwallet.yuan(rule.fen), kinwallet.yuan(f.fen)
	FROM kinwallet_data.prepayment AS p
	JOIN fixed AS f ON f.year = p.year AND f.payer OPERATOR(kinwallet.=) p.payer AND f.payee OPERATOR(kinwallet.=) p.payee
	CROSS JOIN LATERAL (
		SELECT div(4 * (kinwallet.fen(p.october)::numeric + kinwallet.fen(p.november) + kinwallet.fen(p.december)) + 3, 6)
	) AS rule(fen)
	WHERE p.source = 'rule' AND rule.fen <> f.fen
	UNION ALL
	-- PP-07: an increase is what somebody asked for and somebody else approved
	SELECT 'prepayment_request.increase', 'request ' || coalesce(r.request_id, e.request_id),
		coalesce('raised to ' || r.raise_to, 'no increase'), coalesce('raised to ' || e.after, 'no increase')
	FROM (SELECT * FROM kinwallet_data.prepayment_request WHERE state = 'approved') AS r
	FULL JOIN (SELECT * FROM event WHERE kind = 'increase') AS e ON e.request_id = r.request_id
	WHERE r.request_id IS NULL OR e.request_id IS NULL
		OR kinwallet.fen(r.raise_to) <> e.fen OR r.month <> e.since
		OR r.payer OPERATOR(kinwallet.<>) e.payer OR r.payee OPERATOR(kinwallet.<>) e.payee
	UNION ALL
	-- PP-10: each difference is ordered to be paid by who owes it
	SELECT 'prepayment_event.notice', 'event ' || e.event_id, owed.text,
		coalesce(n.addressee::text || ' pays ' || n.counterparty::text || ' ' || n.amount::text, 'no notice')
	FROM event AS e
	CROSS JOIN LATERAL (SELECT CASE
		WHEN e.fen > e.held THEN concat_ws(' ', e.payer, 'pays', e.payee, kinwallet.yuan(e.fen::numeric - e.held))
		WHEN e.fen < e.held THEN concat_ws(' ', e.payee, 'pays', e.payer, kinwallet.yuan(e.held::numeric - e.fen))
		ELSE 'no notice' END) AS owed(text)
	LEFT JOIN kinwallet_data.clearing_notice AS n ON n.notice_id = e.notice_id AND n.side = 'pay'
		AND n.kind = CASE e.kind WHEN 'increase' THEN 'emergency' ELSE 'prepayment' END
	WHERE owed.text <> coalesce(n.addressee::text || ' pays ' || n.counterparty::text || ' ' || n.amount::text, 'no notice')
	UNION ALL
	SELECT 'prepayment_request.two_persons', 'request ' || r.request_id, 'another user than ' || r.requested_by, r.decided_by::text
	FROM kinwallet_data.prepayment_request AS r
	WHERE r.state = 'approved' AND r.decided_by = r.requested_by
$verify_prepayment$;
COMMENT ON FUNCTION kinwallet.verify_prepayment_unchecked() IS 'verify_prepayment() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.verify_prepayment()
	RETURNS TABLE (check_name text, subject text, expected text, found text)
	AS 'MODULE_PATHNAME', 'kw_verify_prepayment' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.verify_prepayment() IS 'the checks of verify_ledger() on prepayments';
