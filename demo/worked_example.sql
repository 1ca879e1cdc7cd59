/*
 * The worked example: three people, two months, every figure checked.
 *
 *	psql -X -v ON_ERROR_STOP=1 -d an_empty_database -f demo/worked_example.sql
 *
 * psql ends with a non-zero status if a figure differs from the rules.
 */
\set QUIET on
\set ON_ERROR_STOP on
\encoding UTF8
\pset footer off
\pset null '-'
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO';
SET search_path = kinwallet, public;

CREATE EXTENSION kinwallet;
SELECT create_ledger() \gset

/*
 * Helpers that show and check; they are no part of kinwallet.
 */
CREATE FUNCTION pg_temp.wallets()
	RETURNS TABLE (person text, "own account" numeric, "set aside for relatives" numeric,
		"received and free to use" numeric)
LANGUAGE sql
AS $$
	SELECT p.name, w.own_available, w.own_reserved, w.received_available
	FROM kinwallet_data.person AS p, wallet(p.person_id) AS w
	ORDER BY p.name
$$;

CREATE FUNCTION pg_temp.quotas()
	RETURNS TABLE (relation text, state text, granted numeric, unused numeric, spent numeric, returned numeric)
LANGUAGE sql
AS $$
	SELECT c.name || ' -> ' || r.name, q.state, q.granted, q.remaining, q.spent, q.returned
	FROM quotas(2) AS q
	JOIN kinwallet_data.person AS c ON c.person_id = q.contributor
	JOIN kinwallet_data.person AS r ON r.person_id = q.recipient
	ORDER BY q.since
$$;

CREATE FUNCTION pg_temp.clearing(month date, level text)
	RETURNS TABLE ("who pays" text, "who is paid" text, used numeric, refunded numeric,
		due numeric, adjustment numeric)
LANGUAGE sql
AS $$
	SELECT payer || ' ' || coalesce(r1.name, p1.name), payee || ' ' || coalesce(r2.name, p2.name),
		gross, reversed, due, adjustment
	FROM clearing_pairs(month, level)
	LEFT JOIN kinwallet_data.region AS r1 ON r1.region = payer
	LEFT JOIN kinwallet_data.region AS r2 ON r2.region = payee
	LEFT JOIN shipped_provinces() AS p1 ON p1.province = payer
	LEFT JOIN shipped_provinces() AS p2 ON p2.province = payee
	ORDER BY payer, payee
$$;

CREATE FUNCTION pg_temp.expect(what text, actual text, expected text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
	IF actual IS DISTINCT FROM expected THEN
		RAISE EXCEPTION 'the worked example fails: % is %, it must be %', what, actual, expected;
	END IF;
END
$$;

-- own accounts of A and C, what B received, and the unused quotas A -> B and C -> B
CREATE PROCEDURE pg_temp.expect_money(a text, c text, b text, quota_a text, quota_c text)
LANGUAGE plpgsql
AS $$
DECLARE
	quota text;
BEGIN
	PERFORM pg_temp.expect('the own account of A', (SELECT own_available::text FROM wallet(1)), a);
	PERFORM pg_temp.expect('the own account of C', (SELECT own_available::text FROM wallet(3)), c);
	PERFORM pg_temp.expect('what B received', (SELECT received_available::text FROM wallet(2)), b);
	SELECT sum(remaining)::text INTO quota FROM quotas(2) WHERE contributor = 1;
	PERFORM pg_temp.expect('the quota A -> B', quota, quota_a);
	SELECT sum(remaining)::text INTO quota FROM quotas(2) WHERE contributor = 3;
	PERFORM pg_temp.expect('the quota C -> B', quota, quota_c);
END
$$;

CREATE PROCEDURE pg_temp.expect_clearing(month date, level text, expected text)
LANGUAGE plpgsql
AS $$
BEGIN
	PERFORM pg_temp.expect(format('the %s table of %s', level, month),
		(SELECT string_agg(concat_ws(' ', payer, payee, gross, reversed, due, adjustment), E'\n' ORDER BY payer, payee)
		 FROM clearing_pairs(month, level)),
		expected);
END
$$;

-- Calls what must be refused, and says how it was.
CREATE FUNCTION pg_temp.refused(expected text, call text) RETURNS SETOF text
LANGUAGE plpgsql
AS $$
DECLARE
	state text := '00000';
	message text;
	detail text;
	hint text;
BEGIN
	BEGIN
		EXECUTE 'SELECT ' || call;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
			detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	END;
	PERFORM pg_temp.expect('the SQLSTATE of ' || call, state, expected);
	RETURN NEXT '   asked    ' || call;
	RETURN NEXT '   refused  ' || state || ': ' || message;
	IF detail <> '' THEN
		RETURN NEXT '   DETAIL   ' || detail;
	END IF;
	IF hint <> '' THEN
		RETURN NEXT '   HINT     ' || hint;
	END IF;
	RETURN NEXT '';
END
$$;

\set show_wallets 'SELECT * FROM pg_temp.wallets();'
\set show_quotas 'SELECT * FROM pg_temp.quotas();'

\echo
\echo 'Three people. A works and is insured in Shizuishan (Ningxia), C in Suzhou (Jiangsu); both have an'
\echo 'individual account of the employee scheme. B lives in Jinan (Shandong), is in the resident scheme and has'
\echo 'no such account. B is A''s father and C''s brother. All amounts are yuan; the dates are set by the script.'
\echo

SET kinwallet.clock = '2026-01-10 09:00';
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'code of A'),
	(2, '370199195206060054', 'B', '370100', 'resident', 'code of B'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'code of C');
