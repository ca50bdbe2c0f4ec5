import { mkdir, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { messageOf, PouchError } from '../../../hooks/index.ts';
import type { Launched } from './NriPlugins.ts';
import { Session, type SessionOptions } from './Session.ts';

const socketMode = 0o600;
const probeMs = 1_000;

/** Serves NRI plugins at a Unix socket, and those that pouchd has launched. */
export class NriServer {
  readonly #path: string | undefined;
  readonly #options: SessionOptions;
  readonly #sessions = new Set<Session>();
  #server: Server | undefined;

  constructor(path: string | undefined, options: SessionOptions) {
    this.#path = path;
    this.#options = options;
  }

  /** @throws PCH_LISTEN */
  async start(): Promise<void> {
    if (this.#path !== undefined) await this.#listen(this.#path);
    this.#options.plugins.serveLaunched((launched) => this.#accept(launched.socket, launched));
  }

  /** Announces the end to the plugins, and closes their connections. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#options.plugins.serveLaunched(undefined);
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    await Promise.all([...this.#sessions].map((session) => session.shutDown()));
    await Promise.all([closed, this.#options.requests.settled()]);
  }

  async #listen(path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    if (await acceptsConnections(path)) throw cannotListen(path, 'another process serves it');
    await unlink(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw cannotListen(path, error.message);
    });
    this.#server = createServer((socket) => this.#accept(socket));
    await listen(this.#server, path);
  }

  #accept(socket: Socket, launched?: Launched): void {
    const { options, log } = this.#options;
    if (this.#sessions.size >= options.mostPlugins) {
      log.error('the connection of an NRI plugin is closed', {
        code: 'PCH_NRI_REFUSED',
        error: `${options.mostPlugins} are connected, the most that \`mostPlugins\` allows`,
      });
      socket.destroy();
      return;
    }
    const session = new Session(socket, this.#options, launched);
    this.#sessions.add(session);
    socket.once('close', () => this.#sessions.delete(session));
  }
}

/** Binds with the strict mode, so that nobody can connect before a chmod. Binding is synchronous. */
async function listen(server: Server, path: string): Promise<void> {
  const umask = process.umask(0o777 & ~socketMode);
  const bound = new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(path, messageOf(error))));
    server.listen({ path }, resolve);
  });
  process.umask(umask);
  await bound;
}

/** A socket that refuses connections was left by a daemon that was killed. */
function acceptsConnections(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    const settle = (alive: boolean) => () => {
      probe.destroy();
      resolve(alive);
    };
    probe.setTimeout(probeMs, settle(true));
    probe.once('connect', settle(true)).once('error', settle(false));
  });
}

function cannotListen(path: string, why: string): PouchError {
  return new PouchError('PCH_LISTEN', `cannot listen on unix://${path} for NRI plugins: ${why}`, {
    hint: 'containerd and cri-o serve /var/run/nri/nri.sock too: choose another `socket` for Pouch',
  });
}
