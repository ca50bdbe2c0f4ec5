import type { Readable } from 'node:stream';
import { PouchError } from '../../../hooks/errors.ts';
import { type ErrorForm } from '../../../hooks/processProtocol.ts';
import { isRecord } from '../draft/clone.ts';
import { errorForm, errorOf } from './errorForm.ts';
import { iterated, readable, writable } from './remoteStreams.ts';

/** The other process, which has objects of its own by number. */
export interface Peer {
  call(on: number, method: string, args: unknown[]): Promise<unknown>;
  /** An object of the other process is not used any more. */
  drop(on: number): void;
  /** A signal of this process aborts. */
  abort(on: number): void;
}

/** Objects of one process that the other may have at a time. */
const mostObjects = 10_000;

/** How JSON has what it lacks: a record with one of these names as its only key. */
const tags = ['$bytes', '$bigint', '$date', '$error', '$function', '$promise', '$signal', '$stream'] as const;
const otherTags = ['$readable', '$writable', '$record'] as const;
const isTag = new Set<string>([...tags, ...otherTags]);

type Iterating = AsyncIterator<unknown, unknown>;
type Own =
  | { kind: 'function'; run: (...args: unknown[]) => unknown }
  | { kind: 'promise'; promise: Promise<unknown> }
  | { kind: 'stream'; iterator: Iterating }
  | { kind: 'writable'; stream: NodeJS.WritableStream & { destroy?(): void } }
  | { kind: 'signal' };

/**
 * Arguments and results of calls between two processes. What JSON lacks, such as bytes and streams, is a record with a
 * tag; functions and streams stay where they are and are called by number.
 */
export class Values {
  readonly #peer: Peer;
  readonly #own = new Map<number, Own>();
  readonly #signals = new Map<number, AbortController>();
  readonly #unused = new FinalizationRegistry<number>((on) => this.#peer.drop(on));
  #last = 0;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  /** How many objects this process has given away so far: it grows with each. */
  get given(): number {
    return this.#last;
  }

  encode(value: unknown): unknown {
    if (typeof value === 'bigint') return { $bigint: String(value) };
    if (typeof value === 'function')
      return { $function: this.#give({ kind: 'function', run: value as () => unknown }) };
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.encode(item) ?? null);
    return isRecord(value) ? this.#encodeRecord(value) : this.#encodeObject(value);
  }

