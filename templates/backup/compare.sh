# ---- Whether nodes hold the same, and what was dumped ----

compare_nodes() {
  local node first=${MEMBERS[0]} differs=0
  for node in "${MEMBERS[@]}"; do
    excluding "$node" || die "$node does not answer"
    { statements rows | sql_on "$node" >"$work/rows.$node"; } || die "$node does not answer"
    { statements sets | sql_on "$node" >"$work/sets.$node"; } || die "$node does not answer"
    shape_of "$node" >"$work/shape.$node" || die "$node does not answer"
    same "rows on $node" "$work/rows.$first" "rows on $first" "$work/rows.$node" || differs=1
    same "replication sets on $node" "$work/sets.$first" "those on $first" "$work/sets.$node" || differs=1
    same "tables, functions, rights on $node" "$work/shape.$first" "those on $first" "$work/shape.$node" || differs=1
  done
  compare_with_dump "$first" "$PGDATABASE" "$work/rows.$first" || differs=1
  return "$differs"
}

# The shape of a database without the parts of the text that differ from one time to the next.
shape_of() { # NODE
  pg_dump --schema-only "${options[@]}" -d "$(dsn_of "$1")" 2>"$work/why" |
    sed '/^CREATE EVENT TRIGGER pgedge_/,/;$/d; /^ALTER EVENT TRIGGER pgedge_/d' |
    grep -vE '^($|--|\\(un)?restrict |(CREATE|COMMENT ON) EXTENSION .*spock)'
}

# What is restored is not dumped in the same words: PostgreSQL writes conditions anew. So the objects are compared by
# name, and the rows with the manifest.
compare_with_dump() { # NODE DATABASE ROWS
  local differs=0
  if [[ -s $work/toc ]]; then
    pg_dump -Fc --schema-only "${options[@]}" -d "$(dsn_of "$1" "$2")" 2>"$work/why" | pg_restore --list \
      >"$work/toc.here" || die "$1 does not answer"
    # other releases may have other kinds of objects
    if cmp -s <(releases <"$work/toc") <(releases <"$work/toc.here"); then
      objects <"$work/toc" >"$work/objects.told"
      objects <"$work/toc.here" >"$work/objects.here"
      same 'objects' "$work/objects.told" 'those of the dump' "$work/objects.here" || differs=1
    fi
  fi
  [[ $manifest ]] || return "$differs"
  {
    contents_as manifest "$work/manifest"
    echo "
      SELECT told FROM jsonb_array_elements(:'manifest'::jsonb -> 'tables') WITH ORDINALITY AS listed (told, place)
       ORDER BY place;"
  } | sql_on "$1" >"$work/rows.told" || die "the manifest of $file cannot be read"
  # a manifest of an earlier program does not tell of large objects
  grep -q '"table": "large objects"' "$work/rows.told" || sed -i '/"table": "large objects"/d' "$3"
  same 'rows' "$work/rows.told" 'those of the manifest' "$3" || differs=1
  return "$differs"
}

# Of a table of contents: the major releases that it comes from; kinds, names and owners of its objects.
releases() { grep -oE '^; +Dumped (from|by) .*: [0-9]+'; }
objects() {
  local rows='TABLE DATA|SEQUENCE SET|MATERIALIZED VIEW DATA|BLOBS?|BLOB METADATA|[A-Z ]* - LARGE'
  grep -vE "^;|$OF_THE_NODES" | sed -E 's/^[0-9]+; [0-9]+ [0-9]+ //' |
    grep -vE "^($rows|DATABASE|DATABASE PROPERTIES|[A-Z ]* - DATABASE) " | sort
}

same() { # WHAT FILE WITH FILE
  cmp -s "$2" "$4" && return 0
  say "$1 differ from $3:"
  diff "$2" "$4" | grep '^[<>]' | head -n 10 | cut -c 1-200 | sed 's/^</  there:/; s/^>/  here: /' >&2
  return 1
}
