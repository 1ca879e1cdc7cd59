-- Every function of schema kinwallet with every kind of argument, drawn by chance: it answers, or refuses with a documented
-- SQLSTATE, and the ledger stays right.  More of it, with other draws: make fuzz.
\if :{?rounds}
\else
	\set rounds 12
	\set seed 1
\endif
\set QUIET 1
\set ON_ERROR_STOP 1
BEGIN;
\ir include/spending.sql
-- what SQL can call, but for the parts of create_ledger(), which are for the first time only, and of grant_role() and the like,
-- which take what others have checked
CREATE TEMP VIEW callable AS SELECT oid, proname, oidvectortypes(proargtypes) AS arguments FROM pg_proc
WHERE pronamespace = 'kinwallet'::regnamespace AND prokind = 'f' AND prorettype <> 'trigger'::regtype AND NOT 'internal'::regtype = ANY (proargtypes::oid[])
	AND proname <> ALL ('{attach_guards,attach_fact_guard,create_clearing_tables,create_prepayment_tables,create_seal_tables,create_duty_tables,create_audit_tables,'
		'create_proposal_tables,create_row_security,audit_parameters,load_reference_data,apply_duties,apply_table_duties,undecided_proposal}');
SELECT plan((SELECT count(*)::int FROM callable) + 3);

-- a ledger with something of everything: January is split, February runs
SELECT pg_temp.relate(c, 2, 'parent') FROM unnest('{1,3,4,5}'::bigint[]) AS c;
SELECT pg_temp.give(c, 2, '500') FROM unnest('{1,3,4,5}'::bigint[]) AS c;
SELECT spending_id FROM kinwallet.spend(pg_temp.r('spent'), 2, 'H37010000001', 'medical', '800') \gset
SELECT pg_temp.at('2026-02-10 10:00');
SELECT kinwallet.cut_off('2026-01-01'), kinwallet.split('2026-01-01');
SELECT pg_temp.give(1, 2, '300');
SELECT spending_id AS february FROM kinwallet.spend(pg_temp.r(), 2, 'H37010000001', 'medical', '400') \gset
SELECT kinwallet.hold(pg_temp.r(), 2, 'H37010000001', 'medical', '50') AS hold_id \gset
SELECT min(relation_id) AS relation FROM kinwallet_data.relation \gset
SELECT min(draw_id) AS draw FROM kinwallet_data.draw \gset

/*
 * What is drawn from.  Half of the draws are of what a call may succeed with.
 */