  decode(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.decode(item));
    const entries = Object.entries(value);
    const [first] = entries;
    if (entries.length === 1 && first && isTag.has(first[0])) return this.#decodeTagged(...first);
    return this.#decodeRecord(value as Record<string, unknown>);
  }

  /** Calls an object of this process for the other. The result is not encoded yet. */
  async call(on: number, method: string, args: unknown[]): Promise<unknown> {
    const own = this.#own.get(on);
    const result = own && this.#callOwn(on, own, method, args);
    if (result) return await result;
    throw new PouchError(
      'PCH_NOT_FOUND',
      `object ${on} of the process has no method ${method}, or has ended`,
    );
  }

  /** The other process has aborted a signal, or will not. */
  abort(on: number): void {
    this.#signals.get(on)?.abort();
    this.#signals.delete(on);
  }

  /** Signals among the arguments of a call that has returned abort no more. */
  endArguments(args: unknown): void {
    if (typeof args !== 'object' || args === null || this.#signals.size === 0) return;
    const { $signal: on } = args as { $signal?: unknown };
    if (typeof on === 'number') this.#signals.delete(on);
    else for (const item of Object.values(args)) this.endArguments(item);
  }

  forget(on: number): void {
    this.#own.delete(on);
    this.#signals.delete(on);
  }

  /** Forgets what was given while `given` grew from one number to another. */
  forgetBetween(first: number, last: number): void {
    for (let on = first + 1; on <= last; on++) this.#own.delete(on);
  }

  /** The other process has ended. */
  close(): void {
    for (const own of this.#own.values()) {
      if (own.kind === 'stream') void own.iterator.return?.()?.catch(() => undefined);
      if (own.kind === 'writable') own.stream.destroy?.();
    }
    for (const signal of this.#signals.values()) signal.abort();
    this.#own.clear();
    this.#signals.clear();
  }

  #give(own: Own): number {
    if (this.#own.size >= mostObjects)
      throw new PouchError(
        'PCH_PLUGIN_CONTRACT',
        `the plugin has ${mostObjects} open streams and functions`,
        {
          hint: 'end streams that are not read any more',
        },
      );
    this.#own.set((this.#last += 1), own);
    return this.#last;
  }

  #encodeRecord(record: Record<string, unknown>): unknown {
    const entries = Object.entries(record).map(([name, value]) => [name, this.encode(value)] as const);
    const encoded = Object.fromEntries(entries);
    return entries.length === 1 && isTag.has(entries[0]![0]) ? { $record: encoded } : encoded;
  }

  #encodeObject(value: object): unknown {
    if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
    if (value instanceof Date) return { $date: value.toISOString() };
    if (value instanceof Error) return { $error: errorForm(value) };
    if (value instanceof AbortSignal) return this.#giveSignal(value);
    if (value instanceof Promise) return this.#givePromise(value);
    if ('write' in value && 'end' in value)
      return { $writable: this.#give({ kind: 'writable', stream: value as NodeJS.WritableStream }) };
    if (Symbol.asyncIterator in value) return this.#giveStream(value as AsyncIterable<unknown>);
    return this.#encodeRecord({ ...value });
  }

  #giveSignal(signal: AbortSignal): unknown {
    const on = this.#give({ kind: 'signal' });
    if (signal.aborted) queueMicrotask(() => this.#peer.abort(on));
    else signal.addEventListener('abort', () => this.#own.has(on) && this.#peer.abort(on), { once: true });
    return { $signal: on };
  }

  #givePromise(promise: Promise<unknown>): unknown {
    promise.catch(() => undefined);
    return { $promise: this.#give({ kind: 'promise', promise }) };
  }

  #giveStream(source: AsyncIterable<unknown>): unknown {
    const on = this.#give({ kind: 'stream', iterator: source[Symbol.asyncIterator]() });
    return 'pipe' in source ? { $readable: on } : { $stream: on };
  }

  #callOwn(on: number, own: Own, method: string, args: unknown[]): Promise<unknown> | undefined {
    if (own.kind === 'function' && method === 'call') return (async () => own.run(...args))();
    if (own.kind === 'promise' && method === 'await') return own.promise.finally(() => this.forget(on));
    if (own.kind === 'stream' && (method === 'next' || method === 'return'))
      return this.#read(on, own.iterator, method);
    if (own.kind === 'writable') return this.#write(on, own.stream, method, args);
    return undefined;
  }

  async #read(on: number, iterator: Iterating, method: 'next' | 'return'): Promise<unknown> {
    if (method === 'return') this.forget(on);
    try {
      const { done = false, value } = (await iterator[method]?.()) ?? { done: true, value: undefined };
      if (done) this.forget(on);
      return { done, value };
    } catch (error) {
      this.forget(on);
      throw error;
    }
  }

  #write(
    on: number,
    stream: Extract<Own, { kind: 'writable' }>['stream'],
    method: string,
    [chunk]: unknown[],
  ): Promise<void> | undefined {
    if (method === 'write')
      return new Promise((resolve, reject) => {
        stream.write(chunk as Uint8Array, (error?: Error | null) => (error ? reject(error) : resolve()));
      });
    if (method === 'end') {
      this.forget(on);
      return new Promise((resolve) => stream.end(resolve));
    }
    if (method !== 'destroy') return undefined;
    this.forget(on);
    return Promise.resolve(stream.destroy?.());
  }

  #decodeRecord(record: Record<string, unknown>): unknown {
    return Object.fromEntries(Object.entries(record).map(([name, item]) => [name, this.decode(item)]));
  }

  #decodeTagged(tag: string, value: unknown): unknown {
    switch (tag) {
      case '$bytes':
        return Buffer.from(String(value), 'base64');
      case '$bigint':
        return BigInt(String(value));
      case '$date':
        return new Date(String(value));
      case '$error':
        return errorOf(value as ErrorForm) ?? new Error((value as ErrorForm).message);
      case '$record':
        return this.#decodeRecord(value as Record<string, unknown>);
      case '$signal':
        return this.#signalOf(Number(value));
      default:
        return this.#remote(tag, Number(value));
    }
  }

  #signalOf(on: number): AbortSignal {
    const controller = new AbortController();
    this.#signals.set(on, controller);
    return controller.signal;
  }

  #remote(tag: string, on: number): unknown {
    const call = (method: string, ...args: unknown[]) => this.#peer.call(on, method, args);
    if (tag === '$readable') return readable(call) satisfies Readable;
    if (tag === '$writable') return writable(call);
    if (tag === '$stream') return iterated(call);
    if (tag === '$promise') return handled(call('await'));
    const remote = (...args: unknown[]) => handled(call('call', ...args));
    this.#unused.register(remote, on);
    return remote;
  }
}

/** Its rejection is for those who wait for it. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
