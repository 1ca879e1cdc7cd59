#!/bin/bash
#
# A private PostgreSQL in one directory, for tests and demos:
#
#	cluster.sh start DIR	make it if need be, and start it
#	cluster.sh env DIR		print the shell commands that point clients at it
#	cluster.sh stop DIR		stop it; the directory stays
#
#	DIR/root	a copy of the installation that PG_CONFIG names, links for the
#				most part: `make install DESTDIR=DIR/root` reaches this server
#				and no other.  PostgreSQL finds its files relative to its binary.
#	DIR/bin		its programs
#	DIR/data	the data directory
#	DIR/run		socket and log, for the owner of the server only
#
# The server listens on no network.  As root it runs as user postgres.
#
set -euo pipefail
umask 022

case "${1-} ${2-}" in
	"start /"* | "env /"* | "stop /"*) ;;
	*)
		echo "usage: cluster.sh start|env|stop DIR (an absolute path)" >&2
		exit 2
		;;
esac
command=$1
dir=$2

as_owner()
{
	if [ "$(id -u)" -eq 0 ]; then
		(cd / && runuser -u postgres -- "$@")
	else
		"$@"
	fi
}

copy_installation()
{
	local pg_config=${PG_CONFIG:-pg_config}
	local bindir sharedir pkglibdir

	bindir=$("$pg_config" --bindir)
	sharedir=$("$pg_config" --sharedir)
	pkglibdir=$("$pg_config" --pkglibdir)

	mkdir -p "$dir/root$bindir" "$dir/root$sharedir/extension" "$dir/root$pkglibdir"
	# Links would lead the programs back to where they came from.
	cp "$bindir"/* "$dir/root$bindir"
	ln -s "$pkglibdir"/* "$dir/root$pkglibdir"
	ln -s "$sharedir"/extension/* "$dir/root$sharedir/extension"
	find "$sharedir" -mindepth 1 -maxdepth 1 ! -name extension \
		-exec ln -s -t "$dir/root$sharedir" {} +
	ln -s "root$bindir" "$dir/bin"
}

make_cluster()
{
	mkdir -m 700 "$dir/data" "$dir/run"
	if [ "$(id -u)" -eq 0 ]; then
		chown postgres "$dir/data" "$dir/run"
	fi

	as_owner "$dir/bin/initdb" -D "$dir/data" -U postgres -A trust -N \
		-E UTF8 --locale=C.UTF-8 >/dev/null
	cat >> "$dir/data/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$dir/run'
		fsync = off
		log_line_prefix = '%m [%p] %q%a '
	CONF
}

case $command in
	start)
		mkdir -p "$dir"
		chmod 755 "$dir"
		[ -e "$dir/bin" ] || copy_installation
		[ -e "$dir/data" ] || make_cluster
		as_owner "$dir/bin/pg_ctl" -D "$dir/data" -l "$dir/run/server.log" -w start >/dev/null || {
			cat "$dir/run/server.log" >&2
			exit 1
		}
		;;
	env)
		echo "unset PGSERVICE PGHOSTADDR PGOPTIONS PGPASSWORD"
		# shellcheck disable=SC2016 # PATH is the caller's
		printf 'export PGHOST=%q PGPORT=5432 PGUSER=postgres PGDATABASE=postgres PATH=%q:"$PATH"\n' \
			"$dir/run" "$dir/bin"
		;;
	stop)
		# pg_ctl signals the process that the data directory names, no other.
		if [ -e "$dir/data/postmaster.pid" ]; then
			as_owner "$dir/bin/pg_ctl" -D "$dir/data" -m fast -w stop >/dev/null ||
				as_owner "$dir/bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null
		fi
		;;
esac
