-- The table of PostgreSQL 17's settings, from the server itself: tests/postgres.rs runs this and compares.
-- psql -XAtq -F $'\t' -f src/values/setting/postgres-17.sql >src/values/setting/postgres-17.tsv
SELECT name, vartype, unit, context, min_val, max_val, array_to_string(enumvals, '|'), category
FROM pg_settings
WHERE name !~ '\.'
ORDER BY name COLLATE "C";
