/*-------------------------------------------------------------------------
 *
 * duty_table.h
 *	  Who may call what: one line for each public function, one column for
 *	  each duty (rules.md, section 5).  Read several times, each with another
 *	  KW_FN.  No include guard.
 *
 * KW_FN(function, subject, argument, cells)
 *
 * subject and argument say whom a call concerns: the argument's number, from
 * 0.  Subjects that take two arguments take the next one, too; RELATION takes
 * the person who acts from it.
 *
 * cells: p participant_app, a agency, r agency_reviewer, v provider_app,
 * c province_clearing, n national_clearing, f finance, u auditor,
 * m administrator.  A cell is
 *	  -	not at all
 *	  o	own: as the person bound by act_for()
 *	  s	where the subject lies within the scope of the duty
 *
 *-------------------------------------------------------------------------
 */

/*                                                 "parvcnfum" */

/* wallets and insurance */
KW_FN(open_wallet, KW_SUBJECT_PERSON, 0,            "os-------")
KW_FN(close_wallet, KW_SUBJECT_PERSON, 0,           "os-------")
/* by proposal only, as are unfreeze_wallet and an agency's refunds */
KW_FN(freeze_wallet, KW_SUBJECT_PERSON, 0,          "---------")
KW_FN(unfreeze_wallet, KW_SUBJECT_PERSON, 0,        "---------")
KW_FN(insurance_event, KW_SUBJECT_PERSON, 1,        "-s-------")
KW_FN(credit_account, KW_SUBJECT_PERSON, 1,         "-s-------")
KW_FN(credit_accounts, KW_SUBJECT_PERSONS, 1,       "-s-------")

/* relations */
KW_FN(request_relation, KW_SUBJECT_ACTOR, 3,        "os-------")
KW_FN(accept_relation, KW_SUBJECT_RELATION, 0,      "os-------")
KW_FN(refuse_relation, KW_SUBJECT_RELATION, 0,      "os-------")
KW_FN(withdraw_relation, KW_SUBJECT_RELATION, 0,    "os-------")
KW_FN(dissolve_relation, KW_SUBJECT_RELATION, 0,    "os-------")
KW_FN(establish_relation, KW_SUBJECT_PAIR, 0,       "-s-------")
KW_FN(establish_relations, KW_SUBJECT_PAIRS, 0,     "-s-------")

/* money */
KW_FN(transfer, KW_SUBJECT_PERSON, 1,               "o--------")
KW_FN(transfer_application, KW_SUBJECT_PERSON, 1,   "o--------")
KW_FN(transfer_batch, KW_SUBJECT_PERSONS, 1,        "o--------")
KW_FN(pay_premium, KW_SUBJECT_PERSON, 1,            "os-------")
KW_FN(spend, KW_SUBJECT_PROVIDER, 2,                "---s-----")
KW_FN(hold, KW_SUBJECT_PROVIDER, 2,                 "---s-----")
KW_FN(capture, KW_SUBJECT_HOLD, 1,                  "---s-----")
KW_FN(cancel_hold, KW_SUBJECT_HOLD, 0,              "---s-----")
KW_FN(refund, KW_SUBJECT_SPENDING, 1,               "---s-----")
KW_FN(refund_own_account, KW_SUBJECT_SPENDING, 1,   "---s-----")

/* looking up */
KW_FN(wallet, KW_SUBJECT_PERSON, 0,                 "oss----s-")
KW_FN(quotas, KW_SUBJECT_PERSON, 0,                 "oss----s-")
KW_FN(history, KW_SUBJECT_PERSON, 0,                "oss----s-")
KW_FN(balance_as_of, KW_SUBJECT_PERSON, 0,          "oss----s-")
KW_FN(person_record, KW_SUBJECT_PERSON, 0,          "oss----s-")
KW_FN(explain_transfer, KW_SUBJECT_PERSON, 0,       "oss----s-")
KW_FN(explain_spend, KW_SUBJECT_PERSON, 0,          "oss----s-")
KW_FN(amount_payable, KW_SUBJECT_PROVIDER, 1,       "---s-----")
KW_FN(double_entry, KW_SUBJECT_NATION, 0,           "-------s-")
KW_FN(verify_wallets, KW_SUBJECT_NATION, 0,         "-------s-")
KW_FN(verify_relations, KW_SUBJECT_NATION, 0,       "-------s-")
KW_FN(verify_holds, KW_SUBJECT_NATION, 0,           "-------s-")
KW_FN(verify_spendings, KW_SUBJECT_NATION, 0,       "-------s-")
KW_FN(verify_facts, KW_SUBJECT_NATION, 0,           "-------s-")
KW_FN(verify_clearing, KW_SUBJECT_NATION, 0,        "-------s-")
KW_FN(verify_notices, KW_SUBJECT_NATION, 0,         "-------s-")
KW_FN(verify_prepayment, KW_SUBJECT_NATION, 0,      "-------s-")
KW_FN(verify_ledger, KW_SUBJECT_NATION, 0,          "-------s-")

