import type { ServiceCommands } from '../../hooks/index.ts';

/**
 * Manages services by systemctl(1), which reaches systemd by its own socket, without D-Bus. Dates in UTC, since
 * `--timestamp=` is newer than some systemd. `.service` is left out of names, as systemctl itself allows.
 */
const script = `
verb=$1 name=$2
export TZ=UTC LC_ALL=C SYSTEMD_COLORS=0 SYSTEMD_PAGER=
tries=0
until [ -S /run/systemd/private ] || [ $tries -ge 100 ]; do sleep 0.1; tries=$((tries + 1)); done

put() {
  case $load in '' | not-found) return ;; esac
  case $active/$sub in
  active/exited) state=exited ;;
  active/* | reloading/*) state=running ;;
  activating/*) state=starting ;;
  deactivating/*) state=stopping ;;
  failed/*) state=failed ;;
  *) state=stopped ;;
  esac
  case $load/$file in
  masked/* | */masked*) file=masked ;;
  */enabled* | */linked*) file=enabled ;;
  */disabled) ;;
  *) file=static ;;
  esac
  set -- $since
  [ $# -lt 3 ] && since=- || since=$2T$3Z
  echo "\${id%.service} $state $file \${pid:-0} $since $description"
}

show() {
  { systemctl show --property=Id,LoadState,ActiveState,SubState,UnitFileState,MainPID,StateChangeTimestamp,Description -- "$1"
    echo; } | while IFS= read -r line; do
    case $line in
    Id=*) id=\${line#*=} ;;
    LoadState=*) load=\${line#*=} ;;
    ActiveState=*) active=\${line#*=} ;;
    SubState=*) sub=\${line#*=} ;;
    UnitFileState=*) file=\${line#*=} ;;
    MainPID=*) pid=\${line#*=} ;;
    StateChangeTimestamp=*) since=\${line#*=} ;;
    Description=*) description=\${line#*=} ;;
    '') put; id= load= active= sub= file= pid= since= description= ;;
    esac
  done
}

list() {
  loaded=$(show '*.service')
  names=" $(echo "$loaded" | cut -d ' ' -f 1 | tr '\\n' ' ') "
  echo "$loaded"
  systemctl list-unit-files --type=service --no-legend --no-pager --full | while read -r unit file rest; do
    case $unit in *@.service) continue ;; esac
    id=\${unit%.service}
    case $names in *" $id "*) continue ;; esac
    case $file in
    alias) continue ;;
    masked* | disabled) ;;
    enabled* | linked*) file=enabled ;;
    *) file=static ;;
    esac
    echo "$id stopped \${file%-runtime} - -"
  done
}

logs() {
  journalctl --quiet --no-pager --no-hostname --output=short-unix --unit="$name" --lines="$1" \\
    \${2:+"--since=@$2"} \${3:+"--until=@$3"} \${4:+--follow}
}

found=
[ -z "$name" ] || found=$(show "$name")
case $verb in
logs)
  [ -n "$found" ] || [ -n "$(logs 1)" ] || exit 64
  logs "$3" "$4" "$5" "$6"
  ;;
list) if [ -n "$name" ]; then echo "$found"; [ -n "$found" ] || exit 64; else list; fi ;;
*)
  [ -n "$found" ] || exit 64
  systemctl --no-ask-password "$verb" -- "$name" 2>&1
  ;;
esac
`;

export const serviceCommands: ServiceCommands = { args: ['/bin/sh', '-c', script, 'pouch-svc'] };
