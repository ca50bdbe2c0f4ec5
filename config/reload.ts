import type { LoadedConfig } from './load.ts';
import { schema, settingPaths } from './schema/index.ts';
import type { SettingPath } from './schema/setting.ts';
import type { PouchConfig } from './types.ts';
import { writtenValue } from './written.ts';

/** What changed between two configurations, by whether a running pouchd can take it over. */
export interface ReloadDiff {
  readonly reloadable: readonly SettingPath[];
  readonly needsRestart: readonly { readonly path: SettingPath; readonly why: string }[];
}

/** The settings that differ. New values reach what is made from now on; running containers keep theirs. */
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

/** The new configuration with the old values of what cannot change while the daemon runs. */
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
