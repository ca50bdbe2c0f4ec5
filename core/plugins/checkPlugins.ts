import { basename, extname } from 'node:path';
import type { Plugin } from '../../hooks/definePlugin.ts';
import type { PluginCheck } from '../../hooks/engine/plugins.ts';
import { PouchError, toPouchError } from '../../hooks/errors.ts';
import { entryFile } from './load/entryFile.ts';
import { isExecutablePlugin } from './process/describePlugin.ts';
import type { PluginSlot } from './load/PluginSlot.ts';
import { optionsOf } from './load/setUp.ts';
import type { LoadEntry } from './load/wanted.ts';
import { silent } from './run/silentLog.ts';
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
  for (const slot of slots) await attempt(slot, async () => void (await optionsOf(slot, locate)));
  await endAll(slots, options.timeoutMs);
  return slots.flatMap(({ name, wanted: { origin }, error }) =>
    error ? [{ plugin: name, origin, error }] : [],
  );
}

/**
 * Checks one plugin in the same way, among the built-in ones. If one of the entries has its file or its name, the
 * plugin has the rights of the entry, and its options are checked.
 * @param path absolute path of its file, or of the folder of its package
 */
export async function checkPlugin(
  path: string,
  options: Omit<ReadOptions, 'number' | 'previous'>,
): Promise<PluginCheck> {
  try {
    const file = await entryFile(path);
    const { entries } = options;
    const index = entries.findIndex(({ path: own }) => own === file);
    if (index >= 0) return await checkFile(file, index, options);
    const found = await checkFile(file, index, options);
    // Its name, by which an entry configures an installed plugin, is known only now.
    const named = entries.findIndex(({ name, path: own }) => name === found.name && own === undefined);
    return named >= 0 ? await checkFile(file, named, options) : found;
  } catch (error) {
    return { name: basename(path, extname(path)), path, problem: problemOf(toPouchError(error)) };
  }
}

/** @param index of its entry; negative for none */
async function checkFile(
  file: string,
  index: number,
  options: Omit<ReadOptions, 'number' | 'previous'>,
): Promise<PluginCheck> {
  const own: LoadEntry | undefined = options.entries[index];
  const beside = { place: undefined, isReplaced: false };
  const entry = { options: {}, ...own, ...beside, path: file, enabled: true };
  const slots = await readPlugins({ ...options, entries: [entry], hooksDir: undefined, number: 0 });
  const slot = slots.find(({ wanted }) => wanted.path === file)!;
  const locate = (pointer: string) => options.locate?.(pointer.replace('/0', `/${own?.place ?? index}`));
  if (index >= 0) await attempt(slot, async () => void (await optionsOf(slot, locate)));
  await endAll(slots, options.timeoutMs);
  return checkOf(slot, file);
}

/**
 * Loads the plugin of a file, or of the folder of a package, without its setup, with the rights of this process.
 * @param path absolute
 * @throws the reason if it does not load
 */
export async function pluginAt(path: string, timeoutMs: number): Promise<Plugin> {
  const file = await entryFile(path);
  const isolation = isExecutablePlugin(file) ? 'process' : 'in-process';
  const entry = { path: file, isolation, enabled: true, options: {} } as const;
  const [slot] = await readPlugins({
    builtIns: [],
    entries: [entry],
    timeoutMs,
    number: 0,
    confinement: 'none',
  });
  if (slot?.version) return slot.version.plugin;
  throw slot?.error ?? new PouchError('PCH_PLUGIN_LOAD', `no plugin is at ${path}`);
}

/** Ends the processes of plugins that were only described. */
async function endAll(slots: readonly PluginSlot[], timeoutMs = 10_000): Promise<void> {
  await Promise.all(slots.map(async ({ loaded }) => await loaded?.disposeIfUnused(silent, timeoutMs)));
}

function checkOf({ name, version, error }: PluginSlot, path: string): PluginCheck {
  const { version: number, doc, hooks } = version?.plugin ?? {};
  return {
    name: error?.plugin ?? name,
    path,
    ...(number !== undefined && { version: number }),
    ...(doc !== undefined && { doc }),
    ...(hooks && { hooks }),
    ...(error && { problem: problemOf(error) }),
  };
}

function problemOf({ code, message, hint }: PouchError): NonNullable<PluginCheck['problem']> {
  return { code, message, ...(hint !== undefined && { hint }) };
}
