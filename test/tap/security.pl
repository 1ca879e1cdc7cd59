# doc/security.md: its statements as they stand there; bindings in prepared transactions; look-ups that are rolled back; and
# nothing personal in the server log.
use strict;
use warnings;

use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('security');
$node->init;
$node->append_conf('postgresql.conf', "kinwallet.clock = '2026-02-01 10:00+08'\nmax_prepared_transactions = 5\nlog_statement = none");
$node->start;
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');

# an owner who is no superuser, as in doc/operations.md
$node->safe_psql('postgres', q{
	CREATE EXTENSION kinwallet;
	CREATE ROLE ledger_owner NOLOGIN;
	GRANT CREATE ON DATABASE postgres TO ledger_owner;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA kinwallet TO ledger_owner;
	GRANT USAGE ON SCHEMA kinwallet TO ledger_owner;
	SET ROLE ledger_owner;
	SELECT kinwallet.create_ledger();
	INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
		(1, '640299198003121018', 'Zhang San', '640200', 'employee', 'c1'), (2, '370199195206060054', 'Li Si', '370100', 'resident', 'c2');
	INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
	SELECT kinwallet.open_wallet(1), kinwallet.open_wallet(2), kinwallet.credit_account(gen_random_uuid(), 1, '1000'), kinwallet.establish_relation(1, 2, 'parent');
});

# Runs SQL as a user; its output, or its SQLSTATE.
sub as
{
	my ($user, $sql, %variables) = @_;
	my ($out, $err);

	$node->psql('postgres', $sql, stdout => \$out, stderr => \$err, on_error_stop => 1,
		extra_params => [ '-U', $user, '-v', 'VERBOSITY=sqlstate', map { ('-v', "$_=$variables{$_}") } sort keys %variables ]);
	return $err =~ /ERROR:  ([0-9A-Z]{5})/ ? $1 : $out;
}

