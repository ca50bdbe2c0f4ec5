import type { ContainerRequest } from '../../../hooks/index.ts';
import { fieldOptions } from '../../../translate/words/fieldOptions.ts';
import { wordsOf } from '../../../translate/words/wordsOf.ts';
import { isMap } from '../declare/readWords.ts';
import { isEntry } from './differences.ts';

/** Fields whose values the file has in another form: with units, or as one text. The words of others may be less. */
const written: ReadonlySet<string> = new Set<keyof ContainerRequest>([
  ...(['resources', 'shmSize', 'diskQuota', 'healthcheck', 'ulimits'] as const),
  ...(['restart', 'volumes', 'devices', 'network'] as const),
]);

/**
 * Returns the value of a field of a request as the file has it: `64m`, `data:/var/lib/data`, `8080:80`. A value without
 * such a word stays as it is.
 * @param path keys from the outside in, as of a Difference
 */
export function wordOf(path: readonly string[], value: unknown): unknown {
  if (!written.has(path[0] ?? '')) return value;
  if (isEntry(path)) return entryWord(wordsFor(at(path.slice(0, -1), [value]))) ?? value;
  const [option = '', ...keys] = fieldOptions(path);
  const inner = (outer: unknown, key: string) => (isMap(outer) ? outer[key] : undefined);
  return keys.reduce(inner, wordsFor(at(path, value))[option]) ?? value;
}

/** The word of the only entry, of whatever option it is: that of a mount may be `mount` or `tmpfs`. */
function entryWord(words: Readonly<Record<string, unknown>>): unknown {
  const lists = Object.values(words).filter((word) => Array.isArray(word));
  return lists.length === 1 ? lists[0]?.at(-1) : undefined;
}

/** A request with one field. */
function at(path: readonly string[], value: unknown): Partial<ContainerRequest> {
  return path.reduceRight((inner, key) => ({ [key]: inner }), value as Partial<ContainerRequest>);
}

/** A part of a field, such as of a health check, may be too little for its words. */
function wordsFor(request: Partial<ContainerRequest>): ReturnType<typeof wordsOf> {
  try {
    return wordsOf({ image: '', ...request });
  } catch {
    return {};
  }
}
