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
