--
-- kinship_relation
--
SET search_path = kinwallet, pg_catalog;

-- the vocabulary, in its order, with all that is said about each
SELECT k, kinship_relation_send(k) AS code, inverse(k), inverse(inverse(k)) = k AS involution,
	is_immediate(k), kinship_zh(k), kinship_zh(k)::kinship_relation = k AS round_trip
FROM unnest('{maternal_grandchild,paternal_grandchild,grandchild,maternal_grandparent,paternal_grandparent,
	grandparent,sibling,child,parent,spouse}'::kinship_relation[]) AS k
ORDER BY k;

-- Chinese words
SELECT w, w::kinship_relation
FROM unnest(ARRAY['配偶', '丈夫', '妻子', '夫', '妻', '夫妻',
	'父母', '父亲', '母亲', '父', '母', '养父', '养母', '继父', '继母',
	'子女', '儿子', '女儿', '独生子', '独生女', '养子', '养女', '继子', '继女',
	'兄弟姐妹', '哥哥', '弟弟', '姐姐', '妹妹', '兄', '弟', '姐', '妹', '兄弟', '姐妹',
	'祖父母或外祖父母', '祖父母', '祖父', '祖母', '爷爷', '奶奶',
	'外祖父母', '外祖父', '外祖母', '外公', '外婆', '姥爷', '姥姥',
	'孙子女或外孙子女', '孙子女', '孙子', '孙女',
	'外孙子女', '外孙', '外孙子', '外孙女']) AS w;

-- GB/T 4761: the whole standard and what is not in it, by function and by input alike
CREATE FUNCTION pg_temp.verdict(code text, OUT relation text, OUT state text, OUT detail text)
LANGUAGE plpgsql AS $$
BEGIN
	relation := kinwallet.gbt4761(code);
	state := '00000';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
END $$;
CREATE FUNCTION pg_temp.verdict_of_input(code text, OUT relation text, OUT state text, OUT detail text)
LANGUAGE plpgsql AS $$
BEGIN
	relation := code::kinwallet.kinship_relation;
	state := '00000';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
END $$;
SELECT code, v.*
FROM (SELECT to_char(i, 'FM00') FROM generate_series(0, 99) AS i) AS c (code), pg_temp.verdict(code) AS v;
SELECT count(*)
FROM (SELECT to_char(i, 'FM00') FROM generate_series(0, 99) AS i) AS c (code),
	pg_temp.verdict(code) AS v, pg_temp.verdict_of_input(code) AS i
WHERE v IS DISTINCT FROM i;

-- how a refusal reads
SELECT '28'::kinship_relation;
SELECT '59'::kinship_relation;
SELECT gbt4761('28');
SELECT '98'::kinship_relation;
SELECT gbt4761('98');
SELECT 'cousin'::kinship_relation;

\set VERBOSITY sqlstate
SELECT ''::kinship_relation;
SELECT ' spouse'::kinship_relation;
SELECT 'spouse '::kinship_relation;
SELECT 'Spouse'::kinship_relation;
SELECT 'spouses'::kinship_relation;
SELECT 'spous'::kinship_relation;
SELECT '1'::kinship_relation;
SELECT '010'::kinship_relation;
SELECT '1x'::kinship_relation;
SELECT '+1'::kinship_relation;
SELECT '１０'::kinship_relation;
SELECT '女'::kinship_relation;
SELECT '女婿'::kinship_relation;
SELECT '父亲 '::kinship_relation;
SELECT '叔叔'::kinship_relation;
SELECT gbt4761('');
SELECT gbt4761('spouse');
SELECT gbt4761('1');
SELECT gbt4761(' 10');
SELECT gbt4761('配偶');
SELECT gbt4761(NULL), inverse(NULL), is_immediate(NULL), kinship_zh(NULL);

-- binary form
CREATE TEMP TABLE kinships (k kinship_relation, a kinship_relation[]);
INSERT INTO kinships VALUES ('spouse', '{spouse,child}'), ('maternal_grandchild', '{}'), (NULL, '{NULL,51}'), ('parent', NULL);
CREATE TEMP TABLE kinships_copy (LIKE kinships);
\copy kinships to 'results/kinship_relation.data' (format binary)
\copy kinships_copy from 'results/kinship_relation.data' (format binary)
SELECT * FROM kinships_copy;
TABLE kinships EXCEPT ALL TABLE kinships_copy;
-- bytes that are no relation
CREATE TEMP TABLE bytes (b "char");
INSERT INTO bytes VALUES ('');
\copy bytes to 'results/kinship_relation.data' (format binary)
\copy kinships_copy (k) from 'results/kinship_relation.data' (format binary)
UPDATE bytes SET b = chr(11)::"char";
\copy bytes to 'results/kinship_relation.data' (format binary)
\copy kinships_copy (k) from 'results/kinship_relation.data' (format binary)
\set VERBOSITY terse
\copy kinships_copy (k) from 'results/kinship_relation.data' (format binary)
\set VERBOSITY sqlstate
UPDATE bytes SET b = '\377';
\copy bytes to 'results/kinship_relation.data' (format binary)
\copy kinships_copy (k) from 'results/kinship_relation.data' (format binary)
\set VERBOSITY default

-- one byte each, side by side
SELECT typlen, typbyval, typalign FROM pg_type WHERE oid = 'kinship_relation'::regtype;
SELECT pg_column_size(ROW ('spouse'::kinship_relation, 'child'::kinship_relation, 'parent'::kinship_relation))
	- pg_column_size(ROW ()) AS bytes;

-- comparison is by stored code
SELECT a, b, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt,
	sign(kinship_relation_cmp(a, b)) AS cmp
FROM (VALUES ('spouse'::kinship_relation, 'parent'::kinship_relation), ('parent', 'spouse'), ('parent', '父亲')) AS v (a, b);
SELECT '51'::kinship_relation = ANY ('{spouse,parent,child}'::kinship_relation[]) AS listed,
	'sibling'::kinship_relation = ANY ('{spouse,parent,child}'::kinship_relation[]) AS not_listed;
SELECT kinship_relation_hash('child') = kinship_relation_hash('20') AS same,
	kinship_relation_hash('child') = kinship_relation_hash('parent') AS other,
	kinship_relation_hash_extended('child', 0)::bit(32) = kinship_relation_hash('child')::bit(32) AS extended;
