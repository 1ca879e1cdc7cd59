"""Streams of operations, by a seed.

The generator looks at the model to choose what makes sense, and then, often,
one step beside it: amounts at a limit and one fen more, moments at midnight
and a microsecond before, a person who is no party.  The weights themselves
are random, so that each seed has habits of its own.
"""

import random
import uuid
from datetime import date, datetime, timedelta

from operations import Bad, Operation, play
from world import INVERSE_CLASS, KIN_CLASS, PREMIUMS, REGIONS, USES, World, first_of_month, month_before, next_month, province

FIRST_DAY = date(2025, 12, 1)       # of the ledger
LAST_DAY = date(2027, 11, 30)       # the clock goes no further; there are partitions to the end of the month after

# kind of operation: usual weight
WEIGHTS = {
    'transfer': 20, 'transfer_batch': 3, 'transfer_application': 2, 'spend': 14, 'refund': 8, 'refund_own_account': 3,
    'hold': 7, 'capture': 6, 'cancel_hold': 2, 'pay_premium': 3, 'credit_account': 6, 'credit_accounts': 1,
    'request_relation': 6, 'accept_relation': 4, 'refuse_relation': 0.5, 'withdraw_relation': 0.5, 'establish_relation': 5, 'establish_relations': 0.5,
    'dissolve_relation': 3, 'sweep': 1, 'freeze_wallet': 0.6, 'unfreeze_wallet': 1.2, 'close_wallet': 0.4, 'open_wallet': 1,
    'update_person': 1, 'insurance_event': 0.4, 'describe_person': 0.3, 'open_region': 0.2, 'update_provider': 0.5,
    'clearing': 3, 'amend_policy': 0.6, 'clock': 8, 'repeat': 6,
}
PROVIDERS = ('H64010000001', 'H37010000001', 'H32050000001', 'P37010000001', 'P64020000001', 'P66000000001', 'H64020000002')
NAMES = ('王一', "O'Neil", '李 二', 'x')


