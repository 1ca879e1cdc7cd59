-- The clearing officer's report: its figures are those of clearing_pairs, and data never become markup.
\set original :DBNAME
\set SHOW_CONTEXT never
CREATE DATABASE regress_kinwallet_report TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C';
\c regress_kinwallet_report
SET client_encoding = 'UTF8';
CREATE EXTENSION kinwallet;
SET kinwallet.clock = '2026-01-15 10:00+08';
SELECT kinwallet.create_ledger();

CREATE SEQUENCE seq;
CREATE FUNCTION add(month date, kind "char", payer kinwallet.region_code, payee kinwallet.region_code, amount kinwallet.wallet_amount)
RETURNS void LANGUAGE sql AS $$
	INSERT INTO kinwallet_data.draw (draw_id, spending_id, relation_id, restores, contributor, recipient, amount, at,
		payer_region, payee_region, recipient_region, month, position, kind, scope, use, place, counts)
	VALUES (nextval('seq'), nextval('seq'), 1, 0, 1, 2, amount, month, payer, payee, payee, month, 1, kind,
		CASE WHEN payer OPERATOR(kinwallet.=) payee THEN 'l'
			WHEN kinwallet.province(payer) OPERATOR(kinwallet.=) kinwallet.province(payee) THEN 'i' ELSE 'c' END,
		'm', 'q', CASE kind WHEN 'd' THEN 3 ELSE 0 END)
$$;
-- a negative pair; a province that both pays and receives; pairs of its regions of +100 and -30; amounts of every length
SELECT count(*) FROM (VALUES
	('d', '640200', '370100', '2500.00'), ('r', '640200', '370100', '550.00'), ('d', '640300', '370200', '1234567890.12'),
	('d', '320100', '640200', '100.00'), ('r', '320200', '640200', '30.00'), ('d', '110000', '640100', '0.01'),
	('r', '660000', '650100', '77.70'), ('d', '640100', '640200', '999.99'), ('r', '640500', '640200', '1000.00'),
	('d', '640100', '640100', '5.00'), ('d', '440300', '431000', '999999.99')
) AS t(kind, payer, payee, amount), LATERAL add('2026-01-01', kind::"char", payer::kinwallet.region_code, payee::kinwallet.region_code, amount::kinwallet.wallet_amount);
UPDATE kinwallet_data.region SET name = E'银川"<script>alert(1)</script>&amp;\'\x01' WHERE region::text = '640100';
UPDATE kinwallet_data.region SET name = '</td></tr></table><img src=x onerror=alert(1)>' WHERE region::text = '640200';
UPDATE kinwallet_data.region SET successor = '640500' WHERE region::text = '640400';
SELECT kinwallet.set_initial_prepayment(2026, '640000', '370000', '1500000000.00');
SELECT kinwallet.set_initial_prepayment(2026, '320000', '640000', '100.00');

-- arguments
SELECT kinwallet.clearing_report(NULL);
SELECT kinwallet.clearing_report('2026-01-15');
SELECT kinwallet.clearing_report('infinity');
SELECT kinwallet.clearing_report('2026-01-01', '640200');
SELECT kinwallet.clearing_report('2026-01-01');
SET kinwallet.clock = '2026-02-21 10:00+08';
SELECT kinwallet.cut_off('2026-01-01');
SELECT kinwallet.clearing_report('2026-01-01');
SELECT kinwallet.split('2026-01-01');

CREATE TABLE page AS
SELECT province, kinwallet.clearing_report('2026-01-01', province) AS html
FROM unnest('{NULL,640000,650000}'::text[]) AS p(code)
CROSS JOIN LATERAL (SELECT code::kinwallet.region_code) AS c(province);

-- the rows of a table of the page
CREATE FUNCTION cells(html text, id text) RETURNS TABLE (n bigint, attributes text, cell text[]) LANGUAGE sql AS $$
	SELECT n, substring(line FROM '^<tr([^>]*)>'),
		(SELECT array_agg(trim(regexp_replace(c, '<[^>]*>', '', 'g')) ORDER BY i)
		FROM string_to_table(line, '</td>') WITH ORDINALITY AS t(c, i) WHERE c ~ '<td')
	FROM string_to_table(split_part(split_part(html, '<table id="' || id || '">', 2), '</table>', 1), E'\n') WITH ORDINALITY AS r(line, n)
	WHERE line ~ '^<tr[^>]*><td'
