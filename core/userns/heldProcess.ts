/** A process that only keeps namespaces open. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Prints a line when it is in its namespaces, and ends with its stdin, hence also with the daemon. */
const waiting = ['sh', '-c', 'echo; read end'];

/**
 * Calls `run` with the pid of a process in new namespaces, which a command such as `unshare --user` creates. The
 * process has ended when this resolves.
 * @throws Error with the command's message
 */
export async function withProcessIn<T>(
  command: readonly [string, ...string[]],
  run: (pid: number) => T | Promise<T>,
): Promise<T> {
  const [file, ...args] = command;
  const child = spawn(file, [...args, ...waiting], { stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  // Without free descriptors for the pipes (EMFILE) the child has no streams, and emits an error.
  if (child.pid === undefined) await closed;
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  child.stdin.on('error', () => {});
  try {
    await Promise.race([
      once(child.stdout, 'data'),
      closed.then(() => Promise.reject(new Error(`${command.join(' ')}: ${stderr.trim() || 'ended'}`))),
    ]);
    return await run(child.pid!);
  } finally {
    child.stdin.end();
    await closed.catch(() => {});
  }
}
