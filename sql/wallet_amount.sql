--
-- wallet_amount
--
SET search_path = kinwallet, pg_catalog;

-- text in and out
SELECT s, s::wallet_amount, fen(s::wallet_amount)
FROM unnest(ARRAY['0', '-0', '-0.00', '+0', '12', '12.5', '12.50', '-0.01', '+3.10', '0.1',
	'007', '00000000000000000000000000000000000001.5', '  8.08  ', E'\t1\n',
	'1234.56', '2000.00', '99.99', '-100', '-1.05',
	'92233720368547758.07', '-92233720368547758.08', '-92233720368547758.07', '92233720368547758']) AS s;

-- what is no amount: never rounded, nothing guessed
\set VERBOSITY sqlstate
SELECT ''::wallet_amount;
SELECT ' '::wallet_amount;
SELECT '-'::wallet_amount;
SELECT '+'::wallet_amount;
SELECT '--1'::wallet_amount;
SELECT '+-1'::wallet_amount;
SELECT '- 1'::wallet_amount;
SELECT '.'::wallet_amount;
SELECT '.5'::wallet_amount;
SELECT '-.5'::wallet_amount;
SELECT '1.'::wallet_amount;
SELECT '1. '::wallet_amount;
SELECT '1.234'::wallet_amount;
SELECT '1.230'::wallet_amount;
SELECT '1.2.3'::wallet_amount;
SELECT '1e3'::wallet_amount;
SELECT '1E3'::wallet_amount;
SELECT '0x10'::wallet_amount;
SELECT '1_000'::wallet_amount;
SELECT '1,000'::wallet_amount;
SELECT '1 000'::wallet_amount;
SELECT '1,5'::wallet_amount;
SELECT '12a'::wallet_amount;
SELECT 'a12'::wallet_amount;
SELECT '12 a'::wallet_amount;
SELECT '¥12'::wallet_amount;
SELECT '12元'::wallet_amount;
SELECT '１２'::wallet_amount;
SELECT '$1'::wallet_amount;
SELECT 'NaN'::wallet_amount;
SELECT 'Infinity'::wallet_amount;
SELECT '-inf'::wallet_amount;
SELECT '99999999999999999999999999x'::wallet_amount;
-- what does not fit
SELECT '92233720368547758.08'::wallet_amount;
SELECT '92233720368547758.1'::wallet_amount;
SELECT '92233720368547759'::wallet_amount;
SELECT '922337203685477581'::wallet_amount;
SELECT '-92233720368547758.09'::wallet_amount;
SELECT '-92233720368547759'::wallet_amount;
SELECT '9223372036854775808'::wallet_amount;
SELECT '18446744073709551616'::wallet_amount;
SELECT '99999999999999999999999999.99'::wallet_amount;
\set VERBOSITY default
SELECT '1.005'::wallet_amount;
SELECT '92233720368547758.08'::wallet_amount;

-- binary form
SELECT wallet_amount_send('0.01'), wallet_amount_send('-0.01'),
	wallet_amount_send('92233720368547758.07'), wallet_amount_send('-92233720368547758.08');
CREATE TEMP TABLE amounts (a wallet_amount);
INSERT INTO amounts VALUES ('0'), ('0.01'), ('-0.01'), ('1234.56'),
	('92233720368547758.07'), ('-92233720368547758.08'), (NULL);
CREATE TEMP TABLE amounts_copy (a wallet_amount);
\copy amounts to 'results/wallet_amount.data' (format binary)
\copy amounts_copy from 'results/wallet_amount.data' (format binary)
SELECT * FROM amounts_copy;
TABLE amounts EXCEPT ALL TABLE amounts_copy;
-- a word of the wrong size
CREATE TEMP TABLE words (w integer);
INSERT INTO words VALUES (1);
\copy words to 'results/wallet_amount.data' (format binary)
\set VERBOSITY sqlstate
\copy amounts_copy from 'results/wallet_amount.data' (format binary)

-- comparison
SELECT a, b, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt,
	wallet_amount_cmp(a, b) AS cmp
FROM (VALUES ('1.00'::wallet_amount, '1.01'::wallet_amount), ('1.01', '1.00'), ('1.00', '1'),
	('-92233720368547758.08', '92233720368547758.07'), ('-0.01', '0.01')) AS v (a, b);
