/** Lines of Pouch in a file of a container: between two comments, so that the rest stays the container's. */
import type { OwnFile } from '../protocol.ts';

const begin = '# Written by Pouch at each start:';
const end = '# End of the lines of Pouch';

/**
 * Returns the new content of a file; undefined if it stays as it is. Text is Latin 1 throughout, which keeps bytes.
 * @param found - its content; undefined if it does not exist
 * @param first - the container has never run, so that the content is the image's
 */
export function ownLines(
  { content, own }: Pick<OwnFile, 'content' | 'own'>,
  found: string | undefined,
  first: boolean,
): string | undefined {
  const text = Buffer.from(content).toString('latin1');
  if (own === 'once') return first || found === undefined ? text : undefined;
  const block = `${begin}\n${text.trimEnd()}\n${end}\n`;
  const place = found === undefined ? undefined : blockIn(found);
  if (found !== undefined && place) return found.slice(0, place.from) + block + found.slice(place.to);
  if (own === 'freshLines') return first || found === undefined ? block : undefined;
  return block + (found ?? '');
}

/** Returns a file without Pouch's lines. */
export function withoutLines(found: string): string {
  const place = blockIn(found);
  return place ? found.slice(0, place.from) + found.slice(place.to) : found;
}

/** Whole lines; an end that is missing is that of the first comment. */
function blockIn(text: string): { from: number; to: number } | undefined {
  const from = lineAt(text, begin, 0);
  if (from === undefined) return undefined;
  const last = lineAt(text, end, from.to);
  return { from: from.from, to: (last ?? from).to };
}

function lineAt(text: string, line: string, after: number): { from: number; to: number } | undefined {
  for (let from = text.indexOf(line, after); from >= 0; from = text.indexOf(line, from + 1)) {
    const to = from + line.length;
    const isWhole = (from === 0 || text[from - 1] === '\n') && (to === text.length || text[to] === '\n');
    if (isWhole) return { from, to: Math.min(to + 1, text.length) };
  }
  return undefined;
}
