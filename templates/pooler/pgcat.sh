# --- pgcat

run() { exec pgcat --no-color "$CONFIG"; }

# a question that pgcat itself answers, whatever becomes of the nodes
console() { PGHOST=127.0.0.1 PGDATABASE=pgcat query 'SHOW VERSION' >/dev/null; }

# Any text as a TOML string. The @ goes as its code, so that no value can look like a placeholder.
toml_string() {
  local rest=$1 out='' char
  while [ -n "$rest" ]; do
    char=${rest%"${rest#?}"}
    rest=${rest#?}
    case $char in
      '"' | \\) out="$out\\$char" ;;
      @ | [[:cntrl:]]) out="$out$(printf '\\u%04X' "'$char")" ;;
      *) out=$out$char ;;
    esac
  done
  printf '"%s"' "$out"
}

# the primary, and if reads go to others too, those behind it
servers() {
  local node
  printf '["%s", 5432, "primary"]' "$PRIMARY"
  [ "$READS" = all ] || return 0
  for node in $(readers); do
    [ "$node" = "$PRIMARY" ] || printf ', ["%s", 5432, "replica"]' "$node"
  done
}

fill_in() {
  fill '"@SERVERS@"' "$(servers)"
  fill '"@PRIMARY@"' "[\"$PRIMARY\", 5432, \"primary\"]"
  fill '"@PG_USERNAME@"' "$(toml_string "$PG_USERNAME")"
  fill '"@PG_PASSWORD@"' "$(toml_string "$PG_PASSWORD")"
  fill '"@PG_DATABASE@"' "$(toml_string "$PG_DATABASE")"
}
