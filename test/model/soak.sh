#!/bin/bash
#
# soak.sh MINUTES: compares the extension with the model for so long, with fresh
# seeds, on a private server (see ../README.md).
#
set -uo pipefail
umask 022
cd "$(dirname "$0")/../.." || exit
unset MAKEFLAGS MFLAGS MAKELEVEL

minutes=${1:?usage: soak.sh MINUTES}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kinwallet-soak.XXXXXX") || exit
chmod 755 "$tmp"
trap 'bash tools/cluster.sh stop "$tmp"; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

bash tools/setup.sh "$tmp" || exit
eval "$(bash tools/cluster.sh env "$tmp")"
psql -Atqc 'SELECT version()' || exit

status=0
until=$(($(date +%s) + minutes * 60))
while [ "$(date +%s)" -lt $until ]; do
	test/model/run.py --seeds 1-2 --fresh 20 || status=1
	test/model/concurrent.py --seconds 15 || status=1
done
if grep -E 'PANIC:|TRAP:|WARNING:|was terminated by signal' "$tmp/run/server.log"; then
	status=1
fi
exit $status
