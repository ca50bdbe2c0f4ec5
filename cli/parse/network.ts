import { isIP } from 'node:net';
import { invalidOption } from '../errors.ts';

/** `--add-host NAME:ADDRESS` (or `NAME=ADDRESS`), also `host-gateway` as the address. Answers Docker's `NAME:ADDRESS`. */
export function parseExtraHost(text: string): string {
  const match = /^(?<name>[^:=]+)[:=]\[?(?<address>[^[\]]+)\]?$/.exec(text)?.groups;
  const address = match?.['address'] ?? '';
  if (!match || (address !== 'host-gateway' && isIP(address) === 0)) {
    throw invalidOption('--add-host', 'NAME:IP-ADDRESS', text);
  }
  return `${match['name']}:${address}`;
}

/** An IP address for --dns or --ip. */
export function parseAddressOption(flag: string, text: string, version?: 4 | 6): string {
  const found = isIP(text);
  const fits = version === undefined ? found !== 0 : found === version;
  if (!fits) throw invalidOption(flag, version ? `an IPv${version} address` : 'an IP address', text);
  return text;
}
