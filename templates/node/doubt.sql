-- Changes of several nodes may arrive in another order than they were made: the change or the deletion of a row that is
-- not there yet, a row that is made again before the old one is deleted, a truncation too early or too late. Spock
-- skips the one, or lets the other pass, and notes what was odd; of a deletion that comes late, and takes a newer row
-- along, it notes nothing: that is watched here. Each note is a doubt about a row. When the row here is older than that
-- change, or is missing, the node that made the change is asked what it has.
SET client_min_messages = warning;
SET spock.enable_ddl_replication = off;

-- `key` has at least the columns of the row's key. Without one it is all rows of that table, or of all tables, that
-- were written since then. A row that somebody else had deleted as well may have been made again in between, and be
-- gone: whatever is here of it is in doubt, but for what is confirmed.
CREATE TABLE IF NOT EXISTS pgedge.doubt (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, relation text,
  provider name NOT NULL, key jsonb, at timestamptz NOT NULL, may_be_missing boolean NOT NULL,
  deleted_twice boolean NOT NULL DEFAULT false, confirmed timestamptz);

-- The file of each table as it was when this node last looked whether it had been truncated.
CREATE TABLE IF NOT EXISTS pgedge.looked_at (relation oid PRIMARY KEY, filenode oid NOT NULL);

-- Rows that others deleted here soon after they were written: where from, and when that was.
CREATE UNLOGGED TABLE IF NOT EXISTS pgedge.deleted (relation oid NOT NULL, key jsonb NOT NULL, origin oid NOT NULL,
  written_at timestamptz NOT NULL);

-- What one provider is asked about, with the writer and the time of the row that is here, if one is.
CREATE UNLOGGED TABLE IF NOT EXISTS pgedge.question (relation text, key jsonb, writer name, here_at timestamptz);

-- What it says; without content it has no such row any more. It is sure if it has all that this node has.
CREATE UNLOGGED TABLE IF NOT EXISTS pgedge.answer (relation text, key jsonb, here_at timestamptz, writer name,
  at timestamptz, content text, is_sure boolean);

---- What is known where -----------------------------------------------------------------------------------------------

-- All that any node wrote before this is here.
CREATE OR REPLACE FUNCTION pgedge.arrived_until() RETURNS timestamptz LANGUAGE sql AS
$$ SELECT coalesce(min(coalesce((pgedge.knowledge() ->> provider::text)::timestamptz, '-infinity')), now())
       - interval '2 s' FROM pgedge.position $$;

-- What this node knows at this moment, its own writes until now among it.
CREATE OR REPLACE FUNCTION pgedge.knowledge_by_now() RETURNS jsonb LANGUAGE sql VOLATILE AS
$$ SELECT pgedge.knowledge() || jsonb_build_object(pgedge.this_node(), clock_timestamp()) $$;

-- Whether this node has all that another one had. Then a row that is here, and was missing there, was not deleted.
CREATE OR REPLACE FUNCTION pgedge.has_all_of(theirs jsonb) RETURNS boolean LANGUAGE sql VOLATILE AS
$$ SELECT coalesce(bool_and(coalesce(own.until::timestamptz >= their.until::timestamptz, false)), true)
     FROM jsonb_each_text(theirs) their(node, until)
     LEFT JOIN jsonb_each_text(pgedge.knowledge()) own(node, until) USING (node)
    WHERE node IN (SELECT provider FROM pgedge.position) $$;

---- Watching deletions ------------------------------------------------------------------------------------------------

-- Whether the changes that this session applies come from there: one node's come in order.
CREATE OR REPLACE FUNCTION pgedge.is_applying(origin oid) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT FROM spock.subscription
    WHERE sub_id::text = substring(current_setting('application_name') FROM '\d+$') AND sub_origin = origin) $$;

-- When the deletion was made is not known before it is committed here, with its own commit time: so is this note. It is
-- also taken while nobody else may write.
CREATE OR REPLACE FUNCTION pgedge.on_deletion() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog SET spock.readonly = off AS
$$
DECLARE
  written record;
