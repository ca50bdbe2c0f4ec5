/** What scripts did for a container: a file in its directory, which goes with the container. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, messageOf } from '../../hooks/index.ts';
import type { Stage } from './stage.ts';

/** One run of a script. */
export interface PastRun {
  /** RFC 3339. */
  at: string;
  stage: Stage;
  path: string;
  args: readonly string[];
  /** Milliseconds; missing if pouchd ended meanwhile. */
  ms?: number;
  failure?: string;
  output: string;
  outputLeftOut: number;
  /** Of a poststop script: when the container had started that has ended. */
  startedAt?: string;
}

/** Runs that are kept of one container. */
const mostRuns = 40;

/** The runs of a container's scripts, the oldest first. */
export function readHistory(directory: string): PastRun[] {
  try {
    return JSON.parse(readFileSync(fileIn(directory), 'utf8')) as PastRun[];
  } catch {
    return [];
  }
}

/** Adds a run; does nothing for a container that is gone. No start or stop fails because this does. */
export function addToHistory(directory: string, run: PastRun, log: Pick<Logger, 'warn'>): void {
  const runs = [...readHistory(directory), run].slice(-mostRuns);
  const path = fileIn(directory);
  try {
    writeFileSync(`${path}.new`, JSON.stringify(runs), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    log.warn('the output of a script is not kept', { path: run.path, error: messageOf(error) });
  }
}

function fileIn(directory: string): string {
  return join(directory, 'scripts.json');
}
