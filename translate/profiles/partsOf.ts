import type { Words } from '../words/runOptions.ts';

/** Words that mean something only together. */
const groups = [
  ['network', 'net', 'network-alias'],
  ['rich', 'rich-mode', 'initscript', 'restart-after-poweroff', 'nested'],
  ['ssh-key', 'ssh-user', 'ssh-port', 'user-data', 'meta-data', 'network-config'],
];

/** The options of a profile one by one, each with what it needs beside it. */
export function partsOf(words: Words): [option: string, own: Words][] {
  return Object.entries(words).map(([word, value]) => {
    const together = groups.find((group) => group.includes(word));
    if (!together) return [word, { [word]: value }];
    return [word, Object.fromEntries(Object.entries(words).filter(([other]) => together.includes(other)))];
  });
}
