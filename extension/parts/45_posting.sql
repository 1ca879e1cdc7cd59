/*
 * Credits and transfers
 */
CREATE FUNCTION kinwallet.credit_account(request_id uuid, person_id bigint, amount kinwallet.wallet_amount, memo text DEFAULT NULL)
	RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME', 'kw_credit_account' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.credit_account(uuid, bigint, kinwallet.wallet_amount, text) IS
	'credit a person''s individual account; gives the new available balance';
CREATE FUNCTION kinwallet.credit_accounts(request_ids uuid[], person_ids bigint[], amounts kinwallet.wallet_amount[])
	RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_credit_accounts' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.credit_accounts(uuid[], bigint[], kinwallet.wallet_amount[]) IS
	'credit many individual accounts, all or nothing; gives the number of credits made, retries not counted';
CREATE FUNCTION kinwallet.transfer(request_id uuid, contributor bigint, recipient bigint, amount kinwallet.wallet_amount)
	RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_transfer' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.transfer(uuid, bigint, bigint, kinwallet.wallet_amount) IS
	'transfer own account money into the quota of the relation to the recipient; gives the transfer id';
CREATE FUNCTION kinwallet.transfer_application(request_id uuid, contributor bigint, recipient_name text,
	recipient_citizen_id kinwallet.citizen_id, recipient_region kinwallet.region_code,
	amount kinwallet.wallet_amount, verification text)
	RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_transfer_application' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.transfer_application(uuid, bigint, text, kinwallet.citizen_id, kinwallet.region_code, kinwallet.wallet_amount, text) IS
	'the application form for a transfer: every field must match one person''s record';
CREATE FUNCTION kinwallet.transfer_batch(request_ids uuid[], contributors bigint[], recipients bigint[], amounts kinwallet.wallet_amount[],
	OUT ordinal integer, OUT request_id uuid, OUT transfer_id bigint, OUT sqlstate text, OUT message text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'kw_transfer_batch' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1000;
COMMENT ON FUNCTION kinwallet.transfer_batch(uuid[], bigint[], bigint[], kinwallet.wallet_amount[]) IS
	'make many transfers, each judged by itself, in input order; sqlstate 00000 for a posted one';

/*
 * Spending
 */
CREATE FUNCTION kinwallet.spend(request_id uuid, recipient bigint, provider text, use text,
	personal_burden kinwallet.wallet_amount, allow_partial boolean DEFAULT false,
	OUT spending_id bigint, OUT own_account kinwallet.wallet_amount, OUT mutual_aid kinwallet.wallet_amount, OUT cash_due kinwallet.wallet_amount)
	AS 'MODULE_PATHNAME', 'kw_spend' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.spend(uuid, bigint, text, text, kinwallet.wallet_amount, boolean) IS
	'pay the personally borne part at a provider from the own account and received quotas';
CREATE FUNCTION kinwallet.refund(request_id uuid, spending_id bigint, amount kinwallet.wallet_amount) RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_refund' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.refund(uuid, bigint, kinwallet.wallet_amount) IS
	'refund mutual aid of a spending, in the reverse order of its draws; gives the refund id';
CREATE FUNCTION kinwallet.refund_own_account(request_id uuid, spending_id bigint, amount kinwallet.wallet_amount) RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_refund_own_account' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.refund_own_account(uuid, bigint, kinwallet.wallet_amount) IS
	'refund the own account''s part of a spending; gives the refund id';

