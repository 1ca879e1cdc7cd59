# A base backup goes back to a moment between two calls, and logical replication
# carries the ledger to readers, with and without the extension.
#
# A moment is given by its time; with LONG=1 by name and transaction id, too.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use KinwalletLoad;

my $seed = $ENV{SEED} || time() % 100000;
note("seed $seed");

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 'logical', has_archiving => 1);
$node->append_conf('postgresql.conf', "log_statement = none\nkinwallet.clock = '2026-01-21 12:00+08'\nmax_replication_slots = 20\nmax_wal_senders = 20\nmax_worker_processes = 30\nmax_logical_replication_workers = 20");
$node->start;
my $load = KinwalletLoad->new($node, $seed);

# Run some random calls to their end.
sub calls
{
	my ($units) = @_;

	$load->prepare(2, $units);
	$load->start;
	$load->finish;
	return;
}

#
# Point-in-time recovery
#

$node->backup('base');
calls(50);

# Three moments, each with what the ledger looked like.
my $transfer = q{SELECT kinwallet.transfer(kinwallet.request_id_of('%s'), 1, 10, '1.00')};
my @moments;
for my $kind ($ENV{LONG} ? ('name', 'xid', 'time') : ('time'))
{
	my %moment = (kind => $kind, before => "before $kind", after => "after $kind");

	my ($id, $xid, $time) = split /\|/, $node->safe_psql('postgres', "BEGIN;\n" . sprintf($transfer, $moment{before}) . " AS id \\gset\n"
		. "SELECT pg_current_xact_id() AS xid \\gset\nCOMMIT;\nSELECT :id, :xid, clock_timestamp()");
	$node->safe_psql('postgres', "SELECT pg_create_restore_point('between')") if $kind eq 'name';
	$moment{target} = { name => 'between', xid => $xid, time => $time }->{$kind};
	$moment{id} = $id;
	$moment{contents} = KinwalletLoad::contents($node);
	$node->safe_psql('postgres', sprintf($transfer, $moment{after}));
	push @moments, \%moment;
}
calls(50);
my $archived = $node->safe_psql('postgres', 'SELECT pg_walfile_name(pg_switch_wal())');
$node->poll_query_until('postgres', "SELECT last_archived_wal >= '$archived' FROM pg_stat_archiver") or die 'WAL is not archived';

for my $moment (@moments)
{
	my $restored = PostgreSQL::Test::Cluster->new("restored_$moment->{kind}");
	my $name = "recovery to a $moment->{kind}";

	$restored->init_from_backup($node, 'base', has_restoring => 1, standby => 0);
	$restored->append_conf('postgresql.conf', "recovery_target_$moment->{kind} = '$moment->{target}'\nrecovery_target_action = promote\nmax_logical_replication_workers = 0\narchive_mode = off");
	$restored->start;
	$restored->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'recovery does not end';
	is(KinwalletLoad::contents($restored), $moment->{contents}, "EDGE-95: $name: every row is as it was then");
	is($restored->safe_psql('postgres', 'SELECT * FROM kinwallet.verify_ledger()'), '', "$name: verify_ledger() is empty");
	is($restored->safe_psql('postgres', sprintf($transfer, $moment->{before})), $moment->{id}, "$name: EDGE-90: the call before is known");
	is($restored->safe_psql('postgres', sprintf($transfer, $moment->{after}) . ' > (SELECT max(transfer_id) FROM kinwallet_data.transfer)'), 't',
		"$name: the call after is new, with a new id");
	is($restored->safe_psql('postgres', 'SELECT * FROM kinwallet.verify_ledger()'), '', "$name: verify_ledger() is empty");
	$restored->stop;
}

#
# Logical replication, binary = false
#

my @facts = qw(account_entry transfer spending draw refund return_);

# The columns of the facts as plain tables, their types those of the extension or core's.
sub tables
{
	my ($types) = @_;

	return $node->safe_psql('postgres', sprintf(<<'SQL', $types, join(',', @facts)));
SELECT format('CREATE TABLE kinwallet_data.%%I (%%s);', c.relname, string_agg(format('%%I %%s', a.attname, %s), ', ' ORDER BY a.attnum))
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'kinwallet_data'::regnamespace AND c.relname = ANY ('{%s}')
GROUP BY c.relname
SQL
}

# Every row of the facts, one digest for each.
sub facts
{
	my ($db) = @_;

	return $node->safe_psql($db, join('; ', "SET timezone = 'Asia/Shanghai'",
		map { "SELECT '$_', count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE \"C\")) FROM kinwallet_data.$_ AS t" } @facts));
}

