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
  /** Pouch: `Damage` says why its record is unusable, `Blame` what plugins changed when it was created. */
  Status?: { Damage?: string; Blame?: BlameWire[] };
}

export interface VolumeCreateRequest {
  Name?: string;
  Driver?: string;
  DriverOpts?: Record<string, string> | null;
  Labels?: Record<string, string> | null;
}

export interface VolumeListResponse {
  Volumes: VolumeWire[] | null;
  Warnings: string[] | null;
}

export interface VolumesPruneResponse {
  VolumesDeleted: string[] | null;
  SpaceReclaimed: number;
}
