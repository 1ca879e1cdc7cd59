-- credit_account(), credit_accounts().
\set SHOW_CONTEXT errors
\set original :DBNAME
CREATE DATABASE regress_kinwallet_credit TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_credit
CREATE EXTENSION kinwallet;
SET kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, individual_account) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', true),
	(2, '370199195206060054', 'B', '370100', 'resident', true),
	(3, '320599195501010044', 'C', '320500', 'employee', false),
	(4, '650199197509090070', 'D', '650100', 'employee', true),
	(5, '640299198207052026', 'E', '640200', 'employee', true);
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT kinwallet.request_id_of('id ' || n) $$;
CREATE VIEW account AS SELECT person_id, status, insured, scheme, region, available FROM kinwallet_data.wallet ORDER BY 1;

-- a person without a wallet gets an account; one who is unknown, a resident, or insured in the pool only does not
SELECT kinwallet.credit_account(id(1), 1, '100.00');
SELECT kinwallet.credit_account(id(2), 2, '100.00');
SELECT kinwallet.credit_account(id(3), 3, '100.00');
SELECT kinwallet.credit_account(id(4), 9, '100.00');
SELECT kinwallet.credit_account(id(4), -9223372036854775808, '100.00');
SELECT kinwallet.credit_account(id(4), 1, '0.00');
SELECT kinwallet.credit_account(id(4), 1, '-0.01');
SELECT kinwallet.credit_account(id(4), 1, '92233720368547758.07');
SELECT kinwallet.credit_account(NULL, 1, '1.00');
SELECT kinwallet.credit_account(id(4), NULL, '1.00');
SELECT kinwallet.credit_account(id(4), 1, NULL);
SELECT * FROM account;

-- retries give the stored balance, not today's; a memo is an argument
SELECT kinwallet.credit_account(id(5), 1, '50.00', 'January');
SELECT kinwallet.credit_account(id(1), 1, '100.00');
SELECT kinwallet.credit_account(id(5), 1, '50.00', 'January');
SELECT kinwallet.credit_account(id(5), 1, '50.00');
SELECT kinwallet.credit_account(id(5), 1, '50.00', 'February');
SELECT kinwallet.credit_account(id(1), 1, '100.00', '');
SELECT kinwallet.credit_account(id(1), 1, '100.01');
SELECT kinwallet.credit_account(id(6), 1, '1.00', repeat('memo ', 100000));
SELECT kinwallet.credit_account(id(6), 1, '1.00', repeat('memo ', 100000));
SELECT kinwallet.credit_account(id(6), 1, '1.00', repeat('memo ', 100000) || '.');
SELECT amount, balance_after, length(memo) FROM kinwallet_data.account_entry ORDER BY entry_id;
-- the same id for two persons is two requests; a retry after the person left the scheme is still one
SELECT kinwallet.credit_account(id(1), 4, '7.00');
UPDATE kinwallet_data.person SET scheme = 'resident' WHERE person_id = 4;
SELECT kinwallet.credit_account(id(1), 4, '7.00');
SELECT kinwallet.credit_account(id(7), 4, '7.00');
UPDATE kinwallet_data.person SET scheme = 'employee' WHERE person_id = 4;
-- whoever is not normally insured may still be credited
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 4;
SELECT kinwallet.credit_account(id(8), 4, '1.00');
SELECT * FROM account;

-- in bulk: duplicates are retries, new persons get accounts, the number is that of the credits made
SELECT kinwallet.credit_accounts('{}', '{}', '{}');
SELECT kinwallet.credit_accounts(ARRAY[id(20), id(21), id(20), id(1), id(20), id(22)], '{5,1,5,1,4,5}', '{10.00,20.00,10.00,100.00,30.00,5.00}');
SELECT kinwallet.credit_accounts(ARRAY[id(20), id(21), id(20), id(1), id(20), id(22)], '{5,1,5,1,4,5}', '{10.00,20.00,10.00,100.00,30.00,5.00}');
SELECT * FROM account;
SELECT balance_after FROM kinwallet_data.account_entry WHERE person_id = 5 ORDER BY entry_id;
-- all or nothing, and the item is named
SELECT kinwallet.credit_accounts(ARRAY[id(30), id(31)], '{5,1}', '{10.00,0.00}');
SELECT kinwallet.credit_accounts(ARRAY[id(30), id(31), id(32)], '{5,1,2}', '{10.00,1.00,1.00}');
SELECT kinwallet.credit_accounts(ARRAY[id(30), id(30)], '{5,5}', '{10.00,10.01}');
SELECT kinwallet.credit_accounts(ARRAY[id(30), id(31)], '{5,99}', '{10.00,1.00}');
SELECT kinwallet.credit_accounts(ARRAY[id(30), id(31)], '{5,5}', '{92233720368547758.07,0.01}');
SELECT kinwallet.credit_accounts(ARRAY[id(30)], '{5,5}', '{1.00}');
SELECT kinwallet.credit_accounts(ARRAY[id(30), id(31)], '{5,NULL}', '{1.00,1.00}');
SELECT kinwallet.credit_accounts(ARRAY[id(30), id(31)], '{{5,4}}', '{1.00,1.00}');
SELECT kinwallet.credit_accounts(NULL, '{5}', '{1.00}');
SELECT * FROM account;
-- a year of months at once
SELECT kinwallet.credit_accounts(array_agg(id(1000 + n)), array_agg(CASE WHEN n % 2 = 0 THEN 1 ELSE 5 END::bigint), array_agg('0.01'::kinwallet.wallet_amount))
FROM generate_series(1, 5000) AS n;
SELECT * FROM account;
SELECT * FROM kinwallet.verify_ledger();

\c :original
DROP DATABASE regress_kinwallet_credit;
