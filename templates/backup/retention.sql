-- Which dumps go: not the newest of this cluster, nor the newest of each of the last so many days, weeks and months
-- that have one. manifests: of each, in a line, what counts here; present: the names of the dumps that are there.
WITH taken AS (
  SELECT manifest ->> 'file' AS file, (manifest ->> 'taken_at')::timestamptz AT TIME ZONE 'UTC' AS at
    FROM string_to_table(:'manifests', E'\n') AS line, LATERAL (SELECT nullif(line, '')::jsonb) AS read (manifest)
   WHERE manifest ->> 'cluster' = :'cluster' AND manifest ->> 'file' = ANY (string_to_array(:'present', E'\n'))
), ranked AS (
  SELECT file,
         row_number() OVER (PARTITION BY unit, date_trunc(unit, at) ORDER BY at DESC, file DESC) AS in_period,
         dense_rank() OVER (PARTITION BY unit ORDER BY date_trunc(unit, at) DESC) AS period,
         row_number() OVER (PARTITION BY unit ORDER BY at DESC, file DESC) AS overall,
         keep
    FROM taken, (VALUES ('day', :daily), ('week', :weekly), ('month', :monthly)) AS unit (unit, keep)
)
SELECT file FROM ranked GROUP BY file
HAVING NOT bool_or(overall = 1 OR in_period = 1 AND period <= keep)
 ORDER BY file;
