#!/usr/bin/python3
"""Run sessions at once, kill some, and judge the history (test/README.md).

    concurrent.py [--seconds S] [--seed N] [--sessions N]

Three families of four persons.  Some sessions make calls that carry a request
id; they are killed at random, by pg_terminate_backend() and by kill -9 of the
client, and then call again with the same id.  Others, never killed, make and
end relations, freeze, and move persons.  A reader sums up all money in one
REPEATABLE READ snapshot after the other.

Every call is logged with its start, its end, its arguments and what it gave.
From the log follows, for each family, whether there is an order of its calls
that the model agrees with and that puts no call before one that had ended when
it began.  Output is TAP.
"""

import argparse
import bisect
import json
import multiprocessing
import os
import pickle
import random
import signal
import sys
import tempfile
import time
import uuid
from datetime import datetime, timedelta

import psycopg2

from run import HERE, connect, execute
from world import Refused, World

DBNAME = 'kw_model_concurrent'
FAMILIES = 3
MEMBERS = 4
REGIONS = ('640200', '370100')
HOSPITAL = 'H37010000001'
START = datetime(2026, 3, 30, 10)
SQL = {
    'transfer': 'SELECT kinwallet.transfer(%s, %s, %s, %s)::text',
    'credit_account': 'SELECT kinwallet.credit_account(%s, %s, %s, %s)::text',
    'spend': "SELECT concat_ws(' ', spending_id, own_account, mutual_aid, cash_due) FROM kinwallet.spend(%s, %s, %s, %s, %s, %s)",
    'hold': 'SELECT kinwallet.hold(%s, %s, %s, %s, %s, %s)::text',
    'capture': "SELECT concat_ws(' ', spending_id, own_account, mutual_aid, cash_due) FROM kinwallet.capture(%s, %s, %s)",
    'refund': 'SELECT kinwallet.refund(%s, %s, %s)::text',
    'transfer_batch': "SELECT string_agg(concat_ws(' ', sqlstate, transfer_id), ', ' ORDER BY ordinal) "
                      'FROM kinwallet.transfer_batch(%s::uuid[], %s::bigint[], %s::bigint[], %s::kinwallet.wallet_amount[])',
    'cancel_hold': 'SELECT kinwallet.cancel_hold(%s)::text',
    'establish_relation': 'SELECT kinwallet.establish_relation(%s, %s, %s)::text',
    'dissolve_relation': 'SELECT kinwallet.dissolve_relation(%s, %s, %s)::text',
    'freeze_wallet': 'SELECT kinwallet.freeze_wallet(%s, %s)::text',
    'unfreeze_wallet': 'SELECT kinwallet.unfreeze_wallet(%s, %s)::text',
    'update_person': 'WITH changed AS (UPDATE kinwallet_data.person SET region = %s WHERE person_id = %s RETURNING 1) SELECT count(*)::text FROM changed',
}
MONEY = {'transfer': 3, 'credit_account': 2, 'spend': 4, 'hold': 4, 'capture': 2, 'refund': 2}
# after which a call is made again: refused for the moment, or nobody knows what became of it
TIMEOUT = 'no order was found in time'
RETRIED = ('40001', '57P01', None)


def yuan(fen):
    return f'{fen // 100}.{fen % 100:02d}'


def family_of(person):
    return (person - 1) // MEMBERS


# ---- the sessions ----------------------------------------------------------


