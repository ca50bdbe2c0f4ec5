/** The subnets of `pouch network create`, each with what belongs to it. */
import type { IpamConfig } from '../wire.ts';
import { type Cidr, overlap, parseCidr } from './cidr.ts';
import { parseKeyValues } from './keyValue.ts';
import { invalidOption } from './OptionError.ts';

interface AddressFlags {
  subnet: string[];
  ipRange: string[];
  gateway: string[];
  auxAddress: string[];
}

interface Pool {
  readonly cidr: Cidr;
  readonly config: IpamConfig;
}

/** As Docker, ranges, gateways and auxiliary addresses go to the subnets that have them. @throws PCH_OPTION_INVALID */
export function ipamConfigs({ subnet, ipRange, gateway, auxAddress }: AddressFlags): IpamConfig[] {
  const pools: Pool[] = [];
  for (const text of listed(subnet)) {
    const cidr = text.includes('/') ? parseCidr(text) : undefined;
    if (!cidr) throw invalidOption('--subnet', 'a network in CIDR form', text);
    if (pools.some((pool) => overlap(pool.cidr, cidr)))
      throw invalidOption('--subnet', 'subnets that do not overlap (multiple overlapping subnet configuration is not supported)', text); // prettier-ignore
    pools.push({ cidr, config: { Subnet: text } });
  }
  for (const text of listed(ipRange)) {
    const { config } = poolOf(pools, '--ip-range', text);
    if (config.IPRange !== undefined) throw invalidOption('--ip-range', 'one range for each subnet', text);
    config.IPRange = text;
  }
  for (const text of listed(gateway)) {
    const { config } = poolOf(pools, '--gateway', text);
    if (config.Gateway !== undefined) throw invalidOption('--gateway', 'one gateway for each subnet', text);
    config.Gateway = text;
  }
  const named = parseKeyValues('--aux-address', auxAddress, { valueRequired: true });
  for (const [name, address] of Object.entries(named)) {
    const { config } = poolOf(pools, '--aux-address', address);
    config.AuxiliaryAddresses = { ...config.AuxiliaryAddresses, [name]: address };
  }
  return pools.map(({ config }) => config);
}

/** Docker takes several values in one, separated by commas. */
function listed(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(',')).map((text) => text.trim());
}

function poolOf(pools: readonly Pool[], flag: string, text: string): Pool {
  const found = parseCidr(text);
  const pool = found && pools.find(({ cidr }) => overlap(cidr, found));
  if (pool) return pool;
  if (pools.length === 0) throw invalidOption(flag, '--subnet, too', text);
  const subnets = pools.map(({ config }) => config.Subnet).join(' or ');
  throw invalidOption(flag, `a part of ${subnets} (no matching subnet)`, text);
}
