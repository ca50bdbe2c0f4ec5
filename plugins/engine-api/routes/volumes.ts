import type { VolumeCreateRequest, VolumeListResponse, VolumesPruneResponse } from '../../../client/wire.ts';
import type { ContainerRecord, Volume } from '../../../hooks/index.ts';
import { linearPatterns } from '../../../hooks/linearPatterns.ts';
import { readJson } from '../http/body.ts';
import { parameter, type Call, type Route } from '../http/call.ts';
import { sendEmpty, sendJson } from '../http/reply.ts';
import { validate } from '../http/validate.ts';
import { record, text, textMap, typed } from '../schemas/json.ts';
import { checkFilterNames, flagOf, volumePruneFilter } from '../translate/prune.ts';
import { toVolume } from '../translate/volume.ts';

export const volumeRoutes: Route[] = [
  { method: 'GET', path: '/volumes', handler: list },
  { method: 'POST', path: '/volumes/create', handler: create },
  { method: 'POST', path: '/volumes/prune', handler: prune },
  { method: 'GET', path: '/volumes/:name', handler: inspect },
  { method: 'DELETE', path: '/volumes/:name', handler: remove },
];

const createSchema = typed<VolumeCreateRequest>(
  record({ Name: text, Driver: text, DriverOpts: textMap, Labels: textMap }),
);

async function list(call: Call): Promise<void> {
  const keep = volumeFilter(call.query.filters(), (volume) => isUsed(call, volume));
  const volumes = (await call.engine.volumes.list()).filter(keep);
  const warnings = volumes.flatMap(({ name, damage, problem = damage }) =>
    problem === undefined ? [] : [`volume ${name}: ${problem}`],
  );
  const body: VolumeListResponse = {
    Volumes: volumes.map(toVolume),
    Warnings: warnings.length > 0 ? warnings : null,
  };
  sendJson(call, body);
}

function isUsed({ engine }: Call, { mountpoint }: Volume): boolean {
  const uses = ({ draft }: ContainerRecord) =>
    Object.values(draft.mounts).some(({ source }) => source === mountpoint);
  return engine.containers.list({ all: true }).some(uses);
}

function volumeFilter(
  filters: Record<string, string[]>,
  used: (volume: Volume) => boolean,
): (volume: Volume) => boolean {
  checkFilterNames(filters, ['name', 'label', 'driver', 'dangling']);
  const { name: names = [], label: labels = [], driver: drivers = [] } = filters;
  const dangling = flagOf(filters, 'dangling');
  const isNamed = linearPatterns('filter name', names);
  return (volume) =>
    (dangling === undefined || dangling === !used(volume)) &&
    (names.length === 0 || isNamed(volume.name)) &&
    (drivers.length === 0 || drivers.includes(volume.driver)) &&
    labels.every((label) => hasLabel(volume, label));
}

function hasLabel(volume: Volume, label: string): boolean {
  const mark = label.indexOf('=');
  if (mark < 0) return Object.hasOwn(volume.labels, label);
  return volume.labels[label.slice(0, mark)] === label.slice(mark + 1);
}

async function create(call: Call): Promise<void> {
  const body = validate(createSchema, (await readJson(call)) ?? {});
  const volume = await call.engine.volumes.create({
    name: body.Name || undefined,
    labels: body.Labels ?? undefined,
    driver: body.Driver || undefined,
    options: body.DriverOpts ?? undefined,
  });
  sendJson(call, toVolume(volume), 201);
}

async function inspect(call: Call): Promise<void> {
  sendJson(call, toVolume(await call.engine.volumes.inspect(parameter(call, 'name'))));
}

async function remove(call: Call): Promise<void> {
  await call.engine.volumes.remove(parameter(call, 'name'), { force: call.query.flag('force') });
  sendEmpty(call);
}

async function prune(call: Call): Promise<void> {
  const filter = volumePruneFilter(call.query.filters(), call.apiMinor);
  const { removed, reclaimed } = await call.engine.volumes.prune(filter);
  const body: VolumesPruneResponse = { VolumesDeleted: removed, SpaceReclaimed: reclaimed };
  sendJson(call, body);
}
