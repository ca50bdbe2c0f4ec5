import { type ServiceCommands, syslogFunctions } from '../../hooks/index.ts';

/**
 * Manages services by rc-service(8) and rc-update(8). A service that was noted as not started by the boot, or that
 * OpenRC knows as crashed, has failed. The logs are those of a syslog daemon: OpenRC keeps none.
 * @param listPath - of the list of those that the boot has not started
 */
const script = (listPath: string) => `
verb=$1 name=$2
${syslogFunctions}
# NAME RUNLEVEL STATE
states() { rc-status --all --format ini 2>/dev/null | sed -n 's/^\\[\\(.*\\)\\]$/= \\1/p; s/^\\([^ ]*\\) = *\\([a-z]*\\).*/\\1 \\2/p' |
  while read -r first second; do
    if [ "$first" = = ]; then level=\${second%% *}; else echo "$first $level $second"; fi
  done; }

pid_of() {
  for file in /run/$1.pid /run/$1d.pid /run/$1/$1.pid /run/$1/$1d.pid /run/crond.pid; do
    case $file in /run/crond.pid) [ "$1" = cron ] || continue ;; esac
    pid=
    [ ! -f "$file" ] || read -r pid <"$file" || [ -n "$pid" ] || continue
    case $pid in '' | *[!0-9]*) continue ;; esac
    [ ! -d "/proc/$pid" ] || { echo "$pid $(stat -c %Y "/proc/$pid" 2>/dev/null || echo -)"; return; }
  done
  echo - -
}

# Scripts of sysvinit keep their state themselves. The exit codes of their status are those of LSB.
is_tracked() {
  read -r first <"/etc/init.d/$1"
  case $first in *openrc-run* | *runscript*) return 0 ;; esac
  ! grep -q status "/etc/init.d/$1"
}
status_of() {
  timeout 5 "/etc/init.d/$1" status >/dev/null 2>&1 </dev/null
  case $? in 0) echo running ;; 1 | 2) echo failed ;; 3) echo stopped ;; *) echo unknown ;; esac
}

put() {
  level= now=
  set -- "$1" $(echo "$known" | grep "^$1 " | head -n 1)
  level=$3 now=$4 state=stopped file=disabled process='- -'
  case $level in default | nonetwork) file=enabled ;; sysinit | boot) file=static ;; esac
  case $now in
  started | hotplugged) state=running process=$(pid_of "$1"); [ "$level" = default ] || [ "$process" != '- -' ] || state=exited ;;
  starting | stopping) state=$now ;;
  crashed) state=failed ;;
  stopped | '') ! grep -qx "$1" ${listPath} 2>/dev/null || state=failed ;;
  *) state=unknown ;;
  esac
  is_tracked "$1" || {
    state=$(status_of "$1")
    case $state in running) process=$(pid_of "$1") ;; *) process='- -' ;; esac
  }
  echo "$1 $state $file $process $(sed -n 's/^# *Short-Description: *//p; s/^description="\\(.*\\)"$/\\1/p' "/etc/init.d/$1" | head -n 1)"
}

is_service() {
  case $1 in rc | rcS | halt | reboot | single | killprocs | sendsigs | umount* | *.sh | functions.sh) return 1 ;; esac
  [ -f "/etc/init.d/$1" ] && [ -x "/etc/init.d/$1" ]
}

known=$(states)
if [ -z "$name" ]; then
  for path in /etc/init.d/*; do ! is_service "\${path##*/}" || put "\${path##*/}"; done
  exit 0
fi
case $name in */* | .*) exit 64 ;; esac
is_service "$name" || exit 64
case $verb in
list) put "$name" ;;
logs) logs "$3" "$6" ;;
enable) rc-update add "$name" default 2>&1 ;;
disable) rc-update del "$name" default 2>&1 ;;
*) rc-service --nocolor "$name" "$verb" 2>&1 </dev/null ;;
esac
`;

/**
 * Returns how the services of OpenRC are managed.
 * @param listPath - file with names of services that the boot has not started
 */
export function serviceCommands(listPath: string): ServiceCommands {
  return { args: ['/bin/sh', '-c', script(listPath), 'pouch-svc'] };
}
