-- Seals: whatever is altered in a sealed month is found, and what is not an
-- alteration is not.
BEGIN;
SELECT * FROM no_plan();
SET LOCAL kinwallet.clock = '2026-01-09 08:00';
SELECT kinwallet.create_ledger();
INSERT INTO kinwallet_data.provider (provider, kind, region) VALUES ('H37010000001', 'medical_institution', '370100');
INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential) VALUES
	(1, '640299198003121018', 'A', '640200', 'employee', 'a'),
	(2, '640299198207052026', 'B', '370100', 'resident', 'b'),
	(3, '320599195501010044', 'C', '320500', 'employee', 'c'),
	(4, '370199195206060054', 'D', '370100', 'resident', 'd');
SELECT kinwallet.open_wallet(p) FROM generate_series(1, 4) AS p;
-- a memo that TOAST stores elsewhere, one that is empty, one that is missing
SELECT kinwallet.credit_account(kinwallet.new_request_id(), 1, '5000.00',
	(SELECT string_agg(md5(n::text) || '好', '') FROM generate_series(1, 400) AS n));
SELECT kinwallet.credit_account(kinwallet.new_request_id(), 3, '3000.00', '');
SELECT kinwallet.credit_account(kinwallet.new_request_id(), 3, '3.00');
SELECT kinwallet.establish_relation(1, 2, 'spouse'), kinwallet.establish_relation(3, 2, 'child');
SET LOCAL kinwallet.clock = '2026-01-10 09:00';
SELECT kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '2000.00'), kinwallet.transfer(kinwallet.new_request_id(), 3, 2, '300.00'),
	kinwallet.transfer(kinwallet.new_request_id(), 1, 2, '500.00');
SET LOCAL kinwallet.clock = '2026-01-25 15:30';
SELECT kinwallet.spend(kinwallet.new_request_id(), 2, 'H37010000001', 'medical', '2600.00');
SELECT kinwallet.spend(kinwallet.new_request_id(), 3, 'H37010000001', 'medical', '80.00');
SELECT kinwallet.refund(kinwallet.new_request_id(), spending_id, '650.00') FROM kinwallet_data.spending WHERE recipient = 2;
SELECT kinwallet.refund_own_account(kinwallet.new_request_id(), spending_id, '30.00') FROM kinwallet_data.spending WHERE recipient = 3;
SELECT kinwallet.dissolve_relation(relation_id, 1) FROM kinwallet_data.relation WHERE contributor = 1;
SET LOCAL kinwallet.clock = '2026-01-28 00:00';
SELECT throws_ok($$SELECT kinwallet.seal_day('2026-01-28')$$, 'KW021', NULL, 'EDGE-92: a running day is not sealed');
SELECT lives_ok($$SELECT kinwallet.seal_day('2026-01-20'), kinwallet.seal_day('2026-01-27')$$, 'EDGE-92: days of the open month are sealed');
SELECT throws_ok($$SELECT kinwallet.seal_day('2026-01-27')$$, 'KW021', NULL, 'EDGE-92: a day is sealed once');
SELECT kinwallet.credit_account(kinwallet.new_request_id(), 3, '7.00');
SET LOCAL kinwallet.clock = '2026-02-10 10:00';
SELECT kinwallet.refund(kinwallet.new_request_id(), spending_id, '1000.00') FROM kinwallet_data.spending WHERE recipient = 2;
SELECT kinwallet.cut_off('2026-01-01'), kinwallet.split('2026-01-01');
SELECT throws_ok($$SELECT kinwallet.seal_day('2026-01-31')$$, 'KW012', NULL, 'EDGE-92: a day of a month that is cut off has the month''s seal');
SET LOCAL kinwallet.clock = '2026-03-10 10:00';
SELECT kinwallet.credit_account(kinwallet.new_request_id(), 3, '9.00');
SELECT kinwallet.cut_off('2026-02-01'), kinwallet.split('2026-02-01');

SELECT is_empty('SELECT * FROM kinwallet.verify_seals()', 'EDGE-92: a ledger that is as it was sealed');
SELECT is_empty('SELECT * FROM kinwallet.verify_ledger()', 'EDGE-92: and right');
SELECT results_eq('SELECT seal_no, kind, month, through FROM kinwallet.export_seals()', $$VALUES
	(1::bigint, 'day', date '2026-01-01', date '2026-01-20'), (2, 'day', '2026-01-01', '2026-01-27'),
	(3, 'month', '2026-01-01', '2026-01-31'), (4, 'month', '2026-02-01', '2026-02-28')$$, 'EDGE-92: one chain of days and months');
