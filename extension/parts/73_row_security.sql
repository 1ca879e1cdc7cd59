/*
 * What a duty may read by SELECT and write by INSERT and UPDATE, and which rows of it.  A duty's roles get
 * SELECT from grant_role(), on the columns that it needs; row security then
 * shows what lies within the duty's scope.  Facts of persons are the
 * participant's own, or those of an agency's region; a provider sees its own
 * purchases and nobody's relations; a province its side of clearing; the
 * national centre sums and no persons; an auditor reads persons by functions
 * alone, which write it down (ROLE-01, ROLE-04).
 */

CREATE FUNCTION kinwallet.my_regions(duties text[]) RETURNS kinwallet.region_code[]
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $my_regions$
	SELECT coalesce(array_agg(d.scope::kinwallet.region_code), '{}') FROM kinwallet.my_duties() AS d
	WHERE d.duty = ANY (my_regions.duties) AND d.scope ~ '^[0-9]{6}$'
$my_regions$;
COMMENT ON FUNCTION kinwallet.my_regions(text[]) IS 'the regions, or provinces, for which the current user has one of the duties; serves row security';

CREATE FUNCTION kinwallet.my_providers() RETURNS text[]
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $my_providers$
	SELECT coalesce(array_agg(d.scope), '{}') FROM kinwallet.my_duties() AS d WHERE d.duty = 'provider_app'
$my_providers$;
COMMENT ON FUNCTION kinwallet.my_providers() IS 'the providers for which the current user acts; serves row security';

CREATE FUNCTION kinwallet.is_national() RETURNS boolean
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $is_national$
	SELECT EXISTS (SELECT FROM kinwallet.my_duties() AS d
		WHERE d.duty = 'national_clearing' OR d.duty = 'auditor' AND d.scope = 'nation')
$is_national$;
COMMENT ON FUNCTION kinwallet.is_national() IS 'does the current user clear for, or audit, the nation? serves row security';

/*
 * One row for each duty and table; columns NULL: all of them.
 */
CREATE FUNCTION kinwallet.readable_tables() RETURNS TABLE (duty text, tab text, columns text)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $readable_tables$
	-- nothing of anybody in them
	SELECT d, t, NULL FROM unnest('{participant_app,agency,agency_reviewer,provider_app,province_clearing,national_clearing,finance,auditor,administrator}'::text[]) AS d,
		unnest('{region,policy,provider,premium_standard,holiday}'::text[]) AS t
	UNION ALL
	SELECT 'participant_app', t, c FROM (VALUES
		-- the number and the credential behind the code are for nobody's screen (EDGE-96)
		('person', 'person_id, name, region, scheme, status, guardian'),
		('wallet', 'person_id, region, status, available, transfer_day, transfers'), ('wallet_profile', NULL),
		('relation', NULL), ('relation_event', NULL), ('account_entry', NULL), ('transfer', NULL), ('spending', NULL),
		('hold', NULL), ('hold_part', NULL), ('draw', NULL), ('refund', NULL), ('return_', NULL), ('premium_paid', NULL)) AS v(t, c)
	UNION ALL
	SELECT d, t, NULL FROM unnest('{agency,agency_reviewer}'::text[]) AS d,
		unnest('{person,insurance_event,wallet,wallet_profile,wallet_event,relation,relation_event,account_entry,transfer,spending,hold,hold_part,draw,refund,return_,premium_paid,suspense,clearing_pair}'::text[]) AS t
	UNION ALL
	SELECT 'provider_app', t, c FROM (VALUES
		('spending', 'spending_id, recipient, personal_burden, own_account, mutual_aid, hold_id, at, request_id, month, kind, use, provider'),
		('hold', NULL), ('refund', NULL),
		-- for the policies' sake: none of its rows
		('wallet', 'person_id')) AS v(t, c)
	UNION ALL
	SELECT d, t, NULL FROM unnest('{province_clearing,national_clearing,finance,auditor}'::text[]) AS d,
		unnest('{clearing_month,clearing_pair,clearing_notice,clearing_payment,prepayment_setting,prepayment,prepayment_event,prepayment_request,prepayment_alarm}'::text[]) AS t
	UNION ALL
	SELECT d, t, NULL FROM unnest('{national_clearing,auditor}'::text[]) AS d,
		unnest('{clearing_step,clearing_withheld,clearing_deduction,clearing_alarm}'::text[]) AS t
