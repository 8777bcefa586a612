-- Changes of several nodes may arrive in another order than they were made: the change of a row that is not there yet,
-- the deletion or the truncation of one that comes later. Spock skips the change, and the row stays as it should not.
-- Each skipped change is a doubt about one row. Whenever an older state of the row is here, and once more when nothing
-- can come any more that was written before, the node that made the change is asked what it has.
SET client_min_messages = warning;
SET spock.enable_ddl_replication = off;

-- `key` has at least the columns of the key; without a relation it is the provider's rows of that time, in tables that
-- were not here yet.
CREATE TABLE IF NOT EXISTS pgedge.doubt (relation text, provider name NOT NULL, key jsonb, at timestamptz NOT NULL,
  may_be_missing boolean NOT NULL);

-- The file of each table as it was when this node last looked whether it had been truncated.
CREATE TABLE IF NOT EXISTS pgedge.looked_at (relation oid PRIMARY KEY, filenode oid NOT NULL);

-- What the provider has, when asked; without content it has no such row.
CREATE UNLOGGED TABLE IF NOT EXISTS pgedge.answer (relation text, key jsonb, writer name, at timestamptz, content text);

-- All that any node wrote before this is here.
CREATE OR REPLACE FUNCTION pgedge.arrived_until() RETURNS timestamptz LANGUAGE sql AS
$$ SELECT coalesce(min(coalesce((pgedge.knowledge() ->> provider::text)::timestamptz, '-infinity')), now())
       - interval '2 s' FROM pgedge.position $$;

