-- The node's own schema: what its script does in the database, as functions that can be tried in psql one by one.
-- Installed at every start on every node, never replicated. Whatever comes from a catalogue is quoted by format().
SET client_min_messages = warning;
SET spock.enable_ddl_replication = off;
CREATE SCHEMA IF NOT EXISTS pgedge;

-- A function of another release may return something else, and is not replaced then.
DO $$
DECLARE
  outdated record;
BEGIN
  FOR outdated IN
    SELECT oid::regprocedure AS routine FROM pg_proc
     WHERE pronamespace = 'pgedge'::regnamespace
       AND EXISTS (SELECT FROM pg_proc WHERE oid = to_regproc('pgedge.version') AND prosrc <> 'SELECT 3')
  LOOP
    EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', outdated.routine);
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION pgedge.version() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 3';

---- Tables ------------------------------------------------------------------------------------------------------------

-- One row a node, written by that node every few seconds and replicated: how far each one has come here.
CREATE TABLE IF NOT EXISTS pgedge.heartbeat (node name PRIMARY KEY, beat bigint NOT NULL, at timestamptz NOT NULL);

-- Where in this node's WAL each of its last beats ended. Not replicated.
CREATE TABLE IF NOT EXISTS pgedge.own_beat (beat bigint PRIMARY KEY, position pg_lsn NOT NULL);

-- Who wrote, from when on, the rows that PostgreSQL takes for local ones: a copied node has them from its source.
CREATE TABLE IF NOT EXISTS pgedge.life (since timestamptz PRIMARY KEY, node name NOT NULL);

-- The nodes that belong to the cluster, `NAME=ADDRESS` of each, and since when: the newest list that this node has
-- heard of. Not replicated.
CREATE TABLE IF NOT EXISTS pgedge.member_list (
  one boolean PRIMARY KEY DEFAULT true CHECK (one), listed bigint NOT NULL, members text NOT NULL);

-- The number of each node that there ever was: nobody gets one of these again. Not replicated; each node tells all
-- others its own, and a copied node has those of its source.
CREATE TABLE IF NOT EXISTS pgedge.node_number (node name PRIMARY KEY, number int NOT NULL);

-- What each other node said of itself last, `unreachable` without an answer, and since when it says so. Not replicated.
CREATE TABLE IF NOT EXISTS pgedge.peer (node name PRIMARY KEY, state text NOT NULL, since timestamptz NOT NULL);

-- The nodes that this one has made a slot for. Not replicated.
CREATE TABLE IF NOT EXISTS pgedge.offer (subscriber name PRIMARY KEY);

---- Links -------------------------------------------------------------------------------------------------------------

-- A link is a subscription on one node and a slot on the other, with these names.
CREATE OR REPLACE FUNCTION pgedge.subscription(subscriber name, provider name) RETURNS name LANGUAGE sql IMMUTABLE AS
$$ SELECT (subscriber || '_sub_from_' || provider)::name $$;

CREATE OR REPLACE FUNCTION pgedge.slot(subscriber name, provider name) RETURNS name LANGUAGE sql STABLE AS
$$ SELECT spock.spock_gen_slot_name(current_database(), provider, pgedge.subscription(subscriber, provider)) $$;

CREATE OR REPLACE FUNCTION pgedge.this_node() RETURNS name LANGUAGE sql STABLE AS
$$ SELECT node_name::name FROM spock.local_node JOIN spock.node USING (node_id) $$;

-- Where this node stands in the WAL of each of its providers. An origin is found by its name, and by the provider's
-- node id, under which crash recovery and a standby move it.
CREATE OR REPLACE VIEW pgedge.position AS
SELECT node_name::name AS provider, sub_slot_name AS slot, sub_origin AS provider_id,
       greatest(by_name.remote_lsn, by_id.remote_lsn) AS position
  FROM spock.subscription JOIN spock.node ON node_id = sub_origin
  LEFT JOIN pg_show_replication_origin_status() by_name ON by_name.external_id = sub_slot_name
  LEFT JOIN pg_show_replication_origin_status() by_id ON by_id.local_id = sub_origin;

