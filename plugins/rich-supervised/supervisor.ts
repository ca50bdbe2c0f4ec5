import { commandExitScript } from '../../hooks/index.ts';

/** Paths in the container. The directory of the state is a tmpfs. */
export const busyboxPath = '/.pouch/busybox';
/** Links to the programs of busybox, behind those of the image. */
export const programsDirectory = '/.pouch/bin';
export const stateDirectory = '/run/pouch/services';

/**
 * The supervisor, a program for the static busybox of the host, so that an image needs no shell. A service is a
 * directory with the files run, after and health; its state is in the files want, state, pid, since and code.
 * Arguments: seconds for a service to stop, then the application, if any. It ends with the application's exit code.
 */
export const supervisor = `#!${busyboxPath} sh
B=${busyboxPath} dir=${stateDirectory} wait=$1; shift
app= stopping=

say() { echo "pouch: $*"; }
get() { line=; read -r line 2>/dev/null <"$dir/$1/$2"; echo "$line"; }
put() { echo "$3" >"$dir/$1/$2"; }
become() { put "$1" state "$2"; put "$1" since "$($B date +%s)"; }
names() { while read -r one; do echo "$one"; done <$dir/order; }

# Whether what a service or the application is after is up.
is_up() { [ "$(get "$1" state)" = running ]; }
has_failed() { [ "$(get "$1" state)" = failed ]; }
await() {
  for other in $1; do
    tries=0
    until is_up "$other" || [ $tries -ge 1500 ]; do $B sleep 0.2; tries=$((tries + 1)); done
  done
}

# One service, again and again: after 1 s, then twice as long each time, up to a minute; anew after 10 s of running.
watch() {
  name=$1 delay=1 pid=
  trap 'ended=yes; [ -z "$pid" ] || kill -TERM "-$pid" 2>/dev/null' TERM
  ended=
  $B mkfifo "$dir/$name/output"
  while IFS= read -r line; do echo "$name: $line"; done <"$dir/$name/output" &
  exec 9>"$dir/$name/output"
  while [ -z "$ended" ] && [ "$(get "$name" want)" = up ]; do
    become "$name" starting
    await "$(get "$name" after)"
    begin=$($B date +%s)
    $B setsid $B sh "$dir/$name/run" </dev/null >&9 2>&1 9>&- & pid=$!
    put "$name" pid "$pid"
    [ -e "$dir/$name/health" ] || become "$name" running
    wait "$pid" 2>/dev/null; code=$?
    while kill -0 "$pid" 2>/dev/null; do wait "$pid" 2>/dev/null; code=$?; done
    kill -KILL "-$pid" 2>/dev/null
    put "$name" code "$code"; put "$name" pid ''; pid=
    if [ -n "$ended" ] || [ "$(get "$name" want)" != up ]; then break; fi
    [ $(($($B date +%s) - begin)) -lt 10 ] || delay=1
    become "$name" failed
    say "$name has ended with $code, and starts again in $delay s"
    passed=0
    while [ $passed -lt $delay ] && [ -z "$ended" ] && [ "$(get "$name" want)" = up ]; do $B sleep 1; passed=$((passed + 1)); done
    delay=$((delay * 2)); [ $delay -le 60 ] || delay=60
  done
  become "$name" stopped
  exec 9>&-
  $B rm -f "$dir/$name/output"
}

# Three failures in a row are one of the service, whose process is left alone.
check() {
  name=$1 failures=0
  trap 'exit 0' TERM
  while :; do
    $B sleep 1
    [ -n "$(get "$name" pid)" ] || { failures=0; continue; }
    if $B timeout 5 $B sh "$dir/$name/health" >/dev/null 2>&1 </dev/null; then
      failures=0
      [ "$(get "$name" state)" = running ] || become "$name" running
      $B sleep 4
    else
      failures=$((failures + 1))
      [ $failures -lt 3 ] || [ "$(get "$name" state)" = failed ] || { become "$name" failed; say "$name is not healthy"; }
    fi
  done
}

start() {
  put "$1" want up
  watch "$1" & put "$1" watcher $!
}

stop() {
  put "$1" want down
  become "$1" stopping
  kill -TERM "$(get "$1" watcher)" 2>/dev/null
  tries=0
  while kill -0 "$(get "$1" watcher)" 2>/dev/null && [ $tries -lt $((wait * 10)) ]; do $B sleep 0.1; tries=$((tries + 1)); done
  pid=$(get "$1" pid)
  [ -z "$pid" ] || kill -KILL "-$pid" 2>/dev/null
}

# In reverse order, so that a service ends before what it is after.
stop_all() {
  for one in $($B tac $dir/order); do stop "$one"; done
}

serve() {
  asked=
  for one in $(names); do
    wanted=$(get "$one" ask)
    [ -n "$wanted" ] || continue
    put "$one" ask ''
    case $wanted in
    start) kill -0 "$(get "$one" watcher)" 2>/dev/null || start "$one" ;;
    stop) stop "$one" ;;
    restart) stop "$one"; start "$one" ;;
    esac
  done
}

trap 'stopping=yes; [ -z "$app" ] || kill -TERM "$app" 2>/dev/null' TERM INT
# Of pouch svc, which names the service in a file: start and stop are the supervisor's, whose children they are.
trap 'asked=yes' USR1
asked=

echo $$ >$dir/supervisor
exec 3<&0
for one in $(names); do
  start "$one"
  [ ! -e "$dir/$one/health" ] || { check "$one" & }
done
if [ $# -gt 0 ]; then
  # For half a minute at most, and not for those that fail.
  for one in $(names); do
    tries=0
    until is_up "$one" || has_failed "$one" || [ -n "$stopping" ] || [ $tries -ge 150 ]; do
      $B sleep 0.2
      tries=$((tries + 1))
      [ -z "$asked" ] || serve
    done
  done
  [ -n "$stopping" ] || { "$@" <&3 3<&- & app=$!; }
fi
exec 3<&-

code=0
if [ -n "$app" ]; then
  wait "$app" 2>/dev/null; code=$?
  while kill -0 "$app" 2>/dev/null; do
    [ -z "$asked" ] || serve
    wait "$app" 2>/dev/null; code=$?
  done
else
  while [ -z "$stopping" ]; do
    $B sleep 86400 & sleeper=$!
    wait $sleeper 2>/dev/null
    kill $sleeper 2>/dev/null
    [ -z "$asked" ] || serve
  done
fi
stop_all
ending=
read -r ending 2>/dev/null <$dir/ending
case $ending in reboot) exit 129 ;; poweroff) exit 130 ;; esac
${commandExitScript}
exit $code
`;