INSERT INTO kinwallet_data.provider (provider, name, kind, region) VALUES
	('H37010000001', 'a hospital in Jinan', 'medical_institution', '370100'),
	('P37010000001', 'a pharmacy in Jinan', 'pharmacy', '370100');
SELECT p.name AS person, mask(p.citizen_id) AS "identity number", p.region, r.name AS "insured in", p.scheme
FROM kinwallet_data.person AS p JOIN kinwallet_data.region AS r USING (region) ORDER BY p.name;

\echo 'Before anything else, A asks whether 100.00 could go to B. The answer lists every rule in the order in which'
\echo 'it is checked (t: holds, f: does not, -: cannot be judged yet). Nothing is moved by asking.'
\echo
\pset format wrapped
\pset columns 110
SELECT step, rule, ok, detail FROM explain_transfer(1, 2, '100.00');
\pset format aligned

\echo 'All three open their wallets, and the accounts of A and C are credited with 5000.00 and 3000.00. Then the'
\echo 'relations are made at a counter, with both sides present: first A -> B, then C -> B.'
\echo
\set ECHO queries
\o /dev/null
SELECT open_wallet(1), open_wallet(2), open_wallet(3);
SELECT credit_account(new_request_id(), 1, '5000.00');
SELECT credit_account(new_request_id(), 3, '3000.00');
SELECT establish_relation(contributor => 1, recipient => 2, kinship => 'parent');
SET kinwallet.clock = '2026-01-10 09:30';
SELECT establish_relation(contributor => 3, recipient => 2, kinship => 'sibling');
\o
\set ECHO none
SELECT relation_id AS relation_a FROM quotas(1) \gset
\echo
:show_wallets

\echo '1. On 10 January A transfers 2000.00 to B, on the 15th C transfers 300.00, on the 20th A transfers 500.00.'
\echo '   The money stays in the fund of A''s and of C''s region, but is set aside: only B can use it now.'
\echo
\set ECHO queries
\o /dev/null
SET kinwallet.clock = '2026-01-10 11:00';
SELECT transfer(new_request_id(), 1, 2, '2000.00');
SET kinwallet.clock = '2026-01-15 11:00';
SELECT transfer(new_request_id(), 3, 2, '300.00');
SET kinwallet.clock = '2026-01-20 11:00';
SELECT transfer('018d2f00-0000-7000-8000-000000000020', 1, 2, '500.00');
\o
\set ECHO none
\echo
:show_wallets
:show_quotas
CALL pg_temp.expect_money('2500.00', '2700.00', '2800.00', '2500.00', '300.00');

\echo '   The app lost the answer to the last call and repeats it with the same request id. It is given the same'
\echo '   transfer again, and nothing moves twice. That id with another amount is refused.'
\echo
SELECT transfer_id FROM kinwallet_data.transfer WHERE request_id = '018d2f00-0000-7000-8000-000000000020' \gset
SELECT pg_temp.expect('the repeated transfer',
	transfer('018d2f00-0000-7000-8000-000000000020', 1, 2, '500.00')::text, :'transfer_id') \gset
