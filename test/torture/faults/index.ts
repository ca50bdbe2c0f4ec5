import { badClients } from './clients.ts';
import { damagedFiles } from './damage.ts';
import { descriptors } from './descriptors.ts';
import { fullDisk } from './disk.ts';
import type { Fault } from './fault.ts';
import { hostileContainers } from './hostile.ts';
import { kills } from './kills.ts';

const all: readonly Fault[] = [
  descriptors,
  ...kills,
  ...badClients,
  ...hostileContainers,
  fullDisk,
  ...damagedFiles,
];

/** To try some faults only: a pattern that their names match. */
export const onlyFaults = process.env['POUCH_TORTURE_FAULTS'];

/** Every fault that a round may draw. */
export const faults = all.filter(({ name }) => new RegExp(onlyFaults ?? '').test(name));
