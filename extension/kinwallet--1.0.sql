/* extension/kinwallet--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION kinwallet" to load this file. \quit

-- Plain CREATE SCHEMA: a schema of this name made by somebody else is an error.
CREATE SCHEMA kinwallet;
COMMENT ON SCHEMA kinwallet IS 'kinwallet: types and functions of family mutual aid between individual accounts';
GRANT USAGE ON SCHEMA kinwallet TO PUBLIC;

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

/*
 * Reference data that create_ledger() loads into kinwallet_data.
 *
 * These are functions and not tables: what is loaded belongs to the site,
 * which may merge, add and rename rows, and must survive a dump and restore
 * as ordinary data.  The functions say what this version ships.
 */

/* The clearing provinces: GB/T 2260 without 71, 81 and 82, and the Corps. */
CREATE FUNCTION kinwallet.shipped_provinces()
RETURNS TABLE (province kinwallet.region_code, name text, name_en text)
LANGUAGE SQL IMMUTABLE PARALLEL SAFE ROWS 32
AS $$
VALUES
	('110000'::kinwallet.region_code, '北京市', 'Beijing'),
	('120000', '天津市', 'Tianjin'),
	('130000', '河北省', 'Hebei'),
	('140000', '山西省', 'Shanxi'),
	('150000', '内蒙古自治区', 'Inner Mongolia'),
	('210000', '辽宁省', 'Liaoning'),
	('220000', '吉林省', 'Jilin'),
	('230000', '黑龙江省', 'Heilongjiang'),
	('310000', '上海市', 'Shanghai'),
	('320000', '江苏省', 'Jiangsu'),
	('330000', '浙江省', 'Zhejiang'),
	('340000', '安徽省', 'Anhui'),
	('350000', '福建省', 'Fujian'),
	('360000', '江西省', 'Jiangxi'),
	('370000', '山东省', 'Shandong'),
	('410000', '河南省', 'Henan'),
	('420000', '湖北省', 'Hubei'),
	('430000', '湖南省', 'Hunan'),
	('440000', '广东省', 'Guangdong'),
	('450000', '广西壮族自治区', 'Guangxi'),
	('460000', '海南省', 'Hainan'),
	('500000', '重庆市', 'Chongqing'),
	('510000', '四川省', 'Sichuan'),
	('520000', '贵州省', 'Guizhou'),
	('530000', '云南省', 'Yunnan'),
	('540000', '西藏自治区', 'Tibet'),
	('610000', '陕西省', 'Shaanxi'),
	('620000', '甘肃省', 'Gansu'),
	('630000', '青海省', 'Qinghai'),
	('640000', '宁夏回族自治区', 'Ningxia'),
	('650000', '新疆维吾尔自治区', 'Xinjiang'),
	('660000', '新疆生产建设兵团', 'Xinjiang Production and Construction Corps')
$$;
COMMENT ON FUNCTION kinwallet.shipped_provinces() IS 'the 32 clearing provinces: 31 provinces, regions and municipalities, and the Corps';

/*
 * The pooling regions: the 333 prefecture-level divisions of GB/T 2260 (293
 * cities, 7 prefectures, 30 autonomous prefectures, 3 leagues), each of the
 * 4 municipalities as one region, and the Corps.
 */
