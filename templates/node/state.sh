# ---- What this node publishes, in a file that postgresql.conf includes: it outlives a crash, and all can read it ----
#
#   pgedge.state    setup       fresh, or a volume of the public template
#                   new         an empty database, waiting for others that are new, or for one to copy
#                   forming     all are new: subscribing to each other
#                   following   a standby of the node that it copies
#                   joining     the copy has become a node of its own; a start from here begins again
#                   returning   it has served before, and has not looked around since it started
#                   leaving     it hands over its writes, to begin again with a copy
#                   stopping    it was told to stop, and takes writes until its clients have gone elsewhere
#                   replaced    what it holds is set aside, for somebody to look at
#                   ready       it holds everything, and takes writes
#   pgedge.missed   peers whose changes are lost to it
#   pgedge.whole    whether all it ever missed was made good: yes, but for a volume of the public template
#   pgedge.number   its own, for snowflake.node and lolor.node

saved() { sed -n "s/^pgedge\.$1 = '\(.*\)'$/\1/p" "${2:-$PGDATA}/pgedge_state.conf" 2>/dev/null; }

load_state() {
  state=$(saved state) missed=$(saved missed) whole=$(saved whole) copied=$(saved copied) number=$(saved number)
}

# replace_file FILE: with what comes on standard input. The old content stays until the new is safely there, for on a
# full volume there will be no new one.
replace_file() {
  cat >"$1.new" && sync "$1.new" && [ -s "$1.new" ] && mv "$1.new" "$1" && sync "${1%/*}" && return
  rm -f "$1.new"
  return 1
}

state_lines() {
  local origins=aligned
  printf "pgedge.%s = '%s'\n" node "$self" state "$state" missed "$missed" whole "$whole" \
    copied "$copied" origins "$origins" number "$number"
  [ -z "$number" ] || printf "%s.node = '$number'\n" snowflake lolor
  # nobody writes to a node that does not serve
  case "$state" in ready | stopping) ;; *) echo "spock.readonly = 'user'" ;; esac
}

save_state() { state_lines | replace_file "${1:-$PGDATA}/pgedge_state.conf"; }

# publish STATE
publish() {
  local before=$state
  state=$1
  save_state || {
    log "the state $1 cannot be saved: is the volume full?"
    state=$before
    return 1
  }
  [ "$before" = "$1" ] || log "state: $1"
  local_sql <<<"SELECT pg_reload_conf()" >/dev/null
}
