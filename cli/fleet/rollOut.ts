/** The order of a roll-out: the first host alone, then the others side by side, until one fails. */
import { sideBySide } from './sideBySide.ts';

/** How a host ended. */
export type Ending = 'done' | 'failed' | 'untouched';

export interface RollOutOptions {
  /** How many hosts at once, after the first. */
  readonly parallel: number;
  /** No further host is begun once it is aborted. */
  readonly signal: AbortSignal;
  /** Resolves to whether the host is as declared, with everything up. */
  change(host: string): Promise<boolean>;
}

/** Resolves to the ending of each host, in their order. */
export async function rollOut(
  hosts: readonly string[],
  { parallel, signal, change }: RollOutOptions,
): Promise<ReadonlyMap<string, Ending>> {
  const endings = new Map<string, Ending>(hosts.map((host) => [host, 'untouched']));
  const mayBegin = () => !signal.aborted && ![...endings.values()].includes('failed');
  const one = async (host: string) => {
    if (!mayBegin()) return;
    endings.set(host, (await change(host)) ? 'done' : 'failed');
  };
  const [first, ...others] = hosts;
  if (first !== undefined) await one(first);
  await sideBySide(others, parallel, one);
  return endings;
}
