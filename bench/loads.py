"""Growing history, contention, latency at a given rate, and memory."""
import os
import statistics
import threading
import time

from clearing import split_growth
from common import (BIG, CLIENTS, HERE, PAIR, PERSONS, QUICK, SECONDS, SPEND, TRANSFER, check_ledger, fill_relations, latencies,
                    make_database, percentile, pgbench, psql, say)


def growth():
    """The same calls at growing history."""
    sizes = [100_000, 1_000_000] if QUICK else [1_000_000, 10_000_000] + ([100_000_000] if BIG else [])
    say("## Growth: calls at rows of history")
    say()
    base = {}
    for size in sizes:
        make_database("bench", "load.sql", persons=PERSONS, history=size)
        fill_relations()
        for call, script in (("transfer", PAIR + TRANSFER), ("spend", PAIR + SPEND)):
            pgbench(script, SECONDS, CLIENTS)
            runs = [pgbench(script, SECONDS, CLIENTS) for _ in range(3)]
            cpu = statistics.median(r["cpu"] for r in runs)
            tps = statistics.median(r["tps"] for r in runs)
            base.setdefault(call, cpu)
            say(f"{size:>11,}: {call} {tps:.0f} tps, {cpu:.1f} us CPU, {cpu / base[call]:.2f} of the first (target <= 1.2)")
        check_ledger()
    split_growth()


PAYS = "SELECT kinwallet.transfer(kinwallet.new_request_id(), :c, :p, '0.01');"
CONTENTION = {  # :c pays to :p; see contention.sql for who may pay to whom
    "uniform": PAIR + TRANSFER,
    "zipf contributors": r"\set c 2 * random_zipfian(1, :persons / 2, 1.2) - 1" "\n" + TRANSFER,
    "10 hot contributors": r"\set c 2 * random(1, 10) - 1" "\n" + TRANSFER,
    "10 hot recipients": r"\set c 2 * random(11, :persons / 2) - 1" "\n" r"\set p 2 * (:c / 2 % 10 + 1)" "\n" + PAYS,
    "hot recipients, half of it spent": r"\set c 2 * random(11, :persons / 2) - 1" "\n" r"\set p 2 * (:c / 2 % 10 + 1)" "\n" + PAYS
                                        + "\nSELECT * FROM kinwallet.spend(kinwallet.new_request_id(), :p, 'H37010000001', 'medical', '0.01');",
    "10 mutual pairs": r"\set c random(1, 20)" "\n" r"\set p :c + :c % 2 * 2 - 1" "\n" + PAYS,
}


def contention():
    """16 clients at what hurts."""
    persons = 400 if QUICK else 2000
    make_database("contention", "load.sql", persons=persons, history=0)
    psql("contention", file=os.path.join(HERE, "contention.sql"), variables={"persons": persons})
    for sync in (False, True):
        say(f"## Contention, 16 clients, synchronous_commit = {'on' if sync else 'off'}, {SECONDS} s each")
        say()
        say("| load | transactions/s | p50 ms | p99 ms | longest ms |")
        say("|---|---|---|---|---|")
        for name, script in CONTENTION.items():
            tps, times = latencies("contention", script, SECONDS, 16, sync=sync, persons=persons)
            say(f"| {name} | {tps:.0f} | {percentile(times, 50):.2f} | {percentile(times, 99):.2f} | {times[-1]:.1f} |")
        say()
    say(f"deadlocks: {psql('contention', 'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()')}")
    check_ledger("contention")
    psql("postgres", "DROP DATABASE contention")


