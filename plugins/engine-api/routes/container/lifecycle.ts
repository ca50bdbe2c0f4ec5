/** Routes that change a container and return no body. */
import { type ContainerRecord, hasCode, PouchError } from '../../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { sendEmpty, sendJson } from '../../http/reply.ts';
import { containerPruneFilter } from '../../translate/prune.ts';
import { refuseDirectory } from './checkpoints.ts';

export const lifecycleRoutes: Route[] = [
  { method: 'POST', path: '/containers/:id/start', handler: start },
  { method: 'POST', path: '/containers/:id/stop', handler: stop },
  { method: 'POST', path: '/containers/:id/restart', handler: restart },
  { method: 'POST', path: '/containers/:id/kill', handler: kill },
  { method: 'POST', path: '/containers/:id/pause', handler: pause },
  { method: 'POST', path: '/containers/:id/unpause', handler: unpause },
  { method: 'POST', path: '/containers/:id/rename', handler: rename },
  { method: 'POST', path: '/containers/:id/resize', handler: resize },
  { method: 'DELETE', path: '/containers/:id', handler: remove },
  { method: 'POST', path: '/containers/prune', handler: prune },
];

/** Responds with 304 if the container already runs. */
async function start(call: Call): Promise<void> {
  const id = parameter(call, 'id');
  const checkpoint = call.query.text('checkpoint');
  if (checkpoint) return restore(call, id, checkpoint);
  if (call.engine.containers.inspect(id).state.status === 'running') return sendEmpty(call, 304);
  try {
    await call.engine.containers.start(id);
  } catch (error) {
    if (hasCode(error, 'PCH_CONTAINER_RUNNING')) return sendEmpty(call, 304);
    throw error;
  }
  sendEmpty(call);
}

async function restore(call: Call, id: string, checkpoint: string): Promise<void> {
  refuseDirectory(call.query.text('checkpoint-dir'));
  await call.engine.containers.start(id, { checkpoint });
  sendEmpty(call);
}

/** Responds with 304 if the container does not run. */
async function stop(call: Call): Promise<void> {
  const stopped = await call.engine.containers.stop(parameter(call, 'id'), stopOptions(call));
  sendEmpty(call, stopped ? 204 : 304);
}

async function restart(call: Call): Promise<void> {
  await call.engine.containers.restart(parameter(call, 'id'), stopOptions(call));
  sendEmpty(call);
}

function stopOptions(call: Call): { timeoutSeconds?: number; signal?: string } {
  return { timeoutSeconds: call.query.integer('t'), signal: call.query.text('signal') };
}

async function kill(call: Call): Promise<void> {
  await call.engine.containers.kill(parameter(call, 'id'), call.query.text('signal') ?? 'SIGKILL');
  sendEmpty(call);
}

async function pause(call: Call): Promise<void> {
  await call.engine.containers.pause(parameter(call, 'id'));
  sendEmpty(call);
}

async function unpause(call: Call): Promise<void> {
  await call.engine.containers.unpause(parameter(call, 'id'));
  sendEmpty(call);
}

async function rename(call: Call): Promise<void> {
  const name = call.query.text('name')?.replace(/^\//, '');
  if (!name) throw new PouchError('PCH_BAD_REQUEST', 'Neither old nor new names may be empty');
  await call.engine.containers.rename(parameter(call, 'id'), name);
  sendEmpty(call);
}

async function resize(call: Call): Promise<void> {
  await call.engine.containers.resize(parameter(call, 'id'), terminalSize(call));
  sendEmpty(call, 200);
}

/** @throws PCH_BAD_REQUEST */
export function terminalSize(call: Call): { height: number; width: number } {
  const height = call.query.integer('h');
  const width = call.query.integer('w');
  if (isCells(height) && isCells(width)) return { height, width };
  throw new PouchError('PCH_BAD_REQUEST', 'expected h and w, each from 0 to 65535');
}

function isCells(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && value <= 65535;
}

async function remove(call: Call): Promise<void> {
  if (call.query.flag('link'))
    throw new PouchError('PCH_NOT_SUPPORTED', 'links between containers are not supported');
  const options = { force: call.query.flag('force'), volumes: call.query.flag('v') };
  await call.engine.containers.remove(parameter(call, 'id'), options);
  sendEmpty(call);
}

async function prune(call: Call): Promise<void> {
  const filter = containerPruneFilter(call.query.filters());
  const { containers } = call.engine;
  const sizes = new Map<string, number>();
  for (const record of containers.list({ all: true }).filter((one) => !isUp(one)))
    sizes.set(record.id, await writableSize(call, record.id));
  const removed = await containers.prune(filter);
  const reclaimed = removed.reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0);
  sendJson(call, { ContainersDeleted: removed, SpaceReclaimed: reclaimed });
}

function isUp({ state }: ContainerRecord): boolean {
  return ['running', 'paused', 'restarting'].includes(state.status);
}

/** Bytes; 0 for a container whose size is not known, such as one that is being removed. */
async function writableSize({ engine }: Call, id: string): Promise<number> {
  return await engine.containers.usage(id).then(
    ({ writable }) => writable,
    () => 0,
  );
}
