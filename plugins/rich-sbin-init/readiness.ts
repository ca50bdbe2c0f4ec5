import type { DraftRich } from '../../hooks/index.ts';

/**
 * The boot has ended when the init runs and none of its boot scripts does: `rc` and `startpar` of sysvinit, `rcS` of
 * busybox and sysvinit, `openrc`. These inits do not keep which services have failed.
 */
const script = `
read -r init </proc/1/comm
[ "$init" != sh ] || { echo starting; exit; }
for file in /proc/[0-9]*/comm; do
  read -r name 2>/dev/null <"$file" || continue
  case $name in rc | rcS | startpar | openrc) echo starting; exit ;; esac
done
echo running
`;

export const readinessProbe: NonNullable<DraftRich['readiness']> = {
  args: ['/bin/sh', '-c', script],
  withinSeconds: 300,
};