SELECT results_eq($$SELECT f ->> 'fact', (f ->> 'rows')::int, (f ->> 'fen')::int FROM kinwallet.export_seals() AS s, jsonb_array_elements(s.facts) AS f WHERE seal_no = 3$$,
	$$VALUES ('account_entry', 4, 801000), ('transfer', 3, 280000), ('spending', 2, 268000), ('draw', 4, 325000), ('refund', 2, 68000), ('return_', 1, 55000)$$,
	'EDGE-92: a seal says how many rows and how much money');
SELECT is((SELECT count(DISTINCT seal)::int FROM kinwallet_data.seal), 4, 'EDGE-92: no two seals are the same');
SELECT is((SELECT string_agg(encode(b.seal, 'hex'), ' ' ORDER BY a.seal_no) FROM kinwallet_data.seal AS a JOIN kinwallet_data.seal AS b ON b.seal_no = a.seal_no - 1),
	(SELECT string_agg(previous, ' ' ORDER BY seal_no) FROM kinwallet.export_seals() WHERE seal_no > 1), 'EDGE-92: each seal has the one before it');

-- the witnesses
SELECT kinwallet.confirm_month('2026-01-01', province) FROM kinwallet.unsigned_provinces('2026-01-01') AS u(province);
SELECT kinwallet.issue_notices('2026-01-01');
SELECT results_eq($$SELECT DISTINCT seal FROM kinwallet.notices('2026-01-01')$$, $$SELECT seal FROM kinwallet.export_seals() WHERE seal_no = 3$$,
	'EDGE-92: every notice has its month''s seal');
SELECT ok(strpos(kinwallet.clearing_report('2026-01-01'), (SELECT seal FROM kinwallet.export_seals() WHERE seal_no = 3)) > 0, 'EDGE-92: and so has the report');
CREATE TEMP TABLE witness AS SELECT jsonb_agg(s) AS seals FROM kinwallet.export_seals() AS s;
SELECT is_empty('SELECT v.* FROM witness, kinwallet.verify_exported_seals(seals) AS v', 'EDGE-92: the exported seals are those of the ledger');
SELECT is_empty($$SELECT v.* FROM kinwallet.notices('2026-01-01') AS n,
	kinwallet.verify_exported_seals(jsonb_build_array(jsonb_build_object('month', n.notice_month, 'seal', left(n.seal, 16)))) AS v$$,
	'EDGE-92: what stands on a notice is enough, shortened too');

-- guards
SET LOCAL client_min_messages = warning;
SELECT throws_ok(format('%s kinwallet_data.%s %s', word, tab, rest), 'KW020', NULL, format('EDGE-92: %s of %s is refused', word, tab))
FROM unnest('{seal,seal_fact,seal_leaf}'::text[]) AS tab,
	(VALUES ('UPDATE', 'SET seal_no = seal_no'), ('DELETE FROM', ''), ('TRUNCATE', 'CASCADE')) AS v(word, rest);

-- a superuser can break facts and seals in this transaction
DO $$
DECLARE
	tab regclass;
BEGIN
	FOR tab IN SELECT DISTINCT tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'kinwallet\_data.%' LOOP
		EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', tab);
	END LOOP;
END
$$;
-- this session, too, has to hear of a month that is opened again
ALTER TABLE kinwallet_data.clearing_month ENABLE ALWAYS TRIGGER clearing_month_changed;

-- do harm, say what is reported, undo it
CREATE FUNCTION pg_temp.reported(harm text, query text DEFAULT 'kinwallet.verify_seals()') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	BEGIN
		EXECUTE harm;
		SET CONSTRAINTS ALL IMMEDIATE;
		EXECUTE format('SELECT string_agg(DISTINCT concat_ws('' '', to_char(month, ''YYYY-MM''), fact, subject || '':'', problem), E''\n'' ORDER BY concat_ws('' '', to_char(month, ''YYYY-MM''), fact, subject || '':'', problem)) FROM %s AS v', query)
			INTO result;
		RAISE SQLSTATE 'KWTST';
	EXCEPTION WHEN SQLSTATE 'KWTST' THEN
		NULL;
	END;
	RETURN coalesce(result, 'nothing');
