/** Routes of devices of containers that exist. */
import type { ChangeWarnings } from '../../../../client/wire.ts';
import { PouchError } from '../../../../hooks/index.ts';
import { deviceOf } from '../../../../translate/isolation.ts';
import { allInNamesOf } from '../../../../translate/names/inNamesOf.ts';
import { readJson } from '../../http/body.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { sendEmpty, sendJson } from '../../http/reply.ts';
import { validate } from '../../http/validate.ts';
import { deviceAddSchema } from '../../schemas/create.ts';

const path = '/pouch/containers/:id/devices';

export const deviceRoutes: Route[] = [
  { method: 'POST', path, handler: add },
  { method: 'DELETE', path, handler: remove },
];

async function add(call: Call): Promise<void> {
  const mapping = validate(deviceAddSchema, await readJson(call));
  const { PathOnHost = '', PathInContainer = '', CgroupPermissions = '' } = mapping ?? {};
  const device = deviceOf({ PathOnHost, PathInContainer, CgroupPermissions }, 0);
  const { warnings } = await call.engine.containers.addDevice(parameter(call, 'id'), device);
  const body: ChangeWarnings = { Warnings: allInNamesOf(call.client, warnings) };
  sendJson(call, body);
}

async function remove(call: Call): Promise<void> {
  const device = call.query.text('path');
  if (device === undefined)
    throw new PouchError('PCH_BAD_REQUEST', 'expected the query parameter path, found none', {
      hint: 'set it to the path in the container',
    });
  await call.engine.containers.removeDevice(parameter(call, 'id'), device);
  sendEmpty(call);
}