/* clearing */
KW_FN(cut_off, KW_SUBJECT_NATION, 0,                "-----s---")
KW_FN(split, KW_SUBJECT_NATION, 0,                  "-----s---")
KW_FN(close_month, KW_SUBJECT_NATION, 0,            "-----s---")
KW_FN(withhold_line, KW_SUBJECT_NATION, 0,          "-----s---")
KW_FN(release_line, KW_SUBJECT_NATION, 0,           "-----s---")
KW_FN(deduct_line, KW_SUBJECT_NATION, 0,            "-----s---")
KW_FN(record_deduction, KW_SUBJECT_NATION, 0,       "-----s---")
KW_FN(cancel_deduction, KW_SUBJECT_NATION, 0,       "-----s---")
KW_FN(raise_late_alarms, KW_SUBJECT_NATION, 0,      "-----s---")
KW_FN(confirm_month, KW_SUBJECT_PLACE, 1,           "----s----")
KW_FN(issue_notices, KW_SUBJECT_NATION, 0,          "-----s---")
KW_FN(record_payment, KW_SUBJECT_NOTICE, 0,         "----s-s--")
KW_FN(record_instalment, KW_SUBJECT_NOTICE, 0,      "----s-s--")
KW_FN(confirm_receipt, KW_SUBJECT_NOTICE, 0,        "----s-s--")
KW_FN(clearing_pairs, KW_SUBJECT_NATION, 0,         "-----s-s-")
KW_FN(late_lines, KW_SUBJECT_NATION, 0,             "-----s-s-")
KW_FN(net_positions, KW_SUBJECT_NATION, 0,          "-----s-s-")
KW_FN(province_table, KW_SUBJECT_PLACE, 1,          "----ssss-")
KW_FN(notices, KW_SUBJECT_PLACE, 1,                 "-ss-ssss-")
KW_FN(notice_lines, KW_SUBJECT_NOTICE, 0,           "-ss-ssss-")
KW_FN(reconcile, KW_SUBJECT_PLACE, 3,               "----ss-s-")
KW_FN(statistics, KW_SUBJECT_PLACE, 2,              "----ssss-")
KW_FN(clearing_report, KW_SUBJECT_PLACE, 1,         "----ssss-")
KW_FN(clearing_calendar, KW_SUBJECT_NOTHING, 0,     "-ss-ssss-")
KW_FN(add_working_days, KW_SUBJECT_NOTHING, 0,      "-ss-ssss-")
KW_FN(unsigned_provinces, KW_SUBJECT_NOTHING, 0,    "----ssss-")

/* seals: who is given one is a witness */
KW_FN(seal_day, KW_SUBJECT_NATION, 0,               "-----s---")
KW_FN(verify_seals, KW_SUBJECT_NATION, 0,           "-----s-s-")
KW_FN(export_seals, KW_SUBJECT_NOTHING, 0,          "----ssss-")
KW_FN(verify_exported_seals, KW_SUBJECT_NOTHING, 0, "----ssss-")

/* prepayments */
KW_FN(set_prepayment, KW_SUBJECT_NATION, 0,         "-----s---")
KW_FN(set_initial_prepayment, KW_SUBJECT_NATION, 0, "-----s---")
KW_FN(request_increase, KW_SUBJECT_PLACE, 1,        "----s----")
KW_FN(approve_increase, KW_SUBJECT_INCREASE, 0,     "-----s---")
KW_FN(refuse_increase, KW_SUBJECT_INCREASE, 0,      "----ss---")
KW_FN(prepayment_status, KW_SUBJECT_NATION, 0,      "-----s-s-")
KW_FN(prepayment_forecast, KW_SUBJECT_NATION, 0,    "-----s-s-")

/* what takes two: propose() itself finds out whom it concerns */
KW_FN(propose, KW_SUBJECT_NOTHING, 0,               "-s-----s-")
KW_FN(approve_proposal, KW_SUBJECT_PROPOSAL, 0,     "--s------")
KW_FN(refuse_proposal, KW_SUBJECT_PROPOSAL, 0,      "-ss------")
KW_FN(proposals, KW_SUBJECT_PLACE, 0,               "-ss----s-")

/* keeping it running */
KW_FN(sweep, KW_SUBJECT_NATION, 0,                  "--------s")
KW_FN(ensure_partitions, KW_SUBJECT_NATION, 0,      "--------s")
KW_FN(archive_month, KW_SUBJECT_NATION, 0,          "--------s")
KW_FN(grant_role, KW_SUBJECT_NATION, 0,             "--------s")
KW_FN(revoke_role, KW_SUBJECT_NATION, 0,            "--------s")
KW_FN(set_audit, KW_SUBJECT_NATION, 0,              "--------s")
KW_FN(audit_trail, KW_SUBJECT_NATION, 0,            "-------s-")
KW_FN(make_token, KW_SUBJECT_NATION, 0,             "--------s")

/* the person is judged by act_for() itself */
KW_FN(act_for, KW_SUBJECT_NOTHING, 0,               "s--------")
