import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A command line. */
export interface Command {
  file: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** The samples of one contender. */
export interface Series {
  name: string;
  unit: 'ms' | 'MB' | 'KB';
  samples: number[];
  /** Why there are no samples. */
  failure?: string;
}

export interface Contender {
  name: string;
  /** Prepares, runs and cleans up once. Returns the measured time in ms. */
  once(): Promise<number>;
}

const commandDeadlineMs = 120_000;
const warmUps = 2;

/**
 * Measures contenders in turns, A B C A B C …, so that a slow phase of the host affects all of them. A contender that
 * fails drops out, because a failing command is fast.
 */
export async function interleaved(contenders: readonly Contender[], runs: number): Promise<Series[]> {
  const racing = contenders.map((contender) => ({ contender, series: newSeries(contender.name) }));
  for (let round = -Math.min(warmUps, runs); round < runs; round++)
    for (const { contender, series } of racing.filter((entry) => entry.series.failure === undefined))
      await turn(contender, series, round >= 0);
  return racing.map(({ series }) => series);
}

function newSeries(name: string): Series {
  return { name, unit: 'ms', samples: [] };
}

async function turn(contender: Contender, series: Series, counts: boolean): Promise<void> {
  try {
    const ms = await contender.once();
    if (counts) series.samples.push(ms);
  } catch (error) {
    series.failure = (error as Error).message;
    series.samples = [];
  }
}

/**
 * Returns the milliseconds from the spawn to the exit of a command, with its output discarded.
 * @throws Error with the end of its stderr if it fails or exceeds the deadline
 */
export async function timed({ file, args, env }: Command): Promise<number> {
  const started = process.hrtime.bigint();
  const child = spawn(file, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: commandDeadlineMs,
    killSignal: 'SIGKILL',
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2_000)));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  if (code === 0) return ms;
  throw new Error(`${[file, ...args].join(' ')} ended with ${signal ?? code}: ${stderr.trim()}`);
}
