# A split by parallel workers: the same rows as a serial one, wherever it is
# called; an error in a worker or a cancel ends all, and nothing stays behind.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('split_parallel');
$node->init;
# segments of shared memory as files, to be counted
$node->append_conf('postgresql.conf', q{
	kinwallet.clock = '2026-02-21 10:00+08'
	dynamic_shared_memory_type = mmap
	max_worker_processes = 16
	max_parallel_workers = 8
	min_parallel_table_scan_size = 0
	autovacuum = off
});
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION kinwallet;
	SELECT kinwallet.create_ledger();
	CREATE PROCEDURE add_draws(first bigint, n bigint) LANGUAGE sql AS $$
		INSERT INTO kinwallet_data.draw (draw_id, spending_id, relation_id, restores, contributor, recipient, amount, at,
			payer_region, payee_region, recipient_region, month, position, kind, scope, use, place, counts)
		SELECT 312::bigint << 42 | n, n, 1, 0, 1, 2, kinwallet.from_fen(1 + n % 1000), '2026-01-10', payer[1 + n % 4], payee[1 + n % 3], payee[1 + n % 3],
			'2026-01-01', 1, 'd', 'c', 'm', 'q', 3
		FROM generate_series(first, first + n - 1) AS n, (SELECT '{640100,640200,110000,660000}'::kinwallet.region_code[], '{370100,370200,320100}'::kinwallet.region_code[]) AS r(payer, payee)
	$$;
	CALL add_draws(1, 200000);
	SELECT kinwallet.cut_off('2026-01-01');
});

my $split = q{SELECT kinwallet.split('2026-01-01');};
my $forget = q{DELETE FROM kinwallet_data.clearing_pair;};
my $pairs = q{SELECT * FROM kinwallet_data.clearing_pair ORDER BY level, payer, payee;};
my $only_workers = 'SET parallel_leader_participation = off;';
my $message = qr{split: (\d) of (\d) parallel workers for "draw_2026_01"};

# Run SQL, which ends with a split's pairs; gives these, and what the split
# said about its workers.
sub split_by
{
	my $sql = shift;
	my ($out, $err);

	$node->psql('postgres', "SET client_min_messages = debug1; $sql", stdout => \$out, stderr => \$err);
	return (join("\n", grep { /\|/ } split /\n/, $out), $err =~ $message ? "$1 of $2" : 'serial', $err);
}

my ($rows, $how) = split_by("SET max_parallel_maintenance_workers = 0; $split $pairs");
is($how, 'serial', 'no workers are asked for when none may be');
is(scalar(split /\n/, $rows), 12 + 6, 'every pair of regions and of provinces has lines');

# what it is, what comes before the split and what the split says
for my $case (
	['leader and two workers', '', '2 of 2'],
	['workers alone', $only_workers, '2 of 2'],
	['four workers', "$only_workers SET max_parallel_maintenance_workers = 4; SET min_parallel_table_scan_size = 1;", '4 of 4'],
	['memory for four only', 'SET max_parallel_maintenance_workers = 8; ALTER TABLE kinwallet_data.draw_2026_01 SET (parallel_workers = 8);', '4 of 4'],
	['a partition with a number of its own', 'ALTER TABLE kinwallet_data.draw_2026_01 SET (parallel_workers = 1);', '1 of 1'],
	['a partition without parallelism', 'ALTER TABLE kinwallet_data.draw_2026_01 SET (parallel_workers = 0);', 'serial'],
	['a table that is small', "ALTER TABLE kinwallet_data.draw_2026_01 RESET (parallel_workers); SET min_parallel_table_scan_size = '1GB';", 'serial'],
	['no worker to be had', 'SET max_parallel_workers = 0;', '0 of 2'],
	['no worker to be had, and a leader who would not read', "$only_workers SET max_parallel_workers = 0;", '0 of 2'],
	['an altered table', 'BEGIN; ALTER TABLE kinwallet_data.draw ALTER COLUMN relation_id DROP NOT NULL;', 'serial'],
	['REPEATABLE READ', "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM kinwallet_data.region; $only_workers", '2 of 2'],
	['SERIALIZABLE', "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM kinwallet_data.region; $only_workers", '2 of 2'],
	['PL/pgSQL with a savepoint', "$only_workers DO \$\$ BEGIN BEGIN PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN PERFORM kinwallet.split('2026-01-01'); END; END \$\$;", '2 of 2'])
{
	my ($name, $before, $expected) = @$case;
	my ($found, $workers) = split_by("$before $forget $split $pairs");

	is($workers, $expected, "$name: $expected");
	is($found, $rows, "$name: the same rows");
}

