--
-- Operator classes, casts and operators of the base types, as the server uses
-- them: validation, sorting, indexes, joins, partitions, plain old resolution.
--
SET search_path = kinwallet, pg_catalog;

SELECT a.amname, c.opcname, amvalidate(c.oid)
FROM pg_opclass AS c JOIN pg_am AS a ON a.oid = c.opcmethod
WHERE c.opcnamespace = 'kinwallet'::regnamespace
ORDER BY 1, 2;

-- operators know their partners and their estimators
SELECT o.oid::regoperator AS operator, o.oprcom::regoperator AS commutator, o.oprnegate::regoperator AS negator,
	o.oprcanhash AS hash, o.oprcanmerge AS merge, o.oprrest::text AS restrict, o.oprjoin::text AS join
FROM pg_operator AS o
WHERE o.oprnamespace = 'kinwallet'::regnamespace AND
	(o.oprleft = 'wallet_amount'::regtype OR o.oprright = 'wallet_amount'::regtype)
ORDER BY o.oprname COLLATE "C", o.oprleft, o.oprright;
-- the other types have the six comparisons and nothing else
SELECT o.oprleft::regtype AS type, string_agg(o.oprname, ' ' ORDER BY o.oprname COLLATE "C"),
	bool_and(o.oprcom <> 0 AND o.oprnegate <> 0 AND o.oprrest <> 0 AND o.oprjoin <> 0) AS complete,
	bool_and((o.oprname = '=') = (o.oprcanhash AND o.oprcanmerge)) AS equality
FROM pg_operator AS o
WHERE o.oprnamespace = 'kinwallet'::regnamespace AND
	o.oprleft IN ('kinship_relation'::regtype, 'region_code'::regtype, 'citizen_id'::regtype)
GROUP BY 1 ORDER BY 1;
-- all comparisons leak nothing; hashing and the rest claim nothing
SELECT p.proleakproof AS leakproof, count(*), bool_and(p.provolatile = 'i' AND p.proisstrict AND p.proparallel = 's') AS plain
FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
WHERE p.pronamespace = 'kinwallet'::regnamespace AND l.lanname = 'internal' AND p.prokind = 'f'
GROUP BY 1 ORDER BY 1;
-- casts of the base types
SELECT castsource::regtype, casttarget::regtype, castfunc::regprocedure, castcontext
FROM pg_cast
WHERE castsource IN ('wallet_amount'::regtype, 'kinship_relation'::regtype, 'region_code'::regtype, 'citizen_id'::regtype) OR
	casttarget IN ('wallet_amount'::regtype, 'kinship_relation'::regtype, 'region_code'::regtype, 'citizen_id'::regtype)
ORDER BY 1, 2;

-- sorting, both ways, NULLs included
SELECT string_agg(a::text, ' ' ORDER BY a), string_agg(a::text, ' ' ORDER BY a DESC)
FROM unnest('{12,-0.01,0,100,9.99,-92233720368547758.08,92233720368547758.07,-100}'::wallet_amount[]) AS a;
SELECT string_agg(r::text, ' ' ORDER BY r) FROM unnest('{660000,110000,640200,640100}'::region_code[]) AS r;
SELECT string_agg(c::text, ' ' ORDER BY c) FROM unnest('{640299198207052026,11010519491231002X,640299198003121018}'::citizen_id[]) AS c;
SELECT a FROM (VALUES ('2'::wallet_amount), (NULL), ('-1')) AS v (a) ORDER BY a DESC NULLS LAST;

CREATE TABLE op_fact (
	id integer PRIMARY KEY,
	amount wallet_amount NOT NULL,
	kinship kinship_relation NOT NULL,
	region region_code NOT NULL,
	citizen citizen_id NOT NULL);
INSERT INTO op_fact
	SELECT i, from_fen(i * 7919 % 100003 - 50000),
		('{spouse,parent,child,sibling,grandparent}'::kinship_relation[])[1 + i % 5],
		('{640100,640200,320500,370100,660000}'::region_code[])[1 + i % 5],
		CASE i % 2 WHEN 0 THEN '640299198003121018' ELSE '640299198207052026' END::citizen_id
	FROM generate_series(1, 5000) AS i;
-- a big sort agrees with the numeric one, in memory and on disk
SELECT bool_and(a = b) AS in_order, count(*)
FROM (SELECT row_number() OVER (ORDER BY amount) AS a, row_number() OVER (ORDER BY fen(amount)) AS b FROM op_fact) AS s;
SET work_mem = '64kB';
SELECT bool_and(a = b) AS in_order, count(*)
FROM (SELECT row_number() OVER (ORDER BY amount DESC) AS a, row_number() OVER (ORDER BY fen(amount) DESC) AS b FROM op_fact) AS s;
RESET work_mem;