CREATE FUNCTION kinwallet.shipped_regions()
RETURNS TABLE (region kinwallet.region_code, name text)
LANGUAGE SQL IMMUTABLE PARALLEL SAFE ROWS 338
AS $$
VALUES
	('110000'::kinwallet.region_code, '北京市'),
	('120000', '天津市'),
	-- 河北省 (Hebei), 11
	('130100', '石家庄市'),
	('130200', '唐山市'),
	('130300', '秦皇岛市'),
	('130400', '邯郸市'),
	('130500', '邢台市'),
	('130600', '保定市'),
	('130700', '张家口市'),
	('130800', '承德市'),
	('130900', '沧州市'),
	('131000', '廊坊市'),
	('131100', '衡水市'),
	-- 山西省 (Shanxi), 11
	('140100', '太原市'),
	('140200', '大同市'),
	('140300', '阳泉市'),
	('140400', '长治市'),
	('140500', '晋城市'),
	('140600', '朔州市'),
	('140700', '晋中市'),
	('140800', '运城市'),
	('140900', '忻州市'),
	('141000', '临汾市'),
	('141100', '吕梁市'),
	-- 内蒙古自治区 (Inner Mongolia), 12
	('150100', '呼和浩特市'),
	('150200', '包头市'),
	('150300', '乌海市'),
	('150400', '赤峰市'),
	('150500', '通辽市'),
	('150600', '鄂尔多斯市'),
	('150700', '呼伦贝尔市'),
	('150800', '巴彦淖尔市'),
	('150900', '乌兰察布市'),
	('152200', '兴安盟'),
	('152500', '锡林郭勒盟'),
	('152900', '阿拉善盟'),
	-- 辽宁省 (Liaoning), 14
	('210100', '沈阳市'),
	('210200', '大连市'),
	('210300', '鞍山市'),
	('210400', '抚顺市'),
	('210500', '本溪市'),
	('210600', '丹东市'),
	('210700', '锦州市'),
	('210800', '营口市'),
	('210900', '阜新市'),
	('211000', '辽阳市'),
	('211100', '盘锦市'),
	('211200', '铁岭市'),
	('211300', '朝阳市'),
	('211400', '葫芦岛市'),
	-- 吉林省 (Jilin), 9
	('220100', '长春市'),
	('220200', '吉林市'),
	('220300', '四平市'),
	('220400', '辽源市'),
	('220500', '通化市'),
	('220600', '白山市'),
	('220700', '松原市'),
	('220800', '白城市'),
	('222400', '延边朝鲜族自治州'),
	-- 黑龙江省 (Heilongjiang), 13
	('230100', '哈尔滨市'),
	('230200', '齐齐哈尔市'),
	('230300', '鸡西市'),
	('230400', '鹤岗市'),
	('230500', '双鸭山市'),
	('230600', '大庆市'),
	('230700', '伊春市'),
	('230800', '佳木斯市'),
	('230900', '七台河市'),
	('231000', '牡丹江市'),
	('231100', '黑河市'),
	('231200', '绥化市'),
	('232700', '大兴安岭地区'),
	('310000', '上海市'),
	-- 江苏省 (Jiangsu), 13
	('320100', '南京市'),
	('320200', '无锡市'),
	('320300', '徐州市'),
	('320400', '常州市'),
	('320500', '苏州市'),
	('320600', '南通市'),
	('320700', '连云港市'),
	('320800', '淮安市'),
	('320900', '盐城市'),
	('321000', '扬州市'),
	('321100', '镇江市'),
	('321200', '泰州市'),
	('321300', '宿迁市'),
	-- 浙江省 (Zhejiang), 11
	('330100', '杭州市'),
	('330200', '宁波市'),
	('330300', '温州市'),
	('330400', '嘉兴市'),
	('330500', '湖州市'),
	('330600', '绍兴市'),
	('330700', '金华市'),
	('330800', '衢州市'),
	('330900', '舟山市'),
	('331000', '台州市'),
	('331100', '丽水市'),
	-- 安徽省 (Anhui), 16
	('340100', '合肥市'),
	('340200', '芜湖市'),
	('340300', '蚌埠市'),
	('340400', '淮南市'),
	('340500', '马鞍山市'),
	('340600', '淮北市'),
	('340700', '铜陵市'),
	('340800', '安庆市'),
	('341000', '黄山市'),
	('341100', '滁州市'),
	('341200', '阜阳市'),
	('341300', '宿州市'),
	('341500', '六安市'),
	('341600', '亳州市'),
	('341700', '池州市'),
	('341800', '宣城市'),
	-- 福建省 (Fujian), 9
	('350100', '福州市'),
	('350200', '厦门市'),
	('350300', '莆田市'),
	('350400', '三明市'),
	('350500', '泉州市'),
	('350600', '漳州市'),
	('350700', '南平市'),
	('350800', '龙岩市'),
	('350900', '宁德市'),
	-- 江西省 (Jiangxi), 11
	('360100', '南昌市'),
	('360200', '景德镇市'),
	('360300', '萍乡市'),
	('360400', '九江市'),
	('360500', '新余市'),
	('360600', '鹰潭市'),
	('360700', '赣州市'),
	('360800', '吉安市'),
	('360900', '宜春市'),
	('361000', '抚州市'),
	('361100', '上饶市'),
	-- 山东省 (Shandong), 16
	('370100', '济南市'),
	('370200', '青岛市'),
	('370300', '淄博市'),
	('370400', '枣庄市'),
	('370500', '东营市'),
	('370600', '烟台市'),
	('370700', '潍坊市'),
	('370800', '济宁市'),
	('370900', '泰安市'),
	('371000', '威海市'),
	('371100', '日照市'),
	('371300', '临沂市'),
	('371400', '德州市'),
	('371500', '聊城市'),
	('371600', '滨州市'),
	('371700', '菏泽市'),
	-- 河南省 (Henan), 17
	('410100', '郑州市'),
	('410200', '开封市'),
	('410300', '洛阳市'),
	('410400', '平顶山市'),
	('410500', '安阳市'),
	('410600', '鹤壁市'),
	('410700', '新乡市'),
	('410800', '焦作市'),
	('410900', '濮阳市'),
	('411000', '许昌市'),
	('411100', '漯河市'),
	('411200', '三门峡市'),
	('411300', '南阳市'),
	('411400', '商丘市'),
	('411500', '信阳市'),
	('411600', '周口市'),
	('411700', '驻马店市'),
	-- 湖北省 (Hubei), 13
	('420100', '武汉市'),
	('420200', '黄石市'),
	('420300', '十堰市'),
	('420500', '宜昌市'),
	('420600', '襄阳市'),
	('420700', '鄂州市'),
	('420800', '荆门市'),
	('420900', '孝感市'),
	('421000', '荆州市'),
	('421100', '黄冈市'),
	('421200', '咸宁市'),
	('421300', '随州市'),
	('422800', '恩施土家族苗族自治州'),
	-- 湖南省 (Hunan), 14
	('430100', '长沙市'),
	('430200', '株洲市'),
	('430300', '湘潭市'),
	('430400', '衡阳市'),
	('430500', '邵阳市'),
	('430600', '岳阳市'),
	('430700', '常德市'),
	('430800', '张家界市'),
	('430900', '益阳市'),
	('431000', '郴州市'),
	('431100', '永州市'),
	('431200', '怀化市'),
	('431300', '娄底市'),
	('433100', '湘西土家族苗族自治州'),
	-- 广东省 (Guangdong), 21
	('440100', '广州市'),
	('440200', '韶关市'),
	('440300', '深圳市'),
	('440400', '珠海市'),
	('440500', '汕头市'),
	('440600', '佛山市'),
	('440700', '江门市'),
	('440800', '湛江市'),
	('440900', '茂名市'),
	('441200', '肇庆市'),
	('441300', '惠州市'),
	('441400', '梅州市'),
	('441500', '汕尾市'),
	('441600', '河源市'),
	('441700', '阳江市'),
	('441800', '清远市'),
	('441900', '东莞市'),
	('442000', '中山市'),
	('445100', '潮州市'),
	('445200', '揭阳市'),
	('445300', '云浮市'),
	-- 广西壮族自治区 (Guangxi), 14
	('450100', '南宁市'),
	('450200', '柳州市'),
	('450300', '桂林市'),
	('450400', '梧州市'),
	('450500', '北海市'),
	('450600', '防城港市'),
	('450700', '钦州市'),
	('450800', '贵港市'),
	('450900', '玉林市'),
	('451000', '百色市'),
	('451100', '贺州市'),
	('451200', '河池市'),
	('451300', '来宾市'),
	('451400', '崇左市'),
	-- 海南省 (Hainan), 4
	('460100', '海口市'),
	('460200', '三亚市'),
	('460300', '三沙市'),
	('460400', '儋州市'),
	('500000', '重庆市'),
	-- 四川省 (Sichuan), 21
	('510100', '成都市'),
	('510300', '自贡市'),
	('510400', '攀枝花市'),
	('510500', '泸州市'),
	('510600', '德阳市'),
	('510700', '绵阳市'),
	('510800', '广元市'),
	('510900', '遂宁市'),
	('511000', '内江市'),
	('511100', '乐山市'),
	('511300', '南充市'),
	('511400', '眉山市'),
	('511500', '宜宾市'),
	('511600', '广安市'),
	('511700', '达州市'),
	('511800', '雅安市'),
	('511900', '巴中市'),
	('512000', '资阳市'),
	('513200', '阿坝藏族羌族自治州'),
	('513300', '甘孜藏族自治州'),
	('513400', '凉山彝族自治州'),
	-- 贵州省 (Guizhou), 9
	('520100', '贵阳市'),
	('520200', '六盘水市'),
	('520300', '遵义市'),
	('520400', '安顺市'),
	('520500', '毕节市'),
	('520600', '铜仁市'),
	('522300', '黔西南布依族苗族自治州'),
	('522600', '黔东南苗族侗族自治州'),
	('522700', '黔南布依族苗族自治州'),
	-- 云南省 (Yunnan), 16
	('530100', '昆明市'),
	('530300', '曲靖市'),
	('530400', '玉溪市'),
	('530500', '保山市'),
	('530600', '昭通市'),
	('530700', '丽江市'),
	('530800', '普洱市'),
	('530900', '临沧市'),
	('532300', '楚雄彝族自治州'),
	('532500', '红河哈尼族彝族自治州'),
	('532600', '文山壮族苗族自治州'),
	('532800', '西双版纳傣族自治州'),
	('532900', '大理白族自治州'),
	('533100', '德宏傣族景颇族自治州'),
	('533300', '怒江傈僳族自治州'),
	('533400', '迪庆藏族自治州'),
	-- 西藏自治区 (Tibet), 7
	('540100', '拉萨市'),
	('540200', '日喀则市'),
	('540300', '昌都市'),
	('540400', '林芝市'),
	('540500', '山南市'),
	('540600', '那曲市'),
	('542500', '阿里地区'),
	-- 陕西省 (Shaanxi), 10
	('610100', '西安市'),
	('610200', '铜川市'),
	('610300', '宝鸡市'),
	('610400', '咸阳市'),
	('610500', '渭南市'),
	('610600', '延安市'),
	('610700', '汉中市'),
	('610800', '榆林市'),
	('610900', '安康市'),
	('611000', '商洛市'),
	-- 甘肃省 (Gansu), 14
	('620100', '兰州市'),
	('620200', '嘉峪关市'),
	('620300', '金昌市'),
	('620400', '白银市'),
	('620500', '天水市'),
	('620600', '武威市'),
	('620700', '张掖市'),
	('620800', '平凉市'),
	('620900', '酒泉市'),
	('621000', '庆阳市'),
	('621100', '定西市'),
	('621200', '陇南市'),
	('622900', '临夏回族自治州'),
	('623000', '甘南藏族自治州'),
	-- 青海省 (Qinghai), 8
	('630100', '西宁市'),
	('630200', '海东市'),
	('632200', '海北藏族自治州'),
	('632300', '黄南藏族自治州'),
	('632500', '海南藏族自治州'),
	('632600', '果洛藏族自治州'),
	('632700', '玉树藏族自治州'),
	('632800', '海西蒙古族藏族自治州'),
	-- 宁夏回族自治区 (Ningxia), 5
	('640100', '银川市'),
	('640200', '石嘴山市'),
	('640300', '吴忠市'),
	('640400', '固原市'),
	('640500', '中卫市'),
	-- 新疆维吾尔自治区 (Xinjiang), 14
	('650100', '乌鲁木齐市'),
	('650200', '克拉玛依市'),
	('650400', '吐鲁番市'),
	('650500', '哈密市'),
	('652300', '昌吉回族自治州'),
	('652700', '博尔塔拉蒙古自治州'),
	('652800', '巴音郭楞蒙古自治州'),
	('652900', '阿克苏地区'),
	('653000', '克孜勒苏柯尔克孜自治州'),
	('653100', '喀什地区'),
	('653200', '和田地区'),
	('654000', '伊犁哈萨克自治州'),
	('654200', '塔城地区'),
	('654300', '阿勒泰地区'),
	('660000', '新疆生产建设兵团')
