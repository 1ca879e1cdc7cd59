#!/bin/bash
#
# Upgrades with data, as a TAP stream.  An upgraded installation must have the
# objects of a fresh one: the same members with the same definitions, and the
# same tables (pg_dump of the schema).
#
#	- from each tagged version, once there are any;
#	- to a version made up here, one that adds a function: what library, SQL
#	  objects and ledger say in between, and that a delta which forgets
#	  something is found out;
#	- a dump and restore, and ledgers altered by hand, which must be found out.
#
# Runs on the server that PGHOST and so on name, builds with PG_CONFIG, and
# installs into the directory $1: what `make install` takes as DESTDIR.  It ends
# with this tree's version installed.
#
set -uo pipefail
cd "$(dirname "$0")/.." || exit
unset MAKEFLAGS MFLAGS MAKELEVEL
root=$1
if [ -z "${PG_CONFIG:-}" ]; then
	PG_CONFIG=/usr/lib/postgresql/15/bin/pg_config
	[ -x $PG_CONFIG ] || PG_CONFIG=pg_config
fi
export PG_CONFIG
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" kinwallet.control)
work=$(mktemp -d "${TMPDIR:-/tmp}/kinwallet-upgrade.XXXXXX") || exit
trap 'rm -rf "$work"' EXIT

number=0
failures=0

