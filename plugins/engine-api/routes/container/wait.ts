import { setImmediate } from 'node:timers/promises';
import type { ContainerWaitResponse } from '../../../../client/wire.ts';
import { PouchError } from '../../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { inNamesOf } from '../../../../translate/names/inNamesOf.ts';

export const waitRoutes: Route[] = [{ method: 'POST', path: '/containers/:id/wait', handler: wait }];

const conditions = ['not-running', 'next-exit', 'removed', 'ready', 'healthy'] as const;

/**
 * `docker run` calls wait before start, and starts the container once it has the headers: they are sent as soon as the
 * engine watches the container, long before the result.
 */
async function wait(call: Call): Promise<void> {
  const { id } = call.engine.containers.inspect(parameter(call, 'id'));
  const exited = call.engine.containers.wait(id, condition(call), call.signal);
  // What is refused is refused at once.
  await Promise.race([exited, setImmediate()]);
  call.response.writeHead(200, { 'Content-Type': 'application/json' });
  call.response.flushHeaders();
  const { exitCode, error } = await exited;
  const body: ContainerWaitResponse = {
    StatusCode: exitCode,
    ...(error ? { Error: { Message: inNamesOf(call.client, error) } } : {}),
  };
  call.response.end(`${JSON.stringify(body)}\n`);
}

function condition(call: Call): (typeof conditions)[number] {
  const asked = call.query.text('condition') ?? 'not-running';
  const known = conditions.find((name) => name === asked);
  if (known) return known;
  throw new PouchError('PCH_BAD_REQUEST', `condition: expected ${conditions.join(', ')}, found "${asked}"`);
}
