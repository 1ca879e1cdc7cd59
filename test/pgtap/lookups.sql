-- After any sequence of calls: no invariant is broken, and what is looked up
-- agrees with itself.
BEGIN;
SELECT plan(11);
SELECT setseed(0.1);
SET LOCAL kinwallet.clock = '2026-01-09 08:00';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES
	('H37010000001', 'medical_institution', '370100'), ('P64020000001', 'pharmacy', '640200');
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'a'), (2, '640299198207052026', 'B', '370100', 'resident', 'b'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c'), (4, '370199195206060054', 'D', '370100', 'employee', 'd'),
	(5, '650199197509090070', 'E', '640100', 'resident', 'e');
SELECT kinwallet.open_wallet(p) FROM generate_series(1, 5) AS p;

CREATE FUNCTION pg_temp.money(most int) RETURNS kinwallet.wallet_amount LANGUAGE sql VOLATILE AS
	$$ SELECT kinwallet.from_fen(1 + floor(random() * most * 100)::bigint) $$;
CREATE FUNCTION pg_temp.one(n int) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT 1 + floor(random() * n)::int $$;

-- steps of random calls; what is refused stays without effect
CREATE TEMP TABLE outcome (call int, state text);
CREATE PROCEDURE pg_temp.run(steps int) LANGUAGE plpgsql AS $$
DECLARE
	moment timestamptz := current_setting('kinwallet.clock')::timestamptz;
	call int;
	p int;
	q int;
	r kinwallet_data.relation;
	s kinwallet_data.spending;
BEGIN
	FOR step IN 1..steps LOOP
		moment := moment + random() * interval '4 hours';
		PERFORM set_config('kinwallet.clock', moment::text, true);
		call := pg_temp.one(14);
		p := pg_temp.one(5);
		q := pg_temp.one(5);
		SELECT * INTO r FROM kinwallet_data.relation WHERE state IN ('a', 's') ORDER BY random() LIMIT 1;
		SELECT * INTO s FROM kinwallet_data.spending WHERE kinwallet.fen(mutual_aid) > 0 OR random() < 0.2 ORDER BY random() LIMIT 1;
		BEGIN
			CASE call
				WHEN 1, 2 THEN PERFORM kinwallet.credit_account(kinwallet.new_request_id(), p, pg_temp.money(3000));
				WHEN 3, 4 THEN PERFORM kinwallet.transfer(kinwallet.new_request_id(), r.contributor, r.recipient, pg_temp.money(2100));
				WHEN 5, 6 THEN PERFORM kinwallet.establish_relation(p, q, 'sibling');
				WHEN 7, 8 THEN PERFORM kinwallet.spend(kinwallet.new_request_id(), r.recipient, 'H37010000001', 'medical', pg_temp.money(1500), true);
				WHEN 9 THEN PERFORM kinwallet.spend(kinwallet.new_request_id(), p, 'P64020000001', 'drug', pg_temp.money(200));
				WHEN 10, 11 THEN PERFORM kinwallet.refund(kinwallet.new_request_id(), s.spending_id, pg_temp.money(400));
				WHEN 12 THEN PERFORM kinwallet.refund_own_account(kinwallet.new_request_id(), s.spending_id, pg_temp.money(300));
				WHEN 13 THEN
					IF random() < 0.5 THEN
						PERFORM kinwallet.dissolve_relation(r.relation_id, r.recipient);
					ELSIF random() < 0.3 THEN
						PERFORM kinwallet.freeze_wallet(p, 'any');
					ELSE
						PERFORM kinwallet.unfreeze_wallet(w.person_id, 'any') FROM kinwallet_data.wallet AS w WHERE w.status = 'f';
					END IF;
				WHEN 14 THEN
					UPDATE kinwallet_data.person SET
						status = CASE WHEN status = 'normal' AND random() < 0.3 THEN 'paused' ELSE 'normal' END,
						region = CASE WHEN random() < 0.1 THEN (ARRAY['110000', '640200', '370100'])[pg_temp.one(3)]::kinwallet.region_code ELSE region END,
						scheme = CASE WHEN random() < 0.1 THEN 'resident' WHEN person_id NOT IN (2, 5) THEN 'employee' ELSE scheme END
					WHERE person_id IN (p, q);
			END CASE;
			INSERT INTO outcome VALUES (call, '00000');
		EXCEPTION WHEN OTHERS THEN
			IF SQLSTATE !~ '^KW' AND SQLSTATE <> '22004' THEN
				RAISE;
			END IF;
			INSERT INTO outcome VALUES (call, SQLSTATE);
		END;
	END LOOP;
END
$$;
CALL pg_temp.run(1200);

SELECT cmp_ok(count(DISTINCT call), '=', 14::bigint, 'every call was made with success') FROM outcome WHERE state = '00000';
SELECT cmp_ok(count(DISTINCT place), '>=', 3::bigint, 'refunds went to quota, account and suspense')
FROM kinwallet_data.draw WHERE kind = 'r';
SELECT is_empty('SELECT * FROM kinwallet.verify_ledger()', 'EDGE-92, invariants 1 to 11: after any calls');

SELECT results_eq($$SELECT p, own_available, received_available FROM generate_series(1, 5) AS p, kinwallet.wallet(p)$$,
	$$SELECT p, own_available, received_available FROM generate_series(1, 5) AS p, kinwallet.balance_as_of(p, 'infinity')$$,
	'QRY-01, QRY-02: the balances of now are those of the facts');

-- which of a person's balances a line of history is about
CREATE TEMP VIEW line AS
SELECT p, h.*, CASE WHEN kind IN ('credit', 'transfer_out', 'spend_own', 'refund_own', 'return_in', 'refund_to_account') THEN 'account'
	WHEN kind IN ('transfer_in', 'spend_aid', 'refund_aid', 'return_out') THEN 'received'
	WHEN kind IN ('aid_used', 'aid_refunded') THEN 'given' WHEN kind = 'refund_to_suspense' THEN 'suspense' END AS balance
FROM generate_series(1, 5) AS p, kinwallet.history(p) WITH ORDINALITY AS h(at, kind, counterparty, amount, balance_after, reference, n);
SELECT is_empty($$
	SELECT * FROM (SELECT *, lag(balance_after, 1, '0') OVER (PARTITION BY p, balance ORDER BY n) AS before FROM line) AS l
	WHERE balance IN ('account', 'received', 'suspense')
		AND kinwallet.fen(before) + kinwallet.fen(amount) <> kinwallet.fen(balance_after) OR balance IS NULL$$,
	'QRY-01: each line changes its balance by its amount');
SELECT set_eq($$
	SELECT p, balance, kinwallet.fen(balance_after) FROM (SELECT DISTINCT ON (p, balance) * FROM line ORDER BY p, balance, n DESC) AS l
	WHERE balance IN ('account', 'received')$$,
	$$SELECT p, 'account', kinwallet.fen(own_available) FROM generate_series(1, 5) AS p, kinwallet.wallet(p)
		WHERE EXISTS (SELECT FROM line AS l WHERE l.p = p.p AND l.balance = 'account')
	UNION ALL
	SELECT p, 'received', kinwallet.fen(received_available) + kinwallet.fen(received_suspended) + kinwallet.fen(received_held)
		FROM generate_series(1, 5) AS p, kinwallet.wallet(p) WHERE EXISTS (SELECT FROM line AS l WHERE l.p = p.p AND l.balance = 'received')$$,
	'QRY-01: the last line has the balance of now');
SELECT is_empty($$SELECT FROM line WHERE balance = 'given' AND (reference ~ '[HP][0-9]{11}' OR at <> date_trunc('day', at, 'Asia/Shanghai')
	OR reference !~ ' (medical|drug)$')$$, 'EDGE-96: the contributor sees the day and the use, not the provider and the hour');
SELECT is(p, expected, 'QUO-03: own_reserved of every person is what recipients can still use') FROM (
	SELECT string_agg(kinwallet.fen(own_reserved)::text, ' ' ORDER BY person_id) AS p,
		(SELECT string_agg(coalesce(given, 0)::text, ' ' ORDER BY p) FROM generate_series(1, 5) AS p
			LEFT JOIN LATERAL (SELECT sum(f.given) AS given FROM kinwallet.person_facts(p) AS f) AS g ON true) AS expected
	FROM generate_series(1, 5) AS p, kinwallet.wallet(p)) AS t;
SELECT results_eq($$
	SELECT account, sum(fen)
	FROM generate_series(timestamp '2026-01-01', '2026-12-01', '1 month') AS m, kinwallet.double_entry(m::date) AS e,
		LATERAL (VALUES (e.credit, kinwallet.fen(e.amount)), (e.debit, -kinwallet.fen(e.amount))) AS side(account, fen)
	WHERE account IN ('individual_account', 'quota', 'suspense')
	GROUP BY account ORDER BY account$$,
	$$VALUES ('individual_account', (SELECT sum(kinwallet.fen(available)) FROM kinwallet_data.wallet)),
		('quota', (SELECT sum(kinwallet.fen(remaining) + kinwallet.fen(held)) FROM kinwallet_data.relation)),
		('suspense', (SELECT sum(kinwallet.fen(amount)) FROM kinwallet_data.suspense))$$,
	'EDGE-92: the accounts of the double entry are the state');

-- a clock that goes back: what came last counts
SET LOCAL kinwallet.clock = '2026-12-20 12:00+08';
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(6, '640299199003120079', 'F', '640200', 'employee', 'f'), (7, '640299199003120087', 'G', '640200', 'employee', 'g');
SELECT kinwallet.open_wallet(p), kinwallet.credit_account(kinwallet.new_request_id(), p, '100.00') FROM generate_series(6, 7) AS p;
SELECT kinwallet.establish_relation(6, 7, 'sibling'), kinwallet.transfer(kinwallet.new_request_id(), 6, 7, '10.00');
SELECT is(received_available::text, '10.00', 'EDGE-92: active') FROM kinwallet.balance_as_of(7, 'infinity');
SET LOCAL kinwallet.clock = '2026-12-20 11:00+08';
SELECT kinwallet.freeze_wallet(6, 'why');
SELECT is(received_available::text, '0.00', 'EDGE-92: suspended, though at an earlier hour') FROM kinwallet.balance_as_of(7, 'infinity');

SELECT * FROM finish();
ROLLBACK;
