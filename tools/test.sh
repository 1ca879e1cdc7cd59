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

# what setup.sh builds with; later PG_CONFIG is the private server's own
build_config=${PG_CONFIG-}
passed=0
failed=0
finished=no
small=
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kinwallet-test.XXXXXX") || exit

finish()
{
	trap - EXIT
	bash tools/cluster.sh stop "$tmp"
	[ -z "$small" ] || umount --lazy "$small"
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

# before PG_CONFIG is that of the private installation, which has no headers
begin "fuzz corpus"
bash tools/fuzz.sh replay > "$tmp/fuzz.log" 2>&1
report_tap "fuzz corpus" "$tmp/fuzz.log" $?

begin "server"
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

if compgen -G 'test/tap/*.pl' >/dev/null; then
	begin "TAP (prove)"
	# a file system to fill, where the environment allows one
	mkdir "$tmp/small"
	if [ "$(id -u)" -eq 0 ] &&
		mount -t tmpfs -o "size=64m,mode=700,uid=$(id -u postgres)" tmpfs "$tmp/small" 2>/dev/null; then
		small=$tmp/small
	fi
	SMALL_FS=$small bash tools/tap.sh "$tmp" > "$tmp/tap.log" 2>&1
	report_tap TAP "$tmp/tap.log" $?
fi

# LONG=1: the tiers that take long.
if [ -n "${LONG-}" ]; then
	begin "upgrade (test/upgrade.sh)"
	PG_CONFIG=$build_config bash test/upgrade.sh "$tmp/root" > "$tmp/upgrade.log" 2>&1
	report_tap upgrade "$tmp/upgrade.log" $?

	begin "mutants (tools/mutants.sh)"
	PG_CONFIG=$build_config bash tools/mutants.sh 2>&1 | tee "$tmp/mutants.log"
	report mutants "$(grep -c '^caught ' "$tmp/mutants.log")" \
		$(($(find test/mutants -name '*.patch' | wc -l) - $(grep -c '^caught ' "$tmp/mutants.log")))

	begin "matrix (tools/matrix.sh)"
	bash tools/matrix.sh 2>&1 | tee "$tmp/matrix.log"
	summary=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$tmp/matrix.log" | tail -n 1)
	summary=${summary:-0 passed, 1 failed}
	report matrix "${summary%% *}" "$(sed -E 's/.*, ([0-9]+) failed/\1/' <<< "$summary")"
fi

# A backend that dies takes its neighbours along and may yet leave every test
# above satisfied; what a backend leaks only the log tells.  One log of our
# cluster, and one of each that TAP scripts have started.
begin "server log"
# Some scripts kill servers and fill disks.
logs=("$tmp/run/server.log")
killed=()
for log in "$tmp"/tap/tmp_check/log/*.log; do
	case $log in
		*/regress_log_* | */\**) ;;
		*/crash_* | */failover_* | */limits_* | */long_life_*) killed+=("$log") ;;
		*) logs+=("$log") ;;
	esac
done
bad=0
if bash tools/check-log.sh "${logs[@]}"; then
	bad=1
fi
if [ ${#killed[@]} -gt 0 ] && bash tools/check-log.sh --killed "${killed[@]}"; then
	bad=1
fi
report "server log" $((bad ? 0 : ${#logs[@]} + ${#killed[@]})) $bad

echo
finished=yes
