#!/bin/bash
#
# Runs every tier of tests (test/README.md) on a private cluster and counts
# them.  The last line is "N passed, N failed"; the status is not zero when
# anything failed, the server crashed, or a tier had nothing to run.  Called by
# `make test` with REGRESS and ISOLATION.
#
set -uo pipefail
umask 022
cd "$(dirname "$0")/.." || exit

# Called by make, but not a part of its run: the outer make's flags would
# reach the inner ones.
unset MAKEFLAGS MFLAGS MAKELEVEL

passed=0
failed=0
finished=no
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kinwallet-test.XXXXXX") || exit

finish()
{
	trap - EXIT
	bash tools/cluster.sh stop "$tmp"
	rm -rf "$tmp"
	# Leaving early is a failure, whatever has been counted so far.
	[ $finished = yes ] || failed=$((failed + 1))
	echo "$passed passed, $failed failed"
	exit $((failed > 0))
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

begin()
{
	echo
	echo "== $1"
}

# report NAME PASSED FAILED: adds up a tier.
report()
{
	local name=$1 ok=$2 bad=$3

	if [ $((ok + bad)) -eq 0 ]; then
		echo "$name: nothing was run"
		bad=1
	fi
	echo "-- $name: $ok passed, $bad failed"
	passed=$((passed + ok))
	failed=$((failed + bad))
}

# report_regress NAME LOG DIFFS TEST...: counts what pg_regress reports (TAP as
# of PostgreSQL 16).  A listed test without an "ok" has failed, however it ended.
report_regress()
{
	local name=$1 log=$2 diffs=$3
	local ok

	shift 3
	ok=$(grep -cE '\.\.\. ok +[0-9]+ ms|^ok [0-9]+ ' "$log")
	if [ "$ok" -lt $# ] && [ -e "$diffs" ]; then
		cat "$diffs"
	fi
	report "$name" "$ok" $(($# - ok))
}

# report_tap NAME LOG STATUS: counts the assertions of a TAP stream, or of what
# `prove --verbose` makes of several.  Prove says for each bad script how many
# assertions it misses, those that never ran included; a script that died after
# its last one, or before its first, counts as one.
report_tap()
{
	local name=$1 log=$2 status=$3
	local ok bad todo missed

	ok=$(grep -cE '^ok [0-9]+' "$log")
	bad=$(grep -cE '^not ok [0-9]+' "$log")
	todo=$(grep -ciE '^not ok [0-9]+.*# todo' "$log")
	missed=$(sed -nE 's/^Failed ([0-9]+)\/[0-9]+ subtests.*/\1/p
		s/^(All [0-9]+ subtests passed|No subtests run).*/1/p' "$log" |
		awk '{ sum += $1 } END { print sum + 0 }')
	ok=$((ok + todo))
	bad=$((bad - todo))
	if [ "$missed" -gt "$bad" ]; then
		bad=$missed
	elif [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
		bad=1
	fi
	# All of it where something is wrong, the harness's summary otherwise.
	if [ "$bad" -gt 0 ]; then
		cat "$log"
	else
		grep -vE '^(ok|not ok|#|[0-9]+\.\.[0-9]+)|^ ' "$log"
	fi
	report "$name" "$ok" "$bad"
}

begin "style"
bash tools/check-style.sh > "$tmp/style.log" 2>&1
report_tap style "$tmp/style.log" $?

begin "build"
bash tools/setup.sh "$tmp" || exit
eval "$(bash tools/cluster.sh env "$tmp")"
export PG_CONFIG=$tmp/bin/pg_config
psql -Atqc 'SELECT version()' || exit

begin "regression (pg_regress)"
# shellcheck disable=SC2086 # lists of words
{
	rm -rf regression.diffs output_iso
	make -s installcheck ISOLATION= 2>&1 | tee "$tmp/regress.log"
	report_regress regression "$tmp/regress.log" regression.diffs ${REGRESS-}

	begin "isolation (pg_isolation_regress)"
	make -s installcheck REGRESS= 2>&1 | tee "$tmp/isolation.log"
	report_regress isolation "$tmp/isolation.log" output_iso/regression.diffs ${ISOLATION-}
}

begin "pgTAP (pg_prove)"
createdb pgtap || exit
psql -Xqd pgtap -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION kinwallet' -c 'CREATE EXTENSION pgtap' || exit
pg_prove --verbose --dbname pgtap test/pgtap/*.sql > "$tmp/pgtap.log" 2>&1
report_tap pgTAP "$tmp/pgtap.log" $?

begin "model (test/model)"
test/model/run.py --seeds 1-"${MODEL_SEEDS:-84}" --fresh 1 > "$tmp/model.log" 2>&1
report_tap model "$tmp/model.log" $?
grep -E '^# [0-9]+ operations' "$tmp/model.log"
test/model/concurrent.py --seconds 10 > "$tmp/concurrent.log" 2>&1
report_tap 'concurrent sessions' "$tmp/concurrent.log" $?
grep -E '^# seed|# SKIP' "$tmp/concurrent.log"

# These start servers themselves, so they run as the user who may.  That user
# need not be able to read this tree.
if compgen -G 'test/tap/*.pl' >/dev/null; then
	begin "TAP (prove)"
	pgxs=$(dirname "$("$PG_CONFIG" --pgxs)")/../..
	mkdir "$tmp/tap"
	cp -R test/tap/. "$tmp/tap"
	run=()
	if [ "$(id -u)" -eq 0 ]; then
		chown -R postgres "$tmp/tap"
		run=(runuser -u postgres --)
	fi
	(
		cd "$tmp/tap" &&
			"${run[@]}" env TESTDIR="$tmp/tap" PG_REGRESS="$pgxs/src/test/regress/pg_regress" \
				prove --verbose -I "$pgxs/src/test/perl" -I . ./*.pl
	) > "$tmp/tap.log" 2>&1
	report_tap TAP "$tmp/tap.log" $?
fi

# A backend that dies takes its neighbours along and may yet leave every test
# above satisfied.
begin "server log"
if grep -E 'PANIC:|TRAP:|was terminated by signal' "$tmp/run/server.log"; then
	report "server log" 0 1
else
	report "server log" 1 0
fi

echo
finished=yes
