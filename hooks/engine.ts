import type { Checkpoints } from './engine/checkpoints.ts';
import type { Containers } from './engine/containers.ts';
import type { Events } from './engine/events.ts';
import type { Execs } from './engine/execs.ts';
import type { Images } from './engine/images.ts';
import type { System } from './engine/system.ts';
import type { Volumes } from './engine/volumes.ts';

export type * from './engine/checkpoints.ts';
export type * from './engine/containers.ts';
export type * from './engine/events.ts';
export type * from './engine/execs.ts';
export type * from './engine/images.ts';
export type * from './engine/prune.ts';
export type * from './engine/record.ts';
export type * from './engine/streams.ts';
export type * from './engine/system.ts';
export type * from './engine/volumes.ts';

/** What surfaces (HTTP API, CRI, …) and plugins call. `ref` is a container's name, id or unambiguous id prefix. */
export interface Engine {
  readonly containers: Containers;
  readonly checkpoints: Checkpoints;
  readonly execs: Execs;
  readonly images: Images;
  readonly volumes: Volumes;
  readonly events: Events;
  readonly system: System;
}
