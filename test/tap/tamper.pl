# Who can write around every guard is found: a superuser with triggers off, and
# somebody with an editor on the heap's pages.  What an outside auditor has, the
# exported seals and a dump, tells the same without the server.
use strict;
use warnings;

use FindBin;
use IPC::Run qw(run);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('tamper');
$node->init;
$node->append_conf('postgresql.conf', "timezone = 'America/New_York'\ndatestyle = 'SQL, DMY'");
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;
# the script stands beside this one when it runs, in tools/ where it is shipped
my ($verifier) = grep { -e $_ } ("$FindBin::RealBin/verify_seals.py", "$FindBin::RealBin/../../tools/verify_seals.py");

$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION kinwallet;
SET kinwallet.clock = '2026-01-10 10:00:00.123456+08';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'c1'),
	(2, '370199195206060054', 'B', '370100', 'resident', 'c2'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c3');
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
SELECT kinwallet.open_wallet(p) FROM generate_series(1, 3) AS p;
SELECT kinwallet.credit_account(kinwallet.request_id_of('credit 1'), 1, '5000.00', E'a memo\twith \\ and\n好');
SELECT kinwallet.credit_account(kinwallet.request_id_of('credit 2'), 1, '1234.56', '');
SELECT kinwallet.credit_account(kinwallet.request_id_of('credit 3'), 3, '4000.00');
SELECT kinwallet.establish_relation(1, 2, 'parent'), kinwallet.establish_relation(3, 2, 'sibling');
SELECT kinwallet.transfer(kinwallet.request_id_of('transfer ' || n), 1, 2, '100.00') FROM generate_series(1, 3) AS n;
SELECT kinwallet.transfer(kinwallet.new_request_id(), 3, 2, '300.00');
SELECT kinwallet.spend(kinwallet.request_id_of('spend'), 2, 'H37010000001', 'medical', '350.00');
SELECT kinwallet.spend(kinwallet.request_id_of('own'), 3, 'H37010000001', 'medical', '10.00');
SET kinwallet.clock = '2026-01-11 10:00+08';
SELECT kinwallet.seal_day('2026-01-10');
SELECT kinwallet.refund(kinwallet.request_id_of('refund'), spending_id, '100.00') FROM kinwallet_data.spending WHERE recipient = 2;
SELECT kinwallet.dissolve_relation(relation_id, 2) FROM kinwallet_data.relation WHERE contributor = 3;
SET kinwallet.clock = '2026-02-10 10:00+08';
SELECT kinwallet.cut_off('2026-01-01');
SELECT kinwallet.credit_account(kinwallet.request_id_of('february'), 1, '1.00');
SET kinwallet.clock = '2026-03-10 10:00+08';
SELECT kinwallet.cut_off('2026-02-01');
SQL

my $verify = 'SELECT to_char(month, $$YYYY-MM$$), fact, subject, problem FROM kinwallet.verify_seals() ORDER BY 1, 2, 3';
my @connection = ('--host', $node->host, '--port', $node->port);

# What the auditor says of a dump made now: exit code and words.
sub audit
{
	my (@options) = @_;
	my ($stdout, $stderr);

	$node->run_log(['pg_dump', @connection, '--file', "$dir/dump.sql", @options, 'postgres']);
	my $ok = run ['python3', $verifier, "$dir/seals.json", "$dir/dump.sql"], '>', \$stdout, '2>', \$stderr;
	diag($stderr) if $stderr;
	return ($ok, $stdout);
}

append_to_file("$dir/seals.json", $node->safe_psql('postgres', 'SELECT to_jsonb(s) FROM kinwallet.export_seals() AS s') . "\n");
is($node->safe_psql('postgres', $verify), '', 'EDGE-92: nothing was altered');
my ($ok, $words) = audit();
ok($ok, 'EDGE-92: another implementation computes the same seals from a dump');
like($words, qr/^3 seals, 18 tables checked, 0 not in the dump, 0 problems$/, 'EDGE-92: of every table');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok(['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', @connection, '--dbname', 'restored', '--file', "$dir/dump.sql"], 'restore the dump');
is($node->safe_psql('restored', $verify), '', 'EDGE-95: a restored ledger is as it was sealed');
is($node->safe_psql('restored', 'SELECT to_jsonb(s) FROM kinwallet.export_seals() AS s'), $node->safe_psql('postgres', 'SELECT to_jsonb(s) FROM kinwallet.export_seals() AS s'),
	'EDGE-95: with the same seals');
$node->psql('restored', 'UPDATE kinwallet_data.seal SET sealed_by = sealed_by', stderr => \my $refusal);
like($refusal, qr/append-only/, 'EDGE-95: as guarded as the first one');
($ok, $words) = audit('--load-via-partition-root', '--data-only');
ok($ok, 'EDGE-92: and from a dump by partition root') or diag($words);

# A superuser.  The facts' guards hold against replica mode, not against who may alter tables.
my $stderr;
$node->psql('postgres', "SET session_replication_role = replica; UPDATE kinwallet_data.transfer SET amount = '1.00'", stderr => \$stderr);
like($stderr, qr/append-only/, 'EDGE-92: replica mode does not switch the guards off');
$node->safe_psql('postgres', q{
	ALTER TABLE kinwallet_data.account_entry_2026_01 DISABLE TRIGGER ALL;
	UPDATE kinwallet_data.account_entry_2026_01 SET memo = NULL WHERE memo = '';
	ALTER TABLE kinwallet_data.account_entry_2026_01 ENABLE ALWAYS TRIGGER fact_guard});
is($node->safe_psql('postgres', $verify), join("\n",
		'2026-01|account_entry|persons of leaf 632|the facts differ: as many rows and as much money, with other contents',
		'2026-01|account_entry|seal 1 of day 2026-01-10, persons of leaf 632|the facts differ: as many rows and as much money, with other contents'),
	'EDGE-92: a superuser without triggers is found');
is($node->safe_psql('postgres', 'SELECT count(*) FROM kinwallet.verify_ledger()'), 0, 'though all sums are right');
($ok, $words) = audit();
ok(!$ok, 'EDGE-92: by the auditor too');
like($words, qr/^seal 2 of month 2026-01: account_entry differs: 3 rows of 1023456 fen sealed, 3 of 1023456 in the dump$/m, 'EDGE-92: with the month and the table');
$node->safe_psql('postgres', q{
	ALTER TABLE kinwallet_data.account_entry_2026_01 DISABLE TRIGGER ALL;
	UPDATE kinwallet_data.account_entry_2026_01 SET memo = '' WHERE memo IS NULL AND kinwallet.fen(amount) = 123456;
	ALTER TABLE kinwallet_data.account_entry_2026_01 ENABLE ALWAYS TRIGGER fact_guard});
is($node->safe_psql('postgres', $verify), '', 'EDGE-92: put back, it is as it was sealed');

# An editor on the heap: one bit of one amount, of a row that is there once.
$node->safe_psql('postgres', 'VACUUM FULL kinwallet_data.transfer_2026_01');
is($node->safe_psql('postgres', $verify), '', 'EDGE-95: rows that moved are the same rows');
my $path = $node->data_dir . '/' . $node->safe_psql('postgres', q{SELECT pg_relation_filepath('kinwallet_data.transfer_2026_01')});
$node->stop;
my $heap = slurp_file($path);
# 300.00 yuan in fen
my $offset = index($heap, pack('q', 30000));
cmp_ok($offset, '>', 0, 'the amount stands in the heap');
is(index($heap, pack('q', 30000), $offset + 1), -1, 'once');
open(my $file, '+<:raw', $path) or die "could not open $path: $!";
sysseek($file, $offset, 0);
syswrite($file, pack('q', 30000 ^ 65536)) == 8 or die "could not write $path: $!";
close($file);
$node->start;
is($node->safe_psql('postgres', 'SELECT kinwallet.fen(amount) FROM kinwallet_data.transfer WHERE contributor = 3'), 30000 ^ 65536, 'the server believes the page');
is($node->safe_psql('postgres', $verify), join("\n",
		'2026-01|transfer|persons of leaf 874|the facts differ: 300.00 yuan were sealed, 955.36 yuan are there',
		'2026-01|transfer|seal 1 of day 2026-01-10, persons of leaf 874|the facts differ: 300.00 yuan were sealed, 955.36 yuan are there'),
	'EDGE-92: a bit turned over in the heap is found, with the persons');
is($node->safe_psql('postgres', 'SELECT kinwallet.seal_leaf(3)'), 874, 'who are those of the leaf');

# The newest month sealed anew: only a witness knows.
$node->safe_psql('postgres', <<'SQL');
DO $$
DECLARE
	tab regclass;
BEGIN
	FOR tab IN SELECT DISTINCT tgrelid::regclass FROM pg_trigger WHERE tgname IN ('fact_guard', 'fact_guard_truncate') AND NOT tgisinternal LOOP
		EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', tab);
	END LOOP;
END
$$;
DELETE FROM kinwallet_data.seal_leaf WHERE seal_no = 3;
DELETE FROM kinwallet_data.seal_fact WHERE seal_no = 3;
DELETE FROM kinwallet_data.seal WHERE seal_no = 3;
DELETE FROM kinwallet_data.clearing_month WHERE month = '2026-02-01';
UPDATE kinwallet_data.account_entry_2026_02 SET memo = 'x';
SET kinwallet.clock = '2026-03-10 10:00+08';
SELECT kinwallet.cut_off('2026-02-01');
SQL
is($node->safe_psql('postgres', "SELECT count(*) FROM kinwallet.verify_seals('2026-02-01')"), 0, 'EDGE-92: the newest seal made anew is in order by itself');
my $witness = slurp_file("$dir/seals.json") =~ s/\n(?=\{)/,/gr;
is($node->safe_psql('postgres', "SELECT subject, problem FROM kinwallet.verify_exported_seals(\$w\$[$witness]\$w\$)"),
	'seal 3|it is another one than was exported', 'EDGE-92: who has the exported seals knows');
($ok, $words) = audit('--table', 'kinwallet_data.account_entry*');
like($words, qr/^seal 3 of month 2026-02: account_entry differs: 1 rows of 100 fen sealed, 1 of 100 in the dump$/m, 'EDGE-92: the auditor does, from one table');

$node->stop;
done_testing();
