# What only years bring: years of a small province month by month, vacuum and
# freeze, months archived, identifiers and transaction ids near their end, clocks
# that go backwards.
#
# Sixteen months of which twelve are archived; LONG=1 sixty months of which
# thirty-six are, and a century of partitions.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{SEED} || time() % 100000;
my $months = $ENV{LONG} ? 60 : 16;
my $archived = $ENV{LONG} ? 36 : 12;
note("seed $seed");

# The first day of a month, counted from the ledger's first one.
sub month
{
	return sprintf('%d-%02d-01', 2026 + int($_[0] / 12), 1 + $_[0] % 12);
}

# The months of the past, the one that is split, the one that runs, the first that stays.
my ($split, $now, $first) = (month($months), month($months + 1), month($archived));
my $year = substr($now, 0, 7);

my $node = PostgreSQL::Test::Cluster->new('long_life');
$node->init;
$node->append_conf('postgresql.conf', "log_statement = none\nautovacuum_naptime = 1s\nmax_locks_per_transaction = 256");
$node->start;

# The SQLSTATE, message and HINT of a statement that fails.
sub refused
{
	my ($sql, $db) = @_;
	my $error;

	$node->psql($db // 'postgres', $sql, stderr => \$error, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	$error =~ s/^psql:\S+ //gm;
	return join("\n", grep { /^(?:ERROR|DETAIL|HINT): / } split /\n/, $error);
}

sub query
{
	return $node->safe_psql('postgres', $_[0]);
}

sub verified
{
	my ($name) = @_;

	is(query('SELECT * FROM kinwallet.verify_ledger()'), '', "$name: verify_ledger() is empty");
	return;
}

#
# Years
#

query(<<'SQL');
CREATE EXTENSION kinwallet;
CREATE EXTENSION amcheck;
SET kinwallet.clock = '2026-01-09 08:00+08';
SELECT kinwallet.create_ledger();
CREATE SCHEMA site;
INSERT INTO kinwallet_data.provider (provider, kind, region)
VALUES ('H64010000001', 'medical_institution', '640100'), ('P64020000001', 'pharmacy', '640200'), ('H37010000001', 'medical_institution', '370100');
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
SELECT n, (body || substr('10X98765432', (SELECT sum(substr(body, i, 1)::int * (1 << (18 - i)) % 11) FROM generate_series(1, 17) AS i)::int % 11 + 1, 1))::kinwallet.citizen_id,
	'person ' || n, CASE WHEN n % 5 = 0 THEN '370100' WHEN n % 2 = 0 THEN '640100' ELSE '640200' END::kinwallet.region_code,
	CASE WHEN n <= 10 THEN 'employee' ELSE 'resident' END, 'c' || n
FROM generate_series(1, 20) AS n, concat('64020019800101', lpad(n::text, 3, '0')) AS body;
INSERT INTO kinwallet_data.premium_standard (region, kind, cover_year, amount)
SELECT region, 'resident_medical', year, '400.00' FROM unnest('{640100,640200,370100}'::kinwallet.region_code[]) AS region, generate_series(2027, 2032) AS year;
SELECT kinwallet.open_wallet(n) FROM generate_series(1, 20) AS n;
SELECT kinwallet.establish_relation(c, 11 + (c + k) % 10, 'sibling') FROM generate_series(1, 10) AS c, generate_series(0, 1) AS k;
CREATE TABLE site.balance (at timestamptz, person bigint, own kinwallet.wallet_amount, received kinwallet.wallet_amount);
CREATE TABLE site.refusal (code text, n int);

CREATE FUNCTION site.at(moment timestamptz) RETURNS void LANGUAGE sql AS $$ SELECT set_config('kinwallet.clock', moment::text, false) $$;

-- a call that may be refused by a rule
CREATE FUNCTION site.try(call text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT ' || call;
EXCEPTION WHEN OTHERS THEN
	IF left(SQLSTATE, 2) <> 'KW' THEN RAISE; END IF;
	INSERT INTO site.refusal VALUES (SQLSTATE, 1);
END
$$;

CREATE FUNCTION site.close(m date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM site.at(m + interval '1 month' + interval '10 days 10 hours');
	PERFORM kinwallet.cut_off(m);
	PERFORM kinwallet.split(m);
	PERFORM kinwallet.confirm_month(m, p) FROM (SELECT p FROM kinwallet.unsigned_provinces(m) AS p ORDER BY p OFFSET 0) AS o;
	PERFORM kinwallet.issue_notices(m);
	PERFORM kinwallet.record_payment(notice_id, kinwallet.business_date(), 'r') FROM kinwallet_data.clearing_notice AS n WHERE n.month = m AND side = 'pay' AND status = 'issued' AND counts;
	PERFORM kinwallet.confirm_receipt(notice_id, kinwallet.business_date()) FROM kinwallet_data.clearing_notice AS n WHERE n.month = m AND side = 'receive' AND counts;
	PERFORM kinwallet.close_month(m);
END
$$;

CREATE FUNCTION site.live(m date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	PERFORM site.at(m + interval '10 days 8 hours');
	PERFORM kinwallet.ensure_partitions((m + interval '3 months')::date);
	PERFORM kinwallet.sweep();
	PERFORM kinwallet.credit_accounts(array_agg(kinwallet.request_id_of('credit ' || p || m)), array_agg(p), array_agg('300.00'::kinwallet.wallet_amount))
	FROM generate_series(1, 10) AS p WHERE EXISTS (SELECT FROM kinwallet_data.person WHERE person_id = p AND status <> 'deceased');
	PERFORM site.at(m + interval '12 days 12 hours');
	PERFORM kinwallet.transfer_batch(array_agg(kinwallet.request_id_of('transfer ' || relation_id || m)), array_agg(contributor), array_agg(recipient),
		array_agg(kinwallet.from_fen(100 + (random() * 15000)::bigint)))
	FROM kinwallet_data.relation WHERE state = 'a' AND random() < 0.7;
	PERFORM site.at(m + interval '14 days 12 hours');
	FOR r IN SELECT p FROM generate_series(1, 20) AS p LOOP
		PERFORM site.try(format('kinwallet.spend(kinwallet.request_id_of(%L), %s, %L, %L, %L, true)', 'spend ' || r.p || m, r.p,
			CASE WHEN random() < 0.3 THEN 'P64020000001' WHEN random() < 0.5 THEN 'H37010000001' ELSE 'H64010000001' END, 'medical', (1 + random() * 200)::numeric(9, 2)));
		PERFORM site.try(format('kinwallet.spend(kinwallet.request_id_of(%L), %s, %L, %L, %L, true)', 'drug ' || r.p || m, r.p, 'P64020000001', 'drug', (1 + random() * 50)::numeric(9, 2)));
	END LOOP;
	FOR r IN SELECT p FROM generate_series(11, 20) AS p WHERE random() < 0.4 LOOP
		PERFORM site.try(format('kinwallet.hold(kinwallet.request_id_of(%L), %s, %L, %L, %L)', 'hold ' || r.p || m, r.p, 'H64010000001', 'medical', (1 + random() * 30)::numeric(9, 2)));
	END LOOP;
	FOR r IN SELECT hold_id FROM kinwallet_data.hold WHERE state = 'o' AND random() < 0.6 LOOP
		PERFORM site.try(format('kinwallet.capture(kinwallet.request_id_of(%L), %s, %L)', 'capture ' || r.hold_id, r.hold_id, '0.70'));
	END LOOP;
	IF extract(month FROM m) IN (9, 10) THEN
		FOR r IN SELECT p FROM generate_series(11, 20) AS p WHERE random() < 0.5 LOOP
			PERFORM site.try(format('kinwallet.pay_premium(kinwallet.request_id_of(%L), %s, %L, %s, %L)', 'premium ' || r.p || m, r.p, 'resident_medical', extract(year FROM m) + 1, '400.00'));
		END LOOP;
	END IF;
	PERFORM site.at(m + interval '19 days 12 hours');
	FOR r IN SELECT spending_id FROM kinwallet_data.spending WHERE month >= m - interval '5 months' AND random() < 0.03 LOOP
		PERFORM site.try(format('kinwallet.refund(kinwallet.request_id_of(%L), %s, %L)', 'refund ' || r.spending_id || m, r.spending_id, '0.50'));
	END LOOP;
	-- one dies, and some of what was paid comes back: it has no account to go to
	IF m = '2026-06-01' THEN
		PERFORM kinwallet.insurance_event('death', 10, kinwallet.business_date(), status => 'deceased');
		FOR r IN SELECT s.spending_id, s.mutual_aid OPERATOR(kinwallet.-) coalesce(f.mutual_aid, '0') AS rest
			FROM kinwallet_data.spending AS s LEFT JOIN kinwallet_data.refunded AS f ON f.spending_id = s.spending_id
			WHERE EXISTS (SELECT FROM kinwallet_data.draw AS d WHERE d.spending_id = s.spending_id AND d.contributor = 10) LOOP
			PERFORM site.try(format('kinwallet.refund(kinwallet.request_id_of(%L), %s, %L)', 'all ' || r.spending_id, r.spending_id, r.rest));
		END LOOP;
	END IF;
	FOR r IN SELECT relation_id, contributor, recipient FROM kinwallet_data.relation WHERE state = 'a' AND contributor <> 1 AND random() < 0.03 LOOP
		PERFORM kinwallet.dissolve_relation(r.relation_id, r.recipient);
		PERFORM site.at(m + interval '20 days 12 hours');
		PERFORM site.try(format('kinwallet.establish_relation(%s, %s, %L)', r.contributor, r.recipient, 'sibling'));
	END LOOP;
	-- 1, 2 and 12 are needed in the end
	FOR r IN SELECT person_id, status FROM kinwallet_data.person WHERE person_id NOT IN (1, 2, 12) AND (status = 'paused' OR random() < 0.02) AND status <> 'deceased' LOOP
		PERFORM kinwallet.insurance_event('e' || r.person_id || m, r.person_id, kinwallet.business_date(), status => CASE r.status WHEN 'paused' THEN 'normal' ELSE 'paused' END);
	END LOOP;
	IF extract(month FROM m) IN (6, 12) THEN
		PERFORM site.at(m + interval '1 month' - interval '1 hour');
		INSERT INTO site.balance SELECT kinwallet.business_time(), p, b.own_available, b.received_available
		FROM generate_series(1, 20) AS p, kinwallet.balance_as_of(p, kinwallet.business_time()) AS b;
	END IF;
END
$$;
SQL

like(refused("SET kinwallet.clock = '2026-01-09 08:00+08'; SELECT kinwallet.archive_month('2026-01-01')"), qr/ERROR:  KW021: month 2026-01 is not closed, or has lines that are cleared later/, 'a month that is open is not archived');
query("SELECT setseed(" . ($seed % 1000) / 1000 . ");\n" . join('', map {
	my $month = month($_);
	"SELECT site.live('$month');\nSELECT site.close('$month');\n"
} (0 .. $months - 1)) . "INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme) SELECT 21, '11010519491231002X', 'x', '640100', 'resident'");
note(query(q{SELECT format('%s transfers, %s spendings, %s draws, %s refunds, %s returns, refusals %s', (SELECT count(*) FROM kinwallet_data.transfer), (SELECT count(*) FROM kinwallet_data.spending),
	(SELECT count(*) FROM kinwallet_data.draw), (SELECT count(*) FROM kinwallet_data.refund), (SELECT count(*) FROM kinwallet_data.return_),
	(SELECT string_agg(code || ' ' || n, ' ') FROM (SELECT code, sum(n) AS n FROM site.refusal GROUP BY code) AS r))}));
is(query("SELECT count(*), min(month), max(month), string_agg(DISTINCT state, ' ') FROM kinwallet_data.clearing_month"),
	join('|', $months, '2026-01-01', month($months - 1), 'closed'), "$months months are closed");
cmp_ok(query('SELECT count(*) FROM kinwallet_data.draw'), '>', $months * 10, 'with something in them');
verified("$months months");
my $balances = q{
	SELECT b.at, b.person, b.own, b.received FROM site.balance AS b, kinwallet.balance_as_of(b.person, b.at) AS now
	WHERE (now.own_available::text, now.received_available::text) IS DISTINCT FROM (b.own::text, b.received::text)};
is(query($balances), '', 'balance_as_of() gives what it gave then');
is(query(q{
	SELECT p, w.own_available, h.balance_after FROM generate_series(1, 20) AS p, kinwallet.wallet(p) AS w,
		LATERAL (SELECT balance_after FROM kinwallet.history(p) WITH ORDINALITY WHERE kind IN ('credit', 'transfer_out', 'spend_own', 'refund_own', 'return_in', 'refund_to_account') ORDER BY ordinality DESC LIMIT 1) AS h
	WHERE w.own_available::text <> h.balance_after::text}), '', 'history() ends at the present balance');

#
# Vacuum, freeze, transaction ids near their end
#

# the open month is split again after its pages were frozen
query("SELECT site.live('$split'); SELECT site.at('$now 10:00+08'); SELECT kinwallet.cut_off('$split'); SELECT kinwallet.split('$split')");
my $select_pairs = "SELECT * FROM kinwallet_data.clearing_pair WHERE month = '$split' ORDER BY level, payer, payee";
my $pairs = query($select_pairs);
like($pairs, qr/640000.*\n.*\n/, 'the last month has pairs');

# Transaction ids jump to some 20 million before the limit, as if nothing had been
# vacuumed for years.  The server then vacuums, autovacuum or not.
my $limit = query('SELECT min(datfrozenxid::text::bigint) + 2147483647 FROM pg_database');
my $segment = int($limit / 1048576) - 20;
$node->append_conf('postgresql.conf', 'autovacuum = off');
$node->stop;
command_ok([ 'pg_resetwal', '-x', $segment * 1048576, $node->data_dir ], 'transaction ids jump');
append_to_file($node->data_dir . sprintf('/pg_xact/%04X', $segment), "\0" x 262144);
my $log_end = -s $node->logfile;
$node->start;
# a session hears it, too, unless the vacuum is quicker
like(slurp_file($node->logfile, $log_end), qr/WARNING:  database with OID \d+ must be vacuumed within/, 'the server presses for a vacuum');
like(query("SELECT site.at('$now 11:00+08'); SELECT kinwallet.credit_account(kinwallet.request_id_of('late'), 1, '1.00')"), qr/^\d+\.\d\d$/m, 'and postings go on');
ok($node->poll_query_until('postgres', 'SELECT max(age(datfrozenxid)) < 200000000 FROM pg_database'), 'forced vacuums advance every table of the ledger');
is(query(q{SELECT string_agg(relname, ' ') FROM pg_class WHERE relnamespace = 'kinwallet_data'::regnamespace AND relkind = 'r' AND age(relfrozenxid) > 200000000}), '', 'none is left behind');
verified('vacuumed by force');
query('VACUUM (FREEZE, ANALYZE)');
verified('frozen');
is(query($balances), '', 'frozen: balances are the same');
query("SELECT site.at('$now 12:00+08'); SELECT kinwallet.split('$split')");
is(query($select_pairs), $pairs, 'frozen: EDGE-75: the split finds the same pairs');
command_ok([ 'pg_amcheck', '--heapallindexed', '--schema', 'kinwallet_data', '--host', $node->host, '--port', $node->port, 'postgres' ], 'pg_amcheck is content');

#
# Archive
#

query('CREATE TABLE site.history AS SELECT p, h.* FROM generate_series(1, 20) AS p, kinwallet.history(p) WITH ORDINALITY AS h');
query("CREATE TABLE site.opening AS SELECT p, b.* FROM generate_series(1, 20) AS p, kinwallet.balance_as_of(p, '$first 00:00+08'::timestamptz - interval '1 microsecond') AS b");
like(refused("SELECT kinwallet.archive_month('2026-02-01')"), qr/ERROR:  KW021: month 2026-02 cannot be archived\nDETAIL:  Months are archived in order; the first one that is there is 2026-01\./, 'EDGE-97: not out of order');
like(refused("SELECT kinwallet.archive_month('2026-01-15')"), qr/ERROR:  22023: month must be given by its first day/, 'not by another day');
like(refused('SELECT kinwallet.archive_month(NULL)'), qr/ERROR:  22004: argument "month" must not be null/, 'not NULL');
like(refused("SET kinwallet.clock = '2027-03-31 23:59+08'; SELECT kinwallet.archive_month('2026-01-01')"),
	qr/ERROR:  KW021: month 2026-01 cannot be archived yet\nDETAIL:  Its spendings can be refunded until 2027-03-31 \(LR-05\)\./, 'LR-05: not while refunds can reach it');
query('CREATE SCHEMA kinwallet_archive; CREATE ROLE stranger; ALTER SCHEMA kinwallet_archive OWNER TO stranger');
like(refused("SET kinwallet.clock = '$now 13:00+08'; SELECT kinwallet.archive_month('2026-01-01')"), qr/ERROR:  55000: schema "kinwallet_archive" does not belong to the ledger's owner/,
	'not into the schema of somebody else');
query('DROP SCHEMA kinwallet_archive; DROP ROLE stranger');
is(query('SELECT kinwallet.archived_before() IS NULL'), 't', 'nothing is archived yet');
# one session goes on over it, with what it has cached
query("SELECT site.at('$now 13:00+08');\n" . join('', map {
	my $month = month($_);
	"SELECT kinwallet.archive_month('$month');\n" . ($_ % 12 ? '' : "SELECT kinwallet.credit_account(kinwallet.request_id_of('archive $_'), 2, '1.00');\n")
} (0 .. $archived - 1)));
is(query(q{SELECT count(*), min(relname), max(relname) FROM pg_class WHERE relnamespace = 'kinwallet_archive'::regnamespace AND relkind = 'r'}),
	join('|', 7 * $archived, 'account_entry_2026_01', 'transfer_' . (month($archived - 1) =~ s/-01$//r =~ tr/-/_/r)), "EDGE-97: $archived months are archived");
query('CREATE TABLE site.later AS SELECT p, h.* FROM generate_series(1, 20) AS p, kinwallet.history(p) WITH ORDINALITY AS h');
my $line = 'p, at, kind, counterparty, amount, balance_after, reference';
my ($line_credit, $since) = ("kind = 'credit' AND amount::text = '1.00'", "at >= '$first 00:00+08'");
is(query("(SELECT $line FROM site.history WHERE $since EXCEPT SELECT $line FROM site.later) UNION ALL
	(SELECT $line FROM site.later WHERE kind !~ '_forward\$' AND NOT ($line_credit) EXCEPT SELECT $line FROM site.history WHERE $since)"), '',
	'archived: history() has the later lines with the balances they had, and no others');
is(query("SELECT o.p, o.own_available, h.kind, h.balance_after FROM site.opening AS o LEFT JOIN site.later AS h ON h.p = o.p AND h.kind = 'account_forward'
	WHERE coalesce(kinwallet.fen(h.balance_after), 0) <> kinwallet.fen(o.own_available) OR h.at <> '$first 00:00+08' OR h.ordinality <> 1 OR h.amount::text <> h.balance_after::text"), '',
	'archived: it begins with what was brought forward');
is(query("SELECT string_agg(DISTINCT kind, ' ' ORDER BY kind) FROM site.later WHERE kind ~ '_forward\$'"), 'account_forward given_forward received_forward suspense_forward', 'archived: of each kind of balance');
is(query("SELECT count(*) FROM kinwallet.history(1, '$first 00:00:00.000001+08') WHERE kind ~ '_forward\$'"), '0', 'archived: which is at the beginning of the first month');
is(query("$balances AND b.at >= '$first'"), '', 'archived: balance_as_of() of later days is what it was');
is(query("SELECT o.p FROM site.opening AS o, kinwallet.balance_as_of(o.p, '$first 00:00+08') AS b
	WHERE (b.own_available::text, b.received_available::text) <> (o.own_available::text, o.received_available::text)"), '', 'archived: and of its first moment');
my $last = month($archived - 1);
for my $call ("balance_as_of(1, '$last 23:59+08')", "double_entry('$last')", "statistics('$last', '$now')", "reconcile('$last', NULL, '[]'::jsonb)", 'verify_ledger()')
{
	is(refused("SELECT * FROM kinwallet.$call"), "ERROR:  55000: the facts before month " . substr($first, 0, 7) . " were archived\nHINT:  Ask a copy of the ledger that has them.", "archived: $call is refused");
}
cmp_ok(query("SELECT count(*) FROM kinwallet.statistics('$first', '$now')"), '>', 3, 'archived: statistics() of later months is not');
like(refused("SET kinwallet.clock = '$now 13:00+08'; SELECT kinwallet.refund(kinwallet.new_request_id(), max(spending_id), '0.01') FROM kinwallet_archive.spending_2026_12"),
	qr/ERROR:  KW017: /, 'archived: a refund of an archived spending is refused');
like(refused('DELETE FROM kinwallet_archive.transfer_2026_01'), qr/ERROR:  KW020: /, 'EDGE-97: archived facts are append-only');
cmp_ok(query("SELECT count(*) FROM kinwallet.clearing_pairs('2026-03-01', 'region')"), '>', 0, 'archived: the tables of an archived month stay');
query("SELECT site.live('$now')");
# a copy that has everything: they are attached again
query(q{DO $$
DECLARE
	leaf text;
	month date;
BEGIN
	FOR leaf IN SELECT relname FROM pg_class WHERE relnamespace = 'kinwallet_archive'::regnamespace AND relkind = 'r' LOOP
		month := to_date(right(leaf, 7), 'YYYY_MM');
		EXECUTE format('ALTER TABLE kinwallet_archive.%I SET SCHEMA kinwallet_data', leaf);
		EXECUTE format('ALTER TABLE kinwallet_data.%I ATTACH PARTITION kinwallet_data.%I FOR VALUES FROM (%L) TO (%L)', left(leaf, -8), leaf, month, month + interval '1 month');
	END LOOP;
	UPDATE kinwallet_data.ledger SET since = '2026-01-01';
END
$$});
verified('attached again');
is(query($balances), '', 'attached again: balances are the same');

#
# Sequences near their end: the id's 42 bits
#

my $end = 4398046511103;
my $saved = query('SELECT last_value FROM kinwallet_data.fact_id');
query("SELECT setval('kinwallet_data.fact_id', $end - 3)");
query("SELECT site.at('$year-25 10:00+08'); SELECT kinwallet.credit_account(kinwallet.request_id_of('end ' || n), 1, '1.00') FROM generate_series(1, 3) AS n");
is(query("SELECT kinwallet.id_month(max(entry_id)), max(entry_id) & $end FROM kinwallet_data.account_entry WHERE month = '$now'"), "$now|$end", 'the last id is of its month');
my $exhausted = qr/ERROR:  2200H: nextval: reached maximum value of sequence "fact_id" \(4398046511103\)/;
for my $call ("credit_account(kinwallet.new_request_id(), 1, '1.00')", "credit_accounts(ARRAY[kinwallet.new_request_id()], '{1}', '{1.00}')",
	"transfer(kinwallet.new_request_id(), contributor, recipient, '1.00') FROM kinwallet_data.relation WHERE state = 'a' AND contributor = 1",
	"transfer_batch(ARRAY[kinwallet.new_request_id()], ARRAY[contributor], ARRAY[recipient], '{1.00}') FROM kinwallet_data.relation WHERE state = 'a' AND contributor = 1",
	"spend(kinwallet.new_request_id(), 1, 'H64010000001', 'medical', '1.00')")
{
	like(refused("SET kinwallet.clock = '$year-25 10:00+08'; SELECT kinwallet.$call"), $exhausted, "ids at their end: " . ($call =~ s/\(.*//r) . '() says so');
}
query("SELECT setval('kinwallet_data.relation_id', $end)");
like(refused("SET kinwallet.clock = '$year-25 10:00+08'; SELECT kinwallet.establish_relation(1, 2, 'spouse')"), qr/ERROR:  2200H: nextval: reached maximum value of sequence "relation_id"/, 'relations, too');
verified('ids at their end');
query("SELECT setval('kinwallet_data.fact_id', $saved)");

# a century: the id's months end in 2170
is(query("SELECT kinwallet.id_month((1023::bigint << 53 | 2047::bigint << 42) | $end), kinwallet.id_month(0)"), '2170-08-01|2000-01-01', 'the months that ids carry');
query('CREATE DATABASE century');
my $century = $ENV{LONG} ? '2169-12' : '2071-06';
$node->safe_psql('century', "CREATE EXTENSION kinwallet; SET kinwallet.clock = '2070-01-01 10:00+08'; SELECT kinwallet.create_ledger('2069-12-31');\n"
	. join('', map { "SELECT kinwallet.ensure_partitions('$_-12-31');\n" } (2070 .. substr($century, 0, 4) - 1))
	. "SELECT kinwallet.ensure_partitions('$century-01')");
is($node->safe_psql('century', qq{
	SET kinwallet.clock = '$century-15 10:00+08';
	INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES (1, '11010519491231002X', 'x', '640100', 'employee', 'c');
	SELECT kinwallet.credit_account(kinwallet.request_id_of('x'), 1, '5.00');
	SELECT kinwallet.credit_account(kinwallet.request_id_of('x'), 1, '5.00'), to_char(kinwallet.id_month(entry_id), 'YYYY-MM'), own_available FROM kinwallet_data.account_entry, kinwallet.balance_as_of(1, '$century-16') WHERE month = '$century-01'}),
	"5.00\n5.00|$century|5.00", "a posting in $century");
like(refused("SELECT kinwallet.ensure_partitions('2170-01-01')", 'century'), qr/ERROR:  22023: .*2170-01-01\nDETAIL:  Partitions can be made for at most a hundred years/, 'a ledger ends after a century');
for my $moment ('2170-01-01', '2170-09-01', '2300-01-01')
{
	like(refused("SET kinwallet.clock = '$moment 10:00+08'; SELECT kinwallet.credit_account(kinwallet.new_request_id(), 1, '5.00')", 'century'),
		qr/ERROR:  55000: there is no partition for month /, "a posting of $moment is refused");
}

#
# A clock that goes back and forth over days, a month's end and a year's end
#
# By up to a day over the month's end: design.md, "Idempotency", says that a
# month's last day looks into the next month for request ids, and no earlier one.
#

query(<<'SQL');
CREATE PROCEDURE site.walk(base timestamptz, steps int) LANGUAGE plpgsql AS $$
DECLARE
	moment timestamptz;
	r record;
	id uuid;
BEGIN
	FOR i IN 1 .. steps LOOP
		moment := base + (random() * 60 - 24) * interval '1 hour';
		PERFORM site.at(moment);
		SELECT contributor, recipient INTO r FROM kinwallet_data.relation WHERE state = 'a' ORDER BY random() LIMIT 1;
		-- now and then a request that was made before, at another time
		id := kinwallet.request_id_of('walk ' || base || (random() * steps / 2)::int || ' ' || r.contributor || ' ' || r.recipient);
		PERFORM site.try(format('kinwallet.transfer(%L, %s, %s, %L)', id, r.contributor, r.recipient, '0.10'));
		PERFORM site.try(format('kinwallet.spend(%L, %s, %L, %L, %L)', kinwallet.request_id_of('walk ' || base || (random() * steps)::int), 1 + i % 20, 'H64010000001', 'medical', '0.10'));
		PERFORM site.try(format('kinwallet.hold(kinwallet.new_request_id(), %s, %L, %L, %L, %L)', 1 + i % 20, 'H64010000001', 'medical', '0.10', '10 hours'));
		IF i % 20 = 0 THEN PERFORM kinwallet.sweep(); END IF;
		COMMIT;
	END LOOP;
END
$$;
SQL
query("SELECT setseed(" . ($seed % 1000) / 1000 . "); SELECT site.at('$year-25 10:00+08'); SELECT kinwallet.ensure_partitions('2033-01-01')");
for my $base ('2031-05-01 00:00+08', '2032-01-01 00:00+08', '2032-03-01 00:00+08')
{
	query("SELECT site.at('$base'::timestamptz - interval '1 day'); SELECT kinwallet.credit_account(kinwallet.request_id_of('walk $base' || p), p, '100.00') FROM generate_series(1, 10) AS p;
		CALL site.walk('$base', " . ($ENV{LONG} ? 1000 : 100) . ')');
	verified("EDGE-90: a clock that walks around $base");
}

$node->stop;
ok(slurp_file($node->logfile) !~ /PANIC|TRAP|leaked|still referenced/, 'nothing in the log');
done_testing();
