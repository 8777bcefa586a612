# ---- A new node copies one that is ready, and then follows all the others ----
#
# The copy is a standby of its source: rows, roles, sequences, large objects, and with them the source's positions in
# the WAL of every other node, to the transaction. It can follow its source for hours. Then, under a lock, and without
# anybody standing still:
#   1. Every member makes a slot for it, and the source receives what was written before.
#   2. The copy leaves the source's WAL at some point, becomes a node of its own and follows each one from its position.
#   3. When it has caught up, it compares what has changed meanwhile with its source: changes of several nodes may have
#      arrived in another order than they were made.
#   4. Everybody follows it, and it is ready.
# Broken off before 2, it is tried again; after that, the node begins again with an empty directory.

# Wait for a peer to copy, or for a sign that there is none: then this node begins with an empty database.
fetch_copy() {
  local source
  survey_peers
  source=$(first_ready)
  [ -n "$source" ] || return 0
  log "copying $source"
  until copy_from "$source"; do
    log "the copy of $source was broken off: trying again"
    interruptibly sleep 5
    load_members
    survey_peers
    source=$(first_ready)
    [ -n "$source" ] || return 0
  done
}

# copy_from SOURCE
copy_from() {
  local fresh copy_slot
  forget_former_life && has_room_for "$1" || return
  # it keeps WAL for the copy until that has become a node
  copy_slot=$(sql_on "$1" \
    <<<"SELECT slot_name FROM pg_create_physical_replication_slot(pgedge.copy_slot(:'self'), true)") || return
  fresh=$(mktemp -d "$PGDATA.init.XXXXXX") &&
    interruptibly pg_basebackup -d "$(dsn_of "$1")" -D "$fresh" -X stream -c fast -S "$copy_slot" || return
  state=following missed="" whole=yes copied=$1 number=""
  rm -rf "$fresh"/pgdata.* "$fresh/postmaster.pid" "$fresh/pgedge_standby.conf"
  : >"$fresh/standby.signal"
  save_state "$fresh" && settle "$fresh"
}

# Links to an emptied node's former life hold WAL for it on the others, and would take its new life for the old one.
# What it wrote last may have reached some of them only: those give it to the rest first.
forget_former_life() {
  local peer in_reach=()
  for peer in "${peers[@]}"; do
    case "${state_of[$peer]}" in ready | returning | forming) in_reach+=("$peer") ;; esac
  done
  level_out "$self" "${in_reach[@]}"
  for peer in "${in_reach[@]}"; do unlink_on "$peer" "$self" || return; done
}

# has_room_for SOURCE: its databases, and a fifth as much again with 128 MiB for WAL
has_room_for() {
  local needed free
  needed=$(sql_on "$1" <<<"SELECT (sum(pg_database_size(oid)) * 1.2 / 1024)::bigint + 131072 FROM pg_database") ||
    return
  free=$(df -Pk "${PGDATA%/*}" | awk 'NR == 2 { print $4 }')
  [ "$free" -lt "$needed" ] || return 0
  if [ -e "$PGDATA.replaced" ]; then
    log "WARNING: no room for a copy of $1 beside $PGDATA.replaced: removing that"
    discard "$PGDATA.replaced"
    interruptibly rm -rf "$PGDATA".trash.*
    return 1
  fi
  log "no room for a copy of $1: it needs $((needed / 1024)) MiB, the volume has $((free / 1024)) MiB"
  return 1
}

# ---- As a standby ----

# A standby may not have less of these than its source had when it wrote its WAL.
write_standby_settings() {
  {
    printf "hot_standby = on\nprimary_conninfo = '%s'\nprimary_slot_name = 'pgedge_copy_%s'\n" \
      "$(dsn_of "$copied" | sed "s/\\\\/&&/g; s/'/''/g")" "$self"
    sql_on "$copied" <<<"SELECT format('%s = %s', name, setting) FROM pg_settings WHERE name IN ('max_connections',
      'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions', 'max_locks_per_transaction')"
  } | replace_file "$PGDATA/pgedge_standby.conf"
}

begin_again() {
  log "beginning again: $1"
  [ ! -e "$PGDATA/postmaster.pid" ] || stop_quietly
  state=joining
  save_state
  exec /bin/bash "$0"
}

# Until this node has become one of its own. It is PID 1 that runs it, and PostgreSQL is its quiet child.
follow_source() {
  write_standby_settings || begin_again "$copied cannot be asked for its settings"
  start_quietly || begin_again "the copy does not start"
  recall_list
  ceased no_source
  until switch_over; do
    interruptibly sleep 2
    load_members
    survey_peers
    if ! is_streaming && persists no_source 30; then begin_again "$copied does not send its WAL any more"; fi
  done
}

is_streaming() {
  is_true "$(local_sql <<<"SELECT count(*) > 0 FROM pg_stat_wal_receiver WHERE status = 'streaming'")" || return
  ceased no_source
}

# WAL that the source has and the copy does not, in bytes
replay_lag() {
  local position
  position=$(local_sql <<<"SELECT pg_last_wal_replay_lsn()") &&
    sql_on "$copied" -v "position=$position" <<<"SELECT greatest(pg_current_wal_lsn() - :'position', 0)::bigint"
}

