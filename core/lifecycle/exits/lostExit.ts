/** Exit codes that a runtime reports without knowing them. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { messageOf } from '../../../hooks/errors.ts';
import { managedLogFile } from '../../containerd/daemon/ManagedContainerd.ts';
import { waitUntil } from '../../wait/waitUntil.ts';
import type { EngineContext } from '../shared/engineContext.ts';

export const lostExitError =
  'the virtual machine’s hypervisor ended unexpectedly; the exit code of the command is unknown';

/** Bytes of containerd's log that are searched: the line is among its last unless pouchd was away. */
const searchedBytes = 1024 * 1024;
/** Milliseconds that containerd may take to copy a shim's line to its log. */
const copyMs = 200;

interface Ended {
  kind: 'command' | 'exec';
  exitStatus: number;
  /** When the process was started. */
  since: string;
}

/**
 * Whether the exit code 0 of a process in a virtual machine is not its own. Only the log of the managed containerd
 * can be read.
 */
export async function isLostExit(
  engine: EngineContext,
  { id, draft }: ContainerRecord,
  ended: Ended,
): Promise<boolean> {
  const { generations, config, log } = engine;
  if (ended.exitStatus !== 0 || !config.containerd.managed) return false;
  const runtime = generations.current.runtimes.get(draft.runtime);
  const file = managedLogFile(join(config.root, 'containerd'));
  try {
    const isSign = await runtime?.lostExitSign?.(id, ended.kind);
    if (!isSign) return false;
    const isLogged = async () =>
      (await lastLines(file)).some((line) => isSign(line) && isSince(line, ended.since));
    return await waitUntil(isLogged, { withinMs: copyMs, everyMs: 50 });
  } catch (error) {
    log.error('an exit code may be wrong', { container: id, error: messageOf(error) });
    return false;
  }
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

/** An earlier process of the container may have ended so too. */
function isSince(line: string, startedAt: string): boolean {
  const time = /\btime="([^"]+)"/.exec(line)?.[1] ?? '';
  return Date.parse(time) >= Date.parse(startedAt);
}
