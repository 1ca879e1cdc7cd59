
/*
 * Purchases in two steps, premiums
 */
CREATE FUNCTION kinwallet.hold(request_id uuid, recipient bigint, provider text, use text,
	amount kinwallet.wallet_amount, expires interval DEFAULT NULL) RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_hold' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.hold(uuid, bigint, text, text, kinwallet.wallet_amount, interval) IS
	'reserve received quota for a purchase at a provider; gives the hold id';
CREATE FUNCTION kinwallet.capture(request_id uuid, hold_id bigint, amount kinwallet.wallet_amount,
	OUT spending_id bigint, OUT own_account kinwallet.wallet_amount, OUT mutual_aid kinwallet.wallet_amount, OUT cash_due kinwallet.wallet_amount)
	AS 'MODULE_PATHNAME', 'kw_capture' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.capture(uuid, bigint, kinwallet.wallet_amount) IS
	'pay a purchase from a hold, once, and free the rest of it';
CREATE FUNCTION kinwallet.cancel_hold(hold_id bigint) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_cancel_hold' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.cancel_hold(bigint) IS 'free all that a hold reserves';
CREATE FUNCTION kinwallet.pay_premium(request_id uuid, recipient bigint, kind text, cover_year integer,
	amount kinwallet.wallet_amount, reason text DEFAULT NULL,
	OUT spending_id bigint, OUT own_account kinwallet.wallet_amount, OUT mutual_aid kinwallet.wallet_amount, OUT cash_due kinwallet.wallet_amount)
	AS 'MODULE_PATHNAME', 'kw_pay_premium' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.pay_premium(uuid, bigint, text, integer, kinwallet.wallet_amount, text) IS
	'pay the recipient''s own premium of a year from the own account and received quotas';
CREATE FUNCTION kinwallet.explain_spend(recipient bigint, provider text, use text, amount kinwallet.wallet_amount)
	RETURNS TABLE (step integer, rule text, ok boolean, detail text, source text)
	AS 'MODULE_PATHNAME', 'kw_explain_spend' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 20;
COMMENT ON FUNCTION kinwallet.explain_spend(bigint, text, text, kinwallet.wallet_amount) IS
	'judge a spending by every rule without making it; ok is NULL where a rule cannot be judged';
CREATE FUNCTION kinwallet.amount_payable(recipient bigint, provider text, use text) RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME', 'kw_amount_payable' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.amount_payable(bigint, text, text) IS
	'the most that a purchase at the counter could take now, by own account and quotas; 0.00 where a rule forbids any';
