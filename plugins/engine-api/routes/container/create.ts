import type { ContainerCreateResponse } from '../../../../client/wire.ts';
import { readJson } from '../../http/body.ts';
import { type Call, type Route } from '../../http/call.ts';
import { createError } from '../../http/createError.ts';
import { allInNamesOf } from '../../../../translate/names/inNamesOf.ts';
import { sendJson } from '../../http/reply.ts';
import { validate } from '../../http/validate.ts';
import { createSchema } from '../../schemas/create.ts';
import { toContainerRequest, type Translation } from '../../../../translate/index.ts';

export const createRoutes: Route[] = [{ method: 'POST', path: '/containers/create', handler: create }];

async function create(call: Call): Promise<void> {
  const { request, warnings } = await readContainerRequest(call);
  const made = await call.engine.containers.create(request).catch((error: unknown) => {
    throw createError(error, request.image, call.client);
  });
  const body: ContainerCreateResponse = {
    Id: made.id,
    Warnings: allInNamesOf(call.client, [...warnings, ...made.warnings]),
  };
  sendJson(call, body, 201);
}

/** Reads, checks and translates the body of create and plan. */
export async function readContainerRequest(call: Call): Promise<Translation> {
  const body = validate(createSchema, await readJson(call));
  return toContainerRequest(body, {
    name: call.query.text('name'),
    platform: call.query.text('platform'),
    isLiteral: call.client.names === 'pouch',
  });
}
