-- Of every table, in a line, the replication sets that it is in.
SET search_path = '';
SELECT t.relid::regclass || ': ' || string_agg(coalesce(t.set_name, 'none'), ', ' ORDER BY t.set_name)
  FROM spock.tables t
 WHERE t.nspname NOT IN ('spock', 'pgedge', 'pgedge_restore')
 GROUP BY t.relid
 ORDER BY t.relid::regclass::text COLLATE "C";
