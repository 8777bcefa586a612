# ---- Who belongs to the cluster ----

declare -A address once_listed

member() { # NAME ADDRESS
  members+=("$1")
  address[$1]=$2 once_listed[$1]=yes
  if [[ "$2" = "replica-$replica."*"-pgedge.$location."* ]]; then self=$1; else peers+=("$1"); fi
}

is_member() { [ -n "${address[$1]:-}" ]; }

# Read again in every round: the platform may refresh this file in place.
load_members() {
  # half a file is no function: then the last list stays
  source <(sed -n '/^list_members() {/,/^}$/p' "$0") 2>/dev/null
  members=() peers=() address=()
  list_members
}
