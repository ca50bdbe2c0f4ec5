import type { ServiceCommands } from '../../hooks/index.ts';

/**
 * Manages services by sv(8). Those that are not linked into the directory of the run level are disabled: Debian and
 * Void have all in /etc/sv. A log is that of svlogd beside the service, which begins lines with a time if it was
 * started so (`-t`: TAI64N, `-tt`: a date).
 */
const script = (services: string) => `
verb=$1 name=$2 active=${services} all=/etc/sv

put() {
  directory=$active/$1 file=enabled state=stopped pid=- since=-
  if [ -e "$active/$1/run" ]; then
    status=$(sv status "$active/$1" 2>&1)
    case $status in
    run:*'want down'*) state=stopping ;;
    run:*) state=running ;;
    finish:*) state=stopping ;;
    down:*'want up'*) state=failed ;;
    down:*) ;;
    *) state=unknown ;;
    esac
    pid=$(echo "$status" | sed -n 's/^[^;]*(pid \\([0-9]*\\)).*/\\1/p')
    seconds=$(echo "$status" | sed -n 's/^[^;]*: [^;]*[ )]\\([0-9][0-9]*\\)s.*/\\1/p')
    [ -z "$seconds" ] || since=$(($(date +%s) - seconds))
  else file=disabled; fi
  echo "$1 $state $file \${pid:--} $since"
}

names() {
  for path in $active/* $all/*; do [ ! -e "$path/run" ] || echo "\${path##*/}"; done | sort -u
}

logs() {
  file=
  for path in $(grep -o "/[^ '\\"]*" "$active/$name/log/run" "$all/$name/log/run" 2>/dev/null); do
    [ ! -f "$path/current" ] || file=$path/current
  done
  for path in /var/log/runit/$name /var/log/$name /var/log/sv/$name; do
    [ -n "$file" ] || [ ! -f "$path/current" ] || file=$path/current
  done
  [ -n "$file" ] || { echo "it has no svlogd: the output of $name is in the log of the container"; exit 65; }
  case $1 in all) cat "$file" ;; *) tail -n "$1" "$file" ;; esac | sed 's/^/- /'
  [ -z "$2" ] || tail -n 0 -F "$file" 2>/dev/null | sed -u 's/^/- /'
}

if [ -z "$name" ]; then names | while read -r one; do put "$one"; done; exit 0; fi
case $name in */* | .*) exit 64 ;; esac
[ -e "$active/$name/run" ] || [ -e "$all/$name/run" ] || exit 64
case $verb in
list) put "$name" ;;
logs) logs "$3" "$6" ;;
enable) [ -e "$active/$name" ] || ln -s "$all/$name" "$active/$name" ;;
disable)
  [ -L "$active/$name" ] || { echo "$active/$name is not a link, by which it could be enabled again"; exit 65; }
  rm "$active/$name"
  ;;
*)
  [ -e "$active/$name/run" ] || { echo "it is disabled, and runsv does not watch it: enable it"; exit 1; }
  sv -w 60 "$verb" "$active/$name" 2>&1 || exit 1
  [ "$verb" = stop ] || { sleep 1; case $(put "$name") in "$name failed "*) echo "it has ended at once"; exit 1 ;; esac; }
  ;;
esac
`;

/** Returns how the services of runit are managed. @param services - directory of those that run */
export function serviceCommands(services: string): ServiceCommands {
  return { args: ['/bin/sh', '-c', script(services), 'pouch-svc'] };
}
