-- Business time, ids of facts, request ids.
\set SHOW_CONTEXT never
\pset null NULL
LOAD 'kinwallet';

-- the setting: without a zone it is meant in Asia/Shanghai; what is stored means the same everywhere
SET kinwallet.clock = '2026-01-31 23:59:59.999999';
SHOW kinwallet.clock;
SELECT kinwallet.business_date(), kinwallet.business_time() = '2026-01-31 23:59:59.999999+08' AS exact;
SET TimeZone = 'America/New_York';
SELECT kinwallet.business_date(), kinwallet.business_time() = '2026-01-31 23:59:59.999999+08' AS exact;
SET DateStyle = 'SQL, DMY';
SET kinwallet.clock = '01/02/2026 00:00 PST';
SHOW kinwallet.clock;
SET DateStyle = 'SQL, MDY';
SHOW kinwallet.clock;
SET kinwallet.clock = '2026-02-01T00:00:00Z';
SHOW kinwallet.clock;
SET kinwallet.clock = '2026-07-01 00:00 America/New_York';
SHOW kinwallet.clock;
SET kinwallet.clock = 'tomorrow morning';
SET kinwallet.clock = 'infinity';
SET kinwallet.clock = '10:00';
SET kinwallet.clock = '2026-02-30 10:00';
SET kinwallet.clock = '0044-03-15 12:00 BC';
SHOW kinwallet.clock;
SELECT kinwallet.business_date();
SET kinwallet.clock = '';
SELECT abs(extract(epoch FROM kinwallet.business_time() - clock_timestamp())) < 60 AS now;
RESET kinwallet.clock;
RESET DateStyle;
-- a parallel worker has the leader's
SET DateStyle = 'SQL, DMY';
SET kinwallet.clock = '01/02/2026 00:00 PST';
-- renamed by PostgreSQL 16
SELECT name AS parallel FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query') \gset
SET :parallel = on;
SELECT kinwallet.business_date()::text, current_setting('kinwallet.clock');
RESET :parallel;
RESET DateStyle;
CREATE ROLE regress_kinwallet_clock;
SET ROLE regress_kinwallet_clock;
SET kinwallet.clock = '2026-01-01';
RESET ROLE;
RESET kinwallet.clock;
-- nor before the module is loaded
\c -
SET SESSION AUTHORIZATION regress_kinwallet_clock;
SET kinwallet.clock = '2001-01-01';
SELECT kinwallet.business_date() > '2020-01-01' AS now;
SHOW kinwallet.clock;
RESET SESSION AUTHORIZATION;
DROP ROLE regress_kinwallet_clock;

-- the day of a moment
SELECT t, kinwallet.business_date(t) FROM (VALUES
	('2025-12-31 15:59:59.999999+00'::timestamptz), ('2025-12-31 16:00:00+00'), ('1999-12-31 16:00:00+00'), ('1999-12-31 15:59:59.999999+00'),
	('1970-01-01 00:00+00'), ('infinity'), ('-infinity'), (NULL)) AS v (t);
SELECT kinwallet.business_date('294276-12-31 23:59:59+00'), kinwallet.business_date('4714-11-24 00:00:00+00 BC');
RESET TimeZone;

-- request ids
SELECT kinwallet.new_request_id() <> kinwallet.new_request_id() AS differ,
	substr(kinwallet.new_request_id()::text, 15, 1) AS version, substr(kinwallet.new_request_id()::text, 20, 1) ~ '[89ab]' AS variant;
SELECT abs(('x0000' || replace(left(kinwallet.new_request_id()::text, 13), '-', ''))::bit(64)::bigint / 1000 - extract(epoch FROM clock_timestamp())) < 60 AS now;
-- the name space is uuid5(DNS, 'kinwallet'), the id is uuid5(name space, message id)
SELECT kinwallet.request_id_of('H41130200746202403011642009428'), kinwallet.request_id_of('医保'), kinwallet.request_id_of(NULL);
SELECT kinwallet.request_id_of('');

-- ids of facts: node, month, sequence
SELECT kinwallet.id_node(id), kinwallet.id_month(id) FROM (VALUES (0::bigint), (1372190511464449), (-1), (9223372036854775807), (-9223372036854775808), (NULL)) AS v (id);
