-- Bulk calls larger than what waits in memory, over many leaves of the indexes.
BEGIN;
SELECT plan(25);
SET LOCAL kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();
SET LOCAL search_path = public, kinwallet;
UPDATE kinwallet_data.policy SET transfers_per_day = 8;

-- Two thousand persons; each odd one has relations to the next two even ones.
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
SELECT i, (body || substr('10X98765432', 1 + (SELECT sum(substr(body, g, 1)::int * (2 ^ (18 - g))::int)::int % 11
		FROM generate_series(1, 17) AS g), 1))::kinwallet.citizen_id,
	'p' || i, '640200', 'employee', 'c' || i
FROM generate_series(1, 2000) AS i,
	LATERAL (SELECT '640299' || to_char(date '1970-01-01' + i, 'YYYYMMDD') || '001') AS t (body);
SELECT count(kinwallet.open_wallet(i)) FROM generate_series(1, 2000) AS i;
SELECT kinwallet.establish_relations(array_agg(c), array_agg(r), array_agg('sibling'::kinwallet.kinship_relation))
FROM (SELECT c, r FROM generate_series(1, 1999, 2) AS c, LATERAL (VALUES (c + 1), ((c + 2) % 2000 + 1)) AS v (r)) AS pairs;

-- an id of version 5, or of version 7 in one of ten seconds
CREATE FUNCTION pg_temp.id(n int) RETURNS uuid LANGUAGE sql AS $$
	SELECT CASE n % 7 WHEN 0 THEN kinwallet.request_id_of('bulk ' || n)
		ELSE (lpad(to_hex(1769911200000 + n % 10 * 1000), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid END
$$;

/*
 * Credits: ten for each contributor, and some ids again, far enough from the
 * first to have another batch of facts between them.
 */
CREATE TEMP TABLE credit AS
SELECT n, CASE WHEN n > 9000 AND n % 3 = 0 THEN n - 8999 ELSE n END AS request FROM generate_series(1, 10000) AS n;
SELECT results_eq('SELECT kinwallet.credit_accounts(array_agg(pg_temp.id(request) ORDER BY n), array_agg((request * 2 - 1) % 2000::bigint ORDER BY n),
	array_agg(''100.00''::kinwallet.wallet_amount ORDER BY n)) FROM credit',
	'SELECT count(DISTINCT request) FROM credit', 'every credit once');
SELECT results_eq('SELECT person_id, kinwallet.fen(available) FROM kinwallet_data.wallet WHERE person_id % 2 = 1 ORDER BY 1',
	'SELECT (request * 2 - 1) % 2000::bigint, count(DISTINCT request) * 10000 FROM credit GROUP BY 1 ORDER BY 1', 'to whom they belong');
SELECT results_eq('SELECT kinwallet.credit_accounts(array_agg(pg_temp.id(request) ORDER BY n DESC), array_agg((request * 2 - 1) % 2000::bigint ORDER BY n DESC),
	array_agg(''100.00''::kinwallet.wallet_amount ORDER BY n DESC)) FROM credit', 'VALUES (0::bigint)', 'the same again: retries only');
SELECT throws_ok('SELECT kinwallet.credit_accounts(array_agg(pg_temp.id(request) ORDER BY n), array_agg((request * 2 - 1) % 2000::bigint ORDER BY n),
	array_agg((CASE n WHEN 9999 THEN ''100.01'' ELSE ''100.00'' END)::kinwallet.wallet_amount ORDER BY n)) FROM credit', 'KW013', NULL,
	'EDGE-90: one id of ten thousand with another amount refuses all of them');
SELECT throws_ok('SELECT kinwallet.credit_accounts(ARRAY[kinwallet.request_id_of(''x''), kinwallet.request_id_of(''x'')], ''{1,1}'', ''{1.00,2.00}'')', 'KW013', NULL,
	'EDGE-90: also where the other item has not been inserted yet');