$$;
SELECT t.id, array_to_string(c.cell, ' | ') FROM page, unnest('{pairs}'::text[]) AS t(id), cells(html, id) AS c WHERE province IS NULL;
SELECT t.id, array_to_string(c.cell, ' | ') FROM page, unnest('{provinces}'::text[]) AS t(id), cells(html, id) AS c
WHERE province IS NULL AND c.cell[2] || c.cell[3] || c.cell[4] || c.cell[5] <> '0.000.000.000.00';
SELECT t.id, array_to_string(c.cell, ' | ') FROM page, unnest('{regions,payable,receivable,inside}'::text[]) AS t(id), cells(html, id) AS c
WHERE province::text = '640000';
SELECT t.id, array_to_string(c.cell, ' | ') FROM page, unnest('{payable,receivable,inside}'::text[]) AS t(id), cells(html, id) AS c
WHERE province::text = '650000';
SELECT province, c[1] AS card, c[2] AS figure
FROM page, regexp_matches(regexp_replace(html, '<span class="(yellow|red)">(\d+)</span>', '\2', 'g'), 'id="card-(\w+)"><b>([^<]*)</b>', 'g') AS c;

-- the same figures as clearing_pairs, by the codes in the rows
CREATE VIEW shown AS
SELECT province, id, substring(attributes FROM 'payer="(\d+)"') AS payer, substring(attributes FROM 'payee="(\d+)"') AS payee,
	cell[cardinality(cell) - 5:] AS figures
FROM page, unnest('{pairs,payable,receivable,inside}'::text[]) AS t(id), cells(html, id) WHERE attributes <> '';
CREATE VIEW stored AS
SELECT level, payer::text, payee::text, ARRAY[to_char(person_times, 'FM999,999'), to_char(items, 'FM999,999'),
	to_char(gross::numeric, 'FM999,999,999,990.00'), to_char(reversed::numeric, 'FM999,999,999,990.00'),
	to_char(due::numeric, 'FM999,999,999,990.00'), to_char(adjustment::numeric, 'FM999,999,999,990.00')] AS figures
FROM unnest('{province,intra_province}'::text[]) AS level, kinwallet.clearing_pairs('2026-01-01', level);
SELECT count(*) AS same FROM shown NATURAL JOIN (SELECT payer, payee, figures FROM stored WHERE level = 'province') AS s WHERE id = 'pairs';
SELECT (SELECT count(*) FROM shown WHERE id = 'pairs') AS shown, (SELECT count(*) FROM stored WHERE level = 'province') AS stored;
SELECT count(*) AS differing FROM (
	(SELECT payer, payee, figures FROM shown WHERE province::text = '640000' AND id IN ('payable', 'receivable')
	EXCEPT SELECT payer, payee, figures FROM stored WHERE level = 'province')
	UNION ALL
	(SELECT payer, payee, figures FROM stored WHERE level = 'province' AND '640000' IN (payer, payee)
	EXCEPT SELECT payer, payee, figures FROM shown WHERE province::text = '640000')
	UNION ALL
	(SELECT payer, payee, figures FROM stored WHERE level = 'intra_province'
	EXCEPT SELECT payer, payee, figures FROM shown WHERE province::text = '640000' AND id = 'inside')
) AS d;
-- the drawings say the same in words
SELECT t[1] FROM page, regexp_matches(html, '<title>([^<]*: [^<]*)</title>', 'g') AS t WHERE province IS NULL;
SELECT t[1] FROM page, regexp_matches(html, '<title>([^<]*: [^<]*)</title>', 'g') AS t WHERE province::text = '640000';
SELECT regexp_replace(t[1], '<[^>]*>', '', 'g') FROM page, regexp_matches(html, '<text class="share"[^>]*>([^<]*)</text>', 'g') AS t WHERE province IS NULL;

