# ---- restore ----
# Statements are run on one node, and rows are written there: both replicate. What does not is done on every node:
# roles, sequences, large objects, materialized views.

restore() {
  local first=${MEMBERS[0]}
  check_members
  lock_restore "$first"
  choose_dump "$first"
  if [[ $(sql_on "$first" <<<"SELECT to_regnamespace('pgedge_restore')") ]]; then
    begin_again "$first"
  fi
  check_empty
  say "restoring $file on $first: the other nodes get it from there"
  start_steps "$first"
  restore_roles
  if [[ $file == *.sql || $file == *.sql.gz ]]; then
    restore_text "$first"
  else
    restore_archive "$first"
  fi
  wait_for_others "$first"
  finish_nodes "$first"
  step "$first" 'compare the nodes'
  compare_nodes || die "the nodes do not hold what they should: see above"
  local node
  for node in "${MEMBERS[@]}"; do sql_on "$node" <<<ANALYZE; done
  forget_steps "$first"
  say "restored $file: $(tables_in "$work/rows.$first") tables, equal on ${#MEMBERS[@]} nodes" \
    "${manifest:+and to the manifest}"
}

check_members() {
  local node complaint bad=0
  for node in "${MEMBERS[@]}"; do
    complaint=$(complaint_about "$node")
    [[ -z $complaint ]] || { say "$complaint" && bad=1; }
  done
  ((bad == 0)) || die "a restore needs every node to be ready: nothing was changed"
}

lock_restore() { # NODE
  open_session "$1"
  tell "SELECT pg_try_advisory_lock(hashtext('pgedge_restore'));"
  [[ $(answer 60) == t ]] || die "another restore is at work: nothing was changed"
}

# ---- Where it stands: a schema of our own, on every node, until all is done ----

start_steps() { # NODE
  sql_on "$1" <<<'CREATE SCHEMA pgedge_restore;
    CREATE TABLE pgedge_restore.step (at timestamptz PRIMARY KEY, file text, step text);' ||
    die "$1 takes no tables: nothing was changed"
  step "$1" 'roles'
}
step() { # NODE STEP
  sql_on "$1" -v "file=$file" -v "step=$2" \
    <<<"INSERT INTO pgedge_restore.step VALUES (clock_timestamp(), :'file', :'step')" ||
    die "$1 does not take rows any more"
  say "step: $2"
}

forget_steps() { # NODE
  sql_on "$1" <<<'SET client_min_messages = warning; DROP SCHEMA pgedge_restore CASCADE' ||
    die "the schema pgedge_restore could not be dropped"
}

