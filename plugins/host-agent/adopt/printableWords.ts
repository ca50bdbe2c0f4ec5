/** Words as a file has them: without secrets, and with texts that are no references. */
import type { AgentDeclaration } from '../../../client/wire.ts';
import type { Words } from '../../../translate/words/runOptions.ts';

/** Maps whose keys are names of values that may be secret. */
const named = ['env', 'secret-env', 'label'];

export function printableWords(
  container: string,
  words: Words,
  isSecret: (name: string) => boolean,
): Pick<AgentDeclaration, 'Words' | 'Notes'> {
  const files: string[] = [];
  const printable = Object.entries(words).map(([word, value]): [string, unknown] => {
    if (!named.includes(word)) return [word, escaped(value)];
    const entries = Object.entries(value as Record<string, string>).map(([name, text]): [string, unknown] => {
      if (word !== 'secret-env' && !isSecret(name)) return [name, escaped(text)];
      const file = `/etc/pouch/secrets/${container}.${name.replaceAll('/', '_')}`;
      files.push(file);
      return [name, `\${file:${file}}`];
    });
    return [word, Object.fromEntries(entries)];
  });
  return {
    Words: Object.fromEntries(printable),
    Notes: files.map((file) => `put the secret value into ${file}, with mode 0600`),
  };
}

/** References begin with `${`. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map((one: unknown) => escaped(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escaped(inner)]));
}
