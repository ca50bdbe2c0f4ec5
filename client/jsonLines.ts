/** Limit of a line, in characters. */
const maximumLine = 16 * 1024 * 1024;

/**
 * Parses a stream of JSON values, one per line, such as progress and events.
 * @throws SyntaxError for a line that is not valid JSON, RangeError for a line above the limit
 */
export async function* jsonLines<T>(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of chunks) {
    pending += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    if (pending.length > maximumLine)
      throw new RangeError(`the daemon sent a line of more than ${maximumLine} characters`);
    for (const line of lines) if (line.trim()) yield JSON.parse(line) as T;
  }
  if (pending.trim()) yield JSON.parse(pending) as T;
}
