/** Routes of published ports of containers that exist. */
import type { ChangeWarnings, PortAddRequest } from '../../../../client/wire.ts';
import { PouchError, type PublishedPort } from '../../../../hooks/index.ts';
import { allInNamesOf } from '../../../../translate/names/inNamesOf.ts';
import { publishedPorts } from '../../../../translate/ports.ts';
import { readJson } from '../../http/body.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { sendEmpty, sendJson } from '../../http/reply.ts';
import { validate } from '../../http/validate.ts';
import { portAddSchema } from '../../schemas/create.ts';

const path = '/pouch/containers/:id/ports';

export const portRoutes: Route[] = [
  { method: 'POST', path, handler: add },
  { method: 'DELETE', path, handler: remove },
];

async function add(call: Call): Promise<void> {
  const port = onlyOne(validate(portAddSchema, await readJson(call)) ?? {});
  const { warnings } = await call.engine.containers.addPort(parameter(call, 'id'), port);
  const body: ChangeWarnings = { Warnings: allInNamesOf(call.client, warnings) };
  sendJson(call, body);
}

async function remove(call: Call): Promise<void> {
  const [port, hostPort] = [call.query.text('port'), call.query.text('hostPort')];
  if (port === undefined || hostPort === undefined)
    throw new PouchError('PCH_BAD_REQUEST', 'expected the query parameters port and hostPort', {
      hint: 'set them as in port=80/tcp&hostPort=8080',
    });
  const HostIp = call.query.text('hostIp') ?? '';
  const wanted = onlyOne({ PortBindings: { [port]: [{ HostIp, HostPort: hostPort }] } });
  await call.engine.containers.removePort(parameter(call, 'id'), wanted);
  sendEmpty(call);
}

/** @throws PCH_BAD_REQUEST, PCH_OPTION_INVALID */
function onlyOne({ PortBindings }: PortAddRequest): PublishedPort {
  const [port, ...more] = publishedPorts({ HostConfig: { PortBindings } });
  const { hostPort = 0 } = port ?? {};
  if (port && hostPort > 0 && more.length === 0) return { ...port, hostPort };
  throw new PouchError('PCH_BAD_REQUEST', 'expected one port with one host port', {
    hint: 'set one entry of PortBindings, with a HostPort',
  });
}
