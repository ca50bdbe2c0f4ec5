import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { keeperSocket } from '../layout.ts';
import { KeeperServer } from './KeeperServer.ts';

/** How long a new keeper waits for the daemon's subscribers to come back before it reads on without them. */
const resumeAfterMs = 2000;
/** How often an idle keeper without a daemon looks whether it can go. */
const idleCheckMs = 60_000;
/** A keeper that dies sooner is not replaced: it would die again. */
const minimumLifeMs = 10_000;

/** Body of the log keeper's process; resolves when it listens. `ioDir` is STATE/io. */
export async function runKeeper(ioDir: string): Promise<void> {
  // A terminal's hang-up or Ctrl-C is for the daemon; this process outlives it.
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
 * A fault in this process must not stop the containers' output. A daemon that is there starts it again; without one it
 * starts its own successor, which finds everything in the state files.
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
