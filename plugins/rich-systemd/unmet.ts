import { runDirectory } from './stdio.ts';

/** Kept for the probes after the first: for each service systemd looks for its drop-ins again. */
const kept = `${runDirectory}/unmet`;

/**
 * Defines `unmet`, which prints a warning for each running service that does not get what its unit asks for. systemd
 * passes over that in silence. It looks at sandboxes that need mounts, where it may not mount: the first mount in a
 * mount namespace of a service has another id (proc_pid_mountinfo(5)); at limits, where their hierarchies are
 * read-only; at priorities that belong to the host's root. OOM scores and packet filters are left out: units of systemd
 * itself ask for them in every container.
 */
export const unmetScript = `
settings() {
  systemctl show '*.service' --state=running --no-pager \\
    -p Id,MainPID,Nice,MemoryMax,MemoryHigh,CPUQuotaPerSecUSec,PrivateTmp,PrivateDevices,ProtectSystem,ProtectHome 2>/dev/null
  echo
}
warn() {
  [ -z "$3" ] || echo "warning $1 does not get$3: $2"
}
check() {
  [ "$pid" -gt 0 ] 2>/dev/null && read -r first _ <"/proc/$pid/mountinfo" || return
  [ "$first" != "$own" ] || warn "$id" 'systemd may not mount' "$sandbox"
  [ -e /sys/fs/cgroup/cgroup.controllers ] || warn "$id" 'the container has no cgroup for it' "$limits"
  read -r stat <"/proc/$pid/stat"
  set -- \${stat##*)}
  [ "\${nice:-0}" -ge "\${17}" ] || warn "$id" 'the container may not raise priorities' " Nice=$nice"
}
find_unmet() {
  read -r own _ </proc/1/mountinfo
  settings | while IFS='=' read -r name value; do
    case "$name=$value" in
    Id=*) id=$value ;;
    MainPID=*) pid=$value ;;
    Nice=*) nice=$value ;;
    Memory*=infinity | CPU*=infinity | P*=no) ;;
    Memory*) limits="$limits $name=" ;;
    CPU*) limits="$limits CPUQuota=" ;;
    P*) sandbox="$sandbox $name=" ;;
    =)
      check
      id='' pid=0 nice=0 limits='' sandbox=''
      ;;
    esac
  done
}
unmet() {
  [ -f ${kept} ] || find_unmet >${kept} 2>/dev/null
  cat ${kept}
}
`;
