import { definePlugin, Type } from '../../hooks/index.ts';
import { runlxcProvider } from './provider.ts';

const options = Type.Object({
  binary: Type.String({
    default: '',
    description: 'Name or absolute path of runlxc; empty for the one that comes with pouchd.',
  }),
});

/** The runtime `runlxc`: LXC behind the command line of an OCI runtime. */
export default definePlugin({
  name: 'runtime-runlxc',
  version: '0.1.0',
  doc: 'The OCI runtime runlxc: containers by liblxc.',
  options,
  setup({ runtime, options: { binary }, host }) {
    runtime(runlxcProvider({ binary, state: host.state, namespace: host.containerdNamespace }));
  },
});
