import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../../hooks/defineHook.ts';
import type { Engine } from '../../hooks/engine.ts';
import { messageOf, type PouchError } from '../../hooks/errors.ts';
import { untilAborted } from '../wait/untilAborted.ts';
import { attribute } from './attribute.ts';
import type { OwnedSurface } from './generation.ts';
import { interruptedAfter } from './load/within.ts';

export interface SurfacesOptions {
  readonly log: Logger;
  /** Called when a surface reports that it has failed while it serves. */
  readonly onFailed: (owned: OwnedSurface, error: PouchError) => void;
  /** Returns the milliseconds for one start or stop. */
  readonly timeout: () => number;
}

export interface SurfaceFailure {
  readonly owned: OwnedSurface;
  readonly error: PouchError;
}

/** The surfaces that serve. */
export class Surfaces {
  readonly #options: SurfacesOptions;
  #running: readonly OwnedSurface[] = [];
  readonly #ended = new AbortController();

  constructor(options: SurfacesOptions) {
    this.#options = options;
  }

  /**
   * Starts the surfaces of a generation, side by side, after it has stopped the running ones that are not among them.
   * Those with `first` start before the others.
   * A surface with `reload: 'keep'` continues as long as its plugin has one of its name and the same options. Returns
   * those that do not start; the others serve.
   */
  async replace(next: readonly OwnedSurface[], engine: Engine): Promise<SurfaceFailure[]> {
    if (this.#ended.signal.aborted) return [];
    const kept = this.#running.filter((one) => next.some((other) => isKept(one, other)));
    const arriving = next.filter((other) => !kept.some((one) => isKept(one, other)));
    const leaving = this.#running.filter((one) => !kept.includes(one));
    this.#running = kept;
    await this.#stopAll(leaving);
    const first = arriving.filter(({ surface }) => surface.first);
    const others = arriving.filter(({ surface }) => !surface.first);
    return [...(await this.#startAll(first, engine)), ...(await this.#startAll(others, engine))];
  }

  async #startAll(surfaces: readonly OwnedSurface[], engine: Engine): Promise<SurfaceFailure[]> {
    const failures = await Promise.all(surfaces.map((owned) => this.#start(owned, engine)));
    return failures.flatMap((failure) => failure ?? []);
  }

  /** Resolves once what those that serve have begun with is done. */
  async settled(report: (status: string) => void): Promise<void> {
    await Promise.all(this.#running.map((owned) => this.#settled(owned, report)));
  }

  async #settled({ surface }: OwnedSurface, report: (status: string) => void): Promise<void> {
    try {
      await surface.settled?.(report);
    } catch (error) {
      this.#options.log.error('a surface did not settle', { surface: surface.name, error: messageOf(error) });
    }
  }

  /** Stops all of them; none starts after it. @param timeoutMs for each, side by side */
  async end(timeoutMs: number): Promise<void> {
    this.#ended.abort();
    await Promise.all(this.#running.map((owned) => this.#stop(owned, timeoutMs)));
  }

  async #start(owned: OwnedSurface, engine: Engine): Promise<SurfaceFailure | undefined> {
    if (this.#ended.signal.aborted) return undefined;
    const { plugin, surface, startWithinMs } = owned;
    const { timeout, onFailed } = this.#options;
    const failed = (error: unknown) => {
      if (this.#running.includes(owned)) onFailed(owned, attribute(error, { plugin }));
    };
    this.#running = [...this.#running, owned];
    try {
      const what = `the start of the surface ${surface.name}`;
      await interruptedAfter(startWithinMs ?? timeout(), what, () => this.#started(owned, engine, failed));
      return undefined;
    } catch (error) {
      if (this.#ended.signal.aborted) return undefined;
      this.#running = this.#running.filter((one) => one !== owned);
      await this.#stop(owned);
      return { owned, error: attribute(error, { plugin }) };
    }
  }

  /** Rejects at the end; a surface that starts after it is stopped again. */
  async #started(owned: OwnedSurface, engine: Engine, failed: (error: unknown) => void): Promise<void> {
    const { signal } = this.#ended;
    const started = owned.surface.start(engine, failed);
    await untilAborted(started, signal).catch((error: unknown) => {
      if (signal.aborted) void started.then(() => this.#stop(owned)).catch(() => undefined);
      throw error;
    });
  }

  async #stopAll(surfaces: readonly OwnedSurface[]): Promise<void> {
    for (const surface of surfaces.toReversed()) await this.#stop(surface);
  }

  /** Never throws. */
  async #stop({ surface, stopWithinMs }: OwnedSurface, timeoutMs?: number): Promise<void> {
    const ms = timeoutMs ?? stopWithinMs ?? this.#options.timeout();
    try {
      await interruptedAfter(ms, `the stop of the surface ${surface.name}`, () => surface.stop());
    } catch (error) {
      this.#options.log.error('a surface did not stop', { surface: surface.name, error: messageOf(error) });
    }
  }
}

/** Whether a running surface stands for one of the next generation. */
function isKept(running: OwnedSurface, next: OwnedSurface): boolean {
  if (running.surface === next.surface) return true;
  return (
    running.surface.reload === 'keep' &&
    running.surface.name === next.surface.name &&
    running.plugin === next.plugin &&
    isDeepStrictEqual(running.options, next.options)
  );
}
