-- The extension is installed by the test driver.
SELECT extversion FROM pg_extension WHERE extname = 'kinwallet';
SELECT kinwallet.library_version() = extversion AS same FROM pg_extension WHERE extname = 'kinwallet';

\set SHOW_CONTEXT never
-- Library, SQL objects and ledger of different versions: each says what to do.
-- A change of the ledger's row empties every session's cache.
SELECT kinwallet.upgrade_ledger();
SELECT kinwallet.create_ledger();
SELECT kinwallet.upgrade_ledger() = kinwallet.library_version() AS nothing_to_do;
SELECT node, version = kinwallet.library_version() AS current FROM kinwallet_data.ledger;

CREATE FUNCTION post() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	PERFORM kinwallet.sweep();
	RETURN 'works';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', SQLSTATE || ': ' || SQLERRM, hint);
END
$$;
CREATE FUNCTION versions(extension text, ledger text) RETURNS void LANGUAGE sql AS $$
	UPDATE pg_extension SET extversion = $1 WHERE extname = 'kinwallet';
	UPDATE kinwallet_data.ledger SET version = $2;
$$;
SELECT post();
BEGIN;
SELECT versions('0.9', '0.9');
SELECT post();
SELECT kinwallet.upgrade_ledger();
ROLLBACK;
BEGIN;
SELECT versions('1.10', '1.10');
SELECT post();
ROLLBACK;
BEGIN;
SELECT versions('next', '1.0');
SELECT post();
ROLLBACK;
BEGIN;
SELECT versions('1.0', '0.9');
SELECT post();
SELECT kinwallet.upgrade_ledger();
ROLLBACK;
BEGIN;
SELECT versions('1.0', '1.1');
SELECT post();
SELECT kinwallet.upgrade_ledger();
ROLLBACK;
SELECT post();
SET client_min_messages = warning;
DROP FUNCTION post, versions;
DROP SCHEMA kinwallet_data CASCADE;
