import type { EffectGrant, EffectRule, PluginGrants } from '../types.ts';
import { listOf, objectOf } from './collection.ts';
import type { Format } from './format.ts';
import { show, textFormat } from './format.ts';
import { record, type RecordField } from './record.ts';
import { boolean, word } from './scalar.ts';

const pattern = textFormat<string>({
  expected: 'a pattern such as /srv/homes/**',
  json: { type: ['string', 'number'], minLength: 1 },
  read: (text) => (text === '' || text.includes('\0') ? undefined : text),
});

const patterns: Format<readonly string[]> = {
  expected: 'a pattern such as /srv/homes/**, or a list of them',
  json: { anyOf: [pattern.json, listOf(pattern, { min: 1 }).json] },
  decode: (raw, report) =>
    Array.isArray(raw)
      ? listOf(pattern, { min: 1 }).decode(raw, report)
      : asList(pattern.decode(raw, report)),
  encode: (value) => (value.length === 1 ? value[0] : value),
};

function asList<T>(value: T | undefined): readonly T[] | undefined {
  return value === undefined ? undefined : [value];
}

const argument = word(/^[a-z][A-Za-z]*$/, 'the name of an argument such as target');

const rule: Format<EffectRule> = {
  ...objectOf(argument, patterns),
  expected: 'a map from arguments of the effect to patterns',
};

const rules = listOf(rule, { min: 1 });

const effectGrant: Format<EffectGrant> = {
  expected: 'true, or a list of maps from arguments to patterns',
  json: { anyOf: [{ const: true }, rules.json] },
  decode(raw, report) {
    if (raw === 'true' || raw === true) return true;
    if (Array.isArray(raw)) return rules.decode(raw, report);
    return void report({ at: [], expected: effectGrant.expected, found: show(raw) });
  },
  encode: (value) => (value === true ? true : rules.encode(value)),
};

const kind = word(/^[a-z][A-Za-z0-9.-]*$/, 'an effect kind such as host.mount');

const effects: Format<Readonly<Record<string, EffectGrant>>> = {
  ...objectOf(kind, effectGrant),
  expected: 'a map from effect kinds to true or rules',
};

/** What a plugin that is confined may do to the host, one field per right. */
export const grantFields: Readonly<Record<keyof PluginGrants, RecordField>> = {
  secrets: {
    format: boolean,
    doc: 'Values of secrets in drafts and records. Default `false`: it reads `********` in their place.',
  },
  network: {
    format: boolean,
    doc: 'The network of the host. Default `false`: it has a loopback interface of its own.',
  },
  effects: {
    format: effects,
    doc:
      'Effects that it may plan, by kind: `true`, or a list of rules, each with patterns of arguments: ' +
      '`host.mount: [{ type: nfs, source: "nas:/home/*", target: "/srv/homes/*" }]`. Default: none.',
  },
};

export const pluginGrants: Format<PluginGrants> = record<PluginGrants>({
  expected: `a map with ${Object.keys(grantFields).join(', ')}`,
  fields: grantFields,
});
