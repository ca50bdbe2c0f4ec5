import { readFileSync } from 'node:fs';
import type { StepObserver } from '../../core/apply/Ledger.ts';

/**
 * Returns a step observer for recovery tests. `before:create:snapshot` kills the daemon before that step of that
 * verb, as a power failure would; `trace` prints each step to stderr. `@FILE` reads one of these from a file at every
 * step, so that a test can change it while the daemon runs.
 */
export function failpoint(wanted: string | undefined): StepObserver | undefined {
  if (!wanted) return undefined;
  const current = wanted.startsWith('@') ? () => readIfExists(wanted.slice(1)) : () => wanted;
  return (moment, verb, step) => {
    const name = `${moment}:${verb}:${step}`;
    const now = current();
    if (now === 'trace') process.stderr.write(`ledger-step ${name}\n`);
    if (now === name) process.kill(process.pid, 'SIGKILL');
  };
}

function readIfExists(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
