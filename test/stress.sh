#!/bin/bash
#
# stress.sh SECONDS: eight sessions move money between twenty persons at random
# (stress.sql), SECONDS in each isolation level, on a private cluster.  Then the
# ledger is verified, indexes and heaps are checked, and the server log is read.
# The status is not zero when anything was found.
#
# Most of it finds nothing on an ordinary server: set PG_CONFIG to a PostgreSQL
# configured with --enable-cassert.
#
set -uo pipefail
umask 022
cd "$(dirname "$0")/.." || exit
unset MAKEFLAGS MFLAGS MAKELEVEL

seconds=${1:?usage: stress.sh SECONDS}
findings=0
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kinwallet-stress.XXXXXX") || exit
chmod 755 "$tmp"
trap 'bash tools/cluster.sh stop "$tmp"; make -s clean >/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# finding WHAT OUTPUT: no output, no finding.
finding()
{
	[ -n "$2" ] || return
	echo "FOUND: $1"
	head -n 50 <<< "$2"
	findings=$((findings + 1))
}

# Objects made with another server's headers would be taken as they are.
make -s clean >/dev/null
bash tools/setup.sh "$tmp" || exit
eval "$(bash tools/cluster.sh env "$tmp")"
psql -Atqc 'SELECT version()' -c 'SHOW debug_assertions' || exit
# the log names the SQLSTATE of every error
psql -Xqc "ALTER SYSTEM SET log_line_prefix = '%m [%p] %e '" -c 'SELECT pg_reload_conf()' >/dev/null || exit
createdb stress || exit
export PGDATABASE=stress
psql -Xq -f test/stress.sql >/dev/null || exit
echo 'SELECT stress.step();' > "$tmp/step.pgbench"

for isolation in 'read committed' 'repeatable read' serializable; do
	echo "== $isolation"
	PGOPTIONS="-c default_transaction_isolation=${isolation/ /\\ }" \
		pgbench -n -c 8 -j 2 -T "$seconds" --max-tries=0 -f "$tmp/step.pgbench" > "$tmp/pgbench.log" 2>&1 ||
		finding "pgbench failed" "$(cat "$tmp/pgbench.log")"
	grep -E '^(number of transactions (actually|failed|retried)|total number of retries|tps)' "$tmp/pgbench.log"
	psql -XAtc "SELECT last_value || ' done' FROM stress.done" -c "SELECT last_value || ' refused' FROM stress.refused"
	finding "verify_ledger()" "$(psql -XAtc 'SELECT * FROM kinwallet.verify_ledger()' 2>&1)"
	finding "indexes" "$(psql -XAt 2>&1 >/dev/null <<-'SQL'
		SELECT bt_index_parent_check(i.indexrelid, true, true)
		FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS a ON a.oid = c.relam
		WHERE c.relnamespace = 'kinwallet_data'::regnamespace AND c.relkind = 'i' AND a.amname = 'btree';
	SQL
	)"
	finding "heaps" "$(psql -XAt 2>&1 <<-'SQL'
		SELECT c.oid::regclass, h.* FROM pg_class AS c, verify_heapam(c.oid) AS h
		WHERE c.relnamespace = 'kinwallet_data'::regnamespace AND c.relkind = 'r';
	SQL
	)"
done

# Warnings are of leaked pins, snapshots and descriptors, class XX of internal
# errors, and by the order of locks no two single calls deadlock.
finding "server log" "$(grep -nE 'TRAP:|PANIC:|WARNING:|terminated by signal| (XX[0-9A-Z]{3}|40P01) ' "$tmp/run/server.log")"
echo "$findings findings"
exit $((findings > 0))