def open_loop():
    """Transfers that arrive at a rate, whether the last one is done or not."""
    say("## Open loop: transfers at a rate, 16 connections, synchronous_commit = on; latency from the scheduled start")
    say()
    best, _ = latencies("bench", PAIR + TRANSFER, SECONDS, 16, sync=True)
    say(f"closed loop: {best:.0f}/s")
    say()
    say("| rate/s | of the closed loop | done/s | p50 ms | p99 ms | longest ms |")
    say("|---|---|---|---|---|---|")
    for part in (.25, .5, .75, .9):
        tps, times = latencies("bench", PAIR + TRANSFER, 2 * SECONDS, 16, f"--rate={best * part:.0f}", sync=True)
        say(f"| {best * part:.0f} | {part:.0%} | {tps:.0f} | {percentile(times, 50):.2f} | {percentile(times, 99):.2f} | {times[-1]:.1f} |")
    say()
    check_ledger()


def private_kib(pid):
    """Memory of a process that it shares with nobody."""
    try:
        with open(f"/proc/{pid}/status") as f:
            return int([x for x in f if x.startswith("RssAnon")][0].split()[1])
    except (OSError, IndexError):
        return 0


def peak_of(db, application, statements):
    """Run statements in one session; gives its peak of private memory in MiB above its start, and what was printed."""
    peak = [0, 0]
    done = threading.Event()

    def watch():
        pid = ""
        while not pid and not done.is_set():
            pid = psql(db, f"SELECT pid FROM pg_stat_activity WHERE application_name = '{application}'").split("\n")[0]
        while not done.is_set():
            now = private_kib(pid)
            peak[0] = peak[0] or now
            peak[1] = max(peak[1], now)
            time.sleep(.002)

    watcher = threading.Thread(target=watch)
    watcher.start()
    text = psql(db, f"SET application_name = '{application}'", "SELECT pg_sleep(1)", *statements)
    done.set()
    watcher.join()
    return (peak[1] - peak[0]) / 1024, text


def memory():
    """A backend's own memory: flat over many calls, and the peaks of the large ones."""
    calls = 100_000 if QUICK else 1_000_000
    say("## Memory of a backend")
    say()
    contexts = "SELECT sum(total_bytes) FROM pg_backend_memory_contexts"
    some = ("DO $$ BEGIN FOR i IN 1..{n} LOOP PERFORM kinwallet.transfer(kinwallet.new_request_id(), c, c + 1, '0.01')"
            " FROM (SELECT 2 * (i % {pairs}) + 1 AS c) AS x; COMMIT; END LOOP; END $$").format(n=calls // 10, pairs=PERSONS // 2)
    peak, text = peak_of("bench", "memory of transfer", ["SET synchronous_commit = off", some, contexts] + [some, contexts] * 9)
    sizes = [int(x) for x in text.split()]
    say(f"transfer: memory contexts of {sizes[0]:,} bytes after {calls // 10:,} calls, {sizes[-1]:,} after {calls:,}; peak of {peak:.1f} MiB")
    for size in (1000, 8190, 100_000):
        batch = ("SELECT count(*) FROM (SELECT array_agg(kinwallet.new_request_id()) AS r, array_agg(c) AS c, array_agg(c + 1) AS p,"
                 f" array_agg(kinwallet.from_fen(1)) AS m FROM (SELECT 2 * (i % {PERSONS // 2}) + 1 AS c FROM generate_series(1, {size}) AS i) AS g) AS a,"
                 " LATERAL kinwallet.transfer_batch(a.r, a.c, a.p, a.m)")
        peak, _ = peak_of("bench", "memory of a batch", [batch])
        say(f"transfer_batch of {size:,}, arrays and result included: peak of {peak:.1f} MiB, target <= 64")
    check_ledger()
    make_database("clearing", "draws.sql", draws=1_000_000, beside=0)
    month = psql("clearing", "SELECT month FROM kinwallet_data.clearing_month")
    peak, _ = peak_of("clearing", "memory of split", [f"SELECT kinwallet.split('{month}')"])
    say(f"split of 1,000,000 draws over all pairs: peak of {peak:.1f} MiB, target <= 64")
    say()
    psql("postgres", "DROP DATABASE clearing")
