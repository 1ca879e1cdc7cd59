-- Business time (EDGE-01), in every zone that a session may have.
BEGIN;
SELECT plan(14);
LOAD 'kinwallet';

CREATE TEMP TABLE moment AS
SELECT timestamptz '2025-12-30 00:00+08' + n * interval '17 minutes 3.000001 seconds' AS at FROM generate_series(0, 400) AS n
UNION SELECT timestamptz '2026-01-01 00:00+08' + n * interval '1 microsecond' FROM generate_series(-2, 2) AS n
UNION SELECT timestamptz '2028-02-29 00:00+08' + n * interval '1 microsecond' FROM generate_series(-2, 2) AS n
UNION SELECT timestamptz '1999-12-31 00:00+08' + n * interval '1 hour' FROM generate_series(0, 48) AS n;

CREATE FUNCTION pg_temp.in_zone(zone text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('TimeZone', zone, true);
	RETURN NEXT is((SELECT count(*) FROM moment WHERE kinwallet.business_date(at) <> (at AT TIME ZONE 'Asia/Shanghai')::date), 0::bigint,
		'EDGE-01: the day is Shanghai''s in ' || zone);
	PERFORM set_config('kinwallet.clock', '2026-01-31 23:59:59.999999', true);
	RETURN NEXT is(kinwallet.business_date(), '2026-01-31'::date, 'EDGE-01: one microsecond before the month ends, in ' || zone);
	PERFORM set_config('kinwallet.clock', '2026-02-01', true);
	RETURN NEXT is(kinwallet.business_date(), '2026-02-01'::date, 'EDGE-01: and when it has ended, in ' || zone);
END
$$;
SELECT pg_temp.in_zone(zone) FROM unnest('{Asia/Shanghai,America/New_York,Pacific/Kiritimati,Asia/Kathmandu}'::text[]) AS zone;
-- 1 % of the ids would be out of order if their first 48 bits were not milliseconds
SELECT is((SELECT count(*) FROM (SELECT id, lag(id) OVER (ORDER BY n) AS before FROM (SELECT n, left(kinwallet.new_request_id()::text, 13) AS id FROM generate_series(1, 1000) AS n) AS i) AS o
	WHERE id < before), 0::bigint, 'EDGE-90: new request ids are in the order of time');
SELECT throws_ok($$SET kinwallet.clock = '0044-03-15 10:00 BC'$$, '22023', NULL, 'no moment before our era: a parallel worker could not read it');
SELECT * FROM finish();
ROLLBACK;
