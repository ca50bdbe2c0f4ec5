import { definePlugin, Type } from '../../hooks/index.ts';
import { hybridCgroupProblem } from './hybridCgroups.ts';
import { runcLikeProvider } from './provider.ts';

const options = Type.Object({
  runc: Type.String({ default: 'runc', minLength: 1, description: 'Name or absolute path of runc.' }),
  crun: Type.String({ default: 'crun', minLength: 1, description: 'Name or absolute path of crun.' }),
});

/** The runtimes `runc` and `crun`. */
export default definePlugin({
  name: 'runtime-runc',
  version: '0.1.0',
  doc: 'The OCI runtimes runc and crun, by containerd’s runc shim.',
  options,
  setup({ runtime, options: { runc, crun }, host: { state } }) {
    const noObstacle = () => Promise.resolve(undefined);
    runtime(runcLikeProvider({ name: 'runc', binary: runc, state, obstacle: noObstacle }));
    const runlxc = new URL('../../bin/runlxc', import.meta.url).pathname;
    runtime(runcLikeProvider({ name: 'runlxc', binary: runlxc, state, obstacle: noObstacle }));
    runtime(runcLikeProvider({ name: 'crun', binary: crun, state, obstacle: () => hybridCgroupProblem() }));
  },
});
