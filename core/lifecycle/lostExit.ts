/** Exit codes that a runtime reports without knowing them. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerRecord } from '../../hooks/engine.ts';
import { messageOf } from '../../hooks/errors.ts';
import { managedLogFile } from '../containerd/managed.ts';
import { waitUntil } from '../supervise/wait-until.ts';
import type { Kernel } from './kernel.ts';

export const lostExitError =
  'the virtual machine’s hypervisor ended unexpectedly; the exit code of the command is unknown';

/** Bytes of containerd's log that are searched: the line is among its last unless pouchd was away. */
const searchedBytes = 1024 * 1024;
/** Milliseconds that containerd may take to copy a shim's line to its log. */
const copyMs = 200;

/**
 * Whether the exit code 0 of a virtual machine's container is not that of its command. Only the log of the managed
 * containerd can be read.
 */
export async function isLostExit(
  kernel: Kernel,
  record: ContainerRecord,
  exitStatus: number,
): Promise<boolean> {
  if (exitStatus !== 0 || !kernel.config.containerd.managed) return false;
  return await isLoggedAsLost(kernel, record).catch((error: unknown) => {
    kernel.log.error('its exit code may be wrong', { container: record.id, error: messageOf(error) });
    return false;
  });
}

async function isLoggedAsLost(
  { generations, config }: Kernel,
  { id, draft, state: { startedAt } }: ContainerRecord,
): Promise<boolean> {
  const isSign = await generations.current.runtimes.get(draft.runtime)?.lostExitSign?.(id);
  if (!isSign) return false;
  const log = managedLogFile(join(config.root, 'containerd'));
  const isLogged = async () =>
    (await lastLines(log)).some((line) => isSign(line) && isSince(line, startedAt));
  return await waitUntil(isLogged, { withinMs: copyMs, everyMs: 50 });
}

async function lastLines(path: string): Promise<string[]> {
  const file = await open(path).catch(() => undefined);
  if (!file) return [];
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, searchedBytes));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8', 0, bytesRead).split('\n');
  } finally {
    await file.close();
  }
}

/** An earlier run of the container may have ended so too. */
function isSince(line: string, startedAt: string): boolean {
  const time = /\btime="([^"]+)"/.exec(line)?.[1] ?? '';
  return Date.parse(time) >= Date.parse(startedAt);
}
