# ---- Which dumps are kept ----

retain() {
  ((${#KEEP[@]})) || return 0
  local name names
  mkdir "$work/manifests" && fetch_manifests "$work/manifests" && names=$(list) || return
  names=$(sed -n 's/\.dump$//p' <<<"$names")
  {
    printf '['
    for name in "$work/manifests"/*.json; do
      cat "$name" && printf ','
    done
    printf 'null]'
  } >"$work/all"
  names=$({
    contents_as manifests "$work/all"
    statements retention
  } | sql_on "$dumped" -v "cluster=$CLUSTER" -v "present=$names" \
    -v "daily=${KEEP[0]}" -v "weekly=${KEEP[1]}" -v "monthly=${KEEP[2]}") || return
  [[ $names ]] || return 0
  say "removing what is not to be kept: ${names//$'\n'/, }"
  local dumps=() rest=()
  while read -r name; do
    dumps+=("$name.dump")
    rest+=("$name.json" "$name.roles.sql")
  done <<<"$names"
  # the dumps first: without one the rest is no dump
  in_parts remove "${dumps[@]}" && in_parts remove "${rest[@]}"
}
