/** Options of `pouch network create` and `pouch volume create` for the networks and volumes of a compose file. */
import type { ComposeNode } from './ComposeNode.ts';
import type { Words } from './words.ts';

export function networkWords(network: ComposeNode): Words {
  const ipam = network.get('ipam');
  ipam.get('driver').expectOnly('default');
  network.get('enable_ipv4').expectOnly(true, 'true');
  const configs = ipam.get('config').items();
  const all = (key: string) => configs.flatMap((config) => config.get(key).text() ?? []);
  return {
    driver: network.get('driver').text(),
    opt: network.get('driver_opts').pairs(),
    internal: network.get('internal').flag(),
    attachable: network.get('attachable').flag(),
    ipv6: network.get('enable_ipv6').flag(),
    label: network.get('labels').pairs(),
    subnet: all('subnet'),
    gateway: all('gateway'),
    'ip-range': all('ip_range'),
    'aux-address': configs.flatMap((config) =>
      Object.entries(config.get('aux_addresses').pairs()).map(
        ([host, address]) => `${host}=${String(address)}`,
      ),
    ),
  };
}

export function volumeWords(volume: ComposeNode): Words {
  return {
    driver: volume.get('driver').text(),
    opt: volume.get('driver_opts').pairs(),
    label: volume.get('labels').pairs(),
  };
}