sub subscribe
{
	my ($db, $publication) = @_;

	# the slot first: within one cluster, CREATE SUBSCRIPTION would wait for itself
	$node->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('$db', 'pgoutput')");
	$node->safe_psql($db, sprintf(q{CREATE SUBSCRIPTION %1$s CONNECTION '%2$s' PUBLICATION %3$s WITH (slot_name = %1$s, create_slot = false, binary = false)},
		$db, $node->connstr('postgres') =~ s{'}{''}gr, $publication));
	return;
}

$node->safe_psql('postgres', 'CREATE PUBLICATION facts FOR TABLE ' . join(', ', map { "kinwallet_data.$_" } @facts)
	. q{ WITH (publish = 'insert', publish_via_partition_root = true); CREATE PUBLICATION ledger FOR TABLES IN SCHEMA kinwallet_data});
$node->safe_psql('postgres', "CREATE DATABASE $_") for ('mirror', 'warehouse', 'reader');
$node->safe_psql('mirror', "CREATE EXTENSION kinwallet; CREATE SCHEMA kinwallet_data;\n" . tables('format_type(a.atttypid, a.atttypmod)'));
$node->safe_psql('warehouse', "CREATE SCHEMA kinwallet_data;\n"
	. tables(q{CASE format_type(a.atttypid, a.atttypmod) WHEN 'kinwallet.wallet_amount' THEN 'numeric' WHEN 'kinwallet.region_code' THEN 'text' ELSE format_type(a.atttypid, a.atttypmod) END}));
# a whole ledger without its rows
my @connection = ('--host', $node->host, '--port', $node->port);
my $dir = PostgreSQL::Test::Utils::tempdir;
$node->command_ok([ 'pg_dump', @connection, '--schema-only', '--no-publications', '--schema', 'kinwallet_data', '--file', "$dir/schema.sql", 'postgres' ], 'dump of the ledger without rows');
$node->safe_psql('reader', 'CREATE EXTENSION kinwallet');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', @connection, '-f', "$dir/schema.sql", 'reader' ], 'restore of it');

subscribe('mirror', 'facts');
subscribe('warehouse', 'facts');
subscribe('reader', 'ledger');
# some of it while rows are still copied, the rest after
calls(100);
for my $db ('mirror', 'warehouse', 'reader')
{
	$node->wait_for_subscription_sync($node, $db, $db);
}
calls(100);
$node->safe_psql('postgres', q{
	SELECT kinwallet.insurance_event('e1', 3, '2026-01-21', status => 'paused'), kinwallet.freeze_wallet(4, 'audit');
	SELECT kinwallet.dissolve_relation(min(relation_id), 1) FROM kinwallet_data.relation WHERE contributor = 1 AND state = 'a';
	SET kinwallet.clock = '2026-02-10 10:00+08';
	SELECT kinwallet.cut_off('2026-01-01'), kinwallet.split('2026-01-01');
});
$node->wait_for_catchup($_) for ('mirror', 'warehouse', 'reader');

like(facts('postgres'), qr/^draw\|\d\d\d/m, 'there are facts');
is(facts('mirror'), facts('postgres'), 'EDGE-95: plain tables with the types have every fact');
is(facts('warehouse'), facts('postgres'), 'EDGE-95: so has a database without the extension, with numeric and text');
is($node->safe_psql('warehouse', 'SELECT sum(amount) FROM kinwallet_data.transfer'),
	$node->safe_psql('postgres', 'SELECT kinwallet.sum(amount) FROM kinwallet_data.transfer'), 'amounts add up there');
is(KinwalletLoad::contents($node, 'reader'), KinwalletLoad::contents($node), 'EDGE-95: a subscribed ledger has every row of every table');
is($node->safe_psql('reader', 'SELECT * FROM kinwallet.verify_ledger()'), '', 'and verify_ledger() is empty there');
is($node->safe_psql('reader', "SET kinwallet.clock = '2026-02-10 10:00+08'; SELECT count(*) FROM kinwallet.clearing_pairs('2026-01-01', 'region')"),
	$node->safe_psql('postgres', "SET kinwallet.clock = '2026-02-10 10:00+08'; SELECT count(*) FROM kinwallet.clearing_pairs('2026-01-01', 'region')"), 'it answers');

for my $db ('mirror', 'warehouse', 'reader')
{
	$node->safe_psql($db, "DROP SUBSCRIPTION $db");
}
$node->stop;
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|leaked|still referenced/, 'nothing in the log');
done_testing();
