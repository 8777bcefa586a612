# --- Which node takes the writes
#
# The first node of the list that has been up and ready for a while: a lost one is left within seconds, and returned
# to only when it is sound. The rule goes by what the nodes say, hardly by what the script remembers, so pooler
# replicas old and new choose alike. Where two of them see the network differently, they write to two nodes for a
# while: safe (every node takes writes, the last update wins), if not wanted.

PRIMARY='' # empty: none was ever found

# Where the whole cluster has just started, half the age of its oldest node is a while.
settling_time() {
  local node uptime rest oldest=0
  # shellcheck disable=SC2086 # addresses hold no blanks
  for node in $(ready_ones $NEAR $FAR); do
    read -r uptime rest <"$FOUND/$node"
    [ "$uptime" -le "$oldest" ] || oldest=$uptime
  done
  if [ $((oldest / 2)) -lt "$SETTLED" ]; then echo $((oldest / 2)); else echo "$SETTLED"; fi
}

# Sets PRIMARY: the first node that has settled; as long as there is none, the one that it was, or the first that is
# ready. False when no node is ready.
choose_primary() {
  local node choice='' reserve='' time
  time=$(settling_time)
  for node in $NEAR $FAR; do
    if is_settled "$node" "$time"; then
      choice=$node
      break
    elif is_ready "$node"; then
      : "${reserve:=$node}"
      [ "$node" != "$PRIMARY" ] || reserve=$node
    fi
  done
  choice=${choice:-$reserve}
  [ -n "$choice" ] || return 1
  [ "$choice" = "$PRIMARY" ] || say "primary: $choice"
  PRIMARY=$choice
}

# The nodes that serve reads: the ready ones of this location, all that are ready where there is none.
readers() {
  local near
  # shellcheck disable=SC2086 # addresses hold no blanks
  near=$(ready_ones $NEAR)
  # shellcheck disable=SC2086
  if [ -n "$near" ]; then echo "$near"; else ready_ones $FAR; fi
}
