# The server dies under load, again and again; nothing that was acknowledged is
# lost or doubled, and nothing else is there but whole.
#
# Five times, each in another way; LONG=1 dies 55 times, ROUNDS=n n times.
# SEED=n repeats the calls and the choice of who is killed after how many
# acknowledged calls of one client; what the others have done by then is the
# machine's matter.  A process that dies leaves the kernel's page cache behind:
# this tests WAL and recovery, not fsync.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use KinwalletLoad;

my $seed = $ENV{SEED} || time() % 100000;
my $rounds = $ENV{ROUNDS} || ($ENV{LONG} ? 55 : 5);
my @victims = ('client backend', 'postmaster', 'checkpointer', 'immediate shutdown', 'walwriter', 'client backend', 'background writer');

note("seed $seed, $rounds rounds");

my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init(extra => ['--data-checksums']);
$node->append_conf('postgresql.conf', <<'CONF');
restart_after_crash = on
log_statement = none
synchronous_commit = on
full_page_writes = on
deadlock_timeout = 10ms
autovacuum_naptime = 1s
autovacuum_vacuum_scale_factor = 0.02
shared_buffers = 4MB
max_wal_size = 32MB
min_wal_size = 32MB
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION amcheck');
my $load = KinwalletLoad->new($node, $seed);
my %states = map { $_ => 0 } ('acknowledged', 'refused', 'in flight');
my %killed;

for my $round (1 .. $rounds)
{
	my $victim = $victims[($round - 1) % @victims];
	# Either checkpoints all the time, and so full pages in WAL and torn work on
	# disk; or none, a long replay, and each page it makes compared with the
	# primary's.
	my $checkpoints = int(($round - 1) / @victims) % 2 ? $round % 2 == 0 : $round % 2;
	my $acknowledged = 20 + $load->random(600);

	$node->safe_psql('postgres', $checkpoints
		? "ALTER SYSTEM RESET wal_consistency_checking; ALTER SYSTEM RESET max_wal_size"
		: "ALTER SYSTEM SET wal_consistency_checking = 'all'; ALTER SYSTEM SET max_wal_size = '1GB'");
	$node->reload;
	$load->prepare(4, 1500);
	$node->safe_psql('postgres', "SET kinwallet.clock = '2026-01-20 10:00+08'; SELECT set_config('kinwallet.clock', ($load->{clock})::text, false); SELECT * FROM kinwallet.sweep()");
	$load->start;
	my $checkpointing = $checkpoints
		? IPC::Run::start(['psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', 'CHECKPOINT', '-c', '\watch 0.05'], '<', '/dev/null', '>', '/dev/null', '2>', '/dev/null')
		: undef;
	$load->wait_for(5);
	my %pids = map { reverse split /=/ } split /\n/, $node->safe_psql('postgres', q{
		SELECT pid || '=' || CASE WHEN application_name ~ '^client_' THEN application_name ELSE backend_type END FROM pg_stat_activity});
	my $pid = $pids{$victim eq 'client backend' ? 'client_' . (1 + $load->random(4)) : $victim};
	$load->wait_for($acknowledged);

	my $log = -s $node->logfile;
	if ($victim eq 'postmaster')
	{
		$node->kill9;
	}
	elsif ($victim eq 'immediate shutdown')
	{
		$node->stop('immediate');
	}
	else
	{
		kill 'KILL', $pid;
	}
	$load->finish;
	$checkpointing->finish if $checkpointing;
	if ($victim eq 'postmaster' || $victim eq 'immediate shutdown')
	{
		# the orphans of a postmaster need a moment to notice
		for (1 .. 1000)
		{
			last unless grep { kill 0, $_ } values %pids;
			select(undef, undef, undef, 0.05);
		}
		$node->start;
	}
	$node->poll_query_until('postgres', 'SELECT true') or die 'the server does not come back';
	$killed{$victim}++;

	my $name = "seed $seed, round $round, $victim" . ($checkpoints ? ', checkpoints' : '');
	my %now = map { $_ => scalar($load->in_state($_)) } keys %states;
	$states{$_} += $now{$_} for (keys %states);
	note("$name: $now{acknowledged} acknowledged, $now{refused} refused (" . join(" ", map { "$_ " . $load->refusals->{$_} } sort keys %{ $load->refusals }) . "), $now{'in flight'} in flight");
	like(slurp_file($node->logfile, $log), qr/database system was not properly shut down/, "$name: the server recovered");
	cmp_ok($now{'in flight'}, '>', 0, "$name: it died under load");
	is(join(' ', grep { !/^KW|^22004|^40/ } keys %{ $load->refusals }), '', "$name: refusals before that were rules'");
	$load->record;
	is($load->check, '', "$name: acknowledged calls are there once, others at most once and never in part");
	is($load->retry_in_flight, '', "$name: EDGE-93: a retry tells what became of a call in flight");
	is($load->retry_acknowledged, '', "$name: EDGE-90: a retry of an acknowledged call gives its result");
	is($load->check, '', "$name: and has no effect");
	is($node->safe_psql('postgres', 'SELECT * FROM kinwallet.verify_ledger()'), '', "$name: verify_ledger() is empty");
	$node->command_ok([ 'pg_amcheck', '--heapallindexed', '--parent-check', '--schema', 'kinwallet_data', '--host', $node->host, '--port', $node->port, 'postgres' ],
		"$name: pg_amcheck is content");
}

note("kills: " . join(', ', map { "$killed{$_} $_" } sort keys %killed));
note("calls: " . join(', ', map { "$states{$_} $_" } sort keys %states));
$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|inconsistent page|terminated by signal (?!9)|invalid page|leak/, "seed $seed: nothing in the log but who was killed");
done_testing();
