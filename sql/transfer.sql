-- transfer() as a statement among others: what a user sees, and where in a transaction it may stand.
\set SHOW_CONTEXT never
\set original :DBNAME
CREATE DATABASE regress_kinwallet_transfer TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_transfer
CREATE EXTENSION kinwallet;
SET client_min_messages = warning;
SET kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();
SET search_path = public, kinwallet;
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'c1'),
	(2, '370199195206060054', 'B', '370100', 'resident', 'c2'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c3');
SELECT kinwallet.open_wallet(1), kinwallet.open_wallet(2), kinwallet.open_wallet(3);
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '100000.00');
SELECT kinwallet.establish_relation(1, 2, 'parent') > 0;
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT kinwallet.request_id_of('id ' || n) $$;
CREATE VIEW account AS SELECT available, transfer_day, transfers, (SELECT count(*) FROM kinwallet_data.transfer) AS facts,
	(SELECT sum(amount) FROM kinwallet_data.transfer) AS transferred, (SELECT sum(remaining) FROM kinwallet_data.relation) AS quota
FROM kinwallet_data.wallet WHERE person_id = 1;

-- refusals: message, figures with the rule, what to do
SELECT kinwallet.transfer(NULL, 1, 2, '1.00');
SELECT kinwallet.transfer(id(1), NULL, 2, '1.00');
SELECT kinwallet.transfer(id(1), 1, NULL, '1.00');
SELECT kinwallet.transfer(id(1), 1, 2, NULL);
SELECT kinwallet.transfer(id(1), 1, 1, '1.00');
SELECT kinwallet.transfer(id(1), 1, 4, '1.00');
SELECT kinwallet.transfer(id(1), 1, 3, '1.00');
SELECT kinwallet.transfer(id(1), 2, 1, '1.00');
SELECT kinwallet.transfer(id(1), 1, 2, '2000.01');
SELECT kinwallet.transfer(id(1), 1, 2, '0.00');
SELECT kinwallet.transfer_application(id(1), 1, 'nobody', '370199195206060054', '370100', '1.00', 'passed');
SELECT kinwallet.transfer_application(id(1), 1, 'B', '370199195206060054', '370100', '1.00', '');
SELECT * FROM account;

-- the fourth of the day, and a request id used again
SELECT kinwallet.transfer(id(1), 1, 2, '1.00') = kinwallet.transfer(id(1), 1, 2, '1.00') AS same;
SELECT kinwallet.transfer(id(1), 1, 2, '2.00');
SELECT kinwallet.transfer(id(2), 1, 2, '1.00') <> kinwallet.transfer(id(3), 1, 2, '1.00') AS two;
SELECT kinwallet.transfer(id(4), 1, 2, '1.00');
SELECT * FROM account;
UPDATE kinwallet_data.policy SET transfers_per_day = 1000;

-- several in one statement, each seeing the one before
SELECT count(DISTINCT kinwallet.transfer(id(10 + n), 1, 2, '1.00')) FROM generate_series(1, 5) AS n;
WITH a AS MATERIALIZED (SELECT kinwallet.transfer(id(20), 1, 2, '1.00') AS t), b AS MATERIALIZED (SELECT kinwallet.transfer(id(21), 1, 2, '1.00') AS t)
SELECT a.t <> b.t AS two FROM a, b;
SELECT * FROM account;

-- rolled back to a savepoint, and again with the same id
BEGIN;
SELECT kinwallet.transfer(id(30), 1, 2, '1.00') > 0;
SAVEPOINT s;
SELECT kinwallet.transfer(id(31), 1, 2, '5.00') > 0;
ROLLBACK TO s;
SELECT kinwallet.transfer(id(31), 1, 2, '6.00') > 0;
SAVEPOINT t;
SELECT kinwallet.transfer(id(31), 1, 2, '5.00') > 0;
ROLLBACK TO t;
SELECT kinwallet.transfer(id(31), 1, 2, '6.00') > 0;
COMMIT;
SELECT * FROM account;

-- in a loop that catches what is refused
DO $$
DECLARE
	refused int := 0;
BEGIN
	FOR n IN 1..20 LOOP
		BEGIN
			PERFORM kinwallet.transfer(id(40 + n / 2), 1, 2, CASE WHEN n % 5 = 0 THEN '2000.01' ELSE '1.00' END::kinwallet.wallet_amount);
			IF n % 7 = 0 THEN
				RAISE division_by_zero;
			END IF;
		EXCEPTION WHEN OTHERS THEN
			refused := refused + 1;
			RAISE WARNING '% %', n, SQLSTATE;
		END;
	END LOOP;
END
$$;
SELECT * FROM account;

-- in a cursor, with a rollback between two fetches
BEGIN;
DECLARE c CURSOR FOR SELECT kinwallet.transfer(id(100 + n), 1, 2, '1.00') > 0 AS posted FROM generate_series(1, 4) AS n;
FETCH 1 FROM c;
SAVEPOINT s;
FETCH 1 FROM c;
ROLLBACK TO s;
FETCH 1 FROM c;
FETCH 1 FROM c;
COMMIT;
SELECT * FROM account;
SELECT count(*) FROM kinwallet_data.transfer WHERE request_id = ANY (ARRAY[id(101), id(102), id(103), id(104)]);

