import type { LogEntry, OutputChunk } from '../../../hooks/index.ts';

/**
 * Returns one line in Docker's json-file format. As with Docker, bytes that are not UTF-8 become U+FFFD; attached
 * clients receive them unchanged.
 */
export function encodeEntry(stream: OutputChunk['stream'], data: Buffer, time: string): string {
  return `{"log":${JSON.stringify(data.toString('utf8'))},"stream":"${stream}","time":"${time}"}\n`;
}

/** Decodes one line of a log. Undefined if it is damaged, e.g. truncated by a crash. */
export function decodeEntry(line: string): LogEntry | undefined {
  const { log, stream, time } = parse(line);
  if (typeof log !== 'string' || typeof time !== 'string') return undefined;
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  return timePattern.test(time) ? { stream, time, data: Buffer.from(log) } : undefined;
}

const timePattern = /^\d{4}-[01]\d-[0-3]\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const lineFeed = 0x0a;
const [beforeText, beforeStream, beforeTime, atEnd] = [
  '{"log":"',
  '","stream":"',
  '","time":"',
  '"}',
] as const;
/** A text without escapes, of bytes. */
const plainText = /[ !#-[\]-\xff]*/y;

/**
 * Decodes lines of a log, without damaged ones. Entries without escapes are views of `bytes`, which it changes: a log
 * of a million lines is mostly these.
 */
export function decodeLines(bytes: Buffer): LogEntry[] {
  const text = bytes.toString('latin1');
  const entries: LogEntry[] = [];
  for (let at = 0, end = 0; at < text.length; at = end + 1) {
    end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const entry = decodePlain(bytes, text, at, end) ?? decodeEntry(bytes.toString('utf8', at, end));
    if (entry) entries.push(entry);
  }
  return entries;
}

/** Returns undefined for a line that JSON.parse has to read. `text` has one character for each byte. */
function decodePlain(bytes: Buffer, text: string, at: number, end: number): LogEntry | undefined {
  if (!text.startsWith(beforeText, at)) return undefined;
  const start = (plainText.lastIndex = at + beforeText.length);
  plainText.test(text);
  const stop = plainText.lastIndex;
  const isLine = text.startsWith('\\n', stop);
  const streamAt = stop + (isLine ? 2 : 0) + beforeStream.length;
  const stream = text.startsWith('stdout', streamAt) ? 'stdout' : 'stderr';
  const timeAt = streamAt + stream.length + beforeTime.length;
  const isForm =
    text.startsWith(beforeStream, streamAt - beforeStream.length) &&
    text.startsWith(stream, streamAt) &&
    text.startsWith(beforeTime, streamAt + stream.length) &&
    text.startsWith(atEnd, end - atEnd.length);
  const time = text.slice(timeAt, end - atEnd.length);
  if (!isForm || !timePattern.test(time)) return undefined;
  if (isLine) bytes[stop] = lineFeed;
  return { stream, time, data: bytes.subarray(start, isLine ? stop + 1 : stop) };
}

/** Converts an RFC 3339 time to Unix seconds, with a precision of a microsecond. NaN if it is invalid. */
export function unixSeconds(time: string): number {
  const [, whole, fraction, zone] = /^([^.]{19})(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(time) ?? [];
  return Date.parse(`${whole}${zone}`) / 1000 + Number(fraction ?? 0);
}

function parse(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
