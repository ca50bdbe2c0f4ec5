/**
 * Returns a shell function `is_booting`: whether the init has not begun, or one of its boot scripts runs.
 * @param names - of those, as in /proc/PID/comm: at most 15 characters
 */
export function isBootingFunction(names: readonly string[]): string {
  return `is_booting() {
  read -r name </proc/1/comm
  [ "$name" != sh ] || return 0
  for file in /proc/[0-9]*/comm; do
    read -r name 2>/dev/null <"$file" || continue
    case $name in ${names.join(' | ')}) return 0 ;; esac
  done
  return 1
}
`;
}
