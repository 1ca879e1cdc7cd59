# Refusals, and calls that cannot have a row, are lines of JSON in the server log: also where the error is caught, and
# never with more than amounts and ids.
use strict;
use warnings;

use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('audit');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "kinwallet.clock = '2026-02-01 10:00+08'");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION kinwallet;
	SELECT kinwallet.create_ledger();
	INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
		(1, '640299198003121018', 'Zhang San', '640200', 'employee', 'c1'), (2, '370199195206060054', 'Li Si', '370100', 'resident', 'c2');
	SELECT kinwallet.open_wallet(1), kinwallet.open_wallet(2), kinwallet.credit_account(gen_random_uuid(), 1, '100');
	CREATE ROLE app LOGIN;
	CREATE ROLE nobody LOGIN;
	SELECT kinwallet.grant_role('app', 'participant_app', 'nation');
	GRANT USAGE ON SCHEMA kinwallet TO nobody;
	GRANT EXECUTE ON FUNCTION kinwallet.wallet(bigint) TO nobody;
});

# The lines that some SQL leaves, as hashes.
sub lines
{
	my ($server, $user, $sql) = @_;
	my $from = -s $server->logfile;

	$server->psql('postgres', $sql, on_error_stop => 0, extra_params => [ '-U', $user ]);
	return map { decode_json($_) } slurp_file($server->logfile, $from) =~ /kinwallet audit: (\{.*\})/g;
}

my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
my @lines = lines($node, $superuser, q{SET application_name = 'a "quoted" name';
	SELECT kinwallet.transfer('00000000-0000-4000-8000-0123456789ab', 1, 2, '12.30')});
is(@lines, 1, 'a refusal is one line');
is($lines[0]{sqlstate}, 'KW004', 'with its SQLSTATE');
is_deeply($lines[0]{arguments}, { request_id => '00000000-0000-4000-8000-0123456789ab', contributor => 1, recipient => 2, amount => '12.30' }, 'and its arguments');
is("$lines[0]{function} $lines[0]{duty} $lines[0]{role} $lines[0]{session_role} $lines[0]{client}", "transfer owner $superuser $superuser [local]", 'who it was');
is($lines[0]{application}, 'a "quoted" name', 'by which application');
like($lines[0]{at}, qr/^2026-02-01/, 'and when');

@lines = lines($node, $superuser, q{DO $$ BEGIN PERFORM kinwallet.transfer(gen_random_uuid(), 1, 1, '1'); EXCEPTION WHEN OTHERS THEN NULL; END $$});
is(join(' ', map { $_->{sqlstate} } @lines), 'KW018', 'an error that is caught was a refusal all the same');

@lines = lines($node, $superuser, q{SELECT kinwallet.transfer_application(gen_random_uuid(), 1, 'Li Xi', '370199195206060054', '370100', '1', 'face 4711')});
is($lines[0]{sqlstate}, 'KW017', 'a form that matches nobody');
is(join(' ', sort keys %{ $lines[0]{arguments} }), 'amount contributor recipient_region request_id', 'EDGE-96: no name, no citizen id, no free text');

@lines = lines($node, 'app', q{BEGIN; SELECT kinwallet.act_for(1); SELECT kinwallet.transfer(gen_random_uuid(), 2, 1, '1')});
is("$lines[0]{sqlstate} $lines[0]{duty} $lines[0]{role} $lines[0]{acting_person}", '42501 nobody app 1', 'ROLE-01: who acts for one person and tries for another');
@lines = lines($node, 'app', q{BEGIN; SELECT kinwallet.act_for(1); SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1')});
is("$lines[0]{sqlstate} $lines[0]{duty} $lines[0]{acting_person}", 'KW004 participant_app 1', 'and what the rules refuse him');
@lines = lines($node, 'nobody', 'SELECT kinwallet.wallet(1)');
is("$lines[0]{sqlstate} $lines[0]{duty} $lines[0]{role}", '42501 nobody nobody', 'ROLE-01: who has no duty');
@lines = lines($node, 'app', q{SELECT kinwallet.request_relation(NULL, 2, 'parent', 1)});
is("$lines[0]{sqlstate}", '42501', 'NULL is shown') and is($lines[0]{arguments}{contributor}, undef, 'as NULL');

$node->safe_psql('postgres', q{CREATE ROLE auditor LOGIN; SELECT kinwallet.grant_role('auditor', 'auditor', 'nation')});
@lines = lines($node, 'auditor', 'BEGIN READ ONLY; SELECT kinwallet.wallet(1); ROLLBACK');
is(join(' ', map { "$_->{sqlstate} $_->{function}" } @lines), '00000 wallet', 'a call in a read-only transaction is a line, and one');
@lines = lines($node, $superuser, 'BEGIN READ ONLY; SELECT kinwallet.sweep()');
is("$lines[0]{sqlstate} $lines[0]{function}", '25006 sweep', 'so is the refusal of one that writes');
$node->safe_psql('postgres', q{SELECT kinwallet.set_audit('owner', 'transfer', true, false)});
is(lines($node, $superuser, q{SELECT kinwallet.transfer(gen_random_uuid(), 1, 1, '1')}), 0, 'refusals are switched off by duty and function');
is(lines($node, $superuser, q{SELECT kinwallet.transfer_application(gen_random_uuid(), 1, 'x', '370199195206060054', '370100', '1', 'x')}), 1, 'for that function alone');

# a reader on a standby is in the standby's log
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('audit_standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
@lines = lines($standby, 'auditor', 'SELECT kinwallet.wallet(1)');
is("$lines[0]{sqlstate} $lines[0]{function} $lines[0]{duty} $lines[0]{arguments}{person_id}", '00000 wallet auditor 1', 'ROLE-01: an auditor\'s look-up on a standby');
$standby->stop;
$node->stop;
done_testing();