$readable_tables$;
COMMENT ON FUNCTION kinwallet.readable_tables() IS 'what each duty may SELECT: tables, and columns where not all of them';

/*
 * The parameters (rules.md, section 5): a province's rules, the nation's, an
 * agency's premiums.
 */
CREATE FUNCTION kinwallet.writable_tables() RETURNS TABLE (duty text, tab text, privilege text, columns text)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $writable_tables$
	SELECT d, t, p, NULL
	FROM (VALUES ('province_clearing', 'policy'), ('national_clearing', 'policy'), ('national_clearing', 'holiday'), ('agency', 'premium_standard')) AS v (d, t),
		unnest('{INSERT,UPDATE}'::text[]) AS p
	UNION ALL
	SELECT 'national_clearing', 'region', 'UPDATE', 'opened_on, successor'
$writable_tables$;
COMMENT ON FUNCTION kinwallet.writable_tables() IS 'what each duty may INSERT and UPDATE: tables, and columns where not all of them';

-- Does the current user set the rules of a scope of table policy?
CREATE FUNCTION kinwallet.sets_policy(scope integer) RETURNS boolean
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $sets_policy$
	SELECT EXISTS (SELECT FROM kinwallet.my_duties() AS d
		WHERE CASE WHEN sets_policy.scope = 0 THEN d.duty = 'national_clearing'
			ELSE d.duty = 'province_clearing' AND left(d.scope, 2) = left(sets_policy.scope::text, 2) END)
$sets_policy$;
COMMENT ON FUNCTION kinwallet.sets_policy(integer) IS 'does the current user set the rules of a scope? serves row security';

-- What has been in force stays as it was (EDGE-94), for all but the ledger's owner.
CREATE FUNCTION kinwallet.policy_guard() RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $policy_guard$
DECLARE
	today date := kinwallet.business_date();
	begun boolean := TG_OP = 'UPDATE' AND coalesce(lower(OLD.valid) <= today, true);
BEGIN
	-- true for superusers, too
	IF pg_has_role((SELECT c.relowner FROM pg_class AS c WHERE c.oid = TG_RELID), 'USAGE') THEN
		RETURN NEW;
	END IF;
	IF begun THEN
		IF to_jsonb(NEW) - 'valid' <> to_jsonb(OLD) - 'valid'
			OR lower(NEW.valid) IS DISTINCT FROM lower(OLD.valid)
			OR upper(NEW.valid) <= today OR upper(OLD.valid) <= today THEN
			RAISE insufficient_privilege USING MESSAGE = 'a rule that is in force can only be ended',
				DETAIL = 'Its end is a later day than today; nothing else of it changes (EDGE-94).',
				HINT = 'Insert the new rule with a later day.';
		END IF;
	ELSIF coalesce(lower(NEW.valid) <= today, true) THEN
		RAISE insufficient_privilege USING MESSAGE = 'a rule must begin on a later day than today',
			DETAIL = 'Nothing is changed for days that have begun (EDGE-94).';
	END IF;
	RETURN NEW;
END
$policy_guard$;
COMMENT ON FUNCTION kinwallet.policy_guard() IS 'trigger: a rule that has begun is ended and not changed, but by the ledger''s owner';

CREATE FUNCTION kinwallet.parameter_changed() RETURNS trigger
	AS 'MODULE_PATHNAME', 'kw_parameter_changed' LANGUAGE C;
COMMENT ON FUNCTION kinwallet.parameter_changed() IS 'trigger: write a change of a policy, holiday, premium standard or region into the audit trail';

CREATE FUNCTION kinwallet.create_row_security() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $create_row_security$
DECLARE
	tab text;
	who text;
	condition text;
