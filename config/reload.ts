import type { LoadedConfig } from './load.ts';
import { schema, settingPaths } from './schema/index.ts';
import type { SettingPath } from './schema/setting.ts';
import type { PouchConfig } from './types.ts';
import { writtenValue } from './written.ts';

/** The differences of two configurations, by whether a running pouchd can apply them. */
export interface ReloadDiff {
  readonly reloadable: readonly SettingPath[];
  readonly needsRestart: readonly { readonly path: SettingPath; readonly why: string }[];
}

/** Returns the settings that differ. New values apply to new containers; running ones keep theirs. */
export function diffForReload(before: PouchConfig, after: PouchConfig): ReloadDiff {
  const changed = settingPaths.filter((path) => differs(before, after, path));
  return {
    reloadable: changed.filter((path) => schema[path].restart === undefined),
    needsRestart: changed.flatMap((path) => {
      const why = schema[path].restart;
      return why === undefined ? [] : [{ path, why }];
    }),
  };
}

function differs(before: PouchConfig, after: PouchConfig, path: SettingPath): boolean {
  return JSON.stringify(writtenValue(before, path)) !== JSON.stringify(writtenValue(after, path));
}

/** Returns the new configuration with the old values of settings that need a restart. */
export function keepFixed(old: LoadedConfig, next: LoadedConfig): LoadedConfig {
  const config = structuredClone(next.config);
  for (const { path } of diffForReload(old.config, next.config).needsRestart)
    copyField(old.config, config, path);
  return { ...next, config };
}

function copyField(from: object, to: object, path: string): void {
  const segments = path.split('.');
  const last = segments.pop()!;
  const parent = (value: object) =>
    segments.reduce(
      (at, segment) => at[segment] as Record<string, unknown>,
      value as Record<string, unknown>,
    );
  parent(to)[last] = parent(from)[last];
}
