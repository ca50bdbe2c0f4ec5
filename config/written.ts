import { schema } from './schema/index.ts';
import type { SettingPath } from './schema/setting.ts';
import type { PouchConfig } from './types.ts';

/** Returns a setting's value in its written form: `10s`, `64m`, `unix:///run/pouch/pouchd.sock`. */
export function writtenValue(config: PouchConfig, path: SettingPath): unknown {
  const value = valueAt(config, path);
  if (value === null) return null;
  const { format } = schema[path];
  return format.encode(format.json.type === 'object' ? new Map(Object.entries(value as object)) : value);
}

function valueAt(config: PouchConfig, path: SettingPath): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], config);
}

/** Converts dotted paths to a tree of keys, in the same order. */
export function nest(entries: Iterable<readonly [SettingPath, unknown]>): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const [path, value] of entries) {
    const [group = path, key] = path.split('.');
    if (key === undefined) tree[group] = value;
    else tree[group] = { ...(tree[group] as object | undefined), [key]: value };
  }
  return tree;
}
