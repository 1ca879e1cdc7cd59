/*
 * Looking up.  The public functions are doors in C (door.c), which ask for the
 * caller's duties; behind each stands its body, run as the ledger's owner.
 * Called directly a body has the caller's own rights, and so have the helpers.
 *
 * jit = off here and in the checks: over all months' partitions the compiling
 * takes many times longer than the query.
 */

CREATE FUNCTION kinwallet.known_person(person_id bigint) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $known_person$
BEGIN
	IF NOT EXISTS (SELECT FROM kinwallet_data.person AS p WHERE p.person_id = known_person.person_id) THEN
		RAISE EXCEPTION USING ERRCODE = 'KW017', MESSAGE = format('person %s does not exist', known_person.person_id);
	END IF;
	RETURN known_person.person_id;
END
$known_person$;
COMMENT ON FUNCTION kinwallet.known_person(bigint) IS 'give back a person''s id, or refuse one that does not exist (KW017)';

-- rules.md, "Whose policy row decides": the most specific scope that is valid on the day
CREATE FUNCTION kinwallet.policy_of(region kinwallet.region_code, day date) RETURNS integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $policy_of$
	SELECT p.policy_id
	FROM kinwallet_data.policy AS p,
		(SELECT policy_of.region::text::integer, kinwallet.province(policy_of.region)::text::integer) AS scopes(region, province)
	WHERE p.valid @> policy_of.day AND p.scope IN (0, scopes.province, scopes.region)
	ORDER BY p.scope = scopes.region DESC, p.scope = scopes.province DESC
	LIMIT 1
$policy_of$;
COMMENT ON FUNCTION kinwallet.policy_of(kinwallet.region_code, date) IS 'the id of the policy that a region follows on a day';

-- Apart, so that wallet() does not plan it each time: it is hardly ever called.
CREATE FUNCTION kinwallet.transfers_on(person_id bigint, day date) RETURNS integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $transfers_on$
	SELECT count(*)::integer FROM kinwallet_data.transfer AS t
	WHERE t.contributor = transfers_on.person_id AND t.month = date_trunc('month', transfers_on.day::timestamp)::date
		AND kinwallet.business_date(t.at) = transfers_on.day
$transfers_on$;
COMMENT ON FUNCTION kinwallet.transfers_on(bigint, date) IS 'number of transfers that a person made on a day, from the facts';

CREATE FUNCTION kinwallet.wallet_unchecked(INOUT person_id bigint, OUT opened_at timestamptz, OUT status text,
	OUT own_available kinwallet.wallet_amount, OUT own_reserved kinwallet.wallet_amount,
	OUT received_available kinwallet.wallet_amount, OUT received_suspended kinwallet.wallet_amount,
	OUT received_held kinwallet.wallet_amount, OUT transfers_left_today integer)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $wallet$
	SELECT known.person_id,
		profile.opened_at,
		CASE w.status WHEN 'p' THEN 'pending' WHEN 'o' THEN 'open' WHEN 'f' THEN 'frozen' WHEN 'c' THEN 'closed' ELSE 'none' END,
		coalesce(w.available, '0'),
		coalesce(own.reserved, '0'),
		coalesce(received.available, '0'),
		coalesce(received.suspended, '0'),
		coalesce(received.held, '0'),
		coalesce(greatest(policy.transfers_per_day - CASE
			WHEN w.transfer_day = today.day THEN w.transfers
			-- the clock went back behind the counter: count the facts, as transfer() does
			WHEN w.transfer_day > today.day THEN kinwallet.transfers_on(known.person_id, today.day)
			ELSE 0 END, 0), 0)
	FROM kinwallet.known_person(wallet_unchecked.person_id) AS known(person_id)
	CROSS JOIN kinwallet.business_date() AS today(day)
	LEFT JOIN kinwallet_data.wallet AS w ON w.person_id = known.person_id
	LEFT JOIN kinwallet_data.wallet_profile AS profile ON profile.person_id = known.person_id
	LEFT JOIN kinwallet_data.policy AS policy ON policy.policy_id = kinwallet.policy_of(w.region, today.day)
	CROSS JOIN LATERAL (
		SELECT kinwallet.sum(r.remaining OPERATOR(kinwallet.+) r.held) AS reserved
		FROM kinwallet_data.relation AS r WHERE r.contributor = known.person_id) AS own
	CROSS JOIN LATERAL (
		SELECT kinwallet.sum(r.remaining) FILTER (WHERE r.state = 'a') AS available,
			kinwallet.sum(r.remaining) FILTER (WHERE r.state = 's') AS suspended,
			kinwallet.sum(r.held) AS held
		FROM kinwallet_data.relation AS r WHERE r.recipient = known.person_id) AS received
