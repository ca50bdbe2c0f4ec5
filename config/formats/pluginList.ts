import type { FailurePolicy } from '../../hooks/defineHook.ts';
import type { PluginEntry, PluginLimits } from '../types.ts';
import { listOf, objectOf } from './collection.ts';
import { duration } from './duration.ts';
import type { Format, Report } from './format.ts';
import { Refusal, show, textFormat } from './format.ts';
import { pluginGrants } from './pluginGrants.ts';
import { plain } from './plain.ts';
import { hostUser, limitFields } from './pluginLimits.ts';
import { record, type RecordField } from './record.ts';
import { boolean, oneOf, word } from './scalar.ts';

const mostAttempts = 10;

/** Failure policy of the plugin's taps. */
export const onError = textFormat<FailurePolicy>({
  expected: 'fail, skip, degrade or retry(N)',
  json: { type: 'string', pattern: '^(fail|skip|degrade|retry\\(\\d{1,2}\\))$' },
  read(text) {
    if (text === 'fail' || text === 'skip' || text === 'degrade') return text;
    const attempts = /^retry\((\d{1,3})\)$/.exec(text)?.[1];
    if (attempts !== undefined) return { retry: checkAttempts(Number(attempts)) };
    if (text === 'retry') throw new Refusal('give a number of retries: retry(3)');
    return undefined;
  },
  write: (policy) => (typeof policy === 'string' ? policy : `retry(${policy.retry})`),
});

function checkAttempts(attempts: number): number {
  if (attempts < 1 || attempts > mostAttempts) throw new Refusal(`N must be from 1 to ${mostAttempts}`);
  return attempts;
}

const path = textFormat<string>({
  expected: 'the path of a plugin file, absolute or relative to this file, such as ./corp-hosts.ts',
  json: { type: 'string', minLength: 1 },
  read(text) {
    if (text.includes('\0')) throw new Refusal('a path cannot contain a NUL byte');
    return text === '' ? undefined : text;
  },
});

/** Options that a plugin checks. */
export const pluginOptions: Format<Record<string, unknown>> = {
  expected: "a map of the plugin's options",
  json: { type: 'object' },
  decode(raw, report) {
    if (raw instanceof Map) return plain(raw) as Record<string, unknown>;
    return void report({ at: [], expected: pluginOptions.expected, found: show(raw) });
  },
  encode: (value) => value,
};

const variable = word(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable such as DB_HOST');
const text = textFormat<string>({
  expected: 'a text without NUL bytes',
  json: { type: ['string', 'number', 'boolean'] },
  read: (value) => (value.includes('\0') ? undefined : value),
});

const env: Format<Readonly<Record<string, string>>> = {
  ...objectOf(variable, text),
  expected: 'a map from names of variables to texts',
  json: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
};

const limits = record<PluginLimits>({ expected: 'a map with memory, cpus and pids', fields: limitFields });

/** The fields of one entry, for the decoder, the JSON Schema and the docs. */
export const pluginFields: Readonly<Record<keyof PluginEntry, RecordField>> = {
  name: {
    format: word(/^[a-z][a-z0-9-]{0,62}$/, 'the name of a plugin such as network-cni'),
    doc: 'Name of a built-in or an installed plugin. An entry has either `name` or `path`.',
  },
  path: {
    format: path,
    doc:
      'A plugin file, absolute or relative to the directory of the configuration file: TypeScript or JavaScript by its extension ' +
      '(`.ts`, `.js`, `.mjs` and the like), else an executable.',
  },
  shadow: {
    format: boolean,
    doc:
      '`true`: the file only plans, beside the plugin of its name that serves, and pouchd reports where the two differ: ' +
      'docs/guides/managing-plugins.md#shadow. Default `false`.',
  },
  isolation: {
    format: oneOf('process', 'in-process'),
    doc:
      'Where its code runs: `process`, the default of a plugin file, is a process of its own that confines it; `in-process` is pouchd itself, ' +
      'with all rights of root, for TypeScript and JavaScript that contributes surfaces.',
  },
  env: {
    format: env,
    doc: 'Variables of its process, which has PATH and LANG besides.',
  },
  user: {
    format: hostUser,
    doc: 'User that its process runs as. Default `nobody`. As `root` it is not confined: it can do what pouchd can.',
  },
  limits: {
    format: limits,
    doc:
      'Limits of its process and of all that it starts: `memory` (such as 256m), `cpus` (0.5) and `pids`. ' +
      'Default: 512m, no limit of CPUs, and 1024 pids.',
  },
  grants: {
    format: pluginGrants,
    doc: 'Rights of its process, which has none by itself: docs/guides/plugins.md#isolation. One with `user: root` has all rights of pouchd.',
  },
  enabled: { format: boolean, doc: '`false` disables the plugin. Default `true`.' },
  options: { format: pluginOptions, doc: 'Options of the plugin, checked against its schema. Default `{}`.' },
  timeout: {
    format: duration({ min: 1 }),
    doc: "Deadline of each call of the plugin's hooks. Default: the deadline of the hook point.",
  },
  onError: {
    format: onError,
    doc:
      'Action when a hook of the plugin fails: `fail` fails the operation, `skip` continues, `degrade` continues and marks the ' +
      'container as degraded, `retry(N)` retries up to N times, then fails. Default: the policy of the hook point.',
  },
};

const pluginEntry = record<PluginEntry>({
  expected: `a map with name or path, and ${Object.keys(pluginFields).slice(2).join(', ')}`,
  fields: pluginFields,
  defaults: { enabled: true, options: {} },
  unknownHint: "a plugin's settings go below its options",
  json: { oneOf: [{ required: ['name'] }, { required: ['path'] }] },
  check: checkSource,
});

/** Files that pouchd loads as modules; others are executables. */
export const moduleFile = /\.[cm]?[jt]s$/;

/** Fields of an entry that only a plugin with a process of its own can have. */
export const processFields = ['env', 'user', 'limits', 'grants'] as const;

function checkSource(raw: ReadonlyMap<unknown, unknown>, report: Report): void {
  const count = Number(raw.has('name')) + Number(raw.has('path'));
  if (count !== 1)
    report({ at: [], expected: 'either name or path', found: count === 0 ? 'neither' : 'both' });
  const path = raw.get('path');
  const isolation = raw.get('isolation');
  if (typeof path === 'string' && isolation === 'in-process' && !moduleFile.test(path))
    report({
      at: ['isolation'],
      expected: 'TypeScript or JavaScript for this isolation',
      found: 'an executable',
    });
  if (String(raw.get('shadow')) === 'true' && (typeof path !== 'string' || isolation === 'in-process'))
    report({
      at: ['shadow'],
      expected: 'the path of a plugin with a process of its own for a shadow',
      found: typeof path === 'string' ? 'a plugin that runs in pouchd' : 'no path',
    });
  if (isolation !== 'in-process') return;
  for (const key of processFields)
    if (raw.has(key))
      report({
        at: [key],
        expected: `${key} in the entry of a plugin with a process of its own only`,
        found: 'a plugin that runs in pouchd',
      });
}

/** `plugins`, in the order in which they are loaded. */
export const pluginList: Format<readonly PluginEntry[]> = listOf(pluginEntry);
