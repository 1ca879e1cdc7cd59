/*
 * A generated winter: 125,000 people in all 338 regions, two months of
 * transfers, purchases, refunds, moves and ends, then the clearing.
 *
 *	psql -X -v ON_ERROR_STOP=1 -d an_empty_database -f demo/month.sql
 *
 * Everybody and everything is invented by a hash of running numbers: two runs
 * give the same figures.  County part 99 is never assigned, so that no
 * generated identity number is a real one.
 */
\set QUIET on
\set ON_ERROR_STOP on
\encoding UTF8
\pset footer off
\pset null '-'
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO';
SET search_path = kinwallet, public;

CREATE EXTENSION kinwallet;
SELECT create_ledger() \gset

-- The script's own things, left for a look around; they are no part of kinwallet.
CREATE SCHEMA demo;

-- A number in [0, 1) that depends on nothing but n and salt.
CREATE FUNCTION demo.rnd(n bigint, salt integer) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS 'SELECT (hashint8extended(n, salt) & 9007199254740991) / 9007199254740992.0::double precision';

/*
 * Measuring and counting
 */
CREATE TABLE demo.step (
	step integer GENERATED ALWAYS AS IDENTITY,
	what text NOT NULL,
	items bigint,
	seconds numeric NOT NULL
);

-- Runs a statement that gives a number of items, and says how long it took.
CREATE FUNCTION demo.run(what text, statement text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
	begun timestamptz := clock_timestamp();
	n bigint;
	seconds numeric;
BEGIN
	EXECUTE statement INTO n;
	seconds := extract(epoch FROM clock_timestamp() - begun);
	INSERT INTO demo.step (what, items, seconds) VALUES (what, n, seconds);
	RETURN format('%s %s in %s s %s', rpad(what, 48), lpad(coalesce(to_char(n, 'FM9,999,999'), ''), 9),
		to_char(seconds, '990.0'), CASE WHEN n >= 1000 THEN lpad(to_char(n / seconds, 'FM9,999,999') || ' a second', 18) ELSE '' END);
END
$$;

-- What was asked for, and the answers
CREATE TABLE demo.answer (
	what text,
	sqlstate text,
	n bigint NOT NULL,
	message text,
	PRIMARY KEY (what, sqlstate)
);

CREATE PROCEDURE demo.count(what text, sqlstate text, n bigint DEFAULT 1, message text DEFAULT NULL)
LANGUAGE sql
AS $$
	INSERT INTO demo.answer VALUES (what, sqlstate, n, message)
	ON CONFLICT ON CONSTRAINT answer_pkey DO UPDATE SET n = answer.n + excluded.n
$$;

-- Makes one call and counts the answer; an error that is no refusal stays an error.
CREATE PROCEDURE demo.try(what text, call text)
LANGUAGE plpgsql
AS $$
BEGIN
	EXECUTE 'SELECT ' || call;
	CALL demo.count(what, '00000');
EXCEPTION WHEN OTHERS THEN
	IF SQLSTATE NOT LIKE 'KW%' THEN
		RAISE;
	END IF;
	CALL demo.count(what, SQLSTATE, 1, SQLERRM);
END
$$;

/*
 * People
 */
-- where people come from and where the jobs are: rough weights, made up for the demo
CREATE TABLE demo.weight (province region_code, home integer, job integer);
INSERT INTO demo.weight VALUES
	('440000', 126, 200), ('370000', 102, 60), ('410000', 99, 40), ('320000', 85, 110), ('510000', 84, 35),
	('130000', 75, 30), ('430000', 66, 25), ('330000', 65, 120), ('340000', 61, 25), ('420000', 58, 30),
	('450000', 50, 18), ('530000', 47, 18), ('360000', 45, 17), ('210000', 43, 20), ('350000', 42, 50),
	('610000', 40, 20), ('520000', 39, 14), ('140000', 35, 14), ('500000', 32, 20), ('230000', 32, 10),
	('620000', 25, 9), ('310000', 25, 60), ('220000', 24, 9), ('150000', 24, 12), ('650000', 24, 12),
	('110000', 22, 55), ('120000', 14, 20), ('460000', 10, 6), ('640000', 7, 4), ('630000', 6, 3),
	('540000', 4, 2), ('660000', 3, 2);

-- one row: all regions, and the upper bounds of their shares
CREATE TABLE demo.map AS
SELECT array_agg(region ORDER BY region) AS regions,
	array_agg(home ORDER BY region) AS homes, array_agg(job ORDER BY region) AS jobs
FROM (
	SELECT region, (sum(w.home / n) OVER up / sum(w.home / n) OVER ())::double precision AS home,
		(sum(w.job / n) OVER up / sum(w.job / n) OVER ())::double precision AS job
	FROM (SELECT region, province, count(*) OVER (PARTITION BY province)::numeric AS n FROM kinwallet_data.region) AS r
	JOIN demo.weight AS w USING (province)
	WINDOW up AS (ORDER BY region)
) AS shares;

CREATE FUNCTION demo.home(r double precision) RETURNS region_code LANGUAGE sql STABLE
AS 'SELECT regions[1 + width_bucket(r, homes)] FROM demo.map';
CREATE FUNCTION demo.job(r double precision) RETURNS region_code LANGUAGE sql STABLE
AS 'SELECT regions[1 + width_bucket(r, jobs)] FROM demo.map';

-- GB 11643: 17 digits and their check character; 4800 is what the digits' codes have too much
CREATE FUNCTION demo.with_check(digits bytea) RETURNS citizen_id
LANGUAGE sql IMMUTABLE STRICT
AS $$
	SELECT (encode(digits, 'escape') || substr('10X98765432', 1 + (
		7 * get_byte(digits, 0) + 9 * get_byte(digits, 1) + 10 * get_byte(digits, 2) + 5 * get_byte(digits, 3)
		+ 8 * get_byte(digits, 4) + 4 * get_byte(digits, 5) + 2 * get_byte(digits, 6) + get_byte(digits, 7)
		+ 6 * get_byte(digits, 8) + 3 * get_byte(digits, 9) + 7 * get_byte(digits, 10) + 9 * get_byte(digits, 11)
		+ 10 * get_byte(digits, 12) + 5 * get_byte(digits, 13) + 8 * get_byte(digits, 14) + 4 * get_byte(digits, 15)
		+ 2 * get_byte(digits, 16) - 4800) % 11, 1))::citizen_id
$$;

-- a family: a worker, the worker's spouse, parent, child, and sibling
CREATE FUNCTION demo.load_persons(families integer) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
	n bigint;
BEGIN
	CREATE TABLE demo.member AS
	WITH family AS (
		SELECT f, demo.home(demo.rnd(f, 1)) AS home,
			CASE WHEN demo.rnd(f, 2) < 0.45 THEN demo.home(demo.rnd(f, 1)) ELSE demo.job(demo.rnd(f, 3)) END AS job,
			CASE WHEN demo.rnd(f, 4) < 0.5 THEN demo.home(demo.rnd(f, 1)) ELSE demo.job(demo.rnd(f, 5)) END AS sibling_job,
			date '1970-01-01' + (demo.rnd(f, 6) * 9000)::integer AS born
		FROM generate_series(1, families) AS f
	)
	SELECT f * 10 + m.no AS person_id, f AS family, m.role, home, m.region, m.scheme, m.born,
		(demo.rnd(f, 7) < 0.5)::integer # (m.no % 2) AS sex
	FROM family, LATERAL (VALUES
		(1, 'worker', job, 'employee', born),
		(2, 'spouse', CASE WHEN demo.rnd(f, 8) < 0.5 THEN job ELSE home END,
			CASE WHEN demo.rnd(f, 9) < 0.6 THEN 'employee' ELSE 'resident' END,
			born + (demo.rnd(f, 10) * 3000)::integer - 1500),
		(3, 'parent', home, CASE WHEN demo.rnd(f, 11) < 0.25 THEN 'employee' ELSE 'resident' END,
			born - 7300 - (demo.rnd(f, 12) * 5000)::integer),
		(4, 'child', CASE WHEN demo.rnd(f, 13) < 0.5 THEN job ELSE home END, 'resident',
			born + 8000 + (demo.rnd(f, 14) * 3000)::integer),
		(5, 'sibling', sibling_job, 'employee', born + (demo.rnd(f, 15) * 4000)::integer - 2000)
	) AS m(no, role, region, scheme, born);

	INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, status_since, credential)
	SELECT person_id,
		demo.with_check((prefix || to_char(born, 'YYYYMMDD')
			|| lpad((2 * row_number() OVER (PARTITION BY prefix, born, sex ORDER BY person_id) + sex)::text, 3, '0'))::bytea),
		role || ' ' || family, region, scheme, '2026-01-01', 'credential ' || person_id
	FROM (SELECT *, CASE WHEN province(home) = '660000' THEN '6501' ELSE left(home::text, 4) END || '99' AS prefix
		FROM demo.member) AS m
	ORDER BY person_id;
	GET DIAGNOSTICS n = ROW_COUNT;
	CREATE UNIQUE INDEX ON demo.member (person_id);
	RETURN n;
