import type { Problem } from './problem.ts';
import { isSettingPath, schema, settingPaths } from './schema/index.ts';
import type { SettingPath } from './schema/setting.ts';
import type { SettingStore } from './SettingStore.ts';
import { oneText, toRaw } from './SettingStore.ts';
import { didYouMean } from './suggest.ts';

/** Overrides the current values with pouchd's options. */
export function importFlags(
  flags: Record<string, unknown>,
  store: SettingStore,
  report: (problem: Problem) => void,
): void {
  for (const [name, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    const path = settingOfFlag(name);
    if (path) store.set(path, rawFlag(path, value), { kind: 'flag', name: flagName(path) });
    else report(unknownFlag(name));
  }
}

function rawFlag(path: SettingPath, value: unknown): unknown {
  return typeof value === 'string' ? oneText(path, value) : toRaw(value);
}

/** `log-level`, `logLevel` and `log.level` name the same setting. */
function settingOfFlag(name: string): SettingPath | undefined {
  if (isSettingPath(name)) return name;
  const dashed = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return settingPaths.find((path) => schema[path].flag === dashed);
}

function flagName(path: SettingPath): string {
  const flag = schema[path].flag;
  return flag ? `--${flag}` : `--set ${path}`;
}

function unknownFlag(name: string): Problem {
  const hint = didYouMean(name, settingPaths);
  const problem = {
    source: `--set ${name}`,
    path: name,
    expected: 'a setting',
    found: `the unknown name "${name}"`,
  };
  return hint ? { ...problem, hint } : problem;
}
