# A load of random calls on a small ledger, and what became of each call.
#
# Clients are psql processes, each with a script that the seed alone decides.
# A unit of a script is one statement string (one call, a batch, or several
# calls that commit together); psql prints its result and, once the server has
# said that it is through, its SQLSTATE.  So when the server or the connection
# goes away, each unit is acknowledged, refused, in flight (at most one for each
# client) or was never sent.  check() holds the facts against that.
package KinwalletLoad;

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

use constant {
	EMPLOYEES => 8,
	RESIDENTS => 8,
	PROVIDER => 'H37010000001',
};

# Make the ledger, its persons, relations and money on a running server.
sub new
{
	my ($class, $node, $seed) = @_;
	my $self = bless { node => $node, round => 0, units => [], number => 0 }, $class;

	srand($seed);
	$node->safe_psql('postgres', sprintf(<<'SQL', EMPLOYEES, EMPLOYEES + RESIDENTS));
CREATE EXTENSION kinwallet;
SET kinwallet.clock = '2026-01-20 10:00+08';
SELECT kinwallet.create_ledger();
UPDATE kinwallet_data.policy SET transfers_per_day = 32767, transfer_max = '1000000.00';
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
SELECT n, (body || substr('10X98765432', (SELECT sum(substr(body, i, 1)::int * (1 << (18 - i)) %% 11) FROM generate_series(1, 17) AS i)::int %% 11 + 1, 1))::kinwallet.citizen_id,
	'person ' || n, (ARRAY['640200', '320500', '370100', '110000'])[n %% 4 + 1]::kinwallet.region_code,
	CASE WHEN n <= %1$d THEN 'employee' ELSE 'resident' END, 'c' || n
FROM generate_series(1, %2$d) AS n, concat('64020019800101', lpad(n::text, 3, '0')) AS body;
SELECT kinwallet.open_wallet(n, '370100', '13800000000') FROM generate_series(1, %2$d) AS n;
SELECT kinwallet.credit_account(kinwallet.request_id_of('setup ' || n), n, '9000000.00') FROM generate_series(1, %1$d) AS n;
-- everybody's neighbours, and employees with each other in both directions
SELECT kinwallet.establish_relation(c, %1$d + (c + k) %% %1$d + 1, 'sibling') FROM generate_series(1, %1$d) AS c, generate_series(0, 2) AS k;
SELECT kinwallet.establish_relation(c, c %% %1$d + 1, 'sibling'), kinwallet.establish_relation(c %% %1$d + 1, c, 'sibling') FROM generate_series(1, %1$d) AS c;
SELECT kinwallet.transfer(kinwallet.request_id_of('setup ' || relation_id), contributor, recipient, '200000.00') FROM kinwallet_data.relation;
CREATE TABLE public.journal (unit int, kind text, person bigint, request uuid, amount bigint, state text, result text);
CREATE VIEW public.fact AS
SELECT 'transfer' AS kind, contributor AS person, request_id AS request, kinwallet.fen(amount) AS amount, transfer_id::text AS result FROM kinwallet_data.transfer
UNION ALL SELECT 'credit', person_id, request_id, kinwallet.fen(amount), balance_after::text FROM kinwallet_data.account_entry
UNION ALL SELECT CASE kind WHEN 's' THEN 'spend' ELSE 'capture' END, recipient, request_id, kinwallet.fen(own_account) + kinwallet.fen(mutual_aid),
	format('(%%s,%%s,%%s,0.00)', spending_id, own_account, mutual_aid) FROM kinwallet_data.spending
UNION ALL SELECT 'refund', recipient, request_id, kinwallet.fen(amount), refund_id::text FROM kinwallet_data.refund
UNION ALL SELECT 'hold', recipient, request_id, kinwallet.fen(amount), hold_id::text FROM kinwallet_data.hold
UNION ALL SELECT 'cancel', recipient, request_id, kinwallet.fen(amount), NULL FROM kinwallet_data.hold WHERE state = 'n';
INSERT INTO public.journal SELECT 0, kind, person, request, amount, 'acknowledged', result FROM public.fact;
SQL
	return $self;
}

# Another server has taken over.
sub use_node
{
	my ($self, $node) = @_;

	$self->{node} = $node;
	return;
}

# What the seed decides, for callers.
sub random
{
	my ($self, $below) = @_;

	return int(rand($below));
}

