-- What the tests of spending share: a ledger with persons, providers and money, and short names for the calls.
SET LOCAL kinwallet.clock = '2026-01-10 10:00';
SELECT kinwallet.create_ledger();
SET LOCAL client_min_messages = warning;
-- plans over many empty partitions look costly, and are not
SET LOCAL jit = off;

CREATE FUNCTION pg_temp.citizen(birth date, seq bigint) RETURNS kinwallet.citizen_id
LANGUAGE sql AS $$
	SELECT (body || substr('10X98765432', 1 + (SELECT sum(substr(body, i, 1)::int * (2 ^ (18 - i))::int)::int % 11
		FROM generate_series(1, 17) AS i), 1))::kinwallet.citizen_id
	FROM (SELECT '640299' || to_char(birth, 'YYYYMMDD') || to_char(seq, 'FM000')) AS t (body)
$$;

-- 1, 3, 4, 5 contribute to 2, from another province twice, from the same one, from the same region; 6 has own money and
-- receives; 7 has no wallet, 8 no money at all
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
SELECT id, pg_temp.citizen(birth, id), 'p' || id, region::kinwallet.region_code, scheme, 'c' || id
FROM (VALUES
	(1, date '1980-05-01', '640200', 'employee'),
	(2, '1955-03-08', '370100', 'resident'),
	(3, '1984-07-20', '320500', 'employee'),
	(4, '1982-01-15', '370200', 'employee'),
	(5, '1986-02-03', '370100', 'employee'),
	(6, '1979-12-31', '370100', 'employee'),
	(7, '1990-10-10', '370100', 'resident'),
	(8, '1991-10-10', '370100', 'resident')
) AS t (id, birth, region, scheme);
SELECT kinwallet.open_wallet(person_id, '370100') FROM kinwallet_data.person WHERE person_id <> 7 ORDER BY person_id;
SELECT kinwallet.credit_account(kinwallet.new_request_id(), person_id, '5000')
FROM kinwallet_data.person WHERE person_id IN (1, 3, 4, 5) ORDER BY person_id;
SELECT kinwallet.credit_account(kinwallet.new_request_id(), 6, '100');

INSERT INTO kinwallet_data.provider (provider, kind, region, accepts_wallet, valid) VALUES
	('H37010000001', 'medical_institution', '370100', true, '(,)'),
	('P37010000002', 'pharmacy', '370100', true, '(,)'),
	('H11010000003', 'medical_institution', '110000', true, '(,)'),
	('H37010000004', 'medical_institution', '370100', false, '(,)'),
	('H37010000005', 'medical_institution', '370100', true, '[2025-01-01,2026-01-10)'),
	('H37010000006', 'medical_institution', '370100', true, '[2026-01-11,)'),
	('H37010000007', 'medical_institution', '370100', true, 'empty'),
	('H64020000008', 'medical_institution', '640200', true, '(,)');

CREATE FUNCTION pg_temp.at(moment text) RETURNS void LANGUAGE sql AS
	$$ SELECT set_config('kinwallet.clock', moment, true) $$;
CREATE FUNCTION pg_temp.r() RETURNS uuid LANGUAGE sql AS $$ SELECT kinwallet.new_request_id() $$;
CREATE FUNCTION pg_temp.r(name text) RETURNS uuid LANGUAGE sql AS $$ SELECT kinwallet.request_id_of(name) $$;

