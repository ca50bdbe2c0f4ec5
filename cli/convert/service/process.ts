import type { ComposeNode } from '../ComposeNode.ts';
import type { Words } from '../words.ts';

/** The entrypoint is one word; its others come before those of the command. */
export function processWords(service: ComposeNode): Words {
  const [program, ...rest] = wordsOf(service.get('entrypoint'));
  const command = service.get('command');
  const words = [...rest, ...wordsOf(command)];
  const entrypoint = service.get('entrypoint').isSet ? { entrypoint: program ?? '' } : {};
  return { ...entrypoint, command: words };
}

/** A list, or a line with the quotes of a shell. */
function wordsOf(value: ComposeNode): string[] {
  if (value.isList) return value.texts().map(String);
  const parts = (value.string() ?? '').matchAll(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g);
  return [...parts].map(([word]) =>
    word.replaceAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double?: string, single?: string) =>
      double === undefined ? (single ?? '') : double.replaceAll(/\\(.)/g, '$1'),
    ),
  );
}
