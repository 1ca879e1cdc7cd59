#!/bin/bash
#
# sanitize.sh [build]: runs every test on a PostgreSQL that checks itself, with
# assertions, AddressSanitizer and UndefinedBehaviorSanitizer in the server and
# in the extension.  "build" only makes the server.
#
# The server is made from Debian's source package, which is downloaded without
# touching the system's package lists.  KW_SANITIZE_CACHE names a directory
# (absolute) that keeps it for the next run; KW_PG_SOURCE an unpacked and
# unconfigured source to take instead.
#
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."
unset MAKEFLAGS MFLAGS MAKELEVEL

here=$PWD
cache=${KW_SANITIZE_CACHE:-}
if [ -z "$cache" ]; then
	cache=$(mktemp -d "${TMPDIR:-/tmp}/kinwallet-sanitize.XXXXXX")
	trap 'rm -rf "$cache"' EXIT
	trap 'exit 1' HUP INT TERM
fi
prefix=$cache/postgresql

# Leaks are for the process's end, where a backend frees nothing on purpose.
# PostgreSQL measures its stack by addresses, so that frames stay on it.
export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:abort_on_error=1:disable_coredump=1:allocator_may_return_null=1
export UBSAN_OPTIONS=print_stacktrace=1:abort_on_error=1:disable_coredump=1

# Downloads and unpacks the source package, the newest that is there: security
# updates are announced before every mirror has them.
download_source()
{
	local apt=$cache/apt
	local version options

	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/sources.list.d"
	: > "$apt/sources.list"
	# the archives that the system has its packages from, for sources
	sed 's/^Types:.*/Types: deb-src/' /etc/apt/sources.list.d/debian.sources > "$apt/sources.list.d/debian.sources" 2>/dev/null ||
		sed -n 's/^deb /deb-src /p' /etc/apt/sources.list > "$apt/sources.list"
	options=(-qq -o "Dir::Etc::SourceList=$apt/sources.list" -o "Dir::Etc::SourceParts=$apt/sources.list.d"
		-o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
	apt-get "${options[@]}" update
	for version in $(apt-cache "${options[@]}" showsrc postgresql-15 | sed -n 's/^Version: //p' | sort -urV); do
		if (cd "$cache" && apt-get "${options[@]}" source "postgresql-15=$version"); then
			return
		fi
	done
	echo "no source package of postgresql-15 could be downloaded" >&2
	return 1
}

build()
{
	local source=${KW_PG_SOURCE:-}
	local sanitizers='-fsanitize=address,undefined -fno-sanitize-recover=all'

	if [ -z "$source" ]; then
		compgen -G "$cache/postgresql-15*/configure" >/dev/null || download_source
		source=$(dirname "$(compgen -G "$cache/postgresql-15*/configure" | tail -n 1)")
	fi
	rm -rf "$cache/build"
	mkdir -p "$cache/build"
	cd "$cache/build"
	"$source/configure" --prefix="$prefix" --enable-cassert --enable-debug --enable-tap-tests \
		--without-icu --without-readline --without-zlib \
		CPPFLAGS="-DUSE_VALGRIND -I$here/tools/asan" \
		CFLAGS="-O1 -g -fno-omit-frame-pointer $sanitizers" LDFLAGS="$sanitizers"
	make -s -j"$(nproc)" install
	make -s -C contrib/amcheck install
	# pgTAP is SQL alone
	cp "$("${PG_CONFIG:-pg_config}" --sharedir)"/extension/pgtap* "$prefix/share/extension"
	rm -rf "$cache/build"
	touch "$prefix/complete"
}

bash tools/install-packages.sh
if [ ! -e "$prefix/complete" ]; then
	mkdir -p "$cache"
	echo "Building PostgreSQL with sanitizers in $cache"
	# not in a condition, where errexit has no effect
	set +e
	(set -e; build) > "$cache/build.log" 2>&1
	status=$?
	set -e
	if [ $status -ne 0 ]; then
		tail -n 50 "$cache/build.log" >&2
		exit 1
	fi
fi
[ "${1:-}" != build ] || exit 0

# Objects made with another server's headers would be taken as they are.
make -s clean >/dev/null
status=0
PG_CONFIG=$prefix/bin/pg_config make -s test || status=$?
make -s clean >/dev/null
exit $status
