-- Materialized views that one node has filled, and this one has not; one may read another, so in rounds.
-- filled: their names, one a line.
SELECT set_config('pgedge.filled', :'filled', false) \g /dev/null
DO $$
DECLARE
  view regclass;
  progress boolean := true;
  last_error text;
BEGIN
  WHILE progress LOOP
    progress := false;
    FOR view IN SELECT c.oid FROM pg_class c
                 WHERE relkind = 'm' AND NOT relispopulated
                   AND c.oid::regclass::text = ANY (string_to_array(current_setting('pgedge.filled'), E'\n')) LOOP
      BEGIN
        EXECUTE format('REFRESH MATERIALIZED VIEW %s', view);
        progress := true;
      EXCEPTION WHEN object_not_in_prerequisite_state THEN
        last_error := sqlerrm;
      END;
    END LOOP;
  END LOOP;
END $$;
