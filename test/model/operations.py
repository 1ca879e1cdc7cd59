"""Operations: what a stream is made of, and how each is said in SQL.

An operation is (uid, kind, arguments, (one, other)): its number in the stream,
one of KINDS, plain values, and the two persons to look at afterwards.  A
relation, hold or spending is named by the operation that made it: Ref('17').
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from world import Refused, yuan


@dataclass(frozen=True)
class Operation:
    uid: int
    kind: str
    arguments: tuple
    persons: tuple = (None, None)


@dataclass(frozen=True)
class Bad:
    """An argument that its type refuses."""
    text: str
    sqlstate: str = '22P02'


# The arguments of each kind, by how they are written, and what is selected.
# {0} and so on are the arguments, {uid} is the operation's number.
CALLS = {
    'open_wallet': ('int text', 'kinwallet.open_wallet({0}, {1})'),
    'close_wallet': ('int', 'kinwallet.close_wallet({0})'),
    'freeze_wallet': ('int text', 'kinwallet.freeze_wallet({0}, {1})'),
    'unfreeze_wallet': ('int text', 'kinwallet.unfreeze_wallet({0}, {1})'),
    'insurance_event': ('text int text text text text', 'kinwallet.insurance_event({0}, {1}, {2}, {3}, {4}, {5})::text'),
    'sweep': ('', "(SELECT string_agg(what || ' ' || n, ', ' ORDER BY what = 'pauses_dissolved', what DESC) FROM kinwallet.sweep())"),
    'credit_account': ('text int money text', 'kinwallet.credit_account({0}, {1}, {2}, {3})::text'),
    'credit_accounts': ('texts ints moneys', 'kinwallet.credit_accounts({0}, {1}, {2})::text'),
    'request_relation': ('int int text int', "model.name('r', kinwallet.request_relation({0}, {1}, {2}, {3}), '{uid}')"),
    'accept_relation': ('relation int', 'kinwallet.accept_relation({0}, {1})'),
    'refuse_relation': ('relation int', 'kinwallet.refuse_relation({0}, {1})'),
    'withdraw_relation': ('relation int', 'kinwallet.withdraw_relation({0}, {1})'),
    'establish_relation': ('int int text', "model.name('r', kinwallet.establish_relation({0}, {1}, {2}), '{uid}')"),
    'establish_relations': ('ints ints texts', "model.establish_relations({0}, {1}, {2}, '{uid}')"),
    'dissolve_relation': ('relation int text', 'kinwallet.dissolve_relation({0}, {1}, {2})::text'),
    'transfer': ('text int int money', "model.name('f', kinwallet.transfer({0}, {1}, {2}, {3}), '{uid}')"),
    'transfer_application': ('text int text text text money text',
                             "model.name('f', kinwallet.transfer_application({0}, {1}, {2}, {3}, {4}, {5}, {6}), '{uid}')"),
    'transfer_batch': ('texts ints ints moneys',
                       "(SELECT coalesce(string_agg(sqlstate || coalesce(' ' || model.name('f', transfer_id, '{uid}.' || ordinal), ''), ', ' "
                       "ORDER BY ordinal), '') FROM kinwallet.transfer_batch({0}, {1}, {2}, {3}))"),
    'spend': ('text int text text money bool', 'kinwallet.spend({0}, {1}, {2}, {3}, {4}, {5})'),
    'hold': ('text int text text money interval', "model.name('h', kinwallet.hold({0}, {1}, {2}, {3}, {4}, {5}), '{uid}')"),
    'capture': ('text hold money', 'kinwallet.capture({0}, {1}, {2})'),
    'cancel_hold': ('hold', 'kinwallet.cancel_hold({0})'),
    'pay_premium': ('text int text int money text', 'kinwallet.pay_premium({0}, {1}, {2}, {3}, {4}, {5})'),
    'refund': ('text spending money', "model.name('f', kinwallet.refund({0}, {1}, {2}), '{uid}')"),
    'refund_own_account': ('text spending money', "model.name('f', kinwallet.refund_own_account({0}, {1}, {2}), '{uid}')"),
    'cut_off': ('text', 'kinwallet.cut_off({0})'),
    'split': ('text', 'kinwallet.split({0})'),
    'clearing_pairs': ('text text', "(SELECT coalesce(string_agg(concat_ws(' ', payer, payee, person_times, items, gross, reversed, due, "
                       "adjustment), ', ' ORDER BY payer, payee), '') FROM kinwallet.clearing_pairs({0}, {1}))"),
    'confirm_month': ('text text', 'kinwallet.confirm_month({0}, {1})'),
    'issue_notices': ('text', 'kinwallet.issue_notices({0})::text'),
    'record_payment': ('notice text text', 'kinwallet.record_payment({0}, {1}, {2})'),
    'record_instalment': ('notice money text text', 'kinwallet.record_instalment({0}, {1}, {2}, {3})'),
    'confirm_receipt': ('notice text', 'kinwallet.confirm_receipt({0}, {1})'),
    'close_month': ('text', 'kinwallet.close_month({0})'),
    # what the site does to its own tables
    'clock': ('clock', "(SELECT '' FROM set_config('kinwallet.clock', {0}, false))"),
    'amend_policy': ('scope text json', 'model.amend_policy({0}, {1}, {2})'),
}
SPENDINGS = ('spend', 'capture', 'pay_premium')
TABLES = {
    'add_person': ('int text text text text text text int bool bool bool',
                   'INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, status, credential, guardian, '
                   'individual_account, auto_accept) VALUES ({0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9}) RETURNING 1'),
    'update_person': ('ints text text text bool',
                      'UPDATE kinwallet_data.person SET region = coalesce({1}, region), scheme = coalesce({2}, scheme), '
                      'status = coalesce({3}, status), individual_account = coalesce({4}, individual_account) '
                      'WHERE person_id = ANY ({0}) RETURNING 1'),
    'describe_person': ('int text int bool',
                        'UPDATE kinwallet_data.person SET name = {1}, guardian = {2}, auto_accept = {3} WHERE person_id = {0} RETURNING 1'),
    'open_region': ('text text', 'UPDATE kinwallet_data.region SET opened_on = {1} WHERE region OPERATOR(kinwallet.=) {0} RETURNING 1'),
    'add_provider': ('text text text', 'INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ({0}, {1}, {2}) RETURNING 1'),
    'update_provider': ('text bool text text', 'UPDATE kinwallet_data.provider SET accepts_wallet = {1}, valid = daterange({2}, {3}) '
                        'WHERE provider = {0} RETURNING 1'),
    'add_premium': ('text text int money text text bool', 'INSERT INTO kinwallet_data.premium_standard (region, kind, cover_year, amount, '
                    "valid, enabled) VALUES ({0}, {1}, {2}, {3}, CASE WHEN {4}::date IS NOT NULL THEN daterange({4}, {5}) END, {6}) RETURNING 1"),
}
KINDS = tuple(CALLS) + tuple(TABLES)


def quoted(value):
    return "'" + str(value).replace("'", "''") + "'"


def literal(kind, value):
    """A value as SQL."""
    if value is None:
        return 'NULL'
    if isinstance(value, Bad):
        return quoted(value.text)
    if kind == 'money':
        return quoted(yuan(value))
    if kind == 'int':
        return str(value)
    if kind == 'bool':
        return 'true' if value else 'false'
    if kind in ('relation', 'hold', 'spending'):
        return f"model.id({quoted({'relation': 'r', 'hold': 'h', 'spending': 'f'}[kind])}, {quoted(value)})"
    if kind == 'notice':
        return f'model.notice({quoted(value)})'
    if kind == 'clock':
        return quoted(value.isoformat(' ') + '+08')
    if kind == 'interval':
        return quoted(f'{value.days} days {value.seconds} seconds {value.microseconds} microseconds')
    if kind == 'scope':
        return '0' if value == 'nation' else str(value)
    if kind == 'json':
        return quoted(json_of(value))
    if kind in ('ints', 'moneys', 'texts'):
        return quoted('{' + ','.join(array_element(kind, v) for v in value) + '}')
    return quoted(value)


def array_element(kind, value):
    if value is None:
        return 'NULL'
    if isinstance(value, Bad):
        return '"' + value.text + '"'
    return yuan(value) if kind == 'moneys' else str(value)


def json_of(changes):
    import json
    columns = {}
    for column, value in changes:
        if column in ('transfer_min', 'transfer_max', 'reserve'):
            value = yuan(value)
        elif column == 'premium_window':
            value = f'[{value[0]},{value[1]}]'
        elif isinstance(value, timedelta):
            value = f'{value.days} days {value.seconds} seconds'
        elif isinstance(value, tuple):
            value = list(value)
        columns[column] = value
    return json.dumps(columns)


def sql(op):
    """The operation as one SELECT of one text, or NULL."""
    if op.kind in CALLS:
        kinds, call = CALLS[op.kind]
    else:
        kinds, call = TABLES[op.kind]
    values = [literal(kind, value) for kind, value in zip(kinds.split(), op.arguments)]
    call = call.format(*values, uid=op.uid)
    if op.kind in SPENDINGS:
        return (f"SELECT concat_ws(' ', model.name('f', spending_id, '{op.uid}'), own_account, mutual_aid, cash_due) FROM {call}")
    if op.kind in CALLS:
        return f'SELECT {call}'
    return f'WITH changed AS ({call}) SELECT count(*) FROM changed'


def bad_or_null(op):
    """The SQLSTATE of arguments that no rule need look at, or None."""
    kinds = (CALLS.get(op.kind) or TABLES[op.kind])[0].split()
    flat = []
    for kind, value in zip(kinds, op.arguments):
        flat.extend(value if kind in ('ints', 'moneys', 'texts') and isinstance(value, tuple) else [value])
    # input of literals comes before the call
    for value in flat:
        if isinstance(value, Bad):
            return value.sqlstate
    optional = {'open_wallet': (1,), 'insurance_event': (3, 4, 5), 'credit_account': (3,), 'dissolve_relation': (1,),
                'hold': (5,), 'pay_premium': (5,)}.get(op.kind, ())
    if op.kind in CALLS and op.kind not in ('clock', 'amend_policy'):
        for i, value in enumerate(op.arguments):
            if i not in optional and (value is None or (isinstance(value, tuple) and None in value)):
                return '22004'
    return None


def play(world, op):
    """What the model says of an operation: SQLSTATE, result."""
    sqlstate = bad_or_null(op)
    if sqlstate:
        return sqlstate, ''
    try:
        return '00000', getattr(world, op.kind)(op.uid, *op.arguments)
    except Refused as refused:
        return refused.sqlstate, ''


def expect(world, op):
    """All that is compared after an operation, as model.play() says it."""
    sqlstate, result = play(world, op)
    return '\t'.join((sqlstate, result, *(world.show(person) for person in op.persons)))
