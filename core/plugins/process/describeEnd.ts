import { constants } from 'node:os';

/** The shell's exit code is 128 and the number of a signal that ended its program. */
export function describeEnd({
  code,
  signal,
}: {
  code: number | null;
  signal: NodeJS.Signals | null;
}): string {
  const number = (code ?? 0) - 128;
  const name = signal ?? Object.entries(constants.signals).find(([, known]) => known === number)?.[0];
  return name ?? `exit code ${code ?? 0}`;
}
