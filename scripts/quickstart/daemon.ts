import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '../../client/index.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { SetupError } from '../lib/SetupError.ts';
import { type Place, project } from './place.ts';
import { isService, removeService, startService } from './service.ts';
import { logOf } from './shell.ts';

const readyWithinMs = 60_000;
const endWithinMs = 30_000;

/**
 * Starts pouchd as a systemd service or in the background, unless it is running, and waits until it is ready.
 * @throws SetupError
 */
export async function startDaemon(place: Place): Promise<void> {
  if (await isServing(place)) return console.log(`pouchd is running (${place.host})`);
  console.log(`Starting pouchd (its log: ${logOf(place)})`);
  if (isService(place)) await startService();
  else startInBackground(place);
  const isUp = await waitUntil(() => isServing(place), { withinMs: readyWithinMs, everyMs: 100 });
  if (!isUp)
    throw new SetupError(
      `pouchd did not start: fix the cause in its log (${logOf(place)}), then run this again:\n${lastLines(place)}`,
    );
}

/** Stops pouchd; containers and containerd keep running. */
export async function stopDaemon(place: Place): Promise<void> {
  if (isService(place)) return removeService();
  const pid = Number(read(place.pidFile));
  if (!isOurs(pid)) return;
  process.kill(pid, 'SIGTERM');
  if (await waitUntil(() => !isOurs(pid), { withinMs: endWithinMs })) return;
  throw new SetupError(
    `pouchd (process ${pid}) did not stop within ${endWithinMs / 1000} s: see ${logOf(place)}, then run this again.`,
  );
}

export async function isServing({ host }: Place): Promise<boolean> {
  const client = new Client({ host });
  try {
    await client.system.ping();
    return true;
  } catch {
    return false;
  } finally {
    client.close();
  }
}

function startInBackground(place: Place): void {
  mkdirSync(place.root, { recursive: true, mode: 0o711 });
  mkdirSync(place.state, { recursive: true, mode: 0o711 });
  const log = openSync(place.logFile, 'a', 0o600);
  const flags = place.isDefault ? [] : ['--root', place.root, '--state', place.state];
  const daemon = spawn(join(project, 'bin/pouchd'), flags, {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  });
  daemon.unref();
  closeSync(log);
  writeFileSync(place.pidFile, `${daemon.pid}\n`);
}

/** Whether the process is pouchd: pids are reused. */
function isOurs(pid: number): boolean {
  return pid > 0 && read(`/proc/${pid}/cmdline`).includes('pouchd\0');
}

function lastLines(place: Place): string {
  return isService(place) ? '' : read(place.logFile).trim().split('\n').slice(-5).join('\n');
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