sub pick
{
	return $_[int(rand(@_))];
}

# A request id: a random one, or one that carries the round's day.
sub request_id
{
	my ($self) = @_;
	my @random = map { int(rand(65536)) } (1 .. 8);
	# 2026-01-20, a day for each round, 40 calls a second
	my $ms = 1768874400000 + $self->{round} * 86400000 + @{ $self->{units} } * 25;

	return sprintf('%04x%04x-%04x-4%03x-%04x-%04x%04x%04x', @random[0 .. 2], $random[3] % 4096, 0x8000 | $random[4] % 0x4000, @random[5 .. 7])
		if rand() < 0.3;
	return sprintf('%08x-%04x-7%03x-%04x-%04x%04x%04x', $ms >> 16, $ms & 0xffff, $random[3] % 4096, 0x8000 | $random[4] % 0x4000, @random[5 .. 7]);
}

sub yuan
{
	return sprintf('%d.%02d', int($_[0] / 100), $_[0] % 100);
}

# One call: its SQL and the rows it should leave.
sub transfer
{
	my ($self) = @_;
	my $contributor = 1 + int(rand(EMPLOYEES));
	my $recipient = EMPLOYEES + ($contributor + int(rand(3))) % EMPLOYEES + 1;
	my $amount = 1 + int(rand(2000));
	my $id = $self->request_id;

	return ("SELECT kinwallet.transfer('$id', $contributor, $recipient, '" . yuan($amount) . "')",
		[ 'transfer', $contributor, $id, $amount ]);
}

sub credit
{
	my ($self) = @_;
	my $person = 1 + int(rand(EMPLOYEES));
	my $amount = 1 + int(rand(100000));
	my $id = $self->request_id;

	return ("SELECT kinwallet.credit_account('$id', $person, '" . yuan($amount) . "')", [ 'credit', $person, $id, $amount ]);
}

sub spend
{
	my ($self, $client) = @_;
	my $recipient = 1 + int(rand(EMPLOYEES + RESIDENTS));
	my $amount = 1000 + int(rand(2000));
	my $id = $self->request_id;

	# a resident's purchase is all mutual aid, and some of it may be refunded later
	push @{ $client->{spendings} }, [ $recipient, $id ] if $recipient > EMPLOYEES;
	return ("SELECT s FROM kinwallet.spend('$id', $recipient, '" . PROVIDER . "', 'medical', '" . yuan($amount) . "') AS s",
		[ 'spend', $recipient, $id, $amount ]);
}

sub hold
{
	my ($self, $client) = @_;
	my $recipient = EMPLOYEES + 1 + int(rand(RESIDENTS));
	my $amount = 1000 + int(rand(2000));
	my $id = $self->request_id;

	push @{ $client->{holds} }, [ $recipient, $id, $amount ];
	return ("SELECT kinwallet.hold('$id', $recipient, '" . PROVIDER . "', 'medical', '" . yuan($amount) . "', '12 hours')",
		[ 'hold', $recipient, $id, $amount ]);
}

# Units that name what an earlier one of the same client made look it up by its
# request id: so a unit is the same text whenever it is sent.
sub refund
{
	my ($self, $client) = @_;
	my $spending = shift @{ $client->{spendings} } or return $self->spend($client);
	my ($recipient, $of) = @$spending;
	my $amount = 1 + int(rand(1000));
	my $id = $self->request_id;

	return ("SELECT kinwallet.refund('$id', (SELECT spending_id FROM kinwallet_data.spending WHERE recipient = $recipient AND request_id = '$of'), '"
			. yuan($amount) . "')", [ 'refund', $recipient, $id, $amount ]);
}

sub end_hold
{
	my ($self, $client) = @_;
	my $hold = shift @{ $client->{holds} } or return $self->hold($client);
	my ($recipient, $of, $held) = @$hold;
	my $lookup = "(SELECT hold_id FROM kinwallet_data.hold WHERE recipient = $recipient AND request_id = '$of')";
	my $amount = 1 + int(rand($held));
	my $id = $self->request_id;

	return ("SELECT kinwallet.cancel_hold($lookup)", [ 'cancel', $recipient, $of, $held ]) if rand() < 0.3;
	return ("SELECT s FROM kinwallet.capture('$id', $lookup, '" . yuan($amount) . "') AS s", [ 'capture', $recipient, $id, $amount ]);
}

