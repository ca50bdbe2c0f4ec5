import type { SidecarInPouchd } from '../../../hooks/contributions/sidecar.ts';
import { confinedCommand, environment } from '../process/launch.ts';
import { type Confinement, placesOf } from '../process/places.ts';
import type { SidecarRights } from './sidecarRights.ts';

export interface SidecarLaunch {
  readonly sidecar: SidecarInPouchd;
  readonly rights: SidecarRights;
  /** Its RUNTIME_DIRECTORY. */
  readonly runtime: string;
  readonly confinement: Confinement;
  /** The file of its plugin. */
  readonly path?: string | undefined;
  /** Files that its processes enter the cgroup by. */
  readonly procs: readonly string[];
}

/** What runs a sidecar with the rights that it has. */
export function sidecarCommand(launch: SidecarLaunch): { argv: string[]; env: Record<string, string> } {
  const { sidecar, rights, runtime, confinement, procs } = launch;
  const { namespaces, user, hasNetwork } = rights;
  const isOnHost = namespaces === 'host';
  return {
    argv: confinedCommand({
      command: sidecar.command,
      program: confinement.program,
      user,
      cgroups: procs,
      places: isOnHost ? [] : placesFor(launch),
      hasNetwork: isOnHost || hasNetwork,
      isKept: sidecar.keep ?? false,
      more: [
        ...(sidecar.channel ? ['--channel'] : []),
        ...(isOnHost ? ['--host-namespaces', '--parent', String(process.pid)] : []),
      ],
    }),
    env: environment({ ...sidecar.env, RUNTIME_DIRECTORY: runtime }),
  };
}

/** As its plugin, and its own directory. */
function placesFor({ sidecar, rights, runtime, confinement, path }: SidecarLaunch): string[] {
  if (rights.paths === 'host') return [];
  const [executable = ''] = sidecar.command;
  return placesOf({ path, sidecar: { executable, runtime }, grants: { paths: rights.paths }, confinement });
}
