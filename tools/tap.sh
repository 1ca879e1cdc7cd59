#!/bin/bash
#
# tap.sh DIR TREE SCRIPT...: runs scripts of TREE/test/tap.  They start servers
# themselves, so they run as the user who may, out of a copy: that user need
# not be able to read the tree.  DIR holds the private installation.
#
set -uo pipefail
dir=$1
tree=$2
shift 2

pgxs=$(dirname "$("$PG_CONFIG" --pgxs)")/../..
rm -rf "$dir/tap"
mkdir "$dir/tap" || exit
cp -R "$tree/test/tap/." "$dir/tap"
run=()
if [ "$(id -u)" -eq 0 ]; then
	chown -R postgres "$dir/tap"
	run=(runuser -u postgres --)
fi
cd "$dir/tap" || exit
"${run[@]}" env TESTDIR="$dir/tap" PG_REGRESS="$pgxs/src/test/regress/pg_regress" \
	prove --verbose -I "$pgxs/src/test/perl" -I . "$@"
