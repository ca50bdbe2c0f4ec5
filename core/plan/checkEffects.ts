/** What is wrong with planned effects, before any is applied: needs, arguments, and rights of plugins. */
import { isDeepStrictEqual } from 'node:util';
import type { EffectRule, PathGrants, PluginGrants } from '../../config/types.ts';
import type { Effect } from '../../hooks/effects.ts';
import { PouchError } from '../../hooks/errors.ts';
import { type GrantMatch, hostEffectForm } from '../../hooks/hostEffects.ts';
import type { BlameEntry } from '../../hooks/plan.ts';
import { needsFault } from '../contract/effectNeeds.ts';
import { isWithinNetwork, matchesPath, matchesText } from '../contract/patterns.ts';
import { parseLimit } from '../contract/size.ts';
import { isWithin as isInside } from '../plugins/process/places.ts';
import { type FieldOwners, formatPath } from '../plugins/index.ts';
import { isObject, problemIn } from '../state/stored.ts';
import { changeByPlugin } from './culprit.ts';

type Effects = Readonly<Record<string, Effect>>;

export interface EffectRights {
  /** Who has set which part of an effect. */
  fieldOwners: FieldOwners;
  /** Of confined plugins, by name. */
  grants: ReadonlyMap<string, PluginGrants>;
  /** The plugin that provides an effect kind, which may plan it without a grant. */
  ownerOf(kind: string): string | undefined;
}

/** @throws PCH_PLAN_INVALID, PCH_EFFECT_NOT_GRANTED with the plugin of the effect */
export function checkEffects(effects: Effects, blame: readonly BlameEntry[], rights: EffectRights): void {
  checkNeeds(effects, blame);
  checkProcessNames(effects, blame);
  for (const [key, effect] of Object.entries(effects)) {
    checkArgs(key, effect, blame);
    checkGrants(key, effect, blame, rights);
  }
}

function checkNeeds(effects: Effects, blame: readonly BlameEntry[]): void {
  const fault = needsFault(effects);
  if (fault) throw invalid(fault.message, 'fix `needs` of the effect in the plugin', fault.keys, blame);
}

/** Files and cgroups are named by them. */
function checkProcessNames(effects: Effects, blame: readonly BlameEntry[]): void {
  const keys = new Map<unknown, string>();
  for (const [key, { kind, args }] of Object.entries(effects)) {
    if (kind !== 'host.process') continue;
    const other = keys.get(args['name']);
    if (other !== undefined)
      throw invalid(
        `the effects ${other} and ${key} both run a process named ${String(args['name'])}`,
        'have the plugins choose another `name` in the arguments',
        [key],
        blame,
      );
    keys.set(args['name'], key);
  }
}

function checkArgs(
  key: string,
  { kind, args, stage, needs = [] }: Effect,
  blame: readonly BlameEntry[],
): void {
  const form = hostEffectForm(kind);
  if (!form) return;
  if (form.stage !== undefined && form.stage !== stage)
    throw invalid(
      `the effect ${key} (${kind}) is of stage ${stage}, expected ${form.stage}`,
      `have the plugin plan it with \`stage: "${form.stage}"\``,
      [key],
      blame,
    );
  const unknown = Object.keys(args).find((name) => !Object.hasOwn(form.args.properties, name));
  const problem =
    unknown === undefined
      ? (problemIn(args, form.args) ?? form.problem?.(args, needs))
      : `expected ${Object.keys(form.args.properties).join(', ')}, found ${unknown}`;
  if (problem === undefined) return;
  throw invalid(
    `the arguments of the effect ${key} (${kind}) are invalid: ${problem}`,
    'docs/reference/effects.md has the arguments of each kind',
    [key],
    blame,
  );
}

function invalid(
  message: string,
  hint: string,
  keys: readonly string[],
  blame: readonly BlameEntry[],
): PouchError {
  const culprit = changeByPlugin(
    blame,
    keys.map((key) => formatPath(['effects', key])),
  );
  return new PouchError('PCH_PLAN_INVALID', message, {
    hint,
    ...(culprit && { plugin: culprit.plugin, hook: culprit.hook }),
  });
}

/** Every plugin that has set a part of the effect needs the right to it. */
function checkGrants(
  key: string,
  effect: Effect,
  blame: readonly BlameEntry[],
  { fieldOwners, grants, ownerOf }: EffectRights,
): void {
  for (const plugin of fieldOwners.of(['effects', key])) {
    const own = grants.get(plugin);
    if (own && ownerOf(effect.kind) !== plugin && !isGranted(effect, own))
      throw notGranted(key, effect, plugin, blame);
  }
}

