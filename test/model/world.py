"""A plain model of kinwallet: what rules.md says, in memory.

Nothing here knows tables, locks or plans.  Money is whole fen, time is a naive
datetime in Asia/Shanghai (which has no summer time).  Each public method of
World is one call of the extension: it returns what the call returns, or raises
Refused with the SQLSTATE, having changed nothing.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta


class Refused(Exception):
    def __init__(self, sqlstate):
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def refuse_unless(holds, sqlstate):
    if not holds:
        raise Refused(sqlstate)


def yuan(fen):
    sign = '-' if fen < 0 else ''
    return f'{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}'


def province(region):
    return region[:2] + '0000'


def first_of_month(day):
    return date(day.year, day.month, 1)


def next_month(month):
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_before(month):
    return first_of_month(month - timedelta(days=1))


# Kinship: the class decides, the side of the family does not (rules.md 3.8).
KIN_CLASS = {
    'spouse': 'spouse', 'parent': 'parent', 'child': 'child', 'sibling': 'sibling',
    'grandparent': 'grandparent', 'paternal_grandparent': 'grandparent', 'maternal_grandparent': 'grandparent',
    'grandchild': 'grandchild', 'paternal_grandchild': 'grandchild', 'maternal_grandchild': 'grandchild',
}
INVERSE_CLASS = {
    'spouse': 'spouse', 'parent': 'child', 'child': 'parent', 'sibling': 'sibling',
    'grandparent': 'grandchild', 'grandchild': 'grandparent',
}
USES = {'medical': 'medical_institution', 'drug': 'pharmacy', 'device': 'pharmacy', 'consumable': 'pharmacy'}
# the regions of the model's small world
REGIONS = ('640100', '640200', '370100', '370200', '320500', '110000', '660000', '650100')
# the months that have partitions
FIRST_MONTH, LAST_MONTH = date(2025, 12, 1), date(2027, 12, 1)
PREMIUMS = ('resident_medical', 'long_term_care')


@dataclass
class Policy:
    scope: str                      # 'nation', a province's code, or a region's
    first: date                     # first day
    end: date                       # day after the last
    cross_province: bool = True
    kinship: tuple = tuple(KIN_CLASS)
    transfer_min: int = 1
    transfer_max: int = 200000
    transfers_per_day: int = 3
    reserve: int = 0
    provider_region_rule: str = 'any'
    own_account_first: bool = True
    uses: tuple = tuple(USES) + PREMIUMS
    premium_window: tuple = (901, 1231)
    relation_cap: int = None
    request_expiry: timedelta = timedelta(days=7)
    hold_expiry: timedelta = timedelta(hours=24)
    pause_days: int = 90
    pause_is_change: bool = False

    def allows(self, kinship):
        return any(kinship == k or (k == KIN_CLASS[k] and KIN_CLASS[kinship] == k) for k in self.kinship)


@dataclass
class Person:
    person: int
    birth: date
    region: str
    scheme: str
    citizen_id: str
    name: str
    status: str = 'normal'
    status_since: date = None
    individual_account: bool = True
    credential: str = None
    guardian: int = None
    auto_accept: bool = False
    # the account and the wallet
    wallet: str = 'none'            # none, pending, open, frozen, closed
    available: int = 0
    place: str = None
    opened_at: datetime = None
    transfers: dict = field(default_factory=dict)      # day -> number

    def has_account(self):
        return self.scheme == 'employee' and self.individual_account


@dataclass
class Provider:
    code: str
    kind: str
    region: str
    accepts_wallet: bool = True
    first: date = date.min
    end: date = date.max


@dataclass
class Relation:
    name: str
    order: tuple                    # in order of ids: month, then number
    contributor: int
    recipient: int
    kinship: str
    contributor_region: str
    recipient_region: str
    state: str = 'requested'
    asked_by: str = None            # 'contributor' or 'recipient'
    expires_at: datetime = None
    active_since: datetime = None
    causes: set = field(default_factory=set)
    remaining: int = 0
    held: int = 0
    spent: int = 0
    returned: int = 0
    reason: str = None

    def has_quota_open(self):
        return self.state in ('active', 'suspended')


@dataclass
class Hold:
    name: str
    recipient: int
    provider: str
    use: str
    amount: int
    parts: list                     # (relation, amount) in order
    expires_at: datetime
    state: str = 'open'


@dataclass
class Draw:
    relation: Relation
    amount: int
    restored: int = 0


@dataclass
class Spending:
    name: str
    recipient: int
    at: datetime
    own_account: int
    mutual_aid: int
    cash: int
    draws: list
    payee_region: str
    use: str
    cover_year: int = None
    refunded_aid: int = 0
    refunded_own: int = 0

    def row(self):
        return f'{self.name} {yuan(self.own_account)} {yuan(self.mutual_aid)} {yuan(self.cash)}'


@dataclass
class Line:
    """What clearing sees: a draw, or a restore (negative)."""
    month: date
    spending: str
    payer: str
    payee: str
    scope: str
    amount: int
    restore: bool


@dataclass
class Month:
    state: str = 'cut_off'
    signed: set = field(default_factory=set)
    tables: dict = field(default_factory=dict)          # level -> (payer, payee) -> Pair


@dataclass
class Pair:
    scope: str
    spendings: set = field(default_factory=set)
    items: int = 0
    gross: int = 0
    reversed: int = 0

    def due(self):
        return max(0, self.gross - self.reversed)

    def adjustment(self):
        return max(0, self.reversed - self.gross)


@dataclass
class Notice:
    number: str
    month: date
    side: str
    amount: int
    issued_on: date
    partner: str
    paid: int = 0
    paid_on: date = None
    received_on: date = None
    last_payment: date = date.min
    references: set = field(default_factory=set)


class World:
    def __init__(self):
        self.now = None
        self.regions = {}               # code -> opening day or None
        self.policies = []
        self.providers = {}
        self.premium_standards = {}     # (region, kind, year) -> (amount, first, end, enabled)
        self.persons = {}
        self.relations = {}
        self.holds = {}
        self.spendings = {}
        self.requests = {}              # (function, person, request id) -> (month, arguments, result)
        self.events = {}
        self.premiums = {}              # (person, kind, year) -> spending
        self.suspense = {}              # (person, region) -> amount
        self.lines = []
        self.fact_months = set()
        self.months = {}                # month that was cut off -> Month
        self.notices = {}               # number -> Notice
        self.counter = 0
        # the shipped policies (rules.md 1.8, C6) and the regions' opening days
        self.policies = [
            Policy('nation', date.min, date(2026, 1, 9), cross_province=False, kinship=('spouse', 'parent', 'child')),
            Policy('nation', date(2026, 1, 9), date.max),
            Policy('640000', date(2025, 7, 15), date.max),
        ]
        for region in REGIONS:
            self.regions[region] = date(2025, 7, 15) if province(region) == '640000' else date(2026, 1, 9)

    # ---- time and policy ---------------------------------------------------

    def today(self):
        return self.now.date()

    def month(self):
        return first_of_month(self.now)

    def policy(self, region, day=None):
        """The most specific policy that is valid on the day."""
        day = day or self.today()
        for scope in (region, province(region), 'nation'):
            for policy in self.policies:
                if policy.scope == scope and policy.first <= day < policy.end:
                    return policy
        raise Refused('55000')

    # ---- what the site keeps in its own tables -----------------------------

    def clock(self, uid, moment):
        self.now = moment
        return ''

    def add_person(self, uid, person, citizen_id, name, region, scheme, status, credential, guardian, individual_account, auto_accept):
        refuse_unless(guardian is None or guardian in self.persons, '23503')
        birth = datetime.strptime(citizen_id[6:14], '%Y%m%d').date()
        self.persons[person] = Person(person, birth, region, scheme, citizen_id, name, status, self.today(), individual_account,
                                      credential, guardian, auto_accept)
        return '1'

    def describe_person(self, uid, person, name, guardian, auto_accept):
        if person not in self.persons:
            return '0'
        refuse_unless(guardian is None or guardian in self.persons, '23503')
        p = self.persons[person]
        p.name, p.guardian, p.auto_accept = name, guardian, auto_accept
        return '1'

    def open_region(self, uid, region, opened_on):
        self.regions[region] = opened_on
        return '1'

    def add_provider(self, uid, code, kind, region):
        self.providers[code] = Provider(code, kind, region)
        return '1'

    def update_provider(self, uid, code, accepts_wallet, first, end):
        if code not in self.providers:
            return '0'
        provider = self.providers[code]
        provider.accepts_wallet, provider.first, provider.end = accepts_wallet, first or date.min, end or date.max
        return '1'

    def add_premium(self, uid, region, kind, year, amount, first, end, enabled):
        self.premium_standards[region, kind, year] = (amount, first, end, enabled)
        return '1'

    def amend_policy(self, uid, scope, day, changes):
        same = [p for p in self.policies if p.scope == scope]
        if any(p.first >= day for p in same):
            return 'skipped'
        base = [p for p in same if p.end > day] or [p for p in self.policies if p.scope == 'nation' and p.first <= day < p.end]
        new = replace(base[0], scope=scope, first=day, end=date.max, **dict(changes))
        for p in same:
            p.end = min(p.end, day)
        self.policies.append(new)
        return 'amended'

    # ---- request ids (EDGE-90) ---------------------------------------------

    def replay(self, function, person, request_id, arguments):
        """The stored result of the same request, or None."""
        stored = self.requests.get((function, person, request_id))
        if stored is None:
            return None
        month, before, result = stored
        # known to the end of the next month; a hold's as long as the hold
        if function != 'hold' and next_month(month) < self.month():
            return None
        refuse_unless(before == arguments, 'KW013')
        return result

    def remember(self, function, person, request_id, arguments, result):
        self.requests[function, person, request_id] = (self.month(), arguments, result)

    def post(self):
        """Begin to write facts: the month must be open."""
        refuse_unless(self.month() not in self.months, 'KW012')
        self.fact_months.add(self.month())

    # ---- persons and wallets -----------------------------------------------

    def person(self, person):
        refuse_unless(person in self.persons, 'KW017')
        return self.persons[person]

    def relations_of(self, person, *states):
        return [r for r in self.relations.values() if person in (r.contributor, r.recipient) and r.state in states]

    def open_wallet(self, uid, person, place):
        p = self.person(person)
        refuse_unless(p.wallet not in ('open', 'frozen'), 'KW016')
        refuse_unless(p.credential is not None, 'KW001')
        refuse_unless(p.status not in ('terminated', 'deceased'), 'KW002')
        refuse_unless(place is None or place in self.regions, '22023')
        p.wallet = 'open'
        p.opened_at = self.now
        if place is not None:
            p.place = place
        return ''

    def close_wallet(self, uid, person):
        p = self.person(person)
        refuse_unless(p.wallet == 'open', 'KW016')
        for hold in self.holds.values():
            if hold.state == 'open':
                refuse_unless(hold.recipient != person, 'KW016')
                refuse_unless(all(r.contributor != person for r, _ in hold.parts), 'KW016')
        self.end_relations(person, 'wallet_closed')
        p.wallet = 'closed'
        return ''

    def freeze_wallet(self, uid, person, reason):
        refuse_unless(reason.strip() != '', '22023')
        p = self.person(person)
        refuse_unless(p.wallet == 'open', 'KW016')
        p.wallet = 'frozen'
        self.add_cause(person, 'frozen')
        return ''

    def unfreeze_wallet(self, uid, person, reason):
        refuse_unless(reason.strip() != '', '22023')
        p = self.person(person)
        refuse_unless(p.wallet == 'frozen', 'KW016')
        p.wallet = 'open'
        self.remove_cause(person, 'frozen')
        return ''

    def add_cause(self, person, what):
        for r in self.relations_of(person, 'active', 'suspended'):
            r.causes.add(('contributor' if r.contributor == person else 'recipient', what))
            r.state = 'suspended'

    def remove_cause(self, person, what):
        for r in self.relations_of(person, 'active', 'suspended'):
            r.causes.discard(('contributor' if r.contributor == person else 'recipient', what))
            r.state = 'suspended' if r.causes else 'active'

    def end_relations(self, person, reason):
        """End all of a person's relations; requests expire."""
        ending = self.relations_of(person, 'active', 'suspended')
        if any(r.remaining for r in ending):
            self.post()
        for r in ending:
            self.end_relation(r, reason)
        for r in self.relations_of(person, 'requested'):
            r.state = 'expired'
            r.reason = reason

    def end_relation(self, r, reason):
        back = r.remaining
        if back:
            self.post()
        self.persons[r.contributor].available += back
        r.returned += back
        r.remaining = 0
        r.state = 'dissolved'
        r.reason = reason
        r.causes.clear()
        return back

    def update_person(self, uid, persons, region=None, scheme=None, status=None, individual_account=None):
        """UPDATE person: sets what is not None (EDGE-22 to EDGE-29)."""
        changes = {'region': region, 'scheme': scheme, 'status': status, 'individual_account': individual_account}
        persons = [p for p in persons if p in self.persons]
        for person in persons:
            p = self.persons[person]
            if p.status == 'deceased' and changes.get('status') not in (None, 'deceased'):
                raise Refused('55000')
        if self.month() in self.months:
            # all or nothing: would any quota come back into a closed month?
            for person in persons:
                p = self.persons[person]
                if self.what_ends(p, changes) and any(r.remaining for r in self.relations_of(person, 'active', 'suspended')):
                    raise Refused('KW012')
        for person in persons:
            self.change_person(person, changes)
        return str(len(persons))

    def what_ends(self, p, changes):
        """The reason for which the changes end all relations, or None."""
        now = lambda column: getattr(p, column) if changes.get(column) is None else changes[column]
        if now('status') == 'deceased' and p.status != 'deceased':
            return 'death'
        if now('region') != p.region or now('scheme') != p.scheme:
            return 'insurance_change'
        if p.has_account() and not (now('scheme') == 'employee' and now('individual_account')):
            return 'insurance_change'
        if now('status') == 'terminated' and p.status != 'terminated':
            return 'insurance_change'
        if now('status') == 'paused' and p.status != 'paused' and self.policy(now('region')).pause_is_change:
            return 'insurance_change'
        return None

    def change_person(self, person, changes):
        p = self.persons[person]
        reason = self.what_ends(p, changes)
        if reason:
            # quotas go back before the account moves (EDGE-22)
            self.end_relations(person, reason)
        before = p.status
        for column, value in changes.items():
            if value is not None:
                setattr(p, column, value)
        if p.status != before:
            p.status_since = self.today()
            if p.status == 'paused':
                self.add_cause(person, 'paused')
            elif p.status == 'normal':
                self.remove_cause(person, 'paused')

    def insurance_event(self, uid, event_id, person, effective_on, region, scheme, status):
        arguments = (person, effective_on, region, scheme, status)
        refuse_unless(event_id != '', '22023')
        refuse_unless(region or scheme or status, '22023')
        refuse_unless(scheme in (None, 'employee', 'resident'), '22023')
        refuse_unless(status in (None, 'normal', 'paused', 'terminated', 'deceased'), '22023')
        refuse_unless(effective_on <= self.today(), '22023')
        if event_id in self.events:
            refuse_unless(self.events[event_id] == arguments, 'KW013')
            return 'false'
        self.person(person)
        refuse_unless(region is None or region in self.regions, '22023')
        self.update_person(uid, [person], region=region, scheme=scheme, status=status)
        self.events[event_id] = arguments
        return 'true'

    def sweep(self, uid):
        if self.month() in self.months:
            # nothing of it can be done where some of it would return money
            for hold in self.holds.values():
                if hold.state == 'open' and hold.expires_at <= self.now:
                    refuse_unless(all(x.has_quota_open() for x, _ in hold.parts), 'KW012')
            for p in self.persons.values():
                if self.paused_too_long(p):
                    refuse_unless(not any(x.remaining for x in self.relations_of(p.person, 'active', 'suspended')), 'KW012')
        requests = holds = pauses = 0
        for r in self.relations.values():
            if r.state == 'requested' and r.expires_at <= self.now:
                r.state = 'expired'
                requests += 1
        for hold in self.holds.values():
            if hold.state == 'open' and hold.expires_at <= self.now:
                self.end_hold(hold, 'expired', 0)
                holds += 1
        for p in self.persons.values():
            if self.paused_too_long(p):
                pauses += len(self.relations_of(p.person, 'requested', 'active', 'suspended'))
                self.end_relations(p.person, 'insurance_change')
        return f'requests_expired {requests}, holds_expired {holds}, pauses_dissolved {pauses}'

    def paused_too_long(self, p):
        return p.status == 'paused' and (self.today() - p.status_since).days >= self.policy(p.region).pause_days

    # ---- credits -----------------------------------------------------------

    def judge_credit(self, request_id, person, amount, memo):
        stored = self.replay('credit', person, request_id, (amount, memo))
        if stored is not None:
            return stored
        p = self.person(person)
        refuse_unless(p.has_account(), 'KW003')
        refuse_unless(amount > 0, 'KW006')
        return None

    def credit_account(self, uid, request_id, person, amount, memo):
        stored = self.judge_credit(request_id, person, amount, memo)
        if stored is not None:
            return stored
        self.post()
        return self.credit(request_id, person, amount, memo)

    def credit(self, request_id, person, amount, memo):
        p = self.persons[person]
        p.available += amount
        if p.wallet == 'none':
            p.wallet = 'pending'
        self.remember('credit', person, request_id, (amount, memo), yuan(p.available))
        return yuan(p.available)

    def credit_accounts(self, uid, request_ids, persons, amounts):
        new = {}
        for request_id, person, amount in zip(request_ids, persons, amounts):
            if self.judge_credit(request_id, person, amount, None) is None:
                refuse_unless(new.setdefault((person, request_id), amount) == amount, 'KW013')
        if new:
            self.post()
        for (person, request_id), amount in new.items():
            self.credit(request_id, person, amount, None)
        return str(len(new))

    # ---- relations ---------------------------------------------------------

    def side_of(self, contributor, recipient, person):
        """The side for which a person acts (EDGE-18); a guardian who is the contributor acts as that."""
        sides = (('contributor', self.persons[contributor]), ('recipient', self.persons[recipient]))
        for side, p in sides:
            if person == p.person and self.age(p) >= 14:
                return side
        for side, p in sides:
            if person == p.guardian:
                return side
        raise Refused('KW022')

    def age(self, p):
        today = self.today()
        return today.year - p.birth.year - ((today.month, today.day) < (p.birth.month, p.birth.day))

    def pair(self, contributor, recipient):
        """Known persons, and not one and the same."""
        refuse_unless(contributor != recipient, 'KW018')
        return self.person(contributor), self.person(recipient)

    def judge_parties(self, c, r):
        for p in (c, r):
            refuse_unless(p.wallet == 'open', 'KW001')
        for p in (c, r):
            refuse_unless(p.status == 'normal', 'KW002')
        refuse_unless(c.has_account() and self.age(c) >= 16, 'KW003')

    def judge_kinship(self, c, r, kinship):
        refuse_unless(self.policy(c.region).allows(kinship), 'KW005')

    def judge_provinces(self, c, r):
        if province(c.region) != province(r.region):
            for p in (c, r):
                opened = self.regions[p.region]
                refuse_unless(opened is not None and opened <= self.today(), 'KW014')
                refuse_unless(self.policy(p.region).cross_province, 'KW014')

    def is_open(self, r):
        """Open relations; a request that has run out is none, swept or not (EDGE-19)."""
        return r.has_quota_open() or (r.state == 'requested' and self.now < r.expires_at)

    def judge_relation(self, c, r, kinship, itself=None):
        """What making a relation checks, from the wallets on."""
        self.judge_parties(c, r)
        others = [x for x in self.relations.values() if x is not itself and self.is_open(x)]
        kin = KIN_CLASS[kinship]
        for x in others:
            refuse_unless((x.contributor, x.recipient) != (c.person, r.person), 'KW015')
        for x in others:
            if (x.contributor, x.recipient) == (r.person, c.person):
                refuse_unless(KIN_CLASS[x.kinship] == INVERSE_CLASS[kin], 'KW015')
        if kin == 'spouse':
            for x in others:
                if x.kinship == 'spouse' and len({x.contributor, x.recipient, c.person, r.person}) == 3:
                    raise Refused('KW015')
        cap = self.policy(c.region).relation_cap
        refuse_unless(cap is None or sum(x.contributor == c.person for x in others) < cap, 'KW015')
        self.judge_kinship(c, r, kinship)
        if kin in ('parent', 'grandparent'):
            refuse_unless(r.birth < c.birth, 'KW005')
        if kin in ('child', 'grandchild'):
            refuse_unless(c.birth < r.birth, 'KW005')
        self.judge_provinces(c, r)

    def make_relation(self, name, c, r, kinship):
        self.counter += 1
        relation = Relation(name, (self.month(), self.counter), c.person, r.person, kinship, c.region, r.region)
        self.relations[name] = relation
        return relation

    def activate(self, relation):
        relation.state = 'active'
        relation.active_since = self.now

    def request_relation(self, uid, contributor, recipient, kinship, requested_by):
        c, r = self.pair(contributor, recipient)
        side = self.side_of(contributor, recipient, requested_by)
        self.judge_relation(c, r, kinship)
        for x in self.relations.values():
            if (x.contributor, x.recipient, x.state) == (contributor, recipient, 'requested'):
                x.state = 'expired'
        relation = self.make_relation(f'{uid}', c, r, kinship)
        relation.asked_by = side
        relation.expires_at = self.now + self.policy(c.region).request_expiry
        if side == 'contributor' and r.auto_accept:
            self.activate(relation)
        return relation.name

    def may_act_for(self, party, person):
        """The party itself if 14 or older, or its guardian."""
        p = self.persons[party]
        return self.age(p) >= 14 if person == party else person == p.guardian

    def pending(self, relation, by, own_side):
        """A pending request, for the person to act on the side that asked, or on the other one."""
        refuse_unless(relation in self.relations, 'KW017')
        x = self.relations[relation]
        if x.asked_by is None:
            self.side_of(x.contributor, x.recipient, by)
        else:
            side = (x.asked_by == 'contributor') == own_side
            refuse_unless(self.may_act_for(x.contributor if side else x.recipient, by), 'KW022')
        refuse_unless(x.state == 'requested' and self.now < x.expires_at, 'KW016')
        return x

    def accept_relation(self, uid, relation, by):
        x = self.pending(relation, by, own_side=False)
        self.judge_relation(self.persons[x.contributor], self.persons[x.recipient], x.kinship, itself=x)
        self.activate(x)
        return ''

    def refuse_relation(self, uid, relation, by):
        self.pending(relation, by, own_side=False).state = 'refused'
        return ''

    def withdraw_relation(self, uid, relation, by):
        self.pending(relation, by, own_side=True).state = 'withdrawn'
        return ''

    def establish_relation(self, uid, contributor, recipient, kinship):
        c, r = self.pair(contributor, recipient)
        self.judge_relation(c, r, kinship)
        for x in self.relations.values():
            if (x.contributor, x.recipient, x.state) == (contributor, recipient, 'requested'):
                x.state = 'expired'
        relation = self.make_relation(f'{uid}', c, r, kinship)
        self.activate(relation)
        return relation.name

    def establish_relations(self, uid, contributors, recipients, kinships):
        """All or none, each seeing those before it."""
        pending = [x for x in self.relations.values() if x.state == 'requested']
        made = []
        try:
            for i, item in enumerate(zip(contributors, recipients, kinships), 1):
                made.append(self.establish_relation(f'{uid}.{i}', *item))
        except Refused:
            for name in made:
                del self.relations[name]
            for x in pending:
                x.state = 'requested'
            raise
        return str(len(made))

    def dissolve_relation(self, uid, relation, by, reason):
        refuse_unless(reason in ('voluntary', 'kinship_ended', 'agency'), '22023')
        refuse_unless(by is None or reason != 'agency', '22023')
        refuse_unless(by is not None or reason != 'voluntary', '22004')
        refuse_unless(relation in self.relations, 'KW017')
        x = self.relations[relation]
        if by is not None:
            side = self.side_of(x.contributor, x.recipient, by)
            if reason == 'voluntary':
                reason = 'voluntary_' + side
        refuse_unless(x.has_quota_open(), 'KW016')
        return yuan(self.end_relation(x, reason))

    # ---- transfers ---------------------------------------------------------

    def transfer(self, uid, request_id, contributor, recipient, amount):
        arguments = (recipient, amount)
        stored = self.replay('transfer', contributor, request_id, arguments)
        if stored is not None:
            return stored
        c, r = self.pair(contributor, recipient)
        self.judge_parties(c, r)
        active = [x for x in self.relations.values()
                  if (x.contributor, x.recipient, x.state) == (contributor, recipient, 'active')]
        refuse_unless(active, 'KW004')
        relation = active[0]
        policy = self.policy(c.region)
        self.judge_kinship(c, r, relation.kinship)
        self.judge_provinces(c, r)
        refuse_unless(amount > 0 and policy.transfer_min <= amount <= policy.transfer_max, 'KW006')
        refuse_unless(c.transfers.get(self.today(), 0) < policy.transfers_per_day, 'KW007')
        refuse_unless(amount <= c.available - policy.reserve, 'KW008')
        self.post()
        c.available -= amount
        c.transfers[self.today()] = c.transfers.get(self.today(), 0) + 1
        relation.remaining += amount
        self.remember('transfer', contributor, request_id, arguments, f'{uid}')
        return f'{uid}'

    def transfer_application(self, uid, request_id, contributor, name, citizen_id, region, amount, verification):
        refuse_unless(verification != '', '22023')
        matching = [p for p in self.persons.values() if p.citizen_id == citizen_id]
        if matching:
            stored = self.replay('transfer', contributor, request_id, (matching[0].person, amount))
            if stored is not None:
                return stored
        refuse_unless(matching and (matching[0].name, matching[0].region) == (name, region), 'KW017')
        return self.transfer(uid, request_id, contributor, matching[0].person, amount)

    def transfer_batch(self, uid, request_ids, contributors, recipients, amounts):
        results = []
        for i, item in enumerate(zip(request_ids, contributors, recipients, amounts), 1):
            try:
                results.append('00000 ' + self.transfer(f'{uid}.{i}', *item))
            except Refused as refused:
                # a month that is closed stops all of it
                refuse_unless(refused.sqlstate != 'KW012', 'KW012')
                results.append(refused.sqlstate)
        return ', '.join(results)

    # ---- spending ----------------------------------------------------------

    def judge_provider(self, code, use=None, person=None, policy=None):
        provider = self.providers.get(code)
        refuse_unless(provider is not None, 'KW010')
        refuse_unless(provider.first <= self.today() < provider.end and provider.accepts_wallet, 'KW010')
        if use in USES:
            refuse_unless(provider.kind == USES[use], 'KW010')
        if policy is not None and policy.provider_region_rule == 'insured_region':
            refuse_unless(provider.region == person.region, 'KW010')
        if policy is not None and policy.provider_region_rule == 'use_region':
            refuse_unless(provider.region == person.place, 'KW010')
        return provider

    def quotas_to_draw(self, person):
        return sorted((x for x in self.relations.values() if x.recipient == person and x.state == 'active' and x.remaining > 0),
                      key=lambda x: (x.active_since, x.order))

    def take(self, person, amount):
        """What the quotas give of an amount, in drawing order."""
        parts = []
        for x in self.quotas_to_draw(person):
            part = min(amount, x.remaining)
            if part > 0:
                parts.append((x, part))
                amount -= part
        return parts

    def pay(self, p, amount, policy, partial):
        """How an amount is paid: own account, parts of quotas, cash (EDGE-41, EDGE-42)."""
        quota = sum(x.remaining for x in self.quotas_to_draw(p.person))
        if policy.own_account_first:
            own = min(amount, p.available)
            aid = min(amount - own, quota)
        else:
            aid = min(amount, quota)
            own = min(amount - aid, p.available)
        refuse_unless(own + aid == amount or (partial and own + aid > 0), 'KW009')
        return own, self.take(p.person, aid), amount - own - aid

    def write_spending(self, name, p, own, parts, cash, payee, use, cover_year=None, held=False):
        self.post()
        p.available -= own
        draws = []
        for x, part in parts:
            if held:
                x.held -= part
            else:
                x.remaining -= part
            x.spent += part
            draws.append(Draw(x, part))
            self.lines.append(Line(self.month(), name, x.contributor_region, payee,
                                   self.scope(x.contributor_region, payee), part, False))
        spending = Spending(name, p.person, self.now, own, sum(part for _, part in parts), cash, draws, payee, use, cover_year)
        self.spendings[name] = spending
        return spending

    def scope(self, payer, payee):
        if payer == payee:
            return 'local'
        return 'intra_province' if province(payer) == province(payee) else 'cross_province'

    def spend(self, uid, request_id, recipient, provider, use, burden, partial):
        arguments = (provider, use, burden, partial)
        stored = self.replay('spend', recipient, request_id, arguments)
        if stored is not None:
            return stored
        p = self.person(recipient)
        refuse_unless(p.wallet == 'open', 'KW001')
        refuse_unless(p.status != 'deceased', 'KW002')
        refuse_unless(burden > 0, 'KW006')
        policy = self.policy(p.region)
        place = self.judge_provider(provider, use, p, policy)
        refuse_unless(use in USES and use in policy.uses, 'KW011')
        own, parts, cash = self.pay(p, burden, policy, partial)
        spending = self.write_spending(f'{uid}', p, own, parts, cash, place.region, use)
        self.remember('spend', recipient, request_id, arguments, spending.row())
        return spending.row()

    def hold(self, uid, request_id, recipient, provider, use, amount, expires):
        arguments = (provider, use, amount, expires)
        refuse_unless(expires is None or timedelta(0) < expires <= timedelta(days=366), '22023')
        stored = self.replay('hold', recipient, request_id, arguments)
        if stored is not None:
            return stored
        p = self.person(recipient)
        refuse_unless(p.wallet == 'open', 'KW001')
        refuse_unless(p.status == 'normal', 'KW002')
        refuse_unless(amount > 0, 'KW006')
        policy = self.policy(p.region)
        self.judge_provider(provider, use, p, policy)
        refuse_unless(use in USES and use in policy.uses, 'KW011')
        parts = self.take(recipient, amount)
        refuse_unless(sum(part for _, part in parts) == amount, 'KW009')
        for x, part in parts:
            x.remaining -= part
            x.held += part
        self.holds[f'{uid}'] = Hold(f'{uid}', recipient, provider, use, amount, parts,
                                    self.now + (policy.hold_expiry if expires is None else expires))
        self.remember('hold', recipient, request_id, arguments, f'{uid}')
        return f'{uid}'

    def end_hold(self, hold, state, captured):
        """End a hold: the first parts are captured, the rest is freed."""
        taken = []
        for x, part in hold.parts:
            paid = min(part, captured)
            captured -= paid
            if paid:
                taken.append((x, paid))
            free = part - paid
            if free and not x.has_quota_open():
                self.post()
                self.persons[x.contributor].available += free
                x.returned += free
            else:
                x.remaining += free
            x.held -= free
        hold.state = state
        return taken

    def capture(self, uid, request_id, hold, amount):
        refuse_unless(hold in self.holds, 'KW017')
        h = self.holds[hold]
        stored = self.replay('capture', h.recipient, request_id, (hold, amount))
        if stored is not None:
            return stored
        refuse_unless(h.state == 'open' and self.now < h.expires_at, 'KW016')
        refuse_unless(0 < amount <= h.amount, 'KW006')
        place = self.judge_provider(h.provider)
        self.post()
        parts = self.end_hold(h, 'captured', amount)
        spending = self.write_spending(f'{uid}', self.persons[h.recipient], 0, parts, 0, place.region, h.use, held=True)
        self.remember('capture', h.recipient, request_id, (hold, amount), spending.row())
        return spending.row()

    def cancel_hold(self, uid, hold):
        refuse_unless(hold in self.holds, 'KW017')
        h = self.holds[hold]
        refuse_unless(h.state == 'open' and self.now < h.expires_at, 'KW016')
        if any(not x.has_quota_open() for x, _ in h.parts):
            self.post()
        self.end_hold(h, 'cancelled', 0)
        return ''

    def pay_premium(self, uid, request_id, recipient, kind, cover_year, amount, reason):
        arguments = (kind, cover_year, amount, reason)
        stored = self.replay('premium', recipient, request_id, arguments)
        if stored is not None:
            return stored
        p = self.person(recipient)
        refuse_unless(p.wallet == 'open', 'KW001')
        refuse_unless(p.status in ('normal', 'paused'), 'KW002')
        refuse_unless(amount > 0, 'KW006')
        policy = self.policy(p.region)
        refuse_unless(kind in PREMIUMS and kind in policy.uses, 'KW011')
        refuse_unless(kind != 'resident_medical' or p.scheme == 'resident', 'KW011')
        standard = self.premium_standards.get((p.region, kind, cover_year))
        refuse_unless(standard is not None and standard[3] and standard[0] == amount, 'KW011')
        refuse_unless(self.premium_time(p, policy, standard, cover_year, reason), 'KW011')
        refuse_unless((recipient, kind, cover_year) not in self.premiums, 'KW011')
        own, parts, cash = self.pay(p, amount, policy, False)
        spending = self.write_spending(f'{uid}', p, own, parts, cash, p.region, kind, cover_year)
        self.premiums[recipient, kind, cover_year] = spending.name
        self.remember('premium', recipient, request_id, arguments, spending.row())
        return spending.row()

    def premium_time(self, p, policy, standard, cover_year, reason):
        today = self.today()
        _, first, end, _ = standard
        if first is not None:
            if first <= today < end:
                return True
        elif today.year == cover_year - 1:
            low, high = policy.premium_window
            if low <= today.month * 100 + today.day <= high:
                return True
        if cover_year not in (today.year, today.year + 1):
            return False
        if reason == 'newborn':
            return 0 <= (today - p.birth).days <= 90 and cover_year >= p.birth.year
        return reason in ('released', 'graduated', 'demobilised', 'moved')

    # ---- refunds -----------------------------------------------------------

    def judge_refund(self, function, request_id, spending, amount):
        refuse_unless(spending in self.spendings, 'KW017')
        s = self.spendings[spending]
        stored = self.replay(function, s.recipient, request_id, (spending, amount))
        if stored is not None:
            return s, stored
        refuse_unless(amount > 0, 'KW006')
        if s.cover_year is not None:
            refuse_unless(self.today() < date(s.cover_year, 1, 1), 'KW011')
        refuse_unless(self.today() <= date(s.at.year + 1, 3, 31), 'KW012')
        return s, None

    def after_refund(self, s):
        if s.cover_year is not None and (s.refunded_aid, s.refunded_own) == (s.mutual_aid, s.own_account):
            self.premiums.pop((s.recipient, s.use, s.cover_year), None)

    def refund(self, uid, request_id, spending, amount):
        s, stored = self.judge_refund('refund', request_id, spending, amount)
        if stored is not None:
            return stored
        refuse_unless(s.refunded_aid + amount <= s.mutual_aid, 'KW019')
        self.post()
        s.refunded_aid += amount
        left = amount
        for draw in reversed(s.draws):
            back = min(left, draw.amount - draw.restored)
            if back:
                left -= back
                draw.restored += back
                self.restore(s, draw.relation, back)
        self.after_refund(s)
        self.remember('refund', s.recipient, request_id, (spending, amount), f'{uid}')
        return f'{uid}'

    def restore(self, s, x, back):
        """Where a refunded draw goes (EDGE-48, EDGE-49)."""
        c = self.persons[x.contributor]
        x.spent -= back
        if x.has_quota_open():
            x.remaining += back
        else:
            x.returned += back
            if c.has_account() and c.status != 'deceased':
                c.available += back
            else:
                key = (c.person, x.contributor_region)
                self.suspense[key] = self.suspense.get(key, 0) + back
        self.lines.append(Line(self.month(), s.name, x.contributor_region, s.payee_region,
                               self.scope(x.contributor_region, s.payee_region), back, True))

    def refund_own_account(self, uid, request_id, spending, amount):
        s, stored = self.judge_refund('refund_own', request_id, spending, amount)
        if stored is not None:
            return stored
        refuse_unless(s.refunded_own + amount <= s.own_account, 'KW019')
        self.post()
        s.refunded_own += amount
        self.persons[s.recipient].available += amount
        self.after_refund(s)
        self.remember('refund_own', s.recipient, request_id, (spending, amount), f'{uid}')
        return f'{uid}'

    # ---- clearing ----------------------------------------------------------

    def clearing_month(self, month):
        refuse_unless(month.day == 1, '22023')
        refuse_unless(FIRST_MONTH <= month <= LAST_MONTH, 'KW017')

    def cut_off(self, uid, month):
        self.clearing_month(month)
        refuse_unless(month not in self.months, 'KW012')
        refuse_unless(next_month(month) <= self.today(), 'KW021')
        refuse_unless(all(m >= month or m in self.months for m in self.fact_months), 'KW021')
        self.months[month] = Month()
        return ''

    def split(self, uid, month):
        self.clearing_month(month)
        refuse_unless(month in self.months, 'KW021')
        m = self.months[month]
        refuse_unless(not m.signed, 'KW012')
        m.tables = {'region': {}, 'province': {}, 'intra_province': {}}
        for line in self.lines:
            if line.month != month or line.scope == 'local':
                continue
            self.add_line(m.tables['region'], line.payer, line.payee, line)
            if line.scope == 'cross_province':
                self.add_line(m.tables['province'], province(line.payer), province(line.payee), line)
            else:
                self.add_line(m.tables['intra_province'], line.payer, line.payee, line)
        m.state = 'split'
        return ''

    def add_line(self, table, payer, payee, line):
        pair = table.setdefault((payer, payee), Pair(line.scope))
        pair.items += 1
        if line.restore:
            pair.reversed += line.amount
        else:
            pair.gross += line.amount
            pair.spendings.add(line.spending)

    def clearing_pairs(self, uid, month, level):
        refuse_unless(month.day == 1, '22023')
        refuse_unless(level in ('province', 'region', 'intra_province'), '22023')
        refuse_unless(month in self.months and self.months[month].tables, 'KW021')
        return ', '.join(f'{payer} {payee} {len(p.spendings)} {p.items} {yuan(p.gross)} {yuan(p.reversed)} {yuan(p.due())} {yuan(p.adjustment())}'
                         for (payer, payee), p in sorted(self.months[month].tables[level].items()))

    def confirm_month(self, uid, month, place):
        refuse_unless(month.day == 1, '22023')
        refuse_unless(place == province(place), 'KW017')
        refuse_unless(month in self.months and self.months[month].tables, 'KW021')
        m = self.months[month]
        refuse_unless(place not in m.signed, 'KW016')
        refuse_unless(m.state == 'split', 'KW012')
        m.signed.add(place)
        if {province(region) for pair in m.tables['region'] for region in pair} <= m.signed:
            m.state = 'confirmed'
        return ''

    def payments(self, m):
        """Who pays whom what for a month: (level's letter, kind's letter, from, to, amount)."""
        for (payer, payee), pair in m.tables['province'].items():
            yield '', '', payer, payee, pair.due()
            yield '', 'A', payee, payer, pair.adjustment()
        up, down = {}, {}
        for (payer, payee), pair in m.tables['region'].items():
            if pair.scope == 'intra_province':
                yield 'I', '', payer, payee, pair.due()
                yield 'I', 'A', payee, payer, pair.adjustment()
                continue
            for kind, amount in (('', pair.due()), ('A', pair.adjustment())):
                up[payer, kind] = up.get((payer, kind), 0) + amount
                down[payee, kind] = down.get((payee, kind), 0) + amount
        for (region, kind), amount in up.items():
            if region != province(region):
                yield ('', kind) + ((region, province(region)) if kind == '' else (province(region), region)) + (amount,)
        for (region, kind), amount in down.items():
            if region != province(region):
                yield ('', kind) + ((province(region), region) if kind == '' else (region, province(region))) + (amount,)

    def issue_notices(self, uid, month):
        refuse_unless(month.day == 1, '22023')
        refuse_unless(month in self.months and self.months[month].state == 'confirmed', 'KW021')
        m = self.months[month]
        n = 0
        for level, kind, payer, payee, amount in self.payments(m):
            if amount:
                pay = f'KW-{month:%Y%m}-{level}{kind}P-{payer}-{payee}'
                receive = f'KW-{month:%Y%m}-{level}{kind}R-{payee}-{payer}'
                self.notices[pay] = Notice(pay, month, 'pay', amount, self.today(), receive)
                self.notices[receive] = Notice(receive, month, 'receive', amount, self.today(), pay)
                n += 2
        m.state = 'noticed' if n else 'paid'
        return str(n)

    def payable(self, number, paid_on, reference):
        refuse_unless(reference.strip() != '', '22023')
        refuse_unless(number in self.notices, 'KW017')
        notice = self.notices[number]
        refuse_unless(notice.side == 'pay' and notice.paid_on is None and reference not in notice.references, 'KW016')
        refuse_unless(notice.issued_on <= paid_on <= self.today(), '22023')
        return notice

    def record_payment(self, uid, number, paid_on, reference):
        notice = self.payable(number, paid_on, reference)
        return self.pay_notice(notice, notice.amount - notice.paid, paid_on, reference)

    def record_instalment(self, uid, number, amount, paid_on, reference):
        notice = self.payable(number, paid_on, reference)
        refuse_unless(0 < amount <= notice.amount - notice.paid, 'KW006')
        return self.pay_notice(notice, amount, paid_on, reference)

    def pay_notice(self, notice, amount, paid_on, reference):
        notice.paid += amount
        notice.references.add(reference)
        notice.last_payment = max(notice.last_payment, paid_on)
        if notice.paid == notice.amount:
            partner = self.notices[notice.partner]
            notice.paid_on = partner.paid_on = notice.last_payment
            partner.paid = partner.amount
            if all(n.paid_on for n in self.notices.values() if n.month == notice.month):
                self.months[notice.month].state = 'paid'
        return ''

    def confirm_receipt(self, uid, number, received_on):
        refuse_unless(number in self.notices, 'KW017')
        notice = self.notices[number]
        refuse_unless(notice.side == 'receive' and notice.paid_on is not None and notice.received_on is None, 'KW016')
        refuse_unless(notice.paid_on <= received_on <= self.today(), '22023')
        notice.received_on = received_on
        return ''

    def close_month(self, uid, month):
        refuse_unless(month.day == 1, '22023')
        refuse_unless(month in self.months and self.months[month].state == 'paid', 'KW021')
        refuse_unless(all(n.received_on for n in self.notices.values() if n.month == month and n.side == 'receive'), 'KW021')
        self.months[month].state = 'closed'
        return ''

    # ---- what a person sees ------------------------------------------------

    def show(self, person):
        if person is None:
            return ''
        if person not in self.persons:
            return 'KW017'
        p = self.persons[person]
        mine = sorted(self.relations_of(person, 'requested', 'active', 'suspended', 'dissolved', 'refused', 'withdrawn', 'expired'),
                      key=lambda x: x.order)
        incoming = [x for x in mine if x.recipient == person]
        left = 0
        if p.wallet != 'none':
            left = max(0, self.policy(p.region).transfers_per_day - p.transfers.get(self.today(), 0))
        words = [p.wallet,
                 yuan(p.available),
                 yuan(sum(x.remaining + x.held for x in mine if x.contributor == person)),
                 yuan(sum(x.remaining for x in incoming if x.state == 'active')),
                 yuan(sum(x.remaining for x in incoming if x.state == 'suspended')),
                 yuan(sum(x.held for x in incoming)),
                 str(left)]
        if p.opened_at:
            words.append(epoch(p.opened_at))
        return ' '.join(words) + ';'.join(self.show_relation(x) for x in mine)

    def show_relation(self, x):
        words = ['', x.name, str(x.contributor), str(x.recipient), x.kinship, x.state,
                 yuan(x.remaining + x.held + x.spent + x.returned),
                 yuan(x.remaining), yuan(x.held), yuan(x.spent), yuan(x.returned)]
        if x.active_since:
            words.append(epoch(x.active_since))
        return ' '.join(words)


    def state(self):
        """All state at the end, as model.state() says it."""
        return [
            ('holds', ';'.join(
                f'{h.name} {h.recipient} {h.state} {yuan(h.amount)} {epoch(h.expires_at)} '
                + ','.join(f'{x.name}:{yuan(part)}' for x, part in h.parts)
                for h in sorted(self.holds.values(), key=lambda h: number_of(h.name)))),
            ('suspense', ';'.join(f'{person} {region} {yuan(amount)}' for (person, region), amount in sorted(self.suspense.items()) if amount)),
            ('premiums', ';'.join(f'{person} {kind} {year} {name}' for (person, kind, year), name in sorted(self.premiums.items()))),
            ('spendings', ';'.join(
                f'{s.name} {s.recipient} {yuan(s.own_account)} {yuan(s.mutual_aid)} {yuan(s.refunded_own)} {yuan(s.refunded_aid)} {s.payee_region}'
                for s in sorted(self.spendings.values(), key=lambda s: number_of(s.name)))),
            ('reasons', ';'.join(f'{x.name} {x.reason}' for x in sorted(self.relations.values(), key=lambda x: number_of(x.name))
                                 if x.state == 'dissolved')),
            ('months', ';'.join(f'{month} {m.state} {len(m.signed)}' for month, m in sorted(self.months.items()))),
            ('notices', ';'.join(f'{n.number} {yuan(n.amount)} {n.paid_on or "-"} {n.received_on or "-"}'
                                 for n in sorted(self.notices.values(), key=lambda n: n.number))),
            ('events', str(len(self.events))),
            ('balances', ';'.join(
                f'{p.person} {yuan(p.available)} '
                + yuan(sum(x.remaining for x in self.relations.values() if x.recipient == p.person and x.state == 'active'))
                for p in sorted(self.persons.values(), key=lambda p: p.person))),
        ]


def number_of(name):
    return tuple(int(part) for part in name.split('.'))


SHANGHAI_1970 = datetime(1970, 1, 1, 8)


def epoch(moment):
    """Seconds since 1970 as the server prints them."""
    delta = moment - SHANGHAI_1970
    return f'{delta.days * 86400 + delta.seconds}.{delta.microseconds:06d}'
