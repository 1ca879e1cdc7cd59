-- The rules of a transfer, each by its ID.
BEGIN;
SELECT plan(148);
SET LOCAL kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger('2025-06-01');
SET LOCAL search_path = public, kinwallet;

-- a citizen id for a birth date
CREATE FUNCTION pg_temp.citizen(birth date, seq bigint) RETURNS kinwallet.citizen_id
LANGUAGE sql AS $$
	SELECT (body || substr('10X98765432', 1 + (SELECT sum(substr(body, i, 1)::int * (2 ^ (18 - i))::int)::int % 11
		FROM generate_series(1, 17) AS i), 1))::kinwallet.citizen_id
	FROM (SELECT '640299' || to_char(birth, 'YYYYMMDD') || to_char(seq, 'FM000')) AS t (body)
$$;

-- what a statement is refused with, "SQLSTATE rule", or 'done'
CREATE FUNCTION pg_temp.attempt(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE query;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', SQLSTATE, substring(detail FROM '\(([A-Z]+-[0-9]+)\)\.$'));
END
$$;
CREATE FUNCTION pg_temp.try(contributor bigint, recipient bigint, amount text, id uuid DEFAULT gen_random_uuid())
RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.attempt(format('SELECT kinwallet.transfer(%L, %s, %s, %L)', id, contributor, recipient, amount))
$$;
CREATE FUNCTION pg_temp.at(moment text) RETURNS void LANGUAGE sql AS
$$ SELECT set_config('kinwallet.clock', moment || '+08', true) $$;
-- a version-7 id made at a moment
CREATE FUNCTION pg_temp.v7(moment timestamptz, seq int) RETURNS uuid LANGUAGE sql AS $$
	SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '70008000' || lpad(to_hex(seq), 12, '0'))::uuid
$$;
CREATE FUNCTION pg_temp.v5(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT kinwallet.request_id_of('message ' || n) $$;
CREATE FUNCTION pg_temp.own(person bigint) RETURNS text LANGUAGE sql AS
$$ SELECT own_available::text FROM kinwallet.wallet(person) $$;
CREATE FUNCTION pg_temp.facts(contributor bigint) RETURNS bigint LANGUAGE sql AS
$$ SELECT count(*) FROM kinwallet_data.transfer t WHERE t.contributor = $1 $$;

-- Every row of every table of the ledger, in one figure.
CREATE FUNCTION pg_temp.digest() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	tab regclass;
	n numeric;
	total numeric := 0;
BEGIN
	FOR tab IN SELECT oid FROM pg_class WHERE relnamespace = 'kinwallet_data'::regnamespace AND relkind = 'r' AND relname !~ '^audit' LOOP
		EXECUTE format('SELECT coalesce(sum(hashtextextended(tableoid || t::text, 1)::numeric), 0) FROM %s t', tab) INTO n;
		total := total + n;
	END LOOP;
	RETURN total;
END
$$;

-- 1 gives; 2 a parent in Shandong; 3 a sibling in Jiangsu; 4 a sibling in the same province; 5 pooled only;
-- 6 a resident without wallet; 7 is 15 years old; 8 a child in the same region; 9 a spouse in Shandong
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, individual_account, credential)
SELECT id, pg_temp.citizen(birth, id), 'p' || id, region::kinwallet.region_code, scheme, account, 'c' || id
FROM (VALUES
	(1, date '1980-05-01', '640200', 'employee', true),
	(2, '1952-03-08', '370100', 'resident', true),
	(3, '1978-09-01', '320500', 'employee', true),
	(4, '1982-01-15', '640100', 'resident', true),
	(5, '1984-07-20', '640300', 'employee', false),
	(6, '1985-02-03', '640200', 'resident', true),
	(7, '2010-03-01', '640200', 'employee', true),
	(8, '2012-03-01', '640200', 'resident', true),
	(9, '1981-03-01', '370100', 'employee', true)) AS t (id, birth, region, scheme, account);
SELECT kinwallet.open_wallet(p) FROM unnest('{1,2,3,4,5,7,8,9}'::bigint[]) AS p;
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '100000.00'), kinwallet.credit_account(gen_random_uuid(), 3, '100.00'),
	kinwallet.credit_account(gen_random_uuid(), 9, '100.00'), kinwallet.credit_account(gen_random_uuid(), 7, '100.00');
