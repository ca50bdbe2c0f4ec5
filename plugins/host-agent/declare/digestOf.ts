import { createHmac } from 'node:crypto';

/**
 * A digest of plain data, whatever the order of keys. Secrets may be in it, so that it has a key of the host: nobody
 * finds them by trying.
 */
export function digestOf(value: unknown, key: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify(ordered(value)))
    .digest('hex')
    .slice(0, 32);
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, ordered(inner)]),
  );
}
