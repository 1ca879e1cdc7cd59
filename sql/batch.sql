-- transfer_batch(): what a user sees.  That it does what transfer() does is in test/pgtap/batch.sql.
\set SHOW_CONTEXT never
\set original :DBNAME
CREATE DATABASE regress_kinwallet_batch TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_batch
CREATE EXTENSION kinwallet;
SET kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'c1'),
	(2, '370199195206060054', 'B', '370100', 'resident', 'c2'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c3');
SELECT kinwallet.open_wallet(1), kinwallet.open_wallet(2), kinwallet.open_wallet(3);
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '100.00'), kinwallet.credit_account(gen_random_uuid(), 3, '100.00');
SELECT kinwallet.establish_relation(1, 2, 'parent') > 0, kinwallet.establish_relation(1, 3, 'sibling') > 0, kinwallet.establish_relation(3, 1, 'sibling') > 0;
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT kinwallet.request_id_of('id ' || n) $$;
CREATE VIEW state AS SELECT person_id, available, transfers,
	(SELECT kinwallet.sum(remaining) FROM kinwallet_data.relation WHERE recipient = person_id) AS received FROM kinwallet_data.wallet ORDER BY 1;

-- posted, a retry, another's use of the id, other arguments, mutual, a refusal, an unknown person, the last of the money, too much
SELECT ordinal, request_id = id(n) AS id, transfer_id IS NOT NULL AS posted, sqlstate, message
FROM kinwallet.transfer_batch(
	ARRAY[id(1), id(1), id(1), id(1), id(2), id(3), id(4), id(5), id(6), id(7)],
	'{1, 1, 3, 1, 3, 1, 9, 1, 1, 3}', '{2, 2, 1, 2, 1, 1, 1, 3, 2, 1}',
	'{10.00, 10.00, 20.00, 11.00, 80.00, 1.00, 1.00, 90.00, 0.01, 0.01}')
JOIN unnest('{1,1,1,1,2,3,4,5,6,7}'::int[]) WITH ORDINALITY AS u(n, ord) ON ord = ordinal;
SELECT * FROM state;
-- the same again: what was posted gives its id, what was refused is judged anew
SELECT ordinal, transfer_id = (SELECT t.transfer_id FROM kinwallet_data.transfer t WHERE t.request_id = b.request_id AND t.contributor = c) AS stored, sqlstate
FROM kinwallet.transfer_batch(ARRAY[id(2), id(1), id(6)], '{3,3,1}', '{1,1,2}', '{80.00,20.00,0.01}') b
JOIN unnest('{3,3,1}'::int[]) WITH ORDINALITY AS u(c, ord) ON ord = ordinal;
SELECT * FROM state;
-- all refused: nothing is written, not even a row version
SELECT ctid AS before FROM kinwallet_data.wallet WHERE person_id = 1 \gset
SELECT ordinal, sqlstate FROM kinwallet.transfer_batch(ARRAY[kinwallet.new_request_id(), kinwallet.new_request_id()], '{1,1}', '{2,3}', '{1.00,0.00}');
SELECT ctid = :'before' AS untouched FROM kinwallet_data.wallet WHERE person_id = 1;
-- an error takes all of it back: here the month is closed
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '100.00');
SET kinwallet.clock = '2026-03-01 10:00+08';
SELECT kinwallet.cut_off('2026-02-01');
SET kinwallet.clock = '2026-02-28 10:00+08';
SELECT * FROM kinwallet.transfer_batch(ARRAY[id(10), id(11)], '{1,1}', '{2,3}', '{1.00,1.00}');
-- but a batch with nothing to post is none
SELECT ordinal, sqlstate FROM kinwallet.transfer_batch(ARRAY[id(10), id(1)], '{1,1}', '{2,2}', '{0.00,10.00}');
SET kinwallet.clock = '2026-03-01 10:00+08';
SELECT ordinal, sqlstate FROM kinwallet.transfer_batch(ARRAY[id(10), id(11)], '{1,1}', '{2,3}', '{1.00,1.00}');

-- as a source of rows: once for each; posted to the end even when not read to it
UPDATE kinwallet_data.policy SET transfers_per_day = 1000;
SELECT count(*) FROM generate_series(1, 3) AS n, kinwallet.transfer_batch(ARRAY[id(20 + n)], '{1}', '{2}', '{0.01}') WHERE sqlstate = '00000';
SELECT ordinal FROM kinwallet.transfer_batch(ARRAY[id(30), id(31)], '{1,1}', '{2,2}', '{0.01,0.01}') LIMIT 1;
SELECT ROW(b.ordinal, b.sqlstate) FROM (SELECT (kinwallet.transfer_batch(ARRAY[id(10), id(11)], '{1,1}', '{2,3}', '{1.00,1.00}')).*) AS b;
SELECT * FROM state;

-- the clock went back behind the wallet's counter: items count those before them in the batch
UPDATE kinwallet_data.policy SET transfers_per_day = 3;
SET kinwallet.clock = '2026-03-03 00:00:01+08';
SELECT kinwallet.transfer(id(40), 1, 2, '0.01') > 0;
SET kinwallet.clock = '2026-03-02 23:59:59+08';
SELECT ordinal, sqlstate FROM kinwallet.transfer_batch(ARRAY[id(41), id(42), id(43), id(44)], '{1,1,1,1}', '{2,2,3,2}', '{0.01,0.01,0.01,0.01}');
UPDATE kinwallet_data.policy SET transfers_per_day = 1000;

-- arguments
SELECT * FROM kinwallet.transfer_batch('{}', '{}', '{}', '{}');
SELECT * FROM kinwallet.transfer_batch(ARRAY[id(1)], '{1,2}', '{2}', '{1}');
SELECT * FROM kinwallet.transfer_batch(ARRAY[id(1), NULL], '{1,2}', '{2,1}', '{1,1}');
SELECT * FROM kinwallet.transfer_batch(ARRAY[[id(1)]], '{1}', '{2}', '{1}');
SELECT * FROM kinwallet.transfer_batch(NULL, '{1}', '{2}', '{1}');
SELECT * FROM kinwallet.verify_ledger();

\c :original
DROP DATABASE regress_kinwallet_batch;