BEGIN
  SELECT * INTO written FROM pg_xact_commit_timestamp_origin(OLD.xmin);
  IF written.timestamp > clock_timestamp() - interval '1 hour' AND NOT pgedge.is_applying(written.roident) THEN
    INSERT INTO pgedge.deleted
    SELECT TG_RELID, jsonb_object_agg(attname, gone -> attname), written.roident, written.timestamp
      FROM to_jsonb(OLD) gone, pg_attribute,
           LATERAL (SELECT indkey FROM pg_index WHERE indrelid = TG_RELID AND (indisreplident OR indisprimary)
                     ORDER BY indisreplident DESC LIMIT 1) key
     WHERE attrelid = TG_RELID AND attnum = ANY (indkey) HAVING count(*) > 0;
  END IF;
  RETURN NULL;
END
$$;

-- It fires for what is replicated only. To PostgreSQL it is a trigger of its own, so that no dump has it and no list
-- shows it. A table that is locked is tried again in the next round, and keeps nobody waiting. One that may just have
-- been truncated keeps that mark until it was looked at.
CREATE OR REPLACE PROCEDURE pgedge.watch_deletions() LANGUAGE plpgsql AS
$$
DECLARE
  unwatched record;
BEGIN
  IF to_regclass('spock.resolutions') IS NULL THEN
    RETURN;
  END IF;
  FOR unwatched IN
    SELECT DISTINCT relid::regclass AS relation, tgname IS NOT NULL AS is_there
      FROM spock.tables JOIN pg_index ON indrelid = relid AND (indisreplident OR indisprimary)
      JOIN pg_class c ON c.oid = relid AND relkind = 'r'
      JOIN pgedge.looked_at l ON (l.relation, l.filenode) = (c.oid, c.relfilenode)
      LEFT JOIN pg_trigger ON tgrelid = relid AND tgname = 'pgedge_deletion'
     WHERE set_name IS NOT NULL AND tgenabled IS DISTINCT FROM 'R' LIMIT 200 -- the rest in the next round
  LOOP
    BEGIN
      SET LOCAL lock_timeout = '50ms';
      SET LOCAL synchronous_commit = off;
      SET LOCAL allow_system_table_mods = on;
      SET LOCAL event_triggers = off; -- the user's may refuse it
      IF NOT unwatched.is_there THEN
        EXECUTE format('CREATE TRIGGER pgedge_deletion AFTER DELETE ON %s FOR EACH ROW
          EXECUTE FUNCTION pgedge.on_deletion()', unwatched.relation);
      END IF;
      EXECUTE format('ALTER TABLE %s ENABLE REPLICA TRIGGER pgedge_deletion', unwatched.relation);
      UPDATE pg_trigger SET tgisinternal = true WHERE tgrelid = unwatched.relation AND tgname = 'pgedge_deletion';
    EXCEPTION WHEN lock_not_available OR undefined_table THEN
      NULL;
    END;
    COMMIT;
  END LOOP;
END
$$;

---- Noting doubts -----------------------------------------------------------------------------------------------------

-- `[{"attname": …, "value": …}, …]` as Spock notes a row
CREATE OR REPLACE FUNCTION pgedge.noted_row(tuple jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT jsonb_object_agg(field ->> 'attname', field -> 'value') FROM jsonb_array_elements(tuple) field $$;

-- Takes what Spock has noted. What remains in its exception log was skipped for other reasons.
CREATE OR REPLACE FUNCTION pgedge.note_doubts() RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
  IF to_regclass('spock.resolutions') IS NULL OR to_regclass('spock.exception_log') IS NULL THEN
    RETURN;
  END IF;
  WITH noted AS (DELETE FROM spock.resolutions RETURNING *)
  INSERT INTO pgedge.doubt (relation, provider, key, at, may_be_missing, deleted_twice)
  SELECT relname, pgedge.writer(remote_origin::oid, remote_timestamp), remote_tuple::jsonb, remote_timestamp,
         conflict_type <> 'delete_delete', conflict_type = 'delete_delete'
    FROM noted WHERE remote_tuple IS NOT NULL;
  WITH noted AS (DELETE FROM spock.exception_log
    WHERE operation = 'UPDATE' AND error_message LIKE 'logical replication did not find row%' RETURNING *)
  INSERT INTO pgedge.doubt (relation, provider, key, at, may_be_missing)
  SELECT DISTINCT format('%I.%I', table_schema, table_name), pgedge.writer(remote_origin, remote_commit_ts),
         pgedge.noted_row(tuple), remote_commit_ts, true
    FROM noted, LATERAL (VALUES (remote_old_tup), (remote_new_tup)) sent(tuple) WHERE tuple IS NOT NULL;
  WITH noted AS (DELETE FROM spock.exception_log WHERE error_message LIKE 'Spock can''t find relation%' RETURNING *)
  INSERT INTO pgedge.doubt (provider, at, may_be_missing)
  SELECT pgedge.writer(remote_origin, remote_commit_ts), min(remote_commit_ts), true FROM noted GROUP BY 1;
  -- whoever wrote the row knows what became of it, and of a row of this node, whoever deleted it
  WITH noted AS (DELETE FROM pgedge.deleted RETURNING *, xmin)
  INSERT INTO pgedge.doubt (relation, provider, key, at, may_be_missing)
  SELECT format('%I.%I', nspname, relname), coalesce(nullif(pgedge.writer(origin, written_at), pgedge.this_node()),
           pgedge.writer(made.roident, made.timestamp)), key, written_at, true
    FROM noted JOIN pg_class c ON c.oid = relation JOIN pg_namespace n ON n.oid = relnamespace,
         LATERAL pg_xact_commit_timestamp_origin(noted.xmin) made
   WHERE made.timestamp < written_at;
  PERFORM pgedge.doubt_truncated();
  -- who is gone answers no more; the rest is kept for a while, because others may be behind
  DELETE FROM pgedge.doubt WHERE provider NOT IN (SELECT p.provider FROM pgedge.position p)
     OR at < pgedge.arrived_until() - interval '10 minutes' AND NOT may_be_missing;
  -- Spock numbers its notes with an int
  PERFORM setval(pg_get_serial_sequence('spock.resolutions', 'id'), 1)
    WHERE pg_sequence_last_value(pg_get_serial_sequence('spock.resolutions', 'id')::regclass) > 1000000000;
END
$$;

-- A truncated table has a new file. Rows in it that are older than the truncation, and came after it, are in doubt, and
-- so are all newer ones, which it may have taken along. But the file is new also after other commands: so the node that
-- gave the command is asked.
CREATE OR REPLACE FUNCTION pgedge.doubt_truncated() RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
  shared record;
  everything_until timestamptz := pgedge.arrived_until();
BEGIN
  DELETE FROM pgedge.looked_at l WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = l.relation);
  -- with thousands of tables the rest takes long
  PERFORM FROM spock.tables t JOIN pg_class c ON c.oid = t.relid AND relkind = 'r'
    WHERE set_name IS NOT NULL AND (c.oid, c.relfilenode) NOT IN (SELECT relation, filenode FROM pgedge.looked_at);
  IF NOT FOUND THEN
    RETURN;
  END IF;
  FOR shared IN
    SELECT s.*, c.oid, c.relfilenode, c.xmin AS made_by, made.timestamp AS at,
           CASE WHEN made.roident <> 0 AND made.timestamp > now() - interval '1 day'
             THEN pgedge.writer(made.roident, made.timestamp) END AS provider
      FROM pgedge.shared_table s JOIN pg_class c ON c.oid = s.relation,
           LATERAL pg_xact_commit_timestamp_origin(c.xmin) made
     WHERE NOT EXISTS (SELECT FROM pgedge.looked_at l WHERE (l.relation, l.filenode) = (c.oid, c.relfilenode))
  LOOP
    CONTINUE WHEN shared.provider IS NOT NULL AND shared.at > everything_until;
    IF shared.provider IS NOT NULL AND shared.key IS NOT NULL THEN
      EXECUTE format('INSERT INTO pgedge.doubt (relation, provider, key, at, may_be_missing)
          SELECT $1, $2, to_jsonb(t), $3, false FROM %s t
           WHERE age(t.xmin) < age($4) AND pgedge.committed(t.xmin) < $3', shared.relation)
        USING shared.name, shared.provider, shared.at, shared.made_by;
      -- a table that still has its first file was never truncated
      INSERT INTO pgedge.doubt (relation, provider, at, may_be_missing)
        SELECT shared.name, shared.provider, shared.at, true WHERE shared.relfilenode <> shared.oid;
    END IF;
    INSERT INTO pgedge.looked_at VALUES (shared.oid, shared.relfilenode)
      ON CONFLICT (relation) DO UPDATE SET filenode = excluded.filenode;
  END LOOP;
END
$$;

---- Asking ------------------------------------------------------------------------------------------------------------

-- The doubts that one provider can settle: rows here that are older than its change or were deleted twice, and rows
-- that are not here although all has arrived that was written before.
CREATE OR REPLACE FUNCTION pgedge.doubts_about(of_provider name) RETURNS SETOF pgedge.question LANGUAGE plpgsql AS
$$
DECLARE
  shared record;
  everything_until timestamptz := pgedge.arrived_until();
BEGIN
  FOR shared IN SELECT s.* FROM pgedge.shared_table s WHERE s.key IS NOT NULL
     AND s.name IN (SELECT d.relation FROM pgedge.doubt d WHERE d.provider = of_provider) LOOP
    RETURN QUERY EXECUTE format('SELECT DISTINCT d.relation, d.key, pgedge.writer(c.roident, c.timestamp), c.timestamp
        FROM pgedge.doubt d CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$s, d.key) r
        LEFT JOIN %1$s t ON %2$s LEFT JOIN LATERAL pg_xact_commit_timestamp_origin(t.xmin) c ON true
       WHERE (d.relation, d.provider) = ($1, $2) AND d.key IS NOT NULL
         AND (c.timestamp < d.at OR t.ctid IS NULL AND d.may_be_missing AND d.at < $3
              OR d.deleted_twice AND c.timestamp <> coalesce(d.confirmed, ''-infinity''))',
      shared.relation, shared.is_same) USING shared.name, of_provider, everything_until;
  END LOOP;
END
$$;

-- Where the rows of a table are that are in doubt here.
CREATE OR REPLACE FUNCTION pgedge.doubtful_rows(of_relation text) RETURNS tid[] LANGUAGE plpgsql STABLE AS
$$
DECLARE
  shared pgedge.shared_table := (SELECT s FROM pgedge.shared_table s WHERE s.name = of_relation);
  rows tid[] := '{}';
BEGIN
  IF shared.key IS NOT NULL THEN
    EXECUTE format('SELECT coalesce(array_agg(DISTINCT t.ctid), ''{}'')
        FROM pgedge.doubt d CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$s, d.key) r JOIN %1$s t ON %2$s
       WHERE d.relation = $1 AND d.key IS NOT NULL AND (pgedge.committed(t.xmin) < d.at
              OR d.deleted_twice AND pgedge.committed(t.xmin) <> coalesce(d.confirmed, ''-infinity''))',
      shared.relation, shared.is_same) INTO rows USING of_relation;
  END IF;
  RETURN rows;
