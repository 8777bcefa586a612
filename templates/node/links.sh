# ---- Links: a subscription on one node and a slot on the other; schema.sql says how each half is made ----

# Another node may run an earlier release, whose schema lacks what is asked of it below. equip NODE
equip() {
  local version
  version=$(sql_on "$1" <<<"SELECT CASE WHEN to_regproc('pgedge.version') IS NULL THEN 0 ELSE 1 END") || return
  [ "$version" = 0 ] || version=$(sql_on "$1" <<<"SELECT pgedge.version()") || return
  [ "$version" -ge "$SCHEMA_VERSION" ] || { schema_sql && handover_sql; } | sql_on "$1" >/dev/null
}
readonly SCHEMA_VERSION=3

# offer SUBSCRIBER PROVIDER: the provider keeps all changes from now on
offer() {
  # under a transaction that is open for long it is not made: better soon again than a lock held
  sql_on "$2" -v "subscriber=$1" >/dev/null <<<"SET statement_timeout = '20s'; SELECT pgedge.offer_slot(:'subscriber')"
}

# follow SUBSCRIBER PROVIDER [POSITION]
follow() {
  sql_on "$1" -v "provider=$2" -v "dsn=$(dsn_of "$2")" -v "position=${3:-}" >/dev/null \
    <<<"SELECT pgedge.follow(:'provider', :'dsn', nullif(:'position', '')::pg_lsn)"
}

# link SUBSCRIBER PROVIDER: both halves, from now on
link() { offer "$1" "$2" && follow "$1" "$2"; }

# unlink_on NODE OTHER: drop, on a node, both its links with another that is gone or begins again
unlink_on() { equip "$1" && sql_on "$1" -v "other=$2" >/dev/null <<<"SELECT pgedge.unlink(:'other')"; }

broken_subscriptions() { local_sql <<<"SELECT pgedge.broken_subscriptions()"; }

# is_linked PEERS: so many both ways
is_linked() { is_true "$(local_sql -v "peers=$1" <<<"SELECT pgedge.is_linked(:peers)")"; }

# mark NODE: a position in its WAL, behind all that it has committed, that its subscribers will pass
mark() { sql_on "$1" <<<"SELECT spock.sync_event(true)"; }

# has_received SUBSCRIBER PROVIDER POSITION
has_received() {
  is_true "$(sql_on "$1" -v "provider=$2" -v "position=$3" <<<"SELECT pgedge.has_received(:'provider', :'position')")"
}
