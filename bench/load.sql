-- A ledger with :persons persons, half of them contributors to their
-- neighbour, loaded straight into the tables as a restore would.  Transfers
-- of history: :history, over the months before this one.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
CREATE EXTENSION kinwallet;
SELECT kinwallet.create_ledger((kinwallet.business_date() - interval '6 months')::date);
-- an application's postings are no rows of the audit trail unless a site asks for it; the owner's, who calls here, are
SELECT kinwallet.set_audit('owner', '*', false, true);
-- the daily limit would stop a benchmark; everything else is judged as always
UPDATE kinwallet_data.policy SET transfers_per_day = 32767;
INSERT INTO kinwallet_data.provider (provider, kind, region)
SELECT 'H3701000' || to_char(i, 'FM0000'), 'medical_institution', '370100' FROM generate_series(1, 1000) AS i;

CREATE FUNCTION make_citizen_id(i int) RETURNS kinwallet.citizen_id
LANGUAGE sql IMMUTABLE AS $$
	SELECT (body || substr('10X98765432', 1 + (SELECT sum(substr(body, g, 1)::int * (2 ^ (18 - g))::int)::int % 11
		FROM generate_series(1, 17) AS g), 1))::kinwallet.citizen_id
	FROM (SELECT '640299' || to_char(date '1960-01-01' + i % 9000, 'YYYYMMDD') || to_char(i / 9000 + 1, 'FM000')) AS t (body)
$$;

INSERT INTO kinwallet_data.person (person_id, citizen_id, name, region, scheme, credential)
SELECT i, make_citizen_id(i), 'p' || i,
	(CASE WHEN i % 2 = 1 THEN '640200' ELSE '370100' END)::kinwallet.region_code,
	'employee', 'c' || i
FROM generate_series(1, :persons) AS i;

-- contributors (odd) have a million yuan less what history transferred; recipients have nothing
CREATE TEMP TABLE counts AS
SELECT 2 * i - 1 AS contributor, :history / (:persons / 2) + (i <= :history % (:persons / 2))::int AS n
FROM generate_series(1, :persons / 2) AS i;
INSERT INTO kinwallet_data.wallet (person_id, region, open_relations, status, insured, scheme, available)
SELECT p.person_id, p.region, 1, 'o', 'n', 'e',
	CASE WHEN c.n IS NULL THEN '0' ELSE kinwallet.from_fen(100000000 - c.n) END
FROM kinwallet_data.person AS p LEFT JOIN counts AS c ON c.contributor = p.person_id
ORDER BY 1;
INSERT INTO kinwallet_data.wallet_profile (person_id, opened_at)
SELECT person_id, now() FROM kinwallet_data.person;
INSERT INTO kinwallet_data.wallet_event (person_id, at, kind)
SELECT person_id, opened_at, 'opened' FROM kinwallet_data.wallet_profile;

CREATE FUNCTION make_id(month date, n bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
	SELECT ((extract(year FROM month)::bigint - 2000) * 12 + extract(month FROM month)::bigint - 1) << 42 | n
$$;
CREATE FUNCTION month_before(n int) RETURNS date
LANGUAGE sql STABLE AS $$
	SELECT (date_trunc('month', kinwallet.business_date()::timestamp) - n * interval '1 month')::date
$$;

INSERT INTO kinwallet_data.account_entry (entry_id, person_id, amount, at, request_id, region, month, balance_after)
SELECT make_id(month_before(6), nextval('kinwallet_data.fact_id')), contributor, '1000000',
	month_before(6)::timestamp AT TIME ZONE 'Asia/Shanghai', gen_random_uuid(), '640200', month_before(6), '1000000'
FROM counts;

INSERT INTO kinwallet_data.relation (relation_id, contributor, recipient, active_since, contributor_region, recipient_region, kinship, state, remaining)
SELECT make_id(month_before(6), nextval('kinwallet_data.relation_id')), contributor, contributor + 1,
	month_before(6)::timestamp AT TIME ZONE 'Asia/Shanghai', '640200', '370100', 'sibling', 'a', kinwallet.from_fen(n)
FROM counts ORDER BY contributor;
INSERT INTO kinwallet_data.relation_event (relation_id, at, kind)
SELECT relation_id, active_since, 'established' FROM kinwallet_data.relation;

-- history: 0.01 yuan each, spread over the five months before this one
INSERT INTO kinwallet_data.transfer (transfer_id, relation_id, contributor, amount, at, request_id, policy_id, month)
SELECT make_id(m.month, nextval('kinwallet_data.fact_id')), r.relation_id, r.contributor, '0.01',
	m.month::timestamp AT TIME ZONE 'Asia/Shanghai' + g * interval '1 second', gen_random_uuid(), p.policy_id, m.month
FROM counts AS c
JOIN kinwallet_data.relation AS r ON r.contributor = c.contributor
CROSS JOIN LATERAL generate_series(1, c.n) AS g
CROSS JOIN LATERAL (SELECT month_before(1 + g % 5) AS month) AS m
CROSS JOIN LATERAL (SELECT policy_id FROM kinwallet_data.policy WHERE scope = 640000) AS p;

-- pages filled at 70, updated at 95: see doc/performance.md
ALTER TABLE kinwallet_data.wallet SET (fillfactor = 95);
ALTER TABLE kinwallet_data.relation SET (fillfactor = 95);
VACUUM ANALYZE;
CHECKPOINT;