-- Spock marks each commit with the node id of its writer, and crash recovery moves the origin of that number: it has to
-- be the subscription's own. PostgreSQL numbers origins by itself, so the row is given its number afterwards.
CREATE OR REPLACE FUNCTION pgedge.align_origin(slot name, provider_id oid, reached pg_lsn) RETURNS void
LANGUAGE plpgsql SET allow_system_table_mods = on AS
$$
BEGIN
  PERFORM pg_replication_origin_drop(roname) FROM pg_replication_origin WHERE roname = slot;
  IF provider_id < 65535 THEN
    INSERT INTO pg_replication_origin (roident, roname) VALUES (provider_id, slot);
  ELSE
    PERFORM pg_replication_origin_create(slot);
  END IF;
  PERFORM pg_replication_origin_advance(slot, reached) WHERE reached IS NOT NULL;
END
$$;

CREATE OR REPLACE FUNCTION pgedge.align_origins() RETURNS void LANGUAGE sql AS
$$ SELECT pgedge.align_origin(slot, provider_id, position) FROM pgedge.position $$;

-- The provider's half of a link. It keeps all changes from here on for the subscriber.
CREATE OR REPLACE FUNCTION pgedge.offer_slot(subscriber name) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
  slot name := pgedge.slot(subscriber, pgedge.this_node());
BEGIN
  -- one that has lost what it held is of no use
  PERFORM pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = slot AND wal_status = 'lost';
  IF NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = slot) THEN
    PERFORM pg_create_logical_replication_slot(slot, 'spock_output');
  END IF;
  INSERT INTO pgedge.offer VALUES (subscriber) ON CONFLICT DO NOTHING;
END
$$;