$$;
COMMENT ON FUNCTION kinwallet.shipped_regions() IS 'the 338 pooling regions: 333 prefecture-level divisions, 4 municipalities and the Corps';

/*
 * The days on which 2026 departs from the plain week: days off, Saturdays and
 * Sundays within a holiday included, and weekend days that are worked.
 */
CREATE FUNCTION kinwallet.shipped_holidays()
RETURNS TABLE (day date, is_workday boolean)
LANGUAGE SQL IMMUTABLE PARALLEL SAFE ROWS 39
AS $$
VALUES
	-- New Year
	('2026-01-01'::pg_catalog.date, false),
	('2026-01-02', false),
	('2026-01-03', false),
	('2026-01-04', true),
	-- Spring Festival
	('2026-02-14', true),
	('2026-02-15', false),
	('2026-02-16', false),
	('2026-02-17', false),
	('2026-02-18', false),
	('2026-02-19', false),
	('2026-02-20', false),
	('2026-02-21', false),
	('2026-02-22', false),
	('2026-02-23', false),
	('2026-02-28', true),
	-- Qingming
	('2026-04-04', false),
	('2026-04-05', false),
	('2026-04-06', false),
	-- Labour Day
	('2026-05-01', false),
	('2026-05-02', false),
	('2026-05-03', false),
	('2026-05-04', false),
	('2026-05-05', false),
	('2026-05-09', true),
	-- Dragon Boat Festival
	('2026-06-19', false),
	('2026-06-20', false),
	('2026-06-21', false),
	-- Mid-Autumn Festival
	('2026-09-25', false),
	('2026-09-26', false),
	('2026-09-27', false),
	-- National Day
	('2026-09-20', true),
	('2026-10-01', false),
	('2026-10-02', false),
	('2026-10-03', false),
	('2026-10-04', false),
	('2026-10-05', false),
	('2026-10-06', false),
	('2026-10-07', false),
	('2026-10-10', true)
$$;
COMMENT ON FUNCTION kinwallet.shipped_holidays() IS 'days off and worked weekend days in China, year 2026';
/*
 * The ledger: every table that holds data.  create_ledger() makes them as
 * ordinary tables, not as members of the extension, so that they are dumped,
 * restored, indexed and altered like any user's table.
 */

