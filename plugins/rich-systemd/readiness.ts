import { countUsers, type DraftRich } from '../../hooks/index.ts';
import { runDirectory } from './stdio.ts';
import { unmetScript } from './unmet.ts';

/**
 * Prints the state of the boot, once it has ended. systemd has the socket as soon as it serves systemctl; before that,
 * and if it has none, nothing can be said. `--wait` needs systemd 240.
 */
const script = `${unmetScript}
tries=0
until [ -S /run/systemd/private ] || [ $tries -ge 100 ]; do sleep 0.1; tries=$((tries + 1)); done
state=$(systemctl is-system-running --wait 2>/dev/null)
[ -n "$state" ] || state=$(systemctl is-system-running 2>/dev/null)
case $state in running | degraded) unmet ;; esac
${countUsers}
case $state in
running) echo running ;;
degraded) echo degraded $(systemctl list-units --failed --full --plain --no-legend --no-pager | cut -d ' ' -f 1) ;;
maintenance) echo failed systemd is in maintenance mode ;;
*) echo starting ;;
esac
`;

/** systemd reports here when it has no more jobs (sd_notify(3)). */
export const notifySocket = `${runDirectory}/notify`;

/** systemd itself gives each unit 90 seconds, one after another. */
export const readinessProbe: NonNullable<DraftRich['readiness']> = {
  args: ['/bin/sh', '-c', script],
  withinSeconds: 300,
  notify: notifySocket,
};