SELECT kinwallet.establish_relation(1, 2, 'parent') AS r12, kinwallet.establish_relation(1, 3, 'sibling') AS r13,
	kinwallet.establish_relation(3, 1, 'sibling') AS r31, kinwallet.establish_relation(1, 4, 'sibling') AS r14,
	kinwallet.establish_relation(1, 8, 'child') AS r18, kinwallet.establish_relation(9, 1, 'spouse') AS r91 \gset

/*
 * Amounts
 */
SELECT is(pg_temp.try(1, 2, '2000.00'), 'done', 'TRF-05: 2000.00 passes');
SELECT is(pg_temp.try(1, 2, '2000.01'), 'KW006 TRF-05', 'TRF-05: 2000.01 is refused');
SELECT is(pg_temp.try(1, 2, '0.01'), 'done', 'EDGE-04: 0.01 passes');
SELECT is(pg_temp.try(1, 2, '0.00'), 'KW006 EDGE-56', 'EDGE-56: zero');
SELECT is(pg_temp.try(1, 2, '-1.00'), 'KW006 EDGE-56', 'EDGE-56: negative');
SELECT is(pg_temp.try(1, 2, '-92233720368547758.08'), 'KW006 EDGE-56', 'EDGE-56: the least of all amounts');
SELECT is(pg_temp.try(1, 2, '92233720368547758.07'), 'KW006 TRF-05', 'TRF-05: the greatest of all amounts');
SELECT is(pg_temp.try(1, 2, '0.001'), '22P02', 'EDGE-04: three decimals are an error, not rounded');
SELECT is(pg_temp.try(1, 2, 'NaN'), '22P02', 'EDGE-04: no NaN');
SELECT is(pg_temp.own(1), '97999.99', 'TRF-08: the own account pays, twice');
SELECT is((SELECT received_available::text FROM kinwallet.wallet(2)), '2000.01', 'TRF-07: the recipient has it at once');
SELECT results_eq('SELECT remaining::text, spent::text, returned::text FROM kinwallet_data.relation WHERE contributor = 1 AND recipient = 2',
	$$VALUES ('2000.01', '0.00', '0.00')$$, 'QUO-03: in the quota of the relation');

/*
 * Balance
 */
SELECT is(pg_temp.try(3, 1, '100.01'), 'KW008 TRF-09', 'EDGE-06: a fen too much');
SELECT is(pg_temp.try(3, 1, '100.00'), 'done', 'EDGE-06: exactly equal passes');
SELECT is(pg_temp.try(3, 1, '0.01'), 'KW008 TRF-09', 'EDGE-07: no overdraft');
SELECT throws_ok($$UPDATE kinwallet_data.wallet SET available = '-0.01' WHERE person_id = 3$$, '23514', NULL, 'EDGE-07: a CHECK forbids a negative account');
SELECT is((SELECT received_available::text FROM kinwallet.wallet(1)), '100.00', 'EDGE-40: 1 received 100.00');
SELECT is(pg_temp.own(1), '97999.99', 'EDGE-40: and its own account did not grow');
SELECT is(pg_temp.try(1, 3, '0.50'), 'done', 'REL-05: and back, from the own account');
SELECT is(pg_temp.try(3, 1, '0.01'), 'KW008 TRF-09', 'EDGE-40: received money cannot be passed on');

/*
 * Three a day
 */
SELECT is(pg_temp.try(1, 4, '1.00'), 'KW007 TRF-04', 'TRF-04: the fourth of the day, over all relations');
SELECT is((SELECT transfers_left_today FROM kinwallet.wallet(1)), 0, 'EDGE-02: none left');
SELECT is((SELECT transfers_left_today FROM kinwallet.wallet(3)), 2, 'EDGE-02: refused and incoming ones do not count');
SELECT is(kinwallet.dissolve_relation(:r13, 1)::text, '0.50', 'REL-06: a quota returned the same day');
SELECT is(pg_temp.try(1, 2, '1.00'), 'KW007 TRF-04', 'EDGE-03: the returned transfer still counts');
SELECT lives_ok('SELECT kinwallet.establish_relation(1, 3, ''sibling'')', 'EDGE-21: a new relation');
SELECT is(pg_temp.try(1, 3, '1.00'), 'KW007 TRF-04', 'EDGE-21: does not give new transfers');