END
$$;

-- Writes the questions down; how many there are, and what this node knows by then. Nobody need be asked about rows that
-- are here as they should be.
CREATE OR REPLACE FUNCTION pgedge.ask(of_provider name, OUT questions bigint, OUT knowledge jsonb) LANGUAGE plpgsql AS
$$
BEGIN
  TRUNCATE pgedge.question;
  TRUNCATE pgedge.answer;
  INSERT INTO pgedge.question SELECT * FROM pgedge.doubts_about(of_provider);
  GET DIAGNOSTICS questions = ROW_COUNT;
  DELETE FROM pgedge.doubt d
   WHERE d.provider = of_provider AND d.may_be_missing AND d.key IS NOT NULL
     AND d.at < pgedge.arrived_until() - interval '1 minute'
     AND NOT EXISTS (SELECT FROM pgedge.question q WHERE (q.relation, q.key) = (d.relation, d.key));
  knowledge := pgedge.knowledge_by_now();
END
$$;

-- The provider's part: what it has of the rows in a table of the session, `asked`. It says nothing of a row that it may
-- not have received yet, or that may have been deleted without its having heard of that.
CREATE OR REPLACE FUNCTION pgedge.found(theirs jsonb) RETURNS SETOF pgedge.answer LANGUAGE plpgsql AS
$$
DECLARE
  shared record;
  knowledge jsonb := pgedge.knowledge();
  has_all boolean := pgedge.has_all_of(theirs);
