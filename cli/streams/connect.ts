import type { Hijacked } from '../../client/index.ts';
import type { Terminal } from '../Session.ts';
import { copyOutput } from './copyOutput.ts';
import { DetachFilter } from './DetachFilter.ts';
import { enterRawMode } from './rawMode.ts';
import { write } from './write.ts';

export interface ConnectOptions {
  tty: boolean;
  /** Whether this process's stdin goes to the container. */
  stdin: boolean;
  detachKeys: readonly number[];
  /** Takes the messages between the output. */
  onControl?: (message: string) => void;
}

export type Outcome = 'ended' | 'detached';

/**
 * Connects this process's streams to a hijacked stream until the container closes its output or the user types the detach
 * keys. With a tty, the terminal is raw meanwhile.
 */
export async function connect(
  hijacked: Hijacked,
  options: ConnectOptions,
  terminal: Terminal,
): Promise<Outcome> {
  const { socket } = hijacked;
  const restore = options.tty && options.stdin ? enterRawMode(terminal.stdin) : () => undefined;
  // The container may close its stdin while more is typed: no error for us, its output tells the rest.
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

/** Settles only when the user detaches: the end of the input is not the end of the output. */
function untilDetached(hijacked: Hijacked, options: ConnectOptions, terminal: Terminal): Promise<Outcome> {
  return new Promise((resolve) => {
    forwardInput(hijacked, options, terminal).then(
      (outcome) => outcome && resolve(outcome),
      () => hijacked.socket.end(),
    );
  });
}

/** Ends with the input, or answers that the user has detached; then the container's stdin stays open. */
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
