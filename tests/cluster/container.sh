#!/bin/bash
# Turns the namespaces that it is started in into a container, and runs a command in it as PID 1.
#
#   container.sh ROOT USER GROUP COMMAND...
#
# ROOT is an empty directory. $MOUNTS has one line for each mount besides the system's own: SOURCE TARGET, read-only if
# a third word says so. $PROGRAMS is a directory of programs that appear in /usr/bin. $PATH_INSIDE is the command's
# PATH; all other variables are passed on.
set -euo pipefail
root=$1 user=$2 group=$3
shift 3

bind() { # SOURCE TARGET [ro]
  if [ -d "$1" ]; then
    mkdir -p "$root$2"
  else
    mkdir -p "$(dirname "$root$2")"
    touch "$root$2"
  fi
  mount --bind "$1" "$root$2"
  [ "${3:-}" != ro ] || mount -o remount,bind,ro "$root$2"
}

mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$root"
mkdir -p "$root"/{etc,proc,dev/shm,run,usr}

# the directories of /usr one by one, so that more can be put beside them; pgcat lies among the programs
for directory in /usr/*/; do bind "${directory%/}" "${directory%/}" ro; done
mount -t overlay -o "lowerdir=$PROGRAMS:/usr/bin" overlay "$root/usr/bin"
for name in bin sbin lib lib64; do
  if [ -L "/$name" ]; then cp -a "/$name" "$root/$name"; else bind "/$name" "/$name" ro; fi
done
for name in null zero full random urandom tty; do bind "/dev/$name" "/dev/$name"; done
ln -s /proc/self/fd "$root/dev/fd"
for name in ssl ld.so.cache alternatives postgresql-common; do
  [ ! -e "/etc/$name" ] || bind "/etc/$name" "/etc/$name" ro
done
printf '%s\n' 'root:x:0:0::/root:/bin/bash' 'postgres:x:26:26::/var/lib/pgsql:/bin/bash' >"$root/etc/passwd"
printf '%s\n' 'root:x:0:' 'postgres:x:26:' >"$root/etc/group"
echo 'hosts: files' >"$root/etc/nsswitch.conf"
echo 'nameserver 127.0.0.1' >"$root/etc/resolv.conf" # nobody answers: a PgBouncer wants to know one all the same

mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mkdir -m 1777 "$root/tmp"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
while read -r source target options; do
  [ -z "$source" ] || bind "$source" "$target" "$options"
done <<<"$MOUNTS"

inside=$PATH_INSIDE
unset MOUNTS PATH_INSIDE PROGRAMS
cd "$root"
exec chroot "$root" setpriv --reuid="$user" --regid="$group" --clear-groups env PATH="$inside" "$@"