SELECT wallet_amount_hash('1.5') = wallet_amount_hash('1.50') AS same,
	wallet_amount_hash('1.5') = wallet_amount_hash('1.51') AS other,
	wallet_amount_hash_extended('1.5', 0)::bit(32) = wallet_amount_hash('1.5')::bit(32) AS extended,
	wallet_amount_hash_extended('1.5', 1) = wallet_amount_hash_extended('1.5', 0) AS seeded;

-- arithmetic
SELECT '1.50'::wallet_amount + '0.75', '1.50'::wallet_amount - '1.75', - '1.50'::wallet_amount,
	- '-0.01'::wallet_amount, abs('-1.50'::wallet_amount), abs('1.50'::wallet_amount), abs('0'::wallet_amount),
	'1.50'::wallet_amount * 3, 3::bigint * '1.50'::wallet_amount, 3::smallint * '-0.01'::wallet_amount,
	'1.50'::wallet_amount * 0;
SELECT '92233720368547758.06'::wallet_amount + '0.01', '-92233720368547758.07'::wallet_amount - '0.01',
	'92233720368547758.07'::wallet_amount * -1, abs('-92233720368547758.07'::wallet_amount),
	- '92233720368547758.07'::wallet_amount, '-92233720368547758.08'::wallet_amount * 1,
	'-92233720368547758.08'::wallet_amount + '92233720368547758.07';
SELECT '92233720368547758.07'::wallet_amount + '0.01';
SELECT '-92233720368547758.08'::wallet_amount + '-0.01';
SELECT '-92233720368547758.08'::wallet_amount - '0.01';
SELECT '92233720368547758.07'::wallet_amount - '-0.01';
SELECT '0'::wallet_amount - '-92233720368547758.08';
SELECT - '-92233720368547758.08'::wallet_amount;
SELECT abs('-92233720368547758.08'::wallet_amount);
SELECT '-92233720368547758.08'::wallet_amount * -1;
SELECT '46116860184273879.04'::wallet_amount * 2;
SELECT 2::bigint * '46116860184273879.04'::wallet_amount;
SELECT '0.02'::wallet_amount * 9223372036854775807;
\set VERBOSITY default
SELECT '92233720368547758.07'::wallet_amount + '0.01';
\set VERBOSITY sqlstate
-- there is no arithmetic with fractions, nor of amounts with bare numbers
SELECT '1'::wallet_amount * 0.5;
SELECT '1'::wallet_amount * '1'::wallet_amount;
SELECT '1'::wallet_amount / 2;
SELECT '1'::wallet_amount + 1;
SELECT '1'::wallet_amount = 1;

-- casts
SELECT 12.5::wallet_amount, 12::wallet_amount, 12::bigint::wallet_amount, 1.500::wallet_amount,
	(-0.01)::wallet_amount, 1e2::wallet_amount, 0.00000::wallet_amount, 100::numeric::wallet_amount,
	(-2147483648)::integer::wallet_amount;
SELECT 92233720368547758.07::wallet_amount, (-92233720368547758.08)::wallet_amount,
	92233720368547758::bigint::wallet_amount, (-92233720368547758)::bigint::wallet_amount;
SELECT '1.00'::wallet_amount::numeric, '-0.01'::wallet_amount::numeric, '0'::wallet_amount::numeric,
	'92233720368547758.07'::wallet_amount::numeric, '-92233720368547758.08'::wallet_amount::numeric;
SELECT 0.005::wallet_amount;
SELECT 1.234::wallet_amount;
SELECT 'NaN'::numeric::wallet_amount;
SELECT 'Infinity'::numeric::wallet_amount;
SELECT '-Infinity'::numeric::wallet_amount;
SELECT 92233720368547758.08::wallet_amount;
SELECT (-92233720368547758.09)::wallet_amount;
SELECT 1e40::wallet_amount;
SELECT 92233720368547759::bigint::wallet_amount;
SELECT (-92233720368547759)::bigint::wallet_amount;
SELECT 1.5::float8::wallet_amount;
SELECT '1'::wallet_amount::bigint;
\set VERBOSITY default
SELECT 0.005::wallet_amount;
\set VERBOSITY sqlstate
-- to numeric on assignment; from a number only when asked for
CREATE TEMP TABLE assignment (n numeric(10,2), a wallet_amount);
INSERT INTO assignment (n) VALUES ('12.34'::wallet_amount);
INSERT INTO assignment (a) VALUES (12.34);
INSERT INTO assignment (a) VALUES (12);
SELECT n FROM assignment;
SELECT sqrt('4'::wallet_amount);
SELECT fen('12.34'), from_fen(1234), from_fen(-1), from_fen(9223372036854775807), fen('-92233720368547758.08');

