-- What belongs to the database itself: its settings, those of roles in it, and who may use it. It may have had another
-- name; its owner stays. properties: what pg_restore wrote; name: that of the database that was dumped.
SELECT overlay(statement PLACING format(' DATABASE %I ', current_database())
               FROM position(named IN statement) FOR length(named))
  FROM regexp_split_to_table(:'properties', E';\\n') WITH ORDINALITY AS split (text, place),
       LATERAL ltrim(regexp_replace(text, '^(--.*|\\.*|SET .*)$', '', 'gn'), E'\n') AS statement,
       format(' DATABASE %I ', :'name') AS named
 WHERE statement ~ '^(ALTER|COMMENT|GRANT|REVOKE) ' AND statement !~ ' OWNER TO ' AND position(named IN statement) > 0
 ORDER BY place \gexec