class Caller:
    """A session that makes calls and logs them, one JSON object a line."""

    def __init__(self, number, log, seed, killable):
        self.number, self.log_name, self.killable = number, log, killable
        self.random = random.Random(f'{seed} {number} {os.getpid()}')
        self.isolation = ('read committed', 'repeatable read', 'serializable')[number % 3]
        self.connection = None
        self.unfinished = None
        # a client that was killed: what became of its last call?
        if os.path.exists(log):
            with open(log, encoding='utf-8') as lines:
                for line in lines:
                    if line.endswith('\n'):
                        record = json.loads(line)
                        self.unfinished = record if 'end' not in record else None
            with open(log, 'rb+') as file:
                whole = file.read()
                file.truncate(whole.rfind(b'\n') + 1)
        self.log = open(log, 'a', encoding='utf-8')

    def write(self, record):
        self.log.write(json.dumps(record) + '\n')
        self.log.flush()

    def connect(self):
        while True:
            try:
                name = ('victim' if self.killable else 'steady') + str(self.number)
                value = self.isolation.replace(' ', '\\ ')
                self.connection = connect(DBNAME, application_name=name, options=f'-c default_transaction_isolation={value} -c synchronous_commit=off')
                self.connection.autocommit = False
                return
            except psycopg2.OperationalError:
                time.sleep(0.05)

    def statement(self, text, arguments, clock):
        """SQLSTATE, result and place; SQLSTATE None when the connection broke.

        The place is the end of the write-ahead log while the call's locks are
        held: of two calls that lock the same row, the first has the lower one.
        """
        if self.connection is None or self.connection.closed:
            self.connect()
        try:
            with self.connection.cursor() as cursor:
                cursor.execute("SELECT set_config('kinwallet.clock', %s, false)", (clock,))
                cursor.execute(text, arguments)
                result = cursor.fetchone()[0]
                cursor.execute("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint, pg_current_xact_id_if_assigned()::text::bigint")
                place, xid = cursor.fetchone()
                self.connection.commit()
                return '00000', result, place, xid
        except psycopg2.Error as error:
            if self.connection.closed or error.pgcode is None:
                self.connection = None
                return None, None, None, None
            try:
                self.connection.rollback()
            except psycopg2.Error:
                self.connection = None
            return error.pgcode, None, None, None

    def call(self, kind, arguments, clock, record=None):
        if record is None:
            record = {'kind': kind, 'arguments': arguments, 'clock': clock, 'start': time.monotonic()}
            self.write(record)
        sent = [yuan(a) if MONEY.get(kind) == i else a for i, a in enumerate(arguments)]
        if kind == 'transfer_batch':
            sent[3] = [yuan(a) for a in sent[3]]
        if kind == 'update_person':
            sent = [arguments[1], arguments[0]]
        attempts = 0
        while True:
            sqlstate, result, place, xid = self.statement(SQL[kind], sent, clock)
            attempts += 1
            if sqlstate not in RETRIED:
                break
        record.update(end=time.monotonic(), sqlstate=sqlstate, result=result, attempts=attempts, place=place, xid=xid)
        self.write(record)
        return sqlstate, result

    def look(self, text, *arguments):
        """A value to choose by; it may be gone when it is used."""
        while True:
            if self.connection is None or self.connection.closed:
                self.connect()
            try:
                with self.connection.cursor() as cursor:
                    cursor.execute(text, arguments)
                    row = cursor.fetchone()
                    self.connection.rollback()
                    return row[0] if row else None
            except psycopg2.Error:
                if self.connection is not None and self.connection.closed:
                    self.connection = None

    def run(self, began, until):
        if self.unfinished:
            self.call(self.unfinished['kind'], self.unfinished['arguments'], self.unfinished['clock'], self.unfinished)
        repeated = []
        while time.monotonic() < until:
            # a day every four seconds: over a month's end, and each session at its own moment
            clock = str(START + timedelta(days=int((time.monotonic() - began) / 4))) + '+08'
            kind, arguments = self.choose_posting() if self.killable else self.choose_other()
            if kind is None:
                continue
            if repeated and self.random.random() < 0.05:
                kind, arguments, clock = self.random.choice(repeated)
            outcome = self.call(kind, arguments, clock)
            # no more calls than can be put in order afterwards
            time.sleep(self.random.choice((0, 0, 0, 0.1)))
            if outcome[0] == '00000' and self.killable and kind != 'cancel_hold':
                repeated.append((kind, arguments, clock))
                del repeated[:-20]

    def request(self):
        """Version 7 by the hour and minute of now, or version 4."""
        bits = self.random.getrandbits(128)
        if self.random.random() < 0.5:
            bits = bits & ((1 << 80) - 1) | int(time.time() * 1000) << 80
            bits = bits & ~(0xf << 76) | 7 << 76
        else:
            bits = bits & ~(0xf << 76) | 4 << 76
        return str(uuid.UUID(int=bits & ~(3 << 62) | 2 << 62))

    def couple(self):
        rnd = self.random
        family = rnd.randrange(FAMILIES)
        return rnd.sample(range(family * MEMBERS + 1, family * MEMBERS + MEMBERS + 1), 2)

    def choose_posting(self):
        rnd = self.random
        a, b = self.couple()
        amount = rnd.choice((rnd.randrange(1, 3000), rnd.randrange(1, 30000)))
        dice = rnd.random()
        if dice < 0.3:
            return 'transfer', [self.request(), a, b, amount]
        if dice < 0.36:
            family = family_of(a)
            n = rnd.randrange(1, 6)
            pairs = [rnd.sample(range(family * MEMBERS + 1, family * MEMBERS + MEMBERS + 1), 2) for _ in range(n)]
            return 'transfer_batch', [[self.request() for _ in pairs], [c for c, _ in pairs], [r for _, r in pairs],
                                      [rnd.randrange(1, 3000) for _ in pairs]]
        if dice < 0.6:
            return 'spend', [self.request(), a, HOSPITAL, 'medical', amount, rnd.random() < 0.5]
        if dice < 0.72:
            return 'hold', [self.request(), a, HOSPITAL, 'medical', rnd.randrange(1, 3000), None]
        if dice < 0.8:
            found = self.look("SELECT hold_id FROM kinwallet_data.hold WHERE recipient = %s AND state = 'o' ORDER BY random() LIMIT 1", a)
            return ('capture', [self.request(), str(found), rnd.randrange(1, 2000)]) if found else (None, None)
        if dice < 0.95:
            found = self.look('SELECT spending_id FROM kinwallet_data.spending WHERE recipient = %s ORDER BY spending_id DESC OFFSET %s LIMIT 1',
                              a, rnd.randrange(6))
            return ('refund', [self.request(), str(found), rnd.randrange(1, 3000)]) if found else (None, None)
        return 'credit_account', [self.request(), a, rnd.randrange(1, 50000), None]

    def choose_other(self):
        rnd = self.random
        a, b = self.couple()
        dice = rnd.random()
        if dice < 0.45:
            return 'establish_relation', [a, b, 'sibling']
        if dice < 0.6:
            found = self.look("SELECT hold_id FROM kinwallet_data.hold WHERE recipient = %s AND state = 'o' ORDER BY random() LIMIT 1", a)
            return ('cancel_hold', [str(found)]) if found else (None, None)
        if dice < 0.72:
            found = self.look("SELECT relation_id FROM kinwallet_data.relation WHERE contributor = %s AND recipient = %s AND state IN ('a', 's')", a, b)
            return ('dissolve_relation', [str(found), a, 'voluntary']) if found else (None, None)
        if dice < 0.76:
            return 'freeze_wallet', [a, 'why']
        if dice < 0.94:
            found = self.look("SELECT person_id FROM kinwallet_data.wallet WHERE status = 'f' LIMIT 1")
            return ('unfreeze_wallet', [found, 'why']) if found else (None, None)
        if dice < 0.96:
            return 'update_person', [a, rnd.choice(REGIONS)]
        time.sleep(0.02)
        return None, None


