-- verify_ledger(): silent on a ledger that is right; every check can fail.
BEGIN;
SELECT plan(76);
SET LOCAL kinwallet.clock = '2026-01-09 08:00';
SELECT kinwallet.create_ledger();

INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'a'),
	(2, '640299198207052026', 'B', '370100', 'resident', 'b'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c'),
	(4, '370199195206060054', 'D', '370100', 'resident', 'd');
SELECT kinwallet.open_wallet(p) FROM generate_series(1, 4) AS p;
SELECT kinwallet.credit_account(kinwallet.new_request_id(), 1, '5000.00');
SELECT kinwallet.credit_account(kinwallet.request_id_of('c2'), 3, '3000.00');
SELECT kinwallet.establish_relation(1, 2, 'spouse');
SELECT kinwallet.establish_relation(3, 2, 'child');
SELECT kinwallet.request_relation(3, 1, 'sibling', 3);
SET LOCAL kinwallet.clock = '2026-01-10 09:00';
SELECT kinwallet.transfer(kinwallet.request_id_of('t1'), 1, 2, '2000.00');
SELECT kinwallet.transfer(kinwallet.request_id_of('t2'), 3, 2, '300.00');
SELECT kinwallet.transfer(kinwallet.request_id_of('t3'), 1, 2, '500.00');
SET LOCAL kinwallet.clock = '2026-01-25 15:30';
SELECT kinwallet.spend(kinwallet.request_id_of('s1'), 2, 'H37010000001', 'medical', '2600.00');
SELECT kinwallet.spend(kinwallet.request_id_of('s2'), 3, 'H37010000001', 'medical', '80.00');
SELECT kinwallet.refund(kinwallet.request_id_of('r1'), spending_id, '650.00') FROM kinwallet_data.spending WHERE recipient = 2;
SELECT kinwallet.refund_own_account(kinwallet.request_id_of('r2'), spending_id, '30.00') FROM kinwallet_data.spending WHERE recipient = 3;
-- an open hold of 50.00 on C's quota
INSERT INTO kinwallet_data.hold (hold_id, recipient, request_id, provider, use, amount, at, expires_at)
VALUES (9, 2, kinwallet.request_id_of('h'), 'H37010000001', 'm', '50.00', '2026-01-26', '2026-01-27');
INSERT INTO kinwallet_data.hold_part (hold_id, position, relation_id, amount)
SELECT 9, 1, relation_id, '50.00' FROM kinwallet_data.relation WHERE contributor = 3 AND recipient = 2;
UPDATE kinwallet_data.relation SET held = '50.00', remaining = remaining OPERATOR(kinwallet.-) '50.00' WHERE contributor = 3 AND recipient = 2;
SET LOCAL kinwallet.clock = '2026-02-02 10:00';
SELECT kinwallet.dissolve_relation(relation_id, 1) FROM kinwallet_data.relation WHERE contributor = 1;
SET LOCAL kinwallet.clock = '2026-02-10 10:00';
SELECT kinwallet.refund(kinwallet.request_id_of('r3'), spending_id, '1000.00') FROM kinwallet_data.spending WHERE recipient = 2;
SET LOCAL kinwallet.clock = '2026-03-01 00:00';
SELECT kinwallet.cut_off('2026-01-01'), kinwallet.split('2026-01-01'), kinwallet.cut_off('2026-02-01'), kinwallet.split('2026-02-01');

SELECT is_empty('SELECT * FROM kinwallet.verify_ledger()', 'EDGE-92, invariants 1 to 11: a ledger that is right');

-- facts can be broken in this transaction
DO $$
DECLARE
	tab name;
BEGIN
	FOR tab IN SELECT tgrelid::regclass::name FROM pg_trigger WHERE tgname = 'fact_guard' LOOP
		EXECUTE format('ALTER TABLE %s DISABLE TRIGGER fact_guard', tab);
	END LOOP;
END
$$;

-- do harm, look which checks see it, undo it
CREATE FUNCTION pg_temp.breaks(checks text, harm text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	reported text;
BEGIN
	BEGIN
		EXECUTE harm;
		SELECT string_agg(DISTINCT check_name, ' ' ORDER BY check_name) INTO reported FROM kinwallet.verify_ledger();
		RAISE SQLSTATE 'KWTST';
	EXCEPTION WHEN SQLSTATE 'KWTST' THEN
		NULL;
	END;
	RETURN is(reported, checks, split_part(checks, ' ', 1) || ': ' || left(regexp_replace(harm, '^ALTER[^;]*; |\s+', ' ', 'g'), 60));
END
$$;
CREATE FUNCTION pg_temp.id(seq int, month date DEFAULT '2026-01-01') RETURNS bigint LANGUAGE sql AS
	$$ SELECT ((26 * 12 + extract(month FROM month)::int - 1)::bigint << 42) + (1::bigint << 41) + seq $$;

-- wallets
SELECT pg_temp.breaks('person.conservation wallet.available', $$UPDATE kinwallet_data.wallet SET available = available OPERATOR(kinwallet.+) '0.01' WHERE person_id = 1$$);
SELECT pg_temp.breaks('person.conservation wallet.available wallet.open_relations', $$DELETE FROM kinwallet_data.wallet WHERE person_id = 1$$);
SELECT pg_temp.breaks('wallet.transfers', $$UPDATE kinwallet_data.wallet SET transfers = 1 WHERE person_id = 1$$);
SELECT pg_temp.breaks('wallet.transfers', $$UPDATE kinwallet_data.wallet SET transfer_day = '2026-01-11' WHERE person_id = 1$$);
SELECT pg_temp.breaks('wallet.transfers', $$UPDATE kinwallet_data.wallet SET transfers = 1 WHERE person_id = 4$$);
SELECT pg_temp.breaks('wallet.open_relations', $$UPDATE kinwallet_data.wallet SET open_relations = 0 WHERE person_id = 2$$);
SELECT pg_temp.breaks('wallet.region', $$UPDATE kinwallet_data.wallet SET region = '370200' WHERE person_id = 4$$);
SELECT pg_temp.breaks('wallet.insured', $$UPDATE kinwallet_data.wallet SET insured = 't' WHERE person_id = 4$$);
SELECT pg_temp.breaks('wallet.scheme', $$UPDATE kinwallet_data.wallet SET scheme = 'p' WHERE person_id = 4$$);
SELECT pg_temp.breaks('wallet.status', $$UPDATE kinwallet_data.wallet SET status = 'c' WHERE person_id = 4$$);
SELECT pg_temp.breaks('wallet_profile.opened_at', $$UPDATE kinwallet_data.wallet_profile SET opened_at = 'epoch' WHERE person_id = 4$$);
SELECT pg_temp.breaks('wallet_profile.opened_at', $$DELETE FROM kinwallet_data.wallet_profile WHERE person_id = 4$$);
SELECT pg_temp.breaks('wallet.request_mark', $$UPDATE kinwallet_data.wallet SET request_mark = request_mark - 1 WHERE person_id = 1$$);
SELECT pg_temp.breaks('person.conservation suspense.amount', $$INSERT INTO kinwallet_data.suspense (person_id, region, amount) VALUES (1, '640200', '1.00')$$);
SELECT pg_temp.breaks('suspense.amount wallet.available', $$UPDATE kinwallet_data.draw SET place = 's' WHERE kind = 'r' AND place = 'a'$$);

-- relations
SELECT pg_temp.breaks('person.conservation relation.remaining', $$UPDATE kinwallet_data.relation SET remaining = '0.01' WHERE contributor = 3 AND recipient = 2$$);
SELECT pg_temp.breaks('relation.held relation.remaining', $$UPDATE kinwallet_data.relation SET remaining = '300.00', held = '0.00' WHERE contributor = 3 AND recipient = 2$$);
SELECT pg_temp.breaks('person.conservation relation.spent', $$UPDATE kinwallet_data.relation SET spent = '0.01' WHERE contributor = 3 AND recipient = 2$$);
SELECT pg_temp.breaks('relation.returned', $$UPDATE kinwallet_data.relation SET returned = '0.01' WHERE contributor = 3 AND recipient = 2$$);
SELECT pg_temp.breaks('relation.state', $$UPDATE kinwallet_data.relation SET state = 'x' WHERE contributor = 1$$);
SELECT pg_temp.breaks('relation.active_since', $$UPDATE kinwallet_data.relation SET active_since = '2026-01-01' WHERE contributor = 3 AND recipient = 2$$);
SELECT pg_temp.breaks('relation.causes relation.state', $$UPDATE kinwallet_data.relation SET state = 's', causes = 3 WHERE contributor = 3 AND recipient = 2$$);
SELECT pg_temp.breaks('draw.relation relation.contributor_region', $$UPDATE kinwallet_data.relation SET contributor_region = '320100' WHERE contributor = 3 AND recipient = 2$$);
SELECT pg_temp.breaks('relation.causes wallet.status', $$UPDATE kinwallet_data.wallet SET status = 'f' WHERE person_id = 2$$);
SELECT pg_temp.breaks('relation.recipient_wallet wallet.status', $$UPDATE kinwallet_data.wallet SET status = 'c' WHERE person_id = 2$$);
SELECT pg_temp.breaks('relation.contributor_status wallet.insured', $$ALTER TABLE kinwallet_data.person DISABLE TRIGGER ALL; UPDATE kinwallet_data.person SET status = 'deceased' WHERE person_id = 3$$);
SELECT pg_temp.breaks('relation.contributor_scheme wallet.scheme', $$ALTER TABLE kinwallet_data.person DISABLE TRIGGER ALL; UPDATE kinwallet_data.person SET individual_account = false WHERE person_id = 3$$);
SELECT pg_temp.breaks('relation.contributor_region relation.recipient_region wallet.region', $$ALTER TABLE kinwallet_data.person DISABLE TRIGGER ALL; UPDATE kinwallet_data.person SET region = '110000' WHERE person_id IN (1, 3)$$);
SELECT pg_temp.breaks('person.conservation relation.ended_empty relation.remaining', $$ALTER TABLE kinwallet_data.relation DROP CONSTRAINT relation_ended_empty; UPDATE kinwallet_data.relation SET remaining = '1.00' WHERE contributor = 1$$);
SELECT pg_temp.breaks('relation_event.returned', $$ALTER TABLE kinwallet_data.relation_event DISABLE TRIGGER ALL; UPDATE kinwallet_data.relation_event SET returned = '0.00' WHERE kind = 'dissolved'$$);
SELECT pg_temp.breaks('draw.relation person.conservation relation.held relation.remaining relation.returned relation.spent return_.relation transfer.policy transfer.relation', $$DELETE FROM kinwallet_data.relation WHERE contributor = 1$$);

-- holds
SELECT pg_temp.breaks('hold.amount', $$UPDATE kinwallet_data.hold SET amount = '49.99'$$);
SELECT pg_temp.breaks('hold.state relation.held relation.remaining', $$UPDATE kinwallet_data.hold SET state = 'c', ended_at = '2026-01-26 12:00'$$);
SELECT pg_temp.breaks('hold.ended_at', $$UPDATE kinwallet_data.hold SET ended_at = '2026-01-26 12:00'$$);
SELECT pg_temp.breaks('draw.spending hold.drawn hold.state', $$UPDATE kinwallet_data.spending SET hold_id = 9 WHERE recipient = 2$$);
SELECT pg_temp.breaks('hold.recipient hold.state', $$UPDATE kinwallet_data.spending SET hold_id = 9 WHERE recipient = 3$$);

-- spendings, draws, refunds
SELECT pg_temp.breaks('spending.mutual_aid', $$UPDATE kinwallet_data.spending SET mutual_aid = '2599.00' WHERE recipient = 2$$);
SELECT pg_temp.breaks('person.conservation wallet.available', $$UPDATE kinwallet_data.spending SET own_account = '79.99' WHERE recipient = 3$$);
SELECT pg_temp.breaks('refunded.mutual_aid', $$UPDATE kinwallet_data.refunded SET mutual_aid = '650.00' WHERE kinwallet.fen(mutual_aid) > 0$$);
SELECT pg_temp.breaks('refunded.own_account', $$UPDATE kinwallet_data.refunded SET own_account = '0.00' WHERE kinwallet.fen(own_account) > 0$$);
SELECT pg_temp.breaks('refund.mutual_aid refund.restored refunded.mutual_aid', $$UPDATE kinwallet_data.refund SET amount = '2000.00' WHERE kind = 'm'$$);
SELECT pg_temp.breaks('person.conservation refund.own_account refunded.own_account wallet.available', $$UPDATE kinwallet_data.refund SET amount = '80.01' WHERE kind = 'o'$$);
SELECT pg_temp.breaks('refund.restored refunded.mutual_aid', $$UPDATE kinwallet_data.refund SET amount = '999.00' WHERE kind = 'm' AND month = '2026-02-01'$$);
SELECT pg_temp.breaks('clearing_pair.levels clearing_pair.reversed', $$UPDATE kinwallet_data.clearing_pair SET reversed = '0.00', due = gross WHERE level = 'region' AND payer::text = '640200' AND month = '2026-01-01'$$);
SELECT pg_temp.breaks('draw.restored draw.restores', $$UPDATE kinwallet_data.draw SET restores = (SELECT d.draw_id FROM kinwallet_data.draw AS d WHERE d.kind = 'd' AND d.contributor = 3) WHERE kind = 'r'$$);
SELECT pg_temp.breaks('draw.restores', $$UPDATE kinwallet_data.draw SET use = 'd' WHERE kind = 'r' AND month = '2026-02-01'$$);
SELECT pg_temp.breaks('draw.restores draw.spending', $$UPDATE kinwallet_data.draw SET use = 'd' WHERE kind = 'd' AND contributor = 1$$);
SELECT pg_temp.breaks('draw.relation draw.restores draw.spending', $$UPDATE kinwallet_data.draw SET recipient_region = '370200' WHERE kind = 'd' AND contributor = 1$$);
SELECT pg_temp.breaks('draw.scope', $$UPDATE kinwallet_data.draw SET scope = 'i' WHERE contributor = 1$$);
SELECT pg_temp.breaks('draw.kind', $$UPDATE kinwallet_data.draw SET place = 'x' WHERE kind = 'd' AND contributor = 1$$);
SELECT pg_temp.breaks('clearing_pair.person_times draw.counts', $$UPDATE kinwallet_data.draw SET counts = 0 WHERE kind = 'd' AND contributor = 1$$);
SELECT pg_temp.breaks('clearing_pair.person_times draw.counts', $$UPDATE kinwallet_data.draw SET counts = 1 WHERE kind = 'r' AND month = '2026-02-01'$$);
SELECT pg_temp.breaks('premium_paid', $$INSERT INTO kinwallet_data.premium_paid (person_id, kind, cover_year, spending_id) VALUES (2, 'r', 2027, 1)$$);
SELECT pg_temp.breaks('premium_paid', $$UPDATE kinwallet_data.spending SET kind = 'p' WHERE recipient = 3$$);

-- ids, months, requests
SELECT pg_temp.breaks('account_entry.month', $$UPDATE kinwallet_data.account_entry SET at = '2026-02-01 00:00+08' WHERE person_id = 1$$);
SELECT pg_temp.breaks('transfer.month', $$UPDATE kinwallet_data.transfer SET transfer_id = pg_temp.id(1, '2026-02-01') WHERE contributor = 3$$);
SELECT pg_temp.breaks('return_.month', $$UPDATE kinwallet_data.return_ SET at = '2026-01-31 23:59+08'$$);
SELECT pg_temp.breaks('refund.month', $$UPDATE kinwallet_data.refund SET refund_id = 7 WHERE month = '2026-02-01'$$);
SELECT pg_temp.breaks('draw.month', $$UPDATE kinwallet_data.draw SET draw_id = 7 WHERE month = '2026-02-01'$$);
SELECT pg_temp.breaks('spending.month', $$UPDATE kinwallet_data.spending SET at = '2025-12-31 23:59+08' WHERE recipient = 3$$);
SELECT pg_temp.breaks('account_entry.request_id person.conservation wallet.available', $$INSERT INTO kinwallet_data.account_entry SELECT pg_temp.id(1, '2026-02-01'), person_id, amount, '2026-02-01 12:00+08', request_id, region, '2026-02-01' FROM kinwallet_data.account_entry WHERE person_id = 3$$);

-- transfers and returns
SELECT pg_temp.breaks('relation.held relation.remaining relation.returned relation.spent transfer.relation', $$UPDATE kinwallet_data.transfer SET relation_id = 99 WHERE contributor = 3$$);
SELECT pg_temp.breaks('wallet.transfers', $$UPDATE kinwallet_data.transfer SET at = '2026-01-09 07:59+08' WHERE contributor = 3$$);
SELECT pg_temp.breaks('transfer.policy', $$UPDATE kinwallet_data.transfer SET policy_id = 3 WHERE contributor = 3$$);
SELECT pg_temp.breaks('transfer.policy', $$UPDATE kinwallet_data.transfer SET policy_id = 99 WHERE contributor = 3$$);
SELECT pg_temp.breaks('transfer.amount', $$UPDATE kinwallet_data.policy SET transfer_max = '299.99' WHERE policy_id = 2$$);
SELECT pg_temp.breaks('transfer.per_day', $$UPDATE kinwallet_data.policy SET transfers_per_day = 1$$);
SELECT pg_temp.breaks('return_.relation', $$UPDATE kinwallet_data.return_ SET contributor_region = '640100'$$);

-- clearing
SELECT pg_temp.breaks('clearing_pair.person_times', $$UPDATE kinwallet_data.clearing_pair SET person_times = 7 WHERE level = 'region'$$);
SELECT pg_temp.breaks('clearing_pair.items', $$UPDATE kinwallet_data.clearing_pair SET items = items + 1 WHERE payer::text LIKE '64%'$$);
SELECT pg_temp.breaks('clearing_pair.gross', $$UPDATE kinwallet_data.clearing_pair SET gross = gross OPERATOR(kinwallet.+) '1.00', due = due OPERATOR(kinwallet.+) '1.00' WHERE payer::text LIKE '64%' AND month = '2026-01-01'$$);
SELECT pg_temp.breaks('clearing_pair.due', $$ALTER TABLE kinwallet_data.clearing_pair DROP CONSTRAINT clearing_pair_sums; UPDATE kinwallet_data.clearing_pair SET due = '1.00' WHERE month = '2026-02-01'$$);
SELECT pg_temp.breaks('clearing_pair.month', $$UPDATE kinwallet_data.clearing_month SET state = 'cut_off' WHERE month = '2026-01-01'$$);
SELECT pg_temp.breaks('clearing_month.order', $$DELETE FROM kinwallet_data.clearing_pair WHERE month = '2026-01-01'; DELETE FROM kinwallet_data.prepayment_alarm WHERE month = '2026-01-01'; DELETE FROM kinwallet_data.clearing_month WHERE month = '2026-01-01'$$);

SELECT is_empty('SELECT * FROM kinwallet.verify_ledger()', 'nothing of the harm is left');
SELECT * FROM finish();
ROLLBACK;
