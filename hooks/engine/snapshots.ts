import { token } from '../token.ts';
import type { RootSnapshot } from './record.ts';

/** Options of a new snapshot. */
export interface SnapshotOptions {
  /** Missing: one by the time. */
  snapshotName?: string;
}

/** When snapshots are taken without being asked for. */
export interface ScheduleOptions {
  /** `every 6h` (m, h, d, w), or five fields as of crontab(5) in the host’s time. */
  schedule: string;
  /** How many of its snapshots stay; the oldest go. Default: 7. */
  keepScheduled?: number;
}

/** A snapshot that was made, or returned to. */
export interface MadeSnapshot {
  name: string;
  /** Milliseconds for which the container was frozen; 0 if it did not run. */
  frozenMs: number;
}

/** What happened to a path of a container’s root file system. */
export interface SnapshotChange {
  path: string;
  kind: 'added' | 'changed' | 'deleted';
}

/**
 * Snapshots of the root file systems of containers: what they have written. Volumes and other mounts are not part of
 * them.
 */
export interface Snapshots {
  /**
   * Copies what the container has written. A container that runs is frozen meanwhile.
   * @throws PCH_DISK_FULL, PCH_ALREADY_EXISTS, PCH_RUNTIME_CANNOT
   */
  create(ref: string, options?: SnapshotOptions): Promise<MadeSnapshot>;
  /** The oldest first. Never waits for a lock. */
  list(ref: string): RootSnapshot[];
  /**
   * Returns to a snapshot; resolves to the one that now has what the container had.
   * @throws PCH_CONTAINER_RUNNING unless `restart`; PCH_SNAPSHOT_NOT_FOUND, PCH_CONFLICT if its image is another one
   */
  restore(ref: string, name: string, options?: { restart?: boolean }): Promise<MadeSnapshot>;
  /** @throws PCH_SNAPSHOT_NOT_FOUND */
  remove(ref: string, name: string): Promise<void>;
  /**
   * Takes snapshots by a schedule, in place of the one that the container has. A run that fails is shown with it.
   * @throws PCH_OPTION_INVALID
   */
  schedule(ref: string, options: ScheduleOptions): Promise<void>;
  /** Its snapshots stay. @throws PCH_SNAPSHOT_NOT_FOUND if the container has no schedule */
  unschedule(ref: string): Promise<void>;
  /** What has changed from one to another one, or to the container as it is. */
  diff(ref: string, name: string, to?: string): Promise<{ changes: SnapshotChange[]; truncated: boolean }>;
}

/** Token of the engine's snapshots, for `inject`. */
export const Snapshots = token<Snapshots>('snapshots');
