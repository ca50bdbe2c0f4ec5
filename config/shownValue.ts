import type { Segment } from './formats/format.ts';
import { masked } from './secrets.ts';

interface Hiding {
  isSecretName(name: string): boolean;
  /** Texts as they are written, by the JSON of their paths. */
  readonly references: ReadonlyMap<string, string>;
}

/** A value without secrets: each text below the name of one is masked, but for a reference, which shows none. */
export function shownValue(
  value: unknown,
  path: readonly Segment[],
  hiding: Hiding,
  isSecret = false,
): unknown {
  if (Array.isArray(value))
    return value.map((item: unknown, index) => shownItem(item, [...path, index], hiding, isSecret));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        shownValue(inner, [...path, key], hiding, isSecret || hiding.isSecretName(key)),
      ]),
    );
  const written = hiding.references.get(JSON.stringify(path));
  if (!isSecret) return written ?? value;
  return written !== undefined && isOnlyReference(written) ? written : masked;
}

/** Lists may have `NAME=VALUE`. */
function shownItem(item: unknown, path: readonly Segment[], hiding: Hiding, isSecret: boolean): unknown {
  const written = hiding.references.get(JSON.stringify(path)) ?? item;
  const end = typeof written === 'string' ? written.indexOf('=') : -1;
  if (typeof written !== 'string' || end <= 0) return shownValue(item, path, hiding, isSecret);
  const name = written.slice(0, end);
  if (!isSecret && !hiding.isSecretName(name)) return written;
  const text = written.slice(end + 1);
  return `${name}=${isOnlyReference(text) ? text : masked}`;
}

function isOnlyReference(text: string): boolean {
  return /^\$\{[^}]*\}$/.test(text);
}