-- indexes
CREATE INDEX op_fact_amount_idx ON op_fact (amount);
CREATE INDEX op_fact_region_amount_idx ON op_fact (region, kinship, amount);
CREATE INDEX op_fact_citizen_idx ON op_fact USING hash (citizen);
CREATE INDEX op_fact_region_hash_idx ON op_fact USING hash (region);
VACUUM ANALYZE op_fact;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT amount FROM op_fact WHERE amount > '499.70';
SELECT amount FROM op_fact WHERE amount > '499.70' ORDER BY amount;
-- the versions differ in the rest of this plan
CREATE FUNCTION pg_temp.scans(query text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line ~ 'Scan|Sort|Aggregate' THEN
			RETURN NEXT btrim(line, ' ->');
		END IF;
	END LOOP;
END $$;
SELECT pg_temp.scans('SELECT max(amount), min(amount) FROM op_fact');
SELECT max(amount), min(amount) FROM op_fact;
EXPLAIN (COSTS OFF) SELECT count(*) FROM op_fact WHERE region = '660000' AND kinship = '父母' AND amount BETWEEN '0' AND '1';
EXPLAIN (COSTS OFF) SELECT count(*) FROM op_fact WHERE region = '660000' AND kinship IN ('parent', 'grandparent') AND amount < '0';
SELECT count(*) FROM op_fact WHERE region = '660000' AND kinship IN ('parent', 'grandparent') AND amount < '0';
EXPLAIN (COSTS OFF) SELECT count(*) FROM op_fact WHERE citizen = '640299198003121018';
SELECT count(*) FROM op_fact WHERE citizen = '640299198003121018';
DROP INDEX op_fact_region_amount_idx;
EXPLAIN (COSTS OFF) SELECT count(*) FROM op_fact WHERE region = '640200';
SELECT count(*) FROM op_fact WHERE region = '640200';
RESET enable_seqscan;
RESET enable_bitmapscan;
-- equal keys are deduplicated (btequalimage)
CREATE INDEX op_fact_kinship_idx ON op_fact (kinship);
CREATE INDEX op_fact_kinship_plain_idx ON op_fact (kinship) WITH (deduplicate_items = off);
SELECT pg_relation_size('op_fact_kinship_idx') < pg_relation_size('op_fact_kinship_plain_idx') AS deduplicated;
-- the histogram is used: about a tenth is expected, a third is the default
CREATE FUNCTION pg_temp.expected_rows(query text) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	RETURN plan->0->'Plan'->>'Plan Rows';
END $$;
SELECT pg_temp.expected_rows('SELECT FROM op_fact WHERE amount < ''-400''') BETWEEN 400 AND 600 AS lt,
	pg_temp.expected_rows('SELECT FROM op_fact WHERE region = ''640200''') BETWEEN 900 AND 1100 AS eq;

-- joins
CREATE TABLE op_side AS SELECT DISTINCT ON (amount) amount, region, citizen, kinship FROM op_fact WHERE id <= 100;
ANALYZE op_side;
SET enable_nestloop = off;
SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM op_fact JOIN op_side USING (amount);
SELECT count(*) FROM op_fact JOIN op_side USING (amount);
SELECT count(*) FROM op_fact JOIN op_side USING (region, kinship, citizen);
RESET enable_mergejoin;
SET enable_hashjoin = off;
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM op_fact JOIN op_side USING (amount);
SELECT count(*) FROM op_fact JOIN op_side USING (amount);
SELECT count(*) FROM op_fact JOIN op_side USING (region, kinship, citizen);
RESET enable_hashjoin;
RESET enable_nestloop;
RESET enable_indexscan;
RESET enable_indexonlyscan;
-- a merge join takes both inputs from equality alone
SELECT count(*) FROM op_fact AS a FULL JOIN op_side AS b ON a.citizen = b.citizen AND a.amount = b.amount;

-- grouping by hash and by sort
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT region, kinship, sum(amount), avg(amount), count(*) FROM op_fact GROUP BY region, kinship;
CREATE TEMP TABLE by_hash AS SELECT region, kinship, sum(amount), count(*) FROM op_fact GROUP BY region, kinship;
RESET enable_sort;
SET enable_hashagg = off;
EXPLAIN (COSTS OFF) SELECT region, kinship, sum(amount), avg(amount), count(*) FROM op_fact GROUP BY region, kinship;
CREATE TEMP TABLE by_sort AS SELECT region, kinship, sum(amount), count(*) FROM op_fact GROUP BY region, kinship;
RESET enable_hashagg;
TABLE by_hash ORDER BY region, kinship;
TABLE by_hash EXCEPT ALL TABLE by_sort;
SELECT count(DISTINCT citizen), count(DISTINCT region), count(DISTINCT kinship) FROM op_fact;

-- partitions by each kind of key
CREATE TABLE op_part (amount wallet_amount, region region_code, citizen citizen_id, kinship kinship_relation) PARTITION BY LIST (region);
CREATE TABLE op_part_64 PARTITION OF op_part FOR VALUES IN ('640100', '640200') PARTITION BY RANGE (amount);
CREATE TABLE op_part_64_small PARTITION OF op_part_64 FOR VALUES FROM (MINVALUE) TO ('0');
CREATE TABLE op_part_64_large PARTITION OF op_part_64 FOR VALUES FROM ('0') TO (MAXVALUE);
CREATE TABLE op_part_rest PARTITION OF op_part DEFAULT PARTITION BY HASH (citizen, kinship);
CREATE TABLE op_part_rest_0 PARTITION OF op_part_rest FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE op_part_rest_1 PARTITION OF op_part_rest FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO op_part SELECT amount, region, citizen, kinship FROM op_fact;
SELECT tableoid::regclass, count(*), min(amount) >= '0' AS positive FROM op_part WHERE region IN ('640100', '640200') GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM op_part;
EXPLAIN (COSTS OFF) SELECT FROM op_part WHERE region = '640200' AND amount = '5.00';
DROP TABLE op_part, op_side, op_fact;

-- constraints and generated columns
CREATE TEMP TABLE op_check (
	amount wallet_amount CHECK (amount OPERATOR(kinwallet.>) '0'),
	region region_code UNIQUE,
	province region_code GENERATED ALWAYS AS (kinwallet.province(region)) STORED,
	citizen citizen_id UNIQUE,
	EXCLUDE USING btree (amount WITH =));
INSERT INTO op_check (amount, region, citizen) VALUES ('1', '640200', '640299198003121018');
\set VERBOSITY sqlstate
INSERT INTO op_check (amount) VALUES ('0');
INSERT INTO op_check (amount) VALUES ('1.00');
INSERT INTO op_check (region) VALUES ('640200');
INSERT INTO op_check (citizen) VALUES ('640299198003121018');
-- no comparison between the types, nor with their storage
SELECT '640200'::region_code = 640200;
SELECT 'parent'::kinship_relation = 2;
SELECT '640299198003121018'::citizen_id = 64029919800312101;
SELECT '1'::wallet_amount < '640200'::region_code;
\set VERBOSITY default
TABLE op_check;

-- with our schema in the path, expressions of built-in types resolve as before
SELECT pg_typeof(abs('-1')), pg_typeof(abs(-1)), pg_typeof(abs(-1.5)), pg_typeof(1 + '1'), pg_typeof('1' * 2.5),
	pg_typeof(2 * '3'), pg_typeof(- 1), pg_typeof('a' < 'b'), pg_typeof(1::bigint * '2'),
	pg_typeof('1' + 1::money);
SELECT pg_typeof(max(x)), pg_typeof(min(y)), pg_typeof(sum(z)), pg_typeof(avg(z)) FROM (VALUES ('a', 1, 2.5)) AS v (x, y, z);
\set VERBOSITY sqlstate
-- ambiguous or unknown without us, and still so
SELECT '1' + '2';
SELECT sum('1');
\set VERBOSITY default

-- nothing needs a search_path
SET search_path = '';
SELECT kinwallet.sum(a), kinwallet.avg(a), kinwallet.min(a), kinwallet.max(a),
	pg_catalog.bool_and(a OPERATOR(kinwallet.<=) '3')
FROM (VALUES ('1.50'::kinwallet.wallet_amount OPERATOR(kinwallet.*) 2), ('-0.50')) AS v (a);
SELECT a FROM (VALUES ('2'::kinwallet.wallet_amount), ('1')) AS v (a) ORDER BY a;
SELECT kinwallet.kinship_zh(kinwallet.inverse('parent')), kinwallet.province('640200'), kinwallet.mask('640299198003121018');
RESET search_path;

-- every object of the extension that can have a comment has one
SELECT pg_describe_object(d.classid, d.objid, d.objsubid)
FROM pg_depend AS d
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND
	d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'kinwallet') AND
	obj_description(d.objid, d.classid::regclass::name) IS NULL AND
	NOT EXISTS (SELECT FROM pg_type AS t WHERE t.oid = d.objid AND t.typelem <> 0)
ORDER BY 1;
