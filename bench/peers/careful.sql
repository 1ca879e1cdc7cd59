-- The same rules with the same guarantees as kinwallet.transfer(), as a good
-- engineer would write them who has only PL/pgSQL: locks in order, counter in
-- the wallet row, effective-dated policy, idempotency by a unique index,
-- bigint fen, no foreign key on the hot path, and one table of transfers:
-- partitions would cost PL/pgSQL a planning or a pruning for each call.
CREATE SCHEMA careful;
CREATE TABLE careful.region (region int PRIMARY KEY, opened_on date);
INSERT INTO careful.region SELECT region::text::int, opened_on FROM kinwallet_data.region;
CREATE TABLE careful.policy (
	policy_id int PRIMARY KEY, scope int NOT NULL, valid daterange NOT NULL, cross_province boolean NOT NULL,
	kinship text[] NOT NULL, transfer_min bigint NOT NULL, transfer_max bigint NOT NULL, reserve bigint NOT NULL,
	transfers_per_day int NOT NULL);
INSERT INTO careful.policy
SELECT policy_id, scope, valid, cross_province, kinship::text[], kinwallet.fen(transfer_min), kinwallet.fen(transfer_max),
	kinwallet.fen(reserve), transfers_per_day FROM kinwallet_data.policy;
CREATE INDEX ON careful.policy (scope);
CREATE TABLE careful.wallet (
	person_id bigint PRIMARY KEY, region int NOT NULL, status text NOT NULL, insured text NOT NULL, scheme text NOT NULL,
	available bigint NOT NULL CHECK (available >= 0), transfer_day date NOT NULL DEFAULT '2000-01-01',
	transfers int NOT NULL DEFAULT 0) WITH (fillfactor = 70);
CREATE TABLE careful.relation (
	relation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, contributor bigint NOT NULL, recipient bigint NOT NULL,
	contributor_region int NOT NULL, recipient_region int NOT NULL, kinship text NOT NULL, state text NOT NULL,
	remaining bigint NOT NULL DEFAULT 0 CHECK (remaining >= 0), held bigint NOT NULL DEFAULT 0,
	spent bigint NOT NULL DEFAULT 0, returned bigint NOT NULL DEFAULT 0) WITH (fillfactor = 70);
CREATE UNIQUE INDEX ON careful.relation (contributor, recipient) WHERE state IN ('requested', 'active', 'suspended');
CREATE INDEX ON careful.relation (recipient);
CREATE TABLE careful.transfer (
	transfer_id bigint NOT NULL, relation_id bigint NOT NULL, contributor bigint NOT NULL,
	amount bigint NOT NULL CHECK (amount > 0), at timestamptz NOT NULL, request_id uuid NOT NULL, policy_id int NOT NULL,
	month date NOT NULL);
CREATE SEQUENCE careful.transfer_id CACHE 32;
CREATE UNIQUE INDEX ON careful.transfer (contributor, request_id);
INSERT INTO careful.wallet (person_id, region, status, insured, scheme, available)
SELECT i, CASE WHEN i % 2 = 1 THEN 640200 ELSE 370100 END, 'open', 'normal', 'employee', 100000000 FROM generate_series(1, :persons) AS i;
INSERT INTO careful.relation (contributor, recipient, contributor_region, recipient_region, kinship, state)
SELECT i, i + 1, 640200, 370100, 'sibling', 'active' FROM generate_series(1, :persons, 2) AS i;
ALTER TABLE careful.wallet SET (fillfactor = 95);
ALTER TABLE careful.relation SET (fillfactor = 95);
VACUUM ANALYZE careful.wallet, careful.relation;

CREATE FUNCTION careful.policy_of(p_region int, p_day date) RETURNS careful.policy
LANGUAGE sql STABLE AS $$
	SELECT * FROM careful.policy
	WHERE scope IN (p_region, p_region / 10000 * 10000, 0) AND valid @> p_day
	ORDER BY (scope = p_region) DESC, (scope <> 0) DESC LIMIT 1
$$;