CALL pg_temp.expect_money('2500.00', '2700.00', '2800.00', '2500.00', '300.00');
SELECT pg_temp.refused('KW013', $$transfer('018d2f00-0000-7000-8000-000000000020', 1, 2, '600.00')$$) \g (format=unaligned tuples_only=on)
\echo '   What else is refused. Each kind of refusal has its own SQLSTATE, and changes nothing.'
\echo
SELECT pg_temp.refused('KW006', $$transfer(new_request_id(), 1, 2, '2000.01')$$) \g (format=unaligned tuples_only=on)
SELECT pg_temp.refused('KW004', $$transfer(new_request_id(), 1, 3, '100.00')$$) \g (format=unaligned tuples_only=on)
SELECT pg_temp.refused('KW003', $$transfer(new_request_id(), 2, 1, '100.00')$$) \g (format=unaligned tuples_only=on)
\echo '   A son-in-law (code 28 of GB/T 4761) is no close relative:'
\echo
SELECT pg_temp.refused('KW005', $$establish_relation(3, 1, '28')$$) \g (format=unaligned tuples_only=on)
\echo '   A pharmacy cannot be paid for medical treatment:'
\echo
SELECT pg_temp.refused('KW010', $$spend(new_request_id(), 2, 'P37010000001', 'medical', '80.00')$$) \g (format=unaligned tuples_only=on)

\echo '2. On 25 January B has treatment in Jinan; after the resident scheme''s reimbursement 2600.00 remain for B.'
\echo '   They are drawn from A''s quota first, because that relation is older, and the rest from C''s.'
\echo
SET kinwallet.clock = '2026-01-25 11:00';
SELECT pg_temp.refused('KW009', $$spend(new_request_id(), 2, 'H37010000001', 'medical', '2800.01')$$) \g (format=unaligned tuples_only=on)
\set ECHO queries
SELECT * FROM spend(new_request_id(), 2, 'H37010000001', 'medical', '2600.00');
\set ECHO none
SELECT spending_id FROM kinwallet_data.spending \gset
:show_quotas
CALL pg_temp.expect_money('2500.00', '2700.00', '200.00', '0.00', '200.00');

\echo '3. On 28 January the hospital refunds 650.00. It goes back in the reverse order: 100.00 to C''s quota, then'
\echo '   550.00 to A''s, as if B had spent 1950.00 in the first place. More than was paid cannot be refunded.'
\echo
\set ECHO queries
\o /dev/null
SET kinwallet.clock = '2026-01-28 11:00';
SELECT refund(new_request_id(), :spending_id, '650.00');
\o
\set ECHO none
\echo
SELECT pg_temp.refused('KW019', format('refund(new_request_id(), %s, ''1950.01'')', :spending_id)) \g (format=unaligned tuples_only=on)
:show_quotas
CALL pg_temp.expect_money('2500.00', '2700.00', '850.00', '550.00', '300.00');

\echo '4. On 2 February A ends the relation. The unused 550.00 return to A''s account at once: 5000.00 less the 1950.00'
\echo '   that B really spent. B keeps the 300.00 from C.'
\echo
\set ECHO queries
\o /dev/null
SET kinwallet.clock = '2026-02-02 11:00';
SELECT dissolve_relation(:relation_a, by_person => 1);
\o
\set ECHO none
\echo
:show_wallets
:show_quotas
CALL pg_temp.expect_money('3050.00', '2700.00', '300.00', '0.00', '300.00');

\echo '5. January is closed and split: what B spent with A''s money is owed by A''s region to the hospital''s region.'
\echo '   Transfers are not cleared, only costs. Gross is shown beside the refunds; nothing is netted between provinces.'
\echo '   The steps have an order: nothing is split before its month is closed, and February cannot be closed yet.'
\echo
SELECT pg_temp.refused('KW021', $$split('2026-01-01')$$) \g (format=unaligned tuples_only=on)
SELECT pg_temp.refused('KW021', $$cut_off('2026-02-01')$$) \g (format=unaligned tuples_only=on)
\set ECHO queries
\o /dev/null
SELECT cut_off('2026-01-01');
SELECT split('2026-01-01');
\o
\set ECHO none
\echo
\echo '   January, the national table: provinces only'
SELECT * FROM pg_temp.clearing('2026-01-01', 'province');
\echo '   January, between pooling regions: what each province collects from its cities and passes on'
SELECT * FROM pg_temp.clearing('2026-01-01', 'region');
\echo '   January, within one province (cleared by the province alone): nothing in this example'
SELECT * FROM pg_temp.clearing('2026-01-01', 'intra_province');
\set january '320000 370000 100.00 100.00 0.00 0.00' '\n' '640000 370000 2500.00 550.00 1950.00 0.00'
CALL pg_temp.expect_clearing('2026-01-01', 'province', :'january');
\set january_regions '320500 370100 100.00 100.00 0.00 0.00' '\n' '640200 370100 2500.00 550.00 1950.00 0.00'
CALL pg_temp.expect_clearing('2026-01-01', 'region', :'january_regions');
CALL pg_temp.expect_clearing('2026-01-01', 'intra_province', NULL);

