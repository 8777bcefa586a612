# --- PgBouncer

USERS=/tmp/users
SOCKETS=/tmp/sockets

run() {
  mkdir -p "$SOCKETS"
  printf '"%s" "%s"\n' "$(escape "$PG_USERNAME" '"' '"')" "$(escape "$PG_PASSWORD" '"' '"')" >"$USERS"
  exec pgbouncer "$CONFIG"
}

# A question that PgBouncer itself answers, whatever becomes of the nodes. Over its socket it trusts its own user.
console() { PGHOST=$SOCKETS PGUSER=pgbouncer PGDATABASE=pgbouncer query 'SHOW VERSION' >/dev/null; }

# PgBouncer knows no way to write these names.
case $PG_DATABASE in
  *"'"*) say "the database's name has a ' in it, which PgBouncer cannot write: use pgcat" && exit 1 ;;
esac

# a database's name before the `=`; PgBouncer 1.18 knows no quotes there
key() {
  case $1 in
    *[!A-Za-z0-9_.-]*) echo "'$1'" ;;
    *) echo "$1" ;;
  esac
}

fill_in() {
  fill '@READERS@' "$(readers | paste -sd , -)"
  fill '@PRIMARY@' "$PRIMARY"
  fill '@CLIENTS@' "$(key "$PG_DATABASE")"
  fill '@READS@' "$(key "${PG_DATABASE}_read")"
  fill '@PG_DATABASE@' "$PG_DATABASE"
  # prepared statements came with 1.21; an older one does not start with the key
  case $(pgbouncer --version) in
    *' 1.'[0-9].* | *' 1.1'[0-9].* | *' 1.20.'*) fill 'max_prepared_statements' '; max_prepared_statements' ;;
  esac
}