BEGIN
	FOR tab, who, condition IN VALUES
		('person', 'own', 'person_id = (SELECT kinwallet.acting_person())'),
		('person', 'agency', 'region OPERATOR(kinwallet.=) ANY ((SELECT kinwallet.my_regions(''{agency,agency_reviewer}''))::kinwallet.region_code[])'),
		('insurance_event', 'person', 'EXISTS (SELECT FROM kinwallet_data.person AS p WHERE p.person_id = insurance_event.person_id)'),
		('wallet', 'own', 'person_id = (SELECT kinwallet.acting_person())'),
		('wallet', 'agency', 'region OPERATOR(kinwallet.=) ANY ((SELECT kinwallet.my_regions(''{agency,agency_reviewer}''))::kinwallet.region_code[])'),
		('wallet_profile', 'wallet', 'EXISTS (SELECT FROM kinwallet_data.wallet AS w WHERE w.person_id = wallet_profile.person_id)'),
		('wallet_event', 'wallet', 'EXISTS (SELECT FROM kinwallet_data.wallet AS w WHERE w.person_id = wallet_event.person_id)'),
		('account_entry', 'wallet', 'EXISTS (SELECT FROM kinwallet_data.wallet AS w WHERE w.person_id = account_entry.person_id)'),
		('premium_paid', 'wallet', 'EXISTS (SELECT FROM kinwallet_data.wallet AS w WHERE w.person_id = premium_paid.person_id)'),
		('suspense', 'agency', 'region OPERATOR(kinwallet.=) ANY ((SELECT kinwallet.my_regions(''{agency,agency_reviewer}''))::kinwallet.region_code[])'),

		('relation', 'own', '(SELECT kinwallet.acting_person()) IN (contributor, recipient)'),
		('relation', 'agency', 'EXISTS (SELECT FROM kinwallet_data.wallet AS w WHERE w.person_id IN (relation.contributor, relation.recipient))'),
		('relation_event', 'relation', 'EXISTS (SELECT FROM kinwallet_data.relation AS r WHERE r.relation_id = relation_event.relation_id)'),
		('transfer', 'relation', 'EXISTS (SELECT FROM kinwallet_data.relation AS r WHERE r.relation_id = transfer.relation_id)'),
		('return_', 'relation', 'EXISTS (SELECT FROM kinwallet_data.relation AS r WHERE r.relation_id = return_.relation_id)'),
		('draw', 'relation', 'EXISTS (SELECT FROM kinwallet_data.relation AS r WHERE r.relation_id = draw.relation_id)'),
		('hold_part', 'relation', 'EXISTS (SELECT FROM kinwallet_data.relation AS r WHERE r.relation_id = hold_part.relation_id)'),

		-- the recipient's, not the contributor's: what was bought where concerns nobody else
		('spending', 'wallet', 'EXISTS (SELECT FROM kinwallet_data.wallet AS w WHERE w.person_id = spending.recipient)'),
		('spending', 'provider', 'provider = ANY ((SELECT kinwallet.my_providers())::text[])'),
		('hold', 'wallet', 'EXISTS (SELECT FROM kinwallet_data.wallet AS w WHERE w.person_id = hold.recipient)'),
		('hold', 'provider', 'provider = ANY ((SELECT kinwallet.my_providers())::text[])'),
		('refund', 'spending', 'EXISTS (SELECT FROM kinwallet_data.spending AS s WHERE s.spending_id = refund.spending_id AND s.month = kinwallet.id_month(refund.spending_id))'),

		('clearing_pair', 'nation', '(SELECT kinwallet.is_national())'),
		('clearing_pair', 'province', 'kinwallet.province(payer) OPERATOR(kinwallet.=) ANY (p) OR kinwallet.province(payee) OPERATOR(kinwallet.=) ANY (p)'),
		('clearing_pair', 'agency', 'level = ''region'' AND (payer OPERATOR(kinwallet.=) ANY (r) OR payee OPERATOR(kinwallet.=) ANY (r))'),
		('clearing_notice', 'nation', '(SELECT kinwallet.is_national())'),
		('clearing_notice', 'province', 'kinwallet.province(addressee) OPERATOR(kinwallet.=) ANY (p)'),
		('clearing_payment', 'notice', 'EXISTS (SELECT FROM kinwallet_data.clearing_notice AS n WHERE n.notice_id = clearing_payment.notice_id)'),
		('prepayment', 'nation', '(SELECT kinwallet.is_national())'),
		('prepayment', 'province', 'payer OPERATOR(kinwallet.=) ANY (p) OR payee OPERATOR(kinwallet.=) ANY (p)'),
		('prepayment_event', 'nation', '(SELECT kinwallet.is_national())'),
		('prepayment_event', 'province', 'payer OPERATOR(kinwallet.=) ANY (p) OR payee OPERATOR(kinwallet.=) ANY (p)'),
		('prepayment_request', 'nation', '(SELECT kinwallet.is_national())'),
		('prepayment_request', 'province', 'payer OPERATOR(kinwallet.=) ANY (p) OR payee OPERATOR(kinwallet.=) ANY (p)'),
		('prepayment_alarm', 'nation', '(SELECT kinwallet.is_national())'),
		('prepayment_alarm', 'province', 'payer OPERATOR(kinwallet.=) ANY (p) OR payee OPERATOR(kinwallet.=) ANY (p)'),
		('clearing_step', 'nation', '(SELECT kinwallet.is_national())'),
		('clearing_withheld', 'nation', '(SELECT kinwallet.is_national())'),
		('clearing_deduction', 'nation', '(SELECT kinwallet.is_national())'),
		('clearing_alarm', 'nation', '(SELECT kinwallet.is_national())')
	LOOP
		-- looked up once for a query, not for each row
		condition := replace(replace(condition,
			'ANY (p)', 'ANY ((SELECT kinwallet.my_regions(''{province_clearing,finance,auditor}''))::kinwallet.region_code[])'),
			'ANY (r)', 'ANY ((SELECT kinwallet.my_regions(''{agency,agency_reviewer}''))::kinwallet.region_code[])');
		EXECUTE format('ALTER TABLE kinwallet_data.%I ENABLE ROW LEVEL SECURITY', tab);
		EXECUTE format('CREATE POLICY %I ON kinwallet_data.%I FOR SELECT USING (%s)', tab || '_' || who, tab, condition);
	END LOOP;

	-- an agency's feed that was granted INSERT and UPDATE: persons of its regions; who moves away does so by insurance_event()
	CREATE POLICY person_arrives ON kinwallet_data.person FOR INSERT
		WITH CHECK (region OPERATOR(kinwallet.=) ANY ((SELECT kinwallet.my_regions('{agency}'))::kinwallet.region_code[]));
	CREATE POLICY person_changes ON kinwallet_data.person FOR UPDATE
		USING (region OPERATOR(kinwallet.=) ANY ((SELECT kinwallet.my_regions('{agency}'))::kinwallet.region_code[]));

	-- parameters: read by everybody who may read the table
	FOR tab, condition IN VALUES
		('policy', 'kinwallet.sets_policy(scope)'),
		-- a past day is in calendars already
		('holiday', 'day > kinwallet.business_date() AND (SELECT kinwallet.sets_policy(0))'),
		('region', '(SELECT kinwallet.sets_policy(0))'),
		('premium_standard', 'region OPERATOR(kinwallet.=) ANY ((SELECT kinwallet.my_regions(''{agency}''))::kinwallet.region_code[])')
	LOOP
		EXECUTE format('ALTER TABLE kinwallet_data.%I ENABLE ROW LEVEL SECURITY', tab);
		EXECUTE format('CREATE POLICY %I ON kinwallet_data.%I FOR SELECT USING (true)', tab || '_read', tab);
		EXECUTE format('CREATE POLICY %I ON kinwallet_data.%I FOR INSERT WITH CHECK (%s)', tab || '_added', tab, condition);
		EXECUTE format('CREATE POLICY %I ON kinwallet_data.%I FOR UPDATE USING (%s)', tab || '_changed', tab, condition);
	END LOOP;
	CREATE TRIGGER policy_guard BEFORE INSERT OR UPDATE ON kinwallet_data.policy
		FOR EACH ROW EXECUTE FUNCTION kinwallet.policy_guard();
