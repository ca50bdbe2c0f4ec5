import { Builds } from './engine/builds.ts';
import { Checkpoints } from './engine/checkpoints.ts';
import { Containers } from './engine/containers.ts';
import { Events } from './engine/events.ts';
import { Execs } from './engine/execs.ts';
import { Extensions } from './engine/extensions.ts';
import { Images } from './engine/images.ts';
import { Networks } from './engine/networks.ts';
import { Plugins } from './engine/plugins.ts';
import { Snapshots } from './engine/snapshots.ts';
import { System } from './engine/system.ts';
import { Volumes } from './engine/volumes.ts';
import type { ServicesOf } from './token.ts';

export * from './engine/builds.ts';
export * from './engine/checkpoints.ts';
export * from './engine/containers.ts';
export * from './engine/copies.ts';
export * from './engine/events.ts';
export * from './engine/execs.ts';
export * from './engine/extensions.ts';
export * from './engine/images.ts';
export * from './engine/networks.ts';
export * from './engine/plugins.ts';
export * from './engine/prune.ts';
export * from './engine/reconcile.ts';
export * from './engine/record.ts';
export * from './engine/snapshots.ts';
export * from './engine/streams.ts';
export * from './engine/system.ts';
export * from './engine/upgrade.ts';
export * from './engine/volumes.ts';

/** The services of the engine. `ref` is a container's name, id or unambiguous id prefix. */
export const engineServices = {
  containers: Containers,
  checkpoints: Checkpoints,
  execs: Execs,
  images: Images,
  builds: Builds,
  volumes: Volumes,
  networks: Networks,
  events: Events,
  extensions: Extensions,
  plugins: Plugins,
  snapshots: Snapshots,
  system: System,
};

/** What surfaces (HTTP API, CRI, …) call: all services of the engine. */
export type Engine = ServicesOf<typeof engineServices>;
