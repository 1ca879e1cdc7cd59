#!/usr/bin/env python3
"""The benchmark of `make bench`: our functions beside the peers, interleaved.

Called by bench/run.sh with a private cluster in the environment (PGHOST ...).
Every variant runs once a round, A B C A B C ...; what is printed are medians
over rounds of the ratio of two variants in the same round, with minimum and
maximum, since neighbours on the machine come and go.  A run is void unless
verify_ledger() is empty after it.
"""
import os
import statistics
import subprocess
import sys
import time

QUICK = os.environ.get("QUICK") == "1"
BIG = os.environ.get("BIG") == "1"
ROUNDS = int(os.environ.get("ROUNDS", "3" if QUICK else "7"))
SECONDS = int(os.environ.get("SECONDS_EACH", "2" if QUICK else "5"))
CLIENTS = int(os.environ.get("CLIENTS", "4"))
PERSONS = int(os.environ.get("PERSONS", "20000" if QUICK else "100000"))
ONLY = os.environ.get("ONLY", "single batch clearing" + ("" if QUICK else " growth")).split()
DRAWS = int(os.environ.get("DRAWS", "1000000" if QUICK else "10000000"))
HERE = os.path.dirname(os.path.abspath(__file__))
TICK = os.sysconf("SC_CLK_TCK")
out = []


def say(line=""):
    print(line, flush=True)
    out.append(line)


def psql(db, *commands, variables=None, file=None):
    args = ["psql", "-X", "-q", "-A", "-t", "-d", db, "-v", "ON_ERROR_STOP=1"]
    for k, v in (variables or {}).items():
        args += ["-v", f"{k}={v}"]
    for c in commands:
        args += ["-c", c]
    if file:
        args += ["-f", file]
    done = subprocess.run(args, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"psql failed: {done.stderr}")
    return done.stdout.strip()


def cpu_seconds():
    """CPU of the server's processes so far, ended ones included."""
    with open(os.path.join(psql("postgres", "SHOW data_directory"), "postmaster.pid")) as f:
        postmaster = int(f.readline())
    total = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(pid) == postmaster:
            total += sum(int(x) for x in fields[11:15])
        elif int(fields[1]) == postmaster:
            total += sum(int(x) for x in fields[11:13])
    return total / TICK


def pgbench(script, seconds, clients, sync=False):
    """Run one pgbench; gives transactions a second, CPU us and WAL bytes each."""
    path = os.path.join(os.environ["BENCH_TMP"], "script.sql")
    with open(path, "w") as f:
        f.write(script)
    env = dict(os.environ, PGOPTIONS=f"-c synchronous_commit={'on' if sync else 'off'}")
    lsn = psql("bench", "SELECT pg_current_wal_insert_lsn()")
    cpu = cpu_seconds()
    args = ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-D", f"persons={PERSONS}", "-f", path, "bench"]
    done = subprocess.run(args, capture_output=True, text=True, env=env)
    cpu = cpu_seconds() - cpu
    if done.returncode != 0 or "aborted" in done.stderr:
        sys.exit(f"pgbench failed: {done.stderr}\n{script}")
    n = int([x for x in done.stdout.splitlines() if "actually processed" in x][0].split(":")[1].split("/")[0])
    tps = float([x for x in done.stdout.splitlines() if x.startswith("tps")][0].split()[2])
    wal = int(psql("bench", f"SELECT (pg_current_wal_insert_lsn() - '{lsn}')::bigint"))
    return {"tps": tps, "cpu": cpu / n * 1e6, "wal": wal / n}


PAIR = r"\set c 2 * random(1, :persons / 2) - 1" + "\n"
SINGLE = {
    "transfer": PAIR + "SELECT kinwallet.transfer(kinwallet.new_request_id(), :c, :c + 1, '0.01');",
    "spend": PAIR + "SELECT * FROM kinwallet.spend(kinwallet.new_request_id(), :c + 1, 'H37010000001', 'medical', '0.01');",
    "limit": PAIR + "WITH u AS (UPDATE lim.wallet SET available = available - 1, transfers = transfers + 1 WHERE person_id = :c RETURNING available)"
                    " INSERT INTO lim.journal (contributor, amount, balance) SELECT :c, 1, available FROM u;",
    "for_update": PAIR + "SELECT fu.transfer(gen_random_uuid(), :c, :c + 1, 1);",
    "careful": PAIR + "SELECT careful.transfer(gen_random_uuid(), :c, :c + 1, 1);",
    "typical": PAIR + "SELECT typical.transfer(gen_random_uuid(), :c, :c + 1, 0.01);",
    "tpcb": r"\set aid random(1, 100000 * :scale)" "\n" r"\set bid random(1, 1 * :scale)" "\n" r"\set tid random(1, 10 * :scale)" "\n"
            r"\set delta random(-5000, 5000)" "\n" "BEGIN;\nUPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;\n"
            "SELECT abalance FROM pgbench_accounts WHERE aid = :aid;\nUPDATE pgbench_tellers SET tbalance = tbalance + :delta WHERE tid = :tid;\n"
            "UPDATE pgbench_branches SET bbalance = bbalance + :delta WHERE bid = :bid;\n"
            "INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (:tid, :bid, :aid, :delta, CURRENT_TIMESTAMP);\nEND;",
}
TARGETS = {  # against whom: least ratio async, sync
    "pgledger": (8, 4), "careful": (2.5, 1.7), "typical": (4, 2.2), "limit": (.75, .92), "tpcb": (3.5, 2.5), "for_update": (None, None),
}


