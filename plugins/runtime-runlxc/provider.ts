import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allFeaturesBut, runcLikeProvider, type RuntimeProvider } from '../../hooks/index.ts';
import { readInitPid } from './initPid.ts';
import { survey } from './survey.ts';

export interface Runlxc {
  /** Name or absolute path; empty for the one beside pouchd. */
  binary: string;
  /** The daemon's state directory. */
  state: string;
  /** containerd uses a directory per namespace below a runtime's root. */
  namespace: string;
}

export function runlxcProvider({ binary, state, namespace }: Runlxc): RuntimeProvider {
  const runtime = runcLikeProvider({
    name: 'runlxc',
    aliases: ['lxc'],
    doc: 'LXC as an OCI runtime: for old kernels, and for sites that rely on LXC',
    binary: binary || ownBinary(),
    state,
    hybridCgroups: true,
    capabilities: allFeaturesBut({
      checkpoint: 'checkpoints of LXC do not support separate create and start',
      rdt: 'LXC does not support classes of Intel RDT',
      sharedMachine: 'it does not create virtual machines',
      systemdCgroup: 'LXC creates its cgroups itself',
    }),
    survey,
  });
  // The task is LXC's monitor, whose child is init.
  return { ...runtime, initPid: (id) => readInitPid(join(state, 'runlxc', namespace), id) };
}

/** Path beside pouchd's executable, where the build writes it. */
function ownBinary(): string {
  const pouchd = process.argv[1];
  const beside = pouchd && existsSync(pouchd) ? join(dirname(realpathSync(pouchd)), 'runlxc') : '';
  return existsSync(beside) ? beside : 'runlxc';
}
