#!/usr/bin/env python3
"""Check a dump of a kinwallet ledger against exported seals.

    verify_seals.py SEALS DUMP...

SEALS is what the auditor was given and kept: one JSON object a line, as from
    psql -At -c "SELECT to_jsonb(s) FROM kinwallet.export_seals() AS s"
DUMP is a plain dump (pg_dump, any selection of tables, with COPY), or several.

Shares no code with the extension: doc/design.md ("Seals") is all that both
have in common.  Standard library only.  Ends with 0 if every month that the
dump has and that is sealed is as it was sealed, and the chain holds.
"""
import hashlib
import json
import re
import sys
from datetime import date, datetime, timedelta, timezone

FORMAT = 1
LEAVES = 1024
ZERO = bytes(32)
MASK = (1 << 64) - 1

# columns with the tags of their types; whose the fact is; what it is worth
FACTS = {
    "account_entry": ("entry_id b, person_id b, amount a, at z, request_id u, region r, month d, balance_after a, memo t",
                      "person_id", ["amount"]),
    "transfer": ("transfer_id b, relation_id b, contributor b, amount a, at z, request_id u, policy_id i, month d",
                 "contributor", ["amount"]),
    "spending": ("spending_id b, recipient b, personal_burden a, own_account a, mutual_aid a, hold_id b, at z, request_id u, "
                 "policy_id i, recipient_region r, payee_region r, month d, cover_year s, kind c, use c, allow_partial B, "
                 "provider t, reason t", "recipient", ["own_account", "mutual_aid"]),
    "draw": ("draw_id b, spending_id b, relation_id b, restores b, contributor b, recipient b, amount a, at z, payer_region r, "
             "payee_region r, recipient_region r, month d, position s, kind c, scope c, use c, place c, counts s",
             "contributor", ["amount"]),
    "refund": ("refund_id b, spending_id b, recipient b, amount a, at z, request_id u, month d, kind c", "recipient", ["amount"]),
    "return_": ("return_id b, relation_id b, contributor b, amount a, at z, contributor_region r, month d, kind c",
                "contributor", ["amount"]),
}
EPOCH_DAY = date(2000, 1, 1)
EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)
ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def number(value, size):
    return (value & ((1 << (8 * size)) - 1)).to_bytes(size, "big")


def text(value):
    data = value.encode()
    return number(len(data), 4) + data


def days(value):
    return (date.fromisoformat(value) - EPOCH_DAY).days


def microseconds(value):
    if value in ("infinity", "-infinity"):
        return (1 << 63) - 1 if value == "infinity" else -(1 << 63)
    m = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d(?::?\d\d)?(?::?\d\d)?)", value)
    if m is None:
        raise ValueError(f"no timestamp with time zone: {value}")
    at = datetime(*map(int, m.group(1, 2, 3, 4, 5, 6)), int((m[7] or "0").ljust(6, "0")), timezone.utc)
    if m[8] != "Z":
        h, mi, s = (re.findall(r"\d\d", m[8]) + ["0", "0"])[:3]
        offset = timedelta(hours=int(h), minutes=int(mi), seconds=int(s))
        at += offset if m[8][0] == "-" else -offset
    return (at - EPOCH) // timedelta(microseconds=1)


def fen(value):
    m = re.fullmatch(r"(-?)(\d+)\.(\d\d)", value)
    if m is None:
        raise ValueError(f"no amount: {value}")
    return int(m[1] + m[2] + m[3])


def canonical(tag, value):
    if value is None:
        return b"-"
    if tag == "t":
        return b"t" + text(value)
    if tag == "u":
        return b"u" + bytes.fromhex(value.replace("-", ""))
    if tag == "c":
        octal = re.fullmatch(r"\\([0-7]{3})", value)
        return b"c" + (number(int(octal[1], 8), 1) if octal else value.encode()[:1] or b"\0")
    if tag == "B":
        return b"B" + number(value == "t", 1)
    if tag == "a":
        return b"a" + number(fen(value), 8)
    if tag == "d":
        return b"d" + number(days(value), 4)
    if tag == "z":
        return b"z" + number(microseconds(value), 8)
    return tag.encode() + number(int(value), {"b": 8, "i": 4, "r": 4, "s": 2}[tag])


def unescape(field):
    if field == "\\N":
        return None
    return re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[1]), field)


def leaf_of(person):
    return ((person * 0x9E3779B97F4A7C15) & MASK) >> 54


