-- A node that catches up receives from each of the others by itself, and may get what one of them wrote before what
-- that one had seen of another: a change of a row that is not there yet, the deletion of one that comes later. Nobody
-- notices. So once it has caught up, it compares what has changed since with a node that has served all the time.
-- What differs twice, although all that was under way has arrived in between, it takes over.

-- What was found at the source, what it does not have; the differences of a round, and those that were there before.
CREATE UNLOGGED TABLE IF NOT EXISTS pgedge.at_source (relation text, writer name, at timestamptz, content text);
CREATE UNLOGGED TABLE IF NOT EXISTS pgedge.not_at_source (LIKE pgedge.at_source);
CREATE UNLOGGED TABLE IF NOT EXISTS pgedge.difference (LIKE pgedge.at_source, deleted boolean);
CREATE UNLOGGED TABLE IF NOT EXISTS pgedge.lasting (LIKE pgedge.difference);

-- Rows that were changed since then.
CREATE OR REPLACE FUNCTION pgedge.recent(since timestamptz)
RETURNS TABLE (relation text, writer name, at timestamptz, content text) LANGUAGE plpgsql STABLE AS
$$
DECLARE
  shared record;
BEGIN
  FOR shared IN SELECT s.relation, s.name FROM pgedge.shared_table s LOOP
    RETURN QUERY EXECUTE format('SELECT %L, w.node, c.timestamp, c.content
        FROM (SELECT t::text AS content, (pg_xact_commit_timestamp_origin(t.xmin)).* FROM %s t
               WHERE pg_xact_commit_timestamp(t.xmin) >= $1) c
        LEFT JOIN LATERAL (SELECT pgedge.writer(c.roident, c.timestamp) AS node) w ON true',
      shared.name, shared.relation) USING since;
  END LOOP;
END
$$;

-- Of rows that somebody asks about, in a table of the session, `asked`: those that were here and are no more.
CREATE OR REPLACE FUNCTION pgedge.gone() RETURNS TABLE (relation text, writer name, at timestamptz, content text)
LANGUAGE plpgsql STABLE AS
$$
DECLARE
  shared record;
  knowledge jsonb := pgedge.knowledge();
BEGIN
  FOR shared IN SELECT s.* FROM pgedge.shared_table s WHERE s.name IN (SELECT a.relation FROM asked a) LOOP
    RETURN QUERY EXECUTE format('SELECT x.* FROM asked x, LATERAL (SELECT (x.content::%1$s).*) r
        WHERE x.relation = $1 AND pgedge.is_known($2, x.writer, x.at) AND NOT EXISTS (SELECT FROM %1$s t WHERE %2$s)',
      shared.relation, shared.is_same) USING shared.name, knowledge;
  END LOOP;
END
$$;

-- How many differences have lasted since the round before; they are in pgedge.lasting. What this node has as new is
-- none.
CREATE OR REPLACE FUNCTION pgedge.compare() RETURNS bigint LANGUAGE plpgsql AS
$$
DECLARE
  shared record;
  count bigint;
BEGIN
  CREATE TEMP TABLE different (LIKE pgedge.difference) ON COMMIT DROP;
  FOR shared IN SELECT s.* FROM pgedge.shared_table s LOOP
    EXECUTE format('INSERT INTO different
      SELECT x.*, false FROM pgedge.at_source x, LATERAL (SELECT (x.content::%1$s).*) r
        WHERE x.relation = $1
          AND NOT EXISTS (SELECT FROM %1$s t WHERE %2$s AND pgedge.committed(t.xmin) >= x.at)',
      shared.relation, shared.is_same) USING shared.name;
  END LOOP;
  INSERT INTO different SELECT *, true FROM pgedge.not_at_source;
  TRUNCATE pgedge.lasting;
  INSERT INTO pgedge.lasting
  SELECT d.* FROM different d JOIN pgedge.difference before USING (relation, at, content, deleted);
  GET DIAGNOSTICS count = ROW_COUNT;
  TRUNCATE pgedge.difference;
  INSERT INTO pgedge.difference SELECT * FROM different;
  RETURN count;
END
$$;

-- What is here only: it was deleted elsewhere before it came.
CREATE OR REPLACE FUNCTION pgedge.drop_lasting() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS
$$
DECLARE
  shared record;
BEGIN
  PERFORM pgedge.write_as(NULL, clock_timestamp());
  FOR shared IN SELECT s.* FROM pgedge.shared_table s LOOP
    EXECUTE format('DELETE FROM %1$s t USING pgedge.lasting x, LATERAL (SELECT (x.content::%1$s).*) r
        WHERE x.deleted AND x.relation = $1 AND %2$s AND pgedge.committed(t.xmin) = x.at',
      shared.relation, shared.is_same) USING shared.name;
  END LOOP;
END
$$;