def citizen_id(region, birth, sequence):
    # nobody's number begins with the Corps' code
    area = region[:4].replace('6600', '6501')
    body = f'{area}99{birth:%Y%m%d}{sequence:03d}'
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + '10X98765432'[sum(int(digit) * w for digit, w in zip(body, weights)) % 11]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.world = World()
        self.uid = 0
        self.latest = None              # the clock never falls behind this by more than a day
        self.sent = []                  # operations with a request id, to be repeated
        self.weights = {kind: weight * self.random.choice((0.3, 1, 1, 3)) for kind, weight in WEIGHTS.items()}
        self.density = self.random.choice((0.5, 1, 2))
        self.setup = self.make_setup()

    def operation(self, kind, *arguments, persons=(None, None)):
        self.uid += 1
        return Operation(self.uid, kind, arguments, persons)

    # ---- the beginning -----------------------------------------------------

    def make_setup(self):
        rnd = self.random
        start = datetime(2026, 1, 1) + timedelta(days=rnd.randrange(360), seconds=rnd.randrange(86400))
        if rnd.random() < 0.15:
            start = datetime(2026, 1, rnd.randrange(5, 10), 12)     # about the regime's change (C6)
        ops = [self.operation('clock', start)]
        self.latest = start
        for code in PROVIDERS:
            ops.append(self.operation('add_provider', code, 'medical_institution' if code[0] == 'H' else 'pharmacy', code[1:7]))
        for region in rnd.sample(REGIONS, 5):
            for kind in PREMIUMS:
                for year in range(2026, 2029):
                    first, end = None, None
                    if rnd.random() < 0.2:
                        first = date(year - 1, rnd.randrange(1, 12), 1)
                        end = first + timedelta(days=rnd.randrange(30, 400))
                    ops.append(self.operation('add_premium', region, kind, year, rnd.choice((40000, 100, 38001)), first, end, rnd.random() < 0.9))
        regions = rnd.sample(REGIONS, rnd.randrange(2, 6))
        n = rnd.randrange(4, 12)
        for person in range(1, n + 1):
            region = rnd.choice(regions)
            ops.append(self.make_person(person, region, start))
            if rnd.random() < 0.9:
                ops.append(self.operation('open_wallet', person, rnd.choice((None, region, rnd.choice(REGIONS))), persons=(person, None)))
            if rnd.random() < 0.9:
                ops.append(self.operation('credit_account', self.new_request(), person, rnd.choice((500000, 1000000, 250000, 30001)), None,
                                          persons=(person, None)))
        for _ in range(rnd.randrange(1, 4)):
            ops.append(self.operation('amend_policy', *self.policy_change()))
        return ops

    def make_person(self, person, region, now):
        rnd = self.random
        if rnd.random() < 0.75:
            birth = date(rnd.randrange(1940, 2000), rnd.randrange(1, 13), rnd.randrange(1, 29))
        else:
            # about the ages of 0, 14 and 16; the server knows of no later births
            birth = now.date() - timedelta(days=round(365.25 * rnd.choice((0.1, 14, 16)) - rnd.randrange(200)))
            birth = min(birth, date(2026, 3, 1))
        return self.operation(
            'add_person', person, citizen_id(region, birth, person), rnd.choice(NAMES), region,
            'employee' if rnd.random() < 0.75 else 'resident', 'normal' if rnd.random() < 0.97 else 'paused',
            f'c{person}' if rnd.random() < 0.95 else None, rnd.randrange(1, person) if person > 1 and rnd.random() < 0.25 else None,
            rnd.random() < 0.93, rnd.random() < 0.2)

    # ---- random values -----------------------------------------------------

    def new_request(self):
        """A request id: of version 7 (of any time), or of another version."""
        rnd = self.random
        bits = rnd.getrandbits(128)
        if rnd.random() < 0.5:
            seconds = int((self.latest - datetime(1970, 1, 1)).total_seconds()) if self.latest else 1770000000
            milliseconds = (seconds - rnd.choice((0, 0, 60, 86400, 30 * 86400))) * 1000 + rnd.randrange(1000)
            bits = bits & ((1 << 80) - 1) | milliseconds << 80
            version = 7
        else:
            version = rnd.choice((4, 5))
        bits = bits & ~(0xf << 76) | version << 76
        bits = bits & ~(0x3 << 62) | 0x2 << 62
        return str(uuid.UUID(int=bits))

    def request(self):
        """Mostly a new request id, now and then one that was used, by anybody for anything."""
        if self.sent and self.random.random() < 0.03:
            return self.random.choice(self.sent).arguments[0]
        return self.new_request()

    def person(self):
        """A person: mostly one who can do something, now and then nobody."""
        dice = self.random.random()
        if dice < 0.01:
            return self.random.choice((0, 99, -1, 2 ** 62))
        usable = [p.person for p in self.world.persons.values() if p.status == 'normal' and p.wallet == 'open']
        return self.random.choice(usable if usable and dice < 0.8 else list(self.world.persons))

    def near(self, *limits):
        """An amount: one within the first limit, mostly; else about any of them."""
        rnd = self.random
        dice = rnd.random()
        if dice < 0.55:
            return rnd.randrange(1, max(2, limits[0] // rnd.choice((1, 1, 4, 20))))
        limit = rnd.choice(limits)
        if dice < 0.75:
            return limit
        if dice < 0.85:
            return limit + 1
        if dice < 0.9:
            return limit - 1
        if dice < 0.93:
            return rnd.choice((0, 1, -1, -limit, 10 ** 12))
        if dice < 0.94:
            return rnd.choice((None, Bad('1.234'), Bad('NaN'), Bad('1e3'), Bad(''), Bad('92233720368547758.08', '22003')))
        return rnd.randrange(1, max(2, limit + 1))

    def policy_change(self):
        rnd = self.random
        scope = rnd.choice(('nation', province(rnd.choice(REGIONS)), rnd.choice(REGIONS)))
        # what was posted on a day was judged by that day's policy: from tomorrow on, wherever the clock goes back to
        day = self.latest.date() + timedelta(days=rnd.choice((1, 1, 2)))
        possible = {
            'cross_province': rnd.random() < 0.7,
            'kinship': tuple(rnd.sample(list(KIN_CLASS), rnd.randrange(5, 11))),
            'transfer_min': rnd.choice((1, 1, 100)),
            'transfer_max': rnd.choice((200000, 200000, 50000, 100)),
            'transfers_per_day': rnd.choice((3, 3, 1, 5, 0, 40)),
            'reserve': rnd.choice((0, 1, 10000, 100000)),
            'provider_region_rule': rnd.choice(('any', 'any', 'insured_region', 'use_region')),
            'own_account_first': rnd.random() < 0.5,
            'uses': tuple(rnd.sample(list(USES) + list(PREMIUMS), rnd.randrange(4, 7))),
            'premium_window': rnd.choice(((901, 1231), (101, 1231), (1101, 1130))),
            'relation_cap': rnd.choice((None, None, 1, 2, 5)),
            'request_expiry': rnd.choice((timedelta(days=7), timedelta(days=1), timedelta(hours=1))),
            'hold_expiry': rnd.choice((timedelta(hours=24), timedelta(hours=1), timedelta(days=3))),
            'pause_days': rnd.choice((90, 0, 1, 30)),
            'pause_is_change': rnd.random() < 0.3,
        }
        changes = tuple((column, possible[column]) for column in rnd.sample(list(possible), rnd.randrange(1, 4)))
        return scope, day, changes

    def moment(self):
        """The next time: mostly a little later, often at an edge, now and then back."""
        rnd, now = self.random, self.world.now
        midnight = datetime(now.year, now.month, now.day) + timedelta(days=1)
        month = next_month(first_of_month(now))
        month_end = datetime(month.year, month.month, 1)
        edges = [timedelta(microseconds=d) for d in (-1, 0, 1)]
        dice = rnd.random()
        if dice < 0.35:
            later = now + timedelta(seconds=rnd.choice((0, 1, 59, 600, rnd.randrange(7200))))
        elif dice < 0.5:
            later = midnight + rnd.choice(edges)
        elif dice < 0.68:
            later = now + timedelta(days=rnd.choice((1, 1, 2, 5, 8)), seconds=rnd.randrange(3600))
        elif dice < 0.76:
            later = month_end + rnd.choice(edges)
        elif dice < 0.82:
            later = self.deadline() or midnight
        elif dice < 0.85:
            later = now + timedelta(days=rnd.choice((30, 31, 45)))
        elif dice < 0.86:
            later = datetime(now.year + 1, rnd.choice((1, 1, 4)), 1) + rnd.choice(edges)
        else:
            # back, but never more than a day behind what was
            later = self.latest - timedelta(seconds=rnd.choice((1, 60, 3600, 86400, rnd.randrange(86400))))
        if later >= datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day):
            later = now + timedelta(seconds=1)
        return max(later, self.latest - timedelta(days=1))

    def deadline(self):
        """When a hold or a request runs out, to the microsecond."""
        ends = [h.expires_at for h in self.world.holds.values() if h.state == 'open' and h.expires_at > self.world.now]
        ends += [r.expires_at for r in self.world.relations.values() if r.state == 'requested' and r.expires_at > self.world.now]
        if not ends:
            return None
        return self.random.choice(ends) + timedelta(microseconds=self.random.choice((-1, 0, 1)))

    def relation(self, *states):
        """A relation in one of the states, mostly; else any, or None."""
        names = [x.name for x in self.world.relations.values()
                 if x.state in states and (x.state != 'requested' or self.world.now <= x.expires_at)]
        if not names and self.random.random() < 0.9:
            return None
        if not names or self.random.random() < 0.1:
            names = list(self.world.relations) or ['0']
        if self.random.random() < 0.01:
            return '0'
        return self.random.choice(names[-8:])

    def parties(self, relation):
        x = self.world.relations.get(relation)
        return (x.contributor, x.recipient) if x else (None, None)

    def actor(self, relation):
        """Who acts on a relation: a party, a guardian, or a stranger."""
        rnd = self.random
        c, r = self.parties(relation)
        if c is None or rnd.random() < 0.1:
            return self.person()
        party = rnd.choice((c, r))
        guardian = self.world.persons[party].guardian
        return guardian if guardian and rnd.random() < 0.5 else party

    def partner(self, person):
        """Somebody with a relation to the person, mostly."""
        partners = [x.recipient for x in self.world.relations.values() if x.contributor == person and x.has_quota_open()]
        if partners and self.random.random() < 0.85:
            return self.random.choice(partners)
        other = self.person()
        return other if other != person or self.random.random() < 0.2 else self.person()

    def contributor(self):
        givers = [x.contributor for x in self.world.relations.values() if x.state == 'active']
        if givers and self.random.random() < 0.85:
            return self.random.choice(givers)
        return self.person()

    def recipient(self):
        receivers = [x.recipient for x in self.world.relations.values() if x.state in ('active', 'suspended') and x.remaining > 0]
        if receivers and self.random.random() < 0.8:
            return self.random.choice(receivers)
        return self.person()

    def kinship(self, c, r):
        """A kinship that fits the births, mostly."""
        rnd = self.random
        persons = self.world.persons
        kinships = list(KIN_CLASS)
        if c in persons and r in persons and rnd.random() < 0.9:
            for x in self.world.relations.values():
                if (x.contributor, x.recipient) == (r, c) and self.world.is_open(x):
                    return INVERSE_CLASS[KIN_CLASS[x.kinship]]
            older = persons[r].birth < persons[c].birth
            same = ['spouse', 'sibling', 'sibling']
            return rnd.choice(same + (['parent', 'grandparent', 'paternal_grandparent'] if older else ['child', 'grandchild', 'maternal_grandchild']))
        return rnd.choice(kinships)

    def quota(self, person):
        return sum(x.remaining for x in self.world.quotas_to_draw(person))

    def provider(self, use):
        rnd = self.random
        if rnd.random() < 0.02:
            return rnd.choice(('H99999999999', 'H64010000099', '', None))
        fitting = [code for code in PROVIDERS if (code[0] == 'H') == (use == 'medical')]
        return rnd.choice(fitting if rnd.random() < 0.95 else PROVIDERS)

    def use(self):
        return self.random.choice(list(USES) if self.random.random() < 0.98 else ['resident_medical', 'gym', ''])

    # ---- the stream --------------------------------------------------------

    def stream(self, length):
        """Operations, each to be played on self.world before the next is asked for."""
        yield from self.setup
        for _ in range(length):
            usable = [p.person for p in self.world.persons.values() if p.status == 'normal' and p.wallet == 'open']
            if self.random.random() < 0.1 and len(usable) < 5:
                yield from self.newcomer(len(self.world.persons) + 1)
            active = sum(x.state == 'active' for x in self.world.relations.values())
            if self.random.random() < 0.15 and active < self.density * len(self.world.persons):
                op = self.likely_relation(usable)
                if op:
                    yield op
            yield self.next()
        yield from self.epilogue()

    def epilogue(self):
        """Clear all that was spent, and look at every table."""
        end = next_month(first_of_month(self.latest))
        yield self.operation('clock', datetime(end.year, end.month, 1))
        for month in sorted(m for m in self.world.fact_months | set(self.world.months) if m < end):
            yield self.operation('cut_off', month)
            yield self.operation('split', month)
            for level in ('province', 'region', 'intra_province'):
                yield self.operation('clearing_pairs', month, level)

    def next_clearing(self):
        """The next step of some month, or one that it is not time for."""
        rnd = self.random
        months = self.world.months
        today = self.world.today()
        if rnd.random() < 0.25:
            month = rnd.choice(sorted(months) + [first_of_month(today), month_before(first_of_month(today)), date(2024, 1, 1), today])
            step = rnd.choice(('cut_off', 'split', 'confirm_month', 'issue_notices', 'close_month', 'clearing_pairs'))
        else:
            uncut = sorted(m for m in self.world.fact_months if m not in months and m < first_of_month(today))
            unfinished = [m for m in sorted(months) if months[m].state != 'closed']
            month = rnd.choice((uncut[:1] + unfinished[:3]) or [month_before(first_of_month(today))])
            state = months[month].state if month in months else 'open'
            step = {'open': 'cut_off', 'cut_off': 'split', 'split': rnd.choice(('confirm_month',) * 6 + ('split', 'clearing_pairs')),
                    'confirmed': 'issue_notices', 'noticed': rnd.choice(('pay',) * 4 + ('receive',)),
                    'paid': rnd.choice(('receive', 'receive', 'close_month')), 'closed': 'close_month'}[state]
        if step == 'confirm_month':
            provinces = sorted({province(region) for region in REGIONS})
            if month in months and months[month].tables and rnd.random() < 0.9:
                missing = {province(r) for pair in months[month].tables['region'] for r in pair} - months[month].signed
                provinces = sorted(missing) or provinces
            return self.operation('confirm_month', month, rnd.choice(provinces + ['640100'] * (rnd.random() < 0.05)))
        if step == 'clearing_pairs':
            return self.operation('clearing_pairs', month, rnd.choice(('province', 'region', 'intra_province', 'nation')))
        if step in ('pay', 'receive'):
            return self.settle(month, step)
        return self.operation(step, month)

    def settle(self, month, step):
        rnd = self.random
        today = self.world.today()
        day = today - timedelta(days=rnd.choice((0, 0, 0, 0, 1, 30, -1)))
        notices = [n for n in self.world.notices.values() if n.month == month]
        open_ones = [n for n in notices if n.side == step and (n.paid_on is None if step == 'pay' else n.paid_on and not n.received_on)]
        notice = rnd.choice(open_ones if open_ones and rnd.random() < 0.9 else notices or [None])
        if notice is None:
            return None
        number = notice.number if rnd.random() < 0.98 else 'KW-1'
        if step == 'receive':
            return self.operation('confirm_receipt', number, day)
        # one thing wrong at most: which is found first is not said
        reference = rnd.choice(('b1', 'b2', self.new_request(), self.new_request()))
        if day != today:
            reference = self.new_request()
        if rnd.random() < 0.3:
            left = notice.amount - notice.paid
            amount = rnd.choice((left, left + 1, 0, max(1, left // 3)))
            if not 0 < amount <= left:
                reference = self.new_request()
            return self.operation('record_instalment', number, amount, today, reference)
        return self.operation('record_payment', number, day, reference)

    def newcomer(self, person):
        """A person with a wallet and money."""
        yield self.make_person(person, self.random.choice(REGIONS), self.world.now)
        yield self.operation('open_wallet', person, None, persons=(person, None))
        yield self.operation('credit_account', self.new_request(), person, 500000, None, persons=(person, None))

    def likely_relation(self, usable):
        """A relation that will likely be made: without some there is nothing to do."""
        givers = [p for p in usable if self.world.persons[p].has_account()]
        if not givers or len(usable) < 2:
            return None
        c, r = self.random.sample(usable, 2)
        # several who give to the same one
        if self.random.random() < 0.5:
            r = min(usable)
        if self.random.random() < 0.8:
            c = self.random.choice([p for p in givers if p != r] or [c])
        return self.operation('establish_relation', c, r, self.kinship(c, r), persons=(c, r))

    def next(self):
        """The next operation, and what the model says of it must be played by the caller."""
        rnd = self.random
        while True:
            kind = rnd.choices(list(self.weights), list(self.weights.values()))[0]
            op = getattr(self, 'next_' + kind)()
            if op is None:
                continue
            if op.kind not in ('clock', 'amend_policy', 'credit_accounts', 'transfer_batch') and op.arguments and isinstance(op.arguments[0], str) \
                    and len(op.arguments[0]) == 36:
                self.sent.append(op)
                del self.sent[:-60]
            return op

    def next_clock(self):
        moment = self.moment()
        self.latest = max(self.latest, moment)
        return self.operation('clock', moment, persons=(self.person(), None))

    def next_repeat(self):
        """The same request again, as it was or with one argument changed."""
        rnd = self.random
        if not self.sent:
            return None
        before = rnd.choice(self.sent if rnd.random() < 0.3 else self.sent[-6:])
        arguments = list(before.arguments)
        if rnd.random() < 0.3:
            place = rnd.randrange(1, len(arguments))
            if isinstance(arguments[place], bool):
                arguments[place] = not arguments[place]
            elif isinstance(arguments[place], int) and not (before.kind == 'pay_premium' and place == 3):
                arguments[place] += rnd.choice((1, -1))
        return self.operation(before.kind, *arguments, persons=before.persons)

    def next_transfer(self):
        rnd = self.random
        c = self.contributor()
        r = self.partner(c)
        limits = [200000, 1000]
        if c in self.world.persons:
            p = self.world.persons[c]
            policy = self.world.policy(p.region)
            free = max(0, p.available - policy.reserve)
            limits = [min(free, policy.transfer_max), p.available, free, policy.transfer_max, policy.transfer_min]
        return self.operation('transfer', self.request(), c, r, self.near(*limits), persons=(c, r))

    def next_transfer_batch(self):
        n = self.random.randrange(0, 7)
        items = [self.next_transfer().arguments for _ in range(n)]
        if n > 1 and self.random.random() < 0.3:
            items[-1] = items[0]
        items = [i for i in items if not isinstance(i[3], Bad) and (i[3] is not None or self.random.random() < 0.1)]
        columns = list(zip(*items)) or [(), (), (), ()]
        persons = (columns[1][0], columns[2][0]) if items else (None, None)
        return self.operation('transfer_batch', *columns, persons=persons)

    def next_transfer_application(self):
        rnd = self.random
        request, c, r, amount = self.next_transfer().arguments
        if r not in self.world.persons:
            return None
        p = self.world.persons[r]
        name, number, region = p.name, p.citizen_id, p.region
        dice = rnd.random()
        if dice < 0.05:
            name = 'nobody'
        elif dice < 0.1:
            region = rnd.choice(REGIONS)
        elif dice < 0.12:
            number = '640299198003121018'
        return self.operation('transfer_application', request, c, name, number, region, amount, 'v' if rnd.random() < 0.97 else '', persons=(c, r))

    def next_spend(self):
        rnd = self.random
        r = self.recipient()
        use = self.use()
        own = self.world.persons[r].available if r in self.world.persons else 0
        quota = self.quota(r)
        amount = self.near(own + quota, own, quota, own + 1000, 1000)
        if quota and rnd.random() < 0.4:
            # all that comes first, and of the quotas often more than one
            first = own if self.world.policy(self.world.persons[r].region).own_account_first else 0
            amount = first + rnd.randrange(1, quota + 1)
        return self.operation('spend', self.request(), r, self.provider(use), use, amount,
                              rnd.random() < 0.35, persons=(r, self.giver(r)))

    def giver(self, recipient):
        givers = [x.contributor for x in self.world.relations.values() if x.recipient == recipient and x.has_quota_open()]
        return self.random.choice(givers) if givers else None

    def next_hold(self):
        rnd = self.random
        r = self.recipient()
        use = self.use()
        expires = rnd.choice((None, None, timedelta(minutes=5), timedelta(days=2), timedelta(days=366), timedelta(days=367), timedelta(0)))
        if expires in (timedelta(0), timedelta(days=367)) and rnd.random() < 0.8:
            expires = timedelta(hours=2)
        return self.operation('hold', self.request(), r, self.provider(use), use, self.near(self.quota(r), 1000, 5000), expires,
                              persons=(r, self.giver(r)))

    def a_hold(self):
        names = [h.name for h in self.world.holds.values() if h.state == 'open' and h.expires_at >= self.world.now]
        if not names or self.random.random() < 0.08:
            names = list(self.world.holds) or ['0']
        name = self.random.choice(names)
        hold = self.world.holds.get(name)
        return name, hold, ((hold.recipient, hold.parts[-1][0].contributor) if hold else (None, None))

    def next_capture(self):
        name, hold, persons = self.a_hold()
        return self.operation('capture', self.request(), name, self.near(hold.amount if hold else 100, 1), persons=persons)

    def next_cancel_hold(self):
        name, hold, persons = self.a_hold()
        return self.operation('cancel_hold', name, persons=persons)

    def next_pay_premium(self):
        rnd = self.random
        r = self.recipient()
        kind = rnd.choice(PREMIUMS + ('gym',) if rnd.random() < 0.05 else PREMIUMS)
        year = self.world.now.year + rnd.choice((0, 1, 1, 1, 2))
        p = self.world.persons.get(r)
        standard = self.world.premium_standards.get((p.region, kind, year)) if p else None
        amount = standard[0] if standard and rnd.random() < 0.9 else self.near(40000)
        return self.operation('pay_premium', self.request(), r, kind, year, amount, rnd.choice((None, None, 'newborn', 'released', 'moved')),
                              persons=(r, self.giver(r)))

    def a_spending(self, aid):
        fitting = [s for s in self.world.spendings.values() if (s.mutual_aid > s.refunded_aid if aid else s.own_account > s.refunded_own)]
        if not fitting or self.random.random() < 0.1:
            fitting = list(self.world.spendings.values())
        if not fitting or self.random.random() < 0.01:
            return None
        return self.random.choice(fitting if self.random.random() < 0.3 else fitting[-8:])

    def next_refund(self):
        s = self.a_spending(True)
        if s is None:
            return self.operation('refund', self.request(), '0', 100)
        other = s.draws[0].relation.contributor if s.draws else None
        return self.operation('refund', self.request(), s.name, self.near(s.mutual_aid - s.refunded_aid, s.mutual_aid), persons=(s.recipient, other))

    def next_refund_own_account(self):
        s = self.a_spending(False)
        if s is None:
            return self.operation('refund_own_account', self.request(), '0', 100)
        return self.operation('refund_own_account', self.request(), s.name, self.near(s.own_account - s.refunded_own, s.own_account),
                              persons=(s.recipient, None))

    def next_credit_account(self):
        person = self.person()
        return self.operation('credit_account', self.request(), person, self.near(50000, 10000, 1), self.random.choice((None, None, 'memo')),
                              persons=(person, None))

    def next_credit_accounts(self):
        rnd = self.random
        n = rnd.randrange(1, 5)
        requests = [self.new_request() for _ in range(n)]
        # one thing wrong at most: which item is refused first is not said
        earners = [p.person for p in self.world.persons.values() if p.has_account()]
        if not earners:
            return None
        persons = [rnd.choice(earners) for _ in range(n)]
        amounts = [rnd.choice((5000, 2000)) for _ in range(n)]
        dice = rnd.random()
        if n > 1 and rnd.random() < 0.3:
            persons[-1] = persons[0]
        if dice < 0.1:
            amounts[0] = 0
        elif dice < 0.3:
            requests[-1] = self.request() if n == 1 or rnd.random() < 0.5 else requests[0]
        elif dice > 0.9:
            persons[0] = rnd.choice(list(self.world.persons))
        return self.operation('credit_accounts', tuple(requests), tuple(persons), tuple(amounts), persons=(persons[0], persons[-1]))

    def couple(self):
        rnd = self.random
        c, r = self.person(), self.person()
        if rnd.random() < 0.85:
            c = rnd.choice([p.person for p in self.world.persons.values() if p.has_account()] or [c])
        if c == r and rnd.random() < 0.95:
            return None
        if rnd.random() < 0.7 and any((x.contributor, x.recipient) == (c, r) and self.world.is_open(x) for x in self.world.relations.values()):
            return None
        return c, r

    def next_request_relation(self):
        couple = self.couple()
        if couple is None:
            return None
        c, r = couple
        by = self.random.choice((c, r))
        guardian = self.world.persons[by].guardian if by in self.world.persons else None
        if guardian and self.random.random() < 0.6:
            by = guardian
        if self.random.random() < 0.05:
            by = self.person()
        return self.operation('request_relation', c, r, self.kinship(c, r), by, persons=(c, r))

    def next_establish_relation(self):
        couple = self.couple()
        if couple is None:
            return None
        c, r = couple
        return self.operation('establish_relation', c, r, self.kinship(c, r), persons=(c, r))

    def next_establish_relations(self):
        couples = [c for c in (self.couple() for _ in range(self.random.randrange(4))) if c]
        columns = zip(*((c, r, self.kinship(c, r)) for c, r in couples)) if couples else ((), (), ())
        return self.operation('establish_relations', *columns, persons=couples[-1] if couples else (None, None))

    def next_accept_relation(self):
        relation = self.relation('requested')
        if relation is None:
            return None
        return self.operation('accept_relation', relation, self.actor(relation), persons=self.parties(relation))

    def next_refuse_relation(self):
        relation = self.relation('requested')
        if relation is None:
            return None
        return self.operation('refuse_relation', relation, self.actor(relation), persons=self.parties(relation))

    def next_withdraw_relation(self):
        relation = self.relation('requested')
        if relation is None:
            return None
        return self.operation('withdraw_relation', relation, self.actor(relation), persons=self.parties(relation))

    def next_dissolve_relation(self):
        rnd = self.random
        relation = self.relation('active', 'suspended')
        if relation is None:
            return None
        reason = rnd.choice(('voluntary', 'voluntary', 'voluntary', 'kinship_ended', 'agency'))
        by = self.actor(relation)
        if reason == 'agency' or (reason == 'kinship_ended' and rnd.random() < 0.5):
            by = None
        return self.operation('dissolve_relation', relation, by, reason, persons=self.parties(relation))

    def next_sweep(self):
        return self.operation('sweep', persons=(self.person(), self.person()))

    def next_freeze_wallet(self):
        person = self.person()
        return self.operation('freeze_wallet', person, self.random.choice(('why', 'why', 'why', ' ')), persons=(person, None))

    def next_unfreeze_wallet(self):
        frozen = [p.person for p in self.world.persons.values() if p.wallet == 'frozen'] or [self.person()]
        person = self.random.choice(frozen)
        return self.operation('unfreeze_wallet', person, 'why', persons=(person, None))

    def next_close_wallet(self):
        person = self.person()
        return self.operation('close_wallet', person, persons=(person, self.person()))

    def next_open_wallet(self):
        shut = [p.person for p in self.world.persons.values() if p.wallet not in ('open', 'frozen')]
        person = self.random.choice(shut) if shut and self.random.random() < 0.9 else self.person()
        return self.operation('open_wallet', person, self.random.choice((None, None) + REGIONS), persons=(person, None))

    def change(self, p):
        """What may happen to an insured person: region, scheme, status, individual_account."""
        rnd = self.random
        dice = rnd.random()
        if p is not None and p.status in ('paused', 'terminated') and dice < 0.7:
            return None, None, 'normal', None
        if dice < 0.3:
            return rnd.choice(REGIONS), None, None, None
        if dice < 0.45:
            return None, rnd.choice(('employee', 'resident')), None, None
        if dice < 0.8:
            return None, None, 'paused', None
        if dice < 0.88:
            return None, None, 'terminated', None
        if dice < 0.93:
            return None, None, rnd.choice(('deceased', 'normal')), None
        return None, None, None, rnd.random() < 0.7

    def next_update_person(self):
        rnd = self.random
        person = self.person()
        persons = [person]
        while rnd.random() < 0.2:
            persons.append(self.person())
        region, scheme, status, individual_account = self.change(self.world.persons.get(person))
        return self.operation('update_person', tuple(dict.fromkeys(persons)), region, scheme, status, individual_account,
                              persons=(person, self.partner(person)))

    def next_insurance_event(self):
        rnd = self.random
        person = self.person()
        region, scheme, status, _ = self.change(self.world.persons.get(person))
        day = self.world.today() - timedelta(days=rnd.choice((0, 0, 5, 40, -1)))
        return self.operation('insurance_event', f'e{rnd.randrange(40)}', person, day, region, scheme, status, persons=(person, self.partner(person)))

    def next_describe_person(self):
        rnd = self.random
        person = rnd.choice(list(self.world.persons))
        others = [p for p in self.world.persons if p != person]
        return self.operation('describe_person', person, rnd.choice(NAMES), rnd.choice(others) if rnd.random() < 0.4 else None, rnd.random() < 0.3)

    def next_open_region(self):
        rnd = self.random
        day = rnd.choice((None, date(2025, 7, 15), date(2026, 1, 9), self.world.today(), self.world.today() + timedelta(days=1)))
        return self.operation('open_region', rnd.choice(REGIONS), day)

    def next_update_provider(self):
        rnd = self.random
        today = self.world.today()
        return self.operation('update_provider', rnd.choice(PROVIDERS), rnd.random() < 0.8,
                              rnd.choice((None, None, today, today + timedelta(days=1))), rnd.choice((None, None, today + timedelta(days=3))))

    def next_amend_policy(self):
        return self.operation('amend_policy', *self.policy_change())