$wallet$;
COMMENT ON FUNCTION kinwallet.wallet_unchecked(bigint) IS 'wallet() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.wallet(INOUT person_id bigint, OUT opened_at timestamptz, OUT status text,
	OUT own_available kinwallet.wallet_amount, OUT own_reserved kinwallet.wallet_amount,
	OUT received_available kinwallet.wallet_amount, OUT received_suspended kinwallet.wallet_amount,
	OUT received_held kinwallet.wallet_amount, OUT transfers_left_today integer)
	AS 'MODULE_PATHNAME', 'kw_wallet' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.wallet(bigint) IS 'a person''s wallet: own money, what relations reserve of it, and what was received';

CREATE FUNCTION kinwallet.quotas_unchecked(person_id bigint)
	RETURNS TABLE (relation_id bigint, contributor bigint, recipient bigint, kinship kinwallet.kinship_relation,
		state text, granted kinwallet.wallet_amount, remaining kinwallet.wallet_amount, held kinwallet.wallet_amount,
		spent kinwallet.wallet_amount, returned kinwallet.wallet_amount, since timestamptz)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $quotas$
	SELECT r.relation_id, r.contributor, r.recipient, r.kinship,
		CASE r.state WHEN 'r' THEN 'requested' WHEN 'a' THEN 'active' WHEN 's' THEN 'suspended' WHEN 'd' THEN 'dissolved'
			WHEN 'n' THEN 'refused' WHEN 'w' THEN 'withdrawn' WHEN 'x' THEN 'expired' END,
		r.remaining OPERATOR(kinwallet.+) r.held OPERATOR(kinwallet.+) r.spent OPERATOR(kinwallet.+) r.returned,
		r.remaining, r.held, r.spent, r.returned,
		nullif(r.active_since, 'infinity')
	FROM kinwallet.known_person(quotas_unchecked.person_id) AS known(person_id)
	JOIN kinwallet_data.relation AS r ON r.contributor = known.person_id OR r.recipient = known.person_id
	ORDER BY r.relation_id
$quotas$;
COMMENT ON FUNCTION kinwallet.quotas_unchecked(bigint) IS 'quotas() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.quotas(person_id bigint)
	RETURNS TABLE (relation_id bigint, contributor bigint, recipient bigint, kinship kinwallet.kinship_relation,
		state text, granted kinwallet.wallet_amount, remaining kinwallet.wallet_amount, held kinwallet.wallet_amount,
		spent kinwallet.wallet_amount, returned kinwallet.wallet_amount, since timestamptz)
	AS 'MODULE_PATHNAME', 'kw_quotas' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.quotas(bigint) IS 'the relations of a person in both directions, ended ones too, with their quotas';

/*
 * Everything that moved a person's money, from the facts alone.  Each row
 * says what it did to each of four balances, in fen: the own account; what
 * the person received (held included) and what the person gave and the
 * recipients have not used yet (held included); suspense.  shown names the
 * balance that the row's line in history() is about.
 *
 * A person's draws are found through the spendings of the recipients, since
 * facts have no index on the recipient or on the contributor of a draw; and
 * through their refunds, since a spending may have been archived before them.
 */
