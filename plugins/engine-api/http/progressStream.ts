/** Streams the progress of a pull, load or bootstrap as JSON lines. */
import type { ProgressMessage } from '../../../client/wire.ts';
import { toPouchError, type Progress } from '../../../hooks/index.ts';
import type { Call } from './call.ts';
import { errorBody } from './errorReply.ts';
import { inNamesOf } from '../../../translate/names/inNamesOf.ts';

/** Progress of BuildKit: its own encoding, in base64. */
interface TraceMessage {
  id: string;
  aux: string;
}

export interface ProgressSink {
  send(message: ProgressMessage | TraceMessage): void;
  report(progress: Progress): void;
}

/**
 * Runs the work and streams its messages. Before the first line, an error is an ordinary response with its status;
 * after it, the headers are sent and the error becomes the last line.
 */
export async function streamProgress(
  call: Call,
  subject: string,
  work: (sink: ProgressSink) => Promise<void>,
): Promise<void> {
  const send = (message: object): void => {
    startLines(call);
    call.response.write(`${JSON.stringify(message)}\r\n`);
  };
  try {
    await work({ send, report: (progress) => reportUnlessBehind(call, progress, send) });
  } catch (error) {
    if (!call.response.headersSent) throw error;
    const body = errorBody(toPouchError(error), call.client, subject);
    // Docker's clients expect a numeric code.
    send({ errorDetail: call.client.readsHints ? body : { message: body.message }, error: body.message });
  }
  startLines(call);
  call.response.end();
}

function startLines(call: Call): void {
  if (!call.response.headersSent) call.response.writeHead(200, { 'Content-Type': 'application/json' });
}

/**
 * Drops intermediate counts for a client that does not read, so that they do not pile up in memory; a change of
 * status is always sent.
 */
function reportUnlessBehind(call: Call, progress: Progress, send: (message: object) => void): void {
  const counting = progress.current !== undefined && progress.current !== progress.total;
  if (counting && call.response.writableNeedDrain) return;
  send(progressLine({ ...progress, status: inNamesOf(call.client, progress.status) }));
}

function progressLine(progress: Progress): ProgressMessage {
  const { id, status, current, total } = progress;
  if (current === undefined) return { status, progressDetail: {}, id: id || undefined };
  return { status, progressDetail: { current, total }, progress: bar(current, total), id: id || undefined };
}

const barWidth = 50;

/** Docker's progress bar, for clients that do not draw one: `[=====>    ]  1.5MB/3MB`. */
function bar(current: number, total: number | undefined): string {
  if (!total || total < current) return megabytes(current);
  const filled = Math.floor((current / total) * barWidth);
  const arrow =
    filled < barWidth ? `${'='.repeat(filled)}>${' '.repeat(barWidth - filled - 1)}` : '='.repeat(barWidth);
  return `[${arrow}]  ${megabytes(current)}/${megabytes(total)}`;
}

function megabytes(bytes: number): string {
  if (bytes < 1000) return `${bytes}B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toPrecision(4)}kB`;
  return `${(bytes / 1_000_000).toPrecision(4)}MB`;
}
