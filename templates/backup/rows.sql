-- Of every table that replicates, in a line of JSON: its rows, and a checksum that knows no order. Large objects, where
-- there are any, are one more.
SET search_path = '';
SET datestyle = 'ISO, YMD';
SET intervalstyle = iso_8601;
SET timezone = 'UTC';
SET extra_float_digits = 1;
SET bytea_output = hex;
SET lc_monetary = 'C';
SELECT format(
         'SELECT jsonb_build_object(''table'', %L, ''rows'', count(*), ''checksum'', '
         'coalesce(sum(hashtextextended((a.*)::text, 0)), 0)::text) FROM ONLY %s a',
         c.oid::regclass, c.oid::regclass)
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.relpersistence = 'p'
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'spock', 'pgedge', 'pgedge_restore')
   AND n.oid NOT IN (SELECT extnamespace FROM pg_extension WHERE extname = 'spock' AND n.nspname <> 'public')
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
 ORDER BY c.oid::regclass::text COLLATE "C" \gexec

SELECT jsonb_build_object('table', 'large objects', 'rows', count(DISTINCT o.oid), 'checksum',
         coalesce(sum(hashtextextended(concat_ws(' ', loid, pageno, rtrim(data, '\x00')), 0))
                    FILTER (WHERE rtrim(data, '\x00') <> ''), 0)::text)
  FROM pg_largeobject_metadata o LEFT JOIN pg_largeobject ON loid = o.oid
HAVING count(*) > 0;
