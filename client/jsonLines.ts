/** Longest line that is accepted, in characters. */
const maximumLine = 16 * 1024 * 1024;

/**
 * Reads a stream of JSON values, one a line, as progress and event streams send them.
 * @throws SyntaxError for a line that is no JSON, RangeError for one that does not end
 */
export async function* jsonLines<T>(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of chunks) {
    pending += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    if (pending.length > maximumLine) throw new RangeError('the daemon sent a line that is too long');
    for (const line of lines) if (line.trim()) yield JSON.parse(line) as T;
  }
  if (pending.trim()) yield JSON.parse(pending) as T;
}
