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
