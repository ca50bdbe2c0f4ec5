#!/bin/sh
# A process beside a container, of the tests: reports where it runs, and does what its first argument says.
echo "user $(id -u) net $(readlink /proc/self/ns/net) mnt $(readlink /proc/self/ns/mnt) of $POUCH_CONTAINER in $PWD"
idle() { while :; do sleep 1000 & wait $!; done; }
case $1 in
serve)
  trap 'echo asked to end; exit 0' TERM
  touch "$RUNTIME_DIRECTORY/mine" || exit 9
  echo ready
  idle
  ;;
reads) ls $2 && echo sees; cat "$3" && echo read; echo x >"$3" && echo wrote; idle ;;
stubborn) trap '' TERM; echo ready; idle ;;
hides) setsid -f sleep 4343.5; setsid -f sh -c 'setsid -f sleep 4343.5'; echo ready; idle ;;
flood) while :; do echo "$RUNTIME_DIRECTORY is a long line of a flood that nobody reads"; done ;;
ends) sleep 0.2; echo "ends with $2"; exit "$2" ;;
later) while [ ! -e "$2" ]; do sleep 0.05; done; echo ready; idle ;;
leaves) setsid -f yes 'a flood of what it has left'; exit 5 ;;
crash) echo cannot work >&2; exit 3 ;;
secret) echo "the password is $DB_PASSWORD"; idle ;;
socket) python3 -c 'import os, socket, time
s = socket.socket(socket.AF_UNIX); s.bind(os.environ["RUNTIME_DIRECTORY"] + "/agent.sock"); s.listen(); os.chmod(os.environ["RUNTIME_DIRECTORY"] + "/agent.sock", 0o666)
while True: s.accept()[0].sendall(b"hello from the host\n")' ;;
eats) echo ready; python3 -c 'x = bytearray(200 << 20); import time; time.sleep(1000)' ;;
esac
