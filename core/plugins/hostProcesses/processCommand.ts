import type { HostEffectArgs } from '../../../hooks/hostEffects.ts';
import { confinedCommand, environment, unprivilegedUser } from '../process/launch.ts';
import { type Confinement, placesOf } from '../process/places.ts';
import type { ProcessFiles } from '../supervised/ProcessFiles.ts';

export interface ProcessLaunch {
  readonly args: HostEffectArgs<'host.process'>;
  /** Full id. */
  readonly container: string;
  /** File of the network namespace of the container. */
  readonly netns: string;
  readonly files: ProcessFiles;
  readonly confinement: Confinement;
  /** Files that its processes enter the cgroup by. */
  readonly procs: readonly string[];
}

/** What runs the process of an effect. */
export function processCommand(launch: ProcessLaunch): { argv: string[]; env: Record<string, string> } {
  const { args, container, netns, files, confinement, procs } = launch;
  const { argv, env, cwd, user = unprivilegedUser, namespaces = 'own' } = args;
  const isOnHost = namespaces === 'host';
  const network = args.network ?? (isOnHost ? 'host' : 'own');
  return {
    argv: confinedCommand({
      command: argv,
      program: confinement.program,
      user,
      cgroups: procs,
      places: isOnHost ? [] : placesFor(launch),
      hasNetwork: network !== 'own',
      isKept: true,
      more: [
        ...['--report', files.report, '--parent', String(process.pid)],
        ...(isOnHost ? ['--host-namespaces'] : []),
        ...(network === 'container' ? ['--network', netns] : []),
        ...(cwd === undefined ? [] : ['--directory', cwd]),
      ],
    }),
    env: environment({ ...env, POUCH_CONTAINER: container, RUNTIME_DIRECTORY: files.runtime }),
  };
}

/** Its executable with the folder, its own directory, and the paths of the effect. */
function placesFor({ args: { argv, paths = {} }, files, confinement }: ProcessLaunch): string[] {
  const [executable = ''] = argv;
  return placesOf({
    path: executable,
    sidecar: { executable, runtime: files.runtime },
    grants: { paths },
    confinement,
  });
}
