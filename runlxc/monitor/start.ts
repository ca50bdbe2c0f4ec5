/** Starts the native programs. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { RunlxcError } from '../cli/error.ts';
import { signalNumber } from '../cli/signals.ts';
import { channelOf, Reports } from './channel.ts';
import { monitorPath } from './programs.ts';

/** An empty environment: with a PATH, LXC would let newuidmap(1) write the maps, which checks /etc/subuid. */
const env = {};

export interface NativeProcess {
  pid: number;
  reports: Reports;
  /** Its exit code, or 128 and the number of the signal that ended it. */
  ended: Promise<number>;
}

/**
 * Starts a monitor with a plan: that of a container, or of another process in it. The monitor inherits the standard
 * streams, unless the process has a terminal.
 */
export function startMonitor(
  verb: 'run' | 'enter',
  plan: string,
  { preservedFds, hasTerminal }: { preservedFds: number; hasTerminal: boolean },
): NativeProcess {
  const channel = channelOf(preservedFds);
  const streams = hasTerminal ? (['ignore', 'ignore', 'ignore'] as const) : [0, 1, 2];
  const preserved = Array.from({ length: preservedFds }, (_, index) => 3 + index);
  return native([verb, String(channel), plan], [...streams, ...preserved, 'pipe'], true);
}

/** Connects a terminal that arrives at a socket to the caller's. */
export function startTerminal(socket: string): NativeProcess {
  return native(['terminal', socket, '3'], [0, 1, 2, 'pipe'], false);
}

function native(args: string[], stdio: ('ignore' | 'pipe' | number)[], detached: boolean): NativeProcess {
  const child = spawn(monitorPath(), args, { env, stdio, detached });
  const ended = endOf(child);
  if (child.pid === undefined) throw new RunlxcError(`cannot start ${monitorPath()}`);
  return { pid: child.pid, reports: new Reports(child.stdio.at(-1) as Readable), ended };
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      resolve(code ?? 128 + signalNumber(signal));
    });
  });
}
