#!/bin/bash
#
# Installs the Debian packages that building and testing need and that are
# missing.  Does nothing, and needs no privilege, when all are there.  With
# PG_CONFIG set, PostgreSQL itself is the caller's business.
#
set -euo pipefail

packages=(gcc libc6-dev make libtap-parser-sourcehandler-pgtap-perl libipc-run-perl python3 python3-psycopg2)
if [ -z "${PG_CONFIG:-}" ]; then
	packages+=(postgresql-15 postgresql-server-dev-15 postgresql-15-pgtap)
fi

# Elsewhere than on Debian the build says by itself what it lacks.
command -v dpkg-query >/dev/null || exit 0

missing=()
for package in "${packages[@]}"; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "packages are missing; as root: apt-get install ${missing[*]}" >&2
	exit 1
fi

echo "installing ${missing[*]}"

# A freshly installed server makes and starts a cluster of its own unless told
# not to.  Whoever has postgresql-common already has decided this.
common=/etc/postgresql-common
if [ ! -e $common/createcluster.conf ]; then
	mkdir -p $common
	echo "create_main_cluster = false" > $common/createcluster.conf
fi

export DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1

apt_install()
{
	apt-get install -qq --yes --no-install-recommends \
		-o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@" </dev/null
}

# The package lists may be absent, or older than the archive.
if ! apt_install --simulate "${missing[@]}" >/dev/null 2>&1 ||
	! apt_install "${missing[@]}" >/dev/null; then
	apt-get update -qq
	apt_install "${missing[@]}" >/dev/null
fi
