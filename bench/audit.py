"""The cost of the audit trail, of duties and of act_for()."""
from common import CLIENTS, PAIR, ROUNDS, SECONDS, TRANSFER, check_ledger, interleave, median, pgbench, psql, ratios, say

BOUND = PAIR + "BEGIN;\nSELECT kinwallet.act_for(:c);\n" + TRANSFER + "\nCOMMIT;"
VARIANTS = {  # script, role, duty in set_audit(), audited
    "owner": (PAIR + TRANSFER, None, "owner", False),
    "owner, audited": (PAIR + TRANSFER, None, "owner", True),
    "participant_app with act_for()": (BOUND, "bench_app", "participant_app", False),
    "participant_app with act_for(), audited": (BOUND, "bench_app", "participant_app", True),
}


def run(variant):
    script, role, duty, audited = VARIANTS[variant]
    psql("bench", f"SELECT kinwallet.set_audit('{duty}', 'transfer', {str(audited).lower()}, true)")
    return pgbench(script, SECONDS, CLIENTS, role=role)


def audit():
    say(f"## The audit trail, {CLIENTS} clients, synchronous_commit = off, {ROUNDS} rounds of {SECONDS} s")
    say()
    psql("bench", "DROP ROLE IF EXISTS bench_app", "CREATE ROLE bench_app", "SELECT kinwallet.grant_role('bench_app', 'participant_app', 'nation')",
         "SELECT kinwallet.set_audit('participant_app', 'act_for', false, true)")
    results = interleave(VARIANTS, run)
    psql("bench", *(f"SELECT kinwallet.set_audit('{d}', '{f}', NULL, NULL)" for d, f in
                    (("owner", "transfer"), ("participant_app", "transfer"), ("participant_app", "act_for"))),
         "SELECT kinwallet.revoke_role('bench_app', 'participant_app', 'nation')", "DROP ROLE bench_app")
    say("| transfer by | tps | CPU us | WAL B |")
    say("|---|---|---|---|")
    for v in VARIANTS:
        say(f"| {v} | {median(results, v, 'tps'):.0f} | {median(results, v, 'cpu'):.1f} | {median(results, v, 'wal'):.0f} |")
    say()
    for v in ("owner", "participant_app with act_for()"):
        m, lo, hi = ratios(results, f"{v}, audited", v, "cpu")
        say(f"CPU of {v}, audited against not: {m:.2f} ({lo:.2f}..{hi:.2f})")
    check_ledger()
