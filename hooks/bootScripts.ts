/**
 * Returns a shell function `is_booting`: whether the init has not begun, or one of its boot scripts runs. Between two
 * of these none does for a moment, so it looks twice.
 * @param names - of those, as in /proc/PID/comm: at most 15 characters
 * @param isStarting - a command of shell that succeeds while the init says that it boots
 */
export function isBootingFunction(names: readonly string[], isStarting = 'false'): string {
  return `boot_runs() {
  read -r name </proc/1/comm
  [ "$name" != sh ] || return 0
  if ${isStarting}; then return 0; fi
  for file in /proc/[0-9]*/comm; do
    read -r name 2>/dev/null <"$file" || continue
    case $name in ${names.join(' | ')}) return 0 ;; esac
  done
  return 1
}
is_booting() { boot_runs || { sleep 0.3; boot_runs; }; }
`;
}
