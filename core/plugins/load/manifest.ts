import { contributionNames } from '../../../hooks/contributions/index.ts';
import type { Plugin } from '../../../hooks/definePlugin.ts';
import { didYouMean } from '../../../config/suggest.ts';
import { PouchError } from '../../../hooks/errors.ts';
import satisfies from 'semver/functions/satisfies.js';
import valid from 'semver/functions/valid.js';
import validRange from 'semver/ranges/valid.js';
import { rightNames } from '../../../hooks/processProtocol.ts';
import { isRecord } from '../draft/clone.ts';
import { version } from '../../version.ts';
import { brokenRule, callback, type FieldRules, optional, string } from './fieldRules.ts';
import { hookNames } from './tappableHooks.ts';

const pluginName = /^[a-z][a-z0-9-]{0,62}$/;

const rules: FieldRules<keyof Plugin> = {
  name: {
    fits: (value) => typeof value === 'string' && pluginName.test(value),
    form: 'at most 63 lower-case letters, digits and "-", the first a letter',
  },
  version: optional(string),
  doc: optional(string),
  engines: optional({
    fits: (value) => isRecord(value) && Object.keys(value).join() === 'pouch' && isRange(value['pouch']),
    form: 'a range of versions of Pouch: write { pouch: "^0.1.0" }',
  }),
  options: optional({
    fits: (value) => isRecord(value) && value.type === 'object',
    form: 'an object schema: write Type.Object({ … })',
  }),
  inject: optional({
    fits: (value) => isRecord(value) && Object.values(value).every(isInjectable),
    form: injectForm,
  }),
  provides: optional({
    fits: (value) => isRecord(value) && Object.values(value).every((one) => typeof one === 'symbol'),
    form: 'an object of tokens: write { users: token<Users>("NAME.users") }',
  }),
  sections: optional({
    fits: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
    form: 'a list of sections of pouchd.yaml',
  }),
  hooks: optional({ fits: (value) => Array.isArray(value) && value.every(isHook), form: hooksForm }),
  check: optional(callback),
  contributes: optional({
    fits: (value) => Array.isArray(value) && value.every(isPoint),
    form: `a list of contribution points: ${contributionNames.join(', ')}`,
  }),
  wants: optional({
    fits: (value) => Array.isArray(value) && value.every(isRight),
    form: `a list of ${rightNames.join(', ')} and { paths: { read: ['/etc/corp'], write: […] } }`,
  }),
  required: optional({ fits: (value) => typeof value === 'boolean', form: 'true or false' }),
  setup: callback,
};

function isRight(wanted: unknown): boolean {
  if (rightNames.some((known) => known === wanted)) return true;
  if (!isRecord(wanted) || !isRecord(wanted['paths']) || Object.keys(wanted).length !== 1) return false;
  return Object.entries(wanted['paths']).every(
    ([use, paths]) => ['read', 'write'].includes(use) && Array.isArray(paths) && paths.every(isPath),
  );
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('/');
}

function isRange(value: unknown): boolean {
  return typeof value === 'string' && validRange(value) !== null;
}

function isHook(name: unknown): boolean {
  return hookNames.some((known) => known === name);
}

function isPoint(name: unknown): boolean {
  return contributionNames.some((known) => known === name);
}

function isInjectable(wanted: unknown): boolean {
  if (typeof wanted === 'symbol') return true;
  if (!isRecord(wanted) || typeof wanted['token'] !== 'symbol') return false;
  const { range } = wanted;
  return range === undefined || isRange(range);
}

function injectForm(found: unknown): string {
  const form = 'an object of tokens: write { containers: Containers, users: versioned(Users, "^1.2") }';
  const wrong = isRecord(found) && Object.entries(found).find(([, wanted]) => !isInjectable(wanted));
  return wrong ? `${form}; found ${describeWanted(wrong[1])} as \`${wrong[0]}\`` : form;
}

function describeWanted(wanted: unknown): string {
  return isRecord(wanted) && 'range' in wanted ? `the range ${String(wanted['range'])}` : String(wanted);
}

function hooksForm(found: unknown): string {
  const unknown: unknown = Array.isArray(found) ? found.find((name) => !isHook(name)) : found;
  return `a list of hook names; found ${JSON.stringify(unknown)}, known are ${hookNames.join(', ')}`;
}

/**
 * Checks that a value is a plugin, before any of its code is called.
 * @throws PCH_PLUGIN_INVALID, PCH_PLUGIN_ENGINE
 */
export function checkManifest(value: unknown, source: string): Plugin {
  if (!isRecord(value)) throw invalid(source, 'its default export must be a plugin');
  const problem = unknownField(value) ?? brokenRule(value, rules) ?? missingVersion(value);
  if (problem !== undefined) throw invalid(source, problem, value['name']);
  const plugin = value as unknown as Plugin;
  checkEngines(plugin);
  return plugin;
}

/** @throws PCH_PLUGIN_ENGINE */
function checkEngines({ name, engines }: Plugin): void {
  if (engines === undefined || satisfies(version, engines.pouch, { includePrerelease: true })) return;
  throw new PouchError(
    'PCH_PLUGIN_ENGINE',
    `plugin ${name} needs Pouch ${engines.pouch}, and this is ${version}`,
    {
      plugin: name,
      hint: 'install a version of the plugin for this Pouch, or another Pouch',
    },
  );
}

function missingVersion({ provides, version }: Record<string, unknown>): string | undefined {
  if (provides === undefined || valid(version as string) !== null) return undefined;
  const found = version === undefined ? 'none' : JSON.stringify(version);
  return `\`version\` must be a semantic version such as 1.2.0, for the plugins that inject its services; found ${found}`;
}

function unknownField(value: Record<string, unknown>): string | undefined {
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(rules, name));
  if (unknown === undefined) return undefined;
  const known = Object.keys(rules);
  return `it has the unknown field \`${unknown}\`; ${didYouMean(unknown, known) ?? `known are ${known.join(', ')}`}`;
}

function invalid(source: string, problem: string, name?: unknown): PouchError {
  return new PouchError('PCH_PLUGIN_INVALID', `${source} is not a valid plugin: ${problem}`, {
    ...(rules.name.fits(name) && { plugin: String(name) }),
    hint: 'end the file with `export default definePlugin({ name, setup })`; docs/guides/plugins.md has an example',
  });
}
