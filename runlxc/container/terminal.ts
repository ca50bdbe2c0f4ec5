import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTerminal } from '../monitor/start.ts';

/** Runs a function whose terminal arrives at a console socket, and connects that terminal to the caller's. */
export async function withTerminal(run: (consoleSocket: string) => Promise<number>): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'runlxc-'));
  const socket = join(dir, 'console.sock');
  const terminal = startTerminal(socket);
  try {
    await terminal.reports.next();
    const code = await run(socket);
    // Waits until the last output is copied.
    await terminal.ended;
    return code;
  } catch (error) {
    process.kill(terminal.pid, 'SIGTERM');
    throw error;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
