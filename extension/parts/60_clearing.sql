/*
 * Clearing
 */
CREATE FUNCTION kinwallet.cut_off(month date) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_cut_off' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.cut_off(date) IS 'close a month for posting, once what is in flight has ended';
CREATE FUNCTION kinwallet.split(month date) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_split' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.split(date) IS 'compute who owes whom for a month that is cut off; may be repeated until it is signed';
CREATE FUNCTION kinwallet.clearing_pairs(month date, level text)
	RETURNS TABLE (payer kinwallet.region_code, payee kinwallet.region_code, person_times bigint, items bigint,
		gross kinwallet.wallet_amount, reversed kinwallet.wallet_amount,
		due kinwallet.wallet_amount, adjustment kinwallet.wallet_amount)
	AS 'MODULE_PATHNAME', 'kw_clearing_pairs' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.clearing_pairs(date, text) IS
	'list the pairs of a split month: level province (the national table), region, or intra_province';
