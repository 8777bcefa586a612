# ---- What every action needs ----

say() { printf '%(%FT%TZ)T [pgedge-backup] %s\n' -1 "$*" >&2; }
die() {
  say "FAILED: $*"
  exit 1
}

prepare() {
  local tool client=gsutil missing=()
  [[ $BACKUP_PROVIDER != aws ]] || client=aws
  for tool in psql pg_dump pg_dumpall pg_restore sha256sum awk "$client"; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  ((${#missing[@]} == 0)) ||
    die "the image of the backup has no ${missing[*]}: set \`backup.image\` to one that has"
  # what names of its dumps begin with: clusters of the same name in another org or GVC may use the same folder
  STEM=$WORKLOAD-$(sha256sum <<<"$CLUSTER" | cut -c 1-8)
  export work
  work=$(mktemp -d) || die "there is no room for temporary files in ${TMPDIR:-/tmp}"
  trap 'rm -rf "$work"' EXIT
  { head -c 1M /dev/zero >"$work/room"; } 2>/dev/null || die "there is no room for temporary files in $work"
  # shellcheck disable=SC2153 # the workload sets them
  export PGUSER=$PG_USERNAME PGPASSWORD=$PG_PASSWORD PGDATABASE=$PG_DATABASE PGAPPNAME=pgedge-backup
  export HOME=${HOME:-$work} TZ=UTC
  # what the values, a role or a database limit would end a long read in its middle
  export PGOPTIONS='-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0'
  prepare_store
}

# Passes its input on; its size and its checksum come to stand in files.
measure() { # NAME
  local counters=()
  mkfifo "$work/$1.counted" "$work/$1.summed" || return
  wc -c <"$work/$1.counted" >"$work/$1.size" &
  counters+=($!)
  sha256sum <"$work/$1.summed" >"$work/$1.sha256" &
  counters+=($!)
  tee "$work/$1.counted" "$work/$1.summed"
  local status=$?
  wait "${counters[@]}"
  rm -f "$work/$1.counted" "$work/$1.summed"
  # both are missing when the disk is full
  [[ -s $work/$1.size && -s $work/$1.sha256 ]] && return "$status"
}
size_of() { tr -dc 0-9 <"$work/$1.size"; }           # NAME
checksum_of() { cut -d ' ' -f 1 "$work/$1.sha256"; } # NAME

# What a command leaves of its input is read all the same: who sends it would take the end for a failure.
to_its_end() { "$@" && cat >/dev/null; } # COMMAND...

tables_in() { grep -c '^{.*"table": ".*\.' "$1"; } # FILE: names have their schema, and large objects none

# No call is given more than a bucket takes at once.
in_parts() { # COMMAND WORD...
  local command=$1
  shift
  while (($#)); do
    "$command" "${@:1:500}" || return
    shift $(($# < 500 ? $# : 500))
  done
}

# Seconds of a run at most: what a name says is older belongs to no run that is still at work.
cutoff() { date -u -d "@$(($(date +%s) - DEADLINE))" "$1"; } # FORMAT
