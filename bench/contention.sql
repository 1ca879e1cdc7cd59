-- Who may pay to whom beside their neighbour: everybody to one of ten hot
-- recipients, and ten pairs to each other.
\set ON_ERROR_STOP 1
SELECT count(*) FROM (
	SELECT kinwallet.establish_relation(c, 2 * (c / 2 % 10 + 1), 'sibling')
	FROM generate_series(21, :persons - 1, 2) AS c) AS hot;
SELECT count(*) FROM (
	SELECT kinwallet.credit_account(kinwallet.new_request_id(), c, '100000') FROM generate_series(2, 20, 2) AS c) AS credited;
SELECT count(*) FROM (
	SELECT kinwallet.establish_relation(c, c - 1, 'sibling') FROM generate_series(2, 20, 2) AS c) AS mutual;
SELECT count(*) FROM (SELECT array_agg(kinwallet.new_request_id()) AS r, array_agg(contributor) AS c,
	array_agg(recipient) AS p, array_agg('1000'::kinwallet.wallet_amount) AS m FROM kinwallet_data.relation) AS a,
	LATERAL kinwallet.transfer_batch(r, c, p, m);
VACUUM ANALYZE;
CHECKPOINT;
