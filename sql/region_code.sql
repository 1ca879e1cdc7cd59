--
-- region_code
--
SET search_path = kinwallet, pg_catalog;

-- the 32 clearing provinces, found by trying all prefixes
CREATE FUNCTION pg_temp.accepted(s text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM s::kinwallet.region_code;
	RETURN true;
EXCEPTION WHEN invalid_text_representation THEN
	RETURN false;
END $$;
SELECT count(*), string_agg(p, ' ' ORDER BY p)
FROM (SELECT to_char(i, 'FM00') FROM generate_series(0, 99) AS i) AS v (p)
WHERE pg_temp.accepted(p || '0000');
SELECT count(*) AS agree
FROM (SELECT to_char(i, 'FM00') FROM generate_series(0, 99) AS i) AS v (p)
WHERE pg_temp.accepted(p || '0000') = pg_temp.accepted(p || '9999');

SELECT r, province(r), region_code_send(r)
FROM unnest('{640200,640000,110000,229900,370199,660000,659999,460100,540000}'::region_code[]) AS r;
SELECT pg_typeof(province('640200')), province(province('640200')) = province('640100') AS same,
	province('650100') = province('660000') AS corps, province(NULL);

\set VERBOSITY sqlstate
SELECT ''::region_code;
SELECT '64020'::region_code;
SELECT '6402000'::region_code;
SELECT '0640200'::region_code;
SELECT ' 640200'::region_code;
SELECT '640200 '::region_code;
SELECT '+64020'::region_code;
SELECT '-64020'::region_code;
SELECT '64020x'::region_code;
SELECT '6402.0'::region_code;
SELECT '６４０２００'::region_code;
SELECT '000000'::region_code;
SELECT '100000'::region_code;
SELECT '160000'::region_code;
SELECT '670000'::region_code;
SELECT '710000'::region_code;
SELECT '810000'::region_code;
SELECT '820000'::region_code;
SELECT '990000'::region_code;
SELECT 640200::region_code;
\set VERBOSITY default
SELECT '64020'::region_code;
SELECT '710000'::region_code;

-- binary form
CREATE TEMP TABLE regions (r region_code);
INSERT INTO regions VALUES ('640200'), ('110000'), ('669999'), (NULL);
CREATE TEMP TABLE regions_copy (LIKE regions);
\copy regions to 'results/region_code.data' (format binary)
\copy regions_copy from 'results/region_code.data' (format binary)
SELECT * FROM regions_copy;
TABLE regions EXCEPT ALL TABLE regions_copy;
CREATE TEMP TABLE words (w integer);
\set VERBOSITY terse
INSERT INTO words VALUES (710000);
\copy words to 'results/region_code.data' (format binary)
\copy regions_copy from 'results/region_code.data' (format binary)
\set VERBOSITY sqlstate
\copy regions_copy from 'results/region_code.data' (format binary)
UPDATE words SET w = -640200;
\copy words to 'results/region_code.data' (format binary)
\copy regions_copy from 'results/region_code.data' (format binary)
UPDATE words SET w = 6402000;
\copy words to 'results/region_code.data' (format binary)
\copy regions_copy from 'results/region_code.data' (format binary)
UPDATE words SET w = 64;
\copy words to 'results/region_code.data' (format binary)
\copy regions_copy from 'results/region_code.data' (format binary)
UPDATE words SET w = -2147483648;
\copy words to 'results/region_code.data' (format binary)
\copy regions_copy from 'results/region_code.data' (format binary)
\set VERBOSITY default
SELECT count(*) FROM regions_copy;

-- comparison
SELECT a, b, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt,
	region_code_cmp(a, b) AS cmp
FROM (VALUES ('640200'::region_code, '640300'::region_code), ('640300', '640200'), ('640200', '640200')) AS v (a, b);
SELECT region_code_hash('640200') = region_code_hash('640200') AS same,
	region_code_hash('640200') = region_code_hash('640300') AS other,
	region_code_hash_extended('640200', 0)::bit(32) = region_code_hash('640200')::bit(32) AS extended;