END
$$;

CREATE FUNCTION demo.load_providers() RETURNS bigint
LANGUAGE sql
AS $$
	INSERT INTO kinwallet_data.provider (provider, name, kind, region, accepts_wallet)
	SELECT k.letter || region || lpad(i::text, 5, '0'), name || k.what || i, k.kind, region, k.letter || i <> 'P2'
	FROM kinwallet_data.region, generate_series(1, 2) AS i,
		(VALUES ('H', '医院', 'medical_institution'), ('P', '药店', 'pharmacy')) AS k(letter, what, kind);
	INSERT INTO kinwallet_data.premium_standard (region, kind, cover_year, amount, valid)
	SELECT region, 'resident_medical', 2026, '400', '[2026-01-01,2026-03-01)' FROM kinwallet_data.region;
	SELECT count(*) FROM kinwallet_data.provider
$$;

-- Money into the individual accounts, by one call for all of them.
CREATE FUNCTION demo.inflow(salt integer, minimum integer, maximum integer) RETURNS bigint
LANGUAGE sql
AS $$
	SELECT credit_accounts(array_agg(new_request_id() ORDER BY person_id), array_agg(person_id ORDER BY person_id),
		array_agg(from_fen((100 * minimum + 100 * (maximum - minimum) * demo.rnd(person_id, salt))::bigint) ORDER BY person_id))
	FROM kinwallet_data.person WHERE scheme = 'employee' AND status = 'normal'
$$;

