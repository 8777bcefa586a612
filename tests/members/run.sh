#!/bin/bash
# Nodes with old and with new lists live together, in time that is made up, and things happen to them at random.
#
#   run.sh SCRIPT SEED SECONDS
#
# SCRIPT is the start script of the nodes, whose own functions decide here as they do there: load_members, recall_list,
# exchange_list, survey_peers, insist, prune_retired. Each node is a process; what they ask PostgreSQL for is in files:
# NODE.list (its pgedge.member_list), NODE.links/OTHER (its links). The values get and lose nodes; the platform starts
# and stops what they say, sooner or later, and renews the files of a container that runs, or does not; nodes crash and
# start again, and are cut off.
#
# No node that is in the values and has started is ever pruned; retired ones are; and in the end all have one list.
set -uo pipefail
script=$1 RANDOM=$2 length=$3
here=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$here"' EXIT
names=(a b c d e f)
declare -A in_values up since_added start_at stop_at heal_at ask answer process
clock=1000000

fail() {
  printf '%s\n' "FAILED at $((clock - 1000000)) s: $*" && tail -n 60 "$here/log"
  exit 1
}
note() { echo "$((clock - 1000000)) $*" >>"$here/log"; }
chance() { [ $((RANDOM % $1)) = 0 ]; }
soon() { echo $((clock + 5 + RANDOM % $1)); } # within so many seconds
values() {
  local name
  for name in "${names[@]}"; do [ -z "${in_values[$name]:-}" ] || echo "$name"; done
}

# ---- What the platform gives a container: its file, new when it starts ----

write_file() { # NODE
  local name
  {
    echo 'list_members() {'
    for name in $(values); do echo "  member $name replica-0.x-pgedge.$name.gvc.cpln.local"; done
    echo '}'
  } >"$here/$1.file"
}

# ---- One node: a round for each line on standard input ----

node() { # NAME
  # shellcheck disable=SC1090
  source <(sed '/^# libpq reads these/,$d; /^trap /d; /^umask/d; /^set /d' "$script")
  BASH_ARGV0=$here/$1.file
  location=$1 replica=0 self=$1 state=ready missed="" PGDATA=$here/$1
  date() { echo "$clock"; }
  log() { echo "$((clock - 1000000)) $self: $*" >>"$here/log"; }
  level_out() { :; }
  unlink_on() {
    rm -f "$here/$1.links/$2"
    echo "$1 $2" >>"$here/pruned"
  }
  survey_sql() { echo survey; }
  is_reached() {
    [ -e "$here/$1.up" ] && { [ "$1" = "$self" ] || [ ! -e "$here/$1.cut" ] && [ ! -e "$here/$self.cut" ]; }
  }
  heard() { # NODE: as pgedge.greet answers
    local at=0 list=""
    [ ! -e "$here/$1.list" ] || IFS='|' read -r at list <"$here/$1.list"
    if is_newer "$listed" "$listing" "$at" "$list"; then
      at=$listed list=$listing
      echo "$at|$list" >"$here/$1.new$self" && mv "$here/$1.new$self" "$here/$1.list"
    fi
    echo "$at|$list"
  }
  sql_on() {
    local question other
    read -r question
    is_reached "$1" || return 2
    case "$question" in
      survey) echo "ready|||||$(heard "$1")" ;;
      *pgedge.greet*) heard "$1" ;;
      *pgedge.member_list*) cat "$here/$1.list" 2>/dev/null ;;
      *pgedge.linked_node*)
        for other in "$here/$1.links"/*; do
          other=${other##*/}
          if is_reached "$other" && [ -e "$here/$other.links/$1" ]; then echo "$other|t"; else echo "$other|f"; fi
        done
        ;;
    esac
  }
  local_sql() { sql_on "$self"; }
  load_members
  [ -e "$PGDATA" ] || { touch "$PGDATA" && claim; }
  recall_list
  while read -r clock; do
    load_members && exchange_list && survey_peers
    insist
    ! is_member "$self" || prune_retired
    echo "$listing"
  done
}

