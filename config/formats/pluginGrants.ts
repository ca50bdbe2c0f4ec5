import type {
  EffectGrant,
  EffectRule,
  PathGrants,
  PluginGrants,
  ServiceGrant,
  SidecarGrant,
} from '../types.ts';
import { listOf, objectOf } from './collection.ts';
import type { Format } from './format.ts';
import { Refusal, show, textFormat } from './format.ts';
import { record, type RecordField } from './record.ts';
import { hostUser, limitFields } from './pluginLimits.ts';
import { runtimeGrants } from './runtimeGrant.ts';
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

const service = word(
  /^[a-z][A-Za-z0-9-]*(\.[A-Za-z0-9_-]+)*$/,
  'the name of a service such as containers or directory.users',
);
const methods = listOf(word(/^[A-Za-z_$][\w$]*$/, 'the name of a method such as list'), { min: 1 });

const serviceGrant: Format<ServiceGrant> = {
  expected: 'true, or a list of methods such as [list, inspect]',
  json: { anyOf: [{ const: true }, methods.json] },
  decode(raw, report) {
    if (raw === 'true' || raw === true) return true;
    if (Array.isArray(raw)) return methods.decode(raw, report);
    return void report({ at: [], expected: serviceGrant.expected, found: show(raw) });
  },
  encode: (value) => (value === true ? true : methods.encode(value)),
};

const services: Format<Readonly<Record<string, ServiceGrant>>> = {
  ...objectOf(service, serviceGrant),
  expected: 'a map from services to true or lists of methods',
};

const sidecar = record<SidecarGrant>({
  expected: 'a map with user, host, network, keep, memory, cpus and pids',
  fields: {
    user: { format: hostUser, doc: 'Another user than that of the plugin.' },
    host: { format: boolean, doc: 'The namespaces of the host: its mounts, processes and network.' },
    network: { format: boolean, doc: 'The network of the host.' },
    keep: { format: boolean, doc: 'To outlive pouchd.' },
    ...limitFields,
  },
});

const sidecars: Format<Readonly<Record<string, SidecarGrant>>> = {
  ...objectOf(word(/^[a-z][a-z0-9-]{0,62}$/, 'the name of a sidecar such as dns'), sidecar),
  expected: 'a map from sidecars to what they may have',
};

const unnormalized = /\/\/|\/\.{1,2}(\/|$)|.\/$/;

/** No `..`: the text is the place, as in the patterns of effects. */
const hostPath = textFormat<string>({
  expected: 'an absolute path such as /etc/corp',
  json: { type: 'string', pattern: '^/.' },
  read(text) {
    if (text === '/') throw new Refusal('name the directories below it that the plugin needs');
    if (unnormalized.test(text))
      throw new Refusal('write the path without `.`, `..`, `//` and a `/` at its end');
    if (/^\/proc(\/|$)/.test(text)) throw new Refusal('the process of a plugin has a /proc of its own');
    return text.startsWith('/') && !text.includes('\0') ? text : undefined;
  },
});

const hostPaths = listOf(hostPath, { min: 1 });

const paths = record<PathGrants>({
  expected: 'a map with read and write',
  fields: {
    read: { format: hostPaths, doc: 'Absolute paths that it may read, with what is below them.' },
    write: { format: hostPaths, doc: 'Those that it may read and write, as far as its user may.' },
  },
});

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
  paths: {
    format: paths,
    doc:
      'Files and directories of the host that it sees beside its own and those of the system: `{ read: [/etc/corp], write: [/var/lib/corp] }`. ' +
      'The rights of its user on them apply too. Default: none.',
  },
  services: {
    format: services,
    doc:
      'Services that it may inject, `true` or a list of the methods that it may call: `containers: [list, inspect]`. They act with the rights ' +
      'of pouchd. Services of other plugins, such as `directory.users`, act with those of their plugins. Default: `log`, `clock` and `host`.',
  },
  effects: {
    format: effects,
    doc:
      'Effects that it may plan, by kind: `true`, or a list of rules, each with patterns of arguments: ' +
      '`host.mount: [{ type: nfs, source: "nas:/home/*", target: "/srv/homes/*" }]`. Default: none.',
  },
  sidecars: {
    format: sidecars,
    doc: 'What its sidecars may have that it does not, by name: `dns: { user: root, network: true, keep: true, memory: 1g }`. `memory`, `cpus` and `pids` are its own limits. Default: nothing.',
  },
  runtimes: {
    format: runtimeGrants,
    doc:
      'Programs that root starts for its runtimes, by the name of the runtime: `youki: /usr/local/bin/youki`, or ' +
      '`runsc: { shim: io.containerd.runsc.v1, config: [/etc/containerd/runsc.toml], annotations: [dev.gvisor.*] }`. Default: none.',
  },
};

export const pluginGrants: Format<PluginGrants> = record<PluginGrants>({
  expected: `a map with ${Object.keys(grantFields).join(', ')}`,
  fields: grantFields,
});
