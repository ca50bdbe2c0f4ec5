import type { AnyFormat } from '../formats/format.ts';
import { containerd } from './containerd.ts';
import { containers } from './containers.ts';
import { daemon } from './daemon.ts';
import { declared, isDeclaredSection } from './declared.ts';
import { registries } from './registries.ts';
import { network } from './network.ts';
import { plugins } from './plugins.ts';
import type { Setting, SettingPath } from './setting.ts';

/** A setting of unknown type; only its path knows the type. */
export type AnySetting = Omit<Setting<unknown>, 'format'> & { readonly format: AnyFormat };

/** The chapters of the docs, in order. */
export const chapters = {
  'The daemon': daemon,
  'containerd and runtimes': containerd,
  Network: network,
  Registries: registries,
  Containers: containers,
  Plugins: plugins,
  'What the host has': declared,
};

/**
 * Every setting of pouchd.yaml by its dotted path, in the order of the docs. Defaults, formats, environment
 * variables, flags, docs, JSON Schema and reload are derived from this declaration.
 */
export const schema: Readonly<Record<SettingPath, AnySetting>> = {
  ...daemon,
  ...containerd,
  ...network,
  ...registries,
  ...containers,
  ...plugins,
  ...declared,
};

export const settingPaths = Object.keys(schema) as SettingPath[];

export function isSettingPath(path: string): path is SettingPath {
  return Object.hasOwn(schema, path);
}

/** Whether a setting may hold secrets: options of plugins, declared objects, and credentials. */
export function isPrivate(path: string): boolean {
  return path === 'plugins' || path === 'registries.credentials' || isDeclaredSection(path);
}

/**
 * Returns the variable of a setting: POUCHD_NETWORK_BIN_DIR for `network.binDir`; undefined if only the file can set
 * it.
 */
export function envName(path: SettingPath): string | undefined {
  if (schema[path].env === false) return undefined;
  return `POUCHD_${path
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;
}
