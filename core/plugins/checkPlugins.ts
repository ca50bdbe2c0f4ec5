import type { PouchError } from '../../hooks/errors.ts';
import { optionsOf } from './load/setUp.ts';
import { attempt, readPlugins, type ReadOptions } from './loadPlugins.ts';

export interface PluginProblem {
  readonly plugin: string;
  /** `FILE:LINE` of its entry. */
  readonly origin?: string | undefined;
  readonly error: PouchError;
}

/**
 * Returns what is wrong with files, manifests, names and options of plugins, as a load finds it. Runs the top level of
 * the files, but no setup: which hooks a plugin taps, and in which order, is not known without it.
 */
export async function checkPlugins(options: Omit<ReadOptions, 'number'>): Promise<PluginProblem[]> {
  const { locate = () => undefined } = options;
  const slots = await readPlugins({ ...options, number: 0 });
  for (const slot of slots) await attempt(slot, async () => void optionsOf(slot, locate));
  return slots.flatMap(({ name, wanted: { origin }, error }) =>
    error ? [{ plugin: name, origin, error }] : [],
  );
}
