import type { ContainerRecord, LogEntry, LogQuery } from '../../../hooks/engine.ts';
import { onAbort } from '../../wait/onAbort.ts';
import { startEngineProcess } from '../exec/engineProcess.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { notRunning } from '../task/refusals.ts';
import { checkExit, checkName, serviceCommand } from './refusals.ts';

/** Bytes of a line: the rest is another. */
const longestLine = 64 * 1024;

/** Bytes of the first lines that are kept for the error of a command that fails. */
const mostKept = 2048;

/**
 * What a service of a rich container has logged, by its init; with `follow` until the signal aborts or the container
 * ends.
 */
export async function* unitLogs(
  engine: EngineContext,
  record: ContainerRecord,
  query: LogQuery & { unit: string },
  signal?: AbortSignal,
): AsyncGenerator<LogEntry> {
  const { args } = serviceCommand(record);
  checkName(query.unit);
  if (record.state.status !== 'running') throw notRunning(record);
  if (!query.stdout) return;
  const process = await startEngineProcess(engine, record, [...args, 'logs', query.unit, ...wanted(query)]);
  const stop = () => void process.endOutput();
  const unlinks = [onAbort(signal, stop), onAbort(engine.shutdown, stop)];
  try {
    if (signal?.aborted) return;
    // A daemon that the container has started may keep the output open, but nothing that prints logs does.
    const kept = { text: '' };
    yield* entriesOf(process.output, kept, query);
    if (signal?.aborted || engine.shutdown.aborted) return;
    const result = { exitCode: await process.ended, output: kept.text };
    checkExit(record, result, { wanted: `read the log of ${query.unit}`, name: query.unit });
  } finally {
    for (const unlink of unlinks) unlink();
    await process.close();
  }
}

/** `LINES SINCE UNTIL FOLLOW` of `ServiceCommands` of the contract. */
function wanted({ tail, since, until, follow }: LogQuery): string[] {
  const time = (seconds: number | undefined) => (seconds === undefined ? '' : seconds.toFixed(6));
  return [tail === undefined ? 'all' : String(tail), time(since), time(until), follow ? 'follow' : ''];
}

type Entries = AsyncGenerator<LogEntry>;

async function* entriesOf(
  output: AsyncIterable<{ data: Buffer }>,
  kept: { text: string },
  query: LogQuery,
): Entries {
  let time = '';
  for await (const line of linesOf(output)) {
    if (kept.text.length < mostKept) kept.text += `${line}\n`;
    const [, stamp = '', rest = ''] = /^(\d{1,10}(?:\.\d{1,9})?|-) (.*)$/s.exec(line) ?? [];
    // A line without a time continues the one before, or is the reason of a failure.
    if (stamp === '' && time === '') continue;
    if (stamp !== '') time = timeOf(stamp);
    if (!isWithin(query, stamp)) continue;
    yield { stream: 'stdout', time, data: Buffer.from(`${stamp === '' ? line : rest}\n`) };
  }
}

/** What the init does not know the time of is not left out. */
function isWithin({ since, until }: LogQuery, stamp: string): boolean {
  if (!/^\d/.test(stamp)) return true;
  const seconds = Number(stamp);
  return (since === undefined || seconds >= since) && (until === undefined || seconds <= until);
}

/** RFC 3339 with nanoseconds; for `-` the present. */
function timeOf(stamp: string): string {
  const [seconds = '', fraction = ''] = stamp === '-' ? [String(Date.now() / 1000)] : stamp.split('.');
  const date = new Date(Math.floor(Number(seconds)) * 1000);
  return `${date.toISOString().slice(0, 19)}.${fraction.padEnd(9, '0')}Z`;
}

async function* linesOf(output: AsyncIterable<{ data: Buffer }>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const { data } of output) {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
    for (let end = rest.indexOf(10); end >= 0 || rest.length > longestLine; end = rest.indexOf(10)) {
      const length = end >= 0 ? Math.min(end, longestLine) : longestLine;
      yield rest.subarray(0, length).toString();
      rest = rest.subarray(length === end ? length + 1 : length);
    }
  }
  if (rest.length > 0) yield rest.toString();
}
