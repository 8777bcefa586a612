# ---- The database and its Spock node; each step may find its work done, for a kill can come between any two ----

set_up_node() {
  local node content
  PGDATABASE=postgres local_sql -v "database=$PG_DATABASE" <<<"SELECT format('CREATE DATABASE %I', :'database')
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec" || return
  local_sql <<<"CREATE EXTENSION IF NOT EXISTS spock" || return
  node=$(local_sql <<<"SELECT node_name FROM spock.local_node JOIN spock.node USING (node_id)") || return
  [ "${node:-$self}" = "$self" ] || die "the data directory is of the node $node, this is $self"
  [ -n "$node" ] || local_sql -v "dsn=$(dsn_of "$self")" >/dev/null <<<"SELECT spock.node_create(:'self', :'dsn')" ||
    return
  install_schema || return
  content=$(local_sql <<<"SELECT (SELECT count(*) FROM spock.subscription) + (SELECT count(*) FROM spock.tables
    WHERE nspname <> 'pgedge')") || return
  if [ "$content" = 0 ]; then
    whole=yes
    publish new
  else
    log "taking over the data of the public template"
    local_sql <<<"SELECT pgedge.place_all_tables()" >/dev/null && publish ready
  fi
}

# At every start, for the functions may be of an earlier release.
install_schema() {
  { schema_sql && handover_sql; } | local_sql >/dev/null || return
  local_sql >/dev/null <<'SQL'
SELECT spock.repset_add_table('default'::name, 'pgedge.heartbeat'::regclass)
 WHERE NOT EXISTS (SELECT FROM spock.tables WHERE relid = 'pgedge.heartbeat'::regclass AND set_name = 'default');
INSERT INTO pgedge.life SELECT '-infinity', pgedge.this_node() WHERE NOT EXISTS (SELECT FROM pgedge.life);
SQL
}

# The secret wins; nothing of the statement may reach a log.
align_password() {
  PGHOST=127.0.0.1 run_psql <<<"SELECT 1" >/dev/null 2>&1 && return
  log "the role has another password than the secret: changing it"
  local_sql -v "user=$PG_USERNAME" >/dev/null 2>&1 <<'SQL' || log "the password could not be changed"
\getenv password PGPASSWORD
SET log_min_messages = panic; SET log_min_error_statement = panic; SET spock.enable_ddl_replication = off;
ALTER ROLE :"user" PASSWORD :'password';
SQL
}
