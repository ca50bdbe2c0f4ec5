import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const steps = ['openSync', 'writeSync', 'writevSync', 'renameSync', 'ftruncateSync', 'rmSync'] as const;
type Call = (...args: unknown[]) => unknown;

/** A process that ends at its step `at`: none of its calls has an effect from then on, and a write half of it. */
export class MortalProcess {
  #left: number;
  /** Called once, when the chunk that was read from the FIFO is in a file: before that, a kill loses it. */
  onRecord: (() => void) | undefined;

  constructor(at: number) {
    this.#left = at;
  }

  get isDead(): boolean {
    return this.#left <= 0;
  }

  /** Runs `work` as this process. */
  run(work: () => void): void {
    setCurrent(this);
    try {
      work();
    } catch (error) {
      if (!this.isDead) throw error;
    } finally {
      setCurrent(undefined);
    }
  }

  call(name: (typeof steps)[number], original: Call, args: unknown[]): unknown {
    this.#left -= 1;
    if (this.#left === 0 && name === 'writeSync') original(args[0], halfOf(args[1] as Buffer | string));
    if (this.isDead) throw new Error('killed');
    const result = original(...args);
    if (name === 'writevSync') {
      this.onRecord?.();
      this.onRecord = undefined;
    }
    return result;
  }
}

function halfOf(data: Buffer | string): Buffer {
  return Buffer.from(data).subarray(0, data.length / 2);
}

let current: MortalProcess | undefined;
const setCurrent = (process: MortalProcess | undefined) => void (current = process);

/** Lets the current process decide about calls of node:fs. */
export function useMortalProcesses(): void {
  const originals = steps.map((name) => [name, fs[name] as Call] as const);
  const replace = (functions: readonly (readonly [string, Call])[]) => {
    Object.assign(fs, Object.fromEntries(functions));
    syncBuiltinESMExports();
  };
  before(() =>
    replace(
      originals.map(([name, original]) => [
        name,
        (...args) => (current ? current.call(name, original, args) : original(...args)),
      ]),
    ),
  );
  after(() => replace(originals));
}
