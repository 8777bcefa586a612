# ---- Which dumps are kept ----

retain() {
  ((${#KEEP[@]})) || return 0
  local name names
  mkdir "$work/manifests" && fetch_manifests "$work/manifests" && names=$(list) || return
  names=$(sed -n 's/\.dump$//p' <<<"$names")
  # one at a time: all together may be larger than this container; what cannot be read is not removed
  for name in "$work/manifests"/*.json; do
    contents_as manifest "$name"
    echo "SELECT jsonb_build_object('file', m -> 'file', 'cluster', m -> 'cluster', 'taken_at', m -> 'taken_at')
      FROM (SELECT :'manifest'::jsonb) AS read (m);"
  done | psql -XAtq -d "$(dsn_of "$dumped")" >"$work/taken" 2>>"$work/session.log" || return
  names=$({
    contents_as manifests "$work/taken"
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
