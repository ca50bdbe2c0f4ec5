import { formatOrigin, type LoadedConfig, settingPaths } from '../config/index.ts';
import { PouchError } from '../hooks/errors.ts';
import type { Config } from '../hooks/services.ts';
import type { Confinement } from './plugins/index.ts';

/** Returns what plugins may know of pouchd.yaml: not the options of other plugins, which may be secrets. */
export function pluginConfig({ config, originOf }: Pick<LoadedConfig, 'config' | 'originOf'>): Config {
  return {
    get(setting) {
      const path = readable(setting).split('.');
      return structuredClone(
        path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], config),
      );
    },
    originOf: (setting) => formatOrigin(originOf(readable(setting))),
  };
}

function readable(setting: string): string {
  if (setting !== 'plugins' && settingPaths.some((path) => path === setting)) return setting;
  throw new PouchError('PCH_NOT_FOUND', `no setting is named ${setting}`, {
    hint: 'docs/reference/configuration.md has all settings; a plugin cannot read `plugins`',
  });
}

/** No plugin sees what pouchd keeps, or its configuration, which may hold secrets of other plugins. */
export function confinementIn({ config: { root, state }, file }: LoadedConfig, program: string): Confinement {
  return { program, hidden: [root, state, ...(file === undefined ? [] : [file])] };
}

/** Where values of the configuration are written, for the loader of plugins. */
export function locateIn(loaded: LoadedConfig): (pointer: string) => string | undefined {
  return (pointer) => {
    const at = loaded.lineOf(pointer);
    return at && `${at.file}:${at.line}`;
  };
}

/** `FILE:LINE` of the entry with a plugin's name and without a path. */
export function entryOf(loaded: LoadedConfig, plugin: string): string | undefined {
  const { plugins } = loaded.config;
  const index = plugins.findIndex(({ name, path }) => path === undefined && name === plugin);
  return index < 0 ? undefined : locateIn(loaded)(`/plugins/${index}`);
}
