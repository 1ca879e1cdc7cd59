#!/bin/bash
#
# The extension has version X.Y (control file), a release of it X.Y.Z
# (META.json, twice, and the newest heading of CHANGELOG.md): checks that they
# agree.
#
set -euo pipefail
cd "$(dirname "$0")/.."

# Prints what the sed script leaves, or a word that equals no version.
version()
{
	local found

	found=$(sed -nE "$1" "$2" | head -n 1)
	echo "${found:-missing}"
}

extension=$(version "s/^default_version *= *'(.*)'/\1/p" kinwallet.control)
release=$(version 's/^\t"version": "(.*)",?$/\1/p' META.json)
provided=$(version 's/^\t\t\t"version": "(.*)",?$/\1/p' META.json)
script=$(version 's/^\t\t\t"file": "(.*)",?$/\1/p' META.json)
changes=$(version 's/^## \[([0-9].*)\].*/\1/p' CHANGELOG.md)

status=0
expect()
{
	if [ "$2" != "$3" ]; then
		echo "$1 is $2, expected $3" >&2
		status=1
	fi
}

if ! [[ $release =~ ^$extension\.[0-9]+$ ]]; then
	echo "version of META.json is $release, expected $extension.Z as in the control file" >&2
	status=1
fi
expect "provided version of META.json" "$provided" "$release"
expect "provided file of META.json" "$script" "extension/kinwallet--$extension.sql"
expect "newest release of CHANGELOG.md" "$changes" "$release"

[ $status -eq 0 ] && echo "extension $extension, release $release"
exit $status
