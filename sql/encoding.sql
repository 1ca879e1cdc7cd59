--
-- A database that is not in UTF-8: the Chinese terms are converted both ways.
--
\set home :DBNAME
SET client_min_messages = warning;
DROP DATABASE IF EXISTS regress_kinwallet_euc_cn;
RESET client_min_messages;
CREATE DATABASE regress_kinwallet_euc_cn TEMPLATE template0 ENCODING 'EUC_CN' LC_COLLATE 'C' LC_CTYPE 'C';
\c regress_kinwallet_euc_cn
SET client_encoding = 'UTF8';
SET client_min_messages = warning;
CREATE EXTENSION kinwallet;
RESET client_min_messages;
SET search_path = kinwallet, pg_catalog;

SELECT convert_to(kinship_zh('spouse'), 'EUC_CN') AS stored, octet_length(kinship_zh('spouse')), kinship_zh('spouse');
SELECT w, w::kinship_relation, kinship_zh(w::kinship_relation)
FROM unnest(ARRAY['配偶', '父亲', '女儿', '兄弟姐妹', '外祖父母', '孙子女', 'spouse', '51']) AS w;
\set VERBOSITY sqlstate
SELECT '叔叔'::kinship_relation;
SELECT '28'::kinship_relation;
SELECT '１２'::wallet_amount;
\set VERBOSITY default

\c :home
DROP DATABASE regress_kinwallet_euc_cn;
