-- Invalid literals are soft errors where the server knows them (16): asked
-- whether they are valid, they are not, and nothing is thrown.
CREATE FUNCTION is_valid(value text, type text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	result boolean;
BEGIN
	IF current_setting('server_version_num')::int >= 160000 THEN
		EXECUTE 'SELECT pg_catalog.pg_input_is_valid($1, $2)' INTO result USING value, type;
		RETURN result;
	END IF;
	EXECUTE format('SELECT %L::%s', value, type);
	RETURN true;
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range OR invalid_parameter_value THEN
	-- a hard error, where there should be none
	RETURN CASE WHEN current_setting('server_version_num')::int < 160000 THEN false END;
END
$$;
SELECT type, value, is_valid(value, type)
FROM (VALUES
	('kinwallet.wallet_amount', '12.34'), ('kinwallet.wallet_amount', '12.345'), ('kinwallet.wallet_amount', ''),
	('kinwallet.wallet_amount', '92233720368547758.08'), ('kinwallet.wallet_amount', 'x'),
	('kinwallet.kinship_relation', 'parent'), ('kinwallet.kinship_relation', 'cousin'),
	('kinwallet.region_code', '640200'), ('kinwallet.region_code', '64020'), ('kinwallet.region_code', '990000'),
	('kinwallet.citizen_id', '640299198003121018'), ('kinwallet.citizen_id', '640299198003121019'),
	('kinwallet.citizen_id', '640299198013121018')) AS v(type, value);
DROP FUNCTION is_valid;
