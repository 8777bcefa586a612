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
  all_peers_are forming ready || return
  for peer in "${peers[@]}"; do link "$self" "$peer" || return; done
  ! is_linked "${#peers[@]}" || publish ready
}
