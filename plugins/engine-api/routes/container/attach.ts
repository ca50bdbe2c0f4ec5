import { parameter, type Call, type Route } from '../../http/call.ts';
import { parseDetachKeys } from '../../http/detachKeys.ts';
import { sendEmpty } from '../../http/reply.ts';
import { serveStreams } from '../../http/session.ts';
import { terminalSize } from './lifecycle.ts';

export const attachRoutes: Route[] = [
  { method: 'POST', path: '/containers/:id/attach', handler: attach },
  { method: 'POST', path: '/pouch/containers/:id/console', handler: console },
  { method: 'POST', path: '/pouch/containers/:id/console/resize', handler: resizeConsole },
];

async function attach(call: Call): Promise<void> {
  const { query, engine } = call;
  const { id, draft } = engine.containers.inspect(parameter(call, 'id'));
  const streams = { stdin: query.flag('stdin'), stdout: query.flag('stdout'), stderr: query.flag('stderr') };
  if (!query.flag('stream')) return replay(call, id, streams);
  const detachKeys = parseDetachKeys(query.text('detachKeys'));
  const attachment = await engine.containers.attach(id, { ...streams, logs: query.flag('logs') });
  await serveStreams(call, attachment, { detachKeys, endsStdin: draft.process.stdinOnce });
}

/** Without `stream`, attach returns the output so far if `logs` asks for it, and nothing otherwise. */
async function replay(call: Call, id: string, streams: { stdout: boolean; stderr: boolean }): Promise<void> {
  const { tty } = call.engine.containers.inspect(id).draft.process;
  const output = call.query.flag('logs')
    ? call.engine.containers.logs(id, { ...streams, follow: false }, call.signal)
    : nothing();
  await serveStreams(
    call,
    { tty, output, detach: () => undefined },
    { detachKeys: parseDetachKeys(''), endsStdin: false },
  );
}

async function* nothing(): AsyncGenerator<never> {}

async function console(call: Call): Promise<void> {
  const detachKeys = parseDetachKeys(call.query.text('detachKeys'));
  const attachment = await call.engine.containers.console(parameter(call, 'id'));
  await serveStreams(call, attachment, { detachKeys, endsStdin: false });
}

async function resizeConsole(call: Call): Promise<void> {
  await call.engine.containers.resizeConsole(parameter(call, 'id'), terminalSize(call));
  sendEmpty(call);
}
