import type { ContainerWaitResponse } from '../../../../client/wire.ts';
import { PouchError } from '../../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';

export const waitRoutes: Route[] = [{ method: 'POST', path: '/containers/:id/wait', handler: wait }];

const conditions = ['not-running', 'next-exit', 'removed'] as const;

/**
 * `docker run` waits before it starts the container, and starts it once it has the headers: they go out as soon as the
 * engine watches, long before there is an answer.
 */
async function wait(call: Call): Promise<void> {
  const { id } = call.engine.containers.inspect(parameter(call, 'id'));
  const exited = call.engine.containers.wait(id, condition(call), call.signal);
  call.response.writeHead(200, { 'Content-Type': 'application/json' });
  call.response.flushHeaders();
  const { exitCode, error } = await exited;
  const answer: ContainerWaitResponse = {
    StatusCode: exitCode,
    ...(error ? { Error: { Message: error } } : {}),
  };
  call.response.end(`${JSON.stringify(answer)}\n`);
}

function condition(call: Call): (typeof conditions)[number] {
  const asked = call.query.text('condition') ?? 'not-running';
  const known = conditions.find((name) => name === asked);
  if (known) return known;
  throw new PouchError('PCH_BAD_REQUEST', `condition: expected ${conditions.join(', ')}, found "${asked}"`);
}
