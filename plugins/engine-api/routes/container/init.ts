/** Routes of the init of rich containers: its services, reboot and power-off. */
import type { ContainerServiceWire } from '../../../../client/wire.ts';
import { PouchError, serviceActions, type ServiceAction } from '../../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { sendEmpty, sendJson } from '../../http/reply.ts';

const path = '/pouch/containers/:id/services';

export const initRoutes: Route[] = [
  { method: 'GET', path, handler: list },
  { method: 'GET', path: `${path}/:service`, handler: status },
  { method: 'POST', path: `${path}/:service/:action`, handler: control },
  { method: 'POST', path: '/pouch/containers/:id/reboot', handler: reboot },
  { method: 'POST', path: '/pouch/containers/:id/poweroff', handler: poweroff },
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

async function reboot(call: Call): Promise<void> {
  await call.engine.containers.reboot(parameter(call, 'id'), { timeoutSeconds: call.query.integer('t') });
  sendEmpty(call);
}

async function poweroff(call: Call): Promise<void> {
  await call.engine.containers.poweroff(parameter(call, 'id'), { timeoutSeconds: call.query.integer('t') });
  sendEmpty(call);
}