#
# The example
#
my @statements = slurp_file('security.md') =~ /^```sql\n(.*?)^```$/gms;
is(@statements, 6, 'the statements of doc/security.md');
my ($roles, $secret, $duties, $application, $hospital, $officer) = @statements;
my %names = (person => 1, relative => 2, secret => 'k' x 32);
is(as($superuser, $roles), '', 'roles and an administrator');
is(as($superuser, $secret, %names), '', 'a secret');
is(as('registrar', $duties), "\n\n", 'the administrator gives duties');
is(as('registrar', 'SELECT * FROM kinwallet.wallet(1)'), '42501', 'and has no business data');
is(as('family_app', $application, %names, token => 'none'), '42501', 'ROLE-05: no application without a token');
my $token = as('registrar', 'SELECT kinwallet.make_token(1)');
my $other_token = as('registrar', 'SELECT kinwallet.make_token(2)');
is(as('family_app', $application, %names, token => $other_token), '42501', 'ROLE-05: nor with another\'s');
like(as('family_app', $application, %names, token => $token), qr/^\n[0-9]+\n640200\|employee\|normal$/, 'the application\'s transaction');
like(as('hospital_gateway', $hospital, %names), qr/^200\.00\n.*\n2026-02-01\|35\.00$/s, 'the hospital\'s');
is(as('officer_wang', $officer, %names), "1|Zhang San|normal\n1", 'the officer\'s');
for my $case (
	[ 'family_app', 'SELECT * FROM kinwallet.wallet(1)' ], [ 'family_app', 'SELECT citizen_id FROM kinwallet_data.person' ],
	[ 'family_app', q{SELECT * FROM kinwallet.spend(gen_random_uuid(), 2, 'H37010000001', 'medical', '1')} ],
	[ 'officer_wang', 'SELECT * FROM kinwallet.wallet(2)' ], [ 'officer_wang', q{SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1')} ],
	[ 'officer_wang', q{SELECT kinwallet.freeze_wallet(1, 'r')} ],
	[ 'officer_wang', q{INSERT INTO kinwallet_data.premium_standard VALUES ('370100', 'resident_medical', 2030, '1')} ],
	[ 'officer_wang', 'SELECT kinwallet.approve_proposal(1)' ],
	[ 'hospital_gateway', 'SELECT * FROM kinwallet.wallet(2)' ], [ 'hospital_gateway', 'SELECT * FROM kinwallet_data.person' ],
	[ 'hospital_gateway', 'SELECT * FROM kinwallet_data.relation' ],
	map { my $user = $_; map { [ $user, "SELECT * FROM kinwallet_data.$_" ] } qw(role_duty audit token_secret) } qw(family_app officer_wang hospital_gateway registrar))
{
	is(as(@$case), '42501', "$case->[0] is refused: $case->[1]");
}

#
# Prepared transactions
#
my $bound = "SELECT kinwallet.act_for(1, '$token');";
is(as('family_app', "BEGIN; $bound SELECT kinwallet.transfer('00000000-0000-4000-8000-000000000001', 1, 2, '1') > 0; PREPARE TRANSACTION 'kw'; SELECT kinwallet.acting_person() IS NULL"),
	"\nt\nt", 'PREPARE TRANSACTION ends the binding');
is(as('family_app', "COMMIT PREPARED 'kw'; SELECT kinwallet.acting_person() IS NULL"), 't', 'who commits it is bound to nobody');
is($node->safe_psql('postgres', "SELECT count(*) FROM kinwallet_data.transfer WHERE request_id = '00000000-0000-4000-8000-000000000001'"), 1, 'the transfer is there');
is(as('family_app', "BEGIN; SAVEPOINT s; $bound ROLLBACK TO s; SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1')"), '42501', 'nor does a savepoint leave one');

#
# Look-ups that are rolled back, and cursors
#
sub lines
{
	my ($user, $sql) = @_;
	my $from = -s $node->logfile;

	as($user, $sql);
	return map { decode_json($_) } slurp_file($node->logfile, $from) =~ /kinwallet audit: (\{.*\})/g;
}
$node->safe_psql('postgres', q{CREATE ROLE auditor LOGIN; SELECT kinwallet.grant_role('auditor', 'auditor', 'nation')});
is(lines('auditor', 'SELECT * FROM kinwallet.wallet(1)'), 0, 'a look-up that is committed has its row');
my @lines = lines('auditor', 'BEGIN; SELECT * FROM kinwallet.wallet(1); ROLLBACK');
is(@lines, 1, 'ROLE-01: one that is rolled back is a line');
is("$lines[0]{function} $lines[0]{sqlstate} $lines[0]{rolled_back} $lines[0]{role} $lines[0]{arguments}{person_id}", 'wallet 00000 1 auditor 1', 'of what was read by whom');
@lines = lines('auditor', 'BEGIN; SELECT * FROM kinwallet.wallet(1); SAVEPOINT a; SELECT * FROM kinwallet.wallet(2); SAVEPOINT b; SELECT * FROM kinwallet.quotas(2); RELEASE b; ROLLBACK TO a; COMMIT');
is(join(' ', map { "$_->{function} $_->{arguments}{person_id}" } @lines), 'quotas 2 wallet 2', 'and what is rolled back to a savepoint, with its subtransactions');
is(lines('auditor', 'BEGIN; SAVEPOINT a; SELECT * FROM kinwallet.wallet(2); RELEASE a; COMMIT'), 0, 'not what is released and committed');
is(lines('auditor', 'BEGIN; SELECT * FROM kinwallet.wallet(1); SELECT 1 / 0'), 1, 'nor does an error make it unread');
@lines = lines('auditor', q{DO $$ BEGIN FOR i IN 1..1010 LOOP PERFORM kinwallet.wallet(1); END LOOP; RAISE 'no'; END $$});
is(@lines, 1010, 'many of them');
is(lines('auditor', "BEGIN; SELECT * FROM kinwallet.wallet(1); PREPARE TRANSACTION 'read'"), 1, 'or in a prepared transaction');
$node->safe_psql('postgres', "ROLLBACK PREPARED 'read'");
is(lines($superuser, q{BEGIN; SELECT kinwallet.freeze_wallet(2, 'r'); ROLLBACK}), 0, 'what was to be changed, and is not, is none');

my $set = 'SET SESSION AUTHORIZATION officer_wang;';
my $revoke = q{SET SESSION AUTHORIZATION registrar; SELECT kinwallet.revoke_role('shizuishan_officers', 'agency', '640200'); RESET SESSION AUTHORIZATION;};
$node->safe_psql('postgres', q{SET ROLE ledger_owner; INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
	VALUES (3, '320599195501010044', 'Wang Wu', '640200', 'employee', 'c3')});
is(as($superuser, "BEGIN; $set DECLARE c CURSOR FOR SELECT person_id FROM kinwallet_data.person; DECLARE d CURSOR FOR SELECT person_id FROM kinwallet_data.person;
	PREPARE p AS SELECT person_id FROM kinwallet_data.person; FETCH 1 FROM c; RESET SESSION AUTHORIZATION; $revoke $set FETCH ALL FROM c; FETCH ALL FROM d; ROLLBACK"),
	"1\n\n3", 'a cursor that is being read keeps its rows when the duty is taken away; one that is not has none');
is(as($superuser, "BEGIN; $set PREPARE p AS SELECT person_id FROM kinwallet_data.person; EXECUTE p; RESET SESSION AUTHORIZATION; $revoke $set EXECUTE p"), '42501', 'a prepared statement has none');

#
# The server log: failed statements with names and numbers
#
my $personal = qr/640299198003121018|370199195206060054|Zhang San|Li S[ix]/;
my $form = $node->basedir . '/form.sql';
my $logged;
append_to_file($form, "BEGIN;\n$bound\nSELECT kinwallet.transfer_application(gen_random_uuid(), 1, :name, :number, '370100', '1', 'v');\nCOMMIT;\n");
my $from = -s $node->logfile;
$node->command_fails([ 'pgbench', '-n', '-t', '1', '-M', 'extended', '-U', 'family_app', '-h', $node->host, '-p', $node->port, '-D', 'name=Li Six', '-D', 'number=370199195206060054', '-f', $form, 'postgres' ],
	'an application form that matches nobody, with parameters');
$logged = slurp_file($node->logfile, $from);
like($logged, qr/STATEMENT:.*transfer_application/, 'EDGE-96: the statement is logged');
unlike($logged, $personal, 'EDGE-96: nothing personal with it');
my $literal = "BEGIN; $bound SELECT kinwallet.transfer_application(gen_random_uuid(), 1, 'Li Six', '370199195206060054', '370100', '1', 'v')";
$from = -s $node->logfile;
as('family_app', $literal);
like(slurp_file($node->logfile, $from), $personal, 'with literals there is, as the server is shipped');
$node->append_conf('postgresql.conf', 'log_min_error_statement = panic');
$node->reload;
$from = -s $node->logfile;
is(as('family_app', $literal), 'KW017', 'log_min_error_statement = panic');
unlike(slurp_file($node->logfile, $from), $personal, 'EDGE-96: nothing personal in the log');
like(slurp_file($node->logfile, $from), qr/kinwallet audit:.*KW017/, 'but the refusal');
unlike(slurp_file($node->logfile, $from), qr/[0-9]+\.[0-9a-f]{64}/, 'and no token');
$from = -s $node->logfile;
as($superuser, "INSERT INTO kinwallet_data.token_secret (secret) VALUES ('too short, and a secret')");
unlike(slurp_file($node->logfile, $from), qr/too short, and/, 'nor a secret that is refused');

is($node->safe_psql('postgres', 'SELECT * FROM kinwallet.verify_ledger()'), '', 'all invariants hold');
$node->stop;
done_testing();
