import { parseInteger } from '../../../client/options/number.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import { newKeys } from '../../web/admit.ts';
import { serve, webAddress } from '../../web/serve.ts';

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function define(command: PouchCommand, session: Session): void {
  command
    .option('--port <number>', `Port of ${webAddress} (default a free one)`)
    .action(async ({ port: text = '0' }: { port?: string }) => {
      const wanted = parseInteger('--port', text, { minimum: 0, maximum: 65_535 });
      const { client } = session;
      // A daemon that cannot be reached is an error here, not in the browser.
      await client.extensions.consolePages();
      const keys = newKeys();
      const { server, port } = await serve(client, keys, wanted);
      const ended = untilSignal();
      session.print(`http://${webAddress}:${port}/?token=${keys.token}`);
      session.warn(`The console of ${client.host}, read-only, for who has this address. Ctrl-C ends it.`);
      await ended;
      server.close();
      server.closeAllConnections();
    });
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of endings) process.once(signal, () => resolve());
  });
}
