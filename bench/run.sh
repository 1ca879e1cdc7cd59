#!/bin/bash
#
# make bench: a private cluster, the load, the runs, the table.
#	QUICK=1	within three minutes;  BIG=1	growth to 100 M rows
#	ONLY="single batch open memory instructions audit contention clearing growth"
#		some of the sections; audit and instructions (callgrind, if valgrind is
#		installed) only when asked for
#	ROUNDS, SECONDS_EACH, CLIENTS, PERSONS, DRAWS	the sizes
#	PGLEDGER_SQL=path	pgledger's install script, to compare with it: its vendored
#		ulid functions and pgledger.sql, in one file
#
set -euo pipefail
cd "$(dirname "$0")/.."
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kinwallet-bench.XXXXXX")
chmod 755 "$tmp"
trap 'bash tools/cluster.sh stop "$tmp/cluster" >/dev/null 2>&1; rm -rf "$tmp"' EXIT
bash tools/setup.sh "$tmp/cluster"
eval "$(bash tools/cluster.sh env "$tmp/cluster")"
# No full-page images: how many there are depends on the checkpoints, not on
# the variant.  The same settings for everybody.
psql -q -X -d postgres <<-SQL
	ALTER SYSTEM SET fsync = on;
	ALTER SYSTEM SET full_page_writes = off;
	ALTER SYSTEM SET shared_buffers = '${SHARED_BUFFERS:-4GB}';
	ALTER SYSTEM SET max_wal_size = '16GB';
	ALTER SYSTEM SET checkpoint_timeout = '1h';
	ALTER SYSTEM SET wal_level = replica;
SQL
bash tools/cluster.sh stop "$tmp/cluster" >/dev/null
bash tools/cluster.sh start "$tmp/cluster"
export BENCH_TMP=$tmp
python3 bench/run.py