END
$$;
CREATE FUNCTION pg_temp.finds(pattern text, harm text, name text) RETURNS text LANGUAGE sql AS
	$$ SELECT matches(pg_temp.reported(harm), pattern, 'EDGE-92: ' || name) $$;
CREATE TABLE pg_temp.person_column AS SELECT * FROM (VALUES ('account_entry', 'person_id', 'entry_id'), ('transfer', 'contributor', 'transfer_id'),
	('spending', 'recipient', 'spending_id'), ('draw', 'contributor', 'draw_id'), ('refund', 'recipient', 'refund_id'), ('return_', 'contributor', 'return_id')) AS v(fact, col, id);

/*
 * Every column of every fact table: one bit or little more of one row's value.  Of a
 * text each row is tried, since NULL and '' are two.
 */
CREATE FUNCTION pg_temp.little_change(col text, type text) RETURNS text LANGUAGE sql AS $$
	SELECT format(CASE type
		WHEN 'bigint' THEN '%1$I # (1::bigint << 40)' WHEN 'integer' THEN '%1$I + 1' WHEN 'smallint' THEN '%1$I + 1'
		WHEN 'kinwallet.wallet_amount' THEN '%1$I OPERATOR(kinwallet.' || CASE col WHEN 'personal_burden' THEN '+' ELSE '-' END || ') ''0.01'''
		WHEN 'timestamp with time zone' THEN '%1$I + interval ''1 microsecond'''
		WHEN 'uuid' THEN '(''f'' || right(%1$I::text, 35))::uuid'
		WHEN 'kinwallet.region_code' THEN '''110000'''
		WHEN '"char"' THEN '''~'''
		WHEN 'boolean' THEN 'NOT %1$I'
		WHEN 'text' THEN 'CASE WHEN %1$I IS NULL THEN '''' WHEN %1$I = '''' THEN NULL ELSE %1$I || '' '' END'
		END, col)
