#!/bin/bash
#
# fuzz.sh SECONDS: fuzzes the types' parsers for so long each, from the corpus
# of test/fuzz/corpus on, with libFuzzer, AddressSanitizer and
# UndefinedBehaviorSanitizer, then draws arguments for every SQL function
# (test/pgtap/arguments.sql) with a new seed.  Needs clang 14 or later.  New
# inputs stay in a temp directory, as does the one that failed; both are printed.
#
# fuzz.sh replay: gives the corpus to the same harnesses, by any compiler, and
# prints TAP.
#
set -uo pipefail
umask 022
cd "$(dirname "$0")/.." || exit

targets=(wallet_amount kinship_relation region_code citizen_id)
# as tools/setup.sh
pg_config=${PG_CONFIG:-/usr/lib/postgresql/15/bin/pg_config}
[ -x "$pg_config" ] || pg_config=$(command -v pg_config)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kinwallet-fuzz.XXXXXX") || exit
trap 'exit 1' HUP INT TERM

# build COMPILER TARGET FLAG...: without the server's -fwrapv, so that a signed
# overflow is a finding.
build()
{
	local compiler=$1 target=$2

	shift 2
	"$compiler" -g -O1 -fno-omit-frame-pointer -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter -Werror \
		-Isrc -isystem "$("$pg_config" --includedir-server)" "$@" \
		-o "$tmp/$target" "test/fuzz/$target.c" test/fuzz/stubs.c "src/$target.c"
}

replay()
{
	local target status=0 number=0
	local sanitizers='-fsanitize=address,undefined -fno-sanitize-recover=all'

	trap 'rm -rf "$tmp"' EXIT
	# some systems have the compiler without the sanitizers
	echo 'int main(void) { return 0; }' > "$tmp/try.c"
	# shellcheck disable=SC2086 # two words
	"${CC:-cc}" $sanitizers -o "$tmp/try" "$tmp/try.c" 2>/dev/null && "$tmp/try" || {
		echo "# no sanitizers here"
		sanitizers=
	}
	for target in "${targets[@]}"; do
		# shellcheck disable=SC2086
		build "${CC:-cc}" "$target" $sanitizers test/fuzz/replay.c || return
		# one plan for all
		"$tmp/$target" "test/fuzz/corpus/$target"/* > "$tmp/$target.tap" 2> "$tmp/$target.err" || {
			status=1
			sed 's/^/# /' "$tmp/$target.err"
			number=$((number + 1))
			echo "not ok $number - fuzz: $target fails at the input after the last that is ok"
		}
		while IFS= read -r line; do
			number=$((number + 1))
			echo "ok $number - fuzz: ${line#ok * - }"
		done < <(grep '^ok ' "$tmp/$target.tap")
	done
	echo "1..$number"
	return $status
}

fuzz()
{
	local seconds=$1
	local target findings=0

	for target in "${targets[@]}"; do
		build clang "$target" -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all || return
		mkdir "$tmp/$target.new"
		echo "== $target"
		# the names in the dictionary are those of the corpus: it is full of them
		(cd "$tmp" && UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_stack_use_after_return=0 \
			"./$target" -max_total_time="$seconds" -max_len="${MAX_LEN:-64}" -timeout=5 -print_final_stats=1 \
			"$tmp/$target.new" "$OLDPWD/test/fuzz/corpus/$target") > "$tmp/$target.log" 2>&1 || {
			findings=$((findings + 1))
			echo "FOUND:"
			tail -n 60 "$tmp/$target.log"
		}
		grep -E '^stat::(number_of_executed_units|new_units_added|peak_rss_mb)|DONE ' "$tmp/$target.log"
	done

	echo "== arguments"
	chmod 755 "$tmp"
	trap 'bash tools/cluster.sh stop "$tmp/cluster"; rm -rf "$tmp/cluster"' EXIT
	bash tools/setup.sh "$tmp/cluster" || return
	eval "$(bash tools/cluster.sh env "$tmp/cluster")"
	createdb arguments
	psql -Xqd arguments -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION kinwallet' -c 'CREATE EXTENSION pgtap' || return
	echo "seed ${SEED:=$RANDOM$RANDOM}"
	psql -XAtqd arguments -v seed="$SEED" -v rounds="$((seconds / 2 + 1))" -f test/pgtap/arguments.sql > "$tmp/arguments.log" 2>&1
	if grep -E '^not ok|^psql:|ERROR:' "$tmp/arguments.log" || ! grep -q "^ok" "$tmp/arguments.log"; then
		findings=$((findings + 1))
		echo "FOUND: see $tmp/arguments.log"
	fi
	grep -E '^# [0-9]+ calls' "$tmp/arguments.log"
	if bash tools/check-log.sh "$tmp/cluster/run/server.log"; then
		findings=$((findings + 1))
	fi
	echo "$findings findings; inputs and logs in $tmp"
	return $((findings > 0))
}

case ${1-} in
	replay) replay ;;
	[1-9]*) fuzz "$1" ;;
	*)
		echo "usage: fuzz.sh SECONDS | replay" >&2
		exit 2
		;;
esac