sub list
{
	my ($type, @elements) = @_;

	return "ARRAY[" . join(', ', map { "'$_'" } @elements) . "]::${type}[]";
}

# Many transfers, one of them to oneself, which is refused and leaves the others.
sub batch
{
	my ($self, undef, $size) = @_;
	my (@ids, @contributors, @recipients, @amounts, @rows);
	my $wrong;

	$size //= 2 + int(rand(30));
	$wrong = int(rand($size));
	for my $i (0 .. $size - 1)
	{
		my ($sql, $row) = $self->transfer;
		my ($contributor, $recipient) = $sql =~ /', (\d+), (\d+), '/;
		push @ids, $row->[2];
		push @contributors, $contributor;
		push @recipients, $i == $wrong ? $contributor : $recipient;
		push @amounts, yuan($row->[3]);
		push @rows, $row unless $i == $wrong;
	}
	return (sprintf(q{SELECT string_agg(coalesce(b.transfer_id::text, b.sqlstate), ' ' ORDER BY b.ordinal) FROM kinwallet.transfer_batch(%s, %s, %s, %s) AS b},
			list('uuid', @ids), list('bigint', @contributors), list('bigint', @recipients), list('kinwallet.wallet_amount', @amounts)), @rows);
}

sub credits
{
	my ($self) = @_;
	my @rows = map { ($self->credit)[1] } (1 .. 2 + int(rand(20)));

	return (sprintf('SELECT kinwallet.credit_accounts(%s, %s, %s)', list('uuid', map { $_->[2] } @rows), list('bigint', map { $_->[1] } @rows),
			list('kinwallet.wallet_amount', map { yuan($_->[3]) } @rows)), @rows);
}

# Several calls that commit together or not at all.
sub group
{
	my ($self, $client) = @_;
	my (@sql, @rows);

	for my $kind (map { pick(qw(transfer spend credit hold batch)) } (1 .. 2 + int(rand(3))))
	{
		my ($sql, @more) = $self->$kind($client);
		push @sql, $sql;
		push @rows, @more;
	}
	return (join(' \; ', @sql), @rows);
}

# Append a unit to a client's script.
sub unit
{
	my ($self, $client, $kind, @arguments) = @_;
	my ($sql, @rows) = $self->$kind($client, @arguments);
	my $unit = { number => ++$self->{number}, kind => $kind, sql => $sql, rows => \@rows, state => 'never sent', result => '' };

	push @{ $self->{units} }, $unit;
	push @{ $client->{units} }, $unit;
	return;
}

my @kinds = (('transfer') x 8, ('spend') x 6, ('refund') x 4, ('hold') x 3, ('end_hold') x 4, ('credit') x 3, ('credits') x 1, ('batch') x 3, ('group') x 3);

# Begin a round, a day later than the last one, with as many clients and units.
sub prepare
{
	my ($self, $clients, $units) = @_;

	$self->{round}++;
	$self->{units} = [];
	$self->{clients} = [];
	$self->{clock} = "'2026-01-20 10:00+08'::timestamptz + interval '$self->{round} days'";
	for my $name (1 .. $clients)
	{
		my $client = { name => $name, units => [], spendings => [], holds => [] };
		$self->unit($client, pick(@kinds)) for (1 .. $units);
		push @{ $self->{clients} }, $client;
	}
	return;
}

# One more client of the round, with nothing but large batches.
sub batches
{
	my ($self, $units, $size) = @_;
	my $client = { name => scalar(@{ $self->{clients} }) + 1, units => [] };

	$self->unit($client, 'batch', $size) for (1 .. $units);
	push @{ $self->{clients} }, $client;
	return;
}

# Start psql on some units; what it prints goes to a file.
sub run_script
{
	my ($self, $name, $units, %options) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir;
	my $node = $options{node} // $self->{node};
	my $clock = $self->{clock};
	my $script = "SELECT set_config('kinwallet.clock', ($clock)::text, false) \\g /dev/null\n"
		. join('', map { "$_->{sql};\n\\echo = $_->{number} :SQLSTATE\n" } @$units);

	append_to_file("$dir/script.sql", $script);
	my $handle = IPC::Run::start(
		[ 'psql', '-XAtq', '-v', 'VERBOSITY=sqlstate', '-d', $node->connstr('postgres') . " application_name=$name", '-f', "$dir/script.sql" ],
		'<', '/dev/null', '>', "$dir/out", '2>', "$dir/err");
	return { handle => $handle, out => "$dir/out", err => "$dir/err" };
}

