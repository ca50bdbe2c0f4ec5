/** Paths in the container. */
export const launcherPath = '/.pouch/legacy';
export const scriptPath = '/.pouch/initscript';

/**
 * Arguments: names of services, the commands of syslog and cron (each may be empty), the init script (may be empty),
 * the command. A stop ends the command, and then the services, last first.
 */
export const launcher = `#!/bin/sh
services=$1 syslog=$2 cron=$3 script=$4; shift 4
pid= started= code=0

# Runs a daemon again when it ends. Its words are the arguments.
keep() {
  command -v "$1" >/dev/null || return 0
  while :; do "$@"; sleep 1; done </dev/null &
}

# Services that log at once would find no socket.
await_log() {
  command -v "$1" >/dev/null || return 0
  for try in 1 2 3 4 5 6 7 8 9 10; do [ -S /dev/log ] && return; sleep 0.1; done
}

stop() {
  trap '' TERM
  [ -z "$pid" ] || { kill "$pid" 2>/dev/null; wait "$pid"; code=$?; }
  for service in $started; do "/etc/init.d/$service" stop; done
  exit "$code"
}

[ -z "$script" ] || "$script" || exit $?
keep $syslog
await_log $syslog
keep $cron
trap stop TERM
for service in $services; do
  if "/etc/init.d/$service" start; then started="$service $started"
  else echo "service $service did not start: exit code $?" >&2; fi
done
if [ $# -gt 0 ]; then
  "$@" <&0 &
  pid=$!
  wait "$pid"
  code=$? pid=
  stop
fi
while :; do sleep 1000 & wait $!; done
`;
