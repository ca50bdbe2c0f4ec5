import { countUsers, type DraftRich, isBootingFunction } from '../../hooks/index.ts';

/** OpenRC has a directory while it starts the services of a runlevel, and the name of the last one in a file. */
const isStarting = "[ -e /run/openrc/rc.starting ] || grep -qsx 'sysinit\\|boot' /run/openrc/softlevel";

export const isBooting = isBootingFunction(
  ['rc', 'rcS', 'openrc', 'openrc-run', 'openrc-run.sh'],
  isStarting,
);

/** Services of the default runlevel that were not started by the boot. */
export const listPath = '/run/pouch/not-started';

/**
 * OpenRC does not keep which services it could not start: those of its default runlevel that are stopped after the boot
 * are noted, so that a service that its user stops later has not failed. It knows which of those that it supervises
 * have crashed. bootlogs of Debian reads the log of the kernel, which no container may.
 */
const script = `${isBooting}if is_booting; then echo starting; exit; fi
in_state() { rc-status --nocolor default 2>/dev/null | sed -n "s/^ *\\([^ ]*\\) .*\\[ *$1 *\\].*/\\1/p"; }
stopped=$(in_state stopped | grep -vx bootlogs)
[ -e ${listPath} ] || echo "$stopped" >${listPath}
failed=$(echo "$stopped" | grep -xf ${listPath}; in_state crashed)
${countUsers}
if [ "$failed" ]; then echo degraded $failed; else echo running; fi
`;

export const readinessProbe: NonNullable<DraftRich['readiness']> = {
  args: ['/bin/sh', '-c', script],
  withinSeconds: 300,
};
