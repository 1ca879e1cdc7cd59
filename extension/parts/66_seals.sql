/*
 * Seals: proof that the facts of a month are those that it was cut off with.
 */

-- The tables.  Called by create_ledger().
CREATE FUNCTION kinwallet.create_seal_tables() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $create_seal_tables$
DECLARE
	tab text;
BEGIN
	-- The chain.  doc/design.md says what is hashed.
	CREATE TABLE kinwallet_data.seal (
		seal_no bigint PRIMARY KEY CONSTRAINT seal_no_positive CHECK (seal_no > 0),
		-- m month, d day
		kind "char" NOT NULL CONSTRAINT seal_kind CHECK (kind IN ('m', 'd')),
		month date NOT NULL CONSTRAINT seal_first_day CHECK (extract(day FROM month) = 1),
		-- the last day it covers
		through date NOT NULL,
		sealed_at timestamptz NOT NULL,
		sealed_by name NOT NULL,
		-- the seal before; zeros in the first
		previous bytea NOT NULL CONSTRAINT seal_previous CHECK (length(previous) = 32),
		seal bytea NOT NULL CONSTRAINT seal_seal CHECK (length(seal) = 32)
	);
	CREATE UNIQUE INDEX seal_month ON kinwallet_data.seal (month) WHERE kind = 'm';
	CREATE UNIQUE INDEX seal_day ON kinwallet_data.seal (through) WHERE kind = 'd';

	CREATE TABLE kinwallet_data.seal_fact (
		seal_no bigint NOT NULL REFERENCES kinwallet_data.seal,
		fact text NOT NULL CONSTRAINT seal_fact_fact CHECK (fact IN
			('account_entry', 'transfer', 'spending', 'draw', 'refund', 'return_')),
		n_rows bigint NOT NULL,
		fen bigint NOT NULL,
		digest bytea NOT NULL CONSTRAINT seal_fact_digest CHECK (length(digest) = 32),
		PRIMARY KEY (seal_no, fact)
	);

	-- Which persons a difference is about: seal_leaf() of them.  Leaves without rows are left out.
	CREATE TABLE kinwallet_data.seal_leaf (
		seal_no bigint NOT NULL,
		fact text NOT NULL,
		leaf smallint NOT NULL CONSTRAINT seal_leaf_leaf CHECK (leaf BETWEEN 0 AND 1023),
		n_rows bigint NOT NULL,
		fen bigint NOT NULL,
		digest bytea NOT NULL CONSTRAINT seal_leaf_digest CHECK (length(digest) = 32),
		PRIMARY KEY (seal_no, fact, leaf)
	);

	FOREACH tab IN ARRAY '{seal,seal_fact,seal_leaf}'::text[] LOOP
		EXECUTE format('CREATE TRIGGER %I BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON kinwallet_data.%I '
			'FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.state_guard()', tab || '_guard', tab);
		EXECUTE format('ALTER TABLE kinwallet_data.%I ENABLE ALWAYS TRIGGER %I', tab, tab || '_guard');
		PERFORM kinwallet.attach_fact_guard(tab);
	END LOOP;
END
$create_seal_tables$;
COMMENT ON FUNCTION kinwallet.create_seal_tables() IS 'make the tables of seals with their triggers; called by create_ledger()';

CREATE FUNCTION kinwallet.seal_leaf(person_id bigint) RETURNS integer
	AS 'MODULE_PATHNAME', 'kw_sql_seal_leaf' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.seal_leaf(bigint) IS 'say in which of the 1024 leaves of a seal a person''s facts are';

CREATE FUNCTION kinwallet.seal_day(day date) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_seal_day' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.seal_day(date) IS
	'seal the facts of an open month through a day that is over; waits for the transactions that run now';

CREATE FUNCTION kinwallet.verify_seals(since date DEFAULT NULL)
	RETURNS TABLE (month date, fact text, subject text, problem text)
	AS 'MODULE_PATHNAME', 'kw_verify_seals' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.verify_seals(date) IS
	'compute the seals again from the facts, and say what differs: no row means that nothing sealed was altered';

