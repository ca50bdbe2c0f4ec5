import { AsyncLocalStorage } from 'node:async_hooks';
import { wallTime } from '../wait/wallTime.ts';
import type { TapTrace } from './run/settleTap.ts';
import type { PendingTap } from './tap.ts';

/** What a tap's run needs of the operation that it is a part of. */
export interface RunningOperation {
  /** Aborts when the caller leaves; undefined for work that is not cancelled. */
  readonly signal: AbortSignal | undefined;
  /** The taps that run now. */
  readonly taps: Set<PendingTap>;
}

/** What an operation has called, up to its end; observers that end later come in another one of the same begin. */
export interface TracedOperation {
  readonly verb: string;
  /** Full id. */
  readonly container: string | undefined;
  /** When it began. */
  readonly at: Date;
  /** The same by performance.now(). */
  readonly began: number;
  /** Milliseconds that it took, or takes so far. */
  readonly ms: number;
  readonly isRunning: boolean;
  /** Its end was reported before: these are observers that ended later. */
  readonly isLate: boolean;
  /** In the order of their ends, the first `mostTraces`. */
  readonly taps: readonly TapTrace[];
}

interface Operation {
  readonly verb: string;
  /** Full id. */
  container: string | undefined;
  readonly at: Date;
  /** By performance.now(). */
  readonly began: number;
  /** Milliseconds that it took; undefined while it runs. */
  ms: number | undefined;
  readonly taps: Set<PendingTap>;
  traces: TapTrace[];
  /** Parts that run: the operation may outlast the call that began it. */
  parts: number;
}

/** Taps of one operation that are kept: the removal of a thousand containers is one. */
const mostTraces = 500;

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
  readonly taps: readonly {
    readonly hook: string;
    readonly plugin: string;
    /** RFC 3339. */
    readonly since: string;
  }[];
}

/**
 * The operations that run, each with its caller. They follow asynchronous calls, as a generation of plugins does: taps
 * are cancelled when the caller leaves, and `pouch ops` lists them.
 */
export class Operations {
  readonly #scope = new AsyncLocalStorage<Scope>();
  readonly #running = new Set<Operation>();
  readonly #onTraced: (operation: TracedOperation) => void;

  /** @param onTraced is called at the end of each operation that has called taps */
  constructor(onTraced: (operation: TracedOperation) => void = () => {}) {
    this.#onTraced = onTraced;
  }

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
      if (operation.parts === 0) this.#end(operation);
    }
  }

  /** Adds a call of a tap to the operation that runs, or ran when an observer was called. */
  trace(trace: TapTrace): void {
    const operation = this.#scope.getStore()?.operation;
    if (!operation || operation.traces.length >= mostTraces) return;
    operation.traces.push(trace);
    if (operation.ms !== undefined) this.#report(operation, true);
  }

  /** The operations of a container that run, with the taps that have ended. */
  running(container: string): TracedOperation[] {
    return [...this.#running].filter((one) => one.container === container).map((one) => traced(one, false));
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
    return [...this.#running].map(({ verb, container, at, taps }) => ({
      verb,
      since: at.toISOString(),
      ...(container !== undefined && { container }),
      taps: [...taps].map(({ tap: { hook, plugin }, since }) => ({
        hook,
        plugin,
        since: wallTime(since).toISOString(),
      })),
    }));
  }

  #begin(verb: string): Operation {
    const operation: Operation = {
      verb,
      container: undefined,
      at: new Date(),
      began: performance.now(),
      ms: undefined,
      taps: new Set(),
      traces: [],
      parts: 0,
    };
    this.#running.add(operation);
    return operation;
  }

  #end(operation: Operation): void {
    this.#running.delete(operation);
    operation.ms = performance.now() - operation.began;
    this.#report(operation, false);
  }

  #report(operation: Operation, isLate: boolean): void {
    if (operation.traces.length === 0) return;
    this.#onTraced(traced(operation, isLate));
    operation.traces = [];
  }
}

function traced({ verb, container, at, began, ms, traces }: Operation, isLate: boolean): TracedOperation {
  const isRunning = ms === undefined;
  return {
    verb,
    container,
    at,
    began,
    ms: ms ?? performance.now() - began,
    isRunning,
    isLate,
    taps: [...traces],
  };
}
