/*
 * Persons, wallets, what runs out
 */
CREATE FUNCTION kinwallet.open_wallet(person_id bigint, place kinwallet.region_code DEFAULT NULL, mobile text DEFAULT NULL)
	RETURNS void
	AS 'MODULE_PATHNAME', 'kw_open_wallet' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.open_wallet(bigint, kinwallet.region_code, text) IS
	'open a person''s wallet; a closed one may be opened again';
CREATE FUNCTION kinwallet.close_wallet(person_id bigint) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_close_wallet' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.close_wallet(bigint) IS
	'close a person''s wallet; dissolves all relations first, quotas go back to their contributors';
CREATE FUNCTION kinwallet.freeze_wallet(person_id bigint, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_freeze_wallet' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.freeze_wallet(bigint, text) IS
	'freeze a person''s wallet by supervision; suspends all relations';
CREATE FUNCTION kinwallet.unfreeze_wallet(person_id bigint, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_unfreeze_wallet' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.unfreeze_wallet(bigint, text) IS
	'lift the freeze of a person''s wallet; resumes the relations that nothing else suspends';

CREATE FUNCTION kinwallet.insurance_event(event_id text, person_id bigint, effective_on date,
		region kinwallet.region_code DEFAULT NULL, scheme text DEFAULT NULL, status text DEFAULT NULL)
	RETURNS boolean
	AS 'MODULE_PATHNAME', 'kw_insurance_event' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.insurance_event(text, bigint, date, kinwallet.region_code, text, text) IS
	'change a person''s region, scheme or status once per event id; false: the event was processed before';

CREATE FUNCTION kinwallet.sweep(OUT what text, OUT n bigint) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'kw_sweep' LANGUAGE C VOLATILE PARALLEL UNSAFE
	ROWS 3;
COMMENT ON FUNCTION kinwallet.sweep() IS
	'expire requests and holds, dissolve the relations of persons paused for too long; counts requests, holds and relations; what is locked is left to the next sweep';
