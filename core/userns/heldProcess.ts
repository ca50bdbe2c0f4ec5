/** A process that is there for its namespaces alone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** It says when it is in its namespaces, and ends with its stdin, so also with the daemon. */
const waiting = ['sh', '-c', 'echo; read end'];

/**
 * Runs something with a process that a command such as `unshare --user` has put into new namespaces; the process has
 * ended afterwards.
 * @throws Error with what the command says
 */
export async function withProcessIn<T>(
  command: readonly [string, ...string[]],
  run: (pid: number) => T | Promise<T>,
): Promise<T> {
  const [file, ...args] = command;
  const child = spawn(file, [...args, ...waiting], { stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  // Without descriptors for its pipes there are no streams either (EMFILE): the error follows.
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
