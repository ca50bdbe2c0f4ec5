/** What is wrong with planned effects, before any is applied: needs, arguments, and rights of plugins. */
import type { EffectRule, PluginGrants } from '../../config/types.ts';
import type { Effect } from '../../hooks/effects.ts';
import { PouchError } from '../../hooks/errors.ts';
import { type GrantMatch, hostEffectForm } from '../../hooks/hostEffects.ts';
import type { BlameEntry } from '../../hooks/plan.ts';
import { needsFault } from '../contract/effectNeeds.ts';
import { isWithinNetwork, matchesPath, matchesText } from '../contract/patterns.ts';
import { type FieldOwners, formatPath } from '../plugins/index.ts';
import { problemIn } from '../state/stored.ts';
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
  for (const [key, effect] of Object.entries(effects)) {
    checkArgs(key, effect, blame);
    checkGrants(key, effect, blame, rights);
  }
}

function checkNeeds(effects: Effects, blame: readonly BlameEntry[]): void {
  const fault = needsFault(effects);
  if (fault) throw invalid(fault.message, 'fix `needs` of the effect in the plugin', fault.keys, blame);
}

function checkArgs(key: string, { kind, args }: Effect, blame: readonly BlameEntry[]): void {
  const form = hostEffectForm(kind);
  if (!form) return;
  const unknown = Object.keys(args).find((name) => !Object.hasOwn(form.args.properties, name));
  const problem =
    unknown === undefined
      ? problemIn(args, form.args)
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

function isGranted({ kind, args }: Effect, { effects = {} }: PluginGrants): boolean {
  const grant = Object.hasOwn(effects, kind) ? effects[kind] : undefined;
  if (grant === undefined || grant === true) return grant === true;
  const limits = Object.entries(hostEffectForm(kind)?.limits ?? {});
  return grant.some((rule) => limits.every(([name, match]) => fits(args[name], rule[name], match)));
}

/** What a rule does not name must not be given. */
function fits(value: unknown, patterns: EffectRule[string] = [], match: GrantMatch): boolean {
  if (value === undefined) return true;
  return typeof value === 'string' && patterns.some((pattern) => matchers[match](pattern, value));
}

const matchers: Record<GrantMatch, (pattern: string, value: string) => boolean> = {
  path: matchesPath,
  text: matchesText,
  parameter: (pattern, value) => matchesText(pattern.replaceAll('/', '.'), value.replaceAll('/', '.')),
  network: (pattern, value) => pattern === '**' || isWithinNetwork(pattern, value),
};

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
  const limited = Object.keys(hostEffectForm(kind)?.limits ?? {}).filter((name) => args[name] !== undefined);
  const rule = limited.map((name) => `${name}: ${JSON.stringify(args[name])}`).join(', ');
  return `grants: { effects: { ${kind}: [{ ${rule} }] } }`;
}
