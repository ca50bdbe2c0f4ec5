type Spec = Record<string, unknown>;

interface Keying {
  path: string[];
  /** Returns the identity of an element and the value to compare. */
  entry: (element: never) => [key: string, value: unknown];
}

interface Named {
  destination: string;
  path: string;
  type: string;
}

function byField(field: keyof Named): Keying['entry'] {
  return (element: Named) => {
    const { [field]: key, ...rest } = element;
    return [key, rest];
  };
}

const present: Keying['entry'] = (path: string) => [path, true];

/** Arrays of the OCI spec whose elements have an identity (runtime-spec, config.md and config-linux.md). */
const keyings: Keying[] = [
  {
    path: ['process', 'env'],
    entry: (variable: string) => [variable.split('=')[0] ?? '', variable.slice(variable.indexOf('=') + 1)],
  },
  { path: ['process', 'rlimits'], entry: byField('type') },
  { path: ['mounts'], entry: byField('destination') },
  { path: ['linux', 'devices'], entry: byField('path') },
  { path: ['linux', 'namespaces'], entry: byField('type') },
  { path: ['linux', 'maskedPaths'], entry: present },
  { path: ['linux', 'readonlyPaths'], entry: present },
  { path: ['linux', 'resources', 'devices'], entry: (rule) => [JSON.stringify(rule), true] },
];

/** Returns a copy of the spec with these arrays as maps by identity, and the five capability sets as one map. */
export function keyedSpec(spec: Spec): Spec {
  const copy = structuredClone(spec);
  for (const { path, entry } of keyings) {
    const parent = path.slice(0, -1).reduce<unknown>(member, copy) as Spec | undefined;
    const name = path.at(-1) ?? '';
    const list = parent?.[name];
    if (parent && Array.isArray(list))
      parent[name] = Object.fromEntries(list.map((item) => entry(item as never)));
  }
  keyCapabilities(copy);
  return copy;
}

/** `CAP_X` → the sets it is in. */
function keyCapabilities(spec: Spec): void {
  const process = spec['process'] as Spec | undefined;
  const sets = process?.['capabilities'] as Record<string, string[]> | undefined;
  if (!process || !sets) return;
  const byName: Record<string, string[]> = {};
  for (const [set, names] of Object.entries(sets)) for (const name of names) (byName[name] ??= []).push(set);
  process['capabilities'] = byName;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Spec)[name] : undefined;
}
