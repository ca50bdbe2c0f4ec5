#!/bin/sh
# A sidecar of the tests: reports where it runs, and does what its first argument says.
echo "user $(id -u) net $(readlink /proc/self/ns/net) mnt $(readlink /proc/self/ns/mnt) dir $RUNTIME_DIRECTORY"
ends() { echo asked to end; [ -n "$1" ] && echo ended >"$1"; exit 0; }
idle() { while :; do sleep 1000 & wait $!; done; }
case $1 in
serve)
  trap "ends '$2'" TERM
  touch "$RUNTIME_DIRECTORY/mine" || exit 9
  echo ready "$2"
  idle
  ;;
later)
  while [ ! -e "$2" ]; do sleep 0.05; done
  echo ready
  idle
  ;;
crash) echo cannot work >&2; exit 3 ;;
once) exit 0 ;;
stubborn) trap '' TERM; echo ready; idle ;;
flood) echo ready; while :; do echo "$RUNTIME_DIRECTORY is a long line of a flood that nobody reads"; done ;;
hides) setsid -f sleep 4242.5; setsid -f sh -c 'setsid -f sleep 4242.5'; echo ready; idle ;;
bomb) echo ready; bomb() { bomb | bomb & }; bomb; idle ;;
mount) mkdir "$RUNTIME_DIRECTORY/mnt" && mount -t tmpfs sidecar "$RUNTIME_DIRECTORY/mnt" && echo ready; idle ;;
esac
