import type { Words } from './options.ts';

/** Words that mean something only together. */
const together = ['rich', 'rich-mode', 'initscript', 'restart-after-poweroff'];

/** The options of a profile one by one, each with what it needs beside it. */
export function partsOf(words: Words): [option: string, own: Words][] {
  const asRich = Object.fromEntries(Object.entries(words).filter(([word]) => together.includes(word)));
  return Object.entries(words).map(([word, value]) => [
    word,
    together.includes(word) ? asRich : { [word]: value },
  ]);
}
