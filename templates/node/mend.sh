# ---- What came in the wrong order while this node caught up; mend.sql says how it is found ----

# mend_from SOURCE SINCE: until nothing differs any more that has changed there or here since then
mend_from() {
  local round lasting mended=0
  equip "$1" && local_sql <<<"TRUNCATE pgedge.difference" || return
  wait_until 30 has_no_doubts "$1" || return
  for round in 1 2 3 4 5 6 7 8; do
    exchange_beats "$1" && ask_for_rows "$1" "$2" && ask_for_gone "$1" "$2" || return
    lasting=$(local_sql <<<"SELECT pgedge.compare()") || return
    [ "$lasting" = 0 ] || local_sql >/dev/null <<'SQL' || return
CREATE TEMP TABLE given AS SELECT relation, writer, at, content FROM pgedge.lasting WHERE NOT deleted;
CALL pgedge.take_rows();
SELECT pgedge.drop_lasting();
SQL
    mended=$((mended + lasting))
    if [ "$round" -gt 1 ] && [ "$lasting" = 0 ]; then
      [ "$mended" = 0 ] || log "mended $mended rows that had come in another order than on $1"
      return
    fi
  done
  log "WARNING: after $round rounds this node still differs from $1"
}

# has_no_doubts SOURCE: what it is about to put right itself is no model for others
has_no_doubts() {
  is_true "$(sql_on "$1" <<<"SELECT count(*) = 0 FROM (SELECT DISTINCT provider FROM pgedge.doubt) doubted,
    pgedge.doubts_about(provider)")"
}

# exchange_beats SOURCE: all that any node had written by now is here, and at the source
exchange_beats() {
  local peer position
  for peer in "$1" "${followed[@]}"; do
    sql_on "$peer" <<<"CALL pgedge.beat()" && position=$(mark "$peer") || return
    wait_until 60 has_received "$self" "$peer" "$position" || return
    [ "$peer" = "$1" ] || wait_until 60 has_received "$1" "$peer" "$position" || return
  done
}

# ask_for_rows SOURCE SINCE
ask_for_rows() {
  {
    echo "TRUNCATE pgedge.at_source; COPY pgedge.at_source FROM STDIN;"
    sql_on "$1" -v "since=$2" <<<"SELECT format('COPY (SELECT * FROM pgedge.recent(%L)) TO STDOUT', :'since') \gexec" ||
      echo "a line that no COPY takes: it was broken off"
    printf '%s\n' '\.'
  } | local_sql
  [[ "${PIPESTATUS[*]}" = "0 0" ]]
}

# ask_for_gone SOURCE SINCE
ask_for_gone() {
  {
    echo "CREATE TEMP TABLE asked (relation text, writer name, at timestamptz, content text); COPY asked FROM STDIN;"
    local_sql -v "since=$2" <<<"SELECT format('COPY (SELECT * FROM pgedge.recent(%L)) TO STDOUT', :'since') \gexec" ||
      echo "a line that no COPY takes: it was broken off"
    printf '%s\n' '\.' "CREATE INDEX ON asked (relation); ANALYZE asked; COPY (SELECT * FROM pgedge.gone()) TO STDOUT;"
  } | sql_on "$1" | {
    echo "TRUNCATE pgedge.not_at_source; COPY pgedge.not_at_source FROM STDIN;"
    cat
    printf '%s\n' '\.'
  } | local_sql
  [[ "${PIPESTATUS[*]}" = "0 0 0 0" ]]
}
