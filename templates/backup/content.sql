-- What a database holds of the user's: nothing when it is empty. What the nodes and extensions brought does not count.
WITH own AS (
  SELECT oid, nspname FROM pg_namespace
   WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'spock', 'pgedge', 'pgedge_restore')
     AND oid NOT IN (SELECT extnamespace FROM pg_extension WHERE extname = 'spock')
), content AS (
  SELECT 'pg_namespace'::regclass AS classid, oid AS objid FROM own WHERE nspname <> 'public'
   UNION ALL
  SELECT classid, objid FROM pg_depend
   WHERE refclassid = 'pg_namespace'::regclass AND refobjid IN (SELECT oid FROM own) AND deptype = 'n'
   UNION ALL
  SELECT 'pg_publication'::regclass, oid FROM pg_publication
   UNION ALL
  SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
   UNION ALL
  SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger WHERE evtname !~ '^(pgedge|spock)_'
   UNION ALL
  SELECT 'pg_largeobject'::regclass, oid FROM pg_largeobject_metadata
)
SELECT DISTINCT pg_describe_object(classid, objid, 0) FROM content
 WHERE (classid, objid) NOT IN (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
   AND classid <> 'pg_extension'::regclass
 ORDER BY 1;
