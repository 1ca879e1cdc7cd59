/*
 * The clearing officer's report
 */
CREATE FUNCTION kinwallet.clearing_report(month date, province kinwallet.region_code DEFAULT NULL) RETURNS text
	AS 'MODULE_PATHNAME', 'kw_clearing_report' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.clearing_report(date, kinwallet.region_code) IS
	'a split month as one page of HTML: the national table, or one province with its regions';