sub start
{
	my ($self) = @_;

	$_->{process} = $self->run_script("client_$_->{name}", $_->{units}) for (@{ $self->{clients} });
	return;
}

# Wait until the first client has been told so many times that a unit is through.
sub wait_for
{
	my ($self, $acknowledged) = @_;
	my $file = $self->{clients}[0]{process}{out};

	for (1 .. 60000)
	{
		return if -e $file && (() = slurp_file($file) =~ /^= /mg) >= $acknowledged;
		$self->{clients}[0]{process}{handle}->pump_nb;
		return unless $self->{clients}[0]{process}{handle}->pumpable;
		select(undef, undef, undef, 0.002);
	}
	die "the load does not get on";
}

# What psql printed for each unit.
sub answers
{
	my ($process) = @_;
	my (%answers, @lines);

	for my $line (split /\n/, slurp_file($process->{out}))
	{
		if ($line =~ /^= (\d+) (\w+)$/)
		{
			$answers{$1} = { sqlstate => $2, result => join("\n", @lines) };
			@lines = ();
		}
		else
		{
			push @lines, $line;
		}
	}
	return \%answers;
}

# Wait for the clients' end and note what became of each unit.
sub finish
{
	my ($self) = @_;

	for my $client (@{ $self->{clients} })
	{
		$client->{process}{handle}->finish;
		my $answers = answers($client->{process});
		my $in_flight = 0;
		for my $unit (@{ $client->{units} })
		{
			my $answer = $answers->{ $unit->{number} };
			if (!$answer)
			{
				$unit->{state} = $in_flight++ ? 'never sent' : 'in flight';
			}
			elsif ($answer->{sqlstate} eq '00000')
			{
				$unit->{state} = 'acknowledged';
				$unit->{result} = $answer->{result};
			}
			else
			{
				$unit->{state} = 'refused';
				$unit->{sqlstate} = $answer->{sqlstate};
			}
		}
	}
	return;
}

sub in_state
{
	my ($self, $state) = @_;

	return grep { $_->{state} eq $state } @{ $self->{units} };
}

# SQLSTATEs of refusals.
sub refusals
{
	my ($self) = @_;
	my %states;

	$states{ $_->{sqlstate} }++ for $self->in_state('refused');
	return \%states;
}

# Put the round's units into the journal.
sub record
{
	my ($self) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir . '/journal';

	append_to_file($file, '');
	for my $unit (@{ $self->{units} })
	{
		my $result = @{ $unit->{rows} } == 1 && $unit->{state} eq 'acknowledged' && $unit->{kind} !~ /^(batch|credits|group)$/
			&& $unit->{rows}[0][0] ne 'cancel' ? $unit->{result} : '\N';
		append_to_file($file, join('', map { join("\t", $unit->{number}, @$_, $unit->{state}, $result) . "\n" } @{ $unit->{rows} }));
	}
	$self->{node}->safe_psql('postgres', "COPY public.journal FROM '$file'");
	return;
}

# Every acknowledged unit is there exactly once with its amounts and result, one
# in flight once or not at all and never in part, any other one not at all, and
# there is nothing that nobody asked for.  Gives what is wrong, one line each.
sub check
{
	my ($self, $node) = @_;

	$node //= $self->{node};
	return $node->safe_psql('postgres', <<'SQL');
WITH seen AS (
	SELECT j.unit, j.kind, j.person, j.request, j.state, count(f.kind) AS n,
		bool_and(f.amount = j.amount AND (j.result IS NULL OR f.result IS NULL OR f.result = j.result)) AS same
	FROM public.journal AS j
	LEFT JOIN public.fact AS f ON f.kind = j.kind AND f.person = j.person AND f.request = j.request
	GROUP BY j.unit, j.kind, j.person, j.request, j.state
), unit AS (
	SELECT unit, state, min(n) AS least, max(n) AS most
	FROM seen GROUP BY unit, state
)
SELECT format('unit %s, %s: %s to %s times', unit, state, least, most) FROM unit
WHERE CASE state WHEN 'acknowledged' THEN least <> 1 OR most <> 1 WHEN 'in flight' THEN most > 1 OR least <> most ELSE most > 0 END
UNION ALL
SELECT format('unit %s, %s of %s: another amount or result', unit, kind, person) FROM seen WHERE NOT same
UNION ALL
SELECT format('%s of %s, %s: nobody asked for it', f.kind, f.person, f.request) FROM public.fact AS f
WHERE NOT EXISTS (SELECT FROM public.journal AS j WHERE j.kind = f.kind AND j.person = f.person AND j.request = f.request)
SQL
}

