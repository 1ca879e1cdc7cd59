#!/usr/bin/python3
"""Compare the extension with the model (test/README.md).

    run.py [--seeds FIRST-LAST] [--fresh N] [--length N] [--minutes M] [--jobs J]

Each stream has a seed and a database of its own, made from a template with an
empty ledger.  Output is TAP, a test for each stream.  A stream that differs is
reduced to the shortest that still does, and printed as a psql script.
"""

import argparse
import multiprocessing
import os
import random
import sys
import time
from dataclasses import replace

import psycopg2

from generator import Generator
from operations import expect, sql
from world import World

HERE = os.path.dirname(os.path.abspath(__file__))
CHUNK = 40
TEMPLATE = 'kw_model_template'


def connect(dbname, **options):
    connection = psycopg2.connect(dbname=dbname, **options)
    connection.autocommit = True
    return connection


def execute(dbname, *statements):
    connection = connect(dbname)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def make_template():
    execute('postgres', f'DROP DATABASE IF EXISTS {TEMPLATE}', f'CREATE DATABASE {TEMPLATE}')
    with open(os.path.join(HERE, 'play.sql'), encoding='utf-8') as script:
        play_sql = script.read()
    execute(TEMPLATE, 'CREATE EXTENSION kinwallet', "SELECT kinwallet.create_ledger('2025-12-01')",
            "SELECT kinwallet.ensure_partitions('2027-12-01')", play_sql,
            # the runner calls as the ledger's owner: most streams do without the trail of that
            "SELECT kinwallet.set_audit('owner', '*', false, false)")


class Session:
    """A session of one stream's database that plays operations.

    The habits of a stream follow from its seed: whether each operation
    commits by itself or a whole chunk does, the isolation level, and, for one
    in eighty, that the audit trail is written.
    """

    def __init__(self, dbname, seed):
        rnd = random.Random(f'habits of {seed}')
        self.commits = rnd.random() < 0.7
        self.isolation = rnd.choice(('read committed', 'repeatable read', 'serializable'))
        settings = {'default_transaction_isolation': self.isolation, 'client_min_messages': 'error', 'synchronous_commit': 'off',
                    'TimeZone': rnd.choice(('Asia/Shanghai', 'America/New_York', 'Pacific/Kiritimati')), 'jit': 'off'}
        self.connection = connect(dbname, options=' '.join('-c ' + f'{name}={value}'.replace(' ', '\\ ') for name, value in settings.items()))
        if int(seed) % 80 == 1:
            self.query("SELECT kinwallet.set_audit('owner', '*', NULL, NULL)")

    def play(self, ops, commits=None):
        with self.connection.cursor() as cursor:
            cursor.execute('CALL model.play(%s::text[], %s::bigint[], %s::bigint[], %s, NULL)',
                           ([sql(op) for op in ops], [op.persons[0] for op in ops], [op.persons[1] for op in ops],
                            self.commits if commits is None else commits))
            return cursor.fetchone()[0]

    def query(self, statement):
        with self.connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def close(self):
        self.connection.close()


class Difference(Exception):
    def __init__(self, ops, expected, found):
        super().__init__()
        self.ops, self.expected, self.found = ops, expected, found


def compare(session, ops, expected, before, commits=None):
    found = session.play(ops, commits)
    for i, (e, f) in enumerate(zip(expected, found)):
        if e != f:
            raise Difference(before + ops[:i + 1], e, f)


def run_stream(dbname, seed, length):
    """Play one stream; how often each SQLSTATE came, or Difference."""
    session = Session(dbname, seed)
    counts = {}
    try:
        generator = Generator(seed)
        done = []
        pending, expected = [], []
        for op in generator.stream(length):
            e = expect(generator.world, op)
            # what a refusal changed would show soon enough: do not look every time
            if not e.startswith('00000') and op.uid % 4:
                op = replace(op, persons=(None, None))
                e = '\t'.join(e.split('\t')[:2] + ['', ''])
            pending.append(op)
            expected.append(e)
            counts[op.kind, e[:5]] = counts.get((op.kind, e[:5]), 0) + 1
            if len(pending) == CHUNK:
                compare(session, pending, expected, done)
                done += pending
                pending, expected = [], []
        compare(session, pending, expected, done)
        done += pending
        final(session, generator.world, done)
    finally:
        session.close()
    return counts


def final(session, world, ops):
    """The end of a stream: all state, and what the ledger says of itself."""
    expected = []
    for person in world.persons:
        expected.append((f'person {person}', world.show(person)))
    found = [(f'person {person}', session.query(f'SELECT model.person({person})')[0][0]) for person in world.persons]
    expected.append(('verify_ledger()', []))
    found.append(('verify_ledger()', session.query('SELECT * FROM kinwallet.verify_ledger()')))
    expected += world.state()
    found += [(name, session.query(f'SELECT model.state({name!r})')[0][0]) for name, _ in world.state()]
    for e, f in zip(expected, found):
        if e != f:
            raise Difference(ops, e, f)


# ---- reducing --------------------------------------------------------------