-- The relations that will be made: first those that the rules before 2026-01-09 allow.
CREATE FUNCTION demo.plan_relations() RETURNS bigint
LANGUAGE plpgsql
AS $$
BEGIN
	CREATE TABLE demo.kin AS
	SELECT row_number() OVER (ORDER BY early DESC, contributor, recipient) AS kin_no, *
	FROM (
		SELECT c.person_id AS contributor, r.person_id AS recipient, k.kinship,
			province(c.region) = province(r.region) AND is_immediate(k.kinship) AS early
		FROM (VALUES ('worker', 'spouse', 'spouse'::kinship_relation, 1.0), ('worker', 'parent', 'parent', 1.0),
			('worker', 'child', 'child', 1.0), ('sibling', 'parent', 'parent', 1.0),
			('worker', 'sibling', 'sibling', 0.2)) AS k(giver, taker, kinship, share)
		JOIN demo.member AS c ON c.role = k.giver
		JOIN demo.member AS r ON r.role = k.taker AND r.family = c.family
		JOIN kinwallet_data.wallet AS w ON w.person_id = r.person_id
		WHERE demo.rnd(c.person_id, 20) < k.share
	) AS pairs;
	CREATE UNIQUE INDEX ON demo.kin (kin_no);
	RETURN (SELECT count(*) FROM demo.kin);
END
$$;

CREATE FUNCTION demo.establish(which boolean, first bigint, last bigint) RETURNS bigint
LANGUAGE plpgsql
AS $$
BEGIN
	RETURN (SELECT establish_relations(array_agg(contributor ORDER BY kin_no), array_agg(recipient ORDER BY kin_no),
			array_agg(kinship ORDER BY kin_no))
		FROM demo.kin WHERE early = which AND kin_no BETWEEN first AND last);
END
$$;

/*
 * One day
 */
CREATE TABLE demo.purchase (purchase_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, spending_id bigint, own_account wallet_amount, mutual_aid wallet_amount);
CREATE TABLE demo.hold (hold_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, day date, hold_id bigint, amount wallet_amount);
CREATE TABLE demo.day (day date PRIMARY KEY, transfers bigint, purchases bigint, refunds bigint, ended bigint, seconds numeric);

CREATE FUNCTION demo.at(day date, hour text) RETURNS void
LANGUAGE sql
AS $$ SELECT set_config('kinwallet.clock', day || ' ' || hour || '+08', false) $$;

CREATE FUNCTION demo.transfers(day date, first bigint, n integer) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
	relations bigint := (SELECT count(*) FROM demo.kin WHERE early OR day >= '2026-01-09');
	request_ids uuid[];
	contributors bigint[];
	recipients bigint[];
	amounts wallet_amount[];
	posted bigint;
BEGIN
	SELECT array_agg(new_request_id() ORDER BY i), array_agg(contributor ORDER BY i), array_agg(recipient ORDER BY i),
		array_agg(CASE WHEN demo.rnd(i, 31) < 0.002 THEN '2000.01'::wallet_amount
			WHEN demo.rnd(i, 31) < 0.02 THEN '2000.00'
			ELSE from_fen(1000 * (2 + 100 * demo.rnd(i, 32) ^ 2)::bigint) END ORDER BY i)
	INTO request_ids, contributors, recipients, amounts
	FROM generate_series(first, first + n - 1) AS i
	JOIN demo.kin ON kin_no = 1 + (relations * demo.rnd(i, 30))::bigint;

	CREATE TEMPORARY TABLE answers ON COMMIT DROP AS
	SELECT * FROM transfer_batch(request_ids, contributors, recipients, amounts);
	INSERT INTO demo.answer
	SELECT 'transfer', sqlstate, count(*), min(message) FROM answers GROUP BY sqlstate
	ON CONFLICT ON CONSTRAINT answer_pkey DO UPDATE SET n = answer.n + excluded.n;
	SELECT count(*) INTO posted FROM answers WHERE sqlstate = '00000';
	DROP TABLE answers;
	RETURN posted;
END
$$;

-- Purchases one by one, as they come from the counters.
CREATE FUNCTION demo.purchases(day date, first bigint, n integer) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
	relations bigint := (SELECT count(*) FROM demo.kin WHERE early OR day >= '2026-01-09');
	posted bigint := 0;
	p record;
BEGIN
	FOR p IN
		SELECT k.recipient, demo.rnd(i, 41) < 0.6 AS at_hospital,
			-- now and then a pharmacy that does not take the wallet
			CASE WHEN demo.rnd(i, 41) < 0.6 THEN 'H' ELSE 'P' END || CASE WHEN demo.rnd(i, 42) < 0.85 THEN r.region ELSE c.region END
				|| CASE WHEN demo.rnd(i, 41) > 0.995 THEN '00002' ELSE '00001' END AS provider,
			CASE WHEN demo.rnd(i, 41) < 0.6 THEN 'medical' WHEN demo.rnd(i, 41) < 0.9 THEN 'drug'
				WHEN demo.rnd(i, 41) < 0.95 THEN 'device' ELSE 'consumable' END AS use,
			from_fen((500 + 50000 * demo.rnd(i, 43) ^ 2)::bigint) AS amount,
			demo.rnd(i, 44) < 0.85 AS allow_partial
		FROM generate_series(first, first + n - 1) AS i
		JOIN demo.kin AS k ON k.kin_no = 1 + (relations * demo.rnd(i, 40))::bigint
		JOIN demo.member AS c ON c.person_id = k.contributor
		JOIN demo.member AS r ON r.person_id = k.recipient
		ORDER BY i
	LOOP
		BEGIN
			INSERT INTO demo.purchase (spending_id, own_account, mutual_aid)
			SELECT s.spending_id, s.own_account, s.mutual_aid
			FROM spend(new_request_id(), p.recipient, p.provider, p.use, p.amount, p.allow_partial) AS s;
			posted := posted + 1;
		EXCEPTION WHEN OTHERS THEN
			IF SQLSTATE NOT LIKE 'KW%' THEN
				RAISE;
			END IF;
			CALL demo.count('purchase', SQLSTATE, 1, SQLERRM);
		END;
	END LOOP;
	CALL demo.count('purchase', '00000', posted);
	RETURN posted;
