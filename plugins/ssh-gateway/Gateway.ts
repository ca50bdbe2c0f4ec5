import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Engine, type Logger, messageOf, PouchError } from '../../hooks/index.ts';
import { AuditLog } from './AuditLog.ts';
import { fingerprintOf } from './authorize.ts';
import { Connection } from './Connection.ts';
import { hostKey } from './hostKey.ts';
import { loadLibrary, type Server as SshServer } from './library.ts';
import { LiveExecs } from './LiveExecs.ts';
import type { GatewayOptions } from './options.ts';
import { RateLimiter } from './RateLimiter.ts';

/** Milliseconds between messages to a client that sends nothing, and how many it may leave without a reply. */
const [keepaliveInterval, keepaliveCountMax] = [30_000, 3];

export interface GatewayContext {
  engine: Engine;
  options: GatewayOptions;
  log: Logger;
  /** Directories: `kept` survives a reboot of the host. */
  places: { kept: string; state: string };
  failed(error: unknown): void;
}

/** Listens, and limits connections before anything of theirs is read. */
export class Gateway {
  readonly #context: GatewayContext;
  readonly #connections = new Map<string, Connection>();
  /** Sockets by the address and port of their client. */
  readonly #sockets = new Map<string, Socket>();
  readonly #arrivals: RateLimiter;
  readonly #failures: RateLimiter;
  #server: Server | undefined;
  #ssh: SshServer | undefined;
  #description = 'it does not serve';

  constructor(context: GatewayContext) {
    this.#context = context;
    this.#arrivals = new RateLimiter(context.options.limits.newPerMinute);
    this.#failures = new RateLimiter(context.options.limits.failuresPerMinute);
  }

  /** @throws PCH_LISTEN */
  async start(): Promise<void> {
    const { engine, options, log, places, failed } = this.#context;
    const library = loadLibrary();
    const key = hostKey(places.kept, library);
    const execs = new LiveExecs(join(places.state, 'execs.json'));
    const ended = execs.endLeftovers(engine.execs, log);
    ended.catch((error: unknown) => log.error(`sessions of an earlier pouchd: ${messageOf(error)}`));
    const audit = new AuditLog(join(places.kept, 'audit.jsonl'), options.auditBytes);
    const shared = { engine, options, log, audit, execs, failures: this.#failures, library };
    this.#ssh = new library.Server(
      { hostKeys: [key], ident: 'pouch', keepaliveInterval, keepaliveCountMax },
      (client, { ip, port }) => {
        const address = addressOf(ip, port);
        const socket = this.#sockets.get(address);
        if (!socket) return void client.end();
        const connection = new Connection(client, { address, ip, socket }, shared);
        this.#connections.set(address, connection);
        client.once('close', () => this.#connections.delete(address));
      },
    );
    this.#server = createServer({ pauseOnConnect: false }, (socket) => this.#accept(socket));
    const bound = await listen(this.#server, options.listen);
    this.#server.on('error', failed);
    const parsed = library.utils.parseKey(key);
    const fingerprint = parsed instanceof Error ? '' : fingerprintOf(parsed.getPublicSSH());
    this.#description = `serves at ${bound}, host key ${fingerprint}`;
    log.info(`ssh gateway ${this.#description}`);
  }

  /** Ends all sessions. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    await Promise.all([...this.#connections.values()].map((connection) => connection.close()));
    for (const socket of this.#sockets.values()) socket.destroy();
    await closed;
  }

  /** For `pouch doctor`. */
  describe(): string {
    return this.#description;
  }

  #accept(socket: Socket): void {
    const { remoteAddress: ip = '', remotePort: port = 0 } = socket;
    const address = addressOf(ip, port);
    socket.on('error', () => undefined);
    const problem = this.#refusal(ip);
    this.#arrivals.add(ip);
    if (problem !== undefined) {
      this.#context.log.debug(`a connection is refused: ${problem}`, { client: address });
      return void socket.destroy();
    }
    this.#sockets.set(address, socket);
    // Until it is logged in, whatever it sends.
    const late = setTimeout(() => {
      if (!this.#connections.get(address)?.isLoggedIn) socket.destroy();
    }, this.#context.options.limits.loginSeconds * 1000);
    socket.once('close', () => {
      clearTimeout(late);
      this.#sockets.delete(address);
    });
    this.#ssh?.injectSocket(socket);
  }

  #refusal(ip: string): string | undefined {
    const { limits } = this.#context.options;
    if (this.#sockets.size >= limits.connections) return `there are ${limits.connections}`;
    const ofAddress = [...this.#sockets.values()].filter(({ remoteAddress }) => remoteAddress === ip).length;
    if (ofAddress >= limits.connectionsPerAddress) return `its address has ${ofAddress}`;
    if (this.#arrivals.isExceeded(ip)) return 'its address connects too often';
    return this.#failures.isExceeded(ip) ? 'too many logins of its address have failed' : undefined;
  }
}

function addressOf(ip: string, port: number): string {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
}

/** Resolves to the address. @throws PCH_LISTEN */
async function listen(server: Server, address: string): Promise<string> {
  const [, host = '', port] = /^\[?([^\]]+)\]?:(\d+)$/.exec(address) ?? [];
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new PouchError('PCH_LISTEN', `the ssh gateway cannot listen on ${address}: ${messageOf(error)}`, {
          hint: 'change `listen` of the plugin ssh-gateway, or end what uses the address',
        }),
      ),
    );
    server.listen({ host, port: Number(port) }, resolve);
  });
  const bound = server.address();
  return typeof bound === 'object' && bound ? addressOf(bound.address, bound.port) : address;
}
