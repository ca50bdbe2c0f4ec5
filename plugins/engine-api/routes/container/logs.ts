import { shownDetails } from '../../translate/container/logDetails.ts';
import { PouchError, type LogEntries, type LogEntry, type LogQuery } from '../../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { frames, streamType } from '../../http/frames.ts';
import { pump } from '../../http/pump.ts';

export const logRoutes: Route[] = [{ method: 'GET', path: '/containers/:id/logs', handler: logs }];

/** Sends the headers before the first entry: a client that follows a silent container waits for them. */
async function logs(call: Call): Promise<void> {
  const query = logQuery(call);
  const { id, draft } = call.engine.containers.inspect(parameter(call, 'id'));
  const { tty } = draft.process;
  const entries = await started(
    batchesOf(call.engine.containers.logs(id, query, call.signal)),
    query.unit === undefined ? firstEntryGrace : firstUnitGrace,
  );
  call.response.writeHead(200, { 'Content-Type': streamType(tty, call.apiMinor) });
  call.response.flushHeaders();
  const encoder = lineEncoder(tty, {
    timestamps: call.query.flag('timestamps'),
    details: call.query.flag('details') ? shownDetails(draft) : '',
  });
  await pump(entries, call.response, encoder, call.signal);
  call.response.end();
}

function batchesOf(entries: LogEntries): AsyncIterable<readonly LogEntry[]> {
  return entries.batches ?? oneByOne(entries);
}

async function* oneByOne(entries: LogEntries): AsyncGenerator<readonly LogEntry[]> {
  for await (const entry of entries) yield [entry];
}

function logQuery(call: Call): LogQuery {
  const { query } = call;
  const streams = { stdout: query.flag('stdout'), stderr: query.flag('stderr') };
  if (!streams.stdout && !streams.stderr)
    throw new PouchError('PCH_BAD_REQUEST', 'Bad parameters: you must choose at least one stream');
  const [since, until] = [query.time('since'), query.time('until')];
  return {
    ...streams,
    follow: query.flag('follow'),
    unit: query.text('unit'),
    tail: tail(call),
    since: since || undefined,
    until: until || undefined,
  };
}

/** `all` or a number; like Docker, reads any other value as `all`. */
function tail(call: Call): number | undefined {
  const text = call.query.text('tail');
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

interface LineForm {
  timestamps: boolean;
  /** What is shown before each line. */
  details: string;
}

function lineEncoder(
  tty: boolean,
  { timestamps, details }: LineForm,
): (entries: readonly LogEntry[]) => Buffer {
  const isPlain = !timestamps && details === '';
  const shown = ({ time, stream, data }: LogEntry) => {
    const prefix = Buffer.from(`${timestamps ? `${time} ` : ''}${details}`);
    return { stream, data: Buffer.concat([prefix, data]) };
  };
  return (entries) => {
    const chunks = isPlain ? entries : entries.map(shown);
    return tty ? Buffer.concat(chunks.map(({ data }) => data)) : frames(chunks);
  };
}

/** Time within which a failure to read the log is still sent as an ordinary error, in milliseconds. */
const firstEntryGrace = 20;
/** The same for the log of a service, which its init is asked for. */
const firstUnitGrace = 3000;

/** Requests the first entry, so that an immediate error (a container without a log) still sets the status. */
async function started<T>(source: AsyncIterable<T>, graceMs: number): Promise<AsyncIterable<T>> {
  const iterator = source[Symbol.asyncIterator]();
  const first = iterator.next();
  first.catch(() => undefined);
  await Promise.race([first, pause(graceMs)]);
  return resume(iterator, first);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function resume<T>(iterator: AsyncIterator<T>, first: Promise<IteratorResult<T>>): AsyncIterable<T> {
  let pending: Promise<IteratorResult<T>> | undefined = first;
  return {
    [Symbol.asyncIterator]: () => ({
      next() {
        const next = pending ?? iterator.next();
        pending = undefined;
        return next;
      },
      return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
    }),
  };
}
