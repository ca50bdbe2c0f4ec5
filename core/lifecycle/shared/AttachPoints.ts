/**
 * Clients that attach before a container starts. Its streams exist only from the start on, so they wait here, and the
 * start waits until each has subscribed: no output is missed.
 */
import type { ContainerIo, LiveOutput, SubscribeOptions } from '../../io/index.ts';

/** Who was there before the start is a foreground `run`: its user may take any time to read (`run … | less`). */
const foreground: SubscribeOptions = { stallMs: 0 };

interface Pending {
  resolve(output: LiveOutput): void;
  reject(error: unknown): void;
}

export class AttachPoints {
  readonly #io: ContainerIo;
  readonly #pending = new Map<string, Set<Pending>>();
  readonly #starting = new Map<string, Set<() => void>>();

  constructor(io: ContainerIo) {
    this.#io = io;
  }

  /** Subscribes to a container that runs. */
  async now(id: string): Promise<LiveOutput> {
    return await this.#subscribe(id, {});
  }

  /** Subscribes when the container starts; rejects if the client gives up before. */
  atStart(id: string, signal: AbortSignal): Promise<LiveOutput> {
    return new Promise((resolve, reject) => {
      const waiting = this.#pending.get(id) ?? new Set<Pending>();
      const pending = { resolve, reject };
      this.#pending.set(id, waiting.add(pending));
      signal.addEventListener('abort', () => {
        waiting.delete(pending);
        reject(signal.reason as Error);
      });
    });
  }

  /** To be called when the streams are open and before anything is written to them. */
  async opened(id: string): Promise<void> {
    const waiting = this.#pending.get(id) ?? [];
    this.#pending.delete(id);
    await Promise.all(
      [...waiting].map((pending) => this.#subscribe(id, foreground).then(pending.resolve, pending.reject)),
    );
  }

  /** Resolves when the container's process runs, or is not going to. */
  whenStarted(id: string): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#starting.get(id) ?? new Set();
      this.#starting.set(id, waiting.add(resolve));
    });
  }

  /** To be called when the container's process runs. */
  started(id: string): void {
    for (const resolve of this.#starting.get(id) ?? []) resolve();
    this.#starting.delete(id);
  }

  /** The container is not going to start: its start failed, or it was removed. */
  gone(id: string, error: unknown): void {
    for (const pending of this.#pending.get(id) ?? []) pending.reject(error);
    this.#pending.delete(id);
    this.started(id);
  }

  async #subscribe(id: string, options: SubscribeOptions): Promise<LiveOutput> {
    const output = this.#io.subscribe(id, options);
    await output.ready;
    return output;
  }
}