begin_again() { # NODE
  local stands
  stands=$(sql_on "$1" <<<"
    SELECT format('that of %s broke off at %s in the step: %s', file, to_char(at, 'YYYY-MM-DD HH24:MI'), step)
      FROM pgedge_restore.step ORDER BY at DESC LIMIT 1")
  [[ ${RESTORE_BEGIN_AGAIN:-} == true ]] ||
    die "a restore has not been completed: ${stands:-it broke off at once}. Nothing was changed." \
      "RESTORE_BEGIN_AGAIN=true drops everything in the database, which was empty before it, and begins again"
  say "dropping what the restore before has brought: ${stands:-nothing yet}"
  statements begin_again | sql_on "$1" || die "what is there could not be dropped"
  local node
  for node in "${MEMBERS[@]}"; do
    sql_on "$node" <<<'SELECT count(lo_unlink(oid)) FROM pg_largeobject_metadata' >/dev/null ||
      die "$node keeps its large objects"
  done
  wait_for_others "$1"
  forget_steps "$1"
}

check_empty() {
  local node content bad=0
  for node in "${MEMBERS[@]}"; do
    content=$(statements content | sql_on "$node") || die "$node does not answer: nothing was changed"
    [[ -z $content ]] || {
      say "$node is not empty: it has $(head -n 3 <<<"$content" | paste -s -d ,) … ($(wc -l <<<"$content") in all)"
      bad=1
    }
  done
  ((bad == 0)) || die "a restore needs a database that is empty on every node: nothing was changed"
}

# ---- The parts ----

restore_roles() {
  [[ $manifest ]] || return 0
  local node
  for node in "${MEMBERS[@]}"; do
    {
      contents_as roles "$work/roles"
      statements roles
    } | alone sql_on "$node" || die "the roles of the dump cannot be made on $node"
  done
}

restore_archive() { # NODE
  step "$1" 'tables, rows and indexes'
  local ended
  get "$file" | measure got |
    to_its_end untriggered "$1" pg_restore --exit-on-error --use-list="$work/list" -d "$(dsn_of "$1")" 2>"$work/why"
  ended=("${PIPESTATUS[@]}")
  ((ended[2] == 0)) || die "$1 does not take the dump: $(grep -m 1 error: "$work/why")"
  [[ ${ended[*]} == '0 0 0' ]] || die "$file could not be read to its end"
  [[ -z $manifest || $(checksum_of got) == "$(told "$1" sha256)" ]] ||
    die "$file is not the file that its manifest tells of"
  restore_properties
}

# Of the database itself. They do not replicate, and it may have another name here.
restore_properties() {
  local node
  grep -E '^[0-9]+; [0-9]+ [0-9]+ (DATABASE PROPERTIES -|[A-Z ]+ - DATABASE) ' "$work/toc" >"$work/properties.list" ||
    return 0
  get "$file" 2>/dev/null |
    pg_restore --create --use-list="$work/properties.list" -f "$work/properties" 2>"$work/why"
  [[ ${PIPESTATUS[1]} == 0 ]] || die "$file could not be read again: $(tail -n 1 "$work/why")"
  for node in "${MEMBERS[@]}"; do
    {
      contents_as properties "$work/properties"
      statements properties
    } | alone sql_on "$node" -v "name=$(sed -n 's/^; *dbname: //p' "$work/toc")" ||
      die "the settings of the database cannot be made on $node"
  done
}

# Event triggers would meet tables that are only half there. PostgreSQL before 17 cannot do without them.
untriggered() { # NODE COMMAND...
  local setting=''
  (($(sql_on "$1" <<<'SHOW server_version_num') < 170000)) || setting=' -c event_triggers=off'
  PGOPTIONS=$PGOPTIONS$setting "${@:2}"
}

# The text of a dump without what nodes have of themselves, and without large objects. A comment before each part says
# whose it is; rows are none.
without_the_nodes() {
  awk '
    !rows && /^-- (Data for )?Name: .*; Type: .*; Schema: / {
      skipped = /; Schema: (spock|pgedge);/ || /; Type: BLOB/ || /^-- Name: LARGE OBJECTS? / ||
        /^-- Name: (SCHEMA |EXTENSION )?(spock|spock_auto_[a-z_]*|pgedge[a-z_]*)(\(\))?; Type: /
    }
    !skipped
    /^COPY .* FROM stdin;$/ { rows = 1 }
    /^\\\.$/ { rows = 0 }
  '
}

large_objects_only() {
  awk '
    !rows && /^-- (Data for )?Name: .*; Type: .*; Schema: / { wanted = /; Type: BLOB/ || /^-- Name: LARGE OBJECTS? / }
    !rows && wanted
    /^COPY .* FROM stdin;$/ { rows = 1 }
    /^\\\.$/ { rows = 0 }
  '
}

# A dump as text, of the image that was the default before. It also makes what the node has of itself: no failure.
restore_text() { # NODE
  local ended
  step "$1" 'tables, rows and indexes'
  unpacked | without_the_nodes | untriggered "$1" psql -Xq -d "$(dsn_of "$1")" >/dev/null 2>"$work/why"
  ended=("${PIPESTATUS[@]}")
  [[ ${ended[*]} == '0 0 0' ]] || die "$file could not be read to its end: $(tail -n 1 "$work/why")"
  if grep -E '(ERROR|FATAL):' "$work/why" | grep -vE ' already exists( |$)' >"$work/errors"; then
    die "$(wc -l <"$work/errors") statements of $file failed, the first: $(head -n 1 "$work/errors")"
  fi
}

has_step() { # NODE TIME
  [[ $(sql_on "$1" -v "at=$2" 2>/dev/null <<<"SELECT count(*) FROM pgedge_restore.step WHERE at = :'at'") == 1 ]]
}

# Until the other nodes have done everything that this one has: they apply its changes in order, and this is the last.
# Positions of slots say what they have received.
wait_for_others() { # NODE
  local mark node lost
  mark=$(sql_on "$1" -v "file=$file" <<<"
    INSERT INTO pgedge_restore.step VALUES (clock_timestamp(), :'file', 'wait for the other nodes') RETURNING at") ||
    die "$1 does not take rows any more"
  for node in "${MEMBERS[@]}"; do
    until has_step "$node" "$mark"; do
      lost=$(sql_on "$1" <<<"SELECT string_agg(slot_name, ', ') FROM pg_replication_slots WHERE wal_status = 'lost'")
      [[ -z $lost ]] || die "a node was too slow, and has to join again with a copy: the slot $lost is lost"
      [[ ${waiting_for:-} == "$node" ]] || say "waiting for $node"
      waiting_for=$node
      sleep 1
    done
  done
}

finish_nodes() { # NODE
  local node
  step "$1" 'sequences, materialized views, large objects'
  [[ -z $manifest ]] || {
    contents_as manifest "$work/manifest"
    echo "SELECT jsonb_array_elements_text(coalesce(nullif(:'manifest'::jsonb -> 'sequences', 'null'), '[]')) \\gexec"
  } | sql_on "$1" >/dev/null || die "the sequences of $1 could not be set"
  { statements sequences | sql_on "$1" >/dev/null; } || die "the sequences of $1 could not be set"
  { statements sequence_values | sql_on "$1" >"$work/sequences"; } || die "$1 does not answer"
  local filled
  filled=$(sql_on "$1" <<<"SELECT oid::regclass FROM pg_class WHERE relkind = 'm' AND relispopulated") ||
    die "$1 does not answer"
  for node in "${MEMBERS[@]}"; do
    { statements placement | alone sql_on "$node" >/dev/null; } || die "the tables of $node are not in their sets"
    # their rows do not replicate, and statements about them do
    alone bring_large_objects "$node" ||
      die "$node does not take the large objects: $(grep -im 1 error: "$work/why")"
    [[ $node != "$1" ]] || continue
    alone sql_on "$node" <"$work/sequences" >/dev/null || die "the sequences of $node could not be set"
    { statements views | alone sql_on "$node" -v "filled=$filled" >/dev/null; } ||
      die "the materialized views of $node could not be filled"
  done
}

bring_large_objects() { # NODE
  [[ -s $work/large ]] || return 0
  if [[ $file == *.dump ]]; then
    get "$file" | to_its_end pg_restore --exit-on-error --use-list="$work/large" -d "$(dsn_of "$1")" 2>"$work/why"
  else
    unpacked | large_objects_only | run_psql -d "$(dsn_of "$1")" >/dev/null 2>"$work/why"
  fi
}
