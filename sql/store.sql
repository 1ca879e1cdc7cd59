-- What a site attaches to the ledger's tables, and what postings make of it.
\set SHOW_CONTEXT never
\set original :DBNAME
CREATE DATABASE regress_kinwallet_store TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_store
CREATE EXTENSION kinwallet;
SET client_min_messages = warning;
SET kinwallet.clock = '2026-02-01 10:00+08';
SELECT kinwallet.create_ledger();
SET search_path = public, kinwallet;
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'amcheck') THEN
		CREATE EXTENSION amcheck;
	END IF;
END
$$;

INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'c1'),
	(2, '370199195206060054', 'B', '370100', 'resident', 'c2'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c3');
SELECT kinwallet.open_wallet(1), kinwallet.open_wallet(2), kinwallet.open_wallet(3);
SELECT kinwallet.credit_accounts(ARRAY[gen_random_uuid(), gen_random_uuid()], '{1,3}', '{100000.00,100000.00}');
SELECT kinwallet.establish_relation(1, 2, 'parent') > 0, kinwallet.establish_relation(1, 3, 'parent') > 0;

-- one transfer of 1 to 2, on a day of its own: 'posted', or how it is refused; then whether everything still agrees
CREATE SEQUENCE day;
CREATE FUNCTION post(recipient bigint DEFAULT 2, amount text DEFAULT '1.00') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	index regclass;
	detail text;
	hint text;
	faults text;
	result text;
BEGIN
	PERFORM set_config('kinwallet.clock', (timestamptz '2026-02-01 10:00+08' + nextval('day') * interval '1 hour')::text, false);
	BEGIN
		PERFORM kinwallet.transfer(gen_random_uuid(), 1, recipient, amount::kinwallet.wallet_amount);
		result := 'posted';
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
		result := concat_ws(E'\n', SQLSTATE || ': ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
	END;
	SELECT string_agg(v::text, '; ') INTO faults FROM kinwallet.verify_ledger() AS v;
	IF to_regproc('bt_index_check') IS NOT NULL THEN
		FOR index IN SELECT i.oid FROM pg_class AS i
			WHERE relnamespace = 'kinwallet_data'::regnamespace AND relkind = 'i' AND relname ~ '^(wallet|relation|transfer_2026_02|site)' AND relam = 403
		LOOP
			PERFORM bt_index_check(index, true);
		END LOOP;
	END IF;
	RETURN concat_ws('; ', result, faults);
END
$$;
UPDATE kinwallet_data.policy SET transfers_per_day = 1000;
SELECT post();

-- A column with a default, one without, a generated one, an identity
ALTER TABLE kinwallet_data.wallet ADD site_note text DEFAULT 'note', ADD site_twice bigint GENERATED ALWAYS AS (kinwallet.fen(available) * 2) STORED;
ALTER TABLE kinwallet_data.transfer ADD site_channel text DEFAULT upper('app'), ADD site_null int,
	ADD site_yuan bigint GENERATED ALWAYS AS (kinwallet.fen(amount) / 100) STORED, ADD site_at date DEFAULT kinwallet.business_date();
CREATE SEQUENCE site_serial;
ALTER TABLE kinwallet_data.transfer ALTER site_null SET DEFAULT nextval('site_serial');
SELECT post();
SELECT available, site_note, site_twice FROM kinwallet_data.wallet WHERE person_id = 1;
SELECT amount, site_channel, site_null, site_yuan, site_at FROM kinwallet_data.transfer ORDER BY transfer_id;
UPDATE kinwallet_data.wallet SET site_note = repeat('long ', 10000) WHERE person_id = 1;
SELECT post();
SELECT length(site_note), site_twice FROM kinwallet_data.wallet WHERE person_id = 1;
-- a partition made now has them, too
SELECT kinwallet.ensure_partitions('2027-06-01');
SELECT count(*) FROM pg_attribute WHERE attrelid = 'kinwallet_data.transfer_2027_06'::regclass AND attname = 'site_yuan';
ALTER TABLE kinwallet_data.wallet DROP site_note;
SELECT post();

-- NOT NULL without default, on a column of the site's and on one of ours
ALTER TABLE kinwallet_data.transfer ADD site_must int DEFAULT 1 NOT NULL;
ALTER TABLE kinwallet_data.transfer ALTER site_must DROP DEFAULT;
SELECT regexp_replace(post(), 'row contains .*', 'row contains ...');
ALTER TABLE kinwallet_data.transfer DROP site_must;
SELECT post();
BEGIN;
SELECT kinwallet.ensure_partitions('2027-08-01');
SET LOCAL kinwallet.clock = '2027-08-01 10:00+08';
ALTER TABLE kinwallet_data.account_entry_2027_08 ALTER memo SET NOT NULL;
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '1.00', 'with memo') > '0';
\set VERBOSITY terse
SELECT kinwallet.credit_account(gen_random_uuid(), 1, '1.00');
\set VERBOSITY default
ROLLBACK;

-- Indexes: on what a posting changes, on facts, by expression, partial, not a btree
CREATE INDEX site_available ON kinwallet_data.wallet (available);
CREATE INDEX site_expression ON kinwallet_data.wallet ((kinwallet.fen(available) / 100));
CREATE INDEX site_partial ON kinwallet_data.relation (remaining) WHERE kinwallet.fen(remaining) > 500;
CREATE INDEX site_brin ON kinwallet_data.wallet USING brin (person_id);
CREATE INDEX site_hash ON kinwallet_data.relation USING hash (contributor);
SELECT post();
CREATE INDEX site_transfer_at ON kinwallet_data.transfer (at);
CREATE UNIQUE INDEX site_transfer_id ON kinwallet_data.transfer_2026_02 (transfer_id);
SELECT post(), post();
SET enable_seqscan = off;
SELECT count(*) FROM kinwallet_data.wallet WHERE available = (SELECT own_available FROM kinwallet.wallet(1)) AND person_id = 1;
RESET enable_seqscan;
DROP INDEX kinwallet_data.site_available, kinwallet_data.site_expression, kinwallet_data.site_brin, kinwallet_data.site_transfer_at;
SELECT post();

-- Constraints
ALTER TABLE kinwallet_data.wallet ADD CONSTRAINT site_low CHECK (person_id <> 1 OR kinwallet.fen(available) > 9985000);
SELECT post();
SELECT post(2, '200.00') ~ 'violates check constraint "site_low"';
ALTER TABLE kinwallet_data.wallet DROP CONSTRAINT site_low;
ALTER TABLE kinwallet_data.transfer ADD CONSTRAINT site_small CHECK (kinwallet.fen(amount) <= 100);
SELECT post(2, '1.01') ~ 'violates check constraint "site_small"';
SELECT post(2, '1.00');
ALTER TABLE kinwallet_data.transfer DROP CONSTRAINT site_small;
-- a CHECK of ours replaced
ALTER TABLE kinwallet_data.wallet DROP CONSTRAINT wallet_transfers, ADD CONSTRAINT site_transfers CHECK (transfers < 1) NOT VALID;
SELECT post() ~ 'violates check constraint "site_transfers"';
ALTER TABLE kinwallet_data.wallet DROP CONSTRAINT site_transfers, ADD CONSTRAINT wallet_transfers CHECK (transfers >= 0);
-- a foreign key to what a posting updates
CREATE TABLE site_card (card int PRIMARY KEY, person_id bigint REFERENCES kinwallet_data.wallet);
INSERT INTO site_card VALUES (1, 1);
SELECT post();
DELETE FROM kinwallet_data.wallet WHERE person_id = 1;
DROP TABLE site_card;

-- Triggers: what fires, in order
CREATE TABLE fired (n serial, what text);
CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO fired (what) VALUES (concat_ws(' ', TG_NAME, TG_WHEN, TG_OP, TG_LEVEL, TG_TABLE_NAME, current_user));
	RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE FUNCTION fired() RETURNS SETOF text LANGUAGE sql AS
$$ DELETE FROM fired RETURNING regexp_replace(what, session_user || '$', '(owner)') $$;
CREATE TRIGGER site1 BEFORE UPDATE ON kinwallet_data.wallet FOR EACH ROW EXECUTE FUNCTION fire();
CREATE TRIGGER site2 AFTER UPDATE ON kinwallet_data.wallet FOR EACH ROW EXECUTE FUNCTION fire();
CREATE TRIGGER site3 BEFORE UPDATE ON kinwallet_data.wallet FOR EACH STATEMENT EXECUTE FUNCTION fire();
CREATE TRIGGER site4 AFTER UPDATE ON kinwallet_data.wallet FOR EACH STATEMENT EXECUTE FUNCTION fire();
CREATE TRIGGER site5 AFTER UPDATE OF available ON kinwallet_data.wallet FOR EACH ROW EXECUTE FUNCTION fire();
CREATE TRIGGER site6 AFTER UPDATE OF region, status ON kinwallet_data.wallet FOR EACH ROW EXECUTE FUNCTION fire();
CREATE TRIGGER site7 AFTER UPDATE ON kinwallet_data.wallet FOR EACH ROW WHEN (OLD.available IS DISTINCT FROM NEW.available) EXECUTE FUNCTION fire();
CREATE TRIGGER site8 AFTER INSERT ON kinwallet_data.transfer FOR EACH ROW EXECUTE FUNCTION fire();
CREATE TRIGGER site9 BEFORE INSERT ON kinwallet_data.transfer FOR EACH STATEMENT EXECUTE FUNCTION fire();
CREATE TRIGGER site9 AFTER INSERT ON kinwallet_data.transfer_2026_02 FOR EACH STATEMENT EXECUTE FUNCTION fire();
CREATE CONSTRAINT TRIGGER site10 AFTER INSERT ON kinwallet_data.transfer DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fire();
SELECT post();
SELECT fired();
DROP TRIGGER site10 ON kinwallet_data.transfer;
-- as an ordinary role: the triggers of the ledger's tables run as their owner (deferred ones: deferred.sql)
CREATE ROLE regress_kinwallet_app;
SELECT kinwallet.grant_role('regress_kinwallet_app', 'participant_app', 'nation');
SET ROLE regress_kinwallet_app;
BEGIN;
SELECT kinwallet.act_for(1);
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00') > 0;
COMMIT;
SELECT current_user;
RESET ROLE;
SELECT fired();
ALTER TABLE kinwallet_data.wallet DISABLE TRIGGER site1, DISABLE TRIGGER site2, DISABLE TRIGGER site3, DISABLE TRIGGER site4;
SELECT post();
SELECT fired();
SET session_replication_role = replica;
SELECT post();
SELECT fired();
RESET session_replication_role;
DROP TRIGGER site1 ON kinwallet_data.wallet;
DROP TRIGGER site2 ON kinwallet_data.wallet;
DROP TRIGGER site3 ON kinwallet_data.wallet;
DROP TRIGGER site4 ON kinwallet_data.wallet;
DROP TRIGGER site5 ON kinwallet_data.wallet;
DROP TRIGGER site6 ON kinwallet_data.wallet;
DROP TRIGGER site7 ON kinwallet_data.wallet;
DROP TRIGGER site8 ON kinwallet_data.transfer;
DROP TRIGGER site9 ON kinwallet_data.transfer;
DROP TRIGGER site9 ON kinwallet_data.transfer_2026_02;

-- A BEFORE trigger may change the site's columns, and nothing of ours
ALTER TABLE kinwallet_data.wallet ADD site_count int NOT NULL DEFAULT 0;
CREATE FUNCTION site_before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	CASE TG_ARGV[0]
		WHEN 'count' THEN NEW.site_count := NEW.site_count + 1;
		WHEN 'channel' THEN NEW.site_channel := 'trigger';
		WHEN 'swallow' THEN RETURN NULL;
		WHEN 'raise' THEN RAISE EXCEPTION 'raised by the site';
		WHEN 'available' THEN NEW.available := '1000000.00';
		WHEN 'amount' THEN NEW.amount := '1000.00';
		WHEN 'month' THEN NEW.month := NEW.month + 31;
		WHEN 'update' THEN
			IF pg_trigger_depth() = 1 THEN
				UPDATE kinwallet_data.wallet SET site_count = -1 WHERE person_id = 1;
			END IF;
		WHEN 'same' THEN NEW := NEW;
	END CASE;
	RETURN NEW;
END
$$;
CREATE FUNCTION with_trigger(tab text, operation text, argument text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('CREATE TRIGGER site BEFORE %s ON kinwallet_data.%I FOR EACH ROW EXECUTE FUNCTION site_before(%L)', operation, tab, argument);
	result := post();
	EXECUTE format('DROP TRIGGER site ON kinwallet_data.%I', tab);
	RETURN result;
END
$$;
SELECT with_trigger('wallet', 'UPDATE', 'count');
SELECT site_count FROM kinwallet_data.wallet WHERE person_id = 1;
SELECT with_trigger('transfer', 'INSERT', 'channel');
SELECT site_channel FROM kinwallet_data.transfer ORDER BY transfer_id DESC LIMIT 1;
SELECT with_trigger('wallet', 'UPDATE', 'same'), with_trigger('transfer', 'INSERT', 'same');
SELECT with_trigger('wallet', 'UPDATE', 'swallow');
SELECT with_trigger('transfer', 'INSERT', 'swallow');
SELECT with_trigger('relation', 'UPDATE', 'swallow');
SELECT with_trigger('relation', 'UPDATE', 'raise');
SELECT with_trigger('wallet', 'UPDATE', 'available');
SELECT with_trigger('transfer', 'INSERT', 'amount');
SELECT with_trigger('transfer_2026_02', 'INSERT', 'month');
SELECT with_trigger('wallet', 'UPDATE', 'update');
-- the wallet's row is changed under the posting's hands
CREATE FUNCTION site_touch() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN UPDATE kinwallet_data.wallet SET available = available WHERE person_id = 1; RETURN NEW; END $$;
CREATE TRIGGER site BEFORE UPDATE ON kinwallet_data.relation FOR EACH ROW EXECUTE FUNCTION site_touch();
SELECT post();
DROP TRIGGER site ON kinwallet_data.relation;
-- transition tables are refused, where they would stay empty
CREATE TRIGGER site AFTER UPDATE ON kinwallet_data.wallet REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION fire();
SELECT post();
DROP TRIGGER site ON kinwallet_data.wallet;
CREATE TRIGGER site AFTER INSERT ON kinwallet_data.wallet REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION fire();
SELECT post();
DROP TRIGGER site ON kinwallet_data.wallet;
CREATE TRIGGER site AFTER INSERT ON kinwallet_data.transfer REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION fire();
SELECT post();
DROP TRIGGER site ON kinwallet_data.transfer;

-- A trigger that posts: nested, once more at each level, and from the user's own table
CREATE FUNCTION site_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() <= 2 THEN
		PERFORM kinwallet.transfer(gen_random_uuid(), 1, 3, '0.50');
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER site AFTER INSERT ON kinwallet_data.transfer_2026_02 FOR EACH ROW EXECUTE FUNCTION site_again();
SELECT count(*) AS before FROM kinwallet_data.transfer \gset
SELECT post();
SELECT count(*) - :before AS posted FROM kinwallet_data.transfer;
DROP TRIGGER site ON kinwallet_data.transfer_2026_02;
CREATE TRIGGER site AFTER UPDATE ON kinwallet_data.relation FOR EACH ROW EXECUTE FUNCTION site_again();
SELECT post();
SELECT count(*) - :before AS posted FROM kinwallet_data.transfer;
DROP TRIGGER site ON kinwallet_data.relation;
CREATE TABLE site_order (id uuid, amount kinwallet.wallet_amount);
CREATE FUNCTION site_order() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM kinwallet.transfer(NEW.id, 1, 2, NEW.amount); RETURN NULL; END $$;
CREATE TRIGGER site AFTER INSERT ON site_order FOR EACH ROW EXECUTE FUNCTION site_order();
INSERT INTO site_order SELECT gen_random_uuid(), '1.00' FROM generate_series(1, 3);
INSERT INTO site_order VALUES ('00000000-0000-4000-8000-000000000001', '2.00'), ('00000000-0000-4000-8000-000000000001', '2.00');
SELECT count(*) - :before AS posted FROM kinwallet_data.transfer;
SELECT * FROM kinwallet.verify_ledger();

-- A batch takes the same way
CREATE TRIGGER site AFTER UPDATE ON kinwallet_data.relation FOR EACH ROW EXECUTE FUNCTION fire();
SELECT ordinal, sqlstate, transfer_id > 0 AS posted FROM kinwallet.transfer_batch(ARRAY[gen_random_uuid(), gen_random_uuid(), gen_random_uuid()], '{1,1,1}', '{2,3,2}', '{1,1,100000}');
SELECT fired();
DROP TRIGGER site ON kinwallet_data.relation;
SELECT * FROM kinwallet.verify_ledger();

-- Publications; of the whole row as of 18 only without generated columns
ALTER TABLE kinwallet_data.wallet DROP site_twice;
SET client_min_messages = error;
CREATE PUBLICATION site FOR TABLE kinwallet_data.wallet;
SET client_min_messages = warning;
SELECT post();
ALTER TABLE kinwallet_data.wallet REPLICA IDENTITY NOTHING;
SELECT post();
ALTER TABLE kinwallet_data.wallet REPLICA IDENTITY FULL;
SELECT post();
DROP PUBLICATION site;

-- What a site must not do
BEGIN;
ALTER TABLE kinwallet_data.wallet RENAME available TO balance;
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
ROLLBACK;
SELECT post();
BEGIN;
ALTER TABLE kinwallet_data.relation DROP causes CASCADE;
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
ROLLBACK;
BEGIN;
ALTER TABLE kinwallet_data.wallet ALTER transfers TYPE int;
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
ROLLBACK;
BEGIN;
DROP INDEX kinwallet_data.relation_pair;
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
ROLLBACK;
BEGIN;
DROP INDEX kinwallet_data.transfer_2026_02_key;
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
ROLLBACK;
BEGIN;
ALTER TABLE kinwallet_data.wallet RENAME TO purse;
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
ROLLBACK;
BEGIN;
ALTER TABLE kinwallet_data.wallet RENAME TO purse;
CREATE VIEW kinwallet_data.wallet AS SELECT * FROM kinwallet_data.purse;
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
ROLLBACK;
SELECT post();

-- Partitions that are missing, detached, or somebody's idea
BEGIN;
ALTER TABLE kinwallet_data.transfer DETACH PARTITION kinwallet_data.transfer_2026_02;
SAVEPOINT s;
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
ROLLBACK TO s;
SELECT kinwallet.ensure_partitions('2026-02-01');
ROLLBACK TO s;
ALTER TABLE kinwallet_data.transfer ATTACH PARTITION kinwallet_data.transfer_2026_02 FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
SELECT post();
ROLLBACK;
BEGIN;
CREATE TABLE site_default PARTITION OF kinwallet_data.transfer DEFAULT;
SELECT post();
DROP TABLE kinwallet_data.transfer_2026_02;
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
ROLLBACK;
BEGIN;
DROP TABLE kinwallet_data.transfer_2026_02;
SELECT kinwallet.ensure_partitions('2026-02-01');
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00') > 0;
ROLLBACK;
BEGIN;
ALTER TABLE kinwallet_data.transfer DETACH PARTITION kinwallet_data.transfer_2026_02;
CREATE TABLE site_sub PARTITION OF kinwallet_data.transfer FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY HASH (contributor);
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
ROLLBACK;
BEGIN;
CREATE FOREIGN DATA WRAPPER site;
CREATE SERVER site FOREIGN DATA WRAPPER site;
DROP TABLE kinwallet_data.transfer_2026_02;
CREATE FOREIGN TABLE site_foreign PARTITION OF kinwallet_data.transfer FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') SERVER site;
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
ROLLBACK;
BEGIN;
DROP TABLE kinwallet_data.transfer CASCADE;
CREATE TABLE kinwallet_data.transfer (transfer_id bigint, relation_id bigint, contributor bigint, amount kinwallet.wallet_amount, at timestamptz,
	request_id uuid, policy_id int, month date) PARTITION BY LIST (month);
SELECT kinwallet.transfer(gen_random_uuid(), 1, 2, '1.00');
ROLLBACK;
-- a partial index of the site's on the columns of ours is not taken for it
DROP INDEX kinwallet_data.relation_pair;
CREATE UNIQUE INDEX site_pair ON kinwallet_data.relation (contributor, recipient) WHERE state = 'r';
CREATE UNIQUE INDEX relation_pair ON kinwallet_data.relation (contributor, recipient) WHERE state IN ('r', 'a', 's');
SELECT post();
-- in descending order it is good for looking up, for many keys, too
DROP INDEX kinwallet_data.relation_pair, kinwallet_data.site_pair;
CREATE UNIQUE INDEX relation_pair ON kinwallet_data.relation (contributor DESC, recipient DESC) WHERE state IN ('r', 'a', 's');
SELECT post();
SELECT sqlstate FROM kinwallet.transfer_batch(ARRAY[gen_random_uuid(), gen_random_uuid(), gen_random_uuid()], '{1,3,1}', '{3,1,2}', '{1.00,1.00,1.00}');
-- a row in which the site has let a column of ours be NULL
ALTER TABLE kinwallet_data.relation ALTER causes DROP NOT NULL;
UPDATE kinwallet_data.relation SET causes = NULL WHERE recipient = 2;
SELECT post();
SELECT sqlstate FROM kinwallet.transfer_batch(ARRAY[gen_random_uuid(), gen_random_uuid()], '{1,1}', '{3,2}', '{1.00,1.00}');
SELECT contributor, recipient, causes, remaining, held, spent, returned FROM kinwallet_data.relation ORDER BY 1, 2;
SELECT * FROM kinwallet.verify_ledger();
RESET kinwallet.clock;

\c :original
DROP DATABASE regress_kinwallet_store;
DROP ROLE regress_kinwallet_app;
