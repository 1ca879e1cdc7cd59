#!/bin/bash
#
# demo.sh start|stop: a private PostgreSQL that runs the scripts of demo/, each
# in a new database of its own name, and stays for a look around.  There is one
# demo per user: starting it again replaces it.
#
set -uo pipefail
umask 022
cd "$(dirname "$0")/.." || exit
unset MAKEFLAGS MFLAGS MAKELEVEL

# The name of the running demo's directory.  Anybody may write to the temp
# folder, so only our own plain file is believed.
state=${TMPDIR:-/tmp}/kinwallet-demo.state.$(id -u)

running_demo()
{
	local dir

	[ -f "$state" ] && [ ! -L "$state" ] && [ -O "$state" ] || return
	dir=$(cat "$state")
	[[ $dir == */kinwallet-demo.?????? ]] && [ -d "$dir" ] && [ -O "$dir" ] || return
	echo "$dir"
}

stop_demo()
{
	local dir

	if dir=$(running_demo); then
		bash tools/cluster.sh stop "$dir" || exit
		rm -rf "$dir"
		echo "removed the demo in $dir"
	fi
	rm -f "$state"
}

start_demo()
{
	local dir script database

	stop_demo
	dir=$(mktemp -d "${TMPDIR:-/tmp}/kinwallet-demo.XXXXXX") || exit
	# Remembered before anything runs in it: a failed start can be stopped too.
	(set -o noclobber && echo "$dir" > "$state") || {
		rmdir "$dir"
		exit 1
	}
	echo "Building, and starting a private server in $dir"
	bash tools/setup.sh "$dir" || exit
	eval "$(bash tools/cluster.sh env "$dir")"

	for script in demo/worked_example.sql demo/month.sql; do
		database=$(basename "$script" .sql)
		echo
		echo "== $script, in database $database"
		createdb "$database" || exit
		psql -Xq -v ON_ERROR_STOP=1 -d "$database" -f "$script" || {
			echo "$script failed; the server stays: psql -h $PGHOST -U postgres $database, \`make demo-stop\`" >&2
			exit 1
		}
	done

	cat <<-EOF

		The demo's server runs in $dir, on no network. To look around:

		    psql -h $PGHOST -U postgres worked_example
		    psql -h $PGHOST -U postgres month

		and there, for example:

		    SET search_path = kinwallet, public;
		    SELECT * FROM wallet(1);             -- in month: wallet(171)
		    SELECT * FROM history(1);
		    SELECT * FROM clearing_pairs('2026-01-01', 'province');

		In database month, family 17 is the persons 171 (worker), 172 (spouse), 173 (parent), 174 (child), 175 (sibling),
		and so on up to family 25000. \`make demo-stop\` ends and removes the server.
	EOF
}

case ${1-} in
	start) start_demo ;;
	stop) stop_demo ;;
	*)
		echo "usage: demo.sh start|stop" >&2
		exit 2
		;;
esac
