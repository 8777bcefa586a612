# ---- postgresql.conf and pg_hba.conf, written anew at each start ----

write_settings() {
  grep -q "^include_if_exists = 'pgedge.conf'" "$PGDATA/postgresql.conf" ||
    echo "include_if_exists = 'pgedge.conf'" >>"$PGDATA/postgresql.conf"
  settings | replace_file "$PGDATA/pgedge.conf" && access | replace_file "$PGDATA/pg_hba.conf" ||
    log "WARNING: the settings cannot be written, those of the last start stay: is the volume full?"
}

settings() {
  cat <<'CONF'
listen_addresses = '*'
unix_socket_directories = '/tmp'
logging_collector = off                  # the log belongs to the container, not on the volume
shared_preload_libraries = 'spock'
wal_level = logical
track_commit_timestamp = on              # the last update of a row wins, and that needs its time
wal_sender_timeout = 30s                 # bounds how long a peer that is cut off can hold up a fast shutdown ...
tcp_user_timeout = 30s                   # ... and the checkpoint that ends its slot: it waits for the last write
spock.enable_ddl_replication = on        # plain DDL runs on every node ...
spock.include_ddl_repset = on            # ... and a new table replicates from every node
spock.allow_ddl_from_functions = on
spock.exception_behaviour = 'discard'    # skip a row that cannot be applied, not the whole of its transaction
spock.exception_logging = 'discard'      # log the row that was skipped, not all of its transaction
spock.synchronous_commit = off           # one commit after the other, each on disk, would be too slow to keep up ...
wal_writer_delay = 20ms                  # ... so it follows soon: a worker that restarts says that all is on disk
spock.save_resolutions = on              # tells of deletions that came before their row
spock.check_all_uc_indexes = on          # two rows with one second unique key are a conflict, too
include_if_exists = 'pgedge_state.conf'
CONF
  # PostgreSQL that has this list refuses all other output plugins; PostgreSQL without it refuses the setting.
  [[ "$(postgres --describe-config)" != *output_plugin_libraries* ]] ||
    echo "output_plugin_libraries = 'pgoutput, test_decoding, spock_output'"
  node_settings
  # Spock's workers obey these too: each of them would make one skip rows, or end it in the middle of a copy.
  echo "lock_timeout = 0"
  echo "idle_session_timeout = 0"
  echo "idle_in_transaction_session_timeout = 0"
  echo "default_transaction_isolation = 'read committed'"
  [[ "$(postgres --describe-config)" != *$'\n'transaction_timeout* ]] || echo "transaction_timeout = 0"
  echo "include_if_exists = 'pgedge_standby.conf'"
}

# The last rules let everybody with a password in; `local` is inside the container.
access() {
  echo 'local all all trust'
  extra_access
  printf '%s\n' 'host all all 0.0.0.0/0 scram-sha-256' 'host all all ::/0 scram-sha-256' \
    'host replication all 0.0.0.0/0 scram-sha-256' 'host replication all ::/0 scram-sha-256'
}
