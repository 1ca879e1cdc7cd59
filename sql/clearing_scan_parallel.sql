-- clearing_scan once more: parallel workers do all the reading
\getenv source PG_ABS_SRCDIR
\set clearing_scan :source '/sql/clearing_scan.sql'
\c -reuse-previous=on "options='-c min_parallel_table_scan_size=0 -c parallel_leader_participation=off'"
\i :clearing_scan
