import type { Problem } from '../problem.ts';
import { isSettingPath, schema, settingPaths } from '../schema/index.ts';
import type { SettingPath } from '../schema/setting.ts';
import type { SettingStore } from '../SettingStore.ts';
import { didYouMean } from '../suggest.ts';
import { show } from '../formats/format.ts';
import type { ConfigDocument, RawMap } from './document.ts';

type ReportProblem = (problem: Problem) => void;

/** Overrides the current values with the settings of the file, and reports unknown keys. */
export function importDocument(document: ConfigDocument, store: SettingStore, report: ReportProblem): void {
  for (const [key, raw] of document.root) {
    if (isSettingPath(key) && key.includes('.')) report(dottedKey(document, key));
    else if (isSettingPath(key)) importSetting(document, store, key, raw);
    else if (keysOf(key).length > 0) importGroup(document, store, key, raw, report);
    else report(unknownKey(document, [key], topLevelKeys));
  }
  requireApiVersion(document, report);
}

const topLevelKeys = [...new Set(settingPaths.map((path) => path.split('.')[0] ?? path))];

function keysOf(group: string): string[] {
  return settingPaths
    .filter((path) => path.startsWith(`${group}.`))
    .map((path) => path.slice(group.length + 1));
}

function importGroup(
  document: ConfigDocument,
  store: SettingStore,
  group: string,
  raw: unknown,
  report: ReportProblem,
): void {
  if (raw === null) return;
  if (!(raw instanceof Map)) return report(notAGroup(document, group, raw));
  for (const [key, value] of raw as RawMap) {
    const path = `${group}.${key}`;
    if (isSettingPath(path)) importSetting(document, store, path, value);
    else report(unknownKey(document, [group, key], keysOf(group)));
  }
}

/** A list or map whose entries are all commented out counts as unset. */
function importSetting(document: ConfigDocument, store: SettingStore, path: SettingPath, raw: unknown): void {
  const { type } = schema[path].format.json;
  if (raw === null && (type === 'array' || type === 'object')) return;
  const place = document.locate(path.split('.'));
  if (place) store.set(path, raw, { kind: 'file', ...place });
}

function dottedKey(document: ConfigDocument, path: SettingPath): Problem {
  const [group, key] = path.split('.');
  const place = { ...document.locateKey([path]), path };
  return { ...place, expected: `${group} as a map with ${key}`, found: `the dotted key ${show(path)}` };
}

function notAGroup(document: ConfigDocument, group: string, raw: unknown): Problem {
  const expected = `a map with ${keysOf(group).join(', ')}`;
  return { ...document.locate([group]), path: group, expected, found: show(raw) };
}

function unknownKey(document: ConfigDocument, path: readonly string[], siblings: readonly string[]): Problem {
  const name = path.at(-1) ?? '';
  const place = { ...document.locateKey(path), path: path.join('.') };
  const problem = {
    ...place,
    expected: `one of ${siblings.join(', ')}`,
    found: `the unknown key ${show(name)}`,
  };
  const hint = didYouMean(name, siblings) ?? elsewhere(name);
  return hint ? { ...problem, hint } : problem;
}

/** Finds a setting elsewhere: `registries.mirrors` for `mirrors`, `log.level` for `logLevel`. */
function elsewhere(name: string): string | undefined {
  const home = settingPaths.find((path) => path.endsWith(`.${name}`));
  return home ? `did you mean ${home}?` : didYouMean(name, settingPaths);
}

function requireApiVersion(document: ConfigDocument, report: ReportProblem): void {
  if (document.root.size === 0 || document.root.has('apiVersion')) return;
  // It may be in the main file, whose syntax is broken.
  if (document.problems.some(({ file }) => file === document.file)) return;
  const place = { file: document.file, line: 1, column: 1 };
  report({ ...place, path: 'apiVersion', expected: 'apiVersion: pouch/v1', found: 'no apiVersion' });
}
