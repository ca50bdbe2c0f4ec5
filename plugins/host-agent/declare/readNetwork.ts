import { ipamConfigs } from '../../../client/options/ipam.ts';
import type { NewNetwork } from '../../../hooks/index.ts';
import type { Words } from '../../../translate/words/runOptions.ts';
import { readWords } from './readWords.ts';

/** Options of `pouch network create`. */
export const networkKinds = {
  driver: 'text',
  opt: 'pairs',
  label: 'pairs',
  subnet: 'list',
  'ip-range': 'list',
  gateway: 'list',
  'aux-address': 'list',
  ipv6: 'flag',
  internal: 'flag',
  attachable: 'flag',
} as const;

/** @throws OptionError */
export function readNetwork(name: string, words: Words): NewNetwork {
  const read = readWords(words, networkKinds);
  const configs = ipamConfigs({
    subnet: read.subnet ?? [],
    ipRange: read['ip-range'] ?? [],
    gateway: read.gateway ?? [],
    auxAddress: read['aux-address'] ?? [],
  });
  const addresses = configs.map(({ Subnet, IPRange, Gateway, AuxiliaryAddresses }) => ({
    ...(Subnet && { subnet: Subnet }),
    ...(IPRange && { ipRange: IPRange }),
    ...(Gateway && { gateway: Gateway }),
    ...(AuxiliaryAddresses && { reserved: AuxiliaryAddresses }),
  }));
  return {
    name,
    driver: read.driver ?? 'bridge',
    internal: read.internal ?? false,
    attachable: read.attachable ?? false,
    enableIPv6: read.ipv6 ?? false,
    options: read.opt ?? {},
    labels: read.label ?? {},
    ...(addresses.length > 0 && { ipam: { addresses } }),
  };
}
