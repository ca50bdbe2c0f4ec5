import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { keeperSocket } from '../layout.ts';
import { KeeperServer } from './KeeperServer.ts';

/** Milliseconds that a new keeper waits for the daemon to subscribe again before it reads. */
const resumeAfterMs = 2000;
/** Milliseconds between checks whether the keeper is idle and can end. */
const idleCheckMs = 60_000;
/** Milliseconds. A keeper that fails sooner does not start a successor, which would fail too. */
const minimumLifeMs = 10_000;

/** Runs the log keeper. Resolves when it listens. `ioDir` is STATE/io. */
export async function runKeeper(ioDir: string): Promise<void> {
  // A terminal's hang-up and Ctrl-C are meant for the daemon, which this process outlives.
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.on(signal, () => undefined);
  const server: KeeperServer = new KeeperServer(ioDir, () => leave(ioDir, server));
  process.on('SIGTERM', () => leave(ioDir, server));
  process.on('uncaughtException', (error) => fail(error, server));
  await server.listen();
  setTimeout(() => server.resume(), resumeAfterMs);
  setInterval(() => server.idle && leave(ioDir, server), idleCheckMs);
}

function leave(ioDir: string, server: KeeperServer): void {
  server.flush();
  rmSync(keeperSocket(ioDir), { force: true });
  process.exit(0);
}

/**
 * A fault in this process must not stop the output of containers. A connected daemon restarts it; without one, it
 * starts its own successor, which recovers from the state files.
 */
function fail(error: Error, server: KeeperServer): void {
  console.error(`log keeper: ${error.stack ?? error.message}`);
  if (!server.attended && performance.now() > minimumLifeMs) startSuccessor();
  process.exit(1);
}

function startSuccessor(): void {
  const [node = process.execPath, ...rest] = process.argv;
  spawn(node, [...process.execArgv, ...rest], { detached: true, stdio: 'inherit' }).unref();
}
