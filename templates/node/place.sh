# ---- Whether this is a place for a node: its image, its location, the GVC ----

check_image() {
  local home file major spock="" unchanged="nothing was changed"
  home=$(command -v postgres)
  major=$(postgres --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
  [ "$major" -le 17 ] || die "the image has PostgreSQL $major, and this script is for 17: $unchanged"
  for file in "${home%/bin/postgres}"/share/{,postgresql/}extension/spock.control; do
    [ ! -e "$file" ] || spock=$(sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" "$file")
  done
  case "$spock" in
    "" | 5 | 5.*) ;; # another image may keep the file elsewhere
    *) die "the image has Spock $spock, and this script is for Spock 5: $unchanged" ;;
  esac
}

check_location() {
  is_member "$self" || [ -e "$PGDATA/PG_VERSION" ] ||
    die "the values have no node $self (they have ${members[*]}): this one ends, and nothing was changed"
}

# The platform starts nothing in a location that the GVC does not have, and says nothing: the others wait for its nodes.
# It may answer late, or never without the permission to view the GVC: this runs beside everything else.
name_missing_locations() {
  local answer="" node location missing="" tries
  for ((tries = 0; tries < 20; tries++)); do
    answer=$(curl -sS -m 10 -H @- "$CPLN_ENDPOINT/org/${CPLN_ORG:-}/gvc/${CPLN_GVC:-}" 2>/dev/null \
      <<<"Authorization: ${CPLN_TOKEN:-}")
    [[ "$answer" != *'"locationLinks"'* ]] || break
    sleep 15
  done
  [[ "$answer" = *'"locationLinks"'* ]] || return
  for node in "${members[@]}"; do
    location=${address[$node]#*.*.} location=${location%%.*}
    [[ "$answer" = *"/location/$location\""* ]] || contains "$missing" "$location" || missing+="$location "
  done
  [ -z "$missing" ] ||
    log "WARNING: the GVC ${CPLN_GVC:-} does not have the location ${missing% } of the values: no node starts there," \
      "and a new cluster waits for it; add the location to the GVC, or take it out of the values"
}
