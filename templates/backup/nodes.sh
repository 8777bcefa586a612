# ---- The nodes ----

quote_conninfo() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\\\'}"
}
# Without user and password, which the environment has. A host that does not exist may still take a connection and
# leave it hanging: everything has an end.
dsn_of() { # NODE [DATABASE]
  printf 'host=%s port=5432 dbname=%s connect_timeout=10 tcp_user_timeout=30000 ' "${ADDRESS[$1]}" \
    "$(quote_conninfo "${2:-$PGDATABASE}")"
  printf 'keepalives_idle=15 keepalives_interval=5 keepalives_count=3'
}
run_psql() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
sql_on() { run_psql -d "$(dsn_of "$1")" "${@:2}"; } # NODE [OPTION...]: statements on standard input
# What is done so on a node is done on this one only.
alone() { PGOPTIONS="$PGOPTIONS -c spock.enable_ddl_replication=off" "$@"; } # COMMAND...

# Nothing when a node is ready and holds everything, else what it is.
complaint_about() { # NODE
  local state missed
  if ! IFS='|' read -r state missed < <(statements state | timeout 20 psql -XAtq -d "$(dsn_of "$1")" 2>/dev/null); then
    echo "$1 does not answer"
  elif [[ $state != ready ]]; then
    echo "$1 is not ready (${state:-unknown})"
  elif [[ $missed ]]; then
    echo "$1 has missed changes of $missed"
  fi
}

# A variable of psql that holds a file; it may be larger than an argument can be.
contents_as() { printf "%s\n" "\\set $1 \`cat '$2'\`"; } # NAME FILE

# A session that stays open: what it is asked is answered by one line.
open_session() { # NODE
  coproc SESSION { run_psql -d "$(dsn_of "$1")" 2>>"$work/session.log"; }
  session=$SESSION_PID
  exec {session_in}>&"${SESSION[1]}" {session_out}<&"${SESSION[0]}"
}
tell() { printf '%s\n' "$@" >&"$session_in"; } 2>/dev/null
answer() { # SECONDS
  local line
  read -r -t "$1" line <&"$session_out" && printf '%s\n' "$line"
}
close_session() {
  kill "$session" 2>/dev/null
  wait "$session" 2>/dev/null
  exec {session_in}>&- {session_out}<&-
}

# options: what belongs to the nodes and not to the user, for pg_dump.
excluding() { # NODE
  sql_on "$1" >"$work/schemas" <<<"
    SELECT '--exclude-schema=' || nspname FROM pg_namespace WHERE nspname IN ('spock', 'pgedge', 'pgedge_restore')
        OR oid = (SELECT extnamespace FROM pg_extension WHERE extname = 'spock')" || return
  mapfile -t options <"$work/schemas"
  [[ $(pg_dump --help) != *--exclude-extension* ]] || options+=(--exclude-extension=spock)
}
