import type { Logger } from '../../hooks/defineHook.ts';
import type { Surface } from '../../hooks/definePlugin.ts';
import type { Engine } from '../../hooks/engine.ts';
import { messageOf } from '../../hooks/errors.ts';
import { within } from './load/within.ts';

/** Milliseconds for one start or stop during a reload. */
const deadlineMs = 10_000;

/** The surfaces that serve. */
export class Surfaces {
  readonly #log: Logger;
  #running: readonly Surface[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Starts those of the first generation. @throws the error of the first that fails; the earlier ones run */
  async start(surfaces: readonly Surface[], engine: Engine): Promise<void> {
    for (const surface of surfaces) {
      this.#running = [...this.#running, surface];
      await surface.start(engine);
    }
  }

  /**
   * Stops the running surfaces and starts those of a new generation. A surface with `reload: 'keep'` continues as
   * long as the new generation has one of its name.
   * @throws the error of a surface that does not start; then the previous ones run again
   */
  async replace(next: readonly Surface[], engine: Engine): Promise<void> {
    const previous = this.#running;
    const kept = previous.filter(({ name, reload }) => reload === 'keep' && hasName(next, name));
    const leaving = previous.filter((surface) => !kept.includes(surface));
    const arriving = next.filter(({ name }) => !hasName(kept, name));
    await this.#stopAll(leaving);
    try {
      this.#running = kept;
      await this.#startAll(arriving, engine);
    } catch (error) {
      await this.#stopAll(this.#running.filter((surface) => !kept.includes(surface)));
      this.#running = kept;
      await this.#startAll(leaving, engine).catch((cause: unknown) =>
        this.#log.error('a surface does not run again', { error: messageOf(cause) }),
      );
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (const surface of this.#running)
      await surface.stop().catch((error: unknown) => this.#complain(surface, error));
  }

  async #startAll(surfaces: readonly Surface[], engine: Engine): Promise<void> {
    for (const surface of surfaces) {
      this.#running = [...this.#running, surface];
      await within(deadlineMs, `the start of the surface ${surface.name}`, () => surface.start(engine));
    }
  }

  async #stopAll(surfaces: readonly Surface[]): Promise<void> {
    for (const surface of surfaces.toReversed())
      await within(deadlineMs, `the stop of the surface ${surface.name}`, () => surface.stop()).catch(
        (error: unknown) => this.#complain(surface, error),
      );
  }

  #complain({ name }: Surface, error: unknown): void {
    this.#log.error('a surface did not stop', { surface: name, error: messageOf(error) });
  }
}

function hasName(surfaces: readonly Surface[], name: string): boolean {
  return surfaces.some((surface) => surface.name === name);
}