SELECT pg_temp.at('2026-02-03 23:59:59.999999');
SET LOCAL TimeZone = 'America/New_York';
SELECT is(pg_temp.try(1, 2, '1.00'), 'done', 'EDGE-01: first of 3 February') FROM generate_series(1, 3);
SELECT is(pg_temp.try(1, 2, '1.00'), 'KW007 TRF-04', 'EDGE-01: fourth at 23:59:59.999999 in New York''s zone');
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SELECT is(pg_temp.try(1, 2, '1.00'), 'KW007 TRF-04', 'EDGE-01: nor in Kiritimati''s');
SET LOCAL TimeZone = 'America/New_York';
SELECT pg_temp.at('2026-02-04 00:00:00');
SELECT is(pg_temp.try(1, 2, '1.00'), 'done', 'EDGE-01: at 00:00:00 a new day begins');
SET LOCAL TimeZone = 'UTC';
SELECT pg_temp.at('2026-02-03 23:59:59.999999');
SELECT is(pg_temp.try(1, 2, '1.00'), 'KW007 TRF-04', 'EDGE-01: a clock that goes back over midnight finds the day full');
SELECT pg_temp.at('2026-02-02 12:00');
SELECT is((SELECT transfers_left_today FROM kinwallet.wallet(1)), 3, 'EDGE-02: wallet() counts the day it is');
SELECT is(pg_temp.try(1, 2, '1.00'), 'done', 'EDGE-02: an earlier day has its own count') FROM generate_series(1, 3);
SELECT is((SELECT transfers_left_today FROM kinwallet.wallet(1)), 0, 'EDGE-02: of three, and wallet() says so');
SELECT is(pg_temp.try(1, 2, '1.00'), 'KW007 TRF-04', 'EDGE-02: of three');
SELECT pg_temp.at('2026-02-04 00:00:00');
SELECT is(pg_temp.try(1, 2, '1.00'), 'done', 'EDGE-02: back again, the second and third of the 4th') FROM generate_series(1, 2);
SELECT is(pg_temp.try(1, 2, '1.00'), 'KW007 TRF-04', 'EDGE-02: and no fourth');
SELECT pg_temp.at('2026-03-01 00:00:00');
SELECT is(pg_temp.try(1, 2, '1.00'), 'done', 'EDGE-01: a new month');
SELECT pg_temp.at('2026-02-28 23:59:59.999999');
SELECT is(pg_temp.try(1, 2, '1.00'), 'done', 'EDGE-01: back in the old one') FROM generate_series(1, 3);
SELECT is(pg_temp.try(1, 2, '1.00'), 'KW007 TRF-04', 'EDGE-01: its count is that of its facts');
SELECT results_eq('SELECT kinwallet.business_date(at), count(*) FROM kinwallet_data.transfer WHERE contributor = 1 GROUP BY 1 ORDER BY 1',
	$$VALUES (date '2026-02-01', 3::bigint), ('2026-02-02', 3), ('2026-02-03', 3), ('2026-02-04', 3), ('2026-02-28', 3), ('2026-03-01', 1)$$,
	'TRF-04: never more than three a day');
