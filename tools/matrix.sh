#!/bin/bash
#
# Runs `make test` on the newer PostgreSQL versions, each on the Debian that
# has it, in a chroot; then pg_upgrade from 15 to each (test/pg_upgrade.sh).
# One line for each version, and as the last one "N passed, N failed"; the
# status is not zero when anything failed or could not be run.
#
#	MATRIX_DIR		where the chroots are kept for the next run (default: in the
#					temp folder); removing it is safe
#	MATRIX			what to run, as "suite:version ..." (default: all)
#	DEBIAN_MIRROR	the archive
#
# Needs root, debootstrap and leave to mount.  It does its mounts in a name
# space of its own: they, and the servers started in it, end with it, whatever
# ends it.
#
set -uo pipefail
umask 022
cd "$(dirname "$0")/.." || exit
unset MAKEFLAGS MFLAGS MAKELEVEL

dir=${MATRIX_DIR:-${TMPDIR:-/tmp}/kinwallet-matrix.$(id -u)}
matrix=${MATRIX:-trixie:17 forky:18}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

refuse()
{
	echo "matrix: $*"
	echo "0 passed, 1 failed"
	exit 1
}

if [ "${1-}" != --inside ]; then
	[ "$(id -u)" -eq 0 ] || refuse "making chroots needs root"
	if ! command -v debootstrap >/dev/null; then
		{ DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends debootstrap ||
			{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends debootstrap; }
		} </dev/null >/dev/null 2>&1 || refuse "debootstrap is missing and cannot be installed"
	fi
	isolated=(unshare --mount --pid --fork --kill-child --propagation private)
	"${isolated[@]}" mount -t tmpfs none /mnt 2>/dev/null ||
		refuse "mounting is not permitted here"
	mkdir -p "$dir" && [ -O "$dir" ] && [ ! -L "$dir" ] || refuse "cannot use $dir"
	exec "${isolated[@]}" bash tools/matrix.sh --inside
fi

exec 9> "$dir/lock"
flock -n 9 || refuse "another run uses $dir"

passed=0
failed=0

# enter SUITE COMMAND...: run in the chroot.
enter()
{
	local root=$dir/$1

	shift
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@" </dev/null 9>&-
}

# prepare SUITE VERSION: make the chroot, or take the one that is there, and
# bring its packages up to what is needed.
prepare()
{
	local suite=$1 version=$2
	local root=$dir/$suite
	local script=/usr/share/debootstrap/scripts/$suite

	# debootstrap may be older than the suite
	[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
	if [ ! -e "$root" ]; then
		rm -rf "$root.new"
		debootstrap --variant=minbase "$suite" "$root.new" "$mirror" "$script" 9>&- || return
		mv "$root.new" "$root" || return
	fi
	mount -t proc proc "$root/proc" &&
		mount --rbind /dev "$root/dev" &&
		mount -t tmpfs -o mode=1777 tmpfs "$root/tmp" || return

	# reach the archive as the host does
	apt-config dump Acquire > "$root/etc/apt/apt.conf.d/90host"
	cp -L /etc/resolv.conf "$root/etc/resolv.conf"
	# bookworm for PostgreSQL 15 alone, from which to upgrade: its newest minor release, as the host has
	printf 'deb %s %s main\n' "$mirror" "$suite" "$mirror" bookworm "${mirror%/}-security" bookworm-security > "$root/etc/apt/sources.list"
	printf 'Package: *\nPin: release n=bookworm*\nPin-Priority: 100\n' > "$root/etc/apt/preferences.d/bookworm"
	mkdir -p "$root/etc/postgresql-common"
	echo "create_main_cluster = false" > "$root/etc/postgresql-common/createcluster.conf"
	enter "$suite" sh -c "apt-get update -qq && apt-get install -qq --yes --no-install-recommends \
		gcc libc6-dev make git libtap-parser-sourcehandler-pgtap-perl libipc-run-perl python3-psycopg2 \
		postgresql-$version postgresql-server-dev-$version postgresql-$version-pgtap postgresql-15"
}

# total LOG: add up what a run says in its last lines, and print it.
total()
{
	local line

	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -n 1)
	[ -n "$line" ] || line="0 passed, 1 failed"
	echo "$line"
	passed=$((passed + ${line%% *}))
	line=${line#*, }
	failed=$((failed + ${line%% *}))
}

# the working tree as git sees it, without what was built; and 15's library
# for the old side of pg_upgrade
source=$(mktemp -d "$dir/source.XXXXXX") || exit
trap 'rm -rf "$source"' EXIT
trap 'exit 1' HUP INT TERM
git ls-files -z --cached --others --exclude-standard | while IFS= read -rd '' file; do
	[ ! -e "$file" ] || printf '%s\0' "$file"
done | tar --create --null --files-from=- | tar --extract --directory="$source" || refuse "cannot copy the working tree"
cp -R "$source" "$source.15" && (
	cd "$source.15" && make -s with_llvm=no PG_CONFIG=/usr/lib/postgresql/15/bin/pg_config COPT='-Wall -Wextra -Werror'
) > "$dir/build15.log" 2>&1 || echo "matrix: no library for PostgreSQL 15, see $dir/build15.log"
mkdir "$source/for15" && cp "$source.15/kinwallet.so" "$source/for15/"
rm -rf "$source.15"

for pair in $matrix; do
	suite=${pair%%:*}
	version=${pair#*:}
	config=/usr/lib/postgresql/$version/bin/pg_config
	if ! prepare "$suite" "$version" > "$dir/$suite.prepare.log" 2>&1; then
		tail -n 5 "$dir/$suite.prepare.log"
		echo "PostgreSQL $version: cannot make $suite's chroot, see $dir/$suite.prepare.log"
		failed=$((failed + 1))
		continue
	fi
	# in the chroot's temp folder, which is gone afterwards
	cp -R "$source" "$dir/$suite/tmp/kinwallet"
	enter "$suite" env PG_CONFIG="$config" LONG= make -C /tmp/kinwallet test > "$dir/$suite.log" 2>&1
	echo "PostgreSQL $version: $(total "$dir/$suite.log")"
	total "$dir/$suite.log" >/dev/null
	enter "$suite" bash /tmp/kinwallet/test/pg_upgrade.sh 15 "$version" > "$dir/$suite.upgrade.log" 2>&1
	echo "PostgreSQL 15 to $version by pg_upgrade: $(total "$dir/$suite.upgrade.log")"
	total "$dir/$suite.upgrade.log" >/dev/null
	grep -hE '^(not ok|-- .*[1-9][0-9]* failed|ok .*# SKIP)' "$dir/$suite.log" "$dir/$suite.upgrade.log"
done

[ $((passed + failed)) -gt 0 ] || failed=1
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
