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
REVOKE ALL ON FUNCTION kinwallet.hold(uuid, bigint, text, text, kinwallet.wallet_amount, interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.capture(uuid, bigint, kinwallet.wallet_amount) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.cancel_hold(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.pay_premium(uuid, bigint, text, integer, kinwallet.wallet_amount, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION kinwallet.explain_spend(bigint, text, text, kinwallet.wallet_amount) FROM PUBLIC;
