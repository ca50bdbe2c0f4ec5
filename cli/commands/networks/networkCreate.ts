import { ipamConfigs } from '../../../client/options/ipam.ts';
import { parseKeyValues } from '../../../client/options/keyValue.ts';
import type { NetworkCreateRequest } from '../../../client/wire.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  driver?: string;
  opt: string[];
  label: string[];
  subnet: string[];
  ipRange: string[];
  gateway: string[];
  auxAddress: string[];
  ipamDriver?: string;
  ipamOpt: string[];
  ipv6?: boolean;
  internal?: boolean;
  attachable?: boolean;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<name>', 'Name')
    .option('-d, --driver <name>', 'Driver to manage the network (default "bridge")')
    .option('-o, --opt <key=value>', 'Option of the driver', collect, [])
    .option('--label <key=value>', 'Set metadata on a network', collect, [])
    .option('--subnet <cidr>', 'Subnet in CIDR format that represents a network segment', collect, [])
    .option('--ip-range <cidr>', 'Allocate container addresses from a part of a subnet', collect, [])
    .option('--gateway <address>', 'Gateway of a subnet', collect, [])
    .option('--aux-address <name=address>', 'Address of a subnet that no container gets', collect, [])
    .option('--ipv6', 'Enable IPv6 networking, with an IPv6 subnet')
    .option('--ipam-driver <name>', 'IP address management driver (only "default")')
    .option('--ipam-opt <key=value>', 'Option of the IPAM driver', collect, [])
    .option('--internal', 'Restrict external access to the network')
    .option('--attachable', 'Accepted for compatibility')
    .action(async (name: string, flags: Flags) => {
      const { Id } = await session.client.networks.create(requestOf(name, flags));
      session.print(Id);
    });
}

function requestOf(name: string, flags: Flags): NetworkCreateRequest {
  const { driver, opt, label, ipv6, internal, attachable } = flags;
  const ipam = ipamOf(flags);
  return {
    Name: name,
    ...(driver !== undefined && { Driver: driver }),
    ...(opt.length > 0 && { Options: parseKeyValues('-o, --opt', opt) }),
    Labels: parseKeyValues('--label', label),
    ...(Object.keys(ipam).length > 0 && { IPAM: ipam }),
    ...(ipv6 && { EnableIPv6: true }),
    ...(internal && { Internal: true }),
    ...(attachable && { Attachable: true }),
  };
}

function ipamOf(flags: Flags): NonNullable<NetworkCreateRequest['IPAM']> {
  const { ipamDriver, ipamOpt } = flags;
  const Config = ipamConfigs(flags);
  return {
    ...(ipamDriver !== undefined && { Driver: ipamDriver }),
    ...(ipamOpt.length > 0 && { Options: parseKeyValues('--ipam-opt', ipamOpt) }),
    ...(Config.length > 0 && { Config }),
  };
}
