# A streaming standby answers everything that looks up, as the primary does, and
# refuses everything else by name, 25006.  Which function is which is said here
# for each one: a new function that is in neither list fails.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use KinwalletLoad;

my $seed = $ENV{SEED} || time() % 100000;
note("seed $seed");

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', "log_statement = none\nkinwallet.clock = '2026-02-20 10:00+08'");
$primary->start;
my $load = KinwalletLoad->new($primary, $seed);
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;

# all that follows arrives as WAL
$load->prepare(2, 150);
$load->start;
$load->finish;
$primary->safe_psql('postgres', q{
	SELECT kinwallet.cut_off('2026-01-01');
	SELECT kinwallet.split('2026-01-01');
	SELECT kinwallet.set_initial_prepayment(2026, '640000', '370000', '1000.00');
});
$primary->wait_for_catchup('standby');

my %reads = (
	acting_operator => '',
	acting_person => '',
	add_working_days => q{'2026-01-30', 5},
	amount_payable => q{9, 'H37010000001', 'medical', '10.00'},
	archived_before => '',
	audit_trail => q{'2026-01-01'},
	balance_as_of => q{9, '2026-02-01'},
	business_date => '',
	business_time => '',
	clearing_calendar => q{'2026-01-01'},
	clearing_corrections => '',
	clearing_lines => q{'2026-01-01', 'centre'},
	clearing_pairs => q{'2026-01-01', 'region'},
	clearing_report => q{'2026-01-01'},
	check_scope => q{'agency', '370100'},
	compare_lines => q{'2026-01-01', NULL, 'centre', NULL, '[]'},
	double_entry => q{'2026-01-01'},
	export_seals => '',
	explain_spend => q{9, 'H37010000001', 'medical', '10.00'},
	explain_transfer => q{1, 2, '10.00'},
	forecast_months => '2026',
	history => '9',
	is_national => '',
	known_person => '1',
	known_province => q{'640000'},
	library_version => '',
	late_lines => q{'2026-01-01'},
	late_subjects => q{'2026-03-01'},
	my_duties => '',
	my_providers => '',
	my_regions => q{'{agency}'},
	net_positions => q{'2026-01-01'},
	notice_lines => '1',
	notice_number => q{'2026-01-01', 'x', 'y', 'z', '640000', '370000'},
	notices => q{'2026-01-01'},
	payments_due => q{'2026-01-01'},
	person_facts => '9',
	person_record => '9',
	policy_of => q{'640200', '2026-02-01'},
	prepayment_forecast => '2027',
	prepayment_held => q{'2026-01-01'},
	prepayment_status => q{'2026-01-01'},
	prepayment_usage => q{'2026-01-01'},
	proposal_places => q{'freeze', '{"person_id": 9}'},
	proposals => '',
	province_table => q{'2026-01-01', '640000'},
	quotas => '9',
	reconcile => q{'2026-01-01', NULL, '[]'::jsonb},
	reinstated_lines => q{'2026-01-01'},
	sets_policy => '0',
	split_month => q{'2026-01-01'},
	statistics => q{'2026-01-01', '2026-02-01'},
	transfers_on => q{1, '2026-01-10'},
	unsealed => '',
	unarchived => q{'2026-01-01'},
	unsigned_provinces => q{'2026-01-01'},
	wallet => '9',
	verify_exported_seals => q{'[{"month": "2026-01-01", "seal": "0000000000000000"}]'},
	(map { ("verify_$_" => '') } qw(clearing facts holds ledger notices prepayment relations seals spendings wallets)),
);
my $id = 'kinwallet.new_request_id()';
my $relation = '(SELECT max(relation_id) FROM kinwallet_data.relation)';
my $spending = '(SELECT max(spending_id) FROM kinwallet_data.spending)';
my $draw = '(SELECT max(draw_id) FROM kinwallet_data.draw)';
my $hold = q{(SELECT max(hold_id) FROM kinwallet_data.hold WHERE state = 'o')};
my %writes = (
	accept_relation => "$relation, 1",
	approve_increase => '1',
	approve_proposal => '1',
	archive_month => q{'2026-01-01'},
	attach_fact_guard => q{'wallet_event'},
	attach_guards => '',
	cancel_deduction => q{'2026-01-01', 1, 'reason'},
	cancel_hold => $hold,
	capture => "$id, $hold, '1.00'",
	close_month => q{'2026-01-01'},
	close_wallet => '1',
	confirm_month => q{'2026-01-01', '640000'},
	confirm_receipt => q{1, '2026-02-01'},
	create_clearing_tables => '',
	create_prepayment_tables => '',
	credit_account => "$id, 1, '1.00'",
	credit_accounts => "ARRAY[$id], '{1}', '{1.00}'",
	cut_off => q{'2026-02-01'},
	deduct_line => "$draw, 'audit'",
	dissolve_relation => "$relation, 1",
	ensure_partitions => q{'2028-01-01'},
	establish_relation => q{1, 9, 'spouse'},
	establish_relations => q{'{1}', '{9}', '{spouse}'},
	freeze_wallet => q{1, 'reason'},
	grant_role => q{'pg_monitor', 'agency', '370100'},
	hold => "$id, 9, 'H37010000001', 'medical', '1.00'",
	insurance_event => q{'e1', 1, '2026-02-01', status => 'paused'},
	issue_notices => q{'2026-01-01'},
	load_reference_data => '',
	open_wallet => '1',
	pay_premium => "$id, 9, 'resident_medical', 2027, '1.00'",
	propose => q{'freeze', '{"person_id": 9}', 'reason'},
	raise_late_alarms => '',
	record_deduction => "'2026-01-01', $draw, '1.00', 'audit'",
	record_instalment => q{1, '1.00', '2026-02-01', 'r'},
	record_payment => q{1, '2026-02-01', 'r'},
	refund => "$id, $spending, '0.01'",
	refund_own_account => "$id, $spending, '0.01'",
	refuse_increase => q{1, 'reason'},
	refuse_proposal => q{1, 'reason'},
	refuse_relation => "$relation, 1",
	release_line => $draw,
	request_increase => q{'2026-01-01', '370000', '640000'},
	request_relation => q{1, 9, 'spouse', 1},
	revoke_role => q{'pg_monitor', 'agency', '370100'},
	seal_day => q{'2026-02-01'},
	set_audit => q{'owner', '*', true, true},
	set_initial_prepayment => q{2026, '640000', '370000', '1.00'},
	set_prepayment => '2027',
	spend => "$id, 9, 'H37010000001', 'medical', '1.00'",
	split => q{'2026-01-01'},
	sweep => '',
	transfer => "$id, 1, 10, '1.00'",
	transfer_application => "$id, 1, 'person 10', (SELECT citizen_id FROM kinwallet_data.person WHERE person_id = 10), '370100', '1.00', 'v'",
	transfer_batch => "ARRAY[$id], '{1}', '{10}', '{1.00}'",
	unfreeze_wallet => q{1, 'reason'},
	withdraw_relation => "$relation, 1",
	withhold_line => "$draw, 'dispute'",
);
# what only the ledger's owner calls, and what calls transfer(): refused by what they do
my %internal = map { $_ => 1 } qw(approve_proposal archive_month grant_role refuse_proposal revoke_role set_audit attach_fact_guard attach_guards create_clearing_tables create_prepayment_tables ensure_partitions load_reference_data transfer_application);
# needs no server that writes; and what is refused since the ledger is there
my %others = map { $_ => 1 } qw(create_ledger new_request_id act_for make_token upgrade_ledger undecided_proposal apply_duties apply_table_duties
	audit_parameters create_audit_tables create_duty_tables create_proposal_tables create_row_security create_seal_tables);

