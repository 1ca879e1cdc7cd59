-- ROLE-02: who proposes never approves, who splits records no payments; and EDGE-94, an agency's corrections.
BEGIN;
SELECT plan(31);
\ir include/spending.sql

SELECT kinwallet.establish_relation(5, 2, 'parent') AS relation \gset
SELECT kinwallet.transfer(kinwallet.new_request_id(), 5, 2, '200') \g /dev/null
SELECT spending_id AS spending FROM kinwallet.spend(kinwallet.new_request_id(), 2, 'H37010000001', 'medical', '100') \gset
SELECT spending_id AS own_spending FROM kinwallet.spend(kinwallet.new_request_id(), 6, 'H37010000001', 'medical', '50') \gset
CREATE ROLE regress_agency;
CREATE ROLE regress_reviewer;
CREATE ROLE regress_both;
CREATE ROLE regress_far_reviewer;
CREATE ROLE regress_auditor;
CREATE ROLE regress_centre;
CREATE ROLE regress_finance;
SELECT kinwallet.grant_role('regress_agency', 'agency', '370100'), kinwallet.grant_role('regress_reviewer', 'agency_reviewer', '370100'),
	kinwallet.grant_role('regress_both', 'agency', '370100'), kinwallet.grant_role('regress_both', 'agency_reviewer', '370100'),
	kinwallet.grant_role('regress_far_reviewer', 'agency_reviewer', '370200'), kinwallet.grant_role('regress_auditor', 'auditor', '370000'),
	kinwallet.grant_role('regress_centre', 'national_clearing', 'nation'), kinwallet.grant_role('regress_finance', 'finance', '640000')
\g /dev/null
GRANT regress_reviewer TO regress_agency;
GRANT regress_finance TO regress_centre;

-- as a login, and as a role that it takes on; what was done stays
CREATE FUNCTION pg_temp.as_user(login name, query text, role name DEFAULT 'none') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	message text;
	me name := session_user;
BEGIN
	PERFORM set_config('session_authorization', login, true);
	PERFORM set_config('role', role, true);
	EXECUTE query INTO result;
	PERFORM set_config('session_authorization', me, true);
	RETURN coalesce(nullif(result, ''), 'done');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
	RETURN SQLSTATE || ' ' || message;
END
$$;
CREATE FUNCTION pg_temp.propose(kind text, arguments jsonb, login name DEFAULT 'regress_agency') RETURNS text LANGUAGE sql AS
	$$ SELECT pg_temp.as_user(login, format('SELECT kinwallet.propose(%L, %L, ''because'')', kind, arguments)) $$;
CREATE FUNCTION pg_temp.approve(proposal text, login name DEFAULT 'regress_reviewer', role name DEFAULT 'none') RETURNS text LANGUAGE sql AS
	$$ SELECT pg_temp.as_user(login, format('SELECT kinwallet.approve_proposal(%s)', proposal), role) $$;

-- two users, whatever role is taken on
SELECT pg_temp.propose('freeze', '{"person_id": 2}') AS freeze \gset
SELECT is(pg_temp.approve(:'freeze', 'regress_agency'), '42501 a proposal must be approved by another user than the one who made it',
	'ROLE-02: a member of the reviewers does not approve what he proposed');
SELECT is(pg_temp.approve(:'freeze', 'regress_agency', 'regress_reviewer'), '42501 a proposal must be approved by another user than the one who made it',
	'ROLE-02: SET ROLE makes no other user');
SELECT is(pg_temp.approve(:'freeze', 'regress_far_reviewer'), '42501 permission denied for function approve_proposal', 'ROLE-02: the reviewer of another region');
SELECT is(pg_temp.approve(:'freeze', 'regress_auditor'), '42501 permission denied for function approve_proposal', 'ROLE-02: an auditor does not approve');
SELECT is((SELECT status FROM kinwallet.wallet(2)), 'open', 'a proposal does nothing');
SELECT is(pg_temp.approve(:'freeze'), 'done', 'ROLE-02: another user approves');
SELECT is((SELECT status FROM kinwallet.wallet(2)), 'frozen', 'the approval does it');
SELECT is(pg_temp.approve(:'freeze'), 'KW016 proposal is decided already', 'once');
SELECT results_eq(format('SELECT state, proposed_by, decided_by FROM kinwallet_data.proposal WHERE proposal_id = %s', :'freeze'),
	$$VALUES ('approved'::text, 'regress_agency'::name, 'regress_reviewer'::name)$$, 'ROLE-02: both are kept');
SELECT pg_temp.propose('unfreeze', '{"person_id": 2}', 'regress_both') AS own \gset
SELECT is(pg_temp.approve(:'own', 'regress_both'), '42501 a proposal must be approved by another user than the one who made it',
	'ROLE-02: with both duties, too');
