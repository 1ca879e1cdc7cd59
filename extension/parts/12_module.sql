/*
 * Time and ids
 */
CREATE FUNCTION kinwallet.business_time() RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'kw_business_time' LANGUAGE C VOLATILE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.business_time() IS 'the time that a posting made now would carry: the server''s clock, or kinwallet.clock';
CREATE FUNCTION kinwallet.business_date() RETURNS date
	AS 'MODULE_PATHNAME', 'kw_business_date' LANGUAGE C VOLATILE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.business_date() IS 'the day of business_time() in Asia/Shanghai';
CREATE FUNCTION kinwallet.business_date(at timestamptz) RETURNS date
	AS 'MODULE_PATHNAME', 'kw_business_date_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.business_date(timestamptz) IS 'the day of a moment in Asia/Shanghai, whatever the session''s TimeZone';
CREATE FUNCTION kinwallet.id_month(id bigint) RETURNS date
	AS 'MODULE_PATHNAME', 'kw_id_month' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.id_month(bigint) IS 'the month that an id of a fact or relation carries';
CREATE FUNCTION kinwallet.id_node(id bigint) RETURNS integer
	AS 'MODULE_PATHNAME', 'kw_id_node' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.id_node(bigint) IS 'the node that an id of a fact or relation carries; 0 is stand-alone';
CREATE FUNCTION kinwallet.new_request_id() RETURNS uuid
	AS 'MODULE_PATHNAME', 'kw_new_request_id' LANGUAGE C VOLATILE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.new_request_id() IS 'make a time-ordered request id (uuid version 7)';
CREATE FUNCTION kinwallet.request_id_of(msgid text) RETURNS uuid
	AS 'MODULE_PATHNAME', 'kw_request_id_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.request_id_of(text) IS 'derive a request id from a message id (name-based uuid version 5)';

/*
 * Trigger functions
 */
CREATE FUNCTION kinwallet.reference_changed() RETURNS trigger
	AS 'MODULE_PATHNAME', 'kw_reference_changed' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION kinwallet.reference_changed() IS 'trigger: tell every session that reference data changed';
CREATE FUNCTION kinwallet.region_guard() RETURNS trigger
	AS 'MODULE_PATHNAME', 'kw_region_guard' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION kinwallet.region_guard() IS 'trigger: fill and check a region''s province';
CREATE FUNCTION kinwallet.person_guard() RETURNS trigger
	AS 'MODULE_PATHNAME', 'kw_person_guard' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION kinwallet.person_guard() IS 'trigger: validate a person row';
CREATE FUNCTION kinwallet.person_changed() RETURNS trigger
	AS 'MODULE_PATHNAME', 'kw_person_changed' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION kinwallet.person_changed() IS 'trigger: act on the relations of persons whose region, scheme or status changed';
CREATE FUNCTION kinwallet.state_guard() RETURNS trigger
	AS 'MODULE_PATHNAME', 'kw_state_guard' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION kinwallet.state_guard() IS 'trigger: refuse writes around the functions by anybody but the ledger''s owner';
CREATE FUNCTION kinwallet.fact_guard() RETURNS trigger
	AS 'MODULE_PATHNAME', 'kw_fact_guard' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION kinwallet.fact_guard() IS 'trigger: refuse UPDATE, DELETE and TRUNCATE of facts';

