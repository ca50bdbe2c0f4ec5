import { posix } from 'node:path';
import { type ImageFile, type ServiceCommands, syslogFunctions } from '../../hooks/index.ts';

/**
 * Manages the scripts of /etc/init.d by service(8), and the links of runlevels by update-rc.d(8) or chkconfig(8). A
 * script whose `status` says nothing, or that is a part of the boot, has the state `unknown`. The exit codes of
 * `status` are those of LSB: 0 runs, 1 and 2 died, 3 does not run.
 */
const script = `
verb=$1 name=$2
if [ -d /etc/rc.d/init.d ]; then dir=/etc/rc.d/init.d runlevels=/etc/rc.d; else dir=/etc/init.d runlevels=/etc; fi

has_link() {
  for link in "$runlevels"/rc[$1].d/S[0-9][0-9]"$2"; do [ ! -e "$link" ] || return 0; done
  return 1
}

pid_of() {
  for file in /run/$1.pid /run/$1d.pid /run/$1/$1.pid /run/$1/$1d.pid /var/run/$1.pid; do
    pid=
    [ ! -f "$file" ] || read -r pid <"$file" || [ -n "$pid" ] || continue
    case $pid in '' | *[!0-9]*) continue ;; esac
    [ ! -d "/proc/$pid" ] || { echo "$pid $(stat -c %Y "/proc/$pid" 2>/dev/null || echo -)"; return; }
  done
  echo - -
}

status_of() {
  if command -v timeout >/dev/null; then timeout 5 "$dir/$1" status; else "$dir/$1" status; fi >/dev/null 2>&1 </dev/null
  case $? in 0) echo running ;; 1 | 2) echo failed ;; 3) echo stopped ;; *) echo unknown ;; esac
}

put() {
  state=unknown file=disabled
  if has_link 2345 "$1"; then file=enabled; elif has_link S "$1"; then file=static; fi
  [ $file = static ] || ! grep -q status "$dir/$1" || state=$(status_of "$1")
  case $state in running) process=$(pid_of "$1") ;; *) process='- -' ;; esac
  echo "$1 $state $file $process $(sed -n 's/^# *Short-Description: *//p' "$dir/$1" | head -n 1)"
}

is_service() {
  case $1 in
  README | skeleton | functions | rc | rcS | rc.local | single | halt | reboot | killprocs | sendsigs | umount* | *.dpkg-*) return 1 ;;
  esac
  [ -f "$dir/$1" ] && [ -x "$dir/$1" ]
}

link() {
  if command -v update-rc.d >/dev/null; then
    [ "$1" = disable ] || update-rc.d "$name" defaults 2>&1 || return 1
    update-rc.d "$name" "$1" 2>&1
  elif command -v chkconfig >/dev/null; then
    case $1 in enable) chkconfig "$name" on 2>&1 ;; *) chkconfig "$name" off 2>&1 ;; esac
  else
    echo "it has neither update-rc.d nor chkconfig"
    exit 65
  fi
}

${syslogFunctions}
act() {
  if command -v service >/dev/null; then service "$name" "$1"; else "$dir/$name" "$1"; fi 2>&1 </dev/null
}

# Many scripts end with 0 whatever happens. A daemon may write its pid file later.
came_up() {
  ! has_link S "$name" && grep -q status "$dir/$name" || return 0
  tries=0
  while [ $tries -lt 20 ]; do
    case $(status_of "$name") in running | unknown) return 0 ;; esac
    sleep 0.1
    tries=$((tries + 1))
  done
  echo "its script has reported no error, and it does not run"
  return 1
}

[ -d $dir ] || { echo "it has no /etc/init.d"; exit 65; }
if [ -z "$name" ]; then
  for path in $dir/*; do ! is_service "\${path##*/}" || put "\${path##*/}"; done
  exit 0
fi
case $name in */* | .*) exit 64 ;; esac
is_service "$name" || exit 64
case $verb in
list) put "$name" ;;
logs) logs "$3" "$6" ;;
enable | disable) link "$verb" ;;
*) act "$verb" && { [ "$verb" = stop ] || came_up; } ;;
esac
`;

/** busybox only starts what its inittab names, and keeps no names for it (init/init.c). */
const refusal = 'echo "busybox init has no services: it runs what /etc/inittab names"; exit 65';

/** Returns how the services of an init are managed. */
export function serviceCommands(init: ImageFile): ServiceCommands {
  const isBusybox = posix.basename(init.path) === 'busybox';
  return { args: ['/bin/sh', '-c', isBusybox ? refusal : script, 'pouch-svc'] };
}
