import type { Readable } from 'node:stream';

/** Lines that a message quotes, and characters of each. */
const maxLines = 3;
const maxCharacters = 300;

/** Reads what guestfish writes to its standard error. Returns the last lines that say what failed. */
export function guestfishErrors(stderr: Readable): () => string[] {
  const lines: string[] = [];
  let rest = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop()!.slice(-maxCharacters);
    for (const part of parts) keep(lines, part);
  });
  stderr.once('end', () => keep(lines, rest));
  return () => [...lines];
}

/** Most of a message is advice on LIBGUESTFS_DEBUG. */
function keep(lines: string[], line: string): void {
  const error = /(?:libguestfs: error|supermin|guestfish): (.*)$/.exec(line)?.[1];
  if (error === undefined || error.startsWith('guestfs_launch failed')) return;
  lines.push(error.trim().slice(0, maxCharacters));
  lines.splice(0, lines.length - maxLines);
}
