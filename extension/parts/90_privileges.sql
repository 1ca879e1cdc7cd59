/*
 * Privileges.  What changes or shows data is nobody's until the site grants
 * it; types, their operators and pure helpers stay everybody's.
 */
REVOKE ALL ON FUNCTION kinwallet.create_ledger(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.attach_guards() FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.attach_fact_guard(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.load_reference_data() FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.ensure_partitions(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.credit_account(uuid, bigint, kinwallet.wallet_amount, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.credit_accounts(uuid[], bigint[], kinwallet.wallet_amount[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.transfer(uuid, bigint, bigint, kinwallet.wallet_amount) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.transfer_application(uuid, bigint, text, kinwallet.citizen_id, kinwallet.region_code, kinwallet.wallet_amount, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.transfer_batch(uuid[], bigint[], bigint[], kinwallet.wallet_amount[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.spend(uuid, bigint, text, text, kinwallet.wallet_amount, boolean) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.refund(uuid, bigint, kinwallet.wallet_amount) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.refund_own_account(uuid, bigint, kinwallet.wallet_amount) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.create_clearing_tables() FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.confirm_month(date, kinwallet.region_code) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.issue_notices(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.record_payment(bigint, date, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.record_instalment(bigint, kinwallet.wallet_amount, date, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.confirm_receipt(bigint, date) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.close_month(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.withhold_line(bigint, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.release_line(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.deduct_line(bigint, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.record_deduction(date, bigint, kinwallet.wallet_amount, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.raise_late_alarms() FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.clearing_corrections() FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.late_lines(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.late_subjects(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.payments_due(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.unsigned_provinces(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.province_table(date, kinwallet.region_code) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.net_positions(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.notices(date, kinwallet.region_code) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.notice_lines(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.verify_notices() FROM PUBLIC;
