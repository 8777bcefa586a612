-- What a database holds of the user's: nothing when it is empty. What the nodes and extensions brought does not count.
WITH own AS (
  SELECT oid, nspname FROM pg_namespace
   WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'spock', 'pgedge', 'pgedge_restore')
     AND oid NOT IN (SELECT extnamespace FROM pg_extension WHERE extname = 'spock')
), brought AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
SELECT 'schema ' || nspname FROM own
 WHERE nspname <> 'public' AND ('pg_namespace'::regclass, oid) NOT IN (SELECT * FROM brought)
UNION ALL
SELECT 'relation ' || oid::regclass FROM pg_class WHERE relnamespace IN (SELECT oid FROM own)
   AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND ('pg_class'::regclass, oid) NOT IN (SELECT * FROM brought)
UNION ALL
SELECT 'function ' || oid::regprocedure FROM pg_proc WHERE pronamespace IN (SELECT oid FROM own)
   AND ('pg_proc'::regclass, oid) NOT IN (SELECT * FROM brought)
UNION ALL
SELECT 'type ' || oid::regtype FROM pg_type WHERE typnamespace IN (SELECT oid FROM own)
   AND typtype IN ('e', 'd', 'r') AND ('pg_type'::regclass, oid) NOT IN (SELECT * FROM brought)
UNION ALL
SELECT 'large object ' || oid FROM pg_largeobject_metadata;
