#!/bin/bash
# Nodes with old and new lists live together, for as long as somebody likes, in time that is made up.
#
#   run.sh SCRIPT SEED SECONDS
#
# SCRIPT is the start script of the nodes, whose own functions decide here as they do there: load_members, recall_list,
# exchange_list, survey_peers, insist, prune_retired. What they ask PostgreSQL for comes from files of a directory, one
# for each node; each node is a process of its own that runs one round when it is told to. Around them, at random: the
# values get other nodes, the platform starts and stops what they say, now and then late; nodes crash, start again, or
# are cut off; files of containers that run are renewed or not.
#
# No node that is in the values is ever pruned by another, unless it was never up; and in the end, when nothing has
# happened for a while and somebody has the last list, all that run have it, and links with those that are in it only.
set -uo pipefail
script=$1 RANDOM=$2 length=$3
here=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$here"' EXIT

names=(a b c d e f g)
address_of() { echo "replica-0.x-pgedge.$1.gvc.cpln.local"; }

# ---- One node ----

node() { # NAME; commands on standard input, a line back for each
  local CPLN_LOCATION=$1 HOSTNAME=x-0 PGDATA=$here/$1.data command
  # everything but what runs at the end
  # shellcheck disable=SC1090
  source <(sed '/^# libpq reads these/,$d; /^trap /d; /^umask/d; s/^set -uo pipefail//' "$script")
  location=$1 replica=0 self=$1 state=ready missed=""
  log() { echo "$now $location: $*" >>"$here/log"; }
  list_from_file() { cat "$here/$location.file"; }
  load_members() {
    local before=$written
    written=$(list_from_file)
    after_reading "$before"
  }
  level_out() { :; }
  date() { echo "$now"; }
  unlink_on() { # NODE OTHER
    rm -f "$here/$1.links/$2"
    echo "$now $1 pruned $2" >>"$here/pruned"
  }
  reachable() { [ -e "$here/$1.up" ] && { [ "$1" = "$location" ] || { [ ! -e "$here/$1.cut" ] && [ ! -e "$here/$location.cut" ]; }; }; }
  sql_on() { # what greet, the survey and the list of links ask for
    local node=$1 at=0 list=""
    reachable "$node" || return 2
    [ ! -e "$here/$node.list" ] || IFS='|' read -r at list <"$here/$node.list"
    if is_newer "$listed" "$listing" "$at" "$list"; then
      at=$listed list=$listing
      echo "$at|$list" >"$here/$node.list"
    fi
    answer="$at|$list"
  }
  survey_peers() {
    local peer newest=0 list="" at
    for peer in "${peers[@]}"; do
      state_of[$peer]="" list_of[$peer]=""
      sql_on "$peer" || continue
      state_of[$peer]=ready at=${answer%%|*} list_of[$peer]=${answer#*|}
      if is_newer "$at" "${list_of[$peer]}" "$newest" "$list"; then newest=$at list=${list_of[$peer]}; fi
    done
    take_over "$newest" "$list"
  }
}
