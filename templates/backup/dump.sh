# ---- backup ----

unfinished() { printf 'unfinished/%s' "$1"; } # NAME

backup() {
  local node complaint name
  clear_leftovers || say "what runs that broke off have left could not be cleared away"
  taken_at=$(date -u +%FT%TZ)
  name=$STEM-$(tr -d ':-' <<<"$taken_at")-$(printf '%04x' $((RANDOM * 2 + RANDOM % 2)))
  for node in "${MEMBERS[@]:1}" "${MEMBERS[0]}"; do # the primary has enough to do
    complaint=$(complaint_about "$node")
    if [[ $complaint ]]; then
      say "$complaint: not the source of this dump"
      continue
    fi
    say "dumping $node"
    if dump "$node" "$name"; then
      dumped=$node
      retain || die "the dump is whole, but old ones could not be removed"
      return 0
    fi
    say "the dump of $node broke off: $(tail -n 1 "$work/why")"
    remove "$(unfinished "$name.dump")" 2>/dev/null
  done
  die "no dump was made"
}

because() { # WHY: the dump of a node breaks off
  printf '%s\n' "$1" >"$work/why"
  return 1
}

# Whatever goes wrong with a node is a reason to try another one; with the bucket, to give up.
dump() { # NODE NAME
  local node=$1 name=$2 snapshot='' position database_size content
  excluding "$node" || because "it does not answer" || return
  # a cluster that was lost and has come back empty: its dump would be the newest one, and the first to be restored
  content=$(statements content | sql_on "$node") || because "it does not answer" || return
  [[ $content ]] || because "its database is empty: there is nothing to dump" || return
  open_session "$node"
  tell "$(statements snapshot)"
  read -r snapshot position database_size < <(answer 1800)
  if [[ -z $snapshot ]]; then
    close_session
    because "it gave no snapshot, or a restore has not been completed there: $(tail -n 1 "$work/session.log")"
    return
  fi
  # rows are counted while the dump is made, on what the dump sees; the last line shows that no disk was full
  tell "\\o '$work/sets'" "$(statements sets)" "\\o '$work/rows'" "$(statements rows)" '\qecho end' '\o' '\echo counted'
  local status=0
  stream "$node" "$name" "$snapshot" "$database_size" || status=1
  if ((status == 0)) && [[ $(answer "$DEADLINE") != counted ]]; then
    because "its rows could not be counted: $(tail -n 1 "$work/session.log")" || status=1
  fi
  close_session
  ((status == 0)) || return "$status"
  # what it had not received at that time may have become known since
  [[ $(complaint_about "$node") != *' has missed '* ]] || because "it has missed changes of a peer" || return
  look_at_sequences
  look_at_large_objects "$node"
  describe "$node" "$name" "$position" || return
  publish "$name"
}

stream() { # NODE NAME SNAPSHOT SIZE
  local ended
  pg_dump -Fc "${options[@]}" --no-unlogged-table-data --lock-wait-timeout=300s --snapshot="$3" \
    -d "$(dsn_of "$1")" 2>"$work/why" |
    measure sent |
    put "$(unfinished "$2.dump")" "$4"
  ended=("${PIPESTATUS[@]}")
  ((ended[2] == 0)) || die "the bucket did not take the dump: $(url "$(unfinished "$2.dump")")"
  ((ended[0] == 0)) || return 1
  ((ended[1] == 0)) || die "the dump could not be measured: is there room in $work?"
}

# They do not replicate: the node that is dumped knows nothing of those that others have used.
look_at_sequences() {
  local node
  for node in "${MEMBERS[@]}"; do
    [[ $(complaint_about "$node") ]] || statements sequence_values | sql_on "$node" 2>>"$work/session.log"
  done >"$work/sequences"
}

# They do not replicate either, and this dump has those of its node.
look_at_large_objects() { # NODE
  local node here there
  here=$(large_objects_on "$1")
  for node in "${MEMBERS[@]}"; do
    there=$(large_objects_on "$node")
    [[ -z $there || $there == "$here" ]] ||
      say "WARNING: $node has $there large objects, and $1 has $here: they do not replicate, and only those of $1" \
        "are in this dump"
  done
}
large_objects_on() { # NODE
  timeout 60 psql -XAtq -d "$(dsn_of "$1")" 2>/dev/null <<<'SELECT count(*) FROM pg_largeobject_metadata'
}

describe() { # NODE NAME POSITION
  local passwords=(--no-role-passwords)
  [[ $ROLE_PASSWORDS != true ]] || passwords=()
  pg_dumpall --roles-only --no-comments "${passwords[@]}" -d "$(dsn_of "$1")" -l "$PGDATABASE" \
    >"$work/roles" 2>"$work/why" || return
  {
    contents_as rows "$work/rows"
    contents_as sets "$work/sets"
    contents_as sequences "$work/sequences"
    statements manifest
  } | sql_on "$1" -v "file=$2" -v "cluster=$CLUSTER" -v "node=$1" -v "taken_at=$taken_at" -v "position=$3" \
    -v "client=$(pg_dump --version)" -v "program=$PROGRAM" -v "size=$(size_of sent)" \
    -v "sha256=$(checksum_of sent)" >"$work/manifest" 2>"$work/why" || return
  # a full disk is no failure to the programs that write there
  { [[ $(tail -n 1 "$work/rows") == end && $(tail -n 1 "$work/manifest") == '}' ]] && has_all_roles; } ||
    die "what is known of the dump was cut short: is there room in $work?"
}
has_all_roles() { grep -qx -- '-- PostgreSQL database cluster dump complete' "$work/roles"; }

publish() { # NAME
  if [[ $VERIFY == true ]]; then
    read_back "$(unfinished "$1.dump")" ||
      die "what the bucket gives back is not what was sent to it: the dump was not kept"
  fi
  local refused
  refused="the bucket did not take the dump: $(url "$1.dump")"
  put "$1.roles.sql" <"$work/roles" || die "$refused"
  put "$1.json" <"$work/manifest" || die "$refused"
  rename "$(unfinished "$1.dump")" "$1.dump" || die "$refused"
  say "wrote $(url "$1.dump"): $(size_of sent) bytes, $(tables_in "$work/rows") tables"
}

read_back() { # NAME
  get "$1" | measure back | { pg_restore --list >"$work/toc" && cat >/dev/null; }
  [[ ${PIPESTATUS[*]} == '0 0 0' && $(size_of back) == "$(size_of sent)" &&
  $(checksum_of back) == "$(checksum_of sent)" ]]
}

# What runs that broke off have left, when no run that is still at work can be its maker.
clear_leftovers() {
  local name old=() names before
  before=$STEM-$(cutoff +%Y%m%dT%H%M%SZ)
  names=$(list "$(unfinished '')") || return
  while read -r name; do
    [[ -z $name || $name > $before ]] || old+=("$(unfinished "$name")")
  done <<<"$names"
  names=$(list) || return
  while read -r name; do
    [[ -z $name || $name > $before ]] && continue
    # a dump gets its name last
    grep -qxF "${name%%.*}.dump" <<<"$names" || old+=("$name")
  done <<<"$names"
  abort_uploads
  ((${#old[@]} == 0)) || { say "clearing away ${old[*]}" && in_parts remove "${old[@]}"; }
}
