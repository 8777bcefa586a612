# ---- All are new: nobody has anything to copy ----

settle_in() {
  local peer
  if [ -n "$(first_ready)" ]; then
    log "$(first_ready) is ready: it has what there is to copy"
    publish joining
    exit "$BEGIN_AGAIN"
  fi
  all_peers_are new forming || return
  # a node that was emptied by now has left links to its first life on the others
  for peer in "${peers[@]}"; do unlink_on "$peer" "$self" || return; done
  publish forming
}

form_cluster() {
  local peer
  all_peers_are forming ready && all_have_one_list || return
  for peer in "${peers[@]}"; do link "$self" "$peer" || return; done
  ! is_linked "${#peers[@]}" || { number_by_place && exchange_list && publish ready; }
}

all_have_one_list() {
  local peer
  for peer in "${peers[@]}"; do [ "${list_of[$peer]}" = "$listing" ] || return; done
}

# All have the same list: each node's place in it is a number of its own.
number_by_place() {
  local node place=0
  for node in "${members[@]}"; do
    place=$((place + 1))
    [ "$node" != "$self" ] || number=${number:-$place}
  done
}