def interleave(variants, run):
    """Run every variant once a round, after one round that is thrown away."""
    results = {v: [] for v in variants}
    for n in range(ROUNDS + 1):
        for v in variants:
            r = run(v)
            if n > 0:
                results[v].append(r)
    return results


def ratios(results, a, b, key="tps"):
    pairs = [x[key] / y[key] for x, y in zip(results[a], results[b]) if y[key]]
    return statistics.median(pairs), min(pairs), max(pairs)


def median(results, v, key):
    return statistics.median(r[key] for r in results[v])


def check_ledger():
    found = psql("bench", "SELECT * FROM kinwallet.verify_ledger() LIMIT 5")
    if found:
        sys.exit(f"void: verify_ledger() found\n{found}")
    say("verify_ledger(): no row")
    say()


def single_calls(sync):
    say(f"## Single calls, {CLIENTS} clients, synchronous_commit = {'on' if sync else 'off'}, {ROUNDS} rounds of {SECONDS} s")
    say()
    results = interleave(SINGLE, lambda v: pgbench(SINGLE[v], SECONDS, CLIENTS, sync))
    say("| variant | tps | CPU us | WAL B | transfer against it (median, min..max) | target |")
    say("|---|---|---|---|---|---|")
    for v in SINGLE:
        m, lo, hi = ratios(results, "transfer", v)
        target = TARGETS.get(v, (None, None))[1 if sync else 0]
        say(f"| {v} | {median(results, v, 'tps'):.0f} | {median(results, v, 'cpu'):.1f} | {median(results, v, 'wal'):.0f} |"
            f" {m:.2f} ({lo:.2f}..{hi:.2f}) | {'' if target is None else f'>= {target}'} |")
    m, lo, hi = ratios(results, "spend", "transfer", "cpu")
    say()
    say(f"CPU of spend against transfer: {m:.2f} ({lo:.2f}..{hi:.2f}), target <= 1.3")
    check_ledger()


def batches():
    size = 8190
    arrays = ("WITH a AS MATERIALIZED (SELECT array_agg(kinwallet.new_request_id()) AS r, array_agg(c) AS c, array_agg(c + 1) AS p, array_agg(kinwallet.from_fen(1)) AS m"
              f" FROM (SELECT 2 * (1 + (random() * (:persons / 2 - 1))::bigint) - 1 AS c FROM generate_series(1, {size})) AS g)")
    ours = arrays + " SELECT count(*) FROM a, LATERAL kinwallet.transfer_batch(a.r, a.c, a.p, a.m) WHERE sqlstate = '00000';"
    credits = arrays + " SELECT kinwallet.credit_accounts(a.r, a.c, a.m) FROM a;"
    peer = ("WITH a AS MATERIALIZED (SELECT array_agg(gen_random_uuid()) AS r, array_agg(c) AS c, array_agg(c + 1) AS p, array_agg(1::bigint) AS m"
            f" FROM (SELECT 2 * (1 + (random() * (:persons / 2 - 1))::bigint) - 1 AS c FROM generate_series(1, {size})) AS g)"
            " SELECT careful.transfer_batch(a.r, a.c, a.p, a.m) FROM a;")
    say(f"## Batches of {size}, 2 clients, synchronous_commit = on")
    say()
    statements = {
        "transfer_batch": ours,
        "set-based SQL": peer,
        "credit_accounts": credits,
        "making the arrays": arrays + " SELECT cardinality(r), cardinality(c), cardinality(p), cardinality(m) FROM a;",
    }
    results = interleave(statements, lambda v: pgbench(statements[v], SECONDS, 2, True))
    for v in results:
        say(f"{v}: {median(results, v, 'tps') * size:.0f} items/s, {median(results, v, 'cpu') / size:.2f} us CPU, {median(results, v, 'wal') / size:.0f} B WAL each")
    m, lo, hi = ratios(results, "transfer_batch", "set-based SQL")
    say(f"transfer_batch against set-based SQL: {m:.1f} ({lo:.1f}..{hi:.1f}), target >= 4")
    m, lo, hi = ratios(results, "set-based SQL", "transfer_batch", "cpu")
    say(f"CPU of set-based SQL against transfer_batch: {m:.1f} ({lo:.1f}..{hi:.1f})")
    m, lo, hi = ratios(results, "making the arrays", "transfer_batch", "cpu")
    say(f"making the arrays, as a share of transfer_batch's CPU: {m:.3f} ({lo:.3f}..{hi:.3f})")
    check_ledger()