END
$$;

-- Purchases in two steps: reserved at two, most of them paid at six; some never come.
CREATE FUNCTION demo.holds(day date, first bigint, n integer) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
	relations bigint := (SELECT count(*) FROM demo.kin WHERE early OR day >= '2026-01-09');
	made bigint := 0;
	h record;
BEGIN
	FOR h IN
		SELECT k.recipient, 'H' || r.region || '00001' AS provider, from_fen((5000 + 20000 * demo.rnd(i, 46))::bigint) AS amount
		FROM generate_series(first, first + n - 1) AS i
		JOIN demo.kin AS k ON k.kin_no = 1 + (relations * demo.rnd(i, 45))::bigint
		JOIN demo.member AS r ON r.person_id = k.recipient
		ORDER BY i
	LOOP
		BEGIN
			INSERT INTO demo.hold (day, hold_id, amount)
			VALUES (day, hold(new_request_id(), h.recipient, h.provider, 'medical', h.amount), h.amount);
			made := made + 1;
		EXCEPTION WHEN OTHERS THEN
			IF SQLSTATE NOT LIKE 'KW%' THEN
				RAISE;
			END IF;
			CALL demo.count('hold', SQLSTATE, 1, SQLERRM);
		END;
	END LOOP;
	CALL demo.count('hold', '00000', made);
END
$$;

CREATE FUNCTION demo.settle_holds(day date) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
	h record;
BEGIN
	FOR h IN SELECT * FROM demo.hold AS x WHERE x.day = settle_holds.day ORDER BY hold_no LOOP
		IF h.hold_no % 10 < 7 THEN
			CALL demo.try('capture', format('capture(new_request_id(), %s, %L)', h.hold_id, from_fen(fen(h.amount) * 4 / 5)));
		ELSIF h.hold_no % 10 = 7 THEN
			CALL demo.try('cancel a hold', format('cancel_hold(%s)', h.hold_id));
		END IF;
	END LOOP;
	-- a provider that comes too late
	FOR h IN SELECT * FROM demo.hold AS x WHERE x.day = settle_holds.day - 1 AND hold_no % 10 = 8 ORDER BY hold_no LOOP
		CALL demo.try('capture', format('capture(new_request_id(), %s, %L)', h.hold_id, h.amount));
	END LOOP;
END
$$;

-- Late payers of this year's premium; some try to pay a second time a week later.
CREATE FUNCTION demo.premiums(day date) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
	r record;
BEGIN
	FOR r IN
		SELECT x.recipient
		FROM kinwallet_data.relation AS x
		JOIN demo.member AS m ON m.person_id = x.recipient,
			floor(1000 * demo.rnd(x.recipient, 47)) AS turn
		WHERE x.state = 'a' AND m.scheme = 'resident'
			AND (turn = day - date '2026-01-01' AND x.remaining >= '400'
				OR turn = day - date '2026-01-08' AND x.recipient % 20 < 10)
		ORDER BY x.recipient
	LOOP
		CALL demo.try('premium', format('pay_premium(new_request_id(), %s, %L, 2026, %L)', r.recipient, 'resident_medical', '400'));
	END LOOP;
END
$$;

-- Refunds of earlier purchases: half of them in full, some a second time.
CREATE FUNCTION demo.refunds(day date, first bigint, n integer) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
	purchases bigint := (SELECT coalesce(max(purchase_no), 0) FROM demo.purchase);
	posted bigint := 0;
	p record;
BEGIN
	FOR p IN
		SELECT q.*, demo.rnd(i, 51) < 0.5 AS in_full
		FROM generate_series(first, first + n - 1) AS i
		JOIN demo.purchase AS q ON q.purchase_no = 1 + (purchases * demo.rnd(i, 50))::bigint
		ORDER BY i
	LOOP
		BEGIN
			IF p.mutual_aid > '0' THEN
				PERFORM refund(new_request_id(), p.spending_id,
					CASE WHEN p.in_full THEN p.mutual_aid ELSE from_fen((fen(p.mutual_aid) + 1) / 2) END);
			ELSE
				PERFORM refund_own_account(new_request_id(), p.spending_id, p.own_account);
			END IF;
			posted := posted + 1;
		EXCEPTION WHEN OTHERS THEN
			IF SQLSTATE NOT LIKE 'KW%' THEN
				RAISE;
			END IF;
			CALL demo.count('refund', SQLSTATE, 1, SQLERRM);
		END;
	END LOOP;
	CALL demo.count('refund', '00000', posted);
	RETURN posted;
END
$$;

-- Relations ended by either side; some are asked for again, and most of those requests accepted.
CREATE FUNCTION demo.ends(day date, first bigint, n integer) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
	relations bigint := (SELECT count(*) FROM demo.kin WHERE early OR day >= '2026-01-09');
	ended bigint := 0;
	r record;
	request bigint;
