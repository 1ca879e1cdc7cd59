/* extension/kinwallet--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION kinwallet" to load this file. \quit

-- Plain CREATE SCHEMA: a schema of this name made by somebody else is an error.
CREATE SCHEMA kinwallet;
COMMENT ON SCHEMA kinwallet IS 'kinwallet: types and functions of family mutual aid between individual accounts';
GRANT USAGE ON SCHEMA kinwallet TO PUBLIC;

