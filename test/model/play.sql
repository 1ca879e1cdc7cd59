-- What the runner needs inside the server: names for the ids that calls
-- return, and a procedure that plays many operations in one round trip.
CREATE SCHEMA model;

-- An id is known to the model by the operation that made it: kind r relation,
-- f fact, h hold.  An id that comes back a second time keeps its first name.
CREATE TABLE model.name (
	kind "char",
	id bigint,
	name text NOT NULL,
	PRIMARY KEY (kind, id),
	UNIQUE (name, kind)
);

CREATE FUNCTION model.name(kind "char", id bigint, name text) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	known text;
BEGIN
	IF id IS NULL THEN
		RETURN NULL;
	END IF;
	SELECT n.name INTO known FROM model.name AS n WHERE n.kind = $1 AND n.id = $2;
	IF known IS NULL THEN
		INSERT INTO model.name VALUES ($1, $2, $3);
		known := $3;
	END IF;
	RETURN known;
END
$$;

-- 0 where the operation failed or was left out: an id that nothing has.
CREATE FUNCTION model.id(kind "char", name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN coalesce((SELECT n.id FROM model.name AS n WHERE n.kind = $1 AND n.name = $2), 0);
END
$$;

-- The function gives only the number of relations; named are those that have no name yet.
CREATE FUNCTION model.establish_relations(contributors bigint[], recipients bigint[], kinships kinwallet.kinship_relation[], name text)
RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	made text := kinwallet.establish_relations($1, $2, $3)::text;
BEGIN
	INSERT INTO model.name (kind, id, name)
	SELECT 'r', r.relation_id, $4 || '.' || row_number() OVER (ORDER BY r.relation_id) FROM kinwallet_data.relation AS r
	WHERE NOT EXISTS (SELECT FROM model.name AS n WHERE n.kind = 'r' AND n.id = r.relation_id);
	RETURN made;
END
$$;

-- Ids for notices, whose numbers are known beforehand.
CREATE FUNCTION model.notice(number text) RETURNS bigint
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN coalesce((SELECT n.notice_id FROM kinwallet_data.clearing_notice AS n WHERE n.number = $1), 0);
END
$$;

-- What a person sees: wallet() and quotas().
CREATE FUNCTION model.person(person bigint) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN (SELECT concat_ws(' ', w.status, w.own_available, w.own_reserved, w.received_available, w.received_suspended,
			w.received_held, w.transfers_left_today, extract(epoch FROM w.opened_at))
		FROM kinwallet.wallet(person) AS w)
		|| coalesce((SELECT string_agg(concat_ws(' ', '', coalesce(n.name, 'unknown'), q.contributor, q.recipient, q.kinship, q.state, q.granted,
			q.remaining, q.held, q.spent, q.returned, extract(epoch FROM q.since)), ';' ORDER BY q.relation_id)
		FROM kinwallet.quotas(person) AS q LEFT JOIN model.name AS n ON n.kind = 'r' AND n.id = q.relation_id), '');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;

-- Play operations in order.  The result of each: SQLSTATE, what it returned,
-- and what its two persons see afterwards, with tabs between.
CREATE PROCEDURE model.play(operations text[], one bigint[], other bigint[], commits boolean, INOUT results text[])
LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	results := '{}';
	FOR i IN 1 .. cardinality(operations) LOOP
		BEGIN
			EXECUTE operations[i] INTO result;
			result := concat_ws(E'\t', '00000', coalesce(result, 'NULL'));
		EXCEPTION WHEN OTHERS THEN
			result := concat_ws(E'\t', SQLSTATE, '');
			-- something of no rule: the message helps to find it
			IF SQLSTATE LIKE 'XX%' OR SQLSTATE LIKE '42%' THEN
				RAISE WARNING '%: % (%)', operations[i], SQLERRM, SQLSTATE;
			END IF;
		END;
		IF commits THEN
			COMMIT;
		END IF;
		results[i] := concat_ws(E'\t', result, model.person(one[i]), model.person(other[i]));
	END LOOP;
END
$$;

-- From a day on, another policy for a scope: the one in force, or the nation's,
-- with changes.  Nothing where a later one stands already.
CREATE FUNCTION model.amend_policy(scope integer, day date, changes jsonb) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	policy kinwallet_data.policy;
BEGIN
	IF EXISTS (SELECT FROM kinwallet_data.policy AS p WHERE p.scope = $1 AND lower(p.valid) >= $2) THEN
		RETURN 'skipped';
	END IF;
	SELECT * INTO policy FROM kinwallet_data.policy AS p
	WHERE p.scope IN ($1, 0) AND p.valid @> $2 ORDER BY p.scope DESC LIMIT 1;
	UPDATE kinwallet_data.policy AS p SET valid = daterange(lower(p.valid), $2) WHERE p.scope = $1 AND p.valid @> $2;
	policy.policy_id := nextval('kinwallet_data.policy_policy_id_seq');
	policy.scope := $1;
	policy.valid := daterange($2, NULL);
	policy := jsonb_populate_record(policy, changes);
	INSERT INTO kinwallet_data.policy SELECT policy.*;
	RETURN 'amended';
END
$$;

-- A name as numbers, to sort by.
CREATE FUNCTION model.number(name text) RETURNS bigint[]
LANGUAGE sql IMMUTABLE AS $$ SELECT string_to_array(name, '.')::bigint[] $$;

-- State at the end of a stream, as World.state() says it.
CREATE FUNCTION model.state(what text) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN coalesce(CASE what
		WHEN 'holds' THEN
			(SELECT string_agg(concat_ws(' ', n.name, h.recipient,
				CASE h.state WHEN 'o' THEN 'open' WHEN 'c' THEN 'captured' WHEN 'n' THEN 'cancelled' ELSE 'expired' END,
				h.amount, extract(epoch FROM h.expires_at),
				(SELECT string_agg(concat_ws(':', r.name, p.amount), ',' ORDER BY p.position)
				FROM kinwallet_data.hold_part AS p JOIN model.name AS r ON r.kind = 'r' AND r.id = p.relation_id
				WHERE p.hold_id = h.hold_id)), ';' ORDER BY model.number(n.name))
			FROM kinwallet_data.hold AS h LEFT JOIN model.name AS n ON n.kind = 'h' AND n.id = h.hold_id)
		WHEN 'suspense' THEN
			(SELECT string_agg(concat_ws(' ', person_id, region, amount), ';' ORDER BY person_id, region)
			FROM kinwallet_data.suspense WHERE kinwallet.fen(amount) <> 0)
		WHEN 'premiums' THEN
			(SELECT string_agg(concat_ws(' ', p.person_id, CASE p.kind WHEN 'r' THEN 'resident_medical' ELSE 'long_term_care' END,
				p.cover_year, n.name), ';' ORDER BY p.person_id, p.kind = 'r', p.cover_year)
			FROM kinwallet_data.premium_paid AS p LEFT JOIN model.name AS n ON n.kind = 'f' AND n.id = p.spending_id)
		WHEN 'spendings' THEN
			(SELECT string_agg(concat_ws(' ', n.name, s.recipient, s.own_account, s.mutual_aid, coalesce(r.own_account, '0'),
				coalesce(r.mutual_aid, '0'), s.payee_region), ';' ORDER BY model.number(n.name))
			FROM kinwallet_data.spending AS s LEFT JOIN model.name AS n ON n.kind = 'f' AND n.id = s.spending_id
			LEFT JOIN kinwallet_data.refunded AS r ON r.spending_id = s.spending_id)
		WHEN 'reasons' THEN
			(SELECT string_agg(concat_ws(' ', n.name, e.reason), ';' ORDER BY model.number(n.name))
			FROM kinwallet_data.relation_event AS e LEFT JOIN model.name AS n ON n.kind = 'r' AND n.id = e.relation_id
			WHERE e.kind = 'dissolved')
		WHEN 'months' THEN
			(SELECT string_agg(concat_ws(' ', month, state, signatures), ';' ORDER BY month) FROM kinwallet_data.clearing_month)
		WHEN 'notices' THEN
			(SELECT string_agg(concat_ws(' ', number, amount, coalesce(paid_on::text, '-'), coalesce(received_on::text, '-')), ';'
				ORDER BY number COLLATE "C") FROM kinwallet_data.clearing_notice)
		WHEN 'events' THEN
			(SELECT count(*)::text FROM kinwallet_data.insurance_event)
		-- from the facts alone; the clock stands behind all of them
		WHEN 'balances' THEN
			(SELECT string_agg(concat_ws(' ', p.person_id, b.own_available, b.received_available), ';' ORDER BY p.person_id)
			FROM kinwallet_data.person AS p, kinwallet.balance_as_of(p.person_id, kinwallet.business_time()) AS b)
	END, '');
END
$$;
