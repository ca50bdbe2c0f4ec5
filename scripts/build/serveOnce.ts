/** A pouchd that serves for a moment, so that what records its functions sees those of a start and of a request. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { Client } from '../../client/index.ts';
import { findProcesses } from '../../core/supervise/findProcess.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';

/** Milliseconds until it serves, and until it has ended. */
const withinMs = 30_000;

/**
 * Runs a command that takes the arguments of pouchd, with directories of its own and without containers, and stops it
 * once it has served requests. Returns whether it did; it needs root, containerd and runc.
 */
export async function serveOnce(file: string, args: readonly string[]): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  const directory = await mkdtemp(join(tmpdir(), 'pouch-build-'));
  try {
    return await serves(file, args, directory);
  } finally {
    await endAll(directory);
    await rm(directory, { recursive: true, force: true });
  }
}

async function serves(file: string, args: readonly string[], directory: string): Promise<boolean> {
  const [config, state] = ['pouchd.yaml', 'state'].map((name) => join(directory, name)) as [string, string];
  await writeFile(
    config,
    `apiVersion: pouch/v1\nroot: ${directory}/root\nstate: ${state}\nhooksDir: ${directory}/hooks.d\n`,
  );
  const daemon = execa(file, [...args, '--config', config], {
    stdio: 'ignore',
    reject: false,
    forceKillAfterDelay: withinMs,
  });
  let hasEnded = false;
  const ended = daemon.then(({ exitCode }) => {
    hasEnded = true;
    return exitCode;
  });
  const client = new Client({ host: `unix://${state}/pouchd.sock` });
  const responds = () =>
    client.containers.list({ all: true }).then(
      () => true,
      () => hasEnded,
    );
  const isReady = (await waitUntil(responds, { withinMs })) && !hasEnded;
  client.close();
  daemon.kill('SIGTERM');
  const exitCode = await ended;
  return isReady && exitCode === 0;
}

/** Containerd and the log keeper outlive pouchd. */
async function endAll(directory: string): Promise<void> {
  const areGone = async () => {
    const left = await findProcesses((argv) => argv.some((argument) => argument.includes(directory)));
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
    return left.length === 0;
  };
  await waitUntil(areGone, { withinMs, everyMs: 50 });
}
