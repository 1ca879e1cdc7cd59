# A ledger dumped and restored is the same ledger: every row, the guards, the
# request ids already used, the sequences, and what the site has attached.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;

# Settings that a dump must not depend on.
$node->append_conf('postgresql.conf', "timezone = 'America/New_York'\ndatestyle = 'SQL, DMY'");
$node->reload;

$node->safe_psql('postgres', 'CREATE DATABASE origin');
$node->safe_psql('postgres', 'CREATE ROLE app');
$node->safe_psql('origin', <<'SQL');
CREATE EXTENSION kinwallet;
SET kinwallet.clock = '2026-01-10 10:00+08';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'c1'),
	(2, '370199195206060054', 'B', '370100', 'resident', 'c2'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c3'),
	(4, '640299198207052026', 'D', '640200', 'employee', 'c4');
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
INSERT INTO kinwallet_data.policy (scope, valid, reserve) VALUES (320500, '[2026-01-01,)', '10.00');
SELECT kinwallet.open_wallet(p, '370100', '13800000000') FROM generate_series(1, 4) AS p;
SELECT kinwallet.credit_account(kinwallet.request_id_of('credit ' || p), p, '5000.00', 'a memo') FROM unnest('{1,3,4}'::bigint[]) AS p;
SELECT kinwallet.establish_relation(1, 2, 'parent'), kinwallet.establish_relation(3, 2, 'sibling'),
	kinwallet.request_relation(4, 1, 'spouse', 4), kinwallet.establish_relation(1, 3, 'parent');
SELECT kinwallet.transfer(kinwallet.request_id_of('transfer ' || n), 1, 2, '100.00') FROM generate_series(1, 3) AS n;
SELECT kinwallet.transfer(kinwallet.new_request_id(), 3, 2, '300.00');
SELECT kinwallet.spend(kinwallet.request_id_of('spend'), 2, 'H37010000001', 'medical', '350.00');
SET kinwallet.clock = '2026-02-10 10:00+08';
SELECT kinwallet.refund(kinwallet.request_id_of('refund'), spending_id, '100.00') FROM kinwallet_data.spending;
SELECT kinwallet.dissolve_relation(relation_id, 2) FROM kinwallet_data.relation WHERE contributor = 3;
SELECT kinwallet.insurance_event('e1', 4, '2026-02-01', status => 'paused');
SELECT kinwallet.cut_off('2026-01-01');
SELECT kinwallet.split('2026-01-01');
-- the site's own things
ALTER TABLE kinwallet_data.wallet ADD site_note text DEFAULT 'note';
ALTER TABLE kinwallet_data.transfer ADD site_channel text DEFAULT 'app';
CREATE INDEX a_site_index ON kinwallet_data.wallet (available);
-- sorts before our own index on these columns, which a restore makes in the order of names
CREATE UNIQUE INDEX a_site_pair ON kinwallet_data.relation (contributor, recipient) WHERE state = 'r';
CREATE TABLE public.site_log (who text, at timestamptz DEFAULT now());
CREATE FUNCTION public.site_log() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS
$$ BEGIN INSERT INTO public.site_log (who) VALUES (TG_TABLE_NAME); RETURN NULL; END $$;
CREATE TRIGGER site_log AFTER UPDATE ON kinwallet_data.wallet FOR EACH ROW EXECUTE FUNCTION public.site_log();
CREATE TRIGGER site_log AFTER INSERT ON kinwallet_data.transfer FOR EACH ROW EXECUTE FUNCTION public.site_log();
SELECT kinwallet.grant_role('app', 'participant_app', 'nation');
SELECT kinwallet.transfer(kinwallet.request_id_of('transfer with note'), 1, 2, '7.00');
SQL

# Each table of the ledger with the digest of its rows, partitions on their own.
sub contents
{
	my ($db) = @_;

	return $node->safe_psql($db, <<'SQL');
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO';
SELECT format('%s %s rows %s', relname, (xpath('/table/row/n/text()', x))[1], (xpath('/table/row/d/text()', x))[1])
FROM (SELECT relname, query_to_xml(format('SELECT count(*) AS n, md5(string_agg(t::text, E''\n'' ORDER BY t::text)) AS d FROM kinwallet_data.%I AS t', relname), false, false, '') AS x
	FROM pg_class WHERE relnamespace = 'kinwallet_data'::regnamespace AND relkind = 'r') AS s
ORDER BY relname COLLATE "C"
SQL
}

# What is attached to them: triggers with their state, indexes, constraints, partition bounds, sequences.
sub attachments
{
	my ($db) = @_;

	return $node->safe_psql($db, <<'SQL');
SELECT 'trigger ' || pg_get_triggerdef(oid) || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text ~ '^kinwallet_data'
UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'kinwallet_data'
UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'kinwallet_data'::regnamespace
UNION ALL SELECT 'partition ' || relname || ' ' || pg_get_expr(relpartbound, oid) FROM pg_class WHERE relnamespace = 'kinwallet_data'::regnamespace AND relispartition AND relkind = 'r'
UNION ALL SELECT 'options ' || relname || reloptions::text FROM pg_class WHERE relnamespace = 'kinwallet_data'::regnamespace AND reloptions IS NOT NULL
UNION ALL SELECT 'sequence ' || sequencename || ' ' || last_value FROM pg_sequences WHERE schemaname = 'kinwallet_data'
UNION ALL SELECT 'app may transfer ' || has_function_privilege('app', 'kinwallet.transfer(uuid,bigint,bigint,kinwallet.wallet_amount)', 'EXECUTE')
UNION ALL SELECT 'public may transfer ' || EXISTS (SELECT FROM pg_proc, aclexplode(proacl) AS a WHERE proname = 'transfer' AND pronamespace = 'kinwallet'::regnamespace AND a.grantee = 0)
ORDER BY 1
SQL
}

# The restored ledger works, and is as guarded as the first one.
sub lives
{
	my ($db) = @_;
	my $log = 'SELECT count(*) FROM public.site_log';
	my $before = $node->safe_psql($db, $log);
	my $stderr;
	my $clock = "SET kinwallet.clock = '2026-02-11 10:00+08';";

	is($node->safe_psql($db, 'SELECT * FROM kinwallet.verify_ledger()'), '', "$db: all invariants hold");
	is($node->safe_psql($db, "$clock SELECT kinwallet.transfer(kinwallet.request_id_of('transfer 2'), 1, 2, '100.00') = transfer_id
		FROM kinwallet_data.transfer WHERE request_id = kinwallet.request_id_of('transfer 2')"), 't', "$db: a retry of January's transfer");
	is($node->safe_psql($db, "$clock SELECT kinwallet.credit_account(kinwallet.request_id_of('credit 1'), 1, '5000.00', 'a memo')"), '5000.00',
		"$db: a retry of January's credit");
	$node->psql($db, "$clock SELECT kinwallet.transfer(kinwallet.request_id_of('transfer 2'), 1, 2, '101.00')", stderr => \$stderr);
	like($stderr, qr/request id was already used/, "$db: a used request id with another amount");
	is($node->safe_psql($db, "$clock SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '1.00') > (SELECT max(transfer_id) FROM kinwallet_data.transfer)"),
		't', "$db: a new transfer has a new id");
	is($node->safe_psql($db, "$clock SELECT (kinwallet.spend(kinwallet.new_request_id(), 2, 'H37010000001', 'medical', '20.00')).mutual_aid"), '20.00',
		"$db: a new purchase");
	for my $statement ('DELETE FROM kinwallet_data.transfer_2026_01', 'UPDATE kinwallet_data.draw SET amount = amount',
		'TRUNCATE kinwallet_data.relation_event')
	{
		$node->psql($db, "SET session_replication_role = replica; $statement", stderr => \$stderr);
		like($stderr, qr/is append-only/, "$db: $statement is refused");
	}
	$node->psql($db, "SET kinwallet.clock = '2026-01-31 10:00+08'; SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '1.00')", stderr => \$stderr);
	like($stderr, qr/month 2026-01 is closed/, "$db: the month that was cut off is closed");
	is($node->safe_psql($db, "SELECT string_agg(site_channel, ',') FROM kinwallet_data.transfer WHERE month = '2026-02-01'"),
		'app,app', "$db: the site's default still works");
	is($node->safe_psql($db, $log) - $before, 3, "$db: and its triggers");
	$node->safe_psql($db, "SELECT kinwallet.ensure_partitions('2027-12-01')");
	is($node->safe_psql($db, 'SELECT * FROM kinwallet.verify_ledger()'), '', "$db: afterwards all invariants hold");
	return;
}

sub same
{
	my ($db) = @_;

	is(contents($db), contents('origin'), "$db: every row is there");
	is(attachments($db), attachments('origin'), "$db: and everything attached");
	return;
}

# A dump without the random words that newer versions put around it.
sub text
{
	my $text = slurp_file($_[0]);

	$text =~ s/^\\(?:un)?restrict .*\n//gm;
	return $text;
}

my @connection = ('--host', $node->host, '--port', $node->port);

cmp_ok(scalar(split /\n/, contents('origin')), '>', 90, 'the origin has its tables');
like(contents('origin'), qr/^transfer_2026_01 4 rows/m, 'and its facts');

# Plain text
$node->command_ok(['pg_dump', @connection, '--file', "$dir/plain.sql", 'origin'], 'dump as text');
$node->safe_psql('postgres', 'CREATE DATABASE plain');
$node->command_ok(['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', @connection, '--dbname', 'plain', '--file', "$dir/plain.sql"], 'restore from text');
same('plain');

# Custom format, restored by two jobs
$node->command_ok(['pg_dump', @connection, '--format', 'custom', '--file', "$dir/custom.dump", 'origin'], 'dump in the custom format');
$node->safe_psql('postgres', 'CREATE DATABASE parallel');
$node->command_ok(['pg_restore', @connection, '--exit-on-error', '--jobs', '2', '--dbname', 'parallel', "$dir/custom.dump"], 'restore by two jobs');
same('parallel');

# A directory, written and read by two jobs
$node->command_ok(['pg_dump', @connection, '--format', 'directory', '--jobs', '2', '--file', "$dir/directory", 'origin'], 'dump into a directory by two jobs');
$node->safe_psql('postgres', 'CREATE DATABASE directory');
$node->command_ok(['pg_restore', @connection, '--exit-on-error', '--jobs', '2', '--dbname', 'directory', "$dir/directory"], 'restore by two jobs');
same('directory');

# Section by section
$node->safe_psql('postgres', 'CREATE DATABASE sections');
for my $section ('pre-data', 'data', 'post-data')
{
	$node->command_ok(['pg_restore', @connection, '--exit-on-error', '--section', $section, '--dbname', 'sections', "$dir/custom.dump"], "restore $section");
}
same('sections');

# Rows as INSERT statements, through the parent as loads by partition root do
$node->command_ok(['pg_dump', @connection, '--inserts', '--rows-per-insert', '7', '--load-via-partition-root', '--file', "$dir/inserts.sql", 'origin'], 'dump as INSERTs');
$node->safe_psql('postgres', 'CREATE DATABASE inserts');
$node->command_ok(['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', @connection, '--dbname', 'inserts', '--file', "$dir/inserts.sql"], 'restore from INSERTs');
same('inserts');

# Tables first, the rows later: all triggers are there and change nothing
$node->safe_psql('postgres', 'CREATE DATABASE rows_last');
for my $part ('schema', 'data')
{
	$node->command_ok(['pg_dump', @connection, "--$part-only", '--file', "$dir/$part-only.sql", 'origin'], "dump of the $part only");
	$node->command_ok(['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', @connection, '--dbname', 'rows_last', '--file', "$dir/$part-only.sql"], "restore the $part only");
}
is($node->safe_psql('rows_last', 'SELECT status FROM kinwallet_data.person WHERE person_id = 4'), 'paused', 'rows_last: who was paused is');
same('rows_last');

# Only the data's schema, into a database with the extension
$node->command_ok(['pg_dump', @connection, '--schema', 'kinwallet_data', '--file', "$dir/schema.sql", 'origin'], 'dump of the schema');
$node->safe_psql('postgres', 'CREATE DATABASE schema_only');
$node->safe_psql('schema_only', 'CREATE EXTENSION kinwallet');
# what the ledger refers to outside of its schema is the site's to bring along
$node->safe_psql('schema_only', <<'SQL');
CREATE TABLE public.site_log (who text, at timestamptz DEFAULT now());
CREATE FUNCTION public.site_log() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS
$$ BEGIN INSERT INTO public.site_log (who) VALUES (TG_TABLE_NAME); RETURN NULL; END $$;
GRANT EXECUTE ON FUNCTION kinwallet.transfer TO app;
SQL
$node->command_ok(['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', @connection, '--dbname', 'schema_only', '--file', "$dir/schema.sql"], 'restore of the schema');
same('schema_only');

# A dump of the restored one is the same text
$node->command_ok(['pg_dump', @connection, '--file', "$dir/again.sql", 'parallel'], 'dump again');
is(text("$dir/again.sql"), text("$dir/plain.sql"), 'a dump of the restored ledger is the same');

# last, since it changes them
lives($_) for ('origin', 'plain', 'parallel', 'directory', 'sections', 'inserts', 'rows_last', 'schema_only');

$node->stop;
done_testing();
