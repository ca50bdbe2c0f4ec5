import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sample } from '../oracles/responsive.ts';

const paths = { ping: '/_ping', ps: '/containers/json?all=1' } as const;
/** Milliseconds between two samples of one kind. */
const every = { ping: 100, ps: 250 } as const;
const giveUpAfterMs = 20_000;
const tickMs = 25;

/** Samples how long the daemon takes to respond, from its start to its end. */
export class Watch {
  readonly #socketPath: string;
  readonly #pidOf: () => number | undefined;
  readonly #ticks: NodeJS.Timeout;
  readonly #loops: Promise<void>[];
  #samples: Sample[] = [];
  #isEnded = false;
  /** Milliseconds in which this process could not run its own timers. */
  #lag = 0;
  #lastTick = performance.now();

  /** `pidOf`: the daemon's, which changes when it is started again. */
  constructor(socketPath: string, pidOf: () => number | undefined) {
    this.#socketPath = socketPath;
    this.#pidOf = pidOf;
    this.#ticks = setInterval(() => this.#tick(), tickMs);
    this.#loops = (['ping', 'ps'] as const).map((kind) => this.#loop(kind));
  }

  /** The samples since the last take. */
  take(): Sample[] {
    const taken = this.#samples;
    this.#samples = [];
    return taken;
  }

  async close(): Promise<void> {
    this.#isEnded = true;
    clearInterval(this.#ticks);
    await Promise.all(this.#loops);
  }

  async #loop(kind: Sample['request']): Promise<void> {
    while (!this.#isEnded) {
      this.#samples.push(await this.#sample(kind));
      await delay(every[kind]);
    }
  }

  async #sample(kind: Sample['request']): Promise<Sample> {
    const pid = this.#pidOf();
    const [lag, waited, began] = [this.#lag, waitedForCpu(pid), performance.now()];
    const error = await this.#get(paths[kind]).then(
      () => undefined,
      (cause: Error) => cause.message,
    );
    this.#tick();
    const starvedMs = this.#lag - lag + Math.max(0, waitedForCpu(pid) - waited);
    const sample = { request: kind, began, ended: performance.now(), starvedMs };
    return error === undefined ? sample : { ...sample, error };
  }

  #get(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const call = request({ socketPath: this.#socketPath, path, agent: false, timeout: giveUpAfterMs });
      call.once('response', (response) => {
        response.resume();
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
        response.once('end', resolve).once('error', reject);
      });
      call.once('timeout', () => call.destroy(new Error(`no response within ${giveUpAfterMs} ms`)));
      call.once('error', reject);
      call.end();
    });
  }

  #tick(): void {
    const now = performance.now();
    this.#lag += Math.max(0, now - this.#lastTick - 2 * tickMs);
    this.#lastTick = now;
  }
}

/** Milliseconds that the main thread of a process has been ready and waited for a CPU (proc(5), schedstat). */
function waitedForCpu(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    // It has ended, or has not started yet.
    return 0;
  }
}
