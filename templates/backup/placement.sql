-- The key of a partitioned table is made before those of its partitions and counts only after them, so that a restored
-- table may have been taken for one without a key.
SELECT pgedge.place_table(relid) FROM spock.tables
 WHERE set_name = 'default_insert_only' AND to_regprocedure('pgedge.place_table(regclass)') IS NOT NULL;