# Each table of the ledger with the number and a digest of its rows.
sub contents
{
	my ($node, $db) = @_;

	return $node->safe_psql($db // 'postgres', <<'SQL');
SET timezone = 'Asia/Shanghai';
SELECT format('%s %s rows %s', relname, (xpath('/table/row/n/text()', x))[1], (xpath('/table/row/d/text()', x))[1])
FROM (SELECT relname, query_to_xml(format('SELECT count(*) AS n, md5(string_agg(t::text, E''\n'' ORDER BY t::text COLLATE "C")) AS d FROM kinwallet_data.%I AS t', relname), false, false, '') AS x
	FROM pg_class WHERE relnamespace = 'kinwallet_data'::regnamespace AND relkind = 'r') AS s
ORDER BY relname COLLATE "C"
SQL
}

# Send again what was in flight, as a caller does who does not know: now each is
# acknowledged or refused.  What was there before gives its stored result.
sub retry_in_flight
{
	my ($self, $node) = @_;
	my @units = $self->in_state('in flight');
	my $target = $node // $self->{node};

	my %there = map { split /=/, $_, 2 } split /\n/, $target->safe_psql('postgres', q{
		SELECT f.request || '=' || f.result FROM public.fact AS f JOIN public.journal AS j USING (kind, person, request)
		WHERE j.state = 'in flight' AND f.kind IN ('transfer', 'refund', 'hold', 'spend', 'capture')});
	my $process = $self->run_script('retry', \@units, node => $target);
	$process->{handle}->finish;
	my $answers = answers($process);
	my (@wrong, @changes);
	for my $unit (@units)
	{
		my $answer = $answers->{ $unit->{number} } // { sqlstate => 'none' };
		my $stored = @{ $unit->{rows} } == 1 ? $there{ $unit->{rows}[0][2] } : undef;

		$unit->{state} = $answer->{sqlstate} eq '00000' ? 'acknowledged' : 'refused';
		$unit->{result} = $answer->{result} // '';
		# a hold that was ended before the server went away
		$unit->{state} = 'acknowledged' if $unit->{rows}[0][0] eq 'cancel' && $answer->{sqlstate} eq 'KW016';
		push @wrong, "unit $unit->{number}: $answer->{sqlstate}"
			unless $unit->{state} eq 'acknowledged' || $answer->{sqlstate} =~ /^KW|^22004/ && !defined $stored;
		push @wrong, "unit $unit->{number}: $unit->{result} instead of $stored"
			if defined $stored && $unit->{rows}[0][0] ne 'cancel' && $unit->{result} ne $stored;
		push @changes, "UPDATE public.journal SET state = '$unit->{state}' WHERE unit = $unit->{number};\n";
	}
	$target->safe_psql('postgres', join('', @changes)) if @changes;
	return join("\n", @wrong);
}

# Send again all that was acknowledged: each gives what it gave, and no effect.
# credit_accounts() gives the number of credits it made: none.
sub retry_acknowledged
{
	my ($self, $node) = @_;
	my @units = grep { $_->{rows}[0][0] ne 'cancel' } $self->in_state('acknowledged');
	my $process = $self->run_script('retry', \@units, node => $node);

	$process->{handle}->finish;
	my $answers = answers($process);
	return join("\n", map {
		my $answer = $answers->{ $_->{number} } // { sqlstate => 'none', result => '' };
		$answer->{sqlstate} eq '00000' && $answer->{result} eq ($_->{kind} eq 'credits' ? 0 : $_->{result})
			? () : "unit $_->{number}, $_->{kind}: $answer->{sqlstate} $answer->{result} instead of $_->{result}"
	} @units);
}

1;
