import type { StepObserver } from '../../core/apply/ledger.ts';

/**
 * For tests of recovery: `before:create:snapshot` kills the daemon, as a power cut would, before that step of that verb;
 * `trace` prints each step to stderr instead.
 */
export function failpoint(wanted: string | undefined): StepObserver | undefined {
  if (!wanted) return undefined;
  if (wanted === 'trace')
    return (moment, verb, step) => process.stderr.write(`ledger-step ${moment}:${verb}:${step}\n`);
  return (moment, verb, step) => {
    if (`${moment}:${verb}:${step}` === wanted) process.kill(process.pid, 'SIGKILL');
  };
}