BEGIN
	FOR r IN
		SELECT k.*, i, (SELECT relation_id FROM kinwallet_data.relation AS x
			WHERE x.contributor = k.contributor AND x.recipient = k.recipient ORDER BY relation_id LIMIT 1) AS relation_id
		FROM generate_series(first, first + n - 1) AS i
		JOIN demo.kin AS k ON k.kin_no = 1 + (relations * demo.rnd(i, 60))::bigint
		ORDER BY i
	LOOP
		BEGIN
			PERFORM dissolve_relation(r.relation_id, CASE WHEN r.i % 2 = 0 THEN r.contributor ELSE r.recipient END);
			ended := ended + 1;
			IF r.i % 3 = 0 THEN
				request := request_relation(r.contributor, r.recipient, r.kinship, r.contributor);
				CALL demo.count('request a relation', '00000');
				IF r.i % 5 = 0 THEN
					PERFORM refuse_relation(request, r.recipient);
					CALL demo.count('refuse a relation', '00000');
				ELSIF r.i % 7 <> 0 THEN
					PERFORM accept_relation(request, r.recipient);
					CALL demo.count('accept a relation', '00000');
				END IF;
			END IF;
		EXCEPTION WHEN OTHERS THEN
			IF SQLSTATE NOT LIKE 'KW%' THEN
				RAISE;
			END IF;
			CALL demo.count('end a relation', SQLSTATE, 1, SQLERRM);
		END;
	END LOOP;
	CALL demo.count('end a relation', '00000', ended);
	RETURN ended;
END
$$;

-- One day, in one transaction.  A line for each week.
CREATE FUNCTION demo.live(day date) RETURNS SETOF text
LANGUAGE plpgsql
AS $$
DECLARE
	begun timestamptz := clock_timestamp();
	wide boolean := day >= '2026-01-09';
	first bigint := 1000000 * (day - date '2026-01-01' + 1);
	d demo.day;
	week record;
BEGIN
	d.day := day;
	PERFORM demo.at(day, '09:00');
	d.transfers := demo.transfers(day, first, CASE WHEN wide THEN 6000 ELSE 2000 END);
	PERFORM demo.at(day, '11:00');
	d.purchases := demo.purchases(day, first, CASE WHEN wide THEN 3000 + 70 * (day - date '2026-01-09') ELSE 1400 END);
	PERFORM demo.at(day, '12:00');
	PERFORM demo.premiums(day);
	PERFORM demo.at(day, '14:00');
	PERFORM demo.holds(day, first, 100);
	PERFORM demo.at(day, '15:00');
	d.refunds := demo.refunds(day, first, 120);
	PERFORM demo.at(day, '16:00');
	d.ended := demo.ends(day, first, 30);
	PERFORM demo.at(day, '18:00');
	PERFORM demo.settle_holds(day);
	PERFORM demo.at(day, '23:00');
	PERFORM demo.count_sweep();
	d.seconds := extract(epoch FROM clock_timestamp() - begun);
	INSERT INTO demo.day SELECT d.*;

	IF extract(isodow FROM day) = 7 OR day IN ('2026-01-31', '2026-02-28') THEN
		SELECT min(w.day) AS since, sum(w.transfers) AS transfers, sum(w.purchases) AS purchases, sum(w.refunds) AS refunds,
			sum(w.ended) AS ended, sum(w.seconds) AS seconds
		INTO week
		FROM demo.day AS w WHERE w.day > live.day - extract(isodow FROM live.day)::integer
			AND w.day >= date_trunc('month', live.day);
		RETURN NEXT format('%s to %s  %s transfers  %s purchases  %s refunds  %s relations ended  in %s s',
			week.since, to_char(day, 'MM-DD'), to_char(week.transfers, '99,999'), to_char(week.purchases, '99,999'),
			to_char(week.refunds, '9,999'), to_char(week.ended, '9,999'), to_char(week.seconds, '90.0'));
	END IF;
END
$$;

CREATE FUNCTION demo.count_sweep() RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
	swept record;
BEGIN
	FOR swept IN SELECT * FROM sweep() WHERE n > 0 LOOP
		CALL demo.count('sweep: ' || swept.what, '00000', swept.n);
	END LOOP;
END
$$;

-- What happens to people, by the insurance's own records.
CREATE FUNCTION demo.change(role text, salt integer, n integer, change text) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
	changed bigint;
BEGIN
	EXECUTE format('UPDATE kinwallet_data.person AS p SET %s FROM ('
		'SELECT m.person_id, m.home FROM demo.member AS m JOIN kinwallet_data.person AS q USING (person_id) '
		'WHERE m.role = $1 AND q.status = ''normal'' ORDER BY demo.rnd(m.person_id, $2) LIMIT $3) AS m '
		'WHERE p.person_id = m.person_id', change) USING role, salt, n;
	GET DIAGNOSTICS changed = ROW_COUNT;
	RETURN changed;
END
$$;

CREATE FUNCTION demo.move_by_events(salt integer, n integer) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
	m record;
	processed bigint := 0;
BEGIN
	-- the feed delivers every tenth event twice
	FOR m IN
		SELECT person_id, demo.home(demo.rnd(person_id, salt)) AS region, copies
		FROM (SELECT person_id, row_number() OVER (ORDER BY demo.rnd(person_id, salt)) AS no FROM demo.member WHERE role = 'sibling') AS x
		JOIN kinwallet_data.person USING (person_id), generate_series(1, CASE WHEN no % 10 = 0 THEN 2 ELSE 1 END) AS copies
		WHERE no <= n AND status = 'normal'
		ORDER BY no, copies
	LOOP
		IF insurance_event('move of ' || m.person_id, m.person_id, business_date(), region => m.region) THEN
			processed := processed + 1;
		END IF;
	END LOOP;
	RETURN processed;
