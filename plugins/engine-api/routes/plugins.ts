/** Routes of `pouch plugin`. */
import { isAbsolute } from 'node:path';
import type { PluginCheckWire, PluginLogLineWire, PluginReloadWire } from '../../../client/wire.ts';
import { PouchError } from '../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../http/call.ts';
import { pump } from '../http/pump.ts';
import { sendJson } from '../http/reply.ts';

export const pluginRoutes: Route[] = [
  { method: 'POST', path: '/pouch/plugins/validate', handler: validatePlugin },
  { method: 'POST', path: '/pouch/plugins/reload', handler: reload },
  { method: 'GET', path: '/pouch/plugins/:name/logs', handler: logs },
];

async function validatePlugin(call: Call): Promise<void> {
  const path = call.query.text('path') ?? '';
  if (!isAbsolute(path))
    throw new PouchError(
      'PCH_BAD_REQUEST',
      `query parameter path: expected an absolute path, found "${path}"`,
    );
  const found: PluginCheckWire = await call.engine.plugins.validate(path);
  sendJson(call, found);
}

async function reload(call: Call): Promise<void> {
  const report: PluginReloadWire = await call.engine.plugins.reload();
  sendJson(call, report);
}

/** Sends the headers at once: a client that follows a silent plugin waits for them. */
async function logs(call: Call): Promise<void> {
  const { query, response, signal } = call;
  const tail = query.integer('tail');
  const lines: AsyncIterable<PluginLogLineWire> = call.engine.plugins.logs(
    parameter(call, 'name'),
    { tail: tail === undefined ? undefined : Math.max(0, tail), follow: query.flag('follow') },
    signal,
  );
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.flushHeaders();
  await pump(lines, response, (line) => `${JSON.stringify(line)}\n`, signal);
  response.end();
}
