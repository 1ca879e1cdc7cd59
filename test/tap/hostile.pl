# A hostile or merely strange environment: schemas made before ours, settings, temp tables and functions named like what we
# use, triggers of the site that interfere, prepared transactions, cursors, event triggers, timeouts, dumps that were edited.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('hostile');
$node->init;
$node->append_conf('postgresql.conf', "max_prepared_transactions = 5\nkinwallet.clock = '2026-01-10 10:00+08'\nautovacuum = off");
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;

# run SQL; its SQLSTATE where it fails, 'done' where it does not
sub state_of
{
	my ($db, $sql) = @_;
	my ($out, $err);

	$node->psql($db, $sql, stdout => \$out, stderr => \$err, extra_params => ['-v', 'VERBOSITY=sqlstate'], on_error_stop => 1);
	return $err =~ /(?:ERROR|FATAL|PANIC):  ([0-9A-Z]{5})/ ? $1 : $err =~ /server closed/ ? 'crash' : 'done';
}

# what verify_ledger() finds
sub findings
{
	return $node->safe_psql($_[0], 'SELECT check_name FROM kinwallet.verify_ledger() ORDER BY 1');
}

sub clone
{
	my ($db) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE base");
	return $db;
}

# All rows of the ledger, printed under settings of its own.
my $contents = <<'SQL';
RESET ALL; RESET ROLE; SET search_path = pg_catalog; SET timezone = 'Asia/Shanghai';
SELECT format('%s %s', relname, md5(string_agg(x::text, '')))
FROM (SELECT relname, query_to_xml(format('SELECT t::text FROM kinwallet_data.%I AS t ORDER BY t::text COLLATE "C"', relname), false, false, '') AS x
	FROM pg_class WHERE relnamespace = 'kinwallet_data'::regnamespace AND relkind = 'r' AND relname !~ '^audit') AS s
GROUP BY relname ORDER BY relname COLLATE "C";
SQL

#
# Schemas and objects that are there before ours
#
$node->safe_psql('postgres', 'CREATE ROLE squatter; CREATE ROLE app; CREATE ROLE clerk LOGIN');
for my $case (['first', 'CREATE SCHEMA kinwallet AUTHORIZATION squatter'], ['second', 'CREATE SCHEMA kinwallet; CREATE TYPE kinwallet.wallet_amount AS ENUM ()'])
{
	my ($db, $sql) = @$case;

	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, $sql);
	is(state_of($db, 'CREATE EXTENSION kinwallet'), '42P06', "CREATE EXTENSION where there is: $sql");
	is(state_of($db, 'CREATE EXTENSION kinwallet SCHEMA kinwallet'), '42P06', 'and does not adopt it');
	is($node->safe_psql($db, "SELECT count(*) FROM pg_proc WHERE pronamespace = 'kinwallet'::regnamespace"), 0, 'nothing was put into it');
}
# the path of a superuser who installs: better matches than the server's own
my $traps = <<'SQL';
CREATE FUNCTION public.boom() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'reached as %', current_user USING ERRCODE = 'ZZ001'; END $$;
DO $$
DECLARE
	op text;
	pair text[];
BEGIN
	FOREACH pair SLICE 1 IN ARRAY '{{name,text},{text,name},{oid,regnamespace},{regproc,oid},{char,text},{"\"char\"",text},{date,text},{text,regtype},{varchar,text},{smallint,text},{regclass,text},{text,regclass}}'::text[] LOOP
		EXECUTE format('CREATE FUNCTION public.trap(%s, %s) RETURNS boolean LANGUAGE sql AS ''SELECT public.boom(); SELECT true''', pair[1], pair[2]);
		FOREACH op IN ARRAY '{=,<>,<,>,||,~}'::text[] LOOP
			EXECUTE format('CREATE OPERATOR public.%s (FUNCTION = public.trap, LEFTARG = %s, RIGHTARG = %s)', op, pair[1], pair[2]);
		END LOOP;
	END LOOP;
