import { basename, extname } from 'node:path';
import { processFields } from '../../../config/formats/pluginList.ts';
import { didYouMean } from '../../../config/suggest.ts';
import type { PluginEntry } from '../../../config/types.ts';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { Locate } from '../../../hooks/definePlugin.ts';
import { unreadProblem } from '../../../hooks/unread.ts';
import type { WantedPlugin } from './wantedPlugin.ts';
import { PluginSlot } from './PluginSlot.ts';
import type { PluginVersion } from './PluginVersion.ts';

/** An entry of `plugins`, after what commands have changed beside pouchd.yaml. */
export interface LoadEntry extends PluginEntry {
  /** Its place in pouchd.yaml, where it is not its place in the list. */
  readonly place?: number | undefined;
  /** A shadow was promoted in its place. */
  readonly isReplaced?: boolean | undefined;
  /** Of an installed plugin that pouchd.yaml does not mention. */
  readonly isUnnamed?: boolean | undefined;
}

/** Values of top-level sections of the configuration, by name; of an empty one, that of the entry of its plugin. */
export type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The versions that serve, by name and, of files, by path. */
export type ServingVersions = ReadonlyMap<string, PluginVersion>;

/**
 * One slot for each plugin, in the order that later decides between equals: built-in ones that the configuration does
 * not mention, then the configuration's entries.
 */
export function slotsOf(
  builtIns: readonly Plugin[],
  entries: readonly LoadEntry[],
  locate: Locate,
  serving: ServingVersions,
  sections: Sections = {},
): PluginSlot[] {
  const mentioned = new Set(entries.map(({ name }) => name));
  const silent = builtIns.filter(({ name }) => !mentioned.has(name)).map(fromList);
  const listed = entries.flatMap((entry, index) =>
    entry.isReplaced ? [] : fromEntry(entry, entry.place ?? index, builtIns, locate),
  );
  return [...silent, ...listed].map((entry) => {
    const wanted = withSections(entry, sections);
    const previous = serving.get(wanted.path ?? wanted.name) ?? serving.get(wanted.name);
    const slot = new PluginSlot(wanted, wanted.isShadow ? undefined : previous);
    const fault = faultOf(wanted, builtIns, locate) ?? doubled(entry, wanted, locate);
    if (fault) slot.fail(fault);
    return slot;
  });
}

/** Adds the sections that are options of a built-in plugin, if the configuration has them. */
function withSections(wanted: WantedPlugin, sections: Sections): WantedPlugin {
  const given = wanted.options as Readonly<Record<string, unknown>>;
  // What its entry has of its own is not from a section.
  const own = (wanted.builtIn?.sections ?? []).filter(
    (name) => Object.keys(sections[name] ?? {}).length > 0 && sections[name] !== given[name],
  );
  if (own.length === 0) return wanted;
  const values = Object.fromEntries(own.map((name) => [name, sections[name]]));
  return { ...wanted, options: { ...given, ...values }, sections: own };
}

/** Options with a reference that could not be read when pouchd started. @throws PCH_PLUGIN_OPTIONS */
export function requireOptions({ unread, name }: WantedPlugin): void {
  if (unread === undefined) return;
  throw new PouchError('PCH_PLUGIN_OPTIONS', unread, {
    hint: 'once it can be read, `pouch apply` or SIGHUP loads the plugin',
    plugin: name,
  });
}

/** An option that its entry has, too. */
function doubled(entry: WantedPlugin, { sections = [], name }: WantedPlugin, locate: Locate) {
  const both = sections.find((section) => Object.hasOwn(entry.options as object, section));
  if (both === undefined) return undefined;
  const where = locate(`${entry.pointer ?? ''}/options/${both}`);
  return new PouchError(
    'PCH_PLUGIN_OPTIONS',
    `${where === undefined ? '' : `${where}: `}options.${both}: expected the section ${both} or this option, found both`,
    { hint: `move all of it to the section ${both}`, plugin: name },
  );
}

function fromList(plugin: Plugin): WantedPlugin {
  return {
    name: plugin.name,
    source: 'built-in',
    builtIn: plugin,
    isolation: 'in-process',
    enabled: true,
    options: {},
  };
}

function fromEntry(
  entry: LoadEntry,
  index: number,
  builtIns: readonly Plugin[],
  locate: Locate,
): WantedPlugin {
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
    isShadow: entry.shadow,
    options: entry.options,
    unread: unreadProblem(entry.options),
    ...(entry.isUnnamed ? {} : { pointer, origin: locate(pointer) }),
    timeoutMs: entry.timeout,
    onError: entry.onError,
  };
}

function nameOfFile(path: string): string {
  return basename(path, extname(path));
}

/** What is wrong with an entry by name. That of an installed plugin has a path by now. */
function faultOf(wanted: WantedPlugin, builtIns: readonly Plugin[], locate: Locate): PouchError | undefined {
  if (wanted.path !== undefined) return undefined;
  if (!wanted.builtIn) return unknownName(wanted.name, builtIns);
  const field =
    processFields.find((key) => wanted[key] !== undefined) ??
    (wanted.isolation === 'process' ? 'isolation' : undefined);
  return field && ofBuiltIn(wanted, field, locate);
}

function unknownName(name: string, builtIns: readonly Plugin[]): PouchError {
  const known = builtIns.map((plugin) => plugin.name);
  const hint =
    didYouMean(name, known) ??
    `install it, or name its file by \`path\`; built-in plugins are ${known.join(', ') || 'none'}`;
  return new PouchError('PCH_PLUGIN_UNKNOWN', `no built-in or installed plugin is named ${name}`, {
    hint,
    plugin: name,
  });
}

/** A built-in plugin runs in pouchd, and as root. */
function ofBuiltIn({ name, pointer = '' }: WantedPlugin, field: string, locate: Locate): PouchError {
  const where = locate(`${pointer}/${field}`);
  return new PouchError(
    'PCH_CONFIG_INVALID',
    `${where === undefined ? '' : `${where}: `}${field}: expected a plugin with a process of its own, found the built-in plugin ${name}`,
    { hint: `remove ${field} from its entry`, plugin: name },
  );
}
