import type { Hijacked } from '../../client/index.ts';
import type { Terminal } from '../session.ts';
import { copyOutput } from './copyOutput.ts';
import { DetachFilter } from './detachFilter.ts';
import { enterRawMode } from './rawMode.ts';

export interface ConnectOptions {
  tty: boolean;
  /** Whether this process's stdin goes to the container. */
  stdin: boolean;
  detachKeys: readonly number[];
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
  const detached = new Promise<Outcome>((resolve) => {
    if (options.stdin) forwardInput(hijacked, options, terminal, () => resolve('detached'));
  });
  const ended = copyOutput(socket, options.tty, terminal).then((): Outcome => 'ended');
  try {
    return await Promise.race([ended, detached]);
  } finally {
    restore();
    terminal.stdin.pause();
    socket.destroy();
  }
}

function forwardInput(
  { socket }: Hijacked,
  options: ConnectOptions,
  terminal: Terminal,
  onDetach: () => void,
): void {
  const filter = new DetachFilter(options.tty ? options.detachKeys : []);
  const { stdin } = terminal;
  socket.on('drain', () => stdin.resume());
  // The container may close its stdin while more is typed: no error for us, its output tells the rest.
  socket.on('error', () => undefined);
  stdin.on('error', () => socket.end());
  stdin.on('end', () => socket.end());
  stdin.on('data', (chunk: Buffer) => {
    const { forward, detached } = filter.push(chunk);
    if (socket.writable && forward.length > 0 && !socket.write(forward)) stdin.pause();
    if (detached) onDetach();
  });
}
