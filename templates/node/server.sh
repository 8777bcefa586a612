# ---- PostgreSQL without Spock and without clients: for what must be done while nothing else runs ----

# It answers on the socket only. Spock's workers would take up the subscriptions of whoever the catalog says this is.
start_quietly() {
  interruptibly pg_ctl -D "$PGDATA" -s -w -t 86400 -o "-c shared_preload_libraries= -c listen_addresses=" start >&2
}

stop_quietly() { pg_ctl -D "$PGDATA" -s -w -m fast stop >&2; }

# A signal while PostgreSQL runs quietly, or while something is copied: PID 1 ends all of it.
stop_early() {
  local job
  trap - TERM INT
  for job in $(jobs -p); do kill "$job" 2>/dev/null; done
  [ ! -e "$PGDATA/postmaster.pid" ] || stop_quietly
  wait
  exit 143
}

# Spock marks each commit with the id of the node that it came from, and crash recovery moves the origin of that id: it
# must be the subscription's own, or a crash would ask the provider for old changes again. Volumes of earlier releases
# and of the public template are aligned once.
align_origins() {
  local status=0
  [ "$(saved origins)" != aligned ] || return 0
  log "giving the origins of an earlier release the numbers that a crash recovers"
  start_quietly || return
  # a kill may have come before there was a database, or Spock in it
  if is_true "$(PGDATABASE=postgres local_sql -v "database=$PG_DATABASE" \
    <<<"SELECT count(*) > 0 FROM pg_database WHERE datname = :'database'")" &&
    is_true "$(local_sql <<<"SELECT to_regclass('spock.subscription') IS NOT NULL")"; then
    { schema_sql && echo "SELECT pgedge.align_origins();"; } | local_sql >/dev/null
    status=$?
  fi
  stop_quietly
  return "$status"
}
