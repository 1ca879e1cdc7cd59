/*
 * Versions.  ALTER EXTENSION brings the SQL objects to a new version;
 * the ledger's tables are not its members, upgrade_ledger() brings them.
 */
CREATE FUNCTION kinwallet.library_version() RETURNS text
	AS 'MODULE_PATHNAME', 'kw_library_version' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.library_version() IS 'the version of the library that the session has loaded';

CREATE FUNCTION kinwallet.upgrade_ledger() RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $upgrade_ledger$
DECLARE
	target text := (SELECT extversion FROM pg_extension WHERE extname = 'kinwallet');
	found text;
BEGIN
	IF to_regclass('kinwallet_data.ledger') IS NULL THEN
		RAISE object_not_in_prerequisite_state USING MESSAGE = 'there is no ledger in this database',
			HINT = 'Call kinwallet.create_ledger() first.';
	END IF;
	IF kinwallet.library_version() <> target THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = format('kinwallet''s library has version %s, its SQL objects have version %s', kinwallet.library_version(), target),
			HINT = 'Run ALTER EXTENSION kinwallet UPDATE, or install the library of that version.';
	END IF;
	-- two callers at once: the second one waits and finds nothing left to do
	LOCK TABLE kinwallet_data.ledger IN SHARE ROW EXCLUSIVE MODE;
	SELECT version INTO STRICT found FROM kinwallet_data.ledger;
	IF string_to_array(found, '.')::integer[] > string_to_array(target, '.')::integer[] THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = format('the ledger has version %s, kinwallet has version %s', found, target),
			HINT = format('Install kinwallet %s, and run ALTER EXTENSION kinwallet UPDATE.', found);
	END IF;
	IF string_to_array(found, '.')::integer[] < '{1,0}' THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = format('cannot upgrade a ledger of version %s', found),
			DETAIL = 'The oldest version is 1.0.';
	END IF;

	-- Each version that changed tables adds its step here, oldest first:
	--	IF string_to_array(found, '.')::integer[] < '{1,1}' THEN ALTER TABLE ...; END IF;
	-- so that a ledger of any age passes through all that it lacks.

	IF found <> target THEN
		UPDATE kinwallet_data.ledger SET version = target;
	END IF;
	RETURN target;
END
$upgrade_ledger$;
COMMENT ON FUNCTION kinwallet.upgrade_ledger() IS
	'bring the tables of a ledger made by an older version to the extension''s; give the version';
