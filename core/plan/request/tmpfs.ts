import { invalidField } from '../../../hooks/invalidField.ts';

/** One of the volumes of a request. */
export type VolumePath = `volumes[${number}]`;

/** Mount flags that runtimes know by name. */
const flags = new Set(
  'ro rw exec noexec suid nosuid dev nodev sync async dirsync mand nomand atime noatime diratime nodiratime relatime norelatime strictatime nostrictatime'.split(
    ' ',
  ),
);

/** Options of the file system (kernel doc filesystems/tmpfs). */
const values: Record<string, RegExp> = {
  size: /^\d+[kmg%]?$/i,
  nr_blocks: /^\d+[kmg]?$/i,
  nr_inodes: /^\d+[kmg]?$/i,
  mode: /^[0-7]{1,5}$/,
  uid: /^\d{1,10}$/,
  gid: /^\d{1,10}$/,
  huge: /^(never|always|within_size|advise)$/,
  mpol: /^[\w:,=-]+$/,
};

const known = `${Object.keys(values).join(', ')}, and flags such as noexec and ro`;

/** @throws PCH_OPTION_INVALID */
export function checkTmpfsOptions(volume: VolumePath, destination: string, options: readonly string[]): void {
  for (const [index, option] of options.entries()) {
    const [name = '', value] = option.split(/=(.*)/s);
    if (value === undefined ? flags.has(name) : values[name]?.test(value)) continue;
    const isKnown = flags.has(name) || values[name] !== undefined;
    throw invalidField(
      `${volume}.options[${index}]`,
      `tmpfs ${destination}: ${isKnown ? 'a wrong value' : 'an unknown option'} in "${option.slice(0, 100)}"`,
      `known are ${known}`,
    );
  }
}
