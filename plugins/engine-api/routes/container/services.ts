/** Routes of the services of rich containers. */
import type { ContainerServiceWire } from '../../../../client/wire.ts';
import { PouchError, serviceActions, type ServiceAction } from '../../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { sendEmpty, sendJson } from '../../http/reply.ts';

const path = '/pouch/containers/:id/services';

export const serviceRoutes: Route[] = [
  { method: 'GET', path, handler: list },
  { method: 'GET', path: `${path}/:service`, handler: status },
  { method: 'POST', path: `${path}/:service/:action`, handler: control },
];

async function list(call: Call): Promise<void> {
  const all: ContainerServiceWire[] = await call.engine.containers.services(parameter(call, 'id'));
  sendJson(call, all);
}

async function status(call: Call): Promise<void> {
  const [one] = await call.engine.containers.services(parameter(call, 'id'), parameter(call, 'service'));
  const body: ContainerServiceWire | undefined = one;
  sendJson(call, body);
}

async function control(call: Call): Promise<void> {
  const action = actionOf(call);
  await call.engine.containers.controlService(
    parameter(call, 'id'),
    parameter(call, 'service'),
    action,
    call.signal,
  );
  sendEmpty(call);
}

/** @throws PCH_PATH_NOT_FOUND */
function actionOf(call: Call): ServiceAction {
  const found = parameter(call, 'action');
  const action = serviceActions.find((each) => each === found);
  if (action) return action;
  throw new PouchError(
    'PCH_PATH_NOT_FOUND',
    `expected one of ${serviceActions.join(', ')}, found "${found}"`,
  );
}
