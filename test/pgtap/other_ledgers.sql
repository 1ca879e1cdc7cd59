-- Bugs that other ledgers had, each as a test here.  Those that need two sessions are isolation specs, those of sealed
-- months stand in seals.sql; doc/testing.md lists all of them.
BEGIN;
SELECT no_plan();
\ir include/spending.sql

SELECT pg_temp.relate(1, 2, 'parent') AS r1 \gset
SELECT pg_temp.relate(3, 2, 'parent') AS r3 \gset
SELECT pg_temp.give(1, 2, '100');

-- holds
SELECT pg_temp.hold(2, '60') AS h1 \gset
SELECT is(pg_temp.attempt('SELECT pg_temp.hold(2, ''60'')'), 'KW009 EDGE-44', 'EDGE-44: hold overcommit: two holds of 60 out of 100');
SELECT is(pg_temp.attempt('SELECT pg_temp.hold(2, ''40.01'')'), 'KW009 EDGE-44', 'EDGE-44: hold overcommit: by one fen');
SELECT kinwallet.cancel_hold(:h1);
SELECT is(pg_temp.attempt(format('SELECT kinwallet.cancel_hold(%s)', :h1)), 'KW016 EDGE-44', 'EDGE-44: void twice: the second is refused');
SELECT is(pg_temp.quota(1, 2), '100.00/0.00/0.00/0.00', 'EDGE-44: void twice: the money is back once');
SELECT is(pg_temp.capture(:h1, '1'), 'KW016 EDGE-44', 'EDGE-44: commit a rejected hold');
SELECT pg_temp.hold(2, '60', '1 hour') AS h2 \gset
SELECT pg_temp.hold(2, '10', '3 hours') AS h3 \gset
SELECT is(pg_temp.capture(:h3, '10') LIKE '%10.00%', true, 'EDGE-44: one of two holds is captured');
SELECT pg_temp.ledger() AS before \gset
SELECT pg_temp.at('2026-01-10 11:30');
SELECT is(left(pg_temp.capture(:h2, '60'), 5), 'KW016', 'EDGE-44: half insert before expiry check: an expired hold is not captured');
SELECT is(pg_temp.ledger(), :'before', 'EDGE-44: half insert before expiry check: nothing was written');
SELECT results_eq('SELECT what, n FROM kinwallet.sweep() WHERE n > 0', $$VALUES ('holds_expired', 1::bigint)$$, 'EDGE-44: timeout leaves position: the hold expires');
SELECT is(pg_temp.quota(1, 2), '90.00/0.00/10.00/0.00', 'EDGE-44: timeout leaves position: its money is free');
SELECT pg_temp.at('2026-01-12 10:00');
SELECT is_empty('SELECT * FROM kinwallet.sweep() WHERE n > 0', 'EDGE-44: finished items keep timing out: neither the expired nor the captured one');
SELECT is(pg_temp.quota(1, 2), '90.00/0.00/10.00/0.00', 'EDGE-44: finished items keep timing out: nothing has moved');

-- requests
SELECT kinwallet.transfer(pg_temp.r('retry'), 1, 2, '5') AS t1 \gset
SELECT pg_temp.ledger() AS before \gset
SELECT is(kinwallet.transfer(pg_temp.r('retry'), 1, 2, '5'), :t1::bigint, 'EDGE-90: transport retry double apply: the same transfer is the answer');
SELECT is(pg_temp.ledger(), :'before', 'EDGE-90: transport retry double apply: nothing was written');
SELECT is(left(pg_temp.attempt('SELECT kinwallet.transfer(pg_temp.r(''retry''), 1, 2, ''6'')'), 5), 'KW013', 'EDGE-90: a key pins its arguments');
SELECT is(left(pg_temp.attempt('SELECT kinwallet.transfer(pg_temp.r(''refused''), 1, 2, ''2000.01'')'), 5), 'KW006', 'EDGE-90: a refused request');
SELECT isnt(kinwallet.transfer(pg_temp.r('refused'), 1, 2, '1'), NULL, 'EDGE-90: a refused request left nothing: its id may be used for what is allowed');

-- a limit is not a copy of yesterday's
UPDATE kinwallet_data.policy SET transfer_max = '50' WHERE scope = 0;
SELECT is(left(pg_temp.attempt('SELECT kinwallet.transfer(pg_temp.r(), 3, 2, ''50.01'')'), 5), 'KW006', 'cached limit lets money pass: the next statement knows the new one');
UPDATE kinwallet_data.policy SET transfer_max = '2000' WHERE scope = 0;
SELECT is(left(pg_temp.attempt('SELECT kinwallet.transfer(pg_temp.r(), 3, 2, ''50.01'')'), 5) ~ '^[0-9]', true, 'and the old one again');

