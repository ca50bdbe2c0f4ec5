import type { Logger } from '../../hooks/defineHook.ts';
import { localDriver, OwnedVolumeDriver } from './VolumeDrivers.ts';

/** What the store asks about drivers and mounts. */
export interface DriverLookup {
  /** Undefined for one that no plugin provides. */
  find(name: string): OwnedVolumeDriver | undefined;
  /** @throws PCH_VOLUME_DRIVER_UNKNOWN */
  known(name: string): OwnedVolumeDriver;
  /** Runs calls of drivers: their plugins stay loaded until it ends. */
  use<T>(work: () => Promise<T>): Promise<T>;
  /** As in /proc/self/mountinfo. */
  mountinfo(): Promise<string>;
  readonly log: Logger;
}

const local = new OwnedVolumeDriver('', { name: localDriver, doc: '' });
const ignore = () => undefined;

/** Without plugins, every volume is a directory. */
export const directoriesOnly: DriverLookup = {
  find: () => local,
  known: () => local,
  use: (work) => work(),
  mountinfo: () => Promise.resolve(''),
  log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
};
