# A split that is cancelled while it reads a month's draws leaves nothing half
# done, whenever that is; the session splits on, and the result is the same.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('cancel_split');
$node->init;
$node->append_conf('postgresql.conf', "kinwallet.clock = '2026-02-21 10:00+08'");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION kinwallet;
	SELECT kinwallet.create_ledger();
	INSERT INTO kinwallet_data.draw (draw_id, spending_id, relation_id, restores, contributor, recipient, amount, at,
		payer_region, payee_region, recipient_region, month, position, kind, scope, use, place, counts)
	SELECT 312::bigint << 42 | n, n, 1, 0, 1, 2, kinwallet.from_fen(1 + n % 1000), '2026-01-10', payer[1 + n % 4], payee[1 + n % 3], payee[1 + n % 3],
		'2026-01-01', 1, 'd', 'c', 'm', 'q', 3
	FROM generate_series(1, 300000) AS n, (SELECT '{640100,640200,110000,660000}'::kinwallet.region_code[], '{370100,370200,320100}'::kinwallet.region_code[]) AS r(payer, payee);
	SELECT kinwallet.cut_off('2026-01-01');
	SELECT kinwallet.split('2026-01-01');
});

# All that a split writes, in one line.
my $written = q{
	SELECT md5(concat((SELECT string_agg(m::text, ',') FROM kinwallet_data.clearing_month AS m),
		(SELECT string_agg(p::text || p.xmin, ',' ORDER BY level, payer, payee) FROM kinwallet_data.clearing_pair AS p),
		(SELECT string_agg(s::text, ',' ORDER BY step_id) FROM kinwallet_data.clearing_step AS s),
		(SELECT string_agg(a::text, ',' ORDER BY a::text) FROM kinwallet_data.prepayment_alarm AS a)));
};
my $pairs = q{SELECT * FROM kinwallet_data.clearing_pair ORDER BY level, payer, payee};
my $before = $node->safe_psql('postgres', $written);
my $rows = $node->safe_psql('postgres', $pairs);
is(scalar(split /\n/, $rows), 12 + 6, 'every pair of regions and of provinces has lines');

# The month's draws are more than a millisecond's work: the first time-outs fire
# whatever the machine is like, and the longer ones deep in the scan.  Once the
# split is through, still longer ones tell nothing.
my ($cancelled, $half_done) = (0, 0);
for my $timeout (1, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96)
{
	my ($out, $err);

	# One session: what the cancelled split leaves behind would be in the next
	# one's way.  One query of two statements: the time-out ends with it.
	$node->psql('postgres', "SET LOCAL statement_timeout = $timeout\\; SELECT kinwallet.split('2026-01-01');\n$written\n"
		. "BEGIN; SELECT kinwallet.split('2026-01-01');\n$pairs;\nROLLBACK;\n",
		stdout => \$out, stderr => \$err, on_error_stop => 0);
	unless ($err =~ /canceling statement due to statement timeout/)
	{
		unlike($err, qr/ERROR/, "$timeout ms: the split is through");
		last;
	}
	$cancelled++;
	my ($digest, @split) = grep { $_ ne '' } split /\n/, $out;
	$half_done++ unless $digest eq $before && join("\n", @split) eq $rows;
}
note("$cancelled splits were cancelled");
cmp_ok($cancelled, '>', 0, 'a split was cancelled');
is($half_done, 0, 'EDGE-75: nothing was half done, and the next split of the session gives the same rows');
is($node->safe_psql('postgres', "SELECT kinwallet.split('2026-01-01');\n$pairs"), "\n$rows", 'EDGE-75: nor is another session in the way');
is($node->safe_psql('postgres', 'SELECT count(*) FROM kinwallet.verify_clearing()'), 0, 'draws and tables agree');

$node->stop;
unlike(slurp_file($node->logfile), qr{leak|still referenced|PANIC|TRAP}, 'no resource was left open');
done_testing();