function isGranted({ kind, args }: Effect, { effects = {}, paths = {} }: PluginGrants): boolean {
  const grant = Object.hasOwn(effects, kind) ? effects[kind] : undefined;
  if (grant === undefined || grant === true) return grant === true;
  const limits = Object.entries(hostEffectForm(kind)?.limits ?? {});
  return grant.some((rule) =>
    limits.every(([name, match]) =>
      match === 'paths' ? arePathsGranted(args[name], paths) : fits(args[name], rule[name], match),
    ),
  );
}

/** What a rule does not name must not be given. */
function fits(value: unknown, patterns: EffectRule[string] = [], match: RuleMatch): boolean {
  return value === undefined || matchers[match](patterns, value);
}

type RuleMatch = Exclude<GrantMatch, 'paths'>;

const someFits =
  (matches: (pattern: string, value: string) => boolean) =>
  (patterns: readonly string[], value: unknown): boolean =>
    typeof value === 'string' && patterns.some((pattern) => matches(pattern, value));

const matchers: Record<RuleMatch, (patterns: readonly string[], value: unknown) => boolean> = {
  path: someFits(matchesPath),
  text: someFits(matchesText),
  parameter: someFits((pattern, value) =>
    matchesText(pattern.replaceAll('/', '.'), value.replaceAll('/', '.')),
  ),
  network: someFits((pattern, value) => pattern === '**' || isWithinNetwork(pattern, value)),
  words: (words, value) => isDeepStrictEqual(value, words),
  names: (names, value) => isObject(value) && Object.keys(value).every((name) => names.includes(name)),
  most: ([most], value) => typeof value === 'number' && value <= (parseLimit(most) ?? 0),
};

/** As `grants.paths` allows the plugin itself: what it may write, it may also read. */
function arePathsGranted(value: unknown, { read = [], write = [] }: PathGrants): boolean {
  const wanted = (value ?? {}) as PathGrants;
  const isBelow = (path: string, granted: readonly string[]) => granted.some((one) => isInside(path, one));
  return (
    (wanted.read ?? []).every((path) => isBelow(path, [...read, ...write])) &&
    (wanted.write ?? []).every((path) => isBelow(path, write))
  );
}

function notGranted(
  key: string,
  { kind, args }: Effect,
  plugin: string,
  blame: readonly BlameEntry[],
): PouchError {
  const field = formatPath(['effects', key]);
  const entry = blame.findLast((one) => one.plugin === plugin && one.field.startsWith(field));
  const where = entry?.origin === undefined ? '' : ` (${entry.origin})`;
  return new PouchError(
    'PCH_EFFECT_NOT_GRANTED',
    `plugin ${plugin} plans the effect ${key} (${kind}), which it has no grant for`,
    {
      plugin,
      ...(entry && { hook: entry.hook }),
      hint: hostEffectForm(kind)
        ? `to allow it, add to the entry of ${plugin} in pouchd.yaml${where}: ${grantFor(kind, args)}`
        : `only effects of docs/reference/effects.md can be granted to it, and kinds of other plugins by \`${kind}: true\``,
    },
  );
}

/** The narrowest grant, as YAML on one line. */
function grantFor(kind: string, args: Effect['args']): string {
  const limits = Object.entries(hostEffectForm(kind)?.limits ?? {}).filter(
    ([name]) => args[name] !== undefined,
  );
  const rules = limits.filter(([, match]) => match !== 'paths');
  const rule = rules.map(([name, match]) => `${name}: ${patternOf(args[name], match)}`).join(', ');
  const paths = limits.filter(([, match]) => match === 'paths').map(([name]) => yamlOf(args[name]));
  const more = paths.map((text) => `, paths: ${text}`).join('');
  return `grants: { effects: { ${kind}: [{ ${rule} }] }${more} }`;
}

function patternOf(value: unknown, match: GrantMatch): string {
  return JSON.stringify(match === 'names' ? Object.keys(value as object) : value);
}

function yamlOf(value: unknown): string {
  const fields = Object.entries(value as object).map(([name, one]) => `${name}: ${JSON.stringify(one)}`);
  return `{ ${fields.join(', ')} }`;
}
