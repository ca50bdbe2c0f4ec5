import { join } from 'node:path';
import { definePlugin } from '../../hooks/index.ts';
import { checkOptions } from './checkOptions.ts';
import { Gateway } from './Gateway.ts';
import { Options } from './options.ts';

/** Serves ssh clients: shells, commands, sftp and forwarded ports in containers, with or without an sshd in them. */
export default definePlugin({
  name: 'ssh-gateway',
  version: '0.1.0',
  doc: 'SSH into containers, with or without an sshd in them: shells, commands, sftp and forwarded ports. It is off until `enabled` is true.',
  options: Options,
  contributes: ['surface', 'doctorCheck'],
  check: checkOptions,
  setup({ options, host, log, surface, doctorCheck }) {
    if (!options.enabled) return;
    const places = { kept: join(host.root, 'ssh-gateway'), state: join(host.state, 'ssh-gateway') };
    let gateway: Gateway | undefined;
    surface({
      name: 'ssh-gateway',
      reload: 'keep',
      async start(engine, failed) {
        gateway = new Gateway({ engine, options, log, places, failed });
        await gateway.start();
      },
      async stop() {
        await gateway?.stop();
        gateway = undefined;
      },
    });
    doctorCheck({
      name: 'ssh-gateway',
      run: () =>
        Promise.resolve({ ok: true, found: gateway?.describe() ?? 'it serves as before the reload' }),
    });
  },
});
