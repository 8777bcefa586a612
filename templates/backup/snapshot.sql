-- Locks the tables first and looks at them then: one that is emptied or rewritten in between would be dumped empty.
SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout' \g /dev/null
SET lock_timeout = '5min';
SET search_path = '';
SELECT statement
  FROM (SELECT 0 AS place, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' AS statement
         UNION ALL
        SELECT 1, format('LOCK TABLE %s IN ACCESS SHARE MODE', c.oid::regclass)
          FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
           AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'spock', 'pgedge')) AS statements
 ORDER BY place, statement \gexec
SELECT CASE WHEN to_regnamespace('pgedge_restore') IS NULL
       THEN concat_ws(' ', pg_export_snapshot(), pg_current_wal_lsn(), pg_database_size(current_database())) END;