def differs(session, ops, to_the_end):
    """Whether operations played from the empty ledger differ; nothing remains of them."""
    world = World()
    expected = []
    try:
        for op in ops:
            expected.append(expect(world, op))
    except Exception:
        return None         # the model needs what was left out, a clock for example
    with session.connection.cursor() as cursor:
        cursor.execute('BEGIN')
        try:
            found = session.play(ops, commits=False)
            for i, (e, f) in enumerate(zip(expected, found)):
                if e != f:
                    return Difference(ops[:i + 1], e, f)
            try:
                if to_the_end:
                    final(session, world, ops)
            except Difference as difference:
                return difference
        except psycopg2.Error as error:
            return Difference(ops, 'no error', str(error))
        finally:
            cursor.execute('ROLLBACK')
    return None


def reduce_stream(session, difference, seconds):
    """Delta debugging: leave out halves, quarters, ... single operations as long as a difference remains."""
    until = time.monotonic() + seconds
    to_the_end = isinstance(difference.expected, tuple)
    best = differs(session, difference.ops, to_the_end)
    if best is None:
        return difference, False
    size = max(1, len(best.ops) // 2)
    while time.monotonic() < until:
        i = len(best.ops)
        shrunk = False
        while i > 0 and time.monotonic() < until:
            start = max(0, i - size)
            candidate = best.ops[:start] + best.ops[i:]
            smaller = differs(session, candidate, to_the_end) if candidate else None
            if smaller is not None:
                best = smaller
                shrunk = True
                i = min(start, len(best.ops))
            else:
                i = start
        if size > 1:
            size = max(1, size // 2)
        elif not shrunk:
            break
    return best, True


def script(ops):
    """The operations as a psql script for a database with the extension and play.sql."""
    yield f"-- createdb x; psql -d x -c 'CREATE EXTENSION kinwallet' -f {os.path.relpath(HERE)}/play.sql -f THIS"
    yield "SELECT kinwallet.create_ledger('2025-12-01'), kinwallet.ensure_partitions('2027-12-01');"
    for op in ops:
        yield sql(op) + ';'
    for person in dict.fromkeys(p for p in ops[-1].persons if p is not None):
        yield f'SELECT model.person({person});'


def worker(arguments):
    seed, length, seconds = arguments
    dbname = f'kw_model_{os.getpid()}'
    execute('postgres', f'DROP DATABASE IF EXISTS {dbname}', f'CREATE DATABASE {dbname} TEMPLATE {TEMPLATE} STRATEGY file_copy')
    lines = []
    counts = {}
    try:
        counts = run_stream(dbname, seed, length)
    except Difference as difference:
        execute('postgres', f'DROP DATABASE {dbname}', f'CREATE DATABASE {dbname} TEMPLATE {TEMPLATE}')
        session = Session(dbname, seed)
        reduced, again = reduce_stream(session, difference, seconds)
        session.close()
        lines.append(f'# seed {seed}: after {len(difference.ops)} operations'
                     + ('' if again else ' (not again in one transaction: not reduced)'))
        lines += ['# expected: ' + repr(reduced.expected), '# found:    ' + repr(reduced.found)]
        lines += script(reduced.ops if again else difference.ops)
    finally:
        execute('postgres', f'DROP DATABASE {dbname} WITH (FORCE)')
    return seed, counts, lines


def results_of(pool, work, jobs):
    """What the workers give, as soon as they do; no more is begun than there are workers."""
    running = []
    while True:
        while len(running) < jobs:
            item = next(work, None)
            if item is None:
                break
            running.append(pool.apply_async(worker, (item,)))
        if not running:
            return
        done = [r for r in running if r.ready()]
        for r in done:
            running.remove(r)
            yield r.get()
        if not done:
            time.sleep(0.01)


def fresh_seed():
    return random.SystemRandom().randrange(10 ** 9, 10 ** 10)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seeds', default='1-10')
    parser.add_argument('--length', type=int, default=2000)
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--minutes', type=float, default=0, help='then go on with fresh seeds')
    parser.add_argument('--fresh', type=int, default=0, help='so many fresh seeds more')
    parser.add_argument('--reduce', type=float, default=120, help='seconds to spend on reducing a stream that differs')
    options = parser.parse_args()

    first, _, last = options.seeds.partition('-')
    seeds = [str(seed) for seed in range(int(first), int(last or first) + 1)]
    seeds += [str(fresh_seed()) for _ in range(options.fresh)]
    started = time.monotonic()
    make_template()

    def work():
        yield from ((seed, options.length, options.reduce) for seed in seeds)
        while time.monotonic() - started < options.minutes * 60:
            yield str(fresh_seed()), options.length, options.reduce

    number = failed = operations = 0
    total = {}
    with multiprocessing.Pool(options.jobs) as pool:
        for seed, counts, lines in results_of(pool, work(), options.jobs):
            number += 1
            print(('not ' if lines else '') + f'ok {number} - the extension does what the model does, seed {seed}')
            for line in lines:
                print(line)
            sys.stdout.flush()
            failed += bool(lines)
            for key, n in counts.items():
                total[key] = total.get(key, 0) + n
                operations += n
    execute('postgres', f'DROP DATABASE {TEMPLATE}')
    print(f'1..{number}')
    print(f'# {operations} operations in {number} streams, {time.monotonic() - started:.0f} s')
    for kind in sorted({kind for kind, _ in total}):
        print(f'# {kind}: ' + ', '.join(f'{sqlstate} {n}' for (k, sqlstate), n in sorted(total.items()) if k == kind))
    sys.exit(failed > 0)


if __name__ == '__main__':
    main()
