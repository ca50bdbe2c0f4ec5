import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ContainerDraft } from '../../hooks/index.ts';
import { untrue } from './warning.ts';

/** Beside its name in the folder of processes, the first characters of an id name those of a container. */
const shortId = 12;

/** Of the process that writes the files, and its effect. */
const name = 'proc-values';
const key = 'process.procValues';

/** Bytes; it takes less than one MiB. */
const memory = 16 * 1024 * 1024;

const files: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['cpuinfo', 'meminfo', 'stat', 'swaps', 'uptime'].map((file) => [`/proc/${file}`, file]),
  ),
  '/sys/devices/system/cpu/online': 'online',
};

/** Returns Pouch's own program for hosts without lxcfs; undefined if it is not built. */
export function findProgram(): string | undefined {
  // As deep in the sources as in the bundle.
  const path = fileURLToPath(new URL('../../bin/pouch-values', import.meta.url));
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}

/**
 * Whether a container gets a process for its values, which costs its start some 10 ms: one command under `dumb-init`
 * only if it has limits. Without limits all but the uptime is the host's anyway.
 */
export function needsValues(draft: ContainerDraft): boolean {
  return draft.rich.mode !== 'dumb-init' || untrue(draft) !== '';
}

/** Adds a process that writes the container's values to files, and late mounts of these. */
export function addValues(draft: ContainerDraft, program: string, state: string): void {
  const free = Object.entries(files).filter(([path]) => !draft.mounts[path]);
  if (free.length === 0) return;
  draft.effects[key] = {
    kind: 'host.process',
    stage: 'start',
    // Its files are mounted when the runtime has made the container.
    late: true,
    args: {
      name,
      argv: [program, draft.cgroupsPath],
      // `nobody` may not reach the program: it changes its user by itself.
      user: 'root',
      namespaces: 'host',
      memory,
      pids: 8,
      ready: { line: 'ready' },
      onExit: 'restart',
    },
  };
  const directory = `${state}/processes/${draft.id.slice(0, shortId)}/${name}`;
  for (const [path, file] of free)
    draft.mounts[path] = { type: 'bind', source: `${directory}/${file}`, options: ['bind', 'ro', 'late'] };
}

/** Where the host has one of these files; undefined if the container has none. */
export function someFileOf({
  mounts,
  effects,
}: Pick<ContainerDraft, 'mounts' | 'effects'>): string | undefined {
  return effects[key] && Object.values(mounts).find(({ source }) => source.includes(`/${name}/`))?.source;
}

/** Whether an event says that the files of a container are new ones: its process was started again. */
export function isRenewal({
  action,
  attributes,
}: {
  action: string;
  attributes: Readonly<Record<string, string>>;
}): boolean {
  return action === 'process_started' && attributes['effect'] === key;
}
