import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { withDeadline } from '../../wait/deadline.ts';

/** Milliseconds for what takes a few. */
const readyWithinMs = 5000;

/** Bytes of an error that are shown. */
const longestError = 500;

/** The console of a container to be started. */
export interface ConsoleSettings {
  /** Path of `pouch-console`. */
  program: string;
  /** Of the container's init, which has not run. */
  pid: number;
  /** The container's in STATE/io. */
  directory: string;
  /** Which lines of it the log gets: an argument of `pouch-console`. */
  log: string;
  /** Where in the container the init reports the end of its boot; empty: it does not. */
  notify: string;
}

/** A console that runs. */
export interface StartedConsole {
  /** Resolves when the init has reported the end of its boot, or will not. */
  readonly booted: Promise<void>;
}

/**
 * Starts the process that holds a container's console. It ends with the container, and outlives pouchd. Resolves when
 * the container has its /dev/console.
 */
export async function startConsole(settings: ConsoleSettings): Promise<StartedConsole> {
  const { program, pid, directory, log, notify } = settings;
  const child = spawn(program, [String(pid), directory, log, notify], {
    detached: true,
    cwd: '/',
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.unref();
  let error = '';
  child.stderr.on('data', (chunk: Buffer) => (error = (error + chunk.toString()).slice(0, longestError)));
  const ready = once(child.stdout, 'data');
  const failed = once(child, 'close').then(() => {
    throw new Error(error.trim() || 'the process of the console has ended');
  });
  try {
    await withDeadline({ ms: readyWithinMs, late: () => new Error('the console is not ready') }, () =>
      Promise.race([ready, failed]),
    );
    return { booted: nextOutput(child.stdout) };
  } catch (cause) {
    child.kill('SIGKILL');
    child.stdout.destroy();
    throw cause;
  } finally {
    failed.catch(() => undefined);
    ready.catch(() => undefined);
    child.stderr.destroy();
  }
}

/** Resolves at the next output, or its end. It does not keep pouchd from ending. */
async function nextOutput(stdout: Readable): Promise<void> {
  (stdout as Socket).unref();
  try {
    await Promise.race([once(stdout, 'data'), once(stdout, 'close')]);
  } catch {
    // Nothing more is reported.
  } finally {
    stdout.destroy();
  }
}
