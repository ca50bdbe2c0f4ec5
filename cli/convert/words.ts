import { isDeepStrictEqual } from 'node:util';

/** Options of pouchd.yaml that are made of parts. */
export type Words = Record<string, unknown>;

/** Without what has no value. */
export function used(words: Words): Words {
  return Object.fromEntries(
    Object.entries(words).filter(
      ([, value]) =>
        value !== undefined && value !== null && (typeof value !== 'object' || Object.keys(value).length > 0),
    ),
  );
}

/** Lists of one option follow one another; other values of one option have to be the same. */
export function merged(all: readonly Words[], onConflict: (problem: string) => void): Words {
  const words: Words = {};
  for (const [word, value] of all.flatMap((one) => Object.entries(used(one)))) {
    const before = words[word];
    if (Array.isArray(before) && Array.isArray(value)) words[word] = [...before, ...(value as unknown[])];
    else words[word] = value;
    if (before !== undefined && !Array.isArray(before) && !isDeepStrictEqual(before, value))
      onConflict(
        `expected one value of ${word}, found ${JSON.stringify(before)} and ${JSON.stringify(value)}`,
      );
  }
  return words;
}