-- The subscriber's half: everything behind a position in the provider's WAL, or behind where its slot begins.
CREATE OR REPLACE FUNCTION pgedge.follow(provider name, dsn text, from_position pg_lsn DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS
$$
DECLARE
  link name := pgedge.subscription(pgedge.this_node(), provider);
BEGIN
  IF EXISTS (SELECT FROM spock.subscription WHERE sub_name = link AND sub_enabled) THEN
    RETURN;
  END IF;
  IF NOT EXISTS (SELECT FROM spock.subscription WHERE sub_name = link) THEN
    PERFORM spock.sub_create(link, dsn, '{default,default_insert_only,ddl_sql}', false, false, '{}', enabled := false);
  END IF;
  PERFORM pgedge.align_origin(sub_slot_name, sub_origin, from_position) FROM spock.subscription WHERE sub_name = link;
  PERFORM spock.sub_enable(link);
END
$$;

-- Both links with a node that is gone or begins again. The origin too: it is a position in the WAL of a former life.
CREATE OR REPLACE FUNCTION pgedge.unlink(other name) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
  this name := pgedge.this_node();
  held name := pgedge.slot(other, this);
BEGIN
  PERFORM spock.sub_drop(pgedge.subscription(this, other), true);
  PERFORM pg_replication_origin_drop(roname) FROM pg_replication_origin WHERE roname = pgedge.slot(this, other);
  FOR attempt IN 1..50 LOOP
    PERFORM pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = held AND active;
    EXIT WHEN NOT FOUND;
    PERFORM pg_sleep(0.1);
  END LOOP;
  PERFORM pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = held;
  PERFORM pgedge.end_copy(other);
  PERFORM spock.node_drop(node_name::name) FROM spock.node WHERE node_name = other AND node_name <> this;
  DELETE FROM pgedge.offer WHERE subscriber = other;
END
$$;

-- The physical slot that a node holds on the one that it copies.
CREATE OR REPLACE FUNCTION pgedge.copy_slot(joiner name) RETURNS name LANGUAGE sql IMMUTABLE AS
$$ SELECT ('pgedge_copy_' || joiner)::name $$;

CREATE OR REPLACE FUNCTION pgedge.end_copy(joiner name) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
  FOR attempt IN 1..50 LOOP
    PERFORM pg_terminate_backend(active_pid) FROM pg_replication_slots
      WHERE slot_name = pgedge.copy_slot(joiner) AND active;
    EXIT WHEN NOT FOUND;
    PERFORM pg_sleep(0.1);
  END LOOP;
  PERFORM pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = pgedge.copy_slot(joiner);
END
$$;

CREATE OR REPLACE FUNCTION pgedge.broken_subscriptions() RETURNS text LANGUAGE sql AS
$$ SELECT coalesce(string_agg(subscription_name || '=' || status, ' ' ORDER BY subscription_name), 'none')
     FROM spock.sub_show_status() WHERE status <> 'replicating' $$;

-- Whether this node follows so many peers, and as many follow it.
CREATE OR REPLACE FUNCTION pgedge.is_linked(peers bigint) RETURNS boolean LANGUAGE sql AS
$$ SELECT pgedge.broken_subscriptions() = 'none' AND peers <= least(
     (SELECT count(*) FROM spock.subscription),
     (SELECT count(*) FROM pg_replication_slots
       WHERE active AND slot_type = 'logical' AND database = current_database())) $$;

---- Joins -------------------------------------------------------------------------------------------------------------

-- Whether all has arrived here that a provider wrote up to a position in its WAL.
CREATE OR REPLACE FUNCTION pgedge.has_received(from_provider name, up_to pg_lsn) RETURNS boolean LANGUAGE sql AS
$$ SELECT EXISTS (SELECT FROM pgedge.position WHERE provider = from_provider AND position >= up_to) $$;

-- A copy becomes a node of its own. Runs on the promoted standby, without Spock: its workers would go on as the source.
-- The positions of the source are the copy's as well; of the source itself, it is where the copy left its WAL.
CREATE OR REPLACE FUNCTION pgedge.become(node name, dsn text, source name, cut pg_lsn) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
  id oid := (hashtext(node::text)::bit(32)::bigint & 65535)::oid;
  interface oid := (hashtext('interface of ' || node)::bit(32)::bigint & 2147483647)::oid;
  source_id oid := (SELECT node_id FROM spock.local_node);
  record_of_source regclass;
BEGIN
  PERFORM pgedge.note_doubts();
  DROP TABLE IF EXISTS pgedge.start_from;
  CREATE TABLE pgedge.start_from AS SELECT p.provider, p.position FROM pgedge.position p UNION ALL SELECT source, cut;
  PERFORM pg_replication_origin_drop(roname) FROM pg_replication_origin JOIN pgedge.position ON roname = slot;
  DELETE FROM spock.local_sync_status;
  DELETE FROM spock.subscription;
  DELETE FROM spock.progress;
  INSERT INTO spock.node (node_id, node_name) VALUES (id, node);
  INSERT INTO spock.node_interface (if_id, if_name, if_nodeid, if_dsn) VALUES (interface, node, id, dsn);
  UPDATE spock.local_node SET node_id = id, node_local_interface = interface;
  UPDATE spock.replication_set SET set_nodeid = id WHERE set_nodeid = source_id;
  DELETE FROM spock.node_interface WHERE if_nodeid <> id;
  DELETE FROM spock.node WHERE node_id <> id;
  -- what was recorded of the source's life
  FOREACH record_of_source IN ARRAY ARRAY[
    to_regclass('spock.exception_status_detail'), to_regclass('spock.exception_status'),
    to_regclass('spock.exception_log'), to_regclass('spock.resolutions'), 'pgedge.own_beat', 'pgedge.offer'] LOOP
    IF record_of_source IS NOT NULL THEN
      EXECUTE format('DELETE FROM %s', record_of_source);
    END IF;
  END LOOP;
  INSERT INTO pgedge.life VALUES (clock_timestamp(), node);
END
$$;

---- Tables and replication sets ---------------------------------------------------------------------------------------

-- A table outside all sets keeps its rows to itself. One with a key belongs in `default`; of one without, only inserts
-- replicate. What somebody put into a set of their own stays there.
CREATE OR REPLACE FUNCTION pgedge.place_table(relation regclass) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
  keyed boolean := EXISTS (SELECT FROM pg_index
                            WHERE indrelid = relation AND indisvalid AND (indisprimary OR indisreplident));
  sets name[] := ARRAY(SELECT set_name FROM spock.tables WHERE relid = relation AND set_name IS NOT NULL);
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
                  WHERE pg_class.oid = relation AND relkind IN ('r', 'p') AND relpersistence = 'p'
                    AND nspname NOT IN ('pgedge', 'spock', 'pg_catalog', 'information_schema')) THEN
    RETURN;
  END IF;
  IF keyed AND sets = ARRAY['default_insert_only'::name] THEN
    PERFORM spock.repset_remove_table('default_insert_only'::name, relation, false);
    sets := '{}';
  END IF;
  IF sets = '{}' THEN
    PERFORM spock.repset_add_table((CASE WHEN keyed THEN 'default' ELSE 'default_insert_only' END)::name, relation,
      include_partitions := false);
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION pgedge.place_all_tables() RETURNS void LANGUAGE sql AS
$$ SELECT pgedge.place_table(relid) FROM spock.tables WHERE set_name IS NULL $$;

