import type { LogEntry, OutputChunk } from '../../../hooks/index.ts';

/**
 * One line of Docker's json-file format. Bytes that are not UTF-8 become U+FFFD, as in Docker's; attached clients get
 * them unchanged.
 */
export function encodeEntry(stream: OutputChunk['stream'], data: Buffer, time: string): string {
  return `{"log":${JSON.stringify(data.toString('utf8'))},"stream":"${stream}","time":"${time}"}\n`;
}

/** Reads one line of a log. Undefined if it is damaged, such as half-written at a crash. */
export function decodeEntry(line: string): LogEntry | undefined {
  const { log, stream, time } = parse(line);
  if (typeof log !== 'string' || typeof time !== 'string') return undefined;
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  return Number.isNaN(unixSeconds(time)) ? undefined : { stream, time, data: Buffer.from(log) };
}

/** An RFC 3339 time in Unix seconds, exact to a microsecond; NaN if it is none. */
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
