"""split() over a month of draws, against count(*) and GROUP BY."""
import statistics
import time

from common import BIG, DRAWS, QUICK, ROUNDS, cpu_seconds, interleave, make_database, median, psql, ratios, say

SERIAL = ("SET max_parallel_workers_per_gather = 0", "SET max_parallel_maintenance_workers = 0", "SET client_min_messages = warning")
PARALLEL = ("SET client_min_messages = warning",)


def last_month():
    return psql("postgres", "SELECT (date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') - interval '1 month')::date")


def forget(month):
    """Undo a split, and what its rows left behind in the table and its index."""
    psql("clearing", f"DELETE FROM kinwallet_data.clearing_pair WHERE month = '{month}'",
         f"UPDATE kinwallet_data.clearing_month SET state = 'cut_off' WHERE month = '{month}'", "VACUUM kinwallet_data.clearing_pair")


def timed(settings, statement):
    """Run a statement in a session of its own; gives psql's time and the server's CPU, in ms."""
    cpu = cpu_seconds()
    text = psql("clearing", *settings, "\\timing on", statement)
    time.sleep(.1)  # until the postmaster has reaped the session
    return {"time": float([x for x in text.splitlines() if x.startswith("Time:")][-1].split()[1]), "cpu": 1000 * (cpu_seconds() - cpu)}


def clearing():
    make_database("clearing", "draws.sql", draws=DRAWS, beside=0)
    month = last_month()
    leaf = "kinwallet_data.draw_" + month[:7].replace("-", "_")
    split = f"SELECT kinwallet.split('{month}')"
    variants = {
        "first split": (SERIAL, split),
        "split again": (SERIAL, split),
        "first split, parallel": (PARALLEL, split),
        "split again, parallel": (PARALLEL, split),
        "count(*)": (SERIAL, f"SELECT count(*) FROM {leaf}"),
        "count(*), parallel": (PARALLEL, f"SELECT count(*) FROM {leaf}"),
        "GROUP BY": (SERIAL, f"SELECT payer_region, payee_region, scope, kind, count(*), sum(kinwallet.fen(amount)) FROM {leaf} GROUP BY 1, 2, 3, 4"),
    }

    def run(v):
        if v.startswith("first split"):
            forget(month)
        return timed(*variants[v])

    say(f"## Clearing {DRAWS:,} draws over 338 regions, {ROUNDS} rounds")
    say()
    results = interleave(variants, run)
    pairs = psql("clearing", f"SELECT count(*) FROM kinwallet_data.clearing_pair WHERE month = '{month}'")
    size, key = psql("clearing", f"SELECT pg_size_pretty(pg_relation_size('{leaf}')), pg_size_pretty(pg_indexes_size('{leaf}'))").split("|")
    say(f"{int(pairs):,} pairs stored; the partition has {size}, its key {key}")
    for v in variants:
        say(f"{v}: {median(results, v, 'time'):.0f} ms, {median(results, v, 'cpu'):.0f} ms CPU")
    for ours in ("first split", "split again", "first split, parallel", "split again, parallel"):
        for other, target in (("count(*)", ", target <= 0.6"), ("count(*), parallel", ""), ("GROUP BY", ", target <= 1/15")):
            m, lo, hi = ratios(results, ours, other, "time")
            cpu, *_ = ratios(results, ours, other, "cpu")
            say(f"{ours} against {other}: {m:.3f} ({lo:.3f}..{hi:.3f}){target}; CPU {cpu:.3f}")
    for ours in ("first split", "split again"):
        m, lo, hi = ratios(results, f"{ours}, parallel", ours, "time")
        cpu, *_ = ratios(results, f"{ours}, parallel", ours, "cpu")
        say(f"{ours}, parallel against serial: {m:.3f} ({lo:.3f}..{hi:.3f}); CPU {cpu:.3f}")
    say()
    psql("postgres", "DROP DATABASE clearing")


def split_growth():
    """The same month beside ever more draws and pairs of other months."""
    draws = 100_000 if QUICK else 1_000_000
    say(f"## Growth: split of {draws:,} draws, beside other months of as many, split as well")
    say()
    base = None
    for beside in [0, 3] if QUICK else [0, 9] + ([99] if BIG else []):
        make_database("clearing", "draws.sql", draws=draws, beside=beside)
        month = last_month()
        times = {}
        for v in ("first split", "split again"):
            runs = []
            for _ in range(5):
                if v == "first split":
                    forget(month)
                runs.append(timed(SERIAL, f"SELECT kinwallet.split('{month}')")["time"])
            times[v] = statistics.median(runs)
        base = base or times
        say(f"{beside:>3} months beside it ({(beside + 1) * draws:>11,} draws): "
            + ", ".join(f"{v} {t:.0f} ms, {t / base[v]:.2f} of the first" for v, t in times.items()))
    say()
    psql("postgres", "DROP DATABASE clearing")
