import type { BootReadiness } from '../../../hooks/readiness.ts';

/** Failed units and warnings that are kept, and characters of each: a container may print anything. */
const mostUnits = 20;
const longestUnit = 256;

/** What a probe has printed; undefined if it has printed nothing that says so. */
export type ProbeResult = Omit<BootReadiness, 'since'>;

/**
 * Reads the last line that a probe has printed: `starting`, `running`, `degraded UNIT…` or `failed REASON`, and the
 * lines `warning TEXT` and `users N` before it (see `DraftRich.readiness`). Characters that could control a terminal
 * are left out.
 */
export function parseReadiness(output: string): ProbeResult | undefined {
  const lines = output.trimEnd().split('\n').map(printable);
  const [word = '', ...rest] = (lines.pop() ?? '').split(' ').filter((part) => part !== '');
  const warnings = bounded(lines.flatMap((line) => /^warning (.+)/.exec(line)?.[1] ?? []));
  const more = { ...(warnings.length > 0 && { warnings }), ...usersIn(lines) };
  switch (word) {
    case 'starting':
    case 'running':
      return { state: word, failedUnits: [], ...more };
    case 'degraded':
      return { state: word, failedUnits: bounded(rest), ...more };
    case 'failed':
      return { state: word, failedUnits: [], reason: rest.join(' ').slice(0, longestUnit) };
    default:
      return undefined;
  }
}

/** Logged-in users. */
function usersIn(lines: string[]): Pick<BootReadiness, 'users'> {
  const [, count] = /^users (\d{1,6})$/m.exec(lines.join('\n')) ?? [];
  return count === undefined ? {} : { users: Number(count) };
}

function bounded(texts: string[]): string[] {
  return texts.slice(0, mostUnits).map((text) => text.slice(0, longestUnit));
}

function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
}
