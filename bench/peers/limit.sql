-- The limit: one UPDATE and one INSERT in one prepared statement, no rule,
-- no index on the journal.  The wallet gets the same fillfactor treatment.
CREATE SCHEMA lim;
CREATE TABLE lim.wallet (person_id bigint PRIMARY KEY, available bigint NOT NULL, transfers int NOT NULL) WITH (fillfactor = 70);
CREATE TABLE lim.journal (contributor bigint NOT NULL, amount bigint NOT NULL, balance bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());
INSERT INTO lim.wallet SELECT i, 100000000, 0 FROM generate_series(1, :persons) AS i;
ALTER TABLE lim.wallet SET (fillfactor = 95);
VACUUM ANALYZE lim.wallet;