END
$$;
CREATE FUNCTION public.format(text, regprocedure) RETURNS text LANGUAGE sql AS 'SELECT public.boom(); SELECT NULL::text';
CREATE FUNCTION public.format(text, text) RETURNS text LANGUAGE sql AS 'SELECT public.boom(); SELECT NULL::text';
CREATE FUNCTION public.format(text, text, text) RETURNS text LANGUAGE sql AS 'SELECT public.boom(); SELECT NULL::text';
CREATE FUNCTION public.to_char(date, text) RETURNS text LANGUAGE sql AS 'SELECT public.boom(); SELECT NULL::text';
CREATE FUNCTION public.date_trunc(text, date) RETURNS timestamp LANGUAGE sql AS 'SELECT public.boom(); SELECT NULL::timestamp';
CREATE FUNCTION public.concat(text, text) RETURNS text LANGUAGE sql AS 'SELECT public.boom(); SELECT NULL::text';
CREATE FUNCTION public.greatest_month(date) RETURNS date LANGUAGE sql AS 'SELECT public.boom(); SELECT NULL::date';
CREATE FUNCTION public.sum(text) RETURNS bigint LANGUAGE sql AS 'SELECT public.boom(); SELECT NULL::bigint';
CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT public.boom(); SELECT NULL::timestamptz';
CREATE TYPE public.wallet_amount AS ENUM ('1.00');
CREATE TYPE public.region_code AS ENUM ('110000');
CREATE TYPE public.kinship_relation AS ENUM ('parent');
CREATE TYPE public.citizen_id AS ENUM ('1');
CREATE TABLE public.person (person_id bigint);
CREATE TABLE public.wallet (person_id bigint);
CREATE TABLE public.transfer (transfer_id bigint);
CREATE TABLE public.relation (relation_id bigint);
SQL
$node->safe_psql('postgres', 'CREATE DATABASE base');
$node->safe_psql('base', $traps);
is(state_of('base', 'CREATE EXTENSION kinwallet'), 'done', 'CREATE EXTENSION reaches no function or operator of the path');
$node->safe_psql('postgres', 'CREATE DATABASE third');
$node->safe_psql('third', "$traps CREATE EXTENSION kinwallet; CREATE SCHEMA kinwallet_data AUTHORIZATION squatter");
is(state_of('third', 'SELECT kinwallet.create_ledger()'), '42P06', 'create_ledger() where somebody has made kinwallet_data');
is(state_of('third', "SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00')"), '42P01', 'which is no ledger to anybody');
$node->safe_psql('third', 'CREATE TABLE kinwallet_data.wallet (person_id bigint); CREATE TABLE kinwallet_data.ledger (node text); INSERT INTO kinwallet_data.ledger VALUES (NULL)');
is(state_of('third', "SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00')"), '55000', 'nor with tables in it');
is(state_of('third', "SELECT kinwallet.credit_account(gen_random_uuid(), 1, '1.00')"), '55000', 'for no function');