def session(*arguments):
    number, log, seed, killable, began, until = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Caller(number, log, seed, killable).run(began, until)


# Where all money is, in one snapshot: nothing is made and nothing is lost.
SUMS = """
SELECT (SELECT coalesce(sum(kinwallet.fen(amount)), 0) FROM kinwallet_data.account_entry) AS credits,
	(SELECT sum(kinwallet.fen(available)) FROM kinwallet_data.wallet)
	+ (SELECT coalesce(sum(kinwallet.fen(remaining) + kinwallet.fen(held) + kinwallet.fen(spent)), 0) FROM kinwallet_data.relation)
	+ (SELECT coalesce(sum(kinwallet.fen(own_account)), 0) FROM kinwallet_data.spending)
	- (SELECT coalesce(sum(kinwallet.fen(amount)), 0) FROM kinwallet_data.refund WHERE kind = 'o')
	+ (SELECT coalesce(sum(kinwallet.fen(amount)), 0) FROM kinwallet_data.suspense) AS money,
	(SELECT coalesce(sum(kinwallet.fen(amount)), 0) FROM kinwallet_data.transfer) AS transfers,
	(SELECT coalesce(sum(kinwallet.fen(remaining) + kinwallet.fen(held) + kinwallet.fen(spent) + kinwallet.fen(returned)), 0)
		FROM kinwallet_data.relation) AS granted,
	(SELECT coalesce(sum(kinwallet.fen(held)), 0) FROM kinwallet_data.relation) AS held,
	(SELECT coalesce(sum(kinwallet.fen(p.amount)), 0) FROM kinwallet_data.hold_part AS p
		JOIN kinwallet_data.hold AS h USING (hold_id) WHERE h.state = 'o') AS holds
"""