END
$create_row_security$;

-- After what is shipped has been loaded, which is nobody's change.
CREATE FUNCTION kinwallet.audit_parameters() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $audit_parameters$
DECLARE
	tab text;
BEGIN
	FOREACH tab IN ARRAY '{policy,holiday,region,premium_standard}'::text[] LOOP
		EXECUTE format('CREATE TRIGGER parameter_changed AFTER INSERT OR UPDATE OR DELETE ON kinwallet_data.%I '
			'FOR EACH ROW EXECUTE FUNCTION kinwallet.parameter_changed()', tab);
	END LOOP;
END
$audit_parameters$;
COMMENT ON FUNCTION kinwallet.audit_parameters() IS
	'write changes of parameters into the audit trail from now on; called by create_ledger()';
COMMENT ON FUNCTION kinwallet.create_row_security() IS 'make the policies of row security; called by create_ledger()';

-- The privileges on tables that a role's duties take, no more and no less.
CREATE FUNCTION kinwallet.apply_table_duties(role name) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $apply_table_duties$
DECLARE
	target text;
	what text;
	columns text;
	wanted boolean;
BEGIN
	FOR target, what, columns, wanted IN
		SELECT t.tab, t.privilege,
			CASE WHEN NOT bool_or(d.role IS NOT NULL AND t.columns IS NULL)
				THEN '(' || string_agg(t.columns, ', ') FILTER (WHERE d.role IS NOT NULL) || ')' END,
			bool_or(d.role IS NOT NULL)
		FROM (SELECT r.duty, r.tab, 'SELECT' AS privilege, r.columns FROM kinwallet.readable_tables() AS r
			UNION ALL SELECT w.duty, w.tab, w.privilege, w.columns FROM kinwallet.writable_tables() AS w) AS t
		LEFT JOIN kinwallet_data.role_duty AS d ON d.duty = t.duty AND d.role = apply_table_duties.role
		GROUP BY t.tab, t.privilege
	LOOP
		-- takes back the columns, too
		EXECUTE format('REVOKE %s ON kinwallet_data.%I FROM %I', what, target, role);
		IF wanted THEN
			EXECUTE format('GRANT %s %s ON kinwallet_data.%I TO %I', what, columns, target, role);
		END IF;
	END LOOP;
	EXECUTE format(CASE WHEN EXISTS (SELECT FROM kinwallet_data.role_duty AS d WHERE d.role = apply_table_duties.role)
		THEN 'GRANT USAGE ON SCHEMA kinwallet_data TO %I' ELSE 'REVOKE USAGE ON SCHEMA kinwallet_data FROM %I' END, role);
END
$apply_table_duties$;
COMMENT ON FUNCTION kinwallet.apply_table_duties(name) IS
	'grant a role the privileges on tables that its duties take and revoke the others; serves grant_role() and revoke_role()';

-- Who a person is, for those who must see it and not the number (EDGE-96).
CREATE FUNCTION kinwallet.person_record_unchecked(INOUT person_id bigint, OUT name text, OUT citizen_id text, OUT region kinwallet.region_code,
	OUT scheme text, OUT status text, OUT guardian bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $person_record$
	SELECT p.person_id, p.name, kinwallet.mask(p.citizen_id), p.region, p.scheme, p.status, p.guardian
	FROM kinwallet.known_person(person_record_unchecked.person_id) AS known(person_id)
	JOIN kinwallet_data.person AS p ON p.person_id = known.person_id
$person_record$;
COMMENT ON FUNCTION kinwallet.person_record_unchecked(bigint) IS 'person_record() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.person_record(INOUT person_id bigint, OUT name text, OUT citizen_id text, OUT region kinwallet.region_code,
	OUT scheme text, OUT status text, OUT guardian bigint)
	AS 'MODULE_PATHNAME', 'kw_person_record' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.person_record(bigint) IS 'a person''s record with the identity number masked';
