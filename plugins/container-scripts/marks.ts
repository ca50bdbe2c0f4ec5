/**
 * Marks of scripts that run, in the state directory. A pouchd that was killed leaves the mark of the script that it
 * waited for: the next one ends the script before it continues.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../hooks/index.ts';
import { addToHistory, type PastRun } from './history.ts';
import { killRun } from './processesOf.ts';

interface Mark {
  pouchd: Pouchd;
  /** Of the container. */
  directory: string;
  at: string;
  stage: PastRun['stage'];
  path: string;
  args: readonly string[];
}

/** A process, distinct from later ones with its pid. */
interface Pouchd {
  pid: number;
  /** Field 22 of /proc/PID/stat (proc(5)). */
  startTicks: string;
}

/** Writes a mark before a script starts. @returns what takes it away */
export function markRun(marks: string, run: string, mark: Omit<Mark, 'pouchd'>): () => void {
  mkdirSync(marks, { recursive: true, mode: 0o700 });
  const path = join(marks, run);
  const pouchd = { pid: process.pid, startTicks: startTicks(process.pid) };
  writeFileSync(path, JSON.stringify({ ...mark, pouchd }), { mode: 0o600 });
  return () => rmSync(path, { force: true });
}

/** Kills the scripts that a pouchd has left which was killed. */
export function endLeftRuns(marks: string, log: Pick<Logger, 'warn'>): void {
  for (const run of namesIn(marks)) {
    const mark = readMark(join(marks, run));
    if (mark?.pouchd.startTicks === startTicks(mark?.pouchd.pid)) continue;
    killRun(run);
    if (mark) {
      const { directory, at, stage, path, args } = mark;
      const failure = 'pouchd ended while it ran, and it was killed';
      log.warn('a script was killed whose pouchd had ended', { stage, path });
      addToHistory(directory, { at, stage, path, args, failure, output: '', outputLeftOut: 0 }, log);
    }
    rmSync(join(marks, run), { force: true });
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Undefined for one that was cut off: its script had not started. */
function readMark(path: string): Mark | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Mark;
  } catch {
    return undefined;
  }
}

/** Empty for a process that has ended. */
function startTicks(pid: number | undefined): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
