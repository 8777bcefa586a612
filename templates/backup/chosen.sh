# ---- The dump that is restored ----

# file: its name in the bucket. manifest: not empty when there is one, which then lies in a file. All that can be
# known of a dump is known before anything is changed.
choose_dump() { # NODE
  file=${RESTORE_FILE:-} manifest=''
  file=${file##*/}
  if [[ -z $file ]]; then
    local names
    names=$(list) || die "the bucket cannot be read: nothing was changed"
    file=$(grep '\.dump$' <<<"$names" | tail -n 1)
    [[ $file ]] || die "there is no dump of $CLUSTER in $(url ''): name one with RESTORE_FILE"
  fi
  [[ $file == *.dump || $file == *.sql || $file == *.sql.gz ]] || file+=.dump
  is_there "$file" || die "there is no $(url "$file"): nothing was changed"
  if [[ $file != *.dump ]]; then
    read_text "$1"
    return
  fi
  read_contents "$1"
  is_there "${file%.dump}.json" || {
    say "$file has no manifest: its rows are compared between the nodes only"
    return
  }
  manifest=yes
  get "${file%.dump}.json" >"$work/manifest" || die "the manifest of $file cannot be read: nothing was changed"
  { get "${file%.dump}.roles.sql" >"$work/roles" && has_all_roles; } ||
    die "${file%.dump}.roles.sql cannot be read: nothing was changed"
  say "$file: taken at $(told "$1" taken_at) from $(told "$1" node) of $(told "$1" cluster)"
}

# Lines of a table of contents: what nodes have of themselves, and what the public template puts beside it.
OF_THE_NODES='^[0-9]+; [0-9]+ [0-9]+ ([A-Z ]+ (- )?((SCHEMA|EXTENSION) )?(spock|pgedge) '
OF_THE_NODES+='|EVENT TRIGGER - (pgedge_|spock_auto_replicate )|FUNCTION public spock_auto_add_table)'

LARGE_OBJECTS='^[0-9]+; [0-9]+ [0-9]+ (BLOBS?|BLOB METADATA|(COMMENT|ACL) - LARGE OBJECTS?) '

read_contents() { # NODE
  # it ends when it knows enough, and the client then has nobody to write to; with what is the database's own
  get "$file" 2>/dev/null | pg_restore --list --create >"$work/toc" 2>"$work/why"
  [[ ${PIPESTATUS[1]} == 0 ]] ||
    die "$file is no dump that pg_restore reads: $(tail -n 1 "$work/why"). Nothing was changed"
  grep -vE "$OF_THE_NODES" "$work/toc" | grep -E "$LARGE_OBJECTS" >"$work/large"
  grep -vE "$OF_THE_NODES|$LARGE_OBJECTS" "$work/toc" >"$work/list"
  check_release "$1" "$(sed -n 's/^; *Dumped from database version: \([0-9]*\).*/\1/p' "$work/toc")"
}

# An older server does not know all words of a newer one's dump, and would stop in the middle.
check_release() { # NODE MAJOR
  local here
  here=$(sql_on "$1" <<<"SELECT current_setting('server_version_num')::int / 10000") || die "$1 does not answer"
  ((${2:-0} <= here)) ||
    die "$file was made of PostgreSQL $2, and $1 has $here: restore it into a cluster of that release." \
      "Nothing was changed"
}

unpacked() { # the text of the dump
  local unpack=(cat)
  [[ $file != *.gz ]] || unpack=(gzip -dc)
  get "$file" | "${unpack[@]}"
}

# A text that was cut off ends between two statements as well as any other, and a packed one may be whole all the same.
read_text() { # NODE
  local kind
  kind=$(unpacked 2>"$work/why" | awk -v large="$work/large" '
    /^-- .*; Type: BLOB/ { print >large }
    NR <= 20 && /^-- PostgreSQL database cluster dump$/ { print "server" }
    NR <= 20 && /^-- Dumped from database version [0-9]/ { release = int($6) }
    /^-- PostgreSQL database dump complete$/ { last = NR }
    END { if (last && NR - last < 10) print "complete " release }
  ') || die "$file could not be read to its end: $(tail -n 1 "$work/why"). Nothing was changed"
  [[ $kind != server* ]] ||
    die "$file is a dump of a whole server (pg_dumpall): take from it what stands between \`\\connect\` and the end" \
      "of your database. Nothing was changed"
  [[ $kind == complete* ]] || die "$file ends before its end: it was cut off when it was made. Nothing was changed"
  check_release "$1" "${kind#complete }"
}

told() { # NODE KEY: what the manifest says
  {
    contents_as manifest "$work/manifest"
    echo "SELECT :'manifest'::jsonb ->> :'key';"
  } | sql_on "$1" -v "key=$2"
}
