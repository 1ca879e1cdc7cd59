/*
 * Privileges.  What changes or shows data is nobody's until the site grants
 * it, and so are trigger functions, which act on what a table hands them;
 * types, their operators and pure helpers stay everybody's.  Said of
 * everything that is not listed, so that a new function starts closed.
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
DO $privileges$
DECLARE
	closed regprocedure;
BEGIN
	FOR closed IN
		SELECT p.oid FROM pg_catalog.pg_proc AS p
		WHERE p.pronamespace = 'kinwallet'::regnamespace AND p.prokind = 'f' AND p.provolatile <> 'i'
			AND p.proname <> ALL ('{citizen_id_in,citizen_id_recv,business_time,business_date,new_request_id}')
	LOOP
		EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', closed);
	END LOOP;
END
$privileges$;
