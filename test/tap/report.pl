# A browser reads the clearing report: it renders without running or loading
# anything, and shows what clearing_pairs() has.
use strict;
use warnings;

use File::Temp qw(tempdir);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($browser) = grep { -x $_ } map { ("$_/chromium", "$_/chromium-browser", "$_/google-chrome") } split(/:/, $ENV{PATH});
plan skip_all => 'no chromium here' unless defined $browser;

my $dir = tempdir(CLEANUP => 1);
my $node = PostgreSQL::Test::Cluster->new('report');
$node->init(extra => ['--encoding=UTF8', '--locale=C']);
$node->append_conf('postgresql.conf', "kinwallet.clock = '2026-02-21 10:00+08'");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION kinwallet;
	SELECT kinwallet.create_ledger();
	UPDATE kinwallet_data.region SET name = '<script>document.title = "run"</script><b id="injected">' WHERE region::text = '640200';
	-- every province owes every other one, in amounts of every length
	INSERT INTO kinwallet_data.draw (draw_id, spending_id, relation_id, restores, contributor, recipient, amount, at,
		payer_region, payee_region, recipient_region, month, position, kind, scope, use, place, counts)
	SELECT n, n, 1, 0, 1, 2, kinwallet.from_fen((10 ^ (n % 12))::bigint + n), '2026-01-10', payer, payee, payee, '2026-01-01', 1,
		CASE WHEN n % 7 = 0 THEN 'r' ELSE 'd' END, 'c', 'm', 'q', 3
	FROM (SELECT row_number() OVER (ORDER BY a.region, b.region), a.region, b.region
		FROM (SELECT min(region::text)::kinwallet.region_code FROM kinwallet_data.region WHERE region::text <> '640100' GROUP BY province) AS a(region),
			(SELECT max(region::text)::kinwallet.region_code FROM kinwallet_data.region GROUP BY province) AS b(region)
		WHERE kinwallet.province(a.region) OPERATOR(kinwallet.<>) kinwallet.province(b.region)) AS pair(n, payer, payee);
	SELECT kinwallet.cut_off('2026-01-01'), kinwallet.split('2026-01-01');
});

# Write a page to a file; give its path.
sub page
{
	my ($name, $province) = @_;

	append_to_file("$dir/$name.html",
		$node->safe_psql('postgres', "SELECT kinwallet.clearing_report('2026-01-01', $province)"));
	return "$dir/$name.html";
}

# Run the browser, as offline as it can be told to.
sub browse
{
	my ($file, @options) = @_;
	my ($out, $err) = ('', '');

	local $ENV{HOME} = $dir;
	IPC::Run::run(
		[ $browser, '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
			'--disable-background-networking', '--disable-component-update', '--disable-sync',
			"--user-data-dir=" . tempdir(CLEANUP => 1), @options, "file://$file" ],
		'>', \$out, '2>', \$err, IPC::Run::timeout(180)) or diag($err);
	return $out;
}

# What the browser's document has in the rows of a table.
sub rows
{
	my ($dom, $id) = @_;
	my ($table) = $dom =~ m{<table id="$id">(.*?)</table>}s;
	my %rows;

	while (($table // '') =~ m{<tr data-payer="(\d+)" data-payee="(\d+)">(.*?)</tr>}gs)
	{
		my ($pair, $row) = ("$1 $2", $3);
		my @figures = $row =~ m{<td class="figure[^"]*">([^<]*)</td>}g;

		$rows{$pair} = join('|', @figures) =~ tr/,//dr;
	}
	return \%rows;
}

sub stored
{
	my ($level, $where) = @_;
	my %rows = map { my ($payer, $payee, @figures) = split /\|/; ("$payer $payee" => join('|', @figures)) } split /\n/,
		$node->safe_psql('postgres', "SELECT * FROM kinwallet.clearing_pairs('2026-01-01', '$level') WHERE $where");

	return \%rows;
}

my $national = page('national', 'NULL');
my $dom = browse($national, '--dump-dom');
is(scalar(keys %{ rows($dom, 'pairs') }), 992, 'CLR-04: the page has every ordered pair of provinces');
is_deeply(rows($dom, 'pairs'), stored('province', 'true'), 'its figures are those of clearing_pairs');
my @rects = $dom =~ m{<g><title>[^<]+</title><rect}g;
is(scalar(@rects), scalar(grep { (split /\|/, $_)[4] > 0 } values %{ rows($dom, 'pairs') }),
	'the heat map has a cell for each pair that owes something');

my $ningxia = page('ningxia', "'640000'");
$dom = browse($ningxia, '--dump-dom');
is_deeply(rows($dom, 'payable'), stored('province', "payer::text = '640000'"), 'a province: what it pays');
is_deeply(rows($dom, 'receivable'), stored('province', "payee::text = '640000'"), 'a province: what it receives');
like($dom, qr{<title>\S+ Monthly clearing report}, 'a name with markup did not run');
unlike($dom, qr{<b id="injected">}, 'a name with markup did not become an element');
like($dom, qr{&lt;script&gt;}, 'it is shown as it is');

for my $file ($national, $ningxia)
{
	my ($name) = $file =~ m{(\w+)\.html$};

	browse($file, '--hide-scrollbars', '--window-size=900,2600', "--screenshot=$dir/$name.png");
	my $png = slurp_file("$dir/$name.png");
	ok(substr($png, 1, 3) eq 'PNG' && length($png) > 100_000, "$name: there is something to see");
	browse($file, '--no-pdf-header-footer', "--print-to-pdf=$dir/$name.pdf");
	like(slurp_file("$dir/$name.pdf"), qr{/MediaBox \[0 0 59[45][.\d]* 84[12]}, "$name: prints on A4, upright");
}

$node->stop;
done_testing();
