import type { ContainerRequest } from './request.ts';

/** A named preset: fields for a request that names it and has none of its own. */
export interface Profile {
  /** `[a-z0-9][a-z0-9_.-]*`, lower case. */
  name: string;
  /** `FILE:LINE` where it is defined. */
  origin?: string;
  /** What is wrong with it, with `FILE:LINE`: requests that name it are refused (`PCH_PROFILE_INVALID`). */
  problem?: string;
  /** Applied in this order; later ones take precedence. */
  parts: readonly ProfilePart[];
}

/** One option of a profile. */
export interface ProfilePart {
  /** The word by which its author knows it: `memory`. */
  option: string;
  /** What it asks for. */
  request: Partial<ContainerRequest>;
  /** Its value for readers, as plain data. It has no secrets but those that names show. */
  shown: unknown;
  /** `FILE:LINE` where it is written. */
  origin?: string;
}

/** Options of calls that resolve the profiles of a request. */
export interface CompleteOptions {
  /** In place of those of pouchd.yaml that are in force. */
  profiles?: readonly Profile[];
}
