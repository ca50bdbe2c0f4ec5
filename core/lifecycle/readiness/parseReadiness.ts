import type { BootReadiness } from '../../../hooks/readiness.ts';

/** Failed units that are kept, and characters of each: a container may print anything. */
const mostUnits = 20;
const longestUnit = 256;

/** What a probe has printed; undefined if it has printed nothing that says so. */
export type ProbeResult = Pick<BootReadiness, 'state' | 'failedUnits' | 'reason'>;

/**
 * Reads the last line that a probe has printed: `starting`, `running`, `degraded UNIT…` or `failed REASON` (see
 * `DraftRich.readiness`). Characters that could control a terminal are left out.
 */
export function parseReadiness(output: string): ProbeResult | undefined {
  const line = printable(output.trimEnd().split('\n').at(-1) ?? '');
  const [word = '', ...rest] = line.split(' ').filter((part) => part !== '');
  switch (word) {
    case 'starting':
    case 'running':
      return { state: word, failedUnits: [] };
    case 'degraded':
      return { state: word, failedUnits: rest.slice(0, mostUnits).map((unit) => unit.slice(0, longestUnit)) };
    case 'failed':
      return { state: word, failedUnits: [], reason: rest.join(' ').slice(0, longestUnit) };
    default:
      return undefined;
  }
}

function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
}
