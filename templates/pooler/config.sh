# --- The pooler's configuration: a template, with what is known at run time only in the place of each @NAME@

TEMPLATE=/etc/pooler/config
CONFIG=/tmp/pooler.conf

# replaces every PLACEHOLDER in $text
fill() { # PLACEHOLDER VALUE
  local rest=$text
  text=''
  while case $rest in *"$1"*) ;; *) false ;; esac do
    text=$text${rest%%"$1"*}$2
    rest=${rest#*"$1"}
  done
  text=$text$rest
}

# Puts a word before every character of a text that is one of some.
escape() { # TEXT CHARACTERS WORD
  local rest=$1 out='' char
  while [ -n "$rest" ]; do
    char=${rest%"${rest#?}"}
    rest=${rest#?}
    case $2 in *"$char"*) out=$out$3 ;; esac
    out=$out$char
  done
  printf '%s' "$out"
}

# Writes the configuration; false when it is what stood there before. The new file takes the place of the old one in
# one step: the pooler may read it at any time.
write_config() {
  local text
  text=$(cat "$TEMPLATE")
  fill_in
  [ ! -e "$CONFIG" ] || [ "$text" != "$(cat "$CONFIG")" ] || return 1
  printf '%s\n' "$text" >"$CONFIG.new" && mv "$CONFIG.new" "$CONFIG"
}