SELECT is_empty('SELECT FROM kinwallet_data.transfer WHERE month <> date_trunc(''month'', kinwallet.business_date(at)::timestamp)::date
	OR kinwallet.id_month(transfer_id) <> month', 'EDGE-01: each in the month of its business date');

/*
 * Policies
 */
SELECT pg_temp.at('2026-02-10 10:00');
SELECT policy_id AS ningxia FROM kinwallet_data.policy WHERE scope = 640000 \gset
UPDATE kinwallet_data.policy SET transfer_max = '10.00', transfer_min = '5.00', transfers_per_day = 1 WHERE policy_id = :ningxia;
SELECT is(pg_temp.try(1, 2, '10.01'), 'KW006 TRF-05', 'EDGE-04: a new maximum holds in the next statement');
SELECT is(pg_temp.try(1, 2, '4.99'), 'KW006 EDGE-04', 'EDGE-04: and a new minimum');
SELECT is(pg_temp.try(1, 2, '5.00'), 'done', 'EDGE-04: which itself passes');
SELECT is(pg_temp.try(1, 2, '5.00'), 'KW007 TRF-04', 'EDGE-05: and a new count');
SAVEPOINT s;
UPDATE kinwallet_data.policy SET transfers_per_day = 5 WHERE policy_id = :ningxia;
SELECT is(pg_temp.try(1, 2, '5.00'), 'done', 'EDGE-05: raised');
ROLLBACK TO s;
SELECT is(pg_temp.try(1, 2, '5.00'), 'KW007 TRF-04', 'EDGE-05: a policy rolled back no longer holds');
UPDATE kinwallet_data.policy SET valid = '[2025-07-15,2026-02-11)', transfer_max = '2000', transfer_min = '0.01', transfers_per_day = 3 WHERE policy_id = :ningxia;
INSERT INTO kinwallet_data.policy (scope, valid, reserve, transfers_per_day) VALUES (640000, '[2026-02-11,2026-02-12)', '97000.00', 4)
RETURNING policy_id AS reserve \gset
INSERT INTO kinwallet_data.policy (scope, valid) VALUES (640000, '[2026-02-12,)');
INSERT INTO kinwallet_data.policy (scope, valid, transfers_per_day) VALUES (640200, '[2026-02-13,2026-02-14)', 0);
SELECT is(pg_temp.try(1, 2, '1.00'), 'done', 'EDGE-05: the 10th is judged by its own row');
SELECT pg_temp.at('2026-02-11 10:00');
SELECT pg_temp.own(1)::numeric - 97000 AS shareable \gset
SELECT is(pg_temp.try(1, 2, (:shareable + 0.01)::text), 'KW008 TRF-09', 'TRF-09: the reserve stays');
SELECT is(pg_temp.try(1, 2, :shareable::text), 'done', 'TRF-09: all but the reserve');
SELECT is(pg_temp.try(1, 2, '0.01'), 'KW008 TRF-09', 'TRF-09: nothing is left to share');
SELECT pg_temp.at('2026-02-13 10:00');
SELECT is(pg_temp.try(1, 2, '1.00'), 'KW007 TRF-04', 'EDGE-05: the region''s row goes before its province''s');
SELECT pg_temp.at('2026-02-14 10:00');
SELECT is(pg_temp.try(1, 2, '1.00'), 'done', 'EDGE-05: for its day only');
SELECT results_eq('SELECT kinwallet.business_date(at), policy_id FROM kinwallet_data.transfer
	WHERE contributor = 1 AND kinwallet.business_date(at) IN (''2026-02-10'', ''2026-02-11'') GROUP BY 1, 2 ORDER BY 1',
	format('VALUES (date ''2026-02-10'', %s), (''2026-02-11'', %s)', :ningxia, :reserve), 'EDGE-05: each transfer keeps the policy that judged it');
DELETE FROM kinwallet_data.policy WHERE scope = 640000 AND policy_id <> :ningxia OR scope = 640200;
UPDATE kinwallet_data.policy SET valid = '[2025-07-15,)' WHERE policy_id = :ningxia;

/*
 * Opening days
 */
SELECT pg_temp.at('2026-01-08 23:59:59.999999');
SELECT is(pg_temp.try(1, 2, '1.00'), 'KW014 EDGE-30', 'EDGE-30: Shandong has not opened');
SELECT is(pg_temp.try(1, 4, '1.00'), 'done', 'EDGE-30: within Ningxia the day does not matter');
SELECT is(pg_temp.try(9, 1, '1.00'), 'KW014 EDGE-30', 'EDGE-30: nor may Shandong give to Ningxia');
SELECT pg_temp.at('2026-01-09 00:00');
SELECT is(pg_temp.try(1, 2, '1.00'), 'done', 'EDGE-30: on the opening day');
SELECT is(pg_temp.try(9, 1, '1.00'), 'done', 'EDGE-30: in the other direction as well');
UPDATE kinwallet_data.region SET opened_on = NULL WHERE region = '370100';
SELECT is(pg_temp.try(1, 2, '1.00'), 'KW014 EDGE-30', 'EDGE-30: the recipient''s region is not open at all');
SELECT is(pg_temp.try(9, 1, '1.00'), 'KW014 EDGE-30', 'EDGE-30: the contributor''s is not');
UPDATE kinwallet_data.region SET opened_on = '2026-01-09' WHERE region = '370100';
INSERT INTO kinwallet_data.policy (scope, valid, cross_province) VALUES (370100, '[2026-01-09,)', false);
SELECT is(pg_temp.try(1, 2, '1.00'), 'KW014 EDGE-30', 'EDGE-30: the recipient''s policy forbids it');
SELECT is(pg_temp.try(9, 1, '1.00'), 'KW014 EDGE-30', 'EDGE-30: the contributor''s policy does');
DELETE FROM kinwallet_data.policy WHERE scope = 370100;
UPDATE kinwallet_data.region SET opened_on = '2025-08-01' WHERE region = '370100';
INSERT INTO kinwallet_data.policy (scope, valid) VALUES (370000, '[2025-07-01,2026-01-09)');
SELECT pg_temp.at('2025-07-31 23:59:59.999999');
SELECT is(pg_temp.try(1, 2, '1.00'), 'KW014 EDGE-30', 'POL-08: Ningxia is open, the other side is not');
SELECT pg_temp.at('2025-08-01 00:00');
SELECT is(pg_temp.try(1, 2, '1.00'), 'done', 'POL-08: a region has its own opening day');
SELECT pg_temp.at('2025-07-14 12:00');
SELECT is(pg_temp.try(1, 4, '1.00'), 'KW005 ACT-03', 'ACT-04: before Ningxia''s date a sibling is not eligible');
SELECT is(pg_temp.try(1, 8, '1.00'), 'done', 'ACT-04: a child is');
SELECT pg_temp.at('2025-07-15 00:00');
SELECT is(pg_temp.try(1, 4, '1.00'), 'done', 'POL-09: a sibling is since then');

/*
 * Who
 */
SELECT pg_temp.at('2026-02-15 10:00');
SELECT is(pg_temp.try(1, 1, '1.00'), 'KW018 EDGE-10', 'EDGE-10: to oneself');
SELECT is(pg_temp.try(99, 99, '0.00'), 'KW018 EDGE-10', 'EDGE-10: goes before an unknown person');
SELECT is(pg_temp.try(99, 6, '0.00'), 'KW017 TRF-03', 'TRF-03: unknown contributor goes before wallet and amount');
SELECT is(pg_temp.try(6, 99, '0.00'), 'KW017 TRF-03', 'TRF-03: unknown recipient');
SELECT is(pg_temp.try(6, 2, '0.00'), 'KW001 WAL-02', 'WAL-02: no wallet, goes before the scheme');
SELECT is(pg_temp.try(1, 6, '9999.00'), 'KW001 TRF-06', 'TRF-06: the recipient has no wallet');
SELECT is(pg_temp.try(2, 4, '9999.00'), 'KW003 ACT-01', 'ACT-01: a resident cannot contribute, goes before the relation');
SELECT is(pg_temp.try(5, 1, '9999.00'), 'KW003 ACT-07', 'ACT-07: no individual account');
SELECT is(pg_temp.try(7, 1, '9999.00'), 'KW003 EDGE-18', 'EDGE-18: fifteen years old');
SELECT is(pg_temp.try(9, 4, '9999.00'), 'KW004 REL-01', 'REL-01: no relation, goes before the amount');
SELECT is(pg_temp.try(2, 1, '1.00'), 'KW003 ACT-01', 'REL-01: a relation has a direction');
-- kinship, cross-province, amount, count and balance, from the last one back
UPDATE kinwallet_data.policy SET transfers_per_day = 0, reserve = '99000.00' WHERE policy_id = :ningxia;
SELECT is(pg_temp.try(1, 2, '2000.00'), 'KW007 TRF-04', 'order: KW007 before KW008');
SELECT is(pg_temp.try(1, 2, '2000.01'), 'KW006 TRF-05', 'order: KW006 before KW007');
UPDATE kinwallet_data.policy SET cross_province = false WHERE policy_id = :ningxia;
SELECT is(pg_temp.try(1, 2, '2000.01'), 'KW014 EDGE-30', 'order: KW014 before KW006');
UPDATE kinwallet_data.policy SET kinship = '{spouse}' WHERE policy_id = :ningxia;
SELECT is(pg_temp.try(1, 2, '2000.01'), 'KW005 ACT-03', 'order: KW005 before KW014');
SELECT kinwallet.freeze_wallet(2, 'test');
SELECT is(pg_temp.try(1, 2, '2000.01'), 'KW001 TRF-06', 'EDGE-24: a frozen recipient is named as the cause');
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 1;
SELECT is(pg_temp.try(1, 2, '2000.01'), 'KW001 TRF-06', 'order: KW001 before KW002');
SELECT kinwallet.unfreeze_wallet(2, 'test');
SELECT is(pg_temp.try(1, 2, '2000.01'), 'KW002 ACT-05', 'EDGE-24: a paused contributor is named as the cause');
SELECT is(pg_temp.try(1, 9, '2000.01'), 'KW002 ACT-05', 'order: KW002 before KW004');
UPDATE kinwallet_data.person SET status = 'normal' WHERE person_id = 1;
UPDATE kinwallet_data.person SET status = 'paused' WHERE person_id = 2;
SELECT is(pg_temp.try(1, 2, '2000.01'), 'KW002 ACT-05', 'EDGE-24: a paused recipient is named as the cause');
UPDATE kinwallet_data.person SET status = 'normal' WHERE person_id = 2;
SELECT kinwallet.freeze_wallet(1, 'test');
SELECT is(pg_temp.try(1, 2, '2000.01'), 'KW001 WAL-02', 'EDGE-24: a frozen contributor is named as the cause');
SELECT kinwallet.unfreeze_wallet(1, 'test');
UPDATE kinwallet_data.policy SET transfers_per_day = 3, reserve = '0', cross_province = true, kinship = (SELECT kinship FROM kinwallet_data.policy WHERE scope = 0 AND valid @> date '2026-02-01')
WHERE policy_id = :ningxia;
SELECT is(pg_temp.try(1, 2, '1.00'), 'done', 'EDGE-24: afterwards everything goes on');

/*
 * Request ids
 */
SELECT pg_temp.at('2026-04-01 10:00');
SELECT pg_temp.facts(1) AS facts, pg_temp.own(1) AS own \gset
SELECT kinwallet.transfer(pg_temp.v5(1), 1, 2, '1.00') AS t5, kinwallet.transfer('11111111-1111-4111-8111-111111111111', 1, 2, '2.00') AS t4,
	kinwallet.transfer(pg_temp.v7('2026-04-01 10:00+08', 1), 1, 2, '3.00') AS t7 \gset
SELECT pg_temp.digest() AS digest \gset
SELECT is(kinwallet.transfer(pg_temp.v5(1), 1, 2, '1.00'), :t5, 'EDGE-90: version 5, again');
SELECT is(kinwallet.transfer('11111111-1111-4111-8111-111111111111', 1, 2, '2.00'), :t4, 'EDGE-90: version 4, again');
SELECT is(kinwallet.transfer(pg_temp.v7('2026-04-01 10:00+08', 1), 1, 2, '3.00'), :t7, 'EDGE-90: version 7, again');
SELECT is(pg_temp.try(1, 2, '1.01', pg_temp.v5(1)), 'KW013 EDGE-90', 'EDGE-90: another amount');
SELECT is(pg_temp.try(1, 4, '3.00', pg_temp.v7('2026-04-01 10:00+08', 1)), 'KW013 EDGE-90', 'EDGE-90: another recipient');
SELECT is(pg_temp.try(1, 99, '-5.00', pg_temp.v5(1)), 'KW013 EDGE-90', 'EDGE-90: goes before every rule');
SELECT is(pg_temp.digest(), :'digest', 'EDGE-90: none of them changed anything');
SELECT is(pg_temp.facts(1), (:facts + 3)::bigint, 'EDGE-90: three facts');
SELECT is(pg_temp.own(1)::numeric, :own - 6.00, 'EDGE-90: six yuan');
SELECT is(pg_temp.try(9, 1, '1.00', pg_temp.v5(1)), 'done', 'EDGE-90: another person may use the same id');
SELECT is(pg_temp.attempt(format('SELECT kinwallet.credit_account(%L, 1, ''1.00'')', pg_temp.v5(1))), 'done', 'EDGE-90: and so may another function');
SELECT pg_temp.at('2026-05-31 23:59:59.999999');
SELECT is(kinwallet.transfer(pg_temp.v5(1), 1, 2, '1.00'), :t5, 'EDGE-90: known to the end of the following month');
SELECT is(kinwallet.transfer(pg_temp.v7('2026-04-01 10:00+08', 1), 1, 2, '3.00'), :t7, 'EDGE-90: version 7, too');
SELECT pg_temp.at('2026-05-20 10:00');
SELECT pg_temp.digest() AS digest \gset
SELECT is(pg_temp.try(1, 2, '2000.01', pg_temp.v7('2026-05-20 10:00+08', 1)), 'KW006 TRF-05', 'EDGE-90: a refused call');
SELECT is(pg_temp.digest(), :'digest', 'EDGE-90: stores nothing');
SELECT is(pg_temp.try(1, 2, '2.00', pg_temp.v7('2026-05-20 10:00+08', 1)), 'done', 'EDGE-90: and may be retried, even with other arguments');

-- The mark spares the look-up of ids that are newer than every accepted one.
CREATE FUNCTION pg_temp.mark(person bigint) RETURNS timestamptz LANGUAGE sql AS
$$ SELECT to_timestamp(request_mark) FROM kinwallet_data.wallet WHERE person_id = person $$;
CREATE FUNCTION pg_temp.replays(id uuid, amount text) RETURNS boolean LANGUAGE sql AS $$
	SELECT (SELECT transfer_id FROM kinwallet_data.transfer WHERE contributor = 9 AND request_id = id) = kinwallet.transfer(id, 9, 1, amount::kinwallet.wallet_amount)
$$;
SELECT pg_temp.at('2026-06-01 10:00');
SELECT is(pg_temp.try(9, 1, '0.01', pg_temp.v7('2026-06-01 10:00+08', 1)), 'done', 'EDGE-90: a newer id');
SELECT is(pg_temp.mark(9), '2026-06-01 10:00+08', 'EDGE-90: raises the mark');
SELECT is(pg_temp.try(9, 1, '0.02', pg_temp.v7('2026-06-01 09:59:50+08', 1)), 'done', 'EDGE-90: an older one is accepted as well');
SELECT is(pg_temp.mark(9), '2026-06-01 10:00+08', 'EDGE-90: and leaves the mark');
SELECT is(pg_temp.try(9, 1, '0.03', pg_temp.v7('2026-06-01 10:00:00.999+08', 2)), 'done', 'EDGE-90: one of the same second');
SELECT ok(pg_temp.replays(pg_temp.v7('2026-06-01 09:59:50+08', 1), '0.02'), 'EDGE-90: retry of the older one');
SELECT ok(pg_temp.replays(pg_temp.v7('2026-06-01 10:00:00.999+08', 2), '0.03'), 'EDGE-90: retry of the one of the same second');
SELECT ok(pg_temp.replays(pg_temp.v7('2026-06-01 10:00+08', 1), '0.01'), 'EDGE-90: retry of the first');
SELECT pg_temp.at('2026-06-02 10:00');
SELECT is(pg_temp.try(9, 1, '0.04', pg_temp.v7('2037-12-31 10:00+08', 1)), 'done', 'EDGE-90: an id of the future');
SELECT is(pg_temp.try(9, 1, '0.05', 'ffffffff-ffff-7fff-8fff-ffffffffffff'), 'done', 'EDGE-90: one beyond every clock');
SELECT is(pg_temp.try(9, 1, '0.06', pg_temp.v7('2026-06-02 10:00+08', 1)), 'done', 'EDGE-90: one of the present after it');
SELECT is(pg_temp.mark(9), '2037-12-31 10:00+08', 'EDGE-90: the mark is in the future');
SELECT ok(pg_temp.replays(pg_temp.v7('2037-12-31 10:00+08', 1), '0.04'), 'EDGE-90: retry of the future one');
SELECT ok(pg_temp.replays('ffffffff-ffff-7fff-8fff-ffffffffffff', '0.05'), 'EDGE-90: of the one beyond every clock');
SELECT ok(pg_temp.replays(pg_temp.v7('2026-06-02 10:00+08', 1), '0.06'), 'EDGE-90: of the one of the present');
SELECT is((SELECT count(*) FROM kinwallet_data.transfer WHERE contributor = 9 AND month = '2026-06-01'), 6::bigint, 'EDGE-90: six facts');
-- what is rolled back was never accepted
SELECT pg_temp.at('2026-06-03 10:00');
SAVEPOINT s;
SELECT kinwallet.transfer(pg_temp.v5(7), 9, 1, '0.07') AS lost \gset
ROLLBACK TO s;
SELECT isnt(kinwallet.transfer(pg_temp.v5(7), 9, 1, '0.08'), :lost, 'EDGE-90: an id rolled back is free, for other arguments too');

/*
 * The application form
 */
CREATE FUNCTION pg_temp.apply(id uuid, name text, citizen kinwallet.citizen_id, region text, amount text DEFAULT '1.00', verification text DEFAULT 'v-1')
RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.attempt(format('SELECT kinwallet.transfer_application(%L, 1, %L, %L, %L, %L, %L)', id, name, citizen, region, amount, verification))
$$;
SELECT pg_temp.at('2026-06-10 10:00');
SELECT citizen_id AS citizen FROM kinwallet_data.person WHERE person_id = 2 \gset
SELECT citizen_id AS self FROM kinwallet_data.person WHERE person_id = 1 \gset
SELECT pg_temp.digest() AS digest \gset
SELECT is(pg_temp.apply(pg_temp.v5(10), 'p3', :'citizen', '370100'), 'KW017 TRF-03', 'TRF-03: the name does not match');
SELECT is(pg_temp.apply(pg_temp.v5(10), 'p2 ', :'citizen', '370100'), 'KW017 TRF-03', 'TRF-03: nor with a blank');
SELECT is(pg_temp.apply(pg_temp.v5(10), '', :'citizen', '370100'), 'KW017 TRF-03', 'TRF-03: nor empty');
SELECT is(pg_temp.apply(pg_temp.v5(10), 'p2', pg_temp.citizen('1952-03-08', 77), '370100'), 'KW017 TRF-03', 'TRF-03: the identity number is nobody''s');
SELECT is(pg_temp.apply(pg_temp.v5(10), 'p2', :'self', '370100'), 'KW017 TRF-03', 'TRF-03: or somebody else''s');
SELECT is(pg_temp.apply(pg_temp.v5(10), 'p2', :'citizen', '370200'), 'KW017 TRF-03', 'TRF-03: the insured place is another');
SELECT is(pg_temp.apply(pg_temp.v5(10), 'p2', :'citizen', '370100', '1.00', ''), '22023 TRF-02', 'TRF-02: without verification');
SELECT is(pg_temp.apply(pg_temp.v5(10), 'p2', :'citizen', '370100', '1.00', NULL), '22004', 'TRF-02: verification NULL');
SELECT is(pg_temp.apply(pg_temp.v5(10), 'p1', :'self', '640200'), 'KW018 EDGE-10', 'EDGE-10: to oneself by form');
SELECT is(pg_temp.apply(pg_temp.v5(10), 'p2', :'citizen', '370100', '2000.01'), 'KW006 TRF-05', 'TRF-05: all rules of a transfer hold');
SELECT is(pg_temp.digest(), :'digest', 'TRF-03: a refused application stores nothing');
SELECT kinwallet.transfer_application(pg_temp.v5(10), 1, 'p2', :'citizen', '370100', '1.00', 'v-1') AS applied \gset
SELECT is((SELECT amount::text FROM kinwallet_data.transfer WHERE transfer_id = :applied), '1.00', 'TRF-02: the application makes a transfer');
UPDATE kinwallet_data.person SET name = 'another' WHERE person_id = 2;
SELECT is(kinwallet.transfer_application(pg_temp.v5(10), 1, 'p2', :'citizen', '370100', '1.00', 'v-2'), :applied,
	'EDGE-90: a retry after the recipient''s name has changed');
SELECT is(pg_temp.apply(pg_temp.v5(10), 'another', :'citizen', '370100', '1.01'), 'KW013 EDGE-90', 'EDGE-90: another amount');
SELECT is(pg_temp.apply(pg_temp.v5(11), 'p2', :'citizen', '370100'), 'KW017 TRF-03', 'TRF-03: a new request needs the new name');

-- the clock went back before the relations were made: no alarm; policies are gone that judged
SELECT is_empty('SELECT * FROM kinwallet.verify_ledger() WHERE check_name <> ''transfer.policy''', 'all other invariants hold');

SELECT * FROM finish();
ROLLBACK;
