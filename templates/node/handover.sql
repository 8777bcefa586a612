-- Rows that one node has and another cannot receive any more, because the slot or the node that held them is gone:
-- delivered late, each under its writer's name and with its own commit time, as replication would have done it. So the
-- last update of a row still wins, on every node alike.
SET client_min_messages = warning;
SET spock.enable_ddl_replication = off;

-- Whose row this is: commits carry the writer's id, and 0 on the node that wrote it, and on copies of that node.
CREATE OR REPLACE FUNCTION pgedge.writer(origin oid, at timestamptz) RETURNS name LANGUAGE sql STABLE AS
$$ SELECT CASE
     WHEN origin <> 0 THEN coalesce(
       (SELECT node_name::name FROM spock.node WHERE node_id = origin),
       (SELECT provider FROM pgedge.position JOIN pg_replication_origin ON roname = slot WHERE roident = origin), '')
     ELSE coalesce((SELECT node FROM pgedge.life WHERE since <= at ORDER BY since DESC LIMIT 1), pgedge.this_node())
   END $$;

-- Until when this node has all that each node wrote: `{"node": time, …}`. Of its own writes it has all.
CREATE OR REPLACE FUNCTION pgedge.knowledge() RETURNS jsonb LANGUAGE sql STABLE AS
$$ SELECT coalesce(jsonb_object_agg(node, until), '{}') FROM (
     SELECT node, max(until) AS until FROM (
       SELECT node_name::name AS node, remote_commit_ts AS until
         FROM spock.progress JOIN spock.node n ON n.node_id = remote_node_id
       UNION ALL SELECT node, at FROM pgedge.heartbeat
       UNION ALL SELECT pgedge.this_node(), 'infinity') known
     WHERE until IS NOT NULL GROUP BY node) latest $$;

