import { constants } from 'node:os';
import { field } from '../../hooks/fields.ts';
import { PouchError } from '../../hooks/errors.ts';
import type { EntryConnection } from '../entries/EntryServer.ts';
import { connectTo, RequestConnection } from '../io/RequestConnection.ts';
import { proxyFailed } from './failed.ts';
import type { ProxyEntry } from './proxyEntry.ts';

/** Milliseconds for a reply. */
const replyMs = 5000;

/** `errno` is of the port number `at` of a container. */
type Reply = { id: number; ok: true } | { id: number; ok: false; errno: number; at: number };

/** A connection to pouch-proxy for concurrent requests: `native/control.c` has their form. */
export class ProxyConnection implements EntryConnection<ProxyEntry> {
  readonly #requests: RequestConnection<Reply>;

  private constructor(requests: RequestConnection<Reply>) {
    this.#requests = requests;
  }

  static async open(path: string): Promise<ProxyConnection> {
    const options = { peer: 'the port proxy', encode: (id: number, line: object) => `${id} ${String(line)}` };
    return new ProxyConnection(new RequestConnection(await connectTo(path), options));
  }

  get closed(): Promise<void> {
    return this.#requests.closed;
  }

  async hello(): Promise<void> {
    await this.#call('hello');
  }

  /** @throws PCH_PORT_IN_USE, PCH_OPTION_INVALID, PCH_PORT_PROXY */
  async set(entry: ProxyEntry): Promise<void> {
    const ports = entry.ports.map(({ protocol, address, hostPort, target, containerPort }) =>
      [protocol, address, hostPort, target, containerPort].join(','),
    );
    const reply = await this.#ask(['set', entry.container, ...ports]);
    if (!reply.ok) throw portFailed(entry, reply);
  }

  async drop(container: string): Promise<void> {
    await this.#call('drop', container);
  }

  /** The proxy knows which ones were set on this connection. */
  async only(): Promise<void> {
    await this.#call('only');
  }

  close(): void {
    this.#requests.close();
  }

  async #call(...words: string[]): Promise<void> {
    const reply = await this.#ask(words);
    if (!reply.ok) throw proxyFailed(words[0]!, nameOf(reply.errno));
  }

  async #ask(words: string[]): Promise<Reply> {
    const reply = await this.#requests.ask({ toString: () => words.join(' ') }, replyMs);
    if (!reply) throw proxyFailed(words[0]!, `no reply within ${replyMs} ms`);
    return reply;
  }
}

function portFailed(entry: ProxyEntry, { errno, at }: { errno: number; at: number }): PouchError {
  const { container, name, ports } = entry;
  const code = nameOf(errno);
  const port = ports[at];
  if (!port || !['EADDRINUSE', 'EADDRNOTAVAIL', 'EINVAL'].includes(code)) return proxyFailed('listen', code);
  const what = `cannot publish port ${port.hostPort}/${port.protocol} of the container ${name} on ${port.address}`;
  const where = { container, field: 'network.ports' } as const;
  if (code === 'EADDRINUSE')
    return new PouchError('PCH_PORT_IN_USE', `${what}: in use by a process of the host`, {
      ...where,
      hint: `stop what uses it, or choose another host port (${field('network.ports')})`,
    });
  return new PouchError('PCH_OPTION_INVALID', `${what}: ${code}`, {
    ...where,
    hint: 'publish on an address of the host (see `ip addr`)',
  });
}

function nameOf(errno: number): string {
  const known = Object.entries(constants.errno).find(([, number]) => number === errno);
  return known?.[0] ?? `errno ${errno}`;
}