# check NAME EXPECTED FOUND
check()
{
	number=$((number + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		diff <(echo "$2") <(echo "$3") | head -n 40 | sed 's/^/# /'
		failures=$((failures + 1))
	fi
}

# run DATABASE SQL: its rows, or its error with the hint.
run()
{
	psql -XAtq -v ON_ERROR_STOP=1 -d "$1" -c "SET kinwallet.clock = '2026-01-10 10:00+08'" -c "$2" 2>&1
}

# install DIRECTORY: build it and put it where the server finds it.
install()
{
	make -C "$1" -s with_llvm=no COPT='-Wall -Wextra -Werror' >/dev/null &&
		make -C "$1" -s install with_llvm=no DESTDIR="$root" >/dev/null
}

# objects DATABASE: members of the extension with their definitions, and the
# tables of the ledger.  Partitions apart, whose number depends on the day.
objects()
{
	psql -XAtq -d "$1" <<-'SQL'
		SELECT pg_describe_object(d.classid, d.objid, d.objsubid) COLLATE "C",
			CASE d.classid
				WHEN 'pg_proc'::regclass THEN
					(SELECT concat_ws(' ', CASE WHEN p.prokind <> 'a' THEN md5(pg_get_functiondef(p.oid)) END,
						array(SELECT a::text FROM unnest(p.proacl) AS a ORDER BY 1)) FROM pg_proc AS p WHERE p.oid = d.objid)
				WHEN 'pg_operator'::regclass THEN
					(SELECT concat_ws(' ', o.oprcode, o.oprrest, o.oprjoin, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprcanmerge, o.oprcanhash)
					FROM pg_operator AS o WHERE o.oid = d.objid)
				WHEN 'pg_type'::regclass THEN
					(SELECT concat_ws(' ', t.typlen, t.typbyval, t.typalign, t.typstorage, t.typinput, t.typoutput, t.typreceive, t.typsend)
					FROM pg_type AS t WHERE t.oid = d.objid)
				WHEN 'pg_cast'::regclass THEN
					(SELECT concat_ws(' ', c.castfunc::regprocedure, c.castcontext, c.castmethod) FROM pg_cast AS c WHERE c.oid = d.objid)
			END,
			obj_description(d.objid, d.classid::regclass::text::name)
		FROM pg_depend AS d
		JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
		WHERE e.extname = 'kinwallet' AND d.deptype = 'e'
		ORDER BY 1;
		SELECT version, (SELECT extversion FROM pg_extension WHERE extname = 'kinwallet') FROM kinwallet_data.ledger;
	SQL
	pg_dump --schema-only --schema=kinwallet_data --exclude-table='kinwallet_data.*_20[0-9][0-9]_[01][0-9]' "$1" |
		sed -E '/^\\(un)?restrict /d; /^--/d; /^$/d'
}

# fresh DATABASE: an installation of what is there now.
fresh()
{
	createdb "$1" && run "$1" 'CREATE EXTENSION kinwallet' && run "$1" 'SELECT kinwallet.create_ledger()' >/dev/null
}

# fill DATABASE: a little of everything that money does.
fill()
{
	run "$1" "
		INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
			(1, '640299198003121018', 'A', '640200', 'employee', 'c1'), (2, '370199195206060054', 'B', '370100', 'resident', 'c2');
		INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
		SELECT kinwallet.open_wallet(1), kinwallet.open_wallet(2);
		SELECT kinwallet.credit_account(kinwallet.request_id_of('credit'), 1, '500.00');
		SELECT kinwallet.establish_relation(1, 2, 'parent');
		SELECT kinwallet.transfer(kinwallet.request_id_of('transfer'), 1, 2, '100.00');
		SELECT kinwallet.spend(kinwallet.request_id_of('spend'), 2, 'H37010000001', 'medical', '60.00');" > "$work/fill.log" ||
		cat "$work/fill.log"
}

# lives NAME DATABASE: what was posted before is known, and more can be.
lives()
{
	check "$1: all invariants hold" "" "$(run "$2" 'SELECT * FROM kinwallet.verify_ledger()')"
	check "$1: a retry of a transfer" t "$(run "$2" "SELECT kinwallet.transfer(kinwallet.request_id_of('transfer'), 1, 2, '100.00') = transfer_id
		FROM kinwallet_data.transfer")"
	check "$1: a new transfer" t "$(run "$2" "SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '1.00') > 0")"
	check "$1: and the invariants after it" "" "$(run "$2" 'SELECT * FROM kinwallet.verify_ledger()')"
}

# differs NAME DATABASE SQL: an alteration is seen.
differs()
{
	local before after

	before=$(objects "$2")
	run "$2" "$3" > "$work/alter.log" || cat "$work/alter.log"
	after=$(objects "$2")
	check "found out: $1" different "$([ "$before" = "$after" ] || echo different)"
}

install . || { echo "1..0"; exit 1; }

# The comparison itself: equal after a dump and restore, unequal after any change.
fresh upgrade_fresh
fill upgrade_fresh
pg_dump upgrade_fresh > "$work/dump.sql"
createdb upgrade_restored
psql -Xq -v ON_ERROR_STOP=1 -d upgrade_restored -f "$work/dump.sql" >/dev/null
fresh_objects=$(objects upgrade_fresh)
check "members and tables are many" yes "$([ "$(wc -l <<< "$fresh_objects")" -gt 500 ] && echo yes)"
check "a restored ledger is like a fresh one" "$fresh_objects" "$(objects upgrade_restored)"
lives "the restored ledger" upgrade_restored
differs "a default" upgrade_restored "ALTER TABLE kinwallet_data.wallet ALTER transfers SET DEFAULT 1"
differs "a column" upgrade_restored "ALTER TABLE kinwallet_data.draw ADD note text"
differs "an index" upgrade_restored "DROP INDEX kinwallet_data.hold_open"
differs "a constraint" upgrade_restored "ALTER TABLE kinwallet_data.hold DROP CONSTRAINT hold_amount"
differs "a trigger's state" upgrade_restored "ALTER TABLE kinwallet_data.wallet DISABLE TRIGGER wallet_guard"
differs "a member more" upgrade_restored "CREATE FUNCTION kinwallet.more() RETURNS int LANGUAGE sql RETURN 1; ALTER EXTENSION kinwallet ADD FUNCTION kinwallet.more()"
differs "a function's body" upgrade_restored "CREATE OR REPLACE FUNCTION kinwallet.more() RETURNS int LANGUAGE sql RETURN 2"
differs "a comment" upgrade_restored "COMMENT ON FUNCTION kinwallet.more() IS 'more'"
differs "a privilege" upgrade_restored "GRANT EXECUTE ON FUNCTION kinwallet.sweep() TO PUBLIC"

# A version made up: this tree with one function more, and two deltas to it, the second of which forgets the comment.
next=${version%.*}.$((${version##*.} + 1))
mkdir "$work/next"
cp -Rp Makefile kinwallet.control extension src "$work/next"
cp -p doc/*.md "$work/next" 2>/dev/null
(
	cd "$work/next" || exit
	rm -f extension/*.sql
	sed -i "s/^default_version.*/default_version = '$next'/" kinwallet.control
	echo "CREATE FUNCTION kinwallet.more() RETURNS integer LANGUAGE sql IMMUTABLE RETURN 1;" > delta.sql
	cp delta.sql forgetful.sql
	echo "COMMENT ON FUNCTION kinwallet.more() IS 'made up';" >> delta.sql
	cp delta.sql extension/parts/85_more.sql
)
fresh upgrade_forgetful
fill upgrade_forgetful
install "$work/next" || { echo "cannot build the made-up version"; failures=$((failures + 1)); }
directory=$root$("$PG_CONFIG" --sharedir)/extension
delta=$directory/kinwallet--$version--$next.sql
check "a newer library says what is missing" \
	"ERROR:  kinwallet's library has version $next, its SQL objects have version $version
HINT:  Run ALTER EXTENSION kinwallet UPDATE." "$(run upgrade_fresh "SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '1.00')")"
cp "$work/next/delta.sql" "$delta"
run upgrade_fresh "ALTER EXTENSION kinwallet UPDATE"
check "so does a newer extension of an older ledger" \
	"ERROR:  the ledger has version $version, kinwallet has version $next
HINT:  Call kinwallet.upgrade_ledger() as the ledger's owner." "$(run upgrade_fresh "SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '1.00')")"
check "the ledger is upgraded" "$next" "$(run upgrade_fresh 'SELECT kinwallet.upgrade_ledger()')"
check "twice is as good as once" "$next" "$(run upgrade_fresh 'SELECT kinwallet.upgrade_ledger()')"
fresh upgrade_next
next_objects=$(objects upgrade_next)
check "upgraded $version to $next, made up, is like fresh" "$next_objects" "$(objects upgrade_fresh)"
lives "the upgraded ledger" upgrade_fresh
cp "$work/next/forgetful.sql" "$delta"
run upgrade_forgetful "ALTER EXTENSION kinwallet UPDATE"
run upgrade_forgetful "SELECT kinwallet.upgrade_ledger()" >/dev/null
check "found out: a delta that forgets a comment" different "$([ "$next_objects" = "$(objects upgrade_forgetful)" ] || echo different)"
rm -f "$delta" "$directory/kinwallet--$next.sql"
install .
check "an older library says what is missing" \
	"ERROR:  kinwallet's library has version $version, its SQL objects have version $next
HINT:  Install kinwallet $next on the server, and connect again." "$(run upgrade_fresh "SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '1.00')")"

# From every version that was released.
fresh upgrade_now
now_objects=$(objects upgrade_now)
for tag in $(git tag --list 'v[0-9]*' 2>/dev/null); do
	mkdir "$work/$tag"
	git archive "$tag" | tar -x -C "$work/$tag"
	install "$work/$tag" || { check "$tag builds" yes no; continue; }
	fresh "upgrade_$tag"
	fill "upgrade_$tag"
	install .
	run "upgrade_$tag" "ALTER EXTENSION kinwallet UPDATE"
	run "upgrade_$tag" "SELECT kinwallet.upgrade_ledger()" >/dev/null
	check "upgraded from $tag is like fresh" "$now_objects" "$(objects "upgrade_$tag")"
	lives "the ledger of $tag" "upgrade_$tag"
done

echo "1..$number"
[ $failures -eq 0 ]
