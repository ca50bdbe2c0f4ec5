import { readFileSync } from 'node:fs';
import type { StepObserver } from '../../core/apply/Ledger.ts';

/**
 * For tests of recovery: `before:create:snapshot` kills the daemon, as a power cut would, before that step of that verb;
 * `trace` prints each step to stderr instead. `@FILE` reads one of these from a file at every step, so that a test can
 * change its mind while the daemon runs.
 */
export function failpoint(wanted: string | undefined): StepObserver | undefined {
  if (!wanted) return undefined;
  const current = wanted.startsWith('@') ? () => readIfThere(wanted.slice(1)) : () => wanted;
  return (moment, verb, step) => {
    const name = `${moment}:${verb}:${step}`;
    const now = current();
    if (now === 'trace') process.stderr.write(`ledger-step ${name}\n`);
    if (now === name) process.kill(process.pid, 'SIGKILL');
  };
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
