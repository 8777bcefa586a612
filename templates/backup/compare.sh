# ---- Whether nodes hold the same, and what the manifest says ----

compare_nodes() { # [OPTION...] of the dumps that the shapes are read from
  local node first=${MEMBERS[0]} differs=0
  for node in "${MEMBERS[@]}"; do
    { statements rows | sql_on "$node" >"$work/rows.$node"; } || die "$node does not answer"
    { statements sets | sql_on "$node" >"$work/sets.$node"; } || die "$node does not answer"
    shape_of "$node" '' "$@" >"$work/shape.$node" || die "$node does not answer"
    same "rows on $node" "$work/rows.$first" "rows on $first" "$work/rows.$node" || differs=1
    same "replication sets on $node" "$work/sets.$first" "those on $first" "$work/sets.$node" || differs=1
    same "tables, functions, rights on $node" "$work/shape.$first" "those on $first" "$work/shape.$node" || differs=1
  done
  [[ -z $manifest ]] || compare_manifest "$first" "$work/rows.$first" "$work/shape.$first" || differs=1
  return "$differs"
}

compare_manifest() { # NODE ROWS SHAPE
  local differs=0
  {
    contents_as manifest "$work/manifest"
    echo "
      SELECT told FROM jsonb_array_elements(:'manifest'::jsonb -> 'tables') WITH ORDINALITY AS listed (told, place)
       ORDER BY place;"
  } | sql_on "$1" >"$work/rows.told" || die "the manifest of $file cannot be read"
  same 'rows' "$work/rows.told" 'those of the manifest' "$2" || differs=1
  # other programs write the same shape in other words
  if [[ $(told "$1" pg_dump) == "$(pg_dump --version)" &&
  $(told "$1" server) == "$(sql_on "$1" <<<'SHOW server_version')" ]]; then
    told "$1" shape >"$work/shape.told"
    same 'tables, functions, rights' "$work/shape.told" 'those of the manifest' "$3" || differs=1
  fi
  return "$differs"
}

same() { # WHAT FILE WITH FILE
  cmp -s "$2" "$4" && return 0
  say "$1 differ from $3:"
  diff "$2" "$4" | grep '^[<>]' | head -n 10 | sed 's/^</  there:/; s/^>/  here: /' >&2
  return 1
}