END
$$;

-- Mistakes and misuse, a few of each kind that the days above do not bring by themselves.
CREATE FUNCTION demo.too_early() RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
	k record;
BEGIN
	FOR k IN SELECT * FROM demo.kin WHERE NOT early ORDER BY kin_no LIMIT 200 LOOP
		CALL demo.try('request a relation', format('request_relation(%s, %s, %L, %s)', k.contributor, k.recipient, k.kinship, k.contributor));
	END LOOP;
	RETURN 200;
END
$$;

CREATE FUNCTION demo.mistakes(n integer) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
	k record;
	id uuid;
	active bigint;
	walletless bigint := (SELECT min(person_id) FROM demo.member AS m
		WHERE NOT EXISTS (SELECT FROM kinwallet_data.wallet AS w WHERE w.person_id = m.person_id));
BEGIN
	FOR k IN
		SELECT kin.*, r.relation_id, q.spending_id, kin.contributor / 10 * 10 AS family
		FROM demo.kin
		JOIN kinwallet_data.relation AS r USING (contributor, recipient)
		JOIN demo.purchase AS q ON q.purchase_no = kin.kin_no
		WHERE r.state = 'a' AND kin.kinship = 'parent' AND kin.contributor % 10 = 1
		ORDER BY demo.rnd(kin.kin_no, 80) LIMIT n
	LOOP
		id := new_request_id();
		CALL demo.try('transfer', format('transfer(%L, %s, %s, %L)', id, k.contributor, k.recipient, '0.01'));
		CALL demo.try('transfer', format('transfer(%L, %s, %s, %L)', id, k.contributor, k.recipient, '0.02'));
		CALL demo.try('transfer', format('transfer(new_request_id(), %s, %s, %L)', k.contributor, k.recipient, '-5'));
		CALL demo.try('transfer', format('transfer(new_request_id(), %s, %s, %L)', k.contributor, k.contributor, '5'));
		CALL demo.try('transfer', format('transfer(new_request_id(), %s, %s, %L)', k.contributor, 999999999, '5'));
		CALL demo.try('transfer', format('transfer(new_request_id(), %s, %s, %L)', k.recipient, k.contributor, '5'));
		CALL demo.try('transfer by form', format('transfer_application(new_request_id(), %s, %L, %L, %L, %L, %L)',
			k.contributor, 'somebody else', '640299198207052026', '640200', '5', 'password'));
		-- a wallet that was never opened
		CALL demo.try('make a relation', format('establish_relation(%s, %s, %L)', k.contributor, walletless, 'child'));
		CALL demo.try('make a relation', format('establish_relation(%s, %s, %L)', k.contributor, k.recipient, k.kinship));
		-- a son-in-law; and a child said to be the parent
		CALL demo.try('make a relation', format('establish_relation(%s, %s, %L)', k.family + 5, k.family + 2, '28'));
		CALL demo.try('make a relation', format('establish_relation(%s, %s, %L)', k.family + 5, k.family + 4, 'parent'));
		-- a stranger ends it; and what is active cannot be accepted
		CALL demo.try('end a relation', format('dissolve_relation(%s, %s)', k.relation_id, k.family + 4));
		CALL demo.try('accept a relation', format('accept_relation(%s, %s)', k.relation_id, k.recipient));
		CALL demo.try('purchase', format('spend(new_request_id(), %s, %L, %L, %L)', k.recipient, 'P11000000001', 'fitness', '5'));
		CALL demo.try('purchase', format('spend(new_request_id(), %s, %L, %L, %L)', k.recipient, 'P11000000001', 'medical', '5'));
		CALL demo.try('refund', format('refund(new_request_id(), %s, %L)', k.spending_id, '9999'));
	END LOOP;
	-- around the functions
	CREATE FUNCTION pg_temp.tamper() RETURNS void LANGUAGE sql
	AS 'UPDATE kinwallet_data.transfer SET amount = amount * 2 WHERE false';
	CALL demo.try('UPDATE of a fact by hand', 'pg_temp.tamper()');
	-- the month that runs cannot be closed, the closed one takes nothing
	CALL demo.try('cut_off', 'cut_off(date_trunc(''month'', business_date())::date)');
	PERFORM demo.at('2026-01-31', '12:00');
	SELECT min(contributor) INTO active FROM kinwallet_data.relation WHERE state = 'a';
	CALL demo.try('credit', format('credit_account(new_request_id(), %s, %L)', active, '1'));
	RETURN 16 * n + 3;
END
$$;

CREATE TABLE demo.violation AS SELECT * FROM verify_ledger() LIMIT 0;
CREATE FUNCTION demo.verify() RETURNS bigint
LANGUAGE sql
AS $$
	INSERT INTO demo.violation SELECT * FROM verify_ledger();
	SELECT count(*) FROM kinwallet_data.draw
$$;

/*
 * The script
 */
\set started `date +%s`
\pset format unaligned
\pset tuples_only on

