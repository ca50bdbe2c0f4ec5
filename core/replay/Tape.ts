import { messageOf, PouchError } from '../../hooks/errors.ts';

/** What a call returned, or how it failed; a call that returned undefined has neither. */
export interface TapedCall {
  value?: unknown;
  error?: { code?: string; message: string; hint?: string };
}

/** Calls by their name and arguments: `look ["/srv"]`. */
export type TapedCalls = Record<string, TapedCall>;

type Call = (...args: never[]) => unknown;

/** Keeps what was asked of the host while a plan was made, as JSON. */
export class RecordingTape {
  readonly calls: TapedCalls = {};

  keep(name: string, value: unknown): void {
    this.calls[name] = { value };
  }

  /** The same function, whose outcomes are kept. Functions among its arguments do not distinguish calls. */
  wrap<F extends Call>(name: string, call: F): F {
    return ((...args: Parameters<F>) => {
      const keep = (taped: TapedCall) => void (this.calls[keyOf(name, args)] = taped);
      try {
        const outcome = call(...args);
        if (!isPromise(outcome)) return kept(outcome, keep);
        return outcome.then(
          (value) => kept(value, keep),
          (error: unknown) => failed(error, keep),
        );
      } catch (error) {
        return failed(error, keep);
      }
    }) as F;
  }
}

/** Gives the outcomes that were kept, without the host. */
export class ReplayingTape {
  readonly #calls: TapedCalls;

  constructor(calls: TapedCalls) {
    this.#calls = calls;
  }

  /** A function that returns what the recorded one returned. @throws PCH_RECORDING_LACKS for another call */
  call<F extends Call>(name: string): (...args: Parameters<F>) => Awaited<ReturnType<F>> {
    return (...args) => {
      const key = keyOf(name, args);
      const taped = Object.hasOwn(this.#calls, key) ? this.#calls[key] : undefined;
      if (!taped) throw lacking(key);
      if (taped.error) throw asError(taped.error);
      return structuredClone(taped.value) as Awaited<ReturnType<F>>;
    };
  }

  /** The same for a function that returns a promise. */
  async<F extends Call>(name: string): (...args: Parameters<F>) => Promise<Awaited<ReturnType<F>>> {
    const call = this.call<F>(name);
    return (...args) => Promise.resolve().then(() => call(...args));
  }
}

function keyOf(name: string, args: readonly unknown[]): string {
  const data = args.filter((arg) => typeof arg !== 'function' && arg !== undefined);
  return data.length === 0 ? name : `${name} ${JSON.stringify(data)}`;
}

function kept<T>(value: T, keep: (taped: TapedCall) => void): T {
  keep(value === undefined ? {} : { value });
  return value;
}

function failed(error: unknown, keep: (taped: TapedCall) => void): never {
  const { code, hint } = error instanceof PouchError ? error : {};
  const message = messageOf(error);
  keep({ error: { message, ...(code !== undefined && { code }), ...(hint !== undefined && { hint }) } });
  throw error;
}

function asError({ code, message, hint }: NonNullable<TapedCall['error']>): Error {
  if (code === undefined) return new Error(message);
  return new PouchError(code as PouchError['code'], message, hint === undefined ? {} : { hint });
}

function lacking(key: string): PouchError {
  return new PouchError('PCH_RECORDING_LACKS', `the plan asks for a fact that the recording lacks: ${key}`, {
    hint: 'a plugin asks for more than it did when the plan was recorded: record it again with this version',
  });
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise;
}
