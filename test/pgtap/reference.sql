-- doc/reference.md is complete and says of each object what the catalogs say.
-- What a failing test prints is the text that the reference lacks.
\set reference `cat doc/reference.md`
\set errors `cat src/errors.h`
BEGIN;
SET LOCAL search_path = kinwallet, public, pg_catalog;
SELECT plan(11);

-- white space counts once: signatures are wrapped
CREATE TEMP TABLE doc AS
SELECT regexp_replace(:'reference', '\s+', ' ', 'g') AS text, :'reference'::text AS lines, :'errors'::text AS errors;

SELECT kinwallet.create_ledger();

CREATE TEMP VIEW member AS
SELECT d.classid, d.objid
FROM pg_catalog.pg_depend AS d
JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
WHERE e.extname = 'kinwallet';

-- What serves a type, an operator, a cast or an aggregate, is a trigger
-- function or stands behind a door, is listed by name; everything else has an entry.
CREATE TEMP VIEW member_function AS
SELECT p.oid, p.proname::text AS name,
	p.proname || '(' || regexp_replace(pg_get_function_arguments(p.oid), '::[a-z_]+( with time zone)?', '', 'g') || ') → '
		|| pg_get_function_result(p.oid) || ' '
		|| concat_ws(', ', CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
			CASE WHEN p.proisstrict THEN 'STRICT' END,
			CASE p.proparallel WHEN 's' THEN 'PARALLEL SAFE' WHEN 'r' THEN 'PARALLEL RESTRICTED' ELSE 'PARALLEL UNSAFE' END,
			CASE WHEN p.prosecdef THEN 'SECURITY DEFINER' END,
			CASE WHEN has_function_privilege('public', p.oid, 'EXECUTE') THEN 'PUBLIC' END) AS entry,
	p.prorettype = 'trigger'::regtype
		-- what a public function is the door to
		OR p.proname LIKE '%\_unchecked'
		OR p.oid IN (SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend]) FROM pg_type)
		OR p.oid IN (SELECT oprcode FROM pg_operator)
		OR p.oid IN (SELECT amproc FROM pg_amproc)
		OR p.oid IN (SELECT castfunc FROM pg_cast)
		OR p.oid IN (SELECT unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn,
			aggmfinalfn]) FROM pg_aggregate) AS serves
FROM member AS m
JOIN pg_catalog.pg_proc AS p ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid;

-- the tests below would pass if the views above were empty
SELECT cmp_ok(count(*) FILTER (WHERE NOT serves), '>', 60::bigint, 'the extension has functions to describe') FROM member_function;

SELECT is_empty(
	$$SELECT name FROM member_function WHERE obj_description(oid, 'pg_proc') IS NULL$$,
	'every function has a comment');
SELECT is_empty(
	$$SELECT entry FROM member_function, doc WHERE NOT serves AND strpos(text, ' ' || entry || ' ') = 0$$,
	'every function has an entry with its signature and attributes');
SELECT is_empty(
	$$SELECT name FROM member_function, doc WHERE serves AND strpos(text, '`' || name || '`') = 0$$,
	'every support and trigger function is listed');
-- a code block of an entry begins with a name and an opening parenthesis
SELECT is_empty(
	$$SELECT described.name
		FROM doc, regexp_matches(lines, '^([a-z_0-9]+)\([^\n]*$(?=[^`#]*^    +(?:IMMUTABLE|STABLE|VOLATILE),)', 'gn') AS m(found),
			LATERAL (SELECT found[1]) AS described(name)
		WHERE described.name NOT IN (SELECT name FROM member_function)$$,
	'every entry is that of a function');

SELECT is_empty(
	$$SELECT typname FROM member JOIN pg_type AS t ON classid = 'pg_type'::regclass AND objid = t.oid, doc
		WHERE t.typtype = 'b' AND t.typelem = 0 AND strpos(lines, E'\n### ' || typname || E'\n') = 0$$,
	'every type has a section');
SELECT is_empty(
	$$SELECT opfname FROM member JOIN pg_opfamily AS f ON classid = 'pg_opfamily'::regclass AND objid = f.oid, doc
		WHERE strpos(text, '`' || opfname || '`') = 0$$,
	'every operator family is listed');
-- comparison operators are described for all types together
SELECT is_empty(
	$$SELECT o.oid::regoperator FROM member JOIN pg_operator AS o ON classid = 'pg_operator'::regclass AND objid = o.oid, doc
		WHERE strpos(text, '`' || CASE WHEN oprresult = 'boolean'::regtype THEN oprname::text
			ELSE concat_ws(' ', CASE WHEN oprleft <> 0 THEN format_type(oprleft, NULL) END, oprname, format_type(oprright, NULL)) END || '`') = 0
	UNION ALL
	SELECT NULL FROM member JOIN pg_cast AS c ON classid = 'pg_cast'::regclass AND objid = c.oid, doc
		WHERE strpos(text, '`' || format_type(castsource, NULL) || '` to `' || format_type(casttarget, NULL) || '` | '
			|| CASE castcontext WHEN 'e' THEN 'explicit' WHEN 'a' THEN 'assignment' ELSE 'implicit' END || ' |') = 0$$,
	'every operator and cast is described');

SELECT is_empty(
	$$SELECT code.found[1] || code.found[2] || code.found[3] || code.found[4] || code.found[5], lower(code.found[6])
		FROM doc, regexp_matches(errors, '^#define ERRCODE_KW_([A-Z_]+)\s+MAKE_SQLSTATE\(''(.)'',''(.)'',''(.)'',''(.)'',''(.)''\)', 'gn') AS m(parts),
			LATERAL (SELECT ARRAY[parts[2], parts[3], parts[4], parts[5], parts[6], parts[1]]) AS code(found)
		WHERE strpos(text, '| `' || code.found[1] || code.found[2] || code.found[3] || code.found[4] || code.found[5] || '` | `'
			|| lower(code.found[6]) || '` |') = 0$$,
	'every SQLSTATE of class KW is in the table');

-- columns, in the section of their table
CREATE TEMP VIEW section AS
SELECT split_part(part, E'\n', 1) AS name, part AS text
FROM doc, regexp_split_to_table(lines, '\n##+ ') AS part;
CREATE TEMP VIEW ledger_column AS
SELECT c.relname::text AS tab, a.attname::text AS col, '| `' || a.attname || '` | `' || format_type(a.atttypid, a.atttypmod) || '` |' AS entry,
	a.attnotnull
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'kinwallet_data'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition;
SELECT is_empty(
	$$SELECT l.tab, l.entry FROM ledger_column AS l
		LEFT JOIN section AS s ON s.name = 'kinwallet_data.' || l.tab
		WHERE strpos(coalesce(s.text, ''), l.entry) = 0
			OR NOT l.attnotnull AND s.text !~ ('\n\| `' || l.col || '` \|[^\n]*NULL')$$,
	'every column is described in its table''s section, with its type, and says so when it may be NULL');
SELECT is_empty(
	$$SELECT s.name, row.found[1] FROM section AS s, regexp_matches(s.text, '\n\| `([a-z_]+)` \| `', 'g') AS row(found)
		WHERE s.name LIKE 'kinwallet_data.%'
			AND (s.name, row.found[1]) NOT IN (SELECT 'kinwallet_data.' || tab, col FROM ledger_column)$$,
	'every column described is there');

SELECT * FROM finish();
ROLLBACK;