def clearing():
    """split() over a month of draws, against count(*) and GROUP BY."""
    psql("postgres", "DROP DATABASE IF EXISTS clearing", "CREATE DATABASE clearing")
    psql("clearing", file=os.path.join(HERE, "draws.sql"), variables={"draws": DRAWS})
    month = psql("clearing", "SELECT (date_trunc('month', now()) - interval '1 month')::date")
    leaf = "kinwallet_data.draw_" + month[:7].replace("-", "_")
    statements = {
        "split": f"SELECT kinwallet.split('{month}')",
        "count(*)": f"SELECT count(*) FROM {leaf}",
        "GROUP BY": f"SELECT payer_region, payee_region, scope, kind, count(*), sum(kinwallet.fen(amount)) FROM {leaf} GROUP BY 1, 2, 3, 4",
    }

    def run(v):
        start = time.monotonic()
        psql("clearing", "SET max_parallel_workers_per_gather = 0", "SET client_min_messages = warning", statements[v])
        return {"time": time.monotonic() - start}

    say(f"## Clearing {DRAWS:,} draws over 338 regions, serial plans")
    say()
    results = interleave(statements, run)
    for v in statements:
        say(f"{v}: {median(results, v, 'time') * 1000:.0f} ms")
    for other, target in (("count(*)", "<= 0.6"), ("GROUP BY", "<= 1/15")):
        m, lo, hi = ratios(results, "split", other, "time")
        say(f"split against {other}: {m:.3f} ({lo:.3f}..{hi:.3f}), target {target}")
    say()
    psql("postgres", "DROP DATABASE clearing")


def growth():
    """The same transfers at growing history."""
    sizes = [1_000_000] if QUICK else [1_000_000, 10_000_000] + ([100_000_000] if BIG else [])
    say("## Growth: transfer at rows of history")
    say()
    base = None
    for size in sizes:
        psql("postgres", "DROP DATABASE IF EXISTS bench", "CREATE DATABASE bench")
        psql("bench", file=os.path.join(HERE, "load.sql"), variables={"persons": PERSONS, "history": size})
        runs = [pgbench(SINGLE["transfer"], SECONDS, CLIENTS) for _ in range(3)]
        cpu = statistics.median(r["cpu"] for r in runs)
        tps = statistics.median(r["tps"] for r in runs)
        base = base or cpu
        say(f"{size:>11,}: {tps:.0f} tps, {cpu:.1f} us CPU, {cpu / base:.2f} of the first")
        check_ledger()


def main():
    say(f"# kinwallet benchmark, {time.strftime('%Y-%m-%d')}")
    say()
    say(f"{psql('postgres', 'SHOW server_version')}, {os.cpu_count()} cores, {PERSONS:,} persons; settings: "
        + psql("postgres", "SELECT string_agg(name || '=' || setting, ' ') FROM pg_settings WHERE name IN"
               " ('shared_buffers', 'fsync', 'full_page_writes', 'wal_level', 'autovacuum', 'max_wal_size')"))
    say()
    psql("postgres", "DROP DATABASE IF EXISTS bench", "CREATE DATABASE bench")
    psql("bench", file=os.path.join(HERE, "load.sql"), variables={"persons": PERSONS, "history": 1_000_000 if not QUICK else 100_000})
    for peer in ("limit", "for_update", "careful", "typical"):
        psql("bench", file=os.path.join(HERE, "peers", peer + ".sql"), variables={"persons": PERSONS})
    subprocess.run(["pgbench", "-i", "-q", "-s", "10", "bench"], capture_output=True, check=True)
    if os.environ.get("PGLEDGER_SQL"):
        psql("bench", file=os.environ["PGLEDGER_SQL"])
        psql("bench", file=os.path.join(HERE, "peers", "pgledger.sql"), variables={"persons": PERSONS})
        SINGLE["pgledger"] = (r"\set a random(1, :persons / 2)" "\n" r"\set b random(1, :persons / 2)" "\n"
                              "SELECT pl.transfer(:a, :b);")
    # the recipients need something to spend
    psql("bench", "SELECT count(*) FROM (SELECT array_agg(kinwallet.new_request_id()) AS r, array_agg(contributor) AS c,"
         " array_agg(recipient) AS p, array_agg('1000'::kinwallet.wallet_amount) AS m FROM kinwallet_data.relation) AS a,"
         " LATERAL kinwallet.transfer_batch(r, c, p, m)", "VACUUM", "CHECKPOINT")
    if "single" in ONLY:
        single_calls(False)
        single_calls(True)
    if "batch" in ONLY:
        batches()
    if "clearing" in ONLY:
        clearing()
    if "growth" in ONLY:
        growth()
    path = os.path.join(HERE, "results", time.strftime("%Y-%m-%d") + ("-quick" if QUICK else "") + ".md")
    with open(path, "w") as f:
        f.write("\n".join(out) + "\n")
    print(f"written: {os.path.relpath(path)}")


main()