-- Whether somebody with this knowledge has had a row. What is older than all commit times that are kept, everybody has.
CREATE OR REPLACE FUNCTION pgedge.is_known(knowledge jsonb, writer name, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS
$$ SELECT at IS NULL OR at <= coalesce((knowledge ->> writer::text)::timestamptz, '-infinity') $$;

-- When a row was committed; NULL if that is longer ago than PostgreSQL remembers.
CREATE OR REPLACE FUNCTION pgedge.committed(made_by xid) RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT pg_xact_commit_timestamp(made_by) $$;

-- The tables whose rows replicate; the columns that tell their rows apart, if there are any; and when a row `t` here is
-- the same as a row `r` with the text `x.content`, of the time `x.at`, from elsewhere.
CREATE OR REPLACE VIEW pgedge.shared_table AS
SELECT c.oid::regclass AS relation, format('%I.%I', n.nspname, c.relname) AS name,
       string_agg(format('t.%I', attname), ', ' ORDER BY attnum) FILTER (WHERE attnum = ANY (key.indkey)) AS key,
       coalesce(string_agg(format('t.%1$I = r.%1$I', attname), ' AND ') FILTER (WHERE attnum = ANY (key.indkey)),
         't::text = x.content AND pgedge.committed(t.xmin) = x.at') AS is_same,
       string_agg(format('%I', attname), ', ' ORDER BY attnum) FILTER (WHERE attgenerated = '') AS columns,
       string_agg(format('r.%I', attname), ', ' ORDER BY attnum) FILTER (WHERE attgenerated = '') AS contents
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
  LEFT JOIN LATERAL (SELECT indkey::int2[] FROM pg_index WHERE indrelid = c.oid AND (indisreplident OR indisprimary)
                      ORDER BY indisreplident DESC LIMIT 1) key ON true
 WHERE c.relkind = 'r' AND n.nspname NOT IN ('pgedge', 'spock')
   AND EXISTS (SELECT FROM spock.tables s WHERE s.relid = c.oid AND s.set_name IS NOT NULL)
 GROUP BY c.oid, n.nspname, c.relname;

-- The giver's part: rows that the other one does not know; of one writer, or of all.
CREATE OR REPLACE FUNCTION pgedge.rows_unknown_to(knowledge jsonb, of_writer name DEFAULT NULL)
RETURNS TABLE (relation text, writer name, at timestamptz, content text) LANGUAGE plpgsql STABLE AS
$$
DECLARE
  shared record;
BEGIN
  FOR shared IN SELECT s.relation, s.name FROM pgedge.shared_table s LOOP
    RETURN QUERY EXECUTE format(
      'SELECT %L, w.writer, c.timestamp, t::text FROM %s t, pg_xact_commit_timestamp_origin(t.xmin) c,
         LATERAL (SELECT pgedge.writer(c.roident, c.timestamp) AS writer) w
        WHERE NOT pgedge.is_known($1, w.writer, c.timestamp) AND ($2 IS NULL OR w.writer = $2)',
      shared.name, shared.relation) USING knowledge, of_writer;
  END LOOP;
END
$$;

-- The keys of all its rows: what is not among them, and was once, has been deleted.
CREATE OR REPLACE FUNCTION pgedge.keys() RETURNS TABLE (relation text, key text) LANGUAGE plpgsql STABLE AS
$$
DECLARE
  shared record;
BEGIN
  FOR shared IN SELECT s.relation, s.name, s.key FROM pgedge.shared_table s WHERE s.key IS NOT NULL LOOP
    RETURN QUERY SELECT shared.name, NULL::text;
    RETURN QUERY EXECUTE format('SELECT %L, ROW(%s)::text FROM %s t', shared.name, shared.key, shared.relation);
  END LOOP;
END
$$;

-- The receiver's part. The rows wait in a table of the session, `given`; each transaction of the writer is one here. An
-- older row gives way; a newer one has won already. Of a row without a key there are as many as its writer made.
CREATE OR REPLACE PROCEDURE pgedge.take_rows() LANGUAGE plpgsql AS
$$
DECLARE
  moment record;
  shared record;
BEGIN
  SET session_replication_role = replica;
  FOR moment IN SELECT DISTINCT g.writer, g.at FROM given g ORDER BY 2, 1 LOOP
    PERFORM pgedge.write_as(moment.writer, moment.at);
    FOR shared IN SELECT DISTINCT s.* FROM given g JOIN pgedge.shared_table s ON s.name = g.relation
                   WHERE (g.writer, g.at) = (moment.writer, moment.at) LOOP
      IF shared.key IS NOT NULL THEN
        EXECUTE format('DELETE FROM %1$s t USING given x, LATERAL (SELECT (x.content::%1$s).*) r
            WHERE (x.relation, x.writer, x.at) = ($1, $2, $3) AND %2$s
              AND coalesce(pgedge.committed(t.xmin) < x.at, true)', shared.relation, shared.is_same)
          USING shared.name, moment.writer, moment.at;
      END IF;
      EXECUTE format('INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %4$s FROM
            (SELECT x.*, row_number() OVER (PARTITION BY x.content) AS copy FROM given x
              WHERE (x.relation, x.writer, x.at) = ($1, $2, $3)) x, LATERAL (SELECT (x.content::%1$s).*) r
          WHERE x.copy > (SELECT count(*) FROM %1$s t WHERE %3$s) ON CONFLICT DO NOTHING',
          shared.relation, shared.columns, shared.is_same, shared.contents)
        USING shared.name, moment.writer, moment.at;
    END LOOP;
    COMMIT;
  END LOOP;
  PERFORM pg_replication_origin_session_reset() WHERE pg_replication_origin_session_is_setup();
END
$$;

-- What this session commits from now on counts as received, with that commit time. As received from its writer, if
-- nothing else is being received from it.
CREATE OR REPLACE FUNCTION pgedge.write_as(writer name, at timestamptz) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
  own text := (SELECT slot FROM pgedge.position WHERE provider = writer);
BEGIN
  PERFORM pg_replication_origin_session_reset() WHERE pg_replication_origin_session_is_setup();
  BEGIN
    PERFORM pg_replication_origin_session_setup(own);
  EXCEPTION WHEN object_in_use THEN
    own := NULL;
  END;
  IF own IS NULL THEN
    PERFORM pg_replication_origin_create('pgedge_late')
      WHERE NOT EXISTS (SELECT FROM pg_replication_origin WHERE roname = 'pgedge_late');
    PERFORM pg_replication_origin_session_setup('pgedge_late');
  END IF;
  PERFORM pg_replication_origin_xact_setup('0/0', at);
END
$$;

-- Rows that the giver had and has no more. Their keys wait in a table of the session, `giver_key`.
CREATE OR REPLACE FUNCTION pgedge.drop_rows_deleted_by(giver name, knowledge jsonb)
RETURNS TABLE (relation text, deleted bigint) LANGUAGE plpgsql AS
$$
DECLARE
  shared record;
BEGIN
  SET session_replication_role = replica;
  PERFORM pgedge.write_as(giver, clock_timestamp());
  FOR shared IN SELECT s.* FROM pgedge.shared_table s WHERE s.name IN (SELECT k.relation FROM giver_key k) LOOP
    EXECUTE format('DELETE FROM %s t
      WHERE NOT EXISTS (SELECT FROM giver_key k WHERE k.relation = $1 AND k.key = ROW(%s)::text)
        AND (SELECT pgedge.is_known($2, pgedge.writer(c.roident, c.timestamp), c.timestamp)
               FROM pg_xact_commit_timestamp_origin(t.xmin) c)', shared.relation, shared.key)
      USING shared.name, knowledge;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    relation := shared.name;
    IF deleted > 0 THEN
      RETURN NEXT;
    END IF;
  END LOOP;
END
$$;
