import { performance } from 'node:perf_hooks';
import type { Socket } from 'node:net';
import { type ContainerRecord, hasCode, messageOf } from '../../hooks/index.ts';
import type { AuditEntry } from './AuditLog.ts';
import { fingerprintOf, type Grant, grantOf } from './authorize.ts';
import { forward } from './channels/forward.ts';
import { serveSession } from './channels/session.ts';
import type { AuthContext, Client } from './library.ts';
import type { Action } from './options.ts';
import type { ChannelOwner, Login, Shared } from './context.ts';
import { type Target, targetOf } from './target.ts';

/** Who is at the other end. */
export interface Peer {
  /** With the port. */
  address: string;
  ip: string;
  socket: Socket;
}

/** How often the idle time is looked at. */
const idleCheckMs = 1000;

/** One client: its login, and how many channels it has. */
export class Connection implements ChannelOwner {
  readonly shared: Shared;
  readonly #client: Client;
  readonly #peer: Peer;
  readonly #ending = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #login: Login | undefined;
  #attempts = 0;
  #lastData = performance.now();

  constructor(client: Client, peer: Peer, shared: Shared) {
    this.#client = client;
    this.#peer = peer;
    this.shared = shared;
    const idle = setInterval(() => this.#endIfIdle(), idleCheckMs);
    client.on('error', (error) => shared.log.debug(messageOf(error), { client: peer.address }));
    client.on('authentication', (context) => this.#authenticate(context));
    client.on('session', (accept, reject) => {
      if (!this.#hasRoom()) return reject();
      serveSession(accept(), this);
    });
    client.on('tcpip', (accept, reject, target) => {
      if (!this.#hasRoom()) return reject();
      this.track(forward(this, { accept, reject, host: target.destIP, port: target.destPort }));
    });
    client.on('request', (_accept, reject) => reject?.());
    client.once('close', () => {
      clearInterval(idle);
      this.#ending.abort();
    });
  }

  get isLoggedIn(): boolean {
    return this.#login !== undefined;
  }

  /** Aborts when the client has left. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Data of the client, or for it. */
  touch(): void {
    this.#lastData = performance.now();
  }

  /** Counts a channel until its work has ended. */
  track(work: Promise<void>): void {
    const settled = work.catch((error: unknown) => {
      this.shared.log.error('a session of the ssh gateway', {
        client: this.#peer.address,
        error: messageOf(error),
      });
    });
    this.#running.add(settled);
    void settled.finally(() => this.#running.delete(settled));
  }

  /**
   * Whether the login may do that now: rights, labels and names may have changed since. Resolves to its container.
   * @throws Error for the client
   */
  permitted(action: Action): { login: Login; record: ContainerRecord } {
    const login = this.#login;
    const record = login && this.#find(login.containerId);
    const grant = login && record && this.#grant(login.key, record, login.user);
    if (login && record && grant?.actions.has(action)) return { login, record };
    this.audit({ event: 'refused', what: action, result: record ? 'no right' : 'no container' });
    throw new Error(
      record ? `${login?.who} may not use ${action} here` : 'the container does not exist any more',
    );
  }

  /** Writes an entry, and an event. @throws Error if it cannot be written */
  audit(entry: Omit<AuditEntry, 'client'>, record?: ContainerRecord): void {
    const { audit, engine } = this.shared;
    const login = this.#login;
    const known = login && {
      who: login.who,
      key: fingerprintOf(login.key),
      containerId: login.containerId,
      user: login.user,
    };
    const full = {
      client: this.#peer.address,
      ...known,
      ...(record && { container: record.name }),
      ...entry,
    };
    audit.write(full);
    const { event, containerId, command: _command, ...attributes } = full;
    const texts = Object.entries(attributes).map(([name, value]) => [name, String(value)]);
    engine.events.emit({
      type: containerId === undefined ? 'daemon' : 'container',
      action: `ssh_${event}`,
      id: containerId ?? 'ssh-gateway',
      attributes: Object.fromEntries(texts) as Record<string, string>,
    });
  }

  /** Ends the connection and its sessions. */
  async close(): Promise<void> {
    this.#client.end();
    this.#ending.abort();
    await Promise.all(this.#running);
    this.#peer.socket.destroy();
  }

  #hasRoom(): boolean {
    return this.#running.size < this.shared.options.limits.channels && !this.signal.aborted;
  }

  /** A client asks first whether a key would do, then signs. Refusals do not say whether the container exists. */
  #authenticate(context: AuthContext): void {
    if (context.method !== 'publickey') return context.reject(['publickey']);
    const { failures, library } = this.shared;
    const target = targetOf(context.username);
    const record = target && this.#find(target.container);
    const { data, algo } = context.key;
    const grant = target && record && this.#grant(data, record, target.user);
    if (!grant) return this.#refuse(context, target, record ? 'no right' : 'no such container');
    if (!context.signature) return context.accept();
    const key = library.utils.parseKey(
      `${algo.replace(/^rsa-sha2-.*/, 'ssh-rsa')} ${data.toString('base64')}`,
    );
    const isValid =
      !(key instanceof Error) && key.verify(context.blob!, context.signature, context.hashAlgo) === true;
    if (!isValid) return this.#refuse(context, target, 'the signature is wrong');
    if (failures.isExceeded(this.#peer.ip)) return this.#refuse(context, target, 'too many failures');
    this.#login = { key: data, who: grant.who, containerId: record.id, user: target.user };
    try {
      this.audit({ event: 'login', login: context.username, result: 'ok' }, record);
    } catch (error) {
      this.#login = undefined;
      this.shared.log.error(`the audit log cannot be written: ${messageOf(error)}`);
      return void this.#client.end();
    }
    this.shared.log.debug('login', { client: this.#peer.address, who: grant.who });
    context.accept();
  }

  #refuse(context: AuthContext & { method: 'publickey' }, target: Target | undefined, why: string): void {
    const { failures, options, log } = this.shared;
    failures.add(this.#peer.ip);
    try {
      this.audit({
        event: 'refused',
        login: context.username.slice(0, 300),
        key: fingerprintOf(context.key.data),
        what: 'login',
        result: target ? why : 'expected CONTAINER or USER+CONTAINER',
      });
    } catch (error) {
      log.error(`the audit log cannot be written: ${messageOf(error)}`);
    }
    if (++this.#attempts >= options.limits.attempts) return void this.#client.end();
    context.reject(['publickey']);
  }

  #grant(key: Buffer, record: ContainerRecord, user: string): Grant | undefined {
    return grantOf(this.shared.options, key, { record, user });
  }

  #find(ref: string): ContainerRecord | undefined {
    try {
      return this.shared.engine.containers.inspect(ref);
    } catch (error) {
      if (hasCode(error, 'PCH_CONTAINER_NOT_FOUND') || hasCode(error, 'PCH_ID_AMBIGUOUS')) return undefined;
      throw error;
    }
  }

  #endIfIdle(): void {
    const { idleSeconds } = this.shared.options.limits;
    if (this.isLoggedIn && performance.now() - this.#lastData > idleSeconds * 1000) this.#client.end();
  }
}