-- Spock places the tables of plain DDL, and on the nodes that replay it. It does not on the node that runs
-- spock.replicate_ddl(), and a row written there before anybody looks would stay there.
CREATE OR REPLACE FUNCTION pgedge.on_ddl() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS
$$
BEGIN
  IF EXISTS (SELECT FROM spock.local_node) THEN
    PERFORM pgedge.place_table(relation) FROM (
      SELECT DISTINCT coalesce(part.relid, command.objid)::regclass AS relation
        FROM pg_event_trigger_ddl_commands() command
        LEFT JOIN LATERAL pg_partition_tree(command.objid) part ON true
       WHERE command.classid = 'pg_class'::regclass AND command.object_type = 'table') made;
  END IF;
END
$$;
DROP EVENT TRIGGER IF EXISTS pgedge_place_tables;
CREATE EVENT TRIGGER pgedge_place_tables ON ddl_command_end
  WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE', 'CREATE SCHEMA')
  EXECUTE FUNCTION pgedge.on_ddl();

-- Spock repeats a command elsewhere under the same search path. One that was set to '' reads "" there, which is no
-- name, and the other nodes would go without the command.
CREATE OR REPLACE FUNCTION pgedge.before_ddl() RETURNS event_trigger LANGUAGE plpgsql AS
$$
BEGIN
  IF pg_catalog.current_setting('search_path') OPERATOR(pg_catalog.=) '""' THEN
    PERFORM pg_catalog.set_config('search_path', '', true);
  END IF;
END
$$;
DROP EVENT TRIGGER IF EXISTS pgedge_search_path;
CREATE EVENT TRIGGER pgedge_search_path ON ddl_command_start EXECUTE FUNCTION pgedge.before_ddl();

-- Of the public template: a trigger that refuses temporary, unlogged and key-less tables, and connection strings with
-- the password at their end.
DROP EVENT TRIGGER IF EXISTS spock_auto_replicate;
DROP FUNCTION IF EXISTS public.spock_auto_add_table();
UPDATE spock.node_interface SET if_dsn = split_part(if_dsn, ' password=', 1) || ' connect_timeout=5'
 WHERE if_dsn NOT LIKE '%connect_timeout=%';

-- The documented second step after replicate_ddl finds the table in its set already, and that is no error.
CREATE OR REPLACE FUNCTION spock.repset_add_table(set_name text, relation regclass) RETURNS boolean LANGUAGE sql AS
$$ SELECT EXISTS (SELECT FROM spock.tables t WHERE t.relid = $2 AND t.set_name = $1)
     OR spock.repset_add_table($1::name, $2, false) $$;

---- Service -----------------------------------------------------------------------------------------------------------