CREATE FUNCTION kinwallet.create_ledger(since date DEFAULT '2026-01-01') RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $create_ledger$
BEGIN
	IF since IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'argument "since" must not be null';
	END IF;
	IF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'kinwallet_data') THEN
		RAISE duplicate_schema USING MESSAGE = 'the ledger exists already',
			DETAIL = 'Schema kinwallet_data is there; nothing was changed.';
	END IF;

	CREATE SCHEMA kinwallet_data;
	COMMENT ON SCHEMA kinwallet_data IS 'kinwallet: the ledger''s tables';

	-- One row: what ledger this is.  node stands in the top bits of every id.
	CREATE TABLE kinwallet_data.ledger (
		singleton boolean PRIMARY KEY DEFAULT true CONSTRAINT ledger_one_row CHECK (singleton),
		node smallint NOT NULL DEFAULT 0 CONSTRAINT ledger_node CHECK (node BETWEEN 0 AND 1023),
		version text NOT NULL,
		since date NOT NULL,
		created_at timestamptz NOT NULL
	);
	INSERT INTO kinwallet_data.ledger (version, since, created_at)
	SELECT extversion, date_trunc('month', create_ledger.since)::date, kinwallet.business_time()
	FROM pg_extension WHERE extname = 'kinwallet';

	-- 42 bits of sequence under node and month; never cycles
	CREATE SEQUENCE kinwallet_data.fact_id AS bigint MAXVALUE 4398046511103 NO CYCLE CACHE 32;
	CREATE SEQUENCE kinwallet_data.relation_id AS bigint MAXVALUE 4398046511103 NO CYCLE;

	/*
	 * Reference data, maintained by the site
	 */
	CREATE TABLE kinwallet_data.region (
		region kinwallet.region_code PRIMARY KEY,
		name text NOT NULL,
		province kinwallet.region_code NOT NULL,
		opened_on date,
		-- merged or recoded (EDGE-78): the present party for the old code's lines
		successor kinwallet.region_code REFERENCES kinwallet_data.region
	);

	CREATE TABLE kinwallet_data.policy (
		policy_id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
		-- 0 the nation, pp0000 a province, else one region
		scope integer NOT NULL DEFAULT 0
			CONSTRAINT policy_scope CHECK (scope = 0 OR scope BETWEEN 100000 AND 999999),
		valid daterange NOT NULL
			CONSTRAINT policy_valid_not_empty CHECK (NOT isempty(valid)),
		cross_province boolean NOT NULL DEFAULT true,
		kinship kinwallet.kinship_relation[] NOT NULL
			DEFAULT '{spouse,parent,child,sibling,grandparent,paternal_grandparent,maternal_grandparent,grandchild,paternal_grandchild,maternal_grandchild}',
		transfer_min kinwallet.wallet_amount NOT NULL DEFAULT '0.01'
			CONSTRAINT policy_transfer_min CHECK (kinwallet.fen(transfer_min) >= 1),
		transfer_max kinwallet.wallet_amount NOT NULL DEFAULT '2000.00',
		transfers_per_day integer NOT NULL DEFAULT 3
			CONSTRAINT policy_transfers_per_day CHECK (transfers_per_day BETWEEN 0 AND 32767),
		reserve kinwallet.wallet_amount NOT NULL DEFAULT '0.00'
			CONSTRAINT policy_reserve CHECK (kinwallet.fen(reserve) >= 0),
		provider_region_rule text NOT NULL DEFAULT 'any'
			CONSTRAINT policy_provider_region_rule CHECK (provider_region_rule IN ('any', 'insured_region', 'use_region')),
		own_account_first boolean NOT NULL DEFAULT true,
		uses text[] NOT NULL DEFAULT '{medical,drug,device,consumable,resident_medical,long_term_care}'
			CONSTRAINT policy_uses CHECK (uses <@ '{medical,drug,device,consumable,resident_medical,long_term_care}'::text[]),
		-- month * 100 + day, in the year before the cover year (EDGE-54)
		premium_window int4range NOT NULL DEFAULT '[901,1231]',
		relation_cap integer CONSTRAINT policy_relation_cap CHECK (relation_cap >= 0),
		request_expiry interval NOT NULL DEFAULT '7 days'
			CONSTRAINT policy_request_expiry CHECK (request_expiry > interval '0'),
		hold_expiry interval NOT NULL DEFAULT '24 hours'
			CONSTRAINT policy_hold_expiry CHECK (hold_expiry > interval '0'),
		pause_days integer NOT NULL DEFAULT 90 CONSTRAINT policy_pause_days CHECK (pause_days >= 0),
		pause_is_change boolean NOT NULL DEFAULT false,
		remark text,
		CONSTRAINT policy_range CHECK (kinwallet.fen(transfer_max) >= kinwallet.fen(transfer_min)),
		-- one rule for each scope and day, by what core has alone
		CONSTRAINT policy_no_overlap EXCLUDE USING gist (int4range(scope, scope, '[]') WITH &&, valid WITH &&)
	);

	CREATE TABLE kinwallet_data.provider (
		provider text PRIMARY KEY
			CONSTRAINT provider_code CHECK (provider ~ '^[HP][0-9]{11}$'),
		name text,
		kind text NOT NULL
			CONSTRAINT provider_kind CHECK (kind IN ('medical_institution', 'pharmacy')),
		region kinwallet.region_code NOT NULL REFERENCES kinwallet_data.region,
		accepts_wallet boolean NOT NULL DEFAULT true,
		valid daterange NOT NULL DEFAULT '(,)',
		CONSTRAINT provider_kind_code CHECK ((kind = 'medical_institution') = (provider ~ '^H'))
	);

	CREATE TABLE kinwallet_data.premium_standard (
		region kinwallet.region_code NOT NULL REFERENCES kinwallet_data.region,
		kind text NOT NULL
			CONSTRAINT premium_standard_kind CHECK (kind IN ('resident_medical', 'long_term_care')),
		cover_year integer NOT NULL
			CONSTRAINT premium_standard_cover_year CHECK (cover_year BETWEEN 2000 AND 2199),
		amount kinwallet.wallet_amount NOT NULL
			CONSTRAINT premium_standard_amount CHECK (kinwallet.fen(amount) > 0),
		-- days on which it may be paid; NULL: the policy's premium_window
		valid daterange,
		enabled boolean NOT NULL DEFAULT true,
		PRIMARY KEY (region, kind, cover_year)
	);

	CREATE TABLE kinwallet_data.holiday (
		day date PRIMARY KEY,
		is_workday boolean NOT NULL
	);

	CREATE TABLE kinwallet_data.person (
		person_id bigint PRIMARY KEY CONSTRAINT person_id_positive CHECK (person_id > 0),
		citizen_id kinwallet.citizen_id NOT NULL CONSTRAINT person_citizen_id UNIQUE,
		name text NOT NULL CONSTRAINT person_name CHECK (name <> ''),
		region kinwallet.region_code NOT NULL REFERENCES kinwallet_data.region,
		scheme text NOT NULL CONSTRAINT person_scheme CHECK (scheme IN ('employee', 'resident')),
		status text NOT NULL DEFAULT 'normal'
			CONSTRAINT person_status CHECK (status IN ('normal', 'paused', 'terminated', 'deceased')),
		status_since date NOT NULL DEFAULT kinwallet.business_date(),
		credential text CONSTRAINT person_credential UNIQUE CONSTRAINT person_credential_not_empty CHECK (credential <> ''),
		guardian bigint REFERENCES kinwallet_data.person
			CONSTRAINT person_guardian CHECK (guardian <> person_id),
		-- false: employee scheme without individual account (pooled only, ACT-07)
		individual_account boolean NOT NULL DEFAULT true,
		auto_accept boolean NOT NULL DEFAULT false,
		-- certificate kind (rules.md 3.6): 07 is the foreign permanent residence card
		certificate text NOT NULL DEFAULT '01'
			CONSTRAINT person_certificate CHECK (certificate ~ '^[0-9]{2}$')
	);

	CREATE TABLE kinwallet_data.insurance_event (
		event_id text PRIMARY KEY,
		person_id bigint NOT NULL,
		effective_on date NOT NULL,
		region kinwallet.region_code,
		scheme text,
		status text,
		processed_at timestamptz NOT NULL
	);

	/*
	 * State.  Written by kinwallet's functions alone.  Columns that one posting
	 * changes stand together, so that the WAL record of the update is short.
	 */
	CREATE TABLE kinwallet_data.wallet (
		person_id bigint NOT NULL CONSTRAINT wallet_pkey PRIMARY KEY,
		region kinwallet.region_code NOT NULL,
		open_relations integer NOT NULL DEFAULT 0 CONSTRAINT wallet_open_relations CHECK (open_relations >= 0),
		-- p pending (account without wallet), o open, f frozen, c closed
		status "char" NOT NULL DEFAULT 'p' CONSTRAINT wallet_status CHECK (status IN ('p', 'o', 'f', 'c')),
		-- copies of the person's status and scheme: n p t d; e employee, p pooled only, r resident
		insured "char" NOT NULL CONSTRAINT wallet_insured CHECK (insured IN ('n', 'p', 't', 'd')),
		scheme "char" NOT NULL CONSTRAINT wallet_scheme CHECK (scheme IN ('e', 'p', 'r')),
		transfer_day date NOT NULL DEFAULT '2000-01-01',
		available kinwallet.wallet_amount NOT NULL DEFAULT '0'
			CONSTRAINT wallet_available CHECK (kinwallet.fen(available) >= 0),
		request_mark integer NOT NULL DEFAULT 0,
		transfers smallint NOT NULL DEFAULT 0 CONSTRAINT wallet_transfers CHECK (transfers >= 0)
	) WITH (fillfactor = 70);

	CREATE TABLE kinwallet_data.wallet_profile (
		person_id bigint PRIMARY KEY,
		place kinwallet.region_code,
		mobile text,
		opened_at timestamptz NOT NULL
	);

	CREATE TABLE kinwallet_data.relation (
		relation_id bigint NOT NULL CONSTRAINT relation_pkey PRIMARY KEY,
		contributor bigint NOT NULL,
		recipient bigint NOT NULL,
		-- when it became active; infinity while it never was
		active_since timestamptz NOT NULL DEFAULT 'infinity',
		-- both regions when it was made: a move dissolves it, so they hold while it is open
		contributor_region kinwallet.region_code NOT NULL,
		recipient_region kinwallet.region_code NOT NULL,
		kinship kinwallet.kinship_relation NOT NULL,
		-- r requested, a active, s suspended; d dissolved, n refused, w withdrawn, x expired
		state "char" NOT NULL CONSTRAINT relation_state CHECK (state IN ('r', 'a', 's', 'd', 'n', 'w', 'x')),
		-- why suspended: 1 contributor paused, 2 recipient paused, 4 contributor frozen, 8 recipient frozen
		causes smallint NOT NULL DEFAULT 0,
		held kinwallet.wallet_amount NOT NULL DEFAULT '0' CONSTRAINT relation_held CHECK (kinwallet.fen(held) >= 0),
		returned kinwallet.wallet_amount NOT NULL DEFAULT '0' CONSTRAINT relation_returned CHECK (kinwallet.fen(returned) >= 0),
		remaining kinwallet.wallet_amount NOT NULL DEFAULT '0' CONSTRAINT relation_remaining CHECK (kinwallet.fen(remaining) >= 0),
		spent kinwallet.wallet_amount NOT NULL DEFAULT '0' CONSTRAINT relation_spent CHECK (kinwallet.fen(spent) >= 0),
		CONSTRAINT relation_not_to_self CHECK (contributor <> recipient),
		CONSTRAINT relation_causes CHECK (causes BETWEEN 0 AND 15 AND (state = 's') = (causes <> 0)),
		CONSTRAINT relation_ended_empty CHECK (state IN ('a', 's') OR kinwallet.fen(remaining) = 0)
	) WITH (fillfactor = 70);
	CREATE UNIQUE INDEX relation_pair ON kinwallet_data.relation (contributor, recipient) WHERE state IN ('r', 'a', 's');
	CREATE INDEX relation_recipient ON kinwallet_data.relation (recipient, state);
	CREATE INDEX relation_contributor ON kinwallet_data.relation (contributor);

	CREATE TABLE kinwallet_data.relation_event (
		event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		relation_id bigint NOT NULL,
		at timestamptz NOT NULL,
		kind text NOT NULL CONSTRAINT relation_event_kind CHECK (kind IN
			('requested', 'accepted', 'established', 'refused', 'withdrawn', 'expired', 'suspended', 'resumed', 'dissolved')),
		by_person bigint,
		reason text,
		causes smallint NOT NULL DEFAULT 0,
		returned kinwallet.wallet_amount NOT NULL DEFAULT '0'
	);
	CREATE INDEX relation_event_relation ON kinwallet_data.relation_event (relation_id, event_id);

	CREATE TABLE kinwallet_data.wallet_event (
		event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		person_id bigint NOT NULL,
		at timestamptz NOT NULL,
		kind text NOT NULL CONSTRAINT wallet_event_kind CHECK (kind IN ('opened', 'closed', 'frozen', 'unfrozen')),
		reason text
	);
	CREATE INDEX wallet_event_person ON kinwallet_data.wallet_event (person_id, event_id);

	CREATE TABLE kinwallet_data.hold (
		hold_id bigint PRIMARY KEY,
		recipient bigint NOT NULL,
		request_id uuid NOT NULL,
		provider text NOT NULL,
		use "char" NOT NULL,
		-- o open, c captured, n cancelled, x expired
		state "char" NOT NULL DEFAULT 'o' CONSTRAINT hold_state CHECK (state IN ('o', 'c', 'n', 'x')),
		amount kinwallet.wallet_amount NOT NULL CONSTRAINT hold_amount CHECK (kinwallet.fen(amount) > 0),
		-- as asked for: NULL took the policy's
		expires interval,
		at timestamptz NOT NULL,
		expires_at timestamptz NOT NULL,
		ended_at timestamptz
	);
	CREATE UNIQUE INDEX hold_request ON kinwallet_data.hold (recipient, request_id);
	CREATE INDEX hold_open ON kinwallet_data.hold (expires_at) WHERE state = 'o';
	CREATE INDEX hold_open_recipient ON kinwallet_data.hold (recipient) WHERE state = 'o';

	-- what a hold reserved from each relation, in drawing order
	CREATE TABLE kinwallet_data.hold_part (
		hold_id bigint NOT NULL REFERENCES kinwallet_data.hold,
		position smallint NOT NULL,
		relation_id bigint NOT NULL,
		amount kinwallet.wallet_amount NOT NULL CONSTRAINT hold_part_amount CHECK (kinwallet.fen(amount) > 0),
		PRIMARY KEY (hold_id, position)
	);
	CREATE INDEX hold_part_relation ON kinwallet_data.hold_part (relation_id);

	-- what was refunded of a spending: no row means nothing
	CREATE TABLE kinwallet_data.refunded (
		spending_id bigint NOT NULL CONSTRAINT refunded_pkey PRIMARY KEY,
		mutual_aid kinwallet.wallet_amount NOT NULL DEFAULT '0' CONSTRAINT refunded_mutual_aid CHECK (kinwallet.fen(mutual_aid) >= 0),
		own_account kinwallet.wallet_amount NOT NULL DEFAULT '0' CONSTRAINT refunded_own_account CHECK (kinwallet.fen(own_account) >= 0)
	) WITH (fillfactor = 90);

	-- once per person, kind and year (EDGE-54, EDGE-55); a full refund removes the row
	CREATE TABLE kinwallet_data.premium_paid (
		person_id bigint NOT NULL,
		kind "char" NOT NULL,
		cover_year smallint NOT NULL,
		spending_id bigint NOT NULL,
		PRIMARY KEY (person_id, kind, cover_year)
	);

	-- money of refunds whose contributor has no account any more (EDGE-48)
	CREATE TABLE kinwallet_data.suspense (
		person_id bigint NOT NULL,
		region kinwallet.region_code NOT NULL,
		amount kinwallet.wallet_amount NOT NULL CONSTRAINT suspense_amount CHECK (kinwallet.fen(amount) >= 0),
		PRIMARY KEY (person_id, region)
	);

	/*
	 * Facts: append-only, one partition a month, made by ensure_partitions()
	 * with the unique indexes of each leaf.
	 */
	CREATE TABLE kinwallet_data.account_entry (
		entry_id bigint NOT NULL,
		person_id bigint NOT NULL,
		amount kinwallet.wallet_amount NOT NULL CONSTRAINT account_entry_amount CHECK (kinwallet.fen(amount) > 0),
		at timestamptz NOT NULL,
		request_id uuid NOT NULL,
		region kinwallet.region_code NOT NULL,
		month date NOT NULL,
		memo text
	) PARTITION BY RANGE (month);

	CREATE TABLE kinwallet_data.transfer (
		transfer_id bigint NOT NULL,
		relation_id bigint NOT NULL,
		contributor bigint NOT NULL,
		amount kinwallet.wallet_amount NOT NULL CONSTRAINT transfer_amount CHECK (kinwallet.fen(amount) > 0),
		at timestamptz NOT NULL,
		request_id uuid NOT NULL,
		-- the contributor's policy row that judged it
		policy_id integer NOT NULL,
		month date NOT NULL
	) PARTITION BY RANGE (month);

	CREATE TABLE kinwallet_data.spending (
		spending_id bigint NOT NULL,
		recipient bigint NOT NULL,
		personal_burden kinwallet.wallet_amount NOT NULL CONSTRAINT spending_personal_burden CHECK (kinwallet.fen(personal_burden) > 0),
		own_account kinwallet.wallet_amount NOT NULL CONSTRAINT spending_own_account CHECK (kinwallet.fen(own_account) >= 0),
		mutual_aid kinwallet.wallet_amount NOT NULL CONSTRAINT spending_mutual_aid CHECK (kinwallet.fen(mutual_aid) >= 0),
		-- 0: no hold
		hold_id bigint NOT NULL,
		at timestamptz NOT NULL,
		request_id uuid NOT NULL,
		-- the recipient's policy row that judged it
		policy_id integer NOT NULL,
		recipient_region kinwallet.region_code NOT NULL,
		payee_region kinwallet.region_code NOT NULL,
		month date NOT NULL,
		-- 0: no premium
		cover_year smallint NOT NULL,
		-- s spend, c capture, p premium
		kind "char" NOT NULL,
		-- m medical, d drug, e device, c consumable, r resident_medical, l long_term_care
		use "char" NOT NULL,
		allow_partial boolean NOT NULL,
		provider text,
		reason text,
		CONSTRAINT spending_parts CHECK (kinwallet.fen(own_account) + kinwallet.fen(mutual_aid) BETWEEN 1 AND kinwallet.fen(personal_burden))
	) PARTITION BY RANGE (month);

	-- The clearing item.  Fixed width, no NULL: the scan of clearing.c reads it by offset.
	CREATE TABLE kinwallet_data.draw (
		draw_id bigint NOT NULL,
		spending_id bigint NOT NULL,
		relation_id bigint NOT NULL,
		-- 0, or the draw that this restore undoes
		restores bigint NOT NULL,
		contributor bigint NOT NULL,
		recipient bigint NOT NULL,
		amount kinwallet.wallet_amount NOT NULL CONSTRAINT draw_amount CHECK (kinwallet.fen(amount) > 0),
		at timestamptz NOT NULL,
		payer_region kinwallet.region_code NOT NULL,
		payee_region kinwallet.region_code NOT NULL,
		recipient_region kinwallet.region_code NOT NULL,
		month date NOT NULL,
		position smallint NOT NULL,
		-- d draw, r restore
		kind "char" NOT NULL,
		-- l local, i intra_province, c cross_province
		scope "char" NOT NULL,
		use "char" NOT NULL,
		-- a restore's money went to: q quota, a account, s suspense; a draw's came from: q quota, h hold
		place "char" NOT NULL,
		-- bit 0: first draw of its spending for this pair of regions; bit 1: of provinces
		counts smallint NOT NULL
	) PARTITION BY RANGE (month);

	CREATE TABLE kinwallet_data.refund (
		refund_id bigint NOT NULL,
		spending_id bigint NOT NULL,
		recipient bigint NOT NULL,
		amount kinwallet.wallet_amount NOT NULL CONSTRAINT refund_amount CHECK (kinwallet.fen(amount) > 0),
		at timestamptz NOT NULL,
		request_id uuid NOT NULL,
		month date NOT NULL,
		-- m mutual aid, o own account
		kind "char" NOT NULL
	) PARTITION BY RANGE (month);

	CREATE TABLE kinwallet_data.return_ (
		return_id bigint NOT NULL,
		relation_id bigint NOT NULL,
		contributor bigint NOT NULL,
		amount kinwallet.wallet_amount NOT NULL CONSTRAINT return_amount CHECK (kinwallet.fen(amount) > 0),
		at timestamptz NOT NULL,
		contributor_region kinwallet.region_code NOT NULL,
		month date NOT NULL,
		-- d dissolution, h a hold's remainder after it
		kind "char" NOT NULL
	) PARTITION BY RANGE (month);

	/*
	 * Clearing
	 */
	CREATE TABLE kinwallet_data.clearing_month (
		month date PRIMARY KEY CONSTRAINT clearing_month_first_day CHECK (extract(day FROM month) = 1),
		state text NOT NULL DEFAULT 'cut_off' CONSTRAINT clearing_month_state CHECK (state IN
			('cut_off', 'split', 'confirmed', 'noticed', 'paid', 'closed')),
		cut_off_at timestamptz NOT NULL,
		cut_off_by name NOT NULL,
		split_at timestamptz,
		split_by name
	);

	CREATE TABLE kinwallet_data.clearing_pair (
		month date NOT NULL REFERENCES kinwallet_data.clearing_month,
		-- province: the national table; region: every pair of regions that clears
		level text NOT NULL CONSTRAINT clearing_pair_level CHECK (level IN ('province', 'region')),
		payer kinwallet.region_code NOT NULL,
		payee kinwallet.region_code NOT NULL,
		scope "char" NOT NULL CONSTRAINT clearing_pair_scope CHECK (scope IN ('i', 'c')),
		person_times bigint NOT NULL,
		items bigint NOT NULL,
		gross kinwallet.wallet_amount NOT NULL,
		reversed kinwallet.wallet_amount NOT NULL,
		due kinwallet.wallet_amount NOT NULL CONSTRAINT clearing_pair_due CHECK (kinwallet.fen(due) >= 0),
		adjustment kinwallet.wallet_amount NOT NULL CONSTRAINT clearing_pair_adjustment CHECK (kinwallet.fen(adjustment) >= 0),
		PRIMARY KEY (month, level, payer, payee),
		CONSTRAINT clearing_pair_sums CHECK (
			kinwallet.fen(due) - kinwallet.fen(adjustment) = kinwallet.fen(gross) - kinwallet.fen(reversed)
			AND (kinwallet.fen(due) = 0 OR kinwallet.fen(adjustment) = 0))
	);

	PERFORM kinwallet.attach_guards();
	PERFORM kinwallet.load_reference_data();
	PERFORM kinwallet.ensure_partitions(
		(greatest(create_ledger.since, kinwallet.business_date()) + interval '12 months')::date);
