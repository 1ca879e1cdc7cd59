#!/bin/bash
#
# Plants the bugs of test/mutants one by one and runs the test that is to
# catch each.  A bug that no test notices has survived, and that is a failure;
# so is a patch that does not apply any more, or does not compile.  Called by
# `make mutants`, with the names of patches as arguments for some of them only.
# The last line is "N caught, N survived".
#
# A patch begins with two lines:
#
#	Mutant: what is wrong
#	Caught-by: regress|isolation|pgtap|tap NAME
#
set -uo pipefail
umask 022
cd "$(dirname "$0")/.." || exit
unset MAKEFLAGS MFLAGS MAKELEVEL

caught=0
survived=0
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kinwallet-mutants.XXXXXX") || exit

finish()
{
	trap - EXIT
	bash tools/cluster.sh stop "$tmp"
	rm -rf "$tmp"
	echo "$caught caught, $survived survived"
	exit $((survived > 0 || caught == 0))
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# install LOG: builds the copy and puts it into the private server.
install()
{
	(
		export PG_CONFIG=$builder
		make -s -C "$tree" with_llvm=no COPT=-w && make -s -C "$tree" install with_llvm=no DESTDIR="$tmp/root"
	) > "$1" 2>&1
}

# The server is the tests' own: what a mutant leaves behind goes with the
# databases, and one that crashes the server does not stop the next.
clean()
{
	bash tools/cluster.sh start "$tmp" > /dev/null 2>&1
	psql -AtXqd template1 -c "SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database
		WHERE datname NOT IN ('postgres', 'template0', 'template1')" | psql -Xqd template1
	psql -AtXqd template1 -c "SELECT format('DROP ROLE %I', rolname) FROM pg_roles
		WHERE rolname <> 'postgres' AND rolname !~ '^pg_'" | psql -Xqd template1
}

# run KIND NAME LOG: runs one test against what is installed.
run()
{
	local log=$3

	case $1 in
		regress)
			make -s -C "$tree" installcheck ISOLATION= REGRESS="$2" > "$log" 2>&1
			;;
		isolation)
			make -s -C "$tree" installcheck REGRESS= ISOLATION="$2" > "$log" 2>&1
			;;
		pgtap)
			createdb mutant &&
				psql -Xqd mutant -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION kinwallet' -c 'CREATE EXTENSION pgtap' &&
				pg_prove --dbname mutant "$tree/test/pgtap/$2.sql" > "$log" 2>&1
			;;
		tap)
			bash tools/tap.sh "$tmp" "$2.pl" > "$log" 2>&1
			;;
		*)
			echo "unknown kind of test: $1" > "$log"
			return 99
			;;
	esac
}

builder=${PG_CONFIG:-/usr/lib/postgresql/15/bin/pg_config}
tree=$tmp/tree
mkdir "$tree"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$tree" || exit
bash tools/setup.sh "$tmp" || exit
eval "$(bash tools/cluster.sh env "$tmp")"
export PG_CONFIG=$tmp/bin/pg_config
chmod -R a+rX "$tree"

patches=()
for name in "${@:-}"; do
	patches+=(test/mutants/${name:-*}.patch)
done

# A test that fails without the bug would catch anything.
sed -n 's/^Caught-by: //p' ${patches[@]} | sort -u > "$tmp/tests"
install "$tmp/build.log" || { cat "$tmp/build.log"; exit 1; }
while read -r kind name; do
	clean
	run "$kind" "$name" "$tmp/test.log" < /dev/null || {
		cat "$tmp/test.log"
		echo "$kind $name fails as it is"
		exit 1
	}
done < "$tmp/tests"

for patch in ${patches[@]}; do
	mutant=$(sed -n 's/^Mutant: //p' "$patch")
	read -r kind name <<< "$(sed -n 's/^Caught-by: //p' "$patch")"
	clean
	if ! patch -sp1 -d "$tree" < "$patch" > "$tmp/test.log" 2>&1 || ! install "$tmp/test.log"; then
		cat "$tmp/test.log"
		echo "BROKEN    $(basename "$patch" .patch): $mutant"
		survived=$((survived + 1))
	elif run "$kind" "$name" "$tmp/test.log"; then
		echo "SURVIVED  $(basename "$patch" .patch): $mutant ($kind $name)"
		survived=$((survived + 1))
	else
		echo "caught    $(basename "$patch" .patch): $mutant ($kind $name)"
		caught=$((caught + 1))
	fi
	# only what the patch names: the rest stays built
	grep '^+++ b/' "$patch" | sed 's,^+++ b/,,' | while read -r file; do
		cp "$file" "$tree/$file"
		rm -f "$tree/$file.orig" "$tree/$file.rej"
	done
done
