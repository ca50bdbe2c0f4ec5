/** Routes of mounts of containers that exist. */
import type { MountAddRequest, ChangeWarnings } from '../../../../client/wire.ts';
import { PouchError, type VolumeRequest } from '../../../../hooks/index.ts';
import { allInNamesOf } from '../../../../translate/names/inNamesOf.ts';
import { volumesOf } from '../../../../translate/volumes.ts';
import { readJson } from '../../http/body.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { sendEmpty, sendJson } from '../../http/reply.ts';
import { validate } from '../../http/validate.ts';
import { mountAddSchema } from '../../schemas/create.ts';

const path = '/pouch/containers/:id/mounts';

export const mountRoutes: Route[] = [
  { method: 'POST', path, handler: add },
  { method: 'DELETE', path, handler: remove },
];

async function add(call: Call): Promise<void> {
  const volume = onlyOne(validate(mountAddSchema, await readJson(call)) ?? {});
  const { warnings } = await call.engine.containers.addMount(parameter(call, 'id'), volume);
  const body: ChangeWarnings = { Warnings: allInNamesOf(call.client, warnings) };
  sendJson(call, body);
}

/** @throws PCH_BAD_REQUEST */
function onlyOne(body: MountAddRequest): VolumeRequest {
  const [volume, ...more] = volumesOf({ HostConfig: body });
  if (volume && more.length === 0) return volume;
  throw new PouchError('PCH_BAD_REQUEST', `expected one mount, found ${volume ? more.length + 1 : 0}`, {
    hint: 'set one entry of Binds or of Mounts',
  });
}

async function remove(call: Call): Promise<void> {
  const destination = call.query.text('destination');
  if (destination === undefined)
    throw new PouchError('PCH_BAD_REQUEST', 'expected the query parameter destination, found none', {
      hint: 'set it to the path in the container',
    });
  await call.engine.containers.removeMount(parameter(call, 'id'), destination, {
    force: call.query.flag('force'),
  });
  sendEmpty(call);
}
