import { AsyncLocalStorage } from 'node:async_hooks';
import { readSync, writeSync } from 'node:fs';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import {
  type ErrorForm,
  longestLine,
  type ProcessMessage,
  type ProcessRequest,
} from '../../../hooks/processProtocol.ts';
import { Deferred } from '../../wait/Deferred.ts';
import { errorForm, errorOf } from '../process/errorForm.ts';
import { Values } from '../process/Values.ts';

/** Requests that a process replies to. */
export type HostRequest = Exclude<ProcessRequest, { type: 'cancel' | 'result' | 'drop' }>;
export type HostReply = Omit<Extract<ProcessMessage, { type: 'reply' }>, 'type' | 'id'>;

/** The request that code runs for, until its reply. */
interface Scope {
  readonly id: number;
  isOpen: boolean;
}

/** Descriptors of the launch. */
const [awaited, messages] = [3, 4];
const chunkSize = 64 * 1024;
const lineFeed = 10;

/** The connection of a plugin's process with pouchd. Messages are written at once, so they stay in their order. */
export class Connection {
  readonly #serve: (request: HostRequest, signal: AbortSignal) => Promise<HostReply>;
  readonly #scope = new AsyncLocalStorage<Scope>();
  readonly #calls = new Map<number, Deferred<unknown>>();
  readonly #requests = new Map<number, AbortController>();
  readonly #values: Values;
  #lastId = 0;

  /** @param serve replies to a request; its signal aborts when the request is cancelled */
  constructor(serve: (request: HostRequest, signal: AbortSignal) => Promise<HostReply>) {
    this.#serve = serve;
    this.#values = new Values({
      call: async (on, method, args) => await this.#call({ on, method }, args),
      drop: (on) => this.send({ type: 'drop', on }),
      abort: (on) => this.send({ type: 'abort', on }),
    });
  }

  send(message: ProcessMessage): void {
    writeAll(lineOf(message));
  }

  /** Whether a request has no reply yet. */
  isOpen(id: number): boolean {
    return this.#requests.has(id);
  }

  /** What JSON lacks stays here, and is called by number. */
  encode(value: unknown): unknown {
    return this.#values.encode(value);
  }

  /** Calls a method of pouchd. @param hook the request that it is called for; by default the one that code runs for */
  async call(method: string, args: unknown[], hook?: number): Promise<unknown> {
    return await this.#call({ method, ...(hook !== undefined && { hook }) }, args);
  }

  /** The same, and nothing else happens in this process until the result has come. */
  callNow(method: string, args: unknown[]): unknown {
    const id = this.#send({ method, sync: true }, this.#values.encode(args));
    const result = JSON.parse(readLine(awaited)) as Extract<ProcessRequest, { type: 'result' }>;
    if (result.id !== id) throw new Error(`expected the result of call ${id}, found that of ${result.id}`);
    return this.#outcome(result);
  }

  take(message: ProcessRequest): void {
    if (message.type === 'cancel')
      this.#requests.get(message.id)?.abort(message.reason && errorOfForm(message.reason));
    else if (message.type === 'drop') this.#values.forget(message.on);
    else if (message.type === 'result') this.#settle(message);
    else void this.#reply(message);
  }

  async #reply(request: HostRequest): Promise<void> {
    const { id } = request;
    const controller = new AbortController();
    const scope: Scope = { id, isOpen: true };
    this.#requests.set(id, controller);
    const reply = await this.#scope
      .run(scope, async () =>
        request.type === 'invoke'
          ? await this.#invoked(request)
          : await this.#serve(request, controller.signal),
      )
      .catch((error: unknown): HostReply => ({ error: errorForm(error) }));
    scope.isOpen = false;
    this.#requests.delete(id);
    this.#sendReply({ type: 'reply', id, ...reply });
  }

  /** One that cannot be sent is an error of the plugin: it costs the request, not the process. */
  #sendReply(reply: Extract<ProcessMessage, { type: 'reply' }>): void {
    const { id } = reply;
    const fail = (message: string) =>
      this.send({ type: 'reply', id, error: errorForm(new PouchError('PCH_PLUGIN_CONTRACT', message)) });
    let line: Buffer;
    try {
      line = lineOf(reply);
    } catch (error) {
      return fail(`the plugin returned a value that is not plain data: ${messageOf(error)}`);
    }
    if (line.length > longestLine)
      return fail(`the plugin returned a value of more than ${longestLine / 2 ** 20} MiB as JSON`);
    writeAll(line);
  }

  async #invoked({ on, method, args }: Extract<HostRequest, { type: 'invoke' }>): Promise<HostReply> {
    const result = await this.#values.call(on, method, this.#values.decode(args) as unknown[]);
    return result === undefined ? {} : { result: this.#values.encode(result) };
  }

  async #call(what: { method: string; on?: number; hook?: number }, args: unknown[]): Promise<unknown> {
    const reply = new Deferred<unknown>();
    const before = this.#values.given;
    const id = this.#send(what, this.#values.encode(args));
    const after = this.#values.given;
    this.#calls.set(id, reply);
    try {
      const result = await reply.promise;
      // A stream may need the signal among its arguments as long as it is read.
      if (typeof result !== 'object') this.#values.forgetBetween(before, after);
      return result;
    } finally {
      this.#calls.delete(id);
    }
  }

  #send(what: { method: string; on?: number; hook?: number; sync?: true }, args: unknown): number {
    const id = (this.#lastId += 1);
    const scope = this.#scope.getStore();
    const hook = scope?.isOpen ? { hook: scope.id } : {};
    this.send({ type: 'call', id, ...hook, ...what, args: args as unknown[] });
    return id;
  }

  #settle(message: Extract<ProcessRequest, { type: 'result' }>): void {
    const reply = this.#calls.get(message.id);
    try {
      reply?.resolve(this.#outcome(message));
    } catch (error) {
      reply?.reject(error);
    }
  }

  #outcome({ result, error }: { result?: unknown; error?: ErrorForm }): unknown {
    if (error) throw errorOfForm(error);
    return this.#values.decode(result ?? undefined);
  }
}

function lineOf(message: ProcessMessage): Buffer {
  return Buffer.from(`${JSON.stringify(message)}\n`);
}

function writeAll(line: Buffer): void {
  for (let sent = 0; sent < line.length;) sent += writeSync(messages, line, sent);
}

function errorOfForm(form: ErrorForm): Error {
  return errorOf(form) ?? new Error(form.message);
}

/** Reads byte by byte beyond nothing: pouchd writes one line per call. */
function readLine(descriptor: number): string {
  const parts: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkSize);
    const length = readSync(descriptor, chunk);
    if (length === 0) throw new PouchError('PCH_CANCELLED', 'pouchd has ended');
    parts.push(chunk.subarray(0, length));
    if (chunk[length - 1] === lineFeed) return Buffer.concat(parts).toString();
  }
}
