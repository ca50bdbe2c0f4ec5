/** Docker's options of bridge networks, `-o com.docker.network.…`, in the form of the driver. */
import { isIPv4 } from 'node:net';
import { type BridgeOptions, invalid } from './options.ts';

type Read = (text: string, key: string) => BridgeOptions;

/** Docker: Engine API reference, bridge driver options. */
const known: Readonly<Record<string, Read>> = {
  'com.docker.network.bridge.name': (bridge, key) => {
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,14}$/.test(bridge))
      throw wrong(key, 'the name of an interface, at most 15 characters', bridge);
    return { bridge };
  },
  'com.docker.network.bridge.enable_icc': (text, key) => ({ icc: flagOf(text, key) }),
  'com.docker.network.bridge.enable_ip_masquerade': (text, key) => ({ ipMasq: flagOf(text, key) }),
  'com.docker.network.bridge.host_binding_ipv4': (text, key) => {
    if (!isIPv4(text)) throw wrong(key, 'an IPv4 address', text);
    return { publishAddress: text };
  },
  'com.docker.network.driver.mtu': (text, key) => {
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw wrong(key, 'a number of bytes', text);
    return { mtu: Number(text) };
  },
};

/** @throws PCH_OPTION_INVALID for an option that the driver does not have, or a value that it cannot take */
export function fromDocker(options: Readonly<Record<string, string>>): BridgeOptions {
  const read = Object.entries(options).map(([key, text]) => {
    if (Object.hasOwn(known, key)) return known[key]!(text, key);
    throw invalid(
      `the network driver bridge has no option "${key}"`,
      `it takes the options ${Object.keys(known).join(', ')}`,
    );
  });
  return Object.assign({}, ...read) as BridgeOptions;
}

function flagOf(text: string, key: string): boolean {
  const lower = text.toLowerCase();
  if (['true', '1', 't'].includes(lower)) return true;
  if (['false', '0', 'f'].includes(lower)) return false;
  throw wrong(key, 'true or false', text);
}

function wrong(key: string, expected: string, found: string) {
  return invalid(`${key}: expected ${expected}, found "${found}"`, 'correct the value, or omit the option');
}