/*
 * Transfers: each of a contributor's items has a number; those whose amount is
 * right count against the daily limit, whichever of the two recipients they
 * go to.  Every ninth is refused for its amount, every eleventh has no
 * relation, some come from nobody, and some repeat an item 9000 before.
 */
CREATE TEMP TABLE item AS
SELECT n, CASE WHEN n BETWEEN 9001 AND 18000 AND n % 5 = 0 THEN n - 9000 ELSE n END AS first, 0::bigint AS contributor, 0::bigint AS recipient, 0::numeric AS amount
FROM generate_series(1, 20000) AS n;
UPDATE item SET contributor = CASE WHEN first % 501 = 0 THEN 9000 + first ELSE first * 7919 % 1000 * 2 + 1 END,
	amount = CASE WHEN first % 9 = 0 THEN -1 ELSE 0.01 * (first % 100 + 1) END;
UPDATE item SET recipient = CASE WHEN first % 11 = 0 THEN contributor + 4 WHEN first % 2 = 0 THEN contributor + 1 ELSE (contributor + 2) % 2000 + 1 END;
CREATE TEMP TABLE expected AS
SELECT n, first, contributor, recipient, amount,
	CASE WHEN first % 501 = 0 THEN 'KW017' WHEN recipient > 2000 THEN 'KW017' WHEN first % 11 = 0 THEN 'KW004' WHEN first % 9 = 0 THEN 'KW006'
		WHEN nth > 8 THEN 'KW007' ELSE '00000' END AS sqlstate
FROM item JOIN (SELECT n AS first, row_number() OVER (PARTITION BY contributor,
		first % 501 <> 0 AND recipient <= 2000 AND first % 11 <> 0 AND first % 9 <> 0 ORDER BY n) AS nth
	FROM item WHERE n = first) AS firsts USING (first);
CREATE TEMP TABLE result AS
SELECT b.* FROM (SELECT array_agg(pg_temp.id(first) ORDER BY n) AS ids, array_agg(contributor ORDER BY n) AS contributors,
		array_agg(recipient ORDER BY n) AS recipients, array_agg(amount::kinwallet.wallet_amount ORDER BY n) AS amounts FROM item) AS a,
	kinwallet.transfer_batch(ids, contributors, recipients, amounts) AS b;
SELECT results_eq('SELECT ordinal, request_id, sqlstate FROM result ORDER BY 1', 'SELECT n, pg_temp.id(first), sqlstate FROM expected ORDER BY 1',
	'TRF-04: 20,000 items, each judged by itself in input order');
SELECT results_eq('SELECT DISTINCT sqlstate COLLATE "C" FROM result ORDER BY 1',
	'VALUES (''00000'' COLLATE "C"), (''KW004''), (''KW006''), (''KW007''), (''KW017'')', 'with refusals in between');
SELECT results_eq('SELECT request_id, transfer_id FROM result WHERE sqlstate = ''00000'' GROUP BY 1, 2 ORDER BY 1',
	'SELECT request_id, transfer_id FROM kinwallet_data.transfer ORDER BY 1', 'EDGE-90: a repeated id gives the first one''s transfer');
SELECT cmp_ok((SELECT count(*) - count(DISTINCT transfer_id) FROM result WHERE sqlstate = '00000'), '>', 500::bigint, 'many were repeated');
SELECT results_eq('SELECT contributor, recipient, kinwallet.fen(remaining) FROM kinwallet_data.relation WHERE kinwallet.fen(remaining) > 0 ORDER BY 1, 2',
	'SELECT contributor, recipient, (sum(amount) * 100)::bigint FROM expected WHERE n = first AND sqlstate = ''00000'' GROUP BY 1, 2 ORDER BY 1, 2', 'quotas of interleaved relations');
SELECT results_eq('SELECT person_id, transfers FROM kinwallet_data.wallet WHERE transfers > 0 ORDER BY 1',
	'SELECT contributor, count(*)::smallint FROM expected WHERE n = first AND sqlstate = ''00000'' GROUP BY 1 ORDER BY 1', 'TRF-04: counters');
