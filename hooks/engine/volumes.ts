import type { BlameEntry } from '../plan.ts';
import type { VolumePruneFilter } from './prune.ts';
import { token } from '../token.ts';

export interface Volume {
  name: string;
  mountpoint: string;
  createdAt: string;
  labels: Record<string, string>;
  /** Created without a name. */
  anonymous: boolean;
  /** Why its volume.json cannot be used: `volume.json: expected JSON, found …`. Labels and time are unknown then. */
  damage?: string;
  /** What the taps of volume.preCreate have changed. */
  blame?: BlameEntry[];
}

export interface Volumes {
  create(options: { name?: string; labels?: Record<string, string> }): Promise<Volume>;
  list(): Promise<Volume[]>;
  inspect(name: string): Promise<Volume>;
  remove(name: string, options?: { force?: boolean }): Promise<void>;
  /** Removes the volumes that no container uses, by default only anonymous ones; returns their names. */
  prune(filter?: VolumePruneFilter): Promise<string[]>;
}

export const Volumes = token<Volumes>('volumes');
