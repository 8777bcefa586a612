-- Roles of a dump that are missing here, and what the others may do. The role of this cluster stays as it is.
-- roles: what pg_dumpall wrote.
SELECT statement
  FROM regexp_split_to_table(:'roles', E';\\n') WITH ORDINALITY AS split (text, place),
       LATERAL ltrim(regexp_replace(text, '^(--.*|\\.*|SET .*)$', '', 'gn'), E'\n') AS stripped,
       LATERAL regexp_replace(stripped, ' GRANTED BY .*$', '') AS statement
 WHERE statement ~ '^(CREATE ROLE|ALTER ROLE|GRANT) '
   AND NOT EXISTS (
     SELECT FROM pg_roles
      WHERE statement = 'CREATE ROLE ' || quote_ident(rolname)
         OR rolname = current_user AND starts_with(statement, 'ALTER ROLE ' || quote_ident(rolname) || ' WITH'))
 ORDER BY place \gexec
