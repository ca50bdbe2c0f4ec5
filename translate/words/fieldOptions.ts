import { listOf, namesOf } from '../names/fieldNames.ts';

/**
 * Returns the option of a field of a request without its dashes, and the keys within it: `memory` for
 * `resources.memory`, `env` and `TZ` for `env.TZ`. A field without an option stays as it is.
 */
export function fieldOptions(path: readonly string[]): string[] {
  for (let length = path.length; length > 0; length--) {
    const option = listOf(namesOf(path.slice(0, length).join('.'))?.option)[0];
    if (option === undefined) continue;
    // An entry's option is written with its key.
    const word = option.replace(/ .*$/, '').replace(/^--/, '');
    return [word === word.toUpperCase() ? word.toLowerCase() : word, ...path.slice(length)];
  }
  return [...path];
}
