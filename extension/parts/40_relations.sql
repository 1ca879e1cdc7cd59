/*
 * Relations, and how a transfer is judged
 */
CREATE FUNCTION kinwallet.request_relation(contributor bigint, recipient bigint,
	kinship kinwallet.kinship_relation, requested_by bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_request_relation' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.request_relation(bigint, bigint, kinwallet.kinship_relation, bigint) IS
	'ask for a relation in the name of either side; gives its id';
CREATE FUNCTION kinwallet.accept_relation(relation_id bigint, accepted_by bigint) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_accept_relation' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.accept_relation(bigint, bigint) IS
	'accept a request in the name of the other side: the relation is active';
CREATE FUNCTION kinwallet.refuse_relation(relation_id bigint, by bigint) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_refuse_relation' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.refuse_relation(bigint, bigint) IS
	'refuse a request in the name of the other side';
CREATE FUNCTION kinwallet.withdraw_relation(relation_id bigint, by bigint) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_withdraw_relation' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.withdraw_relation(bigint, bigint) IS
	'withdraw a request in the name of the side that made it';
CREATE FUNCTION kinwallet.establish_relation(contributor bigint, recipient bigint,
	kinship kinwallet.kinship_relation) RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_establish_relation' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.establish_relation(bigint, bigint, kinwallet.kinship_relation) IS
	'make an active relation at a counter, where both sides are present; gives its id';
CREATE FUNCTION kinwallet.establish_relations(contributors bigint[], recipients bigint[],
	kinships kinwallet.kinship_relation[]) RETURNS bigint
	AS 'MODULE_PATHNAME', 'kw_establish_relations' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.establish_relations(bigint[], bigint[], kinwallet.kinship_relation[]) IS
	'take over existing relations, all or none; gives their number';
CREATE FUNCTION kinwallet.dissolve_relation(relation_id bigint, by_person bigint,
	reason text DEFAULT 'voluntary') RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME', 'kw_dissolve_relation' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION kinwallet.dissolve_relation(bigint, bigint, text) IS
	'end a relation; gives the unused quota, which returns to the contributor''s account';

CREATE FUNCTION kinwallet.explain_transfer(contributor bigint, recipient bigint, amount kinwallet.wallet_amount)
	RETURNS TABLE (step integer, rule text, ok boolean, detail text, source text)
	AS 'MODULE_PATHNAME', 'kw_explain_transfer' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 20;
COMMENT ON FUNCTION kinwallet.explain_transfer(bigint, bigint, kinwallet.wallet_amount) IS
	'judge a transfer by every rule without making it; ok is NULL where a rule cannot be judged';

