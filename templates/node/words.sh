# ---- Words that every other part uses ----

log() { printf '%s pgedge: %s\n' "$(date -u +%FT%TZ)" "$*" >&2; }

# Once, although the loop comes by every few seconds.
log_news() {
  [ "$*" = "${last_news:-}" ] || log "$*"
  last_news=$*
}

die() {
  log "FATAL: $*"
  exit 1
}

# contains WORDS WORD
contains() { [[ " $1 " == *" $2 "* ]]; }

# wait_until SECONDS CONDITION...
wait_until() {
  local end=$((SECONDS + $1))
  until "${@:2}"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.2
  done
}

# persists CONDITION ROUNDS: it has been true in so many rounds on end. What only restarts is not lost yet.
persists() {
  rounds[$1]=$((${rounds[$1]:-0} + 1))
  [ "${rounds[$1]}" -ge "$2" ]
}

# ceased CONDITION: it is not true any more
ceased() { rounds[$1]=0; }

# In the background and with a wait: only so does bash heed a signal before the command has ended.
interruptibly() {
  "$@" &
  wait $!
}