-- Another node says who it is and which list it has; the newer list of the two is in force on both. A standby only
-- answers.
CREATE OR REPLACE FUNCTION pgedge.greet(of_node name, its_number int, INOUT listed bigint, INOUT members text)
LANGUAGE plpgsql AS
$$
DECLARE
  own pgedge.member_list := (SELECT m FROM pgedge.member_list m);
BEGIN
  IF NOT pg_is_in_recovery() THEN
    INSERT INTO pgedge.node_number AS n SELECT of_node, its_number WHERE NOT EXISTS (
      SELECT FROM pgedge.node_number known WHERE known.node = of_node AND known.number = its_number) AND its_number > 0
      ON CONFLICT (node) DO UPDATE SET number = excluded.number;
  END IF;
  IF own IS NULL OR (listed, members COLLATE "C") > (own.listed, own.members) THEN
    IF NOT pg_is_in_recovery() THEN
      INSERT INTO pgedge.member_list VALUES (true, listed, members)
        ON CONFLICT (one) DO UPDATE SET listed = excluded.listed, members = excluded.members;
    END IF;
  ELSE
    listed := own.listed;
    members := own.members;
  END IF;
END
$$;

-- One more beat of this node. Its place in the WAL is noted in a transaction of its own, behind the commit.
CREATE OR REPLACE PROCEDURE pgedge.beat() LANGUAGE plpgsql AS
$$
DECLARE
  last bigint;
BEGIN
  INSERT INTO pgedge.heartbeat AS h VALUES (pgedge.this_node(), 1, clock_timestamp())
    ON CONFLICT (node) DO UPDATE SET beat = h.beat + 1, at = clock_timestamp() RETURNING beat INTO last;
  COMMIT;
  INSERT INTO pgedge.own_beat VALUES (last, pg_current_wal_insert_lsn())
    ON CONFLICT (beat) DO UPDATE SET position = excluded.position;
  DELETE FROM pgedge.own_beat WHERE beat <= last - 1000;
END
$$;

-- A node's sequence knows nothing of the numbers that others gave out: whoever writes here next would get them again.
-- Ahead by some, because rows go on arriving between two rounds. A column without an index is no key: not looked at.
CREATE OR REPLACE FUNCTION pgedge.advance_sequences() RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
  owned record;
  highest bigint;
BEGIN
  FOR owned IN
    SELECT s.seqrelid::regclass AS sequence, s.seqmax, d.refobjid::regclass AS relation, a.attname AS field,
           coalesce(pg_sequence_last_value(s.seqrelid), s.seqstart - 1) AS last
      FROM pg_sequence s
      JOIN pg_depend d ON d.objid = s.seqrelid AND d.classid = 'pg_class'::regclass
       AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      JOIN pg_class c ON c.oid = d.refobjid AND c.relpersistence = 'p'
     WHERE s.seqincrement > 0 AND NOT s.seqcycle
       AND EXISTS (SELECT FROM pg_index WHERE indrelid = d.refobjid AND indkey[0] = d.refobjsubid AND indisvalid)
  LOOP
    EXECUTE format('SELECT max(%I) FROM %s', owned.field, owned.relation) INTO highest;
    IF highest > owned.last AND highest < owned.seqmax THEN
      PERFORM setval(owned.sequence, least(highest + 1000, owned.seqmax));
    END IF;
  END LOOP;
END
$$;

-- The nodes that this one has a link with, also with one that is half made, and whether they are connected.
CREATE OR REPLACE VIEW pgedge.linked_node AS
SELECT node,
       EXISTS (SELECT FROM spock.sub_show_status() WHERE provider_node = node AND status = 'replicating')
       OR EXISTS (SELECT FROM pg_replication_slots
                   WHERE active AND slot_name IN (pgedge.slot(node, pgedge.this_node()), pgedge.copy_slot(node)))
         AS connected
  FROM (SELECT node_name::name AS node FROM spock.node
        UNION SELECT subscriber FROM pgedge.offer
        UNION SELECT substr(slot_name, 13)::name FROM pg_replication_slots WHERE slot_name LIKE 'pgedge\_copy\_%') known
 WHERE node <> pgedge.this_node();

