import {
  declaredSections,
  diffForReload,
  formatOrigin,
  isDeclaredSection,
  isPrivate,
  type LoadedConfig,
  lostError,
  type PouchConfig,
  secretNames,
  settingPaths,
} from '../config/index.ts';
import type { DeclarationFile } from '../hooks/appliedFile.ts';
import { PouchError } from '../hooks/errors.ts';
import { jsonPointer } from '../hooks/jsonPointer.ts';
import type { Config, ConfigSections } from '../hooks/services.ts';
import type { Confinement, Sections } from './plugins/index.ts';

/** The files of the configuration as they are now. */
export interface ConfigView {
  read(applied?: DeclarationFile | null): LoadedConfig;
  /** Why they are not in force. */
  problem(): string | undefined;
  /** Whether a text has the content of a file that a reference names. */
  isSecretText(text: string): boolean;
}

/** Returns what plugins may know of pouchd.yaml: not the options of other plugins, which may be secrets. */
export function pluginConfig(
  { config, originOf, lost }: Pick<LoadedConfig, 'config' | 'originOf' | 'lost'>,
  { read, problem, isSecretText }: ConfigView = noFiles,
): Config {
  return {
    get(setting) {
      const path = readable(setting).split('.');
      return structuredClone(
        path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], config),
      );
    },
    originOf: (setting) => formatOrigin(originOf(readable(setting))),

    async readAgain(applied) {
      const loaded = read(applied);
      if (loaded.lost) throw lostError(loaded.lost);
      return { ...sectionsWithLines(loaded), isRestInForce: !hasOtherSettings(config, loaded.config) };
    },
    problemOfFiles: () => problem(),
    lostFile: () => lost,
    isSecretText: (text) => isSecretText(text),
    isSecretName: secretNames(config.secrets.names),
  };
}

const noFiles: ConfigView = {
  read() {
    throw new PouchError('PCH_NOT_SUPPORTED', 'the files of the configuration are not read here');
  },
  problem: () => undefined,
  isSecretText: () => false,
};

function readable(setting: string): string {
  if (!isPrivate(setting) && settingPaths.some((path) => path === setting)) return setting;
  throw new PouchError('PCH_NOT_FOUND', `no setting is named ${setting}`, {
    hint: 'docs/reference/configuration.md has all settings; a plugin cannot read `plugins`, the sections of other plugins, and credentials',
  });
}

/** No plugin sees what pouchd keeps, or its configuration, which may hold secrets of other plugins. */
export function confinementIn(
  { config: { root, state }, files }: LoadedConfig,
  program: string,
): Confinement {
  return { program, hidden: [root, state, ...files] };
}

/** Where values of the configuration are written, for the loader of plugins. */
export function locateIn(loaded: LoadedConfig): (pointer: string) => string | undefined {
  return (pointer) => {
    const at = loaded.lineOf(pointer);
    return at && `${at.file}:${at.line}`;
  };
}

/** The sections of the configuration that are options of built-in plugins. */
export function sectionsOf({ config }: Pick<LoadedConfig, 'config'>): Sections {
  const sections = Object.fromEntries(declaredSections.map((section) => [section, config[section]]));
  const { profiles = {} } = sections;
  return { ...sections, profiles: Object.keys(profiles).length > 0 ? profiles : profilesOfEntry(config) };
}

/** Profiles may also be the option of the plugin, which the section has replaced. */
function profilesOfEntry({ plugins }: LoadedConfig['config']): Sections[string] {
  const options = plugins[entryIndex(plugins, 'profiles')]?.options as { profiles?: unknown } | undefined;
  const isMap = typeof options?.profiles === 'object' && options.profiles !== null;
  return isMap ? (options.profiles as Sections[string]) : {};
}

/** Whether a reload changes settings, or entries of plugins. */
function hasOtherSettings(inForce: PouchConfig, ofFiles: PouchConfig): boolean {
  return diffForReload(inForce, ofFiles).reloadable.some((path) => !isDeclaredSection(path));
}

function sectionsWithLines(loaded: LoadedConfig): Omit<ConfigSections, 'isRestInForce'> {
  const sections = sectionsOf(loaded) as ConfigSections['sections'];
  const locate = locateOfSections(loaded);
  const paths = Object.entries(sections).flatMap(([section, objects]) =>
    Object.entries(objects).flatMap(([name, options]) => {
      const object = [section, name];
      return [object, ...Object.keys(options).map((option) => [...object, option])];
    }),
  );
  const lines = paths.flatMap((path) => {
    const pointer = jsonPointer(...path);
    const line = locate(pointer);
    return line === undefined ? [] : [[pointer, line]];
  });
  return { sections, lines: Object.fromEntries(lines) as Record<string, string> };
}

/** Of a pointer to an object of a section, or to one of its options. */
function locateOfSections(loaded: LoadedConfig): (pointer: string) => string | undefined {
  const locate = locateIn(loaded);
  const entry = entryIndex(loaded.config.plugins, 'profiles');
  return (pointer) =>
    locate(pointer) ??
    (entry >= 0 && pointer.startsWith('/profiles/')
      ? locate(`/plugins/${entry}/options${pointer}`)
      : undefined);
}

/** `FILE:LINE` of the entry with a plugin's name and without a path. */
export function entryOf(loaded: LoadedConfig, plugin: string): string | undefined {
  const index = entryIndex(loaded.config.plugins, plugin);
  return index < 0 ? undefined : locateIn(loaded)(`/plugins/${index}`);
}

function entryIndex(plugins: LoadedConfig['config']['plugins'], plugin: string): number {
  return plugins.findIndex(({ name, path }) => path === undefined && name === plugin);
}
