import type { RuntimeGrant } from '../types.ts';
import { listOf, objectOf } from './collection.ts';
import { type Format, type Report, show } from './format.ts';
import { runtimeShim } from './runtime.ts';
import { record, type RecordField } from './record.ts';
import { word } from './scalar.ts';

/** No `..`: the text is the place. */
const hostFile = word(
  /^(\/(?!\.{1,2}(\/|$))[^/\s]+)+$/,
  'an absolute path such as /usr/local/bin/youki, without ".", ".." and white space',
);

const annotation = word(
  /^[^\s*][^\s]*$/,
  'the name of an annotation such as dev.gvisor.*, where * is any text',
);

/** The fields of a grant for one runtime. */
export const runtimeGrantFields: Readonly<Record<keyof RuntimeGrant, RecordField>> = {
  binary: {
    format: hostFile,
    doc: 'Absolute path of a program with runc’s command line. Either this or `shim`.',
  },
  shim: { format: runtimeShim, doc: 'containerd’s type of the shim: `io.containerd.runsc.v1`.' },
  config: {
    format: listOf(hostFile, { min: 1 }),
    doc: '`shim`: absolute paths of configuration files that it may get.',
  },
  annotations: {
    format: listOf(annotation, { min: 1 }),
    doc: 'Annotations that the plugin may set for the runtime, which takes them as settings; `*` stands for any text.',
  },
};

const fields = record<RuntimeGrant>({
  expected: `a map with ${Object.keys(runtimeGrantFields).join(', ')}`,
  fields: runtimeGrantFields,
  check: requireOneProgram,
});

function requireOneProgram(raw: ReadonlyMap<unknown, unknown>, report: Report): void {
  const count = Number(raw.has('binary')) + Number(raw.has('shim'));
  if (count !== 1)
    report({ at: [], expected: 'either binary or shim', found: count === 0 ? 'neither' : 'both' });
  if (raw.has('config') && !raw.has('shim'))
    report({ at: ['config'], expected: 'config with a shim', found: 'config without a shim' });
}

/** A text is the program alone. */
const runtimeGrant: Format<RuntimeGrant> = {
  expected: 'the path of a program such as /usr/local/bin/youki, the type of a shim, or a map with more',
  json: { anyOf: [hostFile.json, runtimeShim.json, fields.json] },
  decode(raw, report) {
    if (raw instanceof Map) return fields.decode(raw, report);
    if (typeof raw === 'string' && raw.startsWith('/')) return only('binary', hostFile.decode(raw, report));
    if (typeof raw === 'string' && raw.includes('.')) return only('shim', runtimeShim.decode(raw, report));
    return void report({ at: [], expected: runtimeGrant.expected, found: show(raw) });
  },
  encode: (value) => {
    const { binary, shim, ...more } = value;
    return Object.keys(more).length === 0 ? (binary ?? shim) : fields.encode(value);
  },
};

function only(field: 'binary' | 'shim', value: string | undefined): RuntimeGrant | undefined {
  return value === undefined ? undefined : { [field]: value };
}

/** `grants.runtimes` of a plugin. */
export const runtimeGrants: Format<Readonly<Record<string, RuntimeGrant>>> = {
  ...objectOf(word(/^[a-z0-9][a-z0-9_.-]{0,62}$/, 'the name of a runtime such as youki'), runtimeGrant),
  expected: 'a map from runtimes to their programs',
};
