-- What is usually written: numeric amounts, foreign keys, uuid keys, the
-- daily limit by count(*), timestamps by now().
CREATE SCHEMA typical;
CREATE TABLE typical.person (id bigint PRIMARY KEY, region int NOT NULL, scheme text NOT NULL, status text NOT NULL);
CREATE TABLE typical.account (person_id bigint PRIMARY KEY REFERENCES typical.person, balance numeric(16,2) NOT NULL CHECK (balance >= 0), status text NOT NULL);
CREATE TABLE typical.relation (id bigserial PRIMARY KEY, contributor bigint NOT NULL REFERENCES typical.person,
	recipient bigint NOT NULL REFERENCES typical.person, kinship text NOT NULL, status text NOT NULL, quota numeric(16,2) NOT NULL DEFAULT 0 CHECK (quota >= 0));
CREATE UNIQUE INDEX ON typical.relation (contributor, recipient) WHERE status = 'active';
CREATE INDEX ON typical.relation (recipient);
CREATE TABLE typical.transfer (id uuid PRIMARY KEY, relation_id bigint NOT NULL REFERENCES typical.relation,
	contributor bigint NOT NULL REFERENCES typical.person, recipient bigint NOT NULL REFERENCES typical.person,
	amount numeric(16,2) NOT NULL CHECK (amount > 0), created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON typical.transfer (contributor, created_at);
CREATE INDEX ON typical.transfer (recipient, created_at);
INSERT INTO typical.person SELECT i, CASE WHEN i % 2 = 1 THEN 640200 ELSE 370100 END, 'employee', 'normal' FROM generate_series(1, :persons) AS i;
INSERT INTO typical.account SELECT i, 1000000, 'open' FROM generate_series(1, :persons) AS i;
INSERT INTO typical.relation (contributor, recipient, kinship, status)
SELECT i, i + 1, 'sibling', 'active' FROM generate_series(1, :persons, 2) AS i;
VACUUM ANALYZE typical.person, typical.account, typical.relation;

CREATE FUNCTION typical.transfer(p_id uuid, p_contributor bigint, p_recipient bigint, p_amount numeric) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
	c typical.person;
	r typical.person;
	a typical.account;
	rel typical.relation;
BEGIN
	IF EXISTS (SELECT FROM typical.transfer WHERE id = p_id) THEN
		RETURN p_id;
	END IF;
	SELECT * INTO a FROM typical.account WHERE person_id = p_contributor FOR UPDATE;
	SELECT * INTO c FROM typical.person WHERE id = p_contributor;
	SELECT * INTO r FROM typical.person WHERE id = p_recipient;
	SELECT * INTO rel FROM typical.relation WHERE contributor = p_contributor AND recipient = p_recipient AND status = 'active' FOR UPDATE;
	IF c.id IS NULL OR r.id IS NULL OR rel.id IS NULL OR c.scheme <> 'employee' OR c.status <> 'normal' OR r.status <> 'normal'
		OR a.status <> 'open' OR NOT EXISTS (SELECT FROM typical.account WHERE person_id = p_recipient AND status = 'open') THEN
		RAISE EXCEPTION 'not allowed';
	END IF;
	IF p_amount > 2000 OR p_amount <= 0 THEN
		RAISE EXCEPTION 'amount';
	END IF;
	IF (SELECT count(*) FROM typical.transfer WHERE contributor = p_contributor AND created_at >= date_trunc('day', now())) >= 100000 THEN
		RAISE EXCEPTION 'limit';
	END IF;
	IF a.balance < p_amount THEN
		RAISE EXCEPTION 'balance';
	END IF;
	UPDATE typical.account SET balance = balance - p_amount WHERE person_id = p_contributor;
	UPDATE typical.relation SET quota = quota + p_amount WHERE id = rel.id;
	INSERT INTO typical.transfer (id, relation_id, contributor, recipient, amount) VALUES (p_id, rel.id, p_contributor, p_recipient, p_amount);
	RETURN p_id;
END
$$;