$$;
CREATE FUNCTION pg_temp.flips(fact text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	leaf text := format('kinwallet_data.%I', flips.fact || '_2026_01');
	owner text;
	id text;
	victim bigint;
	person bigint;
	harm text;
	col record;
BEGIN
	SELECT p.col, p.id INTO owner, id FROM pg_temp.person_column AS p WHERE p.fact = flips.fact;
	FOR col IN SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
		WHERE attrelid = leaf::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum LOOP
		FOR victim, person IN EXECUTE format('SELECT %I, %I FROM %s %s ORDER BY %I %s', id, owner, leaf,
			CASE col.type WHEN 'kinwallet.wallet_amount' THEN format('WHERE kinwallet.fen(%I) > 1', col.name) ELSE '' END,
			id, CASE col.type WHEN 'text' THEN '' ELSE 'LIMIT 1' END) LOOP
			harm := format('UPDATE %s SET %I = %s WHERE %I = %s', leaf, col.name, pg_temp.little_change(col.name, col.type), id, victim);
			IF col.type = 'date' THEN
				-- behind the back of the partition's bounds
				harm := format($q$ALTER TABLE kinwallet_data.%1$s DETACH PARTITION %2$s;
					UPDATE %2$s SET month = '2026-01-02' WHERE %3$I = %4$s;
					ALTER TABLE kinwallet_data.%1$s ATTACH PARTITION %2$s FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')$q$, flips.fact, leaf, id, victim);
			END IF;
			RETURN NEXT matches(pg_temp.reported(harm), format('(^|\n)2026-01 %s persons of leaf %s: the facts differ', flips.fact, kinwallet.seal_leaf(person)),
				format('EDGE-92: %s.%s of %s is changed', flips.fact, col.name, victim & 4095));
		END LOOP;
	END LOOP;
END
$$;
SELECT pg_temp.flips(fact) FROM pg_temp.person_column;

-- rows
SELECT pg_temp.finds('^2026-01 transfer persons of leaf \d+: the facts differ: 2 rows were sealed, 1 are there\n2026-01 transfer seal 2 of day 2026-01-27, persons of leaf \d+: the facts differ: 2 rows were sealed, 1 are there$',
	$$DELETE FROM kinwallet_data.transfer_2026_01 WHERE contributor = 1 AND ctid = '(0,1)'$$, 'a row is removed');
SELECT pg_temp.finds('^2026-01 account_entry persons of leaf 874: the facts differ: 3 rows were sealed, 2 are there$',
	$$DELETE FROM kinwallet_data.account_entry_2026_01 WHERE kinwallet.fen(amount) = 700$$, 'the last row of a month is cut off');
SELECT pg_temp.finds('2026-01 return_ persons of leaf \d+: the facts differ: 1 rows were sealed, 2 are there',
	$$INSERT INTO kinwallet_data.return_ SELECT return_id + 1, relation_id, contributor, amount, at, contributor_region, month, kind FROM kinwallet_data.return_$$, 'a row is added');
SELECT pg_temp.finds('2026-01 transfer persons of leaf \d+: the facts differ: 2 rows were sealed, 3 are there',
	$$INSERT INTO kinwallet_data.transfer SELECT transfer_id, relation_id, contributor, amount, at, gen_random_uuid(), policy_id, month FROM kinwallet_data.transfer WHERE ctid = '(0,1)'$$, 'a row of the same id is added');
SELECT pg_temp.finds('2026-01 transfer persons of leaf \d+: the facts differ: as many rows and as much money, with other contents',
	$$UPDATE kinwallet_data.transfer_2026_01 SET transfer_id = (SELECT sum(transfer_id) FROM kinwallet_data.transfer_2026_01 WHERE contributor = 1) - transfer_id WHERE contributor = 1$$, 'two rows swap their ids');
SELECT pg_temp.finds('^2026-01 spending persons of leaf 241: the facts differ: 1 rows were sealed, 0 are there\n(.|\n)*2026-01 spending seal 2 of day',
	$$TRUNCATE kinwallet_data.spending_2026_01$$, 'a partition is emptied');
SELECT pg_temp.finds('^2026-01 draw seal 2 of day 2026-01-27: the month has no partition\n2026-01 draw seal 3: the month has no partition$',
	$$ALTER TABLE kinwallet_data.draw DETACH PARTITION kinwallet_data.draw_2026_01$$, 'a partition is detached');
SELECT pg_temp.finds('^2026-02 return_ seal 4: the month has no partition$',
	$$DROP TABLE kinwallet_data.return__2026_02$$, 'a partition without rows is dropped');
SELECT pg_temp.finds('^2026-02 transfer partition kinwallet_data\.transfer_2026_02: facts of a time that is sealed stand where no seal covers them\n2026-02 transfer seal 4: the month has no partition$',
	$$ALTER TABLE kinwallet_data.transfer DETACH PARTITION kinwallet_data.transfer_2026_02;
	ALTER TABLE kinwallet_data.transfer ATTACH PARTITION kinwallet_data.transfer_2026_02 FOR VALUES FROM ('2026-02-02') TO ('2026-03-01');
	INSERT INTO kinwallet_data.transfer SELECT transfer_id, relation_id, contributor, amount, at, request_id, policy_id, '2026-02-03' FROM kinwallet_data.transfer LIMIT 1$$,
	'a partition between the months has facts');
SELECT pg_temp.finds('2025-12 transfer partition public\.odd: facts of a time that is sealed stand where no seal covers them',
	$$CREATE TABLE public.odd PARTITION OF kinwallet_data.transfer DEFAULT;
	INSERT INTO kinwallet_data.transfer SELECT transfer_id, relation_id, contributor, amount, at, request_id, policy_id, '2025-12-01' FROM kinwallet_data.transfer LIMIT 1$$,
	'a default partition has facts of before');
SELECT throws_ok($$SELECT pg_temp.reported('ALTER TABLE kinwallet_data.refund RENAME kind TO sort')$$, '55000', NULL, 'EDGE-92: a column is renamed: no table of ours any more');

-- seals
SELECT pg_temp.finds('^2026-01 draw persons of leaf \d+: the facts are as sealed, but the stored leaf was altered$',
	$$UPDATE kinwallet_data.seal_leaf SET n_rows = n_rows + 1 WHERE fact = 'draw' AND seal_no = 3 AND leaf = (SELECT max(leaf) FROM kinwallet_data.seal_leaf WHERE fact = 'draw' AND seal_no = 3)$$, 'a stored leaf is altered');
SELECT pg_temp.finds('^2026-02 refund persons of leaf \d+: the facts are as sealed, but the stored leaf was altered$',
	$$DELETE FROM kinwallet_data.seal_leaf WHERE fact = 'refund' AND seal_no = 4$$, 'a stored leaf is removed');
SELECT pg_temp.finds('^2026-01 refund seal 3: the facts are as sealed, but their stored count or sum was altered$',
	$$UPDATE kinwallet_data.seal_fact SET fen = fen + 1 WHERE fact = 'refund' AND seal_no = 3$$, 'a stored sum is altered');
SELECT pg_temp.finds('^2026-01 refund seal 3: the facts are as the leaves say, but the stored digest was altered\n2026-01 seal 3: the seal is not the digest of what it says$',
	$$UPDATE kinwallet_data.seal_fact SET digest = sha256('') WHERE fact = 'refund' AND seal_no = 3$$, 'a stored digest is altered');
SELECT pg_temp.finds('(^|\n)2026-01 refund seal 3: the stored digest is missing', $$DELETE FROM kinwallet_data.seal_fact WHERE fact = 'refund' AND seal_no = 3$$, 'a stored digest is removed');
SELECT pg_temp.finds('2026-0[12] seal 1 of day 2026-01-20: the seal is not the digest of what it says',
	format('UPDATE kinwallet_data.seal SET %s WHERE seal_no = 1', change), 'of a seal, ' || change)
FROM unnest('{"sealed_by = ''x''","sealed_at = sealed_at + interval ''1 microsecond''","month = ''2026-02-01''","previous = sha256('''')","seal = sha256('''')"}'::text[]) AS change;
SELECT pg_temp.finds('2026-01 seal 1 of day 2026-01-19: the seal is not the digest of what it says',
	$$UPDATE kinwallet_data.seal SET through = '2026-01-19' WHERE seal_no = 1$$, 'of a seal, through');
SELECT pg_temp.finds('2026-02 seal 4 of day 2026-02-28: the seal is not the digest of what it says',
	$$UPDATE kinwallet_data.seal SET kind = 'd' WHERE seal_no = 4$$, 'of a seal, kind');
CREATE FUNCTION pg_temp.unseal(condition text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'DELETE FROM kinwallet_data.seal_leaf WHERE ' || condition;
	EXECUTE 'DELETE FROM kinwallet_data.seal_fact WHERE ' || condition;
	EXECUTE 'DELETE FROM kinwallet_data.seal WHERE ' || condition;
END
$$;
SELECT pg_temp.finds('2026-01 month 2026-01: it is cut off and has no seal\n(.|\n)*2026-02 seal 4: seal 3 is missing before it$',
	$$SELECT pg_temp.unseal('seal_no = 3')$$, 'a month''s seal is removed');
SELECT pg_temp.finds('^2026-01 seal 2 of day 2026-01-27: seal 1 is missing before it$', $$SELECT pg_temp.unseal('seal_no = 1')$$, 'a day''s seal is removed');
SELECT pg_temp.finds('^2026-02 month 2026-02: it is cut off and has no seal$', $$SELECT pg_temp.unseal('seal_no = 4')$$, 'the newest seal is removed');
SELECT pg_temp.finds('^2026-02 month 2026-02: the log of steps says that it was cut off$',
	$$SELECT pg_temp.unseal('seal_no = 4'); DELETE FROM kinwallet_data.clearing_pair WHERE month = '2026-02-01'; SET LOCAL session_replication_role = replica; DELETE FROM kinwallet_data.clearing_month WHERE month = '2026-02-01'$$,
	'the newest month is opened again');
SELECT pg_temp.finds('^2026-02 month 2026-02: it is sealed and not cut off$',
	$$DELETE FROM kinwallet_data.clearing_pair WHERE month = '2026-02-01'; SET LOCAL session_replication_role = replica; DELETE FROM kinwallet_data.clearing_month WHERE month = '2026-02-01'$$,
	'a sealed month is opened again');
SELECT pg_temp.finds('^2026-01 account_entry partition kinwallet_data\.account_entry_2026_01: facts of a time that is sealed stand where no seal covers them\n',
	$$SET LOCAL session_replication_role = replica; SELECT pg_temp.unseal('seal_no <= 3'); DELETE FROM kinwallet_data.clearing_pair; DELETE FROM kinwallet_data.clearing_step;
	DELETE FROM kinwallet_data.clearing_month WHERE month = '2026-01-01'$$, 'all that says that a month was sealed is removed');

-- sealed anew, after a change
CREATE FUNCTION pg_temp.reseal(months date[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	kept jsonb := (SELECT jsonb_agg(s ORDER BY seal_no) FROM kinwallet_data.seal AS s WHERE s.seal_no > 3 AND s.month <> ALL (months));
	kept_facts jsonb := (SELECT jsonb_agg(f) FROM kinwallet_data.seal_fact AS f JOIN kinwallet_data.seal AS s USING (seal_no) WHERE s.seal_no > 3 AND s.month <> ALL (months));
	kept_leaves jsonb := (SELECT jsonb_agg(l) FROM kinwallet_data.seal_leaf AS l JOIN kinwallet_data.seal AS s USING (seal_no) WHERE s.seal_no > 3 AND s.month <> ALL (months));
BEGIN
	PERFORM pg_temp.unseal('seal_no > 3 OR seal_no = 3 AND ''2026-01-01'' = ANY (' || quote_literal(months) || ')');
	SET LOCAL session_replication_role = replica;
	DELETE FROM kinwallet_data.clearing_pair WHERE month = ANY (months);
	DELETE FROM kinwallet_data.clearing_month WHERE month = ANY (months);
	SET LOCAL session_replication_role = origin;
	PERFORM kinwallet.cut_off(m) FROM unnest(months) AS m;
	INSERT INTO kinwallet_data.seal SELECT * FROM jsonb_populate_recordset(NULL::kinwallet_data.seal, kept);
	INSERT INTO kinwallet_data.seal_fact SELECT f.seal_no, f.fact, f.n_rows, f.fen, f.digest FROM jsonb_populate_recordset(NULL::kinwallet_data.seal_fact, kept_facts) AS f;
	INSERT INTO kinwallet_data.seal_leaf SELECT l.seal_no, l.fact, l.leaf, l.n_rows, l.fen, l.digest FROM jsonb_populate_recordset(NULL::kinwallet_data.seal_leaf, kept_leaves) AS l;
END
$$;
SELECT is(pg_temp.reported($$UPDATE kinwallet_data.account_entry_2026_01 SET memo = 'x' WHERE kinwallet.fen(amount) = 700; SELECT pg_temp.reseal('{2026-01-01}')$$),
	'2026-02 seal 4: it was not chained to the seal that is before it now', 'EDGE-92: a month is sealed anew: the next seal knows');
SELECT is(pg_temp.reported($$UPDATE kinwallet_data.refund_2026_02 SET request_id = gen_random_uuid(); SELECT pg_temp.reseal('{2026-02-01}')$$),
	'nothing', 'EDGE-92: the newest seal sealed anew: the ledger alone cannot know');
SELECT is(pg_temp.reported($$UPDATE kinwallet_data.refund_2026_02 SET request_id = gen_random_uuid(); SELECT pg_temp.reseal('{2026-02-01}')$$,
	'pg_temp.witness AS w, kinwallet.verify_exported_seals(w.seals)'), '2026-02 seal 4: it is another one than was exported', 'EDGE-92: but who has the exported seal does');
SELECT is(pg_temp.reported($$UPDATE kinwallet_data.account_entry_2026_01 SET memo = 'x' WHERE kinwallet.fen(amount) = 700; SELECT pg_temp.reseal('{2026-01-01,2026-02-01}')$$,
	'pg_temp.witness AS w, kinwallet.verify_exported_seals(w.seals)'),
	E'2026-01 seal 3: it is another one than was exported\n2026-02 seal 4: it is another one than was exported', 'EDGE-92: the whole chain from a month on is made anew');
SELECT is(pg_temp.reported($$SELECT pg_temp.unseal('seal_no = 4'); DELETE FROM kinwallet_data.clearing_pair WHERE month = '2026-02-01';
	DELETE FROM kinwallet_data.clearing_step WHERE month = '2026-02-01'; SET LOCAL session_replication_role = replica; DELETE FROM kinwallet_data.clearing_month WHERE month = '2026-02-01'$$,
	'pg_temp.witness AS w, kinwallet.verify_exported_seals(w.seals)'), '2026-02 seal 4: it was exported and is not there', 'EDGE-92: the chain''s end is cut off with all that speaks of it');

-- what a site may do
SELECT is(pg_temp.reported(harm), 'nothing', 'EDGE-95: no alteration: ' || left(harm, 60)) FROM (VALUES
	('CLUSTER kinwallet_data.account_entry_2026_01 USING account_entry_2026_01_key'),
	('ALTER TABLE kinwallet_data.transfer ADD site_note text DEFAULT ''x'''),
	('ALTER TABLE kinwallet_data.draw ADD site_note text; UPDATE kinwallet_data.draw SET site_note = draw_id; ALTER TABLE kinwallet_data.draw DROP site_note'),
	('ALTER TABLE kinwallet_data.account_entry_2026_01 ALTER memo SET STORAGE PLAIN; UPDATE kinwallet_data.account_entry_2026_01 SET memo = left(memo, 1) || substr(memo, 2) WHERE length(memo) < 10'),
	('SET LOCAL timezone = ''America/New_York''; SET LOCAL datestyle = ''SQL, DMY'''),
	('CREATE INDEX ON kinwallet_data.draw (at)')) AS v(harm);
-- rows of another order, with the columns in another one, too
SELECT is(pg_temp.reported($$
	ALTER TABLE kinwallet_data.transfer DETACH PARTITION kinwallet_data.transfer_2026_01;
	CREATE TABLE kinwallet_data.turned (month date NOT NULL, odd text, policy_id int NOT NULL, request_id uuid NOT NULL, at timestamptz NOT NULL,
		amount kinwallet.wallet_amount NOT NULL CONSTRAINT transfer_amount CHECK (kinwallet.fen(amount) > 0), contributor bigint NOT NULL, relation_id bigint NOT NULL, transfer_id bigint NOT NULL);
	INSERT INTO kinwallet_data.turned SELECT month, NULL, policy_id, request_id, at, amount, contributor, relation_id, transfer_id FROM kinwallet_data.transfer_2026_01 ORDER BY transfer_id DESC;
	ALTER TABLE kinwallet_data.turned DROP odd;
	CREATE UNIQUE INDEX ON kinwallet_data.turned (contributor, request_id);
	ALTER TABLE kinwallet_data.transfer ATTACH PARTITION kinwallet_data.turned FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')$$), 'nothing', 'EDGE-95: other order of rows and columns');

-- since
SELECT is_empty('SELECT * FROM kinwallet.verify_seals(NULL)', 'EDGE-92: NULL is from the beginning');
SELECT is(pg_temp.reported($$UPDATE kinwallet_data.account_entry_2026_01 SET memo = 'x'$$, 'kinwallet.verify_seals(''2026-02-20'')'), 'nothing', 'EDGE-92: months before are left out');
SELECT isnt(pg_temp.reported($$UPDATE kinwallet_data.refund_2026_02 SET request_id = gen_random_uuid()$$, 'kinwallet.verify_seals(''2026-02-20'')'), 'nothing', 'EDGE-92: the month of the day is not');
SELECT is((SELECT count(*)::int FROM kinwallet.export_seals('2026-01-28')), 2, 'EDGE-92: seals that cover a day or later ones');
SELECT throws_ok('SELECT * FROM kinwallet.verify_seals(''infinity'')', '22023', NULL, 'EDGE-92: since is finite');
SELECT throws_ok('SELECT kinwallet.seal_day(''-infinity'')', '22023', NULL, 'EDGE-92: a day is finite');
SELECT throws_ok('SELECT kinwallet.seal_day(NULL)', '22004', NULL, 'EDGE-92: a day is given');
SELECT throws_ok('SELECT kinwallet.seal_day(''2025-12-31'')', 'KW017', NULL, 'EDGE-92: a month without partitions');
SELECT throws_ok(format('SELECT * FROM kinwallet.verify_exported_seals(%L)', bad), code, NULL, 'EDGE-92: no exported seals: ' || coalesce(bad, 'NULL'))
FROM (VALUES (NULL, '22004'), ('{}', '22023'), ('[1]', '22023'), ('[{"seal_no": 1}]', '22023'), ('[{"seal_no": 1, "seal": "12"}]', '22023'),
	('[{"seal": "1234567890abcdef"}]', '22023'), ('[{"seal_no": "x", "seal": "1234567890abcdef"}]', '22023'),
	('[{"month": "2026-01-31", "seal": "1234567890abcdef"}]', '22023'), ('[{"month": "2026-13-01", "seal": "1234567890abcdef"}]', '22023')) AS v(bad, code);
SELECT is((SELECT array_agg(kinwallet.seal_leaf(p)) FROM unnest('{0,1,-1,9223372036854775807}'::bigint[]) AS p), '{0,632,391,903}', 'the leaf of a person');

SELECT * FROM finish();
ROLLBACK;