CREATE TEMP TABLE pool (type regtype, plausible boolean, expression text);
INSERT INTO pool
SELECT type::regtype, plausible, expression FROM (
SELECT 'bigint', true, unnest(ARRAY['1', '2', '3', '6', :'spending_id', :'february', :'hold_id', :'relation', :'draw'])
UNION ALL SELECT 'bigint', false, unnest('{0,-1,99,32768,2147483648,4398046511103,4398046511104,9223372036854775807,-9223372036854775808}'::text[])
UNION ALL SELECT 'integer', true, unnest('{1,2026,2027,100}'::text[])
UNION ALL SELECT 'integer', false, unnest('{0,-1,13,1999,32768,2147483647,-2147483648}'::text[])
UNION ALL SELECT 'boolean', b, b::text FROM unnest('{t,f}'::boolean[]) AS b
UNION ALL SELECT 'numeric', true, unnest('{1.00,0.01,12}'::text[])
UNION ALL SELECT 'numeric', false, unnest(ARRAY['0.001', '-1', '''NaN''', '''Infinity''', '''-Infinity''', '1e30', '1e-30', '92233720368547758.07', '92233720368547758.08'])
UNION ALL SELECT 'kinwallet.wallet_amount', true, quote_literal(a) FROM unnest('{1.00,0.01,50,100.00,400}'::text[]) AS a
UNION ALL SELECT 'kinwallet.wallet_amount', false, quote_literal(a) FROM unnest('{0,-0.01,-1,2000.01,92233720368547758.07,-92233720368547758.08,NaN,1.001,"",1e5}'::text[]) AS a
UNION ALL SELECT 'kinwallet.region_code', true, quote_literal(r) FROM unnest('{370100,370000,640200,640000,320500,660000}'::text[]) AS r
UNION ALL SELECT 'kinwallet.region_code', false, quote_literal(r) FROM unnest('{119999,000000,470000,37010,"",3701001}'::text[]) AS r
UNION ALL SELECT 'kinwallet.kinship_relation', true, quote_literal(k) FROM unnest('{parent,child,spouse,sibling,祖父,51}'::text[]) AS k
UNION ALL SELECT 'kinwallet.kinship_relation', false, quote_literal(k) FROM unnest('{paternal_grandchild,28,59,98,cousin,""}'::text[]) AS k
UNION ALL SELECT 'kinwallet.citizen_id', true, quote_literal(citizen_id) FROM kinwallet_data.person WHERE person_id <= 2
UNION ALL SELECT 'kinwallet.citizen_id', false, quote_literal(c) FROM unnest('{110101199001010015,000000000000000000,"",64029919800312101X}'::text[]) AS c
UNION ALL SELECT 'date', true, quote_literal(d) FROM unnest('{2026-01-01,2026-02-01,2026-02-10,2026-02-11}'::text[]) AS d
UNION ALL SELECT 'date', false, quote_literal(d) FROM unnest('{-infinity,infinity,"4714-11-24 BC",5874897-12-31,0001-01-01,1999-12-01,2026-01-15,2026-03-01,2069-12-01,2170-09-01,9999-12-31,294276-12-31}'::text[]) AS d
UNION ALL SELECT 'timestamptz', true, quote_literal(d) FROM unnest('{"2026-01-10 09:00+08","2026-02-10 09:00+08"}'::text[]) AS d
UNION ALL SELECT 'timestamptz', false, quote_literal(d) FROM unnest('{-infinity,infinity,"4714-11-24 00:00+00 BC","294276-12-31 23:59:59.999999+00",epoch}'::text[]) AS d
UNION ALL SELECT 'interval', true, quote_literal(i) FROM unnest('{1 hour,1 day}'::text[]) AS i
UNION ALL SELECT 'interval', false, quote_literal(i) FROM unnest('{0,-1 day,1 microsecond,178000000 years,-178000000 years,2147483647 days}'::text[]) AS i
UNION ALL SELECT 'uuid', true, unnest('{gen_random_uuid(),kinwallet.new_request_id()}'::text[])
UNION ALL SELECT 'uuid', false, unnest(ARRAY['''00000000-0000-0000-0000-000000000000''', '''ffffffff-ffff-ffff-ffff-ffffffffffff''', 'kinwallet.request_id_of(''spent'')', '''ffffffff-ffff-7fff-bfff-ffffffffffff'''])
UNION ALL SELECT 'text', true, quote_literal(t) FROM unnest('{H37010000001,P37010000002,medical,drug,resident_medical,province,region,pay,receive,normal,paused,employee,p2,c2,e1,national,summary,51,转出}'::text[]) AS t
UNION ALL SELECT 'text', false, unnest(ARRAY['''''', '''%s%n%d%1$s''', '''a"b''''c\''', 'repeat(''x'', 1000000)', 'repeat(''配'', 300000)', 'E''\x01\n\t''', '''NULL''', ''' ''', '''00''', '''999999999999'''])
UNION ALL SELECT 'name', true, quote_literal(n) FROM unnest('{pg_monitor,regress_kinwallet_nobody}'::text[]) AS n
UNION ALL SELECT 'name', false, unnest(ARRAY['''''', '''"''', 'repeat(''x'', 100)', '''配'''])
UNION ALL SELECT 'text[]', true, quote_literal(t) FROM unnest(ARRAY['{agency}', '{agency,agency_reviewer}', '{auditor,finance}']) AS t
UNION ALL SELECT 'text[]', false, quote_literal(t) FROM unnest(ARRAY['{}', '{NULL}', '{x}', '{{agency},{auditor}}', '[-5:-5]={agency}']) AS t
UNION ALL SELECT 'cstring', true, quote_literal(t) FROM unnest('{1.00,370100,parent,配偶}'::text[]) AS t
UNION ALL SELECT 'cstring', false, unnest(ARRAY['''''', '''%s%n''', '''28''', '''9999999999999999999999''', '''-''', 'E''\x01'''])
UNION ALL SELECT 'bytea', p, quote_literal(t) FROM (VALUES (true, '\x0000000000000001'), (false, ''), (false, '\x00'), (false, '\xffffffffffffffffffffffffffffffffffffffffffffffff')) AS t (p, t)
UNION ALL SELECT 'jsonb', true, quote_literal('[{"draw_id": 1, "amount": "1.00"}]')
UNION ALL SELECT 'jsonb', false, quote_literal(t) FROM unnest(ARRAY['null', '[]', '{}', '1', '"x"', '[null]', '[1]', '[[]]', '[{}]', '{"a": 1}', '[{"draw_id": "x"}]', '[{"draw_id": 1e40, "amount": -1}]',
	'[{"draw_id": 1, "amount": null, "payer": "470000"}]']) AS t
) AS t (type, plausible, expression);
-- arrays are made of the same: none, one, several, many, NULL among them, two dimensions, other bounds
INSERT INTO pool
SELECT (e.type || '[]')::regtype, e.plausible AND shape = 1,
	format(CASE shape
		WHEN 1 THEN 'ARRAY[%1$s]::%2$s[]' WHEN 2 THEN 'ARRAY[%1$s, %1$s, %1$s]::%2$s[]' WHEN 3 THEN 'ARRAY[%1$s, NULL]::%2$s[]'
		WHEN 4 THEN 'ARRAY[[%1$s], [%1$s]]::%2$s[]' WHEN 5 THEN '''{}''::%2$s[]' WHEN 6 THEN 'array_fill(%1$s::%2$s, ARRAY[1], ARRAY[-5])'
		WHEN 7 THEN 'array_fill(%1$s::%2$s, ARRAY[2000])' END, e.expression, e.type)
FROM pool AS e, generate_series(1, 7) AS shape WHERE e.type NOT IN ('cstring'::regtype, 'name', 'bytea', 'jsonb', 'text', 'text[]', 'date');
ANALYZE pool;

CREATE FUNCTION pg_temp.draw(wanted regtype) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	chosen text;
BEGIN
	IF random() < 0.04 THEN
		RETURN format('NULL::%s', wanted);
	END IF;
	SELECT expression INTO STRICT chosen FROM pool WHERE type = wanted AND plausible = (random() < 0.75) ORDER BY random() LIMIT 1;
	RETURN format('%s::%s', chosen, wanted);
EXCEPTION WHEN no_data_found THEN
	SELECT expression INTO STRICT chosen FROM pool WHERE type = wanted ORDER BY random() LIMIT 1;
	RETURN format('%s::%s', chosen, wanted);
END
$$;

-- What doc/reference.md lists in chapter 15, apart from class KW.
CREATE FUNCTION pg_temp.documented(state text) RETURNS boolean LANGUAGE sql AS $$
	SELECT state ~ '^KW0([01][0-9]|2[0-2])$' OR state = ANY
		('{22004,22023,22003,22008,22013,22P02,22P03,23503,23514,25006,27000,39P01,40001,42501,42704,42P06,54000,55000}')
$$;

CREATE TEMP TABLE outcome (function text, state text, n int DEFAULT 1, PRIMARY KEY (function, state));

-- Call a function; half of what succeeds is kept.  Returns what is wrong.
CREATE FUNCTION pg_temp.fuzz(called regprocedure, rounds int) RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	call text;
	state text;
	message text;
	findings text[] := '{}';
BEGIN
	FOR round IN 1 .. rounds * (1 + (SELECT pronargs FROM pg_proc WHERE oid = called)) LOOP
		SELECT format('SELECT count(t::text) FROM kinwallet.%I(%s) AS t', proname,
			(SELECT string_agg(pg_temp.draw(type), ', ' ORDER BY n) FROM unnest(proargtypes::oid[]) WITH ORDINALITY AS a (type, n)))
		INTO call FROM pg_proc WHERE oid = called;
		-- thousands of partitions are made for whoever asks
		CONTINUE WHEN call ~ 'ensure_partitions.*(2069|2170)';
		state := '00000';
		BEGIN
			-- a clock that is somewhere else, now and then
			IF random() < 0.1 THEN
				PERFORM set_config('kinwallet.clock', (ARRAY['1999-12-31 23:59:59', '2026-01-31 23:59:59.999999', '2026-03-05 00:00', '2026-12-31 23:59', '2170-08-31', '0001-01-01 BC', '294276-12-31'])[ceil(random() * 7)], true);
			END IF;
			EXECUTE call;
			IF random() < 0.5 THEN
				RAISE SQLSTATE 'ZZ999';
			END IF;
		EXCEPTION
			WHEN query_canceled OR assert_failure THEN
				findings := findings || format('%s: %s', SQLSTATE, left(call, 500));
				EXIT;
			WHEN OTHERS THEN
				state := SQLSTATE;
				message := SQLERRM;
		END;
		IF state <> 'ZZ999' AND state <> '00000' AND NOT pg_temp.documented(state) THEN
			findings := findings || format('%s: %s: %s', state, left(message, 200), left(call, 500));
		END IF;
		INSERT INTO outcome VALUES (called::text, state) ON CONFLICT (function, state) DO UPDATE SET n = outcome.n + 1;
	END LOOP;
	RETURN array_to_string(findings, E'\n');
END
$$;

SELECT setseed(1.0 / (1 + :seed));
-- a statement each, with a time-out each: nothing runs for ever
SET LOCAL statement_timeout = '300s';
SELECT format('SELECT is(pg_temp.fuzz(%L, %s), '''', %L)', oid::regprocedure, :rounds, oid::regprocedure) FROM callable
ORDER BY proname COLLATE "C", arguments COLLATE "C"
\gexec
SET LOCAL statement_timeout = 0;
SELECT pg_temp.at('2026-02-10 11:00');

SELECT is((SELECT string_agg(v::text, E'\n') FROM kinwallet.verify_ledger() AS v WHERE check_name <> 'transfer.policy'), NULL, 'and the ledger is right');
SELECT cmp_ok((SELECT sum(n) FILTER (WHERE state IN ('00000', 'ZZ999')) FROM outcome), '>', (SELECT sum(n) / 10 FROM outcome), 'not all was refused');
SELECT cmp_ok((SELECT count(DISTINCT state) FILTER (WHERE state LIKE 'KW%') FROM outcome), '>', 8::bigint, 'and not for one reason');
SELECT diag(format('%s calls of %s functions: %s answered, %s refused; %s', sum(n), count(DISTINCT function),
	sum(n) FILTER (WHERE state IN ('00000', 'ZZ999')), sum(n) FILTER (WHERE state NOT IN ('00000', 'ZZ999')),
	(SELECT string_agg(state || ' ' || s, ', ' ORDER BY state) FROM (SELECT state, sum(n) AS s FROM outcome GROUP BY state) AS x))) FROM outcome;
SELECT * FROM finish();
ROLLBACK;
