import type { ContainerCreateRequest, EndpointSettings } from '../wire.ts';
import { splitCsv } from './csv.ts';
import { splitOnce } from './keyValue.ts';
import { addressConfig } from './network.ts';
import { conflictingOptions, invalidOption, optionError } from './OptionError.ts';
import type { CreateFlags } from './runFlags.ts';

const flag = '--network';

/** The fields of `--network name=NAME,…`. */
export const networkFields = ['name', 'alias', 'ip', 'ip6', 'mac-address', 'link', 'driver-opt'] as const;
type Field = (typeof networkFields)[number];

interface AskedNetwork {
  readonly name: string;
  readonly endpoint: EndpointSettings;
}

/** The name of the first network of `--network`; `default` without one. */
export function networkModeOf(flags: Pick<CreateFlags, 'network' | 'net'>): string {
  const [first] = textsOf(flags);
  return first === undefined ? 'default' : parseNetwork(first).name;
}

/**
 * The networks of `--network`. Options such as `--ip` are about the first one.
 * @throws PCH_OPTION_INVALID
 */
export function networkingConfig(flags: CreateFlags): Pick<ContainerCreateRequest, 'NetworkingConfig'> {
  const [first = { name: 'default', endpoint: {} }, ...others] = textsOf(flags).map(parseNetwork);
  const all = [{ ...first, endpoint: withOptions(first, flags) }, ...others];
  const names = all.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw optionError(flag, `expected each network once, found ${twice} twice`);
  if (all.every(({ endpoint }, index) => index === 0 && Object.keys(endpoint).length === 0)) return {};
  return {
    NetworkingConfig: {
      EndpointsConfig: Object.fromEntries(all.map(({ name, endpoint }) => [name, endpoint])),
    },
  };
}

function textsOf({ network, net }: Pick<CreateFlags, 'network' | 'net'>): string[] {
  return [...network, ...net];
}

/** `NAME`, or `name=NAME,alias=A,ip=IP`. @throws PCH_OPTION_INVALID */
function parseNetwork(text: string): AskedNetwork {
  if (!text.includes('=')) return { name: text, endpoint: {} };
  const values = fieldsOf(text);
  const one = (field: Field): string | undefined => {
    const [value, ...more] = values.get(field) ?? [];
    if (more.length > 0) throw optionError(`${flag} ${field}`, 'expected one value, found several');
    return value;
  };
  const name = one('name');
  if (!name) throw invalidOption(flag, 'NAME, or name=NAME beside the other fields', text);
  const mac = one('mac-address');
  const [aliases, links, driverOpts] = (['alias', 'link', 'driver-opt'] as const).map(
    (field) => values.get(field) ?? [],
  ) as [string[], string[], string[]];
  return {
    name,
    endpoint: {
      ...addressConfig(one('ip'), one('ip6'), flag),
      ...(mac !== undefined && { MacAddress: mac }),
      ...(aliases.length > 0 && { Aliases: aliases }),
      ...(links.length > 0 && { Links: links }),
      ...(driverOpts.length > 0 && { DriverOpts: Object.fromEntries(driverOpts.map(driverOption)) }),
    },
  };
}

function fieldsOf(text: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const part of splitCsv(text)) {
    const [key, value] = splitOnce(part, '=');
    const field = networkFields.find((one) => one === key.trim().toLowerCase());
    if (!field) throw invalidOption(flag, `one of ${networkFields.join(', ')}`, key || text);
    if (!value) throw invalidOption(`${flag} ${field}`, `${field}=VALUE`, part);
    values.set(field, [...(values.get(field) ?? []), value]);
  }
  return values;
}

function driverOption(text: string): [string, string] {
  const [key, value] = splitOnce(text, '=');
  if (key === '' || value === undefined)
    throw invalidOption(`${flag} driver-opt`, 'driver-opt=KEY=VALUE', text);
  return [key, value];
}

/** The first network with what options such as `--ip` set. */
function withOptions({ endpoint }: AskedNetwork, flags: CreateFlags): EndpointSettings {
  const { ip, ip6, macAddress, networkAlias, link } = flags;
  const { IPAMConfig = {}, MacAddress, Aliases, Links } = endpoint;
  refuseBoth(ip, IPAMConfig?.IPv4Address, ['--ip', 'ip']);
  refuseBoth(ip6, IPAMConfig?.IPv6Address, ['--ip6', 'ip6']);
  refuseBoth(macAddress, MacAddress, ['--mac-address', 'mac-address']);
  refuseBoth(networkAlias[0], Aliases?.[0], ['--network-alias', 'alias']);
  refuseBoth(link[0], Links?.[0], ['--link', 'link']);
  return {
    ...endpoint,
    ...addressConfig(ip, ip6),
    ...(networkAlias.length > 0 && { Aliases: networkAlias }),
  };
}

function refuseBoth(
  option: string | undefined,
  own: string | undefined,
  [name, field]: readonly [string, Field],
): void {
  if (option !== undefined && own !== undefined)
    throw conflictingOptions(`${name} and ${field} of the first --network exclude each other`);
}
