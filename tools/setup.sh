#!/bin/bash
#
# setup.sh DIR: what tests and the demo have in common.  Installs missing
# packages, builds with all warnings as errors, starts a private cluster in
# DIR and installs the extension into it; the system's PostgreSQL stays as it is.
#
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."
dir=$1

bash tools/install-packages.sh

# PG_CONFIG overrides; Debian has its versions side by side and 15 is ours.
if [ -z "${PG_CONFIG:-}" ]; then
	PG_CONFIG=/usr/lib/postgresql/15/bin/pg_config
	[ -x $PG_CONFIG ] || PG_CONFIG=pg_config
fi
export PG_CONFIG

# Stay silent unless it fails: a caller's last line is a result.
make -s with_llvm=no COPT='-Wall -Wextra -Werror'
bash tools/cluster.sh start "$dir"
make -s install with_llvm=no DESTDIR="$dir/root" >/dev/null