# ---- The switch-over ----

switch_over() {
  local lag
  survey_peers
  lag=$(replay_lag) || return
  [ "$lag" -lt 16777216 ] || {
    log_news "following $copied"
    return 1
  }
  take_join_lock || return
  if choose_followed "$copied" && make_slots && take_number "$copied" "${followed[@]}" &&
    wait_until 20 has_replayed "$(mark "$copied")"; then
    become_a_node
    return 0
  fi
  release_join_lock
  return 1
}

# choose_followed SOURCE: the other members, which this node follows from the positions of its copy
choose_followed() {
  local peer host links providers=""
  followed=()
  links=$(sql_on "$1" <<<"SELECT node_name, substring(if_dsn FROM 'host=(\S+)') FROM spock.subscription
    JOIN spock.node ON node_id = sub_origin JOIN spock.node_interface ON if_id = sub_origin_if") || return
  while IFS='|' read -r peer host; do
    # it may be newer than the list of this node
    [ -z "$peer" ] || is_member "$peer" || {
      peers+=("$peer")
      address[$peer]=$host
    }
    providers+=" $peer"
  done <<<"$links"
  survey_peers
  # a newer list has come in: from the beginning
  for peer in $providers; do contains "${peers[*]} $self" "$peer" || return; done
  for peer in "${peers[@]}"; do
    case "$peer ${state_of[$peer]:-}" in
      "$1 ready" | *" new") ;; # a new one is empty: it will join after this one
      *" ready" | *" forming")
        # what the source has missed is in no copy of it; that peer has missed more, and will begin again itself
        if contains "$providers" "$peer" && ! contains "${missed_of[$1]:-}" "$peer"; then followed+=("$peer"); fi
        ;;
      *) ! contains "$providers" "$peer" || {
        log_news "a join needs every member: waiting for $peer"
        return 1
      } ;;
    esac
  done
  [ "${state_of[$1]:-}" = ready ]
}

# Of each follows: the copy gets from the source what was written before its slot was made.
make_slots() {
  local peer position
  since=$(sql_on "$copied" <<<"SELECT clock_timestamp() - interval '10 seconds'") || return
  for peer in "$copied" "${followed[@]}"; do
    equip "$peer" && offer "$self" "$peer" || {
      log_news "$peer does not make a slot yet: is a transaction open for long there?"
      return 1
    }
  done
  for peer in "${followed[@]}"; do
    position=$(mark "$peer") && wait_until 20 has_received "$copied" "$peer" "$position" || {
      log_news "$copied does not receive from $peer: trying again later"
      return 1
    }
  done
}

has_replayed() { is_true "$(local_sql -v "position=$1" <<<"SELECT pg_last_wal_replay_lsn() >= :'position'")"; }

# Where it left the source's WAL stands in the history of its new timeline.
become_a_node() {
  local cut history
  state=joining
  save_state || begin_again "the state cannot be saved"
  local_sql <<<"SELECT pg_promote()" >/dev/null || begin_again "the copy cannot be promoted"
  wait_until 10 is_promoted || begin_again "the copy cannot be promoted"
  history=$(find "$PGDATA/pg_wal" -name '*.history' | sort | tail -n 1)
  cut=$(awk 'NF > 1 { cut = $2 } END { print cut }' "$history")
  { schema_sql && handover_sql; } | local_sql >/dev/null &&
    local_sql -v "dsn=$(dsn_of "$self")" -v "source=$copied" -v "cut=$cut" >/dev/null \
      <<<"SELECT pgedge.become(:'self', :'dsn', :'source', :'cut')" ||
    begin_again "the copy cannot become a node"
  stop_quietly || begin_again "the copy does not stop"
  rm -f "$PGDATA/pgedge_standby.conf"
}

is_promoted() { ! is_true "$(local_sql <<<"SELECT pg_is_in_recovery()")"; }

# ---- As a node of its own ----

# PostgreSQL runs with Spock by now.
complete_join() {
  local peer position
  wait_until 60 pg_isready -q -h /tmp || begin_again "PostgreSQL does not start"
  for peer in "$copied" "${followed[@]}"; do
    position=$(local_sql -v "peer=$peer" <<<"SELECT position FROM pgedge.start_from WHERE provider = :'peer'") &&
      follow "$self" "$peer" "$position" || begin_again "$peer cannot be followed"
  done
  for peer in "$copied" "${followed[@]}"; do
    position=$(mark "$peer") && wait_until 600 has_received "$self" "$peer" "$position" ||
      begin_again "what $peer wrote does not arrive"
  done
  mend_from "$copied" "$since" || begin_again "it cannot be compared with $copied"
  settle_doubts || log "WARNING: what came in another order could not be asked about yet"
  for peer in "$copied" "${followed[@]}"; do
    link "$peer" "$self" && sql_on "$peer" <<<"SELECT pgedge.end_copy(:'self')" >/dev/null ||
      begin_again "$peer does not follow"
  done
  wait_until 60 is_linked "$((${#followed[@]} + 1))" || begin_again "it is not linked both ways"
  # what its source has missed is in no copy of it
  for peer in ${missed_of[$copied]}; do [ "$peer" = "$self" ] || missed+="$peer "; done
  copied=""
  publish ready
  release_join_lock
}