# What the transaction has done itself is seen by the workers, what it undid is not.
my ($by_leader) = split_by("SET max_parallel_maintenance_workers = 0; BEGIN; CALL add_draws(300001, 1000); $split $pairs");
my ($by_workers, $workers) = split_by("$only_workers BEGIN; CALL add_draws(300001, 1000);
	SAVEPOINT s; CALL add_draws(400001, 1000); ROLLBACK TO s; $split $pairs");
is($workers, '2 of 2', 'a transaction that has written: workers');
is($by_workers, $by_leader, 'a transaction that has written: its rows count');
isnt($by_workers, $rows, 'a transaction that has written: they make a difference');

# A row that no reader likes; the session goes on, in the same transaction.
my ($found, undef, $err) = split_by(qq{
	$only_workers
	ALTER TABLE kinwallet_data.draw DISABLE TRIGGER fact_guard;
	ALTER TABLE kinwallet_data.draw_2026_01 DISABLE TRIGGER fact_guard;
	BEGIN;
	SAVEPOINT s;
	UPDATE kinwallet_data.draw SET kind = 'x' WHERE draw_id = 312::bigint << 42 | 100000;
	\\set ON_ERROR_STOP 0
	$split
	\\set ON_ERROR_STOP 1
	ROLLBACK TO s;
	$forget
	$split
	$pairs});
like($err, qr/ERROR:  invalid kind "x" of a draw\nCONTEXT:  parallel worker/, 'an error in a worker is the split\'s');
is($found, $rows, 'after an error in a worker the transaction can split');

# Cancelled at any time: while workers start, while they read, while they end.
my $left = 'SELECT count(*) FROM pg_stat_activity WHERE backend_type = \'parallel worker\';';
my $segments = sub { scalar(my @files = glob($node->data_dir . '/pg_dynshmem/*')) };
my $before = $segments->();
my ($cancelled, $half_done) = (0, 0);
for my $round (1 .. 3)
{
	for my $timeout (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48)
	{
		my ($out, $stderr);

		$node->psql('postgres', "$only_workers SET LOCAL statement_timeout = $timeout\\; $split\n$left\nBEGIN; $forget $split $pairs ROLLBACK;\n",
			stdout => \$out, stderr => \$stderr, on_error_stop => 0);
		next unless $stderr =~ /canceling statement due to statement timeout/;
		$cancelled++;
		my ($running, @split) = grep { $_ ne '' } split /\n/, $out;
		$half_done++ unless $running eq '0' && join("\n", @split) eq $rows;
	}
}
note("$cancelled splits were cancelled");
cmp_ok($cancelled, '>', 0, 'a split was cancelled');
is($half_done, 0, 'EDGE-75: no worker was left, nothing was half done, and the next split of the session gives the same rows');
# the server's own statistics may have grown by a segment or two
cmp_ok($segments->(), '<=', $before + 2, 'no shared memory was left');
is($node->safe_psql('postgres', 'SELECT count(*) FROM kinwallet.verify_clearing()'), 0, 'draws and tables agree');

$node->stop;
unlike(slurp_file($node->logfile), qr{leak|still referenced|PANIC|TRAP}, 'no resource was left open');
done_testing();
