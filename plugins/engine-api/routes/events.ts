import type { EngineEvent } from '../../../hooks/index.ts';
import type { Call, Route } from '../http/call.ts';
import { pump } from '../http/pump.ts';
import { eventFilter, eventLine } from '../translate/event.ts';

export const eventRoutes: Route[] = [{ method: 'GET', path: '/events', handler: events }];

/** Without `until` the stream lasts until the client disconnects. Sends the headers at once. */
async function events(call: Call): Promise<void> {
  const keep = eventFilter(call.query.filters());
  const range = { since: call.query.time('since'), until: call.query.time('until') };
  const source = call.engine.events.subscribe({ ...range, signal: call.signal });
  call.response.writeHead(200, { 'Content-Type': 'application/json' });
  call.response.flushHeaders();
  await pump(filtered(source, keep), call.response, eventLine, call.signal);
  call.response.end();
}

async function* filtered(
  source: AsyncIterable<EngineEvent>,
  keep: (event: EngineEvent) => boolean,
): AsyncGenerator<EngineEvent> {
  for await (const event of source) if (keep(event)) yield event;
}
