import type { ContainerStats } from '../../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { pump } from '../../http/pump.ts';
import { sendJson } from '../../http/reply.ts';
import { toStats } from '../../translate/container/stats.ts';

export const statsRoutes: Route[] = [{ method: 'GET', path: '/containers/:id/stats', handler: stats }];

/**
 * Streams unless `stream=0`. Takes the first sample before it sends the headers, so that an error still sets the
 * status.
 */
async function stats(call: Call): Promise<void> {
  const stream = call.query.flag('stream', true);
  const options = { stream, oneShot: call.query.flag('one-shot') };
  const samples = call.engine.containers.stats(parameter(call, 'id'), options, call.signal);
  const iterator = samples[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return;
  if (!stream) return sendJson(call, toStats(first.value));
  call.response.writeHead(200, { 'Content-Type': 'application/json' });
  await pump(startingWith(first.value, iterator), call.response, line, call.signal);
  call.response.end();
}

function line(stats: ContainerStats): Buffer {
  return Buffer.from(`${JSON.stringify(toStats(stats))}\n`);
}

async function* startingWith<T>(first: T, rest: AsyncIterator<T>): AsyncGenerator<T> {
  yield first;
  yield* { [Symbol.asyncIterator]: () => rest };
}