-- NULL in, NULL out
SELECT NULL::wallet_amount + '1', '1'::wallet_amount - NULL::wallet_amount, abs(NULL::wallet_amount),
	NULL::numeric::wallet_amount, fen(NULL), from_fen(NULL);

-- aggregates: none of nothing
SELECT sum(a), avg(a), min(a), max(a), count(a) FROM amounts WHERE false;
SELECT sum(a), avg(a), min(a), max(a), count(a) FROM amounts WHERE a IS NULL;
SELECT sum(a), avg(a), min(a), max(a), count(a) FROM amounts;
SELECT sum(a), avg(a), min(a), max(a) FROM (VALUES ('1.00'::wallet_amount), ('1.01'), ('-5'), (NULL)) AS v (a);
SELECT pg_typeof(sum(a)), pg_typeof(avg(a)), pg_typeof(min(a)), pg_typeof(max(a)) FROM amounts;
-- on the way the sum may leave the range, in both directions and far
SELECT sum(a) FROM (VALUES (1, '92233720368547758.07'::wallet_amount), (2, '92233720368547758.07'),
	(3, '-92233720368547758.08'), (4, '-92233720368547758.08')) AS v (i, a);
SELECT sum(a ORDER BY i), sum(a ORDER BY i DESC)
FROM (VALUES (1, '92233720368547758.07'::wallet_amount), (2, '92233720368547758.07'), (3, '0.03'),
	(4, '-92233720368547758.08'), (5, '-92233720368547758.08')) AS v (i, a);
SELECT sum('92233720368547758.07'::wallet_amount * (CASE WHEN i <= 5000 THEN 1 ELSE -1 END))
FROM generate_series(1, 10000) AS i;
SELECT sum(a) FROM (VALUES ('92233720368547758.06'::wallet_amount), ('0.01')) AS v (a);
SELECT sum(a) FROM (VALUES ('-92233720368547758.07'::wallet_amount), ('-0.01')) AS v (a);
-- only the total counts
SELECT sum(a) FROM (VALUES ('92233720368547758.07'::wallet_amount), ('0.01')) AS v (a);
SELECT sum(a) FROM (VALUES ('-92233720368547758.08'::wallet_amount), ('-0.01')) AS v (a);
SELECT sum(a) FROM (VALUES ('92233720368547758.07'::wallet_amount), ('92233720368547758.07'), ('0.03')) AS v (a);
-- the average has the digits that avg(numeric) has, and no range
SELECT avg(a), avg(a::numeric), avg(a)::text = avg(a::numeric)::text AS same
FROM (VALUES ('92233720368547758.07'::wallet_amount), ('92233720368547758.07'), ('92233720368547758.06')) AS v (a);
SELECT avg(a), avg(a::numeric), avg(a)::text = avg(a::numeric)::text AS same
FROM (VALUES ('-92233720368547758.08'::wallet_amount), ('-92233720368547758.08'), ('-0.01')) AS v (a);
SELECT avg(a), avg(a)::text = avg(a::numeric)::text AS same
FROM (SELECT from_fen(i) FROM generate_series(-7, 12345) AS i) AS v (a);

-- moving windows: rows leave the frame again
SELECT i, a, sum(a) OVER w, avg(a) OVER w, max(a) OVER w
FROM (VALUES (1, '1.00'::wallet_amount), (2, '-2.50'), (3, NULL), (4, NULL), (5, NULL),
	(6, '92233720368547758.07'), (7, '-92233720368547758.08'), (8, '0.03'), (9, '5')) AS v (i, a)
