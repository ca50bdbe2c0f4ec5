import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';

/** Between questions: each makes the rest of a boot slower. */
const everyMs = 50;

/**
 * Waits until systemd has no more to start, and reports "running".
 * @param init - returns its pid; undefined: it has none yet
 * @returns when that was by its own clock, in nanoseconds of CLOCK_MONOTONIC as of `process.hrtime.bigint`: to ask
 * until it is true is not exact, and competes with what starts then
 */
export async function bootedAt(init: () => string | undefined): Promise<bigint> {
  let pid: string | undefined;
  const isUp = async () => {
    pid = init();
    return pid !== undefined && (await ask(pid, 'is-system-running')).exitCode === 0;
  };
  if (!(await waitUntil(isUp, { withinMs: 60_000, everyMs })))
    throw new Error('systemd did not reach the state "running"');
  const { stdout } = await ask(pid!, 'show', '--property', 'FinishTimestampMonotonic', '--value');
  if (!/^[1-9]\d*$/.test(stdout)) throw new Error(`expected microseconds, found ${JSON.stringify(stdout)}`);
  return BigInt(stdout) * 1000n;
}

/** From the host, as the time of exec differs. */
async function ask(
  pid: string,
  ...args: string[]
): Promise<{ exitCode?: number | undefined; stdout: string }> {
  const namespaces = ['--mount', '--pid', '--ipc', '--net', '--uts'];
  return await execa('nsenter', ['--target', pid, ...namespaces, 'systemctl', ...args], {
    reject: false,
    timeout: 10_000,
    stdin: 'ignore',
  });
}
