import { parameter, type Call, type Route } from '../../http/call.ts';
import { parseDetachKeys } from '../../http/detachKeys.ts';
import { sendEmpty } from '../../http/reply.ts';
import { serveStreams, type SessionOptions } from '../../http/session.ts';
import { accept, checkHandshake } from '../../websocket/accept.ts';
import { terminalSize } from './lifecycle.ts';

export const attachRoutes: Route[] = [
  { method: 'POST', path: '/containers/:id/attach', handler: attach },
  { method: 'GET', path: '/containers/:id/attach/ws', handler: attachWebSocket },
  { method: 'POST', path: '/pouch/containers/:id/console', handler: console },
  { method: 'POST', path: '/pouch/containers/:id/console/resize', handler: resizeConsole },
];

interface Streams {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
}

/** Since API 1.42 the query chooses the streams of a WebSocket; before it has all. */
const firstChoiceMinor = 42;

async function attach(call: Call): Promise<void> {
  await attachTo(call, streamsOf(call));
}

async function attachWebSocket(call: Call): Promise<void> {
  const handshake = checkHandshake(call);
  const all = { stdin: true, stdout: true, stderr: true };
  await attachTo(call, call.apiMinor < firstChoiceMinor ? all : streamsOf(call), {
    // Docker's clients rely on messages without headers.
    raw: true,
    open: async () => {
      await call.mayBegin?.(101, { Upgrade: 'websocket' });
      return accept(call, handshake);
    },
  });
}

function streamsOf({ query }: Call): Streams {
  return { stdin: query.flag('stdin'), stdout: query.flag('stdout'), stderr: query.flag('stderr') };
}

async function attachTo(
  call: Call,
  streams: Streams,
  connection: Pick<SessionOptions, 'raw' | 'open'> = {},
): Promise<void> {
  const { query, engine } = call;
  const { id, draft } = engine.containers.inspect(parameter(call, 'id'));
  if (!query.flag('stream')) return replay(call, id, streams, connection);
  const detachKeys = parseDetachKeys(query.text('detachKeys'));
  const attachment = await engine.containers.attach(id, { ...streams, logs: query.flag('logs') });
  await serveStreams(call, attachment, { ...connection, detachKeys, endsStdin: draft.process.stdinOnce });
}

/** Without `stream`, attach returns the output so far if `logs` asks for it, and nothing otherwise. */
async function replay(
  call: Call,
  id: string,
  streams: Streams,
  connection: Pick<SessionOptions, 'raw' | 'open'>,
): Promise<void> {
  const { tty } = call.engine.containers.inspect(id).draft.process;
  const output = call.query.flag('logs')
    ? call.engine.containers.logs(id, { ...streams, follow: false }, call.signal)
    : nothing();
  await serveStreams(
    call,
    { tty, output, detach: () => undefined },
    { ...connection, detachKeys: parseDetachKeys(''), endsStdin: false },
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
