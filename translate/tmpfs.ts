/** `Tmpfs`: options by destination. */
import type { VolumeRequest } from '../hooks/index.ts';
import { destinationOf } from './destination.ts';

/** Docker's default options, each with the option that negates it. */
const defaults: [option: string, opposite: string][] = [
  ['noexec', 'exec'],
  ['nosuid', 'suid'],
  ['nodev', 'dev'],
];

/** @throws PCH_OPTION_INVALID */
export function parseTmpfs(path: string, text: string): VolumeRequest {
  const asked = text.split(',').filter((option) => option !== '');
  const kept = defaults.filter(([option, opposite]) => !asked.includes(option) && !asked.includes(opposite));
  const options = [
    ...kept.map(([option]) => option),
    ...asked.filter((option) => option !== 'rw' && option !== 'ro'),
  ];
  const readonly = asked.includes('ro') ? { readonly: true } : {};
  return {
    kind: 'tmpfs',
    destination: destinationOf(`HostConfig.Tmpfs["${path}"]`, path),
    options,
    ...readonly,
  };
}
