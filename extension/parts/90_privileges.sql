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
REVOKE ALL ON FUNCTION kinwallet.create_prepayment_tables() FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.set_prepayment(integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.set_initial_prepayment(integer, kinwallet.region_code, kinwallet.region_code, kinwallet.wallet_amount) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.request_increase(date, kinwallet.region_code, kinwallet.region_code) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.request_increase(date, kinwallet.region_code, kinwallet.region_code, kinwallet.wallet_amount) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.approve_increase(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.refuse_increase(bigint, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.prepayment_status(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.prepayment_forecast(integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.verify_prepayment() FROM PUBLIC;
