# ---- The data directory: it gets and leaves its name by a rename, never half made, never half removed ----

check_credentials() {
  local name
  for name in PG_USERNAME PG_PASSWORD PG_DATABASE; do
    [[ -n "${!name:-}" && "${!name}" != *[$'\r\n']* ]] || die "$name is empty or has a line break"
    [ "$name" = PG_PASSWORD ] || [ "$(printf %s "${!name}" | wc -c)" -le 63 ] || die "$name is longer than 63 bytes"
  done
  [[ "$PG_USERNAME" != *[\"\$\'\\]* && "$PG_USERNAME" != pg_* ]] ||
    die "initdb refuses a user name with \" \$ ' or \\, or that starts with pg_"
  [[ "$PG_DATABASE" != template[01] ]] ||
    die "the database $PG_DATABASE is PostgreSQL's own"
}

# Nothing is written to a directory that is somebody else's.
check_directory() {
  local major version owner unchanged="nothing was changed"
  [ -n "$(ls -A "$PGDATA" 2>/dev/null)" ] || return 0
  [ -e "$PGDATA/PG_VERSION" ] || die "$PGDATA is neither empty nor a data directory: $unchanged"
  major=$(postgres --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/') version=$(<"$PGDATA/PG_VERSION") owner=$(saved node)
  [ "$version" = "$major" ] || die "the data directory is of PostgreSQL $version, this image has $major: $unchanged"
  [ "${owner:-$self}" = "$self" ] || die "the data directory is of the node $owner, this is $self: $unchanged"
  [ -e "$PGDATA/global/pg_control" ] || die "the data directory is incomplete: $unchanged; remove it to join afresh"
  grep -qE "^(include_if_exists = 'pgedge|shared_preload.*spock)" "$PGDATA/postgresql.conf" ||
    die "the data directory is not of a pgEdge cluster: $unchanged"
}

# Of a start that was killed while its container lived on; two on one directory would destroy it.
end_leftover_postgres() {
  local pid
  pid=$(head -n 1 "$PGDATA/postmaster.pid" 2>/dev/null)
  if [ -n "$pid" ] && [ "/proc/$pid/cwd" -ef "$PGDATA" ]; then
    kill -INT "$pid"
    die "an earlier PostgreSQL still runs on $PGDATA: it was told to end"
  fi
  # a like-numbered process of this container would forbid the start
  rm -f "$PGDATA/postmaster.pid"
}

discard() { [ ! -e "$1" ] || mv "$1" "$(mktemp -d "$PGDATA.trash.XXXXXX")"; }

# What the last life of this node left to be done with its directory.
clear_away() {
  case "$(saved state)" in
    joining)
      log "beginning again with an empty directory"
      discard "$PGDATA"
      ;;
    replaced)
      log "keeping $PGDATA.replaced: it may have writes that no other node received"
      discard "$PGDATA.replaced"
      mv "$PGDATA" "$PGDATA.replaced"
      ;;
  esac
  interruptibly rm -rf "$PGDATA".trash.* "$PGDATA".init.*
}

create_directory() {
  local fresh
  fresh=$(mktemp -d "$PGDATA.init.XXXXXX") || return
  log "empty volume: running initdb"
  interruptibly initdb -D "$fresh" --username="$PG_USERNAME" --pwfile=<(printf '%s\n' "$PG_PASSWORD") \
    --auth-host=scram-sha-256 --auth-local=trust --encoding=UTF8 --locale=C.UTF-8 --data-checksums >/dev/null ||
    die "initdb failed"
  echo "include_if_exists = 'pgedge.conf'" >>"$fresh/postgresql.conf"
  settle "$fresh"
}

# settle DIRECTORY: it becomes the data directory
settle() {
  chmod 700 "$1" && sync "$1" && rmdir "$PGDATA" 2>/dev/null
  mv "$1" "$PGDATA" && sync "${PGDATA%/*}"
}