def reader(until, found):
    connection = connect(DBNAME)
    connection.autocommit = False
    connection.set_session(isolation_level='REPEATABLE READ', readonly=True)
    n = 0
    problems = []
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(SUMS)
            credits, money, transfers, granted, held, holds = cursor.fetchone()
            if (credits, transfers, held) != (money, granted, holds):
                problems.append(f'credits {credits}, money {money}; transfers {transfers}, granted {granted}; held {held}, holds {holds}')
            if n % 20 == 0:
                cursor.execute('SELECT * FROM kinwallet.verify_ledger()')
                problems += [str(row) for row in cursor.fetchall()]
            connection.rollback()
            n += 1
    found.put((n, problems[:20]))


# ---- the judgement ---------------------------------------------------------


class Replay(World):
    """The model, with the ids that the extension gave."""

    def make_relation(self, name, c, r, kinship):
        relation = super().make_relation(name, c, r, kinship)
        relation.order = (self.month(), int(name or 0))
        return relation


def agrees(world, call):
    """Make a call in the model; whether it gives what it gave."""
    kind, arguments, result = call['kind'], call['arguments'], call['result'] or ''
    world.clock(0, datetime.fromisoformat(call['clock'][:19]))
    if kind == 'update_person':
        arguments = [[arguments[0]], arguments[1]]
    try:
        if kind == 'transfer_batch':
            gave = []
            for item, got in zip(zip(*arguments), result.split(', ')):
                try:
                    gave.append('00000 ' + world.transfer(got[6:], *item))
                except Refused as refused:
                    gave.append(refused.sqlstate)
            return ', '.join(gave) == result
        name = result.split(' ')[0]
        gave = getattr(world, kind)(name, *arguments)
    except Refused as refused:
        return refused.sqlstate == call['sqlstate']
    if call['sqlstate'] != '00000' or gave != result:
        return False
    if kind in ('spend', 'capture'):
        return [(d.relation.name, d.amount) for d in world.spendings[name].draws] == call['draws']
    return True


def would_give(state, call):
    """What the model says of a call, for the report."""
    world = pickle.loads(state)
    return 'agrees' if agrees(world, call) else 'differs'


def linearize(world, sessions, seconds):
    """An order of the sessions' calls that the model agrees with, as (final world, reorderings, None); or (None, n, the calls it ends at)."""
    until = time.process_time() + seconds
    first = (tuple(0 for _ in sessions), pickle.dumps(world), None)
    stack, seen, backtracked, furthest = [first], set(), 0, (0, None)
    while stack:
        if time.process_time() > until:
            return None, backtracked, [TIMEOUT] + (furthest[1] or [])
        places, state, tried = stack.pop()
        if tried is None:
            places, state = consume_refused(places, state, sessions)
            if (places, state) in seen:
                continue
            seen.add((places, hash(state)))
            heads = [(calls[place], i) for i, (calls, place) in enumerate(zip(sessions, places)) if place < len(calls)]
            if not heads:
                return pickle.loads(state), backtracked, None
            # what began after another had ended cannot come before it
            bound = min(call['end'] for call, _ in heads)
            tried = sorted((call['place'], i) for call, i in heads if call['start'] <= bound and call['sqlstate'] == '00000')
            if sum(places) > furthest[0]:
                furthest = (sum(places), [(call, would_give(state, call)) for call, _ in heads])
        while tried:
            _, i = tried.pop(0)
            attempt = pickle.loads(state)
            if agrees(attempt, sessions[i][places[i]]):
                if tried:
                    stack.append((places, state, tried))
                stack.append((tuple(p + (j == i) for j, p in enumerate(places)), pickle.dumps(attempt), None))
                break
        else:
            backtracked += 1
    return None, backtracked, furthest[1]


