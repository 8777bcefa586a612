-- For tests: the part of Spock 5 that the start script uses, spelt with pglogical, Spock's ancestor. The harness
-- appends this file to pglogical's own installation script, so CREATE EXTENSION spock makes both.
--
-- The shim bends to the script, never the other way. What it cannot do, and real Spock does:
--   * AutoDDL is an event trigger that repeats the client's whole query string on the other nodes. So it knows
--     neither roles and databases (those fire no event trigger), nor CREATE TABLE AS and SELECT INTO, nor
--     CREATE INDEX CONCURRENTLY; a string of several statements is repeated as a whole.
--   * DROP TABLE of a table in a replication set needs CASCADE.
--   * spock.progress has no commit times.
--   * Holding up what arrives means that the subscriptions are disabled for the time.
--   * spock.exception_behaviour, spock.readonly and Spock's other settings are accepted and do nothing; a row that
--     cannot be applied stops pglogical's subscription. spock.exception_log is always empty.
--   * Conflicts: the last update wins, without Spock's treatment of unique keys other than the primary key.
--   * pglogical's workers hold up DROP DATABASE for ever.
--   * Slots are named as pglogical names them, and sub_create makes them with pglogical's rules.

-- pglogical's workers look for an extension of their own name.
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
SELECT 8999, 'pglogical', extowner, extnamespace, false, '@PGLOGICAL_VERSION@' FROM pg_extension WHERE extname = 'plpgsql'
   AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pglogical');
UPDATE pg_extension SET extnamespace = 'pglogical'::regnamespace WHERE extname = 'pglogical';

CREATE SCHEMA spock;
CREATE VIEW spock.node AS SELECT * FROM pglogical.node;
CREATE VIEW spock.node_interface AS SELECT * FROM pglogical.node_interface;
CREATE VIEW spock.local_node AS SELECT * FROM pglogical.local_node;
CREATE VIEW spock.subscription AS SELECT * FROM pglogical.subscription;
CREATE VIEW spock.local_sync_status AS SELECT * FROM pglogical.local_sync_status;
CREATE VIEW spock.replication_set AS SELECT * FROM pglogical.replication_set;
CREATE VIEW spock.replication_set_table AS SELECT * FROM pglogical.replication_set_table;
CREATE VIEW spock.tables AS SELECT * FROM pglogical.tables WHERE nspname <> 'spock';
CREATE TABLE spock.exception_log (remote_origin oid, command_counter int, retry_errored_at timestamptz, error_message text);

CREATE FUNCTION spock.spock_version() RETURNS text LANGUAGE sql AS $$ SELECT '5 (shim)' $$;

CREATE FUNCTION spock.spock_gen_slot_name(dbname name, provider_node name, subscription_name name) RETURNS name
LANGUAGE sql IMMUTABLE AS $$ SELECT pglogical.pglogical_gen_slot_name($1, $2, $3) $$;

CREATE FUNCTION spock.node_info(OUT node_id oid, OUT node_name text, OUT sysid text, OUT dbname text, OUT replication_sets text)
RETURNS record LANGUAGE sql STABLE AS $$ SELECT * FROM pglogical.pglogical_node_info() $$;

CREATE FUNCTION spock.node_create(node_name name, dsn text, location text = NULL, country text = NULL, info jsonb = NULL) RETURNS oid
LANGUAGE sql AS $$ SELECT pglogical.create_node($1, $2) $$;

CREATE FUNCTION spock.node_drop(node_name name, ifexists boolean = false) RETURNS boolean
LANGUAGE sql AS $$ SELECT pglogical.drop_node($1, $2) $$;

-- Replication sets

CREATE FUNCTION spock.repset_create(set_name name, replicate_insert boolean = true, replicate_update boolean = true,
    replicate_delete boolean = true, replicate_truncate boolean = true) RETURNS oid
LANGUAGE sql AS $$ SELECT pglogical.create_replication_set($1, $2, $3, $4, $5) $$;

CREATE FUNCTION spock.repset_add_table(set_name name, relation regclass, synchronize_data boolean = false,
    columns text[] = NULL, row_filter text = NULL, include_partitions boolean = true) RETURNS boolean
LANGUAGE sql AS
$$ SELECT pglogical.replication_set_add_table($1, $2, $3, $4, $5) FROM pg_class WHERE oid = relation AND relkind = 'r' $$;

CREATE FUNCTION spock.repset_remove_table(set_name name, relation regclass, include_partitions boolean = true) RETURNS boolean
LANGUAGE sql AS $$ SELECT pglogical.replication_set_remove_table($1, $2) $$;

