import { parseKeyValues } from '../../../client/options/keyValue.ts';
import type { IpamConfig, NetworkCreateRequest } from '../../../client/wire.ts';
import { invalidOption } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  driver?: string;
  opt: string[];
  label: string[];
  subnet?: string;
  ipRange?: string;
  gateway?: string;
  internal?: boolean;
  attachable?: boolean;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<name>', 'Name')
    .option('-d, --driver <name>', 'Driver to manage the network (default "bridge")')
    .option('-o, --opt <key=value>', 'Option of the driver', collect, [])
    .option('--label <key=value>', 'Set metadata on a network', collect, [])
    .option('--subnet <cidr>', 'Subnet in CIDR format that represents a network segment')
    .option('--ip-range <cidr>', 'Allocate container addresses from a part of the subnet')
    .option('--gateway <address>', 'IPv4 gateway of the subnet')
    .option('--internal', 'Restrict external access to the network')
    .option('--attachable', 'Accepted for compatibility')
    .action(async (name: string, flags: Flags) => {
      const { Id } = await session.client.networks.create(requestOf(name, flags));
      session.print(Id);
    });
}

function requestOf(name: string, flags: Flags): NetworkCreateRequest {
  const { driver, opt, label, internal, attachable } = flags;
  const addresses = addressesOf(flags);
  return {
    Name: name,
    ...(driver !== undefined && { Driver: driver }),
    ...(opt.length > 0 && { Options: parseKeyValues('-o, --opt', opt) }),
    Labels: parseKeyValues('--label', label),
    ...(addresses && { IPAM: { Config: [addresses] } }),
    ...(internal && { Internal: true }),
    ...(attachable && { Attachable: true }),
  };
}

function addressesOf({ subnet, ipRange, gateway }: Flags): IpamConfig | undefined {
  if (subnet === undefined) {
    if (ipRange !== undefined) throw invalidOption('--ip-range', '--subnet, too', ipRange);
    if (gateway !== undefined) throw invalidOption('--gateway', '--subnet, too', gateway);
    return undefined;
  }
  return {
    Subnet: subnet,
    ...(ipRange !== undefined && { IPRange: ipRange }),
    ...(gateway !== undefined && { Gateway: gateway }),
  };
}
