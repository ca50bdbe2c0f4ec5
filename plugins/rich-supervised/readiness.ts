import type { DraftRich } from '../../hooks/index.ts';
import { busyboxPath, stateDirectory } from './supervisor.ts';

/** All services are started at once; what starts for the first time may be after another one. */
const script = `
[ -e ${stateDirectory}/supervisor ] || { echo starting; exit; }
failed= starting=
while read -r name; do
  state=; read -r state 2>/dev/null <${stateDirectory}/$name/state
  case $state in failed) failed="$failed $name" ;; starting | '') starting=yes ;; esac
done <${stateDirectory}/order
if [ "$failed" ]; then echo degraded $failed
elif [ "$starting" ]; then echo starting
else echo running; fi
`;

export const readinessProbe: NonNullable<DraftRich['readiness']> = {
  args: [busyboxPath, 'sh', '-c', script],
  withinSeconds: 300,
};