-- a prepared statement, over a change of what it writes to
PREPARE give(int) AS SELECT kinwallet.transfer(id($1), 1, 2, '1.00') > 0 AS posted;
EXECUTE give(200);
ALTER TABLE kinwallet_data.wallet ADD note text DEFAULT 'x';
EXECUTE give(201);
CREATE INDEX note ON kinwallet_data.wallet (note);
EXECUTE give(202);
ALTER TABLE kinwallet_data.wallet DROP note;
EXECUTE give(203);
SELECT * FROM account;

-- where it must not stand
UPDATE kinwallet_data.wallet SET transfers = transfers WHERE person_id = 1 AND kinwallet.transfer(id(300), 1, 2, '1.00') > 0;
SELECT person_id FROM kinwallet_data.wallet WHERE person_id = 1 AND kinwallet.transfer(id(301), 1, 2, '1.00') > 0 FOR UPDATE;
BEGIN READ ONLY;
SELECT kinwallet.transfer(id(302), 1, 2, '1.00');
ROLLBACK;
SET default_transaction_read_only = on;
SELECT kinwallet.credit_account(id(302), 1, '1.00');
SELECT * FROM kinwallet.transfer_batch('{}', '{}', '{}', '{}');
RESET default_transaction_read_only;
CREATE FUNCTION mislabelled() RETURNS bigint LANGUAGE sql PARALLEL SAFE AS $$ SELECT kinwallet.transfer(id(303), 1, 2, '1.00') $$;
-- renamed by PostgreSQL 16
SELECT name AS parallel FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query') \gset
SET :parallel = on;
SELECT mislabelled();
RESET :parallel;
CREATE INDEX bad ON kinwallet_data.person ((kinwallet.transfer(id(304), 1, 2, '1.00')));
SELECT * FROM account;

-- isolation levels
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT * FROM account;
SELECT kinwallet.transfer(id(400), 1, 2, '1.00') > 0, kinwallet.transfer(id(401), 1, 2, '1.00') > 0;
SELECT kinwallet.transfer(id(400), 1, 2, '1.00') = kinwallet.transfer(id(400), 1, 2, '1.00') AS same;
SELECT * FROM account;
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT kinwallet.transfer(id(402), 1, 2, '1.00') > 0, kinwallet.transfer(id(403), 1, 2, '1.00') > 0;
COMMIT;
SELECT * FROM account;

-- a policy changed and rolled back in the transaction that posts
BEGIN;
UPDATE kinwallet_data.policy SET transfer_max = '5.00';
SELECT kinwallet.transfer(id(500), 1, 2, '5.01');
ROLLBACK;
SELECT kinwallet.transfer(id(500), 1, 2, '5.01') > 0;
BEGIN;
SAVEPOINT s;
UPDATE kinwallet_data.policy SET transfer_max = '5.00';
SELECT kinwallet.transfer(id(501), 1, 2, '5.00') > 0;
ROLLBACK TO s;
SELECT kinwallet.transfer(id(501), 1, 2, '5.01') > 0;
COMMIT;
TRUNCATE kinwallet_data.policy;
SELECT kinwallet.transfer(id(502), 1, 2, '5.01');
INSERT INTO kinwallet_data.policy (scope, valid) VALUES (0, '(,)');
SELECT kinwallet.transfer(id(502), 1, 2, '5.01');

-- a retry after the clock went back past the turn of the month
SET kinwallet.clock = '2026-03-01 00:00:01+08';
SELECT kinwallet.transfer(id(510), 1, 2, '1.00') AS posted \gset
SET kinwallet.clock = '2026-02-28 23:59:59+08';
SELECT kinwallet.transfer(id(510), 1, 2, '1.00') = :posted AS same;
SET kinwallet.clock = '2026-02-01 10:00+08';

-- the quota and the account cannot overflow
UPDATE kinwallet_data.policy SET transfers_per_day = 1000, transfer_max = '92233720368547758.07';
SELECT kinwallet.credit_account(id(600), 1, '92233720368547758.07');
SELECT available AS have FROM account \gset
SELECT kinwallet.credit_account(id(600), 1, '92233720368547758.07'::kinwallet.wallet_amount - :'have');
SELECT kinwallet.transfer(id(601), 1, 2, '92233720368547758.07');
SELECT kinwallet.credit_account(id(602), 1, '0.01');
SELECT available AS have FROM account \gset
SELECT kinwallet.transfer(id(603), 1, 2, :'have') > 0;
SELECT kinwallet.credit_account(id(604), 1, '92233720368547758.07');
SELECT kinwallet.transfer(id(605), 1, 2, '92233720368547758.07');
SELECT check_name, count(*) FROM kinwallet.verify_ledger() WHERE check_name <> 'transfer.policy' GROUP BY 1;

\c :original
DROP DATABASE regress_kinwallet_transfer;
