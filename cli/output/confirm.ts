import { createInterface } from 'node:readline/promises';
import type { Session } from '../Session.ts';

/** Asks before something is lost; only `y` or `yes` goes on. */
export async function confirm(session: Session, warning: string): Promise<boolean> {
  const { stdin, stderr } = session.terminal;
  const lines = createInterface({ input: stdin, output: stderr });
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  const answer = await Promise.race([lines.question(`${warning} Go on? [y/N] `), closed]);
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}
