-- What create_ledger() loads: counts that a wrong or missing row changes.
BEGIN;
SELECT plan(9);

SELECT is(count(*), 338::bigint, 'regions') FROM kinwallet.shipped_regions();
SELECT is(count(DISTINCT region::text), 338::bigint, 'no region twice') FROM kinwallet.shipped_regions();
SELECT is(count(*), 333::bigint, 'prefecture-level divisions')
FROM kinwallet.shipped_regions() WHERE region::text !~ '0000$';
SELECT is_empty(
	$$SELECT region, name FROM kinwallet.shipped_regions()
		WHERE region::text ~ '(90..|[^0].|.[^0])$' OR name !~ '^[一-龥]+$'$$,
	'no county, nothing directly under a province, Chinese names');

SELECT results_eq(
	$$SELECT right(name, 1), count(*) FROM kinwallet.shipped_regions()
		WHERE region::text !~ '0000$' GROUP BY 1 ORDER BY 2$$,
	$$VALUES ('盟', 3::bigint), ('区', 7), ('州', 30), ('市', 293)$$,
	'leagues, prefectures, autonomous prefectures, cities');

SELECT results_eq(
	$$SELECT p.name_en, count(r.region)
		FROM kinwallet.shipped_provinces() p
			LEFT JOIN kinwallet.shipped_regions() r ON left(r.region::text, 2) = left(p.province::text, 2)
		GROUP BY p.province, p.name_en ORDER BY p.province::text$$,
	$$VALUES ('Beijing', 1::bigint), ('Tianjin', 1), ('Hebei', 11), ('Shanxi', 11), ('Inner Mongolia', 12),
		('Liaoning', 14), ('Jilin', 9), ('Heilongjiang', 13), ('Shanghai', 1), ('Jiangsu', 13),
		('Zhejiang', 11), ('Anhui', 16), ('Fujian', 9), ('Jiangxi', 11), ('Shandong', 16), ('Henan', 17),
		('Hubei', 13), ('Hunan', 14), ('Guangdong', 21), ('Guangxi', 14), ('Hainan', 4), ('Chongqing', 1),
		('Sichuan', 21), ('Guizhou', 9), ('Yunnan', 16), ('Tibet', 7), ('Shaanxi', 10), ('Gansu', 14),
		('Qinghai', 8), ('Ningxia', 5), ('Xinjiang', 14), ('Xinjiang Production and Construction Corps', 1)$$,
	'regions of each province');

SELECT results_eq(
	$$SELECT region::text, name FROM kinwallet.shipped_regions() WHERE region::text ~ '^64' ORDER BY 1$$,
	$$VALUES ('640100', '银川市'), ('640200', '石嘴山市'), ('640300', '吴忠市'), ('640400', '固原市'), ('640500', '中卫市')$$,
	'Ningxia');

SELECT results_eq(
	$$SELECT day FROM kinwallet.shipped_holidays() WHERE is_workday ORDER BY 1$$,
	$$VALUES ('2026-01-04'::date), ('2026-02-14'), ('2026-02-28'), ('2026-05-09'), ('2026-09-20'), ('2026-10-10')$$,
	'weekend days that are worked');
SELECT results_eq(
	$$SELECT range_agg(daterange(day, day, '[]')) FROM kinwallet.shipped_holidays() WHERE NOT is_workday$$,
	$$VALUES ('{[2026-01-01,2026-01-04),[2026-02-15,2026-02-24),[2026-04-04,2026-04-07),[2026-05-01,2026-05-06),
		[2026-06-19,2026-06-22),[2026-09-25,2026-09-28),[2026-10-01,2026-10-08)}'::datemultirange)$$,
	'days off');

SELECT * FROM finish();
ROLLBACK;
