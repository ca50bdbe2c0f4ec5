import { basename, extname } from 'node:path';
import { didYouMean } from '../../../config/suggest.ts';
import type { PluginEntry } from '../../../config/types.ts';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { Locate } from '../../../hooks/definePlugin.ts';
import type { Wanted } from './PluginSlot.ts';
import { PluginSlot } from './PluginSlot.ts';
import type { PluginVersion } from './PluginVersion.ts';

/** The versions that serve, by name and, of files, by path. */
export type ServingVersions = ReadonlyMap<string, PluginVersion>;

/**
 * One slot for each plugin, in the order that later decides between equals: built-in ones that the configuration does
 * not mention, then the configuration's entries.
 */
export function slotsOf(
  builtIns: readonly Plugin[],
  entries: readonly PluginEntry[],
  locate: Locate,
  serving: ServingVersions,
): PluginSlot[] {
  const mentioned = new Set(entries.map(({ name }) => name));
  const silent = builtIns.filter(({ name }) => !mentioned.has(name)).map(fromList);
  const listed = entries.map((entry, index) => fromEntry(entry, index, builtIns, locate));
  return [...silent, ...listed].map((wanted) => {
    const slot = new PluginSlot(wanted, serving.get(wanted.path ?? wanted.name) ?? serving.get(wanted.name));
    if (wanted.path === undefined && !wanted.builtIn) slot.fail(unknownBuiltIn(wanted.name, builtIns));
    return slot;
  });
}

function fromList(plugin: Plugin): Wanted {
  return {
    name: plugin.name,
    source: 'built-in',
    builtIn: plugin,
    isolation: 'in-process',
    enabled: true,
    options: {},
  };
}

function fromEntry(entry: PluginEntry, index: number, builtIns: readonly Plugin[], locate: Locate): Wanted {
  const pointer = `/plugins/${index}`;
  return {
    name: entry.name ?? nameOfFile(entry.path ?? ''),
    source: entry.path ?? 'built-in',
    builtIn: entry.path === undefined ? builtIns.find(({ name }) => name === entry.name) : undefined,
    path: entry.path,
    // Code of others runs in pouchd only if pouchd.yaml says so.
    isolation: entry.isolation ?? (entry.path === undefined ? 'in-process' : 'process'),
    env: entry.env,
    user: entry.user,
    limits: entry.limits,
    grants: entry.grants,
    enabled: entry.enabled,
    options: entry.options,
    pointer,
    origin: locate(pointer),
    timeoutMs: entry.timeout,
    onError: entry.onError,
  };
}

function nameOfFile(path: string): string {
  return basename(path, extname(path));
}

function unknownBuiltIn(name: string, builtIns: readonly Plugin[]): PouchError {
  const known = builtIns.map((plugin) => plugin.name);
  const hint =
    didYouMean(name, known) ?? `there are ${known.join(', ') || 'none'}; a file is named by \`path\``;
  return new PouchError('PCH_PLUGIN_UNKNOWN', `no built-in plugin is named ${name}`, { hint, plugin: name });
}
