/** Routes of `pouch plugin`. */
import { isAbsolute } from 'node:path';
import type { PluginCheckWire } from '../../../client/wire.ts';
import { PouchError } from '../../../hooks/index.ts';
import type { Call, Route } from '../http/call.ts';
import { sendJson } from '../http/reply.ts';

export const pluginRoutes: Route[] = [
  { method: 'POST', path: '/pouch/plugins/validate', handler: validatePlugin },
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
