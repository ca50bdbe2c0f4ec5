import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Session } from '../Session.ts';

/** Asks for a line at the terminal. With `isSecret` the terminal does not show what is typed. */
export async function askLine(
  { terminal: { stdin, stderr } }: Session,
  question: string,
  { isSecret = false } = {},
): Promise<string> {
  stderr.write(question);
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: isSecret ? hidden : stderr, terminal: true });
  try {
    return await new Promise<string>((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(''));
      lines.once('SIGINT', () => process.exit(130));
    });
  } finally {
    lines.close();
    if (isSecret) stderr.write('\n');
  }
}
