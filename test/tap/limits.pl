# No space left and no connection left: the error says so, what was acknowledged
# stays, and once there is space again the server goes on as if nothing had been.
#
# SMALL_FS names an empty directory on a file system of some 64 MB that nobody
# else uses: tools/test.sh mounts one where it may.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use KinwalletLoad;

my $seed = $ENV{SEED} || time() % 100000;
my $small = $ENV{SMALL_FS};
note("seed $seed");

# Write a file until the file system has no more than so many bytes.
sub fill
{
	my ($leave) = @_;
	my $size = 0;

	open my $fh, '>', "$small/ballast" or die "$small/ballast: $!";
	while (syswrite($fh, "x" x 8192)) { $size += 8192 }
	truncate($fh, $size > $leave ? $size - $leave : 0) or die "$small/ballast: $!";
	close $fh;
	return;
}

# The round is over: hold the ledger against it, and go on.
sub survived
{
	my ($node, $load, $name) = @_;

	$load->record;
	is($load->check, '', "$name: acknowledged calls are there once, others at most once and never in part");
	is($load->retry_in_flight, '', "$name: EDGE-93: a retry tells what became of a call in flight");
	is($load->retry_acknowledged, '', "$name: EDGE-90: a retry of an acknowledged call gives its result");
	$load->prepare(2, 50);
	$load->start;
	$load->finish;
	$load->record;
	is(join(' ', grep { !/^KW|^22004|^40/ } keys %{ $load->refusals }), '', "$name: then all calls pass again");
	is($load->check, '', "$name: acknowledged calls are there once");
	is($node->safe_psql('postgres', 'SELECT * FROM kinwallet.verify_ledger()'), '', "$name: verify_ledger() is empty");
	$node->command_ok([ 'pg_amcheck', '--heapallindexed', '--schema', 'kinwallet_data', '--host', $node->host, '--port', $node->port, 'postgres' ],
		"$name: pg_amcheck is content");
	return;
}

my $conf = <<'CONF';
restart_after_crash = on
log_statement = none
deadlock_timeout = 10ms
CONF

# Out of connections
{
	my $node = PostgreSQL::Test::Cluster->new('connections');
	my $errors = '';

	$node->init;
	$node->append_conf('postgresql.conf', $conf . 'max_connections = 8');
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION amcheck');
	my $load = KinwalletLoad->new($node, $seed);
	$load->prepare(20, 200);
	$load->start;
	$load->finish;
	$errors .= slurp_file($_->{process}{err}) for (@{ $load->{clients} });
	like($errors, qr/FATAL:  sorry, too many clients already/, 'connections: some were one too many');
	cmp_ok(scalar($load->in_state('acknowledged')), '>=', 100, 'connections: the others were served');
	survived($node, $load, 'connections');
	$node->stop;
}

SKIP:
{
	skip 'no small file system: SMALL_FS is not set, since only root can mount one', 1 unless $small;

	# The tables' disk
	{
		my $node = PostgreSQL::Test::Cluster->new('tables');

		$node->init;
		$node->append_conf('postgresql.conf', $conf);
		$node->start;
		$node->safe_psql('postgres', 'CREATE EXTENSION amcheck');
		my $load = KinwalletLoad->new($node, $seed);
		mkdir "$small/tables" or die "$small/tables: $!";
		$node->safe_psql('template1', "CREATE TABLESPACE small LOCATION '$small/tables'");
		$node->safe_psql('template1', 'ALTER DATABASE postgres SET TABLESPACE small');
		$load->prepare(4, 500);
		$load->start;
		$load->wait_for(50);
		fill(0);
		$load->finish;
		my %refusals = %{ $load->refusals };
		cmp_ok($refusals{53100} // 0, '>', 10, 'tables: calls were refused with disk_full');
		is(join(' ', grep { !/^KW|^22004|^40|^53100/ } keys %refusals), '', 'tables: and with nothing else');
		is(scalar($load->in_state('in flight')), 0, 'tables: no session was lost');
		ok(slurp_file($node->logfile) =~ /ERROR:  could not extend file .*: No space left on device/, 'tables: the log says why');
		unlink "$small/ballast";
		survived($node, $load, 'tables');
		$node->stop;
		ok(slurp_file($node->logfile) !~ /PANIC|TRAP|leaked|still referenced/, 'tables: nothing else in the log');
		PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', "$small/tables");
	}

	# The disk of the write-ahead log: the server goes down, and comes back with the space
	{
		my $node = PostgreSQL::Test::Cluster->new('wal');

		$node->init(extra => [ '--wal-segsize=1', '--waldir', "$small/wal" ]);
		$node->append_conf('postgresql.conf', $conf . "min_wal_size = 2MB\nmax_wal_size = 1GB");
		$node->start;
		$node->safe_psql('postgres', 'CREATE EXTENSION amcheck');
		my $load = KinwalletLoad->new($node, $seed);
		$load->prepare(4, 1500);
		$load->start;
		$load->wait_for(20);
		fill(65536);
		$load->finish;
		# if it came back by itself, there was space to do so
		cmp_ok(scalar($load->in_state('in flight')), '>', 0, 'wal: the server went down');
		ok(slurp_file($node->logfile) =~ /PANIC:  could not write to file "pg_wal.*: No space left on device/, 'wal: the log says why');
		unlink "$small/ballast";
		# it may be down, or just up again
		$node->stop('immediate', fail_ok => 1);
		$node->{_pid} = undef;
		$node->start;
		survived($node, $load, 'wal');
		$node->stop;
		PostgreSQL::Test::Utils::system_or_bail('rm', '-rf', "$small/wal");
	}
}

done_testing();
