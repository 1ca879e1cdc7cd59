#!/bin/bash
#
# tap.sh DIR [SCRIPT...]: runs the scripts of test/tap, or those that are named.
# They start servers themselves, so they run as the user who may, out of a copy:
# that user need not be able to read this tree.  PG_CONFIG names the private
# installation in DIR.
#
set -uo pipefail
cd "$(dirname "$0")/.." || exit
dir=$1
shift

pgxs=$(dirname "$("$PG_CONFIG" --pgxs)")/../..
rm -rf "$dir/tap"
mkdir "$dir/tap" || exit
cp -R test/tap/. tools/verify_seals.py doc/security.md "$dir/tap"
run=()
if [ "$(id -u)" -eq 0 ]; then
	chown -R postgres "$dir/tap"
	run=(runuser -u postgres --)
fi
cd "$dir/tap" || exit
[ $# -gt 0 ] || set -- ./*.pl
"${run[@]}" env TESTDIR="$dir/tap" SMALL_FS="${SMALL_FS-}" PG_REGRESS="$pgxs/src/test/regress/pg_regress" \
	prove --verbose -I "$pgxs/src/test/perl" -I . "$@"
