/*
 * What a duty may read by SELECT, and which rows of it.  A duty's roles get
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
END
$create_row_security$;
COMMENT ON FUNCTION kinwallet.create_row_security() IS 'make the policies of row security; called by create_ledger()';

-- The SELECT privileges that a role's duties take, no more and no less.
CREATE FUNCTION kinwallet.apply_table_duties(role name) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $apply_table_duties$
DECLARE
	target text;
	what text;
	reads boolean;
BEGIN
	FOR target, what, reads IN
		SELECT t.tab, CASE WHEN bool_or(d.role IS NOT NULL AND t.columns IS NULL) THEN 'SELECT'
				ELSE 'SELECT (' || string_agg(t.columns, ', ') FILTER (WHERE d.role IS NOT NULL) || ')' END,
			bool_or(d.role IS NOT NULL)
		FROM kinwallet.readable_tables() AS t
		LEFT JOIN kinwallet_data.role_duty AS d ON d.duty = t.duty AND d.role = apply_table_duties.role
		GROUP BY t.tab
	LOOP
		-- takes back the columns, too
		EXECUTE format('REVOKE SELECT ON kinwallet_data.%I FROM %I', target, role);
		IF reads THEN
			EXECUTE format('GRANT %s ON kinwallet_data.%I TO %I', what, target, role);
		END IF;
	END LOOP;
	EXECUTE format(CASE WHEN EXISTS (SELECT FROM kinwallet_data.role_duty AS d WHERE d.role = apply_table_duties.role)
		THEN 'GRANT USAGE ON SCHEMA kinwallet_data TO %I' ELSE 'REVOKE USAGE ON SCHEMA kinwallet_data FROM %I' END, role);
END
$apply_table_duties$;
COMMENT ON FUNCTION kinwallet.apply_table_duties(name) IS
	'grant a role SELECT on what its duties read and revoke it on the rest; serves grant_role() and revoke_role()';

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
