import { addressConfig } from '../../../client/options/network.ts';
import { parseKeyValues } from '../../../client/options/keyValue.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  ip?: string;
  ip6?: string;
  alias: string[];
  driverOpt: string[];
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<network>', 'Name or ID of the network')
    .argument('<container>', 'Name or ID of the container')
    .option('--ip <address>', 'IPv4 address (e.g., 172.30.100.104)')
    .option('--ip6 <address>', 'IPv6 address (e.g., 2001:db8::33)')
    .option('--alias <name>', 'Add a name of the container in the network', collect, [])
    .option('--driver-opt <key=value>', 'Option of the driver for the network', collect, [])
    .action(async (network: string, container: string, { ip, ip6, alias, driverOpt }: Flags) => {
      await session.client.networks.connect(network, {
        Container: container,
        EndpointConfig: {
          ...addressConfig(ip, ip6),
          ...(alias.length > 0 && { Aliases: alias }),
          ...(driverOpt.length > 0 && { DriverOpts: parseKeyValues('--driver-opt', driverOpt) }),
        },
      });
    });
}
