import type { Hijacked } from '../../client/index.ts';
import type { Terminal } from '../Session.ts';
import { copyOutput } from './copyOutput.ts';
import { DetachFilter } from './DetachFilter.ts';
import { enterRawMode } from './rawMode.ts';
import { write } from './write.ts';

export interface ConnectOptions {
  tty: boolean;
  /** Forwards this process's stdin to the container. */
  stdin: boolean;
  detachKeys: readonly number[];
  /** Gets the control messages. */
  onControl?: (message: string) => void;
}

export type Outcome = 'ended' | 'detached';

/**
 * Connects this process's streams to a hijacked connection until the container closes its output or the user types the
 * detach keys. With a tty the terminal is in raw mode meanwhile.
 */
export async function connect(
  hijacked: Hijacked,
  options: ConnectOptions,
  terminal: Terminal,
): Promise<Outcome> {
  const { socket } = hijacked;
  const restore = options.tty && options.stdin ? enterRawMode(terminal.stdin) : () => undefined;
  // The container may close its stdin while the user types. Its output still ends the connection, so this is not an
  // error.
  socket.on('error', () => undefined);
  const ended = copyOutput(socket, options.tty, terminal, options.onControl).then((): Outcome => 'ended');
  try {
    return await Promise.race([
      ended,
      ...(options.stdin ? [untilDetached(hijacked, options, terminal)] : []),
    ]);
  } finally {
    restore();
    terminal.stdin.pause();
    socket.destroy();
  }
}

/** Resolves only when the user detaches: end of input is not end of output. */
function untilDetached(hijacked: Hijacked, options: ConnectOptions, terminal: Terminal): Promise<Outcome> {
  return new Promise((resolve) => {
    forwardInput(hijacked, options, terminal).then(
      (outcome) => outcome && resolve(outcome),
      () => hijacked.socket.end(),
    );
  });
}

/** Forwards input to its end, which closes the container's stdin, or until the user detaches, which does not. */
async function forwardInput(
  { socket }: Hijacked,
  options: ConnectOptions,
  { stdin }: Terminal,
): Promise<Outcome | undefined> {
  const filter = new DetachFilter(options.tty ? options.detachKeys : []);
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    const { forward, detached } = filter.push(chunk);
    if (socket.writable && forward.length > 0) await write(socket, forward);
    if (detached) return 'detached';
  }
  socket.end();
  return undefined;
}
