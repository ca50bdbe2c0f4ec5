import type { PlanChangeWire } from './reconcile.ts';

/** Body of `POST /pouch/containers/{name}/snapshots`. */
export interface SnapshotCreateRequest {
  /** Name of the snapshot; missing: one by the time. */
  Name?: string;
}

/** Body of `PUT /pouch/containers/{name}/snapshot-schedule`. */
export interface SnapshotScheduleRequest {
  /** `every 6h` (m, h, d, w), or five fields as of crontab(5) in the host's time. */
  Schedule: string;
  /** How many of its snapshots stay; missing: 7. */
  Keep?: number;
}

/** `SnapshotSchedule` of an inspected container. */
export interface SnapshotScheduleWire {
  schedule: string;
  keep: number;
  /** RFC 3339; missing if no time follows. */
  next?: string;
  /** Why the last run failed, and when. */
  problem?: string;
}

/** Response of `POST /pouch/containers/{name}/snapshots`, and of `…/snapshots/{snapshot}/restore?restart=`. */
export interface MadeSnapshotWire {
  /** Of the new snapshot; of a restore, that with what the container had. */
  name: string;
  /** Milliseconds for which the container was frozen. */
  frozenMs: number;
}

/** One entry of `GET /pouch/containers/{name}/snapshots`. */
export interface SnapshotWire {
  name: string;
  /** RFC 3339. */
  createdAt: string;
  image: ImageNameWire;
  /** `restore`: what the container had before it. */
  cause: 'user' | 'schedule' | 'restore';
}

/** Response of `GET /pouch/containers/{name}/snapshots/{snapshot}/diff?to=`. */
export interface SnapshotDiffWire {
  changes: readonly { path: string; kind: 'added' | 'changed' | 'deleted' }[];
  /** There are more. */
  truncated: boolean;
}

/** An image by its name and id. */
export interface ImageNameWire {
  reference: string;
  id: string;
}

/** Body of `POST /pouch/containers/{name}/upgrade?dryRun=`. */
export interface UpgradeRequest {
  /** Reference or id of an image that the host has. */
  Image: string;
  /** Paths that come from the root file system before; `*` stands for any characters, in the last part. */
  Keep?: string[];
  /** Seconds until it is rolled back, unless it is healthy. */
  HealthTimeout?: number;
  /** Succeeds in the container once it is healthy. */
  HealthCommand?: string[];
}

/** Response of `POST /pouch/containers/{name}/upgrade`. */
export interface UpgradeWire {
  container: string;
  name: string;
  outcome: 'planned' | 'upgraded';
  from: ImageNameWire;
  to: ImageNameWire;
  /** What the new plan changes besides the image. */
  changes: readonly PlanChangeWire[];
  /** Paths that came from the root file system before. */
  kept: readonly string[];
  restarted: boolean;
}

/** Response of `POST /pouch/containers/{name}/rollback`. */
export interface RollbackWire {
  container: string;
  name: string;
  from: ImageNameWire;
  to: ImageNameWire;
  restarted: boolean;
}