$node->safe_psql('base', <<'SQL');
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'c1'),
	(2, '370199195206060054', 'B', '370100', 'resident', 'c2'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c3');
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
SELECT kinwallet.open_wallet(1), kinwallet.open_wallet(2), kinwallet.open_wallet(3);
SELECT kinwallet.credit_account(kinwallet.request_id_of('c'), 1, '5000.00'), kinwallet.credit_account(kinwallet.request_id_of('c'), 3, '5000.00');
SELECT kinwallet.establish_relation(1, 2, 'parent');
UPDATE kinwallet_data.policy SET transfers_per_day = 8;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA kinwallet TO app, clerk;
-- what an application must never have, so that every call goes through: the privileges of the ledger's owner
DO $$ BEGIN EXECUTE format('GRANT %I TO app', current_user); END $$;
GRANT CREATE, USAGE ON SCHEMA public TO app;
GRANT USAGE ON SCHEMA kinwallet_data TO app; GRANT SET ON PARAMETER kinwallet.clock TO app;
GRANT UPDATE, SELECT ON kinwallet_data.person TO app;
SQL

#
# Settings and shadows: the same calls write the same rows, whatever the session is like
#
my $scenario = <<'SQL';
SELECT kinwallet.establish_relation(3, 2, 'sibling');
SELECT kinwallet.request_relation(1, 3, '51', 1);
SELECT kinwallet.transfer(kinwallet.request_id_of('t1'), 1, 2, '300.00');
SELECT kinwallet.transfer_batch(ARRAY[kinwallet.request_id_of('b1'), kinwallet.request_id_of('b2')], '{1,3}', '{2,2}', '{10.50,20.25}');
SELECT kinwallet.transfer_application(kinwallet.request_id_of('t2'), 3, 'B', '370199195206060054', '370100', '7.00', 'v');
SELECT kinwallet.spend(kinwallet.request_id_of('s1'), 2, 'H37010000001', 'medical', '317.77');
SELECT kinwallet.hold(kinwallet.request_id_of('h1'), 2, 'H37010000001', 'medical', '5.00', '36:00:00');
SELECT kinwallet.insurance_event('e1', 3, '2026-01-09', status => 'paused');
SELECT kinwallet.freeze_wallet(1, 'reason'), kinwallet.unfreeze_wallet(1, 'reason');
UPDATE kinwallet_data.person SET name = 'BB' WHERE person_id OPERATOR(pg_catalog.=) 2;
SET kinwallet.clock = '2026-02-10 10:00+08';
SELECT kinwallet.sweep();
SELECT kinwallet.cut_off('2026-01-01'), kinwallet.split('2026-01-01');
SELECT kinwallet.confirm_month('2026-01-01', p::kinwallet.region_code) FROM pg_catalog.unnest('{640000,370000,320000}'::pg_catalog.text[]) AS p;
SELECT kinwallet.wallet(2), kinwallet.quotas(2), kinwallet.history(2), kinwallet.clearing_pairs('2026-01-01', 'province'), kinwallet.verify_ledger();
SQL
my $shadows = <<'SQL';
CREATE TEMP TABLE person (person_id bigint); CREATE TEMP TABLE wallet (person_id bigint); CREATE TEMP TABLE transfer (transfer_id bigint);
CREATE TEMP TABLE relation (relation_id bigint); CREATE TEMP TABLE pg_class (oid oid); CREATE TEMP TABLE pg_namespace (oid oid); CREATE TEMP TABLE ledger (x int);
CREATE FUNCTION pg_temp.boom() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'reached as %', current_user USING ERRCODE = 'ZZ001'; END $$;
CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT pg_temp.boom(); SELECT NULL::timestamptz';
CREATE FUNCTION pg_temp.fen(kinwallet.wallet_amount) RETURNS bigint LANGUAGE sql AS 'SELECT pg_temp.boom(); SELECT 1::bigint';
CREATE FUNCTION pg_temp.sum(kinwallet.wallet_amount) RETURNS kinwallet.wallet_amount LANGUAGE sql AS 'SELECT pg_temp.boom(); SELECT $1';
CREATE FUNCTION pg_temp.eq(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT pg_temp.boom(); SELECT true';
CREATE OPERATOR pg_temp.= (FUNCTION = pg_temp.eq, LEFTARG = bigint, RIGHTARG = bigint);
CREATE TYPE pg_temp.wallet_amount AS ENUM ('1.00'); CREATE TYPE pg_temp.uuid AS ENUM ('1'); CREATE DOMAIN pg_temp.bigint AS text;
SQL
my %settings = (
	plain => '',
	'no path' => "SET search_path = ''",
	'temp first' => "$shadows; SET search_path = pg_temp, public, kinwallet, pg_catalog",
	'formats' => "SET search_path = kinwallet_data, kinwallet, public, pg_catalog; SET standard_conforming_strings = off; SET escape_string_warning = off;
		SET quote_all_identifiers = on; SET array_nulls = off; SET transform_null_equals = on; SET datestyle = 'German'; SET intervalstyle = 'sql_standard';
		SET timezone = 'Pacific/Kiritimati'; SET bytea_output = 'escape'; SET extra_float_digits = -15; SET client_encoding = 'GB18030'; SET xmloption = document",
	'American formats' => "SET datestyle = 'SQL, MDY'; SET intervalstyle = 'iso_8601'; SET timezone = 'America/New_York'; SET lc_messages = 'C'; SET lc_numeric = 'C'; SET lc_time = 'C';
		SET backslash_quote = on; SET check_function_bodies = off; SET row_security = off; SET synchronous_commit = off; SET default_transaction_deferrable = on",
	'other plans' => 'SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_sort = off; SET plan_cache_mode = force_generic_plan;
		SET from_collapse_limit = 1; SET enable_partition_pruning = off; SET constraint_exclusion = off; SET work_mem = 64',
	'still other plans' => 'SET enable_indexscan = off; SET enable_nestloop = off; SET enable_material = off; SET geqo_threshold = 2; SET join_collapse_limit = 1;
		SET plan_cache_mode = force_custom_plan; SET default_transaction_isolation = serializable',
	replica => 'SET session_replication_role = replica',
	'an application' => 'SET ROLE app; SET search_path = public, kinwallet, pg_catalog',
);

# the tables whose rows differ
sub difference
{
	my ($first, $second) = @_;
	my %first = map { $_ => 1 } split /\n/, $first;

	return join ' ', map { (split / /)[0] } grep { !$first{$_} } split /\n/, $second;
}

my %written;
for my $name ('plain', grep { $_ ne 'plain' } sort keys %settings)
{
	my $db = clone('set_' . lc($name =~ tr/ /_/r));
	my ($out, $err);

	$node->psql($db, "$settings{$name};\n$scenario", stdout => \$out, stderr => \$err, on_error_stop => 1);
	is($err =~ s/^.*(?:NOTICE|WARNING):.*\n//gmr, '', "$name: every call succeeds");
	$written{$name} = $node->safe_psql($db, $contents);
	next if $name eq 'replica';
	# the steps of clearing say who took them
	is(difference($written{plain}, $written{$name}), $name eq 'an application' ? 'clearing_month clearing_step' : '', "$name: the rows are those of a plain session");
	is(findings($db), '', "$name: verify_ledger() agrees");
}
isnt(difference($node->safe_psql('base', $contents), $written{plain}), '', 'which are others than before');
# doc/operations.md says what is missing then: the effects of a changed person
is(difference($written{plain}, $written{replica}), 'relation relation_event wallet', 'session_replication_role: no trigger of the person acts');
is(findings('set_replica'), 'wallet.insured', 'and verify_ledger() finds it');

#
# Triggers of the site
#
my $transfer = "SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '10.00')";
my $spend = "SELECT kinwallet.spend(gen_random_uuid(), 2, 'H37010000001', 'medical', '5.00')";
sub with_trigger
{
	my ($what, $table, $when, $body, $call, $expected) = @_;
	my $db = clone('trig');
	my $before;

	$node->safe_psql($db, "$transfer; CREATE FUNCTION public.act() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN $body END \$\$;
		CREATE TRIGGER act $when ON kinwallet_data.$table FOR EACH ROW EXECUTE FUNCTION public.act()");
	$before = $node->safe_psql($db, $contents);
	is(state_of($db, $call), $expected, "a trigger that $what");
	is(difference($before, $node->safe_psql($db, $contents)), '', 'which refuses, changes nothing') if $expected ne 'done';
	is(findings($db), '', 'and the ledger is right');
	is(state_of($db, "DROP TRIGGER act ON kinwallet_data.$table; $call"), 'done', 'it works again without');
	$node->safe_psql('postgres', "DROP DATABASE $db");
	return;
}
my $recursion = "IF pg_trigger_depth() < 3 THEN PERFORM kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00'); END IF; RETURN NULL;";
with_trigger('raises', 'transfer', 'AFTER INSERT', "RAISE EXCEPTION 'no';", $transfer, 'P0001');
with_trigger('raises before', 'wallet', 'BEFORE UPDATE', "RAISE EXCEPTION 'no';", $transfer, 'P0001');
with_trigger('drops the row', 'transfer', 'BEFORE INSERT', 'RETURN NULL;', $transfer, '39P01');
with_trigger('changes an amount', 'transfer', 'BEFORE INSERT', "NEW.amount := '9.00'; RETURN NEW;", $transfer, '39P01');
with_trigger('changes a balance', 'wallet', 'BEFORE UPDATE', "NEW.available := '9000.00'; RETURN NEW;", $transfer, '39P01');
with_trigger('changes a quota', 'relation', 'BEFORE UPDATE', "NEW.remaining := '9000.00'; RETURN NEW;", $spend, '39P01');
with_trigger('keeps the old row', 'relation', 'BEFORE UPDATE', 'RETURN OLD;', $spend, '39P01');
with_trigger('transfers again, after the fact', 'transfer', 'AFTER INSERT', $recursion, $transfer, 'done');
with_trigger('transfers again, after the wallet', 'wallet', 'AFTER UPDATE', $recursion, $transfer, 'done');
with_trigger('transfers again, before the wallet', 'wallet', 'BEFORE UPDATE', $recursion =~ s/RETURN NULL/RETURN NEW/r, $transfer, '27000');
with_trigger('transfers for ever', 'transfer', 'AFTER INSERT', "PERFORM kinwallet.transfer(gen_random_uuid(), 1, 2, '0.01'); RETURN NULL;", $transfer, 'KW007');
with_trigger('catches what it did', 'transfer', 'AFTER INSERT', "IF pg_trigger_depth() > 2 THEN RETURN NULL; END IF; BEGIN PERFORM kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00'); RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN RETURN NULL; END;", $transfer, 'done');
with_trigger('deletes the ledger', 'transfer', 'AFTER INSERT', 'DROP SCHEMA kinwallet_data CASCADE; RETURN NULL;', $transfer, '55006');
with_trigger('alters a table in use', 'wallet', 'BEFORE UPDATE', 'ALTER TABLE kinwallet_data.wallet ADD COLUMN x int; RETURN NEW;', $transfer, '55006');
with_trigger('drops the extension', 'draw', 'AFTER INSERT', 'DROP EXTENSION kinwallet CASCADE; RETURN NULL;', $spend, '3F000');
with_trigger('commits', 'transfer', 'AFTER INSERT', 'COMMIT; RETURN NULL;', $transfer, '2D000');

#
# Tables that are no longer what they were: a clear refusal, or the same result
#
sub with_tables
{
	my ($what, $sql, $call, $expected) = @_;
	my $db = clone('tables');

	$node->safe_psql($db, "$transfer; $sql");
	my ($out, $err);
	like(state_of($db, $call), $expected, $what);
	# in a session that had cached them
	$node->safe_psql('postgres', "DROP DATABASE $db");
	clone('tables');
	$node->psql('tables', "$transfer;\n$sql;\n\\set VERBOSITY sqlstate\n$call", stderr => \$err, on_error_stop => 1);
	like($err =~ /ERROR:  (.....)/ ? $1 : $err =~ /closed/ ? 'crash' : 'done', $expected, "$what, which the session had used");
	$node->safe_psql('postgres', "DROP DATABASE $db");
	return;
}
with_tables('a view in the place of the wallets', 'ALTER TABLE kinwallet_data.wallet RENAME TO w; CREATE VIEW kinwallet_data.wallet AS SELECT * FROM kinwallet_data.w', $transfer, qr/^(55000|42809)$/);
with_tables('a column less', 'ALTER TABLE kinwallet_data.wallet DROP COLUMN transfers', $transfer, qr/^55000$/);
with_tables('another type of a column', 'ALTER TABLE kinwallet_data.wallet ALTER transfers TYPE bigint', $transfer, qr/^55000$/);
with_tables('no primary key', 'ALTER TABLE kinwallet_data.relation DROP CONSTRAINT relation_pkey CASCADE', $spend, qr/^55000$/);
with_tables('no wallets', 'DROP TABLE kinwallet_data.wallet CASCADE', $transfer, qr/^42P01$/);
with_tables('a partition less', 'ALTER TABLE kinwallet_data.transfer DETACH PARTITION kinwallet_data.transfer_2026_01', $transfer, qr/^55000$/);
with_tables("a site's unique index that refuses", 'CREATE UNIQUE INDEX ON kinwallet_data.transfer_2026_01 (contributor)', $transfer, qr/^23505$/);
with_tables("a site's index that fails", 'CREATE INDEX ON kinwallet_data.wallet ((1 / (person_id - 1))) WHERE transfers > 1', $transfer, qr/^22012$/);

#
# Two phases: what is prepared holds its locks, through a crash too, and ends as it is told
#
my $db = clone('phases');
$node->safe_psql($db, "BEGIN; SELECT kinwallet.transfer(kinwallet.request_id_of('p'), 1, 2, '10.00'); PREPARE TRANSACTION 'kept'");
is(state_of($db, "SET lock_timeout = '50ms'; $transfer"), '55P03', 'a prepared transfer holds its locks');
is(state_of($db, "SET lock_timeout = '50ms'; SELECT kinwallet.transfer(kinwallet.request_id_of('p'), 1, 2, '10.00')"), '55P03', 'against its own retry too');
$node->stop('immediate');
$node->start;
is(state_of($db, "SET lock_timeout = '50ms'; $transfer"), '55P03', 'after a crash too');
$node->safe_psql($db, "COMMIT PREPARED 'kept'");
is($node->safe_psql($db, "SELECT kinwallet.transfer(kinwallet.request_id_of('p'), 1, 2, '10.00') = transfer_id, count(*) OVER () FROM kinwallet_data.transfer"), 't|1', 'committed, it is there once');
$node->safe_psql($db, "BEGIN; SELECT kinwallet.spend(kinwallet.request_id_of('s'), 2, 'H37010000001', 'medical', '5.00'); SELECT kinwallet.hold(kinwallet.request_id_of('h'), 2, 'H37010000001', 'medical', '1.00');
	SELECT kinwallet.cut_off('2025-12-01') WHERE false; PREPARE TRANSACTION 'dropped'");
$node->safe_psql($db, "ROLLBACK PREPARED 'dropped'");
is($node->safe_psql($db, 'SELECT (SELECT count(*) FROM kinwallet_data.spending) + (SELECT count(*) FROM kinwallet_data.hold)'), 0, 'rolled back, it never was');
is(state_of($db, $spend), 'done', 'and nothing is locked');
is(findings($db), '', 'two phases: the ledger is right');

#
# Privileges that are taken away meanwhile
#
$db = clone('revoked');
$node->safe_psql($db, "CREATE FUNCTION public.two_steps() RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog AS \$\$
DECLARE
	c CURSOR FOR SELECT kinwallet.transfer(pg_catalog.gen_random_uuid(), 1, 2, '1.00') FROM pg_catalog.generate_series(1, 3);
	got bigint;
BEGIN
	SET LOCAL ROLE clerk;
	OPEN c; FETCH c INTO got;
	RESET ROLE;
	REVOKE EXECUTE ON FUNCTION kinwallet.transfer FROM clerk;
	SET LOCAL ROLE clerk;
	BEGIN
		PERFORM kinwallet.transfer(pg_catalog.gen_random_uuid(), 1, 2, '1.00');
		RETURN 'a new statement passed';
	EXCEPTION WHEN insufficient_privilege THEN
		NULL;
	END;
	CLOSE c;
	RETURN current_user;
END \$\$");
is($node->safe_psql($db, 'SELECT public.two_steps()'), 'clerk', 'after REVOKE a new statement of the session is refused, an open cursor or not');
is($node->safe_psql($db, 'SELECT count(*) FROM kinwallet_data.transfer'), 1, 'and posts nothing');
is(state_of($db, "PREPARE p AS $transfer; SET ROLE clerk; EXECUTE p"), '42501', 'a statement prepared by somebody who might');
is($node->safe_psql($db, "SET ROLE app; DO \$\$ BEGIN PERFORM kinwallet.transfer(gen_random_uuid(), 1, 2, '100000.00'); EXCEPTION WHEN OTHERS THEN NULL; END \$\$; SELECT current_user"),
	'app', 'a refusal gives the role back');
is(findings($db), '', 'revoked: the ledger is right');

#
# Event triggers, read-only sessions
#
$db = clone('events');
$node->safe_psql($db, "CREATE FUNCTION public.veto() RETURNS event_trigger LANGUAGE plpgsql AS \$\$ BEGIN RAISE EXCEPTION 'no'; END \$\$;
	CREATE EVENT TRIGGER veto ON ddl_command_end EXECUTE FUNCTION public.veto()");
my $before = $node->safe_psql($db, "SELECT count(*) FROM pg_tables WHERE schemaname OPERATOR(pg_catalog.=) 'kinwallet_data'");
is(state_of($db, "SELECT kinwallet.ensure_partitions('2028-01-01')"), 'P0001', 'an event trigger that forbids partitions');
is($node->safe_psql($db, "SELECT count(*) FROM pg_tables WHERE schemaname OPERATOR(pg_catalog.=) 'kinwallet_data'"), $before, 'leaves none half made');
is(state_of($db, $transfer), 'done', 'and does not stop a transfer');
is(state_of($db, "SET default_transaction_read_only = on; $_"), '25006', "read only: $_")
	for ($transfer, $spend, "SELECT kinwallet.credit_account(gen_random_uuid(), 1, '1.00')", "SELECT kinwallet.cut_off('2025-12-01')", 'SELECT kinwallet.dissolve_relation(relation_id, 1) FROM kinwallet_data.relation');
is(findings($db), '', 'events: the ledger is right');

#
# A batch that is cancelled anywhere: all of it or nothing
#
$db = clone('cancelled');
$node->safe_psql($db, 'UPDATE kinwallet_data.policy SET transfers_per_day = 32767');
my ($cancelled, $done, $halves) = (0, 0, 0);
my $n = 3000;
for my $timeout (1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 10000)
{
	my $count = $node->safe_psql($db, 'SELECT count(*) FROM kinwallet_data.transfer');
	my $state = state_of($db, "SET statement_timeout = $timeout; SELECT count(*) FROM kinwallet.transfer_batch(
		ARRAY(SELECT gen_random_uuid() FROM generate_series(1, $n)), array_fill(1::bigint, ARRAY[$n]), array_fill(2::bigint, ARRAY[$n]), array_fill('0.01'::kinwallet.wallet_amount, ARRAY[$n]))");
	my $more = $node->safe_psql($db, 'SELECT count(*) FROM kinwallet_data.transfer') - $count;

	$state eq '57014' ? $cancelled++ : $done++;
	$halves++ if $more != ($state eq 'done' ? $n : 0);
}
note("$cancelled batches cancelled, $done done");
cmp_ok($cancelled, '>', 0, 'a batch was cancelled');
is($halves, 0, 'and none was half done');
is(findings($db), '', 'cancelled: the ledger is right');

#
# Dumps that somebody has edited
#
$db = clone('origin');
$node->safe_psql($db, "$transfer; $transfer; $spend");
$node->command_ok(['pg_dump', '--host', $node->host, '--port', $node->port, '--file', "$dir/dump.sql", $db], 'dump');
my $dump = slurp_file("$dir/dump.sql");
sub edited
{
	my ($what, $table, $edit, $expected) = @_;
	my $text = $dump;
	my ($n_edited, $err) = (0, '');

	# the rows of one table, a list of fields each
	$text =~ s{(COPY kinwallet_data\.$table \(([^)]*)\) FROM stdin;\n)(.*?)(\\\.\n)}{
		my ($head, $columns, $rows, $tail) = ($1, $2, $3, $4);
		my @columns = split /, /, $columns;
		my @rows;
		for my $line (split /\n/, $rows)
		{
			my %row;
			@row{@columns} = split /\t/, $line, -1;
			my @kept = $edit->(\%row);
			$n_edited++;
			push @rows, map { my $r = $_; join("\t", @$r{@columns}) . "\n" } @kept;
		}
		$head . join('', @rows) . $tail;
	}es;
	is($n_edited > 0 && $text ne $dump, 1, "$what: the dump was edited");
	open my $file, '>', "$dir/edited.sql" or die;
	print $file $text;
	close $file;
	$node->safe_psql('postgres', 'CREATE DATABASE edited');
	$node->psql('edited', undef, extra_params => ['-v', 'VERBOSITY=sqlstate', '-f', "$dir/edited.sql"], on_error_stop => 1, stderr => \$err);
	my $result = $err =~ /ERROR:  (.....)/ ? $1 : findings('edited') =~ tr/\n/ /r;
	like($result, $expected, "$what is refused or found");
	$node->safe_psql('postgres', 'DROP DATABASE edited');
	return;
}
edited('a balance that is higher', 'wallet', sub { $_[0]{available} = '9999.00' if $_[0]{person_id} == 1; $_[0] }, qr/wallet/);
edited('a negative balance', 'wallet', sub { $_[0]{available} = '-1.00' if $_[0]{person_id} == 1; $_[0] }, qr/^23514$/);
edited('a quota that is higher', 'relation', sub { $_[0]{remaining} = '999.00'; $_[0] }, qr/relation|wallet/);
edited('a transfer left out', 'transfer_2026_01', do { my $n = 0; sub { $n++ ? $_[0] : () } }, qr/relation|wallet|transfer/);
edited('a transfer of another amount', 'transfer_2026_01', do { my $n = 0; sub { $_[0]{amount} = '11.00' unless $n++; $_[0] } }, qr/relation|wallet|transfer/);
edited('a transfer twice', 'transfer_2026_01', do { my $n = 0; sub { $n++ ? $_[0] : ($_[0], $_[0]) } }, qr/^23505$/);
edited('a draw left out', 'draw_2026_01', sub { () }, qr/draw|spending|relation/);
edited('a purchase that cost less', 'spending_2026_01', sub { $_[0]{mutual_aid} = '1.00'; $_[0] }, qr/spending|draw|^23514/);
edited('a credit left out', 'account_entry_2026_01', do { my $n = 0; sub { $n++ ? $_[0] : () } }, qr/wallet|entry/);
edited('a citizen id that is none', 'person', sub { $_[0]{citizen_id} = '640299198003121019' if $_[0]{person_id} == 1; $_[0] }, qr/^22P02$/);
edited('a person without a wallet row', 'person', sub { $_[0]{person_id} == 3 ? () : $_[0] }, qr/^23503$|person|wallet/);
edited('a fact in another month', 'transfer_2026_01', do { my $n = 0; sub { $_[0]{month} = '2026-02-01' unless $n++; $_[0] } }, qr/^23514$/);

$node->stop;
unlike(slurp_file($node->logfile), qr{WARNING: .*(leak|not closed|still)|PANIC|TRAP|terminated by signal}, 'nothing was left open');
done_testing();
