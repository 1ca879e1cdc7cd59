/*
 * Old months leave the ledger: their partitions go to a schema of their own,
 * oldest first.  What they did to every balance stays in the state, so that
 * history() and balance_as_of() are right for all months that are there; what
 * asks for one that is not is refused.
 */

-- A month was cut off and is now before the ledger's first one: it was archived.
CREATE FUNCTION kinwallet.archived_before() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $archived_before$
	SELECT l.since
	FROM kinwallet_data.ledger AS l
	WHERE EXISTS (SELECT FROM kinwallet_data.clearing_month AS m WHERE m.month < l.since)
$archived_before$;
COMMENT ON FUNCTION kinwallet.archived_before() IS 'the first month whose facts were not archived; NULL when none were';

CREATE FUNCTION kinwallet.unarchived(day date) RETURNS date
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $unarchived$
DECLARE
	first_month date := kinwallet.archived_before();
BEGIN
	IF day < first_month THEN
		RAISE object_not_in_prerequisite_state USING
			MESSAGE = format('the facts before month %s were archived', to_char(first_month, 'YYYY-MM')),
			HINT = 'Ask a copy of the ledger that has them.';
	END IF;
	RETURN day;
END
$unarchived$;
COMMENT ON FUNCTION kinwallet.unarchived(date) IS 'give back a day, or refuse one whose facts were archived (55000)';

CREATE FUNCTION kinwallet.archive_month_unchecked(month date) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $archive_month$
DECLARE
	facts text[] := '{account_entry,transfer,spending,draw,refund,return_,audit}';
	fact text;
	leaf text;
	first_month date;
	refunds_until date;
	ledger_owner oid;
BEGIN
	IF month IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'argument "month" must not be null';
	ELSIF NOT isfinite(month) OR extract(day FROM month) <> 1 THEN
		RAISE invalid_parameter_value USING MESSAGE = 'month must be given by its first day';
	END IF;
	-- as ensure_partitions() does, so that the two take turns
	LOCK TABLE kinwallet_data.ledger IN SHARE ROW EXCLUSIVE MODE;
	SELECT since INTO first_month FROM kinwallet_data.ledger;
	IF month <> first_month THEN
		RAISE EXCEPTION USING ERRCODE = 'KW021',
			MESSAGE = format('month %s cannot be archived', to_char(month, 'YYYY-MM')),
			DETAIL = format('Months are archived in order; the first one that is there is %s.', to_char(first_month, 'YYYY-MM'));
	END IF;
	IF NOT EXISTS (SELECT FROM kinwallet_data.clearing_month AS m WHERE m.month = archive_month_unchecked.month AND m.state = 'closed')
		OR EXISTS (SELECT FROM kinwallet_data.clearing_withheld AS w
			WHERE w.month = archive_month_unchecked.month AND (w.state = 'withheld'
				OR NOT EXISTS (SELECT FROM kinwallet_data.clearing_month AS m WHERE m.month = w.clear_in AND m.state = 'closed'))) THEN
		RAISE EXCEPTION USING ERRCODE = 'KW021',
			MESSAGE = format('month %s is not closed, or has lines that are cleared later', to_char(month, 'YYYY-MM')),
			HINT = 'Call kinwallet.close_month() once its notices are paid, and that of the months with its late lines.';
	END IF;
	-- LR-05: what a refund or a deduction can still reach stays; so do request ids
	refunds_until := make_date(extract(year FROM month)::integer + 1, 3, 31);
	IF kinwallet.business_date() <= refunds_until THEN
		RAISE EXCEPTION USING ERRCODE = 'KW021',
			MESSAGE = format('month %s cannot be archived yet', to_char(month, 'YYYY-MM')),
			DETAIL = format('Its spendings can be refunded until %s (LR-05).', to_char(refunds_until, 'YYYY-MM-DD'));
	END IF;

	-- the schema's owner could drop what is in it
	SELECT relowner INTO ledger_owner FROM pg_class WHERE oid = 'kinwallet_data.ledger'::regclass;
	IF to_regnamespace('kinwallet_archive') IS NULL THEN
		EXECUTE format('CREATE SCHEMA kinwallet_archive AUTHORIZATION %I', pg_get_userbyid(ledger_owner));
	ELSIF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'kinwallet_archive' AND nspowner = ledger_owner) THEN
		RAISE object_not_in_prerequisite_state USING MESSAGE = 'schema "kinwallet_archive" does not belong to the ledger''s owner';
	END IF;

	FOREACH fact IN ARRAY facts LOOP
		leaf := fact || to_char(month, '_YYYY_MM');
		EXECUTE format('ALTER TABLE kinwallet_data.%I DETACH PARTITION kinwallet_data.%I', fact, leaf);
		EXECUTE format('ALTER TABLE kinwallet_data.%I SET SCHEMA kinwallet_archive', leaf);
	END LOOP;
	UPDATE kinwallet_data.ledger SET since = (archive_month_unchecked.month + interval '1 month')::date;
END
$archive_month$;
COMMENT ON FUNCTION kinwallet.archive_month_unchecked(date) IS 'archive_month() without its door: with the caller''s own rights';
CREATE FUNCTION kinwallet.archive_month(month date) RETURNS void
	AS 'MODULE_PATHNAME', 'kw_archive_month' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION kinwallet.archive_month(date) IS
	'move the oldest month''s facts out of the ledger, into schema kinwallet_archive; called by the ledger''s owner';
