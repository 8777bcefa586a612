-- A node that catches up receives from each of the others by itself. What came in another order is in doubt, and is
-- asked about; but of rows whose table was not here yet, or was truncated meanwhile, nothing is noted. So what was
-- written since then is compared with a node that has served all the time. What is missing twice, although all that was
-- under way has arrived in between, is taken over. Whatever is to go is in doubt.
SET client_min_messages = warning;
SET spock.enable_ddl_replication = off;

-- What was found at the source; the differences of a round, and those that were there before.
CREATE UNLOGGED TABLE IF NOT EXISTS pgedge.at_source (relation text, writer name, at timestamptz, content text);
CREATE UNLOGGED TABLE IF NOT EXISTS pgedge.difference (LIKE pgedge.at_source);
CREATE UNLOGGED TABLE IF NOT EXISTS pgedge.lasting (LIKE pgedge.difference);

-- Rows that were changed since then: all of them, or those that others than this node wrote into a table that it
-- truncated, for its own came in order. What is in doubt here is no model for others.
CREATE OR REPLACE FUNCTION pgedge.recent(since timestamptz, of_relation text)
RETURNS TABLE (relation text, writer name, at timestamptz, content text) LANGUAGE plpgsql STABLE AS
$$
DECLARE
  shared record;
BEGIN
  FOR shared IN SELECT s.* FROM pgedge.shared_table s WHERE s.name = coalesce(of_relation, s.name) LOOP
    RETURN QUERY EXECUTE format('SELECT %L, w.node, c.timestamp, c.content
        FROM (SELECT t::text AS content, (pg_xact_commit_timestamp_origin(t.xmin)).* FROM %s t
               WHERE pg_xact_commit_timestamp(t.xmin) >= $1 AND t.ctid <> ALL ($3)) c
        LEFT JOIN LATERAL (SELECT pgedge.writer(c.roident, c.timestamp) AS node) w ON true
        WHERE $2 OR w.node <> pgedge.this_node()',
      shared.name, shared.relation) USING since, of_relation IS NULL, pgedge.doubtful_rows(shared.name);
  END LOOP;
END
$$;

-- What to ask the source for: all since then, or only of the table of a doubt. The source notes its doubts first: what
-- came late there, and is gone elsewhere, would come back here, and then be confirmed there.
CREATE OR REPLACE FUNCTION pgedge.question_for_rows(since timestamptz, doubt_id bigint) RETURNS text LANGUAGE sql AS
$$ SELECT 'DO ''BEGIN PERFORM pgedge.note_doubts(); END''; '
     || format('COPY (SELECT * FROM pgedge.recent(%L, %L)) TO STDOUT;', since,
         (SELECT relation FROM pgedge.doubt WHERE id = doubt_id)) $$;

-- How many differences have lasted since the round before; they are in pgedge.lasting. What this node has as new is
-- none.
CREATE OR REPLACE FUNCTION pgedge.compare() RETURNS bigint LANGUAGE plpgsql AS
$$
DECLARE
  shared record;
  count bigint;
BEGIN
  CREATE TEMP TABLE different (LIKE pgedge.difference) ON COMMIT DROP;
  FOR shared IN SELECT s.* FROM pgedge.shared_table s WHERE s.name IN (SELECT a.relation FROM pgedge.at_source a) LOOP
    EXECUTE format('INSERT INTO different
      SELECT x.* FROM pgedge.at_source x, LATERAL (SELECT (x.content::%1$s).*) r
        WHERE x.relation = $1
          AND NOT EXISTS (SELECT FROM %1$s t WHERE %2$s AND pgedge.committed(t.xmin) >= x.at)',
      shared.relation, shared.is_same) USING shared.name;
  END LOOP;
  TRUNCATE pgedge.lasting;
  INSERT INTO pgedge.lasting
  SELECT d.* FROM different d JOIN pgedge.difference before USING (relation, at, content);
  GET DIAGNOSTICS count = ROW_COUNT;
  TRUNCATE pgedge.difference;
  INSERT INTO pgedge.difference SELECT * FROM different;
  RETURN count;
END
$$;
