import { runtimeFeatures } from '../../hooks/runtimeFeatures.ts';
import type { AddedRuntime, RuntimeCondition, RuntimeRule } from '../types.ts';
import { listOf } from './collection.ts';
import type { Format, Report } from './format.ts';
import { textFormat } from './format.ts';
import { record, type RecordField } from './record.ts';
import { absolutePath, oneOf, word } from './scalar.ts';

export const runtimeName = word(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'the name of a runtime such as runc');

const pattern = word(/^[^\s]{1,512}$/, 'text without white space; * matches any text');

const rich = textFormat<boolean | string>({
  expected: 'true, false, or a rich mode such as systemd',
  json: { anyOf: [{ type: 'boolean' }, { type: 'string', pattern: '^[a-z][a-z0-9-]*$' }] },
  read(text) {
    if (text === 'true' || text === 'false') return text === 'true';
    return /^[a-z][a-z0-9-]{0,62}$/.test(text) ? text : undefined;
  },
});

const conditionFields: Readonly<Record<keyof RuntimeCondition, RecordField>> = {
  image: { format: pattern, doc: 'Pattern of the image’s reference: `registry.example/legacy/*`.' },
  label: { format: pattern, doc: '`KEY`, or `KEY=VALUE` where the value may contain `*`.' },
  rich: { format: rich, doc: 'Whether the container is rich, or its rich mode.' },
};

const condition = record<RuntimeCondition>({
  expected: `a map with ${Object.keys(conditionFields).join(', ')}`,
  fields: conditionFields,
  check(raw, report) {
    if (raw.size === 0) report({ at: [], expected: 'at least one condition', found: 'an empty map' });
  },
});

/** The keys of a rule, for the decoder, the JSON Schema and the docs. */
export const ruleFields: Readonly<Record<keyof RuntimeRule, RecordField>> = {
  when: {
    format: condition,
    doc: 'Conditions, which must all match: `image` and `label` (patterns with `*`), `rich` (`true`, `false` or a mode).',
    required: true,
  },
  use: { format: runtimeName, doc: 'The runtime of containers that match.', required: true },
};

/** `runtime.rules`, in the order of evaluation. */
export const runtimeRules: Format<readonly RuntimeRule[]> = listOf(
  record<RuntimeRule>({ expected: 'a map with when and use', fields: ruleFields }),
);

/** containerd's type of a shim. */
export const runtimeShim = word(
  /^[a-z0-9]+(\.[a-z0-9-]+)*\.v\d+$/,
  'a runtime type such as io.containerd.runsc.v1',
);

/** The keys of an entry of `runtime.add`, for the decoder, the JSON Schema and the docs. */
export const addedRuntimeFields: Readonly<Record<keyof AddedRuntime, RecordField>> = {
  binary: {
    format: word(/^(\/.*[^/]|[A-Za-z0-9][A-Za-z0-9._-]*)$/, 'an absolute path, or a name to look up in PATH'),
    doc: 'An executable with runc’s command line (youki, sysbox-runc, kata-runtime 1.x). Either this or `shim`.',
  },
  shim: {
    format: runtimeShim,
    doc: 'containerd’s name of the runtime’s shim: `io.containerd.runsc.v1` is the executable `containerd-shim-runsc-v1`.',
  },
  config: { format: absolutePath, doc: '`shim`: the runtime’s configuration file.' },
  typeUrl: {
    format: word(/^[A-Za-z0-9._/-]{1,200}$/, 'the name of a message such as io.containerd.runsc.v1.options'),
    doc: '`shim`: the options message that the shim expects in `config`.',
  },
  aliases: { format: listOf(runtimeName), doc: 'Other names of the runtime.' },
  lacks: {
    format: listOf(oneOf(...Object.keys(runtimeFeatures))),
    doc: 'Unsupported features, by the names of `pouch runtime inspect`: containers that need one are refused. A `shim` is assumed to lack `rdt`, `checkpoint` and `sharedMachine` in any case.',
  },
};

/** An entry of `runtime.add`. */
export const addedRuntime = record<AddedRuntime>({
  expected: `a map with binary or shim, and ${Object.keys(addedRuntimeFields).slice(2).join(', ')}`,
  fields: addedRuntimeFields,
  json: { oneOf: [{ required: ['binary'] }, { required: ['shim'] }] },
  check: requireOneKind,
});

function requireOneKind(raw: ReadonlyMap<unknown, unknown>, report: Report): void {
  const count = Number(raw.has('binary')) + Number(raw.has('shim'));
  if (count !== 1)
    report({ at: [], expected: 'either binary or shim', found: count === 0 ? 'neither' : 'both' });
  if (raw.has('shim')) return;
  for (const key of ['config', 'typeUrl'])
    if (raw.has(key)) report({ at: [key], expected: `${key} with a shim`, found: `${key} without a shim` });
}