END
$create_ledger$;
COMMENT ON FUNCTION kinwallet.create_ledger(date) IS
	'make the ledger''s tables in schema kinwallet_data, with partitions from the given month on; once';

-- The triggers of the ledger's tables.  ENABLE ALWAYS: they hold under logical apply too.
CREATE FUNCTION kinwallet.attach_guards() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $attach_guards$
DECLARE
	tab text;
BEGIN
	-- reference data that backends cache
	FOREACH tab IN ARRAY '{ledger,region,policy,provider,premium_standard,holiday,clearing_month}'::text[] LOOP
		EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON kinwallet_data.%I '
			'FOR EACH ROW EXECUTE FUNCTION kinwallet.reference_changed()', tab || '_changed', tab);
		EXECUTE format('CREATE TRIGGER %I AFTER TRUNCATE ON kinwallet_data.%I '
			'FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.reference_changed()', tab || '_emptied', tab);
		EXECUTE format('ALTER TABLE kinwallet_data.%I ENABLE ALWAYS TRIGGER %I', tab, tab || '_changed');
		EXECUTE format('ALTER TABLE kinwallet_data.%I ENABLE ALWAYS TRIGGER %I', tab, tab || '_emptied');
	END LOOP;

	-- validation of what sites write
	CREATE TRIGGER region_guard BEFORE INSERT OR UPDATE ON kinwallet_data.region
		FOR EACH ROW EXECUTE FUNCTION kinwallet.region_guard();
	CREATE TRIGGER person_guard BEFORE INSERT OR UPDATE OR DELETE ON kinwallet_data.person
		FOR EACH ROW EXECUTE FUNCTION kinwallet.person_guard();
	-- the effects of an UPDATE, for all its rows together, so that locks are taken in order
	CREATE TRIGGER person_changed AFTER UPDATE ON kinwallet_data.person
		REFERENCING OLD TABLE AS old_person NEW TABLE AS new_person
		FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.person_changed();

	-- state: written by kinwallet's functions, which act as the ledger's owner
	FOREACH tab IN ARRAY '{wallet,wallet_profile,relation,hold,hold_part,refunded,premium_paid,suspense,insurance_event,clearing_month,clearing_pair,relation_event,wallet_event}'::text[] LOOP
		EXECUTE format('CREATE TRIGGER %I BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON kinwallet_data.%I '
			'FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.state_guard()', tab || '_guard', tab);
		EXECUTE format('ALTER TABLE kinwallet_data.%I ENABLE ALWAYS TRIGGER %I', tab, tab || '_guard');
	END LOOP;

	-- facts outside of monthly partitions
	FOREACH tab IN ARRAY '{relation_event,wallet_event,insurance_event}'::text[] LOOP
		PERFORM kinwallet.attach_fact_guard(tab);
	END LOOP;
	-- parents: a statement that names them is refused even when it would touch no row
	FOREACH tab IN ARRAY '{account_entry,transfer,spending,draw,refund,return_}'::text[] LOOP
		EXECUTE format('CREATE TRIGGER fact_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON kinwallet_data.%I '
			'FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.fact_guard()', tab);
		EXECUTE format('ALTER TABLE kinwallet_data.%I ENABLE ALWAYS TRIGGER fact_guard', tab);
		EXECUTE format('CREATE TRIGGER state_guard BEFORE INSERT ON kinwallet_data.%I '
			'FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.state_guard()', tab);
		EXECUTE format('ALTER TABLE kinwallet_data.%I ENABLE ALWAYS TRIGGER state_guard', tab);
	END LOOP;
