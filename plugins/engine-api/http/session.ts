/** Connects a client to the streams of a container or an exec instance. */
import type { Readable } from 'node:stream';
import type { RunMessage } from '../../../client/wire.ts';
import type { Attachment } from '../../../hooks/index.ts';
import type { Call } from './call.ts';
import { watchForKeys } from './detachKeys.ts';
import { encoderFor, frame, streamType } from './frames.ts';
import { pump } from './pump.ts';
import { takeOver, type RawStream } from './rawStream.ts';

/** Time for a client to close its half after the last output, in milliseconds. */
const closeGrace = 2_000;

export interface SessionOptions {
  /** Detach the client from a terminal. */
  detachKeys: Buffer;
  /** Sends output without frames; default: true for a terminal. */
  raw?: boolean;
  /** Closes the process's stdin at the end of the client's input. Has no effect for a terminal, which stays open. */
  endsStdin: boolean;
  /** Opens the connection; default: {@link takeOver}. */
  open?: () => Promise<RawStream>;
  /**
   * Runs concurrently with the streams, which stay open until it resolves; `send` writes control frames. Must not
   * reject.
   */
  beside?: (send: (message: RunMessage) => void) => Promise<void>;
}

/** Runs until the output ends, or the client disconnects or types the detach keys. The container keeps running. */
export async function serveStreams(
  call: Call,
  attachment: Attachment,
  options: SessionOptions,
): Promise<void> {
  const { raw = attachment.tty } = options;
  const open = options.open ?? (() => takeOver(call, streamType(raw, call.apiMinor)));
  const stream = await open().catch((error: unknown) => {
    attachment.detach();
    throw error;
  });
  const left = new AbortController();
  const leave = (): void => left.abort();
  call.signal.addEventListener('abort', leave, { once: true });
  if (call.signal.aborted) leave();
  connectInput(stream.input, attachment, options, leave);
  try {
    const send = (message: RunMessage) => {
      stream.output.write(frame('control', Buffer.from(`${JSON.stringify(message)}\n`)));
    };
    const pumped = pump(attachment.output, stream.output, encoderFor(raw), left.signal);
    await Promise.all([pumped, options.beside?.(send)]);
  } finally {
    attachment.detach();
    endGently(stream);
  }
}

function connectInput(
  input: Readable,
  { stdin, tty }: Attachment,
  { detachKeys, endsStdin }: SessionOptions,
  leave: () => void,
): void {
  if (!stdin) return void input.resume();
  // The process may end before its input does: later input is discarded.
  const discard = (): void => void input.unpipe().resume();
  stdin.on('error', discard).once('close', discard);
  if (tty) return void input.pipe(watchForKeys(detachKeys, leave)).pipe(stdin, { end: false });
  input.pipe(stdin, { end: endsStdin });
  // A killed client closes the connection without ending the stream.
  if (endsStdin) input.once('close', () => stdin.end());
}

/**
 * Closing a Unix socket that holds unread input resets the connection for the client, so this reads on until the client
 * closes its half, or CLOSE_GRACE has passed.
 */
function endGently({ input, output }: RawStream): void {
  output.end();
  input.unpipe().resume();
  const force = setTimeout(() => output.destroy(), closeGrace);
  output.once('close', () => clearTimeout(force));
}
