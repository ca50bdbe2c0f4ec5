import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allFeaturesBut, runcLikeProvider, type RuntimeProvider } from '../../hooks/index.ts';
import { readInitPid } from './initPid.ts';
import { survey } from './survey.ts';

export interface Runlxc {
  /** Name or absolute path; empty for the one beside pouchd. */
  binary: string;
  /** The daemon's state folder. */
  state: string;
  /** containerd keeps the containers of each namespace in a folder of its own below a runtime's root. */
  namespace: string;
}

export function runlxcProvider({ binary, state, namespace }: Runlxc): RuntimeProvider {
  const runtime = runcLikeProvider({
    name: 'runlxc',
    aliases: ['lxc'],
    doc: 'LXC as an OCI runtime: for old kernels, and where LXC is what the house trusts',
    binary: binary || ownBinary(),
    state,
    capabilities: allFeaturesBut({
      checkpoint: 'LXC has checkpoints in a form of its own, without the split of create and start',
      rdt: 'LXC knows no classes of Intel RDT',
      sharedMachine: 'it makes no virtual machines',
      systemdCgroup: 'LXC makes its cgroups itself',
    }),
    survey,
  });
  // The task is LXC's monitor, whose child is init.
  return { ...runtime, initPid: (id) => readInitPid(join(state, 'runlxc', namespace), id) };
}

/** Beside pouchd's own executable, where the build puts it. */
function ownBinary(): string {
  const pouchd = process.argv[1];
  const beside = pouchd && existsSync(pouchd) ? join(dirname(realpathSync(pouchd)), 'runlxc') : '';
  return existsSync(beside) ? beside : 'runlxc';
}