-- nothing of the data is markup, nothing is loaded, nothing runs
SELECT DISTINCT m[1] FROM page, regexp_matches(html, '(银川[^<]*)</td>', 'g') AS m;
SELECT bool_and(html ~ '&lt;script&gt;alert\(1\)&lt;/script&gt;&amp;amp;&#39;&#xFFFD;') AS escaped FROM page WHERE province::text = '640000';
SELECT bool_or(html ~* '<(script|img|link|iframe|object|embed|form|base)|<[^>]*\s(on\w+|href|src|action)=|https?:|@import|url\((?!#own\))') AS loads FROM page;
-- each element that is opened is closed, in order
CREATE FUNCTION unbalanced(html text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	tag text[];
	open_tags text[] := '{}';
BEGIN
	FOR tag IN SELECT regexp_matches(regexp_replace(html, '<!DOCTYPE html>|<style>.*?</style>', '', 'g'), '<(/?)([a-z0-9]+)((?:\s+[a-zA-Z0-9-]+="[^"<>]*")*)\s*(/?)>|(<)', 'g') LOOP
		IF tag[5] IS NOT NULL THEN
			RETURN 'a bare <';
		ELSIF tag[1] = '/' THEN
			IF open_tags[cardinality(open_tags)] IS DISTINCT FROM tag[2] THEN
				RETURN format('</%s> closes <%s>', tag[2], open_tags[cardinality(open_tags)]);
			END IF;
			open_tags := trim_array(open_tags, 1);
		ELSIF tag[4] = '' THEN
			open_tags := open_tags || tag[2];
		END IF;
	END LOOP;
	RETURN nullif(array_to_string(open_tags, ' '), '');
END
$$;
SELECT province, unbalanced(html) FROM page;
SELECT unbalanced('<p>a<b>c</p></b>'), unbalanced('<p>1 < 2</p>'), unbalanced('<p>');

-- the same page for everybody, at any time
CREATE ROLE regress_kinwallet_report;
SELECT kinwallet.grant_role('regress_kinwallet_report', 'national_clearing', 'nation');
GRANT SELECT ON page TO regress_kinwallet_report;
SET kinwallet.clock = '2026-03-01 00:00+08';
SET TimeZone = 'America/New_York';
SET DateStyle = 'SQL, DMY';
SET search_path = pg_temp, public;
SET ROLE regress_kinwallet_report;
SELECT province, html = kinwallet.clearing_report('2026-01-01', province) AS same FROM public.page;
RESET ROLE;
RESET search_path;
SELECT m[1] FROM page, regexp_matches(regexp_replace(html, '<[^>]*>', '', 'g'), '(清分 split: [0-9: -]+)', 'g') AS m WHERE province IS NULL;

-- a month in which nothing crosses a border
SELECT kinwallet.cut_off('2026-02-01');
SELECT kinwallet.split('2026-02-01');
SELECT t.id, array_to_string(c.cell, ' | ') FROM unnest('{pairs,provinces}'::text[]) AS t(id), cells(kinwallet.clearing_report('2026-02-01'), id) AS c WHERE c.attributes = '';
SELECT t.id, array_to_string(c.cell, ' | ') FROM unnest('{regions,payable,receivable,inside}'::text[]) AS t(id), cells(kinwallet.clearing_report('2026-02-01', '110000'), id) AS c;
SELECT unbalanced(kinwallet.clearing_report('2026-02-01', '110000'));

-- a database that is not in UTF-8: ASCII that says the same
CREATE DATABASE regress_kinwallet_report_euc TEMPLATE template0 ENCODING 'EUC_CN' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_kinwallet_report_euc
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
CREATE EXTENSION kinwallet;
SET kinwallet.clock = '2026-02-21 10:00+08';
SELECT kinwallet.create_ledger();
SELECT kinwallet.cut_off('2026-01-01');
SELECT kinwallet.split('2026-01-01');
UPDATE kinwallet_data.region SET name = '银<川' WHERE region::text = '640100';
SELECT length(html) = octet_length(html) AS ascii, html ~ '&#32844;&#24037;&#21307;&#20445;' AS title, html ~ '&#38134;&lt;&#24029;' AS name
FROM kinwallet.clearing_report('2026-01-01', '640000') AS html;

\c :original
DROP DATABASE regress_kinwallet_report;
DROP DATABASE regress_kinwallet_report_euc;
DROP ROLE regress_kinwallet_report;