\echo '   Nobody can post into January any more (the script sets its clock back for a moment). What was posted is'
\echo '   append-only: even from the superuser who runs this an UPDATE is refused.'
\echo
SET kinwallet.clock = '2026-01-31 11:00';
SELECT pg_temp.refused('KW012', $$transfer(new_request_id(), 3, 2, '100.00')$$) \g (format=unaligned tuples_only=on)
CREATE FUNCTION pg_temp.double_all_transfers() RETURNS void LANGUAGE sql
AS 'UPDATE kinwallet_data.transfer SET amount = amount * 2';
SELECT pg_temp.refused('KW020', 'pg_temp.double_all_transfers()') \g (format=unaligned tuples_only=on)

\echo '6. On 10 February the hospital refunds the other 1950.00. The relation A -> B has ended, so the money goes to A''s'
\echo '   account: 5000.00 again. January stays as it was split; February will show an adjustment, 1950.00 that'
\echo '   Shandong gives back to Ningxia.'
\echo
\set ECHO queries
\o /dev/null
SET kinwallet.clock = '2026-02-10 11:00';
SELECT refund(new_request_id(), :spending_id, '1950.00');
\o
\set ECHO none
\echo
:show_wallets
CALL pg_temp.expect_money('5000.00', '2700.00', '300.00', '0.00', '300.00');

\echo '8. The daily limit. (Step 7 of the rules'' example is the prepayment between provinces, which is not there yet.)'
\echo '   On 11 February A and B make a new relation, and A transfers three times. A fourth transfer on that day is'
\echo '   refused to the last microsecond; at midnight in Shanghai it is accepted.'
\echo
\set ECHO queries
\o /dev/null
SET kinwallet.clock = '2026-02-11 10:00';
SELECT establish_relation(1, 2, 'parent');
SELECT transfer(new_request_id(), 1, 2, '10.00');
SELECT transfer(new_request_id(), 1, 2, '10.00');
SELECT transfer(new_request_id(), 1, 2, '10.00');
SET kinwallet.clock = '2026-02-11 23:59:59.999999';
\o
\set ECHO none
\echo
SELECT pg_temp.refused('KW007', $$transfer(new_request_id(), 1, 2, '10.00')$$) \g (format=unaligned tuples_only=on)
\set ECHO queries
\o /dev/null
SET kinwallet.clock = '2026-02-12 00:00:00';
SELECT transfer(new_request_id(), 1, 2, '10.00');
\o
\set ECHO none
\echo
:show_wallets
CALL pg_temp.expect_money('4960.00', '2700.00', '340.00', '40.00', '300.00');

\echo 'In March, February is closed and split. The new transfers are not in it: nothing was spent from them. January is'
\echo 'unchanged.'
\echo
\set ECHO queries
\o /dev/null
SET kinwallet.clock = '2026-03-02 11:00';
SELECT cut_off('2026-02-01');
SELECT split('2026-02-01');
\o
\set ECHO none
\echo
\echo '   February, the national table'
SELECT * FROM pg_temp.clearing('2026-02-01', 'province');
\echo '   February, between pooling regions'
SELECT * FROM pg_temp.clearing('2026-02-01', 'region');
\echo '   February, within one province'
SELECT * FROM pg_temp.clearing('2026-02-01', 'intra_province');
CALL pg_temp.expect_clearing('2026-02-01', 'province', '640000 370000 0.00 1950.00 0.00 1950.00');
CALL pg_temp.expect_clearing('2026-02-01', 'region', '640200 370100 0.00 1950.00 0.00 1950.00');
CALL pg_temp.expect_clearing('2026-02-01', 'intra_province', NULL);
CALL pg_temp.expect_clearing('2026-01-01', 'province', :'january');
CALL pg_temp.expect_clearing('2026-01-01', 'region', :'january_regions');

\echo 'What B sees in the wallet: every movement with the balance after it.'
\echo
SELECT to_char(h.at, 'YYYY-MM-DD HH24:MI') AS at, h.kind, p.name AS "other side", h.amount::numeric, h.balance_after::numeric
FROM history(2) AS h
LEFT JOIN kinwallet_data.person AS p ON p.person_id = h.counterparty;

\echo 'Last, the whole ledger is derived again from its facts and compared. No row: every invariant holds.'
\echo
SELECT * FROM verify_ledger();
SELECT pg_temp.expect('the number of violated invariants', count(*)::text, '0') FROM verify_ledger() \gset
\echo 'Every figure is the one of the rules'' worked example.'
