import type { ContainerConfig } from './container.ts';

/** One entry of `GET /images/json`. */
export interface ImageSummary {
  /** `sha256:…` */
  Id: string;
  ParentId: string;
  RepoTags: string[] | null;
  RepoDigests: string[] | null;
  /** Unix seconds. */
  Created: number;
  /** Bytes. */
  Size: number;
  VirtualSize?: number;
  /** -1: not counted. */
  SharedSize: number;
  Labels: Record<string, string> | null;
  /** -1: not counted. */
  Containers: number;
  /** Pouch: why the image is unusable. */
  Damage?: string;
}

/** Response of `GET /images/{name}/json`. */
export interface ImageInspect {
  Id: string;
  RepoTags: string[] | null;
  RepoDigests: string[] | null;
  Parent: string;
  Comment: string;
  Created: string;
  Container?: string;
  ContainerConfig?: ContainerConfig;
  DockerVersion: string;
  Author: string;
  Config: ContainerConfig | null;
  Architecture: string;
  Variant?: string;
  Os: string;
  Size: number;
  VirtualSize?: number;
  GraphDriver: { Name: string; Data: Record<string, string> | null };
  RootFS: { Type: string; Layers?: string[] };
  Metadata: { LastTagTime?: string };
}

/** One entry of `GET /images/{name}/history`, newest first. */
export interface ImageHistoryEntryWire {
  Id: string;
  /** Unix seconds. */
  Created: number;
  CreatedBy: string;
  Tags: string[] | null;
  Size: number;
  Comment: string;
}

/** One entry of the response of `DELETE /images/{name}`. */
export interface ImageDeleteEntry {
  Untagged?: string;
  Deleted?: string;
}

/** Response of `POST /images/prune`. */
export interface ImagesPruneResponse {
  ImagesDeleted: ImageDeleteEntry[] | null;
  SpaceReclaimed: number;
}

/**
 * One line of a progress stream (`POST /images/create`, `/images/load`, `/pouch/images/bootstrap`). An error after the
 * headers is a line with `error`.
 */
export interface ProgressMessage {
  /** A layer's short digest, or a tag. */
  id?: string;
  status?: string;
  /** Docker's rendered bar; the CLI renders its own from progressDetail. */
  progress?: string;
  /** Bytes. */
  progressDetail?: { current?: number; total?: number } | null;
  /** Free text (load). */
  stream?: string;
  error?: string;
  errorDetail?: {
    message: string;
    code?: string | number;
    hint?: string;
    plugin?: string;
    hook?: string;
  };
  aux?: Record<string, unknown>;
}

/** Response of `POST /build/prune`. */
export interface BuildPruneResponse {
  CachesDeleted: string[] | null;
  /** Bytes. */
  SpaceReclaimed: number;
}

/** The JSON behind the base64url header `X-Registry-Auth`. */
export interface RegistryAuthWire {
  username?: string;
  password?: string;
  identitytoken?: string;
  registrytoken?: string;
  serveraddress?: string;
}

/** Response of `POST /auth`. */
export interface AuthResponse {
  Status: string;
  /** Replaces the password; empty if the registry gives none. */
  IdentityToken: string;
}

/** One entry of `GET /images/search`. */
export interface ImageSearchResult {
  name: string;
  description: string;
  star_count: number;
  is_official: boolean;
  is_automated: boolean;
}

/** Response of `GET /distribution/NAME/json`. */
export interface DistributionInspect {
  Descriptor: { mediaType: string; digest: string; size: number };
  Platforms: { os: string; architecture: string; variant?: string }[];
}

/** Body of `POST /commit?container=&repo=&tag=&author=&comment=&pause=&changes=`: laid over the container's own. */
export interface CommitRequest {
  User?: string | null;
  ExposedPorts?: Record<string, object> | null;
  Env?: string[] | null;
  Cmd?: string[] | null;
  Entrypoint?: string[] | null;
  Volumes?: Record<string, object> | null;
  WorkingDir?: string | null;
  Labels?: Record<string, string> | null;
  StopSignal?: string | null;
  OnBuild?: string[] | null;
  Healthcheck?: object | null;
}

/** Response of `POST /commit`. */
export interface CommitResponse {
  /** Of the image: `sha256:…`. */
  Id: string;
}
