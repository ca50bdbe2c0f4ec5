/** Routes of what changes a container in place: snapshots of its root file system, upgrades and rollbacks. */
import type {
  MadeSnapshotWire,
  RollbackWire,
  SnapshotCreateRequest,
  SnapshotDiffWire,
  SnapshotScheduleRequest,
  SnapshotWire,
  UpgradeRequest,
  UpgradeWire,
} from '../../../../client/wire.ts';
import { Type } from '../../../../hooks/index.ts';
import { readJson } from '../../http/body.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { namingTheImage } from '../../http/imageError.ts';
import { sendEmpty, sendJson } from '../../http/reply.ts';
import { validate } from '../../http/validate.ts';
import { record, text, texts, typed, whole } from '../../schemas/json.ts';
import { toSnapshot } from '../../translate/container/inspect.ts';

const path = '/pouch/containers/:id/snapshots';
const schedulePath = '/pouch/containers/:id/snapshot-schedule';

export const snapshotRoutes: Route[] = [
  { method: 'GET', path, handler: list },
  { method: 'POST', path, handler: create },
  { method: 'DELETE', path: `${path}/:name`, handler: remove },
  { method: 'POST', path: `${path}/:name/restore`, handler: restore },
  { method: 'GET', path: `${path}/:name/diff`, handler: diff },
  { method: 'PUT', path: schedulePath, handler: schedule },
  { method: 'DELETE', path: schedulePath, handler: unschedule },
  { method: 'POST', path: '/pouch/containers/:id/upgrade', handler: upgrade },
  { method: 'POST', path: '/pouch/containers/:id/rollback', handler: rollback },
  { method: 'DELETE', path: '/pouch/containers/:id/rollback', handler: forget },
];

const createSchema = typed<SnapshotCreateRequest>(record({ Name: text }));
const scheduleSchema = typed<SnapshotScheduleRequest>(record({ Schedule: text, Keep: whole }, ['Schedule']));
const upgradeSchema = typed<UpgradeRequest>(
  record(
    {
      Image: text,
      Keep: texts,
      HealthTimeout: Type.Unsafe({ type: ['number', 'null'] }),
      HealthCommand: texts,
    },
    ['Image'],
  ),
);

async function list(call: Call): Promise<void> {
  const body: SnapshotWire[] = call.engine.snapshots.list(parameter(call, 'id')).map(toSnapshot);
  sendJson(call, body);
}

async function create(call: Call): Promise<void> {
  const { Name } = validate(createSchema, await readJson(call)) ?? {};
  const options = Name ? { snapshotName: Name } : {};
  const made: MadeSnapshotWire = await call.engine.snapshots.create(parameter(call, 'id'), options);
  sendJson(call, made, 201);
}

async function remove(call: Call): Promise<void> {
  await call.engine.snapshots.remove(parameter(call, 'id'), parameter(call, 'name'));
  sendEmpty(call);
}

async function schedule(call: Call): Promise<void> {
  const { Schedule, Keep } = validate(scheduleSchema, await readJson(call));
  const options = { schedule: Schedule, ...(typeof Keep === 'number' && { keepScheduled: Keep }) };
  await call.engine.snapshots.schedule(parameter(call, 'id'), options);
  sendEmpty(call);
}

async function unschedule(call: Call): Promise<void> {
  await call.engine.snapshots.unschedule(parameter(call, 'id'));
  sendEmpty(call);
}

async function restore(call: Call): Promise<void> {
  const [id, name] = [parameter(call, 'id'), parameter(call, 'name')];
  const options = { restart: call.query.flag('restart') };
  const made: MadeSnapshotWire = await call.engine.snapshots.restore(id, name, options);
  sendJson(call, made);
}

async function diff(call: Call): Promise<void> {
  const [id, name] = [parameter(call, 'id'), parameter(call, 'name')];
  const found: SnapshotDiffWire = await call.engine.snapshots.diff(id, name, call.query.text('to'));
  sendJson(call, found);
}

async function upgrade(call: Call): Promise<void> {
  const { Image, Keep, HealthTimeout, HealthCommand } = validate(upgradeSchema, await readJson(call));
  const options = {
    image: Image,
    keep: Keep ?? [],
    dryRun: call.query.flag('dryRun'),
    health: {
      ...(typeof HealthTimeout === 'number' && { timeoutSeconds: HealthTimeout }),
      ...(HealthCommand && { command: HealthCommand }),
    },
  };
  const done: UpgradeWire = await call.engine.containers
    .upgrade(parameter(call, 'id'), options)
    .catch((error: unknown) => {
      throw namingTheImage(error, Image);
    });
  sendJson(call, done);
}

async function rollback(call: Call): Promise<void> {
  const done: RollbackWire = await call.engine.containers.rollback(parameter(call, 'id'));
  sendJson(call, done);
}

async function forget(call: Call): Promise<void> {
  await call.engine.containers.forgetRollback(parameter(call, 'id'));
  sendEmpty(call);
}
