import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { messageOf } from '../../../hooks/errors.ts';
import { MessageReader } from '../../io/MessageReader.ts';
import { type Envelope, type ResolverReply, type ResolverRequest, resolverSocket } from '../protocol.ts';
import { Resolvers } from './Resolvers.ts';

/** Milliseconds between looks at the namespaces, and at whether anybody needs this process. */
const checkMs = 2000;
/** Milliseconds without a daemon and without containers after which it ends. */
const idleMs = 30_000;

/** Resolves names for containers. Resolves when it listens for pouchd. `directory` is STATE/dns. */
export async function runResolver(directory: string): Promise<void> {
  // A terminal's hang-up and Ctrl-C are meant for the daemon, which this process outlives.
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.on(signal, () => undefined);
  // All that a query or a connection has is its own: the others are still served.
  process.on('uncaughtException', (error) => console.error(`resolver: ${error.stack ?? error.message}`));
  const resolvers = new Resolvers();
  const daemons = new Set<Socket>();
  const path = resolverSocket(directory);
  const leave = () => {
    rmSync(path, { force: true });
    process.exit(0);
  };
  process.on('SIGTERM', leave);
  rmSync(path, { force: true });
  const server = createServer((socket) => serve(socket, resolvers, daemons));
  await new Promise<void>((resolve, reject) => void server.once('error', reject).listen(path, resolve));
  chmodSync(path, 0o600);
  endWhenIdle(() => daemons.size > 0 || resolvers.containers.length > 0, leave);
  setInterval(() => void resolvers.check(), checkMs);
}

function endWhenIdle(isNeeded: () => boolean, leave: () => void): void {
  let neededAt = performance.now();
  setInterval(() => {
    if (isNeeded()) neededAt = performance.now();
    else if (performance.now() - neededAt > idleMs) leave();
  }, checkMs);
}

function serve(socket: Socket, resolvers: Resolvers, daemons: Set<Socket>): void {
  const messages = new MessageReader();
  daemons.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => daemons.delete(socket));
  socket.on('data', (chunk) => {
    try {
      for (const message of messages.push(chunk)) void respond(socket, resolvers, message as Envelope);
    } catch (error) {
      console.error(`invalid request: ${messageOf(error)}`);
      socket.destroy();
    }
  });
}

async function respond(socket: Socket, resolvers: Resolvers, request: Envelope): Promise<void> {
  const { id } = request;
  const reply: ResolverReply = await run(resolvers, request).then(
    () => ({ id, ok: true as const }),
    (error: unknown) => ({ id, ok: false as const, error: messageOf(error) }),
  );
  if (!socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`);
}

async function run(resolvers: Resolvers, request: ResolverRequest): Promise<void> {
  if (request.op === 'set') await resolvers.set(request.entry);
  else if (request.op === 'drop') resolvers.drop(request.container);
  else if (request.op === 'only') resolvers.only(request.containers);
}
