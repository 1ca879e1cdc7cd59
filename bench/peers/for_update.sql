-- The transfer that public comparisons of PostgreSQL with dedicated ledgers
-- use: SELECT .. FOR UPDATE in id order, two UPDATEs, one INSERT.
CREATE SCHEMA fu;
CREATE TABLE fu.account (id bigint PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0)) WITH (fillfactor = 70);
CREATE TABLE fu.transfer (id uuid PRIMARY KEY, debit bigint NOT NULL, credit bigint NOT NULL, amount bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());
INSERT INTO fu.account SELECT i, 100000000 FROM generate_series(1, :persons) AS i;
ALTER TABLE fu.account SET (fillfactor = 95);
VACUUM ANALYZE fu.account;

CREATE FUNCTION fu.transfer(p_id uuid, p_debit bigint, p_credit bigint, p_amount bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	have bigint;
BEGIN
	PERFORM FROM fu.account WHERE id IN (p_debit, p_credit) ORDER BY id FOR UPDATE;
	SELECT balance INTO have FROM fu.account WHERE id = p_debit;
	IF have < p_amount THEN
		RAISE EXCEPTION 'insufficient funds';
	END IF;
	UPDATE fu.account SET balance = balance - p_amount WHERE id = p_debit;
	UPDATE fu.account SET balance = balance + p_amount WHERE id = p_credit;
	INSERT INTO fu.transfer (id, debit, credit, amount) VALUES (p_id, p_debit, p_credit, p_amount);
END
$$;
