import type { Plugin } from '../../../hooks/definePlugin.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { isRecord } from '../draft/clone.ts';
import { hookNames } from './tappableHooks.ts';

const pluginName = /^[a-z][a-z0-9-]{0,62}$/;

/** A manifest check: what is wrong with the field, or undefined. */
type Check = (value: unknown) => string | undefined;

const checks: Readonly<Record<keyof Plugin, Check>> = {
  name: (value) =>
    typeof value === 'string' && pluginName.test(value)
      ? undefined
      : 'is no name: lower case letters, digits and -, a letter first, at most 63',
  version: optional('string'),
  doc: optional('string'),
  options: (value) =>
    value === undefined || (isRecord(value) && value.type === 'object')
      ? undefined
      : 'is no object schema: write Type.Object({ … })',
  hooks: (value) => (value === undefined ? undefined : checkHooks(value)),
  setup: (value) => (typeof value === 'function' ? undefined : 'is no function'),
};

function optional(type: 'string'): Check {
  return (value) => (value === undefined || typeof value === type ? undefined : `is no ${type}`);
}

function checkHooks(value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'is no list of hook names';
  const unknown: unknown = value.find((name) => !hookNames.some((known) => known === name));
  return unknown === undefined
    ? undefined
    : `lists ${JSON.stringify(unknown)}, which is no hook; there are ${hookNames.join(', ')}`;
}

/**
 * Checks that a value is a plugin, before any of its code is called.
 * @throws PCH_PLUGIN_INVALID
 */
export function checkManifest(value: unknown, source: string): Plugin {
  if (!isRecord(value)) throw invalid(source, 'it has no plugin as its default export');
  for (const [field, check] of Object.entries(checks)) {
    const problem = check(value[field]);
    if (problem) throw invalid(source, `its \`${field}\` ${problem}`);
  }
  return value as unknown as Plugin;
}

function invalid(source: string, problem: string): PouchError {
  return new PouchError('PCH_PLUGIN_INVALID', `${source} is no plugin that Pouch can use: ${problem}`, {
    hint: 'end the file with `export default definePlugin({ name, setup })`; docs/guides/plugins.md has an example',
  });
}
