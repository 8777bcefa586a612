-- Drops what a broken-off restore has brought: the database was empty when it began. Every node drops it.
SET client_min_messages = warning;
-- not SET: with that one Spock sends statements that its other nodes cannot read
SELECT set_config('search_path', '', false) \g /dev/null
SELECT format('DROP EVENT TRIGGER IF EXISTS %I CASCADE', evtname) FROM pg_event_trigger
 WHERE evtname !~ '^(pgedge|spock)_'
   AND ('pg_event_trigger'::regclass, oid) NOT IN (SELECT classid, objid FROM pg_depend WHERE deptype = 'e') \gexec
SELECT format('DROP PUBLICATION IF EXISTS %I', pubname) FROM pg_publication \gexec
SELECT format('DROP SERVER IF EXISTS %I CASCADE', srvname) FROM pg_foreign_server \gexec
SELECT format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) FROM pg_namespace
 WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'spock', 'pgedge', 'pgedge_restore')
   AND oid NOT IN (SELECT extnamespace FROM pg_extension WHERE extname = 'spock')
   AND ('pg_namespace'::regclass, oid) NOT IN (SELECT classid, objid FROM pg_depend WHERE deptype = 'e') \gexec
-- as every new database has it
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
COMMENT ON SCHEMA public IS 'standard public schema';
