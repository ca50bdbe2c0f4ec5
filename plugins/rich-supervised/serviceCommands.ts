import type { ServiceCommands } from '../../hooks/index.ts';
import { busyboxPath, stateDirectory } from './supervisor.ts';

/** Asks the supervisor, whose children the services are, by a file and a signal. */
const script = `
verb=$1 name=$2 dir=${stateDirectory} B=${busyboxPath}
get() { line=; read -r line 2>/dev/null <"$dir/$1/$2"; echo "$line"; }
put() {
  pid=$(get "$1" pid) since=$(get "$1" since) state=$(get "$1" state)
  echo "$1 \${state:-unknown} static \${pid:--} \${since:--}"
}
reached() { tries=0; while [ "$(get "$name" ask)" ] && [ $tries -lt 1000 ]; do $B sleep 0.1; tries=$((tries + 1)); done; }

if [ -z "$name" ]; then while read -r one; do put "$one"; done <$dir/order; exit 0; fi
case $name in */* | .*) exit 64 ;; esac
[ -e "$dir/$name/run" ] || exit 64
case $verb in
list) put "$name" ;;
logs) echo "its lines are in the log of the container, behind $name:"; exit 65 ;;
enable | disable) echo "the services are those of the request"; exit 65 ;;
*)
  echo "$verb" >"$dir/$name/ask"
  kill -USR1 "$(get . supervisor)" || exit 1
  reached
  [ "$verb" != stop ] || exit 0
  $B sleep 1
  tries=0
  while [ "$(get "$name" state)" = starting ] && [ $tries -lt 100 ]; do $B sleep 0.1; tries=$((tries + 1)); done
  [ "$(get "$name" state)" = running ] || { echo "it has ended with $(get "$name" code), or is not healthy"; exit 1; }
  ;;
esac
`;

export const serviceCommands: ServiceCommands = { args: [busyboxPath, 'sh', '-c', script, 'pouch-svc'] };
