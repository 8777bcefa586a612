# ---- A node in service ----

readonly PATIENCE=6 LONG_PATIENCE=20 # rounds, so that nothing that merely restarts is taken for lost or gone
readonly STUBBORN=120                # rounds: no node that is retired runs for so long
readonly LONE_PATIENCE=12            # rounds without any answer, after which a node that was ready serves on its own
readonly COMPARED_GIB=32             # a larger database is read for too long to be compared after each restart

# It has served before. What it holds may be of another time by now: a node that was retired, a volume that was set
# back.
look_around() {
  local peer answers=0 ready=0 older_for=""
  for peer in "${peers[@]}"; do
    case "${state_of[$peer]:-}" in "") continue ;; ready | stopping) ready=$((ready + 1)) ;; esac
    answers=$((answers + 1))
    ! is_set_back_for "$peer" || older_for+="$peer "
  done
  if [ "$answers" = 0 ] && [ ${#peers[@]} -gt 0 ] && is_member "$self"; then
    persists alone "$LONE_PATIENCE" || {
      log_news "returning; no other node answers yet"
      return
    }
    log "WARNING: no other node answers: serving with what this one holds"
  elif [ -n "$older_for" ]; then
    log_news "this node's volume was set back: ${older_for% } know of more that it once had"
    [ "$ready" = 0 ] || begin_afresh joining
    # all of them were set back: the first one goes on, the others begin again with a copy of it
    [ "$self" = "${members[0]}" ] && persists "set back" "$LONG_PATIENCE" || return
  elif is_forgotten; then
    log "the others have pruned this node: what it holds is stale"
    begin_afresh replaced
  elif [ "$ready" -gt 0 ] && ! catch_up; then
    persists "catching up" "$LONG_PATIENCE" || return
    log "WARNING: serving, though this node has not received all that the others have"
  elif [ "$ready" -gt 0 ] && ! compare_with_others; then
    # what a node sent last before it went away may be here alone: there is no comparison before it is back
    [ "$answers" -lt ${#peers[@]} ] || persists "comparing" "$PATIENCE" || return
    log "WARNING: serving, though this node could not be compared with the others yet"
  fi
  publish ready
}

# Everything that was written before it came back, by those that go on sending.
catch_up() {
  local peer
  followed=()
  for peer in "${peers[@]}"; do
    case "${state_of[$peer]:-} ${slot_at[$peer]:-}" in
      *" none" | *" lost" | *" forgotten") ;;
      "ready "* | "stopping "*) followed+=("$peer") ;; # one that stops stays for this one
    esac
  done
  [ ${#followed[@]} -gt 0 ] || return 0
  log_news "$state; catching up with ${followed[*]}"
  exchange_beats "${followed[0]}"
}

# What a node receives after it was away comes from several others at once, in an order of its own.
compare_with_others() {
  [ ${#followed[@]} -gt 0 ] || return 0
  if [ "$(local_sql <<<"SELECT pg_database_size(current_database()) >> 30")" -ge "$COMPARED_GIB" ]; then
    log "not compared with ${followed[0]}: the database is larger than $COMPARED_GIB GiB"
    return
  fi
  mend_from "${followed[0]}" "$away_since" && settle_doubts
}

# notice_absence: of one other node or of all, and only one link may stand still. What comes late takes newer rows along
# if it deletes: so this node compares itself when all links are up again. What one other node alone sends is in order.
notice_absence() {
  [ ${#peers[@]} -gt 1 ] || return 0
  if [ "$(broken_subscriptions)" != none ] || is_behind; then
    [ -n "$away_since" ] || away_since=$(local_sql <<<"SELECT clock_timestamp() - interval '40 s'")
  elif [ -n "$away_since" ]; then
    catch_up && compare_with_others && away_since=""
  fi
}

# A node makes a beat every few seconds.
is_behind() {
  is_true "$(local_sql <<<"SELECT count(*) > 0 FROM pgedge.heartbeat JOIN pgedge.position ON provider = node
    WHERE at < clock_timestamp() - interval '15 s'")"
}

# is_set_back_for PEER: it remembers a beat of its own that this node had confirmed, or of this node, that is not here.
is_set_back_for() {
  is_true "$(local_sql -v "peer=$1" -v "confirmed=${confirmed_of[$1]:-}" -v "known=${known_at[$1]:-}" <<<"
    SELECT nullif(:'confirmed', '')::bigint > coalesce((SELECT beat FROM pgedge.heartbeat WHERE node = :'peer'), 0)
        OR nullif(:'known', '')::bigint > coalesce((SELECT beat FROM pgedge.heartbeat WHERE node = :'self'), 0)")"
}

begin_afresh() {
  publish "$1"
  exit "$BEGIN_AGAIN"
}

look_after_links() {
  insist
  if ! is_member "$self"; then
    log_news "no longer a member: serving on, and leaving the others alone"
    return
  fi
  if is_forgotten; then
    log "the others have pruned this node: what it holds is stale"
    begin_afresh replaced
  fi
  [ -n "$number" ] || get_number
  beat
  notice_absence
  look_into_doubts
  local_sql <<<"SELECT pgedge.advance_sequences()" >/dev/null
  prune_retired
  find_missed
  log_news "ready; $(local_sql <<<"SELECT pgedge.cluster_in_words()")"
  [ -z "$missed" ] || begin_again_if_safe
}

# For a volume of the public template, or of an earlier release.
get_number() {
  local peer
  for peer in "${peers[@]}"; do [ "${state_of[$peer]:-}" = ready ] || return; done
  take_join_lock || return
  for peer in "${peers[@]}"; do equip "$peer" || break; done
  if take_number "$self" "${peers[@]}"; then publish ready; else number=""; fi
  release_join_lock
}

# Not while a peer runs an earlier release: it has no table for it.
beat() {
  local peer
  for peer in "${peers[@]}"; do
    [ "${state_of[$peer]:-}" != ready ] || [ -n "${slot_at[$peer]:-}" ] || return
    [ "${state_of[$peer]:-}" != unmanaged ] || return
  done
  local_sql <<<"CALL pgedge.beat()"
}

# By every ready peer: it was out of their list for a while, and came back with its old volume.
is_forgotten() {
  local peer answers=""
  for peer in "${peers[@]}"; do [ "${state_of[$peer]:-}" != ready ] || answers+="${slot_at[$peer]:-} "; done
  [[ "$answers" =~ ^(forgotten )+$ ]]
}

# Retired is who is neither in the list nor connected. Who was never in a list here may be newer than this file: that
# takes more patience.
prune_retired() {
  local node connected patience
  while IFS='|' read -r node connected; do
    if is_member "$node" || is_true "$connected"; then
      ceased "gone $node"
      continue
    fi
    if [ -n "${once_listed[$node]:-}" ]; then patience=$PATIENCE; else patience=$LONG_PATIENCE; fi
    persists "gone $node" "$patience" || continue
    log "pruning $node: no longer a member, and gone"
    level_out "$node" "$self" "${peers[@]}"
    unlink_on "$self" "$node"
  done < <(local_sql <<<"SELECT node, connected FROM pgedge.linked_node")
}

# Missed is a ready peer that has no usable slot for this node. Not soon if this node has no subscription either: it may
# have pruned the peer, which has now come back with its old volume. Then that one has missed this node.
find_missed() {
  local peer subscriptions patience found=""
  subscriptions=$(local_sql <<<"SELECT string_agg(sub_name, ' ') FROM spock.subscription") || return
  for peer in "${peers[@]}"; do
    if contains "$subscriptions" "${self}_sub_from_$peer"; then patience=$PATIENCE; else patience=$LONG_PATIENCE; fi
    case "${state_of[$peer]:-} ${slot_at[$peer]:-}" in
      "ready none" | "ready forgotten" | "ready lost")
        if contains "$missed" "$peer" || persists "missed $peer" "$patience"; then found+="$peer "; fi
        ;;
      "ready "*) ceased "missed $peer" ;;
      *) ! contains "$missed" "$peer" || found+="$peer " ;; # no news: the verdict stays
    esac
  done
  [ "$found" != "$missed" ] || return
  missed=$found
  log "WARNING: peers whose changes cannot be received any more: ${missed:-none}"
  publish ready
}

# The one that receives begins again, not the one that lost the slot: the changes are there. Only with all members in
# sight, only under the lock, only if no other node has missed more, and not before it has handed over its own writes.
begin_again_if_safe() {
  all_peers_are ready forming new && is_last_and_not_alone && take_join_lock || return
  survey_peers
  find_missed
  if [ -n "$missed" ] && is_last_and_not_alone && all_peers_are ready forming new; then
    log "beginning again with a copy of $(first_ready)"
    publish leaving
    if hand_over; then begin_afresh joining; else begin_afresh replaced; fi
  fi
  release_join_lock
}

# Take no more writes; every peer has to have those that were made here. Whose link is lost as well is given them.
hand_over() {
  local peer position complete=yes
  local_sql >/dev/null <<<"SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
  position=$(mark "$self") || return
  for peer in "${peers[@]}"; do
    [ "${state_of[$peer]}" = ready ] || continue
    wait_until 30 has_received "$peer" "$self" "$position" || give "$self" "$peer" || complete=""
  done
  [ -n "$complete" ]
}