-- Subscriptions

CREATE FUNCTION spock.in_another_session(dsn text, statement text) RETURNS text
LANGUAGE c AS '$libdir/dblink', 'dblink_exec';

CREATE VIEW spock.progress AS
SELECT s.sub_target AS node_id, s.sub_origin AS remote_node_id, NULL::timestamptz AS remote_commit_ts, o.remote_lsn,
       o.remote_lsn AS remote_insert_lsn, NULL::timestamptz AS last_updated_ts, true AS updated_by_decode
  FROM pglogical.subscription s
  LEFT JOIN pg_show_replication_origin_status() o ON o.external_id = s.sub_slot_name;
CREATE RULE nothing_to_delete AS ON DELETE TO spock.progress DO INSTEAD NOTHING;

CREATE FUNCTION spock.sub_create(subscription_name name, provider_dsn text,
    replication_sets text[] = '{default,default_insert_only,ddl_sql}', synchronize_structure boolean = false,
    synchronize_data boolean = false, forward_origins text[] = '{}', apply_delay interval = '0',
    force_text_transfer boolean = false, enabled boolean = true) RETURNS oid
LANGUAGE plpgsql AS $$
DECLARE
  id oid;
BEGIN
  id := pglogical.create_subscription($1, $2, $3, $4, $5, $6, $7, $8);
  IF NOT enabled THEN
    -- whoever makes a subscription like this has prepared its slot: it must not be made anew
    PERFORM pglogical.alter_subscription_disable(subscription_name);
    UPDATE pglogical.local_sync_status SET sync_status = 'r' WHERE sync_subid = id;
  END IF;
  RETURN id;
END $$;

CREATE FUNCTION spock.sub_drop(subscription_name name, ifexists boolean = false) RETURNS oid
LANGUAGE sql AS $$ SELECT pglogical.drop_subscription($1, $2) $$;

CREATE FUNCTION spock.sub_enable(subscription_name name, immediate boolean = false) RETURNS boolean
LANGUAGE sql AS $$ SELECT pglogical.alter_subscription_enable($1, $2) $$;

CREATE FUNCTION spock.sub_disable(subscription_name name, immediate boolean = false) RETURNS boolean
LANGUAGE sql AS $$ SELECT pglogical.alter_subscription_disable($1, $2) $$;

-- pglogical may let up to three minutes pass before it tries a lost connection again; Spock tries every few seconds.
-- Enabling what is enabled wakes pglogical's manager, and whoever watches over a subscription asks for its status.
CREATE FUNCTION spock.sub_show_status(subscription_name name = NULL, OUT subscription_name text, OUT status text, OUT provider_node text,
    OUT provider_dsn text, OUT slot_name text, OUT replication_sets text[], OUT forward_origins text[]) RETURNS SETOF record
LANGUAGE sql AS $$
  SELECT pglogical.alter_subscription_enable(s.subscription_name::name)
    FROM pglogical.show_subscription_status($1) s WHERE s.status = 'down';
  SELECT spock.resume_apply_workers() WHERE EXISTS (SELECT FROM spock.paused WHERE at < clock_timestamp() - interval '20 s');
  SELECT * FROM pglogical.show_subscription_status($1)
$$;

-- Holding up what arrives: subscriptions that are enabled again by whoever resumes, or looks at them after a while.
CREATE TABLE spock.paused (sub_name name PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp());

CREATE FUNCTION spock.in_a_session_of_its_own(statement text) RETURNS void LANGUAGE sql AS
$$ SELECT spock.in_another_session(format('host=/tmp port=5432 dbname=%L user=%L', current_database(), current_user), statement) $$;

CREATE FUNCTION spock.pause_apply_workers() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM spock.in_a_session_of_its_own('DO $do$ BEGIN
    INSERT INTO spock.paused SELECT sub_name FROM pglogical.subscription WHERE sub_enabled ON CONFLICT DO NOTHING;
    PERFORM pglogical.alter_subscription_disable(sub_name) FROM pglogical.subscription WHERE sub_enabled; END $do$');
  FOR attempt IN 1..100 LOOP
    PERFORM pg_stat_clear_snapshot();
    EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type LIKE 'pglogical apply%' AND datname = current_database());
    PERFORM pg_sleep(0.05);
  END LOOP;
END $$;

CREATE FUNCTION spock.resume_apply_workers() RETURNS void LANGUAGE sql AS $$
  SELECT pglogical.alter_subscription_enable(sub_name) FROM spock.paused JOIN pglogical.subscription USING (sub_name);
  DELETE FROM spock.paused
