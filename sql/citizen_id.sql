--
-- citizen_id
--
-- Numbers whose county part is 99 were never assigned to anybody; the first
-- two are the examples printed in GB 11643.
--
SET search_path = kinwallet, pg_catalog;
SET datestyle = ISO;

SELECT c, mask(c), birth_date(c), sex(c)
FROM unnest('{11010519491231002X,440524188001010014,640299198003121018,640299198207052026,
	64029919900101001X,370199200802290036,320599195501010044,370199195206060054,
	650199197509090070,810000199001010019}'::citizen_id[]) AS c;
SELECT '11010519491231002x'::citizen_id, citizen_id_send('11010519491231002x');
SELECT mask(NULL), birth_date(NULL), sex(NULL);

-- append the check character, from powers of two instead of a table of weights,
-- so that a number below is wrong in one respect only
CREATE FUNCTION pg_temp.complete(digits text) RETURNS text
LANGUAGE sql AS $$
	SELECT digits || substr('10X98765432', 1 + (sum((1::bigint << (18 - i)) % 11 * substr(digits, i, 1)::integer) % 11)::integer, 1)
	FROM generate_series(1, 17) AS i
$$;
CREATE FUNCTION pg_temp.problem(s text, OUT state text, OUT detail text)
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM s::kinwallet.citizen_id;
	state := '00000';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
END $$;
SELECT pg_temp.complete('11010519491231002') = '11010519491231002X' AS standard;

-- address: which first two digits are assigned
SELECT state, detail, count(*), string_agg(p, ' ' ORDER BY p)
FROM (SELECT to_char(i, 'FM00') FROM generate_series(0, 99) AS i) AS v (p),
	pg_temp.problem(pg_temp.complete(p || '0099' || '19800312' || '101'))
GROUP BY state, detail ORDER BY state;

-- birth date
SELECT d, p.*
FROM unnest(ARRAY['20000229', '20040229', '19000228', '18800101', '20240229', '00010101', '19991231',
	'19000229', '21000229', '20010229', '20100229', '20000230', '20000431', '20000631', '20000931', '20001131',
	'20000132', '20000100', '20000001', '20001301', '20009901', '00000101', '99990101', '99991231']) AS d,
	pg_temp.problem(pg_temp.complete('370199' || d || '003')) AS p;
-- every day of four years, against the server's calendar
SELECT count(*) AS days, min(birth_date(c)), max(birth_date(c)),
	bool_and(birth_date(c) = d AND substr(c::text, 7, 8) = to_char(d, 'YYYYMMDD')) AS right
FROM (SELECT d::date, pg_temp.complete('370199' || to_char(d, 'YYYYMMDD') || '003')::citizen_id
	FROM generate_series('1999-01-01'::timestamp, '2002-12-31', '1 day') AS d) AS v (d, c);
SELECT count(*) FILTER (WHERE state = '00000') AS real_days, count(*) AS tried
FROM generate_series(0, 13) AS m, generate_series(0, 32) AS d,
	pg_temp.problem(pg_temp.complete('3701992000' || to_char(m, 'FM00') || to_char(d, 'FM00') || '003'));
-- today in Shanghai is the last day, whatever the session's time zone
CREATE FUNCTION pg_temp.around_today(zone text, OUT today text, OUT tomorrow text)
LANGUAGE plpgsql AS $$
DECLARE
	day date;
