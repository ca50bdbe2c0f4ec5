import { createInterface } from 'node:readline/promises';
import type { Session } from '../Session.ts';

/** Prompts before data is lost. Returns true for `y` or `yes`. */
export async function confirm(session: Session, warning: string): Promise<boolean> {
  const { stdin, stderr } = session.terminal;
  const lines = createInterface({ input: stdin, output: stderr });
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  const reply = await Promise.race([
    lines.question(`${warning}\nAre you sure you want to continue? [y/N] `),
    closed,
  ]);
  lines.close();
  return /^y(es)?$/i.test(reply.trim());
}