/*
 * What verify_seals() finds without a digest.  A partition that is not that
 * of a sealed month must not have facts of the time that seals cover.
 */
CREATE FUNCTION kinwallet.unsealed() RETURNS TABLE (month date, fact text, subject text, problem text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
AS $unsealed$
#variable_conflict use_column
DECLARE
	newest date := (SELECT max(s.month) FROM kinwallet_data.seal AS s WHERE s.kind = 'm');
	tab text;
	part oid;
	first_day date;
	bounds text[];
	found_month date;
BEGIN
	RETURN QUERY
	SELECT m.month, NULL::text, 'month ' || to_char(m.month, 'YYYY-MM'), 'it is cut off and has no seal'
	FROM kinwallet_data.clearing_month AS m
	WHERE NOT EXISTS (SELECT FROM kinwallet_data.seal AS s WHERE s.kind = 'm' AND s.month = m.month)
	UNION ALL
	SELECT s.month, NULL, 'month ' || to_char(s.month, 'YYYY-MM'), 'it is sealed and not cut off'
	FROM kinwallet_data.seal AS s
	WHERE s.kind = 'm' AND NOT EXISTS (SELECT FROM kinwallet_data.clearing_month AS m WHERE m.month = s.month)
	UNION ALL
	SELECT DISTINCT s.month, NULL, 'month ' || to_char(s.month, 'YYYY-MM'), 'the log of steps says that it was cut off'
	FROM kinwallet_data.clearing_step AS s
	WHERE s.step = 'cut_off'
		AND NOT EXISTS (SELECT FROM kinwallet_data.clearing_month AS m WHERE m.month = s.month)
		AND NOT EXISTS (SELECT FROM kinwallet_data.seal AS x WHERE x.kind = 'm' AND x.month = s.month)
	ORDER BY 1, 3;

	FOR tab, part, bounds IN
		SELECT p.relname::text, c.oid,
			regexp_match(pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM \(''(\d{4,}-\d\d-01)''\) TO \(''(\d{4,}-\d\d-01)''\)$')
		FROM pg_class AS p
		JOIN pg_inherits AS i ON i.inhparent = p.oid
		JOIN pg_class AS c ON c.oid = i.inhrelid
		WHERE p.relnamespace = 'kinwallet_data'::regnamespace
			AND p.relname IN ('account_entry', 'transfer', 'spending', 'draw', 'refund', 'return_')
		ORDER BY 1, c.relname
	LOOP
		first_day := bounds[1]::date;
		-- that of one sealed month, or of a later one
		IF bounds[2]::date = (first_day + interval '1 month')::date
			AND (first_day > newest OR EXISTS (SELECT FROM kinwallet_data.seal AS s WHERE s.kind = 'm' AND s.month = first_day)) THEN
			CONTINUE;
		END IF;
		EXECUTE format('SELECT t.month FROM %s AS t WHERE t.month < $1 LIMIT 1', part::regclass)
			INTO found_month USING (newest + interval '1 month')::date;
		IF found_month IS NOT NULL THEN
			month := found_month;
			fact := tab;
			subject := format('partition %s', part::regclass);
			problem := 'facts of a time that is sealed stand where no seal covers them';
			RETURN NEXT;
		END IF;
	END LOOP;
END
$unsealed$;
COMMENT ON FUNCTION kinwallet.unsealed() IS
	'list months without seal, seals without month, and facts that no seal covers though a later one does; serves verify_seals()';

/*
 * Witnesses
 */
CREATE FUNCTION kinwallet.export_seals_unchecked(since date DEFAULT NULL)
	RETURNS TABLE (seal_no bigint, kind text, month date, through date, sealed_at timestamptz, sealed_by text,
		previous text, facts jsonb, seal text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $export_seals$
	SELECT s.seal_no, CASE s.kind WHEN 'm' THEN 'month' ELSE 'day' END, s.month, s.through, s.sealed_at, s.sealed_by::text,
		encode(s.previous, 'hex'),
		(SELECT jsonb_agg(jsonb_build_object('fact', f.fact, 'rows', f.n_rows, 'fen', f.fen, 'digest', encode(f.digest, 'hex'))
			ORDER BY array_position('{account_entry,transfer,spending,draw,refund,return_}'::text[], f.fact))
			FROM kinwallet_data.seal_fact AS f WHERE f.seal_no = s.seal_no),
		encode(s.seal, 'hex')
	FROM kinwallet_data.seal AS s
	WHERE export_seals_unchecked.since IS NULL OR s.through >= export_seals_unchecked.since
	ORDER BY s.seal_no
$export_seals$;
COMMENT ON FUNCTION kinwallet.export_seals_unchecked(date) IS 'export_seals() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.export_seals(since date DEFAULT NULL)
	RETURNS TABLE (seal_no bigint, kind text, month date, through date, sealed_at timestamptz, sealed_by text,
		previous text, facts jsonb, seal text)
	AS 'MODULE_PATHNAME', 'kw_export_seals' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.export_seals(date) IS
	'list the seals that cover a day or later ones, with all that an outside auditor needs to check a dump';

/*
 * The exported list, or what stands on a notice: [{"month": "2026-01-01",
 * "seal": "..."}].  A shortened seal will do, of 16 digits at least.
 */
CREATE FUNCTION kinwallet.verify_exported_seals_unchecked(seals jsonb)
	RETURNS TABLE (month date, fact text, subject text, problem text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $verify_exported_seals$
#variable_conflict use_column
DECLARE
	element jsonb;
	witnessed text;
	stored kinwallet_data.seal;
BEGIN
	IF seals IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'argument "seals" must not be null';
	ELSIF jsonb_typeof(seals) <> 'array' THEN
		RAISE invalid_parameter_value USING MESSAGE = 'exported seals must be an array of objects';
	END IF;
	FOR element IN SELECT e FROM jsonb_array_elements(seals) AS e LOOP
		witnessed := lower(element ->> 'seal');
		IF jsonb_typeof(element) <> 'object' OR witnessed IS NULL OR witnessed !~ '^[0-9a-f]{16,64}$'
			OR coalesce(element ->> 'seal_no', '1') !~ '^[0-9]{1,18}$'
			OR coalesce(element ->> 'month', '2026-01-01') !~ '^[0-9]{4}-(0[1-9]|1[0-2])-01$'
			OR (element ->> 'seal_no' IS NULL AND element ->> 'month' IS NULL) THEN
			RAISE invalid_parameter_value USING MESSAGE = 'an exported seal has a number or a month, and 16 to 64 hexadecimal digits',
				HINT = 'Pass what kinwallet.export_seals() gave: jsonb_agg() of its rows.';
		END IF;
		month := (element ->> 'month')::date;
		fact := NULL;
		IF element ->> 'seal_no' IS NOT NULL THEN
			SELECT * INTO stored FROM kinwallet_data.seal AS s WHERE s.seal_no = (element ->> 'seal_no')::bigint;
			subject := 'seal ' || (element ->> 'seal_no');
		ELSE
			SELECT * INTO stored FROM kinwallet_data.seal AS s WHERE s.kind = 'm' AND s.month = (element ->> 'month')::date;
			subject := 'seal of month ' || left(element ->> 'month', 7);
		END IF;
		IF NOT FOUND THEN
			problem := 'it was exported and is not there';
			RETURN NEXT;
		ELSIF left(encode(stored.seal, 'hex'), length(witnessed)) <> witnessed
			OR month <> stored.month THEN
			month := stored.month;
			problem := 'it is another one than was exported';
			RETURN NEXT;
		END IF;
	END LOOP;
END
$verify_exported_seals$;
COMMENT ON FUNCTION kinwallet.verify_exported_seals_unchecked(jsonb) IS 'verify_exported_seals() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.verify_exported_seals(seals jsonb)
	RETURNS TABLE (month date, fact text, subject text, problem text)
	AS 'MODULE_PATHNAME', 'kw_verify_exported_seals' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.verify_exported_seals(jsonb) IS
	'compare seals that somebody else kept with those of the ledger: no row means that they are the same';
