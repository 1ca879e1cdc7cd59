#!/bin/bash
#
# What doc/rules.md says of tests must be so.  Prints the problems; silence is
# good.
#
#	- each line of its table is well formed, and no ID has two;
#	- each file in the last column has the ID in the name of a test;
#	- a parameter is a column that create_ledger() makes;
#	- what is "not yet" has no test, or it would be said;
#	- each ID that code or tests mention is in the table.
#
# A test's name is, in pgTAP and TAP, a quoted string; in the others, which
# have no names, a comment or an \echo.
#
set -uo pipefail
cd "$(dirname "$0")/.." || exit

table=doc/rules.md
id_pattern='(POL|GOV|ACT|REL|WAL|QRY|TRF|QUO|USE|CLR|PRE|CP|PP|LR|EDGE|ROLE)-[0-9]{2}|C[1-8]|invariant [0-9]+|worked example'
status=0

problem()
{
	echo "$table: $*"
	status=1
}

# named ID FILE: does the file have a test of that name?
named()
{
	local name="\\b$1\\b"

	case $1 in
		'worked example')
			[[ $2 == */worked_example.sql ]]
			return
			;;
		invariant*)
			name+='|\binvariants 1 to 11\b'
			;;
	esac
	case $2 in
		test/pgtap/*.sql | test/tap/*.pl)
			grep -qE "['\"][^'\"]*($name)" < <(grep -vE '^[[:space:]]*(--|#)' "$2")
			;;
		sql/*.sql)
			grep -qE "$name" < <(grep -E '^[[:space:]]*(--|\\echo)' "$2")
			;;
		test/isolation/specs/*.spec)
			grep -qE "$name" < <(grep -E '^[[:space:]]*#' "$2")
			;;
		*)
			return 1
			;;
	esac
}

declare -A seen=()

while IFS= read -r line; do
	[[ $line == '| ID |'* || $line == '|---'* ]] && continue
	if [[ ! $line =~ ^\|\ ($id_pattern)\ \|\ ([^|]+)\ \|\ ([^|]+)\ \|\ ([^|]+)\ \|$ ]]; then
		problem "malformed line: $line"
		continue
	fi
	id=${BASH_REMATCH[1]}
	# the pattern of the ID has groups of its own
	tested=${BASH_REMATCH[${#BASH_REMATCH[@]} - 1]}
	[ -z "${seen[$id]-}" ] || problem "$id stands there twice"
	seen[$id]=yes

	case $tested in
		'parameter `'*)
			column=${tested#parameter \`}
			column=${column%%\`*}
			grep -qE "^	+${column#*.} " extension/parts/20_ledger.sql ||
				problem "$id: there is no column $column"
			;;
		'out of scope: '?* | 'background: '?*)
			;;
		'not yet: '?*)
			for file in test/pgtap/*.sql test/tap/*.pl sql/*.sql test/isolation/specs/*.spec; do
				[ -e "$file" ] || continue
				! named "$id" "$file" || problem "$id is \"not yet\", and $file has a test of it"
			done
			;;
		*)
			IFS=', ' read -ra files <<< "$tested"
			for file in "${files[@]}"; do
				if [ ! -e "$file" ]; then
					problem "$id: there is no file $file"
				elif ! named "$id" "$file"; then
					problem "$id: no test of $file has it in its name"
				fi
			done
			;;
	esac
done < <(grep '^|' "$table")

[ ${#seen[@]} -gt 0 ] || problem "has no table"

while IFS= read -r id; do
	[ -n "${seen[$id]-}" ] || problem "$id is mentioned in the sources and missing here"
done < <(grep -rhoE '\b(POL|GOV|ACT|REL|WAL|QRY|TRF|QUO|USE|CLR|PRE|CP|PP|LR|EDGE|ROLE)-[0-9]{2}\b' \
	--include='*.[ch]' --include='*.sql' --include='*.spec' --include='*.md' src extension/parts test/pgtap test/isolation/specs sql doc | sort -u)

exit $status
