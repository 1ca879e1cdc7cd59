--
-- Base types: wallet_amount, kinship_relation, region_code, citizen_id.
--
-- Each is stored as a built-in integer type and compared, hashed and sorted as
-- that type is: those functions are the server's own (LANGUAGE internal), under
-- our names and with our argument types.  All of it is harmless, so the default
-- EXECUTE privilege of PUBLIC stays.
--

--
-- wallet_amount
--

CREATE TYPE kinwallet.wallet_amount;

CREATE FUNCTION kinwallet.wallet_amount_in(cstring) RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_in(cstring) IS 'I/O';

CREATE FUNCTION kinwallet.wallet_amount_out(kinwallet.wallet_amount) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_out(kinwallet.wallet_amount) IS 'I/O';

CREATE FUNCTION kinwallet.wallet_amount_recv(internal) RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_recv(internal) IS 'I/O';

CREATE FUNCTION kinwallet.wallet_amount_send(kinwallet.wallet_amount) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_send(kinwallet.wallet_amount) IS 'I/O';

CREATE TYPE kinwallet.wallet_amount (
	INPUT = kinwallet.wallet_amount_in,
	OUTPUT = kinwallet.wallet_amount_out,
	RECEIVE = kinwallet.wallet_amount_recv,
	SEND = kinwallet.wallet_amount_send,
	LIKE = pg_catalog.int8,
	CATEGORY = 'N'
);
COMMENT ON TYPE kinwallet.wallet_amount IS 'amount of money in yuan with two decimals, stored as fen';

-- CATEGORY 'N', as money has it: with our schema in the search_path a call such as
-- abs('-1') still sees numbers only and resolves as before.