def consume_refused(places, state, sessions):
    """Refusals change nothing: each is put where it is right for the first time."""
    places = list(places)
    world = None
    again = True
    while again:
        again = False
        heads = [(calls[place], i) for i, (calls, place) in enumerate(zip(sessions, places)) if place < len(calls)]
        if not heads:
            break
        bound = min(call['end'] for call, _ in heads)
        for call, i in heads:
            if call['sqlstate'] != '00000' and call['start'] <= bound:
                world = world or pickle.loads(state)
                if agrees(world, call):
                    places[i] += 1
                    again = True
                    break
                world = None
    return tuple(places), state


def read_history(logs, draws):
    """The calls of each session: those that have ended, with what they drew."""
    sessions = []
    unfinished = []
    for log in logs:
        calls = []
        with open(log, encoding='utf-8') as lines:
            last = None
            for line in lines:
                record = json.loads(line)
                if 'end' in record:
                    if record['kind'] in ('spend', 'capture') and record['result']:
                        record['draws'] = draws.get(record['result'].split(' ')[0], [])
                    calls.append(record)
                    last = None
                else:
                    last = record
            if last:
                unfinished.append(last)
        sessions.append(calls)
    return sessions, unfinished


def first_person(call, holds, spendings, relations):
    """Somebody of the family that a call is about."""
    kind, arguments = call['kind'], call['arguments']
    if kind in ('capture', 'cancel_hold'):
        return holds[arguments[1 if kind == 'capture' else 0]]
    if kind == 'refund':
        return spendings[arguments[1]]
    if kind == 'dissolve_relation':
        return relations[arguments[0]]
    if kind == 'transfer_batch':
        return arguments[1][0]
    if kind in ('establish_relation', 'freeze_wallet', 'unfreeze_wallet', 'update_person'):
        return arguments[0]
    return arguments[1]


# ---- the whole -------------------------------------------------------------


def make_world(cursor):
    """The same beginning for ledger and model."""
    world = Replay()
    clock = str(START) + '+08'
    world.clock(0, START)
    cursor.execute("SELECT set_config('kinwallet.clock', %s, false)", (clock,))
    cursor.execute("UPDATE kinwallet_data.policy SET transfers_per_day = 6, own_account_first = false")
    for policy in world.policies:
        policy.transfers_per_day, policy.own_account_first = 6, False
    cursor.execute("INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES (%s, 'medical_institution', '370100')", (HOSPITAL,))
    world.add_provider(0, HOSPITAL, 'medical_institution', '370100')
    from generator import citizen_id
    for person in range(1, FAMILIES * MEMBERS + 1):
        region = REGIONS[person % 2]
        number = citizen_id(region, datetime(1980, 3, 12), person)
        cursor.execute('INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES (%s, %s, %s, %s, %s, %s)',
                       (person, number, 'p', region, 'employee', f'c{person}'))
        world.add_person(0, person, number, 'p', region, 'employee', 'normal', f'c{person}', None, True, False)
        cursor.execute('SELECT kinwallet.open_wallet(%s)', (person,))
        world.open_wallet(0, person, None)
        request = str(uuid.uuid4())
        cursor.execute('SELECT kinwallet.credit_account(%s, %s, %s)', (request, person, '500.00'))
        world.credit_account(0, request, person, 50000, None)
    for family in range(FAMILIES):
        members = range(family * MEMBERS + 1, family * MEMBERS + MEMBERS + 1)
        for a in members:
            for b in members:
                if a != b:
                    cursor.execute("SELECT kinwallet.establish_relation(%s, %s, 'sibling')::text", (a, b))
                    world.establish_relation(cursor.fetchone()[0], a, b, 'sibling')
    return world


