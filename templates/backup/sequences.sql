-- Sets each sequence above every value of the column that it belongs to: rows of other nodes come there without it.
SET search_path = '';
SELECT format('SELECT setval(%L, max(%I)) FROM %s HAVING max(%I) > (SELECT last_value FROM %s)',
              s.seqrelid::regclass, a.attname, a.attrelid::regclass, a.attname, s.seqrelid::regclass)
  FROM pg_sequence s
  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid
   AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
  JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  JOIN pg_class c ON c.oid = s.seqrelid
 WHERE s.seqincrement > 0 AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
   AND c.relnamespace::regnamespace::text NOT IN ('spock', 'pgedge') \gexec