END
$attach_guards$;
COMMENT ON FUNCTION kinwallet.attach_guards() IS 'make the triggers of the ledger''s tables; called by create_ledger()';

-- Facts refuse UPDATE, DELETE and TRUNCATE; an INSERT by hand is the owner's alone.
CREATE FUNCTION kinwallet.attach_fact_guard(tab text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $attach_fact_guard$
BEGIN
	EXECUTE format('CREATE TRIGGER fact_guard BEFORE UPDATE OR DELETE ON kinwallet_data.%I '
		'FOR EACH ROW EXECUTE FUNCTION kinwallet.fact_guard()', tab);
	EXECUTE format('CREATE TRIGGER fact_guard_truncate BEFORE TRUNCATE ON kinwallet_data.%I '
		'FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.fact_guard()', tab);
	EXECUTE format('ALTER TABLE kinwallet_data.%I ENABLE ALWAYS TRIGGER fact_guard', tab);
	EXECUTE format('ALTER TABLE kinwallet_data.%I ENABLE ALWAYS TRIGGER fact_guard_truncate', tab);
END
$attach_fact_guard$;
COMMENT ON FUNCTION kinwallet.attach_fact_guard(text) IS 'make one table of facts append-only; called by ensure_partitions()';

CREATE FUNCTION kinwallet.load_reference_data() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $load_reference_data$
BEGIN
	-- C6: Ningxia's wallet function opened on 2025-07-15, the nation's on 2026-01-09
	INSERT INTO kinwallet_data.region (region, name, province, opened_on)
	SELECT region, name, kinwallet.province(region),
		CASE WHEN kinwallet.province(region)::text = '640000' THEN date '2025-07-15' ELSE date '2026-01-09' END
	FROM kinwallet.shipped_regions();

	-- rules.md 1.8: immediate family within the province before, close relatives nationwide now
	INSERT INTO kinwallet_data.policy (scope, valid, cross_province, kinship, remark) VALUES
		(0, '(,2026-01-09)', false, '{spouse,parent,child}', 'in-province regime (ACT-04)');
	INSERT INTO kinwallet_data.policy (scope, valid, remark) VALUES
		(0, '[2026-01-09,)', 'nationwide regime (POL-02, ACT-03)'),
		(640000, '[2025-07-15,)', 'Ningxia (POL-08, POL-09)');

	INSERT INTO kinwallet_data.holiday (day, is_workday)
	SELECT day, is_workday FROM kinwallet.shipped_holidays();
END
$load_reference_data$;
COMMENT ON FUNCTION kinwallet.load_reference_data() IS 'load the shipped regions, policies and holidays; called by create_ledger()';

CREATE FUNCTION kinwallet.ensure_partitions(through date) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $ensure_partitions$
DECLARE
	fact text;
	leaf text;
	unique_keys text;
	first_month date;
	this_month date;
BEGIN
	IF through IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'argument "through" must not be null';
	END IF;
	SELECT since INTO first_month FROM kinwallet_data.ledger;
	IF through > first_month + interval '100 years' THEN
		RAISE invalid_parameter_value USING MESSAGE = format('cannot make partitions through %s', through),
			DETAIL = 'Partitions can be made for at most a hundred years from the ledger''s first month on.';
	END IF;
	-- two callers at once: the second one waits and finds nothing left to do
	LOCK TABLE kinwallet_data.ledger IN SHARE ROW EXCLUSIVE MODE;
	FOR this_month IN SELECT m::date FROM generate_series(first_month::timestamp, date_trunc('month', through::timestamp), interval '1 month') AS m LOOP
		FOR fact, unique_keys IN VALUES
			('account_entry', 'person_id, request_id'),
			('transfer', 'contributor, request_id'),
			('spending', 'recipient, request_id, kind'),
			('draw', 'spending_id, draw_id'),
			('refund', 'recipient, request_id, kind'),
			('return_', 'relation_id, return_id')
		LOOP
			leaf := fact || to_char(this_month, '_YYYY_MM');
			IF to_regclass(format('kinwallet_data.%I', leaf)) IS NOT NULL THEN
				CONTINUE;
			END IF;
			EXECUTE format('CREATE TABLE kinwallet_data.%I PARTITION OF kinwallet_data.%I FOR VALUES FROM (%L) TO (%L)',
				leaf, fact, this_month, (this_month + interval '1 month')::date);
			EXECUTE format('CREATE UNIQUE INDEX %I ON kinwallet_data.%I (%s)', leaf || '_key', leaf, unique_keys);
			IF fact = 'spending' THEN
				EXECUTE format('CREATE UNIQUE INDEX %I ON kinwallet_data.%I (spending_id)', leaf || '_id', leaf);
			END IF;
			PERFORM kinwallet.attach_fact_guard(leaf);
			EXECUTE format('CREATE TRIGGER state_guard BEFORE INSERT ON kinwallet_data.%I '
				'FOR EACH STATEMENT EXECUTE FUNCTION kinwallet.state_guard()', leaf);
			EXECUTE format('ALTER TABLE kinwallet_data.%I ENABLE ALWAYS TRIGGER state_guard', leaf);
		END LOOP;
	END LOOP;
END
$ensure_partitions$;
COMMENT ON FUNCTION kinwallet.ensure_partitions(date) IS
	'make the missing monthly partitions from the ledger''s first month through the given day''s month';