def read_dump(path, tables):
    """Collect {(fact, month): [(id, at, person, fen, row)]} from the COPY blocks of a dump."""
    with open(path, encoding="utf-8", newline="\n") as dump:
        for line in dump:
            m = re.match(r'COPY kinwallet_data\."?(account_entry|transfer|spending|draw|refund|return_)((?:_\d{4,}_\d\d)?)"? \((.*)\) FROM stdin;', line)
            if m is None:
                continue
            fact = m[1]
            names = [c.strip().strip('"') for c in m[3].split(",")]
            columns = [c.split(" ") for c in FACTS[fact][0].split(", ")]
            if m[2]:
                tables.setdefault((fact, m[2].lstrip("_").replace("_", "-") + "-01"), [])
            for line in dump:
                if line == "\\.\n":
                    break
                row = dict(zip(names, map(unescape, line.rstrip("\n").split("\t"))))
                data = b"".join(canonical(tag, row[name]) for name, tag in columns)
                # the partition says the month, not the column: that is sealed like any other
                month = m[2].lstrip("_").replace("_", "-") + "-01" if m[2] else row["month"]
                tables.setdefault((fact, month), []).append((
                    int(row[columns[0][0]]), microseconds(row["at"]), int(row[FACTS[fact][1]]),
                    sum(fen(row[c]) for c in FACTS[fact][2]), number(len(data), 4) + data))


def digest_fact(fact, month, through, rows):
    head = number(FORMAT, 1) + text(fact) + number(days(month), 4) + number(days(through), 4)
    leaves = {}
    for _, _, person, _, data in sorted(rows, key=lambda r: (r[0], r[4])):
        leaf = leaf_of(person)
        if leaf not in leaves:
            leaves[leaf] = hashlib.sha256(b"L" + head + number(leaf, 2))
        leaves[leaf].update(data)
    nodes = [leaves[i].digest() if i in leaves else ZERO for i in range(LEAVES)]
    while len(nodes) > 1:
        nodes = [ZERO if a == b == ZERO else hashlib.sha256(b"N" + a + b).digest() for a, b in zip(nodes[::2], nodes[1::2])]
    count, total = len(rows), sum(r[3] for r in rows)
    return hashlib.sha256(b"F" + head + number(count, 8) + number(total, 8) + nodes[0]).digest(), count, total


def digest_seal(seal, facts):
    return hashlib.sha256(
        b"S" + number(FORMAT, 1) + number(seal["seal_no"], 8) + seal["kind"][0].encode() + number(days(seal["month"]), 4)
        + number(days(seal["through"]), 4) + number(microseconds(seal["sealed_at"]), 8) + text(seal["sealed_by"])
        + bytes.fromhex(seal["previous"]) + b"".join(facts)).hexdigest()


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__)
    with open(arguments[0], encoding="utf-8") as exported:
        seals = sorted((json.loads(line) for line in exported if line.strip()), key=lambda s: s["seal_no"])
    tables = {}
    for path in arguments[1:]:
        read_dump(path, tables)

    problems = []
    checked = skipped = 0
    before = None
    for seal in seals:
        name = f"seal {seal['seal_no']} of {seal['kind']} {seal['through'] if seal['kind'] == 'day' else seal['month'][:7]}"
        if before is not None and (before["seal_no"] + 1 != seal["seal_no"] or before["seal"] != seal["previous"]):
            problems.append(f"{name}: does not follow seal {before['seal_no']}")
        if before is None and seal["seal_no"] == 1 and bytes.fromhex(seal["previous"]) != ZERO:
            problems.append(f"{name}: the first seal follows another")
        before = seal
        if [f["fact"] for f in seal["facts"] or []] != list(FACTS):
            problems.append(f"{name}: not all fact tables")
            continue
        if digest_seal(seal, [bytes.fromhex(f["digest"]) for f in seal["facts"]]) != seal["seal"]:
            problems.append(f"{name}: is not the digest of what it says")
        end = microseconds(seal["through"] + " 00:00:00+08") + 86400 * 1000000
        for sealed in seal["facts"]:
            rows = tables.get((sealed["fact"], seal["month"]))
            if rows is None:
                skipped += 1
                continue
            if seal["kind"] == "day":
                rows = [r for r in rows if r[1] < end]
            digest, count, total = digest_fact(sealed["fact"], seal["month"], seal["through"], rows)
            checked += 1
            if digest.hex() != sealed["digest"]:
                problems.append(f"{name}: {sealed['fact']} differs: {sealed['rows']} rows of {sealed['fen']} fen sealed, "
                                f"{count} of {total} in the dump")
    for problem in problems:
        print(problem)
    print(f"{len(seals)} seals, {checked} tables checked, {skipped} not in the dump, {len(problems)} problems")
    return 1 if problems or not checked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
