import type { ServiceCommands } from '../../hooks/index.ts';
import { scanDirectory } from './scanDirectory.ts';

/**
 * Manages services by s6-svc(1). What runs are copies of the image's services, so that none can be enabled or disabled
 * for the next start. Output of services without a logger of their own is in the log of the container.
 */
const script = `
PATH=$PATH:/command
verb=$1 name=$2 scan=${scanDirectory}
[ -d $scan ] || scan=/run/s6/legacy-services
[ -d $scan ] || scan=/var/run/s6/services

put() {
  state=stopped pid=- since=-
  set -- "$1" $(s6-svstat -o up,wantedup,pid,updownfor "$scan/$1" 2>/dev/null)
  case "$2 $3" in
  'true true') state=running ;;
  'true false') state=stopping ;;
  'false true') state=failed ;;
  'false false') ;;
  *) state=unknown ;;
  esac
  [ "\${4:--1}" -le 0 ] || pid=$4
  [ -z "$5" ] || since=$(($(date +%s) - $5))
  echo "$1 $state static $pid $since"
}

if [ -z "$name" ]; then
  for path in $scan/*; do [ ! -e "$path/run" ] || put "\${path##*/}"; done
  exit 0
fi
case $name in */* | .*) exit 64 ;; esac
[ -e "$scan/$name/run" ] || exit 64
act() { s6-svc -T 60000 "$@" "$scan/$name" 2>&1; }
case $verb in
list) put "$name" ;;
logs) echo "s6 keeps no log by service: see that of the container"; exit 65 ;;
enable | disable) echo "it is in the image: add or remove its directory there"; exit 65 ;;
stop) act -wD -d ;;
start) act -wu -u ;;
restart) act -wr -r ;;
esac || exit 1
case $verb in
start | restart)
  sleep 1
  case $(put "$name") in "$name running "*) ;; *) echo "it has ended at once"; exit 1 ;; esac
  ;;
esac
`;

export const serviceCommands: ServiceCommands = { args: ['/bin/sh', '-c', script, 'pouch-svc'] };