SELECT is_empty('SELECT * FROM kinwallet.verify_ledger()', 'all invariants hold');
-- the whole of it again, the other way round
CREATE TEMP TABLE again AS
SELECT b.* FROM (SELECT array_agg(pg_temp.id(first) ORDER BY n DESC) AS ids, array_agg(contributor ORDER BY n DESC) AS contributors,
		array_agg(recipient ORDER BY n DESC) AS recipients, array_agg(amount::kinwallet.wallet_amount ORDER BY n DESC) AS amounts FROM item) AS a,
	kinwallet.transfer_batch(ids, contributors, recipients, amounts) AS b;
SELECT results_eq('SELECT request_id, transfer_id FROM again WHERE transfer_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1',
	'SELECT request_id, transfer_id FROM kinwallet_data.transfer ORDER BY 1', 'EDGE-90: a repeated batch gives what is stored');
SELECT is((SELECT count(*) FROM kinwallet_data.transfer), (SELECT count(DISTINCT transfer_id) FROM result), 'and posts what has not been posted: nothing');

-- As many facts as wait at most, one less, one more
UPDATE kinwallet_data.policy SET transfers_per_day = 30000;
SELECT is((SELECT count(*) FROM (SELECT array_agg(pg_temp.id(size * 10000 + n)) AS ids, array_agg(1::bigint) AS c, array_agg(2::bigint) AS r,
		array_agg('0.01'::kinwallet.wallet_amount) AS m FROM generate_series(1, size) AS n) AS a, kinwallet.transfer_batch(ids, c, r, m) WHERE sqlstate = '00000'), size::bigint,
	size || ' items of one contributor')
FROM unnest('{8191, 8192, 8193}'::int[]) AS size;
SELECT is((SELECT count(*) FROM kinwallet_data.transfer WHERE contributor = 1 AND kinwallet.fen(amount) = 1 AND transfer_id > (SELECT max(transfer_id) FROM result)), 8191 + 8192 + 8193::bigint, 'all of them are facts');

/*
 * Keys with many entries in the index: relations of one pair that were ended,
 * and a wallet whose versions moved from page to page.  Nothing of it can be
 * cleaned, since it is all of this transaction.
 */
DO $$
BEGIN
	FOR i IN 1 .. 400 LOOP
		PERFORM kinwallet.dissolve_relation((SELECT relation_id FROM kinwallet_data.relation WHERE contributor = 501 AND recipient = 502 AND state = 'a'), 501);
		PERFORM kinwallet.establish_relation(501, 502, 'sibling');
		PERFORM kinwallet.credit_account(kinwallet.request_id_of('c' || i), 503, '0.01');
	END LOOP;
END
$$;
SELECT is(kinwallet.transfer(pg_temp.id(c::int), c, r, '0.01') > 0, true, 'a transfer from ' || c || ' to ' || r)
FROM (VALUES (499, 500), (501, 502), (503, 504)) AS v (c, r);
SELECT is((SELECT array_agg(sqlstate ORDER BY ordinal) FROM kinwallet.transfer_batch(ARRAY(SELECT pg_temp.id(30000 + n) FROM generate_series(1, 8) AS n),
	'{503,501,501,499,499,497,501,503}', '{504,502,504,500,502,498,500,502}', '{0.01,0.01,0.01,0.01,0.01,0.01,0.01,0.01}')),
	'{00000,00000,00000,00000,00000,00000,KW004,KW004}', 'a batch over them and their neighbours');
SELECT is((SELECT kinwallet.fen(remaining) FROM kinwallet_data.relation WHERE contributor = 501 AND recipient = 502 AND state = 'a'), 2::bigint, 'to the relation that is open');
SELECT is(kinwallet.credit_accounts(ARRAY(SELECT pg_temp.id(40000 + n) FROM generate_series(1, 4) AS n), '{505,503,501,503}', '{0.01,0.01,0.01,0.01}'), 4::bigint, 'credits to them');
SELECT is_empty('SELECT * FROM kinwallet.verify_ledger()', 'all invariants still hold');
SELECT * FROM finish();
ROLLBACK;
