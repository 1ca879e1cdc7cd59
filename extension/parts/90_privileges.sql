/*
 * Privileges.  What changes or shows data is nobody's until the site grants
 * it, and so are trigger functions, which act on what a table hands them:
 * fired by somebody else's table, person_changed() would act on anybody.
 * Types, their operators and pure helpers stay everybody's.
 *
 * Said of everything that is not listed, so that a new function starts
 * closed.  What reads no table is immutable, or one of the few named here.
 */
DO $privileges$
DECLARE
	closed regprocedure;
BEGIN
	FOR closed IN
		SELECT p.oid FROM pg_catalog.pg_proc AS p
		JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
		WHERE n.nspname OPERATOR(pg_catalog.=) 'kinwallet'
			AND p.prokind OPERATOR(pg_catalog.=) 'f' AND p.provolatile OPERATOR(pg_catalog.<>) 'i'
			AND p.proname OPERATOR(pg_catalog.<>) ALL
				('{citizen_id_in,citizen_id_recv,business_time,business_date,library_version,new_request_id,my_duties,my_regions,my_providers,is_national,sets_policy,acting_person,acting_operator}')
	LOOP
		EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', closed);
	END LOOP;
END
$privileges$;
