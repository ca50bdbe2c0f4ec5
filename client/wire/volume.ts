import type { BlameWire } from './pouch.ts';

/** A volume, as in `GET /volumes/{name}`. */
export interface VolumeWire {
  Name: string;
  Driver: string;
  Mountpoint: string;
  CreatedAt?: string;
  Labels: Record<string, string> | null;
  Scope: string;
  Options: Record<string, string> | null;
  /** Only in `GET /system/df`: bytes, and containers that use it; -1 for what was not measured. */
  UsageData?: { Size: number; RefCount: number } | null;
  /**
   * What its driver says about it. Pouch: `Damage` says why its record is unusable, `Problem` why it cannot be used,
   * `Blame` what plugins changed when it was created.
   */
  Status?: { Damage?: string; Problem?: string; Blame?: BlameWire[]; [key: string]: unknown };
}

/** Body of `POST /volumes/create`. */
export interface VolumeCreateRequest {
  Name?: string;
  Driver?: string;
  DriverOpts?: Record<string, string> | null;
  Labels?: Record<string, string> | null;
}

/** Response to `GET /volumes`. */
export interface VolumeListResponse {
  Volumes: VolumeWire[] | null;
  Warnings: string[] | null;
}

/** Response to `POST /volumes/prune`; the space is in bytes. */
export interface VolumesPruneResponse {
  VolumesDeleted: string[] | null;
  SpaceReclaimed: number;
}
