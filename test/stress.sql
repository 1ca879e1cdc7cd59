-- What test/stress.sh plays: 20 persons, each with relations to the next three,
-- and one function that does something at random.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
CREATE EXTENSION kinwallet;
CREATE EXTENSION amcheck;
SELECT kinwallet.create_ledger();
-- nothing stops at the day's limit, and purchases draw quota before own money
UPDATE kinwallet_data.policy SET transfers_per_day = 32767, own_account_first = false;
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');

CREATE SCHEMA stress;

CREATE FUNCTION stress.citizen(seq bigint) RETURNS kinwallet.citizen_id
LANGUAGE sql AS $$
	SELECT (body || substr('10X98765432', 1 + (SELECT sum(substr(body, i, 1)::int * (2 ^ (18 - i))::int)::int % 11
		FROM generate_series(1, 17) AS i), 1))::kinwallet.citizen_id
	FROM (SELECT '64029919800312' || to_char(seq, 'FM000')) AS t (body)
$$;

INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
SELECT i, stress.citizen(i), 'p' || i,
	(ARRAY['640200', '370100', '320500'])[1 + i % 3]::kinwallet.region_code, 'employee', 'c' || i
FROM generate_series(1, 20) AS i;
SELECT kinwallet.open_wallet(i), kinwallet.credit_account(kinwallet.new_request_id(), i, '100000')
FROM generate_series(1, 20) AS i;
SELECT kinwallet.establish_relation(i, 1 + (i - 1 + d) % 20, 'sibling')
FROM generate_series(1, 20) AS i, generate_series(1, 3) AS d;

CREATE FUNCTION stress.rnd(n int) RETURNS int
LANGUAGE sql VOLATILE AS 'SELECT 1 + floor(random() * n)::int';

CREATE FUNCTION stress.amount(n int) RETURNS kinwallet.wallet_amount
LANGUAGE sql VOLATILE AS 'SELECT kinwallet.from_fen(stress.rnd(n))';

-- A new request id, or one of few that come again: with the same arguments
-- and, as the same few serve everybody, with others.
CREATE FUNCTION stress.request() RETURNS uuid
LANGUAGE sql VOLATILE AS $$
	SELECT CASE WHEN random() < 0.8 THEN kinwallet.new_request_id() ELSE kinwallet.request_id_of('r' || stress.rnd(500)) END
$$;

-- Count what was done and what was refused, outside of the ledger.
CREATE SEQUENCE stress.done;
CREATE SEQUENCE stress.refused;

-- One call of kinwallet, or two of the same person in subtransactions of which
-- the first may be undone.  A refusal is a result, any other error is not.
CREATE FUNCTION stress.step() RETURNS void
LANGUAGE plpgsql AS $step$
DECLARE
	dice int := stress.rnd(1000);
	a bigint := stress.rnd(20);
	b bigint := 1 + (a - 1 + stress.rnd(3)) % 20;
	chosen bigint;
	request uuid := stress.request();
	money kinwallet.wallet_amount := stress.amount(10000);
BEGIN
	-- reads come first: what they see may be gone when the call locks
	CASE
		WHEN dice > 850 AND dice <= 900 THEN
			chosen := (SELECT spending_id FROM kinwallet_data.spending WHERE recipient = a ORDER BY spending_id DESC
				OFFSET stress.rnd(5) - 1 LIMIT 1);
		WHEN dice > 925 AND dice <= 950 THEN
			chosen := (SELECT hold_id FROM kinwallet_data.hold WHERE recipient = a AND state = 'o' LIMIT 1);
		WHEN dice > 950 AND dice <= 980 THEN
			chosen := (SELECT relation_id FROM kinwallet_data.relation
				WHERE contributor = a AND recipient = b AND state IN ('r', 'a', 's'));
		WHEN dice > 984 AND dice <= 990 THEN
			a := coalesce((SELECT person_id FROM kinwallet_data.wallet WHERE status = 'f' LIMIT 1), a);
		ELSE
			NULL;
	END CASE;

	CASE
		WHEN dice <= 100 THEN
			-- undo a transfer, make it again
			BEGIN
				PERFORM kinwallet.transfer(request, a, b, money);
				RAISE division_by_zero;
			EXCEPTION WHEN division_by_zero THEN
				NULL;
			END;
			PERFORM kinwallet.transfer(request, a, b, money);
		WHEN dice <= 150 THEN
			-- make it, keep it, repeat it
			BEGIN
				PERFORM kinwallet.transfer(request, a, b, money);
			EXCEPTION WHEN division_by_zero THEN
				NULL;
			END;
			PERFORM kinwallet.transfer(request, a, b, money);
		WHEN dice <= 200 THEN
			PERFORM kinwallet.transfer_batch(array_agg(stress.request()), array_agg(p), array_agg(1 + p % 20),
				array_agg(stress.amount(10000)))
			FROM (SELECT stress.rnd(20)::bigint AS p FROM generate_series(1, stress.rnd(10))) AS t;
		WHEN dice <= 700 THEN
			PERFORM kinwallet.transfer(request, a, b, money);
		WHEN dice <= 850 THEN
			PERFORM kinwallet.spend(request, a, 'H37010000001', 'medical', stress.amount(30000), random() < 0.5);
		WHEN dice <= 890 THEN
			PERFORM kinwallet.refund(request, chosen, stress.amount(4000));
		WHEN dice <= 900 THEN
			PERFORM kinwallet.refund_own_account(request, chosen, stress.amount(1000));
		WHEN dice <= 925 THEN
			PERFORM kinwallet.hold(request, a, 'H37010000001', 'medical', money,
				CASE WHEN random() < 0.2 THEN interval '1 second' END);
		WHEN dice <= 940 THEN
			PERFORM kinwallet.capture(request, chosen, stress.amount(5000));
		WHEN dice <= 950 THEN
			PERFORM kinwallet.cancel_hold(chosen);
		WHEN dice <= 980 AND chosen IS NULL THEN
			PERFORM kinwallet.establish_relation(a, b, 'sibling');
		WHEN dice <= 960 THEN
			PERFORM kinwallet.dissolve_relation(chosen, a);
		WHEN dice <= 980 THEN
			PERFORM * FROM kinwallet.history(a);
		WHEN dice <= 984 THEN
			PERFORM kinwallet.freeze_wallet(a, 'stress');
		WHEN dice <= 990 THEN
			PERFORM kinwallet.unfreeze_wallet(a, 'stress');
		WHEN dice <= 991 THEN
			UPDATE kinwallet_data.person
			SET region = (ARRAY['640200', '370100', '320500'])[stress.rnd(3)]::kinwallet.region_code WHERE person_id = a;
		WHEN dice <= 993 THEN
			PERFORM kinwallet.sweep();
		WHEN dice <= 995 THEN
			UPDATE kinwallet_data.policy SET reserve = kinwallet.from_fen(stress.rnd(100));
		WHEN dice <= 997 THEN
			PERFORM kinwallet.explain_transfer(a, b, money), kinwallet.explain_spend(a, 'H37010000001', 'medical', money);
		ELSE
			PERFORM kinwallet.credit_account(request, a, '1000');
	END CASE;
	PERFORM nextval('stress.done');
EXCEPTION WHEN OTHERS THEN
	-- a random step may choose a spending or a hold that is not there
	IF SQLSTATE NOT LIKE 'KW%' AND NOT (SQLSTATE = '22004' AND chosen IS NULL) THEN
		RAISE;
	END IF;
	PERFORM nextval('stress.refused');
END
$step$;