\echo
\echo 'Two months of a small country: 338 pooling regions, 25,000 families of five. Everything is invented, but by a'
\echo 'fixed rule: two runs give the same figures. The clock is set by the script, from 1 January to 1 March 2026.'
\echo 'Times are of this run on this machine, all calls from one connection.'
\echo
\echo '-- People, wallets and accounts'
SELECT demo.run('persons, with checked identity numbers', 'SELECT demo.load_persons(25000)');
SELECT demo.run('hospitals and pharmacies', 'SELECT demo.load_providers()');
ANALYZE kinwallet_data.person, kinwallet_data.provider, demo.member;
SELECT demo.at('2026-01-01', '08:00') \gset
SELECT demo.run('wallets opened; 1 child in 100 has none',
	$$SELECT count(open_wallet(person_id)::text) FROM demo.member WHERE role <> 'child' OR demo.rnd(person_id, 16) > 0.01$$);
SELECT demo.run('individual accounts credited, opening balances', 'SELECT demo.inflow(17, 3000, 15000)');
ANALYZE kinwallet_data.wallet;
SELECT demo.run('relations planned', 'SELECT demo.plan_relations()');

\echo
\echo '-- 1 to 8 January: spouses, parents and children within one province only'
-- the first thousand apart: the plans for the others then know that the tables are no longer empty
SELECT demo.run('relations made within a province, the first', 'SELECT demo.establish(true, 1, 1000)');
ANALYZE kinwallet_data.relation;
SELECT demo.run('relations made within a province, the others', 'SELECT demo.establish(true, 1001, 999999)');
SELECT demo.at('2026-01-05', '08:00') \gset
SELECT demo.run('requests across provinces, too early', 'SELECT demo.too_early()');
SELECT format('SELECT * FROM demo.live(%L)', day::date) FROM generate_series(timestamp '2026-01-01', '2026-01-08', '1 day') AS day \gexec

\echo
\echo '-- 9 January: all close relatives, all provinces'
SELECT demo.at('2026-01-09', '08:00') \gset
SELECT demo.run('relations across provinces and with siblings', 'SELECT demo.establish(false, 1, 999999)');
ANALYZE kinwallet_data.wallet, kinwallet_data.relation;
SELECT format('SELECT * FROM demo.live(%L)', day::date) FROM generate_series(timestamp '2026-01-09', '2026-01-14', '1 day') AS day \gexec
SELECT demo.at('2026-01-15', '08:00') \gset
SELECT demo.run('workers whose contributions pause', $$SELECT demo.change('worker', 70, 300, $x$status = 'paused'$x$)$$);
SELECT format('SELECT * FROM demo.live(%L)', day::date) FROM generate_series(timestamp '2026-01-15', '2026-01-19', '1 day') AS day \gexec
SELECT demo.at('2026-01-20', '08:00') \gset
SELECT demo.run('workers who move home, by one UPDATE', $$SELECT demo.change('worker', 71, 400, 'region = m.home')$$);
SELECT demo.run('parents who die', $$SELECT demo.change('parent', 72, 60, $x$status = 'deceased'$x$)$$);
SELECT demo.run('workers who die', $$SELECT demo.change('worker', 76, 60, $x$status = 'deceased'$x$)$$);
SELECT demo.run('spouses who change to the resident scheme', $$SELECT demo.change('spouse', 73, 100, $x$scheme = 'resident'$x$)$$);
SELECT demo.run('wallets frozen by supervision', $$SELECT count(freeze_wallet(person_id, 'inspection')::text) FROM (
	SELECT person_id FROM demo.member WHERE role = 'sibling' ORDER BY demo.rnd(person_id, 74) LIMIT 20) AS f$$);
SELECT format('SELECT * FROM demo.live(%L)', day::date) FROM generate_series(timestamp '2026-01-20', '2026-01-31', '1 day') AS day \gexec

\echo
\echo '-- February'
SELECT demo.at('2026-02-01', '08:00') \gset
SELECT demo.run('January closed for posting', $$SELECT count(cut_off('2026-01-01')::text)$$);
SELECT demo.run('individual accounts credited, the month''s inflow', 'SELECT demo.inflow(18, 80, 400)');
SELECT demo.run('paused workers who pay again', $$WITH resumed AS (
	UPDATE kinwallet_data.person SET status = 'normal' WHERE status = 'paused' AND person_id % 3 <> 0 RETURNING 1) SELECT count(*) FROM resumed$$);
SELECT demo.run('wallets unfrozen', $$SELECT count(unfreeze_wallet(person_id, 'nothing found')::text) FROM kinwallet_data.wallet WHERE status = 'f'$$);
SELECT format('SELECT * FROM demo.live(%L)', day::date) FROM generate_series(timestamp '2026-02-01', '2026-02-09', '1 day') AS day \gexec
SELECT demo.at('2026-02-10', '08:00') \gset
SELECT demo.run('siblings who move, by events, some sent twice', 'SELECT demo.move_by_events(75, 200)');
SELECT format('SELECT * FROM demo.live(%L)', day::date) FROM generate_series(timestamp '2026-02-10', '2026-02-20', '1 day') AS day \gexec
SELECT demo.at('2026-02-21', '08:00') \gset
SELECT demo.run('January split', $$SELECT count(split('2026-01-01')::text)$$);
SELECT demo.run('mistakes and misuse', 'SELECT demo.mistakes(25)');
SELECT format('SELECT * FROM demo.live(%L)', day::date) FROM generate_series(timestamp '2026-02-21', '2026-02-28', '1 day') AS day \gexec

\echo
\echo '-- 1 March'
SELECT demo.at('2026-03-01', '08:00') \gset
SELECT demo.run('February closed for posting', $$SELECT count(cut_off('2026-02-01')::text)$$);
SELECT demo.run('February split', $$SELECT count(split('2026-02-01')::text)$$);
SELECT demo.run('draws; the whole ledger derived again, compared', 'SELECT demo.verify()');

