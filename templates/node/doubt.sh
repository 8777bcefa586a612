# ---- Changes that came before the row they belong to; doubt.sql says how they are made good ----

settle_doubts() {
  local peer settled since
  local_sql <<<"SELECT pgedge.note_doubts()" >/dev/null || return
  for peer in "${peers[@]}"; do
    [ "${state_of[$peer]:-}" = ready ] || continue
    since=$(local_sql -v "peer=$peer" <<<"SELECT pgedge.without_table_since(:'peer')") || return
    [ -z "$since" ] || take_rows_without_table "$peer" "$since" || return
    is_true "$(local_sql -v "peer=$peer" <<<"SELECT count(*) > 0 FROM pgedge.doubts_about(:'peer')")" || continue
    equip "$peer" && ask_about_doubts "$peer" &&
      settled=$(local_sql -v "peer=$peer" <<<"CALL pgedge.settle_doubts(:'peer')") || return
    [ "$settled" = 0 ] || log "$settled rows are as on $peer: a change made there came before they did"
  done
}

# ask_about_doubts PROVIDER
ask_about_doubts() {
  {
    echo "CREATE TEMP TABLE asked (relation text, key jsonb); COPY asked FROM STDIN;"
    local_sql -v "peer=$1" <<<"SELECT format('COPY (SELECT * FROM pgedge.doubts_about(%L)) TO STDOUT', :'peer') \gexec" ||
      echo "a line that no COPY takes: it was broken off"
    printf '%s\n' '\.' "COPY (SELECT * FROM pgedge.found()) TO STDOUT;"
  } | sql_on "$1" | {
    echo "TRUNCATE pgedge.answer; COPY pgedge.answer FROM STDIN;"
    cat
    printf '%s\n' '\.'
  } | local_sql
  [[ "${PIPESTATUS[*]}" = "0 0 0 0" ]]
}

# take_rows_without_table PROVIDER SINCE
take_rows_without_table() {
  log "$1 wrote rows into a table before this node had it: comparing what has changed since then"
  followed=()
  mend_from "$1" "$2" && local_sql -v "peer=$1" -v "since=$2" <<<"DELETE FROM pgedge.doubt
    WHERE provider = :'peer' AND relation IS NULL AND at <= :'since'::timestamptz + interval '10 s'" >/dev/null
}