def kill_at_random(processes, start, until, rnd, counts):
    """Kill backends and clients; a killed client is started again."""
    with connect('postgres').cursor() as cursor:
        while time.monotonic() < until:
            time.sleep(rnd.random() * 0.3)
            if rnd.random() < 0.7:
                cursor.execute("SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity WHERE datname = %s "
                               "AND application_name LIKE 'victim%%' AND state = 'active' ORDER BY random() LIMIT 1) AS p", (DBNAME,))
                counts['backends'] += cursor.fetchone()[0]
            else:
                number = rnd.choice([n for n in processes if start[n][3]])
                processes[number].kill()
                processes[number].join()
                counts['clients'] += 1
                processes[number] = multiprocessing.Process(target=session, args=start[number])
                processes[number].start()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seconds', type=float, default=15)
    parser.add_argument('--seed', default=str(random.SystemRandom().randrange(10 ** 9)))
    parser.add_argument('--sessions', type=int, default=8)
    parser.add_argument('--search', type=float, default=60, help='CPU seconds to look for the order of a family')
    options = parser.parse_args()
    rnd = random.Random(options.seed)

    with open(os.path.join(HERE, 'play.sql'), encoding='utf-8') as script:
        play_sql = script.read()
    execute('postgres', f'DROP DATABASE IF EXISTS {DBNAME}', f'CREATE DATABASE {DBNAME}')
    execute(DBNAME, 'CREATE EXTENSION kinwallet', "SELECT kinwallet.create_ledger('2026-03-01')", "SELECT kinwallet.ensure_partitions('2026-12-01')",
            play_sql)
    control = connect(DBNAME)
    cursor = control.cursor()
    world = make_world(cursor)

    with tempfile.TemporaryDirectory() as directory:
        began = time.monotonic()
        until = began + options.seconds
        start = {n: (n, os.path.join(directory, str(n)), options.seed, n % 4 != 3, began, until) for n in range(options.sessions)}
        processes = {n: multiprocessing.Process(target=session, args=a) for n, a in start.items()}
        found = multiprocessing.Queue()
        observer = multiprocessing.Process(target=reader, args=(until, found))
        counts = {'backends': 0, 'clients': 0}
        for process in list(processes.values()) + [observer]:
            process.start()
        kill_at_random(processes, start, until, rnd, counts)
        for process in processes.values():
            process.join()
        # a client that was killed last of all still has a call to finish
        for n in processes:
            session(*start[n][:4], began, 0)
        snapshots, problems = found.get()
        observer.join()
        judge(cursor, world, [a[1] for a in start.values()], counts, snapshots, problems, options)
    control.close()
    execute('postgres', f'DROP DATABASE {DBNAME} WITH (FORCE)')


