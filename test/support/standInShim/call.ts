/** The command line that containerd calls a shim with (containerd, runtime v2 README, "Commands"). */
import { parseArgs } from 'node:util';

export interface Call {
  command: 'start' | 'delete' | 'serve' | 'version';
  namespace: string;
  address: string;
  publishBinary: string;
  id: string;
  bundle: string;
}

export function parseCall(args: string[]): Call {
  // Go's flags have one dash.
  const { values, positionals } = parseArgs({
    args: args.map((arg) => arg.replace(/^-(?=[a-z]{2})/, '--')),
    allowPositionals: true,
    options: {
      namespace: { type: 'string', default: '' },
      address: { type: 'string', default: '' },
      'publish-binary': { type: 'string', default: '' },
      id: { type: 'string', default: '' },
      bundle: { type: 'string', default: '' },
      debug: { type: 'boolean' },
      version: { type: 'boolean', default: false },
    },
  });
  const command = positionals[0] === 'start' || positionals[0] === 'delete' ? positionals[0] : 'serve';
  return {
    command: values.version ? 'version' : command,
    namespace: values.namespace,
    address: values.address,
    publishBinary: values['publish-binary'],
    id: values.id,
    bundle: values.bundle || process.cwd(),
  };
}