CREATE FUNCTION kinwallet.wallet_amount_lt(kinwallet.wallet_amount, kinwallet.wallet_amount) RETURNS boolean
	AS 'int8lt' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_lt(kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'implementation of < operator';

CREATE FUNCTION kinwallet.wallet_amount_le(kinwallet.wallet_amount, kinwallet.wallet_amount) RETURNS boolean
	AS 'int8le' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_le(kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'implementation of <= operator';

CREATE FUNCTION kinwallet.wallet_amount_eq(kinwallet.wallet_amount, kinwallet.wallet_amount) RETURNS boolean
	AS 'int8eq' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_eq(kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'implementation of = operator';

CREATE FUNCTION kinwallet.wallet_amount_ne(kinwallet.wallet_amount, kinwallet.wallet_amount) RETURNS boolean
	AS 'int8ne' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_ne(kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'implementation of <> operator';

CREATE FUNCTION kinwallet.wallet_amount_ge(kinwallet.wallet_amount, kinwallet.wallet_amount) RETURNS boolean
	AS 'int8ge' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_ge(kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'implementation of >= operator';

CREATE FUNCTION kinwallet.wallet_amount_gt(kinwallet.wallet_amount, kinwallet.wallet_amount) RETURNS boolean
	AS 'int8gt' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_gt(kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'implementation of > operator';

CREATE FUNCTION kinwallet.wallet_amount_cmp(kinwallet.wallet_amount, kinwallet.wallet_amount) RETURNS integer
	AS 'btint8cmp' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_cmp(kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'less-equal-greater';

CREATE FUNCTION kinwallet.wallet_amount_sortsupport(internal) RETURNS void
	AS 'btint8sortsupport' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_sortsupport(internal) IS 'sort support';

CREATE FUNCTION kinwallet.wallet_amount_in_range(kinwallet.wallet_amount, kinwallet.wallet_amount, kinwallet.wallet_amount, boolean, boolean) RETURNS boolean
	AS 'in_range_int8_int8' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_in_range(kinwallet.wallet_amount, kinwallet.wallet_amount, kinwallet.wallet_amount, boolean, boolean) IS 'window RANGE support';

CREATE FUNCTION kinwallet.wallet_amount_hash(kinwallet.wallet_amount) RETURNS integer
	AS 'hashint8' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_hash(kinwallet.wallet_amount) IS 'hash';

CREATE FUNCTION kinwallet.wallet_amount_hash_extended(kinwallet.wallet_amount, bigint) RETURNS bigint
	AS 'hashint8extended' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_hash_extended(kinwallet.wallet_amount, bigint) IS 'hash';

CREATE OPERATOR kinwallet.< (
	FUNCTION = kinwallet.wallet_amount_lt, LEFTARG = kinwallet.wallet_amount, RIGHTARG = kinwallet.wallet_amount,
	COMMUTATOR = OPERATOR(kinwallet.>), NEGATOR = OPERATOR(kinwallet.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR kinwallet.< (kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'less than';

CREATE OPERATOR kinwallet.<= (
	FUNCTION = kinwallet.wallet_amount_le, LEFTARG = kinwallet.wallet_amount, RIGHTARG = kinwallet.wallet_amount,
	COMMUTATOR = OPERATOR(kinwallet.>=), NEGATOR = OPERATOR(kinwallet.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR kinwallet.<= (kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'less than or equal';

CREATE OPERATOR kinwallet.= (
	FUNCTION = kinwallet.wallet_amount_eq, LEFTARG = kinwallet.wallet_amount, RIGHTARG = kinwallet.wallet_amount,
	COMMUTATOR = OPERATOR(kinwallet.=), NEGATOR = OPERATOR(kinwallet.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR kinwallet.= (kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'equal';

CREATE OPERATOR kinwallet.<> (
	FUNCTION = kinwallet.wallet_amount_ne, LEFTARG = kinwallet.wallet_amount, RIGHTARG = kinwallet.wallet_amount,
	COMMUTATOR = OPERATOR(kinwallet.<>), NEGATOR = OPERATOR(kinwallet.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR kinwallet.<> (kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'not equal';

CREATE OPERATOR kinwallet.>= (
	FUNCTION = kinwallet.wallet_amount_ge, LEFTARG = kinwallet.wallet_amount, RIGHTARG = kinwallet.wallet_amount,
	COMMUTATOR = OPERATOR(kinwallet.<=), NEGATOR = OPERATOR(kinwallet.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR kinwallet.>= (kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'greater than or equal';

CREATE OPERATOR kinwallet.> (
	FUNCTION = kinwallet.wallet_amount_gt, LEFTARG = kinwallet.wallet_amount, RIGHTARG = kinwallet.wallet_amount,
	COMMUTATOR = OPERATOR(kinwallet.<), NEGATOR = OPERATOR(kinwallet.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR kinwallet.> (kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'greater than';

CREATE OPERATOR CLASS kinwallet.wallet_amount_ops
	DEFAULT FOR TYPE kinwallet.wallet_amount USING btree AS
	OPERATOR 1 kinwallet.<, OPERATOR 2 kinwallet.<=, OPERATOR 3 kinwallet.=,
	OPERATOR 4 kinwallet.>=, OPERATOR 5 kinwallet.>,
	FUNCTION 1 kinwallet.wallet_amount_cmp(kinwallet.wallet_amount, kinwallet.wallet_amount),
	FUNCTION 2 kinwallet.wallet_amount_sortsupport(internal),
	FUNCTION 3 kinwallet.wallet_amount_in_range(kinwallet.wallet_amount, kinwallet.wallet_amount, kinwallet.wallet_amount, boolean, boolean),
	FUNCTION 4 pg_catalog.btequalimage(oid);

CREATE OPERATOR CLASS kinwallet.wallet_amount_ops
	DEFAULT FOR TYPE kinwallet.wallet_amount USING hash AS
	OPERATOR 1 kinwallet.=,
	FUNCTION 1 kinwallet.wallet_amount_hash(kinwallet.wallet_amount),
	FUNCTION 2 kinwallet.wallet_amount_hash_extended(kinwallet.wallet_amount, bigint);

COMMENT ON OPERATOR CLASS kinwallet.wallet_amount_ops USING btree IS 'wallet_amount in order of size';
COMMENT ON OPERATOR CLASS kinwallet.wallet_amount_ops USING hash IS 'hash of wallet_amount';
COMMENT ON OPERATOR FAMILY kinwallet.wallet_amount_ops USING btree IS 'wallet_amount in order of size';
COMMENT ON OPERATOR FAMILY kinwallet.wallet_amount_ops USING hash IS 'hash of wallet_amount';

-- arithmetic: out of range is an error (22003), never a wrong result

CREATE FUNCTION kinwallet.wallet_amount_add(kinwallet.wallet_amount, kinwallet.wallet_amount) RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_add(kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'implementation of + operator';

CREATE FUNCTION kinwallet.wallet_amount_sub(kinwallet.wallet_amount, kinwallet.wallet_amount) RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_sub(kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'implementation of - operator';

CREATE FUNCTION kinwallet.wallet_amount_neg(kinwallet.wallet_amount) RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_neg(kinwallet.wallet_amount) IS 'implementation of - operator';

CREATE FUNCTION kinwallet.wallet_amount_mul_int8(kinwallet.wallet_amount, bigint) RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_mul_int8(kinwallet.wallet_amount, bigint) IS 'implementation of * operator';

CREATE FUNCTION kinwallet.int8_mul_wallet_amount(bigint, kinwallet.wallet_amount) RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.int8_mul_wallet_amount(bigint, kinwallet.wallet_amount) IS 'implementation of * operator';

CREATE OPERATOR kinwallet.+ (
	FUNCTION = kinwallet.wallet_amount_add, LEFTARG = kinwallet.wallet_amount, RIGHTARG = kinwallet.wallet_amount,
	COMMUTATOR = OPERATOR(kinwallet.+)
);
COMMENT ON OPERATOR kinwallet.+ (kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'add';

CREATE OPERATOR kinwallet.- (
	FUNCTION = kinwallet.wallet_amount_sub, LEFTARG = kinwallet.wallet_amount, RIGHTARG = kinwallet.wallet_amount
);
COMMENT ON OPERATOR kinwallet.- (kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'subtract';

CREATE OPERATOR kinwallet.- (
	FUNCTION = kinwallet.wallet_amount_neg, RIGHTARG = kinwallet.wallet_amount
);
COMMENT ON OPERATOR kinwallet.- (NONE, kinwallet.wallet_amount) IS 'negate';

CREATE OPERATOR kinwallet.* (
	FUNCTION = kinwallet.wallet_amount_mul_int8, LEFTARG = kinwallet.wallet_amount, RIGHTARG = bigint,
	COMMUTATOR = OPERATOR(kinwallet.*)
);
COMMENT ON OPERATOR kinwallet.* (kinwallet.wallet_amount, bigint) IS 'multiply';

CREATE OPERATOR kinwallet.* (
	FUNCTION = kinwallet.int8_mul_wallet_amount, LEFTARG = bigint, RIGHTARG = kinwallet.wallet_amount,
	COMMUTATOR = OPERATOR(kinwallet.*)
);
COMMENT ON OPERATOR kinwallet.* (bigint, kinwallet.wallet_amount) IS 'multiply';

CREATE FUNCTION kinwallet.abs(kinwallet.wallet_amount) RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME', 'wallet_amount_abs' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.abs(kinwallet.wallet_amount) IS 'absolute value';

-- conversion: none is implicit, none rounds

CREATE FUNCTION kinwallet.wallet_amount_from_numeric(numeric) RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_from_numeric(numeric) IS 'convert a numeric of yuan, an error if it has more than two decimals';

CREATE FUNCTION kinwallet.wallet_amount_to_numeric(kinwallet.wallet_amount) RETURNS numeric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_to_numeric(kinwallet.wallet_amount) IS 'convert to a numeric of yuan';

CREATE FUNCTION kinwallet.wallet_amount_from_int4(integer) RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_from_int4(integer) IS 'convert whole yuan';

CREATE FUNCTION kinwallet.wallet_amount_from_int8(bigint) RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_from_int8(bigint) IS 'convert whole yuan';

CREATE CAST (numeric AS kinwallet.wallet_amount)
	WITH FUNCTION kinwallet.wallet_amount_from_numeric(numeric);
CREATE CAST (integer AS kinwallet.wallet_amount)
	WITH FUNCTION kinwallet.wallet_amount_from_int4(integer);
CREATE CAST (bigint AS kinwallet.wallet_amount)
	WITH FUNCTION kinwallet.wallet_amount_from_int8(bigint);
CREATE CAST (kinwallet.wallet_amount AS numeric)
	WITH FUNCTION kinwallet.wallet_amount_to_numeric(kinwallet.wallet_amount) AS ASSIGNMENT;

COMMENT ON CAST (numeric AS kinwallet.wallet_amount) IS 'yuan, explicit only';
COMMENT ON CAST (integer AS kinwallet.wallet_amount) IS 'whole yuan, explicit only';
COMMENT ON CAST (bigint AS kinwallet.wallet_amount) IS 'whole yuan, explicit only';
COMMENT ON CAST (kinwallet.wallet_amount AS numeric) IS 'yuan';

CREATE FUNCTION kinwallet.from_fen(bigint) RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME', 'wallet_amount_from_fen' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.from_fen(bigint) IS 'amount of so many fen';

CREATE FUNCTION kinwallet.fen(kinwallet.wallet_amount) RETURNS bigint
	AS 'MODULE_PATHNAME', 'wallet_amount_fen' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.fen(kinwallet.wallet_amount) IS 'number of fen in an amount';

-- aggregates

CREATE FUNCTION kinwallet.wallet_amount_accum(internal, kinwallet.wallet_amount) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_accum(internal, kinwallet.wallet_amount) IS 'aggregate transition function';

CREATE FUNCTION kinwallet.wallet_amount_accum_inv(internal, kinwallet.wallet_amount) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_accum_inv(internal, kinwallet.wallet_amount) IS 'aggregate transition function';

CREATE FUNCTION kinwallet.wallet_amount_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_combine(internal, internal) IS 'aggregate combine function';

CREATE FUNCTION kinwallet.wallet_amount_serialize(internal) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_serialize(internal) IS 'aggregate serial function';

CREATE FUNCTION kinwallet.wallet_amount_deserialize(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_deserialize(bytea, internal) IS 'aggregate deserial function';

CREATE FUNCTION kinwallet.wallet_amount_sum_final(internal) RETURNS kinwallet.wallet_amount
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_sum_final(internal) IS 'aggregate final function';

CREATE FUNCTION kinwallet.wallet_amount_avg_final(internal) RETURNS numeric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_avg_final(internal) IS 'aggregate final function';

CREATE AGGREGATE kinwallet.sum(kinwallet.wallet_amount) (
	SFUNC = kinwallet.wallet_amount_accum, STYPE = internal, SSPACE = 48,
	FINALFUNC = kinwallet.wallet_amount_sum_final,
	COMBINEFUNC = kinwallet.wallet_amount_combine,
	SERIALFUNC = kinwallet.wallet_amount_serialize, DESERIALFUNC = kinwallet.wallet_amount_deserialize,
	MSFUNC = kinwallet.wallet_amount_accum, MINVFUNC = kinwallet.wallet_amount_accum_inv,
	MSTYPE = internal, MSSPACE = 48,
	MFINALFUNC = kinwallet.wallet_amount_sum_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE kinwallet.sum(kinwallet.wallet_amount) IS 'sum as wallet_amount, an error only if the total is out of range';

CREATE AGGREGATE kinwallet.avg(kinwallet.wallet_amount) (
	SFUNC = kinwallet.wallet_amount_accum, STYPE = internal, SSPACE = 48,
	FINALFUNC = kinwallet.wallet_amount_avg_final,
	COMBINEFUNC = kinwallet.wallet_amount_combine,
	SERIALFUNC = kinwallet.wallet_amount_serialize, DESERIALFUNC = kinwallet.wallet_amount_deserialize,
	MSFUNC = kinwallet.wallet_amount_accum, MINVFUNC = kinwallet.wallet_amount_accum_inv,
	MSTYPE = internal, MSSPACE = 48,
	MFINALFUNC = kinwallet.wallet_amount_avg_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE kinwallet.avg(kinwallet.wallet_amount) IS 'average as numeric of yuan';

CREATE FUNCTION kinwallet.wallet_amount_larger(kinwallet.wallet_amount, kinwallet.wallet_amount) RETURNS kinwallet.wallet_amount
	AS 'int8larger' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_larger(kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'larger of two';

CREATE FUNCTION kinwallet.wallet_amount_smaller(kinwallet.wallet_amount, kinwallet.wallet_amount) RETURNS kinwallet.wallet_amount
	AS 'int8smaller' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.wallet_amount_smaller(kinwallet.wallet_amount, kinwallet.wallet_amount) IS 'smaller of two';

CREATE AGGREGATE kinwallet.max(kinwallet.wallet_amount) (
	SFUNC = kinwallet.wallet_amount_larger, STYPE = kinwallet.wallet_amount,
	COMBINEFUNC = kinwallet.wallet_amount_larger, SORTOP = OPERATOR(kinwallet.>), PARALLEL = SAFE
);
COMMENT ON AGGREGATE kinwallet.max(kinwallet.wallet_amount) IS 'maximum value of all wallet_amount input values';

CREATE AGGREGATE kinwallet.min(kinwallet.wallet_amount) (
	SFUNC = kinwallet.wallet_amount_smaller, STYPE = kinwallet.wallet_amount,
	COMBINEFUNC = kinwallet.wallet_amount_smaller, SORTOP = OPERATOR(kinwallet.<), PARALLEL = SAFE
);
COMMENT ON AGGREGATE kinwallet.min(kinwallet.wallet_amount) IS 'minimum value of all wallet_amount input values';

--
-- kinship_relation
--

CREATE TYPE kinwallet.kinship_relation;

CREATE FUNCTION kinwallet.kinship_relation_in(cstring) RETURNS kinwallet.kinship_relation
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.kinship_relation_in(cstring) IS 'I/O';

CREATE FUNCTION kinwallet.kinship_relation_out(kinwallet.kinship_relation) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.kinship_relation_out(kinwallet.kinship_relation) IS 'I/O';

CREATE FUNCTION kinwallet.kinship_relation_recv(internal) RETURNS kinwallet.kinship_relation
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.kinship_relation_recv(internal) IS 'I/O';

CREATE FUNCTION kinwallet.kinship_relation_send(kinwallet.kinship_relation) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.kinship_relation_send(kinwallet.kinship_relation) IS 'I/O';

CREATE TYPE kinwallet.kinship_relation (
	INPUT = kinwallet.kinship_relation_in,
	OUTPUT = kinwallet.kinship_relation_out,
	RECEIVE = kinwallet.kinship_relation_recv,
	SEND = kinwallet.kinship_relation_send,
	INTERNALLENGTH = 1,
	PASSEDBYVALUE,
	ALIGNMENT = char
);
COMMENT ON TYPE kinwallet.kinship_relation IS 'what the recipient of mutual aid is to the contributor';

CREATE FUNCTION kinwallet.kinship_relation_lt(kinwallet.kinship_relation, kinwallet.kinship_relation) RETURNS boolean
	AS 'charlt' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.kinship_relation_lt(kinwallet.kinship_relation, kinwallet.kinship_relation) IS 'implementation of < operator';

CREATE FUNCTION kinwallet.kinship_relation_le(kinwallet.kinship_relation, kinwallet.kinship_relation) RETURNS boolean
	AS 'charle' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.kinship_relation_le(kinwallet.kinship_relation, kinwallet.kinship_relation) IS 'implementation of <= operator';

CREATE FUNCTION kinwallet.kinship_relation_eq(kinwallet.kinship_relation, kinwallet.kinship_relation) RETURNS boolean
	AS 'chareq' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.kinship_relation_eq(kinwallet.kinship_relation, kinwallet.kinship_relation) IS 'implementation of = operator';

CREATE FUNCTION kinwallet.kinship_relation_ne(kinwallet.kinship_relation, kinwallet.kinship_relation) RETURNS boolean
	AS 'charne' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.kinship_relation_ne(kinwallet.kinship_relation, kinwallet.kinship_relation) IS 'implementation of <> operator';

CREATE FUNCTION kinwallet.kinship_relation_ge(kinwallet.kinship_relation, kinwallet.kinship_relation) RETURNS boolean
	AS 'charge' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.kinship_relation_ge(kinwallet.kinship_relation, kinwallet.kinship_relation) IS 'implementation of >= operator';

CREATE FUNCTION kinwallet.kinship_relation_gt(kinwallet.kinship_relation, kinwallet.kinship_relation) RETURNS boolean
	AS 'chargt' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.kinship_relation_gt(kinwallet.kinship_relation, kinwallet.kinship_relation) IS 'implementation of > operator';

CREATE FUNCTION kinwallet.kinship_relation_cmp(kinwallet.kinship_relation, kinwallet.kinship_relation) RETURNS integer
	AS 'btcharcmp' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.kinship_relation_cmp(kinwallet.kinship_relation, kinwallet.kinship_relation) IS 'less-equal-greater';

CREATE FUNCTION kinwallet.kinship_relation_hash(kinwallet.kinship_relation) RETURNS integer
	AS 'hashchar' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.kinship_relation_hash(kinwallet.kinship_relation) IS 'hash';

CREATE FUNCTION kinwallet.kinship_relation_hash_extended(kinwallet.kinship_relation, bigint) RETURNS bigint
	AS 'hashcharextended' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.kinship_relation_hash_extended(kinwallet.kinship_relation, bigint) IS 'hash';

CREATE OPERATOR kinwallet.< (
	FUNCTION = kinwallet.kinship_relation_lt, LEFTARG = kinwallet.kinship_relation, RIGHTARG = kinwallet.kinship_relation,
	COMMUTATOR = OPERATOR(kinwallet.>), NEGATOR = OPERATOR(kinwallet.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR kinwallet.< (kinwallet.kinship_relation, kinwallet.kinship_relation) IS 'less than';

CREATE OPERATOR kinwallet.<= (
	FUNCTION = kinwallet.kinship_relation_le, LEFTARG = kinwallet.kinship_relation, RIGHTARG = kinwallet.kinship_relation,
	COMMUTATOR = OPERATOR(kinwallet.>=), NEGATOR = OPERATOR(kinwallet.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR kinwallet.<= (kinwallet.kinship_relation, kinwallet.kinship_relation) IS 'less than or equal';

CREATE OPERATOR kinwallet.= (
	FUNCTION = kinwallet.kinship_relation_eq, LEFTARG = kinwallet.kinship_relation, RIGHTARG = kinwallet.kinship_relation,
	COMMUTATOR = OPERATOR(kinwallet.=), NEGATOR = OPERATOR(kinwallet.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR kinwallet.= (kinwallet.kinship_relation, kinwallet.kinship_relation) IS 'equal';

CREATE OPERATOR kinwallet.<> (
	FUNCTION = kinwallet.kinship_relation_ne, LEFTARG = kinwallet.kinship_relation, RIGHTARG = kinwallet.kinship_relation,
	COMMUTATOR = OPERATOR(kinwallet.<>), NEGATOR = OPERATOR(kinwallet.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR kinwallet.<> (kinwallet.kinship_relation, kinwallet.kinship_relation) IS 'not equal';

CREATE OPERATOR kinwallet.>= (
	FUNCTION = kinwallet.kinship_relation_ge, LEFTARG = kinwallet.kinship_relation, RIGHTARG = kinwallet.kinship_relation,
	COMMUTATOR = OPERATOR(kinwallet.<=), NEGATOR = OPERATOR(kinwallet.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR kinwallet.>= (kinwallet.kinship_relation, kinwallet.kinship_relation) IS 'greater than or equal';

CREATE OPERATOR kinwallet.> (
	FUNCTION = kinwallet.kinship_relation_gt, LEFTARG = kinwallet.kinship_relation, RIGHTARG = kinwallet.kinship_relation,
	COMMUTATOR = OPERATOR(kinwallet.<), NEGATOR = OPERATOR(kinwallet.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR kinwallet.> (kinwallet.kinship_relation, kinwallet.kinship_relation) IS 'greater than';

CREATE OPERATOR CLASS kinwallet.kinship_relation_ops
	DEFAULT FOR TYPE kinwallet.kinship_relation USING btree AS
	OPERATOR 1 kinwallet.<, OPERATOR 2 kinwallet.<=, OPERATOR 3 kinwallet.=,
	OPERATOR 4 kinwallet.>=, OPERATOR 5 kinwallet.>,
	FUNCTION 1 kinwallet.kinship_relation_cmp(kinwallet.kinship_relation, kinwallet.kinship_relation),
	FUNCTION 4 pg_catalog.btequalimage(oid);

CREATE OPERATOR CLASS kinwallet.kinship_relation_ops
	DEFAULT FOR TYPE kinwallet.kinship_relation USING hash AS
	OPERATOR 1 kinwallet.=,
	FUNCTION 1 kinwallet.kinship_relation_hash(kinwallet.kinship_relation),
	FUNCTION 2 kinwallet.kinship_relation_hash_extended(kinwallet.kinship_relation, bigint);

COMMENT ON OPERATOR CLASS kinwallet.kinship_relation_ops USING btree IS 'kinship_relation in the order of its labels in the manual';
COMMENT ON OPERATOR CLASS kinwallet.kinship_relation_ops USING hash IS 'hash of kinship_relation';
COMMENT ON OPERATOR FAMILY kinwallet.kinship_relation_ops USING btree IS 'kinship_relation in the order of its labels in the manual';
COMMENT ON OPERATOR FAMILY kinwallet.kinship_relation_ops USING hash IS 'hash of kinship_relation';

CREATE FUNCTION kinwallet.inverse(kinwallet.kinship_relation) RETURNS kinwallet.kinship_relation
	AS 'MODULE_PATHNAME', 'kinship_relation_inverse' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.inverse(kinwallet.kinship_relation) IS 'what the contributor is to the recipient';

CREATE FUNCTION kinwallet.is_immediate(kinwallet.kinship_relation) RETURNS boolean
	AS 'MODULE_PATHNAME', 'kinship_relation_is_immediate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.is_immediate(kinwallet.kinship_relation) IS 'is it spouse, parent or child?';

CREATE FUNCTION kinwallet.kinship_zh(kinwallet.kinship_relation) RETURNS text
	AS 'MODULE_PATHNAME', 'kinship_relation_zh' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.kinship_zh(kinwallet.kinship_relation) IS 'Chinese term';

CREATE FUNCTION kinwallet.gbt4761(text) RETURNS kinwallet.kinship_relation
	AS 'MODULE_PATHNAME', 'kinship_relation_gbt4761' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.gbt4761(text) IS 'kinship of a two-digit GB/T 4761 code';

--
-- region_code
--

CREATE TYPE kinwallet.region_code;

CREATE FUNCTION kinwallet.region_code_in(cstring) RETURNS kinwallet.region_code
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.region_code_in(cstring) IS 'I/O';

CREATE FUNCTION kinwallet.region_code_out(kinwallet.region_code) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.region_code_out(kinwallet.region_code) IS 'I/O';

CREATE FUNCTION kinwallet.region_code_recv(internal) RETURNS kinwallet.region_code
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.region_code_recv(internal) IS 'I/O';

CREATE FUNCTION kinwallet.region_code_send(kinwallet.region_code) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.region_code_send(kinwallet.region_code) IS 'I/O';

CREATE TYPE kinwallet.region_code (
	INPUT = kinwallet.region_code_in,
	OUTPUT = kinwallet.region_code_out,
	RECEIVE = kinwallet.region_code_recv,
	SEND = kinwallet.region_code_send,
	LIKE = pg_catalog.int4
);
COMMENT ON TYPE kinwallet.region_code IS 'division code of the insurance platform, six digits';

CREATE FUNCTION kinwallet.region_code_lt(kinwallet.region_code, kinwallet.region_code) RETURNS boolean
	AS 'int4lt' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.region_code_lt(kinwallet.region_code, kinwallet.region_code) IS 'implementation of < operator';

CREATE FUNCTION kinwallet.region_code_le(kinwallet.region_code, kinwallet.region_code) RETURNS boolean
	AS 'int4le' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.region_code_le(kinwallet.region_code, kinwallet.region_code) IS 'implementation of <= operator';

CREATE FUNCTION kinwallet.region_code_eq(kinwallet.region_code, kinwallet.region_code) RETURNS boolean
	AS 'int4eq' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.region_code_eq(kinwallet.region_code, kinwallet.region_code) IS 'implementation of = operator';

CREATE FUNCTION kinwallet.region_code_ne(kinwallet.region_code, kinwallet.region_code) RETURNS boolean
	AS 'int4ne' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.region_code_ne(kinwallet.region_code, kinwallet.region_code) IS 'implementation of <> operator';

CREATE FUNCTION kinwallet.region_code_ge(kinwallet.region_code, kinwallet.region_code) RETURNS boolean
	AS 'int4ge' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.region_code_ge(kinwallet.region_code, kinwallet.region_code) IS 'implementation of >= operator';

CREATE FUNCTION kinwallet.region_code_gt(kinwallet.region_code, kinwallet.region_code) RETURNS boolean
	AS 'int4gt' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.region_code_gt(kinwallet.region_code, kinwallet.region_code) IS 'implementation of > operator';

CREATE FUNCTION kinwallet.region_code_cmp(kinwallet.region_code, kinwallet.region_code) RETURNS integer
	AS 'btint4cmp' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.region_code_cmp(kinwallet.region_code, kinwallet.region_code) IS 'less-equal-greater';

CREATE FUNCTION kinwallet.region_code_sortsupport(internal) RETURNS void
	AS 'btint4sortsupport' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.region_code_sortsupport(internal) IS 'sort support';

CREATE FUNCTION kinwallet.region_code_hash(kinwallet.region_code) RETURNS integer
	AS 'hashint4' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.region_code_hash(kinwallet.region_code) IS 'hash';

CREATE FUNCTION kinwallet.region_code_hash_extended(kinwallet.region_code, bigint) RETURNS bigint
	AS 'hashint4extended' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.region_code_hash_extended(kinwallet.region_code, bigint) IS 'hash';

CREATE OPERATOR kinwallet.< (
	FUNCTION = kinwallet.region_code_lt, LEFTARG = kinwallet.region_code, RIGHTARG = kinwallet.region_code,
	COMMUTATOR = OPERATOR(kinwallet.>), NEGATOR = OPERATOR(kinwallet.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR kinwallet.< (kinwallet.region_code, kinwallet.region_code) IS 'less than';

CREATE OPERATOR kinwallet.<= (
	FUNCTION = kinwallet.region_code_le, LEFTARG = kinwallet.region_code, RIGHTARG = kinwallet.region_code,
	COMMUTATOR = OPERATOR(kinwallet.>=), NEGATOR = OPERATOR(kinwallet.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR kinwallet.<= (kinwallet.region_code, kinwallet.region_code) IS 'less than or equal';

CREATE OPERATOR kinwallet.= (
	FUNCTION = kinwallet.region_code_eq, LEFTARG = kinwallet.region_code, RIGHTARG = kinwallet.region_code,
	COMMUTATOR = OPERATOR(kinwallet.=), NEGATOR = OPERATOR(kinwallet.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR kinwallet.= (kinwallet.region_code, kinwallet.region_code) IS 'equal';

CREATE OPERATOR kinwallet.<> (
	FUNCTION = kinwallet.region_code_ne, LEFTARG = kinwallet.region_code, RIGHTARG = kinwallet.region_code,
	COMMUTATOR = OPERATOR(kinwallet.<>), NEGATOR = OPERATOR(kinwallet.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR kinwallet.<> (kinwallet.region_code, kinwallet.region_code) IS 'not equal';

CREATE OPERATOR kinwallet.>= (
	FUNCTION = kinwallet.region_code_ge, LEFTARG = kinwallet.region_code, RIGHTARG = kinwallet.region_code,
	COMMUTATOR = OPERATOR(kinwallet.<=), NEGATOR = OPERATOR(kinwallet.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR kinwallet.>= (kinwallet.region_code, kinwallet.region_code) IS 'greater than or equal';

CREATE OPERATOR kinwallet.> (
	FUNCTION = kinwallet.region_code_gt, LEFTARG = kinwallet.region_code, RIGHTARG = kinwallet.region_code,
	COMMUTATOR = OPERATOR(kinwallet.<), NEGATOR = OPERATOR(kinwallet.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR kinwallet.> (kinwallet.region_code, kinwallet.region_code) IS 'greater than';

CREATE OPERATOR CLASS kinwallet.region_code_ops
	DEFAULT FOR TYPE kinwallet.region_code USING btree AS
	OPERATOR 1 kinwallet.<, OPERATOR 2 kinwallet.<=, OPERATOR 3 kinwallet.=,
	OPERATOR 4 kinwallet.>=, OPERATOR 5 kinwallet.>,
	FUNCTION 1 kinwallet.region_code_cmp(kinwallet.region_code, kinwallet.region_code),
	FUNCTION 2 kinwallet.region_code_sortsupport(internal),
	FUNCTION 4 pg_catalog.btequalimage(oid);

CREATE OPERATOR CLASS kinwallet.region_code_ops
	DEFAULT FOR TYPE kinwallet.region_code USING hash AS
	OPERATOR 1 kinwallet.=,
	FUNCTION 1 kinwallet.region_code_hash(kinwallet.region_code),
	FUNCTION 2 kinwallet.region_code_hash_extended(kinwallet.region_code, bigint);

COMMENT ON OPERATOR CLASS kinwallet.region_code_ops USING btree IS 'region_code in numerical order, so by province';
COMMENT ON OPERATOR CLASS kinwallet.region_code_ops USING hash IS 'hash of region_code';
COMMENT ON OPERATOR FAMILY kinwallet.region_code_ops USING btree IS 'region_code in numerical order, so by province';
COMMENT ON OPERATOR FAMILY kinwallet.region_code_ops USING hash IS 'hash of region_code';

CREATE FUNCTION kinwallet.province(kinwallet.region_code) RETURNS kinwallet.region_code
	AS 'MODULE_PATHNAME', 'region_code_province' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.province(kinwallet.region_code) IS 'province of a region';

--
-- citizen_id
--

-- Input is STABLE: whether a birth date is in the future depends on the clock.

CREATE TYPE kinwallet.citizen_id;

CREATE FUNCTION kinwallet.citizen_id_in(cstring) RETURNS kinwallet.citizen_id
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.citizen_id_in(cstring) IS 'I/O';

CREATE FUNCTION kinwallet.citizen_id_out(kinwallet.citizen_id) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.citizen_id_out(kinwallet.citizen_id) IS 'I/O';

CREATE FUNCTION kinwallet.citizen_id_recv(internal) RETURNS kinwallet.citizen_id
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.citizen_id_recv(internal) IS 'I/O';

CREATE FUNCTION kinwallet.citizen_id_send(kinwallet.citizen_id) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.citizen_id_send(kinwallet.citizen_id) IS 'I/O';

CREATE TYPE kinwallet.citizen_id (
	INPUT = kinwallet.citizen_id_in,
	OUTPUT = kinwallet.citizen_id_out,
	RECEIVE = kinwallet.citizen_id_recv,
	SEND = kinwallet.citizen_id_send,
	LIKE = pg_catalog.int8
);
COMMENT ON TYPE kinwallet.citizen_id IS 'resident identity number of GB 11643';

CREATE FUNCTION kinwallet.citizen_id_lt(kinwallet.citizen_id, kinwallet.citizen_id) RETURNS boolean
	AS 'int8lt' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.citizen_id_lt(kinwallet.citizen_id, kinwallet.citizen_id) IS 'implementation of < operator';

CREATE FUNCTION kinwallet.citizen_id_le(kinwallet.citizen_id, kinwallet.citizen_id) RETURNS boolean
	AS 'int8le' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.citizen_id_le(kinwallet.citizen_id, kinwallet.citizen_id) IS 'implementation of <= operator';

CREATE FUNCTION kinwallet.citizen_id_eq(kinwallet.citizen_id, kinwallet.citizen_id) RETURNS boolean
	AS 'int8eq' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.citizen_id_eq(kinwallet.citizen_id, kinwallet.citizen_id) IS 'implementation of = operator';

CREATE FUNCTION kinwallet.citizen_id_ne(kinwallet.citizen_id, kinwallet.citizen_id) RETURNS boolean
	AS 'int8ne' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.citizen_id_ne(kinwallet.citizen_id, kinwallet.citizen_id) IS 'implementation of <> operator';

CREATE FUNCTION kinwallet.citizen_id_ge(kinwallet.citizen_id, kinwallet.citizen_id) RETURNS boolean
	AS 'int8ge' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.citizen_id_ge(kinwallet.citizen_id, kinwallet.citizen_id) IS 'implementation of >= operator';

CREATE FUNCTION kinwallet.citizen_id_gt(kinwallet.citizen_id, kinwallet.citizen_id) RETURNS boolean
	AS 'int8gt' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.citizen_id_gt(kinwallet.citizen_id, kinwallet.citizen_id) IS 'implementation of > operator';

CREATE FUNCTION kinwallet.citizen_id_cmp(kinwallet.citizen_id, kinwallet.citizen_id) RETURNS integer
	AS 'btint8cmp' LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.citizen_id_cmp(kinwallet.citizen_id, kinwallet.citizen_id) IS 'less-equal-greater';

CREATE FUNCTION kinwallet.citizen_id_sortsupport(internal) RETURNS void
	AS 'btint8sortsupport' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.citizen_id_sortsupport(internal) IS 'sort support';

CREATE FUNCTION kinwallet.citizen_id_hash(kinwallet.citizen_id) RETURNS integer
	AS 'hashint8' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.citizen_id_hash(kinwallet.citizen_id) IS 'hash';

CREATE FUNCTION kinwallet.citizen_id_hash_extended(kinwallet.citizen_id, bigint) RETURNS bigint
	AS 'hashint8extended' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.citizen_id_hash_extended(kinwallet.citizen_id, bigint) IS 'hash';

CREATE OPERATOR kinwallet.< (
	FUNCTION = kinwallet.citizen_id_lt, LEFTARG = kinwallet.citizen_id, RIGHTARG = kinwallet.citizen_id,
	COMMUTATOR = OPERATOR(kinwallet.>), NEGATOR = OPERATOR(kinwallet.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR kinwallet.< (kinwallet.citizen_id, kinwallet.citizen_id) IS 'less than';

CREATE OPERATOR kinwallet.<= (
	FUNCTION = kinwallet.citizen_id_le, LEFTARG = kinwallet.citizen_id, RIGHTARG = kinwallet.citizen_id,
	COMMUTATOR = OPERATOR(kinwallet.>=), NEGATOR = OPERATOR(kinwallet.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR kinwallet.<= (kinwallet.citizen_id, kinwallet.citizen_id) IS 'less than or equal';

CREATE OPERATOR kinwallet.= (
	FUNCTION = kinwallet.citizen_id_eq, LEFTARG = kinwallet.citizen_id, RIGHTARG = kinwallet.citizen_id,
	COMMUTATOR = OPERATOR(kinwallet.=), NEGATOR = OPERATOR(kinwallet.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR kinwallet.= (kinwallet.citizen_id, kinwallet.citizen_id) IS 'equal';

CREATE OPERATOR kinwallet.<> (
	FUNCTION = kinwallet.citizen_id_ne, LEFTARG = kinwallet.citizen_id, RIGHTARG = kinwallet.citizen_id,
	COMMUTATOR = OPERATOR(kinwallet.<>), NEGATOR = OPERATOR(kinwallet.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR kinwallet.<> (kinwallet.citizen_id, kinwallet.citizen_id) IS 'not equal';

CREATE OPERATOR kinwallet.>= (
	FUNCTION = kinwallet.citizen_id_ge, LEFTARG = kinwallet.citizen_id, RIGHTARG = kinwallet.citizen_id,
	COMMUTATOR = OPERATOR(kinwallet.<=), NEGATOR = OPERATOR(kinwallet.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR kinwallet.>= (kinwallet.citizen_id, kinwallet.citizen_id) IS 'greater than or equal';

CREATE OPERATOR kinwallet.> (
	FUNCTION = kinwallet.citizen_id_gt, LEFTARG = kinwallet.citizen_id, RIGHTARG = kinwallet.citizen_id,
	COMMUTATOR = OPERATOR(kinwallet.<), NEGATOR = OPERATOR(kinwallet.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR kinwallet.> (kinwallet.citizen_id, kinwallet.citizen_id) IS 'greater than';

CREATE OPERATOR CLASS kinwallet.citizen_id_ops
	DEFAULT FOR TYPE kinwallet.citizen_id USING btree AS
	OPERATOR 1 kinwallet.<, OPERATOR 2 kinwallet.<=, OPERATOR 3 kinwallet.=,
	OPERATOR 4 kinwallet.>=, OPERATOR 5 kinwallet.>,
	FUNCTION 1 kinwallet.citizen_id_cmp(kinwallet.citizen_id, kinwallet.citizen_id),
	FUNCTION 2 kinwallet.citizen_id_sortsupport(internal),
	FUNCTION 4 pg_catalog.btequalimage(oid);

CREATE OPERATOR CLASS kinwallet.citizen_id_ops
	DEFAULT FOR TYPE kinwallet.citizen_id USING hash AS
	OPERATOR 1 kinwallet.=,
	FUNCTION 1 kinwallet.citizen_id_hash(kinwallet.citizen_id),
	FUNCTION 2 kinwallet.citizen_id_hash_extended(kinwallet.citizen_id, bigint);

COMMENT ON OPERATOR CLASS kinwallet.citizen_id_ops USING btree IS 'citizen_id in numerical order';
COMMENT ON OPERATOR CLASS kinwallet.citizen_id_ops USING hash IS 'hash of citizen_id';
COMMENT ON OPERATOR FAMILY kinwallet.citizen_id_ops USING btree IS 'citizen_id in numerical order';
COMMENT ON OPERATOR FAMILY kinwallet.citizen_id_ops USING hash IS 'hash of citizen_id';

CREATE FUNCTION kinwallet.mask(kinwallet.citizen_id) RETURNS text
	AS 'MODULE_PATHNAME', 'citizen_id_mask' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.mask(kinwallet.citizen_id) IS 'identity number with its birth date hidden';

CREATE FUNCTION kinwallet.birth_date(kinwallet.citizen_id) RETURNS date
	AS 'MODULE_PATHNAME', 'citizen_id_birth_date' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.birth_date(kinwallet.citizen_id) IS 'birth date in an identity number';

CREATE FUNCTION kinwallet.sex(kinwallet.citizen_id) RETURNS text
	AS 'MODULE_PATHNAME', 'citizen_id_sex' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kinwallet.sex(kinwallet.citizen_id) IS 'sex in an identity number: male or female';

