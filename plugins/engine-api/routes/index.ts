/** All routes of the API. */
import type { Route } from '../http/call.ts';
import { archiveRoutes } from './container/archive.ts';
import { attachRoutes } from './container/attach.ts';
import { buildRoutes } from './image/build.ts';
import { checkpointRoutes } from './container/checkpoints.ts';
import { consoleRoutes } from './console.ts';
import { createRoutes } from './container/create.ts';
import { initRoutes } from './container/init.ts';
import { lifecycleRoutes } from './container/lifecycle.ts';
import { logRoutes } from './container/logs.ts';
import { deviceRoutes } from './container/devices.ts';
import { portRoutes } from './container/ports.ts';
import { mountRoutes } from './container/mounts.ts';
import { readRoutes } from './container/read.ts';
import { topRoutes } from './container/top.ts';
import { snapshotRoutes } from './container/snapshots.ts';
import { statsRoutes } from './container/stats.ts';
import { updateRoutes } from './container/update.ts';
import { waitRoutes } from './container/wait.ts';
import { eventRoutes } from './events.ts';
import { execRoutes } from './exec.ts';
import { extensionRoutes } from './extensions.ts';
import { commitRoutes } from './image/commit.ts';
import { imageRoutes } from './image/index.ts';
import { networkRoutes } from './networks.ts';
import { pluginRoutes } from './plugins.ts';
import { pouchRoutes } from './pouch.ts';
import { runRoutes } from './run.ts';
import { systemRoutes } from './system.ts';
import { unsupportedRoutes } from './unsupported.ts';
import { volumeRoutes } from './volumes.ts';

export const routes: Route[] = [
  ...archiveRoutes,
  ...attachRoutes,
  ...buildRoutes,
  ...checkpointRoutes,
  ...commitRoutes,
  ...consoleRoutes,
  ...createRoutes,
  ...eventRoutes,
  ...execRoutes,
  ...extensionRoutes,
  ...imageRoutes,
  ...initRoutes,
  ...lifecycleRoutes,
  ...logRoutes,
  ...deviceRoutes,
  ...mountRoutes,
  ...portRoutes,
  ...networkRoutes,
  ...pluginRoutes,
  ...pouchRoutes,
  ...readRoutes,
  ...topRoutes,
  ...runRoutes,
  ...snapshotRoutes,
  ...statsRoutes,
  ...systemRoutes,
  ...unsupportedRoutes,
  ...updateRoutes,
  ...volumeRoutes,
  ...waitRoutes,
];
