# ---- Who belongs to the cluster: the list of the node that started last ----
#
# The list of this script came into force when this node first had it. Nodes hand the newest one on to each other, in
# pgedge.member_list: who has come, and who is retired, needs no restart to be known.

declare -A address once_listed
written=""          # the list of this script, as it was read last: NAME=ADDRESS of each node
listing="" listed=0 # the list in force, and when it came into force, in seconds since 1970; 0: not known yet
number=""           # this node's own, for snowflake.node and lolor.node

member() { # NAME ADDRESS
  written+="$1=$2 "
}

is_member() { [ -n "${address[$1]:-}" ]; }

# use_list LISTED LIST: it is in force from now on
use_list() {
  local entry name
  listed=$1 listing=$2 members=() peers=() address=()
  for entry in $2; do
    name=${entry%%=*}
    members+=("$name") address[$name]=${entry#*=} once_listed[$name]=yes
    # a name that is too long is cut; the list has it as it is
    if [[ "${address[$name]}" = "replica-$replica."*"-pgedge.$location."* ]]; then self=$name; else peers+=("$name"); fi
  done
}

# claim: the list of this script is the newest
claim() {
  local now
  now=$(date +%s)
  if [ "$now" -le "$listed" ]; then now=$((listed + 1)); fi
  use_list "$now" "$written"
}

# Read again in every round: the platform may refresh this file in place.
load_members() {
  local before=$written
  written=""
  # half a file is no function: then the last list stays
  source <(sed -n '/^list_members() {/,/^}$/p' "$0") 2>/dev/null
  list_members
  if [ -z "$listing" ]; then
    use_list 0 "$written"
  elif [ "$written" != "$before" ] && [ "$written" != "$listing" ]; then
    claim
  fi
}

# When a node starts, the list of its script is up to date; it is the newest unless this node has had it before.
recall_list() {
  local at list
  IFS='|' read -r at list < <(local_sql <<<"SELECT listed, members FROM pgedge.member_list" 2>/dev/null)
  if [ "$list" = "$written" ]; then
    use_list "$at" "$list"
  else
    if [ "$listed" -lt "${at:-0}" ]; then listed=$at; fi
    claim
  fi
  exchange_list
}

# greet NODE: it hears this node's number and list, and answers with the newer list of the two
greet() { sql_on "$1" <<<"SELECT * FROM pgedge.greet(:'self', nullif(:'number', '')::int, :listed, :'listing')"; }

# exchange_list: the node's own table has the list in force, and may have got a newer one from another node
exchange_list() {
  local at list
  IFS='|' read -r at list < <(greet "$self" 2>/dev/null)
  take_over "${at:-0}" "$list"
}

# is_newer LISTED LIST THAN-LISTED THAN-LIST
is_newer() { [ "$1" -gt "$3" ] || { [ "$1" = "$3" ] && [[ "$2" > "$4" ]]; }; }

# take_over LISTED LIST: if it is newer than the one in force
take_over() {
  local before=$listing
  is_newer "$1" "$2" "$listed" "$listing" || return 0
  use_list "$1" "$2"
  [ "$2" = "$before" ] || log "the list of another node is newer: ${members[*]}"
}

# A node that goes on running is not retired, whatever the newest list says: that one was read too early.
insist() {
  if is_member "$self" || [[ " $written" != *" $self="* ]]; then
    ceased "left out"
  elif persists "left out" "$STUBBORN"; then
    log "the newest list leaves this node out, and yet it runs: going back to the list of its script"
    claim
  fi
}

# take_number PEER...: one that no other node has ever had, whoever comes and goes. Only under the lock.
take_number() {
  local peer node its known="" taken="" free=1
  for peer in "$@"; do
    known+=$(sql_on "$peer" <<<"SELECT node, number FROM pgedge.node_number")$'\n' || return
  done
  while IFS='|' read -r node its; do
    taken+="$its "
    [ "$node" != "$self" ] || number=$its
  done <<<"$known"
  while contains "$taken" "$free"; do free=$((free + 1)); done
  number=${number:-$free}
  for peer in "$@"; do greet "$peer" >/dev/null || return; done
  log "the number of this node is $number"
}