CREATE FUNCTION careful.transfer(p_request_id uuid, p_contributor bigint, p_recipient bigint, p_amount bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	w careful.wallet;
	r careful.relation;
	pc careful.policy;
	pr careful.policy;
	old careful.transfer;
	at timestamptz;
	day date;
	this_month date;
	id bigint;
	today int;
BEGIN
	SELECT * INTO w FROM careful.wallet WHERE person_id = p_contributor FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'contributor does not exist' USING ERRCODE = 'KW017';
	END IF;
	SELECT * INTO r FROM careful.relation
	WHERE contributor = p_contributor AND recipient = p_recipient AND state IN ('requested', 'active', 'suspended')
	FOR NO KEY UPDATE;
	at := clock_timestamp();
	day := (at AT TIME ZONE 'Asia/Shanghai')::date;
	this_month := date_trunc('month', day::timestamp)::date;
	SELECT * INTO old FROM careful.transfer
	WHERE contributor = p_contributor AND request_id = p_request_id;
	IF FOUND THEN
		IF old.amount <> p_amount OR old.relation_id <> r.relation_id THEN
			RAISE EXCEPTION 'request id was already used with other arguments' USING ERRCODE = 'KW013';
		END IF;
		RETURN old.transfer_id;
	END IF;
	IF p_contributor = p_recipient THEN
		RAISE EXCEPTION 'contributor and recipient are the same person' USING ERRCODE = 'KW018';
	END IF;
	IF w.status <> 'open' THEN
		RAISE EXCEPTION 'contributor''s wallet is not open' USING ERRCODE = 'KW001';
	END IF;
	IF w.insured <> 'normal' THEN
		RAISE EXCEPTION 'contributor is not normally insured' USING ERRCODE = 'KW002';
	END IF;
	IF w.scheme <> 'employee' THEN
		RAISE EXCEPTION 'contributor is not insured under the employee scheme' USING ERRCODE = 'KW003';
	END IF;
	IF r.state IS DISTINCT FROM 'active' THEN
		RAISE EXCEPTION 'no active relation' USING ERRCODE = 'KW004';
	END IF;
	SELECT * INTO pc FROM careful.policy
	WHERE scope IN (w.region, w.region / 10000 * 10000, 0) AND valid @> day
	ORDER BY scope = w.region DESC, scope <> 0 DESC LIMIT 1;
	SELECT * INTO pr FROM careful.policy
	WHERE scope IN (r.recipient_region, r.recipient_region / 10000 * 10000, 0) AND valid @> day
	ORDER BY scope = r.recipient_region DESC, scope <> 0 DESC LIMIT 1;
	IF NOT r.kinship = ANY (pc.kinship) THEN
		RAISE EXCEPTION 'kinship is not eligible' USING ERRCODE = 'KW005';
	END IF;
	IF w.region / 10000 <> r.recipient_region / 10000 AND NOT (pc.cross_province AND pr.cross_province
		AND coalesce((SELECT opened_on <= day FROM careful.region WHERE region = w.region), false)
		AND coalesce((SELECT opened_on <= day FROM careful.region WHERE region = r.recipient_region), false)) THEN
		RAISE EXCEPTION 'not open across provinces' USING ERRCODE = 'KW014';
	END IF;
	IF p_amount < pc.transfer_min OR p_amount > pc.transfer_max THEN
		RAISE EXCEPTION 'amount is out of range' USING ERRCODE = 'KW006';
	END IF;
	today := CASE WHEN w.transfer_day = day THEN w.transfers ELSE 0 END;
	IF today >= pc.transfers_per_day THEN
		RAISE EXCEPTION 'daily limit' USING ERRCODE = 'KW007';
	END IF;
	IF p_amount > w.available - pc.reserve THEN
		RAISE EXCEPTION 'insufficient account' USING ERRCODE = 'KW008';
	END IF;
	UPDATE careful.wallet SET available = available - p_amount, transfer_day = day, transfers = today + 1
	WHERE person_id = p_contributor;
	UPDATE careful.relation SET remaining = remaining + p_amount WHERE relation_id = r.relation_id;
	INSERT INTO careful.transfer (transfer_id, relation_id, contributor, amount, at, request_id, policy_id, month)
	VALUES (nextval('careful.transfer_id'), r.relation_id, p_contributor, p_amount, at, p_request_id, pc.policy_id, this_month)
	RETURNING transfer_id INTO id;
	RETURN id;
END
$$;

-- A set of transfers in one statement, the same rules, each item judged by
-- itself against the state before the batch plus its earlier items.
CREATE FUNCTION careful.transfer_batch(p_request_ids uuid[], p_contributors bigint[], p_recipients bigint[], p_amounts bigint[])
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	at timestamptz;
	day date;
	this_month date;
	posted bigint;
BEGIN
	PERFORM FROM careful.wallet WHERE person_id = ANY (p_contributors) ORDER BY person_id FOR NO KEY UPDATE;
	PERFORM FROM careful.relation AS r
	WHERE r.contributor = ANY (p_contributors) AND r.state = 'active' ORDER BY r.relation_id FOR NO KEY UPDATE;
	at := clock_timestamp();
	day := (at AT TIME ZONE 'Asia/Shanghai')::date;
	this_month := date_trunc('month', day::timestamp)::date;
	WITH item AS (
		SELECT u.*, w.region, w.available, CASE WHEN w.transfer_day = day THEN w.transfers ELSE 0 END AS today,
			r.relation_id, r.recipient_region, r.kinship,
			row_number() OVER (PARTITION BY u.contributor ORDER BY u.ordinal) AS nth,
			sum(u.amount) OVER (PARTITION BY u.contributor ORDER BY u.ordinal) AS running
		FROM unnest(p_request_ids, p_contributors, p_recipients, p_amounts)
			WITH ORDINALITY AS u (request_id, contributor, recipient, amount, ordinal)
		JOIN careful.wallet AS w ON w.person_id = u.contributor
		JOIN careful.relation AS r ON r.contributor = u.contributor AND r.recipient = u.recipient AND r.state = 'active'
		WHERE w.status = 'open' AND w.insured = 'normal' AND w.scheme = 'employee'
			AND NOT EXISTS (SELECT FROM careful.transfer AS t WHERE t.contributor = u.contributor AND t.request_id = u.request_id)
	), policies AS (
		SELECT region, careful.policy_of(region, day) AS p FROM (SELECT DISTINCT region FROM item UNION SELECT recipient_region FROM item) AS x
	), judged AS (
		SELECT i.*, (pc.p).policy_id
		FROM item AS i JOIN policies AS pc ON pc.region = i.region JOIN policies AS pr ON pr.region = i.recipient_region
		WHERE i.kinship = ANY ((pc.p).kinship) AND (i.region / 10000 = i.recipient_region / 10000 OR (pc.p).cross_province AND (pr.p).cross_province)
			AND i.amount BETWEEN (pc.p).transfer_min AND (pc.p).transfer_max
			AND i.today + i.nth <= (pc.p).transfers_per_day AND i.running <= i.available - (pc.p).reserve
	), wallets AS (
		UPDATE careful.wallet AS w SET available = w.available - j.amount, transfer_day = day, transfers = j.today + j.n
		FROM (SELECT contributor, sum(amount) AS amount, count(*) AS n, min(today) AS today FROM judged GROUP BY 1) AS j
		WHERE w.person_id = j.contributor
	), relations AS (
		UPDATE careful.relation AS r SET remaining = r.remaining + j.amount
		FROM (SELECT relation_id, sum(amount) AS amount FROM judged GROUP BY 1) AS j
		WHERE r.relation_id = j.relation_id
	), facts AS (
		INSERT INTO careful.transfer (transfer_id, relation_id, contributor, amount, at, request_id, policy_id, month)
		SELECT nextval('careful.transfer_id'), relation_id, contributor, amount, at, request_id, policy_id, this_month FROM judged
		RETURNING 1
	)
	SELECT count(*) INTO posted FROM facts;
	RETURN posted;
END
$$;
