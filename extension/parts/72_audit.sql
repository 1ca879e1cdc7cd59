/*
 * Who called what.  A call that succeeded has a row here, of its own
 * transaction; a refusal is a line in the server log (src/audit.c).
 */
CREATE FUNCTION kinwallet.create_audit_tables() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $create_audit_tables$
BEGIN
	CREATE TABLE kinwallet_data.audit (
		audit_id bigint GENERATED ALWAYS AS IDENTITY,
		at timestamptz NOT NULL,
		acting_person bigint,
		-- the guardian who acted for that person
		operated_by bigint,
		transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
		month date NOT NULL,
		pid integer NOT NULL,
		function text NOT NULL,
		-- what allowed it: a duty, or owner
		duty text NOT NULL,
		session_role text NOT NULL,
		role text NOT NULL,
		application text NOT NULL,
		client text NOT NULL,
		-- amounts, days, codes and ids; no names, no free text
		arguments json NOT NULL
	) PARTITION BY RANGE (month);

	-- What is written down: the narrowest row decides, by duty before by function.
	CREATE TABLE kinwallet_data.audit_setting (
		duty text NOT NULL,
		function text NOT NULL,
		calls boolean NOT NULL,
		refusals boolean NOT NULL,
		PRIMARY KEY (duty, function)
	);
	INSERT INTO kinwallet_data.audit_setting
	SELECT '*', m.function, false, true
	FROM (SELECT function FROM kinwallet.duty_matrix() GROUP BY function HAVING bool_or(duty = 'auditor')) AS m;
	INSERT INTO kinwallet_data.audit_setting VALUES
		('*', '*', true, true),
		-- every read of a person's data by an auditor (ROLE-01)
		('auditor', '*', true, true),
		-- the facts tell these: one each, with its request id
		('participant_app', '*', false, true),
		('provider_app', '*', false, true);
	INSERT INTO kinwallet_data.audit_setting
	SELECT d, f, true, true
	FROM unnest('{agency,agency_reviewer}'::text[]) AS d, unnest('{person_record,wallet,quotas,history,balance_as_of,explain_transfer,explain_spend}'::text[]) AS f;
END
$create_audit_tables$;
COMMENT ON FUNCTION kinwallet.create_audit_tables() IS 'make the tables of the audit trail; called by create_ledger()';

CREATE FUNCTION kinwallet.set_audit_unchecked(duty text, function text, calls boolean, refusals boolean) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $set_audit$
BEGIN
	IF duty IS NULL OR function IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = format('argument "%s" must not be null', CASE WHEN duty IS NULL THEN 'duty' ELSE 'function' END);
	ELSIF (calls IS NULL) <> (refusals IS NULL) THEN
		RAISE null_value_not_allowed USING MESSAGE = 'arguments "calls" and "refusals" must be null both or not at all';
	ELSIF duty NOT IN ('*', 'owner', 'nobody') AND NOT EXISTS (SELECT FROM kinwallet.duty_matrix() AS m WHERE m.duty = set_audit_unchecked.duty) THEN
		RAISE invalid_parameter_value USING MESSAGE = format('unknown duty "%s"', duty),
			HINT = 'It is one of the duties of kinwallet.duty_matrix(), owner, nobody, or * for all.';
	ELSIF function NOT IN ('*', 'freeze_wallet', 'unfreeze_wallet')
		AND NOT EXISTS (SELECT FROM kinwallet.duty_matrix() AS m WHERE m.function = set_audit_unchecked.function) THEN
		RAISE invalid_parameter_value USING MESSAGE = format('unknown function "%s"', function),
			HINT = 'It is one of the functions of kinwallet.duty_matrix(), or * for all.';
	END IF;
	IF calls IS NULL THEN
		DELETE FROM kinwallet_data.audit_setting AS s WHERE s.duty = set_audit_unchecked.duty AND s.function = set_audit_unchecked.function;
		RETURN;
	END IF;
	INSERT INTO kinwallet_data.audit_setting AS s
	VALUES (set_audit_unchecked.duty, set_audit_unchecked.function, set_audit_unchecked.calls, set_audit_unchecked.refusals)
	ON CONFLICT ON CONSTRAINT audit_setting_pkey DO UPDATE SET calls = excluded.calls, refusals = excluded.refusals;
END
$set_audit$;
COMMENT ON FUNCTION kinwallet.set_audit_unchecked(text, text, boolean, boolean) IS 'set_audit() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.set_audit(duty text, function text, calls boolean, refusals boolean) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_set_audit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION kinwallet.set_audit(text, text, boolean, boolean) IS
	'say whether calls and refusals of a function by a duty are written down; * is all of them, NULL and NULL take the setting back';

CREATE FUNCTION kinwallet.audit_trail_unchecked(since timestamptz, until timestamptz DEFAULT NULL, function text DEFAULT NULL)
	RETURNS TABLE (at timestamptz, function text, duty text, session_role text, role text, acting_person bigint, operated_by bigint,
		application text, client text, arguments json)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $audit_trail$
	SELECT a.at, a.function, a.duty, a.session_role, a.role, a.acting_person, a.operated_by, a.application, a.client, a.arguments
	FROM kinwallet_data.audit AS a
	WHERE a.at >= audit_trail_unchecked.since
		AND a.month >= date_trunc('month', kinwallet.business_date(audit_trail_unchecked.since)::timestamp)::date
		AND (audit_trail_unchecked.until IS NULL OR a.at < audit_trail_unchecked.until
			AND a.month <= kinwallet.business_date(audit_trail_unchecked.until))
		AND (audit_trail_unchecked.function IS NULL OR a.function = audit_trail_unchecked.function)
	ORDER BY a.at, a.audit_id
$audit_trail$;
COMMENT ON FUNCTION kinwallet.audit_trail_unchecked(timestamptz, timestamptz, text) IS 'audit_trail() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.audit_trail(since timestamptz, until timestamptz DEFAULT NULL, function text DEFAULT NULL)
	RETURNS TABLE (at timestamptz, function text, duty text, session_role text, role text, acting_person bigint, operated_by bigint,
		application text, client text, arguments json)
	AS 'MODULE_PATHNAME', 'kw_audit_trail' LANGUAGE C STABLE ROWS 1000;
COMMENT ON FUNCTION kinwallet.audit_trail(timestamptz, timestamptz, text) IS
	'the calls that were written down, of all functions or of one, from a moment on and before another';
