# ---- Changes that a peer cannot receive any more, from somebody who has them; handover.sql says how ----

# give GIVER RECEIVER [WRITER]: tables, rows and deletions that the receiver has not had. Only a node that has itself
# missed nothing knows what was deleted: from another one, what it lacks may be what it never got.
give() {
  local knowledge knowledge_of_giver
  equip "$1" && equip "$2" && knowledge=$(sql_on "$2" <<<"SELECT pgedge.knowledge()") &&
    knowledge_of_giver=$(sql_on "$1" <<<"SELECT pgedge.knowledge()") || return
  give_tables "$1" "$2" "$knowledge" && give_rows "$1" "$2" "$knowledge" "${3:-}" || return
  [ "$(sql_on "$1" <<<"SELECT current_setting('pgedge.whole', true)")" != yes ] ||
    give_deletions "$1" "$2" "$knowledge_of_giver"
}

# give_rows GIVER RECEIVER KNOWLEDGE WRITER
give_rows() {
  local options=(-v "knowledge=$3" -v "writer=$4")
  {
    echo "CREATE TEMP TABLE given (relation text, writer name, at timestamptz, content text); COPY given FROM STDIN;"
    sql_on "$1" "${options[@]}" <<<"SELECT format('COPY (SELECT * FROM pgedge.rows_unknown_to(%L, %L)) TO STDOUT',
      :'knowledge', nullif(:'writer', '')) \gexec" || echo "a line that no COPY takes: it was broken off"
    printf '%s\n' '\.' "CALL pgedge.take_rows();" "$(count_sql given)"
  } | sql_on "$2" | log_each "$2 gets from $1, which it could not receive any more:"
  [[ "${PIPESTATUS[*]}" = "0 0 0" ]]
}

# give_deletions GIVER RECEIVER KNOWLEDGE-OF-GIVER
give_deletions() {
  {
    echo "CREATE TEMP TABLE giver_key (relation text, key text); COPY giver_key FROM STDIN;"
    sql_on "$1" <<<"COPY (SELECT * FROM pgedge.keys()) TO STDOUT" || echo "a line that no COPY takes: it was broken off"
    printf '%s\n' '\.' "CREATE INDEX ON giver_key (relation, key); ANALYZE giver_key;"
    cat <<'SQL'
SELECT deleted || ' rows deleted of ' || regexp_replace(relation, '[[:cntrl:]]', '?', 'g')
  FROM pgedge.drop_rows_deleted_by(:'giver', :'knowledge');
SQL
  } | sql_on "$2" -v "giver=$1" -v "knowledge=$3" | log_each "$2 follows $1 in what was deleted there:"
  [[ "${PIPESTATUS[*]}" = "0 0 0" ]]
}

count_sql() {
  echo "SELECT count(*) || ' rows of ' || regexp_replace(relation, '[[:cntrl:]]', '?', 'g') FROM $1 GROUP BY relation;"
}

log_each() {
  local line
  while read -r line; do log "$1 $line"; done
}

# give_tables GIVER RECEIVER KNOWLEDGE: those made since. Each name is one argument, quoted as pg_dump's patterns are.
give_tables() {
  local missing tables=() table
  missing=$(sql_on "$2" <<<"SELECT coalesce(jsonb_agg(name), '[]') FROM pgedge.shared_table") || return
  while IFS= read -r -d '' table; do
    tables+=(-t "$table")
  done < <(sql_on "$1" -0 -v "have=$missing" -v "knowledge=$3" <<<"
    SELECT name FROM pgedge.shared_table JOIN pg_class c ON c.oid = relation,
           LATERAL pg_xact_commit_timestamp_origin(c.xmin) made
     WHERE NOT (:'have'::jsonb ? name)
       AND NOT pgedge.is_known(:'knowledge', pgedge.writer(made.roident, made.timestamp), made.timestamp)")
  [ ${#tables[@]} -gt 0 ] || return 0
  log "$2 gets from $1 $((${#tables[@]} / 2)) tables that were made since it could not receive any more"
  pg_dump -d "$(dsn_of_any "$1")" --schema-only "${tables[@]}" | sql_on "$2" >/dev/null && sql_on "$2" >/dev/null \
    <<<"SELECT pgedge.place_all_tables()"
}

dsn_of_any() {
  if [ "$1" = "$self" ]; then echo "host=/tmp dbname=$(quote_conninfo "$PGDATABASE")"; else dsn_of "$1"; fi
}

# level_out LOST RECEIVER...: of a lost node's last changes, whoever received more gives them to those who received
# less. Afterwards nobody can: the positions are dropped with the links.
level_out() {
  local lost=$1 node position best="" most="" behind=()
  declare -A reached=()
  for node in "${@:2}"; do
    equip "$node" || continue
    position=$(sql_on "$node" -v "lost=$lost" <<<"SELECT position FROM pgedge.position WHERE provider = :'lost'")
    [ -n "$position" ] || continue
    reached[$node]=$(printf '%08X%08X' "0x${position%/*}" "0x${position#*/}")
    if [[ "${reached[$node]}" > "$most" ]]; then most=${reached[$node]} best=$node; fi
  done
  for node in "${!reached[@]}"; do
    [ "${reached[$node]}" = "$most" ] || behind+=("$node")
  done
  for node in "${behind[@]}"; do
    log "$best has received more of $lost than $node: giving it"
    give "$best" "$node" "$lost" || log "WARNING: $node does not get the last changes of $lost that $best has"
  done
}
