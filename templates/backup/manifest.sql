-- What is known of a dump. rows, sets, sequences: the output of the other files, a line each.
SELECT jsonb_pretty(jsonb_build_object(
  'file', :'file', 'cluster', :'cluster', 'node', :'node', 'database', current_database(), 'taken_at', :'taken_at',
  'position', :'position', 'server', current_setting('server_version'), 'pg_dump', :'client', 'program', :'program',
  'size', :size, 'sha256', :'sha256', 'database_size', pg_database_size(current_database()),
  'sequences', to_jsonb(string_to_array(nullif(rtrim(:'sequences', E'\n'), ''), E'\n')),
  'sets', to_jsonb(string_to_array(nullif(rtrim(:'sets', E'\n'), ''), E'\n')),
  'tables', (SELECT jsonb_agg(line::jsonb ORDER BY place)
               FROM string_to_table(:'rows', E'\n') WITH ORDINALITY AS listed (line, place) WHERE line LIKE '{%')));