CREATE FUNCTION kinwallet.person_facts(person_id bigint)
	RETURNS TABLE (at timestamptz, fact_id bigint, part integer, kind text, counterparty bigint, relation_id bigint,
		shown text, account bigint, received bigint, given bigint, suspense bigint, reference text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $person_facts$
	SELECT e.at, e.entry_id, 1, 'credit', NULL::bigint, NULL::bigint,
		'account', kinwallet.fen(e.amount), 0::bigint, 0::bigint, 0::bigint, e.entry_id::text
	FROM kinwallet_data.account_entry AS e
	WHERE e.person_id = person_facts.person_id
	UNION ALL
	SELECT t.at, t.transfer_id, 1, 'transfer_out', r.recipient, r.relation_id,
		'account', -kinwallet.fen(t.amount), 0, kinwallet.fen(t.amount), 0, t.transfer_id::text
	FROM kinwallet_data.transfer AS t
	JOIN kinwallet_data.relation AS r ON r.relation_id = t.relation_id
	WHERE t.contributor = person_facts.person_id
	UNION ALL
	SELECT t.at, t.transfer_id, 1, 'transfer_in', r.contributor, r.relation_id,
		'received', 0, kinwallet.fen(t.amount), 0, 0, t.transfer_id::text
	FROM kinwallet_data.relation AS r
	JOIN kinwallet_data.transfer AS t ON t.contributor = r.contributor AND t.relation_id = r.relation_id
	WHERE r.recipient = person_facts.person_id
	UNION ALL
	SELECT s.at, s.spending_id, 1, 'spend_own', NULL, NULL,
		'account', -kinwallet.fen(s.own_account), 0, 0, 0, s.spending_id::text
	FROM kinwallet_data.spending AS s
	WHERE s.recipient = person_facts.person_id AND kinwallet.fen(s.own_account) > 0
	UNION ALL
	-- history() adds the draws of one spending up
	SELECT d.at, CASE d.kind WHEN 'd' THEN d.spending_id ELSE d.draw_id END, 2,
		CASE d.kind WHEN 'd' THEN 'spend_aid' ELSE 'refund_aid' END,
		CASE d.kind WHEN 'd' THEN NULL ELSE d.contributor END, d.relation_id,
		'received', 0, CASE d.kind WHEN 'd' THEN -kinwallet.fen(d.amount) ELSE kinwallet.fen(d.amount) END, 0, 0,
		CASE d.kind WHEN 'd' THEN d.spending_id ELSE d.draw_id END::text
	FROM (SELECT s.spending_id FROM kinwallet_data.spending AS s WHERE s.recipient = person_facts.person_id
		UNION SELECT f.spending_id FROM kinwallet_data.refund AS f WHERE f.recipient = person_facts.person_id) AS s
	JOIN kinwallet_data.draw AS d ON d.spending_id = s.spending_id
	WHERE d.kind = 'd' OR d.place = 'q'
	UNION ALL
	SELECT d.at, d.draw_id, 3,
		CASE WHEN d.kind = 'd' THEN 'aid_used' WHEN d.place = 'q' THEN 'aid_refunded'
			WHEN d.place = 'a' THEN 'refund_to_account' ELSE 'refund_to_suspense' END,
		d.recipient, d.relation_id,
		CASE WHEN d.kind = 'd' OR d.place = 'q' THEN 'given' WHEN d.place = 'a' THEN 'account' ELSE 'suspense' END,
		CASE WHEN d.kind = 'r' AND d.place = 'a' THEN kinwallet.fen(d.amount) ELSE 0 END,
		0,
		CASE WHEN d.kind = 'd' THEN -kinwallet.fen(d.amount) WHEN d.place = 'q' THEN kinwallet.fen(d.amount) ELSE 0 END,
		CASE WHEN d.kind = 'r' AND d.place = 's' THEN kinwallet.fen(d.amount) ELSE 0 END,
		-- EDGE-96: what kind of use, not where
		d.draw_id || CASE d.use WHEN 'm' THEN ' medical' WHEN 'd' THEN ' drug' WHEN 'e' THEN ' device' WHEN 'c' THEN ' consumable'
			WHEN 'r' THEN ' resident_medical' WHEN 'l' THEN ' long_term_care' ELSE '' END
	FROM (SELECT DISTINCT r.recipient FROM kinwallet_data.relation AS r
		WHERE r.contributor = person_facts.person_id) AS helped
	CROSS JOIN LATERAL (SELECT s.spending_id FROM kinwallet_data.spending AS s WHERE s.recipient = helped.recipient
		UNION SELECT f.spending_id FROM kinwallet_data.refund AS f WHERE f.recipient = helped.recipient) AS s
	JOIN kinwallet_data.draw AS d ON d.spending_id = s.spending_id AND d.contributor = person_facts.person_id
	UNION ALL
	SELECT f.at, f.refund_id, 1, 'refund_own', NULL, NULL,
		'account', kinwallet.fen(f.amount), 0, 0, 0, f.refund_id::text
	FROM kinwallet_data.refund AS f
	WHERE f.recipient = person_facts.person_id AND f.kind = 'o'
	UNION ALL
	SELECT b.at, b.return_id, 1, 'return_in', r.recipient, r.relation_id,
		'account', kinwallet.fen(b.amount), 0, -kinwallet.fen(b.amount), 0, b.return_id::text
	FROM kinwallet_data.relation AS r
	JOIN kinwallet_data.return_ AS b ON b.relation_id = r.relation_id
	WHERE r.contributor = person_facts.person_id
	UNION ALL
	SELECT b.at, b.return_id, 1, 'return_out', r.contributor, r.relation_id,
		'received', 0, -kinwallet.fen(b.amount), 0, 0, b.return_id::text
	FROM kinwallet_data.relation AS r
	JOIN kinwallet_data.return_ AS b ON b.relation_id = r.relation_id
	WHERE r.recipient = person_facts.person_id
$person_facts$;
COMMENT ON FUNCTION kinwallet.person_facts(bigint) IS 'what each fact did to a person''s balances; serves history() and balance_as_of()';

/*
 * A contributor learns the day of a use, not the hour (EDGE-96); the order is
 * by the hour.  Where months were archived, what they left of each balance is
 * the present one less all lines since: it is brought forward.
 */
CREATE FUNCTION kinwallet.history_unchecked(person_id bigint, since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL)
	RETURNS TABLE (at timestamptz, kind text, counterparty bigint, amount kinwallet.wallet_amount,
		balance_after kinwallet.wallet_amount, reference text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $history$
	WITH line AS (
		SELECT f.at, f.fact_id, f.part, f.kind, f.counterparty, f.shown, f.reference,
			sum(f.account) AS account, sum(f.received) AS received, sum(f.given) AS given, sum(f.suspense) AS suspense
		FROM kinwallet.known_person(history_unchecked.person_id) AS known(person_id),
			kinwallet.person_facts(known.person_id) AS f
		GROUP BY f.at, f.fact_id, f.part, f.kind, f.counterparty, f.shown, f.reference
	), opening AS (
		SELECT first.month::timestamp AT TIME ZONE 'Asia/Shanghai' AS at, 0 AS fact_id, forward.part, forward.shown || '_forward' AS kind,
			NULL::bigint AS counterparty, forward.shown, NULL::text AS reference,
			CASE forward.part WHEN 1 THEN forward.fen ELSE 0 END AS account, CASE forward.part WHEN 2 THEN forward.fen ELSE 0 END AS received,
			CASE forward.part WHEN 3 THEN forward.fen ELSE 0 END AS given, CASE forward.part WHEN 4 THEN forward.fen ELSE 0 END AS suspense
		FROM kinwallet.archived_before() AS first(month)
		CROSS JOIN LATERAL (
			SELECT now.part, now.shown, coalesce(now.fen, 0) - coalesce(now.moved, 0) AS fen
			FROM (VALUES
				(1, 'account', (SELECT kinwallet.fen(w.available)::numeric FROM kinwallet_data.wallet AS w WHERE w.person_id = history_unchecked.person_id),
					(SELECT sum(l.account) FROM line AS l)),
				(2, 'received', (SELECT sum(kinwallet.fen(r.remaining) + kinwallet.fen(r.held)) FROM kinwallet_data.relation AS r WHERE r.recipient = history_unchecked.person_id),
					(SELECT sum(l.received) FROM line AS l)),
				(3, 'given', (SELECT sum(kinwallet.fen(r.remaining) + kinwallet.fen(r.held)) FROM kinwallet_data.relation AS r WHERE r.contributor = history_unchecked.person_id),
					(SELECT sum(l.given) FROM line AS l)),
				(4, 'suspense', (SELECT sum(kinwallet.fen(s.amount)) FROM kinwallet_data.suspense AS s WHERE s.person_id = history_unchecked.person_id),
					(SELECT sum(l.suspense) FROM line AS l))
			) AS now(part, shown, fen, moved)
		) AS forward
		WHERE first.month IS NOT NULL AND forward.fen <> 0
	), balance AS (
		SELECT l.*,
			sum(l.account) OVER forward AS account_after, sum(l.received) OVER forward AS received_after,
			sum(l.given) OVER forward AS given_after, sum(l.suspense) OVER forward AS suspense_after
		FROM (
			SELECT at, fact_id, part, kind, counterparty, shown, reference, account, received, given, suspense FROM line
			UNION ALL
			SELECT at, fact_id, part, kind, counterparty, shown, reference, account, received, given, suspense FROM opening
		) AS l
		WINDOW forward AS (ORDER BY l.at, l.fact_id, l.part)
	)
	SELECT CASE b.shown WHEN 'given' THEN date_trunc('day', b.at, 'Asia/Shanghai') ELSE b.at END,
		b.kind, b.counterparty,
		kinwallet.from_fen(CASE b.shown WHEN 'account' THEN b.account WHEN 'received' THEN b.received
			WHEN 'given' THEN b.given ELSE b.suspense END::bigint),
		kinwallet.from_fen(CASE b.shown WHEN 'account' THEN b.account_after WHEN 'received' THEN b.received_after
			WHEN 'given' THEN b.given_after ELSE b.suspense_after END::bigint),
		b.reference
	FROM balance AS b
	WHERE (history_unchecked.since IS NULL OR b.at >= history_unchecked.since) AND (history_unchecked.until IS NULL OR b.at < history_unchecked.until)
	ORDER BY b.at, b.fact_id, b.part
$history$;
COMMENT ON FUNCTION kinwallet.history_unchecked(bigint, timestamptz, timestamptz) IS 'history() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.history(person_id bigint, since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL)
	RETURNS TABLE (at timestamptz, kind text, counterparty bigint, amount kinwallet.wallet_amount,
		balance_after kinwallet.wallet_amount, reference text)
	AS 'MODULE_PATHNAME', 'kw_history' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.history(bigint, timestamptz, timestamptz) IS
	'what moved a person''s money, with the balance that each line changed; from since to before until';

-- What is held at a moment is not available then; so is what belongs to a suspended relation.
-- What archived months left of a balance is the present one less all facts since.
CREATE FUNCTION kinwallet.balance_as_of_unchecked(person_id bigint, at timestamptz,
	OUT own_available kinwallet.wallet_amount, OUT received_available kinwallet.wallet_amount)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $balance_as_of$
	WITH fact AS (
		SELECT f.relation_id,
			coalesce(sum(f.account) FILTER (WHERE f.at <= balance_as_of_unchecked.at), 0) AS account, sum(f.account) AS account_moved,
			coalesce(sum(f.received) FILTER (WHERE f.at <= balance_as_of_unchecked.at), 0) AS received, sum(f.received) AS received_moved
		FROM kinwallet.known_person(balance_as_of_unchecked.person_id) AS known(person_id),
			kinwallet.person_facts(known.person_id) AS f
		GROUP BY f.relation_id
	), quota AS (
		SELECT r.relation_id, coalesce(f.received, 0) + CASE WHEN first.month IS NULL THEN 0
			ELSE kinwallet.fen(r.remaining) + kinwallet.fen(r.held) - coalesce(f.received_moved, 0) END AS received
		FROM kinwallet_data.relation AS r
		CROSS JOIN kinwallet.archived_before() AS first(month)
		LEFT JOIN fact AS f ON f.relation_id = r.relation_id
		WHERE r.recipient = balance_as_of_unchecked.person_id
	), free AS (
		SELECT q.received - coalesce((
				SELECT sum(kinwallet.fen(part.amount))
				FROM kinwallet_data.hold_part AS part
				JOIN kinwallet_data.hold AS h ON h.hold_id = part.hold_id
				WHERE part.relation_id = q.relation_id AND h.at <= balance_as_of_unchecked.at
					AND (h.ended_at IS NULL OR h.ended_at > balance_as_of_unchecked.at)), 0) AS remaining
		FROM quota AS q
		WHERE q.received <> 0 AND (
			SELECT e.kind IN ('accepted', 'established', 'resumed')
			FROM kinwallet_data.relation_event AS e
			WHERE e.relation_id = q.relation_id AND e.at <= balance_as_of_unchecked.at
			ORDER BY e.event_id DESC
			LIMIT 1)
	)
	SELECT kinwallet.from_fen((coalesce((SELECT sum(account) FROM fact), 0)
			+ CASE WHEN kinwallet.archived_before() IS NULL THEN 0 ELSE
				coalesce((SELECT kinwallet.fen(w.available) FROM kinwallet_data.wallet AS w WHERE w.person_id = balance_as_of_unchecked.person_id), 0)
				- coalesce((SELECT sum(account_moved) FROM fact), 0) END)::bigint),
		kinwallet.from_fen(coalesce((SELECT sum(remaining) FROM free), 0)::bigint)
	FROM kinwallet.unarchived((balance_as_of_unchecked.at AT TIME ZONE 'Asia/Shanghai')::date)
$balance_as_of$;
COMMENT ON FUNCTION kinwallet.balance_as_of_unchecked(bigint, timestamptz) IS 'balance_as_of() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.balance_as_of(person_id bigint, at timestamptz,
	OUT own_available kinwallet.wallet_amount, OUT received_available kinwallet.wallet_amount)
	AS 'MODULE_PATHNAME', 'kw_balance_as_of' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.balance_as_of(bigint, timestamptz) IS 'a person''s money as it stood at a moment, from the facts alone';

/*
 * EDGE-92.  The accounts are what the funds owe: a debit takes from one, a
 * credit adds to another.  Money comes in from outside and leaves as payable
 * to the payee's region, which payer and payee name.
 */
CREATE FUNCTION kinwallet.double_entry_unchecked(month date)
	RETURNS TABLE (fact text, fact_id bigint, at timestamptz, debit text, credit text, amount kinwallet.wallet_amount,
		payer kinwallet.region_code, payee kinwallet.region_code)
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $double_entry$
	SELECT entry.*
	FROM kinwallet.unarchived(double_entry_unchecked.month) AS asked(month)
	CROSS JOIN LATERAL (
		SELECT 'account_entry', e.entry_id, e.at, 'outside', 'individual_account', e.amount, NULL::kinwallet.region_code, NULL::kinwallet.region_code
		FROM kinwallet_data.account_entry AS e
		WHERE e.month = asked.month
		UNION ALL
		SELECT 'transfer', t.transfer_id, t.at, 'individual_account', 'quota', t.amount, NULL, NULL
		FROM kinwallet_data.transfer AS t
		WHERE t.month = asked.month
		UNION ALL
		SELECT 'spending', s.spending_id, s.at, 'individual_account', 'payable', s.own_account, s.recipient_region, s.payee_region
		FROM kinwallet_data.spending AS s
		WHERE s.month = asked.month AND kinwallet.fen(s.own_account) > 0
		UNION ALL
		SELECT 'draw', d.draw_id, d.at,
			CASE d.kind WHEN 'd' THEN 'quota' ELSE 'payable' END,
			CASE WHEN d.kind = 'd' THEN 'payable' WHEN d.place = 'q' THEN 'quota' WHEN d.place = 'a' THEN 'individual_account' ELSE 'suspense' END,
			d.amount, d.payer_region, d.payee_region
		FROM kinwallet_data.draw AS d
		WHERE d.month = asked.month
		UNION ALL
		SELECT 'refund', f.refund_id, f.at, 'payable', 'individual_account', f.amount, s.recipient_region, s.payee_region
		FROM kinwallet_data.refund AS f
		LEFT JOIN kinwallet_data.spending AS s ON s.spending_id = f.spending_id AND s.month = kinwallet.id_month(f.spending_id)
		WHERE f.month = asked.month AND f.kind = 'o'
		UNION ALL
		SELECT 'return_', b.return_id, b.at, 'quota', 'individual_account', b.amount, NULL, NULL
		FROM kinwallet_data.return_ AS b
		WHERE b.month = asked.month
	) AS entry
$double_entry$;
COMMENT ON FUNCTION kinwallet.double_entry_unchecked(date) IS 'double_entry() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.double_entry(month date)
	RETURNS TABLE (fact text, fact_id bigint, at timestamptz, debit text, credit text, amount kinwallet.wallet_amount,
		payer kinwallet.region_code, payee kinwallet.region_code)
	AS 'MODULE_PATHNAME', 'kw_double_entry' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION kinwallet.double_entry(date) IS
	'each fact of a month that moves money, as one debit and one credit';
