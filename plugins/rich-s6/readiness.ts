import { countUsers, type DraftRich } from '../../hooks/index.ts';

/** Directories of services that run: s6-svscan's here, and those of s6-overlay 3 and 2. */
const scanDirectories = ['/run/service', '/run/s6/legacy-services', '/var/run/s6/services'];

/**
 * s6 has booted when its init runs: it starts all services at once. A service that is to be up and is down has failed;
 * what has run for less than a second may still fail. s6-overlay has its programs in /command.
 */
const script = `PATH=$PATH:/command
read -r name </proc/1/comm
[ "$name" != sh ] || { echo starting; exit; }
failed= young=
for service in ${scanDirectories.map((path) => `${path}/*`).join(' ')}; do
  [ -e "$service/run" ] || continue
  case $(s6-svstat -o up,wantedup,updownfor "$service" 2>/dev/null) in
  'false true '*) failed="$failed \${service##*/}" ;;
  'true true 0' | '') young=yes ;;
  esac
done
${countUsers}
if [ "$failed" ]; then echo degraded $failed
elif [ "$young" ]; then echo starting
else echo running; fi
`;

export const readinessProbe: NonNullable<DraftRich['readiness']> = {
  args: ['/bin/sh', '-c', script],
  withinSeconds: 300,
};
