"""What the sections share: settings, psql, pgbench, rounds and ratios."""
import math
import os
import statistics
import subprocess
import sys

QUICK = os.environ.get("QUICK") == "1"
BIG = os.environ.get("BIG") == "1"
ROUNDS = int(os.environ.get("ROUNDS", "3" if QUICK else "7"))
SECONDS = int(os.environ.get("SECONDS_EACH", "1" if QUICK else "5"))
CLIENTS = int(os.environ.get("CLIENTS", "4"))
PERSONS = int(os.environ.get("PERSONS", "20000" if QUICK else "100000"))
DRAWS = int(os.environ.get("DRAWS", "1000000" if QUICK else "10000000"))
HERE = os.path.dirname(os.path.abspath(__file__))
TMP = os.environ["BENCH_TMP"]
TICK = os.sysconf("SC_CLK_TCK")
out = []

PAIR = r"\set c 2 * random(1, :persons / 2) - 1" + "\n"
TRANSFER = "SELECT kinwallet.transfer(kinwallet.new_request_id(), :c, :c + 1, '0.01');"
SPEND = "SELECT * FROM kinwallet.spend(kinwallet.new_request_id(), :c + 1, 'H37010000001', 'medical', '0.01');"


def say(line=""):
    print(line, flush=True)
    out.append(line)


def psql(db, *commands, variables=None, file=None):
    """Run commands in one session; gives what they print."""
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


def make_database(db, file, **variables):
    psql("postgres", f"DROP DATABASE IF EXISTS {db}", f"CREATE DATABASE {db}")
    psql(db, file=os.path.join(HERE, file), variables=variables)


def fill_relations(db="bench", amount=1000):
    """Give every recipient something to spend."""
    psql(db, "SELECT count(*) FROM (SELECT array_agg(kinwallet.new_request_id()) AS r, array_agg(contributor) AS c,"
         f" array_agg(recipient) AS p, array_agg('{amount}'::kinwallet.wallet_amount) AS m FROM kinwallet_data.relation) AS a,"
         " LATERAL kinwallet.transfer_batch(r, c, p, m)", "VACUUM", "CHECKPOINT")


def check_ledger(db="bench"):
    found = psql(db, "SELECT * FROM kinwallet.verify_ledger() LIMIT 5")
    if found:
        sys.exit(f"void: verify_ledger() found\n{found}")
    say("verify_ledger(): no row")
    say()


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


def run_pgbench(db, script, seconds, clients, *options, sync=False, persons=PERSONS, role=None):
    path = os.path.join(TMP, "script.sql")
    with open(path, "w") as f:
        f.write(script)
    env = dict(os.environ, PGOPTIONS=f"-c synchronous_commit={'on' if sync else 'off'}" + (f" -c role={role}" if role else ""))
    done = subprocess.run(["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds),
                           "-D", f"persons={persons}", *options, "-f", path, db],
                          capture_output=True, text=True, env=env, cwd=TMP)
    if done.returncode != 0 or "aborted" in done.stderr:
        sys.exit(f"pgbench failed: {done.stderr}\n{script}")
    return done.stdout


def pgbench(script, seconds, clients, sync=False, db="bench", role=None):
    """Run one pgbench; gives transactions a second, CPU us and WAL bytes each."""
    lsn = psql(db, "SELECT pg_current_wal_insert_lsn()")
    cpu = cpu_seconds()
    text = run_pgbench(db, script, seconds, clients, sync=sync, role=role)
    cpu = cpu_seconds() - cpu
    n = int([x for x in text.splitlines() if "actually processed" in x][0].split(":")[1].split("/")[0])
    tps = float([x for x in text.splitlines() if x.startswith("tps")][0].split()[2])
    wal = int(psql(db, f"SELECT (pg_current_wal_insert_lsn() - '{lsn}')::bigint"))
    return {"tps": tps, "cpu": cpu / n * 1e6, "wal": wal / n}


def latencies(db, script, seconds, clients, *options, sync=False, persons=PERSONS):
    """Run pgbench with a line for each transaction; gives tps and the latencies in ms, ascending."""
    text = run_pgbench(db, script, seconds, clients, "-l", "--log-prefix=latency", *options, sync=sync, persons=persons)
    times = []
    for name in os.listdir(TMP):
        if name.startswith("latency."):
            with open(os.path.join(TMP, name)) as f:
                times += [int(line.split()[2]) / 1000 for line in f]
            os.remove(os.path.join(TMP, name))
    tps = float([x for x in text.splitlines() if x.startswith("tps")][0].split()[2])
    return tps, sorted(times)


def percentile(ascending, p):
    return ascending[min(math.ceil(len(ascending) * p / 100), len(ascending)) - 1]


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
