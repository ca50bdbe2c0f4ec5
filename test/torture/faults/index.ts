import { badClients } from './clients.ts';
import { damagedFiles } from './damage.ts';
import { descriptors } from './descriptors.ts';
import { fullDisk } from './disk.ts';
import type { Fault } from './fault.ts';
import { fileWorkers } from './fileWorkers.ts';
import { hostileContainers } from './hostile.ts';
import { hostileImages } from './hostileImages.ts';
import { hungFiles } from './hungFiles.ts';
import { kills } from './kills.ts';
import { excludedFaults as excluded } from '../knownDefects.ts';

const all: readonly Fault[] = [
  descriptors,
  ...kills,
  ...badClients,
  ...hostileContainers,
  ...hostileImages,
  hungFiles,
  fileWorkers,
  fullDisk,
  ...damagedFiles,
];

/** To try some faults only: a pattern that their names match. */
export const onlyFaults = process.env['POUCH_TORTURE_FAULTS'];

/** Every fault that a round may draw; one that is excluded only if it is asked for by name. */
export const faults = all.filter(({ name }) =>
  onlyFaults === undefined
    ? !excluded.some((pattern) => pattern.test(name))
    : new RegExp(onlyFaults).test(name),
);
