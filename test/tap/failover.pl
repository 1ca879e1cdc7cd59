# The primary dies under load, and its synchronous standby takes over in the
# middle of batches: what was acknowledged is there once, what was in flight
# once or not at all, and the new primary goes on where the old one stopped.
#
# Once; LONG=1 ten times, each new primary with a new standby.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use KinwalletLoad;

my $seed = $ENV{SEED} || time() % 100000;
my $rounds = $ENV{ROUNDS} || ($ENV{LONG} ? 10 : 1);

note("seed $seed, $rounds promotions");

my $primary = PostgreSQL::Test::Cluster->new('node_0');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', "log_statement = none\nsynchronous_commit = on\ndeadlock_timeout = 10ms\nwal_consistency_checking = all");
$primary->start;
my $load = KinwalletLoad->new($primary, $seed);

for my $round (1 .. $rounds)
{
	my $standby = PostgreSQL::Test::Cluster->new("node_$round");
	my $name = "seed $seed, promotion $round";

	$primary->safe_psql('postgres', "ALTER SYSTEM SET synchronous_standby_names = ''");
	$primary->reload;
	$primary->backup('base');
	$standby->init_from_backup($primary, 'base', has_streaming => 1);
	$standby->start;
	$primary->safe_psql('postgres', "ALTER SYSTEM SET synchronous_standby_names = 'node_$round'");
	$primary->reload;
	$primary->poll_query_until('postgres', q{SELECT sync_state = 'sync' FROM pg_stat_replication}) or die 'the standby is not synchronous';

	$load->prepare(3, 1000);
	# one client has batches that take long enough to be in the middle of
	$load->batches(15, 2000);
	$load->start;
	$load->wait_for(30 + $load->random(300));
	$primary->stop('immediate');
	$standby->promote;
	$load->finish;
	$load->use_node($standby);
	$standby->safe_psql('postgres', "ALTER SYSTEM SET synchronous_standby_names = ''");
	$standby->reload;

	my %now = map { $_ => scalar($load->in_state($_)) } ('acknowledged', 'refused', 'in flight');
	note("$name: " . join(', ', map { "$now{$_} $_" } sort keys %now));
	cmp_ok($now{'in flight'}, '>', 1, "$name: in the middle of the load");
	$load->record;
	is($load->check, '', "$name: acknowledged calls are there once, others at most once and never in part");
	is($standby->safe_psql('postgres', 'SELECT * FROM kinwallet.verify_ledger()'), '', "$name: verify_ledger() is empty");
	is($load->retry_in_flight, '', "$name: EDGE-93: a retry tells what became of a call in flight");
	is($load->retry_acknowledged, '', "$name: EDGE-90: a retry of an acknowledged call gives its result");
	is($load->check, '', "$name: and has no effect");
	$load->prepare(2, 50);
	$load->start;
	$load->finish;
	$load->record;
	is(scalar($load->in_state('in flight')), 0, "$name: the new primary goes on");
	is($load->check, '', "$name: with ids that were not there");
	is($standby->safe_psql('postgres', 'SELECT * FROM kinwallet.verify_ledger()'), '', "$name: verify_ledger() is empty");
	unlike(slurp_file($standby->logfile), qr/PANIC|FATAL:  inconsistent page|invalid page/, "$name: every page is as the primary's");
	$primary = $standby;
}

$primary->stop;
done_testing();
