# --- The pooler's process

POOLER='' # its process; empty: it does not run yet

# cut short by a signal
pause() {
  sleep "$PAUSE" &
  wait "$!"
}

beat() { tell_time && echo "$NOW" >"$FOUND/.now" && mv "$FOUND/.now" "$FOUND/.pulse"; }

# asks who has to be asked
look() { # ROUND
  local asked
  [ -z "$PRIMARY" ] || [ $(($1 % ALL_EVERY)) -ne 0 ] || take_list
  asked="$NEAR $FAR"
  [ -z "$PRIMARY" ] || [ $(($1 % ALL_EVERY)) -eq 0 ] || asked=$PRIMARY
  # shellcheck disable=SC2086 # addresses hold no blanks
  learn $asked
  # shellcheck disable=SC2046
  [ "$asked" != "$PRIMARY" ] || is_ready "$PRIMARY" || learn $(others)
  beat
}

others() {
  local node
  for node in $NEAR $FAR; do [ "$node" = "$PRIMARY" ] || echo "$node"; done
}

# leaves with the pooler's own exit status
finish() {
  local status=0
  wait "$POOLER" || status=$?
  say "the pooler ended with status $status"
  exit "$status"
}

# INT is the graceful stop of pgcat and PgBouncer alike: clients end their transactions first.
stop() {
  trap '' TERM INT
  kill -INT "$POOLER"
  (sleep "$STOPPING" && kill -KILL "$POOLER") 2>/dev/null &
  finish
}

serve() {
  local round=0
  trap 'exit 143' TERM INT # PID 1 has no default action for these
  rm -f "$CONFIG"
  meet_nodes
  beat
  until look 0 && choose_primary; do
    say 'waiting: no node is ready'
    pause
  done
  write_config
  (run) &
  POOLER=$!
  trap 'kill -KILL "$POOLER"; exit 143' TERM INT # it has no client yet
  # one that has only just started does not hear signals
  while kill -0 "$POOLER" 2>/dev/null && ! console; do sleep 0.2; done
  trap stop TERM INT
  while pause && kill -0 "$POOLER" 2>/dev/null; do
    round=$((round + 1))
    look "$round"
    # with no node ready there is nothing better to tell the pooler than what it has
    choose_primary || continue
    ! write_config || kill -HUP "$POOLER"
  done
  finish
}

# An answer through the pooler, over a connection of the probe's own: a busy pool makes clients wait, and must not look
# like a broken one. It is the node that answers, so that a pooler before a node that is not ready is not ready either.
ready() {
  local answer
  answer=$(PGHOST=127.0.0.1 PGDATABASE=pooler-probe query 'SHOW pgedge.state') &&
    [ "${answer##*"$NEWLINE"}" = ready ] # without what psql may have warned of
}

# The script's rounds go on, and the pooler, if it runs, answers.
alive() {
  local pulse
  read -r pulse <"$FOUND/.pulse" && tell_time && [ $((NOW - pulse)) -le "$PULSE" ] || return 1
  [ ! -e "$CONFIG" ] || console
}

"${1:-serve}"
