#!/bin/bash
#
# pg_upgrade.sh OLD NEW: a ledger with data goes from one PostgreSQL version to
# another by pg_upgrade and is the same afterwards.  A TAP stream, and as the
# last line "N passed, N failed".
#
# Where pg_upgrade fails for what the old server's minor release writes into
# its catalogs and the new one's does not know yet, the rest is skipped, and a
# line says so: there is nothing that kinwallet could do.
#
# Called by tools/matrix.sh in a chroot that has both versions, as root; for15/
# holds the library built for the old one, which the chroot cannot build.
#
set -uo pipefail
umask 022
cd "$(dirname "$0")/.." || exit
old=$1
new=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/kinwallet-pg_upgrade.XXXXXX") || exit
chmod 755 "$work"
number=0
failures=0

finish()
{
	bash tools/cluster.sh stop "$work/old"
	bash tools/cluster.sh stop "$work/new"
	rm -rf "$work"
	[ $number -gt 0 ] && [ $reached != no ] || failures=$((failures + 1))
	echo "$((number > failures ? number - failures : 0)) passed, $failures failed"
	exit $((failures > 0))
}
reached=no
trap finish EXIT
trap 'exit 1' HUP INT TERM

# check NAME EXPECTED FOUND
check()
{
	number=$((number + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		diff <(echo "$2") <(echo "$3") | head -n 40 | sed 's/^/# /'
		failures=$((failures + 1))
	fi
}

run()
{
	psql -XAtq -v ON_ERROR_STOP=1 -d ledger -c "SET kinwallet.clock = '2026-02-11 10:00+08'" -c "$1" 2>&1
}

# every row as text, and what its values are on disk and on the wire
contents()
{
	run "SELECT relname, (xpath('/table/row/n/text()', x))[1], (xpath('/table/row/d/text()', x))[1]
		FROM (SELECT relname, query_to_xml(format('SELECT count(*) AS n, md5(string_agg(t::text, E''\\n'' ORDER BY t::text)) AS d FROM kinwallet_data.%I AS t', relname), false, false, '') AS x
			FROM pg_class WHERE relnamespace = 'kinwallet_data'::regnamespace AND relkind = 'r') AS s
		ORDER BY relname COLLATE \"C\"" | tee "$work/contents"
	run "SELECT typname, typlen, typbyval, typalign, typstorage FROM pg_type
		WHERE typnamespace = 'kinwallet'::regnamespace AND typtype = 'b' AND typelem = 0 ORDER BY typname COLLATE \"C\""
	run "SELECT person_id, kinwallet.wallet_amount_send(available), kinwallet.region_code_send(region) FROM kinwallet_data.wallet ORDER BY person_id"
	run "SELECT person_id, kinwallet.citizen_id_send(citizen_id) FROM kinwallet_data.person ORDER BY person_id"
	run "SELECT relation_id, kinwallet.kinship_relation_send(kinship), remaining, held, spent, returned FROM kinwallet_data.relation ORDER BY relation_id"
	run "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'kinwallet_data' ORDER BY 1"
}

# the old side
PG_CONFIG=/usr/lib/postgresql/$old/bin/pg_config bash tools/cluster.sh start "$work/old" || exit
install -m 755 "for$old/kinwallet.so" "$work/old/root/usr/lib/postgresql/$old/lib/" &&
	install -m 644 kinwallet.control extension/kinwallet--*.sql "$work/old/root/usr/share/postgresql/$old/extension/" || exit
original=$PATH
eval "$(bash tools/cluster.sh env "$work/old")"
createdb ledger || exit
run "CREATE EXTENSION kinwallet" || exit
run "SELECT kinwallet.create_ledger()" >/dev/null || exit
run "
	SET kinwallet.clock = '2026-01-10 10:00+08';
	INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
		(1, '640299198003121018', 'A', '640200', 'employee', 'c1'), (2, '370199195206060054', 'B', '370100', 'resident', 'c2'),
		(3, '320599195501010044', 'C', '320500', 'employee', 'c3');
	INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
	SELECT kinwallet.open_wallet(p) FROM generate_series(1, 3) AS p;
	SELECT kinwallet.credit_account(kinwallet.request_id_of('credit ' || p), p, '5000.00') FROM unnest('{1,3}'::bigint[]) AS p;
	SELECT kinwallet.establish_relation(1, 2, 'parent'), kinwallet.establish_relation(3, 2, 'sibling');
	SELECT kinwallet.transfer(kinwallet.request_id_of('transfer ' || n), 1, 2, '100.00') FROM generate_series(1, 3) AS n;
	SELECT kinwallet.transfer(kinwallet.new_request_id(), 3, 2, '300.00');
	SELECT kinwallet.spend(kinwallet.request_id_of('spend'), 2, 'H37010000001', 'medical', '350.00');
	SET kinwallet.clock = '2026-02-10 10:00+08';
	SELECT kinwallet.hold(kinwallet.request_id_of('hold'), 2, 'H37010000001', 'medical', '20.00', '48 hours');
	SELECT kinwallet.refund(kinwallet.request_id_of('refund'), spending_id, '100.00') FROM kinwallet_data.spending;
	SELECT kinwallet.cut_off('2026-01-01');
	SELECT kinwallet.split('2026-01-01');
	CREATE ROLE app;
	SELECT kinwallet.grant_role('app', 'participant_app', 'nation');
	CREATE INDEX site_index ON kinwallet_data.wallet (open_relations);
	ALTER TABLE kinwallet_data.wallet ADD site_note text DEFAULT 'note';" >/dev/null || exit
check "$old: all invariants hold" "" "$(run 'SELECT * FROM kinwallet.verify_ledger()')"
check "$old: so do all seals" "" "$(run 'SELECT * FROM kinwallet.verify_seals()')"
before=$(contents)
check "$old: the ledger has rows" yes "$(grep -q '^transfer_2026_01|4|' <<< "$before" && echo yes)"
check "$old: a seal, a duty and the trail of calls, too" yes "$(grep -q '^seal|1|' <<< "$before" && grep -q '^role_duty|1|' <<< "$before" &&
	grep -qE '^audit_2026_02\|[1-9]' <<< "$before" && echo yes)"
bash tools/cluster.sh stop "$work/old"

# the new side: the extension installed, an empty cluster without checksums as the old one's
PATH=$original
export PG_CONFIG=/usr/lib/postgresql/$new/bin/pg_config
bash tools/cluster.sh start "$work/new" || exit
make -s with_llvm=no COPT='-Wall -Wextra -Werror' && make -s install with_llvm=no DESTDIR="$work/new/root" >/dev/null || exit
bash tools/cluster.sh stop "$work/new"
rm -rf "$work/new/data"
checksums=()
[ "$new" -lt 18 ] || checksums=(--no-data-checksums)
mkdir -m 700 "$work/new/data" "$work/cwd"
chown postgres "$work/new/data" "$work/cwd"
as_postgres()
{
	(cd "$work/cwd" && runuser -u postgres -- "$@")
}
as_postgres "$work/new/bin/initdb" -D "$work/new/data" -U postgres -A trust -N -E UTF8 --locale=C.UTF-8 "${checksums[@]}" >/dev/null || exit
cat >> "$work/new/data/postgresql.conf" <<-CONF
	listen_addresses = ''
	unix_socket_directories = '$work/new/run'
CONF
as_postgres "$work/new/bin/pg_upgrade" -U postgres -b "$work/old/root/usr/lib/postgresql/$old/bin" \
	-B "$work/new/root/usr/lib/postgresql/$new/bin" -d "$work/old/data" -D "$work/new/data" > "$work/upgrade.log" 2>&1
status=$?
unknown=$(grep -rhoE 'unrecognized parameter "pg_[a-z]+"' "$work/new/data/pg_upgrade_output.d" 2>/dev/null | sort -u)
if [ $status -ne 0 ] && [ -n "$unknown" ]; then
	echo "ok $((number + 1)) - pg_upgrade from $old to $new # SKIP $("$work/new/bin/postgres" --version): $unknown, of $("$work/old/bin/postgres" --version)"
	reached=skip
	exit
fi
[ $status -eq 0 ] || { tail -n 30 "$work/upgrade.log"; find "$work/new/data/pg_upgrade_output.d" -name '*.log' -exec tail -n 20 {} +; }
check "pg_upgrade from $old to $new" 0 $status
[ $status -eq 0 ] || exit

bash tools/cluster.sh start "$work/new" || exit
eval "$(bash tools/cluster.sh env "$work/new")"
check "the server is the new one" "$new" "$(run "SELECT current_setting('server_version_num')::int / 10000")"
check "every row, every type's layout, every sequence is the same" "$before" "$(contents)"
check "all invariants hold" "" "$(run 'SELECT * FROM kinwallet.verify_ledger()')"
check "so do all seals" "" "$(run 'SELECT * FROM kinwallet.verify_seals()')"
check "the role's duty passes the door and sees its rows alone" '4700.00 1' \
	"$(run "SET ROLE app; BEGIN; SELECT kinwallet.act_for(3); SELECT concat_ws(' ', (SELECT own_available FROM kinwallet.wallet(3)), (SELECT count(*) FROM kinwallet_data.wallet))" | tail -n 1)"
check "and no other's" 'permission denied for function wallet' \
	"$(run "SET ROLE app; BEGIN; SELECT kinwallet.act_for(3); SELECT kinwallet.wallet(1)" | grep -o 'permission denied for function wallet')"
check "library, SQL objects and ledger agree" t "$(run 'SELECT kinwallet.upgrade_ledger() = kinwallet.library_version()')"
check "a retry of January's transfer" t "$(run "SELECT kinwallet.transfer(kinwallet.request_id_of('transfer 2'), 1, 2, '100.00') = transfer_id
	FROM kinwallet_data.transfer WHERE request_id = kinwallet.request_id_of('transfer 2')")"
check "a used request id with another amount" 'request id was already used' \
	"$(run "SELECT kinwallet.transfer(kinwallet.request_id_of('transfer 2'), 1, 2, '101.00')" | grep -o 'request id was already used')"
check "a new transfer has a new id" t "$(run "SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '1.00') > (SELECT max(transfer_id) FROM kinwallet_data.transfer)")"
check "the open hold is captured" 20.00 "$(run "SELECT (kinwallet.capture(kinwallet.request_id_of('capture'), hold_id, '20.00')).mutual_aid FROM kinwallet_data.hold")"
check "facts are guarded" 'is append-only' "$(run 'DELETE FROM kinwallet_data.transfer_2026_01' | grep -o 'is append-only')"
check "the closed month is closed" 'month 2026-01 is closed' "$(run "SET kinwallet.clock = '2026-01-31 10:00+08'; SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '1.00')" |
	grep -o 'month 2026-01 is closed')"
check "all invariants hold afterwards" "" "$(run 'SELECT * FROM kinwallet.verify_ledger()')"
check "and all seals" "" "$(run 'SELECT * FROM kinwallet.verify_seals()')"
reached=yes
echo "1..$number"
