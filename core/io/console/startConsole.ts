import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
}

/**
 * Starts the process that holds a container's console. It ends with the container, and outlives pouchd. Resolves when
 * the container has its /dev/console.
 */
export async function startConsole({ program, pid, directory, log }: ConsoleSettings): Promise<void> {
  const child = spawn(program, [String(pid), directory, log], {
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
  } catch (cause) {
    child.kill('SIGKILL');
    throw cause;
  } finally {
    failed.catch(() => undefined);
    ready.catch(() => undefined);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}
