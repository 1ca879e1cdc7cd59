# A backend that has made its caches and plans needs no more memory, however many calls follow: accepted ones and refused
# ones, reads, and what is undone in a subtransaction.  LONG=1 makes a million calls.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $warm_up = 10_000;
my $calls = $ENV{LONG} ? 1_000_000 : 100_000;

my $node = PostgreSQL::Test::Cluster->new('memory');
$node->init;
# vacuum would invalidate plans; a table's growth changes them
$node->append_conf('postgresql.conf', "kinwallet.clock = '2026-01-10 10:00+08'\nautovacuum = off\nfsync = off\nmax_wal_size = '4GB'\nplan_cache_mode = force_generic_plan\nlog_statement = none");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION kinwallet;
SELECT kinwallet.create_ledger();
UPDATE kinwallet_data.policy SET transfers_per_day = 32767, own_account_first = false;
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
CREATE FUNCTION citizen(seq bigint) RETURNS kinwallet.citizen_id LANGUAGE sql AS $$
	SELECT (body || substr('10X98765432', 1 + (SELECT sum(substr(body, i, 1)::int * (2 ^ (18 - i))::int)::int % 11
		FROM generate_series(1, 17) AS i), 1))::kinwallet.citizen_id
	FROM (SELECT '64029919800312' || to_char(seq, 'FM000')) AS t (body)
$$;
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
SELECT i, citizen(i), 'p' || i, '640200', 'employee', 'c' || i FROM generate_series(1, 200) AS i;
SELECT kinwallet.open_wallet(i), kinwallet.credit_account(kinwallet.new_request_id(), i, '1000000') FROM generate_series(1, 200) AS i;
SELECT kinwallet.establish_relation(i, i + 1, 'sibling') FROM generate_series(1, 199, 2) AS i;
CREATE TABLE measured (at int, name text, parent text, level int, bytes bigint);

-- n calls, a transaction for each hundred, and the memory before and after
CREATE PROCEDURE play(n int, warm_up int) LANGUAGE plpgsql AS $play$
DECLARE
	giver bigint;
	spent bigint;
BEGIN
	FOR i IN 1 .. 199 BY 2 LOOP
		PERFORM kinwallet.transfer(kinwallet.new_request_id(), i, i + 1, '10.00');
	END LOOP;
	spent := (kinwallet.spend(kinwallet.new_request_id(), 2, 'H37010000001', 'medical', '0.02')).spending_id;
	FOR i IN 1 .. n LOOP
		IF i = warm_up OR i = n THEN
			INSERT INTO measured SELECT i, name, parent, level, sum(total_bytes) FROM pg_backend_memory_contexts GROUP BY name, parent, level;
		END IF;
		giver := 1 + 2 * (i / 20 % 100);
		CASE i % 20
			WHEN 0 THEN
				spent := (kinwallet.spend(kinwallet.new_request_id(), giver + 1, 'H37010000001', 'medical', '0.02')).spending_id;
			WHEN 1 THEN
				PERFORM kinwallet.refund(kinwallet.new_request_id(), spent, '0.01');
			WHEN 2 THEN
				BEGIN
					PERFORM kinwallet.transfer(kinwallet.new_request_id(), giver, giver + 1, '2000.01');
				EXCEPTION WHEN SQLSTATE 'KW006' THEN
					NULL;
				END;
			WHEN 3 THEN
				BEGIN
					PERFORM kinwallet.transfer(kinwallet.new_request_id(), giver, giver + 1, '0.01');
					RAISE division_by_zero;
				EXCEPTION WHEN division_by_zero THEN
					NULL;
				END;
			WHEN 4 THEN
				PERFORM kinwallet.explain_transfer(giver, giver + 1, '1.00');
			WHEN 5 THEN
				PERFORM kinwallet.explain_spend(giver + 1, 'H37010000001', 'medical', '1.00');
			WHEN 6 THEN
				PERFORM kinwallet.transfer_batch(ARRAY[kinwallet.new_request_id(), kinwallet.new_request_id()], ARRAY[giver, giver + 1], ARRAY[giver + 1, giver], '{0.01,0.01}');
			WHEN 7 THEN
				PERFORM kinwallet.cancel_hold(kinwallet.hold(kinwallet.new_request_id(), giver + 1, 'H37010000001', 'medical', '0.01'));
			WHEN 8 THEN
				PERFORM kinwallet.credit_account(kinwallet.new_request_id(), giver, '1.00');
			WHEN 9 THEN
				BEGIN
					PERFORM kinwallet.spend(kinwallet.new_request_id(), giver + 1, 'H37010000009', 'medical', '1.00');
				EXCEPTION WHEN SQLSTATE 'KW010' THEN
					NULL;
				END;
			ELSE
				PERFORM kinwallet.transfer(kinwallet.new_request_id(), giver, giver + 1, '0.01');
		END CASE;
		IF i % 100 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
END
$play$;
SQL
$node->safe_psql('postgres', "CALL play($calls, $warm_up)");

# Less than a byte for twenty calls is what no call leaves.  The procedure's own context gets 24 bytes for each COMMIT of
# a transaction that has written something, whatever it was: PostgreSQL's.
my $limit = ($calls - $warm_up) / 20;
my $grown = $node->safe_psql('postgres', <<"SQL");
SELECT format('%s in %s: %s bytes more', name, parent, after.bytes - coalesce(before.bytes, 0))
FROM (SELECT name, coalesce(parent, 'none') AS parent, sum(bytes) AS bytes FROM measured WHERE at = $calls GROUP BY 1, 2) AS after
LEFT JOIN (SELECT name, coalesce(parent, 'none') AS parent, sum(bytes) AS bytes FROM measured WHERE at = $warm_up GROUP BY 1, 2) AS before USING (name, parent)
WHERE after.bytes > coalesce(before.bytes, 0) + $limit AND NOT (name = 'SPI Proc' AND parent = 'PortalContext') ORDER BY 1
SQL
my ($before, $after) = split /\|/, $node->safe_psql('postgres', "SELECT sum(bytes) FILTER (WHERE at = $warm_up), sum(bytes) FILTER (WHERE at = $calls)
	FROM measured WHERE NOT (name = 'SPI Proc' AND parent = 'PortalContext')");
note("$before bytes after $warm_up calls, $after after $calls");
cmp_ok($before, '>', 1_000_000, 'memory was measured');
is($grown, '', "no context has grown with $calls calls");
cmp_ok($after - $before, '<', $limit, 'nor all of them together');
is($node->safe_psql('postgres', 'SELECT * FROM kinwallet.verify_ledger()'), '', 'and the ledger is right');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM kinwallet_data.transfer'), '>', $calls / 2, 'they were transfers, for the most part');

$node->stop;
done_testing();
