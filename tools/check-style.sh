#!/bin/bash
#
# The rules of doc/design.md that a compiler does not know, each one a test in
# TAP.  Called by make with REGRESS and ISOLATION.
#
set -uo pipefail
cd "$(dirname "$0")/.." || exit

# The layers, lowest first, by the name of the source file without suffix.
# Includes never go up: a file may include headers of its own layer and below.
# A file that is not listed has no layer: that is an error.
layers='
1	compat errors args
2	wallet_amount wallet_amount_agg kinship_relation region_code citizen_id
3	clock version catalog catalog_tables policy plans_text plans seal_hash
4	rules rule_case spend_case spend_rules store_impl store store_rows store_write store_executor relation_state hold_state purchase clearing_scan clearing_parallel report_html report_svg seal_scan clearing_pair bulk store_find audit door duty duty_table acting
5	account explain transfer batch spend refund hold premium relation wallet sweep clearing clearing_month late_line notice calendar alarm prepayment report report_data seal seal_verify proposal
6	triggers parameter person kinwallet
'

number=0
failures=0

# check NAME PROBLEMS: a test that passes when there are no problems.
check()
{
	number=$((number + 1))
	if [ -z "$2" ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		# shellcheck disable=SC2001 # every line, not the first
		sed 's/^/# /' <<< "$2"
		failures=$((failures + 1))
	fi
}

includes_upward()
{
	awk -v layers="$layers" '
		function module(path)
		{
			sub(/^.*\//, "", path)
			sub(/\.[ch]$/, "", path)
			return path
		}
		BEGIN {
			n = split(layers, line, "\n")
			for (i = 1; i <= n; i++)
			{
				words = split(line[i], word, /[ \t]+/)
				for (j = 2; j <= words; j++)
					layer[word[j]] = word[1]
			}
			for (i = 1; i < ARGC; i++)
				if (!(module(ARGV[i]) in layer))
					print ARGV[i] ": not in the table of layers"
		}
		FNR == 1 {
			me = module(FILENAME)
		}
		# our own headers: the ones of PostgreSQL are no files of src/
		/^[ \t]*#[ \t]*include[ \t]*"/ {
			split($0, quoted, "\"")
			if (system("test -e src/" quoted[2]) != 0)
				next
			other = module(quoted[2])
			if (!(me in layer) || !(other in layer))
				next
			if (layer[other] > layer[me])
				print FILENAME ":" FNR ": includes " quoted[2] ", which is not below it"
		}' src/*.[ch]
}

# scheduled DIRECTORY SUFFIX LIST EXPECTED: files and list name the same tests,
# and each has its expected output.
scheduled()
{
	local directory=$1 suffix=$2 list=$3 expected=$4
	local name

	for name in "$directory"/*"$suffix"; do
		[ -e "$name" ] || continue
		name=$(basename "$name" "$suffix")
		[[ " $list " == *" $name "* ]] || echo "$directory/$name$suffix is not run: the Makefile does not list it"
	done
	for name in $list; do
		[ -e "$directory/$name$suffix" ] || echo "the Makefile lists $name: there is no $directory/$name$suffix"
		[ -e "$expected/$name.out" ] || echo "the Makefile lists $name: there is no $expected/$name.out"
	done
}

check "includes go down the layers only" "$(includes_upward)"
check "SPI_prepare in plans.c only" \
	"$(grep -nE '\bSPI_prepare' src/*.[ch] | grep -v '^src/plans\.c:')"
check "PG_VERSION_NUM in compat.h only" \
	"$(grep -n 'PG_VERSION_NUM' src/*.[ch] | grep -v '^src/compat\.h:')"
check "every source file is built" \
	"$(for file in src/*.c; do grep -qE "(^|[[:space:]=])$file([[:space:]]|\$)" Makefile || echo "$file is not in SRCS"; done)"
check "every regression test is run" "$(scheduled sql .sql "${REGRESS-}" expected)"
check "every isolation test is run" \
	"$(scheduled test/isolation/specs .spec "${ISOLATION-}" test/isolation/expected)"
check "doc/rules.md and the tests agree" "$(bash tools/check-rules.sh 2>&1)"
check "leaks and crashes are found in a server log" "$(bash tools/check-log.sh --test 2>&1)"
check "the versions agree" "$(bash tools/checkver.sh 2>&1 >/dev/null)"

echo "1..$number"
[ $failures -eq 0 ]