$$;

-- A transaction that reaches every subscriber; what came before it has arrived when its position has.
CREATE FUNCTION spock.sync_event(transactional boolean = false) RETURNS pg_lsn
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pglogical.replicate_ddl_command('SELECT 1', '{default}');
  RETURN pg_current_wal_insert_lsn();
END $$;

-- DDL

CREATE FUNCTION spock.queue_ddl(command text, replication_sets text[]) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO pglogical.queue (queued_at, role, replication_sets, message_type, message)
  SELECT now(), current_user, $2, 'Q', to_json(format('SET LOCAL search_path = %s; %s', coalesce(nullif(current_setting('search_path'), ''), ''''''), $1))
   WHERE EXISTS (SELECT FROM pglogical.local_node)
$$;

CREATE FUNCTION spock.replicate_ddl(command text, replication_sets text[] = '{ddl_sql}') RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  before text := current_setting('spock.enable_ddl_replication', true);
BEGIN
  PERFORM set_config('spock.enable_ddl_replication', 'off', true);
  PERFORM spock.queue_ddl(command, replication_sets);
  EXECUTE command;
  PERFORM set_config('spock.enable_ddl_replication', coalesce(before, 'off'), true);
  RETURN true;
END $$;

-- On the node where a table is made as on those where its making is replayed: it belongs in a replication set.
CREATE FUNCTION spock.place_table(relation regclass) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  keyed boolean := EXISTS (SELECT FROM pg_index WHERE indrelid = relation AND (indisprimary OR indisreplident));
  present name := (SELECT set_name FROM pglogical.tables WHERE relid = relation AND set_name LIKE 'default%');
BEGIN
  IF present = 'default' OR present = 'default_insert_only' AND NOT keyed
     OR NOT EXISTS (SELECT FROM pglogical.local_node)
     OR NOT EXISTS (SELECT FROM pg_class WHERE oid = relation AND relkind = 'r' AND relpersistence = 'p') THEN
    RETURN;
  END IF;
  IF present IS NOT NULL THEN
    PERFORM pglogical.replication_set_remove_table(present, relation);
  END IF;
  PERFORM pglogical.replication_set_add_table(CASE WHEN keyed THEN 'default' ELSE 'default_insert_only' END, relation);
END $$;

CREATE FUNCTION spock.after_ddl() RETURNS event_trigger
LANGUAGE plpgsql AS $$
DECLARE
  here boolean := current_setting('session_replication_role') <> 'replica'
                  AND coalesce(current_setting('spock.enable_ddl_replication', true), 'off') = 'on';
  stamp text := statement_timestamp() || md5(current_query());
  touched boolean;
  relation regclass;
BEGIN
  IF current_setting('pglogical.subscription_schema_restore', true) = 'true' THEN
    RETURN;  -- the copy of a joining node
  END IF;
  IF TG_EVENT = 'sql_drop' THEN
    touched := EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE original AND NOT is_temporary);
  ELSE
    touched := TG_TAG NOT IN ('CREATE TABLE AS', 'SELECT INTO', 'REFRESH MATERIALIZED VIEW')
               AND EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name IS DISTINCT FROM 'pg_temp');
  END IF;
  -- one query string may set this trigger off several times
  IF here AND touched AND stamp IS DISTINCT FROM current_setting('spock.shim_queued', true) THEN
    PERFORM set_config('spock.shim_queued', stamp, true);
    PERFORM spock.queue_ddl(current_query(), '{ddl_sql}');
  END IF;
  IF TG_EVENT = 'ddl_command_end' AND (here OR current_setting('session_replication_role') = 'replica')
     AND coalesce(current_setting('spock.include_ddl_repset', true), 'off') = 'on' THEN
    FOR relation IN SELECT DISTINCT objid FROM pg_event_trigger_ddl_commands()
                     WHERE object_type = 'table' AND classid = 'pg_class'::regclass
                       AND command_tag IN ('CREATE TABLE', 'ALTER TABLE', 'CREATE TABLE AS', 'SELECT INTO') LOOP
      PERFORM spock.place_table(relation);
    END LOOP;
  END IF;
END $$;

CREATE EVENT TRIGGER spock_shim_ddl ON ddl_command_end EXECUTE FUNCTION spock.after_ddl();
CREATE EVENT TRIGGER spock_shim_drop ON sql_drop EXECUTE FUNCTION spock.after_ddl();
ALTER EVENT TRIGGER spock_shim_ddl ENABLE ALWAYS;
ALTER EVENT TRIGGER spock_shim_drop ENABLE ALWAYS;