-- `[{"attname": …, "value": …}, …]` as Spock notes a row
CREATE OR REPLACE FUNCTION pgedge.noted_row(tuple jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT jsonb_object_agg(field ->> 'attname', field -> 'value') FROM jsonb_array_elements(tuple) field $$;

-- Takes what Spock has noted of skipped changes. What remains in its exception log was skipped for other reasons.
CREATE OR REPLACE FUNCTION pgedge.note_doubts() RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
  IF to_regclass('spock.resolutions') IS NULL OR to_regclass('spock.exception_log') IS NULL THEN
    RETURN;
  END IF;
  WITH skipped AS (DELETE FROM spock.resolutions WHERE conflict_type = 'delete_delete' RETURNING *)
  INSERT INTO pgedge.doubt
  SELECT relname, pgedge.writer(remote_origin::oid, remote_timestamp), remote_tuple::jsonb, remote_timestamp, false
    FROM skipped;
  WITH skipped AS (DELETE FROM spock.exception_log
    WHERE operation = 'UPDATE' AND error_message LIKE 'logical replication did not find row%' RETURNING *)
  INSERT INTO pgedge.doubt
  SELECT DISTINCT format('%I.%I', table_schema, table_name), pgedge.writer(remote_origin, remote_commit_ts),
         pgedge.noted_row(tuple), remote_commit_ts, true
    FROM skipped, LATERAL (VALUES (remote_old_tup), (remote_new_tup)) noted(tuple) WHERE tuple IS NOT NULL;
  WITH skipped AS (DELETE FROM spock.exception_log WHERE error_message LIKE 'Spock can''t find relation%' RETURNING *)
  INSERT INTO pgedge.doubt
  SELECT DISTINCT NULL, pgedge.writer(remote_origin, remote_commit_ts), NULL::jsonb, remote_commit_ts, true FROM skipped;
  PERFORM pgedge.doubt_truncated();
  -- a provider that is gone answers no more; the rest is kept for some time, because others may be behind
  DELETE FROM pgedge.doubt WHERE provider NOT IN (SELECT p.provider FROM pgedge.position p)
     OR at < pgedge.arrived_until() - interval '10 minutes';
  -- the other conflicts are for whoever wants to look at the last of them
  DELETE FROM spock.resolutions WHERE id <= (SELECT max(id) - 10000 FROM spock.resolutions);
END
$$;

-- A truncated table has a new file. Rows in it that are older than the truncation, and came after it, are in doubt: but
-- its file is new also after other commands, so the node that gave the command is asked about each row.
CREATE OR REPLACE FUNCTION pgedge.doubt_truncated() RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
  shared record;
  everything_until timestamptz := pgedge.arrived_until();
BEGIN
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
      EXECUTE format('INSERT INTO pgedge.doubt SELECT $1, $2, to_jsonb(t), $3, false FROM %s t
          WHERE age(t.xmin) < age($4) AND pgedge.committed(t.xmin) < $3', shared.relation)
        USING shared.name, shared.provider, shared.at, shared.made_by;
    END IF;
    INSERT INTO pgedge.looked_at VALUES (shared.oid, shared.relfilenode)
      ON CONFLICT (relation) DO UPDATE SET filenode = excluded.filenode;
  END LOOP;
  DELETE FROM pgedge.looked_at l WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = l.relation);
END
$$;

-- The doubts that one provider is to be asked about now.
CREATE OR REPLACE FUNCTION pgedge.doubts_about(of_provider name) RETURNS TABLE (relation text, key jsonb)
LANGUAGE plpgsql AS
$$
DECLARE
  shared record;
  everything_until timestamptz := pgedge.arrived_until();
BEGIN
  FOR shared IN SELECT s.* FROM pgedge.shared_table s WHERE s.key IS NOT NULL
     AND s.name IN (SELECT d.relation FROM pgedge.doubt d WHERE d.provider = of_provider) LOOP
    RETURN QUERY EXECUTE format('SELECT DISTINCT d.relation, d.key
        FROM pgedge.doubt d, LATERAL jsonb_populate_record(NULL::%1$s, d.key) r
       WHERE (d.relation, d.provider) = ($1, $2)
         AND (d.may_be_missing AND d.at < $3
              OR EXISTS (SELECT FROM %1$s t WHERE %2$s AND pgedge.committed(t.xmin) < d.at))',
      shared.relation, shared.is_same) USING shared.name, of_provider, everything_until;
  END LOOP;
END
$$;

-- The provider's part: what it has of the rows in a table of the session, `asked`.
CREATE OR REPLACE FUNCTION pgedge.found()
RETURNS TABLE (relation text, key jsonb, writer name, at timestamptz, content text) LANGUAGE plpgsql STABLE AS
$$
DECLARE
  shared record;
BEGIN
  FOR shared IN SELECT s.* FROM pgedge.shared_table s WHERE s.name IN (SELECT a.relation FROM asked a) LOOP
    RETURN QUERY EXECUTE format('SELECT a.relation, a.key, pgedge.writer(c.roident, c.timestamp), c.timestamp,
           CASE WHEN t.ctid IS NOT NULL THEN t::text END
        FROM asked a CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$s, a.key) r
        LEFT JOIN %1$s t ON %2$s LEFT JOIN LATERAL pg_xact_commit_timestamp_origin(t.xmin) c ON true
       WHERE a.relation = $1', shared.relation, shared.is_same) USING shared.name;
  END LOOP;
END
$$;

-- What the provider has, and what it does not have any more; how many rows were put right.
CREATE OR REPLACE PROCEDURE pgedge.settle_doubts(of_provider name, INOUT settled bigint DEFAULT 0) LANGUAGE plpgsql AS
$$
DECLARE
  shared record;
  count bigint;
  everything_until timestamptz := pgedge.arrived_until();
BEGIN
  CREATE TEMP TABLE given (relation text, writer name, at timestamptz, content text);
  FOR shared IN SELECT s.* FROM pgedge.shared_table s WHERE s.name IN (SELECT a.relation FROM pgedge.answer a) LOOP
    EXECUTE format('INSERT INTO given
        SELECT DISTINCT a.relation, a.writer, a.at, a.content
          FROM pgedge.answer a JOIN pgedge.doubt d USING (relation, key),
               LATERAL jsonb_populate_record(NULL::%1$s, a.key) r
          LEFT JOIN %1$s t ON %2$s
         WHERE a.relation = $1 AND d.provider = $2 AND a.at IS NOT NULL AND a.content IS NOT NULL
           AND (t.ctid IS NULL AND d.may_be_missing AND d.at < $3 OR pgedge.committed(t.xmin) < a.at)',
      shared.relation, shared.is_same) USING shared.name, of_provider, everything_until;
    GET DIAGNOSTICS count = ROW_COUNT;
    settled := settled + count;
  END LOOP;
  CALL pgedge.take_rows();
  SET session_replication_role = replica;
  PERFORM pgedge.write_as(NULL, clock_timestamp());
  FOR shared IN SELECT s.* FROM pgedge.shared_table s WHERE s.name IN (SELECT a.relation FROM pgedge.answer a) LOOP
    EXECUTE format('DELETE FROM %1$s t USING pgedge.answer a JOIN pgedge.doubt d USING (relation, key),
          LATERAL jsonb_populate_record(NULL::%1$s, a.key) r
        WHERE a.relation = $1 AND d.provider = $2 AND a.content IS NULL AND %2$s
          AND pgedge.committed(t.xmin) < d.at', shared.relation, shared.is_same)
      USING shared.name, of_provider;
    GET DIAGNOSTICS count = ROW_COUNT;
    settled := settled + count;
  END LOOP;
  UPDATE pgedge.doubt d SET may_be_missing = false
   WHERE d.provider = of_provider AND d.relation IS NOT NULL AND d.may_be_missing AND d.at < everything_until
     AND EXISTS (SELECT FROM pgedge.answer a WHERE (a.relation, a.key) = (d.relation, d.key));
  DROP TABLE given;
END
$$;

-- Since when rows of a provider were skipped because their table was not here yet; NULL if there are none, or if it may
-- not be here yet.
CREATE OR REPLACE FUNCTION pgedge.without_table_since(of_provider name) RETURNS timestamptz LANGUAGE sql AS
$$ SELECT min(at) - interval '10 s' FROM pgedge.doubt
    WHERE provider = of_provider AND relation IS NULL AND at < pgedge.arrived_until() $$;