WINDOW w AS (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);
SELECT sum(a) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
FROM (VALUES (1, '92233720368547758.07'::wallet_amount), (2, '0.01'), (3, '1')) AS v (i, a);
-- the same sums as without moving: sums over each frame, computed afresh
SELECT count(*) AS rows, count(*) FILTER (WHERE moving = afresh AND moving_avg::text = afresh_avg::text) AS agree
FROM (SELECT i, sum(a) OVER w AS moving, avg(a) OVER w AS moving_avg
	FROM (SELECT i, from_fen((i * 7919 % 1009 - 500) * 10000000000000) FROM generate_series(1, 300) AS i) AS v (i, a)
	WINDOW w AS (ORDER BY i ROWS BETWEEN 5 PRECEDING AND 3 FOLLOWING)) AS m
CROSS JOIN LATERAL (SELECT sum(a), avg(a)
	FROM (SELECT i, from_fen((i * 7919 % 1009 - 500) * 10000000000000) FROM generate_series(1, 300) AS i) AS v (i, a)
	WHERE v.i BETWEEN m.i - 5 AND m.i + 3) AS f (afresh, afresh_avg);
-- RANGE by amount
SELECT a, count(*) OVER (ORDER BY a RANGE BETWEEN '0.50'::wallet_amount PRECEDING AND '0.50'::wallet_amount FOLLOWING)
FROM (VALUES ('1.00'::wallet_amount), ('1.50'), ('1.99'), ('2.01'), ('92233720368547758.07')) AS v (a);
SELECT count(*) OVER (ORDER BY a RANGE BETWEEN '-0.50'::wallet_amount PRECEDING AND CURRENT ROW)
FROM (VALUES ('1.00'::wallet_amount)) AS v (a);
\set VERBOSITY default

-- an inner function of an aggregate cannot be called: which error, and where, differs among minor releases of PostgreSQL
DO $$
BEGIN
	PERFORM wallet_amount_accum(NULL, '1');
EXCEPTION WHEN feature_not_supported OR undefined_function THEN
	RAISE NOTICE '% refused', 'wallet_amount_accum(internal,wallet_amount)'::regprocedure;
END
$$;
DO $$
BEGIN
	PERFORM wallet_amount_deserialize('\x', NULL);
EXCEPTION WHEN feature_not_supported OR undefined_function THEN
	RAISE NOTICE '% refused', 'wallet_amount_deserialize(bytea,internal)'::regprocedure;
END
$$;

-- parallel: partial states travel between workers
CREATE TABLE amounts_parallel (i integer, a wallet_amount) WITH (parallel_workers = 2);
INSERT INTO amounts_parallel
	SELECT i, CASE WHEN i % 2 = 0 THEN from_fen(9223372036854775807 - i) ELSE from_fen(-9223372036854775807) END
	FROM generate_series(1, 10000) AS i;
ANALYZE amounts_parallel;
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = off;
EXPLAIN (COSTS OFF)
SELECT sum(a), avg(a), min(a), max(a), count(a) FROM amounts_parallel;
SELECT sum(a), avg(a), min(a), max(a), count(a) FROM amounts_parallel;
SELECT sum(a), avg(a) FROM amounts_parallel WHERE i < 0;
EXPLAIN (COSTS OFF)
SELECT a FROM amounts_parallel WHERE abs(a) + '0.01' - '0.01' < '10'::wallet_amount * 1;
SET LOCAL max_parallel_workers_per_gather = 0;
EXPLAIN (COSTS OFF)
SELECT sum(a), avg(a), min(a), max(a), count(a) FROM amounts_parallel;
SELECT sum(a), avg(a), min(a), max(a), count(a) FROM amounts_parallel;
SELECT sum(a::numeric), avg(a::numeric) FROM amounts_parallel;
ROLLBACK;
DROP TABLE amounts_parallel;

-- what every function of the type promises
SELECT p.proname, p.provolatile, p.proisstrict AS strict, p.proparallel, p.proleakproof AS leakproof
FROM pg_proc AS p
WHERE p.pronamespace = 'kinwallet'::regnamespace AND p.prokind = 'f' AND
	('wallet_amount'::regtype = ANY (p.proargtypes) OR p.prorettype = 'wallet_amount'::regtype OR p.proname LIKE 'wallet\_amount\_%') AND
	p.proname ~ '^(wallet_amount_|int8_mul|abs$|fen$|from_fen$)'
ORDER BY p.proname COLLATE "C";
