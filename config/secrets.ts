/** Which names have a secret as their value. */
import { matchesText } from '../hooks/matchesText.ts';

/** Shown in the place of a secret. */
export const masked = '********';

/**
 * Returns whether a name matches patterns such as `*TOKEN*`; `!*_FILE` makes an exception, and later patterns take
 * precedence. Case does not matter, and `.`, `-` and `/` match `_`.
 */
export function secretNames(patterns: readonly string[]): (name: string) => boolean {
  const rules = patterns.map((pattern) => ({
    isSecret: !pattern.startsWith('!'),
    pattern: plain(pattern.replace(/^!/, '')),
  }));
  return (name) => {
    const text = plain(name);
    return rules.findLast(({ pattern }) => matchesText(pattern, text))?.isSecret ?? false;
  };
}

/** `api.token`, `api-token` and `API_TOKEN` are one name, and so is `apiToken`. */
function plain(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[./-]/g, '_')
    .toUpperCase();
}

/** A copy in which the values of names of secrets are masked, also those in lists of `NAME=VALUE`. */
export function hideSecrets<T>(value: T, isSecret: (name: string) => boolean): T {
  if (Array.isArray(value)) return value.map((item: unknown) => hideInItem(item, isSecret)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isSecret(key) ? masked : hideSecrets(inner, isSecret)]),
  ) as T;
}

function hideInItem(item: unknown, isSecret: (name: string) => boolean): unknown {
  if (typeof item !== 'string') return hideSecrets(item, isSecret);
  const end = item.indexOf('=');
  return end > 0 && isSecret(item.slice(0, end)) ? `${item.slice(0, end)}=${masked}` : item;
}
