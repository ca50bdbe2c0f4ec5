import type { BlameEntry } from '../plan.ts';
import type { VolumePruneFilter } from './prune.ts';
import { token } from '../token.ts';

/** A volume of the host. */
export interface Volume {
  name: string;
  mountpoint: string;
  createdAt: string;
  labels: Record<string, string>;
  /** Created without a name. */
  anonymous: boolean;
  /** Why its volume.json cannot be used: `volume.json: expected JSON, found …`. Labels and time are unknown then. */
  damage?: string;
  /** Name of its volume driver. */
  driver: string;
  /** Options of its driver, as its client wrote them. */
  options: Record<string, string>;
  /** A create or remove of its driver that was cut off or failed: the volume cannot be used. */
  unfinished?: 'create' | 'remove';
  /** Why it cannot be used now: its driver is gone, for example. */
  problem?: string;
  /** inspect: what its driver says about it. */
  status?: Record<string, unknown>;
  /** What the taps of volume.preCreate have changed. */
  blame?: BlameEntry[];
}

/** A volume that is to be created. */
export interface NewVolume {
  /** Missing: a generated one. */
  name?: string;
  labels?: Record<string, string>;
  /** Missing: `local`, or that of the volume if it exists. */
  driver?: string;
  options?: Record<string, string>;
}

/** What a prune has removed. */
export interface PrunedVolumes {
  /** Names. */
  removed: string[];
  /** Bytes, as far as they could be measured. */
  reclaimed: number;
}

/** The engine's volumes. */
export interface Volumes {
  /** Creates a volume; one of that name that exists is returned unchanged. */
  create(volume: NewVolume): Promise<Volume>;
  /** All volumes. */
  list(): Promise<Volume[]>;
  /** A volume. @throws PCH_VOLUME_NOT_FOUND */
  inspect(name: string): Promise<Volume>;
  /**
   * Sets labels of a volume, or removes those that are undefined; the others stay, and its driver is not called.
   * @throws PCH_VOLUME_NOT_FOUND, PCH_VOLUME_DAMAGED
   */
  setLabels(name: string, labels: Record<string, string | undefined>): Promise<void>;
  /** Removes a volume and its data. @throws PCH_CONFLICT if a container uses it */
  remove(name: string, options?: { force?: boolean }): Promise<void>;
  /**
   * Bytes of its data on the disk; undefined if they cannot be measured in time, or a driver has the data elsewhere.
   * @throws PCH_VOLUME_NOT_FOUND
   */
  usage(name: string): Promise<number | undefined>;
  /** Removes the volumes that no container uses, by default only anonymous ones. */
  prune(filter?: VolumePruneFilter): Promise<PrunedVolumes>;
}

/** Token of the engine's volumes, for `inject`. */
export const Volumes = token<Volumes>('volumes');
