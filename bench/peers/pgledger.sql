-- Accounts in pgledger, whose install script the caller named, and one call.
CREATE SCHEMA pl;
CREATE TABLE pl.account AS
SELECT i AS n, (public.pgledger_create_account('a' || i, 'CNY')).id AS id FROM generate_series(1, :persons / 2) AS i;
ALTER TABLE pl.account ADD PRIMARY KEY (n);
VACUUM ANALYZE pl.account;
CREATE FUNCTION pl.transfer(a bigint, b bigint) RETURNS text LANGUAGE sql AS $$
	SELECT (public.pgledger_create_transfer((SELECT id FROM pl.account WHERE n = a),
		(SELECT id FROM pl.account WHERE n = CASE WHEN a = b THEN a % 100 + 1 ELSE b END), 0.01)).id
$$;
