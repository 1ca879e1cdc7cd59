/*
 * Separation of duties (ROLE-02): what an agency does on its own authority is
 * proposed by one and approved by another, and done by the approval.
 */
CREATE FUNCTION kinwallet.create_proposal_tables() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $create_proposal_tables$
BEGIN
	CREATE TABLE kinwallet_data.proposal (
		proposal_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		kind text NOT NULL CONSTRAINT proposal_kind CHECK (kind IN
			('dissolve', 'freeze', 'unfreeze', 'refund', 'refund_own_account', 'credit', 'provider')),
		arguments jsonb NOT NULL,
		-- of the posting that the approval makes
		request_id uuid NOT NULL,
		-- the pooling region whose reviewer decides
		place kinwallet.region_code NOT NULL,
		reason text NOT NULL CONSTRAINT proposal_reason CHECK (reason <> ''),
		proposed_by name NOT NULL,
		proposed_at timestamptz NOT NULL,
		state text NOT NULL DEFAULT 'proposed' CONSTRAINT proposal_state CHECK (state IN ('proposed', 'approved', 'refused')),
		decided_by name,
		decided_at timestamptz,
		decision_reason text,
		CONSTRAINT proposal_decided CHECK ((state = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
		CONSTRAINT proposal_two_users CHECK (state <> 'approved' OR decided_by <> proposed_by)
	);
END
$create_proposal_tables$;
COMMENT ON FUNCTION kinwallet.create_proposal_tables() IS 'make the table of proposals; called by create_ledger()';

-- Where a proposal belongs, first the place of the contributor.  No row: its
-- subject does not exist.  Arguments that cannot be read are refused (22023).
CREATE FUNCTION kinwallet.proposal_places(kind text, arguments jsonb) RETURNS SETOF kinwallet.region_code
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $proposal_places$
DECLARE
	-- the keys, in order; those of amounts and ids are judged by a cast
	wanted text[] := CASE kind
		WHEN 'dissolve' THEN '{reason,relation_id}'
		WHEN 'freeze' THEN '{person_id}'
		WHEN 'unfreeze' THEN '{person_id}'
		WHEN 'refund' THEN '{amount,spending_id}'
		WHEN 'refund_own_account' THEN '{amount,spending_id}'
		WHEN 'credit' THEN '{amount,person_id}'
		WHEN 'provider' THEN '{accepts_wallet,provider}'
	END;
	subject bigint;
BEGIN
	IF wanted IS NULL THEN
		RAISE invalid_parameter_value USING MESSAGE = format('unknown kind of proposal "%s"', kind),
			HINT = 'Kinds are dissolve, freeze, unfreeze, refund, refund_own_account, credit and provider.';
	END IF;
	IF jsonb_typeof(arguments) <> 'object'
		OR ARRAY(SELECT k FROM jsonb_object_keys(arguments) AS k ORDER BY k COLLATE "C") <> wanted
		OR arguments->>'reason' NOT IN ('agency', 'kinship_ended')
		OR EXISTS (SELECT FROM jsonb_each(arguments) AS e WHERE jsonb_typeof(e.value) IN ('null', 'array', 'object')) THEN
		RAISE invalid_parameter_value USING MESSAGE = format('arguments do not fit a proposal of kind "%s"', kind),
			HINT = format('They are a JSON object with the keys %s%s.', array_to_string(wanted, ' and '),
				CASE WHEN kind = 'dissolve' THEN '; reason is agency or kinship_ended' ELSE '' END);
	END IF;
	IF arguments ? 'amount' AND kinwallet.fen((arguments->>'amount')::kinwallet.wallet_amount) <= 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'KW006', MESSAGE = 'amount must be positive',
			DETAIL = format('It is %s yuan (EDGE-56).', arguments->>'amount');
	END IF;

	subject := coalesce(arguments->>'relation_id', arguments->>'person_id', arguments->>'spending_id')::bigint;
	IF kind = 'dissolve' THEN
		RETURN QUERY SELECT p.region FROM kinwallet_data.relation AS r
			JOIN kinwallet_data.person AS p ON p.person_id IN (r.contributor, r.recipient)
			WHERE r.relation_id = subject ORDER BY p.person_id = r.contributor DESC;
	ELSIF kind IN ('freeze', 'unfreeze', 'credit') THEN
		RETURN QUERY SELECT p.region FROM kinwallet_data.person AS p WHERE p.person_id = subject;
	ELSIF kind IN ('refund', 'refund_own_account') THEN
		RETURN QUERY SELECT p.region FROM kinwallet_data.spending AS s
			JOIN kinwallet_data.person AS p ON p.person_id = s.recipient
			WHERE s.spending_id = subject AND s.month = kinwallet.id_month(subject);
	ELSE
		PERFORM (arguments->>'accepts_wallet')::boolean;
		RETURN QUERY SELECT v.region FROM kinwallet_data.provider AS v WHERE v.provider = arguments->>'provider';
	END IF;
END
$proposal_places$;
COMMENT ON FUNCTION kinwallet.proposal_places(text, jsonb) IS
	'check the arguments of a proposal and give the regions whose agency may make it; serves propose()';

CREATE FUNCTION kinwallet.propose(kind text, arguments jsonb, reason text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_propose' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION kinwallet.propose(text, jsonb, text) IS
	'propose what takes two persons: dissolve, freeze, unfreeze, refund, refund_own_account, credit or provider; gives its id';

CREATE FUNCTION kinwallet.approve_proposal_unchecked(proposal_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $approve_proposal$
DECLARE
	proposal record;
	a jsonb;
BEGIN
	proposal := kinwallet.undecided_proposal(proposal_id);
	-- the login, whatever role it has taken on; superusers, too
	IF proposal.proposed_by = session_user THEN
		RAISE insufficient_privilege USING
			MESSAGE = 'a proposal must be approved by another user than the one who made it',
			DETAIL = 'The agency proposes, its reviewer approves (ROLE-02).';
	END IF;
	UPDATE kinwallet_data.proposal AS p
	SET state = 'approved', decided_by = session_user, decided_at = kinwallet.business_time()
	WHERE p.proposal_id = proposal.proposal_id;

	a := proposal.arguments;
	CASE proposal.kind
		WHEN 'dissolve' THEN
			PERFORM kinwallet.dissolve_relation((a->>'relation_id')::bigint, NULL, a->>'reason');
		WHEN 'freeze' THEN
			PERFORM kinwallet.freeze_wallet((a->>'person_id')::bigint, proposal.reason);
		WHEN 'unfreeze' THEN
			PERFORM kinwallet.unfreeze_wallet((a->>'person_id')::bigint, proposal.reason);
		WHEN 'refund' THEN
			PERFORM kinwallet.refund(proposal.request_id, (a->>'spending_id')::bigint, (a->>'amount')::kinwallet.wallet_amount);
		WHEN 'refund_own_account' THEN
			PERFORM kinwallet.refund_own_account(proposal.request_id, (a->>'spending_id')::bigint, (a->>'amount')::kinwallet.wallet_amount);
		WHEN 'credit' THEN
			PERFORM kinwallet.credit_account(proposal.request_id, (a->>'person_id')::bigint, (a->>'amount')::kinwallet.wallet_amount, proposal.reason);
		WHEN 'provider' THEN
			UPDATE kinwallet_data.provider AS v SET accepts_wallet = (a->>'accepts_wallet')::boolean WHERE v.provider = a->>'provider';
	END CASE;
END
$approve_proposal$;
COMMENT ON FUNCTION kinwallet.approve_proposal_unchecked(bigint) IS 'approve_proposal() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.approve_proposal(proposal_id bigint) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_approve_proposal' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION kinwallet.approve_proposal(bigint) IS
	'approve what another user has proposed, and do it';

CREATE FUNCTION kinwallet.refuse_proposal_unchecked(proposal_id bigint, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $refuse_proposal$
DECLARE
	proposal record;
BEGIN
	IF reason IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'argument "reason" must not be null';
	END IF;
	proposal := kinwallet.undecided_proposal(proposal_id);
	UPDATE kinwallet_data.proposal AS p
	SET state = 'refused', decided_by = session_user, decided_at = kinwallet.business_time(),
		decision_reason = refuse_proposal_unchecked.reason
	WHERE p.proposal_id = proposal.proposal_id;
END
$refuse_proposal$;
COMMENT ON FUNCTION kinwallet.refuse_proposal_unchecked(bigint, text) IS 'refuse_proposal() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.refuse_proposal(proposal_id bigint, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_refuse_proposal' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION kinwallet.refuse_proposal(bigint, text) IS 'refuse a proposal, or withdraw it';

-- Lock a proposal that nobody has decided.
CREATE FUNCTION kinwallet.undecided_proposal(proposal_id bigint) RETURNS record
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $undecided_proposal$
DECLARE
	proposal record;
BEGIN
	IF proposal_id IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'argument "proposal_id" must not be null';
	END IF;
	SELECT p.* INTO proposal FROM kinwallet_data.proposal AS p
	WHERE p.proposal_id = undecided_proposal.proposal_id FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'KW017', MESSAGE = format('proposal %s does not exist', proposal_id);
	END IF;
	IF proposal.state <> 'proposed' THEN
		RAISE EXCEPTION USING ERRCODE = 'KW016', MESSAGE = 'proposal is decided already',
			DETAIL = format('Proposal %s was %s (ROLE-02).', proposal_id, proposal.state);
	END IF;
	RETURN proposal;
END
$undecided_proposal$;
COMMENT ON FUNCTION kinwallet.undecided_proposal(bigint) IS
	'lock a proposal and refuse one that is decided (KW016); serves approve_proposal() and refuse_proposal()';

CREATE FUNCTION kinwallet.proposals_unchecked(place kinwallet.region_code DEFAULT NULL)
	RETURNS TABLE (proposal_id bigint, kind text, arguments jsonb, region kinwallet.region_code, reason text, proposed_by name,
		proposed_at timestamptz, state text, decided_by name, decided_at timestamptz, decision_reason text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $proposals$
	SELECT p.proposal_id, p.kind, p.arguments, p.place, p.reason, p.proposed_by, p.proposed_at, p.state, p.decided_by, p.decided_at,
		p.decision_reason
	FROM kinwallet_data.proposal AS p
	WHERE proposals_unchecked.place IS NULL
		OR proposals_unchecked.place OPERATOR(kinwallet.=) p.place
		OR proposals_unchecked.place OPERATOR(kinwallet.=) kinwallet.province(p.place)
	ORDER BY p.proposal_id
$proposals$;
COMMENT ON FUNCTION kinwallet.proposals_unchecked(kinwallet.region_code) IS 'proposals() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.proposals(place kinwallet.region_code DEFAULT NULL)
	RETURNS TABLE (proposal_id bigint, kind text, arguments jsonb, region kinwallet.region_code, reason text, proposed_by name,
		proposed_at timestamptz, state text, decided_by name, decided_at timestamptz, decision_reason text)
	AS 'MODULE_PATHNAME', 'kw_proposals' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.proposals(kinwallet.region_code) IS 'the proposals of a region, a province or (NULL) the nation';
