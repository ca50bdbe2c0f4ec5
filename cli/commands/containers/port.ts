import type { PortBinding } from '../../../client/index.ts';
import { CliError } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('[port]', 'Private port: 80 or 80/udp')
    .action((ref: string, port: string | undefined) => show(session, ref, port));
}

async function show(session: Session, ref: string, port: string | undefined): Promise<void> {
  const { NetworkSettings } = await session.client.containers.inspect(ref);
  const ports = NetworkSettings.Ports ?? {};
  if (port === undefined) {
    for (const [inside, bindings] of Object.entries(ports)) {
      for (const binding of bindings ?? []) session.print(`${inside} -> ${hostSide(binding)}`);
    }
    return;
  }
  const bindings = ports[port.includes('/') ? port : `${port}/tcp`] ?? [];
  if (bindings.length === 0) {
    throw new CliError(
      'PCH_OPTION_INVALID',
      `port ${port} of container ${ref} is not published`,
      `list published ports with \`pouch port ${ref}\``,
    );
  }
  for (const binding of bindings) session.print(hostSide(binding));
}

function hostSide({ HostIp, HostPort }: PortBinding): string {
  const address = HostIp || '0.0.0.0';
  return `${address.includes(':') ? `[${address}]` : address}:${HostPort}`;
}
