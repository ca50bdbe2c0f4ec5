import { definePlugin, Type } from '../../hooks/index.ts';
import { runlxcProvider } from './provider.ts';

const options = Type.Object({
  binary: Type.String({
    default: '',
    description: 'Name or absolute path of runlxc; empty for the one beside pouchd.',
  }),
});

/** Provides the runtime `runlxc`: LXC with the command line of an OCI runtime. */
export default definePlugin({
  name: 'runtime-runlxc',
  version: '0.1.0',
  doc: 'Provides the OCI runtime runlxc, which runs containers with liblxc.',
  options,
  setup({ runtime, options: { binary }, host }) {
    runtime(runlxcProvider({ binary, state: host.state, namespace: host.containerdNamespace }));
  },
});
