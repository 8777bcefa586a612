# ---- PID 1: PostgreSQL, and the reconcile loop beside it ----

# Ends the reconcile loop when PostgreSQL has to stop and the node to begin again; psql itself ends with 1, 2 or 3.
readonly BEGIN_AGAIN=75

# Seconds between the word and the stop: a pooler asks the primary every second, and every node within four. Who has
# no connection at the moment may still come back for another.
readonly FAREWELL=5 SHORT_FAREWELL=2
# Seconds that the last node in service stays for one that is being restarted. Behind it the grace period has room for a
# stop that a peer without an answer holds up, before it for the platform's own pause.
readonly STAY=90

prepare_directory() {
  mkdir -p "${PGDATA%/*}" && check_directory && end_leftover_postgres && clear_away || return
  if [ ! -e "$PGDATA/PG_VERSION" ]; then
    fetch_copy
    [ -e "$PGDATA/PG_VERSION" ] || { create_directory && state=setup && save_state; }
  fi
  chmod 700 "$PGDATA"
  load_state
  # leaving: killed while it handed over
  case "$state" in ready | leaving | stopping) state=returning ;; esac
  write_settings
  align_origins || die "the positions of an earlier release cannot be read"
  state=${state:-setup}
  save_state || log "WARNING: the state cannot be saved: is the volume full?"
  [ "$state" != following ] || follow_source
}

reconcile() {
  local node
  until pg_isready -q -h /tmp; do sleep 0.2; done
  load_state
  { [ "$state" != setup ] || set_up_node; } && install_schema && align_password || return
  [ "$state" != returning ] || away_since=$(local_sql <<<"SELECT coalesce((SELECT at FROM pgedge.heartbeat
    WHERE node = :'self'), clock_timestamp() - interval '1 minute') - interval '10 s'") || return
  recall_list
  [ -z "${CPLN_ENDPOINT:-}" ] || name_missing_locations &
  for node in $(local_sql <<<"SELECT node FROM pgedge.linked_node"); do once_listed[$node]=yes; done
  while load_members && exchange_list && survey_peers; do
    note_states
    case "$state" in
      new) settle_in ;;
      forming) form_cluster ;;
      returning) look_around ;;
      ready) look_after_links ;;
      *) exit "$BEGIN_AGAIN" ;;
    esac
    if [ "$state" = ready ]; then sleep 5; else sleep 1; fi
  done
}

# Poolers lead their clients elsewhere before a connection breaks.
say_farewell() {
  local known=()
  local -x PGCONNECT_TIMEOUT=2 # a server that hangs is stopped without
  load_state
  [ "$state" = ready ] && publish stopping || return 0
  # who does not answer anyway takes no time
  mapfile -t known < <(local_sql <<<"SELECT node FROM pgedge.peer WHERE state <> 'unreachable'")
  look_for_company "${known[@]}"
  wait_for_poolers
  look_for_company "${known[@]}"
  ! stay_for_others || wait_for_poolers
}

wait_for_poolers() {
  local seconds
  for ((seconds = 1; seconds <= FAREWELL; seconds++)); do
    sleep 1
    [ "$seconds" -lt "$SHORT_FAREWELL" ] || has_clients || break
  done
}

# look_for_company PEER...: company is one in service; restarting is one that stops or has come back, once it was seen
look_for_company() {
  local peer
  company=""
  for peer in "$@"; do
    state_of[$peer]=$(sql_on "$peer" <<<"SHOW pgedge.state" 2>/dev/null)
    case "${state_of[$peer]}" in
      ready) company=$peer && return ;;
      stopping | returning | following | joining) restarting=$peer ;;
    esac
  done
}

# With one node in each location the platform stops all of them at once. The first that stops stays until another one is
# back; false when it did not have to.
stay_for_others() {
  local node end=$((SECONDS + STAY))
  [ -z "$company" ] && [ -n "$restarting" ] || return
  for node in "${members[@]}"; do
    [ "$node" != "$self" ] || break
    [ "${state_of[$node]:-}" != stopping ] || return
  done
  log "the last node in service: staying for $restarting"
  until [ -n "$company" ] || [ "$SECONDS" -ge "$end" ]; do
    sleep 1
    look_for_company "${peers[@]}"
  done
}

has_clients() {
  is_true "$(local_sql <<<"SELECT EXISTS (SELECT FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND client_addr IS NOT NULL)")"
}

supervise() {
  local postgres reconciler stopping="" again="" status company="" restarting=""
  postgres -D "$PGDATA" &
  postgres=$!
  # for PostgreSQL SIGINT is a fast shutdown
  trap 'stopping=yes; kill -INT "$postgres"' TERM INT
  [ "$state" != joining ] || complete_join
  reconcile &
  reconciler=$!
  # `wait` returns when a child has ended, also one that a signal ended just before
  trap 'stopping=yes; kill "$reconciler" 2>/dev/null' TERM INT
  while kill -0 "$postgres" 2>/dev/null; do
    if [ -n "$stopping$again" ]; then
      [ -z "$stopping" ] || say_farewell
      # once more: the first may have been too early
      kill -INT "$postgres"
      sleep 0.2
      continue
    fi
    wait -n "$postgres" "$reconciler"
    if [ -n "$stopping" ] || kill -0 "$reconciler" 2>/dev/null; then continue; fi
    wait "$reconciler"
    status=$?
    if [ "$status" = "$BEGIN_AGAIN" ]; then
      again=yes
      continue
    fi
    kill -0 "$postgres" 2>/dev/null || break
    log "the reconcile loop ended with status $status: starting it again"
    sleep 1
    reconcile &
    reconciler=$!
  done
  wait "$postgres"
  status=$?
  kill "$reconciler" 2>/dev/null
  [ -z "$again" ] || [ -n "$stopping" ] || exec /bin/bash "$0"
  log "PostgreSQL ended with status $status"
  exit "$status"
}

run_node() {
  trap stop_early TERM INT
  check_credentials
  load_members
  check_location
  check_image
  [ -e "$PGDATA/PG_VERSION" ] || claim
  prepare_directory && supervise
}
