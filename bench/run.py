#!/usr/bin/env python3
"""The benchmark of `make bench`: our functions beside the peers, interleaved.

Called by bench/run.sh with a private cluster in the environment (PGHOST ...).
Every variant runs once a round, A B C A B C ...; what is printed are medians
over rounds of the ratio of two variants in the same round, with minimum and
maximum, since neighbours on the machine come and go.  A run is void unless
verify_ledger() is empty after it.
"""
import os
import time

from audit import audit
from calls import batches, instructions, load_peers, single_calls
from clearing import clearing
from common import HERE, PERSONS, QUICK, fill_relations, make_database, out, psql, say
from loads import contention, growth, memory, open_loop

SECTIONS = {  # growth comes last: it makes database bench anew
    "single": lambda: (single_calls(False), single_calls(True)),
    "batch": batches,
    "open": open_loop,
    "memory": memory,
    "instructions": instructions,
    "audit": audit,
    "contention": contention,
    "clearing": clearing,
    "growth": growth,
}
NEED_BENCH = {"single", "batch", "open", "memory", "instructions", "audit"}
ONLY = os.environ.get("ONLY", "single batch contention clearing" if QUICK else
                      "single batch open memory contention clearing growth").split()


def main():
    say(f"# kinwallet benchmark, {time.strftime('%Y-%m-%d')}")
    say()
    say(f"{psql('postgres', 'SHOW server_version')}, {os.cpu_count()} cores, {PERSONS:,} persons; load of the machine at the start"
        f" {os.getloadavg()[0]:.1f}; settings: "
        + psql("postgres", "SELECT string_agg(name || '=' || setting, ' ') FROM pg_settings WHERE name IN"
               " ('shared_buffers', 'huge_pages', 'fsync', 'full_page_writes', 'wal_level', 'autovacuum', 'max_wal_size')"))
    say()
    if NEED_BENCH & set(ONLY):
        make_database("bench", "load.sql", persons=PERSONS, history=1_000_000 if not QUICK else 100_000)
        load_peers()
        fill_relations()
    for name, section in SECTIONS.items():
        if name in ONLY:
            section()
    name = time.strftime("%Y-%m-%d") + ("-quick" if QUICK else "") + ("-" + "-".join(ONLY) if "ONLY" in os.environ else "")
    path = os.path.join(HERE, "results", name + ".md")
    with open(path, "w") as f:
        f.write("\n".join(out) + "\n")
    print(f"written: {os.path.relpath(path)}")


main()
