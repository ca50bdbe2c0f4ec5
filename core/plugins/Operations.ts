import { AsyncLocalStorage } from 'node:async_hooks';
import type { PreparedTap } from './tap.ts';

/** What a tap's run needs of the operation that it is a part of. */
export interface RunningOperation {
  /** Aborts when the caller leaves; undefined for work that is not cancelled. */
  readonly signal: AbortSignal | undefined;
  /** The taps that run now. */
  readonly taps: Set<PreparedTap>;
}

interface Operation {
  readonly verb: string;
  /** Full id. */
  container: string | undefined;
  readonly since: string;
  readonly taps: Set<PreparedTap>;
  /** Parts that run: the operation may outlast the call that began it. */
  parts: number;
}

/** The caller on whose behalf a call runs, until the call has returned. */
interface Caller {
  signal: AbortSignal | undefined;
}

interface Scope {
  readonly caller?: Caller | undefined;
  readonly operation?: Operation | undefined;
}

/** An operation that runs, and the taps that it waits for. */
export interface ListedOperation {
  readonly verb: string;
  readonly container?: string;
  /** RFC 3339. */
  readonly since: string;
  readonly taps: readonly { readonly hook: string; readonly plugin: string }[];
}

/**
 * The operations that run, each with its caller. They follow asynchronous calls, as a generation of plugins does: taps
 * are cancelled when the caller leaves, and `pouch ops` lists them.
 */
export class Operations {
  readonly #scope = new AsyncLocalStorage<Scope>();
  readonly #running = new Set<Operation>();

  get current(): RunningOperation | undefined {
    const scope = this.#scope.getStore();
    const taps = scope?.operation?.parts ? scope.operation.taps : undefined;
    return scope && { signal: scope.caller?.signal, taps: taps ?? new Set() };
  }

  /** Runs the calls of a caller, whose signal aborts when it leaves. */
  async forCaller<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const caller: Caller = { signal };
    try {
      return await this.#scope.run({ caller }, work);
    } finally {
      // What outlives the call has no caller any more.
      caller.signal = undefined;
    }
  }

  /** Runs an operation, or a part of the one that runs. */
  async run<T>(verb: string, container: string | undefined, work: () => Promise<T>): Promise<T> {
    const outer = this.#scope.getStore();
    const operation = outer?.operation?.parts ? outer.operation : this.#begin(verb);
    operation.container = container ?? operation.container;
    operation.parts += 1;
    try {
      return await this.#scope.run({ caller: outer?.caller, operation }, work);
    } finally {
      operation.parts -= 1;
      if (operation.parts === 0) this.#running.delete(operation);
    }
  }

  /** Runs what must not be left half done: it is not cancelled with its operation. */
  async uncancelled<T>(work: () => Promise<T>): Promise<T> {
    return await this.#scope.run({ operation: this.#scope.getStore()?.operation }, work);
  }

  /** Runs what follows an operation on its own. */
  async apart<T>(work: () => Promise<T>): Promise<T> {
    return await this.#scope.run({}, work);
  }

  list(): ListedOperation[] {
    return [...this.#running].map(({ verb, container, since, taps }) => ({
      verb,
      since,
      ...(container !== undefined && { container }),
      taps: [...taps].map(({ hook, plugin }) => ({ hook, plugin })),
    }));
  }

  #begin(verb: string): Operation {
    const since = new Date().toISOString();
    const operation = { verb, container: undefined, since, taps: new Set<PreparedTap>(), parts: 0 };
    this.#running.add(operation);
    return operation;
  }
}
