-- Looking up: wallet, quotas, history, balance_as_of, double_entry, verify_ledger,
-- on the worked example of the rules.
\set original :DBNAME
\set SHOW_CONTEXT never
CREATE DATABASE regress_kinwallet_lookups TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_lookups
CREATE EXTENSION kinwallet;
SET TimeZone = 'Asia/Shanghai';
SET DateStyle = 'ISO';
SET kinwallet.clock = '2026-01-09 08:00';
SELECT kinwallet.create_ledger();
SELECT setval('kinwallet_data.fact_id', 100, false), setval('kinwallet_data.relation_id', 1, false);
CREATE FUNCTION n(id text) RETURNS text LANGUAGE sql AS
	$$ SELECT (split_part(id, ' ', 1)::bigint & ((1::bigint << 42) - 1)) || substr(id, 1 + length(split_part(id, ' ', 1))) $$;

INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'a'),
	(2, '640299198207052026', 'B', '370100', 'resident', 'b'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c'),
	(4, '370199195206060054', 'D', '370100', 'resident', NULL);

-- a person without wallet, nobody, NULL
SELECT * FROM kinwallet.wallet(4);
SELECT * FROM kinwallet.quotas(4);
SELECT * FROM kinwallet.history(4);
SELECT * FROM kinwallet.balance_as_of(4, 'infinity');
SELECT kinwallet.wallet(5);
SELECT kinwallet.quotas(5);
SELECT kinwallet.history(5);
SELECT kinwallet.balance_as_of(5, 'infinity');
SELECT * FROM kinwallet.wallet(NULL);
SELECT * FROM kinwallet.history(NULL);

SELECT count(kinwallet.open_wallet(p)) FROM generate_series(1, 3) AS p;
SELECT kinwallet.credit_account(kinwallet.request_id_of('c1'), 1, '5000.00');
SELECT kinwallet.credit_account(kinwallet.request_id_of('c2'), 3, '3000.00');
SELECT n(kinwallet.establish_relation(1, 2, 'spouse')::text);
SELECT n(kinwallet.establish_relation(3, 2, 'child')::text);

-- 1
SET kinwallet.clock = '2026-01-10 09:00';
SELECT n(kinwallet.transfer(kinwallet.request_id_of('t1'), 1, 2, '2000.00')::text);
SELECT * FROM kinwallet.wallet(1);
SET kinwallet.clock = '2026-01-15 09:00';
SELECT n(kinwallet.transfer(kinwallet.request_id_of('t2'), 3, 2, '300.00')::text);
SET kinwallet.clock = '2026-01-20 09:00';
SELECT n(kinwallet.transfer(kinwallet.request_id_of('t3'), 1, 2, '500.00')::text);
SELECT own_available, own_reserved, received_available FROM generate_series(1, 3) AS p, kinwallet.wallet(p);

-- 2, 3
SET kinwallet.clock = '2026-01-25 15:30';
SELECT n(spending_id::text), own_account, mutual_aid, cash_due
FROM kinwallet.spend(kinwallet.request_id_of('s1'), 2, 'H37010000001', 'medical', '2600.00');
SET kinwallet.clock = '2026-01-28 11:00';
SELECT n(kinwallet.refund(kinwallet.request_id_of('r1'), spending_id, '650.00')::text) FROM kinwallet_data.spending;
SELECT n(relation_id::text), contributor, recipient, kinship, state, granted, remaining, held, spent, returned, since FROM kinwallet.quotas(2);

-- 4, 6
SET kinwallet.clock = '2026-02-02 10:00';
SELECT kinwallet.dissolve_relation(relation_id, 1) FROM kinwallet_data.relation WHERE contributor = 1;
SELECT own_available, own_reserved, received_available, transfers_left_today FROM generate_series(1, 3) AS p, kinwallet.wallet(p);
SET kinwallet.clock = '2026-02-10 10:00';
SELECT n(kinwallet.refund(kinwallet.request_id_of('r2'), spending_id, '1950.00')::text) FROM kinwallet_data.spending;
SELECT * FROM kinwallet.wallet(1);
SELECT n(relation_id::text), contributor, state, granted, remaining, spent, returned FROM kinwallet.quotas(2);
SELECT n(relation_id::text), recipient, state FROM kinwallet.quotas(1);
SELECT n(relation_id::text), recipient, state FROM kinwallet.quotas(3);

-- every line changes the balance before it by its amount
SELECT at, kind, counterparty, amount, balance_after, n(reference) FROM kinwallet.history(1);
SELECT at, kind, counterparty, amount, balance_after, n(reference) FROM kinwallet.history(2);
SELECT at, kind, counterparty, amount, balance_after, n(reference) FROM kinwallet.history(3);
-- from since, before until; balances count what was before
SELECT at, kind, amount, balance_after FROM kinwallet.history(2, '2026-01-15 09:00', '2026-01-28 11:00');
SELECT at, kind, amount, balance_after FROM kinwallet.history(person_id => 1, until => '2026-01-10 09:00:00.000001');

SELECT at, a.own_available AS a_own, c.own_available AS c_own, b.received_available AS b_received
FROM unnest('{2026-01-08,2026-01-09 08:00,2026-01-10 08:59:59,2026-01-10 09:00,2026-01-20 09:00,2026-01-25 15:30,2026-01-28 11:00,2026-02-02 10:00,infinity}'::timestamptz[]) AS at,
	kinwallet.balance_as_of(1, at) AS a, kinwallet.balance_as_of(3, at) AS c, kinwallet.balance_as_of(2, at) AS b;

-- a suspended relation's quota is not available, then or now
SELECT kinwallet.freeze_wallet(3, 'check');
SELECT status, own_available, own_reserved FROM kinwallet.wallet(3);
SELECT received_available, received_suspended FROM kinwallet.wallet(2);
SELECT received_available FROM kinwallet.balance_as_of(2, '2026-02-10 10:00');
SELECT received_available FROM kinwallet.balance_as_of(2, '2026-02-10 09:59:59');
SELECT state FROM kinwallet.quotas(3);
SELECT kinwallet.unfreeze_wallet(3, 'checked');

SELECT fact, n(fact_id::text), at, debit, credit, amount, payer, payee FROM kinwallet.double_entry('2026-01-01') ORDER BY fact_id;
SELECT fact, n(fact_id::text), at, debit, credit, amount, payer, payee FROM kinwallet.double_entry('2026-02-01') ORDER BY fact_id;
-- the accounts of all months: nothing is lost
SELECT account, kinwallet.sum(change)
FROM generate_series(timestamp '2026-01-01', '2026-02-01', '1 month') AS m, kinwallet.double_entry(m::date) AS e,
	LATERAL (VALUES (e.credit, e.amount), (e.debit, OPERATOR(kinwallet.-) e.amount)) AS side(account, change)
GROUP BY account ORDER BY account;

-- 5
SET kinwallet.clock = '2026-03-01 00:00';
SELECT kinwallet.cut_off('2026-01-01'), kinwallet.split('2026-01-01'), kinwallet.cut_off('2026-02-01'), kinwallet.split('2026-02-01');
SELECT * FROM kinwallet.clearing_pairs('2026-01-01', 'province');
SELECT * FROM kinwallet.clearing_pairs('2026-02-01', 'province');

SELECT * FROM kinwallet.verify_ledger();

-- the day's transfers: those of today count, by the policy of the wallet's region
SET kinwallet.clock = '2026-03-02 00:00';
SELECT n(kinwallet.transfer(kinwallet.request_id_of('t4'), 3, 2, '1.00')::text);
SELECT n(kinwallet.transfer(kinwallet.request_id_of('t5'), 3, 2, '1.00')::text);
SELECT transfers_left_today FROM kinwallet.wallet(3);
INSERT INTO kinwallet_data.policy (scope, valid, transfers_per_day) VALUES (320000, '[2026-03-02,2026-03-03)', 1), (320500, '[2026-03-03,)', 7);
SELECT transfers_left_today FROM kinwallet.wallet(3);
SET kinwallet.clock = '2026-03-02 23:59:59.999999';
SELECT transfers_left_today FROM kinwallet.wallet(3);
SET kinwallet.clock = '2026-03-03 00:00:00';
SELECT transfers_left_today FROM kinwallet.wallet(3);
SELECT d::date AS day, r AS region, p.scope, p.transfers_per_day
FROM (VALUES ('320500'), ('320100'), ('310000'), ('640200'), ('640100')) AS v(r),
	unnest('{2025-07-14,2025-07-15,2026-01-09,2026-03-02,2026-03-03}'::date[]) AS d,
	kinwallet_data.policy AS p
WHERE p.policy_id = kinwallet.policy_of(r::kinwallet.region_code, d)
ORDER BY r, d;

-- a duty is enough, and the caller's search_path does not matter
CREATE ROLE regress_kinwallet_lookups;
SELECT kinwallet.grant_role('regress_kinwallet_lookups', 'auditor', 'nation');
SET ROLE regress_kinwallet_lookups;
SET search_path = pg_temp;
SELECT count(*) FROM kinwallet_data.wallet;
SELECT w.status, b.own_available FROM kinwallet.wallet(1) AS w, kinwallet.balance_as_of(1, 'infinity') AS b;
SELECT count(*) FROM kinwallet.quotas(2);
SELECT count(*) FROM kinwallet.history(2);
SELECT count(*) FROM kinwallet.double_entry('2026-01-01');
SELECT * FROM kinwallet.verify_ledger();
RESET ROLE;

\c :original
DROP DATABASE regress_kinwallet_lookups;
DROP ROLE regress_kinwallet_lookups;
