# ---- Talking to PostgreSQL: statements on standard input, values as psql variables ----

# What a user may set for the server, the database or the role must not reach this script's sessions, nor those that
# Spock's workers open to their providers. libpq reads PGOPTIONS, and PostgreSQL hands its environment on to them.
own_session_options() {
  local known name options="-c search_path=pg_catalog"
  options+=" -c spock.readonly=off -c spock.enable_ddl_replication=off -c spock.deny_all_ddl=off"
  known=$(postgres --describe-config | cut -f 1)
  for name in idle_session_timeout=0 idle_in_transaction_session_timeout=0 lock_timeout=0 statement_timeout=0 \
    transaction_timeout=0 default_transaction_isolation=read\\\ committed default_transaction_read_only=off \
    log_statement=none log_min_duration_statement=-1 log_min_duration_sample=-1 log_transaction_sample_rate=0 \
    row_security=off client_min_messages=warning; do
    # a server does not know what came with a later release, and refuses the session
    [[ $'\n'$known$'\n' != *$'\n'${name%%=*}$'\n'* ]] || options+=" -c $name"
  done
  printf %s "$options"
}

quote_conninfo() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\\\'}"
}

# dsn_of NODE; without a password, which the environment has
dsn_of() {
  printf 'host=%s port=5432 dbname=%s user=%s ' \
    "${address[$1]}" "$(quote_conninfo "$PGDATABASE")" "$(quote_conninfo "$PGUSER")"
  printf 'connect_timeout=5 keepalives_idle=15 keepalives_interval=5 keepalives_count=3'
}

run_psql() {
  psql -XAtq -v ON_ERROR_STOP=1 -v "self=$self" -v "number=$number" -v "listed=$listed" -v "listing=$listing" "$@"
}

local_sql() { PGHOST=/tmp run_psql "$@"; }

# sql_on NODE [OPTION...]: bounded in time, for a node that hangs must not hold up this one
sql_on() {
  if [ "$1" = "$self" ]; then
    local_sql "${@:2}"
  else
    PGOPTIONS="$PGOPTIONS -c statement_timeout=120s" run_psql -d "$(dsn_of "$1") tcp_user_timeout=15000" "${@:2}"
  fi
}

is_true() { [ "$1" = t ]; }
