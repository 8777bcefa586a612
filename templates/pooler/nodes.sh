# --- What the nodes say of themselves
#
# FOUND holds a file for each node, with one line: UPTIME LOST_AT STATE
#   UPTIME   seconds that its server has been running, by its own clock
#   LOST_AT  when this script last saw it not ready
#   STATE    what it said last, or why it said nothing

FOUND=/tmp/nodes
NEWLINE='
'
QUESTION="SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::bigint,
                 coalesce(nullif(current_setting('pgedge.state', true), ''), 'without a state')"

LIST='' # of the nodes, as the primary last said it

# libpq reads the credentials from the environment: there is no password on any command line
export PGUSER="${PG_USERNAME:?}" PGPASSWORD="${PG_PASSWORD:?}" PGDATABASE="${PG_DATABASE:?}"
export PGPORT=5432 PGCONNECT_TIMEOUT=$CONNECT PGAPPNAME=pooler-start

say() { echo "$(date -u +%FT%TZ) [pooler] $*" >&2; }

# sets NOW: seconds that no change of the clock disturbs
tell_time() {
  read -r NOW _ </proc/uptime
  NOW=${NOW%.*}
}

# psql that always ends: a placeholder address of the platform takes a connection and stays silent
query() { timeout "$PATIENCE" psql -XAtq -F ' ' -c "$1" 2>&1; }

meet_nodes() {
  local node
  rm -rf "$FOUND" && mkdir -p "$FOUND"
  for node in $NEAR $FAR; do echo "0 -$SETTLED unknown" >"$FOUND/$node"; done
}

ask() { # NODE
  local uptime lost_at before answer
  read -r uptime lost_at before <"$FOUND/$1"
  if answer=$(PGHOST=$1 query "$QUESTION") ||
    { [ "$before" = ready ] && sleep "$AGAIN" && answer=$(PGHOST=$1 query "$QUESTION"); }; then
    answer=${answer##*"$NEWLINE"} # without what psql may have warned of
    uptime=${answer%% *} answer=${answer#* }
  else
    answer=${answer%%"$NEWLINE"*}
    case $answer in
      *'too many clients'* | *'connection slots'*) answer=$before ;; # full, and up
      *) answer=${answer##*failed: } answer="lost: ${answer:-no answer}" ;;
    esac
  fi
  [ "$answer" = "$before" ] || say "$1: $answer"
  tell_time
  # a script that has just started has seen nothing: there, only the node's own word counts
  [ "$answer" = ready ] || [ -z "$PRIMARY" ] || lost_at=$NOW
  echo "$uptime $lost_at $answer" >"$FOUND/.$1" && mv "$FOUND/.$1" "$FOUND/$1"
}

# asks nodes, all at once: a dead one holds up nobody
learn() { # NODE...
  local node asked=''
  for node; do
    ask "$node" &
    asked="$asked $!"
  done
  # shellcheck disable=SC2086 # process numbers
  wait $asked
  tell_time
}

# The primary knows who belongs to the cluster by now: who has come since this pooler started is added at the end, who
# is retired goes.
take_list() {
  local list address known=$NEAR$FAR
  list=$(PGHOST=$PRIMARY query 'SELECT members FROM pgedge.member_list') || return
  list=${list##*"$NEWLINE"} # without what psql may have warned of
  [ "$list" != "$LIST" ] || return
  case $list in *=replica-*.cpln.local*) LIST=$list ;; *) return ;; esac
  NEAR='' FAR=''
  for address in $known; do
    case $list in *"=$address "*) node_at "$address" ;; esac
  done
  for address in $list; do
    address=${address#*=}
    case "$known " in *" $address "*) continue ;; esac
    say "$address: new"
    node_at "$address"
    echo "0 -$SETTLED unknown" >"$FOUND/$address"
  done
}

# replica-0.WORKLOAD.LOCATION.GVC.cpln.local
node_at() { # ADDRESS
  local location=${1#*.*.}
  node "${location%%.*}" "$1"
}

is_ready() { # NODE
  local uptime lost_at state
  read -r uptime lost_at state <"$FOUND/$1"
  [ "$state" = ready ]
}

# Up for a while by its own account, which is the same for every pooler, and ready for as long as seen from here, so
# that a node behind a bad line does not draw the writes to and fro.
is_settled() { # NODE SECONDS
  local uptime lost_at state
  read -r uptime lost_at state <"$FOUND/$1"
  [ "$state" = ready ] && [ "$uptime" -ge "$2" ] && [ $((NOW - lost_at)) -ge "$2" ]
}

# the ready ones of these nodes
ready_ones() { # NODE...
  local node
  for node; do ! is_ready "$node" || echo "$node"; done
}
