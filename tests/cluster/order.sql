-- Changes that depend on each other: a row is written on one node, and changed or deleted on another one as soon as that
-- one has seen it. Whoever gets both in the wrong order, or one of them twice, holds something else in the end.
CREATE TABLE pairs (way text, id int, value text NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (way, id));
CREATE TABLE batches (id int PRIMARY KEY, batch int NOT NULL);
CREATE TABLE stopped (what text PRIMARY KEY);
-- rows that are there before anybody looks, to be updated
INSERT INTO pairs SELECT way, id, 'at first', now() FROM unnest('{a,b,c}'::text[]) way, generate_series(1, 20000, 2) id;

CREATE PROCEDURE write_pairs(one_way text) LANGUAGE plpgsql AS $$
DECLARE
  next int := 1;
BEGIN
  WHILE NOT EXISTS (SELECT FROM stopped WHERE what = 'writers') LOOP
    INSERT INTO pairs VALUES (one_way, next, 'written', clock_timestamp())
      ON CONFLICT (way, id) DO UPDATE SET value = 'written', at = clock_timestamp();
    COMMIT;
    next := next + 1;
    PERFORM pg_sleep(0.01);
  END LOOP;
END $$;

-- Of four rows that have been seen here for a moment, one is deleted and three are changed.
CREATE PROCEDURE answer_pairs(one_way text) LANGUAGE plpgsql AS $$
DECLARE
  seen int := 0;
BEGIN
  WHILE seen > 0 OR NOT EXISTS (SELECT FROM stopped WHERE what = 'writers') LOOP
    DELETE FROM pairs WHERE way = one_way AND value = 'written' AND at < clock_timestamp() - interval '0.15 s' AND id % 4 = 0;
    UPDATE pairs SET value = 'answered' WHERE way = one_way AND value = 'written' AND at < clock_timestamp() - interval '0.15 s';
    COMMIT;
    PERFORM pg_sleep(0.02);
    SELECT count(*) INTO seen FROM pairs WHERE way = one_way AND value = 'written';
  END LOOP;
END $$;

-- Fills the table again each time that it is found empty; the other one empties it each time that it is found full.
CREATE PROCEDURE fill_batches() LANGUAGE plpgsql AS $$
DECLARE
  next int := 1;
BEGIN
  WHILE NOT EXISTS (SELECT FROM stopped WHERE what = 'writers') LOOP
    IF NOT EXISTS (SELECT FROM batches) THEN
      INSERT INTO batches SELECT id, next FROM generate_series(1, 50) id;
      next := next + 1;
    END IF;
    COMMIT;
    PERFORM pg_sleep(0.5);
  END LOOP;
END $$;

CREATE PROCEDURE empty_batches() LANGUAGE plpgsql AS $$
BEGIN
  WHILE NOT EXISTS (SELECT FROM stopped WHERE what = 'writers') LOOP
    IF (SELECT count(*) FROM batches) = 50 THEN
      TRUNCATE batches;
    END IF;
    COMMIT;
    PERFORM pg_sleep(0.5);
  END LOOP;
END $$;
