/** A client at the streams of a container or an exec instance: both directions, until one of them leaves. */
import type { Duplex, Readable, Writable } from 'node:stream';
import type { RunMessage } from '../../../client/wire.ts';
import type { Attachment } from '../../../hooks/index.ts';
import type { Call } from './call.ts';
import { watchForKeys } from './detachKeys.ts';
import { encoderFor, frame, streamType } from './frames.ts';
import { pump } from './pump.ts';
import { takeOver, type RawStream } from './rawStream.ts';

/** How long a client has to close its half after the last output; in milliseconds. */
const CLOSE_GRACE = 2_000;

export interface SessionOptions {
  /** What leaves a terminal. */
  detachKeys: Buffer;
  /** Output goes out as it is instead of in frames; by default from a terminal. */
  raw?: boolean;
  /** The end of the client's input is the end of the process's. Never so at a terminal, which outlives its viewers. */
  endsStdin: boolean;
  /** Runs beside the streams, which end after it; what it tells is sent in control frames. It must not reject. */
  beside?: (tell: (message: RunMessage) => void) => Promise<void>;
}

/** Runs until the output ends, the client goes, or it types the detach keys. The container goes on in any case. */
export async function serveStreams(
  call: Call,
  attachment: Attachment,
  options: SessionOptions,
): Promise<void> {
  const { raw = attachment.tty } = options;
  const stream = takeOver(call, streamType(raw, call.apiMinor));
  const left = new AbortController();
  const leave = (): void => left.abort();
  call.signal.addEventListener('abort', leave, { once: true });
  if (call.signal.aborted) leave();
  connectInput(stream.input, attachment, options, leave);
  try {
    const tell = (message: RunMessage) => {
      stream.output.write(frame('control', Buffer.from(`${JSON.stringify(message)}\n`)));
    };
    const pumped = pump(attachment.output, stream.output, encoderFor(raw), left.signal);
    await Promise.all([pumped, options.beside?.(tell)]);
  } finally {
    attachment.detach();
    endGently(call, stream);
  }
}

function connectInput(
  input: Readable,
  { stdin, tty }: Attachment,
  { detachKeys, endsStdin }: SessionOptions,
  leave: () => void,
): void {
  if (!stdin) return void input.resume();
  // The process may end before its input does: what is typed then goes nowhere.
  const discard = (): void => void input.unpipe().resume();
  stdin.on('error', discard).once('close', discard);
  if (tty) return void input.pipe(watchForKeys(detachKeys, leave)).pipe(stdin, { end: false });
  input.pipe(stdin, { end: endsStdin });
  // A client that is killed closes without an end.
  if (endsStdin) input.once('close', () => stdin.end());
}

/**
 * Closing a Unix socket while unread input waits in it resets the connection at the client's side, so the rest is read
 * until the client has closed its half, for a moment.
 */
function endGently(call: Call, { input, output }: RawStream): void {
  output.end();
  input.unpipe().resume();
  if (call.upgrade) closeLater(call.upgrade, output);
}

function closeLater(socket: Duplex, output: Writable): void {
  const force = setTimeout(() => socket.destroy(), CLOSE_GRACE);
  output.once('close', () => clearTimeout(force));
}
