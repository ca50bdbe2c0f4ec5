import { countUsers, type DraftRich, isBootingFunction } from '../../hooks/index.ts';

/** Stages 1 and 2 until the services run, and what Debian starts scripts of sysvinit by. */
export const isBooting = isBootingFunction(['1', '2', 'async-timeout', 'run_sysv_script', 'runsvchdir']);

/**
 * A service that is to be up and is down has failed: runit tries it again each second. What has run for less than a
 * second may still fail.
 */
const script = (services: string) => `${isBooting}if is_booting; then echo starting; exit; fi
status=$(sv status ${services}/* 2>/dev/null)
failed=$(echo "$status" | sed -n 's|^down: \\([^:]*/\\)*\\([^:]*\\): .*want up.*|\\2|p')
${countUsers}
if [ "$failed" ]; then echo degraded $failed
elif echo "$status" | grep -q '^run: [^;]* 0s\\|^warning:\\|^fail:'; then echo starting
else echo running; fi
`;

export function readinessProbe(services: string): NonNullable<DraftRich['readiness']> {
  return { args: ['/bin/sh', '-c', script(services)], withinSeconds: 300 };
}
