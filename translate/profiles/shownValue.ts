import { runOptions } from '../words/runOptions.ts';

const masked = '********';

/** The value of an option for readers: pairs as a map, so that names of secrets are seen; secrets masked. */
export function shownValue(word: string, value: unknown): unknown {
  const { pairs } = runOptions.get(word) ?? {};
  if (!pairs) return value;
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = isMap ? Object.entries(value) : [value].flat().map((text) => pairOf(String(text), pairs));
  return Object.fromEntries(entries.map(([key, one]) => [key, word === 'secret-env' ? masked : one]));
}

function pairOf(text: string, separator: string): [string, unknown] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
