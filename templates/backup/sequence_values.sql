-- Statements that bring sequences elsewhere to where they are here, or leave them further on.
SET search_path = '';
SELECT format('SELECT format(%L, last_value, is_called) FROM %s',
              format('SELECT setval(%s, %%1$s, %%2$L) FROM %s WHERE %s;',
                     replace(quote_literal(s.seqrelid::regclass), '%', '%%'),
                     replace(s.seqrelid::regclass::text, '%', '%%'),
                     CASE WHEN s.seqincrement > 0 THEN '(last_value, is_called) < (%1$s, %2$L)'
                          ELSE '(-last_value, is_called) < (-(%1$s), %2$L)' END),
              s.seqrelid::regclass)
  FROM pg_sequence s
  JOIN pg_class c ON c.oid = s.seqrelid
 WHERE c.relnamespace::regnamespace::text NOT IN ('spock', 'pgedge')
   AND c.relnamespace NOT IN (SELECT extnamespace FROM pg_extension WHERE extname = 'spock') \gexec
