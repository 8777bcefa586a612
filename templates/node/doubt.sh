# ---- Changes that came in another order than they were made; doubt.sql says how they are found and made good ----

look_into_doubts() {
  if settle_doubts; then
    ceased doubts
  elif persists doubts "$LONG_PATIENCE"; then
    log "WARNING: rows are in doubt, and no other node can be asked about them: the errors above say why"
    ceased doubts
  fi
}

settle_doubts() {
  local peer wide since
  local_sql >/dev/null <<'SQL' || return
SELECT pgedge.note_doubts();
\set ON_ERROR_STOP off
CALL pgedge.watch_deletions();
SQL
  [ "$(local_sql <<<"SELECT count(*) FROM pgedge.doubt")" != 0 ] || return 0
  for peer in "${peers[@]}"; do
    # one that is back waits for this node in turn; it says nothing of what it may not have received yet
    case "${state_of[$peer]:-}" in ready | returning) equip "$peer" || continue ;; *) continue ;; esac
    IFS='|' read -r wide since < <(local_sql -v "peer=$peer" <<<"SELECT * FROM pgedge.wide_doubt(:'peer')")
    [ -z "$wide" ] || settle_wide_doubt "$peer" "$since" "$wide" || return
    settle_doubts_about "$peer" || return
  done
}

# settle_doubts_about PROVIDER
settle_doubts_about() {
  local questions knowledge settled
  IFS='|' read -r questions knowledge < <(local_sql -v "peer=$1" <<<"SELECT * FROM pgedge.ask(:'peer')")
  [ "${questions:-0}" != 0 ] || return 0
  # without this it could not have all that this node had by now
  local_sql <<<"CALL pgedge.beat()"
  wait_until 3 has_all_of "$1" "$knowledge"
  ask_questions "$1" "$knowledge" && settled=$(local_sql -v "peer=$1" <<<"CALL pgedge.settle_doubts(:'peer')") || return
  [ "$settled" = 0 ] || log "$settled rows are now as on $1: they had come in another order than they were made"
}

# has_all_of NODE KNOWLEDGE
has_all_of() { is_true "$(sql_on "$1" -v "theirs=$2" <<<"SELECT pgedge.has_all_of(:'theirs')")"; }

# ask_questions PROVIDER KNOWLEDGE
ask_questions() {
  {
    echo "CREATE TEMP TABLE asked (LIKE pgedge.question); COPY asked FROM STDIN;"
    local_sql <<<"COPY pgedge.question TO STDOUT" || echo "a line that no COPY takes: it was broken off"
    printf '%s\n' '\.' "SELECT format('COPY (SELECT * FROM pgedge.found(%L)) TO STDOUT', :'theirs') \gexec"
  } | sql_on "$1" -v "theirs=$2" | {
    echo "COPY pgedge.answer FROM STDIN;"
    cat
    printf '%s\n' '\.'
  } | local_sql
  [[ "${PIPESTATUS[*]}" = "0 0 0 0" ]]
}

# settle_wide_doubt PROVIDER SINCE DOUBT
settle_wide_doubt() {
  local peer
  followed=()
  for peer in "${peers[@]}"; do
    [ "$peer" = "$1" ] || [ "${state_of[$peer]:-}" != ready ] || followed+=("$peer")
  done
  mend_from "$1" "$2" "$3" || return
  count_sql "pgedge.at_source WHERE relation NOT IN (SELECT name FROM pgedge.shared_table)" | local_sql |
    log_each "WARNING: skipped, for $1 replicates a table that this node does not:"
  local_sql -v "id=$3" <<<"DELETE FROM pgedge.doubt WHERE id = :id"
}