# join NODE: as a copy of one that is up; all that this one has links with have to be in reach
join() {
  local source="" other
  for other in "${!up[@]}"; do
    [ "$other" = "$1" ] || [ -e "$here/$other.cut" ] || [ -z "${in_values[$other]:-}" ] || source=$other
  done
  [ -n "$source" ] || return
  for other in "$source" $(ls "$here/$source.links"); do
    [ "$other" = "$1" ] || { [ -n "${up[$other]:-}" ] && [ ! -e "$here/$other.cut" ]; } || return
  done
  rm -rf "$here/$1" "$here/$1.list" "$here/$1.links"/*
  cp "$here/$source.list" "$here/$1.list"
  for other in "$source" $(ls "$here/$source.links"); do
    [ "$other" = "$1" ] || touch "$here/$1.links/$other" "$here/$other.links/$1"
  done
}

# Whether somebody who is up has no link with it, though it has one with that: it has been pruned, or is new.
is_forgotten_by_any() {
  local other
  [ -e "$here/$1" ] || return 0
  for other in "${!up[@]}"; do
    [ "$other" = "$1" ] || [ -z "${in_values[$other]:-}" ] || [ -e "$here/$other.links/$1" ] || return 0
  done
  return 1
}

start() { # NODE
  local joins=""
  mkdir -p "$here/$1.links"
  if [ "$clock" -gt 1000000 ] && is_forgotten_by_any "$1"; then
    join "$1" || {
      start_at[$1]=$(soon 20)
      return
    }
    joins=", and joins"
  fi
  write_file "$1"
  touch "$here/$1.up"
  up[$1]=yes since_added[$1]=yes
  rm -f "$here/$1.in" "$here/$1.out" && mkfifo "$here/$1.in" "$here/$1.out"
  node "$1" <"$here/$1.in" >"$here/$1.out" 2>>"$here/errors" &
  process[$1]=$!
  exec {ask[$1]}>"$here/$1.in" {answer[$1]}<"$here/$1.out"
  note "$1 starts$joins; values: $(values | xargs)"
}

stop() { # NODE
  rm -f "$here/$1.up" "$here/$1.cut"
  kill "${process[$1]}" && wait "${process[$1]}" 2>/dev/null
  exec {ask[$1]}>&- {answer[$1]}<&-
  unset "up[$1]" "heal_at[$1]"
  note "$1 is down"
}

# ---- What happens ----

change_values() {
  local name=${names[RANDOM % ${#names[@]}]}
  if [ -z "${in_values[$name]:-}" ]; then
    # the platform does not start what it still ends
    [ -z "${up[$name]:-}" ] || return
    in_values[$name]=yes
    unset "stop_at[$name]"
    start_at[$name]=$(soon 120)
  elif [ "$(values | wc -l)" -gt 2 ]; then
    unset "in_values[$name]" "since_added[$name]" "start_at[$name]"
    stop_at[$name]=$(soon 90)
  fi
  note "values: $(values | xargs)"
  for name in "${!up[@]}"; do ! chance 3 || write_file "$name"; done
}

disturb() {
  local running=("${!up[@]}") name
  ! chance 12 || change_values
  [ ${#running[@]} -gt 1 ] || return
  name=${running[RANDOM % ${#running[@]}]}
  if chance 10 && [ -n "${in_values[$name]:-}" ]; then
    stop "$name"
    start_at[$name]=$(soon 200)
  elif chance 20; then
    touch "$here/$name.cut"
    heal_at[$name]=$(soon 300)
    note "$name is cut off"
  fi
}

fall_due() {
  local name
  for name in "${names[@]}"; do
    if [ "${stop_at[$name]:-$clock}" -lt "$clock" ]; then
      unset "stop_at[$name]"
      [ -z "${up[$name]:-}" ] || stop "$name"
    fi
    if [ "${heal_at[$name]:-$clock}" -lt "$clock" ]; then rm -f "$here/$name.cut" && unset "heal_at[$name]"; fi
    if [ "${start_at[$name]:-$clock}" -lt "$clock" ]; then
      unset "start_at[$name]"
      [ -n "${up[$name]:-}" ] || start "$name"
    fi
  done
}

run_round() {
  local name by pruned
  clock=$((clock + 5))
  fall_due
  : >"$here/pruned"
  for name in "${!up[@]}"; do echo "$clock" >&"${ask[$name]}"; done
  for name in "${!up[@]}"; do
    read -t 60 -r "list_of[$name]" <&"${answer[$name]}" || fail "$name does not answer: $(cat "$here/errors")"
  done
  while read -r by pruned; do
    [ -z "${in_values[$pruned]:-}" ] || [ -z "${since_added[$pruned]:-}" ] || fail "$by pruned $pruned, which is live"
    prunings=$((prunings + 1))
  done <"$here/pruned"
}

declare -A list_of
prunings=0
for name in a b c; do in_values[$name]=yes; done
for name in a b c; do
  mkdir -p "$here/$name.links"
  for other in a b c; do [ "$name" = "$other" ] || touch "$here/$name.links/$other"; done
  start "$name"
done
while [ "$clock" -lt $((1000000 + length)) ]; do
  disturb
  run_round
done
# nothing more happens; one node starts, and so somebody has the last list
for ((rounds_left = 70; rounds_left > 0; rounds_left--)); do run_round; done
name=$(values | head -n 1)
[ -z "${up[$name]:-}" ] || stop "$name"
start "$name"
for ((rounds_left = 30; rounds_left > 0; rounds_left--)); do run_round; done
for name in $(values); do
  found=$(printf '%s\n' ${list_of[$name]} | cut -d = -f 1 | xargs)
  [ "$found" = "$(values | xargs)" ] || fail "$name has the list $found, and the values have $(values | xargs)"
  links=$(printf '%s\n' "$name" "$here/$name.links"/* | sed 's|.*/||' | sort | xargs)
  [ "$links" = "$(values | xargs)" ] || fail "$name has links with $links, and the values have $(values | xargs)"
done
echo "$length s: $(grep -c starts "$here/log") starts, $(grep -c 'cut off' "$here/log") cuts, $prunings links pruned," \
  "all agree on $(values | xargs)"
