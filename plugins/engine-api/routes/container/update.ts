import type { ContainerUpdateResponse } from '../../../../client/wire.ts';
import { readJson } from '../../http/body.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { allInNamesOf } from '../../../../translate/names/inNamesOf.ts';
import { sendJson } from '../../http/reply.ts';
import { validate } from '../../http/validate.ts';
import { updateSchema } from '../../schemas/create.ts';
import { toUpdateRequest } from '../../../../translate/update.ts';

export const updateRoutes: Route[] = [{ method: 'POST', path: '/containers/:id/update', handler: update }];

async function update(call: Call): Promise<void> {
  const { request, warnings } = toUpdateRequest(validate(updateSchema, await readJson(call)) ?? {});
  const done = await call.engine.containers.update(parameter(call, 'id'), request);
  const body: ContainerUpdateResponse = {
    Warnings: allInNamesOf(call.client, [...warnings, ...done.warnings]),
  };
  sendJson(call, body);
}