BEGIN
  FOR shared IN SELECT s.* FROM pgedge.shared_table s WHERE s.name IN (SELECT a.relation FROM asked a) LOOP
    RETURN QUERY EXECUTE format('SELECT a.relation, a.key, a.here_at,
           pgedge.writer(c.roident, c.timestamp), c.timestamp, CASE WHEN t.ctid IS NOT NULL THEN t::text END, $3
        FROM asked a CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$s, a.key) r
        LEFT JOIN %1$s t ON %2$s LEFT JOIN LATERAL pg_xact_commit_timestamp_origin(t.xmin) c ON true
       WHERE a.relation = $1 AND CASE WHEN a.here_at IS NULL THEN $3
             ELSE t.ctid IS NOT NULL OR pgedge.is_known($2, a.writer, a.here_at) END',
      shared.relation, shared.is_same) USING shared.name, knowledge, has_all;
  END LOOP;
END
$$;

-- Takes what the provider has, and drops what it does not have any more; how many rows were put right.
CREATE OR REPLACE PROCEDURE pgedge.settle_doubts(of_provider name, INOUT settled bigint DEFAULT 0) LANGUAGE plpgsql AS
$$
DECLARE
  shared record;
  count bigint;
BEGIN
  CREATE TEMP TABLE given AS
  SELECT DISTINCT a.relation, a.writer, a.at, a.content FROM pgedge.answer a
   WHERE a.content IS NOT NULL AND a.at IS NOT NULL AND (a.here_at IS NULL OR a.here_at < a.at);
  GET DIAGNOSTICS settled = ROW_COUNT;
  CALL pgedge.take_rows();
  SET session_replication_role = replica;
  PERFORM pgedge.write_as(NULL, clock_timestamp());
  FOR shared IN SELECT s.* FROM pgedge.shared_table s WHERE s.name IN (SELECT a.relation FROM pgedge.answer a) LOOP
    EXECUTE format('DELETE FROM %1$s t USING pgedge.answer a, LATERAL jsonb_populate_record(NULL::%1$s, a.key) r
        WHERE a.relation = $1 AND a.content IS NULL AND %2$s AND pgedge.committed(t.xmin) = a.here_at',
      shared.relation, shared.is_same) USING shared.name;
    GET DIAGNOSTICS count = ROW_COUNT;
    settled := settled + count;
  END LOOP;
  -- asked once; should the row come after all, it is asked about again
  UPDATE pgedge.doubt d SET may_be_missing = false
   WHERE d.provider = of_provider AND d.may_be_missing
     AND EXISTS (SELECT FROM pgedge.answer a WHERE (a.relation, a.key) = (d.relation, d.key));
  UPDATE pgedge.doubt d SET confirmed = a.here_at FROM pgedge.answer a
   WHERE d.provider = of_provider AND d.deleted_twice AND a.is_sure AND (a.relation, a.key) = (d.relation, d.key);
  DROP TABLE given;
END
$$;

-- The first doubt about whole tables that can be looked into: everything of that time has arrived.
CREATE OR REPLACE FUNCTION pgedge.wide_doubt(of_provider name, OUT id bigint, OUT since timestamptz) LANGUAGE sql AS
$$ SELECT d.id, d.at FROM pgedge.doubt d
    WHERE d.provider = of_provider AND d.key IS NULL AND d.at < pgedge.arrived_until() ORDER BY d.at LIMIT 1 $$;