SELECT is(pg_temp.approve(:'own'), 'done', 'and then by another');
SELECT is((SELECT status FROM kinwallet.wallet(2)), 'open', 'unfrozen');

-- by superusers, too
SELECT kinwallet.propose('freeze', '{"person_id": 2}', 'r') AS mine \gset
SELECT throws_ok(format('SELECT kinwallet.approve_proposal(%s)', :'mine'), '42501', NULL, 'ROLE-02: a superuser does not approve what he proposed');
SELECT is(pg_temp.as_user('regress_reviewer', format($$SELECT kinwallet.refuse_proposal(%s, 'no')$$, :'mine')), 'done', 'a reviewer refuses');
SELECT is(pg_temp.approve(:'mine'), 'KW016 proposal is decided already', 'what was refused is not approved');

-- an auditor has money stopped, no more
SELECT matches(pg_temp.propose('freeze', '{"person_id": 2}', 'regress_auditor'), '^[0-9]+$', 'ROLE-02: an auditor proposes a freeze');
SELECT is(pg_temp.propose('credit', '{"person_id": 5, "amount": "1.00"}', 'regress_auditor'), '42501 permission denied for function propose', 'and no credit');

-- each kind
SELECT is(pg_temp.approve(pg_temp.propose('credit', '{"person_id": 5, "amount": "12.34"}')), 'done', 'EDGE-94: a correction of an account with its reason');
SELECT results_eq($$SELECT amount, memo FROM kinwallet_data.account_entry WHERE person_id = 5 ORDER BY entry_id DESC LIMIT 1$$,
	$$VALUES ('12.34'::kinwallet.wallet_amount, 'because'::text)$$, 'EDGE-94: as a new fact, now');
SELECT is(pg_temp.approve(pg_temp.propose('refund', format('{"spending_id": %s, "amount": "30.00"}', :'spending')::jsonb)), 'done', 'ROLE-02: a refund by hand');
SELECT is(pg_temp.approve(pg_temp.propose('refund_own_account', format('{"spending_id": %s, "amount": "5.00"}', :'own_spending')::jsonb)), 'done',
	'ROLE-02: of own money');
SELECT is((SELECT kinwallet.sum(amount)::text FROM kinwallet_data.refund), '35.00', 'both are posted');
SELECT is(pg_temp.approve(pg_temp.propose('provider', '{"provider": "H37010000001", "accepts_wallet": false}')), 'done', 'ROLE-02: a provider''s capability');
SELECT is((SELECT accepts_wallet FROM kinwallet_data.provider WHERE provider = 'H37010000001'), false, 'is set');
SELECT is(pg_temp.approve(pg_temp.propose('dissolve', format('{"relation_id": %s, "reason": "agency"}', :'relation')::jsonb)), 'done', 'ROLE-02: an agency''s dissolution');
SELECT is((SELECT state::text FROM kinwallet_data.relation WHERE relation_id = :relation), 'd', 'dissolves');
-- what cannot be done is refused when it is approved, and stays undecided
SELECT is(pg_temp.approve(pg_temp.propose('refund', format('{"spending_id": %s, "amount": "1000.00"}', :'spending')::jsonb)),
	'KW019 refund exceeds what the mutual aid paid', 'the rules are those of the function');

-- the one who ran the split records no payment of the month
SELECT kinwallet.establish_relation(1, 2, 'parent'), kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '100'),
	kinwallet.spend(kinwallet.new_request_id(), 2, 'P37010000002', 'drug', '100') \g /dev/null
SELECT pg_temp.at('2026-02-01 10:00');
SELECT kinwallet.cut_off('2026-01-01');
SELECT is(pg_temp.as_user('regress_centre', $$SELECT kinwallet.split('2026-01-01')$$), 'done', 'the centre splits');
SELECT kinwallet.confirm_month('2026-01-01', p) FROM unnest('{370000,640000}'::kinwallet.region_code[]) AS p;
SELECT kinwallet.issue_notices('2026-01-01');
SELECT notice_id AS notice FROM kinwallet.notices('2026-01-01', '640000') WHERE side = 'pay' LIMIT 1 \gset
SELECT is(pg_temp.as_user('regress_centre', format($$SELECT kinwallet.record_payment(%s, '2026-02-01', 'r')$$, :'notice'), 'regress_finance'),
	'42501 payments must be recorded by another user than the one who ran the split', 'ROLE-02: who ran the split records no payment, as finance neither');
SELECT is(pg_temp.as_user('regress_finance', format($$SELECT kinwallet.record_payment(%s, '2026-02-01', 'r')$$, :'notice')), 'done', 'ROLE-02: finance does');
SELECT is_empty('SELECT * FROM kinwallet.verify_ledger()', 'the ledger agrees with itself');

SELECT * FROM finish();
ROLLBACK;