-- What the nodes are called that belong to the cluster, and `NODE=STATE …` of each as the script has just seen it.
CREATE OR REPLACE FUNCTION pgedge.members() RETURNS SETOF name LANGUAGE sql STABLE AS
$$ SELECT split_part(member, '=', 1)::name FROM pgedge.member_list, string_to_table(trim(members), ' ') member $$;

CREATE OR REPLACE FUNCTION pgedge.note_states(states text) RETURNS void LANGUAGE sql AS
$$
  DELETE FROM pgedge.peer WHERE node NOT IN (SELECT pgedge.members() UNION SELECT node FROM pgedge.linked_node);
  INSERT INTO pgedge.peer AS p
  SELECT split_part(said, '=', 1), split_part(said, '=', 2), clock_timestamp()
    FROM string_to_table(trim(states), ' ') said WHERE said <> ''
  ON CONFLICT (node) DO UPDATE SET state = excluded.state, since = excluded.since WHERE p.state <> excluded.state
$$;

-- What a person looks at, a row for each other node:
--   peer, state, since         what it says of itself (`unreachable`: nothing), and for how long
--   receiving                  whether its changes come in: `replicating`, `down`, `none`
--   received, received_at      the place in its WAL and the time of the last change that came from it
--   lag_seconds                the age of the last beat that came from it; it makes one every five seconds
--   lag_bytes                  WAL of this node that it has not confirmed
--   slot                       its slot here: `in use`, what PostgreSQL says of it (`reserved`, `lost`, …), or `none`
--   kept                       WAL that is kept for it
--   rows_skipped               changes of it that could not be applied: see spock.exception_log
CREATE OR REPLACE VIEW pgedge.cluster AS
SELECT known.node AS peer, CASE WHEN m.node IS NULL THEN 'retired' ELSE coalesce(p.state, 'unknown') END AS state,
       p.since, coalesce(link.status, 'none') AS receiving, at.position AS received,
       greatest(h.at, (SELECT max(remote_commit_ts) FROM spock.progress
                        WHERE remote_node_id = n.node_id)) AS received_at,
       round(extract(epoch FROM clock_timestamp() - h.at)::numeric, 1) AS lag_seconds,
       (pg_current_wal_lsn() - s.confirmed_flush_lsn)::bigint AS lag_bytes,
       CASE WHEN s.active THEN 'in use' ELSE coalesce(s.wal_status, 'none') END AS slot,
       pg_size_pretty((pg_current_wal_lsn() - s.restart_lsn)::bigint) AS kept,
       (SELECT count(*) FROM spock.exception_log
         WHERE remote_origin = n.node_id AND error_message <> '') AS rows_skipped
  FROM (SELECT pgedge.members() AS node UNION SELECT node FROM pgedge.linked_node) known
  LEFT JOIN pgedge.members() m(node) ON m.node = known.node
  LEFT JOIN pgedge.peer p ON p.node = known.node
  LEFT JOIN pgedge.heartbeat h ON h.node = known.node
  LEFT JOIN spock.node n ON n.node_name = known.node
  LEFT JOIN pgedge.position at ON at.provider = known.node
  LEFT JOIN spock.sub_show_status() link ON link.provider_node = known.node
  LEFT JOIN pg_replication_slots s ON s.slot_name = pgedge.slot(known.node, pgedge.this_node())
 WHERE known.node <> pgedge.this_node()
 ORDER BY known.node;

-- The same in one line, without what changes all the time: the log has it when it changes.
CREATE OR REPLACE FUNCTION pgedge.cluster_in_words() RETURNS text LANGUAGE sql AS
$$ SELECT coalesce('the others: ' || string_agg(concat_ws(', ', peer || ' ' || state,
       CASE WHEN receiving <> 'replicating' THEN 'receiving from it: ' || receiving END,
       CASE WHEN slot <> 'in use' THEN 'slot for it: ' || slot END,
       CASE WHEN rows_skipped > 0 THEN rows_skipped || ' rows skipped' END), '; ' ORDER BY peer), 'alone')
     FROM pgedge.cluster $$;
