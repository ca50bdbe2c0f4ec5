/** Values of options as a user would write them. */
import type { Words } from './runOptions.ts';

const units = [
  ['g', 1024 ** 3],
  ['m', 1024 ** 2],
  ['k', 1024],
] as const;

/** `64m` for bytes that are whole mebibytes; -1 stays. */
export function sizeText(bytes: number): string | number {
  const unit = units.find(([, size]) => bytes > 0 && bytes % size === 0);
  return unit ? `${bytes / unit[1]}${unit[0]}` : bytes;
}

/** `30s`, `200ms`. */
export function durationText(ms: number | undefined): string | undefined {
  if (ms === undefined) return undefined;
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** Without options that have no value, and without empty lists and maps. A flag that is false is not set. */
export function withoutEmpty(words: Words): Words {
  return Object.fromEntries(
    Object.entries(words).filter(([word, value]) => {
      if (value === undefined || value === null || value === false) return false;
      if (value === '') return word === 'entrypoint';
      return typeof value !== 'object' || Object.keys(value).length > 0;
    }),
  );
}
