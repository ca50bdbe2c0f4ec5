import type { CheckpointCreateRequest, CheckpointSummary } from '../../../../client/wire.ts';
import { PouchError } from '../../../../hooks/index.ts';
import { readJson } from '../../http/body.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { sendEmpty, sendJson } from '../../http/reply.ts';
import { validate } from '../../http/validate.ts';
import { flag, record, text, typed } from '../../schemas/json.ts';

export const checkpointRoutes: Route[] = [
  { method: 'GET', path: '/containers/:id/checkpoints', handler: list },
  { method: 'POST', path: '/containers/:id/checkpoints', handler: create },
  { method: 'DELETE', path: '/containers/:id/checkpoints/:name', handler: remove },
];

const createSchema = typed<CheckpointCreateRequest>(
  record({ CheckpointID: text, CheckpointDir: text, Exit: flag }, ['CheckpointID']),
);

async function list(call: Call): Promise<void> {
  refuseDirectory(call.query.text('dir'));
  const names = await call.engine.checkpoints.list(parameter(call, 'id'));
  const body: CheckpointSummary[] = names.map((Name) => ({ Name }));
  sendJson(call, body);
}

async function create(call: Call): Promise<void> {
  const body = validate(createSchema, await readJson(call));
  refuseDirectory(body.CheckpointDir);
  const options = { leaveRunning: body.Exit !== true };
  await call.engine.checkpoints.create(parameter(call, 'id'), body.CheckpointID, options);
  sendEmpty(call, 201);
}

async function remove(call: Call): Promise<void> {
  refuseDirectory(call.query.text('dir'));
  await call.engine.checkpoints.remove(parameter(call, 'id'), parameter(call, 'name'));
  sendEmpty(call);
}

/** @throws PCH_NOT_SUPPORTED */
export function refuseDirectory(directory: string | null | undefined): void {
  if (!directory) return;
  throw new PouchError('PCH_NOT_SUPPORTED', 'a custom checkpoint directory is not supported', {
    hint: 'omit it: checkpoints are stored with the container and removed with it',
  });
}