def judge(cursor, world, logs, counts, snapshots, problems, options):
    number = failed = 0

    def ok(holds, what, *details):
        nonlocal number, failed
        number += 1
        failed += not holds
        print(('' if holds else 'not ') + f'ok {number} - {what}')
        for detail in details if not holds else ():
            print('# ' + str(detail)[:1000])

    def ask(text):
        cursor.execute(text)
        return cursor.fetchall()

    draws = {}
    for spending, relation, amount in ask("SELECT spending_id::text, relation_id::text, kinwallet.fen(amount) FROM kinwallet_data.draw "
                                          "WHERE kind = 'd' ORDER BY spending_id, position"):
        draws.setdefault(spending, []).append((relation, amount))
    sessions, unfinished = read_history(logs, draws)
    calls = [call for session in sessions for call in session]
    killed = sum(call['attempts'] > 1 for call in calls)

    ok(not unfinished, 'every call has ended', *unfinished)
    ok(not problems and snapshots > 0, 'money is conserved in every snapshot', *problems)
    odd = [call for call in calls if not call['sqlstate'].startswith('KW') and call['sqlstate'] != '00000']
    ok(not odd, 'nothing but refusals by the rules, no deadlock', *odd[:5])

    # request ids: every acknowledged one has its one fact, every refused one none
    facts = {}
    for request, fact in ask("""
            SELECT request_id::text, 'transfer' FROM kinwallet_data.transfer UNION ALL
            SELECT request_id::text, 'credit_account' FROM kinwallet_data.account_entry UNION ALL
            SELECT request_id::text, CASE kind WHEN 's' THEN 'spend' ELSE 'capture' END FROM kinwallet_data.spending UNION ALL
            SELECT request_id::text, 'hold' FROM kinwallet_data.hold UNION ALL
            SELECT request_id::text, 'refund' FROM kinwallet_data.refund"""):
        facts[request, fact] = facts.get((request, fact), 0) + 1
    wrong = []
    answers = {}
    for call in calls:
        kind = call['kind']
        if kind not in ('transfer', 'credit_account', 'spend', 'capture', 'hold', 'refund'):
            continue
        request = call['arguments'][0]
        if call['sqlstate'] == '00000':
            answers.setdefault((request, kind), set()).add(call['result'])
            if facts.get((request, kind)) != 1:
                wrong.append(call)
        elif facts.get((request, kind)) and (request, kind) not in answers:
            wrong.append(call)
    ok(not wrong, 'EDGE-90: one effect of each request that was acknowledged, none of one that was refused', *wrong[:5])
    two = [(key, results) for key, results in answers.items() if len(results) > 1]
    ok(not two, 'EDGE-90: the same answer however often a request is made', *two[:5])

    # a call that was made again was placed when its fact was written, perhaps before its answer was lost
    written = dict(ask("""
            SELECT request_id::text, xmin::text::bigint FROM kinwallet_data.transfer UNION ALL
            SELECT request_id::text, xmin::text::bigint FROM kinwallet_data.account_entry UNION ALL
            SELECT request_id::text, xmin::text::bigint FROM kinwallet_data.spending UNION ALL
            SELECT request_id::text, xmin::text::bigint FROM kinwallet_data.refund UNION ALL
            -- not the hold's own row: its end writes that again
            SELECT h.request_id::text, p.xmin::text::bigint FROM kinwallet_data.hold AS h
                JOIN kinwallet_data.hold_part AS p ON p.hold_id = h.hold_id AND p.position = 1"""))
    by_xid = sorted((call['xid'], call['place']) for call in calls if call['xid'] and call['attempts'] == 1)
    for call in calls:
        if call['attempts'] == 1 or call['sqlstate'] != '00000':
            continue
        requests = call['arguments'][0] if call['kind'] == 'transfer_batch' else [call['arguments'][0]]
        xid = next((written[r] for r in requests if r in written), None)
        if xid and by_xid and xid != call['xid']:
            before = bisect.bisect([x for x, _ in by_xid], xid)
            call['place'] = by_xid[max(0, before - 1)][1]

    # an order for each family
    holds = dict(ask('SELECT hold_id::text, recipient FROM kinwallet_data.hold'))
    spendings = dict(ask('SELECT spending_id::text, recipient FROM kinwallet_data.spending'))
    relations = dict(ask('SELECT relation_id::text, contributor FROM kinwallet_data.relation'))
    cursor.execute("INSERT INTO model.name SELECT 'r', relation_id, relation_id::text FROM kinwallet_data.relation")
    for family in range(FAMILIES):
        members = range(family * MEMBERS + 1, family * MEMBERS + MEMBERS + 1)
        beginning = pickle.loads(pickle.dumps(world))
        beginning.persons = {p: x for p, x in beginning.persons.items() if p in members}
        beginning.relations = {n: x for n, x in beginning.relations.items() if x.contributor in members}
        own = [[c for c in session if family_of(first_person(c, holds, spendings, relations)) == family] for session in sessions]
        end, backtracked, stuck = linearize(beginning, own, options.search)
        n = sum(len(session) for session in own)
        what = f'a serial order of the {n} calls of family {family + 1} exists'
        # a search that is given up is a failure, too: neither found nor excluded is not shown
        ok(end is not None, what, f'gone back {backtracked} times', *(stuck or ()))
        if end is None:
            continue
        last = max((call['clock'] for session in own for call in session))
        cursor.execute("SELECT set_config('kinwallet.clock', %s, false)", (last,))
        end.clock(0, datetime.fromisoformat(last[:19]))
        differing = []
        for person in members:
            cursor.execute('SELECT model.person(%s)', (person,))
            seen = cursor.fetchone()[0]
            if seen != end.show(person):
                differing += [seen, end.show(person)]
        ok(not differing, f'and ends where the ledger of family {family + 1} is', *differing)
    left = ask('SELECT * FROM kinwallet.verify_ledger()')
    ok(not left, 'verify_ledger() finds nothing', *left)
    print(f'1..{number}')
    done = sum(call['sqlstate'] == '00000' for call in calls)
    print(f'# seed {options.seed}: {len(calls)} calls of {options.sessions} sessions, {done} done, {killed} made again; '
          f"{counts['backends']} backends and {counts['clients']} clients killed; {snapshots} snapshots")
    sys.stdout.flush()
    if failed:
        execute('postgres', f'DROP DATABASE {DBNAME} WITH (FORCE)')
        sys.exit(1)


if __name__ == '__main__':
    main()
