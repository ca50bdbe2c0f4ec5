import { Document, isCollection, isMap, isScalar, isSeq } from 'yaml';
import type { Node } from 'yaml';
import type { LoadedConfig } from './load.ts';
import { formatOrigin } from './origin.ts';
import { isPrivate, settingPaths } from './schema/index.ts';
import type { SettingPath } from './schema/setting.ts';
import { secretNames } from './secrets.ts';
import { shownValue } from './shownValue.ts';
import { nest, writtenValue } from './written.ts';

/**
 * Prints the effective configuration with the origin of each value. `yaml` is a valid configuration file; `json` is
 * `{ file, config, origins, warnings }`. Options of plugins and of declared objects are masked if they have names of
 * secrets, and references are printed in the place of their values.
 */
export function printConfig(
  loaded: LoadedConfig,
  format: 'yaml' | 'json' = 'yaml',
  { origins = true }: { origins?: boolean } = {},
): string {
  const entries = settingPaths.map((path) => [path, shown(loaded, path)] as const);
  return format === 'json' ? printJson(loaded, entries, origins) : printYaml(loaded, entries, origins);
}

type Entries = readonly (readonly [SettingPath, unknown])[];

function shown(loaded: LoadedConfig, path: SettingPath): unknown {
  const value = writtenValue(loaded.config, path);
  if (!isPrivate(path)) return value;
  return shownValue(value, path.split('.'), {
    isSecretName: secretNames(loaded.config.secrets.names),
    references: new Map(
      loaded.references.map((reference) => [JSON.stringify(reference.path), reference.text]),
    ),
  });
}

function printJson(loaded: LoadedConfig, entries: Entries, hasOrigins: boolean): string {
  const all = settingPaths.map((path) => [path, formatOrigin(loaded.originOf(path))]);
  const origins = hasOrigins ? { origins: Object.fromEntries(all) as Record<string, string> } : {};
  const { file = null, warnings } = loaded;
  return `${JSON.stringify({ file, config: nest(entries), ...origins, warnings }, null, 2)}\n`;
}

/** Separates a value from its origin until comments are aligned; no value contains it. */
const mark = '\u0001';

function printYaml(loaded: LoadedConfig, entries: Entries, hasOrigins: boolean): string {
  const document = new Document(nest(entries));
  for (const path of settingPaths)
    annotate(document, path, hasOrigins ? formatOrigin(loaded.originOf(path)) : '');
  return alignComments(document.toString({ lineWidth: 0 }));
}

/** The origin of a multi-line list or map is above its first line. */
function annotate(document: Document, path: SettingPath, origin: string): void {
  const node = document.getIn(path.split('.'), true) as Node;
  if (isSeq(node)) node.flow = node.items.every((item) => isScalar(item));
  if (isMap(node)) node.flow = node.items.length === 0;
  const isBlock = isCollection(node) && !node.flow;
  if (origin === '') return;
  if (isBlock) node.commentBefore = ` ${origin}`;
  else node.comment = `${mark}${origin}`;
}

const column = 44;

function alignComments(text: string): string {
  return text.replaceAll(
    new RegExp(`^(.*?) *#${mark}`, 'gm'),
    (_all, value: string) => `${value.padEnd(column)} # `,
  );
}