\pset tuples_only off
\pset format aligned
\echo
\echo 'What was asked for'
SELECT what AS call, to_char(coalesce(sum(n) FILTER (WHERE sqlstate = '00000'), 0), '999,999') AS accepted,
	to_char(coalesce(sum(n) FILTER (WHERE sqlstate <> '00000'), 0), '999,999') AS refused
FROM demo.answer GROUP BY what ORDER BY sum(n) DESC, what;

\echo 'Why it was refused'
SELECT sqlstate AS "SQLSTATE", to_char(sum(n), '99,999') AS times, min(message) AS "message (one of them)"
FROM demo.answer WHERE sqlstate <> '00000' GROUP BY sqlstate ORDER BY sqlstate;

\echo 'January, the ten largest pairs of provinces (yuan). Who pays: where the contributor is insured.'
SELECT payer.name AS "who pays", payee.name AS "who is paid", to_char(person_times, '99,999') AS "person-times",
	to_char(gross::numeric, '999,990.00') AS used, to_char(reversed::numeric, '999,990.00') AS refunded,
	to_char(due::numeric, '999,990.00') AS due
FROM clearing_pairs('2026-01-01', 'province') AS p
JOIN shipped_provinces() AS payer ON payer.province = p.payer
JOIN shipped_provinces() AS payee ON payee.province = p.payee
ORDER BY p.due DESC, payer, payee LIMIT 10;

\echo 'Both months, all levels'
SELECT to_char(month, 'YYYY-MM') AS month, level, to_char(count(*), '99,999') AS pairs,
	to_char(sum(person_times), '999,999') AS "person-times",
	to_char(sum(gross)::numeric, '99,999,990.00') AS used, to_char(sum(reversed)::numeric, '99,999,990.00') AS refunded,
	to_char(sum(due)::numeric, '99,999,990.00') AS due, to_char(sum(adjustment)::numeric, '999,990.00') AS adjustment
FROM (VALUES (date '2026-01-01'), ('2026-02-01')) AS m(month),
	(VALUES (1, 'province'), (2, 'region'), (3, 'intra_province')) AS l(no, level), clearing_pairs(month, level)
GROUP BY month, no, level ORDER BY month, no;

\echo 'All money at the end (yuan). The first line is the sum of the others.'
WITH money(no, what, amount) AS (
	SELECT 1, 'credited to individual accounts', (SELECT sum(amount) FROM kinwallet_data.account_entry)
	UNION ALL SELECT 2, 'in individual accounts', (SELECT sum(available) FROM kinwallet_data.wallet)
	UNION ALL SELECT 3, 'set aside for relatives and not used', (SELECT sum(remaining + held) FROM kinwallet_data.relation)
	UNION ALL SELECT 4, 'spent from relatives'' quotas, less refunds', (SELECT sum(spent) FROM kinwallet_data.relation)
	UNION ALL SELECT 5, 'spent from own accounts, less refunds', (SELECT sum(own_account) FROM kinwallet_data.spending)
		- coalesce((SELECT sum(amount) FROM kinwallet_data.refund WHERE kind = 'o'), '0')
	UNION ALL SELECT 6, 'in suspense (refunds to accounts that ended)', coalesce((SELECT sum(amount) FROM kinwallet_data.suspense), '0')
)
SELECT what, to_char(amount::numeric, '999,999,999,990.00') AS amount FROM money ORDER BY no;

\echo 'Speed (one connection; purchases and refunds are single calls, each in a subtransaction)'
SELECT to_char(sum(transfers), '999,999') AS transfers, to_char(sum(purchases), '999,999') AS purchases,
	to_char(sum(refunds), '999,999') AS refunds, to_char(sum(seconds), '990.0') AS seconds,
	to_char(sum(transfers + purchases + refunds) / sum(seconds), '999,999') AS "postings a second"
FROM demo.day;

\echo 'What verify_ledger() found. No row: every invariant holds.'
SELECT * FROM demo.violation;

\pset tuples_only on
\pset format unaligned
DO $$
BEGIN
	IF EXISTS (SELECT FROM demo.violation) THEN
		RAISE EXCEPTION 'the ledger does not hold its invariants';
	END IF;
	IF (SELECT sum(transfers) < 300000 OR sum(purchases) < 200000 FROM demo.day) THEN
		RAISE EXCEPTION 'too few transfers or purchases were accepted: the generator and the rules disagree';
	END IF;
END
$$;
SELECT 'Fingerprint of all balances and tables, the same in every run: ' || md5(
	(SELECT string_agg(concat_ws(' ', person_id, status, available), ',' ORDER BY person_id) FROM kinwallet_data.wallet)
	|| (SELECT string_agg(concat_ws(' ', contributor, recipient, state, remaining, held, spent, returned), ',' ORDER BY contributor, recipient, relation_id)
		FROM kinwallet_data.relation)
	|| (SELECT string_agg(concat_ws(' ', month, level, p), ',' ORDER BY month, level, p.payer, p.payee)
		FROM (VALUES (date '2026-01-01'), ('2026-02-01')) AS m(month), (VALUES ('province'), ('region'), ('intra_province')) AS l(level),
			clearing_pairs(month, level) AS p));
\set ended `date +%s`
SELECT format('The demo took %s s.', :ended - :started);