BEGIN
	PERFORM set_config('timezone', zone, true);
	LOOP
		day := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
		SELECT state INTO today
		FROM pg_temp.problem(pg_temp.complete('370199' || to_char(day, 'YYYYMMDD') || '003'));
		SELECT detail INTO tomorrow
		FROM pg_temp.problem(pg_temp.complete('370199' || to_char(day + 1, 'YYYYMMDD') || '003'));
		-- again if midnight fell in between
		EXIT WHEN day = (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
	END LOOP;
END $$;
SELECT zone, t.*
FROM unnest(ARRAY['Asia/Shanghai', 'UTC', 'Pacific/Kiritimati', 'Etc/GMT+12']) AS zone, pg_temp.around_today(zone) AS t;

-- check character: of eleven, one is right
SELECT count(*) FILTER (WHERE state = '00000') AS right, count(*) AS tried
FROM unnest(ARRAY['64029919800312101', '64029919900101001', '65019919750909007']) AS d,
	unnest(string_to_array('0,1,2,3,4,5,6,7,8,9,X', ',')) AS c, pg_temp.problem(d || c);
-- it finds every wrong digit and every swap of neighbours
SELECT count(*) AS wrong_digits, bool_and(state = '22P02') AS found
FROM generate_series(1, 17) AS i, generate_series(0, 9) AS d,
	pg_temp.problem(overlay('640299198003121018' PLACING d::text FROM i FOR 1))
WHERE substr('640299198003121018', i, 1) <> d::text;
SELECT count(*) AS swaps, bool_and(state = '22P02') AS found
FROM generate_series(1, 17) AS i,
	pg_temp.problem(overlay('640299198003121018' PLACING reverse(substr('640299198003121018', i, 2)) FROM i FOR 2))
WHERE substr('640299198003121018', i, 1) <> substr('640299198003121018', i + 1, 1);

\set VERBOSITY sqlstate
SELECT '640299198003121019'::citizen_id;
SELECT '370199201002290032'::citizen_id;
SELECT ''::citizen_id;
SELECT '64029919800312101'::citizen_id;
SELECT '6402991980031210180'::citizen_id;
SELECT ' 640299198003121018'::citizen_id;
SELECT '640299198003121018 '::citizen_id;
SELECT '640299 9800312101 '::citizen_id;
SELECT '640299 80031210188'::citizen_id;
SELECT '640299800312101'::citizen_id;
SELECT '64029919800312101Y'::citizen_id;
SELECT '6402991980031210X8'::citizen_id;
SELECT 'X40299198003121018'::citizen_id;
SELECT '+64029919800312101'::citizen_id;
SELECT '６４０２９９'::citizen_id;
SELECT '６４０２９９１９８００３１２１０１８'::citizen_id;
SELECT 64029919800312101::citizen_id;
\set VERBOSITY default

-- how a refusal reads: without the number
SELECT '640299198003121019'::citizen_id;
SELECT '370199201002290032'::citizen_id;
SELECT '640299800312101'::citizen_id;
SELECT 'X40299198003121018'::citizen_id;

-- sex is the parity of the sequence, not of the check character
SELECT c, sex(c) FROM (SELECT pg_temp.complete('6402991980031210' || i)::citizen_id FROM generate_series(0, 9) AS i) AS v (c);

-- binary form
CREATE TEMP TABLE ids (c citizen_id);
INSERT INTO ids VALUES ('11010519491231002X'), ('440524188001010014'), (NULL), ('810000199001010019');
CREATE TEMP TABLE ids_copy (LIKE ids);
\copy ids to 'results/citizen_id.data' (format binary)
\copy ids_copy from 'results/citizen_id.data' (format binary)
SELECT * FROM ids_copy;
TABLE ids EXCEPT ALL TABLE ids_copy;
-- words that are no number
CREATE TEMP TABLE words (w bigint);
INSERT INTO words VALUES (66019919750909007);
\set VERBOSITY terse
\copy words to 'results/citizen_id.data' (format binary)
\copy ids_copy from 'results/citizen_id.data' (format binary)
\set VERBOSITY sqlstate
\copy ids_copy from 'results/citizen_id.data' (format binary)
UPDATE words SET w = 37019920100229003;
\copy words to 'results/citizen_id.data' (format binary)
\copy ids_copy from 'results/citizen_id.data' (format binary)
UPDATE words SET w = 37019999990101003;
\copy words to 'results/citizen_id.data' (format binary)
\copy ids_copy from 'results/citizen_id.data' (format binary)
UPDATE words SET w = 640299198003121018;
\copy words to 'results/citizen_id.data' (format binary)
\copy ids_copy from 'results/citizen_id.data' (format binary)
UPDATE words SET w = -64029919800312101;
\copy words to 'results/citizen_id.data' (format binary)
\copy ids_copy from 'results/citizen_id.data' (format binary)
UPDATE words SET w = 0;
\copy words to 'results/citizen_id.data' (format binary)
\copy ids_copy from 'results/citizen_id.data' (format binary)
\set VERBOSITY default
SELECT count(*) FROM ids_copy;

-- comparison
SELECT a, b, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt,
	citizen_id_cmp(a, b) AS cmp
FROM (VALUES ('11010519491231002X'::citizen_id, '440524188001010014'::citizen_id),
	('440524188001010014', '11010519491231002X'), ('11010519491231002X', '11010519491231002x')) AS v (a, b);
SELECT citizen_id_hash('11010519491231002X') = citizen_id_hash('11010519491231002x') AS same,
	citizen_id_hash('11010519491231002X') = citizen_id_hash('440524188001010014') AS other,
	citizen_id_hash_extended('11010519491231002X', 0)::bit(32) = citizen_id_hash('11010519491231002X')::bit(32) AS extended;

-- input depends on the clock, nothing else does
SELECT proname, provolatile FROM pg_proc
WHERE pronamespace = 'kinwallet'::regnamespace AND proname IN ('citizen_id_in', 'citizen_id_out', 'citizen_id_recv', 'citizen_id_send', 'mask', 'birth_date', 'sex')
ORDER BY proname COLLATE "C";
