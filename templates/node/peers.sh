# ---- What the others say of themselves and of this node ----

# state_of: what it publishes; empty without an answer, "unmanaged" under the public template. slot_at: this node's slot
# there. confirmed_of: its last beat that this node had confirmed; known_at: the last beat of this node that it has.
# list_of: the newer of its list and this node's.
declare -A state_of missed_of slot_at confirmed_of known_at list_of rounds

survey_peers() {
  local peer at newest=0 list=""
  for peer in "${peers[@]}"; do
    IFS='|' read -r "state_of[$peer]" "missed_of[$peer]" "slot_at[$peer]" "confirmed_of[$peer]" "known_at[$peer]" \
      at "list_of[$peer]" < <(survey_sql | sql_on "$peer" -v "peer=$peer" 2>/dev/null)
    if is_newer "${at:-0}" "${list_of[$peer]}" "$newest" "$list"; then newest=$at list=${list_of[$peer]}; fi
  done
  state_of[$self]=$state missed_of[$self]=$missed
  # whoever came into the list by that is asked in the next round
  take_over "$newest" "$list"
}

# For pgedge.cluster.
note_states() {
  local peer states=""
  for peer in "${peers[@]}"; do states+="$peer=${state_of[$peer]:-unreachable} "; done
  [ "$states" != "${noted_states:-}" ] || return 0
  local_sql -v "states=$states" <<<"SELECT pgedge.note_states(:'states')" >/dev/null && noted_states=$states
}

# all_peers_are STATE...
all_peers_are() {
  local peer
  for peer in "${peers[@]}"; do
    contains "$*" "${state_of[$peer]:-unreachable}" || {
      log_news "$state; waiting for $peer, which is ${state_of[$peer]:-unreachable}"
      return 1
    }
  done
}

# The ready nodes, first who has missed the fewest peers, in the order of the list among equals. It is the same seen
# from every node: new ones copy the first; of damaged ones the last begins again, which often mends the others.
rank_ready() {
  local node
  for node in "${members[@]}"; do
    [ "${state_of[$node]:-}" != ready ] || echo "$(wc -w <<<"${missed_of[$node]:-}") $node"
  done | sort -s -n -k 1,1 | sed 's/.* //'
}

first_ready() { rank_ready | head -n 1; }

is_last_and_not_alone() { [ "$(rank_ready | tail -n 1)" = "$self" ] && [ "$(first_ready)" != "$self" ]; }

# One node changes the links at a time. All look for the lock on the same node, the first member that is ready, and look
# once more when they have it. A coprocess holds it, and the session ends with it.
take_join_lock() {
  local holder answer=""
  holder=$(first_member_ready) && [ -n "$holder" ] || return
  coproc LOCK { sql_on "$holder" 2>/dev/null; }
  lock_session=$LOCK_PID lock_input=${LOCK[1]}
  echo "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 5; SET statement_timeout = 0;
    SELECT pg_try_advisory_lock(7333001);" >&"$lock_input"
  read -t 15 -r answer <&"${LOCK[0]}"
  if is_true "$answer"; then
    survey_peers
    [ "$(first_member_ready)" != "$holder" ] || return 0
  fi
  log_news "$state; another node is joining, or $holder does not answer: waiting for the lock"
  release_join_lock
  return 1
}

first_member_ready() {
  local node
  for node in "${members[@]}"; do
    [ "${state_of[$node]:-}" != ready ] || {
      echo "$node"
      return
    }
  done
}

release_join_lock() {
  [ -n "${lock_session:-}" ] || return 0
  exec {lock_input}>&-
  wait "$lock_session" 2>/dev/null
  lock_session=""
}