-- amounts
SELECT is(left(pg_temp.attempt(format('SELECT kinwallet.transfer(pg_temp.r(), 3, 2, %L)', a)), 5), '22P02', 'EDGE-56: NaN, Inf, sub-unit amount: ' || a)
FROM unnest('{NaN,Infinity,-Infinity,0.001,1e2,0x10}'::text[]) AS a;
SELECT is(left(pg_temp.attempt(format('SELECT kinwallet.transfer(pg_temp.r(), 3, 2, (%L::numeric)::kinwallet.wallet_amount)', a)), 2), '22', 'EDGE-56: NaN, Inf, sub-unit amount: numeric ' || a)
FROM unnest('{NaN,Infinity,-Infinity,0.001}'::text[]) AS a;

-- look-ups by several conditions
SELECT set_eq(format('SELECT at, kind, amount, reference FROM kinwallet.history(2, %L, %L)', since, until),
	format('SELECT at, kind, amount, reference FROM kinwallet.history(2) WHERE at >= %L AND at < %L', since, until), format('QRY-01: multi-filter query misses rows: %s to %s', since, until))
FROM (VALUES ('2026-01-10 10:00+08', '2026-01-10 10:00+08'), ('2026-01-10 00:00+08', '2026-01-12 10:00+08'), ('2026-01-10 10:00+08', '2026-01-13 00:00+08')) AS t (since, until);

-- clearing
SELECT pg_temp.at('2026-01-31 23:59:59.999999');
SELECT pg_temp.buy(2, '20');
SELECT pg_temp.at('2026-02-01 00:00');
SELECT pg_temp.buy(2, '7');
SELECT is(left(pg_temp.attempt('SELECT kinwallet.cut_off(''2026-02-01'')'), 5), 'KW021', 'CLR-02: settle 1 of 2 windows: not the second, which runs');
SELECT pg_temp.at('2026-03-02 10:00');
SELECT is(left(pg_temp.attempt('SELECT kinwallet.cut_off(''2026-02-01'')'), 5), 'KW021', 'CLR-02: settle 1 of 2 windows: not the second before the first');
SELECT kinwallet.cut_off('2026-01-01');
SELECT kinwallet.split('2026-01-01');
SELECT is((SELECT kinwallet.sum(gross)::text FROM kinwallet.clearing_pairs('2026-01-01', 'region')), '30.00', 'EDGE-70: settle right after close: the last microsecond is in');
SELECT kinwallet.cut_off('2026-02-01');
SELECT kinwallet.split('2026-02-01');
SELECT is((SELECT kinwallet.sum(gross)::text FROM kinwallet.clearing_pairs('2026-02-01', 'region')), '7.00', 'EDGE-70: 1-unit residue when windows close: the first microsecond is in the next');
SELECT kinwallet.split('2026-01-01');
SELECT is((SELECT kinwallet.sum(gross)::text FROM kinwallet.clearing_pairs('2026-01-01', 'region')), '30.00', 'EDGE-75: doubled after settlement: split twice');
SELECT count(kinwallet.confirm_month('2026-01-01', p)) FROM kinwallet.unsigned_provinces('2026-01-01') AS p;
SELECT isnt(kinwallet.issue_notices('2026-01-01'), 0::bigint, 'notices are issued');
SELECT is(left(pg_temp.attempt('SELECT kinwallet.issue_notices(''2026-01-01'')'), 5), 'KW021', 'EDGE-75: doubled after settlement: notices are issued once');
SELECT is(left(pg_temp.attempt('SELECT kinwallet.split(''2026-01-01'')'), 5), 'KW012', 'EDGE-75: doubled after settlement: a signed month is not split');

-- a month without partitions
SELECT pg_temp.at('2030-07-01 10:00');
SELECT pg_temp.ledger() AS before \gset
SELECT is(left(pg_temp.attempt('SELECT kinwallet.transfer(pg_temp.r(), 1, 2, ''1'')'), 5), '55000', 'item without a window: is refused, and says what to call');
SELECT is(pg_temp.ledger(), :'before', 'item without a window: nothing was written');
SELECT kinwallet.ensure_partitions('2030-07-01');
SELECT is(pg_temp.attempt('SELECT kinwallet.transfer(pg_temp.r(), 1, 2, ''1'')') ~ '^[0-9]+$', true, 'item without a window: then it has one');

SELECT is_empty('SELECT * FROM kinwallet.verify_ledger()', 'the ledger holds');
SELECT * FROM finish();
ROLLBACK;
