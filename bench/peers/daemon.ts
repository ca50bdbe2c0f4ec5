import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { waitUntil } from '../../core/wait/waitUntil.ts';

interface DaemonOptions {
  file: string;
  args: readonly string[];
  logFile: string;
  isReady(): Promise<boolean>;
}

const readyWithinMs = 60_000;
const endWithinMs = 20_000;

/** Starts a daemon and waits until it is ready. @throws Error with the end of its log */
export async function startDaemon({ file, args, logFile, isReady }: DaemonOptions) {
  const log = await open(logFile, 'a');
  const child = spawn(file, args, { stdio: ['ignore', log.fd, log.fd] });
  await log.close();
  const ended = once(child, 'exit');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  await waitUntil(async () => hasEnded() || (await isReady()), { withinMs: readyWithinMs, everyMs: 100 });
  if (hasEnded() || !(await isReady()))
    throw new Error(`${file} did not start:\n${(await readFile(logFile, 'utf8')).slice(-1_500)}`);
  return {
    async end(): Promise<void> {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), endWithinMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
