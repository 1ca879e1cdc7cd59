"""Single calls and batches beside the peers, and the instructions of a call."""
import os
import re
import shutil
import subprocess

from common import (CLIENTS, HERE, PAIR, PERSONS, QUICK, ROUNDS, SECONDS, SPEND, TMP, TRANSFER, check_ledger, interleave,
                    median, pgbench, psql, ratios, say)

SINGLE = {
    "transfer": PAIR + TRANSFER,
    "spend": PAIR + SPEND,
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


def load_peers():
    for peer in ("limit", "for_update", "careful", "typical"):
        psql("bench", file=os.path.join(HERE, "peers", peer + ".sql"), variables={"persons": PERSONS})
    subprocess.run(["pgbench", "-i", "-q", "-s", "10", "bench"], capture_output=True, check=True)
    if os.environ.get("PGLEDGER_SQL"):
        psql("bench", file=os.environ["PGLEDGER_SQL"])
        psql("bench", file=os.path.join(HERE, "peers", "pgledger.sql"), variables={"persons": PERSONS})
        SINGLE["pgledger"] = (r"\set a random(1, :persons / 2)" "\n" r"\set b random(1, :persons / 2)" "\n"
                              "SELECT pl.transfer(:a, :b);")


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


INSTRUCTIONS = {  # one call for each row of a series
    "transfer": "SELECT kinwallet.transfer(kinwallet.new_request_id(), 2 * g - 1, 2 * g, '0.01') FROM generate_series(1, {n}) AS g",
    "spend": "SELECT kinwallet.spend(kinwallet.new_request_id(), 2 * g, 'H37010000001', 'medical', '0.01') FROM generate_series(1, {n}) AS g",
    "careful": "SELECT careful.transfer(gen_random_uuid(), 2 * g - 1, 2 * g, 1) FROM generate_series(1, {n}) AS g",
    "typical": "SELECT typical.transfer(gen_random_uuid(), 2 * g - 1, 2 * g, 0.01) FROM generate_series(1, {n}) AS g",
}


def count_instructions(data, statement):
    """Run one statement in a single-user backend under callgrind; gives instructions."""
    args = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", shutil.which("postgres"), "--single", "-D", data,
            "-c", "jit=off", "-c", "shared_buffers=128MB", "bench"]
    if os.geteuid() == 0:
        args = ["runuser", "-u", "postgres", "--"] + args
    done = subprocess.run(args, input=statement + "\n", capture_output=True, text=True, cwd="/")
    found = re.search(r"Collected : (\d+)", done.stderr)
    if not found or "ERROR" in done.stderr:
        raise SystemExit(f"callgrind failed: {done.stderr}")
    return int(found.group(1))


def instructions():
    """What a call costs whatever the machine is busy with: the difference of two numbers of calls."""
    say("## Instructions per call (callgrind, single-user backend, without the client's protocol)")
    say()
    if not shutil.which("valgrind"):
        say("valgrind is not installed: left out")
        say()
        return
    few, many = (100, 300) if QUICK else (200, 1200)
    data = psql("postgres", "SHOW data_directory")
    cluster = os.path.join(HERE, "..", "tools", "cluster.sh")
    subprocess.run(["bash", cluster, "stop", os.path.dirname(data)], check=True, capture_output=True)
    counts = {}
    for v, statement in INSTRUCTIONS.items():
        counts[v] = (count_instructions(data, statement.format(n=many)) - count_instructions(data, statement.format(n=few))) / (many - few)
    subprocess.run(["bash", cluster, "start", os.path.dirname(data)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for v, n in counts.items():
        say(f"{v}: {n / 1000:.0f} k")
    say(f"transfer against careful PL/pgSQL: {counts['transfer'] / counts['careful']:.3f}, target <= 0.25")
    check_ledger()
