-- Drops what a broken-off restore has brought: the database was empty when it began. Every node drops it.
SET client_min_messages = warning;
-- not SET: with that one Spock sends statements that its other nodes cannot read
SELECT set_config('search_path', '', false) \g /dev/null
SELECT format('DROP EVENT TRIGGER IF EXISTS %I CASCADE', evtname) FROM pg_event_trigger
 WHERE evtname !~ '^pgedge_'
   AND ('pg_event_trigger'::regclass, oid) NOT IN (SELECT classid, objid FROM pg_depend WHERE deptype = 'e') \gexec
SELECT format('DROP PUBLICATION IF EXISTS %I', pubname) FROM pg_publication \gexec
SELECT format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) FROM pg_namespace
 WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema', 'spock', 'pgedge', 'pgedge_restore')
   AND oid NOT IN (SELECT extnamespace FROM pg_extension WHERE extname = 'spock')
   AND ('pg_namespace'::regclass, oid) NOT IN (SELECT classid, objid FROM pg_depend WHERE deptype = 'e') \gexec
SELECT format('DROP %s IF EXISTS %s CASCADE', kind, c.oid::regclass)
  FROM pg_class c
  JOIN (VALUES ('m', 'MATERIALIZED VIEW'), ('v', 'VIEW'), ('f', 'FOREIGN TABLE'), ('p', 'TABLE'), ('r', 'TABLE'),
               ('S', 'SEQUENCE'), ('c', 'TYPE')) AS kinds (relkind, kind) ON kinds.relkind = c.relkind::text
 WHERE relnamespace = 'public'::regnamespace
   AND ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM pg_depend WHERE deptype = 'e') \gexec
SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure) FROM pg_proc p
 WHERE pronamespace = 'public'::regnamespace
   AND ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM pg_depend WHERE deptype = 'e') \gexec
SELECT format('DROP TYPE IF EXISTS %s CASCADE', t.oid::regtype) FROM pg_type t
 WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd', 'r')
   AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM pg_depend WHERE deptype = 'e') \gexec
