import { Document, isCollection, isMap, isScalar, isSeq } from 'yaml';
import type { Node } from 'yaml';
import type { LoadedConfig } from './load.ts';
import { formatOrigin } from './origin.ts';
import { settingPaths } from './schema/index.ts';
import type { SettingPath } from './schema/setting.ts';
import { hideSecrets, secretNames } from './secrets.ts';
import { nest, writtenValue } from './written.ts';

/**
 * Prints the effective configuration with the origin of each value. `yaml` is a valid configuration file; `json` is
 * `{ file, config, origins, warnings }`. Plugin options with names of secrets are masked.
 */
export function printConfig(loaded: LoadedConfig, format: 'yaml' | 'json' = 'yaml'): string {
  const entries = settingPaths.map((path) => [path, shown(loaded, path)] as const);
  return format === 'json' ? printJson(loaded, entries) : printYaml(loaded, entries);
}

type Entries = readonly (readonly [SettingPath, unknown])[];

function shown(loaded: LoadedConfig, path: SettingPath): unknown {
  const value = writtenValue(loaded.config, path);
  return path === 'plugins' ? hideSecrets(value, secretNames(loaded.config.secrets.names)) : value;
}

function printJson(loaded: LoadedConfig, entries: Entries): string {
  const origins = settingPaths.map((path) => [path, formatOrigin(loaded.originOf(path))]);
  const { file = null, warnings } = loaded;
  return `${JSON.stringify({ file, config: nest(entries), origins: Object.fromEntries(origins), warnings }, null, 2)}\n`;
}

/** Separates a value from its origin until comments are aligned; no value contains it. */
const mark = '\u0001';

function printYaml(loaded: LoadedConfig, entries: Entries): string {
  const document = new Document(nest(entries));
  for (const path of settingPaths) annotate(document, path, formatOrigin(loaded.originOf(path)));
  return alignComments(document.toString({ lineWidth: 0 }));
}

/** The origin of a multi-line list or map is above its first line. */
function annotate(document: Document, path: SettingPath, origin: string): void {
  const node = document.getIn(path.split('.'), true) as Node;
  if (isSeq(node)) node.flow = node.items.every((item) => isScalar(item));
  if (isMap(node)) node.flow = node.items.length === 0;
  const isBlock = isCollection(node) && !node.flow;
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
