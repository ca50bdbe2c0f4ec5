import { isIP } from 'node:net';
import type { EndpointSettings } from '../wire.ts';
import { invalidOption } from './OptionError.ts';

/** Converts `--add-host NAME:ADDRESS` or `NAME=ADDRESS` to `NAME:ADDRESS`. The address may be `host-gateway`. */
export function parseExtraHost(text: string): string {
  const match = /^(?<name>[^:=]+)[:=]\[?(?<address>[^[\]]+)\]?$/.exec(text)?.groups;
  const address = match?.['address'] ?? '';
  if (!match || (address !== 'host-gateway' && isIP(address) === 0)) {
    throw invalidOption('--add-host', 'NAME:IP-ADDRESS', text);
  }
  return `${match['name']}:${address}`;
}

/**
 * `--ip` and `--ip6`.
 * @param of - the option whose fields `ip` and `ip6` they are
 * @throws PCH_OPTION_INVALID
 */
export function addressConfig(
  ip: string | undefined,
  ip6: string | undefined,
  of?: string,
): Pick<EndpointSettings, 'IPAMConfig'> {
  if (ip === undefined && ip6 === undefined) return {};
  const named = (field: string) => (of === undefined ? `--${field}` : `${of} ${field}`);
  return {
    IPAMConfig: {
      ...(ip !== undefined && { IPv4Address: parseAddressOption(named('ip'), ip, 4) }),
      ...(ip6 !== undefined && { IPv6Address: parseAddressOption(named('ip6'), ip6, 6) }),
    },
  };
}

/** Checks the IP address of --dns or --ip. @throws PCH_OPTION_INVALID */
export function parseAddressOption(flag: string, text: string, version?: 4 | 6): string {
  const found = isIP(text);
  const fits = version === undefined ? found !== 0 : found === version;
  if (!fits) throw invalidOption(flag, version ? `an IPv${version} address` : 'an IP address', text);
  return text;
}