is($primary->safe_psql('postgres', sprintf(q{
	SELECT string_agg(DISTINCT proname, ' ') FROM pg_proc
	WHERE pronamespace = 'kinwallet'::regnamespace AND provolatile <> 'i' AND prorettype <> 'trigger'::regtype
		AND 'cstring'::regtype <> ALL (proargtypes) AND 'internal'::regtype <> ALL (proargtypes) AND proname !~ '_unchecked$'
		AND proname <> ALL ('{%s}')}, join(',', keys %reads, keys %writes, keys %others))), '', 'every function is in one of the lists');

my $answered = 0;
for my $function (sort keys %reads)
{
	my $sql = "SELECT f FROM kinwallet.$function($reads{$function}) AS f ORDER BY f::text COLLATE \"C\"";
	my ($here, $there, $here_error, $there_error);

	$primary->psql('postgres', $sql, stdout => \$here, stderr => \$here_error);
	$standby->psql('postgres', $sql, stdout => \$there, stderr => \$there_error);
	is("$there$there_error", "$here$here_error", "EDGE-95: on a standby $function() gives what it gives on the primary");
	$answered++ if $here ne '';
}
cmp_ok($answered, '>', 25, 'most of them had something to say');

for my $function (sort keys %writes)
{
	my $error;

	$standby->psql('postgres', "SELECT kinwallet.$function($writes{$function})", stderr => \$error, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($error, $internal{$function} ? qr/ERROR:  25006: cannot execute / : qr/ERROR:  25006: cannot execute (?:kinwallet\.)?\Q$function\E\(\) in a read-only transaction/, "EDGE-95: on a standby $function() is refused");
}

$standby->stop;
$primary->stop;
done_testing();
