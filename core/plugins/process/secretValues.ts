/** Inputs without the values of secrets, and what a plugin makes of such an input. */
import { masked } from '../../../config/index.ts';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { isRecord } from '../draft/clone.ts';
import { formatPath } from '../draft/fieldPath.ts';

/**
 * Masks plain data; what has no secrets is returned as it is. `path` is where it is in a draft, `draft` has the marks.
 */
export interface Masker {
  data<T>(data: T, path?: readonly string[], draft?: Pick<ContainerDraft, 'secrets'>): T;
}

/** Fields that have the form of a draft, a request or a spec of OCI. */
const likeDrafts: readonly string[] = ['draft', 'request', 'spec', 'plainSpec'];

/** The input of a hook, or the result of a service, without values of secrets: itself if it has none. */
export function withoutSecrets(value: unknown, secrets: Masker): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, secrets));
  if (!isRecord(value)) return secrets.data(value);
  const marks = (isRecord(value['draft']) ? value['draft'] : value) as Pick<ContainerDraft, 'secrets'>;
  const masked = Object.entries(value).map(([name, field]) => {
    if (name === 'container' && isRecord(field)) return [name, withoutSecrets(field, secrets)] as const;
    return [name, secrets.data(field, likeDrafts.includes(name) ? [] : [name], marks)] as const;
  });
  return masked.every(([name, field]) => field === value[name]) ? value : Object.fromEntries(masked);
}

/**
 * What a plugin has set, with the values of secrets that it left as it had read them.
 * @param shown - what the plugin has read there
 * @param real - what it stands for
 * @throws PCH_PLUGIN_CONTRACT for a mask in another place
 */
export function withSecrets(
  value: unknown,
  shown: unknown,
  real: unknown,
  path: readonly string[] = [],
): unknown {
  if (typeof value === 'string') return textWithSecrets(value, shown, real, path);
  if (Array.isArray(value)) return value.map((item, at) => itemWithSecrets(item, at, [shown, real], path));
  if (!isRecord(value)) return value;
  const fields = Object.entries(value).map(([name, field]) => [
    name,
    withSecrets(field, fieldOf(shown, name), fieldOf(real, name), [...path, name]),
  ]);
  return Object.fromEntries(fields) as unknown;
}

function textWithSecrets(value: string, shown: unknown, real: unknown, path: readonly string[]): unknown {
  if (!value.includes(masked)) return value;
  if (value === shown) return real;
  throw new PouchError('PCH_PLUGIN_CONTRACT', `the tap set ${formatPath(path)} to the mask of a secret`, {
    hint: 'write `grants: { secrets: true }` in its entry in pouchd.yaml, or use an operation `copy` of JSON Patch',
  });
}

/** An item may have moved. */
function itemWithSecrets(
  item: unknown,
  at: number,
  [shown, real]: [unknown, unknown],
  path: readonly string[],
): unknown {
  const [before, after] = [Array.isArray(shown) ? shown : [], Array.isArray(real) ? real : []];
  const from = typeof item === 'string' && before[at] !== item ? before.indexOf(item) : at;
  return withSecrets(item, before[from], after[from], [...path, String(at)]);
}

/** What is at a JSON pointer. */
export function at(value: unknown, pointer: readonly string[]): unknown {
  return pointer.reduce<unknown>(
    (found, name) => (Array.isArray(found) ? found[Number(name)] : fieldOf(found, name)),
    value,
  );
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
