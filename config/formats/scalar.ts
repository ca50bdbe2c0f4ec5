import { isAbsolute, normalize } from 'node:path';
import { Refusal, textFormat } from './format.ts';

/** `true` or `false`, the booleans of YAML 1.2. */
export const boolean = textFormat<boolean>({
  expected: 'true or false',
  json: { type: 'boolean' },
  read(text) {
    if (text === 'true') return true;
    if (text === 'false') return false;
    if (/^(yes|on|1)$/i.test(text)) throw new Refusal('use true');
    if (/^(no|off|0)$/i.test(text)) throw new Refusal('use false');
    return undefined;
  },
});

/** A whole number within two limits, both included. */
export function integer(min: number, max: number) {
  return textFormat<number>({
    expected: `a whole number from ${min} to ${max}`,
    json: { type: 'integer', minimum: min, maximum: max },
    read(text) {
      if (!/^-?\d{1,15}$/.test(text)) return undefined;
      const value = Number(text);
      return value >= min && value <= max ? value : undefined;
    },
  });
}

/** One of several words. */
export function oneOf<const T extends string>(...words: readonly T[]) {
  return textFormat<T>({
    expected: words.length === 1 ? String(words[0]) : `one of ${words.join(', ')}`,
    json: { enum: words },
    read: (text) => words.find((word) => word === text),
  });
}

/** Text that matches a pattern; `form` describes the pattern. */
export function word(pattern: RegExp, form: string) {
  return textFormat<string>({
    expected: form,
    json: { type: 'string', pattern: pattern.source },
    read: (text) => (pattern.test(text) ? text : undefined),
  });
}

/** An absolute path, normalized: without `.`, `..`, repeated or trailing slashes. */
export const absolutePath = textFormat<string>({
  expected: 'an absolute path such as /srv/pouch',
  json: { type: 'string', pattern: '^/' },
  read(text) {
    if (!isAbsolute(text)) return undefined;
    if (text.includes('\0')) throw new Refusal('a path cannot contain a NUL byte');
    const path = normalize(text);
    return path.length > 1 ? path.replace(/\/$/, '') : path;
  },
});