-- what a statement gives, or is refused with: "SQLSTATE rule"
CREATE FUNCTION pg_temp.attempt(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	detail text;
BEGIN
	EXECUTE query INTO result;
	RETURN coalesce(nullif(result, ''), 'done');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', SQLSTATE, substring(detail FROM '\(([A-Z]+-?[0-9]+)\)\.$'));
END
$$;

CREATE FUNCTION pg_temp.relate(contributor bigint, recipient bigint, kinship text) RETURNS bigint LANGUAGE sql AS
	$$ SELECT kinwallet.establish_relation(contributor, recipient, kinship::kinwallet.kinship_relation) $$;
CREATE FUNCTION pg_temp.give(contributor bigint, recipient bigint, amount text) RETURNS bigint LANGUAGE sql AS
	$$ SELECT kinwallet.transfer(kinwallet.new_request_id(), contributor, recipient, amount::kinwallet.wallet_amount) $$;

-- "own mutual cash" of a purchase, or its refusal
CREATE FUNCTION pg_temp.buy(recipient bigint, amount text, provider text DEFAULT 'H37010000001', use text DEFAULT 'medical',
	partial boolean DEFAULT false, request uuid DEFAULT NULL)
RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.attempt(format('SELECT concat_ws('' '', own_account, mutual_aid, cash_due) FROM kinwallet.spend(%L, %s, %L, %L, %L, %L)',
		coalesce(request, kinwallet.new_request_id()), recipient, provider, use, amount, partial))
$$;
-- the id of the newest spending of a person
CREATE FUNCTION pg_temp.last_spending(person bigint) RETURNS bigint LANGUAGE sql AS
	$$ SELECT max(spending_id) FROM kinwallet_data.spending WHERE recipient = person $$;
CREATE FUNCTION pg_temp.spend(recipient bigint, amount text, provider text DEFAULT 'H37010000001', use text DEFAULT 'medical')
RETURNS bigint LANGUAGE sql AS
	$$ SELECT spending_id FROM kinwallet.spend(kinwallet.new_request_id(), recipient, provider, use, amount::kinwallet.wallet_amount) $$;
-- 'done' or the refusal of a refund
CREATE FUNCTION pg_temp.back(spending bigint, amount text, request uuid DEFAULT NULL, function text DEFAULT 'refund')
RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN r ~ '^[0-9]{10,}$' THEN 'done' ELSE r END
	FROM pg_temp.attempt(format('SELECT kinwallet.%I(%L, %s, %L)', function, coalesce(request, kinwallet.new_request_id()), spending, amount)) AS r
$$;
CREATE FUNCTION pg_temp.hold(recipient bigint, amount text, expires interval DEFAULT NULL) RETURNS bigint LANGUAGE sql AS
	$$ SELECT kinwallet.hold(kinwallet.new_request_id(), recipient, 'H37010000001', 'medical', amount::kinwallet.wallet_amount, expires) $$;
-- "own mutual cash" of a capture, or its refusal
CREATE FUNCTION pg_temp.capture(hold bigint, amount text, request uuid DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.attempt(format('SELECT concat_ws('' '', own_account, mutual_aid, cash_due) FROM kinwallet.capture(%L, %s, %L)',
		coalesce(request, kinwallet.new_request_id()), hold, amount))
$$;

-- remaining/held/spent/returned of the newest relation of a pair
CREATE FUNCTION pg_temp.quota(contributor bigint, recipient bigint) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws('/', remaining, held, spent, returned) FROM kinwallet_data.relation AS r
	WHERE r.contributor = quota.contributor AND r.recipient = quota.recipient ORDER BY relation_id DESC LIMIT 1
$$;
CREATE FUNCTION pg_temp.own(person bigint) RETURNS text LANGUAGE sql AS
	$$ SELECT available::text FROM kinwallet_data.wallet WHERE person_id = person $$;

-- everything that a refused or repeated call must leave alone
CREATE FUNCTION pg_temp.ledger() RETURNS text LANGUAGE sql AS $$
	SELECT md5(concat(
		(SELECT string_agg(w::text, ',' ORDER BY person_id) FROM kinwallet_data.wallet AS w),
		(SELECT string_agg(r::text, ',' ORDER BY relation_id) FROM kinwallet_data.relation AS r),
		(SELECT string_agg(h::text, ',' ORDER BY hold_id) FROM kinwallet_data.hold AS h),
		(SELECT string_agg(x::text, ',' ORDER BY spending_id) FROM kinwallet_data.refunded AS x),
		(SELECT string_agg(m::text, ',' ORDER BY spending_id) FROM kinwallet_data.premium_paid AS m),
		(SELECT string_agg(s::text, ',' ORDER BY s::text) FROM kinwallet_data.suspense AS s),
		(SELECT string_agg(s::text, ',' ORDER BY spending_id) FROM kinwallet_data.spending AS s),
		(SELECT string_agg(d::text, ',' ORDER BY draw_id) FROM kinwallet_data.draw AS d),
		(SELECT string_agg(f::text, ',' ORDER BY refund_id) FROM kinwallet_data.refund AS f),
		(SELECT string_agg(b::text, ',' ORDER BY return_id) FROM kinwallet_data.return_ AS b)))
$$;

-- Where the money is, against where it came from, counted by hand; no row: all of it is there.
CREATE FUNCTION pg_temp.lost() RETURNS TABLE (what text, subject bigint, expected bigint, found bigint) LANGUAGE sql AS $$
	-- invariant 1: credits of a person
	SELECT 'credits', w.person_id,
		(SELECT coalesce(sum(kinwallet.fen(amount)), 0) FROM kinwallet_data.account_entry AS e WHERE e.person_id = w.person_id)::bigint,
		kinwallet.fen(w.available)
		+ (SELECT coalesce(sum(kinwallet.fen(own_account)), 0) FROM kinwallet_data.spending AS s WHERE s.recipient = w.person_id)::bigint
		- (SELECT coalesce(sum(kinwallet.fen(amount)), 0) FROM kinwallet_data.refund AS f WHERE f.recipient = w.person_id AND f.kind = 'o')::bigint
		+ (SELECT coalesce(sum(kinwallet.fen(remaining) + kinwallet.fen(held) + kinwallet.fen(spent)), 0)
			FROM kinwallet_data.relation AS r WHERE r.contributor = w.person_id)::bigint
		+ (SELECT coalesce(sum(kinwallet.fen(amount)), 0) FROM kinwallet_data.suspense AS s WHERE s.person_id = w.person_id)::bigint
	FROM kinwallet_data.wallet AS w
	UNION ALL
	-- invariant 2: what a relation was granted
	SELECT 'granted', r.relation_id,
		(SELECT coalesce(sum(kinwallet.fen(amount)), 0) FROM kinwallet_data.transfer AS t WHERE t.relation_id = r.relation_id)::bigint,
		kinwallet.fen(remaining) + kinwallet.fen(held) + kinwallet.fen(spent) + kinwallet.fen(returned)
	FROM kinwallet_data.relation AS r
	UNION ALL
	SELECT 'held', r.relation_id,
		(SELECT coalesce(sum(kinwallet.fen(p.amount)), 0) FROM kinwallet_data.hold_part AS p
			JOIN kinwallet_data.hold AS h USING (hold_id) WHERE p.relation_id = r.relation_id AND h.state = 'o')::bigint,
		kinwallet.fen(held)
	FROM kinwallet_data.relation AS r
	UNION ALL
	SELECT 'spent', r.relation_id,
		(SELECT coalesce(sum(CASE kind WHEN 'd' THEN kinwallet.fen(amount) ELSE -kinwallet.fen(amount) END), 0)
			FROM kinwallet_data.draw AS d WHERE d.relation_id = r.relation_id)::bigint,
		kinwallet.fen(spent)
	FROM kinwallet_data.relation AS r
	UNION ALL
	SELECT 'returned', r.relation_id,
		(SELECT coalesce(sum(kinwallet.fen(amount)), 0) FROM kinwallet_data.return_ AS b WHERE b.relation_id = r.relation_id)::bigint
		+ (SELECT coalesce(sum(kinwallet.fen(amount)), 0) FROM kinwallet_data.draw AS d
			WHERE d.relation_id = r.relation_id AND d.kind = 'r' AND d.place <> 'q')::bigint,
		kinwallet.fen(returned)
	FROM kinwallet_data.relation AS r
	UNION ALL
	SELECT 'draws of a spending', s.spending_id, kinwallet.fen(s.mutual_aid),
		(SELECT coalesce(sum(kinwallet.fen(amount)), 0) FROM kinwallet_data.draw AS d WHERE d.spending_id = s.spending_id AND d.kind = 'd')::bigint
	FROM kinwallet_data.spending AS s
	UNION ALL
	SELECT 'restores of a spending', s.spending_id,
		(SELECT coalesce(sum(kinwallet.fen(amount)), 0) FROM kinwallet_data.refund AS f WHERE f.spending_id = s.spending_id AND f.kind = 'm')::bigint,
		(SELECT coalesce(sum(kinwallet.fen(amount)), 0) FROM kinwallet_data.draw AS d WHERE d.spending_id = s.spending_id AND d.kind = 'r')::bigint
	FROM kinwallet_data.spending AS s
$$;
CREATE FUNCTION pg_temp.nothing_lost(name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT is_empty('SELECT * FROM pg_temp.lost() WHERE expected IS DISTINCT FROM found', name || ': no money is lost or made');
	RETURN NEXT is_empty('SELECT * FROM kinwallet.verify_ledger()', name || ': verify_ledger() finds nothing');
END
$$;
