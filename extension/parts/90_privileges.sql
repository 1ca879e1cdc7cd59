/*
 * Privileges.  What changes or shows data is nobody's until the site grants
 * it, and so are trigger functions, which act on what a table hands them;
 * types, their operators and pure helpers stay everybody's.  Said of all
 * functions that are not listed, so that a new one starts closed.
 */
DO $privileges$
DECLARE
	closed regprocedure;
BEGIN
	FOR closed IN
		SELECT p.oid FROM pg_catalog.pg_proc AS p
		WHERE p.pronamespace = 'kinwallet'::regnamespace AND p.prokind = 'f' AND p.provolatile <> 'i'
			AND p.proname <> ALL ('{citizen_id_in,citizen_id_recv,business_time,business_date,new_request_id}')
	LOOP
		EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', closed);
	END LOOP;
END
$privileges$;
