# ---- verify: a dump is restored where nobody looks, and compared ----

verify() {
  local node complaint
  for node in "${MEMBERS[@]:1}" "${MEMBERS[0]}"; do
    complaint=$(complaint_about "$node")
    [[ -z $complaint ]] || { say "$complaint: not for this" && continue; }
    choose_dump "$node"
    [[ $manifest ]] || die "there is nothing to compare $file with"
    verify_on "$node"
    return
  done
  die "no node is ready"
}

verify_on() { # NODE
  local ended
  drop_scratch "$1" "$(cutoff +%Y%m%dT%H%M%SZ)"
  scratch=pgedge_verify_$(date -u +%Y%m%dT%H%M%SZ)_$RANDOM
  scratch_sql "$1" -v "scratch=$scratch" <<<'CREATE DATABASE :"scratch" TEMPLATE template0' ||
    die "$1 takes no database"
  # shellcheck disable=SC2064 # this node
  trap "drop_scratch $1" EXIT
  say "restoring $file into the database $scratch of $1"
  cat "$work/list" "$work/large" >"$work/all"
  get "$file" | measure got |
    PGOPTIONS="$PGOPTIONS -c spock.enable_ddl_replication=off -c spock.include_ddl_repset=off" \
      to_its_end pg_restore --exit-on-error --use-list="$work/all" -d "$(dsn_of "$1" "$scratch")" 2>"$work/why"
  ended=("${PIPESTATUS[@]}")
  [[ ${ended[*]} == '0 0 0' ]] || die "$file cannot be restored: $(grep -m 1 error: "$work/why")"
  [[ $(checksum_of got) == "$(told "$1" sha256)" ]] || die "$file is not the file that its manifest tells of"
  { statements rows | run_psql -d "$(dsn_of "$1" "$scratch")" >"$work/rows"; } || die "$1 does not answer"
  options=()
  compare_with_dump "$1" "$scratch" "$work/rows" || die "what was restored is not what was dumped"
  say "$file restores: $(tables_in "$work/rows") tables, equal to what was dumped"
}

# Dropping a database waits for every process of the server.
scratch_sql() { # NODE [OPTION...]
  alone timeout 120 psql -XAtq -v ON_ERROR_STOP=1 -d "$(dsn_of "$1" postgres)" "${@:2}"
}
# Ours, or those that runs which were killed have left.
drop_scratch() { # NODE [TIME]
  scratch_sql "$1" -v "mine=${scratch:-}" -v "before=pgedge_verify_${2:-}" <<'SQL' ||
SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', datname) FROM pg_database
 WHERE datname = :'mine' OR datname LIKE 'pgedge\_verify\_%' AND datname COLLATE "C" < :'before' \gexec
SQL
    say "$1 keeps the database: a later run drops it"
}
