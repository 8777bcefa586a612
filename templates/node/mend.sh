# ---- What is missing here after this node caught up; mend.sql says how it is found ----

# mend_from SOURCE SINCE [DOUBT]: until nothing is missing any more that was written since then; of the table of a doubt
mend_from() {
  local round lasting knowledge="{}" mended=0 patience=60
  # what a node that is away had sent to this one alone will not come to the source now
  [ "$(broken_subscriptions)" = none ] || patience=10
  equip "$1" && local_sql <<<"TRUNCATE pgedge.difference" || return
  for round in 1 2 3 4 5 6 7 8; do
    exchange_beats "$1" && wait_until "$patience" has_all_of "$1" "$knowledge" || return
    ask_for_rows "$1" "$2" "${3:-}" && lasting=$(local_sql <<<"SELECT pgedge.compare()") || return
    knowledge=$(local_sql <<<"SELECT pgedge.knowledge_by_now()") || return
    [ "$lasting" = 0 ] || local_sql >/dev/null <<'SQL' || return
CREATE TEMP TABLE given AS SELECT relation, writer, at, content FROM pgedge.lasting;
CALL pgedge.take_rows();
SQL
    mended=$((mended + lasting))
    if [ "$round" -gt 1 ] && [ "$lasting" = 0 ]; then
      [ "$mended" = 0 ] || log "$mended rows that were missing here are as on $1"
      return
    fi
  done
  log "WARNING: after $round rounds this node still differs from $1"
}

# exchange_beats SOURCE: all that any node had written by now is here, and at the source
exchange_beats() {
  local peer position
  local_sql <<<"CALL pgedge.beat()" || return
  for peer in "$1" "${followed[@]}"; do
    sql_on "$peer" <<<"CALL pgedge.beat()" && position=$(mark "$peer") || return
    wait_until 60 has_received "$self" "$peer" "$position" || return
    [ "$peer" = "$1" ] || wait_until 60 has_received "$1" "$peer" "$position" || return
  done
}

# ask_for_rows SOURCE SINCE DOUBT
ask_for_rows() {
  local_sql -v "since=$2" -v "doubt=$3" <<<"SELECT pgedge.question_for_rows(:'since', nullif(:'doubt', '')::bigint)" |
    sql_on "$1" | {
    echo "TRUNCATE pgedge.at_source; COPY pgedge.at_source FROM STDIN;"
    cat
    printf '%s\n' '\.'
  } | local_sql
  [[ "${PIPESTATUS[*]}" = "0 0 0 0" ]]
}
